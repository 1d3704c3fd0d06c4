package linkcmd

import (
	"encoding/binary"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Codecs that tunnels share.

// tos is the field of the outer header, 1 for that of the inner one.
var tos = codec{1, "{ inherit | TOS }", parseTOS, printTOS}

func parseTOS(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	if s == "inherit" {
		d.u8(o.attr, 1)
		return nil
	}
	n, ok := d.env.Tables.DSField.Parse(s)
	if !ok {
		return cli.InvArg("bad TOS value", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}

func printTOS(v *view, o *opt, b []byte) {
	switch {
	case b[0] == 0:
	case v.pen.JSON() || b[0] != 1:
		v.hex(o, uint64(b[0]))
	default:
		v.word(o, "inherit")
	}
}

// word writes "LABEL WORD " in text only.
func (v *view) word(o *opt, s string) {
	v.pen.Text(o.label())
	v.pen.Text(" ")
	v.pen.Text(s)
	v.pen.Text(" ")
}

// ttlAuto is the field of the outer header, 0 for the kernel's choice; that of
// the inner header is asked for with the attribute opt.arg.
var (
	ttlAuto = codec{0, "{ inherit | auto | TTL }", func(d *draft, o *opt, a *cli.Args) error {
		return parseTTLAuto(d, o, a, []byte{1})
	}, printTTLAuto}
	ttlAutoFlag = codec{0, "{ inherit | auto | TTL }", func(d *draft, o *opt, a *cli.Args) error {
		return parseTTLAuto(d, o, a, []byte{})
	}, printTTLAuto}
)

func parseTTLAuto(d *draft, o *opt, a *cli.Args, inherit []byte) error {
	s, err := d.value(o, a)
	switch {
	case err != nil:
		return err
	case s == "inherit":
		d.put(uint16(o.arg), inherit)
		return nil
	case s == "auto":
		d.u8(o.attr, 0)
		return nil
	}
	n, ok := cli.ParseUint(s, 0, 32)
	switch {
	case !ok:
		return cli.InvArg("invalid TTL", s)
	case n > 255:
		return cli.InvArg("TTL must be <= 255", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}

func printTTLAuto(v *view, o *opt, b []byte) {
	switch ttl := rtnl.U8(b); {
	case rtnl.U8(v.tb[o.arg]) != 0:
		v.word(o, "inherit")
	case b == nil:
	case v.pen.JSON() || ttl != 0:
		v.uint(o, uint64(ttl))
	default:
		v.word(o, "auto")
	}
}

// dontFragment is the bit of the outer IPv4 header.
var dontFragment = codec{1, "{ unset | set | inherit }", parseDF, printDF}

var dfWords = []name{
	{uapi.VXLAN_DF_UNSET, "unset"}, {uapi.VXLAN_DF_SET, "set"}, {uapi.VXLAN_DF_INHERIT, "inherit"},
}

func parseDF(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := lookup(dfWords, s)
	if !ok {
		return cli.InvArg("DF must be 'unset', 'set' or 'inherit'", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}

func printDF(v *view, o *opt, b []byte) {
	if b[0] == uapi.VXLAN_DF_UNSET {
		v.pen.JStr(o.json(), "unset")
		return
	}
	if s := nameOf(dfWords, uint64(b[0])); s != "" {
		v.str(o, s)
	}
}

// flowLabel is a label of IPv6, in network order, printed unless it is 0.
var flowLabel = codec{4, "LABEL", parseFlowLabel, printFlowLabel}

const maxFlowLabel = 0xfffff

func parseFlowLabel(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok || n > maxFlowLabel {
		return cli.InvArg("invalid flowlabel", s)
	}
	d.be32(o.attr, uint32(n))
	return nil
}

func printFlowLabel(v *view, o *opt, b []byte) {
	if n := rtnl.Be32(b); n != 0 {
		v.hex(o, uint64(n))
	}
}

// toggle is a word with its opposite ("noproxy|proxy") for one byte; it prints
// when the value is not the default, opt.arg, or with -d -d.
var toggle = codec{1, "", parseToggle, printToggle}

func parseToggle(d *draft, o *opt, _ *cli.Args) error {
	d.u8(o.attr, bit(d.word[0] != 'n'))
	return d.note(o, d.word, d.word)
}

func printToggle(v *view, o *opt, b []byte) {
	on := b[0] != 0
	v.pen.JBool(o.json(), on)
	if v.pen.JSON() || bit(on) == uint8(o.arg) && v.env.Opt.Details < 2 {
		return
	}
	if !on {
		v.pen.Text("no")
	}
	v.pen.Text(o.label())
	v.pen.Text(" ")
}

// mark is an attribute without value that prints "LABEL ", in JSON null.
var mark = codec{0, "", parseFlag, func(v *view, o *opt, _ []byte) {
	v.pen.Null(o.json(), o.label())
	v.pen.Text(" ")
}}

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

// printAddr prints "LABEL ADDR " unless the address is unspecified.
func (v *view) printAddr(o *opt, b []byte) {
	if !isZero(b) {
		v.addr(o, familyOfLen(len(b)), b)
	}
}

func isZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// addr6Shown prints an IPv6 address unless it is unspecified.
var addr6Shown = codec{16, "", nil, func(v *view, o *opt, b []byte) { v.printAddr(o, b[:16]) }}

// hexBe64 is 64 bits in network order, written as %#x.
var hexBe64 = codec{8, "BITS", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if err := d.note(o, s, s); err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 64)
	if !ok {
		return o.invalid(s)
	}
	d.put(o.attr, binary.BigEndian.AppendUint64(nil, n))
	return nil
}, func(v *view, o *opt, b []byte) { v.hex(o, rtnl.Be64(b)) }}
