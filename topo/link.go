package topo

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// A rawLink is what is only needed until the ends of links are matched.
type rawLink struct {
	data   []byte // IFLA_INFO_DATA
	link   int    // IFLA_LINK: the other end, or the lower link
	nsid   int32  // of the namespace that it is in; -1 for this one
	master int
	mac    []byte
	bare   bool // it has no kind, nor a device that it belongs to
	tunnel tunnelEnd
	far    farEnd
	hidden bool // no namespace that was found has the other end
}

func (v *visit) links() error {
	m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
	return v.conn.Dump(m, func(m rtnl.Message) error {
		if l := newLink(m); l != nil {
			v.e.Links.Remember(m)
			v.n.Links = append(v.n.Links, l)
			v.byIndex[l.Index] = l
		}
		return nil
	})
}

// newLink reads a RTM_NEWLINK message; nil if it is none.
func newLink(m rtnl.Message) *Link {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || m.Type != unix.RTM_NEWLINK {
		return nil
	}
	var tb [uapi.IFLA_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	l := &Link{Index: int(ifi.Index), Name: rtnl.Str(tb[unix.IFLA_IFNAME]), MTU: int(rtnl.U32(tb[unix.IFLA_MTU]))}
	l.Up = ifi.Flags&unix.IFF_UP != 0
	l.Type = string(linkshow.AppendLinkType(nil, ifi.Type, false))
	l.State = linkshow.OperStates.Of(uint64(rtnl.U8(tb[unix.IFLA_OPERSTATE])))
	if mac := tb[unix.IFLA_ADDRESS]; len(mac) == 6 && ifi.Type != unix.ARPHRD_LOOPBACK {
		l.MAC = string(show.AppendMAC(nil, [6]byte(mac)))
	}
	for t, name := range rtnl.Attrs(tb[unix.IFLA_PROP_LIST]) {
		if t == unix.IFLA_ALT_IFNAME {
			l.AltNames = append(l.AltNames, rtnl.Str(name))
		}
	}
	l.raw = rawLink{link: int(rtnl.U32(tb[unix.IFLA_LINK])), nsid: -1, master: int(rtnl.U32(tb[unix.IFLA_MASTER])), mac: bytes.Clone(tb[unix.IFLA_ADDRESS])}
	if id := tb[unix.IFLA_LINK_NETNSID]; id != nil {
		l.raw.nsid = int32(rtnl.U32(id))
	}
	l.setKind(tb[unix.IFLA_LINKINFO])
	l.raw.bare = l.Kind == "" && l.Type == "ether" && tb[unix.IFLA_PARENT_DEV_NAME] == nil
	return l
}

func (l *Link) setKind(info []byte) {
	var tb [uapi.IFLA_INFO_MAX + 1][]byte
	rtnl.Index(tb[:], info)
	l.Kind = rtnl.Str(tb[unix.IFLA_INFO_KIND])
	l.raw.data = bytes.Clone(tb[unix.IFLA_INFO_DATA])
	l.raw.tunnel = tunnelOf(l.Kind, l.raw.data)
	l.ID = idOf(l.Kind, l.raw.data)
}

// An idAttr is the number by which links of a kind are told apart.
type idAttr struct {
	kind string
	attr uint16
	size int
}

var idAttrs = [...]idAttr{
	{"vlan", unix.IFLA_VLAN_ID, 2},
	{"vxlan", unix.IFLA_VXLAN_ID, 4},
	{"geneve", unix.IFLA_GENEVE_ID, 4},
	{"vrf", unix.IFLA_VRF_TABLE, 4},
}

func idOf(kind string, data []byte) string {
	for i := range idAttrs {
		a := &idAttrs[i]
		if b := rtnl.Find(data, a.attr); a.kind == kind && len(b) == a.size {
			if a.size == 2 {
				return strconv.Itoa(int(rtnl.U16(b)))
			}
			return decimal(uint64(rtnl.U32(b)))
		}
	}
	return ""
}

// describe names the links that others refer to by number, now that all are known.
func (v *visit) describe() error {
	for _, l := range v.n.Links {
		l.Options = v.options(l)
		if l.raw.master != 0 {
			if m := v.link(l.raw.master); m != nil {
				l.Master = m.Name
			}
		}
		if l.raw.link != 0 && l.raw.nsid < 0 && l.raw.link != l.Index && !l.paired() {
			if lower := v.link(l.raw.link); lower != nil {
				l.Lower = lower.Name
			}
		}
	}
	cli.Sort(v.n.Links, func(a, b *Link) int { return a.Index - b.Index })
	return nil
}

// options are the words of a link's kind that are not what each of its kind has.
func (v *visit) options(l *Link) string {
	k := linkkind.Find(l.Kind)
	if k == nil || l.raw.data == nil {
		return ""
	}
	var words []string
	k.EachWords(field.ViewOf(v.e, l.raw.data), func(_ *field.Row, b []byte) {
		if w := strings.TrimSpace(string(b)); !usual(l.Kind, w) {
			words = append(words, w)
		}
	})
	return strings.Join(words, " ")
}

// paired tells that IFLA_LINK of the kind is the other end of a pair.
func (l *Link) paired() bool { return l.Kind == "veth" || l.Kind == "netkit" || l.Kind == "vxcan" }

// address reads a RTM_NEWADDR message (linux/if_addr.h). IFA_ADDRESS is the other
// end's of a point-to-point address.
func (v *visit) address(m rtnl.Message) {
	ifa, attrs := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil {
		return
	}
	l := v.link(int(ifa.Index))
	var tb [uapi.IFA_PROTO + 1][]byte
	rtnl.Index(tb[:], attrs)
	local, other := tb[unix.IFA_LOCAL], tb[unix.IFA_ADDRESS]
	if local == nil {
		local = other
	}
	addr, ok := netip.AddrFromSlice(local)
	if l == nil || !ok {
		return
	}
	flags := uint32(ifa.Flags)
	if f := tb[unix.IFA_FLAGS]; f != nil {
		flags = rtnl.U32(f)
	}
	a := Address{Address: addrText(addr), Scope: v.tables.Scopes.Name(uint32(ifa.Scope))}
	prefix := "/" + strconv.Itoa(int(ifa.Prefixlen))
	if peer, ok := netip.AddrFromSlice(other); ok && peer != addr {
		a.Peer = addrText(peer) + prefix
	} else {
		a.Address += prefix
	}
	a.Flags = flagWords(flags, ifa.Family)
	a.Dynamic = flags&unix.IFA_F_PERMANENT == 0 || kernelMade(addr, tb[uapi.IFA_PROTO])
	l.Addresses = append(l.Addresses, a)
}

// kernelMade tells the link-local and loopback addresses that links get by themselves.
func kernelMade(a netip.Addr, proto []byte) bool {
	switch rtnl.U8(proto) {
	case uapi.IFAPROT_KERNEL_LO, uapi.IFAPROT_KERNEL_RA, uapi.IFAPROT_KERNEL_LL:
		return true
	}
	return proto == nil && a.Is6() && a.IsLinkLocalUnicast()
}

// addrText writes an address as ip does.
func addrText(a netip.Addr) string {
	if a.Is4() {
		return string(show.AppendIPv4(nil, a.As4()))
	}
	return string(show.AppendIPv6(nil, a.As16()))
}

func flagWords(flags uint32, family uint8) (words []string) {
	for i := range linkshow.AddrFlags {
		f := &linkshow.AddrFlags[i]
		if flags&f.Mask == 0 || f.Mask == unix.IFA_F_PERMANENT {
			continue
		}
		flags &^= f.Mask
		name := f.Name
		if f.Mask == unix.IFA_F_SECONDARY && family == unix.AF_INET6 {
			name = "temporary"
		}
		words = append(words, name)
	}
	return words
}

// ports reads what only bridges know: the VLANs of ports, where a bridge filters them,
// and where a VXLAN sends what it has no entry for.
func (v *visit) ports() error {
	filters, floods := false, false
	for _, l := range v.n.Links {
		filters = filters || l.Kind == "bridge" && rtnl.U8(rtnl.Find(l.raw.data, unix.IFLA_BR_VLAN_FILTERING)) != 0
		floods = floods || l.Kind == "vxlan"
	}
	if filters {
		m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE})
		m.U32(unix.IFLA_EXT_MASK, uapi.RTEXT_FILTER_BRVLAN_COMPRESSED)
		if err := v.dump(m, v.vlans); err != nil {
			return err
		}
	}
	if floods {
		return v.dump(rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: unix.AF_BRIDGE}), v.flood)
	}
	return nil
}

// vlans reads the VLANs of a port, struct bridge_vlan_info: flags and id.
func (v *visit) vlans(m rtnl.Message) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return nil
	}
	l := v.link(int(ifi.Index))
	if l == nil {
		return nil
	}
	first := 0
	for t, b := range rtnl.Attrs(rtnl.Find(attrs, unix.IFLA_AF_SPEC)) {
		if t != uapi.IFLA_BRIDGE_VLAN_INFO || len(b) < 4 {
			continue
		}
		flags, id := rtnl.U16(b[:2]), int(rtnl.U16(b[2:4]))
		if flags&uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN != 0 {
			first = id
			continue
		}
		vlan := VLAN{ID: id, PVID: flags&uapi.BRIDGE_VLAN_INFO_PVID != 0, Untagged: flags&uapi.BRIDGE_VLAN_INFO_UNTAGGED != 0}
		if flags&uapi.BRIDGE_VLAN_INFO_RANGE_END != 0 {
			vlan.ID, vlan.Last = first, id
		}
		l.VLANs = append(l.VLANs, vlan)
	}
	return nil
}

// flood takes the entry of a VXLAN's table for all addresses: 00:00:00:00:00:00.
func (v *visit) flood(m rtnl.Message) error {
	nd, attrs := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil || !rtnl.IsZero(rtnl.Find(attrs, unix.NDA_LLADDR)) {
		return nil
	}
	addr, ok := netip.AddrFromSlice(rtnl.Find(attrs, unix.NDA_DST))
	if l := v.link(int(nd.Ifindex)); ok && l != nil && !slices.Contains(l.raw.tunnel.remotes, addr) {
		l.raw.tunnel.remotes = append(l.raw.tunnel.remotes, addr)
		l.Floods = append(l.Floods, addrText(addr))
	}
	return nil
}

// far asks what is at the other ends of links that are in other namespaces: the kernel
// tells that even of those that cannot be entered.
func (v *visit) far() error {
	m := rtnl.New(unix.RTM_GETLINK, 0)
	for _, l := range v.n.Links {
		if l.raw.nsid < 0 || l.raw.link == 0 {
			continue
		}
		m.Reset(unix.RTM_GETLINK, 0)
		rtnl.Put(m, unix.IfInfomsg{Index: int32(l.raw.link)})
		m.U32(unix.IFLA_TARGET_NETNSID, uint32(l.raw.nsid))
		m.U32(unix.IFLA_EXT_MASK, uapi.RTEXT_FILTER_SKIP_STATS)
		l.raw.far.err = v.conn.Get(m, func(m rtnl.Message) error {
			_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
			l.raw.far.name = rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME))
			l.raw.far.mac = string(rtnl.Find(attrs, unix.IFLA_ADDRESS))
			return nil
		})
		if err := unlessRefused(l.raw.far.err); err != nil {
			return err
		}
	}
	return nil
}
