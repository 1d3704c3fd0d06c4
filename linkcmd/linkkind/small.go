package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// Kinds with a handful of words each.

var wwan = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "linkid", Value: "LINKID := 0..4294967295", Attr: uapi.IFLA_WWAN_LINK_ID, Type: &field.U32, Bad: "linkid"},
	}},
}

var batadv = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "ra", Value: "ROUTING_ALG := { BATMAN_IV | BATMAN_V }", Attr: uapi.IFLA_BATADV_ALGO_NAME, Type: &field.String, Flags: field.Quiet},
	}},
}

var dsa = kind.Kind{
	Unknown: kind.UnknownCommand, Help: "=help",
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=conduit|=master", Value: "DEVICE", Attr: unix.IFLA_DSA_MASTER, Type: &kind.DeviceAlways, Bad: "Device does not exist\n"},
	}},
}

var bareudp = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "dstport", Value: "PORT := UDP_PORT", Attr: unix.IFLA_BAREUDP_PORT, Type: &field.Be16, Bad: "dstport", Flags: field.Once | field.Required},
		{Words: "ethertype", Value: "PROTO := ETHERTYPE, the number or name of a protocol: ipv4, ipv6, mpls_uc, ...", Attr: unix.IFLA_BAREUDP_ETHERTYPE, Type: &kind.EtherType, Bad: "ethertype", Flags: field.Once | field.Required},
		{Words: "srcportmin", Value: "PORT", Attr: unix.IFLA_BAREUDP_SRCPORT_MIN, Type: &field.U16, Bad: "srcportmin", Flags: field.Once},
		{Words: "multiproto", Attr: unix.IFLA_BAREUDP_MULTIPROTO_MODE, Type: &eitherFlag, Flags: field.Always | field.Once},
		{Words: "nomultiproto", Attr: unix.IFLA_BAREUDP_MULTIPROTO_MODE, Type: &kind.NoFlag, Flags: field.Quiet | field.Once},
	}},
}

// eitherFlag is an attribute without value that prints "LABEL ", or
// "noLABEL " if it is not there.
var eitherFlag = field.Type{Form: field.Alone, Print: func(v *field.View, r *field.Row, b []byte) { kind.PrintEither(v, r, b != nil) }}

var gtp = kind.Kind{
	Help: "=help",
	Table: field.Table{Voice: &kind.Voice, Send: []uint16{unix.IFLA_GTP_CREATE_SOCKETS}, Finish: finishGTP, Rows: []*field.Row{
		{Words: "=role", Value: "ROLE", Attr: unix.IFLA_GTP_ROLE, Type: &gtpRole, Names: &word.Names{{uapi.GTP_ROLE_GGSN, "ggsn"}, {uapi.GTP_ROLE_SGSN, "sgsn"}}, Bad: "invalid role, use sgsn or ggsn", Flags: field.Once},
		{Words: "=hsize", Value: "HSIZE := 1..131071", Attr: unix.IFLA_GTP_PDP_HASHSIZE, Type: &gtpHashSize, Bad: "invalid PDP hash size", Flags: field.Once},
		{Words: "=restart_count", Value: "RESTART_COUNT := 0..255", Attr: unix.IFLA_GTP_RESTART_COUNT, Type: &u8Decimal, Bad: "invalid restart_count", Flags: field.Once},
		{Type: &otherWord, Flags: field.Bare | field.Quiet},
	}},
}

// otherWord skips a word that is not known; help is one.
var otherWord = field.Type{Parse: func(c *field.Call, _ *field.Row) error {
	word := c.Args.Word()
	c.Args.Skip()
	if t := kind.TargetOf(c); t.Kind.IsHelp(word) {
		return t.Usage()
	}
	return nil
}}

func finishGTP(c *field.Call) error {
	if !c.HasWord(0, unix.IFLA_GTP_ROLE) {
		return cli.Fail("gtp: role of the gtp device was not specified")
	}
	c.PutUint(0, unix.IFLA_GTP_CREATE_SOCKETS, 1, 1, false)
	kind.OrElse(c, unix.IFLA_GTP_PDP_HASHSIZE, rtnl.NE.AppendUint32(nil, 1024))
	return nil
}

var gtpRole = field.Type{Size: 4, Other: "unknown"}

var gtpHashSize = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n >= 1<<17:
		return 0, cli.InvArg("PDP hash size too big", s)
	}
	return n, nil
}}

// u8Decimal is a number that is not taken in other notations.
var u8Decimal = field.Type{Size: 1, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 10, 8)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}}

var ipoib = kind.Kind{
	Unknown: kind.UnknownOption,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "pkey", Value: "PKEY := 0x8001..0xffff", Key: "key", Attr: unix.IFLA_IPOIB_PKEY, Type: &pkey, Bad: "pkey is invalid"},
		{Words: "mode", Attr: unix.IFLA_IPOIB_MODE, Type: &ipoibMode, Names: &word.Names{{uapi.IPOIB_MODE_DATAGRAM, "datagram"}, {uapi.IPOIB_MODE_CONNECTED, "connected"}}},
		{Words: "umcast", Value: "{ 0 | 1 }", Attr: unix.IFLA_IPOIB_UMCAST, Type: &hexDigits4, Bad: "umcast is invalid"},
	}},
}

var ipoibMode = field.Type{Size: 2, Other: "unknown", Scan: func(_ *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Find(s)
	if !ok {
		return 0, cli.Fail(`Error: argument of "mode" must be "datagram"or "connected"`)
	}
	return n, nil
}}

// pkey is written as C's %#.4x, which has no 0x for 0; hexDigits4 as %.4x.
var (
	pkey = field.Type{Size: 2, Form: field.Str, Append: func(v *field.View, r *field.Row, b []byte, n uint64) []byte {
		if n != 0 {
			b = append(b, "0x"...)
		}
		return show.AppendHexDigits(b, n, 4)
	}}
	hexDigits4 = field.Type{Size: 2, Form: field.Str, Append: func(v *field.View, r *field.Row, b []byte, n uint64) []byte {
		return show.AppendHexDigits(b, n, 4)
	}}
)

var xfrm = kind.Kind{Table: field.Table{Voice: &kind.Voice, Finish: finishXFRM, Mute: muteXFRM, Rows: []*field.Row{
	{Words: "=external", Attr: unix.IFLA_XFRM_COLLECT_METADATA, Type: &field.Mark},
	{Words: "dev", Attr: unix.IFLA_XFRM_LINK, Type: &kind.TunnelDevice, Flags: field.Quiet},
	{Words: "if_id", Value: "IF-ID := 0x1..0xffffffff", Attr: unix.IFLA_XFRM_IF_ID, Type: &xfrmID, Bad: "if_id value is invalid", Flags: field.Positive},
}}}

func finishXFRM(c *field.Call) error {
	external := c.Get(0, unix.IFLA_XFRM_COLLECT_METADATA) != nil
	hasID := c.HasWord(0, unix.IFLA_XFRM_IF_ID)
	switch {
	case external && (hasID || c.HasWord(0, unix.IFLA_XFRM_LINK)):
		return cli.Fail("xfrmi: both 'external' and if_id/link cannot be specified")
	case !external && !hasID:
		return cli.MissArg("IF_ID")
	}
	return nil
}

// muteXFRM keeps silent about what an external device does not have.
func muteXFRM(v *field.View, r *field.Row) bool {
	return r.Attr != unix.IFLA_XFRM_COLLECT_METADATA && v.Get(0, unix.IFLA_XFRM_COLLECT_METADATA) != nil
}

var xfrmID = field.Type{Size: 4, Form: field.Hex, Print: func(v *field.View, r *field.Row, b []byte) {
	if v.Get(0, unix.IFLA_XFRM_COLLECT_METADATA) == nil {
		v.Number(r, uint64(rtnl.U32(b)))
	}
}}

var rmnet = kind.Kind{
	Unknown: kind.UnknownCommand, Help: "=help",
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=mux_id", Value: "MUXID := 1..254", Attr: unix.IFLA_RMNET_MUX_ID, Type: &field.U16, Bad: "mux_id is invalid"},
		{Words: "=ingress-deaggregation", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_INGRESS_DEAGGREGATION, Flags: field.Quiet},
		{Words: "=ingress-commands", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_INGRESS_MAP_COMMANDS, Flags: field.Quiet},
		{Words: "=ingress-mapv4-checksum", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV4, Flags: field.Quiet},
		{Words: "=egress-mapv4-checksum", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV4, Flags: field.Quiet},
		{Words: "=ingress-mapv5-checksum", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV5, Flags: field.Quiet},
		{Words: "=egress-mapv5-checksum", Attr: unix.IFLA_RMNET_FLAGS, Type: &onOffBit, Arg: uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV5, Flags: field.Quiet},
		{Key: "flags", Attr: unix.IFLA_RMNET_FLAGS, Type: &kind.FlagSet, Names: &rmnetFlags},
	}},
}

var rmnetFlags = word.Names{
	{uapi.RMNET_FLAGS_INGRESS_DEAGGREGATION, "INGRESS_DEAGGREGATION"}, {uapi.RMNET_FLAGS_INGRESS_MAP_COMMANDS, "INGRESS_MAP_COMMANDS"},
	{uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV4, "INGRESS_MAP_CKSUMV4"}, {uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV4, "EGRESS_MAP_CKSUMV4"},
	{uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV5, "INGRESS_MAP_CKSUMV5"}, {uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV5, "EGRESS_MAP_CKSUMV5"},
}

// onOffBit is a bit of a number with a mask, by on or off.
var onOffBit = field.Type{Size: 8, Form: field.Masked | field.Bool, Usage: "{ on | off }", Scan: field.ScanOnOff}
