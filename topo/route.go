package topo

import (
	"net/netip"
	"slices"

	"gip/internal/rtnl"
	"gip/routecmd"
	"gip/rulecmd"

	"golang.org/x/sys/unix"
)

// configured are the protocols of routes that a person or a configuration set, and of
// those that the network told; all other routes belong to the kernel or to a routing
// daemon, which may have hundreds of thousands.
var configured = [256]bool{unix.RTPROT_UNSPEC: true, unix.RTPROT_BOOT: true, unix.RTPROT_STATIC: true,
	unix.RTPROT_RA: true, unix.RTPROT_DHCP: true}

func (v *visit) routes() error {
	p := routecmd.NewPrinter(v.e)
	for _, family := range [...]uint8{unix.AF_INET, unix.AF_INET6, unix.AF_MPLS} {
		err := v.dump(rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: family}), func(m rtnl.Message) error {
			return v.route(p, family, m)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) route(p *routecmd.Printer, family uint8, m rtnl.Message) error {
	rtm, attrs := rtnl.View[unix.RtMsg](m.Body)
	switch {
	// A kernel without MPLS answers with the routes of all families.
	case rtm == nil || rtm.Family != family || m.Type != unix.RTM_NEWROUTE || rtm.Flags&unix.RTM_F_CLONED != 0 || rtm.Protocol == unix.RTPROT_KERNEL:
		return nil
	case !configured[rtm.Protocol] && rtm.Dst_len != 0:
		v.leave(rtm.Protocol)
		return nil
	}
	r := &Route{Family: familyNumber(rtm.Family), Dst: "default", Table: v.tables.RouteTables.Name(tableOf(rtm, attrs))}
	if rtm.Dst_len != 0 {
		r.Dst = prefixText(rtnl.Find(attrs, unix.RTA_DST), rtm.Dst_len)
	}
	var err error
	r.Text = v.printed(func() { err = p.Print(m) })
	r.addVias(v, attrs)
	v.n.Routes = append(v.n.Routes, r)
	return err
}

func familyNumber(family uint8) int {
	switch family {
	case unix.AF_INET:
		return 4
	case unix.AF_INET6:
		return 6
	}
	return int(family)
}

func tableOf(rtm *unix.RtMsg, attrs []byte) uint32 {
	if t := rtnl.Find(attrs, unix.RTA_TABLE); t != nil {
		return rtnl.U32(t)
	}
	return uint32(rtm.Table)
}

// prefixText is a destination as ip has it; that of MPLS is in the route's text only.
func prefixText(b []byte, bits uint8) string {
	addr, ok := netip.AddrFromSlice(b)
	switch {
	case !ok:
		return ""
	case int(bits) == addr.BitLen():
		return addrText(addr)
	}
	return addrText(addr) + "/" + decimal(uint64(bits))
}

// leave counts a route that the graph has not.
func (v *visit) leave(protocol uint8) {
	name := v.tables.Protocols.Name(uint32(protocol))
	i := slices.IndexFunc(v.n.Left, func(l Left) bool { return l.Protocol == name })
	if i < 0 {
		i = len(v.n.Left)
		v.n.Left = append(v.n.Left, Left{Protocol: name})
	}
	v.n.Left[i].Count++
}

// addVias adds the gateways of a route: its own (RTA_GATEWAY, or RTA_VIA, which has a
// family in front), or those of its next hops (RTA_MULTIPATH: structs rtnexthop).
func (r *Route) addVias(v *visit, attrs []byte) {
	r.addVia(v, attrs, rtnl.U32(rtnl.Find(attrs, unix.RTA_OIF)))
	hops := rtnl.Find(attrs, unix.RTA_MULTIPATH)
	for {
		nh, rest := rtnl.View[unix.RtNexthop](hops)
		if nh == nil || int(nh.Len) < unix.SizeofRtNexthop || int(nh.Len) > len(hops) {
			return
		}
		r.addVia(v, rest[:int(nh.Len)-unix.SizeofRtNexthop], uint32(nh.Ifindex))
		hops = hops[min(len(hops), (int(nh.Len)+3)&^3):]
	}
}

func (r *Route) addVia(v *visit, attrs []byte, dev uint32) {
	b := rtnl.Find(attrs, unix.RTA_GATEWAY)
	if via := rtnl.Find(attrs, unix.RTA_VIA); len(via) > 2 {
		b = via[2:]
	}
	addr, ok := netip.AddrFromSlice(b)
	if !ok {
		return
	}
	hop := Via{Address: addrText(addr)}
	if l := v.link(int(dev)); l != nil {
		hop.Dev = l.Name
	}
	r.Vias = append(r.Vias, hop)
}

// rules reads the rules but for those that the kernel makes by itself.
func (v *visit) rules() error {
	for _, family := range [...]uint8{unix.AF_INET, unix.AF_INET6} {
		err := v.dump(rtnl.Request(unix.RTM_GETRULE, unix.RtMsg{Family: family}), func(m rtnl.Message) error {
			_, attrs := rtnl.View[unix.RtMsg](m.Body) // struct fib_rule_hdr has the same size
			if rtnl.U8(rtnl.Find(attrs, unix.FRA_PROTOCOL)) == unix.RTPROT_KERNEL {
				return nil
			}
			rule := &Rule{Family: familyNumber(family), Priority: int(rtnl.U32(rtnl.Find(attrs, unix.FRA_PRIORITY)))}
			var err error
			rule.Text = v.printed(func() { err = rulecmd.Print(v.e, m) })
			v.n.Rules = append(v.n.Rules, rule)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
