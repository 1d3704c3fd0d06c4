package topo

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"gip/compat_test/emulated"
)

// made is a random network: trees, rings and loners, ports, tunnels, long names.
func made(r *rand.Rand) *Graph {
	g := &Graph{Version: Version}
	for i := range 1 + r.IntN(30) {
		n := &Namespace{Name: fmt.Sprint(oddName(r), "#", i), Forwards: r.IntN(2) == 0}
		for j := range r.IntN(8) {
			l := &Link{Name: fmt.Sprint(oddName(r), j), Index: j + 1, Up: true, State: "UP", Type: "ether", Kind: "veth", MTU: 1500}
			for k := range r.IntN(3) {
				l.Addresses = append(l.Addresses, Address{Address: fmt.Sprintf("10.%d.%d.%d/24", i, j, k), Scope: "global"})
			}
			if j > 2 && r.IntN(2) == 0 {
				l.Master, n.Links[0].Kind = n.Links[0].Name, "bridge"
			}
			n.Links = append(n.Links, l)
		}
		for range r.IntN(12) {
			n.Routes = append(n.Routes, &Route{Dst: "default", Family: 4, Text: "default via " + oddName(r)})
		}
		g.Namespaces = append(g.Namespaces, n)
	}
	for range r.IntN(40) {
		e := &Edge{Type: []string{"veth", "veth", "lower", "tunnel"}[r.IntN(4)], A: anyEnd(r, g), B: anyEnd(r, g)}
		if e.Type == "tunnel" {
			e.Label = oddName(r)
		}
		if r.IntN(10) == 0 {
			e.B = End{Link: oddName(r), Unseen: "gone"}
		}
		if e.A.Link != "" {
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

func anyEnd(r *rand.Rand, g *Graph) End {
	n := g.Namespaces[r.IntN(len(g.Namespaces))]
	if len(n.Links) == 0 {
		return End{}
	}
	return End{Namespace: n.Name, Link: n.Links[r.IntN(len(n.Links))].Name}
}

// odd are pieces of names: what means something in one of the languages, and what is no
// text at all.
var odd = []string{"a", "eth0", "end", "style", "subgraph", "graph", "<b>", "]]>", "&amp;", `"`, "'", `\`, `\n`, "#", ";", "#35;", "--", "-->",
	"|", "{", "}", "[", "]", "(", ")", "%%", "`", "*", "_", "$x$", "ü", "中", "\x00", "\x01", "\x1b", "\x7f", "\xff", "\u0085", "\u202e", "\ufffe", "😀", " ", "\t", "\n",
	"click", "o", "x", "@", "/", "~", "="}

func oddName(r *rand.Rand) (s string) {
	for range 1 + r.IntN(4) {
		s += odd[r.IntN(len(odd))]
	}
	return s
}

func graphs(n int) (all []*Graph) {
	for i := range n {
		all = append(all, made(rand.New(rand.NewPCG(7, uint64(i)))))
	}
	return all
}

// A shape is an element of an SVG picture with its numbers.
type shape struct {
	class      string
	x, y, w, h int
}

func (a shape) overlaps(b shape) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

func (a shape) holds(b shape) bool {
	return b.x >= a.x && b.y >= a.y && b.x+b.w <= a.x+a.w && b.y+b.h <= a.y+a.h
}

// shapes reads a picture: its page, its boxes, and the texts of each box.
func shapes(t *testing.T, svg string) (page shape, boxes []shape, texts [][]shape) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if token == nil {
			return page, boxes, texts
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		number := func(name string) int {
			n, err := strconv.Atoi(attribute(e, name))
			if err != nil {
				t.Fatalf("%s of %s: %v", name, e.Name.Local, err)
			}
			return n
		}
		switch {
		case e.Name.Local == "svg":
			page = shape{w: number("width"), h: number("height")}
		case attribute(e, "class") == "box":
			boxes, texts = append(boxes, shape{"box", number("x"), number("y"), number("width"), number("height")}), append(texts, nil)
		case e.Name.Local == "text":
			// A line of this font reaches nine pixels above its base and three below.
			s := shape{"text", number("x"), number("y") - 9, number("textLength"), 12}
			texts[len(texts)-1] = append(texts[len(texts)-1], s)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// TestSVGNumbers holds that no box is over another one or leaves the page, and no text
// leaves its box or is over another one.
func TestSVGNumbers(t *testing.T) {
	for i, g := range graphs(100) {
		checkNumbers(t, fmt.Sprint("graph ", i), g.SVG(TextOptions{All: i%2 == 0}), len(g.Namespaces))
		if t.Failed() {
			break
		}
	}
}

func checkNumbers(t *testing.T, what, svg string, namespaces int) {
	t.Helper()
	page, boxes, texts := shapes(t, svg)
	if len(boxes) != namespaces {
		t.Errorf("%s: %d boxes of %d namespaces", what, len(boxes), namespaces)
	}
	for j, b := range boxes {
		if !page.holds(b) {
			t.Errorf("%s: box %v leaves the page %v", what, b, page)
		}
		for _, other := range boxes[:j] {
			if b.overlaps(other) {
				t.Errorf("%s: boxes %v and %v overlap", what, b, other)
			}
		}
		for k, text := range texts[j] {
			if !b.holds(text) || k > 0 && text.overlaps(texts[j][k-1]) {
				t.Errorf("%s: text %v in box %v", what, text, b)
			}
		}
	}
}

// curve is a piece of a path: a line that begins at the first point, with two points that
// it bends to.
var curve = regexp.MustCompile(`(-?\d+),(-?\d+) C(-?\d+),(-?\d+) (-?\d+),(-?\d+) (-?\d+),(-?\d+)`)

// TestLinesBend holds that no line passes below a box where it bends.
func TestLinesBend(t *testing.T) {
	bends := 0
	for i, g := range graphs(40) {
		svg := g.SVG(TextOptions{All: true})
		_, boxes, _ := shapes(t, svg)
		for _, m := range curve.FindAllStringSubmatch(svg, -1) {
			var p [8]float64
			for j := range p {
				p[j], _ = strconv.ParseFloat(m[j+1], 64)
			}
			bends++
			for step := 1; step < 20; step++ {
				u := float64(step) / 20
				v := 1 - u
				at := func(k int) int {
					return int(v*v*v*p[k] + 3*v*v*u*p[k+2] + 3*v*u*u*p[k+4] + u*u*u*p[k+6])
				}
				for _, b := range boxes {
					if b.overlaps(shape{"", at(0), at(1), 1, 1}) {
						t.Fatalf("graph %d: %s passes below box %v", i, m[0], b)
					}
				}
			}
		}
	}
	if bends < 100 {
		t.Errorf("%d bends only", bends)
	}
}

// TestSVGPlaces holds that a hub has its neighbours on both sides, and a chain stands in
// a row.
func TestSVGPlaces(t *testing.T) {
	g := &Graph{}
	for i := range 9 {
		g.Namespaces = append(g.Namespaces, &Namespace{Name: fmt.Sprint(i)})
	}
	for i := range 8 {
		hub, leaf := g.Namespaces[0], g.Namespaces[i+1]
		for _, n := range []*Namespace{hub, leaf} {
			n.Links = append(n.Links, &Link{Name: fmt.Sprint("l", i), Up: true})
		}
		g.Edges = append(g.Edges, &Edge{Type: "veth", A: End{Namespace: "0", Link: fmt.Sprint("l", i)}, B: End{Namespace: leaf.Name, Link: fmt.Sprint("l", i)}})
	}
	_, boxes, _ := shapes(t, g.SVG(TextOptions{}))
	left := 0
	for _, b := range boxes[1:] {
		if b.x < boxes[0].x {
			left++
		}
	}
	if left != 4 {
		t.Errorf("%d of 8 neighbours are on the left", left)
	}
}

func TestLanguages(t *testing.T) {
	for i, g := range graphs(100) {
		for name, s := range map[string]string{"svg": g.SVG(TextOptions{}), "dot": g.DOT(TextOptions{}), "mermaid": g.Mermaid(TextOptions{})} {
			if !utf8.ValidString(s) {
				t.Errorf("graph %d: %s is not UTF-8", i, name)
			}
		}
	}
}

// oddGraphs are graphs of odd names for a program that checks a language, ten times as many
// with -thorough.
func oddGraphs(n int) []*Graph {
	if flag.Lookup("thorough").Value.String() == "true" {
		n *= 10
	}
	return graphs(n)
}

// tool finds a program that checks a language.
func tool(t *testing.T, name string) {
	t.Helper()
	emulated.Skip(t)
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(name + " is not there")
	}
}

// TestSVGXML has xmllint read pictures of odd names.
func TestSVGXML(t *testing.T) {
	tool(t, "xmllint")
	dir, args := t.TempDir(), []string{"--noout"}
	for i, g := range oddGraphs(50) {
		path := filepath.Join(dir, fmt.Sprint(i, ".svg"))
		if err := os.WriteFile(path, []byte(g.SVG(TextOptions{})), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command("xmllint", args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestDOT has graphviz lay out graphs of odd names; it is told to take a graph from each
// file, and complains about what it does not understand.
func TestDOT(t *testing.T) {
	tool(t, "dot")
	var all strings.Builder
	drawn := oddGraphs(40)
	for _, g := range drawn {
		all.WriteString(g.DOT(TextOptions{}))
	}
	cmd := exec.Command("dot", "-Tsvg")
	cmd.Stdin = strings.NewReader(all.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if got := strings.Count(string(out), "</svg>"); err != nil || stderr.Len() > 0 || got != len(drawn) {
		t.Errorf("%d pictures of %d, %v: %s", got, len(drawn), err, stderr.String())
	}
}

// TestMermaid has mermaid's own parser read flowcharts of odd names, as "make mermaid"
// gets it from npm.
func TestMermaid(t *testing.T) {
	tool(t, "node")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(cache, "gip/mermaid")
	if base := os.Getenv("GIP_CACHE"); base != "" {
		dir = filepath.Join(base, "mermaid")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules/mermaid")); err != nil {
		t.Skip("mermaid is not there: make mermaid")
	}
	var in strings.Builder
	drawn := append(oddGraphs(20), &Graph{})
	for _, g := range drawn {
		line, err := json.Marshal(g.Mermaid(TextOptions{}))
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	in.WriteString("\"flowchart LR\\na[\\\"x\"\n") // which has to be refused
	cmd := exec.Command("node", "testdata/mermaid/check.mjs", dir)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), strconv.Itoa(len(drawn)+1)+": ") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestRing draws what is hard to lay out, in little time.
func TestRing(t *testing.T) {
	g := &Graph{}
	const n = 200
	for i := range n {
		g.Namespaces = append(g.Namespaces, &Namespace{Name: fmt.Sprint("n", i), Links: []*Link{{Name: "left", Up: true}, {Name: "right", Up: true}}})
		g.Edges = append(g.Edges, &Edge{Type: "veth", A: End{Namespace: fmt.Sprint("n", i), Link: "right"}, B: End{Namespace: fmt.Sprint("n", (i+1)%n), Link: "left"}})
	}
	checkNumbers(t, "a ring", g.SVG(TextOptions{}), n)
	for i := range n { // and a mesh
		for j := range 5 {
			g.Edges = append(g.Edges, &Edge{Type: "tunnel", Label: "x", A: End{Namespace: fmt.Sprint("n", i), Link: "right"}, B: End{Namespace: fmt.Sprint("n", (i*7+j*31)%n), Link: "left"}})
		}
	}
	checkNumbers(t, "a mesh", g.SVG(TextOptions{}), n)
}
