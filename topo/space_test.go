package topo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gip/compat_test/labtest"
	"gip/topo"
)

// TestEnding holds that a process which ends while it is looked at is not taken for one
// of another user: the kernel answers for both that it may not be looked at.
func TestEnding(t *testing.T) {
	labtest.SkipIfForeign(t)
	out := inNamespaces(t, tools(t), `
for i in 1 2 3 4; do while [ ! -e /run/end ]; do /bin/true; done & done
unseen
: >/run/end; wait`, fresh)
	if out != "[]\n" {
		t.Errorf("not seen, though all is ours: %s", out)
	}
}

// printUnseen reads the network for three seconds, and prints what could not be seen.
func printUnseen() {
	var unseen []string
	for begun := time.Now(); time.Since(begun) < 3*time.Second; {
		g, err := topo.Read(context.Background(), topo.Options{})
		if err != nil {
			unseen = append(unseen, err.Error())
			break
		}
		unseen = append(unseen, g.Unseen...)
	}
	fmt.Println(unseen)
}
