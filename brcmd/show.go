package brcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// bridgeID writes a bridge's id: two bytes of priority, a dot, the address.
func (b brctl) bridgeID(id []byte) {
	var all [8]byte // what is missing is zero
	copy(all[:], id)
	var out [17]byte
	s := append(show.AppendHexBytes(out[:0], all[:2]), '.')
	b.Pen.Bytes("", "", show.AppendHexBytes(s, all[2:]), "")
}

// timer writes a time in ticks as seconds: %4d.%02d; they are hundredths.
func (b brctl) timer(ticks uint64, post string) {
	var buf [32]byte
	b.Pen.Bytes("", "", show.AppendTicks(buf[:0], ticks, 4), post)
}

// number reads an attribute of 1, 2, 4 or 8 bytes.
func number(v []byte) uint64 {
	switch len(v) {
	case 1:
		return uint64(v[0])
	case 2:
		return uint64(rtnl.U16(v))
	case 4:
		return uint64(rtnl.U32(v))
	}
	return rtnl.U64(v)
}

// show lists the bridges of args, or all. What is no bridge is told on stderr,
// and the rest is shown.
func showBridges(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	if len(args) == 0 {
		bridges, ports, err := b.devices(0)
		if err != nil {
			return err
		}
		for i, br := range bridges {
			orderPorts(br, ports[br.index])
			b.showBridge(br, ports[br.index], i == 0)
		}
		return nil
	}
	shown, failed := false, false
	for _, name := range args {
		br, no := b.findBridge(name)
		if no != 0 {
			b.noBridge(name, no)
			failed = true
			continue
		}
		ports, err := b.portsOf(br)
		if err != nil {
			return err
		}
		b.showBridge(br, ports, !shown)
		shown = true
	}
	if failed {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

func (b brctl) noBridge(name string, no unix.Errno) {
	if no == unix.ENODEV {
		b.Warnf("bridge %s does not exist!\n", name)
		return
	}
	b.Warnf("device %s is not a bridge!\n", name)
}

func (b brctl) showBridge(br *device, ports []*device, first bool) {
	if first {
		b.Pen.Raw("bridge name\tbridge id\t\tSTP enabled\tinterfaces\n")
	}
	b.Pen.Str("", "", br.asked, "\t\t")
	b.bridgeID(br.bridge[unix.IFLA_BR_BRIDGE_ID])
	if number(br.bridge[unix.IFLA_BR_STP_STATE]) != 0 {
		b.Pen.Raw("\tyes\t\t")
	} else {
		b.Pen.Raw("\tno\t\t")
	}
	for i, p := range ports {
		if i > 0 {
			b.Pen.Raw("\n\t\t\t\t\t\t\t")
		}
		b.Pen.Raw(p.name)
	}
	b.Pen.EndLine()
}

func showSTP(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	br, no := b.findBridge(args[0])
	if no != 0 {
		b.noBridge(args[0], no)
		return cli.Silent(cli.StatusError)
	}
	ports, err := b.portsOf(br)
	if err != nil {
		return err
	}
	b.Pen.Str("", "", args[0], "\n")
	b.fields(bridgeFields, bridgeTimes(br))
	b.Pen.Raw("\n\n\n")
	for _, p := range ports {
		b.Pen.Str("", "", p.name, " (")
		b.Pen.Uint("", "", number(p.port[unix.IFLA_BRPORT_NO]), ")\n")
		if !inSys(p.name, "brport") {
			p.port[unix.IFLA_BRPORT_MODE] = nil // nothing else tells the original
		}
		b.fields(portFields, p.port[:])
		b.Pen.Raw("\n\n")
	}
	return nil
}

// The bridge's own times follow its attributes: they are those of the tree's root
// again, as /sys has them too.
const (
	ownMaxAge = uapi.IFLA_BR_MAX + 1 + iota
	ownHelloTime
	ownForwardDelay
	bridgeValues
)

// sysNet has a folder for each device.
const sysNet = "/sys/class/net/"

// inSys reports whether /sys has a folder of the device. It is where the original
// looks first; where it finds nothing there it calls the ioctls of old.
func inSys(device, folder string) bool {
	var st unix.Stat_t
	return unix.Stat(sysNet+device+"/"+folder, &st) == nil
}

// bridgeTimes returns the values of a bridge.
func bridgeTimes(br *device) [][]byte {
	v := make([][]byte, bridgeValues)
	copy(v, br.bridge[:])
	v[ownMaxAge], v[ownHelloTime] = v[unix.IFLA_BR_MAX_AGE], v[unix.IFLA_BR_HELLO_TIME]
	v[ownForwardDelay] = v[unix.IFLA_BR_FORWARD_DELAY]
	if inSys(br.asked, "bridge") {
		return v
	}
	// The ioctl has these three in the kernel's own ticks, and the original
	// shows them as they come.
	if info, ok := readInfo(br.name); ok {
		v[unix.IFLA_BR_FORWARD_DELAY], v[ownMaxAge], v[ownHelloTime] = info[28:32], info[32:36], info[36:40]
	}
	return v
}

// A field of showstp: the text before a value, and how that is written.
type field struct {
	text string
	attr int
	form form
}

type form uint8

const (
	asID    form = iota // bridge id
	asTimer             // seconds
	asCount             // %4d
	asHex               // %.4x
	asState             // a port's state
	asFlag              // text if set
	asGiven             // text and %4d if set
)

var bridgeFields = []field{
	{" bridge id\t\t", unix.IFLA_BR_BRIDGE_ID, asID},
	{"\n designated root\t", unix.IFLA_BR_ROOT_ID, asID},
	{"\n root port\t\t", unix.IFLA_BR_ROOT_PORT, asCount},
	{"\t\t\tpath cost\t\t", unix.IFLA_BR_ROOT_PATH_COST, asCount},
	{"\n max age\t\t", unix.IFLA_BR_MAX_AGE, asTimer},
	{"\t\t\tbridge max age\t\t", ownMaxAge, asTimer},
	{"\n hello time\t\t", unix.IFLA_BR_HELLO_TIME, asTimer},
	{"\t\t\tbridge hello time\t", ownHelloTime, asTimer},
	{"\n forward delay\t\t", unix.IFLA_BR_FORWARD_DELAY, asTimer},
	{"\t\t\tbridge forward delay\t", ownForwardDelay, asTimer},
	{"\n ageing time\t\t", unix.IFLA_BR_AGEING_TIME, asTimer},
	{"\n hello timer\t\t", unix.IFLA_BR_HELLO_TIMER, asTimer},
	{"\t\t\ttcn timer\t\t", unix.IFLA_BR_TCN_TIMER, asTimer},
	{"\n topology change timer\t", unix.IFLA_BR_TOPOLOGY_CHANGE_TIMER, asTimer},
	{"\t\t\tgc timer\t\t", unix.IFLA_BR_GC_TIMER, asTimer},
	{"\n flags\t\t\t", 0, asFlag},
	{"TOPOLOGY_CHANGE ", unix.IFLA_BR_TOPOLOGY_CHANGE, asFlag},
	{"TOPOLOGY_CHANGE_DETECTED ", unix.IFLA_BR_TOPOLOGY_CHANGE_DETECTED, asFlag},
}

var portFields = []field{
	{" port id\t\t", unix.IFLA_BRPORT_ID, asHex},
	{"\t\t\tstate\t\t", unix.IFLA_BRPORT_STATE, asState},
	{"\n designated root\t", unix.IFLA_BRPORT_ROOT_ID, asID},
	{"\tpath cost\t\t", unix.IFLA_BRPORT_COST, asCount},
	{"\n designated bridge\t", unix.IFLA_BRPORT_BRIDGE_ID, asID},
	{"\tmessage age timer\t", unix.IFLA_BRPORT_MESSAGE_AGE_TIMER, asTimer},
	{"\n designated port\t", unix.IFLA_BRPORT_DESIGNATED_PORT, asHex},
	{"\t\t\tforward delay timer\t", unix.IFLA_BRPORT_FORWARD_DELAY_TIMER, asTimer},
	{"\n designated cost\t", unix.IFLA_BRPORT_DESIGNATED_COST, asCount},
	{"\t\t\thold timer\t\t", unix.IFLA_BRPORT_HOLD_TIMER, asTimer},
	{"\n flags\t\t\t", 0, asFlag},
	{"CONFIG_PENDING ", unix.IFLA_BRPORT_CONFIG_PENDING, asFlag},
	{"TOPOLOGY_CHANGE_ACK ", unix.IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, asFlag},
	{"\n hairpin mode\t\t", unix.IFLA_BRPORT_MODE, asGiven},
}

var states = []string{"disabled", "listening", "learning", "forwarding", "blocking"}

// fields writes values in the order of a table.
func (b brctl) fields(table []field, tb [][]byte) {
	for i := range table {
		f := &table[i]
		v := tb[f.attr]
		n := number(v)
		if (f.form == asFlag && f.attr != 0 || f.form == asGiven) && n == 0 {
			continue
		}
		b.Pen.Raw(f.text)
		switch f.form {
		case asID:
			b.bridgeID(v)
		case asTimer:
			b.timer(n, "")
		case asCount, asGiven:
			b.Pen.UintWidth("", "", 4, n, "")
		case asHex:
			b.hex4(n)
		case asState:
			b.Pen.StrWidth("", "", -15, stateName(n), "")
		}
	}
}

func stateName(n uint64) string {
	if n < uint64(len(states)) {
		return states[n]
	}
	return "<INVALID STATE>"
}

// hex4 writes %.4x.
func (b brctl) hex4(n uint64) {
	b.Pen.Bytes("", "", show.AppendHexDigits(nil, n&0xffff, 4), "")
}
