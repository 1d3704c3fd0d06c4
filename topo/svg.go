package topo

import (
	"strconv"
	"strings"
)

// SVG is the graph as a picture: namespaces are boxes, in columns by their distance
// from the one that is connected best; tunnels are dashed. It follows the reader's
// choice of light or dark, and has all that is known of a link in its tooltip.
func (g *Graph) SVG(opt TextOptions) string {
	opt.Width, opt.Paint = 0, nil
	return g.draw(opt).svg()
}

func (p *picture) svg() string {
	s := &svgWriter{picture: p, bows: map[*box]int{}}
	s.open()
	for _, l := range s.lines {
		s.line(l)
	}
	for _, b := range s.boxes {
		s.box(b)
	}
	s.raw("</svg>\n")
	return string(s.b)
}

// The styles are written out for dark again: few programs that draw SVG know variables.
const svgStyle = `<style>
svg{background:#fbfbfa;font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace;font-size:11.6px}
text{fill:#1f2430;white-space:pre}
.box{fill:#fff;stroke:#8a94a6}
.bar{fill:#e4ebf5}
.head text{font-weight:bold}
.route text,.note text{fill:#667085}
.down text{fill:#a4262c}
.row rect{fill:transparent}
.line{fill:none;stroke:#3b6ea5;stroke-width:1.6}
.tunnel{stroke:#b05f00;stroke-dasharray:6 4}
.lower{stroke:#5b7f3a;stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){
svg{background:#16181d}
text{fill:#e3e6ec}
.box{fill:#1e222a;stroke:#59657a}
.bar{fill:#2b3442}
.route text,.note text{fill:#98a2b3}
.down text{fill:#ff8b8b}
.line{stroke:#7fb2e8}
.tunnel{stroke:#f0a54a}
.lower{stroke:#a6c87c}
}
</style>
`

type svgWriter struct {
	*picture
	writer
	bows map[*box]int // how many lines of a box were bows
}

// numbers writes a text in which each % stands for the next of the numbers.
func (s *svgWriter) numbers(format string, numbers ...int) {
	for _, n := range numbers {
		before, after, _ := strings.Cut(format, "%")
		s.b = strconv.AppendInt(append(s.b, before...), int64(n), 10)
		format = after
	}
	s.raw(format)
}

func (s *svgWriter) open() {
	s.numbers(`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%" height="%" viewBox="0 0 % %">`+
		"\n<title>network of % namespaces</title>\n", s.width, s.height, s.width, s.height, len(s.boxes))
	s.raw(svgStyle)
	// A viewer that knows no backgrounds of svg has this one.
	s.raw(`<rect class="page" width="100%" height="100%" fill="none"/>` + "\n")
}

// escapeXML makes any text one that may stand in XML: characters that XML has not are
// replaced.
func escapeXML(s string) string {
	s = printable(s, '\n')
	if !strings.ContainsAny(s, "&<>\"\n") { // hardly a name has one, and a replacer is 7 KB
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;").Replace(s)
}

func (s *svgWriter) box(b *box) {
	s.fill(`<g class="ns" data-ns="%">`, escapeXML(b.n.Name))
	s.rect("box", b.x, b.y, b.w, b.h, 6)
	s.raw("\n")
	s.rect("bar", b.x+1, b.y+1, b.w-2, headHeight-4, 5)
	for i := range b.rows {
		s.row(b, i)
	}
	s.raw("</g>\n")
}

func (s *svgWriter) rect(class string, x, y, w, h, round int) {
	s.raw(`<rect`)
	if class != "" {
		s.fill(` class="%"`, class)
	}
	s.numbers(` x="%" y="%" width="%" height="%"`, x, y, w, h)
	if round > 0 {
		s.numbers(` rx="%"`, round)
	}
	s.raw("/>")
}

func (s *svgWriter) row(b *box, i int) {
	r := &b.rows[i]
	s.fill("\n<g class=\"row %\"", r.class)
	if r.link != nil {
		s.fill(` data-link="%"`, escapeXML(r.link.Name))
	}
	s.raw(">")
	if r.tip != "" {
		s.fill("<title>%</title>", escapeXML(r.tip))
	}
	y := b.y + rowY(i)
	s.rect("", b.x+2, y-rowHeight/2, b.w-4, rowHeight, 0)
	s.numbers(`<text x="%" y="%" textLength="%"`, b.x+boxMargin, y+4, columns(r.text)*charWidth)
	s.fill(` lengthAdjust="spacingAndGlyphs" xml:space="preserve">%</text></g>`, escapeXML(r.text))
}

// line draws an edge: from side to side of its boxes, along the slots between them, or
// in a bow beside boxes of one column.
func (s *svgWriter) line(l *line) {
	class := "line"
	switch l.e.Type {
	case "tunnel", "lower":
		class += " " + l.e.Type
	}
	s.fill(`<path class="%" data-a="%" data-b="%" d="M`, class, l.e.A.key(), l.e.B.key())
	if l.bowed || l.a.layer == l.b.layer {
		s.bow(l)
	} else {
		x, y := l.a.right, l.a.y+l.ya
		s.numbers("%,%", l.a.x+l.a.w, y)
		s.level(l.a.x+l.a.w, x, y)
		for _, v := range l.via {
			s.bend(x, y, v.x, v.y)
			s.numbers(" L%,%", v.x+v.w, v.y)
			x, y = v.x+v.w, v.y
		}
		s.bend(x, y, l.b.left, l.b.y+l.yb)
		s.level(l.b.left, l.b.x, l.b.y+l.yb)
	}
	s.fill("\"><title>%</title></path>\n", escapeXML(lineTip(l.e)))
}

// key is what a page knows an end by.
func (e *End) key() string { return escapeXML(e.Namespace) + "&#10;" + escapeXML(e.Link) }

func lineTip(e *Edge) string {
	label := e.Type
	switch {
	case e.Label != "":
		label = e.Label
	case e.Type == "lower":
		label = "over"
	}
	return filled("% ── % ── %", endText(e.A), label, endText(e.B))
}

// bow is a line to the right of a column. Several of a box bend out further and further,
// so that each can be followed; a curve reaches three quarters of the way to its middle
// points.
func (s *svgWriter) bow(l *line) {
	const most, step = pageMargin*4/3 - 8, 10
	n := s.bows[l.a] % 4
	s.bows[l.a]++
	ya, yb, edge := l.a.y+l.ya, l.b.y+l.yb, max(l.a.right, l.b.right)
	out := edge + min(most-3*step, 16+abs(yb-ya)/8) + n*step
	if l.a == l.b { // others may stand near
		out = edge + boxGap/2 + n*step/2
	}
	s.numbers("%,%", l.a.x+l.a.w, ya)
	s.level(l.a.x+l.a.w, edge, ya)
	s.numbers(" C%,% %,% %,%", out, ya, out, yb, edge, yb)
	s.level(edge, l.b.x+l.b.w, yb)
}

// level goes on straight to another x.
func (s *svgWriter) level(from, to, y int) {
	if from != to {
		s.numbers(" L%,%", to, y)
	}
}

func abs(n int) int { return max(n, -n) }

// bend goes on from one point to another, which is to the right.
func (s *svgWriter) bend(x, y, toX, toY int) {
	middle := (x + toX) / 2
	s.numbers(" C%,% %,% %,%", middle, y, middle, toY, toX, toY)
}
