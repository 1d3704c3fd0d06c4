package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// Codecs of the tunnels over IPv6. Fields that the outer header may inherit
// from the inner one have a flag for that in the attribute opt.arg.

// setFlag6 switches flags of a 32-bit attribute.
func (d *draft) setFlag6(attr uint16, flag uint32, on bool) {
	f := rtnl.U32(d.get(attr)) &^ flag
	if on {
		f |= flag
	}
	d.u32(attr, f)
}

// inherits prints "LABEL inherit " and reports true if the flag is set.
func (v *view) inherits(o *opt, flag uint32, key, text string) bool {
	if rtnl.U32(v.tb[o.arg])&flag == 0 {
		return false
	}
	v.pen.Flag(key, text)
	return true
}

var encapLimit = codec{0, "ELIM := { none | 0..255 }, by default 4", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	d.setFlag6(uint16(o.arg), uapi.IP6_TNL_F_IGN_ENCAP_LIMIT, s == "none")
	if s == "none" {
		return nil
	}
	// A row without complaint takes what is no number, which changes nothing.
	n, ok := cli.ParseUint(s, 0, 8)
	switch {
	case ok:
		d.u8(o.attr, uint8(n))
	case o.bad != "":
		return o.invalid(s)
	}
	return nil
}, func(v *view, o *opt, b []byte) {
	if !v.inherits(o, uapi.IP6_TNL_F_IGN_ENCAP_LIMIT, "ip6_tnl_f_ign_encap_limit", "encaplimit none ") && len(b) > 0 {
		v.uint(o, uint64(b[0]))
	}
}}

// flowInfo replaces a part of the flow information.
func (d *draft) flowInfo(attr uint16, mask, v uint32) {
	d.be32(attr, rtnl.Be32(d.get(attr))&^mask|v&mask)
}

var trafficClass = codec{0, "TCLASS := { 0x0..0xff | inherit }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 16, 8)
	if s != "inherit" && !ok {
		return cli.InvArg("invalid TClass", s)
	}
	d.setFlag6(uint16(o.arg), uapi.IP6_TNL_F_USE_ORIG_TCLASS, s == "inherit")
	if s == "inherit" {
		n = 0
	}
	d.flowInfo(o.attr, uapi.IPV6_FLOWINFO_PRIORITY, uint32(n)<<20)
	return nil
}, func(v *view, o *opt, b []byte) {
	if !v.inherits(o, uapi.IP6_TNL_F_USE_ORIG_TCLASS, "ip6_tnl_f_use_orig_tclass", "tclass inherit ") && len(b) >= 4 {
		v.paddedHex(o, rtnl.Be32(b)&uapi.IPV6_FLOWINFO_PRIORITY>>20, 2)
	}
}}

var innerFlowLabel = codec{0, "FLOWLABEL := { 0x0..0xfffff | inherit }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 16, 32)
	if s != "inherit" && (!ok || n > maxFlowLabel) {
		return cli.InvArg("invalid Flowlabel", s)
	}
	d.setFlag6(uint16(o.arg), uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL, s == "inherit")
	if s == "inherit" {
		n = 0
	}
	d.flowInfo(o.attr, uapi.IPV6_FLOWINFO_FLOWLABEL, uint32(n))
	return nil
}, func(v *view, o *opt, b []byte) {
	if !v.inherits(o, uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL, "ip6_tnl_f_use_orig_flowlabel", "flowlabel inherit ") && len(b) >= 4 {
		v.paddedHex(o, rtnl.Be32(b)&uapi.IPV6_FLOWINFO_FLOWLABEL, 5)
	}
}}

// paddedHex writes "LABEL 0xNNN " with leading zeros; in JSON it is a string.
func (v *view) paddedHex(o *opt, n uint32, digits int) {
	var buf [10]byte
	v.label(o)
	v.pen.Bytes(o.json(), "", show.AppendHexDigits(append(buf[:0], "0x"...), uint64(n), digits), " ")
}

// dscpInherit copies the field to the packet that comes out.
var dscpInherit = codec{4, "inherit", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if s != "inherit" {
		return cli.InvArg("not inherit", s)
	}
	d.setFlag6(o.attr, uapi.IP6_TNL_F_RCV_DSCP_COPY, true)
	return nil
}, func(v *view, o *opt, b []byte) {
	if rtnl.U32(b)&uapi.IP6_TNL_F_RCV_DSCP_COPY != 0 {
		v.pen.Flag(o.json(), "dscp inherit ")
	}
}}

// tunnelFlag is a word with its opposite for a flag (opt.arg) that prints if
// it is set.
var tunnelFlag = codec{4, "", func(d *draft, o *opt, _ *cli.Args) error {
	d.setFlag6(o.attr, uint32(o.arg), d.word[0] != 'n')
	return nil
}, func(v *view, o *opt, b []byte) {
	if rtnl.U32(b)&uint32(o.arg) != 0 {
		v.flag(o)
	}
}}

var fwmark6 = codec{0, "MARK := { 0x0..0xffffffff | inherit }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if s == "inherit" {
		n, ok = 0, true
	}
	if !ok {
		return o.invalid(s)
	}
	d.setFlag6(uint16(o.arg), uapi.IP6_TNL_F_USE_ORIG_FWMARK, s == "inherit")
	d.u32(o.attr, uint32(n))
	return nil
}, func(v *view, o *opt, b []byte) {
	if !v.inherits(o, uapi.IP6_TNL_F_USE_ORIG_FWMARK, "ip6_tnl_f_use_orig_fwmark", "fwmark inherit ") {
		printMark(v, o, b)
	}
}}
