package topo

import (
	"strconv"
	"strings"
)

// DOT is the graph for graphviz: a record for each namespace, a field of it for each
// link. (Clusters would be the other way, but dot fails on some graphs that have them.)
// All are named by numbers, so that no name has to be a word of that language.
func (g *Graph) DOT(opt TextOptions) string {
	d := newDrawing(g, opt)
	d.raw("graph network {\n\trankdir=LR;\n\tnode [shape=record, fontname=monospace, fontsize=10];\n\tedge [fontname=monospace, fontsize=9];\n")
	for i, n := range g.Namespaces {
		d.fill("\tn% [label=\"%", strconv.Itoa(i), fieldDOT(n.Name+headRemarks(n)))
		for _, r := range d.rows(n) {
			words := append([]string{strings.TrimPrefix(r.branch, "  ") + r.name}, r.middle()...)
			d.fill(`|<%> %\l`, d.port(n, r.l), fieldDOT(strings.Join(words, " ")))
		}
		for _, text := range firstRoutes(n) {
			d.fill(`|%\l`, fieldDOT(text))
		}
		d.raw("\"];\n")
	}
	for _, e := range g.Edges {
		a, b := d.end(e.A), d.end(e.B)
		if a == nil || b == nil {
			continue
		}
		style := ""
		switch e.Type {
		case "tunnel":
			style = filled(` [style=dashed, label="%"]`, fieldDOT(e.Label))
		case "lower":
			style = ` [style=dotted, label="over"]`
		}
		d.fill("\t% -- %%;\n", d.field(e.A, a), d.field(e.B, b), style)
	}
	d.raw("}\n")
	return string(d.b)
}

// field is the name of a link's field, with its record.
func (d *drawing) field(e End, l *Link) string {
	i := d.number[e.Namespace]
	return filled("n%:%", strconv.Itoa(i), d.port(d.Namespaces[i], l))
}

// fieldDOT quotes the text of a field, in which braces, bars and blanks mean something,
// too.
func fieldDOT(s string) string {
	var b strings.Builder
	for _, r := range printable(s) {
		if strings.ContainsRune(`\"{}|<> `, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// A drawing writes a graph in a language of others.
type drawing struct {
	textWriter
	number map[string]int // of namespaces
	ports  map[*Link]string
}

func newDrawing(g *Graph, opt TextOptions) *drawing {
	d := &drawing{number: map[string]int{}}
	d.textWriter = textWriter{Graph: g, TextOptions: opt, at: g.ends()}
	for i, n := range g.Namespaces {
		d.number[n.Name] = i
	}
	return d
}

// port names a link of a namespace by its number.
func (d *drawing) port(n *Namespace, l *Link) string {
	if d.ports == nil {
		d.ports = map[*Link]string{}
	}
	if d.ports[l] == "" {
		for i, link := range n.Links {
			d.ports[link] = "l" + strconv.Itoa(i)
		}
	}
	return d.ports[l]
}

// end is the link of an end, nil for one that is not drawn.
func (d *drawing) end(e End) *Link {
	i, ok := d.number[e.Namespace]
	if !ok || e.Unseen != "" {
		return nil
	}
	l := d.Namespaces[i].Find(e.Link)
	if l == nil || !d.shown(l) {
		return nil
	}
	return l
}

// firstRoutes are the first routes of a namespace, and how many more there are.
func firstRoutes(n *Namespace) []string {
	all := routeTexts(n)
	if left := len(all) - maxRoutes; left > 0 {
		all = append(all[:maxRoutes], moreRoutes(left))
	}
	return all
}

// printable replaces what is no character, or is one that controls, but for those that
// are kept.
func printable(s string, keep ...rune) string {
	return strings.Map(func(r rune) rune {
		for _, k := range keep {
			if r == k {
				return r
			}
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, s)
}
