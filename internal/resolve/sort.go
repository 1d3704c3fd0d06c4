package resolve

import (
	"math/bits"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Sort brings addresses into the order of getaddrinfo(3), by the rules of
// RFC 6724 that do not need to know more of an address than itself and the
// one that this host would send from.
func Sort(addrs []netip.Addr) {
	if len(addrs) < 2 {
		return
	}
	list := make([]destination, len(addrs))
	for i, a := range addrs {
		list[i] = destinationOf(a, sourceFor(a))
	}
	// A list of answers is short, and those which are equal keep their order.
	for i := range list {
		for ; i > 0 && list[i].before(&list[i-1]); i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
	}
	for i := range list {
		addrs[i] = list[i].addr
	}
}

// sourceFor is the address that this host would send to a from; it is not
// valid if there is no route.
func sourceFor(a netip.Addr) netip.Addr {
	family, sa := sockaddr(netip.AddrPortFrom(a, 53))
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return netip.Addr{}
	}
	defer unix.Close(fd)
	if unix.Connect(fd, sa) != nil {
		return netip.Addr{}
	}
	own, _ := unix.Getsockname(fd) // nil if it fails
	switch own := own.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(own.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(own.Addr)
	}
	return netip.Addr{}
}

// A destination is an address and what it is compared by.
type destination struct {
	addr       netip.Addr
	reachable  bool // by any source
	sameScope  bool // as the source's
	sameLabel  bool
	precedence int
	scope      int
	prefix     int // bits that are the source's, of IPv6
}

func destinationOf(a, source netip.Addr) destination {
	p := policyOf(a)
	d := destination{addr: a, reachable: source.IsValid(), precedence: p.precedence, scope: scopeOf(a)}
	if d.reachable {
		d.sameScope = scopeOf(source) == d.scope
		d.sameLabel = policyOf(source).label == p.label
		if a.Is6() {
			d.prefix = commonPrefix(a.As16(), source.As16())
		}
	}
	return d
}

// before tells, by the first rule that differs, that d is the better one.
func (d *destination) before(o *destination) bool {
	switch {
	case d.reachable != o.reachable:
		return d.reachable
	case d.sameScope != o.sameScope:
		return d.sameScope
	case d.sameLabel != o.sameLabel:
		return d.sameLabel
	case d.precedence != o.precedence:
		return d.precedence > o.precedence
	case d.scope != o.scope:
		return d.scope < o.scope
	}
	return d.addr.Is6() && o.addr.Is6() && d.prefix > o.prefix
}

// A policy is a row of RFC 6724's table.
type policy struct {
	prefix            [16]byte
	bits              int
	precedence, label int
}

// policies are the C library's own, the first that fits counts.
var policies = []policy{
	{[16]byte{15: 1}, 128, 50, 0},             // ::1
	{[16]byte{10: 0xff, 11: 0xff}, 96, 10, 4}, // IPv4
	{[16]byte{}, 96, 20, 3},                   // ::/96, IPv4 compatible
	{[16]byte{0x20, 0x02}, 16, 30, 2},         // 6to4
	{[16]byte{0x20, 0x01, 0, 0}, 32, 40, 7},   // Teredo
	{[16]byte{0xfe, 0xc0}, 10, 40, 5},         // site-local
	{[16]byte{0xfc}, 7, 40, 6},                // unique local
	{[16]byte{}, 0, 40, 1},
}

func policyOf(a netip.Addr) policy {
	for _, p := range policies {
		if commonPrefix(a.As16(), p.prefix) >= p.bits {
			return p
		}
	}
	return policy{}
}

func commonPrefix(a, b [16]byte) int {
	for i := range a {
		if x := a[i] ^ b[i]; x != 0 {
			return 8*i + bits.LeadingZeros8(x)
		}
	}
	return 128
}

// Scopes, as multicast addresses of IPv6 have them.
const (
	linkScope   = 2
	siteScope   = 5
	globalScope = 14
)

func scopeOf(a netip.Addr) int {
	b := a.As16()
	switch {
	case a.Is6() && a.IsMulticast():
		return int(b[1] & 15)
	case a.IsLoopback(), a.IsLinkLocalUnicast():
		return linkScope
	case b[0] == 0xfe && b[1]&0xc0 == 0xc0:
		return siteScope
	}
	return globalScope
}
