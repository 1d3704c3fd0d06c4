package linkcmd

import (
	"slices"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The tunnels ipip and sit over IPv4, and ip6tnl over IPv6.
func ipip() kind {
	return kind{defaults: iptnlDefaults(), finish: finishIPTunnel, opts: slices.Concat(iptnlOpts(7), fwmarkOpt, encapOpts(uapi.IFLA_IPTUN_ENCAP_TYPE))}
}

func sit() kind {
	return kind{defaults: append(iptnlDefaults(), preset{uapi.IFLA_IPTUN_FLAGS, 2, 0}), finish: finishIPTunnel,
		opts: slices.Concat(iptnlOpts(9), sitOpts, fwmarkOpt, encapOpts(uapi.IFLA_IPTUN_ENCAP_TYPE))}
}

func ip6tnl() kind {
	return kind{defaults: ip6tnlDefaults(), finish: finishIP6Tunnel, opts: slices.Concat(ip6tnlOpts, encapOpts(uapi.IFLA_IPTUN_ENCAP_TYPE)),
		// The real tool does not read these back before it changes a tunnel.
		forgets: []uint16{uapi.IFLA_IPTUN_ENCAP_TYPE, uapi.IFLA_IPTUN_ENCAP_FLAGS, uapi.IFLA_IPTUN_ENCAP_SPORT, uapi.IFLA_IPTUN_ENCAP_DPORT}}
}

// What is inside: of several words for one protocol the first is shown. The
// last two are words of sit only.
var (
	iptnlModes = []name{
		{unix.IPPROTO_IPIP, "ipip"}, {unix.IPPROTO_IPIP, "ipv4/ipv4"}, {unix.IPPROTO_IPIP, "ip4ip4"},
		{unix.IPPROTO_MPLS, "mplsip"}, {unix.IPPROTO_MPLS, "mpls/ipv4"}, {0, "any"}, {0, "any/ipv4"},
		{unix.IPPROTO_IPV6, "ip6ip"}, {unix.IPPROTO_IPV6, "ipv6/ipv4"},
	}
	ip6tnlModes = []name{
		{unix.IPPROTO_IPV6, "ip6ip6"}, {unix.IPPROTO_IPV6, "ipv6/ipv6"}, {unix.IPPROTO_IPIP, "ipip6"}, {unix.IPPROTO_IPIP, "ip/ipv6"},
		{unix.IPPROTO_IPIP, "ipv4/ipv6"}, {unix.IPPROTO_IPIP, "ip4ip6"}, {0, "any"}, {0, "any/ipv6"},
	}
)

// iptnlOpts are the rows that ipip and sit share; of the modes the first are
// words of the kind.
func iptnlOpts(modes uint64) []opt {
	return []opt{
		{words: "=external", attr: uapi.IFLA_IPTUN_COLLECT_METADATA, codec: &flagShown},
		{words: "=mode", key: "proto", attr: uapi.IFLA_IPTUN_PROTO, arg: modes, codec: &tunnelMode, names: iptnlModes},
		{words: "=remote", attr: uapi.IFLA_IPTUN_REMOTE, arg: unix.AF_INET, codec: &endpoint, always: true, omitZero: true},
		{words: "=local", attr: uapi.IFLA_IPTUN_LOCAL, arg: unix.AF_INET, codec: &endpoint, always: true, omitZero: true},
		{words: "dev", key: "link", attr: uapi.IFLA_IPTUN_LINK, codec: &tunnelDevice},
		{words: "=ttl|=hoplimit|=hlim", attr: uapi.IFLA_IPTUN_TTL, codec: &ttlInherit, always: true, bad: "invalid TTL\n"},
		{words: "=tos|=tclass|=tc|dsfield", attr: uapi.IFLA_IPTUN_TOS, codec: &tos},
		{words: "=nopmtudisc|=pmtudisc", text: "pmtudisc", attr: uapi.IFLA_IPTUN_PMTUDISC, codec: &iptnlPMTU, always: true},
	}
}

var sitOpts = []opt{
	{words: "=isatap", attr: uapi.IFLA_IPTUN_FLAGS, arg: uapi.SIT_ISATAP, codec: &flagBit16},
	{words: "=6rd-prefix", attr: uapi.IFLA_IPTUN_6RD_PREFIX, codec: &sixRDPrefix},
	{words: "=6rd-relay_prefix", attr: uapi.IFLA_IPTUN_6RD_RELAY_PREFIX, codec: &sixRDRelay},
	{words: "=6rd-reset", codec: &sixRDReset},
	{attr: uapi.IFLA_IPTUN_6RD_PREFIXLEN, codec: &hidden},
	{attr: uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN, codec: &hidden},
}

var fwmarkOpt = []opt{{words: "=fwmark", attr: uapi.IFLA_IPTUN_FWMARK, codec: &fwmark, bad: "invalid fwmark\n"}}

func iptnlDefaults() []preset {
	return []preset{
		{uapi.IFLA_IPTUN_PROTO, 1, 0}, {uapi.IFLA_IPTUN_PMTUDISC, 1, 1}, {uapi.IFLA_IPTUN_TOS, 1, 0}, {uapi.IFLA_IPTUN_TTL, 1, 0},
		{uapi.IFLA_IPTUN_LINK, 4, 0}, {uapi.IFLA_IPTUN_FWMARK, 4, 0}, {uapi.IFLA_IPTUN_ENCAP_TYPE, 2, 0},
		{uapi.IFLA_IPTUN_ENCAP_FLAGS, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_SPORT, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_DPORT, 2, 0},
	}
}

func ip6tnlDefaults() []preset {
	return []preset{
		{uapi.IFLA_IPTUN_PROTO, 1, 0}, {uapi.IFLA_IPTUN_TTL, 1, 64}, {uapi.IFLA_IPTUN_ENCAP_LIMIT, 1, 4},
		{uapi.IFLA_IPTUN_FLOWINFO, 4, 0}, {uapi.IFLA_IPTUN_FLAGS, 4, 0}, {uapi.IFLA_IPTUN_LINK, 4, 0},
		{uapi.IFLA_IPTUN_FWMARK, 4, 0}, {uapi.IFLA_IPTUN_ENCAP_TYPE, 2, 0},
		{uapi.IFLA_IPTUN_ENCAP_FLAGS, 2, uapi.TUNNEL_ENCAP_FLAG_CSUM6},
		{uapi.IFLA_IPTUN_ENCAP_SPORT, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_DPORT, 2, 0},
	}
}

var ip6tnlOpts = []opt{
	{words: "=external", attr: uapi.IFLA_IPTUN_COLLECT_METADATA, codec: &flagShown},
	{words: "=mode", key: "proto", attr: uapi.IFLA_IPTUN_PROTO, arg: 8, codec: &tunnelMode, names: ip6tnlModes},
	{words: "=remote", value: "ADDR := IPV6_ADDRESS", attr: uapi.IFLA_IPTUN_REMOTE, arg: unix.AF_INET6, codec: &endpoint, always: true, omitZero: true},
	{words: "=local", value: "ADDR := IPV6_ADDRESS", attr: uapi.IFLA_IPTUN_LOCAL, arg: unix.AF_INET6, codec: &endpoint, always: true, omitZero: true},
	{words: "dev", key: "link", attr: uapi.IFLA_IPTUN_LINK, codec: &tunnelDevice},
	{words: "=ttl|=hoplimit|=hlim", value: "HLIM := 0..255", text: "hoplimit", key: "ttl", attr: uapi.IFLA_IPTUN_TTL, codec: &ttlInherit, always: true, bad: "invalid HLIM\n"},
	{words: "=encaplimit", key: "encap_limit", attr: uapi.IFLA_IPTUN_ENCAP_LIMIT, arg: uapi.IFLA_IPTUN_FLAGS, codec: &encapLimit, always: true},
	{words: "=tos|=tclass|=tc|dsfield", text: "tclass", attr: uapi.IFLA_IPTUN_FLOWINFO, arg: uapi.IFLA_IPTUN_FLAGS, codec: &trafficClass, always: true},
	{words: "=flowlabel|=fl", attr: uapi.IFLA_IPTUN_FLOWINFO, arg: uapi.IFLA_IPTUN_FLAGS, codec: &innerFlowLabel, always: true},
	{words: "=dscp", key: "ip6_tnl_f_rcv_dscp_copy", attr: uapi.IFLA_IPTUN_FLAGS, codec: &dscpInherit},
	{text: "mip6", key: "ip6_tnl_f_mip6_dev", attr: uapi.IFLA_IPTUN_FLAGS, arg: uapi.IP6_TNL_F_MIP6_DEV, codec: &tunnelFlag},
	{words: "=noallow-localremote|=allow-localremote", text: "allow-localremote", key: "ip6_tnl_f_allow_local_remote",
		attr: uapi.IFLA_IPTUN_FLAGS, arg: uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE, codec: &tunnelFlag},
	{words: "=fwmark", attr: uapi.IFLA_IPTUN_FWMARK, arg: uapi.IFLA_IPTUN_FLAGS, codec: &fwmark6, always: true, bad: "invalid fwmark\n"},
}

// tunnelMode is the protocol inside; it prints without a label. opt.arg is how
// many of the names are words; the others only print.
var tunnelMode = codec{1, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := lookup(o.names[:o.arg], s)
	if !ok {
		return cli.InvArg("Cannot guess tunnel mode.", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, func(v *view, o *opt, b []byte) {
	if s := nameOf(o.names, uint64(b[0])); s != "" {
		v.pen.Str(o.json(), "", s, " ")
	}
}}

var iptnlPMTU = codec{0, "", parseToggle, func(v *view, o *opt, b []byte) {
	on := rtnl.U8(b) != 0
	if !on {
		v.pen.Text("no")
	}
	v.pen.Bool(o.json(), o.label(), on)
	v.pen.Text(" ")
}}

// The prefixes of IPv6 rapid deployment: an address, and its length in another
// attribute. A prefix of length 0 does not print.
var (
	sixRDPrefix = codec{16, "PREFIX", func(d *draft, o *opt, a *cli.Args) error {
		return d.sixRD(o, a, unix.AF_INET6, uapi.IFLA_IPTUN_6RD_PREFIXLEN)
	}, printSixRD}
	sixRDRelay = codec{4, "PREFIX", func(d *draft, o *opt, a *cli.Args) error {
		return d.sixRD(o, a, unix.AF_INET, uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN)
	}, nil}
	sixRDReset = codec{0, "", func(d *draft, _ *opt, _ *cli.Args) error {
		d.put(uapi.IFLA_IPTUN_6RD_PREFIX, append([]byte{0x20, 0x02}, zero[:14]...))
		d.u16(uapi.IFLA_IPTUN_6RD_PREFIXLEN, 16)
		d.drop(uapi.IFLA_IPTUN_6RD_RELAY_PREFIX, uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN)
		return nil
	}, nil}
)

func (d *draft) sixRD(o *opt, a *cli.Args, family uint8, length uint16) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.ParsePrefix(s, family)
	if err != nil {
		return err
	}
	b := make([]byte, 16)
	copy(b, p.Bytes())
	d.put(o.attr, b[:o.codec.size])
	d.u16(length, uint16(p.Bits))
	return nil
}

func printSixRD(v *view, _ *opt, b []byte) {
	length := rtnl.U16(v.tb[uapi.IFLA_IPTUN_6RD_PREFIXLEN])
	if length == 0 {
		return
	}
	p := v.pen
	p.Text("6rd-prefix ")
	p.Bytes("prefix", "", cli.AppendAddr(nil, unix.AF_INET6, b), "/")
	p.Uint("prefixlen", "", uint64(length), " ")
	if relay := v.tb[uapi.IFLA_IPTUN_6RD_RELAY_PREFIX]; rtnl.U32(relay) != 0 {
		p.Text("6rd-relay_prefix ")
		p.Bytes("relay_prefix", "", cli.AppendAddr(nil, unix.AF_INET, relay), "/")
		p.Uint("relay_prefixlen", "", uint64(rtnl.U16(v.tb[uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN])), " ")
	}
}

func finishIPTunnel(d *draft) error {
	if rtnl.U8(d.get(uapi.IFLA_IPTUN_TTL)) != 0 && rtnl.U8(d.get(uapi.IFLA_IPTUN_PMTUDISC)) == 0 {
		return cli.Exit(cli.StatusUsage, "ttl != 0 and nopmtudisc are incompatible")
	}
	return finishIP6Tunnel(d)
}

func finishIP6Tunnel(d *draft) error {
	d.finishTunnel(uapi.IFLA_IPTUN_COLLECT_METADATA, uapi.IFLA_IPTUN_PROTO)
	return nil
}
