package tunnelkind

import (
	"slices"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// The tunnels ipip and sit over IPv4, and ip6tnl over IPv6.
var (
	IPIP = kind.Kind{Begin: beginIPIP, Table: field.Table{Voice: &kind.Voice, Finish: finishIPTunnel, Rows: []*field.Row{
		&iptnlExternal,
		{Words: "=mode", Key: "proto", Attr: uapi.IFLA_IPTUN_PROTO, Type: &tunnelMode, Names: &iptnlModes, Arg: 7},
	}, Then: []*field.Table{&iptnlRows, &iptnlMark, &iptnlEncap}}}
	SIT = kind.Kind{Begin: beginSIT, Table: field.Table{Voice: &kind.Voice, Finish: finishIPTunnel, Rows: []*field.Row{
		&iptnlExternal,
		{Words: "=mode", Key: "proto", Attr: uapi.IFLA_IPTUN_PROTO, Type: &tunnelMode, Names: &iptnlModes, Arg: 9},
	}, Then: []*field.Table{&iptnlRows, &sitRows, &iptnlMark, &iptnlEncap}}}
	IP6TNL = kind.Kind{Begin: beginIP6TNL, Table: field.Table{Voice: &kind.Voice, Finish: finishIP6Tunnel, Rows: []*field.Row{
		&iptnlExternal,
		{Words: "=mode", Key: "proto", Attr: uapi.IFLA_IPTUN_PROTO, Type: &tunnelMode, Names: &ip6tnlModes, Arg: 8},
		{Words: "=remote", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_IPTUN_REMOTE, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
		{Words: "=local", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_IPTUN_LOCAL, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
		{Words: "dev", Key: "link", Attr: uapi.IFLA_IPTUN_LINK, Type: &kind.TunnelDevice},
		{Words: "=ttl|=hoplimit|=hlim", Value: "HLIM := 0..255", Label: "hoplimit", Key: "ttl", Attr: uapi.IFLA_IPTUN_TTL, Type: &ttlInherit, Bad: "invalid HLIM\n", Flags: field.Always},
		{Words: "=encaplimit", Key: "encap_limit", Attr: uapi.IFLA_IPTUN_ENCAP_LIMIT, Type: &encapLimit, Arg: uapi.IFLA_IPTUN_FLAGS, Flags: field.Always},
		{Words: "=tos|=tclass|=tc|dsfield", Label: "tclass", Attr: uapi.IFLA_IPTUN_FLOWINFO, Type: &trafficClass, Arg: uapi.IFLA_IPTUN_FLAGS, Flags: field.Always},
		{Words: "=flowlabel|=fl", Attr: uapi.IFLA_IPTUN_FLOWINFO, Type: &innerFlowLabel, Arg: uapi.IFLA_IPTUN_FLAGS, Flags: field.Always},
		{Words: "=dscp", Key: "ip6_tnl_f_rcv_dscp_copy", Attr: uapi.IFLA_IPTUN_FLAGS, Type: &dscpInherit},
		{Label: "mip6", Key: "ip6_tnl_f_mip6_dev", Attr: uapi.IFLA_IPTUN_FLAGS, Type: &tunnelFlag, Arg: uapi.IP6_TNL_F_MIP6_DEV},
		{Words: "=noallow-localremote|=allow-localremote", Label: "allow-localremote", Key: "ip6_tnl_f_allow_local_remote", Attr: uapi.IFLA_IPTUN_FLAGS, Type: &tunnelFlag, Arg: uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE},
		{Words: "=fwmark", Attr: uapi.IFLA_IPTUN_FWMARK, Type: &fwmark6, Arg: uapi.IFLA_IPTUN_FLAGS, Bad: "invalid fwmark\n", Flags: field.Always},
	}, Then: []*field.Table{&iptnlEncap}}}
)

var iptnlExternal = field.Row{Words: "=external", Attr: uapi.IFLA_IPTUN_COLLECT_METADATA, Type: &field.Mark}

// What is inside: of several words for one protocol the first is shown. The
// last two are words of sit only.
var (
	iptnlModes = word.Names{
		{unix.IPPROTO_IPIP, "ipip"}, {unix.IPPROTO_IPIP, "ipv4/ipv4"}, {unix.IPPROTO_IPIP, "ip4ip4"},
		{unix.IPPROTO_MPLS, "mplsip"}, {unix.IPPROTO_MPLS, "mpls/ipv4"}, {0, "any"}, {0, "any/ipv4"},
		{unix.IPPROTO_IPV6, "ip6ip"}, {unix.IPPROTO_IPV6, "ipv6/ipv4"},
	}
	ip6tnlModes = word.Names{
		{unix.IPPROTO_IPV6, "ip6ip6"}, {unix.IPPROTO_IPV6, "ipv6/ipv6"}, {unix.IPPROTO_IPIP, "ipip6"}, {unix.IPPROTO_IPIP, "ip/ipv6"},
		{unix.IPPROTO_IPIP, "ipv4/ipv6"}, {unix.IPPROTO_IPIP, "ip4ip6"}, {0, "any"}, {0, "any/ipv6"},
	}
)

// iptnlRows are the rows that ipip and sit share, iptnlMark is that behind the rows
// of sit.
var iptnlRows = field.Table{Rows: []*field.Row{
	{Words: "=remote", Attr: uapi.IFLA_IPTUN_REMOTE, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
	{Words: "=local", Attr: uapi.IFLA_IPTUN_LOCAL, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
	{Words: "dev", Key: "link", Attr: uapi.IFLA_IPTUN_LINK, Type: &kind.TunnelDevice},
	{Words: "=ttl|=hoplimit|=hlim", Attr: uapi.IFLA_IPTUN_TTL, Type: &ttlInherit, Bad: "invalid TTL\n", Flags: field.Always},
	{Words: "=tos|=tclass|=tc|dsfield", Attr: uapi.IFLA_IPTUN_TOS, Type: &tos},
	{Words: "=nopmtudisc|=pmtudisc", Label: "pmtudisc", Attr: uapi.IFLA_IPTUN_PMTUDISC, Type: &iptnlPMTU, Flags: field.Always},
}}

var iptnlMark = field.Table{Rows: []*field.Row{
	{Words: "=fwmark", Attr: uapi.IFLA_IPTUN_FWMARK, Type: &fwmark, Bad: "invalid fwmark\n"},
}}

var sitRows = field.Table{Rows: []*field.Row{
	{Words: "=isatap", Attr: uapi.IFLA_IPTUN_FLAGS, Type: &field.Bit16, Arg: uapi.SIT_ISATAP},
	{Words: "=6rd-prefix", Attr: uapi.IFLA_IPTUN_6RD_PREFIX, Type: &sixRDPrefix, Arg: uapi.IFLA_IPTUN_6RD_PREFIXLEN},
	{Words: "=6rd-relay_prefix", Attr: uapi.IFLA_IPTUN_6RD_RELAY_PREFIX, Type: &sixRDRelay, Arg: uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN, Flags: field.Quiet},
	{Words: "=6rd-reset", Type: &sixRDReset, Flags: field.Quiet},
	{Attr: uapi.IFLA_IPTUN_6RD_PREFIXLEN, Type: &Hidden, Flags: field.Quiet},
	{Attr: uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN, Type: &Hidden, Flags: field.Quiet},
}}

// iptnlEncap are the rows for a further UDP header.
var iptnlEncap = field.Table{Rows: []*field.Row{
	{Words: "=noencap|=encap", Attr: uapi.IFLA_IPTUN_ENCAP_TYPE, Type: &encapType},
	{Words: "=encap-sport", Attr: uapi.IFLA_IPTUN_ENCAP_SPORT, Type: &encapPort, Bad: "Invalid source port.", Flags: field.Quiet},
	{Words: "=encap-dport", Attr: uapi.IFLA_IPTUN_ENCAP_DPORT, Type: &encapPort, Bad: "Invalid destination port.", Flags: field.Quiet},
	{Words: "=noencap-csum|=encap-csum", Attr: uapi.IFLA_IPTUN_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_CSUM, Flags: field.Quiet},
	{Words: "=noencap-udp6-csum|=encap-udp6-csum", Attr: uapi.IFLA_IPTUN_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_CSUM6, Flags: field.Quiet},
	{Words: "=noencap-remcsum|=encap-remcsum", Attr: uapi.IFLA_IPTUN_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_REMCSUM, Flags: field.Quiet},
}}

func beginIPIP(c *field.Call) error { return beginTunnel(c, iptnlDefaults) }

func beginSIT(c *field.Call) error {
	return beginTunnel(c, slices.Concat(iptnlDefaults, []preset{{uapi.IFLA_IPTUN_FLAGS, 2, 0}}))
}

func beginIP6TNL(c *field.Call) error {
	return beginTunnel(c, ip6tnlDefaults,
		// The real tool does not read these back before it changes a tunnel.
		uapi.IFLA_IPTUN_ENCAP_TYPE, uapi.IFLA_IPTUN_ENCAP_FLAGS, uapi.IFLA_IPTUN_ENCAP_SPORT, uapi.IFLA_IPTUN_ENCAP_DPORT)
}

var iptnlDefaults = []preset{
	{uapi.IFLA_IPTUN_PROTO, 1, 0}, {uapi.IFLA_IPTUN_PMTUDISC, 1, 1}, {uapi.IFLA_IPTUN_TOS, 1, 0}, {uapi.IFLA_IPTUN_TTL, 1, 0},
	{uapi.IFLA_IPTUN_LINK, 4, 0}, {uapi.IFLA_IPTUN_FWMARK, 4, 0}, {uapi.IFLA_IPTUN_ENCAP_TYPE, 2, 0},
	{uapi.IFLA_IPTUN_ENCAP_FLAGS, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_SPORT, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_DPORT, 2, 0},
}

var ip6tnlDefaults = []preset{
	{uapi.IFLA_IPTUN_PROTO, 1, 0}, {uapi.IFLA_IPTUN_TTL, 1, 64}, {uapi.IFLA_IPTUN_ENCAP_LIMIT, 1, 4},
	{uapi.IFLA_IPTUN_FLOWINFO, 4, 0}, {uapi.IFLA_IPTUN_FLAGS, 4, 0}, {uapi.IFLA_IPTUN_LINK, 4, 0},
	{uapi.IFLA_IPTUN_FWMARK, 4, 0}, {uapi.IFLA_IPTUN_ENCAP_TYPE, 2, 0},
	{uapi.IFLA_IPTUN_ENCAP_FLAGS, 2, uapi.TUNNEL_ENCAP_FLAG_CSUM6},
	{uapi.IFLA_IPTUN_ENCAP_SPORT, 2, 0}, {uapi.IFLA_IPTUN_ENCAP_DPORT, 2, 0},
}

// tunnelMode is the protocol inside; it prints without a label. Arg is how
// many of the names are words; the others only print.
var tunnelMode = field.Type{Size: 1, Scan: func(_ *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := (*r.Names)[:r.Arg].Find(s)
	if !ok {
		return 0, cli.InvArg("Cannot guess tunnel mode.", s)
	}
	return n, nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	if s := r.Names.Of(uint64(b[0])); s != "" {
		v.Pen.Str(r.JSON(), "", s, " ")
	}
}}

var iptnlPMTU = field.Type{Form: field.Toggle, Parse: func(c *field.Call, r *field.Row) error {
	c.PutUint(r.In, r.Attr, 1, uint64(kind.Bit(c.On())), false)
	return nil
}, Print: func(v *field.View, r *field.Row, b []byte) { kind.PrintEither(v, r, rtnl.U8(b) != 0) },
	Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
		if b == nil {
			return line
		}
		return field.WriteToggle(r, line, rtnl.U8(b) != 0)
	}}

// The prefixes of IPv6 rapid deployment: an address, and its length in another
// attribute, Arg. A prefix of length 0 does not print.
var (
	sixRDPrefix = field.Type{Size: 16, Usage: "PREFIX", Parse: func(c *field.Call, r *field.Row) error {
		return parseSixRD(c, r, unix.AF_INET6)
	}, Print: printSixRD, Write: writeSixRD}
	sixRDRelay = field.Type{Size: 4, Usage: "PREFIX", Parse: func(c *field.Call, r *field.Row) error {
		return parseSixRD(c, r, unix.AF_INET)
	}, Write: writeSixRD}
	sixRDReset = field.Type{Parse: func(c *field.Call, _ *field.Row) error {
		c.Put(0, uapi.IFLA_IPTUN_6RD_PREFIX, append([]byte{0x20, 0x02}, kind.Zero[:14]...))
		c.PutUint(0, uapi.IFLA_IPTUN_6RD_PREFIXLEN, 2, 16, false)
		c.Drop(0, uapi.IFLA_IPTUN_6RD_RELAY_PREFIX, uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN)
		return nil
	}}
)

func parseSixRD(c *field.Call, r *field.Row, family uint8) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	p, err := cli.ParsePrefix(s, family)
	if err != nil {
		return err
	}
	var b [16]byte
	copy(b[:], p.Bytes())
	c.Put(r.In, r.Attr, b[:r.Type.Size])
	c.PutUint(0, uint16(r.Arg), 2, uint64(uint16(p.Bits)), false)
	return nil
}

func writeSixRD(v *field.View, r *field.Row, line, b []byte) []byte {
	length := rtnl.U16(v.Get(0, uint16(r.Arg)))
	if length == 0 {
		return line
	}
	line = cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), familyOfLen(len(b)), b)
	return strconv.AppendUint(append(line, '/'), uint64(length), 10)
}

func printSixRD(v *field.View, _ *field.Row, b []byte) {
	length := rtnl.U16(v.Get(0, uapi.IFLA_IPTUN_6RD_PREFIXLEN))
	if length == 0 {
		return
	}
	p := v.Pen
	p.Text("6rd-prefix ")
	p.Bytes("prefix", "", cli.AppendAddr(nil, unix.AF_INET6, b), "/")
	p.Uint("prefixlen", "", uint64(length), " ")
	if relay := v.Get(0, uapi.IFLA_IPTUN_6RD_RELAY_PREFIX); rtnl.U32(relay) != 0 {
		p.Text("6rd-relay_prefix ")
		p.Bytes("relay_prefix", "", cli.AppendAddr(nil, unix.AF_INET, relay), "/")
		p.Uint("relay_prefixlen", "", uint64(rtnl.U16(v.Get(0, uapi.IFLA_IPTUN_6RD_RELAY_PREFIXLEN))), " ")
	}
}

func finishIPTunnel(c *field.Call) error {
	if rtnl.U8(c.Get(0, uapi.IFLA_IPTUN_TTL)) != 0 && rtnl.U8(c.Get(0, uapi.IFLA_IPTUN_PMTUDISC)) == 0 {
		return cli.Exit(cli.StatusUsage, "ttl != 0 and nopmtudisc are incompatible")
	}
	return finishIP6Tunnel(c)
}

func finishIP6Tunnel(c *field.Call) error {
	leaveToRoute(c, uapi.IFLA_IPTUN_COLLECT_METADATA, uapi.IFLA_IPTUN_PROTO)
	return nil
}
