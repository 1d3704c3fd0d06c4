package tunnelkind

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
)

// Types of the tunnels over IPv6. Fields that the outer header may inherit
// from the inner one have a flag for that in the attribute Arg of the row.

// setFlag6 switches flags of a 32-bit attribute.
func setFlag6(c *field.Call, attr uint16, flag uint32, on bool) {
	f := rtnl.U32(c.Get(0, attr)) &^ flag
	if on {
		f |= flag
	}
	c.PutUint(0, attr, 4, uint64(f), false)
}

// inherits prints "TEXT" and reports true if the flag is set.
func inherits(v *field.View, r *field.Row, flag uint32, key, text string) bool {
	if rtnl.U32(v.Get(0, uint16(r.Arg)))&flag == 0 {
		return false
	}
	v.Pen.Flag(key, text)
	return true
}

var encapLimit = field.Type{Usage: "ELIM := { none | 0..255 }, by default 4", Read: func(c *field.Call, r *field.Row, s string) error {
	setFlag6(c, uint16(r.Arg), uapi.IP6_TNL_F_IGN_ENCAP_LIMIT, s == "none")
	if s == "none" {
		return nil
	}
	// A row without complaint takes what is no number, which changes nothing.
	n, ok := word.Uint(s, 0, 8)
	switch {
	case ok:
		c.PutUint(r.In, r.Attr, 1, n, false)
	case r.Bad != "":
		return c.Wrong(r, s)
	}
	return nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	if !inherits(v, r, uapi.IP6_TNL_F_IGN_ENCAP_LIMIT, "ip6_tnl_f_ign_encap_limit", "encaplimit none ") && len(b) > 0 {
		v.Number(r, uint64(b[0]))
	}
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	switch {
	case hasFlag6(v, r, uapi.IP6_TNL_F_IGN_ENCAP_LIMIT):
		return append(field.AppendWord(line, r.Word()), " none"...)
	case len(b) == 0:
		return line
	}
	return strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(b[0]), 10)
}}

// flowInfo is a part of IFLA_*_FLOWINFO, which is in network order: a mask and a
// flag for the field of the inner header.
type flowInfo struct {
	mask, shift uint32
	digits      int
	flag        uint32
	key, text   string // for that flag
	bad         string
}

var (
	tclassInfo = flowInfo{uapi.IPV6_FLOWINFO_PRIORITY, 20, 2, uapi.IP6_TNL_F_USE_ORIG_TCLASS,
		"ip6_tnl_f_use_orig_tclass", "tclass inherit ", "invalid TClass"}
	labelInfo = flowInfo{uapi.IPV6_FLOWINFO_FLOWLABEL, 0, 5, uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL,
		"ip6_tnl_f_use_orig_flowlabel", "flowlabel inherit ", "invalid Flowlabel"}
)

var (
	trafficClass = field.Type{Usage: "TCLASS := { 0x0..0xff | inherit }",
		Parse: func(c *field.Call, r *field.Row) error { return tclassInfo.parse(c, r) },
		Print: func(v *field.View, r *field.Row, b []byte) { tclassInfo.print(v, r, b) },
		Write: func(v *field.View, r *field.Row, line, b []byte) []byte { return tclassInfo.write(v, r, line, b) }}
	innerFlowLabel = field.Type{Usage: "FLOWLABEL := { 0x0..0xfffff | inherit }",
		Parse: func(c *field.Call, r *field.Row) error { return labelInfo.parse(c, r) },
		Print: func(v *field.View, r *field.Row, b []byte) { labelInfo.print(v, r, b) },
		Write: func(v *field.View, r *field.Row, line, b []byte) []byte { return labelInfo.write(v, r, line, b) }}
)

func (f *flowInfo) parse(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 16, 32)
	switch {
	case s == "inherit":
		n = 0
	case !ok || n > uint64(f.mask>>f.shift):
		return cli.InvArg(f.bad, s)
	}
	setFlag6(c, uint16(r.Arg), f.flag, s == "inherit")
	c.PutUint(r.In, r.Attr, 4, uint64(rtnl.Be32(c.Get(r.In, r.Attr))&^f.mask|uint32(n)<<f.shift), true)
	return nil
}

// print writes "LABEL 0xNNN " with leading zeros; in JSON it is a string.
func (f *flowInfo) print(v *field.View, r *field.Row, b []byte) {
	if !inherits(v, r, f.flag, f.key, f.text) && len(b) >= 4 {
		var buf [10]byte
		v.Str(r, show.AppendHexDigits(append(buf[:0], "0x"...), uint64(rtnl.Be32(b)&f.mask>>f.shift), f.digits))
	}
}

// write appends the field, or that it is that of the inner header.
func (f *flowInfo) write(v *field.View, r *field.Row, line, b []byte) []byte {
	switch {
	case hasFlag6(v, r, f.flag):
		return append(field.AppendWord(line, r.Word()), " inherit"...)
	case len(b) < 4:
		return line
	}
	return field.AppendHex(line, r, uint64(rtnl.Be32(b)&f.mask>>f.shift))
}

// hasFlag6 reports whether a flag is set in the attribute Arg of the row.
func hasFlag6(v *field.View, r *field.Row, flag uint32) bool {
	return rtnl.U32(v.Get(0, uint16(r.Arg)))&flag != 0
}

// dscpInherit copies the field to the packet that comes out.
var dscpInherit = field.Type{Size: 4, Usage: "inherit", Read: func(c *field.Call, r *field.Row, s string) error {
	if s != "inherit" {
		return cli.InvArg("not inherit", s)
	}
	setFlag6(c, r.Attr, uapi.IP6_TNL_F_RCV_DSCP_COPY, true)
	return nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U32(b)&uapi.IP6_TNL_F_RCV_DSCP_COPY != 0 {
		v.Pen.Flag(r.JSON(), "dscp inherit ")
	}
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U32(b)&uapi.IP6_TNL_F_RCV_DSCP_COPY == 0 {
		return line
	}
	return append(field.AppendWord(line, r.Word()), " inherit"...)
}}

// tunnelFlag is a word with its opposite for a flag that prints if it is set.
var tunnelFlag = field.Type{Size: 4, Form: field.Toggle | field.Bits}

var fwmark6 = field.Type{Usage: "MARK := { 0x0..0xffffffff | inherit }", Read: func(c *field.Call, r *field.Row, s string) error {
	n, ok := word.Uint(s, 0, 32)
	if s == "inherit" {
		n, ok = 0, true
	}
	if !ok {
		return c.Wrong(r, s)
	}
	setFlag6(c, uint16(r.Arg), uapi.IP6_TNL_F_USE_ORIG_FWMARK, s == "inherit")
	c.PutUint(r.In, r.Attr, 4, n, false)
	return nil
}, Form: field.NonZero | field.Hex, Print: func(v *field.View, r *field.Row, b []byte) {
	if !inherits(v, r, uapi.IP6_TNL_F_USE_ORIG_FWMARK, "ip6_tnl_f_use_orig_fwmark", "fwmark inherit ") {
		v.Number(r, uint64(rtnl.U32(b)))
	}
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	switch {
	case hasFlag6(v, r, uapi.IP6_TNL_F_USE_ORIG_FWMARK):
		return append(field.AppendWord(line, r.Word()), " inherit"...)
	case len(b) < 4:
		return line
	}
	return field.AppendHex(line, r, uint64(rtnl.U32(b)))
}}
