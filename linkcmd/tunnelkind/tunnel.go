// Package tunnelkind has the kinds of link that carry packets in others.
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

// Types that tunnels share.

// tos is the field of the outer header, 1 for that of the inner one.
var tos = field.Type{Size: 1, Usage: "TOS := { NUMBER | inherit }", Form: field.Hex, Scan: func(c *field.Call, _ *field.Row, s string) (uint64, error) {
	if s == "inherit" {
		return 1, nil
	}
	n, ok := c.Env.Tables.DSField.Parse(s)
	if !ok {
		return 0, cli.InvArg("bad TOS value", s)
	}
	return uint64(uint8(n)), nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	switch {
	case b[0] == 0:
	case v.Pen.JSON() || b[0] != 1:
		v.Number(r, uint64(b[0]))
	default:
		v.Text(r, "inherit")
	}
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	if b[0] == 1 {
		return append(field.AppendWord(line, r.Word()), " inherit"...)
	}
	return field.WriteNumber(v, r, line, b)
}}

// ttlAuto is the field of the outer header, 0 for the kernel's choice; that of
// the inner header is asked for with the attribute Arg, which is a byte, or has
// no value.
var (
	ttlAuto = field.Type{Zero: "auto", Usage: "TTL := { 1..255 | auto | inherit }", Parse: func(c *field.Call, r *field.Row) error {
		return parseTTLAuto(c, r, []byte{1})
	}, Print: printTTLAuto, Write: writeTTLAuto}
	ttlAutoFlag = field.Type{Zero: "auto", Usage: "TTL := { 1..255 | auto | inherit }", Parse: func(c *field.Call, r *field.Row) error {
		return parseTTLAuto(c, r, nil)
	}, Print: printTTLAuto, Write: writeTTLAuto}
)

func parseTTLAuto(c *field.Call, r *field.Row, inherit []byte) error {
	s, err := c.Take(r)
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 32)
	switch {
	case s == "inherit":
		c.Put(0, uint16(r.Arg), inherit)
		return nil
	case s == "auto":
		n = 0
	case !ok:
		return cli.InvArg("invalid TTL", s)
	case n > 255:
		return cli.InvArg("TTL must be <= 255", s)
	}
	c.PutUint(r.In, r.Attr, 1, n, false)
	return nil
}

func printTTLAuto(v *field.View, r *field.Row, b []byte) {
	switch {
	case rtnl.U8(v.Get(0, uint16(r.Arg))) != 0:
		v.Text(r, "inherit")
	case b != nil:
		v.Number(r, uint64(rtnl.U8(b)))
	}
}

func writeTTLAuto(v *field.View, r *field.Row, line, b []byte) []byte {
	switch inherit := v.Get(0, uint16(r.Arg)); {
	case inherit != nil && (len(inherit) == 0 || inherit[0] != 0): // the kernel has a byte for what it takes as a mark
		return append(field.AppendWord(line, r.Word()), " inherit"...)
	case len(b) == 0:
		return line
	}
	return strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(b[0]), 10)
}

// dontFragment is the bit of the outer IPv4 header; only JSON has it unset.
var dontFragment = field.Type{Size: 1, Usage: "DF := { unset | set | inherit }", Print: func(v *field.View, r *field.Row, b []byte) {
	n := uint64(b[0])
	if r.Names.Of(n) != "" && (n != uapi.VXLAN_DF_UNSET || v.Pen.JSON()) {
		v.Number(r, n)
	}
}}

// badDF is the complaint about another word.
const badDF = "DF must be 'unset', 'set' or 'inherit'"

var dfWords = word.Names{
	{uapi.VXLAN_DF_UNSET, "unset"}, {uapi.VXLAN_DF_SET, "set"}, {uapi.VXLAN_DF_INHERIT, "inherit"},
}

// flowLabel is a label of IPv6, in network order, printed unless it is 0.
var flowLabel = field.Type{Size: 4, Form: field.Big | field.Hex | field.NonZero, Usage: "LABEL := 0..1048575"}

const maxFlowLabel = 0xfffff

// toggle is a word with its opposite ("noproxy|proxy") for one byte; it prints
// when the value is not the default, Arg of the row, or with -d -d.
var toggle = field.Type{Size: 1, Form: field.Toggle, Print: printToggle}

func printToggle(v *field.View, r *field.Row, b []byte) {
	if on := b[0] != 0; v.Pen.JSON() || kind.Bit(on) != uint8(r.Arg) || v.Env.Opt.Details > 1 {
		kind.PrintEither(v, r, on)
	}
}

// mark is an attribute without value that prints "LABEL ", in JSON null.
var mark = field.Type{Form: field.Alone | field.Null}

// A class is what an address is good for.
type class uint8

const (
	notInet   class = iota // not an IP address: any, all or default of no family
	unspec                 // 0.0.0.0 or ::
	multicast              //
	unicast                //
)

func classOf(p *cli.Prefix) class {
	if p.Family == unix.AF_UNSPEC {
		return notInet
	}
	if len(p.Bytes()) == 0 || p.Addr().IsUnspecified() {
		return unspec
	}
	if p.Addr().IsMulticast() {
		return multicast
	}
	return unicast
}

// addrAttr is the attribute for an address of the family: v4, or v6.
func addrAttr(family uint8, v4, v6 uint16) uint16 {
	if family == unix.AF_INET6 {
		return v6
	}
	return v4
}

// familyOfLen is the family of an address by its length.
func familyOfLen(n int) uint8 {
	switch {
	case n == 0:
		return unix.AF_UNSPEC
	case n >= 16:
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// printAnyAddr prints "LABEL ADDR ".
func printAnyAddr(v *field.View, r *field.Row, family uint8, b []byte) {
	var tmp [64]byte
	v.Str(r, cli.AppendAddr(tmp[:0], family, b))
}

// printAddr prints "LABEL ADDR " unless the address is unspecified.
func printAddr(v *field.View, r *field.Row, b []byte) {
	if !rtnl.IsZero(b) {
		printAnyAddr(v, r, familyOfLen(len(b)), b)
	}
}

func printAddr4(v *field.View, r *field.Row, b []byte) { printAddr(v, r, b[:4]) }

// addr6Shown prints an IPv6 address unless it is unspecified. The row is another one
// for the word of that label.
var addr6Shown = field.Type{Size: 16, Print: func(v *field.View, r *field.Row, b []byte) { printAddr(v, r, b[:16]) }, Write: writeAddr}

// writeAddr writes an address unless it is unspecified.
func writeAddr(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.IsZero(b) {
		return line
	}
	return cli.AppendAddr(append(field.AppendWord(line, r.Text()), ' '), familyOfLen(len(b)), b)
}

// hexBe64 is 64 bits in network order, written as %#x. Of a second value it
// complains by the value alone.
var hexBe64 = field.Type{Size: 8, Form: field.Big | field.Hex, Usage: "VALUE", Parse: func(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	if err := c.Note(r, s, s); err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 64)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Set(r, n)
	return nil
}, Write: field.WriteNumber}

// A preset is what a new tunnel has without a word for it: a number of that many
// bytes, in the machine's order.
type preset struct {
	attr uint16
	size int
	n    uint64
}

// beginTunnel puts what a new tunnel has. Of one that is changed it puts what the
// link has now under the words, save for the attributes in forgets: the kernel
// takes a change of a tunnel as a whole.
func beginTunnel(c *field.Call, defaults []preset, forgets ...uint16) error {
	for _, p := range defaults {
		c.PutUint(0, p.attr, p.size, p.n, false)
	}
	if kind.TargetOf(c).Create {
		return nil
	}
	data, err := present(c)
	if err != nil || data == nil {
		return &cli.Error{Status: cli.StatusError, Text: "Failed to get existing tunnel info.\n", Err: err}
	}
	for t, b := range rtnl.Attrs(data) {
		switch r := sender(c.Table, t); {
		case r == nil || slices.Contains(forgets, t):
		case r.Type == &encapPort && len(b) == 2:
			// The real tool forgets that it has read network order, and turns
			// the port once more.
			c.PutUint(0, t, 2, uint64(rtnl.U16(b)), true)
		case r.Type != &ignoreDF || !rtnl.IsZero(b):
			c.Put(0, t, b)
		}
	}
	return nil
}

// present returns a copy of the link's IFLA_INFO_DATA, nil if it has none.
func present(c *field.Call) (data []byte, err error) {
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: c.Env.Opt.Family, Index: kind.TargetOf(c).Index})
	attrs, err := c.Env.LinkAttrs(m)
	return rtnl.Find(rtnl.Find(attrs, unix.IFLA_LINKINFO), unix.IFLA_INFO_DATA), err
}

// sender returns the row that sends the attribute, or nil.
func sender(t *field.Table, attr uint16) *field.Row {
	for r := range t.All {
		if r.Attr == attr && (r.Words != "" || r.Type == &Hidden) {
			return r
		}
	}
	return nil
}

// Hidden is the rest of a value of which another row has the word.
var Hidden field.Type

// leaveToRoute drops everything but keep where the tunnel's ends are left to the
// route (external).
func leaveToRoute(c *field.Call, external uint16, keep ...uint16) {
	if c.Get(0, external) != nil {
		c.Keep(append(keep, external)...)
	}
}

// endpoint is an end of the tunnel, an address of the family Arg or any.
var endpoint = field.Type{Usage: "ADDR := { IP_ADDRESS | any }", Read: field.ParseAddr, Print: func(v *field.View, r *field.Row, b []byte) {
	switch size := cli.FamilyBits(uint8(r.Arg)) / 8; {
	case b == nil || rtnl.IsZero(b) && len(b) == size:
		v.Str(r, []byte("any"))
	case len(b) != size:
		v.Str(r, []byte("unknown"))
	default:
		printAnyAddr(v, r, uint8(r.Arg), b)
	}
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.IsZero(b) {
		return append(field.AppendWord(line, r.Word()), " any"...)
	}
	return cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), uint8(r.Arg), b)
}}

// ttlInherit is the field of the outer header, 0 for that of the inner one.
var ttlInherit = field.Type{Size: 1, Zero: "inherit", Usage: "TTL := { 1..255 | inherit }"}

// fwmark is a mark of packets, printed unless it is 0.
var fwmark = field.Type{Size: 4, Form: field.Hex | field.NonZero, Usage: "MARK := 0x0..0xffffffff"}

var encapTypes = word.Names{{uapi.TUNNEL_ENCAP_FOU, "fou"}, {uapi.TUNNEL_ENCAP_GUE, "gue"}, {uapi.TUNNEL_ENCAP_NONE, "none"}}

// encapType is the kind of a further UDP header. Type, flags, source and
// destination port are four attributes in a row, and print together.
var encapType = field.Type{Size: 2, Usage: "{ fou | gue | none }", Parse: func(c *field.Call, r *field.Row) error {
	if !c.On() {
		c.Set(r, uapi.TUNNEL_ENCAP_NONE)
		return nil
	}
	s, err := c.Take(r)
	if err != nil {
		return err
	}
	n, ok := encapTypes.Find(s)
	if !ok {
		return cli.InvArg("Invalid encap type.", s)
	}
	c.Set(r, n)
	return nil
}, Print: printEncap, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if n := uint64(rtnl.U16(b)); n != uapi.TUNNEL_ENCAP_NONE {
		return field.AppendWord(append(line, " encap"...), encapTypes.Of(n))
	}
	return append(line, " noencap"...)
}}

// encapPort is a port, of which the source may be auto.
var encapPort = field.Type{Size: 2, Form: field.Big, Usage: "PORT", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	if s == "auto" && r.Word() == "encap-sport" {
		return 0, nil
	}
	n, ok := word.Uint(s, 0, 16)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}}

// toggleBit16 is a word with its opposite for a bit.
var toggleBit16 = field.Type{Size: 2, Form: field.Toggle | field.Bits}

// printEncap prints all four attributes.
func printEncap(v *field.View, r *field.Row, b []byte) {
	typ := uint64(rtnl.U16(b))
	if typ == uapi.TUNNEL_ENCAP_NONE {
		return
	}
	p := v.Pen
	p.OpenObject("encap")
	p.Text("encap ")
	if s := encapTypes.Of(typ); s != "" {
		p.Str("type", "", s, " ")
	} else {
		p.Null("type", "unknown ")
	}
	if sport := rtnl.Be16(v.Get(0, r.Attr+2)); sport != 0 || p.JSON() {
		p.Uint("sport", "encap-sport ", uint64(sport), " ")
	} else {
		p.Text("encap-sport auto ")
	}
	p.Uint("dport", "encap-dport ", uint64(rtnl.Be16(v.Get(0, r.Attr+3))), " ")
	flags := rtnl.U16(v.Get(0, r.Attr+1))
	for _, f := range (word.Names{
		{uapi.TUNNEL_ENCAP_FLAG_CSUM, "csum"}, {uapi.TUNNEL_ENCAP_FLAG_CSUM6, "csum6"}, {uapi.TUNNEL_ENCAP_FLAG_REMCSUM, "remcsum"},
	}) {
		on := uint64(flags)&f.Val != 0
		p.JBool(f.Word, on)
		if !on {
			p.Text("no")
		}
		p.Text("encap-")
		p.Text(f.Word)
		p.Text(" ")
	}
	p.CloseObject()
}
