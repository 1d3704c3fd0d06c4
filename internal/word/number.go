// Package word is what single words mean: keywords and their abbreviations,
// names of numbers, and numbers as the functions of the C library read them that
// the real tools call: with blanks in front, in any base, with anything behind
// them, too large or negative. The C library is glibc 2.38 or later, whose base 0
// knows 0b for binary numbers.
package word

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// isSpace is C's, without a locale.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// cutSign steps over blanks and a sign at the head of s.
func cutSign(s string) (rest string, neg bool) {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:], s[0] == '-'
	}
	return s, false
}

// A number is what the readers of whole numbers find at the head of a word.
type number struct {
	abs      uint64
	neg      bool
	overflow bool   // more than 64 bits
	rest     string // what follows; the whole word if there is no number
}

// readNumber reads a number of the base, with base 0 of the one that its prefix
// names: 0x, 0b or 0.
func readNumber(s string, base int) number {
	digits, neg := cutSign(s)
	digits, base = cutPrefix(digits, base)
	n := number{neg: neg}
	i := 0
	for ; i < len(digits); i++ {
		d := digit(digits[i])
		if d >= base {
			break
		}
		hi, lo := bits.Mul64(n.abs, uint64(base))
		sum, carry := bits.Add64(lo, uint64(d), 0)
		n.overflow = n.overflow || hi != 0 || carry != 0
		n.abs = sum
	}
	if i == 0 {
		return number{rest: s}
	}
	n.rest = digits[i:]
	return n
}

// cutPrefix resolves base 0 and steps over a prefix that digits follow.
func cutPrefix(s string, base int) (rest string, resolved int) {
	if len(s) > 2 && s[0] == '0' {
		switch c := s[1] | 0x20; {
		case c == 'x' && (base == 0 || base == 16) && digit(s[2]) < 16:
			return s[2:], 16
		case c == 'b' && (base == 0 || base == 2) && digit(s[2]) < 2:
			return s[2:], 2
		}
	}
	switch {
	case base != 0:
		return s, base
	case s != "" && s[0] == '0':
		return s, 8
	}
	return s, 10
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// C's long has as many bits as a pointer; what the real tool of an architecture
// with 32 takes, decides there. Numbers of 64 bits it reads as long long, which
// has 64 everywhere.
const (
	long     = strconv.IntSize
	longLong = 64
)

// unsigned is the value as strtoul has it if a long has that many bits: a negative
// number wraps, one that is too large is the largest. fits is false where strtoul
// sets errno to ERANGE.
func (n *number) unsigned(size int) (v uint64, fits bool) {
	most := uint64(math.MaxUint64) >> (64 - size)
	switch {
	case n.overflow || n.abs > most:
		return most, false
	case n.neg:
		return -n.abs & most, true
	}
	return n.abs, true
}

// signed is the value as strtol has it if a long has that many bits; fits tells
// that it needed no clamping.
func (n *number) signed(size int) (v int64, fits bool) {
	most := int64(math.MaxInt64) >> (64 - size)
	switch {
	case n.neg && (n.overflow || n.abs > uint64(most)+1):
		return -most - 1, false
	case n.neg:
		return -int64(n.abs), true
	case n.overflow || n.abs > uint64(most):
		return most, false
	}
	return int64(n.abs), true
}

// Strtoul reads the number that s begins with as strtoul does and returns what
// follows it: all of s if there is no number. fits is false where it sets errno to
// ERANGE.
func Strtoul(s string, base int) (v uint64, rest string, fits bool) {
	n := readNumber(s, base)
	v, fits = n.unsigned(long)
	return v, n.rest, fits
}

// Strtol is Strtoul for signed numbers, as strtol.
func Strtol(s string, base int) (v int64, rest string, fits bool) {
	n := readNumber(s, base)
	v, fits = n.signed(long)
	return v, n.rest, fits
}

// Strtoumax is Strtoul as strtoumax, which has 64 bits on each architecture.
func Strtoumax(s string, base int) (v uint64, rest string, fits bool) {
	n := readNumber(s, base)
	v, fits = n.unsigned(longLong)
	return v, n.rest, fits
}

// Strtoimax is Strtoumax for signed numbers, as strtoimax.
func Strtoimax(s string, base int) (v int64, rest string, fits bool) {
	n := readNumber(s, base)
	v, fits = n.signed(longLong)
	return v, n.rest, fits
}

// typeSize is the size of the type that iproute2 reads a number of size bits in.
func typeSize(size int) int {
	if size == 64 {
		return longLong
	}
	return long
}

// Scanu reads a number as sscanf does with %u, which keeps its low 32 bits; ok is
// false if there is none.
func Scanu(s string) (v uint32, rest string, ok bool) {
	u, rest, _ := Strtoul(s, 10)
	return uint32(u), rest, rest != s
}

// Scan reads a number as sscanf does with %i (base 0), %d (10) or %x (16). Unlike
// strtol it does not take the 0 of a 0x without digits for a number. Base 0 does
// not know 0b: bridge-utils, which alone reads with %i, was built for an older C.
func Scan(s string, base int) (v int32, rest string, ok bool) {
	if digits, _ := cutSign(s); base != 10 && len(digits) > 1 && digits[0] == '0' {
		switch letter := digits[1] | 0x20; {
		case letter == 'x' && (len(digits) == 2 || digit(digits[2]) >= 16):
			return 0, s, false
		case letter == 'b' && base == 0:
			return 0, digits[1:], true
		}
	}
	n, rest, _ := Strtol(s, base)
	if base == 16 {
		u, _, _ := Strtoul(s, base)
		n = int64(u)
	}
	return int32(n), rest, rest != s
}

// Atoi reads the number that s begins with, 0 if there is none, as atoi does.
func Atoi(s string) int32 {
	v, _, _ := Strtol(s, 10)
	return int32(v)
}

// Uint reads the whole of s as a number of at most size bits, as get_u8 to
// get_u64 of iproute2 do: negative ones wrap in the type that they are read in, and
// count if what they come to is small enough.
func Uint(s string, base, size int) (uint64, bool) {
	n := readNumber(s, base)
	return n.uint(s, size, typeSize(size))
}

func (n *number) uint(s string, size, typeSize int) (uint64, bool) {
	v, fits := n.unsigned(typeSize)
	if s == "" || n.rest != "" || !fits {
		return 0, false
	}
	return v, size == 64 || v>>size == 0
}

// Int reads the whole of s as a signed number of at most size bits.
func Int(s string, base, size int) (int64, bool) {
	n := readNumber(s, base)
	return n.int(s, size, typeSize(size))
}

func (n *number) int(s string, size, typeSize int) (int64, bool) {
	v, fits := n.signed(typeSize)
	if s == "" || n.rest != "" || !fits {
		return 0, false
	}
	limit := int64(1) << (size - 1)
	return v, size == 64 || v >= -limit && v < limit
}

// Strtod reads the number that s begins with as strtod does, of 64 bits, or as
// strtof, of 32: decimal or hexadecimal, with an exponent, inf or nan. rest is all
// of s if there is no number. fits is false where they set errno to ERANGE: the
// number is too large, or too small to have all its digits.
func Strtod(s string, size int) (v float64, rest string, fits bool) {
	text, neg := cutSign(s)
	n, hex := realSpan(text)
	if n == 0 {
		return 0, s, true
	}
	number := text[:n]
	switch {
	case hex && !strings.ContainsAny(number, "pP"):
		number += "p0" // Go has no hexadecimal number without exponent
	case number[0]|0x20 == 'n':
		number = "nan"
	}
	v, err := strconv.ParseFloat(number, size)
	fits = err == nil && (v >= minNormal(size) || v != v || isZero(number, hex))
	if neg {
		v = math.Copysign(v, -1)
	}
	return v, text[n:], fits
}

// minNormal is the least positive number that has all its digits.
func minNormal(size int) float64 {
	if size == 32 {
		return 0x1p-126
	}
	return 0x1p-1022
}

// isZero tells whether no digit in front of the exponent is another than zero.
func isZero(number string, hex bool) bool {
	letters := "eE"
	if hex {
		letters = "pP"
	}
	if i := strings.IndexAny(number, letters); i >= 0 {
		number = number[:i]
	}
	return strings.Trim(number, "0.xX") == ""
}

// Scanlf reads a number as sscanf does with %lf. Unlike strtod it does not step
// back from what only begins as a number does: 1e, 0x, infin.
func Scanlf(s string) (v float64, rest string, ok bool) {
	v, rest, _ = Strtod(s, 64)
	if rest == "" || rest == s {
		return v, rest, rest != s
	}
	switch last, next := s[len(s)-len(rest)-1]|0x20, rest[0]|0x20; {
	case last == 'f' && math.IsInf(v, 0):
		return v, rest, next != 'i'
	case v != v: // not a number
		return v, rest, next != '('
	case next == 'x':
		return v, rest, last != '0' || v != 0
	}
	return v, rest, !strings.ContainsRune("ep", rune(rest[0]|0x20))
}

// realSpan is the length of the number without sign at the head of s.
func realSpan(s string) (n int, hex bool) {
	for _, name := range []string{"infinity", "inf", "nan"} {
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			return len(name) + nanSpan(s[len(name):], name == "nan"), false
		}
	}
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		if n := mantissa(s[2:], 16); n > 0 {
			n += 2
			return n + exponent(s[n:], 'p'), true
		}
	}
	if n = mantissa(s, 10); n > 0 {
		n += exponent(s[n:], 'e')
	}
	return n, false
}

// nanSpan is the length of the (WORD) that may follow nan.
func nanSpan(s string, nan bool) int {
	if !nan || s == "" || s[0] != '(' {
		return 0
	}
	i := 1
	for i < len(s) && (digit(s[i]) < 36 || s[i] == '_') {
		i++
	}
	if i == len(s) || s[i] != ')' {
		return 0
	}
	return i + 1
}

// mantissa is the length of digits with at most one point among them, 0 if there
// is no digit.
func mantissa(s string, base int) int {
	i, digits, point := 0, false, false
	for ; i < len(s); i++ {
		switch {
		case digit(s[i]) < base:
			digits = true
		case s[i] == '.' && !point:
			point = true
		default:
			return spanIf(digits, i)
		}
	}
	return spanIf(digits, i)
}

func spanIf(ok bool, n int) int {
	if !ok {
		return 0
	}
	return n
}

// exponent is the length of an exponent after that letter, 0 if there is none.
func exponent(s string, letter byte) int {
	if s == "" || s[0]|0x20 != letter {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	start := i
	for i < len(s) && digit(s[i]) < 10 {
		i++
	}
	return spanIf(i > start, i)
}

// A Scanner reads numbers and words as one call of sscanf does: white space before
// them is skipped, and after the first that is not there nothing more is read.
type Scanner struct {
	Text   string // what is left
	Failed bool
	Count  int // what was read
}

func (s *Scanner) skip() {
	for s.Text != "" && isSpace(s.Text[0]) {
		s.Text = s.Text[1:]
	}
}

// took counts a number, or ends the reading.
func (s *Scanner) took(rest string, ok bool) bool {
	if s.Failed = s.Failed || !ok; s.Failed {
		return false
	}
	s.Text = rest
	s.Count++
	return true
}

// scanned takes what read makes of the text, or 0.
func scanned[T any](s *Scanner, read func(string) (v T, rest string, ok bool)) (v T) {
	s.skip()
	if n, rest, ok := read(s.Text); s.took(rest, ok) {
		v = n
	}
	return v
}

// Int is %d.
func (s *Scanner) Int() int32 { return scanned(s, scan10) }

func scan10(s string) (v int32, rest string, ok bool) { return Scan(s, 10) }

// Uint is %u.
func (s *Scanner) Uint() uint32 { return scanned(s, Scanu) }

// Uint64 is %llu.
func (s *Scanner) Uint64() uint64 {
	s.skip()
	n := readNumber(s.Text, 10)
	v, _ := n.unsigned(longLong)
	if s.took(n.rest, n.rest != s.Text) {
		return v
	}
	return 0
}

// Float is %lg.
func (s *Scanner) Float() float64 { return scanned(s, Scanlf) }

// Hex is %x.
func (s *Scanner) Hex() uint32 { return uint32(s.Hex64()) }

// Hex64 is %llx.
func (s *Scanner) Hex64() uint64 {
	s.skip()
	_, rest, ok := Scan(s.Text, 16)
	n := readNumber(s.Text, 16)
	v, _ := n.unsigned(longLong)
	if s.took(rest, ok) {
		return v
	}
	return 0
}

// Char reads a byte that has to be there.
func (s *Scanner) Char(c byte) {
	if s.Failed || s.Text == "" || s.Text[0] != c {
		s.Failed = true
		return
	}
	s.Text = s.Text[1:]
}

// Word is %s.
func (s *Scanner) Word() string {
	s.skip()
	n := 0
	for n < len(s.Text) && !isSpace(s.Text[n]) {
		n++
	}
	w := s.Text[:n]
	if s.took(s.Text[n:], n > 0) {
		return w
	}
	return ""
}

// Line is %[^\n] behind white space.
func (s *Scanner) Line() string {
	s.skip()
	line := s.Text
	if s.took("", line != "") {
		return line
	}
	return ""
}
