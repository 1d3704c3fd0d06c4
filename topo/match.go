package topo

import (
	"net/netip"
	"slices"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A farEnd is what the kernel tells of a link's other end.
type farEnd struct {
	name, mac string
	err       error // why it tells nothing
}

// A tunnelEnd is what is needed to find the other end of a tunnel.
type tunnelEnd struct {
	kind       string
	local      netip.Addr
	remotes    []netip.Addr
	ikey, okey uint32
	peering
}

// tunnelAttrs says where a kind of tunnel has its ends and keys in IFLA_INFO_DATA.
type tunnelAttrs struct {
	kinds           string
	local, local6   uint16
	remote, remote6 uint16
	ikey, okey      uint16
	swapped         bool // keys are in network order
}

var tunnelTable = [...]tunnelAttrs{
	{kinds: "ipip sit ip6tnl", local: uapi.IFLA_IPTUN_LOCAL, remote: uapi.IFLA_IPTUN_REMOTE},
	{kinds: "gre gretap erspan ip6gre ip6gretap ip6erspan", local: uapi.IFLA_GRE_LOCAL, remote: uapi.IFLA_GRE_REMOTE,
		ikey: uapi.IFLA_GRE_IKEY, okey: uapi.IFLA_GRE_OKEY, swapped: true},
	{kinds: "vti vti6", local: uapi.IFLA_VTI_LOCAL, remote: uapi.IFLA_VTI_REMOTE,
		ikey: uapi.IFLA_VTI_IKEY, okey: uapi.IFLA_VTI_OKEY, swapped: true},
	{kinds: "vxlan", local: unix.IFLA_VXLAN_LOCAL, local6: unix.IFLA_VXLAN_LOCAL6, remote: unix.IFLA_VXLAN_GROUP,
		remote6: unix.IFLA_VXLAN_GROUP6, ikey: unix.IFLA_VXLAN_ID, okey: unix.IFLA_VXLAN_ID},
	{kinds: "geneve", local: uapi.IFLA_GENEVE_LOCAL, local6: uapi.IFLA_GENEVE_LOCAL6, remote: unix.IFLA_GENEVE_REMOTE,
		remote6: unix.IFLA_GENEVE_REMOTE6, ikey: unix.IFLA_GENEVE_ID, okey: unix.IFLA_GENEVE_ID},
}

func tunnelOf(kind string, data []byte) (t tunnelEnd) {
	for i := range tunnelTable {
		row := &tunnelTable[i]
		if data == nil || !hasWord(row.kinds, kind) {
			continue
		}
		t.kind = kind
		t.local = row.addr(data, row.local, row.local6)
		if remote := row.addr(data, row.remote, row.remote6); remote.IsValid() {
			t.remotes = []netip.Addr{remote}
		}
		t.ikey, t.okey = row.key(data, row.ikey), row.key(data, row.okey)
	}
	return t
}

// addr is an address of a tunnel; one of zeros stands for any, which is none.
func (row *tunnelAttrs) addr(data []byte, attrs ...uint16) netip.Addr {
	for _, attr := range attrs {
		if a, ok := netip.AddrFromSlice(rtnl.Find(data, attr)); ok && attr != 0 && !a.IsUnspecified() {
			return a
		}
	}
	return netip.Addr{}
}

func (row *tunnelAttrs) key(data []byte, attr uint16) uint32 {
	b := rtnl.Find(data, attr)
	switch {
	case attr == 0 || len(b) != 4:
		return 0
	case row.swapped:
		return rtnl.Be32(b)
	}
	return rtnl.U32(b)
}

// A place is a link in its namespace, while ends are matched.
type place struct {
	n *Namespace
	l *Link
}

func (p place) end() End { return p.n.end(p.l) }

// A matcher finds the ends of everything.
type matcher struct {
	*reader
	all    []place
	at     map[place]int
	byName map[End]int
	owners map[netip.Addr][]int // who has an address
	wires  union                // links that frames pass between
	nets   union                // namespaces that packets pass between, by a link of each
}

// match adds the edges to the graph and the owners to gateways.
func (r *reader) match() {
	m := &matcher{reader: r, at: map[place]int{}, byName: map[End]int{}, owners: map[netip.Addr][]int{}}
	for _, n := range r.graph.Namespaces {
		for _, l := range n.Links {
			m.at[place{n, l}] = len(m.all)
			m.byName[n.end(l)] = len(m.all)
			m.all = append(m.all, place{n, l})
		}
	}
	m.wires, m.nets = newUnion(len(m.all)), newUnion(len(m.all))
	m.joinInside()
	m.matchPairs()
	m.ownAddresses()
	m.matchTunnels()
	m.matchPeers()
	m.ownGateways()
}

// joinInside joins what is connected within namespaces: ports with their masters,
// links with the lower ones.
func (m *matcher) joinInside() {
	for i, p := range m.all {
		m.nets.join(i, m.at[place{p.n, p.n.Links[0]}])
		for _, name := range [...]string{p.l.Master, p.l.Lower} {
			if j, ok := m.byName[End{Namespace: p.n.Name, Link: name}]; ok && m.all[j].l.Kind != "vrf" {
				m.wires.join(i, j)
			}
		}
	}
}

// matchPairs finds the links at the other ends of pairs, and lower links in other
// namespaces.
func (m *matcher) matchPairs() {
	byKey := map[farKey][]int{}
	for i, p := range m.all {
		k := farKey{p.l.Index, p.l.Name, string(p.l.raw.mac)}
		byKey[k] = append(byKey[k], i)
	}
	known := map[nsidOf]*Namespace{}
	for i, p := range m.all {
		l := p.l
		if l.raw.link == 0 || l.raw.nsid < 0 && !l.paired() {
			continue
		}
		e := &Edge{Type: "lower", A: p.end()}
		if l.paired() {
			e.Type = l.Kind
		}
		j, why := m.otherEnd(i, byKey, known)
		if j < 0 {
			e.B = End{Link: l.raw.far.name, Unseen: why}
			m.graph.Edges = append(m.graph.Edges, e)
			continue
		}
		m.wires.join(i, j)
		m.nets.join(i, j)
		if e.B = m.all[j].end(); !l.paired() || i <= j {
			m.graph.Edges = append(m.graph.Edges, e)
		}
	}
}

// A farKey is what the kernel tells of a far end.
type farKey struct {
	index int
	name  string
	mac   string
}

// nsidOf is a number by which a namespace calls another one.
type nsidOf struct {
	n  *Namespace
	id int32
}

// otherEnd finds the link that IFLA_LINK of link i is, or says why it cannot.
func (m *matcher) otherEnd(i int, byKey map[farKey][]int, known map[nsidOf]*Namespace) (j int, why string) {
	p := m.all[i]
	if p.l.raw.nsid < 0 {
		for _, l := range p.n.Links {
			if l.Index == p.l.raw.link {
				return m.at[place{p.n, l}], ""
			}
		}
		return -1, "gone"
	}
	if far := &p.l.raw.far; far.err != nil {
		return -1, "in a namespace that cannot be looked into"
	}
	key := farKey{p.l.raw.link, p.l.raw.far.name, p.l.raw.far.mac}
	candidates := slices.DeleteFunc(slices.Clone(byKey[key]), func(j int) bool { return !m.mayFace(p, m.all[j]) })
	switch id := (nsidOf{p.n, p.l.raw.nsid}); {
	case len(candidates) == 0:
		p.l.raw.hidden = true
		return -1, "in a namespace that no name, process or mount leads to"
	case len(candidates) == 1 && m.all[candidates[0]].n != p.n:
		return candidates[0], ""
	default:
		for _, j := range candidates {
			if n := m.all[j].n; known[id] == n || known[id] == nil && m.hasID(p.n, n, id.id) {
				known[id] = n
				return j, ""
			}
		}
	}
	return -1, "in one of several namespaces that look alike"
}

// mayFace tells that the ends of a pair point to each other.
func (m *matcher) mayFace(p, q place) bool {
	return !p.l.paired() || q.l.Kind == p.l.Kind && q.l.raw.link == p.l.Index && q.n != p.n
}

// hasID asks namespace n whether it calls another one by that number.
func (m *matcher) hasID(n, other *Namespace, id int32) bool {
	if m.enter(n) != nil {
		return false
	}
	conn, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
	if err != nil {
		return false
	}
	defer conn.Close()
	return nsidIn(conn, other.space) == id
}

func (m *matcher) ownAddresses() {
	for i, p := range m.all {
		for j := range p.l.Addresses {
			text, _, _ := strings.Cut(p.l.Addresses[j].Address, "/")
			if a, err := netip.ParseAddr(text); err == nil && !a.IsLoopback() {
				m.owners[a] = append(m.owners[a], i)
			}
		}
	}
}

// matchTunnels finds for each end of a tunnel the one that has its remote address,
// sends to where it is, and has the same keys.
func (m *matcher) matchTunnels() {
	done := map[[2]int]bool{}
	for i, p := range m.all {
		for _, remote := range p.l.raw.tunnel.remotes {
			j := m.tunnelEnd(i, remote)
			if j < 0 || done[[2]int{j, i}] || done[[2]int{i, j}] {
				continue
			}
			done[[2]int{i, j}] = true
			m.graph.Edges = append(m.graph.Edges, &Edge{Type: "tunnel", Label: tunnelLabel(p.l), A: p.end(), B: m.all[j].end()})
		}
	}
}

func tunnelLabel(l *Link) string {
	switch key := l.raw.tunnel.okey; {
	case l.ID != "":
		return filled("% %", l.Kind, l.ID)
	case key != 0:
		return filled("% key %", l.Kind, decimal(uint64(key)))
	}
	return l.Kind
}

// tunnelEnd finds the other end of tunnel i at whoever has the remote address. One that
// sends back goes before one that takes from all.
func (m *matcher) tunnelEnd(i int, remote netip.Addr) int {
	var found []int
	best := apart
	for _, owner := range m.owners[remote] {
		n := m.all[owner].n
		for _, l := range n.Links {
			j := m.at[place{n, l}]
			meet := m.tunnelsMeet(i, j, remote)
			if j == i || meet == apart || meet < best || slices.Contains(found, j) {
				continue
			}
			if meet > best {
				best, found = meet, nil
			}
			found = append(found, j)
		}
	}
	return m.only(i, found, &m.nets)
}

// only chooses the one candidate, or the one that is connected with i.
func (m *matcher) only(i int, found []int, u *union) int {
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(j int) bool { return u.root(i) != u.root(j) })
	}
	if len(found) != 1 {
		return -1
	}
	return found[0]
}

// A meeting tells how sure it is that two tunnels are the ends of one.
type meeting int

const (
	apart meeting = iota
	takes         // one end takes packets from all
	meet          // both ends send to each other
)

// tunnelsMeet tells whether tunnel j, at whose place the remote address of i is, is
// its other end.
func (m *matcher) tunnelsMeet(i, j int, remote netip.Addr) meeting {
	a, b := &m.all[i].l.raw.tunnel, &m.all[j].l.raw.tunnel
	if a.kind != b.kind || a.okey != b.ikey || a.ikey != b.okey || b.local.IsValid() && b.local != remote {
		return apart
	}
	if len(b.remotes) == 0 {
		return takes
	}
	for _, back := range b.remotes {
		if a.local.IsValid() {
			if back == a.local {
				return meet
			}
			continue
		}
		for _, owner := range m.owners[back] {
			if m.all[owner].n == m.all[i].n {
				return meet
			}
		}
	}
	return apart
}

// ownGateways finds who has the gateways of routes: of several, the one that is
// reached through the route's device.
func (m *matcher) ownGateways() {
	for _, n := range m.graph.Namespaces {
		for _, r := range n.Routes {
			for k := range r.Vias {
				r.Vias[k].Owner = m.owner(n, &r.Vias[k])
			}
		}
	}
}

func (m *matcher) owner(n *Namespace, v *Via) End {
	addr, err := netip.ParseAddr(v.Address)
	i, ok := m.byName[End{Namespace: n.Name, Link: v.Dev}]
	if err != nil || !ok {
		return End{}
	}
	found := slices.DeleteFunc(slices.Clone(m.owners[addr]), func(j int) bool { return m.all[j].n == n })
	near := slices.DeleteFunc(slices.Clone(found), func(j int) bool { return m.wires.root(i) != m.wires.root(j) })
	if len(near) > 0 {
		found = near
	} else if addr.IsLinkLocalUnicast() {
		return End{} // such an address means nothing elsewhere
	}
	if j := m.only(i, found, &m.nets); j >= 0 {
		return m.all[j].end()
	}
	return End{}
}

// A union is a set of things in groups that are joined.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) { u[u.root(i)] = u.root(j) }
