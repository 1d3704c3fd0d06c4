package routecmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

var voice = field.Voice{Bad: "\"{word}\" value is invalid\n", Wrong: cli.InvArg}

// routes has the words of a route, but for "nexthop", which begins the list at its
// end; what is no keyword is a destination. Metrics stand in the order in which they
// print. Arg is of a metric the largest value, of a time the kernel's units in a
// millisecond.
var routes = field.Table{Name: "route", Voice: &voice, Size: unix.SizeofRtMsg, First: "reordering", Rows: []*field.Row{
	{Words: "=src", Attr: unix.RTA_PREFSRC, Type: &address},
	{Words: "=as", Attr: unix.RTA_NEWDST, Type: &address},
	&via,
	{Words: "=from", Attr: unix.RTA_SRC, Type: &source},
	{Words: "=tos|dsfield", In: field.Head, At: 3, Type: &field.DSField},
	{Words: "=expires", Attr: unix.RTA_EXPIRES, Type: &field.U32},
	{Words: "metric|priority|=preference", Attr: unix.RTA_PRIORITY, Type: &field.U32},
	&scope,
	{Words: "=mtu", In: unix.RTA_METRICS, Attr: unix.RTAX_MTU, Type: &metric},
	{Words: "window", In: unix.RTA_METRICS, Attr: unix.RTAX_WINDOW, Type: &metric},
	{Words: "=rtt", In: unix.RTA_METRICS, Attr: unix.RTAX_RTT, Arg: 8, Type: &scaledTime},
	{Words: "rttvar", In: unix.RTA_METRICS, Attr: unix.RTAX_RTTVAR, Arg: 4, Type: &scaledTime},
	{Words: "ssthresh", In: unix.RTA_METRICS, Attr: unix.RTAX_SSTHRESH, Type: &metric},
	{Words: "cwnd", In: unix.RTA_METRICS, Attr: unix.RTAX_CWND, Type: &metric},
	{Words: "=advmss", In: unix.RTA_METRICS, Attr: unix.RTAX_ADVMSS, Type: &metric, Bad: "\"mss\" value is invalid\n"},
	{Words: "reordering", In: unix.RTA_METRICS, Attr: unix.RTAX_REORDERING, Type: &metric},
	{Words: "=hoplimit", In: unix.RTA_METRICS, Attr: unix.RTAX_HOPLIMIT, Arg: 255, Type: &metric},
	{Words: "initcwnd", In: unix.RTA_METRICS, Attr: unix.RTAX_INITCWND, Type: &metric},
	{Words: "features", In: unix.RTA_METRICS, Attr: unix.RTAX_FEATURES, Type: &featureList},
	{Words: "=rto_min", In: unix.RTA_METRICS, Attr: unix.RTAX_RTO_MIN, Arg: 1, Type: &lockedTime},
	{Words: "initrwnd", In: unix.RTA_METRICS, Attr: unix.RTAX_INITRWND, Type: &metric},
	{Words: "quickack", In: unix.RTA_METRICS, Attr: unix.RTAX_QUICKACK, Type: &boolean},
	{Words: "congctl", In: unix.RTA_METRICS, Attr: unix.RTAX_CC_ALGO, Type: &algorithm},
	{Words: "fastopen_no_cookie", In: unix.RTA_METRICS, Attr: unix.RTAX_FASTOPEN_NO_COOKIE, Type: &boolean},
	&realms,
	{Words: "=onlink", In: field.Head, At: 8, Arg: unix.RTNH_F_ONLINK, Type: &field.Bit32},
	&nhid,
	{Words: "protocol", In: field.Head, At: 5, Type: &field.Protocol},
	{Words: "table", In: field.Slot, Attr: unix.RTA_TABLE, Type: &field.HeadTable},
	{Words: "vrf", In: field.Slot, Attr: unix.RTA_TABLE, Type: &vrfTable, Bad: "Invalid VRF\n"},
	{Words: "=dev|=oif", In: field.Slot, Attr: unix.RTA_OIF, Type: &field.LinkWord},
	{Words: "pref", Attr: unix.RTA_PREF, Type: &preferred, Names: &preferences},
	&encapsulation,
	{Words: "=ttl-propagate", Attr: unix.RTA_TTL_PROPAGATE, Type: &switched, Names: &switches},
	{In: field.Slot, Attr: unix.RTA_DST, Type: &destination, Flags: field.Bare},
}}

// hops has the words of one of several nexthops, a struct rtnexthop and attributes.
var hops = field.Table{Voice: &voice, Ends: true, Size: unix.SizeofRtNexthop, Rows: []*field.Row{
	{Words: "=via", Attr: unix.RTA_GATEWAY, Type: &hopGateway},
	{Words: "=dev", In: field.Head, At: 4, Type: &hopDevice},
	{Words: "=weight", In: field.Head, At: 3, Type: &weight, Bad: "\"weight\" is invalid\n"},
	{Words: "=onlink", In: field.Head, At: 2, Arg: unix.RTNH_F_ONLINK, Type: &field.Bit8},
	&realms, &encapsulation,
	{Words: "=as", Attr: unix.RTA_NEWDST, Type: &hopLabels},
}}

var (
	via           = field.Row{Words: "=via", Attr: unix.RTA_GATEWAY, Type: &gateway}
	scope         = field.Row{Words: "=scope", In: field.Head, At: 6, Type: &field.Scope, Bad: "invalid \"scope\" value\n"}
	realms        = field.Row{Words: "realms", Attr: unix.RTA_FLOW, Type: &field.Type{Size: 4, Scan: field.ScanRealms}, Bad: "\"realm\" value is invalid\n"}
	nhid          = field.Row{Words: "=nhid", Attr: uapi.RTA_NH_ID, Type: &field.U32, Bad: "\"id\" value is invalid\n"}
	encapsulation = field.Row{Words: "=encap", Attr: unix.RTA_ENCAP, Type: &field.Type{Parse: parseEncap}}

	// preferences of IPv6 routers (RFC 4191).
	preferences = word.Names{{uapi.ICMPV6_ROUTER_PREF_LOW, "low"}, {uapi.ICMPV6_ROUTER_PREF_MEDIUM, "medium"}, {uapi.ICMPV6_ROUTER_PREF_HIGH, "high"}}
	switches    = word.Names{{1, "enabled"}, {0, "disabled"}}
)

var (
	address     = field.Type{Parse: parseAddress}
	gateway     = field.Type{Parse: parseVia}
	source      = field.Type{Parse: parseFrom}
	vrfTable    = field.Type{Size: 4, Read: parseVRF}
	preferred   = field.Type{Size: 1, Scan: scanPref}
	switched    = field.Type{Size: 1, Scan: scanSwitch}
	destination = field.Type{Parse: parseDst}

	metric      = field.Type{Size: 4, Parse: parseMetric, Print: printMetric}
	scaledTime  = field.Type{Size: 4, Parse: parseTime, Print: printTime}
	lockedTime  = field.Type{Size: 4, Scan: scanRTOMin, Print: printTime}
	boolean     = field.Type{Size: 4, Scan: scanBool, Print: printMetric}
	featureList = field.Type{Size: 4, Parse: parseFeatures, Print: printFeatures}
	algorithm   = field.Type{Parse: parseCongctl, Print: printCongctl}

	hopGateway = field.Type{Parse: parseHopVia}
	hopDevice  = field.Type{Size: 4, Scan: scanHopDevice}
	hopLabels  = field.Type{Parse: parseHopAs}
	weight     = field.Type{Size: 1, Scan: scanWeight}
)
