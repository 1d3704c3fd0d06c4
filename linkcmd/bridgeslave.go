package linkcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var bridgeSlave = kind{
	name:    "bridge_slave",
	unknown: "unknown option",
	first:   "mcast_flood",
	opts: []opt{
		{words: "fdb_flush", attr: unix.IFLA_BRPORT_FLUSH, codec: &flagWord},
		{words: "state", value: "STATE", attr: unix.IFLA_BRPORT_STATE, codec: &bridgePortState, names: portStates, bad: "state is invalid"},
		{words: "priority", value: "PRIO", attr: unix.IFLA_BRPORT_PRIORITY, codec: &u16, bad: "priority is invalid"},
		{words: "cost", attr: unix.IFLA_BRPORT_COST, codec: &s32Cost, bad: "cost is invalid"},
		{words: "hairpin", attr: unix.IFLA_BRPORT_MODE, codec: &portOnOff},
		{words: "guard", attr: unix.IFLA_BRPORT_GUARD, codec: &portOnOff},
		{words: "root_block", attr: unix.IFLA_BRPORT_PROTECT, codec: &portOnOff},
		{words: "fastleave", attr: unix.IFLA_BRPORT_FAST_LEAVE, codec: &portOnOff},
		{words: "learning", attr: unix.IFLA_BRPORT_LEARNING, codec: &portOnOff},
		{words: "flood", attr: unix.IFLA_BRPORT_UNICAST_FLOOD, codec: &portOnOff},
		{text: "port_id", key: "id", attr: unix.IFLA_BRPORT_ID, codec: &hex16},
		{text: "port_no", key: "no", attr: unix.IFLA_BRPORT_NO, codec: &hex16},
		{text: "designated_port", attr: unix.IFLA_BRPORT_DESIGNATED_PORT, codec: &u16},
		{text: "designated_cost", attr: unix.IFLA_BRPORT_DESIGNATED_COST, codec: &u16},
		{text: "designated_bridge", key: "bridge_id", attr: unix.IFLA_BRPORT_BRIDGE_ID, codec: &bridgeID},
		{text: "designated_root", key: "root_id", attr: unix.IFLA_BRPORT_ROOT_ID, codec: &bridgeID},
		{text: "hold_timer", attr: unix.IFLA_BRPORT_HOLD_TIMER, codec: &jiffies},
		{text: "message_age_timer", attr: unix.IFLA_BRPORT_MESSAGE_AGE_TIMER, codec: &jiffies},
		{text: "forward_delay_timer", attr: unix.IFLA_BRPORT_FORWARD_DELAY_TIMER, codec: &jiffies},
		{text: "topology_change_ack", attr: unix.IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, codec: &u8},
		{text: "config_pending", attr: unix.IFLA_BRPORT_CONFIG_PENDING, codec: &u8},
		{words: "proxy_arp", attr: unix.IFLA_BRPORT_PROXYARP, codec: &portOnOff},
		{words: "proxy_arp_wifi", attr: unix.IFLA_BRPORT_PROXYARP_WIFI, codec: &portOnOff},
		{words: "mcast_router", value: "MULTICAST_ROUTER", key: "multicast_router", attr: unix.IFLA_BRPORT_MULTICAST_ROUTER, codec: &u8},
		{words: "mcast_fast_leave", attr: unix.IFLA_BRPORT_FAST_LEAVE, codec: &portOnOffText},
		{words: "mcast_flood", attr: unix.IFLA_BRPORT_MCAST_FLOOD, codec: &portOnOff},
		{words: "bcast_flood", attr: unix.IFLA_BRPORT_BCAST_FLOOD, codec: &portOnOff},
		{words: "mcast_to_unicast", attr: unix.IFLA_BRPORT_MCAST_TO_UCAST, codec: &portOnOff},
		{words: "neigh_suppress", attr: unix.IFLA_BRPORT_NEIGH_SUPPRESS, codec: &portOnOff},
		{words: "=neigh_vlan_suppress", attr: unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, codec: &portOnOff},
		{words: "=neigh_forward_grat", attr: uapi.IFLA_BRPORT_NEIGH_FORWARD_GRAT, codec: &portOnOff},
		{words: "group_fwd_mask", value: "MASK", attr: unix.IFLA_BRPORT_GROUP_FWD_MASK, codec: &hex16},
		{text: "group_fwd_mask_str", attr: unix.IFLA_BRPORT_GROUP_FWD_MASK, codec: &fwdMask},
		{words: "vlan_tunnel", attr: unix.IFLA_BRPORT_VLAN_TUNNEL, codec: &portOnOff},
		{words: "isolated", attr: unix.IFLA_BRPORT_ISOLATED, codec: &portOnOff},
		{words: "locked", attr: unix.IFLA_BRPORT_LOCKED, codec: &portOnOff},
		{words: "=mab", attr: unix.IFLA_BRPORT_MAB, codec: &portOnOff},
		{words: "backup_port", value: "DEVICE", attr: unix.IFLA_BRPORT_BACKUP_PORT, codec: &backupPort, bad: "Device does not exist\n"},
		{words: "nobackup_port", attr: unix.IFLA_BRPORT_BACKUP_PORT, codec: &zero32},
		{words: "=backup_nhid", value: "NHID", attr: unix.IFLA_BRPORT_BACKUP_NHID, codec: &u32, bad: "backup_nhid is invalid"},
	},
}

// portStates are the states of a bridge port.
var portStates = []name{
	{uapi.BR_STATE_DISABLED, "disabled"}, {uapi.BR_STATE_LISTENING, "listening"}, {uapi.BR_STATE_LEARNING, "learning"},
	{uapi.BR_STATE_FORWARDING, "forwarding"}, {uapi.BR_STATE_BLOCKING, "blocking"},
}

// PortState is the word for a state of a bridge port, or "".
func PortState(state uint8) string { return nameOf(portStates, uint64(state)) }

// ParsePortState returns the state of a bridge port that word is for.
func ParsePortState(word string) (state uint8, ok bool) {
	n, ok := lookup(portStates, word)
	return uint8(n), ok
}

var bridgePortState = codec{1, "N", parseU8, func(v *view, o *opt, b []byte) {
	if s := nameOf(o.names, uint64(b[0])); s != "" {
		v.str(o, s)
		return
	}
	v.label(o)
	v.pen.Uint("state_index", "(", uint64(b[0]), ") ")
}}

// s32Cost is read as unsigned and shown as signed.
var s32Cost = codec{4, "N", parseU32, printS32}

// portOnOff is on or off, of which a wrong word ends the process.
var (
	portOnOff     = codec{1, "{ on | off }", parsePortOnOff, printOnOff}
	portOnOffText = codec{1, "{ on | off }", parsePortOnOff, func(v *view, o *opt, b []byte) {
		if !v.pen.JSON() {
			printOnOff(v, o, b)
		}
	}}
)

func parsePortOnOff(d *draft, o *opt, a *cli.Args) error {
	err := parseOnOff(d, o, a)
	if e, ok := err.(*cli.Error); ok {
		e.Ends = true
	}
	return err
}

var backupPort = codec{4, "DEV", parseDevice, func(v *view, o *opt, b []byte) {
	v.str(o, v.env.Links.Name(rtnl.U32(b)))
}}

// fwdMask names the protocols of which a port forwards frames that are
// usually not forwarded.
var fwdMask = codec{2, "", nil, func(v *view, o *opt, b []byte) {
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
	v.label(o)
	v.pen.Bytes(o.json(), "", s[:len(s)-1], " ")
}}
