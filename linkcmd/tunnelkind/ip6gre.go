package tunnelkind

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// IP6GRE is the tunnels of Generic Routing Encapsulation over IPv6. All of them
// have the words of ERSPAN.
var IP6GRE = kind.Kind{Begin: beginIP6GRE, Table: field.Table{Voice: &kind.Voice, Finish: finishIP6GRE, Rows: []*field.Row{
	{Words: "=external", Attr: uapi.IFLA_GRE_COLLECT_METADATA, Type: &field.Mark},
	{Words: "remote", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_GRE_REMOTE, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
	{Words: "local", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_GRE_LOCAL, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
	{Words: "dev", Key: "link", Attr: uapi.IFLA_GRE_LINK, Type: &kind.TunnelDevice, Flags: field.OmitZero},
	{Words: "ttl|hoplimit|hlim", Value: "TTL := 0..255", Label: "hoplimit", Key: "ttl", Attr: uapi.IFLA_GRE_TTL, Type: &ttlInherit, Bad: "invalid HLIM\n", Flags: field.Always},
	{Words: "=encaplimit", Key: "encap_limit", Attr: uapi.IFLA_GRE_ENCAP_LIMIT, Type: &encapLimit, Arg: uapi.IFLA_GRE_FLAGS, Bad: "invalid ELIM", Flags: field.Always},
	{Words: "tos|tclass|dsfield", Label: "tclass", Attr: uapi.IFLA_GRE_FLOWINFO, Type: &trafficClass, Arg: uapi.IFLA_GRE_FLAGS, Flags: field.Always},
	{Words: "=flowlabel|=fl", Attr: uapi.IFLA_GRE_FLOWINFO, Type: &innerFlowLabel, Arg: uapi.IFLA_GRE_FLAGS, Flags: field.Always},
	{Words: "=dscp", Key: "ip6_tnl_f_rcv_dscp_copy", Attr: uapi.IFLA_GRE_FLAGS, Type: &dscpInherit},
}, Then: []*field.Table{&greKeyRows, &ip6greRows, &erspanRows, &greEncap}}}

var ip6greRows = field.Table{Rows: []*field.Row{
	{Words: "=noallow-localremote|=allow-localremote", Label: "allow-localremote", Key: "ip6_tnl_f_allow_local_remote", Attr: uapi.IFLA_GRE_FLAGS, Type: &tunnelFlag, Arg: uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE},
	{Words: "=fwmark", Attr: uapi.IFLA_GRE_FWMARK, Type: &fwmark6, Arg: uapi.IFLA_GRE_FLAGS, Bad: "invalid fwmark\n", Flags: field.Always},
}}

func beginIP6GRE(c *field.Call) error {
	return beginTunnel(c, []preset{
		{uapi.IFLA_GRE_IKEY, 4, 0}, {uapi.IFLA_GRE_OKEY, 4, 0}, {uapi.IFLA_GRE_IFLAGS, 2, 0}, {uapi.IFLA_GRE_OFLAGS, 2, 0},
		{uapi.IFLA_GRE_TTL, 1, 64}, {uapi.IFLA_GRE_ENCAP_LIMIT, 1, 4}, {uapi.IFLA_GRE_FLOWINFO, 4, 0},
		{uapi.IFLA_GRE_FLAGS, 4, 0}, {uapi.IFLA_GRE_FWMARK, 4, 0}, {uapi.IFLA_GRE_ERSPAN_VER, 1, 1},
		{uapi.IFLA_GRE_ENCAP_TYPE, 2, 0}, {uapi.IFLA_GRE_ENCAP_FLAGS, 2, uapi.TUNNEL_ENCAP_FLAG_CSUM6},
		{uapi.IFLA_GRE_ENCAP_SPORT, 2, 0}, {uapi.IFLA_GRE_ENCAP_DPORT, 2, 0},
	})
}

func finishIP6GRE(c *field.Call) error {
	leaveToRoute(c, uapi.IFLA_GRE_COLLECT_METADATA)
	dropERSPAN(c)
	return nil
}
