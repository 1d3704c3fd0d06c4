package topo

import "strings"

// Mermaid is the graph as a flowchart of mermaid, which README files may have: a
// subgraph for each namespace, a node for each link.
func (g *Graph) Mermaid(opt TextOptions) string {
	d := newDrawing(g, opt)
	d.raw("flowchart LR\n")
	for i, n := range g.Namespaces {
		id := decimal(uint64(i))
		d.raw("subgraph n" + id + "[" + quoteMermaid(n.Name+headRemarks(n)) + "]\n")
		for _, r := range d.rows(n) {
			lines := append([]string{r.name}, r.middle()...)
			d.raw("  " + d.node(i, r.l) + "[" + quoteMermaid(strings.Join(lines, "\n")) + "]\n")
		}
		for j, text := range routeTexts(n) {
			d.raw("  r" + id + "_" + decimal(uint64(j)) + "([" + quoteMermaid(text) + "])\n")
		}
		if len(d.rows(n)) == 0 && len(n.Routes) == 0 {
			d.raw("  e" + id + "[\" \"]\n") // a subgraph is drawn for its nodes
		}
		d.raw("end\n")
		for _, r := range d.rows(n) {
			if r.l.Master != "" && n.Find(r.l.Master) != nil {
				d.raw(d.node(i, n.Find(r.l.Master)) + " -.- " + d.node(i, r.l) + "\n")
			}
		}
	}
	for _, e := range g.Edges {
		from, to := d.end(e.A), d.end(e.B)
		if from == nil || to == nil {
			continue
		}
		a, b := d.node(d.number[e.A.Namespace], from), d.node(d.number[e.B.Namespace], to)
		switch {
		case e.Type == "tunnel":
			d.raw(a + " -.-|" + quoteMermaid(e.Label) + "| " + b + "\n")
		case e.Type == "lower":
			d.raw(a + " -.-|over| " + b + "\n")
		default:
			d.raw(a + " --- " + b + "\n")
		}
	}
	return d.b.String()
}

// node names a link.
func (d *drawing) node(namespace int, l *Link) string {
	return "n" + decimal(uint64(namespace)) + d.port(d.Namespaces[namespace], l)
}

// quoteMermaid quotes a text. Characters that mean something to mermaid, to Markdown or
// to HTML become its entity codes: "#35;" is "#".
func quoteMermaid(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range printable(s, '\n') {
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case strings.ContainsRune("#;&<>\"`'\\|*_~[](){}$%", r):
			b.WriteString("#" + decimal(uint64(r)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
