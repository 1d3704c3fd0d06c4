package state_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"

	"gip"
	"gip/compat_test/labtest"
	"gip/lab"
	"gip/state"
)

func TestMain(m *testing.M) { lab.Main(labtest.WithLabs{M: m, Try: try}) }

// try makes a lab.
func try() error {
	l, err := lab.New(context.Background(), "node a")
	if err == nil {
		l.Close()
	}
	return err
}

const network = `
router r
link a:eth0 10.0.0.1/24 r:eth0 10.0.0.254/24
link b:eth0 10.0.1.1/24 r:eth1 10.0.1.254/24
a: ip route add default via 10.0.0.254
b: ip route add default via 10.0.1.254
r: ip link add br1 type bridge
r: ip addr add 10.7.0.1/16 dev br1
r: ip rule add from 10.0.0.0/24 lookup 7
r: ip route add 10.9.0.0/16 via 10.0.0.1 table 7
`

// harm is what a state has to be brought back from.
var harm = []string{
	"link set eth0 down", "link set eth0 up", "link del br1", "rule del from 10.0.0.0/24", "link set eth1 mtu 1300",
	"route add 10.8.0.0/16 via 10.0.1.1", "addr add 10.6.0.1/16 dev eth1",
}

func TestRestore(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, network)
	r := l.Node("r")
	before, err := state.Snapshot(t.Context(), r.Namespace())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range harm {
		if out, err := r.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatal(line, err, string(out))
		}
	}
	harmed, err := state.Snapshot(t.Context(), r.Namespace())
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, c := range state.Diff(before, harmed) {
		text = append(text, c.String())
	}
	all := strings.Join(text, "\n")
	for _, want := range []string{"- link br1 type bridge", "- rule preference 32765 from 10.0.0.0/24 lookup 7", "+ link eth1 mtu 1300", "+ route 10.8.0.0/16 via 10.0.1.1 dev eth1"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	again, err := state.Parse(before.Text())
	if err != nil || len(state.Diff(before, again)) > 0 {
		t.Error("the text is of another state: ", err)
	}
	if err := state.Restore(t.Context(), r.Namespace(), again); err != nil {
		t.Error(err)
	}
	now, err := state.Snapshot(t.Context(), r.Namespace())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range state.Diff(before, now) {
		t.Error("still other: ", c)
	}
	if err := r.Command("ping", "-c1", "-W5", "10.0.1.1").Run(); err != nil {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	var ns *gip.NamespaceError
	if _, err := state.Snapshot(t.Context(), gip.Named("no-such-name")); !errors.As(err, &ns) || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := state.Snapshot(ctx, gip.Namespace{}); err != context.Canceled {
		t.Error(err)
	}
	if _, err := state.Parse("# gip snapshot 1\nfrob\n"); err == nil || !strings.HasPrefix(err.Error(), "state: line 2: ") {
		t.Error(err)
	}
	l := lab.StartOrSkip(t, "node a")
	want, err := state.Parse("# gip snapshot 1\nlink lo index 1 hardware 772 up\nlink eth7 index 9 hardware 1 up\n")
	if err != nil {
		t.Fatal(err)
	}
	var left *state.RestoreError
	if err := state.Restore(t.Context(), l.Node("a").Namespace(), want); !errors.As(err, &left) || !strings.Contains(err.Error(), "+ link eth7") {
		t.Error(err)
	}
}

// TestMany holds that states of many namespaces can be read at once, and leave nothing.
func TestMany(t *testing.T) {
	l := lab.StartOrSkip(t, network)
	count := func() int {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	read := func() {
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				n := l.Nodes()[i%3]
				s, err := state.Snapshot(t.Context(), n.Namespace())
				if err != nil || !strings.Contains(s.Text(), fmt.Sprint("address ", map[string]string{"r": "10.7.0.1/16", "a": "10.0.0.1/24", "b": "10.0.1.1/24"}[n.Name()])) {
					t.Errorf("%s: %v", n.Name(), err)
				}
				if err := state.Restore(t.Context(), n.Namespace(), s); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	read()
	before := count()
	read()
	if after := count(); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}
