package topo

import (
	"cmp"
	"slices"

	"gip/internal/cli"
)

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
		cli.Sort(c, func(a, b *slot) int { return cmp.Compare(a.at, b.at) })
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
			s.b.left, s.b.right = x, x+width
			if i < len(columns)/2 {
				s.b.x += width - s.b.w // near to what is in the middle
			}
		}
		x += width + columnGap
	}
	return x - columnGap, lowest - top
}
