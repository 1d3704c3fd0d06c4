package names

import (
	"strings"

	"gip/internal/word"
)

// parseNumber reads the whole of s as a number of up to 32 bits.
func parseNumber(s string, base int) (uint32, bool) {
	v, ok := word.Uint(s, base, 32)
	return uint32(v), ok
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

// scanPair reads a number of a base, with blanks in front, and the word behind it.
func scanPair(s string, base int) (id int32, name string, ok bool) {
	id, rest, ok := word.Scan(s, base)
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, "", false
	}
	return id, fields[0], true
}
