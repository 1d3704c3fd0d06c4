package sscmd

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/glob"
	"gip/internal/names"
	"gip/internal/resolve"
	"gip/internal/word"
	"gip/sscmd/sockets"
)

// A cond is the value of a condition. A name of several hosts has one for each.
type cond struct {
	family uint8
	addr   [16]byte
	bits   int    // of addr that count
	port   int64  // anyPort for all
	path   string // a pattern, of the names of Unix sockets
	index  uint32
	mark   uint32
	mask   uint32
	cgroup uint64
	next   *cond
}

const anyPort = -1

// parseValue reads the value that a keyword wants.
func (s *ss) parseValue(key token, w string) (*cond, error) {
	switch key {
	case tokDev:
		if c := s.parseDevice(w); c != nil {
			return c, nil
		}
		return nil, cli.Exit(cli.StatusError, "Cannot parse device.")
	case tokMark:
		if c := parseMark(w); c != nil {
			return c, nil
		}
		return nil, cli.Exit(cli.StatusError, "Cannot parse mark %s.", w)
	case tokCgroup:
		if id := s.cgroups.id(s.Env, w); id != 0 {
			return &cond{cgroup: id}, nil
		}
		return nil, cli.Exit(cli.StatusError, "Cannot parse cgroup %s.", w)
	}
	if c := s.parseHost(w, key == tokSport || key == tokDport); c != nil {
		return c, nil
	}
	return nil, cli.Exit(cli.StatusError, "Cannot parse dst/src address.")
}

func (s *ss) parseDevice(w string) *cond {
	if idx := s.Links.Index(w); idx != 0 {
		return &cond{index: idx}
	}
	n, rest, _ := word.Strtoul(w, 0)
	if rest != "" || w == "" || n > 1<<32-1 {
		return nil
	}
	return &cond{index: uint32(n)}
}

// parseMark reads MARK or MARK/MASK, with what may follow the last number.
func parseMark(w string) *cond {
	mark, rest, ok := word.Scan(w, 0)
	if !ok {
		return nil
	}
	if !strings.Contains(w, "/") {
		return &cond{mark: uint32(mark), mask: 1<<32 - 1}
	}
	rest, slash := strings.CutPrefix(rest, "/")
	mask, _, ok := word.Scan(rest, 0)
	if !slash || !ok {
		return nil
	}
	return &cond{mark: uint32(mark), mask: uint32(mask)}
}

// hostPrefixes are what may stand before a value to say its family.
var hostPrefixes = word.Names{
	{unix.AF_UNIX, "unix:"}, {unix.AF_PACKET, "link:"}, {unix.AF_NETLINK, "netlink:"},
	{unix.AF_VSOCK, "vsock:"}, {unix.AF_INET, "inet:"}, {unix.AF_INET6, "inet6:"},
}

// parseHost reads an address, with a port behind a colon, or a port alone. A family
// that is known, by an option or from the value, becomes the only one that is shown.
func (s *ss) parseHost(w string, isPort bool) *cond {
	family := s.preferred
	for _, p := range hostPrefixes {
		if rest, ok := strings.CutPrefix(w, p.Word); ok {
			family, w = uint8(p.Val), rest
			break
		}
	}
	c := &cond{family: family, port: anyPort}
	ok := false
	switch family {
	case unix.AF_UNIX:
		c.path, c.bits, ok = w, 8*len(w), true
	case unix.AF_PACKET:
		ok = s.packetHost(c, w, isPort)
	case unix.AF_NETLINK:
		ok = s.netlinkHost(c, w, isPort)
	case unix.AF_VSOCK:
		ok = vsockHost(c, w, isPort)
	default:
		c.family = unix.AF_UNSPEC
		ok = s.inetHost(c, w, isPort, family)
	}
	if !ok {
		return nil
	}
	if family != unix.AF_UNSPEC {
		states := s.choice.states
		s.families = 0
		s.family(family)
		if states != 0 {
			s.choice.states = states
		}
	}
	return c
}

// cutPort takes the port off a value that is none of IP.
func cutPort(w string, isPort bool) (addr, port string, has bool) {
	if isPort {
		port, _ = strings.CutPrefix(w, ":")
		return "", port, true
	}
	return strings.Cut(w, ":")
}

// given reports whether a word stands for one thing, and not for all.
func given(w string) bool { return w != "" && w != "*" }

// getLong reads a whole number as get_long does.
func getLong(w string) (int64, bool) { return word.Int(w, 0, 64) }

// packetHost reads PROTOCOL:DEVICE.
func (s *ss) packetHost(c *cond, w string, isPort bool) (ok bool) {
	addr, port, _ := cutPort(w, isPort)
	if given(port) {
		if c.port, ok = getLong(port); !ok {
			if c.port = int64(s.Links.Index(port)); c.port == 0 {
				return false
			}
		}
	}
	if isPort || !given(addr) {
		return true
	}
	id, ok := names.ParseEtherType(addr)
	if !ok {
		n, good := word.Uint(addr, 0, 16)
		if !good {
			return false
		}
		id = uint16(n)
	}
	c.bits = 32
	putWord(&c.addr, uint32(id))
	return true
}

// netlinkHost reads PROTOCOL:PID, or PROTOCOL:kernel.
func (s *ss) netlinkHost(c *cond, w string, isPort bool) (ok bool) {
	addr, port, _ := cutPort(w, isPort)
	if given(port) {
		if c.port, ok = getLong(port); !ok {
			if c.port = 0; port != "kernel" {
				return false
			}
		}
	}
	if isPort || !given(addr) {
		return true
	}
	id, ok := s.Tables.NetlinkProtocols().Parse(addr)
	c.bits = 32
	putWord(&c.addr, id)
	return ok
}

// vsockHost reads CID:PORT.
func vsockHost(c *cond, w string, isPort bool) (ok bool) {
	cid := uint32(1<<32 - 1)
	addr, port, has := cutPort(w, isPort)
	if has && port != "*" {
		n, ok := word.Uint(port, 0, 32)
		if !ok {
			return false
		}
		c.port = int64(int32(n))
	}
	if !isPort && given(addr) {
		n, ok := word.Uint(addr, 0, 32)
		if !ok {
			return false
		}
		cid = uint32(n)
	}
	// Where the address is put, its length is forgotten: all are meant.
	putWord(&c.addr, cid)
	return true
}

func putWord(b *[16]byte, v uint32) { binary.NativeEndian.PutUint32(b[:], v) }

// inetHost reads ADDRESS:PORT, where the address may be a prefix or in brackets, or
// a port alone.
func (s *ss) inetHost(c *cond, w string, isPort bool, family uint8) bool {
	addr, port, ok := cutInetPort(w)
	if !ok {
		return false
	}
	switch {
	case isPort && strings.HasPrefix(w, "["):
		port = addr
	case isPort:
		port = w
	}
	if port = strings.TrimPrefix(port, ":"); port != "" && port[0] != '*' && !s.inetPort(c, port) {
		return false
	}
	if isPort || addr == "" || addr[0] == '*' || s.inetAddr(c, addr, family) {
		return true
	}
	s.Warnf("Error: an inet prefix is expected rather than \"%s\".\n", addr)
	return false
}

// cutInetPort cuts a value into the address and what begins with the port's colon.
func cutInetPort(w string) (addr, port string, ok bool) {
	if rest, bracket := strings.CutPrefix(w, "["); bracket {
		return strings.Cut(rest, "]")
	}
	if strings.HasPrefix(w, "*") {
		return "*", w[1:], true
	}
	from := max(strings.IndexByte(w, '/'), 0)
	if at := strings.LastIndexByte(w[from:], ':'); at >= 0 {
		return w[:from+at], w[from+at:], true
	}
	return w, "", true
}

// inetPort reads a port: a number, or a service of the protocols that are shown.
func (s *ss) inetPort(c *cond, w string) (ok bool) {
	if c.port, ok = getLong(w); ok {
		return true
	}
	c.port = anyPort
	var ports []uint16
	for _, p := range []struct {
		db   sockets.Table
		name string
	}{{sockets.UDP, "udp"}, {sockets.TCP, "tcp"}} {
		if s.dbs>>p.db&1 == 0 {
			continue
		}
		if port, ok := s.Tables.ServicePort(w, p.name); ok {
			ports = append(ports, port)
		}
	}
	switch {
	case len(ports) == 0:
		s.Warnf("Error: \"%s\" does not look like a port.\n", w)
		return false
	case len(ports) == 2 && ports[0] != ports[1]:
		s.Warnf("Error: ambiguous port \"%s\".\n", w)
		return false
	}
	c.port = int64(ports[0])
	return true
}

// inetAddr reads a prefix, or the name of hosts.
func (s *ss) inetAddr(c *cond, w string, family uint8) bool {
	if p, ok := cli.TryPrefix(w, family); ok {
		c.family, c.bits = p.Family, p.Bits
		copy(c.addr[:], p.Bytes())
		if len(p.Bytes()) == 0 {
			c.bits = 0
		}
		return true
	}
	if family != unix.AF_UNSPEC && family != unix.AF_INET && family != unix.AF_INET6 {
		return false
	}
	asked := []int{int(family)}
	if family == unix.AF_UNSPEC {
		asked = []int{unix.AF_INET, unix.AF_INET6}
	}
	for _, family := range asked {
		host, err := resolve.Lookup(w, family)
		if err != nil {
			continue
		}
		for _, a := range host.Addrs {
			c.addHost(a)
		}
	}
	return c.bits != 0
}

// addHost adds an address of a name: the first here, others behind it, the newest
// first.
func (c *cond) addHost(a netip.Addr) {
	if c.bits != 0 {
		c.next = &cond{port: c.port, next: c.next}
		c = c.next
	}
	setAddr(c, a)
}

func setAddr(c *cond, a netip.Addr) {
	b := a.AsSlice()
	copy(c.addr[:], b)
	c.bits, c.family = 8*len(b), unix.AF_INET
	if len(b) == 16 {
		c.family = unix.AF_INET6
	}
}

// matches reports whether a socket passes the filter. Families are not compared: an
// IPv4 prefix is that of the first bytes of any address, as in the real tool.
func (s *ss) matches(n *node, k *sock) bool {
	switch n.op {
	case opAnd:
		return s.matches(n.left, k) && s.matches(n.right, k)
	case opOr:
		return s.matches(n.left, k) || s.matches(n.right, k)
	case opNot:
		return !s.matches(n.left, k)
	case opDst:
		return n.cond.covers(&k.remote, k.rport, k.peerName, k.family)
	case opSrc:
		return n.cond.covers(&k.local, k.lport, k.filterName, k.family)
	case opDportGE:
		return int64(k.rport) >= n.cond.port
	case opDportLE:
		return int64(k.rport) <= n.cond.port
	case opSportGE:
		return int64(k.lport) >= n.cond.port
	case opSportLE:
		return int64(k.lport) <= n.cond.port
	case opDev:
		return k.iface == n.cond.index
	case opMark:
		return k.mark&n.cond.mask == n.cond.mark
	case opCgroup:
		return k.cgroup == n.cond.cgroup
	}
	return s.autobound(k)
}

func (c *cond) covers(addr *[16]byte, port int32, name string, family uint8) bool {
	if c.family == unix.AF_UNIX {
		return glob.Match(strings.ToLower(c.path), strings.ToLower(name))
	}
	if c.port != anyPort && c.port != int64(port) {
		return false
	}
	if c.bits == 0 {
		return true
	}
	for ; c != nil; c = c.next {
		if samePrefix(addr, &c.addr, c.bits) {
			return true
		}
		if c.family == unix.AF_INET && family == unix.AF_INET6 && mapped(addr) {
			if tail := ([16]byte{addr[12], addr[13], addr[14], addr[15]}); samePrefix(&tail, &c.addr, c.bits) {
				return true
			}
		}
	}
	return false
}

var mappedPrefix = [12]byte{10: 0xff, 11: 0xff}

// mapped reports whether an IPv6 address stands for one of IPv4.
func mapped(a *[16]byte) bool { return [12]byte(a[:12]) == mappedPrefix }

func samePrefix(a, b *[16]byte, bits int) bool {
	bits = min(bits, 128)
	n, rest := bits/8, bits%8
	return string(a[:n]) == string(b[:n]) && (rest == 0 || (a[n]^b[n])>>(8-rest) == 0)
}

// autobound reports whether the kernel chose a socket's address.
func (s *ss) autobound(k *sock) bool {
	switch k.family {
	case unix.AF_UNIX:
		return k.filterName == "" || len(k.filterName) == 6 && k.filterName[0] == '@' && strings.Trim(k.filterName[1:], "0123456789abcdef") == ""
	case unix.AF_PACKET:
		return k.lport == 0 && [4]byte(k.local[:4]) == [4]byte{}
	case unix.AF_NETLINK:
		return k.lport < 0
	case unix.AF_VSOCK:
		return k.lport > 1023
	}
	return s.ports.ephemeral(int(k.lport))
}
