package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unsafe"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// queued is what was in a socket's error queue.
type queued uint8

const (
	noError      queued = iota
	localError          // this host could not send
	networkError        // another host could not forward or deliver
	foreignError        // about a packet that is not ours
	unknownError        // none that is known
)

// A queuedError is an error from the queue (ip(7), IP_RECVERR).
type queuedError struct {
	sent []byte     // the head of the packet of ours that it is about
	to   netip.Addr // and where that was sent
	unix.SockExtendedErr
	from  netip.Addr // the host that refused
	scope uint32
}

const extendedErrLen = int(unsafe.Sizeof(unix.SockExtendedErr{}))

// takeError takes one error from the queue; the level and type are those of its
// control message.
func (p *pinger) takeError(level, typ int32) (e queuedError, no unix.Errno) {
	if p.queue == nil {
		p.queue = newMessage(headerLen)
	}
	m := p.queue
	if no := m.receive(p.sock.fd, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT); no != 0 {
		return e, no
	}
	c, ok := m.find(level, typ, extendedErrLen)
	if !ok {
		return e, unix.EBADMSG
	}
	return parseError(m, c.data), 0
}

// parseError reads struct sock_extended_err and the address behind it.
func parseError(m *message, b []byte) queuedError {
	e := queuedError{sent: m.data}
	e.to, _ = m.sender()
	e.SockExtendedErr = unix.SockExtendedErr{
		Errno:  binary.NativeEndian.Uint32(b),
		Origin: b[4], Type: b[5], Code: b[6],
		Info: binary.NativeEndian.Uint32(b[8:]),
	}
	e.from, e.scope = readSockaddr(b[extendedErrLen:])
	return e
}

func (e *queuedError) icmp() icmpError { return icmpError{e.Type, e.Code, e.Info} }

// sendFailed counts and tells an error of this host. With -q it is not even
// counted.
func (p *pinger) sendFailed(e *queuedError, mtu string) queued {
	switch {
	case p.quiet:
		return localError
	case p.flood:
		p.pen.Raw("E")
	case unix.Errno(e.Errno) == unix.EMSGSIZE:
		p.warn("local error: message too long, " + mtu + strconv.FormatUint(uint64(e.Info), 10))
	default:
		p.warn("local error: " + rtnl.Strerror(unix.Errno(e.Errno)))
	}
	p.errors++
	return localError
}

// isEcho reports whether an error is about an echo request of this run.
func (p *pinger) isEcho(e *queuedError, to netip.Addr, typ byte) bool {
	return len(e.sent) >= headerLen && e.to == to && e.sent[0] == typ && p.ours(e.sent)
}

// An errorQueue is where a version of IP tells of errors, and how: see ip(7).
type errorQueue struct {
	level, typ int32  // of the control message
	origin     uint8  // of errors that came as ICMP messages
	echo       byte   // the ICMP type of what we send
	mtu        string // what stands in front of the MTU
}

// nextError takes an error from the queue and says what it is. One of the
// network's, about an echo request of ours, is the caller's to tell of.
func (p *pinger) nextError(q *errorQueue, to netip.Addr) (e queuedError, what queued) {
	e, no := p.takeError(q.level, q.typ)
	switch {
	case no == unix.EAGAIN, no == unix.EINTR:
		return e, noError
	case no != 0:
		return e, unknownError
	case e.Origin == unix.SO_EE_ORIGIN_LOCAL:
		return e, p.sendFailed(&e, q.mtu)
	case e.Origin != q.origin:
		return e, unknownError
	case !p.isEcho(&e, to, q.echo):
		return e, foreignError
	}
	return e, networkError
}

// ours reports whether an echo packet has our identifier. A socket of the
// kernel's own kind gets no others.
func (p *pinger) ours(icmp []byte) bool {
	return p.sock.dgram() || int(binary.BigEndian.Uint16(icmp[4:])) == p.ident
}

// refusedBy counts an ICMP error, and prints its line up to the text. It reports
// whether there is to be one.
func (p *pinger) refusedBy(e *queuedError) (b []byte, open bool) {
	p.errors++
	switch {
	case p.quiet:
		return nil, false
	case p.flood:
		p.pen.Raw("\bE")
		return nil, false
	}
	b = append(p.appendDate(p.scratch[:0]), "From "...)
	b = append(p.appendName(b, e.from, e.scope), " icmp_seq="...)
	b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint16(e.sent[6:])), 10)
	return append(b, ' '), true
}
