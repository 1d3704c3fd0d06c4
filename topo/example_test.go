package topo_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"gip/topo"
)

// document is a network of two hosts, as "gip topo -o json" has it.
const document = `{"version": 1, "namespaces": [
	{"name": "host", "self": true, "links": [{"index": 2, "name": "eth0", "kind": "veth", "type": "ether", "state": "UP",
		"up": true, "mtu": 1500, "addresses": [{"address": "10.0.0.1/24", "scope": "global"}]}]},
	{"name": "b", "links": [{"index": 2, "name": "eth0", "kind": "veth", "type": "ether", "state": "UP", "up": true, "mtu": 1500}]}],
	"edges": [{"type": "veth", "a": {"namespace": "host", "link": "eth0"}, "b": {"namespace": "b", "link": "eth0"}}]}`

// The picture of the machine is written to a file.
func ExampleRead() {
	g, err := topo.Read(context.Background(), topo.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, what := range g.Unseen {
		fmt.Fprintln(os.Stderr, "not seen:", what)
	}
	svg := g.SVG(topo.TextOptions{})
	fmt.Println(strings.HasPrefix(svg, "<svg "), g.Namespaces[0].Find("lo").MTU)
	// Output: true 65536
}

func ExampleGraph_Text() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(g.Text(topo.TextOptions{}))
	// Output:
	// host
	//   eth0  10.0.0.1/24  ──── b:eth0
	//
	// b
	//   eth0    ──── host:eth0
}

func ExampleGraph_Mermaid() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	first, _, _ := strings.Cut(g.Mermaid(topo.TextOptions{}), "\n")
	fmt.Println(first)
	first, _, _ = strings.Cut(g.DOT(topo.TextOptions{}), "\n")
	fmt.Println(first)
	// Output:
	// flowchart LR
	// graph network {
}

// A network becomes a lab that builds the same.
func ExampleGraph_Lab() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(g.Lab())
	// Output:
	// lab topo
	// # main is host
	// node main b
	// link main:eth0 10.0.0.1/24  b:eth0
}

func ExampleGraph_Keep() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Keep([]string{"b"}))
	fmt.Println(len(g.Namespaces), g.Edges[0].Other(g.Edges[0].A).Namespace)
	fmt.Println(g.Keep([]string{"nosuch"}))
	// Output:
	//  true
	// 1 b
	// nosuch false
}

func ExampleDiff() {
	before, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, _ := topo.ParseJSON(before.JSON())
	after.Find("b").Find("eth0").MTU = 1400
	fmt.Println(strings.Join(topo.Diff(before, after), "\n"))
	// Output: ~ b:eth0: mtu 1500 → 1400
}

// The network is told as it is, and again at each change, until the context ends.
func ExampleWatch() {
	ctx, stop := context.WithCancel(context.Background())
	err := topo.Watch(ctx, topo.Options{}, func(g *topo.Graph) bool {
		fmt.Println(g.Namespaces[0].Self)
		stop()
		return true
	})
	fmt.Println(err)
	// Output:
	// true
	// context canceled
}

// What was drawn keeps its place in the next picture.
func ExampleDrawer() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	var d topo.Drawer
	first := d.SVG(g, topo.TextOptions{})
	fmt.Println(d.SVG(g, topo.TextOptions{}) == first)
	// Output: true
}

func ExampleIn() {
	err := topo.In("no-such-name", func() { fmt.Println("not called") })
	fmt.Println(err)
	// Output: no such file or directory
}

// What Read returns and what gip topo -o json has written are one document.
func ExampleParseJSON() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := topo.ParseJSON(g.JSON())
	fmt.Println(len(again.Namespaces), err)
	_, err = topo.ParseJSON(`{"version": 1, "namespaces": 7}`)
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// line 1: expected an array, not a number
}

func ExampleGraph_DOT() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	dot := g.DOT(topo.TextOptions{}) // "dot -Tpng" makes a picture of it
	fmt.Println(strings.HasSuffix(dot, "}\n"), strings.Contains(dot, "10.0.0.1/24"))
	// Output: true true
}

func ExampleGraph_SVG() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasSuffix(strings.TrimSpace(g.SVG(topo.TextOptions{})), "</svg>"))
	// Output: true
}

// An edge is followed from one end to the other.
func ExampleEdge_Other() {
	g, err := topo.ParseJSON(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := g.Edges[0]
	far := e.Other(e.A)
	fmt.Println(far.Namespace, g.Find(far.Namespace).Find(far.Link).Kind)
	// Output: b veth
}
