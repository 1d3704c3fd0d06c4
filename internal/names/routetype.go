package names

import (
	"strconv"
	"strings"

	"gip/internal/uapi"
)

// routeTypes are the types of a route, which are also the actions of a rule,
// in the order in which the words are tried. "=" marks words that do not
// abbreviate.
var routeTypes = []struct {
	words string
	id    uint8
}{
	{"=local", uapi.RTN_LOCAL}, {"=nat", uapi.RTN_NAT}, {"broadcast|=brd", uapi.RTN_BROADCAST},
	{"anycast", uapi.RTN_ANYCAST}, {"multicast", uapi.RTN_MULTICAST}, {"prohibit", uapi.RTN_PROHIBIT},
	{"unreachable", uapi.RTN_UNREACHABLE}, {"blackhole", uapi.RTN_BLACKHOLE}, {"xresolve", uapi.RTN_XRESOLVE},
	{"unicast", uapi.RTN_UNICAST}, {"=throw", uapi.RTN_THROW},
}

// RouteType returns the name of a route's type.
func (ts *Tables) RouteType(id uint8) string {
	if id == uapi.RTN_UNSPEC && !ts.Numeric {
		return "none"
	}
	for _, t := range routeTypes {
		if t.id == id && !ts.Numeric {
			word, _, _ := strings.Cut(t.words, "|")
			return strings.TrimPrefix(word, "=")
		}
	}
	return strconv.Itoa(int(id))
}

// ParseRouteType reads a route's type, by name or number.
func ParseRouteType(s string) (uint8, bool) {
	for _, t := range routeTypes {
		for word := range strings.SplitSeq(t.words, "|") {
			exact, isExact := strings.CutPrefix(word, "=")
			if s == exact || !isExact && s != "" && strings.HasPrefix(word, s) {
				return t.id, true
			}
		}
	}
	id, ok := parseNumber(s, 0)
	return uint8(id), ok && id <= 255
}
