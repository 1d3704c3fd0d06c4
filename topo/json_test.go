package topo

import (
	"strings"
	"testing"
)

// sample has each member of the document.
func sample() *Graph {
	return &Graph{Version: Version, Unseen: []string{"x"},
		Namespaces: []*Namespace{{
			Name: `a "b" <c>`, Inode: 1 << 40, Names: []string{"a", "z"}, Self: true, PID: 7, Command: "sh", Container: "0123",
			Unseen: "no", Forwards: true, Forwards6: true,
			Links: []*Link{{Index: 2, Name: "e\x01é", AltNames: []string{"long"}, Kind: "vlan", ID: "5", Type: "ether", State: "UP", Up: true,
				MTU: 1500, MAC: "02:00:00:00:00:01", Master: "br0", Lower: "e0", Options: "id 5",
				Addresses: []Address{{Address: "10.0.0.1", Peer: "10.0.0.2/32", Scope: "global", Flags: []string{"nodad"}, Dynamic: true}},
				Floods:    []string{"10.0.0.7"},
				VLANs:     []VLAN{{ID: 5, Last: 7, PVID: true, Untagged: true}}, Holders: []Process{{PID: 9, Command: "qemu"}}}},
			Routes: []*Route{{Dst: "default", Family: 4, Table: "main", Text: "default via 10.0.0.2 dev e", Vias: []Via{
				{Address: "10.0.0.2", Dev: "e", Owner: End{Namespace: "b", Link: "f"}}, {Address: "10.0.0.3", Dev: "e"}}}},
			Rules: []*Rule{{Family: 6, Priority: 5, Text: "5: from all lookup 7"}},
			Left:  []Left{{Protocol: "bird", Count: 3}},
		}, {Name: "b"}},
		Edges: []*Edge{{Type: "tunnel", Label: "vxlan 5", A: End{Namespace: "b", Link: "f"}, B: End{Link: "g", Unseen: "why"}}},
	}
}

// TestJSON holds that a document reads back as the graph that it is of.
func TestJSON(t *testing.T) {
	want := sample().JSON()
	g, err := ParseJSON(want)
	if err != nil {
		t.Fatal(err)
	}
	if got := g.JSON(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	// Strangers are passed over, and other white space and escapes are the same.
	strange := strings.ReplaceAll(strings.Replace(want, `"version"`, `"new": [{"x": null}, -1.5e3, false], "version"`, 1), "é", `\u00e9`)
	if g, err = ParseJSON(strings.ReplaceAll(strange, "\n", "\r\n\t")); err != nil || g.JSON() != want {
		t.Errorf("a stranger: %v", err)
	}
}

func TestJunk(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "line 1: the document ends where a value is expected",
		"{}":                                "line 1: not a document of gip topo: it has no version",
		"[]":                                "line 1: expected an object, not an array",
		"{\n\"version\": 2}":                "line 1: version 2 of the document is newer than this program",
		"{\"version\": 1,\n\n\"edges\": 5}": "line 3: expected an array, not a number",
		"{\"version\": 1.5}":                "line 1: version is no whole number",
		"{\"version\": 99999999999}":        "line 1: version is too large a number",
		"{\"version\": 1} x":                "line 1: something stands behind the document",
		"{\"version\" 1}":                   "line 1: expected a colon, not '1'",
		"{\"version\": 1\n,}":               "line 2: expected a name in quotes, not '}'",
		"{\"a\n":                            "line 1: a string is not closed",
		`{"a": "\q"}`:                       "line 1: a string has an escape that JSON has not",
		"\x00\xff":                          `line 1: expected a value, not '\x00'`,
		strings.Repeat("[", 100):            "line 1: values are nested too deep",
	} {
		if _, err := ParseJSON(text); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %v, want %s", text, err, want)
		}
	}
}

// FuzzJSON holds that no document makes the reader panic, and that what it takes is
// written and read alike.
func FuzzJSON(f *testing.F) {
	f.Add(sample().JSON())
	f.Add(`{"version": 1, "namespaces": [{"name": "\ud83d\ude00"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ParseJSON(text)
		if err != nil {
			return
		}
		once := g.JSON()
		again, err := ParseJSON(once)
		if err != nil || again.JSON() != once {
			t.Errorf("%v: %s", err, once)
		}
		g.Text(TextOptions{All: true, Width: 40})
		Diff(g, &Graph{})
	})
}

func TestNatural(t *testing.T) {
	names := strings.Fields("a a1 a2 a02x a10 a10b b c007 c8")
	for i := range names {
		for j := range names {
			if got := natural(names[i], names[j]); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("natural(%s, %s) = %d", names[i], names[j], got)
			}
		}
	}
}

// TestDiff holds that each change has its line, and no other.
func TestDiff(t *testing.T) {
	old, new := sample(), sample()
	if lines := Diff(old, new); lines != nil {
		t.Error("the same: ", lines)
	}
	n := new.Namespaces[0]
	n.Name, old.Namespaces[0].Name = "a", "a"
	n.Links[0].MTU, n.Links[0].Up = 1400, false
	n.Links[0].Addresses[0].Address = "10.0.0.9"
	n.Links = append(n.Links, &Link{Name: "x", Kind: "dummy", State: "DOWN"})
	n.Routes = nil
	n.Forwards = false
	new.Namespaces[1].Name = "c"
	want := `~ a: forwards IPv4 on → off
~ a:e` + "\x01" + `é: set up → down
~ a:e` + "\x01" + `é: mtu 1500 → 1400
- a:e` + "\x01" + `é: address 10.0.0.1 peer 10.0.0.2/32 nodad
+ a:e` + "\x01" + `é: address 10.0.0.9 peer 10.0.0.2/32 nodad
+ a:x: dummy
- a: route default via 10.0.0.2 dev e
- b
+ c`
	if got := strings.Join(Diff(old, new), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWidth holds that a terminal's width is kept where words allow it, and that
// nothing is lost.
func TestWidth(t *testing.T) {
	g := sample()
	g.Namespaces[0].Links[0].Addresses = []Address{{Address: "10.0.0.1/24", Scope: "global"}, {Address: "10.0.0.2/24", Scope: "global"},
		{Address: "2001:db8:1111:2222:3333:4444:5555:6666/64", Scope: "global"}}
	g.Namespaces[0].Links[0].Name, g.Namespaces[0].Routes, g.Namespaces[0].Rules = "eth0", nil, nil
	g.Edges = []*Edge{{Type: "veth", A: End{Namespace: g.Namespaces[0].Name, Link: "eth0"}, B: End{Namespace: "b", Link: "f"}}}
	wide, narrow := g.Text(TextOptions{}), g.Text(TextOptions{Width: 60})
	if strings.Join(strings.Fields(wide), " ") != strings.Join(strings.Fields(narrow), " ") {
		t.Errorf("other words:\n%s\n%s", wide, narrow)
	}
	for line := range strings.Lines(strings.TrimPrefix(narrow, strings.SplitAfter(narrow, "\n")[0])) {
		if columns(line) > 61+20 {
			t.Errorf("too wide: %s", line)
		}
	}
	painted := g.Text(TextOptions{Paint: func(_ Paint, s string) string { return "<" + s + ">" }})
	if strings.NewReplacer("<", "", ">", "").Replace(painted) != strings.NewReplacer("<", "", ">", "").Replace(wide) {
		t.Errorf("paint moves text:\n%s\n%s", painted, wide)
	}
}
