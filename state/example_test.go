package state_test

import (
	"context"
	"errors"
	"fmt"

	"gip"
	"gip/lab"
	"gip/state"
)

// What a change breaks is brought back.
func Example() {
	ctx := context.Background()
	l, err := lab.New(ctx, "link a:eth0 10.0.0.1/24 b:eth0 10.0.0.2/24\na: ip route add default via 10.0.0.2")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	a := l.Node("a")
	before, err := state.Snapshot(ctx, a.Namespace())
	if err != nil {
		fmt.Println(err)
		return
	}
	a.Command("ip", "route", "flush", "all").Run()
	a.Command("ip", "route", "add", "10.9.0.0/16", "dev", "eth0").Run()
	err = state.Restore(ctx, a.Namespace(), before)
	out, _ := a.Command("ip", "-j", "route").Output()
	fmt.Printf("%v\n%s\n", err, out)
	// Output:
	// <nil>
	// [{"dst":"default","gateway":"10.0.0.2","dev":"eth0","flags":[]},{"dst":"10.0.0.0/24","dev":"eth0","protocol":"kernel","scope":"link","prefsrc":"10.0.0.1","flags":[]}]
}

func ExampleDiff() {
	const head = "# gip snapshot 1\nlink lo index 1 hardware 772 up\n"
	before, err := state.Parse(head + "route 10.0.0.0/8 dev lo\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := state.Parse(head + "route 10.0.0.0/9 dev lo\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range state.Diff(before, after) {
		fmt.Println(c)
	}
	// Output:
	// + route 10.0.0.0/9 dev lo
	// - route 10.0.0.0/8 dev lo
}

func ExampleSnapshot() {
	_, err := state.Snapshot(context.Background(), gip.Named("no-such-name"))
	fmt.Println(err)
	// Output: gip: namespace no-such-name: no such file or directory
}

// An error of a text tells the line.
func ExampleParse() {
	s, err := state.Parse("# gip snapshot 1\nlink lo index 1 hardware 772 up\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s.Text())
	_, err = state.Parse("# gip snapshot 1\nlink lo mtu 1500\n")
	fmt.Println(err)
	// Output:
	// # gip snapshot 1
	// link lo index 1 hardware 772 up
	// state: line 2: link lo has no index, or is there twice
}

// A context that has ended changes nothing.
func ExampleRestore() {
	l, err := lab.New(context.Background(), "node a")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	a := l.Node("a").Namespace()
	want, err := state.Snapshot(context.Background(), a)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(errors.Is(state.Restore(ctx, a, want), context.Canceled))
	fmt.Println(state.Restore(context.Background(), a, want))
	// Output:
	// true
	// <nil>
}
