package trace

import (
	"net/netip"
	"strconv"
	"strings"

	"gip/internal/field"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// shownBytes is how much of a value without a meaning is shown.
const shownBytes = 64

// typeMask takes the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER off a type.
const typeMask = 0x3fff

// attrs prints attributes, each on a line, those of a nest further in.
func (t *Tracer) attrs(depth int, s *set, table *field.Table, family uint8, b []byte) {
	words := t.words(table, b)
	var rows *field.Table // of the kind of link whose data an attribute has
	for typ, v := range rtnl.Attrs(b) {
		attr := typ & typeMask
		t.line(depth)
		t.printf("%s", nameOf(s.names, attr))
		inner := s.nest(attr, family)
		if rows = nil; s.kinds {
			rows = t.kindOf(attr, b)
		}
		switch {
		case inner != nil || rows != nil || typ&unix.NLA_F_NESTED != 0:
			if inner == nil {
				inner = &unknownSet
			}
			t.printf("\n")
			t.attrs(depth+1, inner, rows, family, v)
		case words[attr] != "":
			t.printf("%s\n", words[attr])
		default:
			t.value(s, attr, family, v)
			t.printf("\n")
		}
	}
}

// kindOf returns the rows of the kind that IFLA_LINKINFO names, if an attribute of it
// has the data of the kind, or of the one that the link's master has ("bond_slave").
func (t *Tracer) kindOf(attr uint16, info []byte) *field.Table {
	switch {
	case t.Kind == nil:
	case attr == unix.IFLA_INFO_DATA:
		return t.Kind(rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND)))
	case attr == unix.IFLA_INFO_SLAVE_DATA:
		return t.Kind(rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_SLAVE_KIND)) + "_slave")
	}
	return nil
}

// words are what a command line says for each attribute that the table has rows for,
// with a blank before.
func (t *Tracer) words(table *field.Table, b []byte) map[uint16]string {
	if table == nil {
		return nil
	}
	words := map[uint16]string{}
	table.EachWords(t.view.Of(t.env, b), func(r *field.Row, w []byte) {
		if r.In == 0 {
			words[r.Attr&typeMask] += string(w)
		}
	})
	return words
}

// value prints a value as what it looks like, with a blank before.
func (t *Tracer) value(s *set, attr uint16, family uint8, v []byte) {
	name := nameOf(s.names, attr)
	switch {
	case len(v) == 0:
	case isText(name, v):
		t.printf(" %s", strconv.Quote(rtnl.Str(v)))
	case isAddress(name) && (len(v) == 4 && family != unix.AF_UNSPEC || len(v) == 16):
		a, _ := netip.AddrFromSlice(v)
		t.printf(" %s", a)
	case len(v) == 6:
		t.printf(" %02x:%02x:%02x:%02x:%02x:%02x", v[0], v[1], v[2], v[3], v[4], v[5])
	case len(v) <= 2 || len(v) == 4 || len(v) == 8:
		t.printf(" %d", number(v))
	default:
		t.printf(" ")
		t.hex(v)
	}
}

func (t *Tracer) hex(v []byte) {
	t.printf("%x", v[:min(len(v), shownBytes)])
	if len(v) > shownBytes {
		t.printf("… %d bytes", len(v))
	}
}

// isAddress tells by an attribute's name that it has an address.
func isAddress(name string) bool {
	for _, end := range [...]string{"_ADDRESS", "_LOCAL", "_DST", "_SRC", "_GATEWAY", "_PREFSRC", "_BROADCAST", "_ANYCAST", "_MULTICAST"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// isText tells by an attribute's name that it has a text, or by the value: letters, of
// which more than a number would have, up to a zero byte.
func isText(name string, v []byte) bool {
	for _, end := range [...]string{"NAME", "_KIND", "_LABEL", "_QDISC", "_IFALIAS", "_ATTR_MSG"} {
		if strings.HasSuffix(name, end) && len(v) > 0 && v[len(v)-1] == 0 {
			return true
		}
	}
	for _, c := range v[:len(v)-1] {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return len(v) > 4 && v[len(v)-1] == 0
}
