package topo

import (
	"cmp"
	"slices"
	"strings"
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
				p.heights[End{Namespace: n.Name, Link: l.Name}] = rowY(j)
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
		b.rows = append(b.rows, boxRow{text: "(" + n.Unseen + ")", class: "note"})
	}
	for _, r := range w.rows(n) {
		b.rows = append(b.rows, p.linkRow(w, &r))
	}
	b.addRoutes(n)
	for _, r := range n.Rules {
		b.rows = append(b.rows, boxRow{text: "rule " + familyWord(r.Family) + r.Text, class: "note"})
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

func (b *box) addRoutes(n *Namespace) {
	for i, r := range n.Routes {
		if i == maxRoutes && len(n.Routes) > maxRoutes+1 {
			b.rows = append(b.rows, boxRow{text: "… and " + decimal(uint64(len(n.Routes)-i)) + " more routes", class: "note"})
			break
		}
		b.rows = append(b.rows, boxRow{text: familyWord(r.Family) + r.Text, class: "route", tip: routeLine(n, r)})
	}
	for _, l := range n.Left {
		b.rows = append(b.rows, boxRow{text: "(" + decimal(uint64(l.Count)) + " routes of " + l.Protocol + ")", class: "note"})
	}
}

// linkRow is the row of a link. Far ends that are not in the picture are told in it.
func (p *picture) linkRow(w *textWriter, r *textRow) boxRow {
	text := strings.TrimPrefix(r.branch, "  ") + r.name
	if middle := strings.Join(r.middle(), " "); middle != "" {
		text += "  " + middle
	}
	here := End{Namespace: r.n.Name, Link: r.l.Name}
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
		tip += "\nprocess " + decimal(uint64(n.PID)) + " " + n.Command
	}
	if n.Inode != 0 {
		tip += "\nnet:[" + decimal(n.Inode) + "]"
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
	lines = append(lines, "mtu "+decimal(uint64(l.MTU))+" state "+l.State)
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
		slices.SortFunc(part, func(a, b *box) int { return a.number - b.number })
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

// columns makes the columns, with slots for lines that pass through.
func (p *picture) columns(part []*box) (columns [][]*slot) {
	first, last := 0, 0
	in := map[*box]bool{}
	for _, b := range part {
		first, last = min(first, b.layer), max(last, b.layer)
		in[b] = true
	}
	columns = make([][]*slot, last-first+1)
	for _, b := range part {
		b.layer -= first
		columns[b.layer] = append(columns[b.layer], &slot{b: b, h: b.h, gap: boxGap})
	}
	for _, l := range p.lines {
		if !in[l.a] {
			continue
		}
		if l.a.layer > l.b.layer {
			l.a, l.b, l.ya, l.yb = l.b, l.a, l.yb, l.ya
		}
		for layer := l.a.layer + 1; layer < l.b.layer; layer++ {
			s := &slot{line: l, gap: lineGap}
			l.via = append(l.via, s)
			columns[layer] = append(columns[layer], s)
		}
	}
	for _, c := range columns {
		stack(c)
	}
	return columns
}

// stack puts the slots of a column below each other.
func stack(column []*slot) {
	y := 0
	for _, s := range column {
		s.y = y
		if s.b != nil {
			s.b.y = y
		}
		y += s.h + s.gap
	}
}

// order sorts each column by where the lines of its slots come from: sweeps to the right
// look to the left, and the other way round.
func order(columns [][]*slot, step int) {
	for i := range columns {
		c := columns[i]
		if step < 0 {
			c = columns[len(columns)-1-i]
		}
		for _, s := range c {
			s.at = s.wish(step)
		}
		slices.SortStableFunc(c, func(a, b *slot) int { return cmp.Compare(a.at, b.at) })
		settle(c)
	}
}

// wish is where a slot would like to be: where its lines of that side are straight.
// Those of the other side count where there are none.
func (s *slot) wish(step int) float64 {
	sum, n, all, m := 0, 0, 0, 0
	for _, t := range s.ties() {
		all, m = all+t.y, m+1
		if t.side*step < 0 {
			sum, n = sum+t.y, n+1
		}
	}
	switch {
	case n > 0:
		return float64(sum) / float64(n)
	case m > 0:
		return float64(all) / float64(m)
	}
	return float64(s.y)
}

// A tie pulls a slot to a height; side tells from where: -1 is the left.
type tie struct{ y, side int }

func (s *slot) ties() (ties []tie) {
	if s.line != nil {
		return s.line.pulls(s)
	}
	for _, l := range s.b.lines {
		switch {
		case l.a.layer == l.b.layer:
		case l.a == s.b:
			y := l.b.y + l.b.grip(l.yb)
			if len(l.via) > 0 {
				y = l.via[0].y
			}
			ties = append(ties, tie{y - l.a.grip(l.ya), 1})
		default:
			y := l.a.y + l.a.grip(l.ya)
			if len(l.via) > 0 {
				y = l.via[len(l.via)-1].y
			}
			ties = append(ties, tie{y - l.b.grip(l.yb), -1})
		}
	}
	return ties
}

// lowBox is how high a box may be for its lines to pull at its middle: if they pulled at
// their own rows, a chain of boxes would be a staircase.
const lowBox = 120

// grip is where a line pulls at a box, below its top.
func (b *box) grip(y int) int {
	if b.h <= lowBox {
		return b.h / 2
	}
	return y
}

// pulls are the ties of one of a line's slots.
func (l *line) pulls(s *slot) []tie {
	i := slices.Index(l.via, s)
	before, after := l.a.y+l.a.grip(l.ya), l.b.y+l.b.grip(l.yb)
	if i > 0 {
		before = l.via[i-1].y
	}
	if i < len(l.via)-1 {
		after = l.via[i+1].y
	}
	return []tie{{before, -1}, {after, 1}}
}

// settle moves the slots of a column, which are in order, to where they wish to be, as
// far as they have room: groups that touch move together to the mean of their wishes.
func settle(column []*slot) {
	type group struct {
		first, n int
		at       float64 // of its top
		height   int
	}
	var groups []group
	for i, s := range column {
		g := group{first: i, n: 1, at: s.at, height: s.h + s.gap}
		for len(groups) > 0 {
			above := groups[len(groups)-1]
			if above.at+float64(above.height) <= g.at {
				break
			}
			groups = groups[:len(groups)-1]
			at := (above.at*float64(above.n) + (g.at-float64(above.height))*float64(g.n)) / float64(above.n+g.n)
			g = group{first: above.first, n: above.n + g.n, at: at, height: above.height + g.height}
		}
		groups = append(groups, g)
	}
	for _, g := range groups {
		y := int(g.at)
		for _, s := range column[g.first : g.first+g.n] {
			s.y = y
			if s.b != nil {
				s.b.y = y
			}
			y += s.h + s.gap
		}
	}
}

// position gives all slots their final places below top.
func (p *picture) position(columns [][]*slot, top int) (right, height int) {
	highest, lowest := 1<<30, 0
	for _, c := range columns {
		for _, s := range c {
			highest = min(highest, s.y)
		}
	}
	x := pageMargin
	for i, c := range columns {
		width := 0
		for _, s := range c {
			if s.b != nil {
				width = max(width, s.b.w)
			}
		}
		for _, s := range c {
			s.y += top - highest
			s.x, s.w = x, width
			lowest = max(lowest, s.y+s.h)
			if s.b == nil {
				continue
			}
			s.b.x, s.b.y = x, s.y
			if i < len(columns)/2 {
				s.b.x += width - s.b.w // near to what is in the middle
			}
		}
		x += width + columnGap
	}
	return x - columnGap, lowest - top
}

// A Drawer draws a network again and again: what was there keeps its place, as long as
// there is room for it. The zero Drawer has drawn nothing.
type Drawer struct{ last *picture }

// SVG is Graph.SVG with the places of the last time.
func (d *Drawer) SVG(g *Graph, opt TextOptions) string {
	opt.Width, opt.Paint = 0, nil
	p := g.draw(opt)
	if d.last != nil && !d.keep(p) {
		p = g.draw(opt)
	}
	d.last = p
	return p.svg()
}

// keep puts the boxes of the last picture where they were, and new ones beside what they
// are connected with. It returns false where that leaves no room, and where much of the
// last picture is gone: then a new one is better.
func (d *Drawer) keep(p *picture) bool {
	var fresh []*box
	placed := 0
	for _, b := range p.boxes {
		old := d.last.place[b.n.Name]
		if old == nil {
			fresh = append(fresh, b)
			continue
		}
		b.x, b.y, b.layer = old.x, old.y, old.x
		placed++
	}
	if placed == 0 || len(fresh) > placed || placed < len(d.last.boxes)/2 {
		return false
	}
	set := slices.DeleteFunc(slices.Clone(p.boxes), func(b *box) bool { return slices.Contains(fresh, b) })
	for i, b := range set {
		if touches(b, set[:i]) {
			return false
		}
	}
	for _, b := range fresh {
		b.settleBeside(set)
		set = append(set, b)
	}
	p.width, p.height = 0, 0
	for _, b := range p.boxes {
		p.width, p.height = max(p.width, b.x+b.w+pageMargin), max(p.height, b.y+b.h+pageMargin)
	}
	for _, l := range p.lines {
		l.via = nil
		if l.a.x > l.b.x {
			l.a, l.b, l.ya, l.yb = l.b, l.a, l.yb, l.ya
		}
		// Boxes above each other are in one column for a line.
		l.a.layer, l.b.layer = l.a.x, l.b.x
		l.bowed = l.b.x < l.a.x+l.a.w+boxGap/2
	}
	return true
}

// touches tells that a box is over another one, or too near to it.
func touches(b *box, others []*box) bool {
	for _, o := range others {
		if b.x < o.x+o.w+boxGap/2 && o.x < b.x+b.w+boxGap/2 && b.y < o.y+o.h+boxGap/2 && o.y < b.y+b.h+boxGap/2 {
			return true
		}
	}
	return false
}

// settleBeside finds room for a box: to the right of what it is connected with, as near
// to its height as there is room, then further to the right.
func (b *box) settleBeside(set []*box) {
	x, y := pageMargin, pageMargin
	for _, n := range append(b.neighbors[:len(b.neighbors):len(b.neighbors)], b.others...) {
		if slices.Contains(set, n) {
			x, y = n.x+n.w+columnGap, n.y
			break
		}
	}
	for ; ; x += columnGap {
		for away := 0; away < 40*boxGap; away += boxGap / 2 {
			for _, at := range [...]int{y + away, y - away} {
				if b.x, b.y = x, at; at >= pageMargin && !touches(b, set) {
					return
				}
			}
		}
	}
}
