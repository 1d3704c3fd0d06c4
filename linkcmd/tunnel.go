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
var tos = codec{1, "TOS := { NUMBER | inherit }", parseTOS, printTOS}

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
	ttlAuto = codec{0, "TTL := { 1..255 | auto | inherit }", func(d *draft, o *opt, a *cli.Args) error {
		return parseTTLAuto(d, o, a, []byte{1})
	}, printTTLAuto}
	ttlAutoFlag = codec{0, "TTL := { 1..255 | auto | inherit }", func(d *draft, o *opt, a *cli.Args) error {
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
var dontFragment = codec{1, "DF := { unset | set | inherit }", parseDF, printDF}

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
var flowLabel = codec{4, "LABEL := 0..1048575", parseFlowLabel, printFlowLabel}

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
	if !rtnl.IsZero(b) {
		v.addr(o, familyOfLen(len(b)), b)
	}
}

// addr6Shown prints an IPv6 address unless it is unspecified.
var addr6Shown = codec{16, "", nil, func(v *view, o *opt, b []byte) { v.printAddr(o, b[:16]) }}

// hexBe64 is 64 bits in network order, written as %#x.
var hexBe64 = codec{8, "VALUE", func(d *draft, o *opt, a *cli.Args) error {
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

// zero is the value of what was not given.
var zero [16]byte

// overlay puts what the link has now under the words that change it: the
// kernel takes a change of a tunnel as a whole.
func (d *draft) overlay() error {
	data, err := d.present()
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Text: getFailed, Err: err}
	}
	if data == nil {
		return &cli.Error{Status: cli.StatusError, Text: getFailed}
	}
	for t, b := range rtnl.Attrs(data) {
		o := d.kind.row(t)
		switch {
		case o == nil || contains(d.kind.forgets, t):
		case o.codec == &encapPort && len(b) == 2:
			// The real tool forgets that it has read network order, and turns
			// the port once more.
			d.be16(t, rtnl.U16(b))
		case o.codec != &ignoreDF || !rtnl.IsZero(b):
			d.put(t, b)
		}
	}
	return nil
}

const getFailed = "Failed to get existing tunnel info.\n"

// present returns a copy of the link's IFLA_INFO_DATA, nil if it has none.
func (d *draft) present() (data []byte, err error) {
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: d.env.Opt.Family, Index: d.link.ifi.Index})
	err = d.env.Get(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if v := rtnl.Find(rtnl.Find(attrs, unix.IFLA_LINKINFO), unix.IFLA_INFO_DATA); v != nil {
			data = append([]byte{}, v...)
		}
		return nil
	})
	return data, err
}

// row returns the row that sends the attribute, or nil.
func (k *kind) row(t uint16) *opt {
	for i := range k.opts {
		if o := &k.opts[i]; o.attr == t && (o.words != "" || o.codec == &hidden) {
			return o
		}
	}
	return nil
}

// hidden is the rest of a value of which another row has the word.
var hidden codec

// omitZeros drops the values that are not sent if they are zero.
func (d *draft) omitZeros() {
	for i := range d.kind.opts {
		if o := &d.kind.opts[i]; o.omitZero && rtnl.IsZero(d.get(o.attr)) {
			d.drop(o.attr)
		}
	}
}

// finishTunnel drops what is zero, or, where the tunnel's ends are left to the
// route (external), everything but keep.
func (d *draft) finishTunnel(external uint16, keep ...uint16) {
	d.omitZeros()
	if d.get(external) == nil {
		return
	}
	var left []value
	for _, a := range d.attrs {
		if a.typ == external || contains(keep, a.typ) {
			left = append(left, a)
		}
	}
	d.attrs = left
}

// endpoint is an end of the tunnel, an address of the family opt.arg or any.
var endpoint = codec{0, "ADDR := { IP_ADDRESS | any }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, uint8(o.arg))
	d.put(o.attr, p.Bytes())
	return err
}, func(v *view, o *opt, b []byte) {
	switch {
	case b == nil || rtnl.IsZero(b) && len(b) == familyLen(o.arg):
		v.str(o, "any")
	case len(b) != familyLen(o.arg):
		v.str(o, "unknown")
	default:
		v.addr(o, uint8(o.arg), b)
	}
}}

func familyLen(family uint64) int {
	if family == unix.AF_INET6 {
		return 16
	}
	return 4
}

// ttlInherit is the field of the outer header, 0 for that of the inner one.
var ttlInherit = codec{0, "TTL := { 1..255 | inherit }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 8)
	if s == "inherit" {
		n, ok = 0, true
	}
	if !ok {
		return o.invalid(s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, func(v *view, o *opt, b []byte) {
	if ttl := rtnl.U8(b); v.pen.JSON() || ttl != 0 {
		v.uint(o, uint64(ttl))
		return
	}
	v.word(o, "inherit")
}}

// fwmark is a mark of packets, printed unless it is 0.
var fwmark = codec{4, "MARK := 0x0..0xffffffff", parseU32, printMark}

func printMark(v *view, o *opt, b []byte) {
	if n := rtnl.U32(b); n != 0 {
		v.hex(o, uint64(n))
	}
}

// encapOpts are the rows for a further UDP header. Type, flags, source and
// destination port are four attributes in a row, of which base is the first.
func encapOpts(base uint16) []opt {
	flags := base + 1
	return []opt{
		{words: "=noencap|=encap", attr: base, codec: &encapType},
		{words: "=encap-sport", attr: base + 2, codec: &encapPort, bad: "Invalid source port."},
		{words: "=encap-dport", attr: base + 3, codec: &encapPort, bad: "Invalid destination port."},
		{words: "=noencap-csum|=encap-csum", attr: flags, arg: uapi.TUNNEL_ENCAP_FLAG_CSUM, codec: &toggleBit16},
		{words: "=noencap-udp6-csum|=encap-udp6-csum", attr: flags, arg: uapi.TUNNEL_ENCAP_FLAG_CSUM6, codec: &toggleBit16},
		{words: "=noencap-remcsum|=encap-remcsum", attr: flags, arg: uapi.TUNNEL_ENCAP_FLAG_REMCSUM, codec: &toggleBit16},
	}
}

var encapTypes = []name{{uapi.TUNNEL_ENCAP_FOU, "fou"}, {uapi.TUNNEL_ENCAP_GUE, "gue"}, {uapi.TUNNEL_ENCAP_NONE, "none"}}

var encapType = codec{2, "{ fou | gue | none }", func(d *draft, o *opt, a *cli.Args) error {
	if d.word[0] == 'n' {
		d.u16(o.attr, uapi.TUNNEL_ENCAP_NONE)
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := lookup(encapTypes, s)
	if !ok {
		return cli.InvArg("Invalid encap type.", s)
	}
	d.u16(o.attr, uint16(n))
	return nil
}, printEncap}

// encapPort is a port, of which the source may be auto.
var encapPort = codec{2, "PORT", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 16)
	if s == "auto" && o.word() == "encap-sport" {
		n, ok = 0, true
	}
	if !ok {
		return o.invalid(s)
	}
	d.be16(o.attr, uint16(n))
	return nil
}, nil}

// toggleBit16 is a word with its opposite for a bit (opt.arg).
var toggleBit16 = codec{2, "", func(d *draft, o *opt, _ *cli.Args) error {
	f := rtnl.U16(d.get(o.attr)) &^ uint16(o.arg)
	if d.word[0] != 'n' {
		f |= uint16(o.arg)
	}
	d.u16(o.attr, f)
	return nil
}, nil}

// printEncap prints all four attributes.
func printEncap(v *view, o *opt, b []byte) {
	typ := uint64(rtnl.U16(b))
	if typ == uapi.TUNNEL_ENCAP_NONE {
		return
	}
	p := v.pen
	p.OpenObject("encap")
	p.Text("encap ")
	if s := nameOf(encapTypes, typ); s != "" {
		p.Str("type", "", s, " ")
	} else {
		p.Null("type", "unknown ")
	}
	if sport := rtnl.Be16(v.tb[o.attr+2]); sport != 0 || p.JSON() {
		p.Uint("sport", "encap-sport ", uint64(sport), " ")
	} else {
		p.Text("encap-sport auto ")
	}
	p.Uint("dport", "encap-dport ", uint64(rtnl.Be16(v.tb[o.attr+3])), " ")
	flags := rtnl.U16(v.tb[o.attr+1])
	for _, f := range []name{
		{uapi.TUNNEL_ENCAP_FLAG_CSUM, "csum"}, {uapi.TUNNEL_ENCAP_FLAG_CSUM6, "csum6"}, {uapi.TUNNEL_ENCAP_FLAG_REMCSUM, "remcsum"},
	} {
		on := uint64(flags)&f.val != 0
		p.JBool(f.name, on)
		if !on {
			p.Text("no")
		}
		p.Text("encap-")
		p.Text(f.name)
		p.Text(" ")
	}
	p.CloseObject()
}
