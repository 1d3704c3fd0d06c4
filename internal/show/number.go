package show

import (
	"math/bits"
	"strconv"
)

// Units says how counters are written: -h and -iec.
type Units struct {
	Human bool
	IEC   bool
}

const suffixes = "kMGTPE"

// AppendCount appends v as iproute2's counter tables do: plain, or with -h
// scaled to three digits and a suffix; right-aligned to width, without the
// blank that follows.
func (u Units) AppendCount(b []byte, width int, v uint64) []byte {
	var tmp [32]byte
	s := u.appendScaled(tmp[:0], v)
	for n := width - len(s); n > 0; n-- {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func (u Units) appendScaled(b []byte, v uint64) []byte {
	base := uint64(1000)
	if u.IEC {
		base = 1024
	}
	if !u.Human || v < base {
		return strconv.AppendUint(b, v, 10)
	}
	unit, powi := uint64(1), 0
	for v/unit >= base && powi < len(suffixes) {
		unit *= base
		powi++
	}
	// The precision follows the integer quotient, before rounding.
	prec := 0
	switch q := v / unit; {
	case q < 10:
		prec = 2
	case q < 100:
		prec = 1
	}
	b = strconv.AppendFloat(b, float64(v)/float64(unit), 'f', prec, 64)
	b = append(b, suffixes[powi-1])
	if u.IEC {
		b = append(b, 'i')
	}
	return b
}

// Count writes a column of a counter table in text: the number right-aligned
// to width, then a blank.
func (p *Pen) Count(u Units, width int, v uint64) {
	if !p.json {
		p.b = append(u.AppendCount(p.b, width, v), ' ')
	}
}

// AppendHex appends n as C's %#0WIDTHx does: 0x stands before all numbers but
// zero, and counts for the width.
func AppendHex(b []byte, n uint64, width int) []byte {
	if n != 0 {
		b = append(b, "0x"...)
		width -= 2
	}
	return AppendHexDigits(b, n, width)
}

// AppendHexDigits appends n as C's %0WIDTHx does.
func AppendHexDigits(b []byte, n uint64, width int) []byte {
	at := len(b)
	b = room(b, max(width, (bits.Len64(n|1)+3)/4))
	for i := len(b) - 1; i >= at; i-- {
		b[i] = HexDigits[n&15]
		n >>= 4
	}
	return b
}

// HexDigits are the digits of hexadecimal numbers.
const HexDigits = "0123456789abcdef"

// AppendHexBytes appends two digits for each byte of v.
func AppendHexBytes(b, v []byte) []byte {
	for _, c := range v {
		b = append(b, HexDigits[c>>4], HexDigits[c&15])
	}
	return b
}

// AppendPadded appends n as C's %WIDTHd does, with blanks before it.
func AppendPadded(b []byte, n uint64, width int) []byte {
	for limit := uint64(10); width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, ' ')
		}
	}
	return strconv.AppendUint(b, n, 10)
}

// AppendTicks appends hundredths of a second, in which bridges count, as seconds:
// %WIDTHd.%02d.
func AppendTicks(b []byte, n uint64, width int) []byte {
	b = append(AppendPadded(b, n/100, width), '.')
	return append(b, byte('0'+n/10%10), byte('0'+n%10))
}

// A Number is what stands around one: its name in JSON, what is before it in text.
type Number struct {
	Key, Pre string
	Signed   bool // it has 64 bits of which the first is a sign
}

// Numbers writes several fields at once, behind which post stands in text.
func (p *Pen) Numbers(words []Number, post string, values ...uint64) {
	for i, v := range values {
		w := &words[i]
		if p.json {
			p.key(w.Key)
		} else {
			p.b = append(p.b, w.Pre...)
		}
		switch {
		case v < 10: // most counters of what nothing passes
			p.b = append(p.b, '0'+byte(v))
		case w.Signed:
			p.b = strconv.AppendInt(p.b, int64(v), 10)
		default:
			p.b = strconv.AppendUint(p.b, v, 10)
		}
	}
	p.Text(post)
}
