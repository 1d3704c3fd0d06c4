package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"

	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A received4 is a message over IPv4, taken apart.
type received4 struct {
	ttl     int
	icmp    []byte
	options []byte // and what is behind them
	total   int    // how many bytes the options have
}

// takeApart finds the ICMP message in what was received: behind the IP header
// on a raw socket.
func (f *ping4) takeApart(m *message) (r received4, ok bool) {
	if f.sock.dgram() {
		r.icmp = m.data
		f.readControl(m, &r)
		return r, len(r.icmp) >= headerLen
	}
	b := m.data
	if len(b) < ip4Header {
		return r, false
	}
	n := int(b[0]&15) * 4
	if n < ip4Header || len(b) < n+headerLen {
		return r, false
	}
	return received4{int(b[8]), b[n:], b[ip4Header:], n - ip4Header}, true
}

// readControl reads what comes beside a packet on the kernel's own kind of
// socket. The real tool takes the length of the whole control message for that
// of the options in it.
func (f *ping4) readControl(m *message, r *received4) {
	if c, ok := m.find(unix.SOL_IP, unix.IP_TTL, 4); ok {
		r.ttl = int(int32(binary.NativeEndian.Uint32(c.data)))
	}
	if c, ok := m.find(unix.SOL_IP, unix.IP_RETOPTS, 0); ok {
		r.options, r.total = c.tail, len(c.data)+controlHeader
	}
}

func (f *ping4) receive(m *message) (foreign bool) {
	r, ok := f.takeApart(m)
	from, _ := m.sender()
	if !ok {
		if f.verbose {
			text := "packet too short (" + itoa(len(m.data)) + " bytes) from "
			f.warn(text + string(f.appendName(nil, from, 0)))
		}
		return true
	}
	corrupted := sum(0).add(r.icmp).fold() != 0
	if r.icmp[0] != uapi.ICMP_ECHOREPLY {
		return f.receiveOther(&r, from, corrupted)
	}
	if !f.ours(r.icmp) {
		return true
	}
	f.got = reply{
		data: r.icmp, seq: binary.BigEndian.Uint16(r.icmp[6:]), ttl: r.ttl, from: from, at: f.arrival(m), corrupted: corrupted,
		strange: !f.broadcast && !f.multicast && from != netip.AddrFrom4(f.dst), what: appendSeq,
	}
	if open := f.take(&f.got); !open {
		f.pen.Flush()
		return false
	}
	f.bell()
	if !f.flood {
		f.print(append(f.appendOptions(f.scratch[:0], r.options, r.total), '\n'))
		f.pen.Flush()
	}
	return false
}

// receiveOther takes a message that is no reply, on a raw socket.
func (f *ping4) receiveOther(r *received4, from netip.Addr, corrupted bool) (foreign bool) {
	switch r.icmp[0] {
	case uapi.ICMP_ECHO:
		return true
	case uapi.ICMP_SOURCE_QUENCH, uapi.ICMP_REDIRECT, uapi.ICMP_DEST_UNREACH, uapi.ICMP_TIME_EXCEEDED, uapi.ICMP_PARAMETERPROB:
		return f.receiveError(r, from, corrupted)
	}
	if f.flood && !f.verbose && !f.quiet {
		f.pen.Raw("!E")
		if corrupted {
			f.pen.Raw("C")
		}
		return false
	}
	if !f.verbose || f.uid != 0 {
		return false
	}
	b := f.scratch[:0]
	if f.date {
		us := time.Now().UnixMicro()
		b = append(strconv.AppendInt(b, us/1e6, 10), '.')
		b = append(appendPadded(b, us%1e6, 6), ' ')
	}
	b = append(f.appendName(append(b, "From "...), from, 0), ": "...)
	if corrupted {
		f.print(append(b, "(BAD CHECKSUM)\n"...))
		return false
	}
	f.print(f.appendICMP(b, icmpOf(r.icmp), r.icmp[headerLen:]))
	return false
}

func icmpOf(b []byte) icmpError { return icmpError{b[0], b[1], binary.BigEndian.Uint32(b[4:])} }

// receiveError takes an ICMP error about a packet of ours. What the error queue
// tells as well is only noted; a redirect or a quench is shown.
func (f *ping4) receiveError(r *received4, from netip.Addr, corrupted bool) (foreign bool) {
	original := r.icmp[headerLen:]
	if len(original) < ip4Header+headerLen {
		return true
	}
	n := int(original[0]&15) * 4
	if len(original) < n+headerLen {
		return true
	}
	echo := original[n:]
	if echo[0] != uapi.ICMP_ECHO || [4]byte(original[16:]) != f.dst || !f.ours(echo) {
		return true
	}
	seq := binary.BigEndian.Uint16(echo[6:])
	if t := r.icmp[0]; t != uapi.ICMP_REDIRECT && t != uapi.ICMP_SOURCE_QUENCH {
		f.acknowledge(seq)
		return false
	}
	if f.quiet || f.flood {
		return true
	}
	b := append(f.appendDate(f.scratch[:0]), "From "...)
	b = append(f.appendName(b, from, 0), ": icmp_seq="...)
	b = append(strconv.AppendUint(b, uint64(seq), 10), ' ')
	if corrupted {
		b = append(b, "(BAD CHECKSUM)"...)
	}
	f.print(f.appendICMP(b, icmpOf(r.icmp), original))
	return true
}
