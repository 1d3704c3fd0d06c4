package topo

import "strings"

// DOT is the graph for graphviz: a cluster for each namespace, a node for each link,
// named by numbers, so that no name has to be a word of that language.
func (g *Graph) DOT(opt TextOptions) string {
	d := newDrawing(g, opt)
	d.raw("graph network {\n\trankdir=LR; compound=true;\n\tnode [shape=box, fontname=monospace, fontsize=10, margin=\"0.08,0.04\"];\n" +
		"\tgraph [fontname=monospace, fontsize=12]; edge [fontname=monospace, fontsize=9];\n")
	for i, n := range g.Namespaces {
		id := decimal(uint64(i))
		d.raw("\tsubgraph cluster_" + id + " {\n\t\tlabel=" + quoteDOT(n.Name+headRemarks(n)) + "; style=rounded;\n")
		d.raw("\t\tn" + id + " [shape=point, style=invis];\n")
		for _, r := range d.rows(n) {
			lines := append([]string{r.name}, r.middle()...)
			d.raw("\t\t" + d.id(i, r.l) + " [label=" + quoteDOT(strings.Join(lines, "\n")) + "];\n")
		}
		for _, r := range d.rows(n) {
			if r.l.Master != "" && n.Find(r.l.Master) != nil {
				d.raw("\t\t" + d.id(i, n.Find(r.l.Master)) + " -- " + d.id(i, r.l) + " [style=dotted];\n")
			}
		}
		for j, text := range routeTexts(n) {
			d.raw("\t\tr" + id + "_" + decimal(uint64(j)) + " [shape=plaintext, label=" + quoteDOT(text) + "];\n")
		}
		d.raw("\t}\n")
	}
	for _, e := range g.Edges {
		a, b := d.end(e.A), d.end(e.B)
		if a == "" || b == "" {
			continue
		}
		style := ""
		switch e.Type {
		case "tunnel":
			style = " [style=dashed, label=" + quoteDOT(e.Label) + "]"
		case "lower":
			style = " [style=dotted, label=\"over\"]"
		}
		d.raw("\t" + a + " -- " + b + style + ";\n")
	}
	d.raw("}\n")
	return d.b.String()
}

// quoteDOT quotes a string for graphviz, where a backslash begins an escape, and bytes
// have to be UTF-8.
func quoteDOT(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(printable(s, '\n')) + `"`
}

// A drawing writes a graph in a language of others.
type drawing struct {
	textWriter
	number map[string]int // of namespaces
}

func newDrawing(g *Graph, opt TextOptions) *drawing {
	d := &drawing{number: map[string]int{}}
	d.textWriter = textWriter{Graph: g, TextOptions: opt, at: g.ends()}
	for i, n := range g.Namespaces {
		d.number[n.Name] = i
	}
	return d
}

func (d *drawing) raw(s string) { d.b.WriteString(s) }

// id names a link by numbers, as nodes are called.
func (d *drawing) id(namespace int, l *Link) string {
	for i, other := range d.Namespaces[namespace].Links {
		if other == l {
			return "l" + decimal(uint64(namespace)) + "_" + decimal(uint64(i))
		}
	}
	return ""
}

// end is the node of an end, "" for one that is not drawn.
func (d *drawing) end(e End) string {
	i, ok := d.number[e.Namespace]
	if !ok || e.Unseen != "" {
		return ""
	}
	l := d.Namespaces[i].Find(e.Link)
	if l == nil || !d.shown(l) {
		return ""
	}
	return d.id(i, l)
}

// routeTexts are the first routes of a namespace.
func routeTexts(n *Namespace) (all []string) {
	for i, r := range n.Routes {
		if i == maxRoutes {
			return append(all, "… and "+decimal(uint64(len(n.Routes)-i))+" more routes")
		}
		all = append(all, familyWord(r.Family)+r.Text)
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
