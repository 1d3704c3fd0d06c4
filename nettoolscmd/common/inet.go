package common

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/resolve"

	"golang.org/x/sys/unix"
)

// An Ipv4 is an address or mask in network order.
type Ipv4 [4]byte

// U32 is the address as a number of the machine.
func (a Ipv4) U32() uint32 { return binary.BigEndian.Uint32(a[:]) }

// String is the address in four decimal numbers.
func (a Ipv4) String() string { return netip.AddrFrom4(a).String() }

func fromU32(v uint32) (a Ipv4) { binary.BigEndian.PutUint32(a[:], v); return a }

// MaskOf is the mask of so many ones, 0 to 32.
func MaskOf(bits int) Ipv4 { return fromU32(uint32(uint64(0xffffffff) << (32 - bits))) }

// ReadIPv4 takes the first four bytes; what lacks is 0.
func ReadIPv4(b []byte) (a Ipv4) { copy(a[:], b); return a }

// IsZero reports whether it is 0.0.0.0.
func (a Ipv4) IsZero() bool { return a == Ipv4{} }

// Not turns each bit over.
func (a Ipv4) Not() Ipv4 { return fromU32(^a.U32()) }

// And is the address of the network, with its mask.
func (a Ipv4) And(b Ipv4) Ipv4 { return fromU32(a.U32() & b.U32()) }

// IsMask reports whether no one is behind a zero.
func (a Ipv4) IsMask() bool { h := ^a.U32(); return h&(h+1) == 0 }

// IsBroadcast reports whether it is 255.255.255.255.
func (a Ipv4) IsBroadcast() bool { return a.U32() == 0xffffffff }

// MaskBits counts the ones of a mask.
func (a Ipv4) MaskBits() (n int) {
	for v := a.U32(); v != 0; v <<= 1 {
		n++
	}
	return n
}

// InetAton reads an address as inet_aton(3); blanks, and what is behind them,
// may follow.
func InetAton(s string) (Ipv4, bool) {
	if i := strings.IndexAny(s, " \t\n\v\f\r"); i >= 0 {
		s = s[:i]
	}
	return cli.InetAton(s)
}

// A Host is what a word of the command line stands for.
type Host struct {
	Addr Ipv4
	Net  bool // it was default, or named in /etc/networks
}

// HostWord is as much of a word as the originals keep of the name of a host,
// also with the length of a prefix behind it.
func HostWord(s string) string { return s[:min(len(s), 127)] }

// ParseHost reads a word as an address, a network or a host; hostFirst asks for
// hosts before networks. The error is what herror(3) says of the word.
func ParseHost(word string, hostFirst bool) (h Host, err error) {
	word = HostWord(word)
	if word == "default" {
		return Host{Net: true}, nil
	}
	if a, ok := InetAton(word); ok {
		return Host{Addr: a}, nil
	}
	if hostFirst {
		if h.Addr, err = lookupHost(word); err == nil {
			return h, nil
		}
	}
	if a, ok := networkNamed(word); ok {
		return Host{Addr: a, Net: true}, nil
	}
	if hostFirst { // the error is that of the networks
		return h, Unresolved(word, resolve.NotFound)
	}
	h.Addr, err = lookupHost(word)
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
func lookupHost(name string) (Ipv4, error) {
	if a, err := netip.ParseAddr(name); err == nil && a.Is6() {
		return Ipv4{}, Unresolved(name, resolve.NotFound)
	}
	if meansAddress(name) {
		return Ipv4{}, Unresolved(name, resolve.NotFound)
	}
	h, err := resolve.Lookup(name, unix.AF_INET)
	if err != nil {
		return Ipv4{}, Unresolved(name, err)
	}
	return h.Addrs[0].As4(), nil
}

// Unresolved is what herror(3) says of a word: an empty one it leaves out.
func Unresolved(word string, err error) error {
	if word == "" {
		return cli.Fail("%s", err)
	}
	return cli.Fail("%s: %s", word, err)
}

// ErrUnset is the text of an h_errno that was never set.
const ErrUnset = resolverError("Resolver Error 0 (no error)")

type resolverError string

func (e resolverError) Error() string { return string(e) }

// ResolveIPv6 reads an IPv6 address as inet_pton(3) does.
func ResolveIPv6(word string) ([16]byte, error) {
	word = HostWord(word)
	a, err := netip.ParseAddr(word)
	if err != nil || !a.Is6() || a.Zone() != "" {
		return [16]byte{}, Unresolved(word, ErrUnset)
	}
	return a.As16(), nil
}

// AppendIPv6 writes an IPv6 address; of one that maps an IPv4 address, that.
func AppendIPv6(b []byte, a [16]byte) []byte {
	if v4 := netip.AddrFrom16(a); v4.Is4In6() {
		return v4.Unmap().AppendTo(b)
	}
	return cli.AppendAddr(b, unix.AF_INET6, a[:])
}

// eachNetwork gives f the names and addresses of /etc/networks, until f has
// seen enough.
func eachNetwork(f func(names []string, a Ipv4) (done bool)) {
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
		if a, ok := InetAton(number); ok && f(append(words[:1:1], words[2:]...), a) {
			return
		}
	}
}

func networkNamed(name string) (a Ipv4, ok bool) {
	eachNetwork(func(names []string, v Ipv4) bool {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			a, ok = v, true
		}
		return ok
	})
	return a, ok
}

// NetworkName returns the name of a network, or its address.
func NetworkName(a Ipv4) string {
	found := a.String()
	eachNetwork(func(names []string, v Ipv4) bool {
		if v == a {
			found = names[0]
		}
		return v == a
	})
	return found
}

// HostName returns the name of a host, or its address.
func HostName(e *cli.Env, a Ipv4) string {
	e.Opt.Resolve = true
	return string(e.AppendHost(nil, unix.AF_INET, a[:]))
}

// HexAddr reads the 32 digits of an IPv6 address in /proc/net; false if they are not.
func HexAddr(a *[16]byte, s string) bool {
	n, err := hex.Decode(a[:], []byte(s[:min(32, len(s))]))
	return err == nil && n == 16
}

// HexNumber reads a number in hexadecimal digits, 0 if it is none.
func HexNumber(s string) uint32 {
	n, _ := strconv.ParseUint(s, 16, 32)
	return uint32(n)
}

// LookupFailed is the error of a word that is no address.
func LookupFailed(err error, status int) error {
	var e *cli.Error
	if errors.As(err, &e) {
		return &cli.Error{Status: status, Text: e.Text}
	}
	return err
}

// LookupIPv6 asks as getaddrinfo(3) and says its errors by number.
func LookupIPv6(e *cli.Env, word string) (a [16]byte, err error) {
	word = HostWord(word)
	if _, literal := InetAton(word); literal {
		e.Warnf("getaddrinfo: %s: -9\n", word) // EAI_ADDRFAMILY
		return a, Unresolved(word, ErrUnset)
	}
	literal, err := netip.ParseAddr(word)
	if err == nil && literal.Zone() != "" && !hasZones(literal) || word == "*" { // which is to mean no name
		e.Warnf("getaddrinfo: %s: -2\n", word)
		return a, Unresolved(word, ErrUnset)
	}
	h, err := resolve.Lookup(word, unix.AF_INET6)
	if err == nil {
		resolve.Sort(h.Addrs)
		return h.Addrs[0].As16(), nil
	}
	number := -2 // EAI_NONAME
	switch err {
	case resolve.Temporary:
		number = -3 // EAI_AGAIN
	case resolve.NoData:
		number = -5 // EAI_NODATA
	}
	e.Warnf("getaddrinfo: %s: %d\n", word, number)
	return a, Unresolved(word, err)
}

// hasZones tells whether the scope of an address may be named with it.
func hasZones(a netip.Addr) bool { return a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() }

// Host6 names an IPv6 address.
func Host6(e *cli.Env, a [16]byte, numeric bool) string {
	switch {
	case numeric:
	case a == [16]byte{}:
		return "[::]"
	default:
		e.Opt.Resolve = true
		if name := string(e.AppendHost(nil, unix.AF_INET6, a[:])); !strings.Contains(name, ":") {
			return name
		}
	}
	return string(AppendIPv6(nil, a))
}

// CutLength reads the length of a prefix as the original does.
func CutLength(s string) (bits int, ok bool) {
	if s == "" {
		return 0, true
	}
	n, rest := cli.Strtoul(s, 0)
	return int(n % 32), rest == ""
}
