package linkkind

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var bond = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "mode", Value: "BONDMODE", Attr: unix.IFLA_BOND_MODE, Type: &kind.Enum8, Names: &bondModes},
		{Words: "active_slave", Value: "SLAVE_DEV", Attr: unix.IFLA_BOND_ACTIVE_SLAVE, Type: &kind.Device},
		{Words: "clear_active_slave", Attr: unix.IFLA_BOND_ACTIVE_SLAVE, Type: &field.Word32, Flags: field.Quiet},
		{Words: "miimon", Attr: unix.IFLA_BOND_MIIMON, Type: &field.U32},
		{Words: "updelay", Attr: unix.IFLA_BOND_UPDELAY, Type: &field.U32},
		{Words: "downdelay", Attr: unix.IFLA_BOND_DOWNDELAY, Type: &field.U32},
		{Words: "peer_notify_delay", Value: "DELAY", Attr: unix.IFLA_BOND_PEER_NOTIF_DELAY, Type: &field.U32},
		{Words: "use_carrier", Attr: unix.IFLA_BOND_USE_CARRIER, Type: &field.U8},
		{Words: "arp_interval", Attr: unix.IFLA_BOND_ARP_INTERVAL, Type: &field.U32},
		{Words: "=arp_missed_max", Value: "MISSED_MAX", Attr: unix.IFLA_BOND_MISSED_MAX, Type: &field.U8},
		{Words: "arp_ip_target", Value: "ARP_IP_TARGET,...", Attr: unix.IFLA_BOND_ARP_IP_TARGET, Type: &addrList, Arg: unix.AF_INET},
		{Words: "=ns_ip6_target", Value: "NS_IP6_TARGET,...", Attr: unix.IFLA_BOND_NS_IP6_TARGET, Type: &addrList, Arg: unix.AF_INET6},
		{Words: "arp_validate", Value: "ARP_VALIDATE", Attr: unix.IFLA_BOND_ARP_VALIDATE, Type: &arpValidate, Names: &arpValidateWords},
		{Words: "arp_all_targets", Value: "ARP_ALL_TARGETS", Attr: unix.IFLA_BOND_ARP_ALL_TARGETS, Type: &kind.Enum32, Names: &word.Names{{0, "any"}, {1, "all"}}},
		{Words: "primary", Value: "SLAVE_DEV", Attr: unix.IFLA_BOND_PRIMARY, Type: &kind.Device},
		{Words: "primary_reselect", Value: "PRIMARY_RESELECT", Attr: unix.IFLA_BOND_PRIMARY_RESELECT, Type: &kind.Enum8, Names: &word.Names{{0, "always"}, {1, "better"}, {2, "failure"}}},
		{Words: "fail_over_mac", Value: "FAIL_OVER_MAC", Attr: unix.IFLA_BOND_FAIL_OVER_MAC, Type: &kind.Enum8, Names: &word.Names{{0, "none"}, {1, "active"}, {2, "follow"}}},
		{Words: "xmit_hash_policy", Value: "XMIT_HASH_POLICY", Attr: unix.IFLA_BOND_XMIT_HASH_POLICY, Type: &kind.Enum8, Names: &xmitHashPolicies},
		{Words: "resend_igmp", Attr: unix.IFLA_BOND_RESEND_IGMP, Type: &field.U32},
		{Words: "num_grat_arp|num_unsol_na", Value: "NUM_GRAT_ARP|NUM_UNSOL_NA", Key: "num_peer_notif", Attr: unix.IFLA_BOND_NUM_PEER_NOTIF, Type: &field.U8, Bad: "invalid num_grat_arp|num_unsol_na"},
		{Words: "all_slaves_active", Attr: unix.IFLA_BOND_ALL_SLAVES_ACTIVE, Type: &field.U8},
		{Words: "lacp_strict", Value: "LACP_STRICT := { off | on }", Attr: uapi.IFLA_BOND_LACP_STRICT, Type: &field.OnOff},
		{Words: "min_links", Attr: unix.IFLA_BOND_MIN_LINKS, Type: &field.U32},
		{Words: "lp_interval", Attr: unix.IFLA_BOND_LP_INTERVAL, Type: &field.U32},
		{Words: "packets_per_slave", Attr: unix.IFLA_BOND_PACKETS_PER_SLAVE, Type: &field.U32},
		{Words: "=lacp_active", Value: "LACP_ACTIVE", Key: "ad_lacp_active", Attr: unix.IFLA_BOND_AD_LACP_ACTIVE, Type: &kind.Enum8, Names: &offOn},
		{Words: "lacp_rate", Value: "LACP_RATE", Key: "ad_lacp_rate", Attr: unix.IFLA_BOND_AD_LACP_RATE, Type: &kind.Enum8, Names: &word.Names{{0, "slow"}, {1, "fast"}}},
		{Words: "=coupled_control", Value: "COUPLED_CONTROL := { off | on }", Attr: unix.IFLA_BOND_COUPLED_CONTROL, Type: &field.OnOff},
		{Words: "=broadcast_neighbor", Value: "BROADCAST_NEIGHBOR := { off | on }", Attr: uapi.IFLA_BOND_BROADCAST_NEIGH, Type: &field.OnOff},
		{Words: "ad_select", Value: "AD_SELECT", Attr: unix.IFLA_BOND_AD_SELECT, Type: &kind.Enum8, Names: &adSelect},
		{Key: "ad_info", Attr: unix.IFLA_BOND_AD_INFO, Type: &adInfo},
		{Words: "ad_actor_sys_prio", Value: "SYSPRIO", Attr: unix.IFLA_BOND_AD_ACTOR_SYS_PRIO, Type: &field.U16},
		{Words: "ad_user_port_key", Value: "PORTKEY", Attr: unix.IFLA_BOND_AD_USER_PORT_KEY, Type: &field.U16},
		{Words: "ad_actor_system", Attr: unix.IFLA_BOND_AD_ACTOR_SYSTEM, Type: &kind.LLAddr},
		{Words: "tlb_dynamic_lb", Attr: unix.IFLA_BOND_TLB_DYNAMIC_LB, Type: &field.U8},
	}},
}

var offOn = word.Names{{0, "off"}, {1, "on"}}

var bondModes = word.Names{
	{0, "balance-rr"}, {1, "active-backup"}, {2, "balance-xor"}, {3, "broadcast"}, {4, "802.3ad"}, {5, "balance-tlb"}, {6, "balance-alb"},
}

var arpValidateWords = word.Names{
	{0, "none"}, {1, "active"}, {2, "backup"}, {3, "all"}, {4, "filter"}, {5, "filter_active"}, {6, "filter_backup"},
}

var xmitHashPolicies = word.Names{
	{0, "layer2"}, {1, "layer3+4"}, {2, "layer2+3"}, {3, "encap2+3"}, {4, "encap3+4"}, {5, "vlan+srcmac"},
}

var adSelect = word.Names{{0, "stable"}, {1, "bandwidth"}, {2, "count"}, {3, "actor_port_prio"}}

// maxTargets is how many addresses the kernel watches.
const maxTargets = 16

// addrList is a nest of addresses of the family Arg, written "A,B".
var addrList = field.Type{Usage: "ADDR,...", Parse: parseAddrList, Print: printAddrList, Write: writeAddrList}

func parseAddrList(c *field.Call, r *field.Row) error {
	// Without a value the list is made empty.
	list := c.Args.Word()
	if c.Args.More() {
		c.Args.Skip()
	}
	return kind.PutNest(c, r.Attr, func(m *rtnl.Msg) error {
		i := uint16(0)
		for s := range strings.SplitSeq(list, ",") {
			if s == "" || i == maxTargets {
				continue
			}
			b, err := targetAddr(s, uint8(r.Arg))
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

func writeAddrList(_ *field.View, r *field.Row, line, b []byte) []byte {
	if len(b) == 0 {
		return append(field.AppendWord(line, r.Word()), ` ""`...)
	}
	behind := " "
	for _, addr := range rtnl.Attrs(b) {
		if behind == " " {
			line = field.AppendWord(line, r.Word())
		}
		line = cli.AppendAddr(append(line, behind...), uint8(r.Arg), addr)
		behind = ","
	}
	return line
}

func printAddrList(v *field.View, r *field.Row, b []byte) {
	var tb [maxTargets][]byte
	rtnl.Index(tb[:], b)
	if tb[0] == nil {
		return
	}
	var tmp [64]byte
	v.Pen.OpenArray(r.JSON())
	behind := v.Label(r)
	for i, addr := range tb {
		if addr != nil {
			v.Pen.Bytes("", "", cli.AppendAddr(tmp[:0], uint8(r.Arg), addr), kind.CommaIf(i+1 < maxTargets && tb[i+1] != nil))
		}
	}
	v.Pen.Text(behind)
	v.Pen.CloseArray()
}

// arpValidate is an enumeration of which the value 0 is null in JSON.
var arpValidate = field.Type{Size: 4, Other: "UNKNOWN", Scan: kind.ScanEnum, Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U32(b) == 0 && v.Pen.JSON() {
		v.Pen.JNull(r.JSON())
		return
	}
	v.Number(r, uint64(rtnl.U32(b)))
}}

// adInfo is what 802.3ad has agreed on.
var adInfo = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.OpenObject(r.JSON())
	v.Inner(&adInfoTable, b)
	v.Pen.CloseObject()
}}

var adInfoTable = field.Table{Rows: []*field.Row{
	{Label: "ad_aggregator", Key: "aggregator", Attr: unix.IFLA_BOND_AD_INFO_AGGREGATOR, Type: &field.U16},
	{Label: "ad_num_ports", Key: "num_ports", Attr: unix.IFLA_BOND_AD_INFO_NUM_PORTS, Type: &field.U16},
	{Label: "ad_actor_key", Key: "actor_key", Attr: unix.IFLA_BOND_AD_INFO_ACTOR_KEY, Type: &field.U16},
	{Label: "ad_partner_key", Key: "partner_key", Attr: unix.IFLA_BOND_AD_INFO_PARTNER_KEY, Type: &field.U16},
	{Label: "ad_partner_mac", Key: "partner_mac", Attr: unix.IFLA_BOND_AD_INFO_PARTNER_MAC, Type: &kind.LLAddr},
}}

var bondSlave = kind.Kind{
	Unknown: kind.UnknownOption,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Label: "state", Attr: unix.IFLA_BOND_SLAVE_STATE, Type: &indexed8, Names: &word.Names{{0, "ACTIVE"}, {1, "BACKUP"}}},
		{Label: "mii_status", Attr: unix.IFLA_BOND_SLAVE_MII_STATUS, Type: &indexed8, Names: &word.Names{{0, "UP"}, {1, "GOING_DOWN"}, {2, "DOWN"}, {3, "GOING_BACK"}}},
		{Label: "link_failure_count", Attr: unix.IFLA_BOND_SLAVE_LINK_FAILURE_COUNT, Type: &field.S32},
		{Label: "perm_hwaddr", Attr: unix.IFLA_BOND_SLAVE_PERM_HWADDR, Type: &kind.LLAddr},
		{Words: "queue_id", Value: "ID", Attr: unix.IFLA_BOND_SLAVE_QUEUE_ID, Type: &field.U16, Bad: "queue_id is invalid"},
		{Words: "=prio", Value: "PRIORITY", Attr: unix.IFLA_BOND_SLAVE_PRIO, Type: &field.S32, Bad: "prio is invalid"},
		{Label: "ad_aggregator_id", Attr: unix.IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, Type: &field.U16},
		{Label: "ad_actor_oper_port_state", Attr: unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, Type: &field.U8},
		{Label: "ad_actor_oper_port_state_str", Attr: unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, Type: &portState},
		{Label: "ad_partner_oper_port_state", Attr: unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, Type: &field.U8},
		{Label: "ad_partner_oper_port_state_str", Attr: unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, Type: &portState},
		{Label: "churn_actor_state", Attr: uapi.IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE, Type: &field.U8, Names: &churnStates},
		{Label: "churn_partner_state", Attr: uapi.IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE, Type: &field.U8, Names: &churnStates},
		{Words: "=actor_port_prio", Value: "PRIORITY", Attr: uapi.IFLA_BOND_SLAVE_ACTOR_PORT_PRIO, Type: &field.U16, Bad: "actor prio is invalid"},
	}},
}

var churnStates = word.Names{{0, "MONITOR"}, {1, "CHURN"}, {2, "NO_CHURN"}}

// indexed8 is a word; a value without one goes under the key KEY_index.
var indexed8 = field.Type{Size: 1, Print: func(v *field.View, r *field.Row, b []byte) {
	if r.Names.Of(uint64(b[0])) != "" {
		v.Number(r, uint64(b[0]))
		return
	}
	behind := v.Label(r)
	v.Pen.Uint(r.JSON()+"_index", "", uint64(b[0]), behind)
}}

var portStateBits = word.Names{
	{1, "active"}, {2, "short_timeout"}, {4, "aggregating"}, {8, "in_sync"}, {16, "collecting"}, {32, "distributing"}, {64, "defaulted"}, {128, "expired"},
}

// portState is the names of a port's flags. The real tool writes the name of
// the array into text too.
var portState = field.Type{Size: 1, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Label(r)
	kind.PrintFlags(v.Pen, r.JSON(), uint32(b[0]), portStateBits)
}}
