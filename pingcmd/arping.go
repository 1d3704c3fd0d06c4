package pingcmd

import (
	"math"

	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Arping is the command arping: ARP requests to a host of the own network, and what
// comes back.
var Arping = command.Applet{Names: "arping", Run: runArping, Prepare: prepareArping, Output: command.Flushed, Setuid: true}

func prepareArping(called string, _ []string) error { return limit(called, unix.CAP_NET_RAW) }

// An arping is one run of it.
type arping struct {
	tool
	count, timeout, interval int
	device                   string
	source                   *string // -s
	broadcastOnly            bool    // -b
	dad                      bool    // -D
	unsolicited              bool    // -U
	advert                   bool    // -A
	quiet                    bool    // -q
	quit                     bool    // -f: the first reply ends it
	unicast                  bool    // the address that replied is asked from then on

	target, from [4]byte
	fd           int
	index        uint32
	broadcast    []byte // the address of the device for all, nil if it has none
	me, he       hardware
	last         int64 // when the last packet was sent, in nanoseconds
	arpCounts
}

// What is counted for the summary.
type arpCounts struct {
	sent, sentBroadcast             int
	received, broadcastIn, requests int
}

const arpLetters = "h?bfDUAqc:w:i:s:I:V"

// runArping serves a command line. Its status is 0 if replies came, 1 if none or too few
// did (with -D the other way round), 2 for an error.
func runArping(c *command.Call) error {
	a := &arping{tool: newTool(c.Env, statusRefused), count: -1, interval: 1, fd: -1}
	operand, err := a.operand(arpLetters, c.Rest(), a.option, statusRefused, arpingUsage)
	if err != nil {
		return err
	}
	for _, step := range []func(string) error{a.open, a.resolve, a.chooseDevice, a.chooseSource, a.bind} {
		if err := step(operand); err != nil {
			return err
		}
	}
	if a.from == [4]byte{} && a.source == nil && !a.dad {
		return a.refuse("no source address in not-DAD mode")
	}
	if a.env.Hosted == nil {
		if err := caps.DropAll(); err != nil {
			return a.fail(cli.StatusUsage, "cap_set_proc: "+cli.Strerror(err))
		}
	}
	return a.loop()
}

func (a *arping) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'b', &a.broadcastOnly}, {'U', &a.unsolicited}, {'q', &a.quiet}, {'f', &a.quit}}) {
		return nil
	}
	switch o.Val {
	case 'D':
		a.dad, a.quit = true, true
	case 'A':
		a.advert, a.unsolicited = true, true
	case 'c':
		return a.number(o.Arg, 1, math.MaxInt32, &a.count)
	case 'w':
		return a.number(o.Arg, 0, math.MaxInt32, &a.timeout)
	case 'i':
		return a.number(o.Arg, 0, math.MaxInt32, &a.interval)
	case 'I':
		a.device = o.Arg
	case 's':
		a.source = &o.Arg
	case 'V':
		a.pen.Raw("arping" + release)
		return cli.Done
	default:
		return a.help(o, statusRefused, arpingUsage)
	}
	return nil
}

// open makes the socket that sends and receives ARP.
func (a *arping) open(string) (err error) {
	caps.Raise(unix.CAP_NET_RAW, func() {
		a.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	})
	if err != nil {
		return a.refused("socket", err)
	}
	a.env.Opened(a.fd)
	return nil
}

func (a *arping) resolve(name string) error {
	if b, ok := cli.InetAton(name); ok {
		a.target = b
		return nil
	}
	list, err := lookUp(name, unix.AF_INET)
	if err != nil {
		return a.refused(name, err)
	}
	a.target = list[0].As4()
	return nil
}

// chooseSource finds the address to ask from: that of -s, in advertisements the one
// that is told of, else the one that the routes choose. A probe for duplicates has none.
func (a *arping) chooseSource(string) error {
	if a.source != nil {
		b, ok := cli.InetAton(*a.source)
		if !ok {
			return a.refuse("invalid source " + *a.source)
		}
		a.from = b
	}
	switch {
	case a.dad && a.source == nil:
		return nil
	case !a.dad && a.unsolicited && a.source == nil:
		a.from = a.target
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return a.refused("socket", err)
	}
	defer unix.Close(fd)
	if a.device != "" {
		caps.Raise(unix.CAP_NET_RAW, func() { err = unix.BindToDevice(fd, a.device) })
		if err != nil {
			a.warnErr("WARNING: interface is ignored", err)
		}
	}
	switch {
	case a.source != nil || a.from != [4]byte{}:
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: a.from}); err != nil {
			return a.refused("bind", err)
		}
	case a.dad:
	case a.unsolicited:
		a.from = a.target
	default:
		return a.routedSource(fd)
	}
	return nil
}

// routedSource asks the kernel for the source that it would take to the target.
func (a *arping) routedSource(fd int) error {
	const anyPort = 1025
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DONTROUTE, 1); err != nil {
		a.warnErr("WARNING: setsockopt(SO_DONTROUTE)", err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: a.target, Port: anyPort}); err != nil {
		return a.refused("connect", err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return a.refused("getsockname", err)
	}
	if in, ok := name.(*unix.SockaddrInet4); ok {
		a.from = in.Addr
	}
	return nil
}

// chooseDevice finds the device of -I, or that of the route to the target.
func (a *arping) chooseDevice(string) error {
	if a.device == "" {
		if err := a.guessDevice(); err != nil {
			return err
		}
	}
	found, err := a.findDevice()
	switch {
	case err != nil:
		return err
	case found == 1 || found == 0 && a.index != 0:
		return nil
	case a.device != "":
		return a.refuse("Device " + a.device + " not available.")
	}
	a.index, a.broadcast = 0, nil
	a.warn("Suitable device could not be determined. Please, use option -I.")
	return nil
}

func (a *arping) guessDevice() error {
	m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32})
	m.Attr(unix.RTA_DST, a.target[:])
	err := a.env.Get(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.RtMsg](m.Body)
		if oif := rtnl.Find(attrs, unix.RTA_OIF); len(oif) == 4 {
			a.index = rtnl.U32(oif)
			a.device = linkName(a.index)
		}
		return nil
	})
	if err != nil {
		return a.wrong("NETLINK_ROUTE unexpected iov element")
	}
	return nil
}

// findDevice looks through all links for those that can do ARP, and says how many
// there are, up to two.
func (a *arping) findDevice() (found int, err error) {
	m := rtnl.Links(0)
	wanted := a.device
	dumped := a.env.Dump(m, func(m rtnl.Message) error {
		link, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if link == nil || err != nil || found == 2 {
			return nil
		}
		name := unix.ByteSliceToString(rtnl.Find(attrs, unix.IFLA_IFNAME))
		address := rtnl.Find(attrs, unix.IFLA_ADDRESS)
		if address == nil || wanted != "" && name != wanted {
			return nil
		}
		var can bool
		if can, err = a.doesARP(link.Flags); !can || len(address) == 0 {
			return nil
		}
		if brd := rtnl.Find(attrs, unix.IFLA_BROADCAST); brd != nil {
			found++
			a.index, a.device = uint32(link.Index), name
			a.broadcast = append([]byte(nil), brd...)
		}
		return nil
	})
	if found == 2 {
		a.device = wanted
	}
	if err == nil && dumped != nil {
		a.warnErr("getifaddrs", dumped)
		err = cli.Silent(statusRefused)
	}
	return found, err
}

// doesARP reports whether the flags of a link let it do ARP. If it is the one that is
// meant, the command ends there: for -D, an address is no duplicate where none are asked for.
func (a *arping) doesARP(flags uint32) (can bool, err error) {
	why, status := "", statusRefused
	switch {
	case flags&unix.IFF_UP == 0:
		why = "is down"
	case flags&(unix.IFF_NOARP|unix.IFF_LOOPBACK) != 0:
		why = "is not ARPable"
		if a.dad {
			status = 0
		}
	}
	if why == "" || a.device == "" {
		return why == "", nil
	}
	return false, a.notARPable(why, status)
}

// notARPable says why a device does not do, which is no error to the real tool.
func (a *arping) notARPable(why string, status int) error {
	if !a.quiet {
		a.pen.Raw(`Interface "` + a.device + `" ` + why + "\n")
	}
	return &cli.Error{Status: status, Ends: true}
}

// bind binds the socket to the device, and learns its addresses.
func (a *arping) bind(string) error {
	a.me.set(a.index, unix.ETH_P_ARP)
	if err := a.me.bind(a.fd); err != nil {
		return a.refused("bind", err)
	}
	if err := a.me.ask(a.fd); err != nil {
		return a.refused("getsockname", err)
	}
	if len(a.me.address()) == 0 {
		status := statusRefused
		if a.dad {
			status = 0
		}
		return a.notARPable("is not ARPable (no ll address)", status)
	}
	a.he = a.me
	a.setBroadcast()
	if !a.quiet {
		b := show.AppendIPv4(append(a.line(), "ARPING "...), a.target)
		b = show.AppendIPv4(append(b, " from "...), a.from)
		a.print(append(append(append(b, ' '), a.device...), '\n'))
	}
	return nil
}

func (a *arping) line() []byte { return make([]byte, 0, 128) }

func (a *arping) setBroadcast() {
	to := a.he.address()
	if len(a.broadcast) == len(to) {
		copy(to, a.broadcast)
		return
	}
	if !a.quiet {
		a.env.Warnf("WARNING: using default broadcast address.\n")
	}
	for i := range to {
		to[i] = 0xff
	}
}

// summary prints what was counted and says with which status to end.
func (a *arping) summary() error {
	if !a.quiet {
		b := append(a.line(), "Sent "...)
		b = append(b, itoa(a.sent)+" probes ("+itoa(a.sentBroadcast)+" broadcast(s))\nReceived "+itoa(a.received)+" response(s)"...)
		switch {
		case a.requests != 0 && a.broadcastIn != 0:
			b = append(b, " ("+itoa(a.requests)+" request(s), "+itoa(a.broadcastIn)+" broadcast(s))"...)
		case a.requests != 0:
			b = append(b, " ("+itoa(a.requests)+" request(s))"...)
		case a.broadcastIn != 0:
			b = append(b, " ("+itoa(a.broadcastIn)+" broadcast(s))"...)
		}
		a.print(append(b, '\n'))
	}
	failed := a.received == 0
	switch {
	case a.dad:
		failed = a.received != 0
	case a.unsolicited:
		failed = false
	case a.timeout != 0 && a.count > 0 && !a.quit:
		failed = a.count > a.received
	}
	if failed {
		return cli.Silent(cli.StatusError)
	}
	return nil
}
