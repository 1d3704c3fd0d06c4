package lab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"gip"
	"gip/lab"
)

// wan is a network with a router between two hosts.
const wan = `
router r
link client:eth0 10.0.1.2/24 r:eth0 10.0.1.1/24
link server:eth0 10.0.2.2/24 r:eth1 10.0.2.1/24
client: ip route add default via 10.0.1.1
server: ip route add default via 10.0.2.1
start server: sh -c "echo here I am; exec sleep 1000"
check client: ping -c1 10.0.2.2
check not client: ping -c1 -W1 10.0.3.3
`

// A test has a lab of its own, which ends with it.
func ExampleStart() {
	_ = func(t *testing.T) { // TestRoute
		l := lab.Start(t, wan)
		if err := l.Node("client").Command("ping", "-c1", "10.0.2.2").Run(); err != nil {
			t.Error(err)
		}
	}
}

// Where namespaces may be closed, as on some CI systems, a test is skipped, with the
// reason.
func ExampleStartOrSkip() {
	_ = func(t *testing.T) { // TestRoute
		l := lab.StartOrSkip(t, wan)
		t.Log(l.Node("client").Name())
	}
}

// Each package whose tests make labs has this.
func ExampleMain() {
	_ = func(m *testing.M) { // TestMain
		lab.Main(m)
	}
}

// A program that is no test makes labs, too.
func ExampleNew() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	for _, n := range l.Nodes() {
		fmt.Println(n.Name())
	}
	// Output:
	// r
	// client
	// server
}

func ExampleNode_Command() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	out, err := l.Node("client").Command("ip", "-j", "route", "show", "default").Output()
	fmt.Printf("%s%v\n", out, err)
	out, err = l.Node("client").Command("sh", "-c", "ls /sys/class/net").Output() // a program
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// [{"dst":"default","gateway":"10.0.1.1","dev":"eth0","flags":[]}]
	// <nil>
	// eth0
	// lo
	// <nil>
}

func ExampleNode_Dial() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	server, err := l.Node("server").Listen("tcp", "10.0.2.2:7")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	go func() {
		if c, err := server.Accept(); err == nil {
			io.WriteString(c, "hello "+strings.Split(c.RemoteAddr().String(), ":")[0])
			c.Close()
		}
	}()
	c, err := l.Node("client").Dial("tcp", "10.0.2.2:7")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(c)
	fmt.Println(string(text), err)
	// Output: hello 10.0.1.2 <nil>
}

// What a function opens and starts is in the node.
func ExampleNode_Do() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	err = l.Node("r").Do(func() {
		names, err := os.ReadDir("/sys/class/net")
		fmt.Println(names, err)
	})
	fmt.Println(err)
	// Output:
	// [L eth0 L eth1 L lo] <nil>
	// <nil>
}

func ExampleNode_Netlink() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	h, err := l.Node("client").Netlink()
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := h.LinkByName("eth0")
	fmt.Println(link.Type(), link.Attrs().MTU, err)
	// Output: veth 1500 <nil>
}

// Package gip and package state take a node as a namespace.
func ExampleNode_Namespace() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	c := gip.Command("sysctl", "net.ipv4.ip_forward")
	c.Netns = l.Node("r").Namespace()
	out, err := c.Output()
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// net.ipv4.ip_forward = 1
	// <nil>
}

func ExampleLab_Check() {
	l, err := lab.New(context.Background(), wan+"check r: sh -c \"exit 3\"\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	fmt.Println(l.Check(context.Background()))
	// Output: lab:10: check r: sh -c "exit 3": ip netns exec r sh -c exit 3: exit status 3
}

func ExampleLab_Log() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	for log := ""; err == nil; log, err = l.Log() {
		if strings.HasSuffix(log, "\nhere I am\n") {
			fmt.Print(log)
			break
		}
	}
	// Output:
	// ==> server: sh -c "echo here I am; exec sleep 1000"
	// here I am
}

// Errors tell where in the text something is wrong.
func ExampleTextError() {
	_, err := lab.New(context.Background(), "link a b\nc: ip link")
	fmt.Println(err)
	// Output: lab:2: no node is called "c"
}

// What a node listens on is reached by the others, and by them only.
func ExampleNode_Listen() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	web, err := l.Node("server").Listen("tcp", ":80")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer web.Close()
	out, err := l.Node("server").Command("ss", "-Htln").Output()
	fmt.Println(strings.Fields(string(out))[3], err)
	// Output: *:80 <nil>
}

func ExampleNode_ListenPacket() {
	l, err := lab.New(context.Background(), wan)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	dns, err := l.Node("server").ListenPacket("udp", "10.0.2.2:53")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer dns.Close()
	c, err := l.Node("client").Dial("udp", "10.0.2.2:53")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "who is it")
	b := make([]byte, 512)
	n, from, err := dns.ReadFrom(b)
	fmt.Println(string(b[:n]), strings.Split(from.String(), ":")[0], err)
	// Output: who is it 10.0.1.2 <nil>
}

// A lab whose commands fail is not there, and the error has what they said.
func ExampleBuildError() {
	_, err := lab.New(context.Background(), "node a\na: ip link set dev nosuch up")
	var failed *lab.BuildError
	fmt.Println(errors.As(err, &failed))
	fmt.Println(err)
	// Output:
	// true
	// lab: lab:2: a: ip link set dev nosuch up
	// Cannot find device "nosuch"
}

func ExampleCheckError() {
	l, err := lab.New(context.Background(), "node a\ncheck a: ip link show dev nosuch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	err = l.Check(context.Background())
	var failed *lab.CheckError
	if errors.As(err, &failed) {
		fmt.Printf("line %d, %s: %s", failed.Line, failed.Text, failed.Output)
	}
	// Output: line 2, a: ip link show dev nosuch: Device "nosuch" does not exist.
}
