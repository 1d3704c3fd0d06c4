package topo

import (
	"slices"
)

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
		b.left, b.right = min(old.left, b.x), max(old.right, b.x+b.w)
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
					b.left, b.right = b.x, b.x+b.w
					return
				}
			}
		}
	}
}
