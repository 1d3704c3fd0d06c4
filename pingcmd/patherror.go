package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unsafe"

	"gip/internal/resolve"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// An echo is what an error tells of the probe that it is about.
type echo struct {
	hops   int // -1 if not known
	at     *unix.Timespec
	broken bool // it quotes something else than was sent
}

// find tells which probe the error is about: by its port, or by what is quoted of it.
func (t *tracepath) find() (e echo) {
	m := t.answers
	e.hops = -1
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&m.from.Port))[:])
	if slot := int(port) - t.port; slot >= 0 && slot < remembered-1 && t.sent[slot].hops != 0 {
		p := &t.sent[slot]
		e.hops, e.at = p.hops, &p.at
		p.hops = 0
	}
	if len(m.data) == probeSize {
		ttl := binary.NativeEndian.Uint32(m.data)
		at := (*unix.Timespec)(unsafe.Pointer(&m.data[stampAt]))
		if ttl == 0 || *at == (unix.Timespec{}) {
			e.broken = true
		} else {
			e.hops, e.at = int(int32(ttl)), at
		}
	}
	return e
}

// readControl finds the error and the hops that are left of the packet that told it; -1
// if that is not said.
func (t *tracepath) readControl() (e *queuedError, left int) {
	left = -1
	at := 0
	for {
		c, more := t.answers.next(&at)
		switch {
		case !more:
			return e, left
		case c.level == unix.SOL_IPV6 && c.typ == unix.IPV6_RECVERR, c.level == unix.SOL_IP && c.typ == unix.IP_RECVERR:
			if len(c.data) >= extendedErrLen {
				parsed := parseError(t.answers, c.data)
				e = &parsed
			}
		case c.level == unix.SOL_IPV6 && (c.typ == unix.IPV6_HOPLIMIT || c.typ == unix.IPV6_2292HOPLIMIT):
			if len(c.data) >= 4 {
				left = int(int32(binary.NativeEndian.Uint32(c.data)))
			}
		case c.level == unix.SOL_IP && c.typ == unix.IP_TTL:
			if len(c.data) >= 1 {
				left = int(*(*uint8)(unsafe.Pointer(&c.data[0])))
			}
		case c.level == unix.SOL_IPV6:
			t.print([]byte("cmsg6:" + itoa(int(c.typ)) + "\n "))
		case c.level == unix.SOL_IP:
			t.print([]byte("cmsg4:" + itoa(int(c.typ)) + "\n "))
		}
	}
}

// takeError prints the line of an error, and reports whether it is the last.
func (t *tracepath) takeError(now unix.Timespec) (last bool) {
	of := t.find()
	e, left := t.readControl()
	if e == nil {
		t.print([]byte("no info\n"))
		return true
	}
	b := t.appendWho(nil, e, of.hops)
	if of.at != nil {
		b = appendPassed(b, now.Nano()-of.at.Nano())
		if of.broken {
			b = append(b, "(This broken router returned corrupted payload) "...)
		}
	}
	return t.appendError(b, e, of.hops, hopsBack(left))
}

// hopsBack tells how far away a host is whose packet has so many hops left, by the
// numbers that hosts begin with.
func hopsBack(left int) int {
	switch {
	case left <= 64:
		return 65 - left
	case left <= 128:
		return 129 - left
	}
	return 256 - left
}

// appendWho writes the hop and the host that the error is from.
func (t *tracepath) appendWho(b []byte, e *queuedError, hops int) []byte {
	switch e.Origin {
	case unix.SO_EE_ORIGIN_LOCAL:
		return append(t.hop(b), "?: [LOCALHOST]                      "...)
	case unix.SO_EE_ORIGIN_ICMP, unix.SO_EE_ORIGIN_ICMP6:
	default:
		return b
	}
	if hops > 0 {
		b = append(show.AppendPadded(b, uint64(hops), 2), ":  "...)
	} else {
		b = append(t.hop(b), "?: "...)
	}
	return t.appendHost(b, e.from, e.scope)
}

// appendHost writes a host in its column: its name, or with -n its address, and with -b
// the other one as well.
func (t *tracepath) appendHost(b []byte, a netip.Addr, scope uint32) []byte {
	addr, name := []byte(nil), []byte(nil)
	if t.numeric || t.both {
		addr = appendAddr(nil, a, scope)
	}
	if !t.numeric || t.both {
		t.pen.Flush()
		name = appendNameOf(nil, a, scope)
	}
	if !t.numeric {
		addr, name = name, addr
	}
	from := len(b)
	b = append(b, addr...)
	if t.both {
		b = append(append(append(b, " ("...), name...), ')')
	}
	for pad := hostColumn - min(len(b)-from, hostColumn-1); pad > 0; pad-- {
		b = append(b, ' ')
	}
	return b
}

// appendNameOf writes the name of an address, or that if it has none.
func appendNameOf(b []byte, a netip.Addr, scope uint32) []byte {
	if name, err := resolve.Name(a); err == nil && name != "" && len(name) <= maxHost {
		return append(b, showName(name)...)
	}
	return appendAddr(b, a, scope)
}

// appendPassed writes a time in milliseconds.
func appendPassed(b []byte, nano int64) []byte {
	milli := nano / 1e6
	for limit := int64(100); limit > 1 && milli < limit; limit /= 10 {
		b = append(b, ' ')
	}
	b = append(strconv.AppendInt(b, milli, 10), '.')
	micro := nano % 1e6 / 1000
	for limit := int64(100); limit > 1 && micro < limit; limit /= 10 {
		b = append(b, '0')
	}
	return append(strconv.AppendInt(b, micro, 10), "ms "...)
}

// marks are the errors that say that there is no way on.
var marks = [...]struct {
	errno unix.Errno
	text  string
}{{unix.EPROTO, "!P\n"}, {unix.EHOSTUNREACH, "!H\n"}, {unix.ENETUNREACH, "!N\n"}, {unix.EACCES, "!A\n"}}

// appendError writes what the error means, and the line. It reports whether it is the
// last one.
func (t *tracepath) appendError(b []byte, e *queuedError, hops, back int) (last bool) {
	switch unix.Errno(e.Errno) {
	case unix.ETIMEDOUT:
		t.print(append(b, '\n'))
		return false
	case unix.EMSGSIZE:
		t.length = int(int32(e.Info))
		t.print(append(b, "pmtu "+itoa(t.length)+"\n"...))
		return false
	case unix.ECONNREFUSED:
		t.there, t.back = hops, back
		if hops < 0 {
			t.there = int(t.ttl)
		}
		t.print(append(b, "reached\n"...))
		return true
	}
	if e.expired() {
		if back >= 0 && (hops >= 0 && back != hops || hops < 0 && back != int(t.ttl)) {
			b = append(show.AppendPadded(append(b, "asymm "...), uint64(back), 2), ' ')
		}
		t.print(append(b, '\n'))
		return false
	}
	for _, m := range marks {
		if m.errno == unix.Errno(e.Errno) {
			t.print(append(b, m.text...))
			return true
		}
	}
	t.print(append(b, '\n'))
	t.warn("NET ERROR: " + rtnl.Strerror(unix.Errno(e.Errno)))
	return true
}

// expired reports whether a router let go of a packet because its time to live was over.
func (e *queuedError) expired() bool {
	if unix.Errno(e.Errno) != unix.EHOSTUNREACH || e.Code != 0 {
		return false
	}
	return e.Origin == unix.SO_EE_ORIGIN_ICMP && e.Type == uapi.ICMP_TIME_EXCEEDED ||
		e.Origin == unix.SO_EE_ORIGIN_ICMP6 && e.Type == icmp6TimeExceeded
}

const icmp6TimeExceeded = 3
