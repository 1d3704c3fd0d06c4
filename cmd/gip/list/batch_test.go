package list

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// TestLineAllocs: a line of a batch takes no memory of its own, whatever its
// object; only the text of a refusal does.
func TestLineAllocs(t *testing.T) {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and leave the thread with its namespace
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			lineAllocs(t)
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skip("no namespace of our own: ", err)
	}
}

func lineAllocs(t *testing.T) {
	for _, l := range []struct {
		applet  string
		line    string
		refused bool
	}{
		{"ip", "link set dev lo up", false},
		{"ip", "link set dev lo mtu 60000", false},
		{"ip", "route replace 10.1.2.3 dev lo", false},
		{"ip", "neigh replace 127.0.0.2 lladdr 02:00:00:00:00:01 dev lo nud permanent", false},
		{"ip", "addr replace 127.0.0.3/32 dev lo", false},
		{"ip", "addr replace 2001:db8::1/128 dev lo nodad", false},
		{"ip", "nexthop replace id 1 dev lo", false},
		{"ip", "rule add from 10.0.0.0/8 table 100 priority 5", true}, // but the first
		{"bridge", "fdb replace 02:00:00:00:00:01 dev lo master static", true},
		{"bridge", "vlan add vid 5 dev lo", true},
	} {
		e := clitest.Env(io.Discard, cli.Options{Force: true, Lenient: true})
		e.Stderr, e.Batch = io.Discard, true
		refused := 0
		e.Pipeline(func(cli.Line, error) { refused++ })
		c, words := command.Call{Env: e, Args: cli.NewArgs(nil), List: Applets, Applet: Applets.Find(l.applet)}, strings.Fields(l.line)
		n := testing.AllocsPerRun(500, func() {
			c.Args.Reset(words)
			if err := c.Command(); err != nil {
				t.Errorf("%s: %v", l.line, err)
			}
		})
		e.Settle()
		if l.refused && n <= 2 {
			n = 0
		}
		if n != 0 || l.refused != (refused > 400) {
			t.Errorf("%s: %v allocations, %d refused", l.line, n, refused)
		}
	}
}
