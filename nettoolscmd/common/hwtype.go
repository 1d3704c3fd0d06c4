package common

import (
	"gip/internal/cli"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A HwType is a kind of link layer, in the order of the usage text.
type HwType struct {
	Name  string
	Title string
	Arp   int // ARPHRD_
	Size  int // of an address that is printed or read; 0 for none
	Style addrStyle
	Input bool // an address of this kind can be read
	// hideNull tells that an address of zeros is not shown.
	hideNull bool
}

// addrStyle is how an address is written.
type addrStyle uint8

const (
	NoAddr addrStyle = iota
	colons           // 02:0a
	upperColons
	upperDashes
	reversed // colons, last byte first
	empty    // nothing, behind the blank; cannot be read
)

// HwTypes are the kinds of hardware that net-tools has names for (linux/if_arp.h).
var HwTypes = []HwType{
	{Name: "loop", Title: "Local Loopback", Arp: unix.ARPHRD_LOOPBACK},
	{Name: "slip", Title: "Serial Line IP", Arp: unix.ARPHRD_SLIP},
	{Name: "cslip", Title: "VJ Serial Line IP", Arp: unix.ARPHRD_CSLIP},
	{Name: "slip6", Title: "6-bit Serial Line IP", Arp: unix.ARPHRD_SLIP6},
	{Name: "cslip6", Title: "VJ 6-bit Serial Line IP", Arp: unix.ARPHRD_CSLIP6},
	{Name: "adaptive", Title: "Adaptive Serial Line IP", Arp: unix.ARPHRD_ADAPT},
	{Name: "ash", Title: "Ash", Arp: unix.ARPHRD_ASH, Size: 64, Input: true, hideNull: true},
	{Name: "ether", Title: "Ethernet", Arp: unix.ARPHRD_ETHER, Size: 6, Style: colons, Input: true},
	{Name: "ax25", Title: "AMPR AX.25", Arp: unix.ARPHRD_AX25, Size: 7, Input: true},
	{Name: "netrom", Title: "AMPR NET/ROM", Arp: unix.ARPHRD_NETROM, Size: 7, Input: true},
	{Name: "rose", Title: "AMPR ROSE", Arp: unix.ARPHRD_ROSE, Size: 10, Input: true},
	{Name: "tunnel", Title: "IPIP Tunnel", Arp: unix.ARPHRD_TUNNEL, Style: empty, Input: true},
	{Name: "ppp", Title: "Point-to-Point Protocol", Arp: unix.ARPHRD_PPP},
	{Name: "hdlc", Title: "(Cisco)-HDLC", Arp: unix.ARPHRD_HDLC},
	{Name: "lapb", Title: "LAPB", Arp: unix.ARPHRD_LAPB},
	{Name: "arcnet", Title: "ARCnet", Arp: unix.ARPHRD_ARCNET, Size: 1, Style: upperColons, Input: true},
	{Name: "dlci", Title: "Frame Relay DLCI", Arp: unix.ARPHRD_DLCI, Size: 3},
	{Name: "frad", Title: "Frame Relay Access Device", Arp: unix.ARPHRD_FRAD},
	{Name: "sit", Title: "IPv6-in-IPv4", Arp: unix.ARPHRD_SIT},
	{Name: "fddi", Title: "Fiber Distributed Data Interface", Arp: unix.ARPHRD_FDDI, Size: 6, Style: upperDashes, Input: true},
	{Name: "hippi", Title: "HIPPI", Arp: unix.ARPHRD_HIPPI, Size: 6, Style: upperColons, Input: true},
	{Name: "irda", Title: "IrLAP", Arp: unix.ARPHRD_IRDA, Size: 4, Style: reversed},
	{Name: "ec", Title: "Econet", Arp: unix.ARPHRD_ECONET},
	{Name: "x25", Title: "generic X.25", Arp: unix.ARPHRD_X25, Size: 10, Input: true},
	{Name: "eui64", Title: "Generic EUI-64", Arp: unix.ARPHRD_EUI64, Size: 8, Style: upperColons, Input: true},
	UnspecType,
}

// UnspecType is what all others are; its address has the size of a sockaddr.
var UnspecType = HwType{Name: "unspec", Title: "UNSPEC", Arp: -1, Size: 16, Style: upperDashes}

// HwTypeNamed is the kind of that name, or nil.
func HwTypeNamed(name string) *HwType {
	for i := range HwTypes {
		word.Offer(name, HwTypes[i].Name)
		if HwTypes[i].Name == name {
			return &HwTypes[i]
		}
	}
	return nil
}

// HwTypeOf returns the row of an ARPHRD number, that of unspec if it has none.
func HwTypeOf(arp uint16) *HwType {
	for i := range HwTypes {
		if HwTypes[i].Arp == int(arp) {
			return &HwTypes[i]
		}
	}
	return &UnspecType
}

// AppendAddr writes an address; what a lacks reads as zero.
func (h *HwType) AppendAddr(b, a []byte) []byte {
	const upperHex = "0123456789ABCDEF"
	lower, sep := byte(0), byte(':')
	switch h.Style {
	case colons, reversed:
		lower = ' ' // the bit that makes a capital letter small; digits have it
	case upperDashes:
		sep = '-'
	}
	for n := range h.Size {
		c, i := byte(0), n
		if h.Style == reversed {
			i = h.Size - 1 - n
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

// Parse reads an address: up to size bytes of one or two hexadecimal digits,
// with or without colons; missing bytes are those of before, or zero. Kinds that
// no device of ours has are taken as they are: the kernel refuses them.
func (h *HwType) Parse(s string, before []byte) (a []byte, ok bool) {
	a = make([]byte, h.Size)
	copy(a, before)
	if h.Style == NoAddr || h.Style == empty {
		return a, h.Style == NoAddr
	}
	for i := 0; i < h.Size && s != ""; i++ {
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
