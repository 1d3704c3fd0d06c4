package lab_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"gip/compat_test/labtest"
	"gip/lab"

	"github.com/vishvananda/netns"
)

// TestInternet has a lab within a node of another one, which plays the machine, and
// reaches from a node of it what only the machine reaches.
func TestInternet(t *testing.T) {
	labtest.SkipIfForeign(t)
	_, noPasta := exec.LookPath("pasta")
	_, noSlirp := exec.LookPath("slirp4netns")
	if noPasta != nil && noSlirp != nil {
		t.Skip(noPasta, noSlirp)
	}
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	tun.Close()
	world := lab.Start(t, "link machine 192.0.2.2/24 world 192.0.2.1/24\nmachine: ip route add default via 192.0.2.1")
	ln, err := world.Node("world").Listen("tcp", "192.0.2.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "from "+conn.RemoteAddr().String())
			conn.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	l, err := newIn(ctx, world.Node("machine"), "node on off\ninternet on")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Node("off").Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("a node without the internet reaches it")
	}
	conn, err := l.Node("on").DialContext(ctx, "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	said, err := io.ReadAll(conn)
	if got := string(said); err != nil || len(got) < 15 || got[:15] != "from 192.0.2.2:" {
		t.Errorf("%q, %v", said, err)
	}
}

// newIn makes a lab from within the network of a node, and only that: a process of the
// node's lab could not have processes of another one.
func newIn(ctx context.Context, n *lab.Node, text string) (l *lab.Lab, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with it
		if err = netns.Set(n.Handle()); err == nil {
			l, err = lab.New(ctx, text)
		}
	}()
	<-done
	return l, err
}
