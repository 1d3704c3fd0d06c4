package topo

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The ends of some tunnels know each other by more than addresses: WireGuard by keys,
// L2TP by the numbers of sessions, VXLAN by a multicast group. Generic netlink tells of
// the first two.

// A peering is how an end of such a tunnel is known, and those that it sends to are.
type peering struct {
	own   string
	peers []string
	group bool // all ends have the same name
	under int  // the index of the link that carries it, or 0
}

// l2tpKind is what we call links that have no kind and are sessions of L2TP.
const l2tpKind = "l2tp"

// keyed reads what the ends of tunnels know each other by. Whoever may not see that sees
// links without other ends.
func (v *visit) keyed() error {
	guarded, sessions := false, false
	for _, l := range v.n.Links {
		guarded = guarded || l.Kind == "wireguard"
		sessions = sessions || l.raw.bare
		v.groupOf(l)
	}
	var err error
	if guarded {
		err = v.askGeneric("wireguard", v.keys)
	}
	if sessions && err == nil {
		err = v.askGeneric("l2tp", v.sessions)
	}
	return err
}

// keys asks for those of all WireGuard devices.
func (v *visit) keys(c *rtnl.Conn, family uint16) error {
	for _, l := range v.n.Links {
		if l.Kind != "wireguard" {
			continue
		}
		if err := unlessRefused(c.Dump(deviceRequest(family, l.Index), l.addKeys)); err != nil {
			return err
		}
	}
	return nil
}

// groupOf takes the multicast group of a VXLAN.
func (v *visit) groupOf(l *Link) {
	t := &l.raw.tunnel
	for i, a := range t.remotes {
		if a.IsMulticast() {
			t.remotes = slices.Delete(t.remotes, i, i+1)
			t.peering = peering{own: filled("% group %", tunnelLabel(l), addrText(a)), group: true, under: int(rtnl.U32(rtnl.Find(l.raw.data, unix.IFLA_VXLAN_LINK)))}
			t.peers = []string{t.own}
			return
		}
	}
}

// askGeneric calls f with a connection to a family of generic netlink, if the kernel has
// that. Families are looked for in the list of all: asking for one by its name would load
// its module.
func (v *visit) askGeneric(name string, f func(*rtnl.Conn, uint16) error) error {
	c, err := rtnl.Dial(unix.NETLINK_GENERIC, rtnl.Options{})
	if errors.Is(err, unix.EPROTONOSUPPORT) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil // nor may we have it
	}
	if err != nil {
		return err
	}
	defer c.Close()
	m := rtnl.NewGenl(unix.CTRL_CMD_GETFAMILY, 1)
	m.SetType(unix.GENL_ID_CTRL)
	family := uint16(0)
	err = c.Dump(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
		if rtnl.Str(rtnl.Find(attrs, unix.CTRL_ATTR_FAMILY_NAME)) == name {
			family = rtnl.U16(rtnl.Find(attrs, unix.CTRL_ATTR_FAMILY_ID))
		}
		return nil
	})
	if err != nil || family == 0 {
		return unlessRefused(err)
	}
	return f(c, family)
}

// deviceRequest asks for a WireGuard device (linux/wireguard.h), with its peers.
func deviceRequest(family uint16, index int) *rtnl.Msg {
	m := rtnl.NewGenl(unix.WG_CMD_GET_DEVICE, unix.WG_GENL_VERSION)
	m.SetType(family)
	m.U32(unix.WGDEVICE_A_IFINDEX, uint32(index))
	return m
}

// addKeys takes the public keys of a WireGuard device and of its peers. Devices with many
// peers come in several messages.
func (l *Link) addKeys(m rtnl.Message) error {
	_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
	t := &l.raw.tunnel
	if key := rtnl.Find(attrs, unix.WGDEVICE_A_PUBLIC_KEY); key != nil {
		t.own = string(key)
	}
	for _, peer := range rtnl.Attrs(rtnl.Find(attrs, unix.WGDEVICE_A_PEERS)) {
		key := string(rtnl.Find(peer, unix.WGPEER_A_PUBLIC_KEY))
		if !slices.Contains(t.peers, key) {
			t.peers = append(t.peers, key)
		}
	}
	return nil
}

type l2tpAttrs [uapi.L2TP_ATTR_MAX + 1][]byte

// number is a number of 16 or 32 bits.
func (tb *l2tpAttrs) number(attr int) string {
	b := tb[attr]
	if len(b) == 2 {
		return strconv.Itoa(int(rtnl.U16(b)))
	}
	return decimal(uint64(rtnl.U32(b)))
}

// addr is an address of IPv4, or of IPv6.
func (tb *l2tpAttrs) addr(attr, attr6 int) string {
	for _, at := range [...]int{attr, attr6} {
		if a, ok := netip.AddrFromSlice(tb[at]); ok {
			return addrText(a)
		}
	}
	return ""
}

// sessions finds the links that are sessions of L2TP, and how they were made.
func (v *visit) sessions(c *rtnl.Conn, family uint16) error {
	tunnels := map[string]*l2tpAttrs{}
	err := eachL2TP(c, family, uapi.L2TP_CMD_TUNNEL_GET, func(tb *l2tpAttrs) {
		for i := range tb {
			tb[i] = slices.Clone(tb[i])
		}
		tunnels[tb.number(uapi.L2TP_ATTR_CONN_ID)] = tb
	})
	if err != nil {
		return err
	}
	return eachL2TP(c, family, uapi.L2TP_CMD_SESSION_GET, func(tb *l2tpAttrs) {
		tunnel := tunnels[tb.number(uapi.L2TP_ATTR_CONN_ID)]
		name := rtnl.Str(tb[uapi.L2TP_ATTR_IFNAME])
		for _, l := range v.n.Links {
			if l.raw.bare && l.Name == name && tunnel != nil {
				l.addSession(tunnel, tb)
			}
		}
	})
}

func eachL2TP(c *rtnl.Conn, family uint16, cmd uint8, f func(*l2tpAttrs)) error {
	m := rtnl.NewGenl(cmd, uapi.L2TP_GENL_VERSION)
	m.SetType(family)
	return unlessRefused(c.Dump(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
		var tb l2tpAttrs
		rtnl.Index(tb[:], attrs)
		f(&tb)
		return nil
	}))
}

// addSession tells how a session was made, in the words of "ip l2tp add tunnel session",
// and who it is with.
func (l *Link) addSession(tunnel, session *l2tpAttrs) {
	local, remote := tunnel.addr(uapi.L2TP_ATTR_IP_SADDR, uapi.L2TP_ATTR_IP6_SADDR), tunnel.addr(uapi.L2TP_ATTR_IP_DADDR, uapi.L2TP_ATTR_IP6_DADDR)
	id, peerID := tunnel.number(uapi.L2TP_ATTR_CONN_ID), tunnel.number(uapi.L2TP_ATTR_PEER_CONN_ID)
	sid, peerSID := session.number(uapi.L2TP_ATTR_SESSION_ID), session.number(uapi.L2TP_ATTR_PEER_SESSION_ID)
	l.Kind = l2tpKind
	l.raw.tunnel.peering = peering{own: strings.Join([]string{local, id, sid}, " "), peers: []string{strings.Join([]string{remote, peerID, peerSID}, " ")}}
	l.Options = filled("tunnel_id % peer_tunnel_id % session_id % peer_session_id % local % remote % encap ", id, peerID, sid, peerSID, local, remote)
	if rtnl.U16(tunnel[uapi.L2TP_ATTR_ENCAP_TYPE]) == uapi.L2TP_ENCAPTYPE_IP {
		l.Options += "ip"
	} else {
		l.Options += filled("udp udp_sport % udp_dport %", tunnel.number(uapi.L2TP_ATTR_UDP_SPORT), tunnel.number(uapi.L2TP_ATTR_UDP_DPORT))
	}
	for _, c := range [...]struct {
		word string
		attr int
	}{{" cookie ", uapi.L2TP_ATTR_COOKIE}, {" peer_cookie ", uapi.L2TP_ATTR_PEER_COOKIE}} {
		if b := session[c.attr]; len(b) > 0 {
			l.Options += c.word + hex.EncodeToString(b)
		}
	}
	receives, sends := rtnl.U8(session[uapi.L2TP_ATTR_RECV_SEQ]) != 0, rtnl.U8(session[uapi.L2TP_ATTR_SEND_SEQ]) != 0
	switch {
	case receives && sends:
		l.Options += " seq both"
	case receives:
		l.Options += " seq recv"
	case sends:
		l.Options += " seq send"
	}
}

// matchPeers finds for each end of a tunnel those that it names and that name it. The
// ends of a group are joined with the first of them.
func (m *matcher) matchPeers() {
	byName := map[string][]int{}
	for i, p := range m.all {
		t := &p.l.raw.tunnel.peering
		for _, peer := range t.peers {
			found := slices.DeleteFunc(slices.Clone(byName[peer]), func(j int) bool { return !m.peersMeet(i, j) })
			if t.group && len(found) > 1 {
				found = found[:1]
			}
			if j := m.only(i, found, &m.nets); j >= 0 {
				label := tunnelLabel(p.l)
				if t.group {
					label = t.own
				}
				m.graph.Edges = append(m.graph.Edges, &Edge{Type: "tunnel", Label: label, A: m.all[j].end(), B: p.end()})
			}
		}
		if t.own != "" {
			byName[t.own] = append(byName[t.own], i)
		}
	}
}

// peersMeet tells that j, which i names, names it as well, and that a group is one.
func (m *matcher) peersMeet(i, j int) bool {
	a, b := &m.all[i].l.raw.tunnel.peering, &m.all[j].l.raw.tunnel.peering
	if !slices.Contains(b.peers, a.own) || a.group && m.nets.root(i) != m.nets.root(j) {
		return false
	}
	under, other := m.under(i), m.under(j)
	return under < 0 || other < 0 || m.wires.root(under) == m.wires.root(other)
}

// under is the link that carries an end, or -1.
func (m *matcher) under(i int) int {
	p := m.all[i]
	for _, l := range p.n.Links {
		if l.Index == p.l.raw.tunnel.under {
			return m.at[place{p.n, l}]
		}
	}
	return -1
}
