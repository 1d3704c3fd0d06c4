package names

import (
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
