package names

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber reads the whole of s as C's strtoul does, up to 32 bits: base 0
// takes 0x and 0 for prefixes, base 16 takes 0x too, and Go's own spellings
// (1_000, 0b1, 0o7) are no numbers.
func parseNumber(s string, base int) (uint32, bool) {
	s = strings.TrimPrefix(strings.TrimLeft(s, " \t\n\v\f\r"), "+")
	hex := len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X")
	switch {
	case hex && (base == 0 || base == 16):
		s, base = s[2:], 16
	case base == 0 && len(s) > 1 && s[0] == '0':
		base = 8
	case base == 0:
		base = 10
	}
	if s == "" || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	v, err := strconv.ParseUint(s, base, 32)
	return uint32(v), err == nil
}

// ParseRealms reads the realms of a route: [SOURCE/]DESTINATION, by name or
// number, or both in one number.
func (ts *Tables) ParseRealms(s string) (uint32, bool) {
	from, to, both := strings.Cut(s, "/")
	if !both {
		from, to = "", s
	}
	var src, dst uint32
	ok := true
	if both {
		src, ok = ts.Realms.Parse(from)
	}
	if ok && to != "" {
		dst, ok = ts.Realms.Parse(to)
	}
	if ok {
		return src<<16 | dst, true
	}
	return parseNumber(s, 0)
}

// scanLine reads "NUMBER NAME" as the real tool does, with sscanf("0x%x %s") and,
// if that fails, with sscanf("%d %s"): blanks between the two may be missing, and
// what follows the name does not matter. The number is cut to 32 bits.
func scanLine(line string) (id int32, name string, ok bool) {
	if hex, is := strings.CutPrefix(line, "0x"); is {
		if id, name, ok = scanPair(hex, 16); ok {
			return id, name, true
		}
	}
	return scanPair(line, 10)
}

// cSpace is what C's isspace takes for blanks.
const cSpace = " \t\n\v\f\r"

// scanPair reads a number of a base, with blanks in front, and the word behind it.
func scanPair(s string, base int) (id int32, word string, ok bool) {
	s = strings.TrimLeft(s, cSpace)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 {
		return 0, "", false
	}
	negative := strings.HasPrefix(s, "-")
	if base == 16 && len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x' {
		digits = digits[2:]
	}
	rest := strings.TrimLeft(digits, "0123456789abcdefABCDEF"[:base+base/16*6])
	fields := strings.Fields(rest)
	if len(rest) == len(digits) || len(fields) == 0 {
		return 0, "", false
	}
	v, err := strconv.ParseUint(digits[:len(digits)-len(rest)], base, 64)
	switch {
	case base == 10 && (err != nil || v > math.MaxInt64):
		v = math.MaxInt64
		if negative {
			v++ // C's LONG_MIN
		}
	case err != nil:
		return -1, fields[0], true // C's ULONG_MAX
	}
	if negative {
		v = -v
	}
	return int32(v), fields[0], true
}
