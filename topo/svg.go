package topo

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// SVG is the graph as a picture: namespaces are boxes, in columns by their distance
// from the one that is connected best; tunnels are dashed. It follows the reader's
// choice of light or dark, and has all that is known of a link in its tooltip.
func (g *Graph) SVG(opt TextOptions) string {
	opt.Width, opt.Paint = 0, nil
	return g.draw(opt).svg()
}

func (p *picture) svg() string {
	s := &svgWriter{picture: p}
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
	b []byte
}

func (s *svgWriter) raw(t string) { s.b = append(s.b, t...) }
func (s *svgWriter) int(n int)    { s.b = strconv.AppendInt(s.b, int64(n), 10) }

// attr writes an attribute with a number.
func (s *svgWriter) attr(name string, n int) {
	s.raw(" " + name + `="`)
	s.int(n)
	s.raw(`"`)
}

func (s *svgWriter) open() {
	s.raw(`<svg xmlns="http://www.w3.org/2000/svg" role="img"`)
	s.attr("width", s.width)
	s.attr("height", s.height)
	s.raw(` viewBox="0 0 `)
	s.int(s.width)
	s.raw(" ")
	s.int(s.height)
	s.raw("\">\n<title>network of " + decimal(uint64(len(s.boxes))) + " namespaces</title>\n" + svgStyle)
	// A viewer that knows no backgrounds of svg has this one.
	s.raw(`<rect class="page" width="100%" height="100%" fill="none"/>` + "\n")
}

// escapeXML makes any text one that may stand in XML: characters that XML has not are
// replaced.
func escapeXML(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\n':
			b.WriteString("&#10;")
		case r < ' ', r == 0x7f, r == 0xfffe, r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (s *svgWriter) box(b *box) {
	s.raw(`<g class="ns" data-ns="` + escapeXML(b.n.Name) + `">`)
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
		s.raw(` class="` + class + `"`)
	}
	s.attr("x", x)
	s.attr("y", y)
	s.attr("width", w)
	s.attr("height", h)
	if round > 0 {
		s.attr("rx", round)
	}
	s.raw("/>")
}

func (s *svgWriter) row(b *box, i int) {
	r := &b.rows[i]
	s.raw("\n" + `<g class="row ` + r.class + `"`)
	if r.link != nil {
		s.raw(` data-link="` + escapeXML(r.link.Name) + `"`)
	}
	s.raw(">")
	if r.tip != "" {
		s.raw("<title>" + escapeXML(r.tip) + "</title>")
	}
	y := b.y + rowY(i)
	s.rect("", b.x+2, y-rowHeight/2, b.w-4, rowHeight, 0)
	s.raw("<text")
	s.attr("x", b.x+boxMargin)
	s.attr("y", y+4)
	s.attr("textLength", columns(r.text)*charWidth)
	s.raw(` lengthAdjust="spacingAndGlyphs" xml:space="preserve">` + escapeXML(r.text) + "</text></g>")
}

// line draws an edge: from side to side of its boxes, along the slots between them, or
// in a bow beside boxes of one column.
func (s *svgWriter) line(l *line) {
	class := "line"
	switch l.e.Type {
	case "tunnel", "lower":
		class += " " + l.e.Type
	}
	s.raw(`<path class="` + class + `" data-a="` + escapeXML(l.e.A.Namespace+"\n"+l.e.A.Link) + `" data-b="` + escapeXML(l.e.B.Namespace+"\n"+l.e.B.Link) + `" d="M`)
	if l.bowed || l.a.layer == l.b.layer {
		s.bow(l)
	} else {
		x, y := l.a.x+l.a.w, l.a.y+l.ya
		s.point(x, y)
		for _, v := range l.via {
			s.bend(x, y, v.x, v.y)
			s.raw(" L")
			s.point(v.x+v.w, v.y)
			x, y = v.x+v.w, v.y
		}
		s.bend(x, y, l.b.x, l.b.y+l.yb)
	}
	s.raw(`"><title>` + escapeXML(lineTip(l.e)) + "</title></path>\n")
}

func lineTip(e *Edge) string {
	label := e.Type
	switch {
	case e.Label != "":
		label = e.Label
	case e.Type == "lower":
		label = "over"
	}
	return endText(e.A) + " ── " + label + " ── " + endText(e.B)
}

// bow is a line to the right of a column.
func (s *svgWriter) bow(l *line) {
	xa, ya, xb, yb := l.a.x+l.a.w, l.a.y+l.ya, l.b.x+l.b.w, l.b.y+l.yb
	out := max(xa, xb) + min(pageMargin-8, 16+abs(yb-ya)/8)
	s.point(xa, ya)
	s.raw(" C")
	s.point(out, ya)
	s.raw(" ")
	s.point(out, yb)
	s.raw(" ")
	s.point(xb, yb)
}

func abs(n int) int { return max(n, -n) }

// bend goes on from one point to another, which is to the right.
func (s *svgWriter) bend(x, y, toX, toY int) {
	middle := (x + toX) / 2
	s.raw(" C")
	s.point(middle, y)
	s.raw(" ")
	s.point(middle, toY)
	s.raw(" ")
	s.point(toX, toY)
}

func (s *svgWriter) point(x, y int) {
	s.int(x)
	s.raw(",")
	s.int(y)
}
