package linkkind

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// Options of the port of a bridge that "ip link" and "bridge link" have alike. The latter
// takes their words in full only, and prints them in an order of its own.
var (
	PortHairpin           = field.Row{Words: "hairpin", Attr: unix.IFLA_BRPORT_MODE, Type: &field.OnOff}
	PortGuard             = field.Row{Words: "guard", Attr: unix.IFLA_BRPORT_GUARD, Type: &field.OnOff}
	PortRootBlock         = field.Row{Words: "root_block", Attr: unix.IFLA_BRPORT_PROTECT, Type: &field.OnOff}
	PortFastleave         = field.Row{Words: "fastleave", Attr: unix.IFLA_BRPORT_FAST_LEAVE, Type: &field.OnOff}
	PortLearning          = field.Row{Words: "learning", Attr: unix.IFLA_BRPORT_LEARNING, Type: &field.OnOff}
	PortFlood             = field.Row{Words: "flood", Attr: unix.IFLA_BRPORT_UNICAST_FLOOD, Type: &field.OnOff}
	PortMcastFlood        = field.Row{Words: "mcast_flood", Attr: unix.IFLA_BRPORT_MCAST_FLOOD, Type: &field.OnOff}
	PortBcastFlood        = field.Row{Words: "bcast_flood", Attr: unix.IFLA_BRPORT_BCAST_FLOOD, Type: &field.OnOff}
	PortMcastToUnicast    = field.Row{Words: "mcast_to_unicast", Attr: unix.IFLA_BRPORT_MCAST_TO_UCAST, Type: &field.OnOff}
	PortNeighSuppress     = field.Row{Words: "neigh_suppress", Attr: unix.IFLA_BRPORT_NEIGH_SUPPRESS, Type: &field.OnOff}
	PortNeighVlanSuppress = field.Row{Words: "=neigh_vlan_suppress", Attr: unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, Type: &field.OnOff}
	PortNeighForwardGrat  = field.Row{Words: "=neigh_forward_grat", Attr: uapi.IFLA_BRPORT_NEIGH_FORWARD_GRAT, Type: &field.OnOff}
	PortVlanTunnel        = field.Row{Words: "vlan_tunnel", Attr: unix.IFLA_BRPORT_VLAN_TUNNEL, Type: &field.OnOff}
	PortIsolated          = field.Row{Words: "isolated", Attr: unix.IFLA_BRPORT_ISOLATED, Type: &field.OnOff}
	PortLocked            = field.Row{Words: "locked", Attr: unix.IFLA_BRPORT_LOCKED, Type: &field.OnOff}
	PortMab               = field.Row{Words: "=mab", Attr: unix.IFLA_BRPORT_MAB, Type: &field.OnOff}
	PortNobackupPort      = field.Row{Words: "nobackup_port", Attr: unix.IFLA_BRPORT_BACKUP_PORT, Type: &field.Word32, Flags: field.Quiet}
)

// portVoice is that of all kinds, but for that a wrong "on" or "off" ends the process.
var portVoice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Twice: cli.DupArg2, Missing: cli.MissArg, Unknown: kind.Strange,
	OnOff: func(err error) error {
		if e, ok := err.(*cli.Error); ok {
			e.Ends = true
		}
		return err
	}}

var bridgeSlave = kind.Kind{
	Unknown: kind.UnknownOption,
	Table: field.Table{Voice: &portVoice, First: "mcast_flood", Rows: []*field.Row{
		{Words: "fdb_flush", Attr: unix.IFLA_BRPORT_FLUSH, Type: &field.Mark, Flags: field.Quiet},
		{Words: "state", Value: "STATE", Attr: unix.IFLA_BRPORT_STATE, Type: &bridgePortState, Names: &portStates, Bad: "state is invalid"},
		{Words: "priority", Value: "PRIO", Attr: unix.IFLA_BRPORT_PRIORITY, Type: &field.U16, Bad: "priority is invalid"},
		{Words: "cost", Attr: unix.IFLA_BRPORT_COST, Type: &field.Wrap32, Bad: "cost is invalid"},
		&PortHairpin, &PortGuard, &PortRootBlock, &PortFastleave, &PortLearning, &PortFlood,
		{Label: "port_id", Key: "id", Attr: unix.IFLA_BRPORT_ID, Type: &field.Hex16},
		{Label: "port_no", Key: "no", Attr: unix.IFLA_BRPORT_NO, Type: &field.Hex16},
		{Label: "designated_port", Attr: unix.IFLA_BRPORT_DESIGNATED_PORT, Type: &field.U16},
		{Label: "designated_cost", Attr: unix.IFLA_BRPORT_DESIGNATED_COST, Type: &field.U16},
		{Label: "designated_bridge", Key: "bridge_id", Attr: unix.IFLA_BRPORT_BRIDGE_ID, Type: &bridgeID},
		{Label: "designated_root", Key: "root_id", Attr: unix.IFLA_BRPORT_ROOT_ID, Type: &bridgeID},
		{Label: "hold_timer", Attr: unix.IFLA_BRPORT_HOLD_TIMER, Type: &jiffies},
		{Label: "message_age_timer", Attr: unix.IFLA_BRPORT_MESSAGE_AGE_TIMER, Type: &jiffies},
		{Label: "forward_delay_timer", Attr: unix.IFLA_BRPORT_FORWARD_DELAY_TIMER, Type: &jiffies},
		{Label: "topology_change_ack", Attr: unix.IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, Type: &field.U8},
		{Label: "config_pending", Attr: unix.IFLA_BRPORT_CONFIG_PENDING, Type: &field.U8},
		{Words: "proxy_arp", Attr: unix.IFLA_BRPORT_PROXYARP, Type: &field.OnOff},
		{Words: "proxy_arp_wifi", Attr: unix.IFLA_BRPORT_PROXYARP_WIFI, Type: &field.OnOff},
		{Words: "mcast_router", Value: "MULTICAST_ROUTER", Key: "multicast_router", Attr: unix.IFLA_BRPORT_MULTICAST_ROUTER, Type: &field.U8},
		{Words: "mcast_fast_leave", Attr: unix.IFLA_BRPORT_FAST_LEAVE, Type: &portOnOffText},
		&PortMcastFlood, &PortBcastFlood, &PortMcastToUnicast, &PortNeighSuppress, &PortNeighVlanSuppress,
		&PortNeighForwardGrat,
		{Words: "group_fwd_mask", Value: "MASK", Attr: unix.IFLA_BRPORT_GROUP_FWD_MASK, Type: &field.Hex16},
		{Label: "group_fwd_mask_str", Attr: unix.IFLA_BRPORT_GROUP_FWD_MASK, Type: &fwdMask},
		&PortVlanTunnel, &PortIsolated, &PortLocked, &PortMab,
		{Words: "backup_port", Value: "DEVICE", Attr: unix.IFLA_BRPORT_BACKUP_PORT, Type: &kind.DeviceAlways, Bad: "Device does not exist\n"},
		&PortNobackupPort,
		{Words: "=backup_nhid", Value: "NHID", Attr: unix.IFLA_BRPORT_BACKUP_NHID, Type: &field.U32, Bad: "backup_nhid is invalid"},
	}},
}

// portStates are the states of a bridge port.
var portStates = word.Names{
	{uapi.BR_STATE_DISABLED, "disabled"}, {uapi.BR_STATE_LISTENING, "listening"}, {uapi.BR_STATE_LEARNING, "learning"},
	{uapi.BR_STATE_FORWARDING, "forwarding"}, {uapi.BR_STATE_BLOCKING, "blocking"},
}

// PortState is the word for a state of a bridge port, or "".
func PortState(state uint8) string { return portStates.Of(uint64(state)) }

// ParsePortState returns the state of a bridge port that word is for.
func ParsePortState(word string) (state uint8, ok bool) {
	n, ok := portStates.Find(word)
	return uint8(n), ok
}

// bridgePortState is a number, shown as a word; the number of a state without one
// goes under another key.
var bridgePortState = field.Type{Size: 1, Scan: field.ScanNumber, Print: func(v *field.View, r *field.Row, b []byte) {
	if r.Names.Of(uint64(b[0])) != "" {
		v.Number(r, uint64(b[0]))
		return
	}
	v.Label(r)
	v.Pen.Uint("state_index", "(", uint64(b[0]), ") ")
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	return strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(b[0]), 10)
}}

// portOnOffText is on or off, in text only.
var portOnOffText = field.Type{Size: 1, Form: field.Bool, Usage: "{ on | off }", Scan: field.ScanOnOff, Print: func(v *field.View, r *field.Row, b []byte) {
	if !v.Pen.JSON() {
		v.Number(r, uint64(b[0]))
	}
}}

// fwdMask names the protocols of which a port forwards frames that are
// usually not forwarded.
var fwdMask = field.Type{Size: 2, Print: func(v *field.View, r *field.Row, b []byte) {
	var s []byte
	for i := range 16 {
		if rtnl.U16(b)>>i&1 == 0 {
			continue
		}
		switch i {
		case 0:
			s = append(s, "stp,"...)
		case 2:
			s = append(s, "lacp,"...)
		case 14:
			s = append(s, "lldp,"...)
		default:
			s = append(strconv.AppendUint(append(s, "0x"...), 1<<i, 16), ',')
		}
	}
	if s == nil {
		s = []byte("0x0,")
	}
	v.Str(r, s[:len(s)-1])
}}
