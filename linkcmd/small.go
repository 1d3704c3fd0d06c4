package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Kinds with a handful of words each.

var wwan = kind{
	name:    "wwan",
	unknown: "unknown command",
	opts:    []opt{{words: "linkid", value: "LINKID := 0..4294967295", attr: uapi.IFLA_WWAN_LINK_ID, codec: &u32, bad: "linkid"}},
}

var batadv = kind{
	name:    "batadv",
	unknown: "unknown command",
	mute:    true,
	opts:    []opt{{words: "ra", value: "ROUTING_ALG := { BATMAN_IV | BATMAN_V }", attr: uapi.IFLA_BATADV_ALGO_NAME, codec: &strRead}},
}

// strRead is a string with its NUL.
var strRead = codec{0, "NAME", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	d.put(o.attr, append([]byte(s), 0))
	return err
}, nil}

var dsa = kind{
	name:      "dsa",
	unknown:   "unknown command",
	exactHelp: true,
	opts: []opt{
		{words: "=conduit|=master", value: "DEVICE", attr: unix.IFLA_DSA_MASTER, codec: &deviceAlways, bad: "Device does not exist\n"},
	},
}

// deviceAlways is a link by name, printed even if it is 0.
var deviceAlways = codec{4, "DEV", parseDevice, func(v *view, o *opt, b []byte) {
	v.str(o, v.env.Links.Name(rtnl.U32(b)))
}}

var bareudp = kind{
	name:    "bareudp",
	unknown: "unknown command",
	finish: func(d *draft) error {
		switch {
		case !d.given(unix.IFLA_BAREUDP_PORT):
			return cli.MissArg("dstport")
		case !d.given(unix.IFLA_BAREUDP_ETHERTYPE):
			return cli.MissArg("ethertype")
		}
		return nil
	},
	opts: []opt{
		{words: "dstport", value: "PORT := UDP_PORT", attr: unix.IFLA_BAREUDP_PORT, codec: &be16, bad: "dstport", once: true},
		{words: "ethertype", value: "PROTO := ETHERTYPE, the number or name of a protocol: ipv4, ipv6, mpls_uc, ...", attr: unix.IFLA_BAREUDP_ETHERTYPE, codec: &etherType, bad: "ethertype", once: true},
		{words: "srcportmin", value: "PORT", attr: unix.IFLA_BAREUDP_SRCPORT_MIN, codec: &u16, bad: "srcportmin", once: true},
		{words: "multiproto", attr: unix.IFLA_BAREUDP_MULTIPROTO_MODE, codec: &eitherFlag, always: true, once: true},
		{words: "nomultiproto", attr: unix.IFLA_BAREUDP_MULTIPROTO_MODE, codec: &noFlag, once: true},
	},
}

// eitherFlag is an attribute without value that prints "LABEL ", or
// "noLABEL " if it is not there.
var eitherFlag = codec{0, "", parseFlag, func(v *view, o *opt, b []byte) {
	if b == nil {
		v.pen.Text("no")
	}
	v.pen.Bool(o.json(), o.label(), b != nil)
	v.pen.Text(" ")
}}

var amt = kind{
	name:      "amt",
	unknown:   "unknown command",
	exactHelp: true,
	opts: []opt{
		{words: "=mode", value: "MODE", attr: uapi.IFLA_AMT_MODE, codec: &amtMode, names: []name{{uapi.AMT_MODE_GATEWAY, "gateway"}, {uapi.AMT_MODE_RELAY, "relay"}}},
		{words: "=gateway_port", value: "PORT", attr: uapi.IFLA_AMT_GATEWAY_PORT, codec: &be16, bad: "gateway_port"},
		{words: "=relay_port", value: "PORT", attr: uapi.IFLA_AMT_RELAY_PORT, codec: &be16, bad: "relay_port"},
		{words: "=local", attr: uapi.IFLA_AMT_LOCAL_IP, codec: &amtAddr, once: true},
		{text: "remote", attr: uapi.IFLA_AMT_REMOTE_IP, codec: &amtAddr},
		{words: "=discovery", value: "IP_ADDRESS", attr: uapi.IFLA_AMT_DISCOVERY_IP, codec: &amtAddr, once: true},
		{words: "=dev", key: "link", attr: uapi.IFLA_AMT_LINK, codec: &amtDevice},
		{words: "=max_tunnels", value: "NUMBER", attr: uapi.IFLA_AMT_MAX_TUNNELS, codec: &u32, bad: "max_tunnels"},
	},
}

var amtMode = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return d.kind.usage()
	}
	d.u32(o.attr, uint32(n))
	return nil
}, func(v *view, o *opt, b []byte) { v.pen.Str(o.json(), "", nameOf(o.names, uint64(rtnl.U32(b))), " ") }}

// amtAddr is an address, printed whatever it is.
var amtAddr = codec{4, "ADDR := IP_ADDRESS", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, familyOfLen(len(d.get(uapi.IFLA_AMT_DISCOVERY_IP))))
	if err == nil && classOf(&p) != notInet {
		d.put(o.attr, p.Bytes())
	}
	return err
}, func(v *view, o *opt, b []byte) { v.addr(o, familyOfLen(4), b[:4]) }}

var amtDevice = codec{4, "PHYS_DEV", parseTunnelDevice, func(v *view, o *opt, b []byte) {
	v.str(o, v.env.Links.Name(rtnl.U32(b)))
}}

var gtp = kind{
	name:      "gtp",
	exactHelp: true,
	lenient:   true,
	begin: func(d *draft) error {
		d.u8(unix.IFLA_GTP_CREATE_SOCKETS, 1)
		return nil
	},
	finish: func(d *draft) error {
		if !d.given(unix.IFLA_GTP_ROLE) {
			return cli.Fail("gtp: role of the gtp device was not specified")
		}
		d.orElse(unix.IFLA_GTP_PDP_HASHSIZE, rtnl.NE.AppendUint32(nil, 1024))
		return nil
	},
	opts: []opt{
		{words: "=role", value: "ROLE", attr: unix.IFLA_GTP_ROLE, codec: &gtpRole, once: true, bad: "invalid role, use sgsn or ggsn",
			names: []name{{uapi.GTP_ROLE_GGSN, "ggsn"}, {uapi.GTP_ROLE_SGSN, "sgsn"}}},
		{words: "=hsize", value: "HSIZE := 1..131071", attr: unix.IFLA_GTP_PDP_HASHSIZE, codec: &gtpHashSize, once: true, bad: "invalid PDP hash size"},
		{words: "=restart_count", value: "RESTART_COUNT := 0..255", attr: unix.IFLA_GTP_RESTART_COUNT, codec: &u8Decimal, once: true, bad: "invalid restart_count"},
	},
}

var gtpRole = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return o.invalid(s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U32(b)), "unknown")) }}

var gtpHashSize = codec{4, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	switch {
	case !ok:
		return o.invalid(s)
	case n >= 1<<17:
		return cli.InvArg("PDP hash size too big", s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, printU32}

// u8Decimal is a number that is not taken in other notations.
var u8Decimal = codec{1, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 10, 8)
	if !ok {
		return o.invalid(s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, printU8}

var ipoib = kind{
	name:    "ipoib",
	unknown: "unknown option",
	opts: []opt{
		{words: "pkey", value: "PKEY := 0x8001..0xffff", key: "key", attr: unix.IFLA_IPOIB_PKEY, codec: &pkey, bad: "pkey is invalid"},
		{words: "mode", attr: unix.IFLA_IPOIB_MODE, codec: &ipoibMode,
			names: []name{{uapi.IPOIB_MODE_DATAGRAM, "datagram"}, {uapi.IPOIB_MODE_CONNECTED, "connected"}}},
		{words: "umcast", value: "{ 0 | 1 }", attr: unix.IFLA_IPOIB_UMCAST, codec: &hexDigits4, bad: "umcast is invalid"},
	},
}

var ipoibMode = codec{2, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return cli.Fail(`Error: argument of "mode" must be "datagram"or "connected"`)
	}
	d.u16(o.attr, uint16(n))
	return nil
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U16(b)), "unknown")) }}

// pkey is written as C's %#.4x, which has no 0x for 0; hexDigits4 as %.4x.
var (
	pkey = codec{2, "N", parseU16, func(v *view, o *opt, b []byte) {
		s := fourDigits(rtnl.U16(b))
		if rtnl.U16(b) != 0 {
			s = "0x" + s
		}
		v.str(o, s)
	}}
	hexDigits4 = codec{2, "N", parseU16, func(v *view, o *opt, b []byte) { v.str(o, fourDigits(rtnl.U16(b))) }}
)

func fourDigits(n uint16) string {
	return string(show.AppendHexDigits(nil, uint64(n), 4))
}

var xfrm = kind{
	name: "xfrm",
	finish: func(d *draft) error {
		external := d.get(unix.IFLA_XFRM_COLLECT_METADATA) != nil
		hasID := d.given(unix.IFLA_XFRM_IF_ID)
		switch {
		case external && (hasID || d.given(unix.IFLA_XFRM_LINK)):
			return cli.Fail("xfrmi: both 'external' and if_id/link cannot be specified")
		case !external && !hasID:
			return cli.MissArg("IF_ID")
		}
		return nil
	},
	opts: []opt{
		{words: "=external", attr: unix.IFLA_XFRM_COLLECT_METADATA, codec: &flagShown},
		{words: "dev", attr: unix.IFLA_XFRM_LINK, codec: &tunnelDeviceRead},
		{words: "if_id", value: "IF-ID := 0x1..0xffffffff", attr: unix.IFLA_XFRM_IF_ID, codec: &xfrmID, bad: "if_id value is invalid"},
	},
}

// tunnelDeviceRead is the dev of a tunnel that does not print it.
var tunnelDeviceRead = codec{4, "PHYS_DEV", parseTunnelDevice, nil}

var xfrmID = codec{4, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok || n == 0 {
		return o.invalid(s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, func(v *view, o *opt, b []byte) {
	if v.tb[unix.IFLA_XFRM_COLLECT_METADATA] == nil {
		printHex32(v, o, b)
	}
}}

var rmnet = kind{
	name:      "rmnet",
	unknown:   "unknown command",
	exactHelp: true,
	opts: []opt{
		{words: "=mux_id", value: "MUXID := 1..254", attr: unix.IFLA_RMNET_MUX_ID, codec: &u16, bad: "mux_id is invalid"},
		{words: "=ingress-deaggregation", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_INGRESS_DEAGGREGATION, codec: &onOffBit},
		{words: "=ingress-commands", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_INGRESS_MAP_COMMANDS, codec: &onOffBit},
		{words: "=ingress-mapv4-checksum", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV4, codec: &onOffBit},
		{words: "=egress-mapv4-checksum", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV4, codec: &onOffBit},
		{words: "=ingress-mapv5-checksum", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV5, codec: &onOffBit},
		{words: "=egress-mapv5-checksum", attr: unix.IFLA_RMNET_FLAGS, arg: uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV5, codec: &onOffBit},
		{key: "flags", attr: unix.IFLA_RMNET_FLAGS, codec: &upperFlags, names: rmnetFlags},
	},
}

var rmnetFlags = []name{
	{uapi.RMNET_FLAGS_INGRESS_DEAGGREGATION, "INGRESS_DEAGGREGATION"}, {uapi.RMNET_FLAGS_INGRESS_MAP_COMMANDS, "INGRESS_MAP_COMMANDS"},
	{uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV4, "INGRESS_MAP_CKSUMV4"}, {uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV4, "EGRESS_MAP_CKSUMV4"},
	{uapi.RMNET_FLAGS_INGRESS_MAP_CKSUMV5, "INGRESS_MAP_CKSUMV5"}, {uapi.RMNET_FLAGS_EGRESS_MAP_CKSUMV5, "EGRESS_MAP_CKSUMV5"},
}

// onOffBit is a bit (opt.arg) of a {value, mask} pair, by on or off.
var onOffBit = codec{8, "{ on | off }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	on, err := cli.OnOff(o.word(), s)
	d.setBits(o.attr, uint32(o.arg), on)
	return err
}, nil}
