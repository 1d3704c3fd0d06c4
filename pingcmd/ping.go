package pingcmd

import (
	"encoding/binary"
	"os"
	"time"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// Run serves the command line ping args. Its status is 0 if replies came, 1 if
// none or too few did, 2 for another error.
func Run(e *cli.Env, args []string) error {
	c, rest, err := parseArgs(e, args)
	if err != nil || c == nil {
		return err
	}
	if len(rest) > 1 {
		return refuse(cli.StatusKernel, "source routes are not supported")
	}
	p := &pinger{config: c, env: e, host: rest[0], fd: -1}
	if err := p.prepare(); err != nil {
		return err
	}
	defer unix.Close(p.fd)
	p.greet()
	if err := p.loop(); err != nil {
		return err
	}
	p.summary()
	if p.received == 0 || p.deadline > 0 && p.received < p.count {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

func (p *pinger) prepare() error {
	if err := p.lookUp(); err != nil {
		return err
	}
	p.v6 = p.dst.Is6()
	if !p.v6 && p.size > maxSize4 {
		return &cli.Error{Status: cli.StatusError, Ends: true,
			Text: "ping: invalid -s value: '" + itoa(p.size) + "'" + outOfRange(0, maxSize4) + "\n"}
	}
	if err := p.pace(); err != nil {
		return err
	}
	for _, step := range []func() error{p.open, p.probe, p.setup} {
		if err := step(); err != nil {
			return err
		}
	}
	p.packet = make([]byte, headerLen+p.size)
	p.fill()
	return nil
}

// minUserInterval is the shortest interval without privilege.
const minUserInterval = 2 * time.Millisecond

// pace settles the interval of -f and -A and refuses what only root may do.
func (p *pinger) pace() error {
	if p.flood && !p.hasInterval || p.adaptive {
		p.interval = 0
	}
	if os.Getuid() != 0 && p.interval < minUserInterval {
		if !p.adaptive {
			return refuse(cli.StatusKernel, "cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)")
		}
		p.interval = minUserInterval
	}
	return nil
}

const (
	headerLen = 8  // of ICMP echo (RFC 792, RFC 4443)
	stampLen  = 16 // the time of sending in front of the data
)

// fill writes the data behind the time: -p's pattern, or bytes that count.
func (p *pinger) fill() {
	for i := range p.packet[headerLen:] {
		b := byte(i)
		if n := len(p.pattern); n > 0 {
			b = p.pattern[i%n]
		}
		p.packet[headerLen+i] = b
	}
}

func (p *pinger) timed() bool { return p.size >= stampLen }

// send sends the next echo request.
func (p *pinger) send() {
	b := p.packet
	clear(b[:headerLen])
	b[0] = echo4
	if p.v6 {
		b[0] = echo6
	}
	binary.BigEndian.PutUint16(b[4:], p.id)
	binary.BigEndian.PutUint16(b[6:], uint16(p.sent+1))
	p.now = time.Now()
	if p.timed() {
		binary.NativeEndian.PutUint64(b[headerLen:], uint64(p.now.Sub(p.start)))
	}
	if !p.v6 {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
	}
	p.sent++
	p.acked[uint16(p.sent)] = false
	switch err := p.transmit(b); err {
	case nil, unix.ENOBUFS, unix.ENOMEM, unix.EAGAIN:
	default:
		p.errors++
		if !p.quiet {
			p.env.Warnf("ping: sendmsg: %s\n", cli.Strerror(err))
		}
	}
}

// transmit sends b. The error of an earlier packet may stand in the way: it is
// taken, and the packet sent again, once.
func (p *pinger) transmit(b []byte) error {
	err := p.sendto(b)
	if err != nil && err != unix.EMSGSIZE && p.readErrors() {
		err = p.sendto(b)
	}
	return err
}

// checksum is the internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	if len(b)%2 == 1 {
		sum += uint32(b[len(b)-1]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// loop sends and receives until the count, the deadline or a signal ends it.
func (p *pinger) loop() error {
	stop, err := cli.Notify(unix.SIGINT, unix.SIGQUIT)
	if err != nil {
		return kernelFail("pipe", err)
	}
	defer stop.Close()
	p.start = time.Now()
	p.now = p.start
	next := p.start
	for !p.done() {
		now := time.Now()
		if p.deadline > 0 && now.Sub(p.start) >= p.deadline {
			return nil
		}
		if p.sending() && p.due(now, next) {
			p.late()
			p.send()
			p.tick()
			if p.sent >= int64(p.preload) {
				next = p.now.Add(p.interval)
			}
			continue
		}
		until, last := p.until(next)
		if last && !now.Before(until) {
			return nil
		}
		if end := p.wait(stop, until); end {
			return nil
		}
	}
	return nil
}

// sending reports whether more packets are to be sent: with a deadline the
// count is one of replies.
func (p *pinger) sending() bool { return p.count == 0 || p.sent < p.count || p.deadline > 0 }

// floodWait is how long a flood waits for a reply before the next packet.
const floodWait = 10 * time.Millisecond

// due reports whether the next packet may go: its time has come, and a flood
// or an adaptive run has its reply.
func (p *pinger) due(now, next time.Time) bool {
	if p.sent < int64(p.preload) {
		return true
	}
	if p.interval == 0 && p.sent > p.received+p.errors {
		return now.Sub(p.now) >= floodWait
	}
	return !now.Before(next)
}

// until is when to stop waiting for packets: at the next send, or, with all
// sent, when no reply is expected any more (last).
func (p *pinger) until(next time.Time) (t time.Time, last bool) {
	switch {
	case p.sending():
		t = next
		if p.interval == 0 {
			t = p.now.Add(floodWait)
		}
	case p.received > 0:
		t, last = p.lastSent().Add(max(2*p.max, p.interval)), true
	default:
		t, last = p.lastSent().Add(p.linger), true
	}
	if end := p.start.Add(p.deadline); p.deadline > 0 && end.Before(t) {
		t = end
	}
	return t, last
}

func (p *pinger) lastSent() time.Time { return p.sentAt }

// done reports whether all that was asked for has come.
func (p *pinger) done() bool {
	switch {
	case p.count > 0 && p.received+p.errors >= p.count:
		return true
	case p.deadline > 0 && p.errors > 0:
		return true
	}
	return false
}

// wait receives what comes until t; end tells that a signal ended the run.
func (p *pinger) wait(stop *cli.Signals, t time.Time) (end bool) {
	timeout := max(time.Until(t), 0)
	ts := unix.NsecToTimespec(int64(timeout))
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN | unix.POLLERR}, {Fd: int32(stop.FD), Events: unix.POLLIN}}
	if n, err := unix.Ppoll(fds, &ts, nil); n <= 0 || err != nil {
		return false
	}
	if fds[1].Revents != 0 && p.signal(stop) {
		return true
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		p.readErrors()
	}
	if fds[0].Revents&unix.POLLIN != 0 {
		p.receive()
	}
	return false
}

// signal takes one: SIGQUIT shows how it stands, SIGINT ends.
func (p *pinger) signal(s *cli.Signals) (end bool) {
	sig := s.Take()
	if sig == unix.SIGQUIT {
		p.status()
	}
	return sig == unix.SIGINT
}
