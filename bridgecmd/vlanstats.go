package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// vlanStats is struct bridge_vlan_xstats (linux/if_bridge.h).
type vlanStats struct {
	vlanCounters
	Vid   uint16
	Flags uint16
	_     uint32
}

// listStats prints the counters of all VLANs: those of bridges, then those of
// ports.
func (p *vlanPrinter) listStats() error {
	head := common.Head{Line: "port              vlan-id\n", Array: true}
	slaves := p.statsDump(unix.IFLA_STATS_LINK_XSTATS_SLAVE)
	slaves.Unasked = "Cannot send slave dump request"
	return common.Show(p.e, head, p.statsDump(unix.IFLA_STATS_LINK_XSTATS), slaves)
}

func (p *vlanPrinter) statsDump(attr int) common.Listing {
	m := rtnl.Request(unix.RTM_GETSTATS, linkstats.IfStatsMsg{FilterMask: linkstats.StatsBit(attr)})
	return common.Listing{Request: m, Print: p.printStats}
}

func (p *vlanPrinter) printStats(m rtnl.Message) error {
	msg, attrs := rtnl.View[linkstats.IfStatsMsg](m.Body)
	if msg == nil {
		return common.Broken()
	}
	if p.f.Hides(msg.Index) {
		return nil
	}
	for _, attr := range []uint16{unix.IFLA_STATS_LINK_XSTATS, unix.IFLA_STATS_LINK_XSTATS_SLAVE} {
		if v := rtnl.Find(attrs, attr); v != nil {
			p.portStats(msg.Index, rtnl.Find(v, uapi.LINK_XSTATS_TYPE_BRIDGE))
		}
	}
	return nil
}

// portStats prints the counters of one port. What a bridge knows only because
// a port has the VLAN comes with the port.
func (p *vlanPrinter) portStats(index uint32, stats []byte) {
	pen, opened := p.e.Pen, false
	for t, v := range rtnl.Attrs(stats) {
		s, _ := rtnl.View[vlanStats](v)
		if t != uapi.BRIDGE_XSTATS_VLAN || s == nil || p.f.Vlan != 0 && p.f.Vlan != uint32(s.Vid) {
			continue
		}
		if s.Flags&uapi.BRIDGE_VLAN_INFO_MASTER != 0 && s.Flags&uapi.BRIDGE_VLAN_INFO_BRENTRY == 0 {
			continue
		}
		row(p.e, &opened, index, "vlans")
		pen.OpenObject("")
		pen.Uint("vid", "", uint64(s.Vid), "")
		linkstats.PrintVlanFlags(p.e.Pen, s.Flags)
		pen.NL()
		printVlanStats(pen, s.vlanCounters)
		pen.CloseObject()
	}
	if opened {
		closePort(p.e)
	}
}
