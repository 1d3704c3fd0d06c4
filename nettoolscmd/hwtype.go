package nettoolscmd

import (
	"gip/internal/cli"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A hwType is a kind of link layer, in the order of the usage text.
type hwType struct {
	name  string
	title string
	arp   int // ARPHRD_
	size  int // of an address that is printed or read; 0 for none
	style addrStyle
	input bool // an address of this kind can be read
	// hideNull tells that an address of zeros is not shown.
	hideNull bool
}

// addrStyle is how an address is written.
type addrStyle uint8

const (
	noAddr addrStyle = iota
	colons           // 02:0a
	upperColons
	upperDashes
	reversed // colons, last byte first
	empty    // nothing, behind the blank; cannot be read
)

var hwTypes = []hwType{
	{name: "loop", title: "Local Loopback", arp: unix.ARPHRD_LOOPBACK},
	{name: "slip", title: "Serial Line IP", arp: unix.ARPHRD_SLIP},
	{name: "cslip", title: "VJ Serial Line IP", arp: unix.ARPHRD_CSLIP},
	{name: "slip6", title: "6-bit Serial Line IP", arp: unix.ARPHRD_SLIP6},
	{name: "cslip6", title: "VJ 6-bit Serial Line IP", arp: unix.ARPHRD_CSLIP6},
	{name: "adaptive", title: "Adaptive Serial Line IP", arp: unix.ARPHRD_ADAPT},
	{name: "ash", title: "Ash", arp: unix.ARPHRD_ASH, size: 64, input: true, hideNull: true},
	{name: "ether", title: "Ethernet", arp: unix.ARPHRD_ETHER, size: 6, style: colons, input: true},
	{name: "ax25", title: "AMPR AX.25", arp: unix.ARPHRD_AX25, size: 7, input: true},
	{name: "netrom", title: "AMPR NET/ROM", arp: unix.ARPHRD_NETROM, size: 7, input: true},
	{name: "rose", title: "AMPR ROSE", arp: unix.ARPHRD_ROSE, size: 10, input: true},
	{name: "tunnel", title: "IPIP Tunnel", arp: unix.ARPHRD_TUNNEL, style: empty, input: true},
	{name: "ppp", title: "Point-to-Point Protocol", arp: unix.ARPHRD_PPP},
	{name: "hdlc", title: "(Cisco)-HDLC", arp: unix.ARPHRD_HDLC},
	{name: "lapb", title: "LAPB", arp: unix.ARPHRD_LAPB},
	{name: "arcnet", title: "ARCnet", arp: unix.ARPHRD_ARCNET, size: 1, style: upperColons, input: true},
	{name: "dlci", title: "Frame Relay DLCI", arp: unix.ARPHRD_DLCI, size: 3},
	{name: "frad", title: "Frame Relay Access Device", arp: unix.ARPHRD_FRAD},
	{name: "sit", title: "IPv6-in-IPv4", arp: unix.ARPHRD_SIT},
	{name: "fddi", title: "Fiber Distributed Data Interface", arp: unix.ARPHRD_FDDI, size: 6, style: upperDashes, input: true},
	{name: "hippi", title: "HIPPI", arp: unix.ARPHRD_HIPPI, size: 6, style: upperColons, input: true},
	{name: "irda", title: "IrLAP", arp: unix.ARPHRD_IRDA, size: 4, style: reversed},
	{name: "ec", title: "Econet", arp: unix.ARPHRD_ECONET},
	{name: "x25", title: "generic X.25", arp: unix.ARPHRD_X25, size: 10, input: true},
	{name: "eui64", title: "Generic EUI-64", arp: unix.ARPHRD_EUI64, size: 8, style: upperColons, input: true},
	unspecType,
}

// unspecType is what all others are; its address has the size of a sockaddr.
var unspecType = hwType{name: "unspec", title: "UNSPEC", arp: -1, size: 16, style: upperDashes}

func hwTypeNamed(name string) *hwType {
	for i := range hwTypes {
		word.Offer(name, hwTypes[i].name)
		if hwTypes[i].name == name {
			return &hwTypes[i]
		}
	}
	return nil
}

// hwTypeOf returns the row of an ARPHRD number, that of unspec if it has none.
func hwTypeOf(arp uint16) *hwType {
	for i := range hwTypes {
		if hwTypes[i].arp == int(arp) {
			return &hwTypes[i]
		}
	}
	return &unspecType
}

// appendAddr writes an address; what a lacks reads as zero.
func (h *hwType) appendAddr(b, a []byte) []byte {
	const upperHex = "0123456789ABCDEF"
	lower, sep := byte(0), byte(':')
	switch h.style {
	case colons, reversed:
		lower = ' ' // the bit that makes a capital letter small; digits have it
	case upperDashes:
		sep = '-'
	}
	for n := range h.size {
		c, i := byte(0), n
		if h.style == reversed {
			i = h.size - 1 - n
		}
		if i < len(a) {
			c = a[i]
		}
		if n > 0 {
			b = append(b, sep)
		}
		b = append(b, upperHex[c>>4]|lower, upperHex[c&15]|lower)
	}
	return b
}

// parse reads an address: up to size bytes of one or two hexadecimal digits,
// with or without colons; missing bytes are those of before, or zero. Kinds that
// no device of ours has are taken as they are: the kernel refuses them.
func (h *hwType) parse(s string, before []byte) (a []byte, ok bool) {
	a = make([]byte, h.size)
	copy(a, before)
	if h.style == noAddr || h.style == empty {
		return a, h.style == noAddr
	}
	for i := 0; i < h.size && s != ""; i++ {
		n := min(2, len(s))
		if n == 2 && s[1] == ':' {
			n = 1
		}
		v, ok := hexByte(s[:n])
		if !ok {
			return nil, false
		}
		a[i] = v
		if s = s[n:]; s != "" && s[0] == ':' {
			s = s[1:]
			// two colons in a row are as good as one after a lone digit
			if n == 1 && s != "" && s[0] == ':' {
				s = s[1:]
			}
		}
	}
	return a, true
}

// hexByte reads one or two hexadecimal digits, and nothing else.
func hexByte(s string) (byte, bool) {
	for i := range len(s) {
		if c := s[i] | 0x20; (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return 0, false
		}
	}
	v, ok := cli.ParseUint(s, 16, 8)
	return byte(v), ok
}
