// Package pingcmd is ping(8) of iputils: ICMP echo over IPv4 and IPv6, and the
// node information queries of RFC 4620, with its output, statistics, remarks and
// exit statuses.
//
// A run goes through three stages: the command line becomes a config (options.go),
// which the family of the target makes into a socket (ipv4.go, ipv6.go), on which
// the loop sends and receives (loop.go). What comes back is printed by reply.go,
// ipopt.go, icmp.go and nodeinfo.go, and counted in stats.go.
package pingcmd

import (
	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// statusRefused is ping's exit status for all but wrong numbers (1) and
// missing replies (1).
const statusRefused = 2

// Sizes of packets.
const (
	headerLen = 8 // of ICMP echo (RFC 792, RFC 4443)
	maxPacket = 65535
	ip4Header = 20
	maxSize4  = maxPacket - ip4Header - headerLen
	maxSize6  = maxPacket - headerLen
)

// A pinger is one run of ping.
type pinger struct {
	*config
	tool
	uid  int
	host string

	sock4, sock6 socket
	sock         *socket // the one in use
	fam          family
	packet       []byte   // what is sent
	timed        bool     // the packet has room for the time
	multicast    bool     // more than one may answer
	queue        *message // for the error queue
	filtered     bool     // the filter for others' replies is on
	names        nameCache
	got          reply // what is being taken, in the place of the one before
	scratch      [256]byte
	pace
	stats
}

// A family is what differs between IPv4 and IPv6.
type family interface {
	// prepare makes the socket ready for a target and prints the first line.
	// again tells that the next address of the target may do better.
	prepare(operands []string, t *address, more bool) (again bool, err error)
	// build fills in the header of the next packet and returns its length.
	build() (length int)
	// send sends the packet.
	send(length int) unix.Errno
	// receive takes the message that was received.
	receive(m *message) (foreign bool)
	// readError takes one error from the socket's error queue: an ICMP error
	// that is ours, a local one, one that is not ours, or none that it knows.
	readError() queued
	// filter is the program of the socket filter that only lets through what
	// is ours.
	filter() []unix.SockFilter
}

// Applet is the command ping.
var Applet = command.Applet{Names: "ping|ping4|ping6", Run: run, Prepare: prepare, Output: command.Flushed, Setuid: true}

// prepare leaves the process no rights but those that ping may raise for a while,
// since it may run as another than who called it.
func prepare(called string, _ []string) error {
	return limit(called, unix.CAP_NET_ADMIN, unix.CAP_NET_RAW)
}

// run serves a command line. Its status is 0 if replies came, 1 if none or too few
// did, 2 for another error.
func run(c *command.Call) error {
	p := &pinger{tool: newTool(c.Env, statusRefused), uid: unix.Getuid()}
	p.sock4.fd, p.sock6.fd = -1, -1
	p.stats = newStats()
	operands, err := p.parse(c.Rest())
	if err == nil {
		err = p.open(operands[len(operands)-1])
	}
	if err == nil {
		err = p.target(operands)
	}
	if err != nil {
		return err
	}
	return p.run()
}

// target finds the addresses of the last operand and prepares for the first
// that is of the right family and can be reached.
func (p *pinger) target(operands []string) error {
	name := operands[len(operands)-1]
	list, err := lookUp(name, unix.AF_UNSPEC)
	if err != nil {
		return p.refused(name, err)
	}
	for i := range list {
		a, last := &list[i], i == len(list)-1
		if p.verbose {
			p.warn("ai->ai_family: " + familyName(a.family()) + ", ai->ai_canonname: '" + a.canon + "'")
		}
		if p.family != unix.AF_UNSPEC && p.family != a.family() {
			if last {
				return p.refuse(name + ": " + wrongFamily)
			}
			continue
		}
		p.fam, p.sock = &ping4{pinger: p}, &p.sock4
		if a.family() == unix.AF_INET6 {
			p.fam, p.sock = &ping6{pinger: p}, &p.sock6
		}
		if again, err := p.fam.prepare(operands, a, !last); !again {
			return err
		}
	}
	return nil
}

func familyName(family int) string {
	switch family {
	case unix.AF_INET:
		return "AF_INET"
	case unix.AF_INET6:
		return "AF_INET6"
	}
	return "AF_UNSPEC"
}

// run pings what target has prepared.
func (p *pinger) run() error {
	if err := p.ready(); err != nil {
		return err
	}
	if p.env.Hosted == nil {
		if err := caps.DropAll(); err != nil {
			return p.refuse("cap_set_proc: " + cli.Strerror(err))
		}
	}
	if err := p.loop(); err != nil {
		return err
	}
	p.summary()
	if p.received == 0 || p.deadline > 0 && p.received < p.count {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

// print writes out at once what a flood prints.
func (p *pinger) print(b []byte) {
	p.tool.print(b)
	if p.flood {
		p.pen.Flush()
	}
}
