package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var vxlan = kind{
	name:    "vxlan",
	unknown: "unknown command",
	finish:  finishVxlan,
	first:   "dev ttl dsfield nolearning",
	opts: []opt{
		{words: "id|vni", value: "VNI := 0..16777215", attr: unix.IFLA_VXLAN_ID, arg: 1<<24 - 1, codec: &u32, once: true},
		{words: "group", value: "IP_ADDRESS", attr: unix.IFLA_VXLAN_GROUP, codec: &vxlanGroup, once: true},
		{words: "remote", value: "IP_ADDRESS", attr: unix.IFLA_VXLAN_GROUP, codec: &vxlanRemote, once: true},
		{text: "group", key: "group6", attr: unix.IFLA_VXLAN_GROUP6, codec: &vxlanPeer6},
		{words: "local", attr: unix.IFLA_VXLAN_LOCAL, codec: &vxlanLocal, once: true},
		{text: "local", key: "local6", attr: unix.IFLA_VXLAN_LOCAL6, codec: &addr6Shown},
		{words: "dev", key: "link", attr: unix.IFLA_VXLAN_LINK, codec: &tunnelDevice, once: true},
		{words: "srcport|port", attr: unix.IFLA_VXLAN_PORT_RANGE, codec: &portRange, once: true},
		{words: "dstport", value: "PORT", key: "port", attr: unix.IFLA_VXLAN_PORT, codec: &be16, bad: "dst port", once: true},
		{words: "tos|dsfield", attr: unix.IFLA_VXLAN_TOS, codec: &tos, once: true},
		{words: "ttl|hoplimit", attr: unix.IFLA_VXLAN_TTL, arg: unix.IFLA_VXLAN_TTL_INHERIT, codec: &ttlAutoFlag, always: true, once: true},
		{words: "df", attr: unix.IFLA_VXLAN_DF, codec: &dontFragment, once: true},
		{words: "flowlabel|label", key: "label", attr: unix.IFLA_VXLAN_LABEL, codec: &flowLabel, once: true},
		{words: "ageing", attr: unix.IFLA_VXLAN_AGEING, codec: &ageing, bad: "ageing timer", once: true},
		{words: "maxaddress", text: "maxaddr", key: "limit", attr: unix.IFLA_VXLAN_LIMIT, codec: &maxAddr, bad: "max addresses", once: true},
		{words: "=reserved_bits", value: "VALUE", attr: uapi.IFLA_VXLAN_RESERVED_BITS, codec: &hexBe64, bad: "reserved_bits", once: true},
		{words: "gbp", attr: unix.IFLA_VXLAN_GBP, codec: &mark, once: true},
		{words: "gpe", attr: unix.IFLA_VXLAN_GPE, codec: &mark, once: true},
		{words: "noexternal|external", text: "external", attr: unix.IFLA_VXLAN_COLLECT_METADATA, codec: &vxlanExternal, once: true},
		{words: "=novnifilter|=vnifilter", text: "vnifilter", attr: unix.IFLA_VXLAN_VNIFILTER, codec: &toggle, once: true},
		{words: "nolearning|learning", text: "learning", attr: unix.IFLA_VXLAN_LEARNING, arg: 1, codec: &toggle, once: true},
		{words: "noproxy|proxy", text: "proxy", attr: unix.IFLA_VXLAN_PROXY, codec: &toggle, once: true},
		{words: "norsc|rsc", text: "rsc", attr: unix.IFLA_VXLAN_RSC, codec: &toggle, once: true},
		{words: "nol2miss|l2miss", text: "l2miss", attr: unix.IFLA_VXLAN_L2MISS, codec: &toggle, once: true},
		{words: "nol3miss|l3miss", text: "l3miss", attr: unix.IFLA_VXLAN_L3MISS, codec: &toggle, once: true},
		{words: "noudpcsum|udpcsum", text: "udp_csum", attr: unix.IFLA_VXLAN_UDP_CSUM, arg: 1, codec: &toggle, once: true},
		{words: "noudp6zerocsumtx|udp6zerocsumtx", text: "udp_zero_csum6_tx", attr: unix.IFLA_VXLAN_UDP_ZERO_CSUM6_TX, codec: &toggle, once: true},
		{words: "noudp6zerocsumrx|udp6zerocsumrx", text: "udp_zero_csum6_rx", attr: unix.IFLA_VXLAN_UDP_ZERO_CSUM6_RX, codec: &toggle, once: true},
		{words: "noremcsumtx|remcsumtx", text: "remcsum_tx", attr: unix.IFLA_VXLAN_REMCSUM_TX, codec: &toggle, once: true},
		{words: "noremcsumrx|remcsumrx", text: "remcsum_rx", attr: unix.IFLA_VXLAN_REMCSUM_RX, codec: &toggle, once: true},
		{words: "=nolocalbypass|=localbypass", text: "localbypass", attr: unix.IFLA_VXLAN_LOCALBYPASS, arg: 1, codec: &toggle, once: true},
		{words: "=nomcroute|=mcroute", text: "mcroute", attr: uapi.IFLA_VXLAN_MC_ROUTE, codec: &toggle, once: true},
	},
}

// The other end: one address (remote) or a multicast group. Both are one
// attribute, and another one for IPv6.
var (
	vxlanGroup = codec{4, "ADDR", func(d *draft, o *opt, a *cli.Args) error {
		return d.vxlanPeer(o, a, multicast, "group")
	}, printVxlanPeer}
	vxlanRemote = codec{0, "ADDR", func(d *draft, o *opt, a *cli.Args) error {
		return d.vxlanPeer(o, a, unicast, "remote")
	}, nil}
	vxlanPeer6 = codec{16, "", nil, printVxlanPeer}
)

func (d *draft) vxlanPeer(o *opt, a *cli.Args, want class, what string) error {
	if old := d.vxlanPeerClass(); old != notInet && (old == multicast) != (want == multicast) {
		return cli.Fail("vxlan: both group and remote cannot be specified")
	}
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, d.familyOf(unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6))
	if err != nil {
		return err
	}
	if c := classOf(&p); c == notInet || (c == multicast) != (want == multicast) {
		return cli.InvArg("invalid "+what+" address", s)
	}
	d.put(addrAttr(p.Family, unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6), p.Bytes())
	return nil
}

// vxlanPeerClass is the class of the group or remote given so far.
func (d *draft) vxlanPeerClass() class {
	b := d.get(unix.IFLA_VXLAN_GROUP)
	if b == nil {
		b = d.get(unix.IFLA_VXLAN_GROUP6)
	}
	switch {
	case b == nil:
		return notInet
	case len(b) > 0 && (len(b) == 4 && b[0]>>4 == 0xe || len(b) == 16 && b[0] == 0xff):
		return multicast
	}
	return unicast
}

// familyOf is the family of the address that was given in one of two
// attributes, for which the other end has to be of the same.
func (d *draft) familyOf(v4, v6 uint16) uint8 {
	switch {
	case d.get(v4) != nil:
		return unix.AF_INET
	case d.get(v6) != nil:
		return unix.AF_INET6
	}
	return unix.AF_UNSPEC
}

func printVxlanPeer(v *view, o *opt, b []byte) {
	remote := opt{text: "remote", key: "remote"}
	group := b[0]>>4 == 0xe
	if len(b) >= 16 {
		remote.key = "remote6"
		group = b[0] == 0xff
	}
	if !group {
		o = &remote
	}
	v.printAddr(o, b)
}

var vxlanLocal = codec{4, "ADDR := { IP_ADDRESS | any }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, d.familyOf(unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6))
	if err != nil {
		return err
	}
	if c := classOf(&p); c == notInet || c == multicast {
		return cli.InvArg("invalid local address", s)
	}
	d.put(addrAttr(p.Family, unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6), p.Bytes())
	return nil
}, func(v *view, o *opt, b []byte) { v.printAddr(o, b[:4]) }}

// portRange is two ports, printed "srcport LOW HIGH ".
var portRange = codec{4, "MIN MAX", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	lo, ok := cli.ParseUint(s, 0, 16)
	if !ok {
		return cli.InvArg("min port", s)
	}
	if s, err = a.Value(); err != nil {
		return err
	}
	hi, ok := cli.ParseUint(s, 0, 16)
	if !ok {
		return cli.InvArg("max port", s)
	}
	if lo != 0 || hi != 0 {
		d.be32(o.attr, uint32(lo)<<16|uint32(hi))
	}
	return nil
}, func(v *view, o *opt, b []byte) {
	v.pen.OpenObject("port_range")
	v.label(o)
	v.pen.Uint("low", "", uint64(rtnl.Be16(b)), " ")
	v.pen.Uint("high", "", uint64(rtnl.Be16(b[2:])), " ")
	v.pen.CloseObject()
}}

// wordOrU32 takes a number, or the word for 0.
func wordOrU32(d *draft, o *opt, a *cli.Args, zero string) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if s == zero {
		n, ok = 0, true
	}
	if !ok {
		return o.invalid(s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}

var ageing = codec{4, "SECONDS := { NUMBER | none }", func(d *draft, o *opt, a *cli.Args) error {
	return wordOrU32(d, o, a, "none")
}, func(v *view, o *opt, b []byte) {
	if rtnl.U32(b) == 0 && !v.pen.JSON() {
		v.word(o, "none")
		return
	}
	v.uint(o, uint64(rtnl.U32(b)))
}}

var maxAddr = codec{4, "NUMBER := { 0..4294967295 | unlimited }", func(d *draft, o *opt, a *cli.Args) error {
	return wordOrU32(d, o, a, "unlimited")
}, func(v *view, o *opt, b []byte) {
	if n := rtnl.U32(b); n != 0 {
		v.uint(o, uint64(n))
	}
}}

// vxlanExternal leaves the tunnel's ends to the route, and so nothing to learn.
var vxlanExternal = codec{1, "", func(d *draft, o *opt, a *cli.Args) error {
	if d.word[0] != 'n' {
		d.u8(unix.IFLA_VXLAN_LEARNING, 0)
	}
	return parseToggle(d, o, a)
}, printToggle}

// gpePort is the port of VXLAN-GPE.
const gpePort = 4790

func finishVxlan(d *draft) error {
	external := rtnl.U8(d.get(unix.IFLA_VXLAN_COLLECT_METADATA)) != 0
	filter := rtnl.U8(d.get(unix.IFLA_VXLAN_VNIFILTER)) != 0
	hasID := d.given(unix.IFLA_VXLAN_ID)
	switch {
	case !external && filter:
		return cli.Fail("vxlan: vnifilter is valid only when 'external' is set")
	case external && hasID:
		return cli.Fail("vxlan: both 'external' and vni cannot be specified")
	case !external && !filter && !hasID && !d.link.isSet():
		return cli.Fail("vxlan: missing virtual network identifier")
	case d.vxlanPeerClass() == multicast && !d.given(unix.IFLA_VXLAN_LINK):
		return cli.Fail("vxlan: 'group' requires 'dev' to be specified")
	}
	d.vxlanPort()
	d.vxlanDefaults()
	return nil
}

// vxlanPort warns where the kernel's default port would be used, which is not
// the assigned one. Port 0 is that default, and is not sent.
func (d *draft) vxlanPort() {
	switch {
	case rtnl.Be16(d.get(unix.IFLA_VXLAN_PORT)) != 0:
	case d.given(unix.IFLA_VXLAN_PORT):
		d.drop(unix.IFLA_VXLAN_PORT)
	case d.given(unix.IFLA_VXLAN_GPE):
		d.be16(unix.IFLA_VXLAN_PORT, gpePort)
	case !d.link.isSet():
		d.env.Warnf("vxlan: destination port not specified\n" +
			"Will use Linux kernel default (non-standard value)\n" +
			"Use 'dstport 4789' to get the IANA assigned value\n" +
			"Use 'dstport 0' to get default and quiet this message\n")
	}
}

func (d *draft) vxlanDefaults() {
	if d.vxlanPeerClass() == notInet && d.familyOf(unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6) == unix.AF_UNSPEC {
		switch d.env.Opt.Family {
		case unix.AF_INET:
			d.put(unix.IFLA_VXLAN_GROUP, make([]byte, 4))
		case unix.AF_INET6:
			d.put(unix.IFLA_VXLAN_GROUP6, make([]byte, 16))
		}
	}
	switch {
	case d.given(unix.IFLA_VXLAN_LEARNING):
	case d.link.isSet():
		d.drop(unix.IFLA_VXLAN_LEARNING)
	case d.get(unix.IFLA_VXLAN_LEARNING) == nil:
		d.u8(unix.IFLA_VXLAN_LEARNING, 1)
	}
}
