package topo

import (
	"slices"
	"strconv"
	"strings"
)

// Diff tells what is different in a newer graph, a line for each: a sign (+ for what is
// new, - for what is gone, ~ for what changed), the namespace, and what it is about.
func Diff(old, new *Graph) (lines []string) {
	d := &differ{}
	for _, at := range pairs(namespaceNames(old), namespaceNames(new)) {
		switch {
		case at.old < 0:
			b := new.Namespaces[at.new]
			d.add("+", b.Name, "")
			d.namespace(&Namespace{Name: b.Name}, b)
		case at.new < 0:
			d.add("-", old.Namespaces[at.old].Name, "")
		default:
			d.namespace(old.Namespaces[at.old], new.Namespaces[at.new])
		}
	}
	d.edges(old, new)
	return d.lines
}

type differ struct{ lines []string }

func (d *differ) add(sign, where, what string) {
	if what != "" {
		what = ": " + what
	}
	d.lines = append(d.lines, filled("% %%", sign, where, what))
}

// A pair tells where something stands in two lists, -1 where one of them has it not.
type pair struct{ old, new int }

// pairs finds what has the same name in two lists: first what is in the old one, in its
// order, then what only the new one has.
func pairs(old, new []string) (all []pair) {
	left := map[string]int{}
	for i, name := range new {
		left[name] = i
	}
	for i, name := range old {
		at, ok := left[name]
		if !ok {
			at = -1
		}
		all = append(all, pair{i, at})
		delete(left, name)
	}
	for i, name := range new {
		if at, ok := left[name]; ok && at == i {
			all = append(all, pair{-1, i})
		}
	}
	return all
}

func (d *differ) namespace(a, b *Namespace) {
	d.value(a.Name, "cannot be looked into", a.Unseen, b.Unseen)
	d.value(a.Name, "forwards IPv4", onOff(a.Forwards), onOff(b.Forwards))
	d.value(a.Name, "forwards IPv6", onOff(a.Forwards6), onOff(b.Forwards6))
	for _, at := range pairs(linkNames(a), linkNames(b)) {
		where := a.Name + ":"
		switch {
		case at.old < 0:
			y := b.Links[at.new]
			d.add("+", where+y.Name, strings.TrimPrefix(linkTitle(y), y.Name+" "))
			d.link(where+y.Name, &Link{Name: y.Name, Kind: y.Kind, ID: y.ID, Lower: y.Lower, Options: y.Options, Up: y.Up, State: y.State, MTU: y.MTU, MAC: y.MAC}, y)
		case at.new < 0:
			d.add("-", where+a.Links[at.old].Name, "")
		default:
			d.link(where+a.Links[at.old].Name, a.Links[at.old], b.Links[at.new])
		}
	}
	d.list(a.Name, "route ", routeTexts(a), routeTexts(b))
	d.list(a.Name, "rule ", ruleTexts(a), ruleTexts(b))
}

func namespaceNames(g *Graph) (names []string) {
	for _, n := range g.Namespaces {
		names = append(names, n.Name)
	}
	return names
}

func linkNames(n *Namespace) (names []string) {
	for _, l := range n.Links {
		names = append(names, l.Name)
	}
	return names
}

// routeTexts are the routes of a namespace as ip has them, with their family.
func routeTexts(n *Namespace) (texts []string) {
	for _, r := range n.Routes {
		texts = append(texts, familyWord(r.Family)+r.Text)
	}
	return texts
}

func ruleTexts(n *Namespace) (texts []string) {
	for _, r := range n.Rules {
		texts = append(texts, familyWord(r.Family)+r.Text)
	}
	return texts
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
	d.value(where, "mtu", strconv.Itoa(a.MTU), strconv.Itoa(b.MTU))
	d.value(where, "mac", a.MAC, b.MAC)
	d.value(where, "master", a.Master, b.Master)
	d.value(where, "lower", a.Lower, b.Lower)
	d.value(where, "vlans", strings.TrimPrefix(vlanText(a.VLANs), "vlan "), strings.TrimPrefix(vlanText(b.VLANs), "vlan "))
	d.list(where, "name ", a.AltNames, b.AltNames)
	d.list(where, "floods ", a.Floods, b.Floods)
	d.list(where, "address ", addressTexts(a), addressTexts(b))
}

// addressTexts are the addresses of a link with their flags, but for those that come and
// go by themselves.
func addressTexts(l *Link) (texts []string) {
	for i := range l.Addresses {
		a := &l.Addresses[i]
		texts = append(texts, strings.Join(append([]string{addressText(a)}, settable(a)...), " "))
	}
	return texts
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
		d.add("~", where, filled("% % → %", what, orNone(a), orNone(b)))
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
