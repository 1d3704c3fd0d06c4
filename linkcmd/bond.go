package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var bond = kind{
	name:    "bond",
	unknown: "unknown command",
	opts: []opt{
		{words: "mode", value: "BONDMODE", attr: unix.IFLA_BOND_MODE, codec: &enum8, names: bondModes},
		{words: "active_slave", value: "SLAVE_DEV", attr: unix.IFLA_BOND_ACTIVE_SLAVE, codec: &device},
		{words: "clear_active_slave", attr: unix.IFLA_BOND_ACTIVE_SLAVE, codec: &zero32},
		{words: "miimon", attr: unix.IFLA_BOND_MIIMON, codec: &u32},
		{words: "updelay", attr: unix.IFLA_BOND_UPDELAY, codec: &u32},
		{words: "downdelay", attr: unix.IFLA_BOND_DOWNDELAY, codec: &u32},
		{words: "peer_notify_delay", value: "DELAY", attr: unix.IFLA_BOND_PEER_NOTIF_DELAY, codec: &u32},
		{words: "use_carrier", attr: unix.IFLA_BOND_USE_CARRIER, codec: &u8},
		{words: "arp_interval", attr: unix.IFLA_BOND_ARP_INTERVAL, codec: &u32},
		{words: "=arp_missed_max", value: "MISSED_MAX", attr: unix.IFLA_BOND_MISSED_MAX, codec: &u8},
		{words: "arp_ip_target", value: "ARP_IP_TARGET,...", attr: unix.IFLA_BOND_ARP_IP_TARGET, arg: unix.AF_INET, codec: &addrList},
		{words: "=ns_ip6_target", value: "NS_IP6_TARGET,...", attr: unix.IFLA_BOND_NS_IP6_TARGET, arg: unix.AF_INET6, codec: &addrList},
		{words: "arp_validate", value: "ARP_VALIDATE", attr: unix.IFLA_BOND_ARP_VALIDATE, codec: &arpValidate, names: arpValidateWords},
		{words: "arp_all_targets", value: "ARP_ALL_TARGETS", attr: unix.IFLA_BOND_ARP_ALL_TARGETS, codec: &enum32, names: []name{{0, "any"}, {1, "all"}}},
		{words: "primary", value: "SLAVE_DEV", attr: unix.IFLA_BOND_PRIMARY, codec: &device},
		{words: "primary_reselect", value: "PRIMARY_RESELECT", attr: unix.IFLA_BOND_PRIMARY_RESELECT, codec: &enum8, names: []name{{0, "always"}, {1, "better"}, {2, "failure"}}},
		{words: "fail_over_mac", value: "FAIL_OVER_MAC", attr: unix.IFLA_BOND_FAIL_OVER_MAC, codec: &enum8, names: []name{{0, "none"}, {1, "active"}, {2, "follow"}}},
		{words: "xmit_hash_policy", value: "XMIT_HASH_POLICY", attr: unix.IFLA_BOND_XMIT_HASH_POLICY, codec: &enum8, names: xmitHashPolicies},
		{words: "resend_igmp", attr: unix.IFLA_BOND_RESEND_IGMP, codec: &u32},
		{words: "num_grat_arp|num_unsol_na", value: "NUM_GRAT_ARP|NUM_UNSOL_NA", key: "num_peer_notif", attr: unix.IFLA_BOND_NUM_PEER_NOTIF, codec: &u8,
			bad: "invalid num_grat_arp|num_unsol_na"},
		{words: "all_slaves_active", attr: unix.IFLA_BOND_ALL_SLAVES_ACTIVE, codec: &u8},
		{words: "lacp_strict", value: "LACP_STRICT := { off | on }", attr: uapi.IFLA_BOND_LACP_STRICT, codec: &onOff},
		{words: "min_links", attr: unix.IFLA_BOND_MIN_LINKS, codec: &u32},
		{words: "lp_interval", attr: unix.IFLA_BOND_LP_INTERVAL, codec: &u32},
		{words: "packets_per_slave", attr: unix.IFLA_BOND_PACKETS_PER_SLAVE, codec: &u32},
		{words: "=lacp_active", value: "LACP_ACTIVE", key: "ad_lacp_active", attr: unix.IFLA_BOND_AD_LACP_ACTIVE, codec: &enum8, names: offOn},
		{words: "lacp_rate", value: "LACP_RATE", key: "ad_lacp_rate", attr: unix.IFLA_BOND_AD_LACP_RATE, codec: &enum8, names: []name{{0, "slow"}, {1, "fast"}}},
		{words: "=coupled_control", value: "COUPLED_CONTROL := { off | on }", attr: unix.IFLA_BOND_COUPLED_CONTROL, codec: &onOff},
		{words: "=broadcast_neighbor", value: "BROADCAST_NEIGHBOR := { off | on }", attr: uapi.IFLA_BOND_BROADCAST_NEIGH, codec: &onOff},
		{words: "ad_select", value: "AD_SELECT", attr: unix.IFLA_BOND_AD_SELECT, codec: &enum8, names: adSelect},
		{key: "ad_info", attr: unix.IFLA_BOND_AD_INFO, codec: &adInfo},
		{words: "ad_actor_sys_prio", value: "SYSPRIO", attr: unix.IFLA_BOND_AD_ACTOR_SYS_PRIO, codec: &u16},
		{words: "ad_user_port_key", value: "PORTKEY", attr: unix.IFLA_BOND_AD_USER_PORT_KEY, codec: &u16},
		{words: "ad_actor_system", attr: unix.IFLA_BOND_AD_ACTOR_SYSTEM, codec: &lladdr},
		{words: "tlb_dynamic_lb", attr: unix.IFLA_BOND_TLB_DYNAMIC_LB, codec: &u8},
	},
}

var offOn = []name{{0, "off"}, {1, "on"}}

var bondModes = []name{
	{0, "balance-rr"}, {1, "active-backup"}, {2, "balance-xor"}, {3, "broadcast"}, {4, "802.3ad"}, {5, "balance-tlb"}, {6, "balance-alb"},
}

var arpValidateWords = []name{
	{0, "none"}, {1, "active"}, {2, "backup"}, {3, "all"}, {4, "filter"}, {5, "filter_active"}, {6, "filter_backup"},
}

var xmitHashPolicies = []name{
	{0, "layer2"}, {1, "layer3+4"}, {2, "layer2+3"}, {3, "encap2+3"}, {4, "encap3+4"}, {5, "vlan+srcmac"},
}

var adSelect = []name{{0, "stable"}, {1, "bandwidth"}, {2, "count"}, {3, "actor_port_prio"}}

// maxTargets is how many addresses the kernel watches.
const maxTargets = 16

// addrList is a nest of addresses of the family opt.arg, written "A,B".
var addrList = codec{0, "ADDR,...", parseAddrList, printAddrList}

func parseAddrList(d *draft, o *opt, a *cli.Args) error {
	// Without a value the list is made empty.
	list := a.Word()
	if a.More() {
		a.Skip()
	}
	return d.nest(o.attr, func(m *rtnl.Msg) error {
		i := uint16(0)
		for s := range strings.SplitSeq(list, ",") {
			if s == "" || i == maxTargets {
				continue
			}
			b, err := targetAddr(s, uint8(o.arg))
			if err != nil {
				return err
			}
			m.Attr(i, b)
			i++
		}
		return nil
	})
}

func targetAddr(s string, family uint8) ([]byte, error) {
	if family == unix.AF_INET {
		b, err := cli.Addr32(s)
		return b[:], err
	}
	p, err := cli.Addr(s, family)
	b := make([]byte, 16)
	copy(b, p.Bytes())
	return b, err
}

func printAddrList(v *view, o *opt, b []byte) {
	var tb [maxTargets][]byte
	rtnl.Index(tb[:], b)
	if tb[0] == nil {
		return
	}
	var tmp [64]byte
	v.pen.OpenArray(o.json())
	v.label(o)
	for i, addr := range tb {
		if addr != nil {
			v.pen.Bytes("", "", cli.AppendAddr(tmp[:0], uint8(o.arg), addr), commaIf(i+1 < maxTargets && tb[i+1] != nil))
		}
	}
	v.pen.Text(" ")
	v.pen.CloseArray()
}

// arpValidate is an enumeration of which the value 0 is null in JSON.
var arpValidate = codec{4, "", parseEnum32, func(v *view, o *opt, b []byte) {
	if rtnl.U32(b) == 0 && v.pen.JSON() {
		v.pen.JNull(o.json())
		return
	}
	printEnum32(v, o, b)
}}

// adInfo is what 802.3ad has agreed on.
var adInfo = codec{0, "", nil, func(v *view, o *opt, b []byte) {
	v.pen.OpenObject(o.json())
	v.nested(adInfoKind, b)
	v.pen.CloseObject()
}}

var adInfoKind = &kind{opts: []opt{
	{text: "ad_aggregator", key: "aggregator", attr: unix.IFLA_BOND_AD_INFO_AGGREGATOR, codec: &u16},
	{text: "ad_num_ports", key: "num_ports", attr: unix.IFLA_BOND_AD_INFO_NUM_PORTS, codec: &u16},
	{text: "ad_actor_key", key: "actor_key", attr: unix.IFLA_BOND_AD_INFO_ACTOR_KEY, codec: &u16},
	{text: "ad_partner_key", key: "partner_key", attr: unix.IFLA_BOND_AD_INFO_PARTNER_KEY, codec: &u16},
	{text: "ad_partner_mac", key: "partner_mac", attr: unix.IFLA_BOND_AD_INFO_PARTNER_MAC, codec: &lladdr},
}}

var bondSlave = kind{
	name:    "bond_slave",
	unknown: "unknown option",
	opts: []opt{
		{text: "state", attr: unix.IFLA_BOND_SLAVE_STATE, codec: &indexed8, names: []name{{0, "ACTIVE"}, {1, "BACKUP"}}},
		{text: "mii_status", attr: unix.IFLA_BOND_SLAVE_MII_STATUS, codec: &indexed8,
			names: []name{{0, "UP"}, {1, "GOING_DOWN"}, {2, "DOWN"}, {3, "GOING_BACK"}}},
		{text: "link_failure_count", attr: unix.IFLA_BOND_SLAVE_LINK_FAILURE_COUNT, codec: &s32},
		{text: "perm_hwaddr", attr: unix.IFLA_BOND_SLAVE_PERM_HWADDR, codec: &lladdr},
		{words: "queue_id", value: "ID", attr: unix.IFLA_BOND_SLAVE_QUEUE_ID, codec: &u16, bad: "queue_id is invalid"},
		{words: "=prio", value: "PRIORITY", attr: unix.IFLA_BOND_SLAVE_PRIO, codec: &s32, bad: "prio is invalid"},
		{text: "ad_aggregator_id", attr: unix.IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, codec: &u16},
		{text: "ad_actor_oper_port_state", attr: unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, codec: &u8},
		{text: "ad_actor_oper_port_state_str", attr: unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, codec: &portState},
		{text: "ad_partner_oper_port_state", attr: unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, codec: &lowByte},
		{text: "ad_partner_oper_port_state_str", attr: unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, codec: &portState},
		{text: "churn_actor_state", attr: uapi.IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE, codec: &nameOrNumber8, names: churnStates},
		{text: "churn_partner_state", attr: uapi.IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE, codec: &nameOrNumber8, names: churnStates},
		{words: "=actor_port_prio", value: "PRIORITY", attr: uapi.IFLA_BOND_SLAVE_ACTOR_PORT_PRIO, codec: &u16, bad: "actor prio is invalid"},
	},
}

var churnStates = []name{{0, "MONITOR"}, {1, "CHURN"}, {2, "NO_CHURN"}}

// lowByte is a number of which only the first byte in memory is looked at.
var lowByte = codec{1, "", nil, printU8}

// indexed8 is a word; a value without one goes under the key KEY_index.
var indexed8 = codec{1, "", nil, func(v *view, o *opt, b []byte) {
	if s := nameOf(o.names, uint64(b[0])); s != "" {
		v.str(o, s)
		return
	}
	v.label(o)
	v.pen.Uint(o.json()+"_index", "", uint64(b[0]), " ")
}}

// nameOrNumber8 is a word; a value without one is a number.
var nameOrNumber8 = codec{1, "", nil, func(v *view, o *opt, b []byte) {
	if s := nameOf(o.names, uint64(b[0])); s != "" {
		v.str(o, s)
		return
	}
	v.uint(o, uint64(b[0]))
}}

var portStateBits = []string{
	"active", "short_timeout", "aggregating", "in_sync", "collecting", "distributing", "defaulted", "expired",
}

// portState is the names of a port's flags. The real tool writes the name of
// the array into text too.
var portState = codec{1, "", nil, func(v *view, o *opt, b []byte) {
	v.pen.OpenArray(o.json())
	v.pen.Text(o.label())
	v.pen.Text(" <")
	for i, s := range portStateBits {
		if b[0]>>i&1 != 0 {
			v.pen.Str("", "", s, commaIf(b[0]>>i>>1 != 0))
		}
	}
	v.pen.Text("> ")
	v.pen.CloseArray()
}}
