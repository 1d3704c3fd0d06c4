package topo

import (
	"strconv"
	"strings"
)

// Mermaid is the graph as a flowchart of mermaid, which README files may have: a
// subgraph for each namespace, a node for each link.
func (g *Graph) Mermaid(opt TextOptions) string {
	d := newDrawing(g, opt)
	d.raw("flowchart LR\n")
	for i, n := range g.Namespaces {
		id, rows := strconv.Itoa(i), d.rows(n)
		d.fill("subgraph n%[%]\n", id, quoteMermaid(n.Name+headRemarks(n)))
		for _, r := range rows {
			lines := append([]string{r.name}, r.middle()...)
			d.fill("  %[%]\n", d.node(i, r.l), quoteMermaid(strings.Join(lines, "\n")))
		}
		for j, text := range firstRoutes(n) {
			d.fill("  r%_%([%])\n", id, strconv.Itoa(j), quoteMermaid(text))
		}
		if len(rows) == 0 && len(n.Routes) == 0 {
			d.fill("  e%[\" \"]\n", id) // a subgraph is drawn for its nodes
		}
		d.raw("end\n")
		for _, r := range rows {
			if m := n.Find(r.l.Master); m != nil {
				d.fill("% -.- %\n", d.node(i, m), d.node(i, r.l))
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
			d.fill("% -.-|%| %\n", a, quoteMermaid(e.Label), b)
		case e.Type == "lower":
			d.fill("% -.-|over| %\n", a, b)
		default:
			d.fill("% --- %\n", a, b)
		}
	}
	return string(d.b)
}

// node names a link.
func (d *drawing) node(namespace int, l *Link) string {
	return "n" + strconv.Itoa(namespace) + d.port(d.Namespaces[namespace], l)
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
			b.WriteString(filled("#%;", strconv.Itoa(int(r))))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
