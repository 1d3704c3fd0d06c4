package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"
	"unsafe"

	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A ping6 is ping over IPv6.
type ping6 struct {
	*pinger
	dst, src  address
	to        unix.RawSockaddrInet6
	routed    bool // the target is the anycast address of its subnet's routers
	flowLabel uint32
	packetVia []byte // the control message that names the device to send by
}

func (f *ping6) prepare(operands []string, t *address, more bool) (again bool, err error) {
	if len(operands) > 1 {
		return false, usageError()
	}
	f.node.begin(t.As16())
	f.dst, f.host = *t, operands[0]
	for _, c := range f.host {
		f.numeric = f.numeric || c == ':'
	}
	if again, err := f.findSource(more); again || err != nil {
		return again, err
	}
	f.to = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: uapi.Htons(unix.IPPROTO_ICMPV6), Addr: f.dst.As16(), Scope_id: f.dst.scope}
	for _, step := range []func() error{f.viaDevice, f.checkMulticast, f.setMTU, f.bind, f.setRest, f.setFlowLabel} {
		if err := step(); err != nil {
			return false, err
		}
	}
	f.timed = f.size >= stampLen && !f.node.asked()
	f.routed = [8]byte(f.to.Addr[8:]) == [8]byte{}
	f.greet()
	return false, nil
}

// findSource finds the address that this host sends from, by connecting a
// socket to the target, and refuses what cannot be reached.
func (f *ping6) findSource(more bool) (again bool, err error) {
	f.src.Addr = netip.AddrFrom16(f.source6)
	if !f.src.IsUnspecified() {
		if f.hasDevice && onLink(f.src.Addr) {
			f.src.scope, err = f.deviceIndex(f.sock.fd)
		}
		return false, err
	}
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, f.refused("socket", err)
	}
	defer unix.Close(fd)
	if f.hasDevice {
		if err := f.sendBy(fd); err != nil {
			return false, err
		}
	}
	if f.tos != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_TCLASS, f.tos); err != nil {
			return false, f.refused("setsockopt(IPV6_TCLASS)", err)
		}
	}
	f.setMarkOn(fd)
	if again, err := f.connectProbe(fd, more); again || err != nil {
		return again, err
	}
	if f.hasDevice && !f.hasAddress(f.src.Addr) {
		f.warnDevice()
	}
	return false, nil
}

// connectProbe connects to the target. To an address of a link, the real tool
// does not: the source stays open.
func (f *ping6) connectProbe(fd int, more bool) (again bool, err error) {
	if onLink(f.dst.Addr) {
		return false, nil
	}
	err = unix.Connect(fd, &unix.SockaddrInet6{Port: probePort, Addr: f.dst.As16(), ZoneId: f.dst.scope})
	if err != nil {
		if more && (err == unix.EHOSTUNREACH || err == unix.ENETUNREACH) {
			return true, nil
		}
		return false, f.refused("connect", err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return false, f.refused("getsockname", err)
	}
	if sa, ok := sa.(*unix.SockaddrInet6); ok {
		f.src = address{Addr: netip.AddrFrom16(sa.Addr), scope: sa.ZoneId}
	}
	return false, nil
}

// sendBy has both sockets send by -I's device.
func (f *ping6) sendBy(fd int) error {
	index, err := f.deviceIndex(fd)
	if err != nil {
		return err
	}
	info := string(packetInfo(index))
	for _, fd := range []int{fd, f.sock.fd} {
		if err := unix.SetsockoptString(fd, unix.SOL_IPV6, unix.IPV6_PKTINFO, info); err != nil {
			return f.refused("setsockopt(IPV6_PKTINFO)", err)
		}
	}
	for _, fd := range []int{fd, f.sock.fd} {
		if err := f.bindDevice(fd); err != nil {
			return f.refused("setsockopt(SO_BINDTODEVICE) "+f.device, err)
		}
	}
	return nil
}

// packetInfo is struct in6_pktinfo: no address, and a link.
func packetInfo(index uint32) []byte {
	return binary.NativeEndian.AppendUint32(make([]byte, 16), index)
}

// viaDevice has each packet name the device that it is sent by.
func (f *ping6) viaDevice() error {
	if !f.hasDevice {
		return nil
	}
	index, err := f.deviceIndex(f.sock.fd)
	if err != nil {
		return err
	}
	info := packetInfo(index)
	f.packetVia = make([]byte, unix.CmsgSpace(len(info)))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&f.packetVia[0]))
	h.Level, h.Type = unix.SOL_IPV6, unix.IPV6_PKTINFO
	h.SetLen(unix.CmsgLen(len(info)))
	copy(f.packetVia[controlHeader:], info)
	if f.strict {
		if err := f.bindDevice(f.sock.fd); err != nil {
			return f.refused("SO_BINDTODEVICE "+f.device, err)
		}
	}
	return nil
}

func (f *ping6) checkMulticast() error {
	if !f.dst.IsMulticast() {
		return nil
	}
	return f.toMany("multicast")
}

func (f *ping6) setMTU() error {
	return f.setOptions([]sockopt{{f.pmtu >= 0, unix.SOL_IPV6, unix.IPV6_MTU_DISCOVER, f.pmtu, "IPV6_MTU_DISCOVER", ends}})
}

func (f *ping6) bind() error {
	sa := unix.SockaddrInet6{Addr: f.src.As16(), Port: f.boundIdent(), ZoneId: f.src.scope}
	if !f.strict && sa.Port == 0 {
		return nil
	}
	if err := unix.Bind(f.sock.fd, &sa); err != nil {
		return f.refused("bind icmp socket", err)
	}
	return nil
}

const ip6Header = 40

func (f *ping6) setRest() error {
	if err := f.setOptions([]sockopt{{true, unix.SOL_IPV6, unix.IPV6_RECVERR, 1, "IPV6_RECVERR", ends}}); err != nil {
		return err
	}
	f.setBuffers(f.packetShare(ip6Header))
	if err := f.passReplies(); err != nil {
		return err
	}
	return f.setOptions([]sockopt{
		{f.noLoop, unix.SOL_IPV6, unix.IPV6_MULTICAST_LOOP, 0, "can't disable multicast loopback", ends},
		{f.hasTTL, unix.SOL_IPV6, unix.IPV6_MULTICAST_HOPS, f.ttl, "can't set multicast hop limit", ends},
		{f.hasTTL, unix.SOL_IPV6, unix.IPV6_UNICAST_HOPS, f.ttl, "can't set unicast hop limit", ends},
		{true, unix.SOL_IPV6, unix.IPV6_RECVHOPLIMIT, 1, "can't receive hop limit", ends},
	})
}

// passReplies has a raw socket receive replies only: errors come through the
// error queue. The kernel is to fill in checksums.
func (f *ping6) passReplies() error {
	if !f.sock.raw() {
		return nil
	}
	const icmp6Filter, checksumAt = 1, 2 // linux/icmpv6.h, and where the field stands
	err := f.setOptions([]sockopt{
		{true, unix.SOL_RAW, unix.IPV6_CHECKSUM, checksumAt, "setsockopt(RAW_CHECKSUM) failed - try to continue", remarked},
	})
	if err != nil {
		return err
	}
	var mask [32]byte
	for i := range mask {
		mask[i] = 0xff // a set bit blocks
	}
	typ := uapi.ICMPV6_ECHO_REPLY
	if f.node.asked() {
		typ = uapi.ICMPV6_NI_REPLY
	}
	word := mask[typ/32*4:]
	binary.NativeEndian.PutUint32(word, ^uint32(1<<(typ%32)))
	if err := unix.SetsockoptString(f.sock.fd, unix.SOL_ICMPV6, icmp6Filter, string(mask[:])); err != nil {
		return f.refused("setsockopt(ICMP6_FILTER)", err)
	}
	return nil
}

// setFlowLabel asks the kernel for -F's label (struct in6_flowlabel_req of
// linux/in6.h), and to send it. Which one it gives for 0, it does not tell in
// the request.
func (f *ping6) setFlowLabel() error {
	if !f.hasFlow {
		return nil
	}
	var req [32]byte
	copy(req[:], f.to.Addr[:])
	binary.BigEndian.PutUint32(req[16:], f.flow)
	req[21] = uapi.IPV6_FL_S_EXCL
	binary.NativeEndian.PutUint16(req[22:], uapi.IPV6_FL_F_CREATE)
	// The kernel writes into the request which label it gave.
	_, _, no := unix.Syscall6(unix.SYS_SETSOCKOPT, uintptr(f.sock.fd), unix.SOL_IPV6, uapi.IPV6_FLOWLABEL_MGR, uintptr(unsafe.Pointer(&req)), uintptr(len(req)), 0)
	if no != 0 {
		return f.refused("can't set flowlabel", no)
	}
	f.flowLabel = binary.BigEndian.Uint32(req[16:])
	f.to.Flowinfo = binary.NativeEndian.Uint32(req[16:])
	return f.setOptions([]sockopt{{true, unix.SOL_IPV6, uapi.IPV6_FLOWINFO_SEND, 1, "can't send flowinfo", ends}})
}

// greet prints the first line.
func (f *ping6) greet() {
	b := append(append(append(f.scratch[:0], "PING "...), f.host...), " ("...)
	b = append(appendAddr(b, f.dst.Addr, f.dst.scope), ") "...)
	if f.flowLabel != 0 {
		b = append(show.AppendHexDigits(append(b, ", flow 0x"...), uint64(f.flowLabel), 5), ", "...)
	}
	if f.hasDevice || f.strict {
		b = append(appendAddr(append(b, "from "...), f.src.Addr, f.src.scope), ' ')
		b = append(append(b, f.device...), ": "...)
	}
	f.print(append(strconv.AppendInt(b, int64(f.size), 10), " data bytes\n"...))
}

// build makes the next echo request, or query for node information.
func (f *ping6) build() int {
	seq := uint16(f.sent + 1)
	if f.node.asked() {
		f.size = 0
		return f.node.build(f.packet, seq)
	}
	b := f.packet[:headerLen+f.size]
	copy(b, []byte{uapi.ICMPV6_ECHO_REQUEST, 0, 0, 0})
	binary.BigEndian.PutUint16(b[4:], uint16(f.ident))
	binary.BigEndian.PutUint16(b[6:], seq)
	if f.timed {
		putStamp(b[headerLen:], time.Now())
	}
	return len(b)
}

// send sends the packet. The first after a reply tells the kernel that the
// neighbour is alive.
func (f *ping6) send(n int) (no unix.Errno) {
	flags := 0
	if f.confirmNow {
		flags = unix.MSG_CONFIRM
	}
	f.confirmNow = false
	if f.packetVia == nil {
		return sendTo(f.interval <= minInterval, f.sock.fd, f.packet[:n], flags, unsafe.Pointer(&f.to), unsafe.Sizeof(f.to))
	}
	return sendMessage(f.sock.fd, f.packet[:n], flags, &f.to, f.packetVia)
}

func (f *ping6) receive(m *message) (foreign bool) {
	b := m.data
	if len(b) < headerLen {
		if f.verbose {
			f.warn("packet too short: " + itoa(len(b)) + " bytes")
		}
		return true
	}
	from, scope := m.sender()
	f.got = reply{data: b, ttl: -1, from: from, scope: scope, at: f.arrival(m)}
	r := &f.got
	if c, ok := m.find(unix.SOL_IPV6, unix.IPV6_HOPLIMIT, 4); ok {
		r.ttl = int(int32(binary.NativeEndian.Uint32(c.data)))
	}
	switch b[0] {
	case uapi.ICMPV6_ECHO_REPLY:
		return f.receiveEcho(r)
	case uapi.ICMPV6_NI_REPLY:
		return f.receiveNode(r)
	}
	// The filter lets nothing else through, nor does the kernel.
	return true
}

func (f *ping6) receiveEcho(r *reply) (foreign bool) {
	if !f.ours(r.data) {
		return true
	}
	r.seq = binary.BigEndian.Uint16(r.data[6:])
	r.what = appendSeq
	r.strange = !f.multicast && !f.routed && r.from != f.dst.Addr
	if f.take(r) {
		f.endLine()
	} else {
		f.pen.Flush()
	}
	return false
}

func (f *ping6) receiveNode(r *reply) (foreign bool) {
	seq, ok := f.node.check(r.data)
	if !ok {
		return true
	}
	r.seq, r.what = seq, appendNodeReply
	if f.take(r) {
		f.endLine()
	}
	return false
}

func (f *ping6) endLine() {
	f.bell()
	if !f.flood {
		f.print([]byte{'\n'})
		f.pen.Flush()
	}
}

var queue6 = errorQueue{unix.SOL_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_ICMP6, uapi.ICMPV6_ECHO_REQUEST, "mtu: "}

func (f *ping6) readError() queued {
	e, what := f.nextError(&queue6, f.dst.Addr)
	if what != networkError {
		return what
	}
	if b, open := f.refusedBy(&e); open {
		f.print(append(e.icmp().append(b, icmp6Texts[:], "unknown icmp type: "), '\n'))
		f.pen.Flush()
	}
	return networkError
}

// filter lets other messages than echo replies pass, and those with our
// identifier.
func (f *ping6) filter() []unix.SockFilter {
	return []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, K: 4},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: uint32(uint16(f.ident))},
		{Code: unix.BPF_RET | unix.BPF_K, K: 1<<32 - 1},
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: uapi.ICMPV6_ECHO_REPLY},
		{Code: unix.BPF_RET | unix.BPF_K, K: 1<<32 - 1},
		{Code: unix.BPF_RET | unix.BPF_K},
	}
}
