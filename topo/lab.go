package topo

import (
	"slices"
	"strconv"
	"strings"
)

// Lab is the graph as a file for gip lab (docs/lab.md) that builds the same: nodes, the
// links between them, and for all else the lines of ip. What it cannot build it says in
// comments: hardware becomes a dummy.
func (g *Graph) Lab() string {
	w := &labWriter{Graph: g, names: map[string]string{}, made: map[End]bool{}, said: map[End]bool{}}
	w.nameNodes()
	w.nodes()
	for _, e := range g.Edges {
		w.link(e)
	}
	for _, w.late = range [...]bool{false, true} {
		for _, step := range [...]func(*Namespace){w.create, w.settle, w.addresses, w.switching, w.routing} {
			for _, n := range g.Namespaces {
				if w.names[n.Name] != "" {
					step(n)
				}
			}
		}
	}
	return string(w.b)
}

// links are those of a namespace whose turn it is. Sessions of L2TP come last: the
// kernel makes none before there is a route to the other end.
func (w *labWriter) links(n *Namespace) (all []*Link) {
	for _, l := range n.Links {
		if (l.Kind == l2tpKind) == w.late {
			all = append(all, l)
		}
	}
	return all
}

type labWriter struct {
	*Graph
	writer
	names map[string]string // of nodes, by namespace
	made  map[End]bool      // links that are there once the lines so far are done
	said  map[End]bool      // those of them that a statement has made
	late  bool              // it is the turn of what needs routes
}

// hostNode is the node of the host, whose own name no node may have.
const hostNode = "main"

// nameNodes gives each namespace with something in it a name that a node may have.
func (w *labWriter) nameNodes() {
	taken := map[string]bool{}
	for _, n := range w.Namespaces {
		if n.Name == hostName && bare(n) || n.Unseen != "" {
			continue
		}
		name := strings.Map(func(r rune) rune {
			if r <= ' ' || r >= 0x7f || strings.ContainsRune(`/:"'\<>&;|#$()*?[]{}~!=%@,`+"`", r) {
				return '-'
			}
			return r
		}, n.Name)
		if n.Name == hostName {
			name = hostNode
		}
		name = strings.TrimLeft(name, "-.")
		for name == "" || taken[name] {
			name += "x"
		}
		taken[name] = true
		w.names[n.Name] = name
	}
}

// bare tells that a namespace has nothing but what each has from its beginning.
func bare(n *Namespace) bool {
	for _, l := range n.Links {
		if l.Type != "loopback" && !fallback(l) {
			return false
		}
	}
	return len(n.Routes) == 0 && len(n.Rules) == 0
}

// fallbacks are links that come by themselves with the kernel's module.
var fallbacks = [...]string{"tunl0", "gre0", "gretap0", "erspan0", "sit0", "ip6tnl0", "ip6gre0", "ip_vti0", "ip6_vti0"}

func fallback(l *Link) bool { return slices.Contains(fallbacks[:], l.Name) && !l.Up }

func (w *labWriter) nodes() {
	w.line("lab topo")
	for _, what := range w.Unseen {
		w.line("# not seen: %", what)
	}
	var routers, nodes []string
	for _, n := range w.Namespaces {
		name := w.names[n.Name]
		switch {
		case name == "":
		case n.Forwards && n.Forwards6:
			routers = append(routers, name)
		default:
			nodes = append(nodes, name)
		}
		if name != "" && name != n.Name {
			w.line("# % is %", name, printable(n.Name))
		}
	}
	if routers != nil {
		w.line("router %", strings.Join(routers, " "))
	}
	if nodes != nil {
		w.line("node %", strings.Join(nodes, " "))
	}
}

// line writes a line, with words in the place of each %.
func (w *labWriter) line(format string, words ...string) {
	w.fill(format, words...)
	w.raw("\n")
}

// in writes a line that is done in a node.
func (w *labWriter) in(n *Namespace, format string, words ...string) {
	w.fill("%: ", w.names[n.Name])
	w.line(format, words...)
}

// link writes a pair between two nodes as a statement of its own. The addresses of what
// is no port, and of no special kind, are in it.
func (w *labWriter) link(e *Edge) {
	a, b := w.Find(e.A.Namespace), w.Find(e.B.Namespace)
	if a == nil || b == nil || a == b || e.B.Unseen != "" || e.Type != "veth" && e.Type != "netkit" || w.names[a.Name] == "" || w.names[b.Name] == "" {
		return
	}
	la, lb := a.Find(e.A.Link), b.Find(e.B.Link)
	if la == nil || lb == nil || !plainName(la.Name) || !plainName(lb.Name) || la.Options != "" || lb.Options != "" {
		return
	}
	w.fill("link %  %", w.labEnd(a, la), w.labEnd(b, lb))
	if la.MTU == lb.MTU && la.MTU != usualMTU {
		w.fill(" mtu %", strconv.Itoa(la.MTU))
	}
	if e.Type != "veth" {
		w.fill(" type %", e.Type)
	}
	w.raw("\n")
	for _, side := range [...]struct {
		n *Namespace
		l *Link
	}{{a, la}, {b, lb}} {
		if la.MTU != lb.MTU && side.l.MTU != usualMTU {
			w.setMTU(side.n, side.l)
		}
	}
	for _, end := range [...]End{e.A, e.B} {
		w.made[end], w.said[end] = true, true
	}
}

const usualMTU = 1500

func (w *labWriter) setMTU(n *Namespace, l *Link) {
	w.in(n, "ip link set % mtu %", quoteWord(l.Name), strconv.Itoa(l.MTU))
}

// plainName tells that an interface's name may stand in a statement.
func plainName(s string) bool {
	return s != "" && !strings.ContainsAny(s, "\"'\\:/# \t") && printable(s) == s
}

func (w *labWriter) labEnd(n *Namespace, l *Link) string {
	s := filled("%:%", w.names[n.Name], l.Name)
	for i := range l.Addresses {
		if a := &l.Addresses[i]; inStatement(l, a) {
			s += " " + a.Address
		}
	}
	return s
}

// inStatement tells that the address of an end of a link is said there.
func inStatement(l *Link, a *Address) bool {
	return l.Master == "" && a.Peer == "" && !a.Dynamic && a.Scope == "global" && len(settable(a)) == 0
}

// settable are the flags of an address that a command sets.
func settable(a *Address) (words []string) {
	for _, f := range a.Flags {
		switch f {
		case "nodad", "home", "mngtmpaddr", "noprefixroute", "autojoin":
			words = append(words, f)
		}
	}
	return words
}

// quoteWord is a word as it stands in a line of ip: one that begins with a quote reaches
// to the next of its kind, nothing escapes, and a number sign begins a comment, so that a
// name with one gets another character for it.
func quoteWord(s string) string {
	s = strings.ReplaceAll(s, "#", "_")
	quote := ""
	if s == "" || strings.ContainsAny(s[:1], `"'`) || strings.HasSuffix(s, `\`) {
		quote = `"`
		if strings.Contains(s, quote) {
			quote = "'"
		}
	}
	return quote + s + quote
}

// create makes the links that no statement has made: what another stands on first.
func (w *labWriter) create(n *Namespace) {
	for progress := true; progress; {
		progress = false
		for _, l := range w.links(n) {
			if here := n.end(l); !w.made[here] && w.ready(n, l) {
				w.made[here] = true
				progress = true
				w.createOne(n, l)
			}
		}
	}
}

// ready tells that what a link stands on is there.
func (w *labWriter) ready(n *Namespace, l *Link) bool {
	return l.Lower == "" || w.made[End{Namespace: n.Name, Link: l.Lower}] || n.Find(l.Lower) == nil
}

func (w *labWriter) createOne(n *Namespace, l *Link) {
	if l.Type == "loopback" || fallback(l) {
		return
	}
	name, kind := quoteWord(l.Name), l.Kind
	if l.Options != "" {
		kind = filled("% %", kind, l.Options)
	}
	here := n.end(l)
	for _, e := range w.Edges {
		switch {
		case e.A == here && e.Type == "lower":
			w.createOver(n, l, e.B, kind)
			return
		case e.A == here && e.Type != "tunnel", e.B == here && e.Type != "tunnel" && e.Type != "lower":
			w.createPair(n, l, e.Other(here), kind)
			return
		}
	}
	switch {
	case l.Kind == "":
		w.dummy(n, l, "is hardware")
	case l.Kind == "tun":
		mode := "tap"
		if l.Type == "none" {
			mode = "tun"
		}
		w.in(n, "ip tuntap add % mode %", name, mode)
	case l.Kind == l2tpKind:
		w.createSession(n, l)
	case l.Kind == "wireguard":
		w.line("# % needs its keys and peers", printable(endText(here)))
		w.in(n, "ip link add % type wireguard", name)
	case l.Lower != "":
		w.in(n, "ip link add link % name % type %", quoteWord(l.Lower), name, kind)
	default:
		w.in(n, "ip link add % type %", name, kind)
	}
}

// createSession makes a session of L2TP, the first of a tunnel with the tunnel.
func (w *labWriter) createSession(n *Namespace, l *Link) {
	tunnel, _, _ := strings.Cut(l.Options, " peer_tunnel_id ")
	key := End{Namespace: n.Name, Link: tunnel}
	what := "tunnel session"
	if w.said[key] {
		what = "session"
	}
	w.said[key] = true
	w.in(n, "ip l2tp add % name % %", what, quoteWord(l.Name), l.Options)
}

// dummy makes a dummy in the place of a link, and says why.
func (w *labWriter) dummy(n *Namespace, l *Link, why string) {
	w.line("# % %", printable(endText(n.end(l))), why)
	w.in(n, "ip link add % type dummy", quoteWord(l.Name))
}

// createOver makes a link over one of another node, from there.
func (w *labWriter) createOver(n *Namespace, l *Link, under End, kind string) {
	lower := w.Find(under.Namespace)
	if lower == nil || w.names[lower.Name] == "" {
		w.line("# % is over a link that was not seen", printable(endText(n.end(l))))
		return
	}
	w.in(lower, "ip link add link % name % netns % type %", quoteWord(under.Link), quoteWord(l.Name), w.names[n.Name], kind)
}

// createPair makes a pair that no statement can say: both ends in one node, other kinds,
// odd names.
func (w *labWriter) createPair(n *Namespace, l *Link, other End, kind string) {
	far, netns := w.Find(other.Namespace), ""
	switch {
	case other.Unseen != "" || far == nil || w.names[far.Name] == "":
		w.dummy(n, l, "leads to what was not seen")
		return
	case far != n:
		netns = " netns " + w.names[far.Name]
	}
	w.in(n, "ip link add % type % peer name %%", quoteWord(l.Name), kind, quoteWord(other.Link), netns)
	w.made[other] = true
}

// settle puts links under their masters and gives them their state.
func (w *labWriter) settle(n *Namespace) {
	for _, l := range w.links(n) {
		name := quoteWord(l.Name)
		if l.Type == "loopback" || fallback(l) || !w.made[n.end(l)] {
			continue
		}
		if l.Master != "" {
			if m := n.Find(l.Master); m != nil && m.Kind == "bond" {
				w.in(n, "ip link set % down", name) // before it may be a port
			}
			w.in(n, "ip link set % master %", name, quoteWord(l.Master))
		}
		if l.MTU != usualMTU && !w.said[n.end(l)] && l.Kind != "vrf" && l.Kind != "tun" {
			w.setMTU(n, l)
		}
		for _, alt := range l.AltNames {
			w.in(n, "ip link property add dev % altname %", name, quoteWord(alt))
		}
	}
	for _, l := range w.links(n) {
		here := n.end(l)
		m := n.Find(l.Master)
		up := w.said[here] && (m == nil || m.Kind != "bond") // a statement sets its links up
		if l.Type != "loopback" && !fallback(l) && w.made[here] && l.Up != up {
			w.in(n, "ip link set % %", quoteWord(l.Name), upDown(l))
		}
	}
}

func (w *labWriter) addresses(n *Namespace) {
	for _, l := range w.links(n) {
		said := w.said[n.end(l)]
		for i := range l.Addresses {
			a := &l.Addresses[i]
			if a.Dynamic || slices.Contains(a.Flags, "temporary") || said && inStatement(l, a) || l.Type == "loopback" && a.Scope == "host" {
				continue
			}
			words := append([]string{addressText(a), "dev", quoteWord(l.Name)}, settable(a)...)
			if a.Scope != "global" {
				words = append(words, "scope", a.Scope)
			}
			w.in(n, "ip address add %", strings.Join(words, " "))
		}
	}
}

// switching sets where VXLANs send what they have no entry for, and the VLANs of bridge ports, in the place of the one that each has.
func (w *labWriter) switching(n *Namespace) {
	for _, l := range w.links(n) {
		for _, to := range l.Floods {
			w.in(n, "bridge fdb append 00:00:00:00:00:00 dev % dst %", quoteWord(l.Name), to)
		}
		if vlanText(l.VLANs) == "" {
			continue
		}
		self := ""
		if l.Kind == "bridge" {
			self = "self"
		}
		if !slices.ContainsFunc(l.VLANs, func(v VLAN) bool { return v.ID == 1 }) {
			w.vlan(n, "del", "1", l, self)
		}
		for _, v := range l.VLANs {
			words := []string{}
			if v.PVID {
				words = append(words, "pvid")
			}
			if v.Untagged {
				words = append(words, "untagged")
			}
			w.vlan(n, "add", v.numbers(), l, strings.Join(append(words, self), " "))
		}
	}
}

func (w *labWriter) vlan(n *Namespace, verb, id string, l *Link, rest string) {
	words := [...]string{"bridge vlan", verb, "vid", id, "dev", quoteWord(l.Name), rest}
	w.in(n, "%", strings.TrimRight(strings.Join(words[:], " "), " "))
}

// transient are words of a route that tell its state, or that it leads where an object of
// ip nexthop does: what that is follows the number.
var transient = [...]string{"nhid", "linkdown", "dead", "offload", "trap", "rt_offload", "rt_trap", "notify"}

// routing sets forwarding of one family, routes that need no gateway, then the others,
// and rules.
func (w *labWriter) routing(n *Namespace) {
	switch {
	case w.late:
	case n.Forwards && !n.Forwards6:
		w.in(n, "sysctl -qw net.ipv4.ip_forward=1")
	case n.Forwards6 && !n.Forwards:
		w.in(n, "sysctl -qw net.ipv6.conf.all.forwarding=1")
	}
	for _, far := range [...]bool{false, true} {
		for _, r := range n.Routes {
			if w.isLate(n, r) != w.late || (len(r.Vias) > 0) != far || strings.Contains(r.Text, " proto ra ") || strings.Contains(r.Text, " expires ") {
				continue
			}
			last := ""
			words := slices.DeleteFunc(strings.Fields(r.Text), func(s string) bool {
				was := last
				if last = s; was == "dev" { // whatever it is called
					last = ""
					return false
				}
				return was == "nhid" || slices.Contains(transient[:], s)
			})
			w.in(n, "ip %route add %", familyWord(r.Family), strings.Join(words, " "))
		}
	}
	if w.late {
		return
	}
	for _, r := range n.Rules {
		if _, text, ok := strings.Cut(r.Text, ": "); ok {
			w.in(n, "ip %rule add pref % %", familyWord(r.Family), strconv.Itoa(r.Priority), strings.ReplaceAll(text, " [detached]", ""))
		}
	}
}

// isLate tells that a route goes through a link that comes last.
func (w *labWriter) isLate(n *Namespace, r *Route) bool {
	words := strings.Fields(r.Text)
	for i := range words[:max(0, len(words)-1)] {
		if words[i] == "dev" {
			l := n.Find(words[i+1])
			return l != nil && l.Kind == l2tpKind
		}
	}
	return false
}
