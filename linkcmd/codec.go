package linkcmd

import (
	"encoding/binary"
	"strconv"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Numbers. opt.arg, if not 0, is the highest that is allowed.
var (
	u8   = codec{1, "N", parseU8, printU8}
	u16  = codec{2, "N", parseU16, printU16}
	u32  = codec{4, "N", parseU32, printU32}
	u64  = codec{8, "N", parseU64, printU64}
	be16 = codec{2, "N", parseBe16, printBe16}
	s32  = codec{4, "N", parseS32, printS32}
	// Written as %#x, in JSON as a string.
	hex16 = codec{2, "N", parseU16, printHex16}
)

// number takes an unsigned number.
func (o *opt) number(d *draft, a *cli.Args, bits int) (uint64, error) {
	s, err := d.value(o, a)
	if err != nil {
		return 0, err
	}
	n, ok := cli.ParseUint(s, 0, bits)
	if !ok || o.arg != 0 && n > o.arg {
		return 0, o.invalid(s)
	}
	return n, nil
}

func parseU8(d *draft, o *opt, a *cli.Args) error {
	n, err := o.number(d, a, 8)
	d.u8(o.attr, uint8(n))
	return err
}

func parseU16(d *draft, o *opt, a *cli.Args) error {
	n, err := o.number(d, a, 16)
	d.u16(o.attr, uint16(n))
	return err
}

func parseU32(d *draft, o *opt, a *cli.Args) error {
	n, err := o.number(d, a, 32)
	d.u32(o.attr, uint32(n))
	return err
}

func parseU64(d *draft, o *opt, a *cli.Args) error {
	n, err := o.number(d, a, 64)
	d.u64(o.attr, n)
	return err
}

func parseBe16(d *draft, o *opt, a *cli.Args) error {
	n, err := o.number(d, a, 16)
	d.be16(o.attr, uint16(n))
	return err
}

func parseS32(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return o.invalid(s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}

// label writes the label of the row and a blank, in text.
func (v *view) label(o *opt) {
	v.pen.Text(o.label())
	v.pen.Text(" ")
}

// uint writes "LABEL N ".
func (v *view) uint(o *opt, n uint64) {
	v.label(o)
	v.pen.Uint(o.json(), "", n, " ")
}

// hex writes "LABEL 0xN ".
func (v *view) hex(o *opt, n uint64) {
	v.label(o)
	v.pen.Hex0x(o.json(), "", n, " ")
}

// str writes "LABEL S ".
func (v *view) str(o *opt, s string) {
	v.label(o)
	v.pen.Str(o.json(), "", s, " ")
}

func printU8(v *view, o *opt, b []byte)    { v.uint(o, uint64(b[0])) }
func printU16(v *view, o *opt, b []byte)   { v.uint(o, uint64(rtnl.U16(b))) }
func printU32(v *view, o *opt, b []byte)   { v.uint(o, uint64(rtnl.U32(b))) }
func printU64(v *view, o *opt, b []byte)   { v.uint(o, rtnl.U64(b)) }
func printBe16(v *view, o *opt, b []byte)  { v.uint(o, uint64(rtnl.Be16(b))) }
func printHex16(v *view, o *opt, b []byte) { v.hex(o, uint64(rtnl.U16(b))) }
func printHex32(v *view, o *opt, b []byte) { v.hex(o, uint64(rtnl.U32(b))) }

func printS32(v *view, o *opt, b []byte) {
	v.label(o)
	v.pen.Int(o.json(), "", int64(int32(rtnl.U32(b))), " ")
}

// u8Read is a number that does not print.
var u8Read = codec{1, "N", parseU8, nil}

// Words that stand alone.
var (
	// flagWord adds an attribute without value and prints nothing.
	flagWord = codec{0, "", parseFlag, nil}
	// zero32 sets a number to 0; it shares its attribute with a row that prints.
	zero32 = codec{4, "", func(d *draft, o *opt, _ *cli.Args) error {
		d.u32(o.attr, 0)
		return d.note(o, d.word, d.word)
	}, nil}
)

func parseFlag(d *draft, o *opt, _ *cli.Args) error {
	d.flag(o.attr)
	return d.note(o, d.word, d.word)
}

// onOff is one byte for on or off, written "LABEL on ".
var onOff = codec{1, "{ on | off }", parseOnOff, printOnOff}

func parseOnOff(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	on, err := cli.OnOff(o.word(), s)
	d.u8(o.attr, bit(on))
	return err
}

func printOnOff(v *view, o *opt, b []byte) {
	v.label(o)
	v.pen.OnOff(o.json(), "", b[0] != 0, " ")
}

func bit(on bool) uint8 {
	if on {
		return 1
	}
	return 0
}

// strictOnOff reads on or off with the complaint that link's own keywords have.
func strictOnOff(key, s string) (bool, error) {
	if s != "on" && s != "off" {
		return false, cli.Fail(`Error: argument of "%s" must be "on" or "off", not "%s"`, key, s)
	}
	return s == "on", nil
}

// Enumerations: opt.names has the words; a number is taken too.
var (
	enum8  = codec{1, "", parseEnum8, printEnum8}
	enum32 = codec{4, "", parseEnum32, printEnum32}
)

// enum takes the word, or number, of an enumeration.
func (o *opt) enum(d *draft, a *cli.Args) (uint64, error) {
	s, err := d.value(o, a)
	if err != nil {
		return 0, err
	}
	if n, ok := cli.ParseUint(s, 10, 31); ok && nameOf(o.names, n) != "" {
		return n, nil
	}
	if n, ok := lookup(o.names, s); ok {
		return n, nil
	}
	return 0, o.invalid(s)
}

func lookup(names []name, word string) (uint64, bool) {
	for _, n := range names {
		if n.name == word {
			return n.val, true
		}
	}
	return 0, false
}

// nameOf returns the word for a value, or "".
func nameOf(names []name, val uint64) string {
	for _, n := range names {
		if n.val == val {
			return n.name
		}
	}
	return ""
}

// nameOr is nameOf with a word for the values that have none.
func nameOr(names []name, val uint64, other string) string {
	if s := nameOf(names, val); s != "" {
		return s
	}
	return other
}

func parseEnum8(d *draft, o *opt, a *cli.Args) error {
	n, err := o.enum(d, a)
	d.u8(o.attr, uint8(n))
	return err
}

func parseEnum32(d *draft, o *opt, a *cli.Args) error {
	n, err := o.enum(d, a)
	d.u32(o.attr, uint32(n))
	return err
}

func printEnum8(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(b[0]), "UNKNOWN")) }
func printEnum32(v *view, o *opt, b []byte) {
	v.str(o, nameOr(o.names, uint64(rtnl.U32(b)), "UNKNOWN"))
}

// device is a link by name, printed unless it is 0. With opt.bad a link that
// is not there is a wrong value, otherwise it cannot be found.
var device = codec{4, "DEV", parseDevice, printDevice}

func parseDevice(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	idx := d.env.Links.Index(s)
	if idx == 0 {
		return o.noDevice(s)
	}
	d.u32(o.attr, idx)
	return nil
}

func (o *opt) noDevice(dev string) error {
	if o.bad != "" {
		return o.invalid(dev)
	}
	return cli.NoDev(dev)
}

func printDevice(v *view, o *opt, b []byte) {
	if idx := rtnl.U32(b); idx != 0 {
		v.str(o, v.env.Links.Name(idx))
	}
}

// tunnelDevice is the dev of a tunnel, whose lack ends the process with 255.
var tunnelDevice = codec{4, "PHYS_DEV", parseTunnelDevice, printDevice}

func parseTunnelDevice(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	idx := d.env.Links.Index(s)
	if idx == 0 {
		return cli.Exit(cli.StatusUsage, `Cannot find device "%s"`, s)
	}
	d.u32(o.attr, idx)
	return nil
}

// lladdr is a link-layer address of any length.
var lladdr = codec{0, "LLADDR", parseLLAddr, printLLAddr}

func parseLLAddr(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	b, err := cli.LLAddr(s)
	d.put(o.attr, b)
	return err
}

func printLLAddr(v *view, o *opt, b []byte) {
	var tmp [3 * cli.MaxLLAddr]byte
	v.label(o)
	v.pen.Bytes(o.json(), "", cli.AppendLLAddr(tmp[:0], unix.ARPHRD_VOID, b), " ")
}

// etherType is an Ethernet protocol by name, in network order.
var etherType = codec{2, "{ 802.1Q | 802.1ad | ipv4 | ipv6 | mpls_uc | NUMBER }", parseEtherType, printEtherType}

func parseEtherType(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, ok := parseEtherTypeWord(s)
	if !ok {
		return o.invalid(s)
	}
	d.be16(o.attr, p)
	return nil
}

// parseEtherTypeWord reads an Ethernet protocol, by name or number.
func parseEtherTypeWord(s string) (uint16, bool) {
	if p, ok := names.ParseEtherType(s); ok {
		return p, true
	}
	n, ok := cli.ParseUint(s, 0, 16)
	return uint16(n), ok
}

func printEtherType(v *view, o *opt, b []byte) {
	v.label(o)
	v.pen.Bytes(o.json(), "", v.env.Tables.AppendEtherType(nil, binary.BigEndian.Uint16(b)), " ")
}

// addr writes "LABEL ADDR ".
func (v *view) addr(o *opt, family uint8, b []byte) {
	var tmp [64]byte
	v.label(o)
	v.pen.Bytes(o.json(), "", cli.AppendAddr(tmp[:0], family, b), " ")
}

// quotedEnum32 is an enumeration without numbers, whose complaint lists all
// words: `must be "a", "b" or "c", not "x"`.
var quotedEnum32 = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	n, err := o.quotedWord(d, a)
	d.u32(o.attr, uint32(n))
	return err
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U32(b)), "unknown")) }}

func (o *opt) quotedWord(d *draft, a *cli.Args) (uint64, error) {
	s, err := d.value(o, a)
	if err != nil {
		return 0, err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return 0, cli.Fail(`Error: argument of "%s" must be %s, not "%s"`, o.word(), orList(o.names), s)
	}
	return n, nil
}

// orList is `"a", "b" or "c"`.
func orList(names []name) string {
	s := ""
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			s += " or "
		default:
			s += ", "
		}
		s += `"` + n.name + `"`
	}
	return s
}

// oneOf32 is an enumeration whose words may be shortened, with a warning; the
// values are the places in the list.
var oneOf32 = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	n, err := o.oneOf(d, a)
	d.u32(o.attr, uint32(n))
	return err
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U32(b)), "(unknown)")) }}

func (o *opt) oneOf(d *draft, a *cli.Args) (int, error) {
	s, err := d.value(o, a)
	if err != nil {
		return 0, err
	}
	return d.env.OneOf(o.word(), s, words(o.names))
}

func words(names []name) []string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = n.name
	}
	return words
}

func parseOneOf8(d *draft, o *opt, a *cli.Args) error {
	n, err := o.oneOf(d, a)
	d.u8(o.attr, uint8(n))
	return err
}

func printUnknown8(v *view, o *opt, b []byte) {
	v.str(o, nameOr(o.names, uint64(b[0]), "(unknown)"))
}

// timeText is a time in nanoseconds as tc writes it: 1.5s, 20ms, 3us.
func timeText(ns uint64) string {
	unit, div := "ns", 1.0
	switch {
	case int64(ns) >= 1e9:
		unit, div = "s", 1e9
	case int64(ns) >= 1e6:
		unit, div = "ms", 1e6
	case int64(ns) >= 1e3:
		unit, div = "us", 1e3
	default:
		return strconv.FormatInt(int64(ns), 10) + unit
	}
	return strconv.FormatFloat(float64(ns)/div, 'g', 3, 64) + unit
}
