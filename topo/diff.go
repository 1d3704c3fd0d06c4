package topo

import (
	"slices"
	"strings"
)

// Diff tells what is different in a newer graph, a line for each: a sign (+ for what is
// new, - for what is gone, ~ for what changed), the namespace, and what it is about.
func Diff(old, new *Graph) (lines []string) {
	d := &differ{}
	byName(old.Namespaces, new.Namespaces, func(n *Namespace) string { return n.Name }, func(a, b *Namespace) {
		switch {
		case a == nil:
			d.add("+", b.Name, "")
			a = &Namespace{Name: b.Name}
		case b == nil:
			d.add("-", a.Name, "")
			return
		}
		d.namespace(a, b)
	})
	d.edges(old, new)
	return d.lines
}

type differ struct{ lines []string }

func (d *differ) add(sign, where, what string) {
	line := sign + " " + where
	if what != "" {
		line += ": " + what
	}
	d.lines = append(d.lines, line)
}

// byName calls f with what has the same name in two lists, and with nil for what only
// one of them has: first what is in the old one, in its order.
func byName[T any](old, new []*T, name func(*T) string, f func(a, b *T)) {
	left := map[string]*T{}
	for _, x := range new {
		left[name(x)] = x
	}
	for _, x := range old {
		f(x, left[name(x)])
		delete(left, name(x))
	}
	for _, x := range new {
		if left[name(x)] == x {
			f(nil, x)
		}
	}
}

func (d *differ) namespace(a, b *Namespace) {
	d.value(a.Name, "cannot be looked into", a.Unseen, b.Unseen)
	d.value(a.Name, "forwards IPv4", onOff(a.Forwards), onOff(b.Forwards))
	d.value(a.Name, "forwards IPv6", onOff(a.Forwards6), onOff(b.Forwards6))
	byName(a.Links, b.Links, func(l *Link) string { return l.Name }, func(x, y *Link) {
		where := a.Name + ":"
		switch {
		case x == nil:
			d.add("+", where+y.Name, strings.TrimPrefix(linkTitle(y), y.Name+" "))
			x = &Link{Name: y.Name, Kind: y.Kind, ID: y.ID, Lower: y.Lower, Options: y.Options, Up: y.Up, State: y.State, MTU: y.MTU, MAC: y.MAC}
		case y == nil:
			d.add("-", where+x.Name, "")
			return
		}
		d.link(where+x.Name, x, y)
	})
	d.list(a.Name, "route ", texts(a.Routes, func(r *Route) string { return familyWord(r.Family) + r.Text }),
		texts(b.Routes, func(r *Route) string { return familyWord(r.Family) + r.Text }))
	d.list(a.Name, "rule ", texts(a.Rules, func(r *Rule) string { return familyWord(r.Family) + r.Text }),
		texts(b.Rules, func(r *Rule) string { return familyWord(r.Family) + r.Text }))
}

func texts[T any](all []T, text func(T) string) (s []string) {
	for _, x := range all {
		s = append(s, text(x))
	}
	return s
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (d *differ) link(where string, a, b *Link) {
	d.value(where, "kind", a.Kind, b.Kind)
	d.value(where, "options", a.Options, b.Options)
	d.value(where, "set", upDown(a), upDown(b))
	d.value(where, "state", a.State, b.State)
	d.value(where, "mtu", decimal(uint64(a.MTU)), decimal(uint64(b.MTU)))
	d.value(where, "mac", a.MAC, b.MAC)
	d.value(where, "master", a.Master, b.Master)
	d.value(where, "lower", a.Lower, b.Lower)
	d.value(where, "vlans", strings.TrimPrefix(vlanText(a.VLANs), "vlan "), strings.TrimPrefix(vlanText(b.VLANs), "vlan "))
	d.list(where, "name ", a.AltNames, b.AltNames)
	d.list(where, "floods ", a.Floods, b.Floods)
	d.list(where, "address ", texts(a.Addresses, diffAddress), texts(b.Addresses, diffAddress))
}

// diffAddress is an address with its flags, but for those that come and go by themselves.
func diffAddress(a Address) string {
	return strings.Join(append([]string{addressText(&a)}, settable(&a)...), " ")
}

func upDown(l *Link) string {
	if l.Up {
		return "up"
	}
	return "down"
}

// value tells that one changed.
func (d *differ) value(where, what, a, b string) {
	if a != b {
		d.add("~", where, what+" "+orNone(a)+" → "+orNone(b))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// list tells what is in one of two lists only.
func (d *differ) list(where, what string, a, b []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			d.add("-", where, what+s)
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			d.add("+", where, what+s)
		}
	}
}

// edges tells where links lead to now. An edge of a link that is gone goes without
// saying.
func (d *differ) edges(old, new *Graph) {
	before, after := edgeTexts(old), edgeTexts(new)
	d.edgesOnly("-", before, after, new)
	d.edgesOnly("+", after, before, new)
}

func (d *differ) edgesOnly(sign string, a, b [][2]string, links *Graph) {
	for _, e := range a {
		if slices.Contains(b, e) {
			continue
		}
		n, link, _ := strings.Cut(e[0], "\x00")
		if space := links.Find(n); space != nil && space.Find(link) != nil {
			d.add(sign, n+":"+link, e[1])
		}
	}
}

// edgeTexts are the edges as links and texts.
func edgeTexts(g *Graph) (all [][2]string) {
	for _, e := range g.Edges {
		all = append(all, [2]string{e.A.Namespace + "\x00" + e.A.Link, farText(e, e.A)})
	}
	return all
}
