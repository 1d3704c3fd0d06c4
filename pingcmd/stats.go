package pingcmd

import (
	"math"
	"strconv"
	"time"

	"gip/internal/show"
)

// window is how many sequence numbers there are.
const window = 1 << 16

// A bitmap has a bit for each sequence number.
type bitmap [window / 64]uint64

func (b *bitmap) set(seq uint16)      { b[seq/64] |= 1 << (seq % 64) }
func (b *bitmap) clear(seq uint16)    { b[seq/64] &^= 1 << (seq % 64) }
func (b *bitmap) has(seq uint16) bool { return b[seq/64]&(1<<(seq%64)) != 0 }

// stats are the counters of a run. Times are in microseconds.
type stats struct {
	sent, received, errors int64
	duplicates, corrupted  int64
	acked                  bitmap // the packets that were answered
	newest                 uint16 // the last of them
	pipe                   int    // most packets under way at once
	min, max               int64  // of round trips
	sum, squares           float64
	average8               uint64 // a moving average, in eighths
	addend                 uint64 // what a device without room adds to it, with -A
}

func newStats() stats { return stats{min: math.MaxInt64, pipe: -1} }

// advance counts a packet that was sent.
func (p *pinger) advance() {
	p.sent++
	if uint16(p.sent)-p.newest > math.MaxInt16 {
		p.newest = uint16(p.sent) + 1
	}
}

// inFlight is how many packets are not answered yet, as far as one can tell: a
// reply stands for all packets before it.
func (p *pinger) inFlight() int {
	if later := uint16(p.sent) - p.newest; later <= math.MaxInt16 {
		return int(later)
	}
	return int(p.sent - p.received - p.errors)
}

// acknowledge notes that a packet was answered, and how many were under way
// then: those after it.
func (p *pinger) acknowledge(seq uint16) {
	later := uint16(p.sent) - seq
	if later > math.MaxInt16 {
		return
	}
	p.pipe = max(p.pipe, int(later)+1)
	if int16(seq-p.newest) > 0 || uint16(p.sent)-p.newest > math.MaxInt16 {
		p.newest = seq
	}
}

// addTime counts the time of a round trip.
func (p *pinger) addTime(us int64) {
	p.sum += float64(us)
	p.squares += float64(us * us)
	p.min = min(p.min, us)
	p.max = max(p.max, us)
	if p.average8 == 0 {
		p.average8 = uint64(us) * 8
	} else {
		p.average8 += uint64(us) - p.average8/8
	}
	if p.adaptive {
		p.adapt()
	}
}

// adapt makes the interval that of -A: what a round trip takes.
func (p *pinger) adapt() {
	us := uint64(p.interval) * 1000
	if p.average8 != 0 {
		us = p.average8 / 8
	}
	p.interval = int((us + p.addend + 500) / 1000)
	if p.uid != 0 {
		p.interval = max(p.interval, minUserInterval)
	}
}

// slower makes -A wait longer for a device that has no room.
func (p *pinger) slower() {
	const most = 50000
	p.addend += min(p.average8/8, most)
	if p.adaptive {
		p.adapt()
	}
}

// meanAndDeviation are those of the round trips.
func (p *pinger) meanAndDeviation() (mean, deviation int64) {
	n := p.received + p.duplicates
	mean = int64(p.sum / float64(n))
	variance := p.squares/float64(n) - float64(mean*mean)
	if p.sum < math.MaxInt32 {
		// This order keeps the digits of short times.
		variance = (p.squares - p.sum*p.sum/float64(n)) / float64(n)
	}
	return mean, int64(math.Sqrt(math.Max(math.Trunc(variance), 0)))
}

// appendMS writes microseconds as milliseconds.
func appendMS(b []byte, us int64) []byte {
	b = strconv.AppendInt(b, us/1000, 10)
	return appendPadded(append(b, '.'), us%1000, 3)
}

// appendPadded writes a number with zeros in front.
func appendPadded(b []byte, n int64, width int) []byte {
	var tmp [20]byte
	text := strconv.AppendInt(tmp[:0], n, 10)
	for i := len(text); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, text...)
}

// appendTimes writes times between slashes.
func appendTimes(b []byte, times ...int64) []byte {
	for i, us := range times {
		if i > 0 {
			b = append(b, '/')
		}
		b = appendMS(b, us)
	}
	return append(b, " ms"...)
}

// summary prints the statistics.
func (p *pinger) summary() {
	elapsed := p.last.Sub(p.began)
	b := append(p.scratch[:0], "\n--- "...)
	b = append(append(b, p.host...), " ping statistics ---\n"...)
	b = append(strconv.AppendInt(b, p.sent, 10), " packets transmitted, "...)
	b = append(strconv.AppendInt(b, p.received, 10), " received"...)
	for _, c := range []struct {
		n    int64
		what string
	}{{p.duplicates, " duplicates"}, {p.corrupted, " corrupted"}, {p.errors, " errors"}} {
		if c.n != 0 {
			b = append(strconv.AppendInt(append(b, ", +"...), c.n, 10), c.what...)
		}
	}
	if p.sent != 0 {
		loss := float32(float64((p.sent-p.received)*100) / float64(p.sent))
		b = append(show.AppendG(append(b, ", "...), float64(loss)), "% packet loss, time "...)
		b = append(strconv.AppendInt(b, (elapsed+time.Millisecond/2).Milliseconds(), 10), "ms"...)
	}
	p.print(append(p.appendSums(append(b, '\n'), elapsed), '\n'))
}

// appendSums writes the last line: what applies of the times of round trips, the
// packets under way, and the pace.
func (p *pinger) appendSums(b []byte, elapsed time.Duration) []byte {
	comma := ""
	if p.received > 0 && p.timed {
		mean, deviation := p.meanAndDeviation()
		b = append(b, "rtt min/avg/max/mdev = "...)
		b = appendTimes(b, p.min, mean, p.max, deviation)
		comma = ", "
	}
	if p.pipe > 1 {
		b = strconv.AppendInt(append(append(b, comma...), "pipe "...), int64(p.pipe), 10)
		comma = ", "
	}
	if p.received > 0 && (p.interval == 0 || p.flood || p.adaptive) && p.sent > 1 {
		gap := elapsed.Microseconds() / (p.sent - 1)
		b = append(append(b, comma...), "ipg/ewma "...)
		b = appendTimes(b, gap, int64(p.average8/8))
	}
	return b
}

// status is SIGQUIT's line on stderr.
func (p *pinger) status() {
	p.snapshot = false
	loss := int64(0)
	if p.sent != 0 {
		loss = (p.sent - p.received) * 100 / p.sent
	}
	b := strconv.AppendInt(append(p.scratch[:0], '\r'), p.received, 10)
	b = append(strconv.AppendInt(append(b, '/'), p.sent, 10), " packets, "...)
	b = append(strconv.AppendInt(b, loss, 10), "% loss"...)
	if p.received > 0 && p.timed {
		mean := int64(p.sum / float64(p.received+p.duplicates))
		b = append(b, ", min/avg/ewma/max = "...)
		b = appendTimes(b, p.min, mean, int64(p.average8/8), p.max)
	}
	p.env.Stderr.Write(append(b, '\n'))
}
