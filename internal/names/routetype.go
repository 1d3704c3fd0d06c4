package names

import (
	"strconv"

	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// routeTypes are the types of a route, which are also the actions of a rule,
// in the order in which the words are tried. "=" marks words that do not
// abbreviate.
var routeTypes = []struct {
	words string
	id    uint8
}{
	{"=local", unix.RTN_LOCAL}, {"=nat", unix.RTN_NAT}, {"broadcast|=brd", unix.RTN_BROADCAST},
	{"anycast", unix.RTN_ANYCAST}, {"multicast", unix.RTN_MULTICAST}, {"prohibit", unix.RTN_PROHIBIT},
	{"unreachable", unix.RTN_UNREACHABLE}, {"blackhole", unix.RTN_BLACKHOLE}, {"xresolve", unix.RTN_XRESOLVE},
	{"unicast", unix.RTN_UNICAST}, {"=throw", unix.RTN_THROW},
}

// RouteType returns the name of a route's type.
func (ts *Tables) RouteType(id uint8) string {
	if id == unix.RTN_UNSPEC && !ts.Numeric {
		return "none"
	}
	for _, t := range routeTypes {
		if t.id == id && !ts.Numeric {
			return word.First(t.words)
		}
	}
	return strconv.Itoa(int(id))
}

// ParseRouteType reads a route's type, by name or number.
func ParseRouteType(s string) (uint8, bool) {
	for _, t := range routeTypes {
		if word.Match(t.words, s) {
			return t.id, true
		}
	}
	id, ok := parseNumber(s, 0)
	return uint8(id), ok && id <= 255
}
