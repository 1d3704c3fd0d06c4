package topo_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/labtest"
	"gip/topo"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestLab holds that a lab made from a network is the same network, but for what is
// random, and for the loopbacks, which labs have up.
func TestLab(t *testing.T) {
	labtest.SkipIfForeign(t)
	for _, path := range networks(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if name == "empty" || name == "vm-held" || name == "user" {
			continue // no node, one that only the VM's own first namespace leads to, one that is not seen
		}
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "vm-") && !*inVM {
				t.Skip("needs the test VM: make topovm")
			}
			if name == "ring" && !*thorough {
				t.Skip("200 nodes take a while: -thorough")
			}
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rebuilt(t, string(a.Comment), fresh)
		})
	}
}

// rebuilt builds a network, and a lab from it.
func rebuilt(t *testing.T, script string, flags uintptr) {
	t.Helper()
	t.Parallel()
	parts := strings.Split(inNamespaces(t, tools(t), begin+script+"\n"+carriers+`
gip topo -o lab >net.lab; cat net.lab; printf '\001\n'
gip topo -o json; printf '\001\n'
export XDG_RUNTIME_DIR=$PWD HOME=$PWD
# a bridge's own state follows its ports' within a second or two
gip lab run net.lab -- sh -c 'sleep 2; exec gip topo -o json' 2>err || cat err
`, flags), separator)
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	want, err := topo.ParseJSON(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	got, err := topo.ParseJSON(parts[2])
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, parts[2], parts[0])
	}
	for _, line := range topo.Diff(nodesOnly(want, parts[0]), nodesOnly(got, "")) {
		t.Error(line)
	}
	if t.Failed() {
		t.Log(parts[0])
	}
}

// nodesOnly makes graphs comparable: namespaces have the names of nodes, as comments of
// the lab tell them, and what differs each time is gone. An empty host is no node.
func nodesOnly(g *topo.Graph, lab string) *topo.Graph {
	names := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^# (\S+) is (.+)$`).FindAllStringSubmatch(lab, -1) {
		names[m[2]] = m[1]
	}
	rename := func(name *string) {
		if to := names[*name]; to != "" {
			*name = to
		}
	}
	var kept []*topo.Namespace
	for _, n := range g.Namespaces {
		rename(&n.Name)
		if n.Name == "host" {
			continue
		}
		kept = append(kept, n)
		n.Links = slices.DeleteFunc(n.Links, func(l *topo.Link) bool { return l.Type == "loopback" })
		for _, l := range n.Links {
			l.MAC = ""
			l.Addresses = slices.DeleteFunc(l.Addresses, func(a topo.Address) bool { return a.Scope == "link" })
		}
	}
	g.Namespaces = kept
	// Who the peers of a WireGuard device are, no command of ip can say.
	g.Edges = slices.DeleteFunc(g.Edges, func(e *topo.Edge) bool { return e.Label == "wireguard" })
	for _, e := range g.Edges {
		rename(&e.A.Namespace)
		rename(&e.B.Namespace)
		// Which end is the first depends on who was found first.
		if e.Type != "lower" && e.B.Namespace+e.B.Link < e.A.Namespace+e.A.Link {
			e.A, e.B = e.B, e.A
		}
	}
	return g
}

// TestLabNexthops holds that routes of a lab lead where objects of ip nexthop lead, which
// a lab has none of. A device may be called like their word.
func TestLabNexthops(t *testing.T) {
	g, err := topo.ParseJSON(`{"version":1,"namespaces":[{"name":"a","links":[{"name":"nhid","index":2,"up":true,"kind":"veth","type":"ether"}],
"routes":[{"family":4,"dst":"10.1.0.0/16","table":"main","text":"10.1.0.0/16 nhid 9 via 10.0.0.2 dev nhid linkdown"},
{"family":4,"dst":"10.2.0.0/16","table":"main","text":"10.2.0.0/16 dev nhid scope link"}]}],"edges":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	lab := g.Lab()
	for _, want := range []string{"ip route add 10.1.0.0/16 via 10.0.0.2 dev nhid\n", "ip route add 10.2.0.0/16 dev nhid scope link\n"} {
		if !strings.Contains(lab, want) {
			t.Errorf("no %q in\n%s", want, lab)
		}
	}
}
