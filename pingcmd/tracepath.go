package pingcmd

import (
	"encoding/binary"
	"math"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Tracepath is the command tracepath: UDP packets with a time to live of 1, 2, …, the
// hosts that say that it was over, and the MTU of the path.
var Tracepath = command.Applet{Names: "tracepath|tracepath4|tracepath6", Run: runTracepath, Output: command.Flushed}

// A tracepath is one run of it.
type tracepath struct {
	tool
	family          int
	numeric, both   bool // -n, -b
	length, maxHops int  // -l, which becomes the MTU, and -m
	port            int
	fd              int
	target          address
	mapped          bool // an IPv4 address in the form of IPv6
	ttl             uint8
	overhead        int
	packet          []byte
	answers         *message
	there, back     int // hops to the target, -1 if not known
	sent            [remembered]probe
	next            int // of sent
}

// remembered is how many probes are known, each by its port.
const remembered = 64

// A probe is a packet on its way. hops is 0 once there was an answer.
type probe struct {
	hops int
	at   unix.Timespec
}

const (
	defaultHops = 30
	defaultPort = 44444
	maxProbes   = 10
	hostColumn  = 52
	statusHelp  = 255
)

// A probe begins with the time to live and the time of sending, which a router that
// quotes enough of it sends back: struct { uint32_t; struct timespec }.
const (
	stampAt   = int(unsafe.Alignof(unix.Timespec{}))
	probeSize = stampAt + int(unsafe.Sizeof(unix.Timespec{}))
)

// runTracepath serves a command line. Its status is 0 also where nobody replied.
func runTracepath(c *command.Call) error {
	t := &tracepath{tool: newTool(c.Env, cli.StatusError), maxHops: defaultHops, there: -1, back: -1, fd: -1}
	operand, err := t.parse(c.Rest())
	if err != nil {
		return err
	}
	for _, step := range []func(string) error{t.open, t.prepare, t.trace} {
		if err := step(operand); err != nil {
			return err
		}
	}
	t.summary()
	return nil
}

func (t *tracepath) parse(args []string) (operand string, err error) {
	switch {
	case strings.HasSuffix(t.prog, "4"):
		t.family = unix.AF_INET
	case strings.HasSuffix(t.prog, "6"):
		t.family = unix.AF_INET6
	}
	operand, err = t.operand("46nbh?l:m:p:V", args, t.option, statusHelp, tracepathUsage)
	if err != nil {
		return "", err
	}
	return t.splitPort(operand)
}

func (t *tracepath) option(o cli.Opt) error {
	const maxHops = 255
	switch o.Val {
	case '4':
		return t.setFamily(unix.AF_INET)
	case '6':
		return t.setFamily(unix.AF_INET6)
	case 'n':
		t.numeric = true
	case 'b':
		t.both = true
	case 'l':
		return t.number(o.Arg, 0, math.MaxInt32, &t.length)
	case 'm':
		return t.number(o.Arg, 0, maxHops, &t.maxHops)
	case 'p':
		return t.number(o.Arg, 0, math.MaxUint16, &t.port)
	case 'V':
		t.pen.Raw("tracepath" + release)
		return cli.Done
	default:
		return t.help(o, statusHelp, tracepathUsage)
	}
	return nil
}

func (t *tracepath) setFamily(family int) error {
	if t.family != unix.AF_UNSPEC && t.family != family {
		return t.fail(statusRefused, "Only one -4 or -6 option may be specified")
	}
	t.family = family
	return nil
}

// splitPort takes a port that stands behind the target, if -p has given none.
func (t *tracepath) splitPort(operand string) (host string, err error) {
	if t.port != 0 {
		return operand, nil
	}
	t.port = defaultPort
	host, port, has := strings.Cut(operand, "/")
	if has {
		err = t.number(port, 0, math.MaxUint16, &t.port)
	}
	return host, err
}

// open looks the target up, and makes a socket for the first address that can have one.
func (t *tracepath) open(name string) error {
	list, err := lookUp(name, t.family)
	if err != nil {
		return t.refused(name, err)
	}
	for _, a := range list {
		t.target = a
		if t.fd, err = unix.Socket(a.family(), unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.IPPROTO_UDP); err == nil {
			t.env.Opened(t.fd)
			return nil
		}
	}
	return t.refused("socket/connect", err)
}

// A path option is one of the socket, and what may stand in for it.
type pathOption struct {
	level, opt, value int
	other             struct{ opt, value int }
	name              string
}

var pathOptions4 = [...]pathOption{
	{level: unix.SOL_IP, opt: unix.IP_MTU_DISCOVER, value: unix.IP_PMTUDISC_PROBE, name: "IP_MTU_DISCOVER"},
	{level: unix.SOL_IP, opt: unix.IP_RECVERR, value: 1, name: "IP_RECVERR"},
	{level: unix.SOL_IP, opt: unix.IP_RECVTTL, value: 1, name: "IP_RECVTTL"},
}

var pathOptions6 = [...]pathOption{
	{level: unix.SOL_IPV6, opt: unix.IPV6_MTU_DISCOVER, value: unix.IPV6_PMTUDISC_PROBE, name: "IPV6_MTU_DISCOVER",
		other: struct{ opt, value int }{unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO}},
	{level: unix.SOL_IPV6, opt: unix.IPV6_RECVERR, value: 1, name: "IPV6_RECVERR"},
	{level: unix.SOL_IPV6, opt: unix.IPV6_HOPLIMIT, value: 1, name: "IPV6_HOPLIMIT",
		other: struct{ opt, value int }{unix.IPV6_2292HOPLIMIT, 1}},
}

// prepare sets the socket up for the family of the target.
func (t *tracepath) prepare(string) error {
	const overhead4, overhead6, mtu4, mtu6 = 28, 48, 65535, 128000
	t.mapped = t.target.Is4In6()
	if !t.target.Is4() {
		if err := t.prepareFor(overhead6, mtu6, pathOptions6[:]); err != nil || !t.mapped {
			return err
		}
	}
	return t.prepareFor(overhead4, mtu4, pathOptions4[:])
}

func (t *tracepath) prepareFor(overhead, mtu int, options []pathOption) error {
	t.overhead = overhead
	if t.length == 0 {
		t.length = mtu
	}
	if t.length <= overhead {
		return t.refuse("pktlen must be within: " + itoa(overhead) + " < value <= " + itoa(math.MaxInt32))
	}
	for i := range options {
		o := &options[i]
		err := unix.SetsockoptInt(t.fd, o.level, o.opt, o.value)
		if err != nil && o.other.opt != 0 {
			err = unix.SetsockoptInt(t.fd, o.level, o.other.opt, o.other.value)
		}
		if err != nil {
			return t.refused(o.name, err)
		}
	}
	return nil
}

// An outcome is what came of a probe.
type outcome uint8

const (
	nothing  outcome = iota // no answer
	onTheWay                // a router answered
	reached                 // the target, or one that knows no further
)

// maxSent is more than any packet has. Of a longer one the kernel wants to know the
// length only, and refuses it.
const maxSent = 1 << 20

// trace sends probes hop by hop.
func (t *tracepath) trace(string) error {
	t.answers = newMessage(probeSize)
	for t.ttl = 1; int(t.ttl) <= t.maxHops; t.ttl++ {
		if err := t.setTTL(); err != nil {
			return err
		}
		what := nothing
		for try := 0; try < 3 && what == nothing; try++ {
			mtu := t.length
			what = t.probe()
			if t.length != mtu {
				what, try = nothing, -1
			}
		}
		switch what {
		case reached:
			return nil
		case nothing:
			t.print(append(t.hop(nil), ":  no reply\n"...))
		}
	}
	t.print([]byte("     Too many hops: pmtu " + itoa(t.length) + "\n"))
	return nil
}

// hop writes which hop it is about.
func (t *tracepath) hop(b []byte) []byte { return show.AppendPadded(b, uint64(t.ttl), 2) }

func (t *tracepath) setTTL() error {
	if !t.target.Is4() {
		if err := unix.SetsockoptInt(t.fd, unix.SOL_IPV6, unix.IPV6_UNICAST_HOPS, int(t.ttl)); err != nil {
			return t.refused("IPV6_UNICAST_HOPS", err)
		}
	}
	if t.target.Is4() || t.mapped {
		if err := unix.SetsockoptInt(t.fd, unix.SOL_IP, unix.IP_TTL, int(t.ttl)); err != nil {
			return t.refused("IP_TTL", err)
		}
	}
	return nil
}

// probe sends a packet and waits a second for what comes back.
func (t *tracepath) probe() outcome {
	if room := min(t.length, maxSent); len(t.packet) < room {
		t.packet = make([]byte, room)
	}
	clear(t.packet)
	sent := false
	for try := 0; try < maxProbes && !sent; try++ {
		if sent = t.send(); sent {
			break
		}
		what := t.takeErrors()
		t.sent[t.next].hops = 0
		switch what {
		case reached:
			return reached
		case onTheWay: // it was too long, by what is known now
			try = -1
		}
	}
	t.next = (t.next + 1) % remembered
	if !sent {
		t.print(append(t.hop(nil), ":  send failed\n"...))
		return reached
	}
	fds := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}}
	unix.Poll(fds, 1000)
	if n, _, err := unix.Recvfrom(t.fd, t.packet, unix.MSG_DONTWAIT); err == nil && n > 0 {
		t.print(append(t.hop(nil), "?: reply received 8)\n"...))
		return reached
	}
	return t.takeErrors()
}

// send sends a packet, and reports whether that worked. An MTU that has no room for
// any, as a hostile router tells of one, does not.
func (t *tracepath) send() bool {
	p := &t.sent[t.next]
	p.hops = int(t.ttl)
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &p.at)
	if len(t.packet) >= probeSize {
		binary.NativeEndian.PutUint32(t.packet, uint32(t.ttl))
		*(*unix.Timespec)(unsafe.Pointer(&t.packet[stampAt])) = p.at
	}
	if t.length <= t.overhead {
		return false
	}
	b := unsafe.Slice(&t.packet[0], t.length-t.overhead)
	return t.sendPacket(b, uint16(t.port+t.next)) == 0
}

func (t *tracepath) sendPacket(b []byte, port uint16) unix.Errno {
	if t.target.Is4() {
		to := unix.RawSockaddrInet4{Family: unix.AF_INET, Port: bigEndian(port), Addr: t.target.As4()}
		return sendTo(false, t.fd, b, 0, unsafe.Pointer(&to), unix.SizeofSockaddrInet4)
	}
	to := unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: bigEndian(port), Addr: t.target.As16(), Scope_id: t.target.scope}
	return sendTo(false, t.fd, b, 0, unsafe.Pointer(&to), unix.SizeofSockaddrInet6)
}

// bigEndian is a number whose bytes stand in the order of the network.
func bigEndian(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}

// takeErrors prints all that the socket's error queue has to tell.
func (t *tracepath) takeErrors() outcome {
	for what := nothing; ; {
		var now unix.Timespec
		unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
		switch t.answers.receive(t.fd, unix.MSG_ERRQUEUE) {
		case 0:
		case unix.EAGAIN:
			return what
		default:
			continue
		}
		what = onTheWay
		if t.takeError(now) {
			return reached
		}
	}
}

func (t *tracepath) summary() {
	b := []byte("     Resume: pmtu " + itoa(t.length) + " ")
	if t.there >= 0 {
		b = append(b, "hops "+itoa(t.there)+" "...)
	}
	if t.back >= 0 {
		b = append(b, "back "+itoa(t.back)+" "...)
	}
	t.print(append(b, '\n'))
}
