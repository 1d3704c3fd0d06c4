package linkcmd

import (
	"slices"

	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The tunnels of Generic Routing Encapsulation over IPv6. All of them have the
// words of ERSPAN.
func ip6gre() kind {
	return kind{finish: finishIP6GRE,
		opts: slices.Concat(ip6greOpts, erspanOpts, encapOpts(uapi.IFLA_GRE_ENCAP_TYPE)),
		defaults: []preset{
			{uapi.IFLA_GRE_IKEY, 4, 0}, {uapi.IFLA_GRE_OKEY, 4, 0}, {uapi.IFLA_GRE_IFLAGS, 2, 0}, {uapi.IFLA_GRE_OFLAGS, 2, 0},
			{uapi.IFLA_GRE_TTL, 1, 64}, {uapi.IFLA_GRE_ENCAP_LIMIT, 1, 4}, {uapi.IFLA_GRE_FLOWINFO, 4, 0},
			{uapi.IFLA_GRE_FLAGS, 4, 0}, {uapi.IFLA_GRE_FWMARK, 4, 0}, {uapi.IFLA_GRE_ERSPAN_VER, 1, 1},
			{uapi.IFLA_GRE_ENCAP_TYPE, 2, 0}, {uapi.IFLA_GRE_ENCAP_FLAGS, 2, uapi.TUNNEL_ENCAP_FLAG_CSUM6},
			{uapi.IFLA_GRE_ENCAP_SPORT, 2, 0}, {uapi.IFLA_GRE_ENCAP_DPORT, 2, 0},
		}}
}

var ip6greOpts = []opt{
	{words: "=external", attr: uapi.IFLA_GRE_COLLECT_METADATA, codec: &flagShown},
	{words: "remote", value: "ADDR := IPV6_ADDRESS", attr: uapi.IFLA_GRE_REMOTE, arg: unix.AF_INET6, codec: &endpoint, always: true, omitZero: true},
	{words: "local", value: "ADDR := IPV6_ADDRESS", attr: uapi.IFLA_GRE_LOCAL, arg: unix.AF_INET6, codec: &endpoint, always: true, omitZero: true},
	{words: "dev", key: "link", attr: uapi.IFLA_GRE_LINK, codec: &tunnelDevice, omitZero: true},
	{words: "ttl|hoplimit|hlim", value: "TTL := 0..255", text: "hoplimit", key: "ttl", attr: uapi.IFLA_GRE_TTL, codec: &ttlInherit, always: true, bad: "invalid HLIM\n"},
	{words: "=encaplimit", key: "encap_limit", attr: uapi.IFLA_GRE_ENCAP_LIMIT, arg: uapi.IFLA_GRE_FLAGS, codec: &encapLimit, bad: "invalid ELIM", always: true},
	{words: "tos|tclass|dsfield", text: "tclass", attr: uapi.IFLA_GRE_FLOWINFO, arg: uapi.IFLA_GRE_FLAGS, codec: &trafficClass, always: true},
	{words: "=flowlabel|=fl", attr: uapi.IFLA_GRE_FLOWINFO, arg: uapi.IFLA_GRE_FLAGS, codec: &innerFlowLabel, always: true},
	{words: "=dscp", key: "ip6_tnl_f_rcv_dscp_copy", attr: uapi.IFLA_GRE_FLAGS, codec: &dscpInherit},
	{words: "nokey|key", codec: &greKeys},
	{words: "noikey|ikey", text: "ikey", attr: uapi.IFLA_GRE_IKEY, arg: uapi.IFLA_GRE_IFLAGS, codec: &greKey},
	{words: "nookey|okey", text: "okey", attr: uapi.IFLA_GRE_OKEY, arg: uapi.IFLA_GRE_OFLAGS, codec: &greKey},
	{words: "noseq|seq", arg: uint64(uapi.GRE_SEQ), codec: &greFlags},
	{words: "noiseq|iseq", text: "iseq", attr: uapi.IFLA_GRE_IFLAGS, arg: uint64(uapi.GRE_SEQ), codec: &greFlag},
	{words: "nooseq|oseq", text: "oseq", attr: uapi.IFLA_GRE_OFLAGS, arg: uint64(uapi.GRE_SEQ), codec: &greFlag},
	{words: "nocsum|csum", arg: uint64(uapi.GRE_CSUM), codec: &greFlags},
	{words: "noicsum|icsum", text: "icsum", attr: uapi.IFLA_GRE_IFLAGS, arg: uint64(uapi.GRE_CSUM), codec: &greFlag},
	{words: "noocsum|ocsum", text: "ocsum", attr: uapi.IFLA_GRE_OFLAGS, arg: uint64(uapi.GRE_CSUM), codec: &greFlag},
	{words: "=noallow-localremote|=allow-localremote", text: "allow-localremote", key: "ip6_tnl_f_allow_local_remote",
		attr: uapi.IFLA_GRE_FLAGS, arg: uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE, codec: &tunnelFlag},
	{words: "=fwmark", attr: uapi.IFLA_GRE_FWMARK, arg: uapi.IFLA_GRE_FLAGS, codec: &fwmark6, always: true, bad: "invalid fwmark\n"},
}

func finishIP6GRE(d *draft) error {
	d.finishTunnel(uapi.IFLA_GRE_COLLECT_METADATA)
	d.finishERSPAN()
	return nil
}
