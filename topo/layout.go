package topo

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
)

// The measures of a picture, in pixels. The font is a monospaced one, and each text
// says how wide it is (textLength), so that none has to be measured.
const (
	charWidth  = 7
	rowHeight  = 16
	headHeight = 24
	boxMargin  = 10 // between the border of a box and its text
	boxGap     = 28 // between boxes of a column
	columnGap  = 84 // between columns: lines bend there
	lineGap    = 12 // around a line that passes through a column
	pageMargin = 56 // lines may bend there, too
	maxColumns = 56 // of a text; what is longer ends in dots
	maxRoutes  = 8  // of a namespace; of more, the number is told
	shelfWidth = 1100
)

// A picture is a graph with places.
type picture struct {
	*Graph
	boxes         []*box
	lines         []*line
	width, height int
	place         map[string]*box
	heights       map[End]int // of the rows of links, below the top of their boxes
}

// A box is a namespace in a picture.
type box struct {
	n          *Namespace
	rows       []boxRow
	x, y, w, h int
	// left and right are the edges of its column, at which lines begin to bend: a wider
	// box may stand above or below.
	left, right int

	number    int // in the order of the graph
	layer     int
	neighbors []*box // by links
	others    []*box // by tunnels
	lines     []*line
}

// A boxRow is a line of text in a box: of a link, a route or a rule.
type boxRow struct {
	text  string
	class string
	tip   string
	link  *Link
}

// A line is an edge between two links that are both drawn.
type line struct {
	e    *Edge
	a, b *box
	// ya and yb are where it ends in its boxes, below their top.
	ya, yb int
	via    []*slot // where it passes through columns between its boxes
	bowed  bool    // its boxes are above each other
}

// A slot is a place in a column: of a box, or of a line that passes by.
type slot struct {
	b    *box
	line *line
	y, h int
	at   float64 // where it would like to be
	gap  int
	x, w int // of its column
}

// draw lays a graph out.
func (g *Graph) draw(opt TextOptions) *picture {
	p := &picture{Graph: g, place: map[string]*box{}, heights: map[End]int{}}
	w := &textWriter{Graph: g, TextOptions: opt, at: g.ends()}
	for i, n := range g.Namespaces {
		b := p.newBox(w, n)
		b.number = i
		p.boxes = append(p.boxes, b)
		p.place[n.Name] = b
		for j := range b.rows {
			if l := b.rows[j].link; l != nil {
				p.heights[n.end(l)] = rowY(j)
			}
		}
	}
	p.connect()
	p.arrange()
	return p
}

func (p *picture) newBox(w *textWriter, n *Namespace) *box {
	b := &box{n: n, rows: []boxRow{{text: n.Name + headRemarks(n), class: "head", tip: namespaceTip(n)}}}
	if n.Unseen != "" {
		b.note(filled("(%)", n.Unseen))
	}
	for _, r := range w.rows(n) {
		b.rows = append(b.rows, p.linkRow(w, &r))
	}
	b.addRoutes(n)
	for _, text := range ruleTexts(n) {
		b.note("rule " + text)
	}
	widest := 10
	for i := range b.rows {
		r := &b.rows[i]
		if columns(r.text) > maxColumns {
			r.tip = strings.TrimSuffix(r.text+"\n"+r.tip, "\n")
			r.text = string([]rune(r.text)[:maxColumns-1]) + "…"
		}
		widest = max(widest, columns(r.text))
	}
	b.w = widest*charWidth + 2*boxMargin
	b.h = headHeight + (len(b.rows)-1)*rowHeight + boxMargin
	return b
}

// note adds a line that is no link's.
func (b *box) note(text string) { b.rows = append(b.rows, boxRow{text: text, class: "note"}) }

func (b *box) addRoutes(n *Namespace) {
	for i, text := range routeTexts(n) {
		if i == maxRoutes && len(n.Routes) > maxRoutes+1 {
			b.note(moreRoutes(len(n.Routes) - i))
			break
		}
		b.rows = append(b.rows, boxRow{text: text, class: "route", tip: routeLine(n.Routes[i])})
	}
	for i := range n.Left {
		b.note(n.Left[i].note())
	}
}

func moreRoutes(n int) string { return filled("… and % more routes", strconv.Itoa(n)) }

// linkRow is the row of a link. Far ends that are not in the picture are told in it.
func (p *picture) linkRow(w *textWriter, r *textRow) boxRow {
	text := strings.TrimPrefix(r.branch, "  ") + r.name
	if middle := strings.Join(r.middle(), " "); middle != "" {
		text += "  " + middle
	}
	here := r.n.end(r.l)
	for _, e := range w.at[here] {
		if far := e.Other(here); far.Unseen != "" || p.Find(far.Namespace) == nil {
			text += "  → " + endText(far)
		}
	}
	class := "link"
	if stateRemark(r.l) != "" {
		class = "link down"
	}
	return boxRow{text: text, class: class, tip: linkTip(r), link: r.l}
}

func namespaceTip(n *Namespace) string {
	tip := n.Name + headRemarks(n)
	if n.PID != 0 {
		tip += filled("\nprocess % %", strconv.Itoa(n.PID), n.Command)
	}
	if n.Inode != 0 {
		tip += filled("\nnet:[%]", decimal(n.Inode))
	}
	return tip
}

// linkTip is all that is known of a link.
func linkTip(r *textRow) string {
	l := r.l
	lines := []string{r.name}
	if l.MAC != "" {
		lines = append(lines, l.MAC)
	}
	lines = append(lines, filled("mtu % state %", strconv.Itoa(l.MTU), l.State))
	if l.Master != "" {
		lines = append(lines, "master "+l.Master)
	}
	for i := range l.Addresses {
		lines = append(lines, addressText(&l.Addresses[i]))
	}
	return strings.Join(append(lines, r.fars...), "\n")
}

// rowY is the middle of a row below the top of its box.
func rowY(i int) int {
	if i == 0 {
		return headHeight / 2
	}
	return headHeight + (i-1)*rowHeight + rowHeight/2 + 2
}

// end finds the box and the height of an end; a link that is not shown is at the head.
func (p *picture) end(e End) (b *box, y int, shown bool) {
	y, shown = p.heights[e]
	if !shown {
		y = rowY(0)
	}
	return p.place[e.Namespace], y, shown
}

func (p *picture) connect() {
	for _, e := range p.Edges {
		l := &line{e: e}
		var shownA, shownB bool
		l.a, l.ya, shownA = p.end(e.A)
		l.b, l.yb, shownB = p.end(e.B)
		if l.a == nil || l.b == nil || !shownA && !shownB {
			continue
		}
		p.lines = append(p.lines, l)
		if l.a == l.b {
			continue
		}
		l.a.lines, l.b.lines = append(l.a.lines, l), append(l.b.lines, l)
		if e.Type == "tunnel" {
			l.a.others, l.b.others = append(l.a.others, l.b), append(l.b.others, l.a)
		} else {
			l.a.neighbors, l.b.neighbors = append(l.a.neighbors, l.b), append(l.b.neighbors, l.a)
		}
	}
}

// arrange lays out each connected part by itself, one below the other, and what is
// connected with nothing on shelves at the end.
func (p *picture) arrange() {
	parts := connected(p.boxes, nil)
	top, alone := pageMargin, []*box(nil)
	p.width = 0
	for _, part := range parts {
		if len(part) == 1 {
			alone = append(alone, part[0])
			continue
		}
		w, h := p.arrangePart(part, top)
		p.width = max(p.width, w)
		top += h + 2*boxGap
	}
	top = p.shelve(alone, top)
	p.width += pageMargin
	p.height = top - 2*boxGap + pageMargin
	if len(p.boxes) == 0 {
		p.width, p.height = 2*pageMargin, 2*pageMargin
	}
}

// shelve puts boxes beside each other and returns where the next thing may stand.
func (p *picture) shelve(boxes []*box, top int) int {
	x, height, limit := pageMargin, 0, max(p.width, shelfWidth)
	for _, b := range boxes {
		if x > pageMargin && x+b.w > limit {
			x, top, height = pageMargin, top+height+boxGap, 0
		}
		b.x, b.y = x, top
		b.left, b.right = b.x, b.x+b.w
		x += b.w + boxGap
		height = max(height, b.h)
		p.width = max(p.width, b.x+b.w)
	}
	if len(boxes) > 0 {
		top += height + 2*boxGap
	}
	return top
}

// connected splits boxes into those that hang together, without going through one of
// them.
func connected(boxes []*box, without *box) (parts [][]*box) {
	in := map[*box]bool{}
	for _, b := range boxes {
		in[b] = b != without
	}
	for _, b := range boxes {
		if !in[b] {
			continue
		}
		in[b] = false
		part := []*box{b}
		for i := 0; i < len(part); i++ {
			for _, next := range append(part[i].neighbors[:len(part[i].neighbors):len(part[i].neighbors)], part[i].others...) {
				if in[next] {
					in[next] = false
					part = append(part, next)
				}
			}
		}
		cli.Sort(part, func(a, b *box) int { return a.number - b.number })
		parts = append(parts, part)
	}
	return parts
}

// arrangePart lays out boxes that hang together: the best connected one in the middle,
// the others in columns by their distance from it, to its left and right.
func (p *picture) arrangePart(part []*box, top int) (right, height int) {
	root := slices.MaxFunc(part, func(a, b *box) int {
		return cmp.Or(distinct(a.neighbors)-distinct(b.neighbors), distinct(a.others)-distinct(b.others), b.number-a.number)
	})
	layers(root, part)
	p.chooseSides(root, part)
	columns := p.columns(part)
	for range 6 {
		order(columns, 1)
		order(columns, -1)
	}
	return p.position(columns, top)
}

func distinct(boxes []*box) int {
	seen := map[*box]bool{}
	for _, b := range boxes {
		seen[b] = true
	}
	return len(seen)
}

// layers numbers boxes by their distance from the root: by links, and where none lead
// to them, by tunnels.
func layers(root *box, part []*box) {
	for _, b := range part {
		b.layer = -1
	}
	root.layer = 0
	queue := []*box{root}
	reach := func(b *box, next []*box) {
		for _, n := range next {
			if n.layer < 0 {
				n.layer = b.layer + 1
				queue = append(queue, n)
			}
		}
	}
	for done := 0; done < len(queue); {
		for ; done < len(queue); done++ {
			reach(queue[done], queue[done].neighbors)
		}
		for i := 0; i < len(queue) && done == len(queue); i++ {
			reach(queue[i], queue[i].others)
		}
	}
}

// chooseSides puts what hangs together without the root to the side that is lower so
// far: its layers are negative on the left.
func (p *picture) chooseSides(root *box, part []*box) {
	parts := connected(part, root)
	left, right := 0, 0
	for i, boxes := range parts {
		height := 0
		for _, b := range boxes {
			if b.layer == 1 {
				height += b.h + boxGap
			}
		}
		if right > left || i == 0 && len(parts) > 1 {
			left += height
			for _, b := range boxes {
				b.layer = -b.layer
			}
		} else {
			right += height
		}
	}
}
