package brcmd

import (
	"math"
	"runtime"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

func addBridge(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	no := unix.EINVAL
	if name := trunc(args[0]); cli.ValidIfname(name) {
		m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
		rtnl.Put(m, unix.IfInfomsg{})
		m.Str(unix.IFLA_IFNAME, name)
		m.LinkKind("bridge")
		no = rtnl.Errno(b.Do(m))
	}
	switch no {
	case 0:
		return nil
	case unix.EEXIST:
		return cli.Fail("device %s already exists; can't create bridge with the same name", args[0])
	}
	return cli.Fail("add bridge failed: %s", rtnl.Strerror(no))
}

func delBridge(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	name := args[0]
	switch no := b.deleteBridge(name); no {
	case 0:
		return nil
	case unix.ENXIO:
		return cli.Fail("bridge %s doesn't exist; can't delete it", name)
	case unix.EBUSY:
		return cli.Fail("bridge %s is still up; can't delete it", name)
	default:
		return cli.Fail("can't delete bridge %s: %s", name, rtnl.Strerror(no))
	}
}

func (b brctl) deleteBridge(name string) unix.Errno {
	d := b.find(trunc(name))
	switch {
	case !b.MayChange():
		return unix.EPERM
	case d == nil:
		return unix.ENXIO
	case !d.isBridge():
		return unix.EPERM
	case d.flags&unix.IFF_UP != 0:
		return unix.EBUSY
	}
	m := rtnl.Request(unix.RTM_DELLINK, unix.IfInfomsg{Index: int32(d.index)})
	return rtnl.Errno(b.Do(m))
}

func addPorts(c *command.Call) error {
	return eachPort(c, brctl.addPort, func(bridge, port string, no unix.Errno) error {
		switch no {
		case unix.EBUSY:
			return cli.Fail("device %s is already a member of a bridge; can't add it to bridge %s.", port, bridge)
		case unix.ELOOP:
			return cli.Fail("device %s is a bridge device itself; can't add a bridge device to a bridge device.", port)
		}
		return cli.Fail("can't add %s to bridge %s: %s", port, bridge, rtnl.Strerror(no))
	})
}

// eachPort changes one port after the other, up to one that is refused; say tells why
// it was, unless it or the bridge is missing.
func eachPort(c *command.Call, change func(b brctl, p, br *device) unix.Errno, say func(bridge, port string, no unix.Errno) error) error {
	b, args := brctl{c.Env}, c.Rest()
	bridge := args[0]
	for _, port := range args[1:] {
		no := unix.ENODEV
		if p := b.findIndex(port); p != nil {
			var br *device
			if br, no = b.callBridge(bridge); no == 0 {
				no = change(b, p, br)
			}
		}
		switch no {
		case 0:
		case unix.ENODEV:
			return b.missing(bridge, port)
		default:
			return say(bridge, port, no)
		}
	}
	return nil
}

func (b brctl) addPort(p, br *device) unix.Errno {
	switch {
	case p.master == 0 || p.isBridge():
		return b.setMaster(p, br.index)
	// A change of master takes the port away from the one it has.
	case !b.MayChange():
		return unix.EPERM
	}
	return unix.EBUSY
}

func delPorts(c *command.Call) error {
	return eachPort(c, brctl.delPort, func(bridge, port string, no unix.Errno) error {
		if no == unix.EINVAL {
			return cli.Fail("device %s is not a port of %s", port, bridge)
		}
		return cli.Fail("can't delete %s from %s: %s", port, bridge, rtnl.Strerror(no))
	})
}

func (b brctl) delPort(p, br *device) unix.Errno {
	switch {
	case p.master == br.index:
		return b.setMaster(p, 0)
	case !b.MayChange():
		return unix.EPERM
	}
	return unix.EINVAL
}

// missing says which of the two is not there.
func (b brctl) missing(bridge, port string) error {
	if b.findIndex(port) == nil {
		return cli.Fail("interface %s does not exist!", port)
	}
	return cli.Fail("bridge %s does not exist!", bridge)
}

func (b brctl) setMaster(p *device, master uint32) unix.Errno {
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Index: int32(p.index)})
	m.U32(unix.IFLA_MASTER, master)
	return rtnl.Errno(b.Do(m))
}

// setBridge sets one value of a bridge. put appends its attribute.
func (b brctl) setBridge(bridge, what string, put func(*rtnl.Msg)) error {
	return b.eachWay(bridge, what, func(br *device) unix.Errno {
		m := rtnl.Request(unix.RTM_NEWLINK, unix.IfInfomsg{Index: int32(br.index)})
		n := m.Nest(unix.IFLA_LINKINFO)
		m.Bytes(unix.IFLA_INFO_KIND, "bridge")
		data := m.Nest(unix.IFLA_INFO_DATA)
		put(m)
		m.End(data)
		m.End(n)
		return rtnl.Errno(b.Do(m))
	})
}

// eachWay sets a value of a bridge. The original tries the file in /sys and then the
// call of old, whose complaint it tells: that may not know the bridge.
func (b brctl) eachWay(bridge, what string, set func(br *device) unix.Errno) error {
	br, no := b.findBridge(bridge)
	if no == 0 {
		no = set(br)
	}
	if no == 0 {
		return nil
	}
	if _, unknown := b.callBridge(bridge); unknown != 0 {
		no = unknown
	}
	return cli.Fail("set %s failed: %s", what, rtnl.Strerror(no))
}

// A bridgeTime is one of a bridge's times: its attribute, and the call of old that
// sets it, which has room for 64 bits.
type bridgeTime struct {
	attr uint16
	call uintptr
	name string
}

var (
	ageing       = bridgeTime{unix.IFLA_BR_AGEING_TIME, uapi.BRCTL_SET_AGEING_TIME, "ageing time"}
	forwardDelay = bridgeTime{unix.IFLA_BR_FORWARD_DELAY, uapi.BRCTL_SET_BRIDGE_FORWARD_DELAY, "forward delay"}
	hello        = bridgeTime{unix.IFLA_BR_HELLO_TIME, uapi.BRCTL_SET_BRIDGE_HELLO_TIME, "hello timer"}
	maxAge       = bridgeTime{unix.IFLA_BR_MAX_AGE, uapi.BRCTL_SET_BRIDGE_MAX_AGE, "max age"}
)

func setTime(c *command.Call, t *bridgeTime) error {
	b, args := brctl{c.Env}, c.Rest()
	ticks, ok := parseTicks(args[1])
	switch {
	case !ok:
		return cli.Fail("bad %s value", t.name)
	case ticks <= math.MaxUint32:
		return b.setBridge(args[0], t.name, func(m *rtnl.Msg) { m.U32(t.attr, uint32(ticks)) })
	}
	return b.eachWay(args[0], t.name, func(br *device) unix.Errno { return setLong(br.name, t.call, ticks) })
}

// setLong sets a value of 64 bits of a bridge.
func setLong(bridge string, call uintptr, value uint64) unix.Errno {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return rtnl.Errno(err)
	}
	defer unix.Close(fd)
	_, err = bridgeCall(fd, bridge, [4]uintptr{call, uintptr(value)})
	return rtnl.Errno(err)
}

func setAgeing(c *command.Call) error       { return setTime(c, &ageing) }
func setForwardDelay(c *command.Call) error { return setTime(c, &forwardDelay) }
func setHello(c *command.Call) error        { return setTime(c, &hello) }
func setMaxAge(c *command.Call) error       { return setTime(c, &maxAge) }

func setBridgePriority(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	prio, _, ok := word.Scan(args[1], 0)
	if !ok {
		return cli.Fail("bad priority")
	}
	return b.setBridge(args[0], "bridge priority", func(m *rtnl.Msg) { m.U16(unix.IFLA_BR_PRIORITY, uint16(prio)) })
}

func setSTP(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	on, ok := parseBool(args[1])
	if !ok {
		return cli.Fail("expect on/off for argument")
	}
	return b.setBridge(args[0], "stp status", func(m *rtnl.Msg) { m.U32(unix.IFLA_BR_STP_STATE, uint32(on)) })
}

// setPort sets one value of a port, which has a file in /sys. The original writes
// there, whatever the port's bridge is, and calls the bridge's ioctl of old only
// if that was refused.
func (b brctl) setPort(bridge, port, value string, put func(*rtnl.Msg)) unix.Errno {
	p := b.findPort(port)
	if p == nil {
		return unix.ENODEV
	}
	no := rtnl.Errno(unix.Access(sysNet+port+"/brport/"+value, unix.W_OK))
	writable := no == 0
	if writable {
		no = b.sendPort(p, put)
	}
	if no == 0 {
		return 0
	}
	br, missing := b.callBridge(bridge)
	switch {
	case b.findIndex(port) == nil:
		return unix.ENODEV
	case missing != 0:
		return missing
	case p.master != br.index:
		return no
	case value == hairpinMode:
		return unix.EOPNOTSUPP // there is no ioctl for it
	case writable:
		return no // the ioctl would be refused as well
	}
	return b.sendPort(p, put)
}

// hairpinMode is the file of the one value that has no ioctl.
const hairpinMode = "hairpin_mode"

func (b brctl) sendPort(p *device, put func(*rtnl.Msg)) unix.Errno {
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(p.index)})
	n := m.Nest(unix.IFLA_PROTINFO | unix.NLA_F_NESTED)
	put(m)
	m.End(n)
	return rtnl.Errno(b.Do(m))
}

func setPathCost(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	cost, _, ok := word.Scan(args[2], 0)
	if !ok {
		return cli.Fail("bad path cost value")
	}
	no := b.setPort(args[0], args[1], "path_cost", func(m *rtnl.Msg) { m.U32(unix.IFLA_BRPORT_COST, uint32(cost)) })
	if no != 0 {
		return cli.Fail("set path cost failed: %s", rtnl.Strerror(no))
	}
	return nil
}

func setPortPriority(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	prio, _, ok := word.Scan(args[2], 0)
	if !ok {
		return cli.Fail("bad path priority value")
	}
	if prio < 0 || prio > math.MaxUint16 {
		prio = math.MaxUint16 // out of range, as the attribute has it
	}
	no := b.setPort(args[0], args[1], "priority", func(m *rtnl.Msg) { m.U16(unix.IFLA_BRPORT_PRIORITY, uint16(prio)) })
	if no != 0 {
		return cli.Fail("set port priority failed: %s", rtnl.Strerror(no))
	}
	return nil
}

func setHairpin(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	bridge, port := args[0], args[1]
	on, ok := parseBool(args[2])
	switch {
	case !ok:
		return cli.Fail("expect on/off for argument")
	case b.findIndex(port) == nil || b.findIndex(bridge) == nil:
		return b.missing(bridge, port)
	}
	no := b.setPort(bridge, port, hairpinMode, func(m *rtnl.Msg) { m.U8(unix.IFLA_BRPORT_MODE, on) })
	if no != 0 {
		return cli.Fail("can't set %s to hairpin on bridge %s: %s", port, bridge, rtnl.Strerror(no))
	}
	return nil
}

func parseBool(s string) (v uint8, ok bool) {
	switch s {
	case "on", "yes", "1":
		return 1, true
	case "off", "no", "0":
		return 0, true
	}
	return 0, false
}

// parseTicks reads seconds and returns them in hundredths, which the kernel calls
// clock_t. It is the arithmetic of struct timeval, which wraps.
func parseTicks(s string) (uint64, bool) {
	secs, _, ok := word.Scanlf(s)
	whole := word.Times(secs, 1, 64).Int(timeSize())
	usec := word.Times(secs-float64(whole), 1e6, 64).Int(timeSize())
	ticks := (1e6*uint64(whole) + uint64(usec)) / (1e6 / ticksPerSecond)
	return uint64(uint(ticks)), ok // an unsigned long
}

// ticksPerSecond is USER_HZ, the same on all that we run on.
const ticksPerSecond = 100

// timeSize is how many bits the numbers of a struct timeval have: 64, but on Debian's
// i386, which kept those of old.
func timeSize() int {
	if runtime.GOARCH == "386" {
		return 32
	}
	return 64
}
