package pingcmd

import (
	"os"
	"strconv"

	"gip/internal/caps"
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// A socket is one that sends ICMP: the kernel's own kind for it, which any user
// of a group in net.ipv4.ping_group_range may have, or a raw one.
type socket struct {
	fd  int
	typ int // SOCK_DGRAM, SOCK_RAW, or 0 if none was asked for
}

func (s *socket) raw() bool   { return s.typ == unix.SOCK_RAW }
func (s *socket) dgram() bool { return s.typ == unix.SOCK_DGRAM }

func (s *socket) typeName() string {
	switch s.typ {
	case unix.SOCK_DGRAM:
		return "SOCK_DGRAM"
	case unix.SOCK_RAW:
		return "SOCK_RAW"
	}
	return "0"
}

// open makes the sockets of the families that may be needed, and refuses what
// none of them can send.
func (p *pinger) open(target string) error {
	typ := unix.SOCK_DGRAM
	if p.node.asked() {
		typ = unix.SOCK_RAW
	}
	if p.ident == 0 {
		// A socket of the kernel's own kind takes it for none.
		if p.verbose {
			p.warn("WARNING: ident 0 => forcing raw socket")
		}
		typ = unix.SOCK_RAW
	}
	var err error
	caps.Raise(unix.CAP_NET_RAW, func() { err = p.openBoth(typ) })
	if err != nil {
		return err
	}
	if p.family == unix.AF_UNSPEC {
		switch {
		case p.sock4.fd == -1:
			p.family = unix.AF_INET6
		case p.sock6.fd == -1:
			p.family = unix.AF_INET
		}
	}
	if err := p.checkSize(target); err != nil {
		return err
	}
	if p.verbose {
		p.warn("sock4.fd: " + itoa(p.sock4.fd) + " (socktype: " + p.sock4.typeName() + "), sock6.fd: " + itoa(p.sock6.fd) +
			" (socktype: " + p.sock6.typeName() + "), hints.ai_family: " + familyName(p.family))
	}
	if err := p.setClass(); err != nil {
		return err
	}
	p.warnScope(target)
	return nil
}

func (p *pinger) openBoth(typ int) error {
	if p.family != unix.AF_INET6 {
		if err := p.openSocket(&p.sock4, unix.AF_INET, typ, unix.IPPROTO_ICMP, p.family == unix.AF_INET); err != nil {
			return err
		}
	}
	if p.family != unix.AF_INET {
		return p.openSocket(&p.sock6, unix.AF_INET6, typ, unix.IPPROTO_ICMPV6, p.sock4.fd == -1)
	}
	return nil
}

// openSocket makes one socket. A raw one takes the place of one that this user
// or this kernel does not have. needed tells that there is no other.
func (p *pinger) openSocket(s *socket, family, typ, protocol int, needed bool) (err error) {
	s.typ = typ
	if typ == unix.SOCK_DGRAM {
		s.fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, protocol)
		if err == unix.EACCES || err == unix.EPROTONOSUPPORT || err == unix.EAFNOSUPPORT && family == unix.AF_INET {
			s.typ = unix.SOCK_RAW
		}
	}
	if s.typ == unix.SOCK_RAW {
		s.fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	}
	if err == nil {
		p.env.Opened(s.fd)
		return nil
	}
	s.fd = -1
	if needed || p.verbose {
		p.warn("socktype: " + s.typeName())
		p.warnErr("socket", err)
	}
	if !needed {
		return nil
	}
	if s.raw() && os.Geteuid() != 0 {
		p.warn("=> missing cap_net_raw+p capability or setuid?")
	}
	return cli.Silent(statusRefused)
}

// optionsLen is the room that the IP options of the command line take.
func (p *pinger) optionsLen() int {
	if p.record || p.stamps {
		return maxIPOptions
	}
	return 0
}

// checkSize refuses a size for which no packet has room, by what is known of
// the family before the name is looked up.
func (p *pinger) checkSize(target string) error {
	limit := maxSize6
	_, is4 := parse4(target)
	_, is6 := parse6(target)
	if is4 || !is6 && p.family == unix.AF_INET {
		limit = maxSize4 - p.optionsLen()
	}
	if p.size > limit {
		return p.outOfRange("invalid -s value", itoa(p.size), "0", itoa(limit))
	}
	return nil
}

// setClass sets the type of service or the traffic class.
func (p *pinger) setClass() error {
	for _, o := range []struct{ fd, level, opt int }{
		{p.sock4.fd, unix.SOL_IP, unix.IP_TOS},
		{p.sock6.fd, unix.SOL_IPV6, unix.IPV6_TCLASS},
	} {
		if p.tos == 0 || o.fd < 0 {
			continue
		}
		if err := unix.SetsockoptInt(o.fd, o.level, o.opt, p.tos); err != nil {
			return p.refused("setsockopt", err)
		}
	}
	return nil
}

// A sockopt is a row of what is set on a socket. The text tells what a refusal
// is called, and fate what it leads to.
type sockopt struct {
	want       bool
	level, opt int
	value      int
	text       string
	fate       fate
}

// A fate is what follows from an option that is refused.
type fate uint8

const (
	ends     fate = iota // ping
	remarked             // with the error
	told                 // without
	ignored
)

// setOptions sets those options that are wanted.
func (p *pinger) setOptions(opts []sockopt) error {
	for i := range opts {
		o := &opts[i]
		if !o.want {
			continue
		}
		err := unix.SetsockoptInt(p.sock.fd, o.level, o.opt, o.value)
		if err == nil {
			continue
		}
		switch o.fate {
		case ends:
			return p.refused(o.text, err)
		case remarked:
			p.warnErr(o.text, err)
		case told:
			p.warn(o.text)
		}
	}
	return nil
}

// setMarkOn marks what the socket sends. Who may not is told so, once.
func (p *pinger) setMarkOn(fd int) {
	if !p.hasMark {
		return
	}
	var err error
	caps.Raise(unix.CAP_NET_ADMIN, func() {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(p.mark))
	})
	if err == nil {
		return
	}
	p.warnErr("WARNING: failed to set mark: "+strconv.FormatUint(uint64(p.mark), 10), err)
	if err == unix.EPERM {
		p.warn("=> missing cap_net_admin+p or cap_net_raw+p (since Linux 5.17) capability?")
	}
	p.hasMark = false
}

// setBuffers sizes the socket's buffers. one is about what a packet takes of
// them.
func (p *pinger) setBuffers(one int) {
	if p.sndbuf == 0 {
		p.sndbuf = one
	}
	unix.SetsockoptInt(p.sock.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, p.sndbuf)
	want := 1<<31 - 1
	if one > want/p.preload {
		p.warn("WARNING: buffer size overflow, reduce packet size or preload")
	} else {
		want = one * p.preload
	}
	unix.SetsockoptInt(p.sock.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, max(want, 1<<16))
	got, err := unix.GetsockoptInt(p.sock.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err == nil && got < want {
		p.warn("WARNING: probably, rcvbuf is not enough to hold preload")
	}
}

// packetShare is about what a packet takes of a socket's buffers, with so many
// bytes of headers in each 512.
func (p *pinger) packetShare(headers int) int {
	n := p.size + headerLen
	return n + (n+511)/512*(headers+16+64+160)
}

// ready sets what both families have in common, after the first line. What the
// user may not do is refused here, behind that line.
func (p *pinger) ready() error {
	if p.flood && !p.hasIvl {
		p.interval = 0
	}
	if p.uid != 0 && p.interval < minUserInterval {
		return p.refuse("cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)")
	}
	if p.interval >= (1<<31-1)/p.preload {
		return p.refuse("illegal preload and/or interval: " + itoa(p.interval))
	}
	err := p.setOptions([]sockopt{
		{p.debug, unix.SOL_SOCKET, unix.SO_DEBUG, 1, "", ignored},
		{p.dontRoute, unix.SOL_SOCKET, unix.SO_DONTROUTE, 1, "", ignored},
		{!p.latency, unix.SOL_SOCKET, unix.SO_TIMESTAMP, 1, "Warning: no SO_TIMESTAMP support, falling back to SIOCGSTAMP", told},
	})
	if err != nil {
		return err
	}
	p.setMarkOn(p.sock.fd)
	// A device that is stuck holds no send up for longer than a second, or the
	// interval.
	limit := unix.NsecToTimeval(int64(min(atLeast(p.interval), 1000)) * 1e6)
	unix.SetsockoptTimeval(p.sock.fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &limit)
	// A flood waits for a reply in the call that takes it.
	limit = unix.NsecToTimeval(minInterval * 1e6)
	unix.SetsockoptTimeval(p.sock.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit)
	p.count8()
	if p.sock.raw() && p.ident == -1 {
		p.ident = os.Getpid() & 0xffff
	}
	if p.connect {
		return p.connectSocket()
	}
	return nil
}

// count8 fills the packet with bytes that count, unless -p has said what it
// holds.
func (p *pinger) count8() {
	p.packet = make([]byte, maxPacket)
	if p.payload != nil {
		copy(p.packet[headerLen:], p.payload)
		return
	}
	for i := range p.size {
		p.packet[headerLen+i] = byte(i)
	}
}

// connectSocket does what -C asks for, which IPv6 does not know.
func (p *pinger) connectSocket() error {
	f, ok := p.fam.(*ping4)
	if !ok {
		return nil
	}
	if err := unix.Connect(p.sock.fd, &f.probed); err != nil {
		return p.refused("connect failed", err)
	}
	return nil
}

// bindDevice binds a socket to -I's device.
func (p *pinger) bindDevice(fd int) (err error) {
	caps.Raise(unix.CAP_NET_RAW, func() { err = unix.BindToDevice(fd, p.device) })
	return err
}

// deviceIndex is the number of -I's device.
func (p *pinger) deviceIndex(fd int) (uint32, error) {
	if n := linkIndex(fd, p.device); n != 0 {
		return n, nil
	}
	return 0, p.refuse("unknown iface: " + p.device)
}

// linkIndex is the number of a link, 0 if there is none of that name.
func linkIndex(fd int, name string) uint32 {
	ifr, err := unix.NewIfreq(name)
	if err != nil || unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr) != nil {
		return 0
	}
	return ifr.Uint32()
}
