package main

import (
	"slices"
	"strings"
	"testing"

	"gip/compat_test/script"
)

// TestCommands keeps the demo whole: every command of the tutorial but the
// deletions, and the client's ping at the end.
func TestCommands(t *testing.T) {
	s, err := script.Read("../compat_test/testdata/tutorial_router.txtar")
	if err != nil {
		t.Fatal(err)
	}
	got := commands(s[0])
	if last := got[len(got)-1]; last != "ip netns exec client ping 192.168.100.1 -I 10.0.100.1 -c 3" {
		t.Errorf("the last command is %q", last)
	}
	for _, c := range s[0].Commands {
		if !strings.HasPrefix(c.Text, "ip netns delete ") && !slices.Contains(got, c.Text) {
			t.Errorf("%q is not played", c.Text)
		}
	}
}
