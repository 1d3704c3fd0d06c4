package nettoolscmd

import (
	"bufio"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/resolve"

	"golang.org/x/sys/unix"
)

// An ipv4 is an address or mask in network order.
type ipv4 [4]byte

func (a ipv4) u32() uint32       { return binary.BigEndian.Uint32(a[:]) }
func (a ipv4) String() string    { return netip.AddrFrom4(a).String() }
func fromU32(v uint32) (a ipv4)  { binary.BigEndian.PutUint32(a[:], v); return a }
func maskOf(bits int) ipv4       { return fromU32(uint32(uint64(0xffffffff) << (32 - bits))) }
func readIPv4(b []byte) (a ipv4) { copy(a[:], b); return a }
func (a ipv4) isZero() bool      { return a == ipv4{} }
func (a ipv4) not() ipv4         { return fromU32(^a.u32()) }
func (a ipv4) and(b ipv4) ipv4   { return fromU32(a.u32() & b.u32()) }
func (a ipv4) isMask() bool      { h := ^a.u32(); return h&(h+1) == 0 }
func (a ipv4) isBroadcast() bool { return a.u32() == 0xffffffff }

// maskBits counts the ones of a mask.
func (a ipv4) maskBits() (n int) {
	for v := a.u32(); v != 0; v <<= 1 {
		n++
	}
	return n
}

// inetAton reads an address as inet_aton(3); blanks, and what is behind them,
// may follow.
func inetAton(s string) (ipv4, bool) {
	if i := strings.IndexAny(s, " \t\n\v\f\r"); i >= 0 {
		s = s[:i]
	}
	return cli.InetAton(s)
}

// A host is what a word of the command line stands for.
type host struct {
	addr ipv4
	net  bool // it was default, or named in /etc/networks
}

// parseHost reads a word as an address, a network or a host; hostFirst asks for
// hosts before networks. The error is what herror(3) says of the word.
func parseHost(word string, hostFirst bool) (h host, err error) {
	if word == "default" {
		return host{net: true}, nil
	}
	if a, ok := inetAton(word); ok {
		return host{addr: a}, nil
	}
	if hostFirst {
		if h.addr, err = lookupHost(word); err == nil {
			return h, nil
		}
	}
	if a, ok := networkNamed(word); ok {
		return host{addr: a, net: true}, nil
	}
	if hostFirst { // the error is that of the networks
		return h, unresolved(word, resolve.NotFound)
	}
	h.addr, err = lookupHost(word)
	return h, err
}

// meansAddress reports whether gethostbyname(3) takes a name for an address, and
// so asks nobody who it is: digits and dots, or hexadecimal digits and colons.
func meansAddress(name string) bool {
	if name == "" || strings.HasSuffix(name, ".") {
		return false
	}
	const digits, hex = "0123456789", "0123456789abcdefABCDEF"
	if strings.Contains(name, ":") && strings.Trim(name, hex+":.") == "" {
		return name[0] != '.'
	}
	return strings.IndexByte(digits, name[0]) >= 0 && strings.Trim(name, digits+".") == ""
}

// lookupHost asks for the first address of a host, as gethostbyname(3), to which
// an IPv6 address is none, also if there is an IPv4 address in it.
func lookupHost(name string) (ipv4, error) {
	if a, err := netip.ParseAddr(name); err == nil && a.Is6() {
		return ipv4{}, unresolved(name, resolve.NotFound)
	}
	if meansAddress(name) {
		return ipv4{}, unresolved(name, resolve.NotFound)
	}
	h, err := resolve.Lookup(name, unix.AF_INET)
	if err != nil {
		return ipv4{}, unresolved(name, err)
	}
	return h.Addrs[0].As4(), nil
}

// unresolved is what herror(3) says of a word: an empty one it leaves out.
func unresolved(word string, err error) error {
	if word == "" {
		return cli.Fail("%s", err)
	}
	return cli.Fail("%s: %s", word, err)
}

// errUnset is the text of an h_errno that was never set.
const errUnset = resolverError("Resolver Error 0 (no error)")

type resolverError string

func (e resolverError) Error() string { return string(e) }

// resolveIPv6 reads an IPv6 address as inet_pton(3) does.
func resolveIPv6(word string) ([16]byte, error) {
	a, err := netip.ParseAddr(word)
	if err != nil || !a.Is6() || a.Zone() != "" {
		return [16]byte{}, unresolved(word, errUnset)
	}
	return a.As16(), nil
}

// appendIPv6 writes an IPv6 address; of one that maps an IPv4 address, that.
func appendIPv6(b []byte, a [16]byte) []byte {
	if v4 := netip.AddrFrom16(a); v4.Is4In6() {
		return v4.Unmap().AppendTo(b)
	}
	return cli.AppendAddr(b, unix.AF_INET6, a[:])
}

// eachNetwork gives f the names and addresses of /etc/networks, until f has
// seen enough.
func eachNetwork(f func(names []string, a ipv4) (done bool)) {
	networks, err := file.Open("/etc/networks")
	if err != nil {
		return
	}
	defer networks.Close()
	for s := bufio.NewScanner(networks); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		// inet_network reads 10.1 as 10.1.0.0 would be read
		number := words[1] + strings.Repeat(".0", max(0, 3-strings.Count(words[1], ".")))
		if a, ok := inetAton(number); ok && f(append(words[:1:1], words[2:]...), a) {
			return
		}
	}
}

func networkNamed(name string) (a ipv4, ok bool) {
	eachNetwork(func(names []string, v ipv4) bool {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			a, ok = v, true
		}
		return ok
	})
	return a, ok
}

// networkName returns the name of a network, or its address.
func networkName(a ipv4) string {
	found := a.String()
	eachNetwork(func(names []string, v ipv4) bool {
		if v == a {
			found = names[0]
		}
		return v == a
	})
	return found
}

// hostName returns the name of a host, or its address.
func hostName(e *cli.Env, a ipv4) string {
	e.Opt.Resolve = true
	return string(e.AppendHost(nil, unix.AF_INET, a[:]))
}
