package cli

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Prefix is an address of any family with its prefix length, as the command
// line gives it. The zero Prefix is unspecified.
type Prefix struct {
	Family uint8
	// Any tells that the word was default, any or all: there is no address.
	Any bool
	// Set tells that a length was written, or is implied by default.
	Set  bool
	Bits int // prefix length; that of the whole address where none was given
	n    int
	b    [MaxLLAddr]byte
	long []byte // instead of b: a stack of many MPLS labels
}

// Bytes returns the address in network order; it has no bytes for any and all
// and zero bytes for default.
func (p *Prefix) Bytes() []byte {
	if p.long != nil {
		return p.long
	}
	return p.b[:p.n]
}

// Addr returns an IPv4 or IPv6 address as package netip has it.
func (p *Prefix) Addr() netip.Addr {
	a, _ := netip.AddrFromSlice(p.Bytes())
	return a
}

func (p *Prefix) set(family uint8, b []byte) {
	p.Family = family
	p.n = copy(p.b[:], b)
	p.Bits = FamilyBits(family)
}

// Covers reports whether the address lies in the prefix. A prefix of no
// family or no length covers all, an address that is missing (nil) is covered
// by all.
func (p *Prefix) Covers(addr []byte) bool {
	if addr == nil || p.Family == unix.AF_UNSPEC || p.Bits <= 0 {
		return true
	}
	n, rest := p.Bits/8, p.Bits%8
	if len(addr) != p.n || !bytes.Equal(addr[:n], p.b[:n]) {
		return false
	}
	return rest == 0 || (addr[n]^p.b[n])>>(8-rest) == 0
}

// FamilyBits is the length of an address of the family, 0 for other families.
func FamilyBits(family uint8) int {
	switch family {
	case unix.AF_INET:
		return 32
	case unix.AF_INET6:
		return 128
	case unix.AF_MPLS:
		return 20
	}
	return 0
}

// FamilyName is the word for an address family in messages and output.
func FamilyName(family uint8) string {
	switch family {
	case unix.AF_UNSPEC:
		return "any valid"
	case unix.AF_INET:
		return "inet"
	case unix.AF_INET6:
		return "inet6"
	case unix.AF_PACKET:
		return "link"
	case unix.AF_MPLS:
		return "mpls"
	case unix.AF_BRIDGE:
		return "bridge"
	}
	return "???"
}

// ParseFamily reads the word for an address family; 0 if it is none.
func ParseFamily(s string) uint8 {
	for _, f := range []uint8{unix.AF_INET, unix.AF_INET6, unix.AF_PACKET, unix.AF_MPLS, unix.AF_BRIDGE} {
		if word.Has(FamilyName(f), s) {
			return f
		}
	}
	return unix.AF_UNSPEC
}

// TryAddr reads an address of the family (unix.AF_UNSPEC: IPv4 or IPv6).
func TryAddr(s string, family uint8) (p Prefix, ok bool) {
	switch {
	case s == "default" || s == "all" || s == "any":
		if family == unix.AF_MPLS {
			return p, false
		}
		p.Family, p.Any = family, true
		if s == "default" {
			p.Set, p.n = true, FamilyBits(family)/8
		}
		return p, true
	case family == unix.AF_PACKET:
		b, ok := ParseLLAddr(s, MaxLLAddr)
		p.set(family, b)
		p.Bits = 8 * len(b)
		return p, ok
	case strings.Contains(s, ":"):
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" || family != unix.AF_UNSPEC && family != unix.AF_INET6 {
			return p, false
		}
		b := a.As16()
		p.set(unix.AF_INET6, b[:])
		return p, true
	case family == unix.AF_MPLS:
		b, ok := parseLabels(s)
		p.set(family, b)
		if len(b) > len(p.b) {
			p.long = b
		}
		return p, ok
	case family != unix.AF_UNSPEC && family != unix.AF_INET:
		return p, false
	}
	b, ok := parseIPv4(s)
	p.set(unix.AF_INET, b[:])
	return p, ok
}

// TryPrefix reads ADDR, ADDR/LEN or ADDR/MASK.
func TryPrefix(s string, family uint8) (p Prefix, ok bool) {
	addr, length, slash := strings.Cut(s, "/")
	p, ok = TryAddr(addr, family)
	if !ok || !slash {
		return p, ok
	}
	n, ok := parseLength(length)
	if !ok || p.Any || n > FamilyBits(p.Family) {
		return p, false
	}
	p.Bits, p.Set = n, true
	return p, true
}

// parseLength reads a prefix length, or an IPv4 mask without holes.
func parseLength(s string) (int, bool) {
	if n, ok := ParseUint(s, 0, 32); ok {
		return int(min(n, 1<<20)), true
	}
	p, ok := TryAddr(s, unix.AF_INET)
	if !ok {
		return 0, false
	}
	mask := binary.BigEndian.Uint32(p.b[:]) // of any and all, 0
	for n := 0; n <= 32; n++ {
		if mask == uint32(0xffffffff<<(32-n)) {
			return n, true
		}
	}
	return 0, false
}

// parseIPv4 reads up to four numbers between dots; what is missing is zero, so
// that 10.8 is 10.8.0.0. Numbers may be octal and hexadecimal.
func parseIPv4(s string) (b [4]byte, ok bool) {
	if b, ok := plainIPv4(s); ok {
		return b, true
	}
	for i := range b {
		v, rest, _ := word.Strtoul(s, 0)
		if rest == s || v > 255 {
			return b, false
		}
		b[i] = byte(v)
		s = rest
		if s == "" {
			return b, true
		}
		if s[0] != '.' || i == 3 {
			return b, false
		}
		s = s[1:]
	}
	return b, false
}

// plainIPv4 reads four decimal numbers, as most addresses are written.
func plainIPv4(s string) (b [4]byte, ok bool) {
	part, start, v := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && (i == start || s[start] != '0') && v < 26:
			v = 10*v + int(c-'0')
		case c == '.' && i > start && v < 256 && part < 3:
			b[part] = byte(v)
			part, start, v = part+1, i+1, 0
		default:
			return b, false
		}
	}
	b[part] = byte(v)
	return b, part == 3 && start < len(s) && v < 256
}

// InetAton reads an address as inet_aton(3): one to four numbers, decimal, octal
// or hexadecimal, the last of which fills what is left.
func InetAton(s string) (a [4]byte, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return a, false
	}
	var v uint64
	for i, p := range parts {
		size := 8
		if i == len(parts)-1 {
			size = 32 - 8*i
		}
		n, ok := ParseUint(p, 0, size)
		if !ok || p[0] < '0' || p[0] > '9' || len(p) > 1 && p[1]|0x20 == 'b' { // no binary numbers here
			return a, false
		}
		v = v<<size | n
	}
	binary.BigEndian.PutUint32(a[:], uint32(v))
	return a, true
}

// Fields of an MPLS label stack entry (linux/mpls.h).
const (
	labelShift  = uapi.MPLS_LS_LABEL_SHIFT
	labelBottom = uapi.MPLS_LS_S_MASK
)

// parseLabels reads a stack of MPLS labels, "100/200".
func parseLabels(s string) (b []byte, ok bool) {
	words := strings.Split(s, "/")
	for i, w := range words {
		v, ok := ParseUint(w, 0, 20)
		if !ok || i >= 64 {
			return nil, false
		}
		entry := uint32(v) << labelShift
		if i == len(words)-1 {
			entry |= labelBottom
		}
		b = binary.BigEndian.AppendUint32(b, entry)
	}
	return b, true
}

// MaxLLAddr is the length of the longest link-layer address.
const MaxLLAddr = 32

// ParseLLAddr reads a link-layer address of at most limit bytes: bytes in
// hexadecimal between colons, each of which begins with a digit, or an IPv4
// address in dots.
func ParseLLAddr(s string, limit int) (b []byte, ok bool) { return AppendParsedLLAddr(nil, s, limit) }

// AppendParsedLLAddr is ParseLLAddr that appends to b, which is empty.
func AppendParsedLLAddr(b []byte, s string, limit int) ([]byte, bool) {
	if strings.Contains(s, ".") {
		ip, ok := parseIPv4(s)
		return append(b, ip[:]...), ok
	}
	for {
		part, rest, more := strings.Cut(s, ":")
		v, ok := hexByte(part)
		if !ok || len(b) == limit {
			return nil, false
		}
		b = append(b, v)
		if s = rest; !more {
			return b, true
		}
	}
}

// hexByte reads a number of up to 8 bits; most have two digits.
func hexByte(s string) (uint8, bool) {
	if len(s) == 2 && hexDigit(s[0]) < 16 && hexDigit(s[1]) < 16 {
		return hexDigit(s[0])<<4 | hexDigit(s[1]), true
	}
	v, ok := ParseUint(s, 16, 8)
	return uint8(v), ok && hexDigit(s[0]) < 16
}

// hexDigit is the value of a digit, or 16.
func hexDigit(c byte) uint8 {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// LLAddr reads a link-layer address for a command.
func LLAddr(s string) ([]byte, error) {
	b, ok := ParseLLAddr(s, MaxLLAddr)
	if !ok {
		return nil, Exit(StatusError, `"%s" is invalid lladdr.`, s)
	}
	return b, nil
}

// Addr reads an address for a command.
func Addr(s string, family uint8) (Prefix, error) {
	p, ok := TryAddr(s, family)
	if !ok {
		return p, Exit(StatusError, `Error: %s address is expected rather than "%s".`, FamilyName(family), s)
	}
	return p, nil
}

// ParsePrefix reads a prefix for a command.
func ParsePrefix(s string, family uint8) (Prefix, error) {
	if family == unix.AF_PACKET {
		return Prefix{}, Exit(StatusError, `Error: "%s" may be inet prefix, but it is not allowed in this context.`, s)
	}
	p, ok := TryPrefix(s, family)
	if !ok {
		return p, Exit(StatusError, `Error: %s prefix is expected rather than "%s".`, FamilyName(family), s)
	}
	return p, nil
}

// Addr32 reads an IPv4 address for the old tunnel commands.
func Addr32(s string) ([4]byte, error) {
	p, ok := TryAddr(s, unix.AF_INET)
	if !ok {
		return [4]byte{}, Exit(StatusError, `Error: an IP address is expected rather than "%s"`, s)
	}
	return [4]byte(p.b[:4]), nil
}

// AppendAddr appends an address as inet_ntop and its kin write it.
func AppendAddr(b []byte, family uint8, a []byte) []byte {
	switch {
	case family == unix.AF_INET && len(a) >= 4:
		return show.AppendIPv4(b, [4]byte(a))
	case family == unix.AF_INET6 && len(a) >= 16:
		return show.AppendIPv6(b, [16]byte(a))
	case family == unix.AF_MPLS:
		return appendLabels(b, a)
	case family == unix.AF_PACKET:
		return AppendLLAddr(b, unix.ARPHRD_VOID, a)
	}
	return append(b, "???"...)
}

func appendLabels(b, a []byte) []byte {
	for i := 0; len(a) >= 4; i++ {
		entry := binary.BigEndian.Uint32(a)
		if i > 0 {
			b = append(b, '/')
		}
		b = strconv.AppendUint(b, uint64(entry>>labelShift), 10)
		if entry&labelBottom != 0 {
			break
		}
		a = a[4:]
	}
	return b
}

// AppendLLAddr appends a link-layer address: an IP address for tunnels, bytes
// in hexadecimal else. arphrd is the link's ARPHRD type.
func AppendLLAddr(b []byte, arphrd uint16, a []byte) []byte {
	switch {
	case len(a) == 4 && (arphrd == unix.ARPHRD_TUNNEL || arphrd == unix.ARPHRD_SIT || arphrd == unix.ARPHRD_IPGRE):
		// Not by AppendAddr: the compiler puts the buffers of functions that
		// call each other on the heap.
		return show.AppendIPv4(b, [4]byte(a))
	case len(a) == 16 && (arphrd == unix.ARPHRD_TUNNEL6 || arphrd == unix.ARPHRD_IP6GRE):
		return show.AppendIPv6(b, [16]byte(a))
	}
	for len(a) > 6 {
		b = show.AppendMAC(b, [6]byte(a))
		b = append(b, ':')
		a = a[6:]
	}
	if len(a) == 6 {
		return show.AppendMAC(b, [6]byte(a))
	}
	for i := range a {
		if i > 0 {
			b = append(b, ':')
		}
		b = show.AppendHexBytes(b, a[i:i+1])
	}
	return b
}

// ValidIfname reports whether s may name an interface: 1 to 15 bytes, not a
// dot or two, no slash and no white space.
func ValidIfname(s string) bool {
	return !word.OfferLink(s) && s != "" && len(s) < unix.IFNAMSIZ && s != "." && s != ".." && !strings.ContainsAny(s, "/ \t\n\v\f\r")
}
