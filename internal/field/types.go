package field

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Types that several rooms use. Most are data: a size and a form.
var (
	U8   = Type{Size: 1}
	U16  = Type{Size: 2}
	U32  = Type{Size: 4}
	U64  = Type{Size: 8}
	Be16 = Type{Size: 2, Form: Big}
	Be32 = Type{Size: 4, Form: Big}
	Be64 = Type{Size: 8, Form: Big}
	// S32 is read and shown with its sign, Wrap32 is only shown with it: what is
	// larger than 2147483647 comes back as negative.
	S32    = Type{Size: 4, Form: Signed, Scan: scanS32}
	Wrap32 = Type{Size: 4, Form: Signed}

	Hex16 = Type{Size: 2, Form: Hex}
	// OnOff is on or off; OnOff32 is only shown so.
	OnOff   = Type{Size: 1, Form: Bool, Usage: "{ on | off }", Scan: ScanOnOff}
	OnOff32 = Type{Size: 4, Form: Bool}
	// Bit8 to Bit32 are words without value for the bits Arg of a number; they print if
	// these are set.
	Bit8  = Type{Size: 1, Form: Alone | Bits}
	Bit16 = Type{Size: 2, Form: Alone | Bits}
	Bit32 = Type{Size: 4, Form: Alone | Bits}
	// Word32 is a word without value for the number Arg.
	Word32 = Type{Size: 4, Form: Alone}
	// Mark is a word without value that adds an attribute without one.
	Mark = Type{Form: Alone}
	// NullMark is the same, in JSON null.
	NullMark = Type{Form: Alone | Null}

	// Device is a link by name; one that is not there cannot be found, or is a
	// wrong value where the row says what is Bad.
	Device = Type{Size: 4, Form: Ifname | Str, Usage: "DEV", Scan: ScanDevice, Append: AppendDevice}
	// Link is a link by name; one that is not there is a wrong value. 0 is none.
	Link = Type{Size: 4, Form: Ifname | Str | NonZero, Scan: scanLink, Append: AppendDevice}
	// Numbers of one byte that have names in /etc/iproute2; 0 is none.
	Protocol = Type{Size: 1, Form: Str | NonZero, Named: Protocols}
	Scope    = Type{Size: 1, Form: Str | NonZero, Named: Scopes}
	DSField  = Type{Size: 1, Form: Str | NonZero, Named: dsfields}
	// RouteTable is a routing table, by name or number.
	RouteTable = Type{Size: 4, Form: Str, Named: routeTables}
	// HeadTable is the same in a Slot, filed where it fits (see FileTable).
	HeadTable = Type{Size: 4, Read: ParseHeadTable}
	// LinkName is what may be the name of a link.
	LinkName = Type{Parse: parseLinkName, Write: WriteString}
	// IPProto is a protocol above IP, with the names of /etc/protocols.
	IPProto = Type{Size: 1, Form: Str, Scan: scanIPProto, Append: appendIPProto}
	// Help is a word that shows the usage of the table.
	Help = Type{Parse: func(c *Call, _ *Row) error { return ShowUsage(c) }}
	// String is a word with its NUL.
	String = Type{Read: parseString, Print: printString, Write: WriteString}
	// Word is a word in a Slot, that is looked up later; LinkWord one that names a
	// link.
	Word     = Type{Parse: parseWord}
	LinkWord = Type{Parse: parseLinkWord}
)

// Protocols are the makers of routes and rules, Scopes those of routes and addresses.
func Protocols(t *names.Tables) *names.Table   { return t.Protocols }
func routeTables(t *names.Tables) *names.Table { return t.RouteTables }
func Scopes(t *names.Tables) *names.Table      { return t.Scopes }
func dsfields(t *names.Tables) *names.Table    { return t.DSField }

func scanS32(c *Call, r *Row, s string) (uint64, error) {
	n, ok := word.Int(s, 0, 32)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

// ScanOnOff reads on or off.
func ScanOnOff(c *Call, r *Row, s string) (n uint64, err error) {
	on, err := cli.OnOff(r.Word(), s)
	if v := c.Table.Voice; err != nil && v != nil && v.OnOff != nil {
		err = v.OnOff(err)
	}
	if on {
		n = 1
	}
	return n, err
}

// ScanDevice reads the name of a link.
func ScanDevice(c *Call, r *Row, s string) (uint64, error) {
	index, err := c.Env.Index(s)
	if err != nil && r.Bad != "" {
		err = c.Wrong(r, s)
	}
	return uint64(index), err
}

func scanLink(c *Call, r *Row, s string) (uint64, error) {
	index := c.Env.Links.Index(s)
	if index == 0 {
		return 0, c.Wrong(r, s)
	}
	return uint64(index), nil
}

// ScanNeededDevice is a link whose lack ends the process, and a batch, with 255.
func ScanNeededDevice(c *Call, _ *Row, s string) (uint64, error) {
	index := c.Env.Links.Index(s)
	if index == 0 {
		return 0, cli.Exit(cli.StatusUsage, `Cannot find device "%s"`, s)
	}
	return uint64(index), nil
}

func scanIPProto(c *Call, r *Row, s string) (uint64, error) {
	n, ok := c.Env.Tables.ParseIPProto(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

func appendIPProto(v *View, _ *Row, b []byte, n uint64) []byte {
	return append(b, v.Env.Tables.IPProto(uint32(n))...)
}

// ScanRealms reads [FROM/]TO, a number of 16 bits each.
func ScanRealms(c *Call, r *Row, s string) (uint64, error) {
	n, ok := c.Env.Tables.ParseRealms(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

// AppendRealms writes "realms FROM/TO", or the number of both where a realm is larger
// than what the first form takes.
func AppendRealms(line []byte, both uint32) []byte {
	line = append(line, " realms "...)
	from, to := uint64(both>>16), uint64(both&0xffff)
	if max(from, to) > 0xff {
		return strconv.AppendUint(line, uint64(both), 10)
	}
	return strconv.AppendUint(append(strconv.AppendUint(line, from, 10), '/'), to, 10)
}

// AppendDevice spells the index of a link.
func AppendDevice(v *View, _ *Row, b []byte, n uint64) []byte {
	return append(b, v.Env.Links.Name(uint32(n))...)
}

// ParseAddr takes an address of the family Arg.
func ParseAddr(c *Call, r *Row, s string) error {
	p, err := cli.Addr(s, uint8(r.Arg))
	c.Put(r.In, r.Attr, p.Bytes())
	return err
}

func parseString(c *Call, r *Row, s string) error {
	c.PutString(r.In, r.Attr, s)
	return nil
}

// ParseHeadTable takes a routing table and files it where it fits.
func ParseHeadTable(c *Call, r *Row, s string) error {
	id, ok := c.Env.Tables.RouteTables.Parse(s)
	if !ok {
		return c.Wrong(r, s)
	}
	c.FileTable(r, id)
	return nil
}

// FileTable files a routing table as the head of a route or rule has it, in a byte at
// the same place of both, or, if that is too small, as the attribute of the row.
func (c *Call) FileTable(r *Row, id uint32) {
	c.Set(r, uint64(id))
	in := &c.Get(Head, 0)[4]
	*in = uint8(id)
	if id > 255 {
		*in = unix.RT_TABLE_UNSPEC
		c.Put(0, r.Attr, c.Get(r.In, r.Attr))
	}
}

func parseLinkName(c *Call, r *Row) error {
	word.OfferLink(c.Args.Word())
	s, err := c.Take(r)
	switch {
	case err != nil:
		return err
	case !cli.ValidIfname(s):
		return cli.InvArg(`"`+r.Word()+`" not a valid ifname`, s)
	case r.In == Head:
		c.Store(r, []byte(s))
	default:
		c.PutString(r.In, r.Attr, s)
	}
	return nil
}

func parseWord(c *Call, r *Row) error {
	s, err := c.Take(r)
	if err == nil {
		c.PutWord(r.In, r.Attr, s)
	}
	return err
}

// WriteString writes a word with its NUL.
func WriteString(_ *View, r *Row, line, b []byte) []byte {
	return AppendWord(AppendWord(line, r.Word()), rtnl.Str(b))
}

func parseLinkWord(c *Call, r *Row) error {
	word.OfferLink(c.Args.Word())
	return parseWord(c, r)
}

func printString(v *View, r *Row, b []byte) { v.Str(r, rtnl.CStr(b)) }
