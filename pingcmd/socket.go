package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/resolve"

	"golang.org/x/sys/unix"
)

// A pinger is one run of ping: its target, socket and counters.
type pinger struct {
	*config
	env    *cli.Env
	host   string     // as typed
	dst    netip.Addr // its address
	src    netip.Addr // ours on the way there
	v6     bool
	fd     int
	raw    bool // a raw socket; else the kernel's own ping socket
	id     uint16
	packet []byte
	stats
}

// kernelFail is the refusal of a system call, named as iputils names it.
func kernelFail(what string, err error) error {
	return refuse(cli.StatusKernel, what+": "+cli.Strerror(err))
}

// lookUp resolves the target.
func (p *pinger) lookUp() error {
	if a, ok := p.literal(); ok {
		p.dst = a
		return nil
	}
	if strings.Contains(p.host, ":") {
		return refuse(cli.StatusKernel, p.host+": "+p.lookUpText(nil))
	}
	h, err := resolve.Lookup(p.host, unix.AF_UNSPEC)
	if err != nil {
		return refuse(cli.StatusKernel, p.host+": "+p.lookUpText(err))
	}
	return p.choose(h)
}

// choose takes the first address of the right family. As iputils, it shows the
// host's real name if that is an IPv4 address, else what was typed.
func (p *pinger) choose(h resolve.Host) error {
	resolve.Sort(h.Addrs)
	for i, a := range h.Addrs {
		if p.family != 0 && a.Is4() != (p.family == unix.AF_INET) {
			continue
		}
		if p.dst = a; a.Is4() && i == 0 {
			p.host = h.Name
		}
		return nil
	}
	return refuse(cli.StatusKernel, p.host+": "+wrongFamily)
}

// literal reads the target as an address, if it is one of the right family.
func (p *pinger) literal() (netip.Addr, bool) {
	if a, ok := parseInetAton(p.host); ok && p.family != unix.AF_INET6 {
		p.resolveNone()
		return a, true
	}
	a, err := netip.ParseAddr(p.host)
	if err != nil || !a.Is6() || p.family == unix.AF_INET {
		return netip.Addr{}, false
	}
	if z := a.Zone(); z != "" && (!a.IsLinkLocalUnicast() && !a.IsLinkLocalMulticast() || p.env.Links.Index(z) == 0) {
		return netip.Addr{}, false
	}
	p.resolveNone()
	return a, true
}

// parseInetAton reads an address as inet_aton(3) does.
func parseInetAton(s string) (netip.Addr, bool) {
	b, ok := cli.InetAton(s)
	if !ok {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(b), true
}

// resolveNone turns names off: who types an address reads addresses.
func (p *pinger) resolveNone() { p.numeric = p.numeric || !p.resolve }

const wrongFamily = "Address family for hostname not supported"

// lookUpText is the text of getaddrinfo's error.
func (p *pinger) lookUpText(err error) string {
	_, isAddr := parseInetAton(p.host)
	isAddr = isAddr || strings.Contains(p.host, ":")
	switch {
	case isAddr && p.family != 0:
		return wrongFamily
	case p.host == "" || isAddr:
		return "Name or service not known"
	case err == resolve.NoData:
		return "No address associated with hostname"
	case err == resolve.Temporary:
		return "Temporary failure in name resolution"
	}
	return "Name or service not known"
}

// open makes the socket: the kernel's ping socket if this user may have one,
// else a raw one.
func (p *pinger) open() error {
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	if p.v6 {
		family, proto = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		p.raw = true
		fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, proto)
	}
	if err != nil {
		return kernelFail("socket", err)
	}
	p.fd = fd
	return nil
}

// probe finds the source address by connecting a datagram socket, and refuses
// what cannot be reached.
func (p *pinger) probe() error {
	family := unix.AF_INET
	if p.v6 {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return kernelFail("socket", err)
	}
	defer unix.Close(fd)
	if err := p.bindProbe(fd); err != nil {
		return err
	}
	if p.bypass {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DONTROUTE, 1)
	}
	if p.mark >= 0 {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, p.mark)
	}
	const probePort = 1025
	err = unix.Connect(fd, p.sockaddr(p.dst, probePort))
	if err == unix.EACCES && !p.v6 {
		err = p.connectBroadcast(fd, probePort)
	}
	if err != nil {
		if _, ok := err.(*cli.Error); ok {
			return err
		}
		return kernelFail("connect", err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return kernelFail("getsockname", err)
	}
	p.src = addrOf(sa)
	return nil
}

func (p *pinger) connectBroadcast(fd, port int) error {
	if !p.broadcast {
		return refuse(cli.StatusKernel, "Do you want to ping broadcast? Then -b. If not, check your local firewall rules")
	}
	p.env.Warnf("WARNING: pinging broadcast address\n")
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
	return unix.Connect(fd, p.sockaddr(p.dst, port))
}

func (p *pinger) bindProbe(fd int) error {
	if p.device != "" {
		if err := unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, p.device); err != nil {
			return refuse(cli.StatusKernel, "SO_BINDTODEVICE "+p.device+": "+cli.Strerror(err))
		}
	}
	if a, ok := p.sourceAddr(); ok {
		if err := unix.Bind(fd, p.sockaddr(a, 0)); err != nil {
			return kernelFail("bind", err)
		}
	}
	return nil
}

// sourceAddr is -I's address, if it is one of the target's family.
func (p *pinger) sourceAddr() (netip.Addr, bool) {
	a, err := netip.ParseAddr(p.source)
	return a, err == nil && a.Is6() == p.v6
}

func (p *pinger) sockaddr(a netip.Addr, port int) unix.Sockaddr {
	if !p.v6 {
		return &unix.SockaddrInet4{Port: port, Addr: a.As4()}
	}
	sa := &unix.SockaddrInet6{Port: port, Addr: a.As16()}
	if z := a.Zone(); z != "" {
		sa.ZoneId = p.env.Links.Index(z)
	}
	return sa
}

func addrOf(sa unix.Sockaddr) netip.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(sa.Addr)
	}
	return netip.Addr{}
}

// A sockopt is a row of what is set on the socket.
type sockopt struct {
	want       bool
	level, opt int
	value      int
	fail       string // what a refusal is called; "" if it does not matter
}

// setup sets the socket's options and binds it.
func (p *pinger) setup() error {
	if err := p.bindSocket(); err != nil {
		return err
	}
	opts := p.options4()
	if p.v6 {
		opts = p.options6()
	}
	opts = append(opts,
		sockopt{p.debug, unix.SOL_SOCKET, unix.SO_DEBUG, 1, ""},
		sockopt{p.bypass, unix.SOL_SOCKET, unix.SO_DONTROUTE, 1, ""},
		sockopt{p.sndbuf > 0, unix.SOL_SOCKET, unix.SO_SNDBUF, p.sndbuf, ""},
		sockopt{p.broadcast, unix.SOL_SOCKET, unix.SO_BROADCAST, 1, "cannot set broadcasting"},
		sockopt{p.mark >= 0, unix.SOL_SOCKET, unix.SO_MARK, p.mark, ""},
	)
	for _, o := range opts {
		if !o.want {
			continue
		}
		if err := unix.SetsockoptInt(p.fd, o.level, o.opt, o.value); err != nil && o.fail != "" {
			return kernelFail(o.fail, err)
		}
	}
	p.filter()
	return p.leaseFlow()
}

// leaseFlow asks the kernel for the flow label (linux/in6.h, struct
// in6_flowlabel_req), and to send it.
func (p *pinger) leaseFlow() error {
	if !p.v6 || p.flow == 0 {
		return nil
	}
	const ( // linux/in6.h
		flowLabelMgr = 32
		flowInfoSend = 33
		shareExcl    = 1
		flagCreate   = 1
	)
	var req [32]byte
	dst := p.dst.As16()
	copy(req[:], dst[:])
	binary.BigEndian.PutUint32(req[16:], p.flow)
	req[21] = shareExcl
	binary.NativeEndian.PutUint16(req[22:], flagCreate)
	if err := unix.SetsockoptString(p.fd, unix.SOL_IPV6, flowLabelMgr, string(req[:])); err != nil {
		return kernelFail("can't set flowlabel", err)
	}
	if err := unix.SetsockoptInt(p.fd, unix.SOL_IPV6, flowInfoSend, 1); err != nil {
		return kernelFail("can't send flowinfo", err)
	}
	return nil
}

// sendto sends b to the target. Package unix has no room for the flow label.
func (p *pinger) sendto(b []byte) error {
	if p.flow == 0 || !p.v6 {
		return unix.Sendto(p.fd, b, 0, p.sockaddr(p.dst, 0))
	}
	sa := unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: p.dst.As16()}
	binary.BigEndian.PutUint32((*[4]byte)(unsafe.Pointer(&sa.Flowinfo))[:], p.flow)
	if z := p.dst.Zone(); z != "" {
		sa.Scope_id = p.env.Links.Index(z)
	}
	_, _, errno := unix.Syscall6(unix.SYS_SENDTO, uintptr(p.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0,
		uintptr(unsafe.Pointer(&sa)), unsafe.Sizeof(sa))
	if errno != 0 {
		return errno
	}
	return nil
}

func (p *pinger) bindSocket() error {
	if p.device != "" {
		if err := unix.SetsockoptString(p.fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, p.device); err != nil {
			return refuse(cli.StatusKernel, "SO_BINDTODEVICE "+p.device+": "+cli.Strerror(err))
		}
	}
	a, ok := p.sourceAddr()
	if !ok && p.stick {
		a, ok = p.src, true
	}
	port := 0
	if !p.raw {
		port = max(p.ident, 0)
		if !ok {
			a, ok = p.unspecified(), true
		}
	}
	if ok {
		if err := unix.Bind(p.fd, p.sockaddr(a, port)); err != nil {
			return kernelFail("bind", err)
		}
	}
	return p.setIdent()
}

func (p *pinger) unspecified() netip.Addr {
	if p.v6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// setIdent takes the identifier: the port of a ping socket, else -e or a
// number that hardly another process has.
func (p *pinger) setIdent() error {
	p.id = uint16(os.Getpid())
	if p.ident > 0 {
		p.id = uint16(p.ident)
	}
	if p.raw {
		return nil
	}
	sa, err := unix.Getsockname(p.fd)
	if err != nil {
		return kernelFail("getsockname", err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		p.id = uint16(sa.Port)
	case *unix.SockaddrInet6:
		p.id = uint16(sa.Port)
	}
	return nil
}

func (p *pinger) options4() []sockopt {
	const ip = unix.SOL_IP
	return []sockopt{
		{true, ip, unix.IP_RECVERR, 1, ""},
		{true, ip, unix.IP_RECVTTL, 1, ""},
		{p.tos > 0, ip, unix.IP_TOS, p.tos, "error setting QOS sockopts"},
		{p.noLoop, ip, unix.IP_MULTICAST_LOOP, 0, "cannot disable multicast loopback"},
		{p.ttl >= 0, ip, unix.IP_MULTICAST_TTL, p.ttl, "cannot set multicast time-to-live"},
		{p.ttl >= 0, ip, unix.IP_TTL, p.ttl, "cannot set unicast time-to-live"},
		{p.pmtu >= 0, ip, unix.IP_MTU_DISCOVER, p.pmtu, "IP_MTU_DISCOVER"},
	}
}

func (p *pinger) options6() []sockopt {
	const ip6 = unix.SOL_IPV6
	return []sockopt{
		{true, ip6, unix.IPV6_RECVERR, 1, ""},
		{true, ip6, unix.IPV6_RECVHOPLIMIT, 1, ""},
		{p.tos > 0, ip6, unix.IPV6_TCLASS, p.tos, "setsockopt(IPV6_TCLASS)"},
		{p.noLoop, ip6, unix.IPV6_MULTICAST_LOOP, 0, "can't disable multicast loopback"},
		{p.ttl >= 0, ip6, unix.IPV6_MULTICAST_HOPS, p.ttl, "can't set multicast hop limit"},
		{p.ttl >= 0, ip6, unix.IPV6_UNICAST_HOPS, p.ttl, "can't set unicast hop limit"},
		{p.pmtu >= 0, ip6, unix.IPV6_MTU_DISCOVER, p.pmtu, "IPV6_MTU_DISCOVER"},
	}
}

// filter lets only echo replies through a raw socket: errors come through the
// error queue.
func (p *pinger) filter() {
	if !p.raw {
		return
	}
	if p.v6 {
		var f [32]byte
		for i := range f {
			f[i] = 0xff // a set bit blocks
		}
		f[echoReply6/8] &^= 1 << (echoReply6 % 8)
		unix.SetsockoptString(p.fd, unix.SOL_ICMPV6, icmp6Filter, string(f[:]))
		return
	}
	mask := make([]byte, 4)
	binary.NativeEndian.PutUint32(mask, ^uint32(1<<echoReply4))
	unix.SetsockoptString(p.fd, unix.SOL_RAW, icmpFilter, string(mask))
}

// Numbers of linux/icmp.h and linux/icmpv6.h.
const (
	icmpFilter  = 1
	icmp6Filter = 1
	echoReply4  = 0
	echo4       = 8
	echo6       = 128
	echoReply6  = 129
)
