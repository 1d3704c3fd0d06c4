package linkcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var bridge = kind{
	name:    "bridge",
	unknown: "unknown command",
	first:   "max_age mcast_router",
	opts: []opt{
		{words: "forward_delay", attr: unix.IFLA_BR_FORWARD_DELAY, codec: &u32},
		{words: "hello_time", attr: unix.IFLA_BR_HELLO_TIME, codec: &u32},
		{words: "max_age", attr: unix.IFLA_BR_MAX_AGE, codec: &u32},
		{words: "ageing_time", attr: unix.IFLA_BR_AGEING_TIME, codec: &u32},
		{words: "stp_state", attr: unix.IFLA_BR_STP_STATE, codec: &u32},
		{words: "=stp_mode", value: "STP_MODE", attr: uapi.IFLA_BR_STP_MODE, codec: &oneOf32, names: stpModes},
		{words: "priority", attr: unix.IFLA_BR_PRIORITY, codec: &u16},
		{words: "vlan_filtering", attr: unix.IFLA_BR_VLAN_FILTERING, codec: &u8},
		{words: "vlan_protocol", value: "VLAN_PROTOCOL := { 802.1Q | 802.1ad }", attr: unix.IFLA_BR_VLAN_PROTOCOL, codec: &etherType},
		{text: "bridge_id", attr: unix.IFLA_BR_BRIDGE_ID, codec: &bridgeID},
		{text: "designated_root", key: "root_id", attr: unix.IFLA_BR_ROOT_ID, codec: &bridgeID},
		{text: "root_port", attr: unix.IFLA_BR_ROOT_PORT, codec: &u16},
		{text: "root_path_cost", attr: unix.IFLA_BR_ROOT_PATH_COST, codec: &u32},
		{text: "topology_change", attr: unix.IFLA_BR_TOPOLOGY_CHANGE, codec: &u8},
		{text: "topology_change_detected", attr: unix.IFLA_BR_TOPOLOGY_CHANGE_DETECTED, codec: &u8},
		{text: "hello_timer", attr: unix.IFLA_BR_HELLO_TIMER, codec: &jiffies},
		{text: "tcn_timer", attr: unix.IFLA_BR_TCN_TIMER, codec: &jiffies},
		{text: "topology_change_timer", attr: unix.IFLA_BR_TOPOLOGY_CHANGE_TIMER, codec: &jiffies},
		{text: "gc_timer", attr: unix.IFLA_BR_GC_TIMER, codec: &jiffies},
		{text: "fdb_n_learned", attr: unix.IFLA_BR_FDB_N_LEARNED, codec: &u32},
		{words: "=fdb_max_learned", attr: unix.IFLA_BR_FDB_MAX_LEARNED, codec: &u32},
		{words: "fdb_flush", attr: unix.IFLA_BR_FDB_FLUSH, codec: &flagWord},
		{words: "vlan_default_pvid", attr: unix.IFLA_BR_VLAN_DEFAULT_PVID, codec: &u16},
		{words: "vlan_stats_enabled", attr: unix.IFLA_BR_VLAN_STATS_ENABLED, codec: &u8},
		{words: "vlan_stats_per_port", attr: unix.IFLA_BR_VLAN_STATS_PER_PORT, codec: &u8},
		{words: "group_fwd_mask", value: "MASK", attr: unix.IFLA_BR_GROUP_FWD_MASK, codec: &hex16},
		{words: "group_address", value: "ADDRESS", key: "group_addr", attr: unix.IFLA_BR_GROUP_ADDR, codec: &lladdr},
		{words: "mcast_snooping", value: "MULTICAST_SNOOPING", attr: unix.IFLA_BR_MCAST_SNOOPING, codec: &u8},
		{words: "=no_linklocal_learn", arg: uapi.BR_BOOLOPT_NO_LL_LEARN, attr: unix.IFLA_BR_MULTI_BOOLOPT, codec: &boolOpt},
		{words: "=mcast_vlan_snooping", value: "MULTICAST_VLAN_SNOOPING", arg: uapi.BR_BOOLOPT_MCAST_VLAN_SNOOPING, attr: unix.IFLA_BR_MULTI_BOOLOPT, codec: &boolOpt},
		{words: "=mst_enabled", arg: uapi.BR_BOOLOPT_MST_ENABLE, attr: unix.IFLA_BR_MULTI_BOOLOPT, codec: &boolOpt},
		{words: "=mdb_offload_fail_notification", arg: uapi.BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION,
			attr: unix.IFLA_BR_MULTI_BOOLOPT, codec: &boolOpt},
		{words: "=fdb_local_vlan_0", arg: uapi.BR_BOOLOPT_FDB_LOCAL_VLAN_0, attr: unix.IFLA_BR_MULTI_BOOLOPT, codec: &boolOpt},
		{words: "mcast_router", value: "MULTICAST_ROUTER", attr: unix.IFLA_BR_MCAST_ROUTER, codec: &u8},
		{words: "mcast_query_use_ifaddr", attr: unix.IFLA_BR_MCAST_QUERY_USE_IFADDR, codec: &u8},
		{words: "mcast_querier", value: "MULTICAST_QUERIER", attr: unix.IFLA_BR_MCAST_QUERIER, codec: &u8},
		{attr: unix.IFLA_BR_MCAST_QUERIER_STATE, codec: &querierState},
		{words: "mcast_hash_elasticity", value: "HASH_ELASTICITY", attr: unix.IFLA_BR_MCAST_HASH_ELASTICITY, codec: &u32},
		{words: "mcast_hash_max", value: "HASH_MAX", attr: unix.IFLA_BR_MCAST_HASH_MAX, codec: &u32},
		{words: "mcast_last_member_count", value: "LAST_MEMBER_COUNT", key: "mcast_last_member_cnt", attr: unix.IFLA_BR_MCAST_LAST_MEMBER_CNT, codec: &u32},
		{words: "mcast_startup_query_count", value: "STARTUP_QUERY_COUNT", key: "mcast_startup_query_cnt", attr: unix.IFLA_BR_MCAST_STARTUP_QUERY_CNT, codec: &u32},
		{words: "mcast_last_member_interval", value: "LAST_MEMBER_INTERVAL", key: "mcast_last_member_intvl", attr: unix.IFLA_BR_MCAST_LAST_MEMBER_INTVL, codec: &u64},
		{words: "mcast_membership_interval", value: "MEMBERSHIP_INTERVAL", key: "mcast_membership_intvl", attr: unix.IFLA_BR_MCAST_MEMBERSHIP_INTVL, codec: &u64},
		{words: "mcast_querier_interval", value: "QUERIER_INTERVAL", key: "mcast_querier_intvl", attr: unix.IFLA_BR_MCAST_QUERIER_INTVL, codec: &u64},
		{words: "mcast_query_interval", value: "QUERY_INTERVAL", key: "mcast_query_intvl", attr: unix.IFLA_BR_MCAST_QUERY_INTVL, codec: &u64},
		{words: "mcast_query_response_interval", value: "QUERY_RESPONSE_INTERVAL", key: "mcast_query_response_intvl",
			attr: unix.IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, codec: &u64},
		{words: "mcast_startup_query_interval", value: "STARTUP_QUERY_INTERVAL", key: "mcast_startup_query_intvl",
			attr: unix.IFLA_BR_MCAST_STARTUP_QUERY_INTVL, codec: &u64},
		{words: "mcast_stats_enabled", attr: unix.IFLA_BR_MCAST_STATS_ENABLED, codec: &u8},
		{words: "mcast_igmp_version", value: "IGMP_VERSION", attr: unix.IFLA_BR_MCAST_IGMP_VERSION, codec: &u8},
		{words: "mcast_mld_version", value: "MLD_VERSION", attr: unix.IFLA_BR_MCAST_MLD_VERSION, codec: &u8},
		{words: "nf_call_iptables", attr: unix.IFLA_BR_NF_CALL_IPTABLES, codec: &u8},
		{words: "nf_call_ip6tables", attr: unix.IFLA_BR_NF_CALL_IP6TABLES, codec: &u8},
		{words: "nf_call_arptables", attr: unix.IFLA_BR_NF_CALL_ARPTABLES, codec: &u8},
	},
}

var stpModes = []name{{0, "auto"}, {1, "user"}, {2, "kernel"}}

// boolOpt is one bit (opt.arg) of a {value, mask} pair, written as 0 or 1.
var boolOpt = codec{8, "N := { 0 | 1 }", parseBoolOpt, printBoolOpt}

func parseBoolOpt(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 8)
	if !ok {
		return o.invalid(s)
	}
	d.setBits(o.attr, 1<<o.arg, n != 0)
	return nil
}

// setBits switches bits of a {value, mask} pair of 32-bit numbers.
func (d *draft) setBits(attr uint16, bits uint32, on bool) {
	old := d.get(attr)
	val, mask := rtnl.U32(old), bits
	if old != nil {
		mask |= rtnl.U32(old[4:])
	}
	val &^= bits
	if on {
		val |= bits
	}
	d.put(attr, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, val), mask))
}

func printBoolOpt(v *view, o *opt, b []byte) {
	bit := uint32(1) << o.arg
	if rtnl.U32(b[4:])&bit == 0 {
		return
	}
	v.uint(o, uint64(rtnl.U32(b)>>o.arg&1))
}

// bridgeID is priority and address; the address has no leading zeros.
var bridgeID = codec{8, "", nil, func(v *view, o *opt, b []byte) {
	var tmp [32]byte
	id := show.AppendHexBytes(tmp[:0], b[:2])
	for i, c := range b[2:8] {
		id = strconv.AppendUint(append(id, ".:::::"[i]), uint64(c), 16)
	}
	v.label(o)
	v.pen.Bytes(o.json(), "", id, " ")
}}

// jiffies is a timer in hundredths of a second, written "   0.00".
var jiffies = codec{8, "", nil, func(v *view, o *opt, b []byte) {
	var tmp [32]byte
	s := appendHundredths(tmp[:0], rtnl.U64(b))
	if v.pen.JSON() {
		v.pen.JRaw(o.json(), string(s))
		return
	}
	v.label(o)
	for n := len("9999.99") - len(s); n > 0; n-- {
		v.pen.Text(" ")
	}
	v.pen.Bytes("", "", s, " ")
}}

func appendHundredths(b []byte, n uint64) []byte {
	b = append(strconv.AppendInt(b, int64(int32(n/100)), 10), '.')
	return append(b, byte('0'+n/10%10), byte('0'+n%10))
}

// querierState says which querier the bridge follows, for IPv4 and IPv6.
var querierState = codec{0, "", nil, func(v *view, _ *opt, b []byte) { PrintQuerierState(v.env, b) }}

// PrintQuerierState prints a nest of BRIDGE_QUERIER attributes.
func PrintQuerierState(env *cli.Env, b []byte) {
	var tb [uapi.BRIDGE_QUERIER_MAX + 1][]byte
	rtnl.Index(tb[:], b)
	printQuerier(env.Pen, tb[uapi.BRIDGE_QUERIER_IP_ADDRESS:], unix.AF_INET, "mcast_querier_state_ipv4",
		[3]string{"mcast_querier_ipv4_addr", "mcast_querier_ipv4_port", "mcast_querier_ipv4_other_timer"})
	printQuerier(env.Pen, tb[uapi.BRIDGE_QUERIER_IPV6_ADDRESS:], unix.AF_INET6, "mcast_querier_state_ipv6",
		[3]string{"mcast_querier_ipv6_addr", "mcast_querier_ipv6_port", "mcast_querier_ipv6_other_timer"})
}

// printQuerier prints address, port and timer; tb begins with them, but the
// pad attribute stands between the two families' timers.
func printQuerier(p *show.Pen, tb [][]byte, family uint8, object string, keys [3]string) {
	p.OpenObject(object)
	if len(tb[0]) >= 4 {
		p.Text(keys[0])
		p.Text(" ")
		p.ColorBytes(show.FamilyColor(family), keys[0], "", cli.AppendAddr(nil, family, tb[0]), " ")
	}
	if len(tb[1]) >= 4 {
		p.Uint(keys[1], keys[1]+" ", uint64(rtnl.U32(tb[1])), " ")
	}
	if len(tb[2]) >= 8 {
		p.Str(keys[2], keys[2]+" ", timeText(rtnl.U64(tb[2])), " ")
	}
	p.CloseObject()
}
