package pingcmd

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A reply is an answer to one of our packets.
type reply struct {
	data  []byte // from the ICMP header on
	seq   uint16
	ttl   int // of the packet, -1 if not known
	from  netip.Addr
	scope uint32
	at    time.Time // when it came
	// corrupted tells that its checksum is wrong, strange that it comes from
	// another address than was asked.
	corrupted, strange bool
	what               func(b []byte, r *reply) []byte // writes what it says
}

// arrival is when a message came: as the kernel noted it (SO_TIMESTAMP), or now
// for -U.
func (p *pinger) arrival(m *message) time.Time {
	if !p.latency {
		if c, ok := m.find(unix.SOL_SOCKET, unix.SO_TIMESTAMP, kernelStampLen); ok {
			sec, usec := stampWords(c.data[:kernelStampLen])
			return time.Unix(sec, usec*1000)
		}
	}
	return time.Now()
}

// kernelStampLen is the size of the struct timeval that SO_TIMESTAMP brings: two
// numbers of C's long, whatever the C library has.
const kernelStampLen = int(unsafe.Sizeof(unix.Timeval{}))

// A stamp is a struct timeval: seconds and microseconds, both of 32 or of 64 bits.
// A packet's own may be anything.
func stampWords(b []byte) (sec, usec int64) {
	ne := binary.NativeEndian
	if len(b) == 8 {
		return int64(int32(ne.Uint32(b))), int64(int32(ne.Uint32(b[4:])))
	}
	return int64(ne.Uint64(b)), int64(ne.Uint64(b[8:]))
}

// putStamp writes a packet's stamp.
func putStamp(b []byte, t time.Time) {
	us, ne := t.UnixMicro(), binary.NativeEndian
	if stampLen == 8 {
		ne.PutUint32(b, uint32(us/1e6))
		ne.PutUint32(b[4:], uint32(us%1e6))
		return
	}
	ne.PutUint64(b, uint64(us/1e6))
	ne.PutUint64(b[8:], uint64(us%1e6))
}

// take counts a reply and prints it. It reports whether there is more to be
// said on the line.
func (p *pinger) take(r *reply) (open bool) {
	p.received++
	if !r.corrupted {
		p.acknowledge(r.seq)
	}
	us := int64(0)
	if p.timed && len(r.data) >= headerLen+stampLen {
		us = p.roundTrip(r)
		if !r.corrupted {
			p.addTime(us)
		}
	}
	again := p.countReply(r)
	p.confirmNow = true
	switch {
	case p.quiet:
		return false
	case p.flood && r.corrupted:
		p.pen.Raw("\bC")
		return true
	case p.flood:
		p.pen.Raw("\b \b")
		return true
	}
	return p.line(r, us, again)
}

// countReply tells whether a packet was answered before. What is corrupted or
// came again is no reply.
func (p *pinger) countReply(r *reply) (again bool) {
	switch {
	case r.corrupted:
		p.corrupted++
		p.received--
	case p.acked.has(r.seq):
		p.duplicates++
		p.received--
		return true
	default:
		p.acked.set(r.seq)
	}
	return false
}

// maxSeconds is the longest round trip that is believed.
const maxSeconds = math.MaxInt32 / 1000001

// roundTrip is the time since the one in the packet, in microseconds. That may
// be any number, and the clock may have been set.
func (p *pinger) roundTrip(r *reply) int64 {
	sec, usec := stampWords(r.data[headerLen : headerLen+stampLen])
	us, back := p.since(r.at, sec, usec)
	if back {
		// From now on the time is taken by ourselves.
		p.latency = true
		us, _ = p.since(time.Now(), sec, usec)
	}
	return us
}

// since subtracts a packet's time from another. back tells that it lies behind
// it, as if the clock was set back, and that there is another time to try.
func (p *pinger) since(at time.Time, sec, usec int64) (us int64, back bool) {
	s, u := at.Unix(), int64(at.Nanosecond()/1000)-usec
	if u < 0 {
		s--
		u += 1000000
	}
	s -= sec
	if u >= 1000000 {
		p.warn("Warning: invalid tv_usec " + strconv.FormatInt(u, 10) + " us")
		u = 999999
	}
	if u < 0 {
		p.warn("Warning: invalid tv_usec " + strconv.FormatInt(u, 10) + " us")
		u = 0
	}
	switch {
	case s > maxSeconds:
		p.warn("Warning: invalid tv_sec " + strconv.FormatInt(s, 10) + " s")
		return 0, false
	case s < 0:
		p.warn("Warning: time of day goes back (" + strconv.FormatInt(s, 10) + " s), taking countermeasures")
		return 0, !p.latency
	}
	return s*1000000 + u, false
}

// line begins the line of a reply. A reply that is too short has nothing more.
func (p *pinger) line(r *reply, us int64, again bool) (open bool) {
	b := p.appendDate(p.scratch[:0])
	b = append(strconv.AppendInt(b, int64(len(r.data)), 10), " bytes from "...)
	b = append(p.appendName(b, r.from, r.scope), ':')
	b = r.what(b, r)
	if p.verbose && p.ident != -1 {
		b = strconv.AppendInt(append(b, " ident="...), int64(p.ident), 10)
	}
	if r.ttl >= 0 {
		b = strconv.AppendInt(append(b, " ttl="...), int64(r.ttl), 10)
	}
	if len(r.data) < p.size+headerLen {
		p.print(append(b, " (truncated)\n"...))
		return false
	}
	if p.timed {
		b = append(b, " time="...)
		b = append(appendRoundTrip(b, us, p.precise), " ms"...)
	}
	for _, mark := range []struct {
		on   bool
		text string
	}{
		{again && (!p.multicast || p.verbose), " (DUP!)"},
		{r.corrupted, " (BAD CHECKSUM!)"},
		{r.strange, " (DIFFERENT ADDRESS!)"},
	} {
		if mark.on {
			b = append(b, mark.text...)
		}
	}
	p.print(p.appendWrongData(b, r.data))
	return true
}

// appendRoundTrip writes a time in milliseconds, with three digits or so.
func appendRoundTrip(b []byte, us int64, precise bool) []byte {
	switch {
	case us < 1000 || precise:
		return appendMS(b, us)
	case us >= 100000-50:
		return strconv.AppendInt(b, (us+500)/1000, 10)
	case us >= 10000-5:
		us += 50
		return strconv.AppendInt(append(strconv.AppendInt(b, us/1000, 10), '.'), us%1000/100, 10)
	}
	us += 5
	return appendPadded(append(strconv.AppendInt(b, us/1000, 10), '.'), us%1000/10, 2)
}

// appendWrongData shows the data of a reply if it is not what was sent.
func (p *pinger) appendWrongData(b, data []byte) []byte {
	want := p.packet[:headerLen+max(p.size, 0)]
	for i := headerLen + stampLen; i < len(want) && i < len(data); i++ {
		if data[i] == want[i] {
			continue
		}
		b = strconv.AppendInt(append(b, "\nwrong data byte #"...), int64(i-headerLen), 10)
		b = strconv.AppendUint(append(b, " should be 0x"...), uint64(want[i]), 16)
		b = strconv.AppendUint(append(b, " but was 0x"...), uint64(data[i]), 16)
		return appendDump(b, data[headerLen:len(want)])
	}
	return b
}

// appendDump writes the data behind the time, 32 bytes a line.
func appendDump(b, data []byte) []byte {
	for i := stampLen; i < len(data); i++ {
		if i%32 == stampLen {
			b = append(strconv.AppendInt(append(b, "\n#"...), int64(i), 10), '\t')
		}
		b = append(strconv.AppendUint(b, uint64(data[i]), 16), ' ')
	}
	return b
}

// appendDate writes the time of day where -D asks for it.
func (p *pinger) appendDate(b []byte) []byte {
	if !p.date {
		return b
	}
	us := time.Now().UnixMicro()
	b = append(strconv.AppendInt(append(b, '['), us/1e6, 10), '.')
	return append(appendPadded(b, us%1e6, 6), "] "...)
}

// late tells, with -O, of the packet before that has no answer yet.
func (p *pinger) late() {
	if !p.outstand || p.sent == 0 || p.acked.has(uint16(p.sent)) {
		return
	}
	b := append(p.appendDate(p.scratch[:0]), "no answer yet for icmp_seq="...)
	p.print(append(strconv.AppendInt(b, p.sent%window, 10), '\n'))
	p.pen.Flush()
}

// dot marks a packet of a flood, as long as a terminal has room for the dots.
func (p *pinger) dot() {
	if !p.flood || p.quiet {
		return
	}
	if p.preload < p.cols && p.pipe < p.cols || p.inFlight() < p.cols {
		p.pen.Raw(".")
	}
}

// bell rings for a reply.
func (p *pinger) bell() {
	if !p.audible {
		return
	}
	p.pen.Raw("\a")
	if p.flood {
		p.pen.Flush()
	}
}

// appendSeq writes the number of an echo reply.
func appendSeq(b []byte, r *reply) []byte {
	return strconv.AppendUint(append(b, " icmp_seq="...), uint64(r.seq), 10)
}
