package kind

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"
)

// Types that several kinds have. In text a value is spelled with its unit, in JSON it
// is a number.
var (
	// Packets is a number of packets, "5p".
	Packets = field.Type{Size: 4, Usage: "PACKETS", Append: SpellPackets}
	// Size is a number of bytes.
	Size = field.Type{Size: 4, Usage: "BYTES", Scan: scanSize, Append: appendSize}
	// PlainSize is read as a number and shown as a size.
	PlainSize = field.Type{Size: 4, Usage: "BYTES", Append: appendSize}
	// Count is a size that is shown as a number.
	Count = field.Type{Size: 4, Usage: "BYTES", Scan: scanSize}
	// Rate and Rate64 are rates, of which a percentage is part of the device's speed;
	// in FixedRate it is none.
	Rate      = field.Type{Size: 4, Usage: "RATE", Scan: scanPercentRate, Append: appendRate}
	Rate64    = field.Type{Size: 8, Usage: "RATE", Scan: scanPercentRate, Append: appendRate}
	FixedRate = field.Type{Size: 4, Usage: "RATE", Scan: scanRate, Append: appendRate}
	// Time is microseconds.
	Time = field.Type{Size: 4, Usage: "TIME", Scan: scanTime, Append: SpellTime}
	// ClassID is the handle of a class.
	ClassID = field.Type{Size: 4, Form: field.Str, Usage: "CLASSID", Scan: scanClass, Append: appendClass}
	// Flag32 is a word without value that sets a number to Arg; it is shown, if it is not 0,
	// by its word, and in JSON as true.
	Flag32 = field.Type{Size: 4, Form: field.Alone, Print: printFlag}
	// Some32 is a number that is shown unless it is 0.
	Some32 = field.Type{Size: 4, Form: field.NonZero}
	// Until is how long it is until something, or has been since, with a sign.
	Until     = field.Type{Size: 4, Form: field.Signed, Print: printUntil}
	LinkLayer = field.Type{Size: 4, Form: field.Str, Usage: "{ ethernet | atm | adsl }", Scan: scanLinkLayer}
	// Decimal numbers: what is not decimal is wrong.
	Dec8  = field.Type{Size: 1, Scan: ScanDecimal}
	Dec16 = field.Type{Size: 2, Scan: ScanDecimal}
	Dec32 = field.Type{Size: 4, Scan: ScanDecimal}
	Dec64 = field.Type{Size: 8, Scan: ScanDecimal}
	// Hex32 is read in hexadecimal and shown with 0x.
	Hex32 = field.Type{Size: 4, Form: field.Hex, Scan: scanHex}
)

// SpellPackets is Append of a number of packets.
func SpellPackets(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return append(AppendUint(b, n), 'p')
}

// AppendUint appends a decimal number.
func AppendUint(b []byte, n uint64) []byte { return show.AppendPadded(b, n, 0) }

func scanSize(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := ParseSize(s)
	return fits(c, r, s, n, ok)
}

// fits is a number that was read, if it has no more bits than the row.
func fits(c *field.Call, r *field.Row, s string, n uint64, ok bool) (uint64, error) {
	if !ok || r.Type.Size == 4 && n > 0xFFFFFFFF {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func appendSize(_ *field.View, _ *field.Row, b []byte, n uint64) []byte { return AppendSize(b, n) }

func scanRate(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := ParseRate(s)
	return fits(c, r, s, n, ok)
}

func scanPercentRate(c *field.Call, r *field.Row, s string) (uint64, error) {
	if percent(s) {
		text, ok := percentRate(c.Env, s, Of(c).Dev)
		if !ok {
			return 0, c.Wrong(r, s)
		}
		n, ok := ParseRate(text)
		return fits(c, r, s, n, ok)
	}
	return scanRate(c, r, s)
}

func appendRate(v *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return AppendRate(b, n, v.Env.Opt.IEC)
}

func scanTime(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := ParseTime(s)
	return fits(c, r, s, uint64(n), ok)
}

// SpellTime is Append of microseconds.
func SpellTime(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return AppendTime(b, uint32(n))
}

func scanClass(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := ParseClass(s)
	return fits(c, r, s, uint64(n), ok)
}

func appendClass(v *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return AppendClass(v.Env, b, uint32(n))
}

func printFlag(v *field.View, r *field.Row, b []byte) {
	if r.Type.Number(b) != 0 {
		v.Flag(r)
	}
}

func printUntil(v *field.View, r *field.Row, b []byte) {
	n := int32(r.Type.Number(b))
	if v.Pen.JSON() {
		v.Pen.JInt(r.JSON(), int64(n))
		return
	}
	behind := v.Label(r)
	if n < 0 {
		v.Pen.Text("-")
		n = -n
	}
	Timed(v.Pen, "", "", uint32(n), behind)
}

func scanLinkLayer(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := ParseLinkLayer(s)
	return fits(c, r, s, uint64(n), ok)
}

// ScanDecimal reads a decimal number, up to Arg of the row if that is not 0.
func ScanDecimal(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 10, 8*int(r.Type.Size))
	if !ok || r.Arg != 0 && n > r.Arg {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func scanHex(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 16, 8*int(r.Type.Size))
	return fits(c, r, s, n, ok)
}

// Rated writes a rate, "LABEL RATE ".
func Rated(v *field.View, key, pre string, rate uint64, post string) {
	var b [32]byte
	spelled(v.Pen, key, pre, rate, AppendRate(b[:0], rate, v.Env.Opt.IEC), post)
}

// spelled writes a number in JSON, its spelling in text.
func spelled(p *show.Pen, key, pre string, n uint64, spelling []byte, post string) {
	if p.JSON() {
		p.JUint(key, n)
		return
	}
	p.Bytes(key, pre, spelling, post)
}

// Sized writes a size, of which JSON has only 32 bits.
func Sized(p *show.Pen, key, pre string, size uint64, post string) {
	var b [32]byte
	spelled(p, key, pre, size&0xFFFFFFFF, AppendSize(b[:0], size), post)
}

// Timed writes microseconds.
func Timed(p *show.Pen, key, pre string, us uint32, post string) {
	var b [32]byte
	spelled(p, key, pre, uint64(us), AppendTime(b[:0], us), post)
}

// Timed64 writes nanoseconds.
func Timed64(p *show.Pen, key, pre string, ns int64, post string) {
	var b [32]byte
	spelled(p, key, pre, uint64(ns), AppendTime64(b[:0], ns), post)
}

// At reads numbers of a struct, which is as long as it has to be or reads as zeros.
type At []byte

// U8 is the byte at that place.
func (b At) U8(at int) uint8 { return rtnl.U8(b.from(at)) }

// U16 is the number of 16 bits there.
func (b At) U16(at int) uint16 { return rtnl.U16(b.from(at)) }

// U32 is the number of 32 bits there.
func (b At) U32(at int) uint32 { return rtnl.U32(b.from(at)) }

// U64 is the number of 64 bits there.
func (b At) U64(at int) uint64 { return rtnl.U64(b.from(at)) }

func (b At) from(at int) []byte { return b[min(at, len(b)):] }

// SizeAndCell reads SIZE[/CELL], where CELL is a power of two, of which it returns the
// logarithm, -1 if it is not given.
func SizeAndCell(s string) (size uint64, cellLog int, ok bool) {
	text, cell, found := strings.Cut(s, "/")
	size, ok = ParseSize(text)
	if !ok || !found {
		return size, -1, ok
	}
	n, ok := word.Int(cell, 0, 32)
	if !ok {
		return 0, 0, false
	}
	for i := range 32 {
		if int32(1)<<i == int32(n) {
			return size, i, true
		}
	}
	return 0, 0, false
}

// TornSize is the word of a size and its cell as a complaint calls it: the real tool cuts it
// at the slash, and joins it again once it has read both numbers, whatever it thinks of them.
func TornSize(s string) string {
	size, cell, found := strings.Cut(s, "/")
	_, whole := ParseSize(size)
	if _, ok := word.Int(cell, 0, 32); found && whole && ok {
		return s
	}
	return size
}

// Device takes the name of a device as the kernel has room for it.
func Device(a *cli.Args) (string, error) {
	s, err := a.Value()
	return Cut15(s), err
}

// Hex8 is a number in eight hexadecimal digits.
func Hex8(n uint32) string {
	var b [8]byte
	return string(show.AppendHexDigits(b[:0], uint64(n), 8))
}

// Decimal spells a number.
func Decimal(n uint64) string { return string(AppendUint(nil, n)) }

// WideRate is a rate, by an attribute with 64 bits if the kernel sent one.
func WideRate(v *field.View, attr uint16, rate uint32) uint64 {
	if b := v.Get(0, attr); len(b) >= 8 {
		return rtnl.U64(b)
	}
	return uint64(rate)
}
