package trace

import (
	"strconv"
	"strings"

	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A set is the attributes that one place has: their names, and which of them are nests
// of which others.
type set struct {
	names string // see names.go
	nests []nest
	kinds bool // it has the name of a kind, and what that kind has
}

// A nest is an attribute that holds others. What some hold depends on the family.
type nest struct {
	attr   uint16
	family uint8 // 0 for all
	set    *set
}

// A message is types of messages, from one on, with the layout of the struct in front
// (see Tracer.head) and the attributes behind it.
type message struct {
	from, n uint16
	head    string
	attrs   *set
}

const (
	ifinfomsg = "ifinfomsg family:1 :1 type:2 index:4 flags:4x change:4x"
	ifaddrmsg = "ifaddrmsg family:1 prefixlen:1 flags:1x scope:1 index:4"
	nhmsg     = "nhmsg family:1 scope:1 protocol:1 :1 flags:4x"
	tcmsg     = "tcmsg family:1 :3 ifindex:4 handle:4x parent:4x info:4x"
)

// rtnetlink are the messages of NETLINK_ROUTE. Four follow each other: NEW, DEL, GET
// and SET (linux/rtnetlink.h).
var rtnetlink = [...]message{
	{unix.RTM_NEWLINK, 4, ifinfomsg, &link},
	{unix.RTM_NEWADDR, 4, ifaddrmsg, &addr},
	{unix.RTM_NEWROUTE, 4, "rtmsg family:1 dst_len:1 src_len:1 tos:1 table:1 protocol:1 scope:1 type:1 flags:4x", &route},
	{unix.RTM_NEWNEIGH, 4, "ndmsg family:1 :3 ifindex:4 state:2x flags:1x type:1", &set{names: nda}},
	{unix.RTM_NEWRULE, 4, "fib_rule_hdr family:1 dst_len:1 src_len:1 tos:1 table:1 :2 action:1 flags:4x", &set{names: fra}},
	{unix.RTM_NEWQDISC, 12, tcmsg, &set{names: tca}},
	{unix.RTM_NEWACTION, 4, "tcamsg family:1 :3", &unknownSet},
	{unix.RTM_NEWPREFIX, 4, "prefixmsg family:1 :3 ifindex:4 type:1 len:1 flags:1x :1", &set{names: prefix}},
	{unix.RTM_NEWMULTICAST, 8, ifaddrmsg, &addr},
	{unix.RTM_NEWNEIGHTBL, 4, "ndtmsg family:1 :3", &neighTable},
	{unix.RTM_NEWADDRLABEL, 4, "ifaddrlblmsg family:1 :1 prefixlen:1 flags:1x index:4 seq:4", &set{names: ifal}},
	{unix.RTM_NEWNETCONF, 4, "netconfmsg family:1 :3", &set{names: netconfa}},
	{unix.RTM_NEWMDB, 4, "br_port_msg family:1 :3 ifindex:4", &set{names: mdba}},
	{unix.RTM_NEWNSID, 4, "rtgenmsg family:1 :3", &set{names: netnsa}},
	{unix.RTM_NEWSTATS, 4, "if_stats_msg family:1 :3 ifindex:4 filter_mask:4x", &set{names: iflaStats}},
	{unix.RTM_NEWCHAIN, 4, tcmsg, &set{names: tca}},
	{unix.RTM_NEWNEXTHOP, 4, nhmsg, &set{names: nha}},
	{unix.RTM_NEWLINKPROP, 4, ifinfomsg, &link},
	{unix.RTM_NEWVLAN, 4, "br_vlan_msg family:1 :3 ifindex:4", &set{names: vlandb}},
	{unix.RTM_NEWNEXTHOPBUCKET, 4, nhmsg, &set{names: nha}},
	{unix.RTM_NEWTUNNEL, 4, "tunnel_msg family:1 flags:1x :2 ifindex:4", &set{names: vnifilter}},
}

// ipsec are messages of NETLINK_XFRM, which begin with structs that are not taken
// apart (linux/xfrm.h).
var ipsec = [...]message{
	{uapi.XFRM_MSG_NEWSA, 1, "xfrm_usersa_info :224", &xfrmSet},
	{uapi.XFRM_MSG_UPDSA, 1, "xfrm_usersa_info :224", &xfrmSet},
	{uapi.XFRM_MSG_DELSA, 2, "xfrm_usersa_id :24", &xfrmSet},
	{uapi.XFRM_MSG_NEWPOLICY, 1, "xfrm_userpolicy_info :168", &xfrmSet},
	{uapi.XFRM_MSG_UPDPOLICY, 1, "xfrm_userpolicy_info :168", &xfrmSet},
	{uapi.XFRM_MSG_DELPOLICY, 2, "xfrm_userpolicy_id :64", &xfrmSet},
	{uapi.XFRM_MSG_FLUSHPOLICY, 1, "none", &xfrmSet},
}

var (
	unknownSet = set{}
	xfrmSet    = set{names: xfrma}
	verdictSet = set{names: "NLMSGERR_ATTR_ UNUSED MSG OFFS COOKIE POLICY MISS_TYPE MISS_NEST"}
	addr       = set{names: ifa}
	neighTable = set{names: ndta, nests: []nest{{uapi.NDTA_PARMS, 0, &set{names: ndtpa}}}}
	route      = set{names: rta, nests: []nest{{unix.RTA_METRICS, 0, &set{names: rtax}}}}

	link = set{names: ifla, nests: []nest{
		{unix.IFLA_LINKINFO, 0, &set{names: iflaInfo, kinds: true}},
		{unix.IFLA_AF_SPEC, unix.AF_BRIDGE, &set{names: iflaBridge}},
		{unix.IFLA_AF_SPEC, 0, &set{names: "AF_ UNSPEC - INET - - - - - - - INET6", nests: []nest{
			{unix.AF_INET, 0, &set{names: iflaInet}},
			{unix.AF_INET6, 0, &set{names: iflaInet6}},
		}}},
		{unix.IFLA_PROTINFO, unix.AF_BRIDGE, &set{names: iflaBrport}},
		{unix.IFLA_PROTINFO, unix.AF_INET6, &set{names: iflaInet6}},
		{unix.IFLA_XDP, 0, &set{names: iflaXDP}},
		{unix.IFLA_PROP_LIST, 0, &set{names: ifla}},
		{unix.IFLA_VFINFO_LIST, 0, &set{names: "IFLA_VF_INFO_ UNSPEC INFO", nests: []nest{{1, 0, &set{names: iflaVF}}}}},
	}}
)

// A genl is a family of generic netlink.
type genl struct {
	family   string
	commands string
	set      set
}

var generics = [...]genl{
	{"nlctrl", ctrl, set{names: ctrlAttr}},
	{"fou", fou, set{names: fouAttr}},
	{"ila", ila, set{names: ilaAttr}},
	{"IOAM6", ioam6, set{names: ioam6Attr}},
	{"l2tp", l2tp, set{names: l2tpAttr}},
	{"macsec", macsec, set{names: macsecAttr}},
	{"mptcp_pm", mptcp, set{names: mptcpAttr, nests: []nest{{uapi.MPTCP_PM_ATTR_ADDR, 0, &set{names: mptcpAddr}}}}},
	{"SEG6", seg6, set{names: seg6Attr}},
	{"tcp_metrics", tcpMetrics, set{names: tcpMetricsAttr}},
}

// familySet is what is known of a family.
func familySet(name string) *genl {
	for i := range generics {
		if generics[i].family == name {
			return &generics[i]
		}
	}
	return &genl{}
}

// nest returns what an attribute holds, or nil if it is none that is known to be one.
func (s *set) nest(attr uint16, family uint8) *set {
	for _, n := range s.nests {
		if n.attr == attr && (n.family == 0 || n.family == family) {
			return n.set
		}
	}
	return nil
}

// control are the messages that all protocols have.
const control = "NLMSG_ - NOOP ERROR DONE OVERRUN"

// find returns what is known of a message, and its name.
func find(protocol int, typ uint16) (message, string) {
	known, all := rtnetlink[:], rtm
	switch {
	case typ < unix.NLMSG_MIN_TYPE:
		return message{}, nameOf(control, typ)
	case protocol == unix.NETLINK_GENERIC:
		return message{}, "GENL"
	case protocol == unix.NETLINK_XFRM:
		known, all = ipsec[:], xfrm
	case protocol != unix.NETLINK_ROUTE:
		return message{attrs: &unknownSet}, nameOf("", typ)
	}
	for _, m := range known {
		if typ >= m.from && typ < m.from+m.n {
			return m, nameOf(all, typ)
		}
	}
	return message{attrs: &unknownSet}, nameOf(all, typ)
}

// nameOf is the name of a number, or that itself.
func nameOf(names string, n uint16) string {
	prefix, list, _ := strings.Cut(names, " ")
	for i := uint16(0); list != ""; i++ {
		var name string
		if name, list, _ = strings.Cut(list, " "); i == n && name != "-" {
			return prefix + name
		}
	}
	return prefix + strconv.Itoa(int(n))
}

// The names of flags: those of all messages, and those whose meaning depends on what a
// request is for (linux/netlink.h).
const (
	flags      = "REQUEST MULTI ACK ECHO DUMP_INTR DUMP_FILTERED - -"
	flagsNew   = flags + " REPLACE EXCL CREATE APPEND"
	flagsDel   = flags + " NONREC BULK"
	flagsGet   = flags + " ROOT MATCH ATOMIC"
	flagsError = flags + " CAPPED ACK_TLVS"
)

// flagNames are the flags of a message, with a blank before each. Of what is neither
// rtnetlink nor a verdict, it is not known what the upper ones mean.
func flagNames(m message, typ, bits uint16) string {
	names := flags
	switch {
	case typ < unix.NLMSG_MIN_TYPE:
		names = flagsError
	case m.n >= 4:
		names = [...]string{flagsNew, flagsDel, flagsGet, flagsNew}[typ%4]
	}
	text := ""
	for i, name := range strings.Fields(names) {
		if bits>>i&1 != 0 && name != "-" {
			text, bits = text+" "+name, bits&^(1<<i)
		}
	}
	if bits != 0 {
		text += " 0x" + strconv.FormatUint(uint64(bits), 16)
	}
	return text
}
