package lab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"gip"
	"gip/compat_test/labtest"
	"gip/lab"

	"golang.org/x/sys/unix"
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

// routed is a network with a router between two hosts.
const routed = `
router r
link client:eth0 10.0.1.2/24 r:eth0 10.0.1.1/24
link server:eth0 10.0.2.2/24 r:eth1 10.0.2.1/24
client: ip route add default via 10.0.1.1
server: ip route add default via 10.0.2.1
check client: ping -c1 -W2 10.0.2.2
check not client: ip route get 1.2.3.4 from 9.9.9.9
`

func TestCommand(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, routed)
	for _, c := range []struct{ node, words, want string }{
		{"client", "ip -4 -br addr show dev eth0", "10.0.1.2/24"},
		{"client", "ping -c1 10.0.2.2", "1 received"},
		{"server", "ip -n client route", "default via 10.0.1.1"},
		{"server", "ip netns list", "client"},
		{"server", "netstat -rn", "10.0.2.1"},
		{"r", "sysctl net.ipv4.ip_forward", "net.ipv4.ip_forward = 1"},
		{"client", "gip topo", "client:eth0"},
		{"client", "sh -c ip\\_-br\\_link;cat\\_/sys/class/net/eth0/operstate;hostname", "up"},
		{"client", "ip netns exec server ip -br addr", "10.0.2.2/24"},
		{"client", "sh -c ip\\_-n\\_server\\_-br\\_addr", "10.0.2.2/24"},
	} {
		words := strings.Fields(c.words)
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], `\_`, " ")
		}
		out, err := l.Node(c.node).Command(words[0], words[1:]...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %s: %v\n%s", c.node, c.words, err, out)
		}
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, routed)
	ln, err := l.Node("server").Listen("tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	c, err := l.Node("client").Dial("tcp", "10.0.2.2:80")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if from := c.LocalAddr().(*net.TCPAddr).IP.String(); from != "10.0.1.2" {
		t.Error("dialled from ", from)
	}
	fmt.Fprintln(c, "hello")
	c.(*net.TCPConn).CloseWrite()
	if b, err := io.ReadAll(c); string(b) != "hello\n" {
		t.Errorf("%q, %v", b, err)
	}
	var op *net.OpError
	if _, err := l.Node("client").Dial("tcp", "server:80"); !errors.As(err, &op) || !strings.Contains(err.Error(), "no resolver") {
		t.Error(err)
	}
	if _, err := l.Node("client").Dial("tcp", "10.0.2.2:81"); !errors.Is(err, unix.ECONNREFUSED) {
		t.Error(err)
	}
	p, err := l.Node("server").ListenPacket("udp", "10.0.2.2:0")
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
}

// TestZone holds that the zone of an address is a link of the node, where the caller has
// another one of that name, which package net has seen.
func TestZone(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, "link a:first c:first\nlink a:up b:up")
	var local string
	var index int
	l.Node("a").Do(func() {
		if link, err := net.InterfaceByName("up"); err == nil {
			addrs, _ := link.Addrs()
			local, index = addrs[0].(*net.IPNet).IP.String(), link.Index
		}
	})
	if err := l.Node("b").Do(func() { net.InterfaceByName("up") }); err != nil { // fills net's memory of names with b's
		t.Fatal(err)
	}
	server, err := l.Node("a").Listen("tcp", "["+local+"%up]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	port := server.Addr().(*net.TCPAddr).Port
	c, err := l.Node("b").Dial("tcp", fmt.Sprintf("[%s%%up]:%d", local, port))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	var op *net.OpError
	if _, err := l.Node("b").Dial("udp", "[fe80::1%none]:9"); !errors.As(err, &op) || !strings.Contains(err.Error(), "zone") {
		t.Error(err)
	}
	p, err := l.Node("a").ListenPacket("udp", fmt.Sprintf("[%s%%%d]:0", local, index))
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
}

func TestNetlink(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, routed)
	h, err := l.Node("r").Netlink()
	if err != nil {
		t.Fatal(err)
	}
	links, err := h.LinkList()
	if err != nil || len(links) != 3 {
		t.Errorf("%d links, %v", len(links), err)
	}
	h2, err := l.Node("nobody").Netlink()
	if h2 != nil || !errors.Is(err, lab.ErrNoNode) {
		t.Error(h2, err)
	}
}

// TestDo holds that what a function opens and starts is in the node, and what ends it
// ends the caller.
func TestDo(t *testing.T) {
	t.Parallel()
	l := lab.StartOrSkip(t, routed)
	client := l.Node("client")
	err := client.Do(func() {
		out, err := exec.Command("sh", "-c", "ip -br -4 addr show eth0; pwd").CombinedOutput()
		if dir, _ := os.Getwd(); err != nil || !strings.Contains(string(out), "10.0.1.2/24") || !strings.Contains(string(out), dir) {
			t.Errorf("%s, %v", out, err)
		}
		out, err = gip.Command("ip", "netns", "list").Output()
		if err != nil || strings.Count(string(out), "\n") != 3 {
			t.Errorf("%s, %v", out, err)
		}
	})
	if err != nil {
		t.Error(err)
	}
	cause := errors.New("the cause")
	func() {
		defer func() {
			err, _ := recover().(error)
			if !errors.Is(err, cause) || !strings.Contains(err.Error(), "lab_test.go") {
				t.Error(err)
			}
		}()
		client.Do(func() { panic(cause) })
		t.Error("it goes on after a panic")
	}()
	ended := make(chan bool)
	go func() {
		defer close(ended)
		client.Do(runtime.Goexit)
		t.Error("it goes on after Goexit")
	}()
	<-ended
	l.Close()
	var ns *gip.NamespaceError
	if err := client.Do(func() { t.Error("called") }); !errors.As(err, &ns) || !errors.Is(err, lab.ErrClosed) {
		t.Error(err)
	}
	if _, err := client.Command("ip", "link").Output(); !errors.Is(err, lab.ErrClosed) {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	lab.StartOrSkip(t, "node a")
	var text *lab.TextError
	_, err := lab.New(t.Context(), "frob\nlink a b mtu 5\nnode c\nc: ip frob")
	if !errors.As(err, &text) || text.Line != 1 || !strings.Contains(err.Error(), "lab:2: ") {
		t.Error(err)
	}
	_, err = lab.New(t.Context(), "node c\nc: ip frob")
	if !errors.As(err, &text) || text.Line != 2 || !strings.Contains(text.Text, `Object "frob" is unknown`) {
		t.Error(err)
	}
	var build *lab.BuildError
	_, err = lab.New(t.Context(), "node a\na: sh -c \"echo out; exit 3\"")
	if !errors.As(err, &build) || build.Output != "out\nlab:2: a: sh -c \"echo out; exit 3\": exit status 3\n" {
		t.Errorf("%q", err)
	}
	_, err = lab.New(t.Context(), "node a\na: ip route add default via 10.0.0.1")
	if !errors.As(err, &build) || !strings.Contains(build.Output, "lab:2: a: ip route add default via 10.0.0.1\nError: Nexthop has invalid gateway.\n") {
		t.Errorf("%q", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = lab.New(ctx, "node a\na: sleep 100"); err != context.Canceled {
		t.Error(err)
	}
}
