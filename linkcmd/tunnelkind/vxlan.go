package tunnelkind

import (
	"net/netip"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var VXLAN = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, First: "dev ttl dsfield nolearning", Finish: finishVxlan, Mute: muteVxlan, Rows: []*field.Row{
		{Words: "id|vni", Value: "VNI := 0..16777215", Attr: unix.IFLA_VXLAN_ID, Type: &field.U32, Arg: 1<<24 - 1, Flags: field.Once},
		{Words: "group", Value: "IP_ADDRESS", Attr: unix.IFLA_VXLAN_GROUP, Type: &vxlanGroup, Flags: field.Once},
		{Words: "remote", Value: "IP_ADDRESS", Attr: unix.IFLA_VXLAN_GROUP, Type: &vxlanRemote, Flags: field.Quiet | field.Once},
		{Label: "group", Key: "group6", Attr: unix.IFLA_VXLAN_GROUP6, Type: &vxlanPeer6, Flags: field.Said},
		{Words: "local", Attr: unix.IFLA_VXLAN_LOCAL, Type: &vxlanLocal, Flags: field.Once},
		{Label: "local", Key: "local6", Attr: unix.IFLA_VXLAN_LOCAL6, Type: &addr6Shown, Flags: field.Said},
		{Words: "dev", Key: "link", Attr: unix.IFLA_VXLAN_LINK, Type: &kind.TunnelDevice, Flags: field.Once},
		{Words: "srcport|port", Attr: unix.IFLA_VXLAN_PORT_RANGE, Type: &portRange, Flags: field.Once},
		{Words: "dstport", Value: "PORT", Key: "port", Attr: unix.IFLA_VXLAN_PORT, Type: &field.Be16, Bad: "dst port", Flags: field.Once},
		{Words: "tos|dsfield", Attr: unix.IFLA_VXLAN_TOS, Type: &tos, Flags: field.Once},
		{Words: "ttl|hoplimit", Attr: unix.IFLA_VXLAN_TTL, Type: &ttlAutoFlag, Arg: unix.IFLA_VXLAN_TTL_INHERIT, Flags: field.Always | field.Once},
		{Words: "df", Attr: unix.IFLA_VXLAN_DF, Type: &dontFragment, Names: &dfWords, Bad: badDF, Flags: field.Once},
		{Words: "flowlabel|label", Key: "label", Attr: unix.IFLA_VXLAN_LABEL, Type: &flowLabel, Arg: maxFlowLabel, Bad: "invalid flowlabel", Flags: field.Once},
		{Words: "ageing", Attr: unix.IFLA_VXLAN_AGEING, Type: &ageing, Bad: "ageing timer", Flags: field.Once},
		{Words: "maxaddress", Label: "maxaddr", Key: "limit", Attr: unix.IFLA_VXLAN_LIMIT, Type: &maxAddr, Bad: "max addresses", Flags: field.Once},
		{Words: "=reserved_bits", Value: "VALUE", Attr: uapi.IFLA_VXLAN_RESERVED_BITS, Type: &hexBe64, Bad: "reserved_bits", Flags: field.Once},
		{Words: "gbp", Attr: unix.IFLA_VXLAN_GBP, Type: &mark, Flags: field.Once},
		{Words: "gpe", Attr: unix.IFLA_VXLAN_GPE, Type: &mark, Flags: field.Once},
		{Words: "noexternal|external", Label: "external", Attr: unix.IFLA_VXLAN_COLLECT_METADATA, Type: &vxlanExternal, Flags: field.Once},
		{Words: "=novnifilter|=vnifilter", Label: "vnifilter", Attr: unix.IFLA_VXLAN_VNIFILTER, Type: &toggle, Flags: field.Once},
		{Words: "nolearning|learning", Label: "learning", Attr: unix.IFLA_VXLAN_LEARNING, Type: &toggle, Arg: 1, Flags: field.Once},
		{Words: "noproxy|proxy", Label: "proxy", Attr: unix.IFLA_VXLAN_PROXY, Type: &toggle, Flags: field.Once},
		{Words: "norsc|rsc", Label: "rsc", Attr: unix.IFLA_VXLAN_RSC, Type: &toggle, Flags: field.Once},
		{Words: "nol2miss|l2miss", Label: "l2miss", Attr: unix.IFLA_VXLAN_L2MISS, Type: &toggle, Flags: field.Once},
		{Words: "nol3miss|l3miss", Label: "l3miss", Attr: unix.IFLA_VXLAN_L3MISS, Type: &toggle, Flags: field.Once},
		{Words: "noudpcsum|udpcsum", Label: "udp_csum", Attr: unix.IFLA_VXLAN_UDP_CSUM, Type: &toggle, Arg: 1, Flags: field.Once},
		{Words: "noudp6zerocsumtx|udp6zerocsumtx", Label: "udp_zero_csum6_tx", Attr: unix.IFLA_VXLAN_UDP_ZERO_CSUM6_TX, Type: &toggle, Flags: field.Once},
		{Words: "noudp6zerocsumrx|udp6zerocsumrx", Label: "udp_zero_csum6_rx", Attr: unix.IFLA_VXLAN_UDP_ZERO_CSUM6_RX, Type: &toggle, Flags: field.Once},
		{Words: "noremcsumtx|remcsumtx", Label: "remcsum_tx", Attr: unix.IFLA_VXLAN_REMCSUM_TX, Type: &toggle, Flags: field.Once},
		{Words: "noremcsumrx|remcsumrx", Label: "remcsum_rx", Attr: unix.IFLA_VXLAN_REMCSUM_RX, Type: &toggle, Flags: field.Once},
		{Words: "=nolocalbypass|=localbypass", Label: "localbypass", Attr: unix.IFLA_VXLAN_LOCALBYPASS, Type: &toggle, Arg: 1, Flags: field.Once},
		{Words: "=nomcroute|=mcroute", Label: "mcroute", Attr: uapi.IFLA_VXLAN_MC_ROUTE, Type: &toggle, Flags: field.Once},
	}},
}

// The other end: one address (remote) or a multicast group. Both are one
// attribute, and another one for IPv6.
var (
	vxlanGroup = field.Type{Size: 4, Parse: func(c *field.Call, r *field.Row) error {
		return parseVxlanPeer(c, r, multicast)
	}, Print: printVxlanPeer, Write: writeVxlanPeer}
	vxlanRemote = field.Type{Parse: func(c *field.Call, r *field.Row) error {
		return parseVxlanPeer(c, r, unicast)
	}}
	vxlanPeer6 = field.Type{Size: 16, Print: printVxlanPeer, Write: writeVxlanPeer}
)

func parseVxlanPeer(c *field.Call, r *field.Row, want class) error {
	if old := vxlanPeerClass(c); old != notInet && (old == multicast) != (want == multicast) {
		return cli.Fail("vxlan: both group and remote cannot be specified")
	}
	s, err := c.Take(r)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, familyOf(c, unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6))
	if err != nil {
		return err
	}
	if class := classOf(&p); class == notInet || (class == multicast) != (want == multicast) {
		return cli.InvArg("invalid "+r.Word()+" address", s)
	}
	c.Put(0, addrAttr(p.Family, unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6), p.Bytes())
	return nil
}

// vxlanPeerClass is the class of the group or remote given so far.
func vxlanPeerClass(c *field.Call) class {
	b := c.Get(0, unix.IFLA_VXLAN_GROUP)
	if b == nil {
		b = c.Get(0, unix.IFLA_VXLAN_GROUP6)
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
func familyOf(c *field.Call, v4, v6 uint16) uint8 {
	switch {
	case c.Get(0, v4) != nil:
		return unix.AF_INET
	case c.Get(0, v6) != nil:
		return unix.AF_INET6
	}
	return unix.AF_UNSPEC
}

// writeVxlanPeer writes the other end, by the word for its class.
func writeVxlanPeer(_ *field.View, _ *field.Row, line, b []byte) []byte {
	switch a, _ := netip.AddrFromSlice(b); {
	case a.IsUnspecified():
		return line
	case a.IsMulticast():
		line = append(line, " group "...)
	default:
		line = append(line, " remote "...)
	}
	return cli.AppendAddr(line, familyOfLen(len(b)), b)
}

// muteVxlan keeps silent about the identifier, which an external device has not, and
// about remote checksums that are off: to say so takes bits that reserved_bits has.
func muteVxlan(v *field.View, r *field.Row) bool {
	switch r.Attr {
	case unix.IFLA_VXLAN_ID:
		return rtnl.U8(v.Get(0, unix.IFLA_VXLAN_COLLECT_METADATA)) != 0
	case unix.IFLA_VXLAN_REMCSUM_RX:
		return rtnl.U8(v.Get(0, r.Attr)) == 0
	}
	return false
}

// A row is that of a group; another address goes by the name remote.
var (
	vxlanRemoteRow  = field.Row{Label: "remote"}
	vxlanRemote6Row = field.Row{Label: "remote", Key: "remote6"}
)

func printVxlanPeer(v *field.View, r *field.Row, b []byte) {
	switch {
	case len(b) >= 16 && b[0] != 0xff:
		r = &vxlanRemote6Row
	case len(b) < 16 && b[0]>>4 != 0xe:
		r = &vxlanRemoteRow
	}
	printAddr(v, r, b)
}

var vxlanLocal = field.Type{Size: 4, Usage: "ADDR := { IP_ADDRESS | any }", Read: func(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, familyOf(c, unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6))
	if err != nil {
		return err
	}
	if class := classOf(&p); class == notInet || class == multicast {
		return cli.InvArg("invalid local address", s)
	}
	c.Put(0, addrAttr(p.Family, unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6), p.Bytes())
	return nil
}, Print: printAddr4, Write: writeAddr}

// portRange is two ports, printed "srcport LOW HIGH ".
var portRange = field.Type{Size: 4, Usage: "MIN MAX", Read: func(c *field.Call, r *field.Row, s string) error {
	lo, ok := word.Uint(s, 0, 16)
	if !ok {
		return cli.InvArg("min port", s)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	hi, ok := word.Uint(s, 0, 16)
	if !ok {
		return cli.InvArg("max port", s)
	}
	if lo != 0 || hi != 0 {
		c.PutUint(r.In, r.Attr, 4, lo<<16|hi, true)
	}
	return nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.OpenObject("port_range")
	v.Label(r)
	v.Pen.Uint("low", "", uint64(rtnl.Be16(b)), " ")
	v.Pen.Uint("high", "", uint64(rtnl.Be16(b[2:])), " ")
	v.Pen.CloseObject()
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.IsZero(b) {
		return line
	}
	line = strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.Be16(b)), 10)
	return strconv.AppendUint(append(line, ' '), uint64(rtnl.Be16(b[2:])), 10)
}}

var (
	ageing  = field.Type{Size: 4, Usage: "SECONDS := { NUMBER | none }", Zero: "none"}
	maxAddr = field.Type{Size: 4, Form: field.NonZero, Usage: "NUMBER := { 0..4294967295 | unlimited }", Zero: "unlimited"}
)

// vxlanExternal leaves the tunnel's ends to the route, and so nothing to learn.
var vxlanExternal = field.Type{Size: 1, Form: field.Toggle, Parse: func(c *field.Call, r *field.Row) error {
	if c.On() {
		c.PutUint(0, unix.IFLA_VXLAN_LEARNING, 1, 0, false)
	}
	c.PutUint(r.In, r.Attr, 1, uint64(kind.Bit(c.On())), false)
	return c.Note(r, c.Typed, c.Typed)
}, Print: printToggle, Write: field.WriteNumber}

// gpePort is the port of VXLAN-GPE.
const gpePort = 4790

func finishVxlan(c *field.Call) error {
	external := rtnl.U8(c.Get(0, unix.IFLA_VXLAN_COLLECT_METADATA)) != 0
	filter := rtnl.U8(c.Get(0, unix.IFLA_VXLAN_VNIFILTER)) != 0
	hasID := c.HasWord(0, unix.IFLA_VXLAN_ID)
	switch {
	case !external && filter:
		return cli.Fail("vxlan: vnifilter is valid only when 'external' is set")
	case external && hasID:
		return cli.Fail("vxlan: both 'external' and vni cannot be specified")
	case !external && !filter && !hasID && !kind.TargetOf(c).Set:
		return cli.Fail("vxlan: missing virtual network identifier")
	case vxlanPeerClass(c) == multicast && !c.HasWord(0, unix.IFLA_VXLAN_LINK):
		return cli.Fail("vxlan: 'group' requires 'dev' to be specified")
	}
	vxlanPort(c)
	vxlanDefaults(c)
	return nil
}

// vxlanPort warns where the kernel's default port would be used, which is not
// the assigned one. Port 0 is that default, and is not sent.
func vxlanPort(c *field.Call) {
	switch {
	case rtnl.Be16(c.Get(0, unix.IFLA_VXLAN_PORT)) != 0:
	case c.HasWord(0, unix.IFLA_VXLAN_PORT):
		c.Drop(0, unix.IFLA_VXLAN_PORT)
	case c.HasWord(0, unix.IFLA_VXLAN_GPE):
		c.PutUint(0, unix.IFLA_VXLAN_PORT, 2, uint64(gpePort), true)
	case !kind.TargetOf(c).Set:
		c.Env.Warnf("vxlan: destination port not specified\n" +
			"Will use Linux kernel default (non-standard value)\n" +
			"Use 'dstport 4789' to get the IANA assigned value\n" +
			"Use 'dstport 0' to get default and quiet this message\n")
	}
}

func vxlanDefaults(c *field.Call) {
	if vxlanPeerClass(c) == notInet && familyOf(c, unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6) == unix.AF_UNSPEC {
		switch c.Env.Opt.Family {
		case unix.AF_INET:
			c.Put(0, unix.IFLA_VXLAN_GROUP, kind.Zero[:4])
		case unix.AF_INET6:
			c.Put(0, unix.IFLA_VXLAN_GROUP6, kind.Zero[:])
		}
	}
	switch {
	case c.HasWord(0, unix.IFLA_VXLAN_LEARNING):
	case kind.TargetOf(c).Set:
		c.Drop(0, unix.IFLA_VXLAN_LEARNING)
	case c.Get(0, unix.IFLA_VXLAN_LEARNING) == nil:
		c.PutUint(0, unix.IFLA_VXLAN_LEARNING, 1, uint64(1), false)
	}
}
