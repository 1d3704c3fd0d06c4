package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

var linkObject = command.Object{Words: "link", Usage: linkUsage, More: listPortOptions, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "set|change", Run: linkSet, Waits: true},
	{Words: "show|lst|list", Run: linkShow, Default: true},
	{Words: "help"},
}}

// portOptions are the options of a bridge port in the order in which they
// print.
var portOptions = []option{
	{"state", "STATE", unix.IFLA_BRPORT_STATE, &portState},
	{"priority", "PRIO", unix.IFLA_BRPORT_PRIORITY, &portPriority},
	{"cost", "COST", unix.IFLA_BRPORT_COST, &portCost},
	// Those that follow print with -d only.
	{"hairpin", onOrOff, unix.IFLA_BRPORT_MODE, &onOff},
	{"guard", onOrOff, unix.IFLA_BRPORT_GUARD, &onOff},
	{"root_block", onOrOff, unix.IFLA_BRPORT_PROTECT, &onOff},
	{"fastleave", onOrOff, unix.IFLA_BRPORT_FAST_LEAVE, &onOff},
	{"learning", onOrOff, unix.IFLA_BRPORT_LEARNING, &onOff},
	{"learning_sync", onOrOff, unix.IFLA_BRPORT_LEARNING_SYNC, &onOff},
	{"flood", onOrOff, unix.IFLA_BRPORT_UNICAST_FLOOD, &onOff},
	{"mcast_flood", onOrOff, unix.IFLA_BRPORT_MCAST_FLOOD, &onOff},
	{"bcast_flood", onOrOff, unix.IFLA_BRPORT_BCAST_FLOOD, &onOff},
	{"mcast_router", "MULTICAST_ROUTER", unix.IFLA_BRPORT_MULTICAST_ROUTER, &portMcastRouter},
	{"mcast_to_unicast", onOrOff, unix.IFLA_BRPORT_MCAST_TO_UCAST, &onOff},
	{"neigh_suppress", onOrOff, unix.IFLA_BRPORT_NEIGH_SUPPRESS, &onOff},
	{"neigh_vlan_suppress", onOrOff, unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, &onOff},
	{"neigh_forward_grat", onOrOff, uapi.IFLA_BRPORT_NEIGH_FORWARD_GRAT, &onOff},
	{"vlan_tunnel", onOrOff, unix.IFLA_BRPORT_VLAN_TUNNEL, &onOff},
	{"backup_port", "DEVICE", unix.IFLA_BRPORT_BACKUP_PORT, &portBackup},
	{"nobackup_port", "", unix.IFLA_BRPORT_BACKUP_PORT, &portNoBackup},
	{"backup_nhid", "NHID", unix.IFLA_BRPORT_BACKUP_NHID, &u32},
	{"isolated", onOrOff, unix.IFLA_BRPORT_ISOLATED, &onOff},
	{"locked", onOrOff, unix.IFLA_BRPORT_LOCKED, &onOff},
	{"mab", onOrOff, unix.IFLA_BRPORT_MAB, &onOff},
	{"mcast_n_groups", "", unix.IFLA_BRPORT_MCAST_N_GROUPS, &shown},
	{"mcast_max_groups", "MAX_GROUPS", unix.IFLA_BRPORT_MCAST_MAX_GROUPS, &portMaxGroups},
}

// plainOptions is how many of portOptions print without -d.
const plainOptions = 3

// portRequest is the order in which the options are sent.
var portRequest = []uint16{
	unix.IFLA_BRPORT_GUARD, unix.IFLA_BRPORT_MODE, unix.IFLA_BRPORT_FAST_LEAVE, unix.IFLA_BRPORT_PROTECT,
	unix.IFLA_BRPORT_UNICAST_FLOOD, unix.IFLA_BRPORT_MULTICAST_ROUTER, unix.IFLA_BRPORT_MCAST_FLOOD,
	unix.IFLA_BRPORT_BCAST_FLOOD, unix.IFLA_BRPORT_MCAST_TO_UCAST, unix.IFLA_BRPORT_MCAST_MAX_GROUPS,
	unix.IFLA_BRPORT_LEARNING, unix.IFLA_BRPORT_LEARNING_SYNC, unix.IFLA_BRPORT_COST, unix.IFLA_BRPORT_PRIORITY,
	unix.IFLA_BRPORT_STATE, unix.IFLA_BRPORT_NEIGH_SUPPRESS, unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS,
	uapi.IFLA_BRPORT_NEIGH_FORWARD_GRAT, unix.IFLA_BRPORT_VLAN_TUNNEL, unix.IFLA_BRPORT_ISOLATED,
	unix.IFLA_BRPORT_LOCKED, unix.IFLA_BRPORT_MAB, unix.IFLA_BRPORT_BACKUP_PORT, unix.IFLA_BRPORT_BACKUP_NHID,
}

// shown is a number that no word sets.
var shown = codec{print: printUint}

// Numbers that are read leniently, and not sent if they are negative.
var (
	portPriority    = codec{2, lenient16, printUint}
	portMcastRouter = codec{1, lenient8, printUint}
)

func lenient8(_ *cli.Env, _ string, a *cli.Args) ([]byte, error)  { return parseLenient(1, a) }
func lenient16(_ *cli.Env, _ string, a *cli.Args) ([]byte, error) { return parseLenient(2, a) }

func parseLenient(size int, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	return positive(size, int64(cli.Atoi(s))), err
}

// positive encodes a number, cut to its size, unless that makes it negative.
func positive(size int, n int64) []byte {
	shift := 64 - 8*size
	if n<<shift < 0 {
		return nil
	}
	return rtnl.AppendUint(nil, size, uint64(n))
}

// portCost is not sent if it is 0.
var portCost = codec{4, func(_ *cli.Env, _ string, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	n := uint32(cli.Atoi(s))
	if n == 0 {
		return nil, err
	}
	return rtnl.AppendUint(nil, 4, uint64(n)), err
}, printUint}

var portState = codec{1, func(_ *cli.Env, _ string, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	if err != nil {
		return nil, err
	}
	n, ok := parseState(s)
	if !ok {
		return nil, cli.Fail("Error: invalid STP port state")
	}
	return positive(1, n), nil
}, func(e *cli.Env, _ string, v []byte) { printState(e.Pen, v[0]) }}

var portMaxGroups = codec{4, func(_ *cli.Env, key string, a *cli.Args) ([]byte, error) {
	n, err := a.Int("invalid " + key)
	return positive(4, int64(n)), err
}, printUint}

// portBackup is a device by name.
var portBackup = codec{4, func(e *cli.Env, _ string, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	if err != nil {
		return nil, err
	}
	idx := e.Links.Index(s)
	if idx == 0 {
		return nil, cli.Fail("Error: device %s does not exist", s)
	}
	return rtnl.AppendUint(nil, 4, uint64(idx)), nil
}, func(e *cli.Env, key string, v []byte) {
	label(e, key)
	e.Pen.Str(key, "", e.Links.Name(rtnl.U32(v)), " ")
}}

var portNoBackup = codec{4, func(*cli.Env, string, *cli.Args) ([]byte, error) { return rtnl.AppendUint(nil, 4, 0), nil }, nil}

// A portChange is "bridge link set" while its words are read.
type portChange struct {
	e     *cli.Env
	dev   *string
	vals  [uapi.IFLA_BRPORT_MAX + 1][]byte
	flags uint16 // BRIDGE_FLAGS_
	mode  []byte // BRIDGE_MODE_
}

func linkSet(c *command.Call) error {
	e, a := c.Env, c.Args
	ch := &portChange{e: e}
	if err := cli.ParseWords(ch, a, portWords, (*portChange).option); err != nil {
		return err
	}
	if ch.dev == nil {
		return cli.Fail("Device is a required argument.")
	}
	idx, err := deviceOf(e, "bridge device", *ch.dev)
	if err != nil {
		return err
	}
	return change(e, ch.encode(idx))
}

var portWords = []cli.Keyword[*portChange]{
	{Words: "=dev", Parse: func(c *portChange, a *cli.Args) error { return a.LinkTo(&c.dev) }},
	{Words: "=hwmode", Parse: (*portChange).hwMode},
	{Words: "=self", Parse: func(c *portChange, _ *cli.Args) error { c.flags |= uapi.BRIDGE_FLAGS_SELF; return nil }},
	{Words: "=master", Parse: func(c *portChange, _ *cli.Args) error { c.flags |= uapi.BRIDGE_FLAGS_MASTER; return nil }},
}

// option reads an option of the port.
func (c *portChange) option(a *cli.Args) error {
	o := find(portOptions, a.Word())
	if o == nil {
		return cli.Help()
	}
	a.Skip()
	v, err := o.parse(c.e, o.word, a)
	c.vals[o.attr] = v
	return err
}

// hwModes are the words of a device that switches by itself, by number.
var hwModes = []struct{ word, name string }{
	uapi.BRIDGE_MODE_VEB:  {"veb", "VEB"},
	uapi.BRIDGE_MODE_VEPA: {"vepa", "VEPA"},
}

func (c *portChange) hwMode(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	c.flags = uapi.BRIDGE_FLAGS_SELF
	for i, m := range hwModes {
		if m.word == s {
			c.mode = rtnl.AppendUint(nil, 2, uint64(i))
			return nil
		}
	}
	return cli.Fail(`Mode argument must be "vepa" or "veb".`)
}

func (c *portChange) encode(index uint32) *rtnl.Msg {
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(index)})
	nest := m.Nest(unix.IFLA_PROTINFO | unix.NLA_F_NESTED)
	for _, attr := range portRequest {
		if v := c.vals[attr]; v != nil {
			m.Attr(attr, v)
		}
	}
	m.End(nest)
	if c.flags == 0 {
		return m
	}
	nest = m.Nest(unix.IFLA_AF_SPEC)
	m.U16(uapi.IFLA_BRIDGE_FLAGS, c.flags)
	if c.mode != nil {
		m.Attr(uapi.IFLA_BRIDGE_MODE, c.mode)
	}
	m.End(nest)
	return m
}

func linkShow(c *command.Call) error {
	e, a := c.Env, c.Args
	t := cli.State[tool](e)
	dev := cli.Keyword[*listing]{Words: "=dev", Parse: func(l *listing, a *cli.Args) error {
		// The real tool tries the value of dev for a keyword as well.
		if err := l.parseDev(a); err != nil || *l.dev != "master" {
			return err
		}
		return l.parseMaster(a)
	}}
	if err := t.link.parse(e, a, dev, masterWord()); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE})
	p := newLinkPrinter(e, &t.link)
	return list(e, nil, dump{m, p.print})
}

// A linkPrinter prints the links of bridges.
type linkPrinter struct {
	e    *cli.Env
	f    *filter
	head *linkshow.Printer
	tb   [uapi.IFLA_MAX + 1][]byte
	sub  [uapi.IFLA_BRPORT_MAX + 1][]byte
}

func newLinkPrinter(e *cli.Env, f *filter) *linkPrinter {
	return &linkPrinter{e: e, f: f, head: linkshow.NewPrinter(e, nil)}
}

func (p *linkPrinter) print(m rtnl.Message) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	switch {
	case ifi == nil:
		return broken()
	case ifi.Family != unix.AF_BRIDGE && ifi.Family != unix.AF_UNSPEC, p.f.hides(uint32(ifi.Index)):
		return nil
	}
	rtnl.Index(p.tb[:], attrs)
	master := p.tb[unix.IFLA_MASTER]
	if p.f.master != 0 && master != nil && p.f.master != rtnl.U32(master) {
		return nil
	}
	pen := p.e.Pen
	p.e.Head("[LINK]")
	pen.OpenObject("")
	if m.Type == unix.RTM_DELLINK {
		pen.Flag("deleted", "Deleted ")
	}
	p.head.Head(ifi, attrs)
	if v := p.tb[unix.IFLA_MTU]; v != nil {
		pen.Uint("mtu", "mtu ", uint64(rtnl.U32(v)), " ")
	}
	if master != nil {
		pen.Str("master", "master ", p.e.Links.Name(rtnl.U32(master)), " ")
	}
	if v := p.tb[unix.IFLA_PROTINFO]; v != nil {
		p.port(v)
	}
	if v := p.tb[unix.IFLA_AF_SPEC]; v != nil {
		p.hwMode(v)
	}
	pen.EndLine()
	pen.CloseObject()
	return nil
}

// port prints the options of the port. Old kernels send a state and no more.
func (p *linkPrinter) port(v []byte) {
	if len(v) > 0 && len(v) < 4 {
		printState(p.e.Pen, v[0])
		return
	}
	rtnl.Index(p.sub[:], v)
	for i := range portOptions {
		if i == plainOptions {
			if p.e.Opt.Details == 0 {
				return
			}
			p.e.Pen.NL()
			p.e.Pen.Text("    ")
		}
		portOptions[i].show(p.e, p.sub[:])
	}
}

// hwMode prints how a device that can switch does so.
func (p *linkPrinter) hwMode(spec []byte) {
	v := rtnl.Find(spec, uapi.IFLA_BRIDGE_MODE)
	if v == nil {
		return
	}
	if mode := rtnl.U16(v); int(mode) < len(hwModes) {
		p.e.Pen.Str("hwmode", "hwmode ", hwModes[mode].name, " ")
	} else {
		p.e.Pen.Hex0x("hwmode", "hwmode ", uint64(mode), " ")
	}
}
