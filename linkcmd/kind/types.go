package kind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Types that several kinds have.
var (
	// Device is a link by name, printed unless it is 0, DeviceAlways whatever it is.
	Device       = field.Type{Size: 4, Form: field.Str | field.NonZero, Usage: "DEV", Scan: field.ScanDevice, Append: field.AppendDevice}
	DeviceAlways = field.Type{Size: 4, Form: field.Str, Usage: "DEV", Scan: field.ScanDevice, Append: field.AppendDevice, Write: field.WriteDevice}
	// TunnelDevice is the dev of a tunnel.
	TunnelDevice = field.Type{Size: 4, Form: field.Str | field.NonZero, Usage: "PHYS_DEV", Scan: field.ScanNeededDevice, Append: field.AppendDevice}
	// LLAddr is a link-layer address of any length.
	LLAddr = field.Type{Usage: "LLADDR", Read: parseLLAddr, Print: PrintLLAddr, Write: writeLLAddr}
	// EtherType is an Ethernet protocol by name.
	EtherType = field.Type{Size: 2, Form: field.Big | field.Str, Usage: "{ 802.1Q | 802.1ad | ipv4 | ipv6 | mpls_uc | NUMBER }",
		Scan: scanEtherType, Append: appendEtherType}

	// Enumerations: a number that has a name is taken too.
	Enum8  = field.Type{Size: 1, Other: "UNKNOWN", Scan: ScanEnum}
	Enum32 = field.Type{Size: 4, Other: "UNKNOWN", Scan: ScanEnum}
	// QuotedEnum32 has no numbers; its complaint lists all words.
	QuotedEnum32 = field.Type{Size: 4, Other: "unknown", Scan: ScanQuoted}
	// OneOf8 and OneOf32 have words that may be shortened, with a warning; the values
	// are the places in the list.
	OneOf8  = field.Type{Size: 1, Other: "(unknown)", Scan: ScanOneOf}
	OneOf32 = field.Type{Size: 4, Other: "(unknown)", Scan: ScanOneOf}
	// FlagSet is flags by name, "<A,B> ".
	FlagSet = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
		PrintFlags(v.Pen, r.JSON(), rtnl.U32(b), *r.Names)
	}}
	// NoFlag takes back an attribute without value.
	NoFlag = field.Type{Parse: parseNoFlag}
)

func parseLLAddr(c *field.Call, r *field.Row, s string) error {
	b, err := cli.LLAddr(s)
	c.Put(r.In, r.Attr, b)
	return err
}

// PrintLLAddr writes "LABEL LLADDR ".
func PrintLLAddr(v *field.View, r *field.Row, b []byte) {
	var tmp [3 * cli.MaxLLAddr]byte
	v.Str(r, cli.AppendLLAddr(tmp[:0], unix.ARPHRD_VOID, b))
}

func writeLLAddr(_ *field.View, r *field.Row, line, b []byte) []byte {
	return cli.AppendLLAddr(append(field.AppendWord(line, r.Word()), ' '), unix.ARPHRD_VOID, b)
}

func scanEtherType(c *field.Call, r *field.Row, s string) (uint64, error) {
	p, ok := names.EtherTypeOrNumber(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(p), nil
}

func appendEtherType(v *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return v.Env.Tables.AppendEtherType(b, uint16(n))
}

func ScanEnum(c *field.Call, r *field.Row, s string) (uint64, error) {
	if n, ok := word.Uint(s, 10, 31); ok && r.Names.Of(n) != "" {
		return n, nil
	}
	if n, ok := r.Names.Find(s); ok {
		return n, nil
	}
	return 0, c.Wrong(r, s)
}

// ScanQuoted complains `must be "a", "b" or "c", not "x"`.
func ScanQuoted(_ *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Find(s)
	if !ok {
		return 0, cli.Fail(`Error: argument of "%s" must be %s, not "%s"`, r.Word(), orList(*r.Names), s)
	}
	return n, nil
}

// orList is `"a", "b" or "c"`.
func orList(names word.Names) string {
	s := ""
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			s += " or "
		default:
			s += ", "
		}
		s += `"` + n.Word + `"`
	}
	return s
}

// ScanOneOf takes a shortened word, with a warning.
func ScanOneOf(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := c.Env.OneOf(r.Word(), s, r.Names.Words())
	return uint64(n), err
}

// StrictOnOff reads on or off with the complaint that link's own keywords have.
func StrictOnOff(key, s string) (bool, error) {
	word.Offer(s, "on", "off")
	if s != "on" && s != "off" {
		return false, cli.Fail(`Error: argument of "%s" must be "on" or "off", not "%s"`, key, s)
	}
	return s == "on", nil
}

func Bit(on bool) uint8 {
	if on {
		return 1
	}
	return 0
}

func parseNoFlag(c *field.Call, r *field.Row) error {
	c.Drop(r.In, r.Attr)
	return c.Note(r, c.Typed, c.Typed)
}

// PrintFlags prints a set of flags, "<A,B> "; what has no name is hexadecimal.
func PrintFlags(p *show.Pen, key string, flags uint32, names word.Names) {
	p.OpenArray(key)
	p.Text("<")
	PrintFlagNames(p, flags, names)
	p.Text("> ")
	p.CloseArray()
}

// PrintFlagNames prints the names of flags with commas between them.
func PrintFlagNames(p *show.Pen, flags uint32, names word.Names) {
	left := uint64(flags)
	for _, f := range names {
		if left&f.Val != 0 {
			left &^= f.Val
			p.Str("", "", f.Word, CommaIf(left != 0))
		}
	}
	if left != 0 {
		p.Hex("", "", left, "")
	}
}

func CommaIf(more bool) string {
	if more {
		return ","
	}
	return ""
}

// PutNest sets an attribute to the attributes that f appends.
func PutNest(c *field.Call, attr uint16, f func(m *rtnl.Msg) error) error {
	m := rtnl.New(0, 0)
	mark := m.Mark()
	err := f(m)
	c.Put(0, attr, m.Since(mark))
	return err
}

// OrElse sets an attribute that has no value yet.
func OrElse(c *field.Call, attr uint16, b []byte) {
	if c.Get(0, attr) == nil {
		c.Put(0, attr, b)
	}
}

// Zero is the value of what was not given.
var Zero [16]byte

// PrintEither writes "LABEL " or "noLABEL ".
func PrintEither(v *field.View, r *field.Row, on bool) {
	if !on {
		v.Pen.Text("no")
	}
	v.Pen.Bool(r.JSON(), r.Text(), on)
	v.Pen.Text(" ")
}

// WordOrNull is the current word, or what C prints for none.
func WordOrNull(a *cli.Args) string {
	if a.More() {
		return a.Word()
	}
	return "(null)"
}
