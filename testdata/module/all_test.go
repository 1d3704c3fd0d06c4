// Package nettests is a module outside of gip's, see TestModule.
package nettests

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"gip"
	"gip/lab"
	"gip/state"
	"gip/topo"
)

func TestMain(m *testing.M) { lab.Main(m) }

const network = `
router r
link client:eth0 10.0.1.2/24 r:eth0 10.0.1.1/24 mtu %d
link server:eth0 10.0.2.2/24 r:eth1 10.0.2.1/24
client: ip route add default via 10.0.1.1
server: ip route add default via 10.0.2.1
`

var labs = flag.Int("labs", 50, "how many labs there are at once")

// TestParallel has labs at once, with the same names and addresses.
func TestParallel(t *testing.T) {
	for i := range *labs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			mtu := 1400 + i
			l := lab.Start(t, fmt.Sprintf(network, mtu))
			commands(t, l, mtu)
			sockets(t, l)
			graph(t, l, mtu)
			states(t, l)
		})
	}
}

// commands asks for what no other lab has, in three ways.
func commands(t *testing.T, l *lab.Lab, mtu int) {
	want := fmt.Sprintf(`"mtu":%d,`, mtu)
	out, err := l.Node("client").Command("ip", "-j", "link", "show", "eth0").Output()
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%s, %v", out, err)
	}
	c := gip.Command("ip", "-j", "link", "show", "eth0")
	c.Netns = gip.Handle(l.Node("client").Handle())
	if out, err := c.Output(); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%s, %v", out, err)
	}
	h, err := l.Node("client").Netlink()
	if err != nil {
		t.Fatal(err)
	}
	if link, err := h.LinkByName("eth0"); err != nil || link.Attrs().MTU != mtu {
		t.Error(link, err)
	}
}

// sockets sends something over the router.
func sockets(t *testing.T, l *lab.Lab) {
	ln, err := l.Node("server").Listen("tcp", "10.0.2.2:80")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			io.WriteString(c, c.RemoteAddr().String())
			c.Close()
		}
	}()
	c, err := l.Node("client").Dial("tcp", "10.0.2.2:80")
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	if from, err := io.ReadAll(c); err != nil || string(from) != c.LocalAddr().String() {
		t.Errorf("%s, %v", from, err)
	}
}

// graph reads the lab's network from inside.
func graph(t *testing.T, l *lab.Lab, mtu int) {
	var g *topo.Graph
	var err error
	if missed := l.Node("r").Do(func() { g, err = topo.Read(t.Context(), topo.Options{}) }); missed != nil || err != nil {
		t.Error(missed, err)
		return
	}
	if unknown, ok := g.Keep([]string{"r", "client", "server"}); !ok {
		t.Error("no node ", unknown)
		return
	}
	if got := g.Find("client").Find("eth0").MTU; got != mtu || len(g.Edges) != 2 {
		t.Error(got, g.Text(topo.TextOptions{}))
	}
}

// states breaks the router and mends it.
func states(t *testing.T, l *lab.Lab) {
	r := l.Node("r")
	before, err := state.Snapshot(t.Context(), r.Namespace())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Command("ip", "addr", "del", "10.0.1.1/24", "dev", "eth0").Run(); err != nil {
		t.Error(err)
	}
	if err := state.Restore(t.Context(), r.Namespace(), before); err != nil {
		t.Error(err)
	}
	if err := l.Node("client").Command("ping", "-c1", "-W5", "10.0.2.2").Run(); err != nil {
		t.Error(err)
	}
}
