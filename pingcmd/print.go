package pingcmd

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"gip/internal/resolve"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// window is how many sequence numbers are kept to tell duplicates.
const window = 1 << 16

// stats are the counters of a run.
type stats struct {
	start, now, sentAt     time.Time
	sent, received, errors int64
	duplicates             int64
	pipe                   int64 // most packets under way at once
	min, max, sum          time.Duration
	sum2                   float64 // of squares, in µs²
	timedReplies           int64
	ewma                   time.Duration // moving average, eighths
	acked                  [window]bool
}

// greet prints the first line.
func (p *pinger) greet() {
	pen := p.env.Pen
	pen.Raw("PING " + p.host + " (" + p.dst.String() + ") ")
	if p.v6 && p.flow != 0 {
		pen.Raw(fmt.Sprintf(", flow 0x%05x, ", p.flow))
	}
	if p.device != "" || p.source != "" {
		pen.Raw("from " + p.src.String() + " " + p.device + ": ")
	}
	pen.Raw(itoa(p.size))
	if p.v6 {
		pen.Raw(" data bytes\n")
	} else {
		pen.Raw("(" + itoa(p.size+headerLen+20) + ") bytes of data.\n")
	}
	pen.Flush()
}

// tick marks a packet that was sent.
func (p *pinger) tick() {
	p.sentAt = p.now
	if p.flood && !p.quiet {
		p.env.Pen.Raw(".")
		p.env.Pen.Flush()
	}
}

// late tells, with -O, of the packet before that has no answer yet.
func (p *pinger) late() {
	if p.outstand && p.sent > 0 && !p.acked[uint16(p.sent)] {
		p.date1()
		p.env.Pen.Raw("no answer yet for icmp_seq=" + itoa(int(uint16(p.sent))) + "\n")
		p.env.Pen.Flush()
	}
}

func (p *pinger) date1() {
	if p.date {
		t := time.Now()
		p.env.Pen.Raw(fmt.Sprintf("[%d.%06d] ", t.Unix(), t.Nanosecond()/1000))
	}
}

// count1 counts one reply.
func (p *pinger) count1(rtt time.Duration, dup bool) {
	if dup {
		p.duplicates++
	} else {
		p.received++
	}
	if !p.timed() {
		return
	}
	if p.timedReplies == 0 {
		p.min, p.max, p.ewma = rtt, rtt, rtt
	}
	p.min, p.max = min(p.min, rtt), max(p.max, rtt)
	p.sum += rtt
	us := float64(rtt.Nanoseconds()) / 1000
	p.sum2 += us * us
	p.ewma += (rtt - p.ewma) / 8
	p.timedReplies++
}

// line prints one reply.
func (p *pinger) line(r reply, seq uint16, rtt time.Duration, dup bool) {
	pen := p.env.Pen
	p.date1()
	pen.Raw(itoa(len(r.data)) + " bytes from " + p.name(r.from) + ": icmp_seq=" + itoa(int(seq)))
	if p.verbose {
		pen.Raw(" ident=" + itoa(int(p.id)))
	}
	if r.ttl >= 0 {
		pen.Raw(" ttl=" + itoa(r.ttl))
	}
	if p.timed() {
		pen.Raw(" time=" + p.rttText(rtt) + " ms")
	}
	if dup {
		pen.Raw(" (DUP!)")
	}
	if at := p.wrong(r.data); at >= 0 {
		pen.Raw(fmt.Sprintf("\nwrong data byte #%d should be 0x%x but was 0x%x", at, p.packet[headerLen+at], r.data[headerLen+at]))
	}
	if p.audible {
		pen.Raw("\a")
	}
	pen.Raw("\n")
	pen.Flush()
}

// wrong returns the place of the first byte that did not come back as sent,
// or -1.
func (p *pinger) wrong(b []byte) int {
	for i := stampLen; i < p.size && headerLen+i < len(b); i++ {
		if b[headerLen+i] != p.packet[headerLen+i] {
			return i
		}
	}
	return -1
}

// rttText writes a time in milliseconds with three significant digits or so.
func (p *pinger) rttText(d time.Duration) string {
	us := d.Microseconds()
	switch {
	case p.precise:
		return fmt.Sprintf("%d.%06d", us/1000, d.Nanoseconds()%1e6)
	case us >= 100000-50:
		return fmt.Sprintf("%d", (us+500)/1000)
	case us >= 10000-5:
		return fmt.Sprintf("%d.%01d", (us+50)/1000, (us+50)%1000/100)
	case us >= 1000:
		return fmt.Sprintf("%d.%02d", (us+5)/1000, (us+5)%1000/10)
	}
	return fmt.Sprintf("%d.%03d", us/1000, us%1000)
}

// name writes an address, with its name in front where names are wanted.
func (p *pinger) name(a netip.Addr) string {
	if p.numeric {
		return a.String()
	}
	name, err := resolve.Name(a)
	if err != nil {
		return a.String()
	}
	return name + " (" + a.String() + ")"
}

func ms(d time.Duration) string {
	us := d.Microseconds()
	return fmt.Sprintf("%d.%03d", us/1000, us%1000)
}

// summary prints the statistics.
func (p *pinger) summary() {
	pen := p.env.Pen
	elapsed := p.now.Sub(p.start)
	pen.Raw("\n--- " + p.host + " ping statistics ---\n")
	pen.Int("", "", p.sent, " packets transmitted, ")
	pen.Int("", "", p.received, " received")
	if p.duplicates > 0 {
		pen.Int("", ", +", p.duplicates, " duplicates")
	}
	if p.errors > 0 {
		pen.Int("", ", +", p.errors, " errors")
	}
	if p.sent > 0 {
		loss := float64(p.sent-p.received) * 100 / float64(p.sent)
		pen.Raw(", " + string(show.AppendG(nil, float64(float32(loss)))) + "% packet loss")
		pen.Int("", ", time ", elapsed.Milliseconds(), "ms")
	}
	pen.Raw("\n" + p.times(elapsed) + "\n")
}

// times is the summary's line of round trip times, parts that do not apply
// left out.
func (p *pinger) times(elapsed time.Duration) string {
	var parts []string
	if p.timedReplies > 0 {
		parts = append(parts, fmt.Sprintf("rtt min/avg/max/mdev = %s/%s/%s/%s ms", ms(p.min), ms(p.average()), ms(p.max), ms(p.deviation())))
	}
	if p.pipe > 1 {
		parts = append(parts, fmt.Sprintf("pipe %d", p.pipe))
	}
	if p.received > 0 && p.interval == 0 && p.sent > 1 {
		gap := elapsed / time.Duration(p.sent-1)
		parts = append(parts, "ipg/ewma "+ms(gap)+"/"+ms(p.ewma)+" ms")
	}
	return strings.Join(parts, ", ")
}

func (p *pinger) average() time.Duration {
	if p.timedReplies == 0 {
		return 0
	}
	return p.sum / time.Duration(p.timedReplies)
}

// deviation is the standard deviation of the round trip times.
func (p *pinger) deviation() time.Duration {
	n := float64(p.timedReplies)
	sum := float64(p.sum.Nanoseconds()) / 1000
	v := (p.sum2 - sum*sum/n) / n
	return time.Duration(math.Sqrt(max(v, 0)) * 1000)
}

// status is SIGQUIT's line on stderr.
func (p *pinger) status() {
	loss := int64(0)
	if p.sent > 0 {
		loss = (p.sent - p.received) * 100 / p.sent
	}
	p.env.Warnf("\r%d/%d packets, %d%% loss", p.received, p.sent, loss)
	if p.timedReplies > 0 {
		p.env.Warnf(", min/avg/ewma/max = %s/%s/%s/%s ms", ms(p.min), ms(p.average()), ms(p.ewma), ms(p.max))
	}
	p.env.Warnf("\n")
}

// localError prints an error that this machine has with our packet.
func (p *pinger) localError(e *unix.SockExtendedErr) {
	switch {
	case p.quiet:
	case p.flood:
		p.env.Pen.Raw("E")
	default:
		p.env.Warnf("ping: local error: %s\n", rtnl.Strerror(unix.Errno(e.Errno)))
	}
}

// icmpError prints an ICMP error that came back.
func (p *pinger) icmpError(seq uint16, from netip.Addr, e *unix.SockExtendedErr) {
	switch {
	case p.quiet:
		return
	case p.flood:
		p.env.Pen.Raw("\bE")
		return
	}
	p.date1()
	p.env.Pen.Raw("From " + p.name(from) + " icmp_seq=" + itoa(int(seq)) + " " + icmpText(p.v6, e) + "\n")
	p.env.Pen.Flush()
}

// A row of the ICMP errors: type, code (-1 for any) and text. %d in a text is
// the error's number, such as an MTU.
type icmpRow struct {
	typ, code int
	text      string
}

// RFC 792 and RFC 1812.
var icmp4 = []icmpRow{
	{3, 0, "Destination Net Unreachable"},
	{3, 1, "Destination Host Unreachable"},
	{3, 2, "Destination Protocol Unreachable"},
	{3, 3, "Destination Port Unreachable"},
	{3, 4, "Frag needed and DF set (mtu = %d)"},
	{3, 5, "Source Route Failed"},
	{3, 6, "Destination Net Unknown"},
	{3, 7, "Destination Host Unknown"},
	{3, 8, "Source Host Isolated"},
	{3, 9, "Destination Net Prohibited"},
	{3, 10, "Destination Host Prohibited"},
	{3, 11, "Destination Net Unreachable for Type of Service"},
	{3, 12, "Destination Host Unreachable for Type of Service"},
	{3, 13, "Packet filtered"},
	{3, 14, "Precedence Violation"},
	{3, 15, "Precedence Cutoff"},
	{4, -1, "Source Quench"},
	{5, 0, "Redirect Network"},
	{5, 1, "Redirect Host"},
	{11, 0, "Time to live exceeded"},
	{11, 1, "Frag reassembly time exceeded"},
	{12, -1, "Parameter problem: pointer = %d"},
}

// RFC 4443.
var icmp6 = []icmpRow{
	{1, 0, "Destination unreachable: No route"},
	{1, 1, "Destination unreachable: Administratively prohibited"},
	{1, 2, "Destination unreachable: Beyond scope of source address"},
	{1, 3, "Destination unreachable: Address unreachable"},
	{1, 4, "Destination unreachable: Port unreachable"},
	{2, -1, "Packet too big: mtu=%d"},
	{3, 0, "Time exceeded: Hop limit"},
	{3, 1, "Time exceeded: Defragmentation failure"},
	{4, 0, "Parameter problem: Wrong header field at %d"},
	{4, 1, "Parameter problem: Unknown header at %d"},
	{4, 2, "Parameter problem: Unknown option at %d"},
}

func icmpText(v6 bool, e *unix.SockExtendedErr) string {
	table := icmp4
	if v6 {
		table = icmp6
	}
	for _, r := range table {
		if r.typ == int(e.Type) && (r.code < 0 || r.code == int(e.Code)) {
			return strings.Replace(r.text, "%d", strconv.FormatUint(uint64(e.Info), 10), 1)
		}
	}
	return fmt.Sprintf("Unknown ICMP error: type %d, code %d", e.Type, e.Code)
}
