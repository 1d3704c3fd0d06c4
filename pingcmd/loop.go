package pingcmd

import (
	"math"
	"time"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// Times of the schedule, in milliseconds.
const (
	minInterval              = 10   // the shortest time that is waited for a reply
	minUserInterval          = 2    // who is not root may send so often
	minUserMulticastInterval = 1000 // and to many hosts at once so often
	noResourcesInterval      = 500  // the longest wait for a device whose queue is full
	enough                   = 1000 // what is said to wait when all is sent
)

// A pace is the schedule of a run. Packets are paid for with tokens, one for
// each millisecond that has passed: a packet costs an interval, and -l allows
// for some savings.
type pace struct {
	began      time.Time // when the run started
	last       time.Time // when the last packet was due; zero before the first
	tokens     int
	starved    int       // sends in a row for which the device had no room
	waitTime   uint64    // how long to wait for the last replies, once known, in microseconds
	alarm      time.Time // when to end; zero for never
	looked     time.Time // when the signals were last looked at
	exiting    bool
	snapshot   bool // SIGQUIT asked how it stands
	confirmNow bool // the next packet may tell that the neighbour is alive
}

func atLeast(ms int) int { return max(ms, minInterval) }

// loop sends and receives until the count, the deadline or a signal ends it. The
// signals are caught before there is something to wait for, and from then on: the
// only reply, of this host, may be there at once, and its reader too.
func (p *pinger) loop() (err error) {
	var stop *cli.Signals
	p.began = time.Now()
	if p.deadline > 0 {
		p.alarm = p.began.Add(p.deadline)
	}
	m := newMessage(p.size + messageRoom)
	for !p.done(m) {
		if p.snapshot {
			p.status()
		}
		wait := 0
		for wait <= 0 {
			wait = p.untilEnd(p.send())
		}
		if stop == nil && p.allSent() && p.readerReady() && p.takeAll(m, false, unix.MSG_DONTWAIT) {
			continue
		}
		if stop == nil {
			if stop, err = p.env.Notify(unix.SIGINT, unix.SIGALRM, unix.SIGQUIT); err != nil {
				return p.refused("pipe", err)
			}
		}
		// To ask send again how long would be less than an interval by what that took,
		// and errors would be read that the real tool leaves in the queue.
		p.await(m, stop, wait)
	}
	return nil
}

// readerReady tells that standard output takes a line at once.
func (p *pinger) readerReady() bool {
	return pollAll(&[2]unix.PollFd{{Fd: int32(p.env.Files()[1]), Events: unix.POLLOUT}, {Fd: -1}}, 0)
}

// messageRoom is what a reply may have more than its data: the longest headers
// of IPv4 and of ICMP, or those of IPv6.
const messageRoom = headerLen + 4096 + 40 + 8

// done reports whether the run is over. When the time is, what has come until
// then still counts.
func (p *pinger) done(m *message) bool {
	if !p.exiting && !p.alarm.IsZero() && !time.Now().Before(p.alarm) {
		p.takeAll(m, false, unix.MSG_DONTWAIT)
		p.exiting = true
	}
	return p.exiting || p.count > 0 && p.received+p.errors >= p.count || p.deadline > 0 && p.errors > 0
}

// allSent reports whether no more packets are to be sent: with a deadline, the
// count is one of replies.
func (p *pinger) allSent() bool { return p.count > 0 && p.sent >= p.count && p.deadline == 0 }

// untilEnd sets, when all is sent, the time to wait for the last replies: twice
// the longest round trip, or an interval if that is longer. Who had no reply
// waits as -W says, in which 0 is for ever; who cannot tell the time of a round
// trip waits until all have come.
func (p *pinger) untilEnd(wait int) int {
	if !p.allSent() || p.waitTime != 0 {
		return wait
	}
	p.waitTime = p.linger
	if p.received > 0 {
		p.waitTime = 2 * uint64(p.max)
		if p.waitTime < 1000*uint64(p.interval) {
			p.waitTime = uint64(int64(int32(1000 * p.interval)))
		}
	}
	if wait < 0 || uint64(wait) < p.waitTime/1000 {
		wait = int(int32(p.waitTime / 1000))
	}
	p.alarm = time.Time{}
	if p.waitTime > 0 && p.waitTime <= math.MaxInt64/1000 {
		p.alarm = time.Now().Add(time.Duration(p.waitTime) * time.Microsecond)
	}
	return wait
}

// earn counts the tokens since the last packet. It returns how long to wait if
// they do not suffice for another, else 0.
func (p *pinger) earn() (wait int) {
	now := time.Now()
	if p.last.IsZero() {
		p.last = now
		p.tokens = p.interval * (p.preload - 1)
		return 0
	}
	passed := int(now.Sub(p.last).Milliseconds())
	if p.interval == 0 && passed < minInterval && p.inFlight() >= p.preload {
		// Without replies, a flood sends no more than 100 packets a second.
		return minInterval - passed
	}
	tokens := min(passed+p.tokens, p.interval*p.preload)
	if tokens < p.interval {
		return p.interval - tokens
	}
	p.last = now
	p.tokens = tokens - p.interval
	return 0
}

// send sends the next packet if it is due, and returns how many milliseconds
// there are to the next; 0 or less for at once.
func (p *pinger) send() (wait int) {
	if p.exiting || p.allSent() {
		return enough
	}
	if wait := p.earn(); wait > 0 {
		return wait
	}
	p.late()
	for {
		p.acked.clear(uint16(p.sent + 1))
		no := p.fam.send(p.fam.build())
		if no == 0 {
			p.starved = 0
			p.advance()
			p.dot()
			return p.interval - p.tokens
		}
		if wait, again := p.unsent(no); !again {
			return wait
		}
	}
}

// unsent takes the error of a send. again tells that it was that of another
// packet, and this one may be sent.
func (p *pinger) unsent(no unix.Errno) (wait int, again bool) {
	say := true
	switch no {
	case unix.ENOBUFS, unix.ENOMEM:
		if wait, enough := p.starve(); !enough {
			return wait, false
		}
	case unix.EAGAIN:
		p.tokens += p.interval
		return minInterval, false
	case unix.EMSGSIZE:
		p.errors++
	default:
		q := p.fam.readError()
		if q == foreignError {
			return 0, true
		}
		say = q == networkError || q == unknownError
	}
	// The packet counts as sent.
	p.advance()
	if say && !p.quiet {
		p.unsentMark(no)
	}
	p.tokens = 0
	return atLeast(p.interval), false
}

func (p *pinger) unsentMark(no unix.Errno) {
	if p.flood {
		p.pen.Raw("E")
		return
	}
	p.warnErr("sendmsg", no)
}

// starve waits a while for a device that has no room, but not longer than for a
// reply: then the packet counts as sent.
func (p *pinger) starve() (wait int, enough bool) {
	p.tokens = 0
	p.slower()
	wait = min(atLeast(p.interval/2), noResourcesInterval)
	p.starved++
	return wait, uint64(p.starved*wait) >= p.linger/1000
}

// await receives what comes within so many milliseconds. Where it waits for
// less than an interval, it also takes the errors that stand in the queue; else
// only those that the socket itself reports.
func (p *pinger) await(m *message, stop *cli.Signals, wait int) {
	short := p.adaptive || wait < atLeast(p.interval)
	if !short {
		wait = atLeast(p.interval)
	}
	if wait <= minInterval {
		if short && p.inFlight() > 0 {
			wait = minInterval
		}
		if time.Since(p.looked) < minInterval*time.Millisecond && p.takeAll(m, false, p.patience(short)) {
			return // without asking the kernel whether there is something
		}
	}
	if p.flood {
		p.pen.Flush()
	}
	p.looked = time.Now()
	end := p.looked.Add(time.Duration(wait) * time.Millisecond)
	if !p.alarm.IsZero() && p.alarm.Before(end) {
		end = p.alarm
	}
	ready := p.poll(stop, true, end)
	if ready&(unix.POLLIN|unix.POLLERR) == 0 {
		return
	}
	some := p.takeAll(m, short && ready&unix.POLLERR != 0, unix.MSG_DONTWAIT)
	for !some && !short && !p.exiting && !p.snapshot && time.Now().Before(end) {
		// An error stands in the queue, for which the socket would be ready
		// all the time.
		const glance = minInterval * time.Millisecond
		p.poll(stop, false, minTime(end, time.Now().Add(glance)))
		some = p.takeAll(m, false, unix.MSG_DONTWAIT)
	}
}

// patience tells how a flood receives: it waits in the call itself, for which
// the socket has a limit. What else the runtime has to do, such as taking signals,
// has its turn when the limit is over, or from time to time.
func (p *pinger) patience(short bool) (flags int) {
	if p.interval == 0 && !short && p.inFlight() > 0 {
		return 0
	}
	return unix.MSG_DONTWAIT
}

// poll waits for a signal, and if wanted for the socket, until a time. It takes
// the signal and returns what the socket is ready for.
func (p *pinger) poll(stop *cli.Signals, socket bool, end time.Time) (ready int16) {
	fds := [...]unix.PollFd{{Fd: int32(stop.FD), Events: unix.POLLIN}, {Fd: -1, Events: unix.POLLIN}}
	if socket {
		fds[1].Fd = int32(p.sock.fd)
	}
	left := max(time.Until(end), 0)
	if !pollAll(&fds, left) {
		return 0
	}
	if fds[0].Revents != 0 {
		p.signal(stop)
	}
	return fds[1].Revents
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// signal takes one: SIGQUIT shows how it stands, the others end.
func (p *pinger) signal(s *cli.Signals) {
	if s.Take() == unix.SIGQUIT {
		p.snapshot = true
		return
	}
	p.exiting = true
}

// takeAll receives until nothing is there, or nothing is expected. failed tells
// that the socket has an error; flags are for the first message, which may be
// waited for. It reports whether it received something.
func (p *pinger) takeAll(m *message, failed bool, flags int) (some bool) {
	for ; ; flags = unix.MSG_DONTWAIT {
		foreign := false
		switch no := m.receive(p.sock.fd, flags); {
		case no == 0:
			some = true
			foreign = p.fam.receive(m)
		case no == unix.EAGAIN && !failed, no == unix.EINTR:
			return some
		default:
			some, failed = true, false
			switch p.fam.readError() {
			case unknownError:
				p.warnErr("recvmsg", no)
				return some
			case foreignError:
				foreign = true
			}
		}
		if foreign && p.sock.raw() {
			p.shutOut()
		}
		if p.inFlight() == 0 {
			return some
		}
	}
}

// shutOut has the kernel keep others' replies from us, once there are some:
// another ping runs on this host.
func (p *pinger) shutOut() {
	if p.filtered {
		return
	}
	p.filtered = true
	if err := attach(p.sock.fd, p.fam.filter()); err != nil {
		p.warnErr("WARNING: failed to install socket filter", err)
	}
}
