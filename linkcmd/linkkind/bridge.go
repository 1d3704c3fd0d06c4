package linkkind

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var bridge = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, First: "max_age mcast_router", Rows: []*field.Row{
		{Words: "forward_delay", Attr: unix.IFLA_BR_FORWARD_DELAY, Type: &field.U32},
		{Words: "hello_time", Attr: unix.IFLA_BR_HELLO_TIME, Type: &field.U32},
		{Words: "max_age", Attr: unix.IFLA_BR_MAX_AGE, Type: &field.U32},
		{Words: "ageing_time", Attr: unix.IFLA_BR_AGEING_TIME, Type: &field.U32},
		{Words: "stp_state", Attr: unix.IFLA_BR_STP_STATE, Type: &field.U32},
		{Words: "=stp_mode", Value: "STP_MODE", Attr: uapi.IFLA_BR_STP_MODE, Type: &kind.OneOf32, Names: &stpModes},
		{Words: "priority", Attr: unix.IFLA_BR_PRIORITY, Type: &field.U16},
		{Words: "vlan_filtering", Attr: unix.IFLA_BR_VLAN_FILTERING, Type: &field.U8},
		{Words: "vlan_protocol", Value: "VLAN_PROTOCOL := { 802.1Q | 802.1ad }", Attr: unix.IFLA_BR_VLAN_PROTOCOL, Type: &kind.EtherType},
		{Label: "bridge_id", Attr: unix.IFLA_BR_BRIDGE_ID, Type: &bridgeID},
		{Label: "designated_root", Key: "root_id", Attr: unix.IFLA_BR_ROOT_ID, Type: &bridgeID},
		{Label: "root_port", Attr: unix.IFLA_BR_ROOT_PORT, Type: &field.U16},
		{Label: "root_path_cost", Attr: unix.IFLA_BR_ROOT_PATH_COST, Type: &field.U32},
		{Label: "topology_change", Attr: unix.IFLA_BR_TOPOLOGY_CHANGE, Type: &field.U8},
		{Label: "topology_change_detected", Attr: unix.IFLA_BR_TOPOLOGY_CHANGE_DETECTED, Type: &field.U8},
		{Label: "hello_timer", Attr: unix.IFLA_BR_HELLO_TIMER, Type: &jiffies},
		{Label: "tcn_timer", Attr: unix.IFLA_BR_TCN_TIMER, Type: &jiffies},
		{Label: "topology_change_timer", Attr: unix.IFLA_BR_TOPOLOGY_CHANGE_TIMER, Type: &jiffies},
		{Label: "gc_timer", Attr: unix.IFLA_BR_GC_TIMER, Type: &jiffies},
		{Label: "fdb_n_learned", Attr: unix.IFLA_BR_FDB_N_LEARNED, Type: &field.U32},
		{Words: "=fdb_max_learned", Attr: unix.IFLA_BR_FDB_MAX_LEARNED, Type: &field.U32},
		{Words: "fdb_flush", Attr: unix.IFLA_BR_FDB_FLUSH, Type: &field.Mark, Flags: field.Quiet},
		{Words: "vlan_default_pvid", Attr: unix.IFLA_BR_VLAN_DEFAULT_PVID, Type: &field.U16},
		{Words: "vlan_stats_enabled", Attr: unix.IFLA_BR_VLAN_STATS_ENABLED, Type: &field.U8},
		{Words: "vlan_stats_per_port", Attr: unix.IFLA_BR_VLAN_STATS_PER_PORT, Type: &field.U8},
		{Words: "group_fwd_mask", Value: "MASK", Attr: unix.IFLA_BR_GROUP_FWD_MASK, Type: &field.Hex16},
		{Words: "group_address", Value: "ADDRESS", Key: "group_addr", Attr: unix.IFLA_BR_GROUP_ADDR, Type: &kind.LLAddr},
		{Words: "mcast_snooping", Value: "MULTICAST_SNOOPING", Attr: unix.IFLA_BR_MCAST_SNOOPING, Type: &field.U8},
		{Words: "=no_linklocal_learn", Attr: unix.IFLA_BR_MULTI_BOOLOPT, Type: &boolOpt, Arg: 1 << uapi.BR_BOOLOPT_NO_LL_LEARN},
		{Words: "=mcast_vlan_snooping", Value: "MULTICAST_VLAN_SNOOPING", Attr: unix.IFLA_BR_MULTI_BOOLOPT, Type: &boolOpt, Arg: 1 << uapi.BR_BOOLOPT_MCAST_VLAN_SNOOPING},
		{Words: "=mst_enabled", Attr: unix.IFLA_BR_MULTI_BOOLOPT, Type: &boolOpt, Arg: 1 << uapi.BR_BOOLOPT_MST_ENABLE},
		{Words: "=mdb_offload_fail_notification", Attr: unix.IFLA_BR_MULTI_BOOLOPT, Type: &boolOpt, Arg: 1 << uapi.BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION},
		{Words: "=fdb_local_vlan_0", Attr: unix.IFLA_BR_MULTI_BOOLOPT, Type: &boolOpt, Arg: 1 << uapi.BR_BOOLOPT_FDB_LOCAL_VLAN_0},
		{Words: "mcast_router", Value: "MULTICAST_ROUTER", Attr: unix.IFLA_BR_MCAST_ROUTER, Type: &field.U8},
		{Words: "mcast_query_use_ifaddr", Attr: unix.IFLA_BR_MCAST_QUERY_USE_IFADDR, Type: &field.U8},
		{Words: "mcast_querier", Value: "MULTICAST_QUERIER", Attr: unix.IFLA_BR_MCAST_QUERIER, Type: &field.U8},
		{Attr: unix.IFLA_BR_MCAST_QUERIER_STATE, Type: &QuerierState},
		{Words: "mcast_hash_elasticity", Value: "HASH_ELASTICITY", Attr: unix.IFLA_BR_MCAST_HASH_ELASTICITY, Type: &field.U32},
		{Words: "mcast_hash_max", Value: "HASH_MAX", Attr: unix.IFLA_BR_MCAST_HASH_MAX, Type: &field.U32},
		{Words: "mcast_last_member_count", Value: "LAST_MEMBER_COUNT", Key: "mcast_last_member_cnt", Attr: unix.IFLA_BR_MCAST_LAST_MEMBER_CNT, Type: &field.U32},
		{Words: "mcast_startup_query_count", Value: "STARTUP_QUERY_COUNT", Key: "mcast_startup_query_cnt", Attr: unix.IFLA_BR_MCAST_STARTUP_QUERY_CNT, Type: &field.U32},
		{Words: "mcast_last_member_interval", Value: "LAST_MEMBER_INTERVAL", Key: "mcast_last_member_intvl", Attr: unix.IFLA_BR_MCAST_LAST_MEMBER_INTVL, Type: &field.U64},
		{Words: "mcast_membership_interval", Value: "MEMBERSHIP_INTERVAL", Key: "mcast_membership_intvl", Attr: unix.IFLA_BR_MCAST_MEMBERSHIP_INTVL, Type: &field.U64},
		{Words: "mcast_querier_interval", Value: "QUERIER_INTERVAL", Key: "mcast_querier_intvl", Attr: unix.IFLA_BR_MCAST_QUERIER_INTVL, Type: &field.U64},
		{Words: "mcast_query_interval", Value: "QUERY_INTERVAL", Key: "mcast_query_intvl", Attr: unix.IFLA_BR_MCAST_QUERY_INTVL, Type: &field.U64},
		{Words: "mcast_query_response_interval", Value: "QUERY_RESPONSE_INTERVAL", Key: "mcast_query_response_intvl", Attr: unix.IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, Type: &field.U64},
		{Words: "mcast_startup_query_interval", Value: "STARTUP_QUERY_INTERVAL", Key: "mcast_startup_query_intvl", Attr: unix.IFLA_BR_MCAST_STARTUP_QUERY_INTVL, Type: &field.U64},
		{Words: "mcast_stats_enabled", Attr: unix.IFLA_BR_MCAST_STATS_ENABLED, Type: &field.U8},
		{Words: "mcast_igmp_version", Value: "IGMP_VERSION", Attr: unix.IFLA_BR_MCAST_IGMP_VERSION, Type: &field.U8},
		{Words: "mcast_mld_version", Value: "MLD_VERSION", Attr: unix.IFLA_BR_MCAST_MLD_VERSION, Type: &field.U8},
		{Words: "nf_call_iptables", Attr: unix.IFLA_BR_NF_CALL_IPTABLES, Type: &field.U8},
		{Words: "nf_call_ip6tables", Attr: unix.IFLA_BR_NF_CALL_IP6TABLES, Type: &field.U8},
		{Words: "nf_call_arptables", Attr: unix.IFLA_BR_NF_CALL_ARPTABLES, Type: &field.U8},
	}},
}

var stpModes = word.Names{{0, "auto"}, {1, "user"}, {2, "kernel"}}

// boolOpt is one bit of a number with a mask, written as 0 or 1.
var boolOpt = field.Type{Size: 8, Form: field.Masked, Usage: "N := { 0 | 1 }", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 8)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}}

// bridgeID is priority and address; the address has no leading zeros.
var bridgeID = field.Type{Size: 8, Print: func(v *field.View, r *field.Row, b []byte) {
	var tmp [32]byte
	id := show.AppendHexBytes(tmp[:0], b[:2])
	for i, c := range b[2:8] {
		id = strconv.AppendUint(append(id, ".:::::"[i]), uint64(c), 16)
	}
	v.Str(r, id)
}}

// jiffies is a timer in hundredths of a second, written "   0.00".
var jiffies = field.Type{Size: 8, Print: func(v *field.View, r *field.Row, b []byte) {
	var tmp [32]byte
	s := appendHundredths(tmp[:0], rtnl.U64(b))
	if v.Pen.JSON() {
		v.Pen.JRaw(r.JSON(), string(s))
		return
	}
	behind := v.Label(r)
	for n := len("9999.99") - len(s); n > 0; n-- {
		v.Pen.Text(" ")
	}
	v.Pen.Bytes("", "", s, behind)
}}

func appendHundredths(b []byte, n uint64) []byte {
	b = append(strconv.AppendInt(b, int64(int32(n/100)), 10), '.')
	return append(b, byte('0'+n/10%10), byte('0'+n%10))
}

// querierState says which querier the bridge follows, for IPv4 and IPv6.
var QuerierState = field.Type{Print: printQuerierState}

func printQuerierState(v *field.View, _ *field.Row, b []byte) {
	var tb [uapi.BRIDGE_QUERIER_MAX + 1][]byte
	rtnl.Index(tb[:], b)
	printQuerier(v.Pen, tb[uapi.BRIDGE_QUERIER_IP_ADDRESS:], unix.AF_INET, "mcast_querier_state_ipv4",
		[3]string{"mcast_querier_ipv4_addr", "mcast_querier_ipv4_port", "mcast_querier_ipv4_other_timer"})
	printQuerier(v.Pen, tb[uapi.BRIDGE_QUERIER_IPV6_ADDRESS:], unix.AF_INET6, "mcast_querier_state_ipv6",
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

// timeText is a time in nanoseconds as tc writes it: 1.5s, 20ms, 3us.
func timeText(ns uint64) string {
	unit, div := "ns", 1.0
	switch {
	case int64(ns) >= 1e9:
		unit, div = "s", 1e9
	case int64(ns) >= 1e6:
		unit, div = "ms", 1e6
	case int64(ns) >= 1e3:
		unit, div = "us", 1e3
	default:
		return strconv.FormatInt(int64(ns), 10) + unit
	}
	return strconv.FormatFloat(float64(ns)/div, 'g', 3, 64) + unit
}
