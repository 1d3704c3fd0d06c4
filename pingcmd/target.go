package pingcmd

import (
	"net/netip"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/resolve"

	"golang.org/x/sys/unix"
)

// An address is one of a target's.
type address struct {
	netip.Addr
	scope uint32 // the link of an IPv6 address, 0 for any
	canon string // the name that the target really has; "" if not known
}

func (a *address) family() int {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func parse4(s string) ([4]byte, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return [4]byte{}, false
	}
	return a.As4(), true
}

func parse6(s string) ([16]byte, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is6() || a.Zone() != "" {
		return [16]byte{}, false
	}
	return a.As16(), true
}

// The texts of getaddrinfo(3)'s errors.
const (
	wrongFamily = "Address family for hostname not supported"
	unknownName = "Name or service not known"
)

// A lookUpError is why a name has no address, in the C library's words.
type lookUpError string

func (e lookUpError) Error() string { return string(e) }

func lookUpText(err error) lookUpError {
	switch err {
	case resolve.NoData:
		return "No address associated with hostname"
	case resolve.Temporary:
		return "Temporary failure in name resolution"
	}
	return unknownName
}

// lookUp finds the addresses of a name as getaddrinfo(3) does, in the order in
// which they are to be tried. Only the first has the canonical name. The error
// is a lookUpError.
func lookUp(name string, family int) ([]address, error) {
	name, err := encodeName(name)
	if err != nil {
		return nil, err
	}
	a, ok, err := literal(name)
	switch {
	case err != nil:
		return nil, err
	case ok:
		if family != unix.AF_UNSPEC && family != a.family() {
			return nil, lookUpError(wrongFamily)
		}
		return []address{a}, nil
	}
	h, err := resolve.Lookup(name, family)
	if err != nil {
		return nil, lookUpText(err)
	}
	resolve.Sort(h.Addrs)
	list := make([]address, len(h.Addrs))
	for i, a := range h.Addrs {
		list[i].Addr = a
	}
	list[0].canon = showName(h.Name)
	return list, nil
}

// literal reads a name that is an address: IPv4 in any form of inet_aton(3), or
// IPv6 with or without a scope. One with a scope that is none is no name either.
func literal(name string) (a address, ok bool, err error) {
	if b, ok := cli.InetAton(name); ok {
		return address{netip.AddrFrom4(b), 0, name}, true, nil
	}
	text, scope, scoped := strings.Cut(name, "%")
	b, ok := parse6(text)
	if !ok {
		return a, false, nil
	}
	a = address{netip.AddrFrom16(b), 0, name}
	if scoped {
		if a.scope, ok = scopeOf(a.Addr, scope); !ok {
			err = lookUpError(unknownName)
		}
	}
	return a, ok, err
}

// scopeOf reads a scope: the name of a link where addresses have one, or a
// number.
func scopeOf(a netip.Addr, s string) (uint32, bool) {
	if onLink(a) || a.IsInterfaceLocalMulticast() {
		if n := indexOf(s); n != 0 {
			return n, true
		}
	}
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil
}

// onLink reports whether an address means something else on each link.
func onLink(a netip.Addr) bool { return a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() }

// indexOf is linkIndex on a socket of its own.
func indexOf(name string) (index uint32) {
	withSocket(func(fd int) { index = linkIndex(fd, name) })
	return index
}

// linkName is the name of a link, or its number if it has gone.
func linkName(index uint32) (name string) {
	name = strconv.FormatUint(uint64(index), 10)
	withSocket(func(fd int) {
		ifr, err := unix.NewIfreq("lo") // any name: the number is what counts
		if err != nil {
			return
		}
		ifr.SetUint32(index)
		if unix.IoctlIfreq(fd, unix.SIOCGIFNAME, ifr) == nil {
			name = ifr.Name()
		}
	})
	return name
}

func withSocket(f func(fd int)) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	f(fd)
}

// warnScope tells whoever pings a link's address without naming the link.
func (p *pinger) warnScope(target string) {
	b, ok := parse6(target)
	if !ok || !p.sock6.dgram() || !onLink(netip.AddrFrom16(b)) {
		return
	}
	p.warn("Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id => use: address%<ifname|scope-id>")
}

// appendAddr writes an address as getnameinfo(3) does, with its link.
func appendAddr(b []byte, a netip.Addr, scope uint32) []byte {
	b = cli.AppendAddr(b, familyOf(a), a.AsSlice())
	switch {
	case scope == 0 || a.Is4():
	case onLink(a):
		b = append(append(b, '%'), linkName(scope)...)
	default:
		b = strconv.AppendUint(append(b, '%'), uint64(scope), 10)
	}
	return b
}

// maxHost is the length of the longest name that getnameinfo(3) tells and that is
// shown of an IPv4 target.
const maxHost = 1024

func familyOf(a netip.Addr) uint8 {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// A nameCache holds how the last address was written, since most replies come
// from one: none but the first wait for its name.
type nameCache struct {
	addr  netip.Addr
	scope uint32
	text  []byte
}

// appendName writes an address, with its name in front where names are wanted.
func (p *pinger) appendName(b []byte, a netip.Addr, scope uint32) []byte {
	c := &p.names
	if c.text == nil || c.addr != a || c.scope != scope {
		c.addr, c.scope = a, scope
		c.text = p.nameText(c.text[:0], a, scope)
	}
	return append(b, c.text...)
}

func (p *pinger) nameText(b []byte, a netip.Addr, scope uint32) []byte {
	if p.resolve || !p.numeric {
		if name, err := resolve.Name(a); err == nil && name != "" && len(name) <= maxHost {
			b = append(append(b, showName(name)...), " ("...)
			return append(appendAddr(b, a, scope), ')')
		}
	}
	return appendAddr(b, a, scope)
}
