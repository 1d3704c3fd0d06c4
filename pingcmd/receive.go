package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A reply is one echo reply.
type reply struct {
	from netip.Addr
	ttl  int
	data []byte // from the ICMP header on
}

// receive reads one packet and prints it if it answers us.
func (p *pinger) receive() {
	buf := make([]byte, len(p.packet)+4096)
	var oob [256]byte
	n, oobn, _, from, err := unix.Recvmsg(p.fd, buf, oob[:], unix.MSG_DONTWAIT)
	if err != nil {
		p.readErrors()
		return
	}
	at := time.Now()
	r := reply{from: addrOf(from), ttl: -1, data: buf[:n]}
	if p.raw && !p.v6 && !r.stripIP() {
		return
	}
	r.readTTL(oob[:oobn])
	if len(r.data) < headerLen || !p.ours(r.data) {
		return
	}
	p.now = at
	p.take(r)
}

// stripIP steps over the IPv4 header that a raw socket delivers.
func (r *reply) stripIP() bool {
	if len(r.data) < 20 {
		return false
	}
	n := int(r.data[0]&15) * 4
	if n < 20 || n > len(r.data) {
		return false
	}
	r.ttl = int(r.data[8])
	r.data = r.data[n:]
	return true
}

func (r *reply) readTTL(oob []byte) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range msgs {
		ttl := m.Header.Level == unix.SOL_IP && m.Header.Type == unix.IP_TTL
		hops := m.Header.Level == unix.SOL_IPV6 && m.Header.Type == unix.IPV6_HOPLIMIT
		if (ttl || hops) && len(m.Data) >= 4 {
			r.ttl = int(binary.NativeEndian.Uint32(m.Data))
		}
	}
}

// ours reports whether an ICMP packet is an echo reply to this run.
func (p *pinger) ours(b []byte) bool {
	want := byte(echoReply4)
	if p.v6 {
		want = echoReply6
	}
	return b[0] == want && (!p.raw || binary.BigEndian.Uint16(b[4:]) == p.id)
}

// take counts a reply and prints its line.
func (p *pinger) take(r reply) {
	seq := binary.BigEndian.Uint16(r.data[6:])
	dup := p.acknowledge(seq)
	var rtt time.Duration
	if p.timed() && len(r.data) >= headerLen+8 {
		rtt = p.now.Sub(p.start) - time.Duration(binary.NativeEndian.Uint64(r.data[headerLen:]))
		rtt = max(rtt, 0)
	}
	p.count1(rtt, dup)
	if p.quiet {
		return
	}
	if p.flood {
		p.env.Pen.Raw("\b \b")
		return
	}
	p.line(r, seq, rtt, dup)
}

// acknowledge notes that a packet was answered, and how many were under way
// then: those after it. It reports whether it was answered before.
func (p *pinger) acknowledge(seq uint16) (before bool) {
	if later := uint16(p.sent) - seq; later <= 1<<15-1 {
		p.pipe = max(p.pipe, int64(later)+1)
	}
	before, p.acked[seq] = p.acked[seq], true
	return before
}

// readErrors takes all errors from the socket's error queue; false if there was
// none.
func (p *pinger) readErrors() (some bool) {
	for p.readError() {
		some = true
	}
	return some
}

// readError takes one error from the socket's error queue (ip(7),
// IP_RECVERR); false if there was none.
func (p *pinger) readError() bool {
	buf := make([]byte, 256)
	var oob [512]byte
	n, oobn, _, _, err := unix.Recvmsg(p.fd, buf, oob[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if err != nil {
		return false
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return true
	}
	for _, m := range msgs {
		v4 := m.Header.Level == unix.SOL_IP && m.Header.Type == unix.IP_RECVERR
		v6 := m.Header.Level == unix.SOL_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if (v4 || v6) && len(m.Data) >= extendedErrLen {
			p.failed(buf[:n], m.Data)
		}
	}
	return true
}

const extendedErrLen = int(unsafe.Sizeof(unix.SockExtendedErr{}))

// failed counts and prints one error: of this machine, or an ICMP message that
// came back. sent is the packet of ours that it is about.
func (p *pinger) failed(sent, data []byte) {
	e := (*unix.SockExtendedErr)(unsafe.Pointer(&data[0]))
	if e.Origin == unix.SO_EE_ORIGIN_LOCAL {
		// The send that failed has told of a packet that is too long.
		if unix.Errno(e.Errno) != unix.EMSGSIZE {
			p.errors++
			p.localError(e)
		}
		return
	}
	if len(sent) < headerLen || p.raw && binary.BigEndian.Uint16(sent[4:]) != p.id {
		return
	}
	p.errors++
	seq := binary.BigEndian.Uint16(sent[6:])
	p.acknowledge(seq)
	p.icmpError(seq, offender(data[extendedErrLen:]), e)
}

// offender reads the address of the machine that sent the error (the sockaddr
// behind struct sock_extended_err).
func offender(b []byte) netip.Addr {
	if len(b) < 8 {
		return netip.Addr{}
	}
	switch binary.NativeEndian.Uint16(b) {
	case unix.AF_INET:
		return netip.AddrFrom4([4]byte(b[4:8]))
	case unix.AF_INET6:
		if len(b) >= 24 {
			return netip.AddrFrom16([16]byte(b[8:24]))
		}
	}
	return netip.Addr{}
}
