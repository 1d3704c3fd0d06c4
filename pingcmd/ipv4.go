package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A ping4 is ping over IPv4.
type ping4 struct {
	*pinger
	dst, src    [4]byte
	probed      unix.SockaddrInet4 // what the route was looked up for
	hops        [][4]byte          // to pass by, in front of the target
	sourceRoute bool
	to          unix.RawSockaddrInet4
	constant    sum // of the data behind the time, which is always the same

	// The route that was recorded last, to say that it is the same.
	lastRoute []byte
	lastLen   int
}

// probePort is any port: connecting to it finds the way to the target.
const probePort = 1025

func (f *ping4) prepare(operands []string, t *address, more bool) (again bool, err error) {
	if err := f.readHops(operands, t); err != nil {
		return false, err
	}
	if again, err := f.findSource(more); again || err != nil {
		return again, err
	}
	if f.dst == [4]byte{} {
		f.dst = f.src
	}
	f.to = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: f.dst}
	for _, step := range []func() error{f.checkMulticast, f.setMTU, f.bind, f.setErrors, f.setIPOptions, f.setRest} {
		if err := step(); err != nil {
			return false, err
		}
	}
	f.timed = f.size >= stampLen
	f.greet()
	return false, nil
}

// readHops reads the operands: the hops to pass by, and the target.
func (f *ping4) readHops(operands []string, t *address) error {
	n := len(operands) - 1
	const mostStamps, mostHops = 4, 9
	switch {
	case n == 0:
	case f.record, f.stamps && (f.stampType != uapi.IPOPT_TS_PRESPEC || n > mostStamps), n > mostHops:
		return usageError()
	case !f.stamps:
		f.sourceRoute = true
	}
	for _, name := range operands[:n] {
		hop, ok := inetAton(name)
		if !ok {
			list, err := lookUp(name, unix.AF_INET)
			if err != nil {
				return f.refused(name, err)
			}
			hop = list[0].As4()
		}
		f.hops = append(f.hops, hop)
	}
	f.dst, f.host = t.As4(), t.canon[:min(len(t.canon), maxHost)]
	if _, ok := inetAton(operands[n]); ok {
		// Who types an address reads addresses.
		f.numeric, f.host = true, operands[n]
	}
	if f.host == "" {
		f.host = operands[n]
	}
	return nil
}

// inetAton reads an address as inet_aton(3), which does not look at what stands
// behind a blank.
func inetAton(s string) ([4]byte, bool) {
	for i := range len(s) {
		if s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r' {
			s = s[:i]
			break
		}
	}
	return cli.InetAton(s)
}

// findSource finds the address that this host sends from, by connecting a
// socket to the target, and refuses what cannot be reached.
func (f *ping4) findSource(more bool) (again bool, err error) {
	f.src = f.source4
	if f.src != [4]byte{} {
		if f.hasDevice {
			return false, f.bindTo(f.sock.fd)
		}
		return false, nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, f.refused("socket", err)
	}
	defer unix.Close(fd)
	if f.hasDevice {
		for _, fd := range []int{fd, f.sock.fd} {
			if err := f.bindTo(fd); err != nil {
				return false, err
			}
		}
	}
	if f.tos != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_TOS, f.tos); err != nil {
			f.warnErr("warning: QOS sockopts", err)
		}
	}
	f.setMarkOn(fd)
	if again, err := f.connectProbe(fd, more); again || err != nil {
		return again, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return false, f.refused("getsockname", err)
	}
	if sa, ok := sa.(*unix.SockaddrInet4); ok {
		f.src = sa.Addr
	}
	if f.hasDevice && !f.hasAddress(netip.AddrFrom4(f.src)) {
		f.warnDevice()
	}
	return false, nil
}

func (p *pinger) warnDevice() {
	p.warn("Warning: source address might be selected on device other than: " + p.device)
}

// connectProbe connects to the target, or to the first hop on the way.
func (f *ping4) connectProbe(fd int, more bool) (again bool, err error) {
	f.probed = unix.SockaddrInet4{Port: probePort, Addr: f.dst}
	if len(f.hops) > 0 {
		f.probed.Addr = f.hops[0]
	}
	err = unix.Connect(fd, &f.probed)
	switch {
	case err == nil:
		return false, nil
	case err == unix.EACCES:
		return false, f.connectBroadcast(fd)
	case more && (err == unix.EHOSTUNREACH || err == unix.ENETUNREACH):
		return true, nil
	}
	return false, f.refused("connect", err)
}

func (f *ping4) connectBroadcast(fd int) error {
	if !f.broadcast {
		return f.refuse("Do you want to ping broadcast? Then -b. If not, check your local firewall rules")
	}
	f.env.Stderr.Write([]byte("WARNING: pinging broadcast address\n"))
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return f.refused("cannot set broadcasting", err)
	}
	if err := unix.Connect(fd, &f.probed); err != nil {
		return f.refused("connect", err)
	}
	return nil
}

// bindTo binds a socket to the device. Who may not can still send multicast
// by it.
func (f *ping4) bindTo(fd int) error {
	bound := f.bindDevice(fd)
	if bound == nil {
		return nil
	}
	if f.dst[0]&0xf0 != 0xe0 {
		return f.refused("SO_BINDTODEVICE "+f.device, bound)
	}
	index, err := f.deviceIndex(fd)
	if err != nil {
		return err
	}
	if err := unix.SetsockoptIPMreqn(fd, unix.SOL_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: int32(index)}); err != nil {
		return f.refused("IP_MULTICAST_IF", err)
	}
	return nil
}

// checkMulticast settles what is special about a target that is many.
func (f *ping4) checkMulticast() error {
	if !f.broadcast && f.dst[0]&0xf0 != 0xe0 {
		return nil
	}
	return f.toMany("broadcast")
}

// toMany refuses what only root may do to many hosts at once. Packets to them
// are not cut in pieces.
func (p *pinger) toMany(kind string) error {
	p.multicast = true
	if p.uid != 0 {
		if p.interval < minUserMulticastInterval {
			return p.refuse("minimal interval for " + kind + " ping for user must be >= 1000 ms, use -i 1 (or higher)")
		}
		if p.pmtu >= 0 && p.pmtu != unix.IP_PMTUDISC_DO {
			return p.refuse(kind + " ping does not fragment")
		}
	}
	if p.pmtu < 0 {
		p.pmtu = unix.IP_PMTUDISC_DO
	}
	return nil
}

func (f *ping4) setMTU() error {
	return f.setOptions([]sockopt{{f.pmtu >= 0, unix.SOL_IP, unix.IP_MTU_DISCOVER, f.pmtu, "IP_MTU_DISCOVER", ends}})
}

// bind binds the source address, and the identifier, which is the port of the
// kernel's own kind of socket.
func (f *ping4) bind() error {
	sa := unix.SockaddrInet4{Addr: f.src, Port: f.boundIdent()}
	if !f.strict && sa.Port == 0 {
		return nil
	}
	if err := unix.Bind(f.sock.fd, &sa); err != nil {
		return f.refused("bind", err)
	}
	return nil
}

func (p *pinger) boundIdent() int {
	if p.sock.dgram() && p.ident > 0 {
		return p.ident
	}
	return 0
}

// passed4 are the messages that a raw socket is to get; without errors once
// they come through the error queue.
const (
	replies4 = 1<<uapi.ICMP_SOURCE_QUENCH | 1<<uapi.ICMP_REDIRECT | 1<<uapi.ICMP_ECHOREPLY
	errors4  = 1<<uapi.ICMP_DEST_UNREACH | 1<<uapi.ICMP_TIME_EXCEEDED | 1<<uapi.ICMP_PARAMETERPROB
)

func (f *ping4) pass(types uint32) error {
	mask := binary.NativeEndian.AppendUint32(nil, ^types) // a set bit blocks
	return unix.SetsockoptString(f.sock.fd, unix.SOL_RAW, unix.ICMP_FILTER, string(mask))
}

// setErrors has errors and what comes with a packet delivered.
func (f *ping4) setErrors() error {
	if f.sock.raw() {
		if err := f.pass(replies4 | errors4); err != nil {
			f.warnErr("WARNING: setsockopt(ICMP_FILTER)", err)
		}
	}
	return f.setOptions([]sockopt{
		{true, unix.SOL_IP, unix.IP_RECVERR, 1, "WARNING: your kernel is veeery old. No problems.", told},
		{f.sock.dgram(), unix.SOL_IP, unix.IP_RECVTTL, 1, "WARNING: setsockopt(IP_RECVTTL)", remarked},
		{f.sock.dgram(), unix.SOL_IP, unix.IP_RETOPTS, 1, "WARNING: setsockopt(IP_RETOPTS)", remarked},
	})
}

func (f *ping4) setRest() error {
	f.setBuffers(f.packetShare(f.headers()))
	return f.setOptions([]sockopt{
		{f.broadcast, unix.SOL_SOCKET, unix.SO_BROADCAST, 1, "cannot set broadcasting", ends},
		{f.noLoop, unix.SOL_IP, unix.IP_MULTICAST_LOOP, 0, "cannot disable multicast loopback", ends},
		{f.hasTTL, unix.SOL_IP, unix.IP_MULTICAST_TTL, f.ttl, "cannot set multicast time-to-live", ends},
		{f.hasTTL, unix.SOL_IP, unix.IP_TTL, f.ttl, "cannot set unicast time-to-live", ends},
	})
}

// headers is the length of the IP header with its options.
func (f *ping4) headers() int {
	if f.sourceRoute {
		return ip4Header + maxIPOptions
	}
	return ip4Header + f.optionsLen()
}

// greet prints the first line.
func (f *ping4) greet() {
	b := append(append(append(f.scratch[:0], "PING "...), f.host...), " ("...)
	b = append(show.AppendIPv4(b, f.dst), ") "...)
	if f.hasDevice || f.strict {
		b = append(show.AppendIPv4(append(b, "from "...), f.src), ' ')
		b = append(append(b, f.device...), ": "...)
	}
	b = append(strconv.AppendInt(b, int64(f.size), 10), '(')
	b = strconv.AppendInt(b, int64(f.size+headerLen+f.headers()), 10)
	f.print(append(b, ") bytes of data.\n"...))
}

// build makes the next echo request. The data behind the time are summed up
// once.
func (f *ping4) build() int {
	n := headerLen + f.size
	b := f.packet[:min(n, len(f.packet))]
	head := len(b)
	if f.timed {
		head = headerLen + stampLen
		putStamp(b[headerLen:], time.Now())
	}
	if f.constant == 0 {
		f.constant = sum(0).add(b[head:])
	}
	copy(b, []byte{uapi.ICMP_ECHO, 0, 0, 0})
	binary.BigEndian.PutUint16(b[4:], uint16(f.ident))
	binary.BigEndian.PutUint16(b[6:], uint16(f.sent+1))
	check := f.constant.add(b[:head])
	binary.NativeEndian.PutUint16(b[2:], check.fold())
	return len(b)
}

func (f *ping4) send(n int) unix.Errno {
	return sendTo(f.interval <= minInterval, f.sock.fd, f.packet[:n], 0, unsafe.Pointer(&f.to), unsafe.Sizeof(f.to))
}

var queue4 = errorQueue{unix.SOL_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, uapi.ICMP_ECHO, "mtu="}

func (f *ping4) readError() queued {
	e, what := f.nextError(&queue4, netip.AddrFrom4(f.dst))
	if what != networkError {
		return what
	}
	f.acknowledge(binary.BigEndian.Uint16(e.sent[6:]))
	if f.sock.raw() {
		f.pass(replies4)
	}
	if b, open := f.refusedBy(&e); open {
		f.print(f.appendICMP(b, e.icmp(), nil))
		f.pen.Flush()
	}
	return networkError
}

// filter lets other messages than echo replies pass, and those with our
// identifier. It steps over the IP header, which a raw socket has in front.
func (f *ping4) filter() []unix.SockFilter {
	return []unix.SockFilter{
		{Code: unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH},
		{Code: unix.BPF_LD | unix.BPF_H | unix.BPF_IND, K: 4},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: uint32(uint16(f.ident))},
		{Code: unix.BPF_RET | unix.BPF_K, K: 1<<32 - 1},
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_IND},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: uapi.ICMP_ECHOREPLY},
		{Code: unix.BPF_RET | unix.BPF_K, K: 1<<28 - 1},
		{Code: unix.BPF_RET | unix.BPF_K},
	}
}
