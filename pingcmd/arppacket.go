package pingcmd

import (
	"encoding/binary"
	"strconv"

	"gip/internal/cli"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Lengths of what is in an ARP packet (RFC 826), behind which the addresses stand.
const arpHeader = 8

// packet is the request, or the reply that nobody asked for.
func (a *arping) packet() []byte {
	me, op := a.me.address(), uint16(arpRequest)
	to := a.he.address()
	if a.advert {
		op, to = arpReply, me
	}
	b := make([]byte, 0, 64)
	b = binary.BigEndian.AppendUint16(b, hardwareOf(a.me.typ()))
	b = binary.BigEndian.AppendUint16(b, protocolOf(a.me.typ()))
	b = append(b, byte(len(me)), 4)
	b = binary.BigEndian.AppendUint16(b, op)
	b = append(append(b, me...), a.from[:]...)
	return append(append(b, to...), a.target[:]...)
}

const (
	arpRequest = 1
	arpReply   = 2
	axIP       = 0xcc // IPv4 in AX.25
)

// hardwareOf is the type of hardware that packets have on a device of a type.
func hardwareOf(device uint16) uint16 {
	if device == unix.ARPHRD_FDDI {
		return unix.ARPHRD_ETHER
	}
	return device
}

// protocolOf is the number of IPv4 there.
func protocolOf(device uint16) uint16 {
	if device == unix.ARPHRD_AX25 || device == unix.ARPHRD_NETROM {
		return axIP
	}
	return unix.ETH_P_IP
}

func (a *arping) send() {
	now := monotonic()
	b := a.packet()
	if a.he.sendTo(a.fd, b) != 0 {
		return
	}
	a.last = now
	a.sent++
	if !a.unicast {
		a.sentBroadcast++
	}
}

// An arpPacket is one that was received, if it is about IPv4 and this kind of hardware.
type arpPacket struct {
	reply            bool
	fromHard, toHard []byte
	from, to         [4]byte
}

// takeApart reads a packet.
func (a *arping) takeApart(b []byte, typ uint16) (p arpPacket, ok bool) {
	if len(b) < arpHeader {
		return p, false
	}
	n := len(a.me.address())
	hard, proto, op := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[6:])
	if hard != hardwareOf(typ) && hard != typ || proto != protocolOf(hard) || op != arpRequest && op != arpReply {
		return p, false
	}
	if int(b[4]) != n || b[5] != 4 || len(b) < arpHeader+2*(4+n) {
		return p, false
	}
	b = b[arpHeader:]
	p = arpPacket{reply: op == arpReply, fromHard: b[:n], from: [4]byte(b[n:]), toHard: b[n+4 : 2*n+4], to: [4]byte(b[2*n+4:])}
	return p, true
}

// answers reports whether a packet is what we wait for: a reply of the target to us or,
// with -D, any packet that another host sends from the address.
func (a *arping) answers(p *arpPacket) bool {
	me := string(a.me.address())
	switch {
	case p.from != a.target:
		return false
	case a.dad:
		return string(p.fromHard) != me && (a.from == [4]byte{} || a.from == p.to)
	}
	return p.to == a.from && string(p.toHard) == me
}

// take takes a packet, and reports whether it is the last.
func (a *arping) take(b []byte, from *hardware) (last bool) {
	now := monotonic()
	kind := from.packetType()
	if kind != unix.PACKET_HOST && kind != unix.PACKET_BROADCAST && kind != unix.PACKET_MULTICAST {
		return false
	}
	p, ok := a.takeApart(b, from.typ())
	if !ok || !a.answers(&p) {
		return false
	}
	if !a.quiet {
		a.show(&p, kind == unix.PACKET_HOST, now)
	}
	a.received++
	if a.timeout != 0 && a.received == a.count {
		return true
	}
	if kind != unix.PACKET_HOST {
		a.broadcastIn++
	}
	if !p.reply {
		a.requests++
	}
	if a.quit || a.count == 0 && a.received == a.sent {
		return true
	}
	if !a.broadcastOnly {
		copy(a.he.address(), p.fromHard)
		a.unicast = true
	}
	return false
}

// show prints the line of a packet.
func (a *arping) show(p *arpPacket, host bool, now int64) {
	b := a.line()
	for _, part := range []struct {
		is      bool
		yes, no string
	}{{host, "Unicast ", "Broadcast "}, {p.reply, "reply from ", "request from "}} {
		if part.is {
			b = append(b, part.yes...)
		} else {
			b = append(b, part.no...)
		}
	}
	b = appendHardware(append(cli.AppendAddr(b, unix.AF_INET, p.from[:]), " ["...), p.fromHard)
	b = append(b, "] "...)
	mine := string(p.toHard) == string(a.me.address())
	if p.to != a.from {
		b = append(show.AppendIPv4(append(b, "for "...), p.to), ' ')
	} else if !mine {
		b = append(b, "for "...)
	}
	if !mine {
		b = append(appendHardware(append(b, '['), p.toHard), ']')
	}
	b = a.appendTime(b, now)
	a.print(b)
	a.pen.Flush()
}

// appendTime writes the time since the last request. As in the real tool, its
// milliseconds are rounded, and what stands behind the dot is counted from half of one
// below them.
func (a *arping) appendTime(b []byte, now int64) []byte {
	if a.last < 1e9 {
		return append(b, " UNSOLICITED?\n"...)
	}
	micro := (now/1e9-a.last/1e9)*1e6 + (now%1e9-a.last%1e9+500)/1000 + 500
	b = append(strconv.AppendInt(append(b, ' '), micro/1000, 10), '.')
	for limit := int64(100); limit > 1 && micro%1000 < limit; limit /= 10 {
		b = append(b, '0')
	}
	return append(strconv.AppendInt(b, micro%1000, 10), "ms\n"...)
}

func appendHardware(b, a []byte) []byte {
	const digits = "0123456789ABCDEF"
	for i, c := range a {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return b
}
