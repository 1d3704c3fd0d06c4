package bridgecmd

import (
	"strings"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

var linkObject = command.Object{Words: "link", Usage: linkUsage, More: listPortOptions, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "set|change", Run: linkSet, Waits: true},
	{Words: "show|lst|list", Run: linkShow, Default: true},
	{Words: "help"},
}}

// linkWords has the words of set.
var linkWords = field.Table{Full: true, Voice: &field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Unknown: field.ShowUsage, OnOff: common.Einval}, Send: []uint16{
	unix.IFLA_BRPORT_GUARD, unix.IFLA_BRPORT_MODE, unix.IFLA_BRPORT_FAST_LEAVE, unix.IFLA_BRPORT_PROTECT,
	unix.IFLA_BRPORT_UNICAST_FLOOD, unix.IFLA_BRPORT_MULTICAST_ROUTER, unix.IFLA_BRPORT_MCAST_FLOOD,
	unix.IFLA_BRPORT_BCAST_FLOOD, unix.IFLA_BRPORT_MCAST_TO_UCAST, unix.IFLA_BRPORT_MCAST_MAX_GROUPS,
	unix.IFLA_BRPORT_LEARNING, unix.IFLA_BRPORT_LEARNING_SYNC, unix.IFLA_BRPORT_COST, unix.IFLA_BRPORT_PRIORITY,
	unix.IFLA_BRPORT_STATE, unix.IFLA_BRPORT_NEIGH_SUPPRESS, unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS,
	uapi.IFLA_BRPORT_NEIGH_FORWARD_GRAT, unix.IFLA_BRPORT_VLAN_TUNNEL, unix.IFLA_BRPORT_ISOLATED,
	unix.IFLA_BRPORT_LOCKED, unix.IFLA_BRPORT_MAB, unix.IFLA_BRPORT_BACKUP_PORT, unix.IFLA_BRPORT_BACKUP_NHID,
}, Rows: []*field.Row{
	&linkDev,
	{Words: "=hwmode", In: field.Slot, Attr: uapi.IFLA_BRIDGE_MODE, Type: &field.Type{Size: 2, Read: parseHwMode}, Names: &hwModes},
	&self, &master,
}, Then: []*field.Table{&portPlain, &portDetails}, Finish: func(c *field.Call) error {
	if !c.Given(&linkDev) {
		return cli.Fail("Device is a required argument.")
	}
	return nil
}}

var (
	linkDev = field.Row{Words: "=dev", In: field.Slot, Attr: common.SlotDev, Type: &common.Device, Bad: "bridge device", Flags: field.Late}
	// self and master tell whose attributes are meant.
	self   = field.Row{Words: "=self", In: field.Slot, Attr: uapi.IFLA_BRIDGE_FLAGS, Arg: uapi.BRIDGE_FLAGS_SELF, Type: &field.Bit16}
	master = field.Row{Words: "=master", In: field.Slot, Attr: uapi.IFLA_BRIDGE_FLAGS, Arg: uapi.BRIDGE_FLAGS_MASTER, Type: &field.Bit16}
)

// portPlain are the options of a bridge port that print always, portDetails those that
// print with -d.
var portPlain = field.Table{Rows: []*field.Row{
	{Words: "=state", Value: "STATE", Attr: unix.IFLA_BRPORT_STATE, Type: &portState},
	{Words: "=priority", Value: "PRIO", Attr: unix.IFLA_BRPORT_PRIORITY, Type: &common.Lenient16},
	{Words: "=cost", Attr: unix.IFLA_BRPORT_COST, Type: &common.Atoi32, Flags: field.OmitZero},
}}

var portDetails = field.Table{Rows: []*field.Row{
	&linkkind.PortHairpin, &linkkind.PortGuard, &linkkind.PortRootBlock, &linkkind.PortFastleave, &linkkind.PortLearning,
	{Words: "=learning_sync", Attr: unix.IFLA_BRPORT_LEARNING_SYNC, Type: &field.OnOff},
	&linkkind.PortFlood, &linkkind.PortMcastFlood, &linkkind.PortBcastFlood,
	{Words: "=mcast_router", Value: "MULTICAST_ROUTER", Attr: unix.IFLA_BRPORT_MULTICAST_ROUTER, Type: &common.Lenient8},
	&linkkind.PortMcastToUnicast, &linkkind.PortNeighSuppress, &linkkind.PortNeighVlanSuppress,
	&linkkind.PortNeighForwardGrat, &linkkind.PortVlanTunnel,
	{Words: "=backup_port", Value: "DEVICE", Attr: unix.IFLA_BRPORT_BACKUP_PORT, Type: &portBackup},
	&linkkind.PortNobackupPort,
	{Words: "=backup_nhid", Value: "NHID", Attr: unix.IFLA_BRPORT_BACKUP_NHID, Type: &field.U32},
	&linkkind.PortIsolated, &linkkind.PortLocked, &linkkind.PortMab,
	{Label: "mcast_n_groups", Attr: unix.IFLA_BRPORT_MCAST_N_GROUPS, Type: &field.U32},
	{Words: "=mcast_max_groups", Value: "MAX_GROUPS", Attr: unix.IFLA_BRPORT_MCAST_MAX_GROUPS, Type: &maxGroups},
}}

var (
	portState = field.Type{Size: 1, Read: parsePortState, Print: func(v *field.View, _ *field.Row, b []byte) { common.PrintState(v.Pen, b[0]) }}
	maxGroups = field.Type{Size: 4, Read: parseMaxGroups}
	// portBackup is a device by name.
	portBackup = field.Type{Size: 4, Form: field.Str, Scan: scanBackup, Append: field.AppendDevice}
)

func parsePortState(c *field.Call, r *field.Row, s string) error {
	n, ok := common.ParseState(s)
	if !ok {
		return cli.Fail("Error: invalid STP port state")
	}
	common.SetPositive(c, r, n)
	return nil
}

func parseMaxGroups(c *field.Call, r *field.Row, s string) error {
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return c.Wrong(r, s)
	}
	common.SetPositive(c, r, n)
	return nil
}

func scanBackup(c *field.Call, _ *field.Row, s string) (uint64, error) {
	idx := c.Env.Links.Index(s)
	if idx == 0 {
		return 0, cli.Fail("Error: device %s does not exist", s)
	}
	return uint64(idx), nil
}

// hwModes are the words of a device that switches by itself; it shows capitals.
var hwModes = word.Names{{uapi.BRIDGE_MODE_VEB, "veb"}, {uapi.BRIDGE_MODE_VEPA, "vepa"}}

// parseHwMode means the device itself, whatever was said before.
func parseHwMode(c *field.Call, r *field.Row, s string) error {
	mode, ok := r.Names.Find(s)
	if !ok {
		return cli.Fail(`Mode argument must be "vepa" or "veb".`)
	}
	c.Set(r, mode)
	c.PutUint(self.In, self.Attr, 2, uapi.BRIDGE_FLAGS_SELF, false)
	return nil
}

func linkSet(c *command.Call) error {
	x := field.NewCall(c.Env, c.Args, &linkWords)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(x.Number(&linkDev))})
	nest := m.Nest(unix.IFLA_PROTINFO | unix.NLA_F_NESTED)
	x.Encode(m, x.Table)
	m.End(nest)
	if flags := x.Get(field.Slot, uapi.IFLA_BRIDGE_FLAGS); flags != nil {
		nest = m.Nest(unix.IFLA_AF_SPEC)
		m.Attr(uapi.IFLA_BRIDGE_FLAGS, flags)
		if mode := x.Get(field.Slot, uapi.IFLA_BRIDGE_MODE); mode != nil {
			m.Attr(uapi.IFLA_BRIDGE_MODE, mode)
		}
		m.End(nest)
	}
	return common.Change(c.Env, m)
}

// linkShowWords has the words of show. The real tool tries the value of dev for a
// keyword as well.
var linkShowWords = field.Table{Voice: &common.ListVoice, Rows: []*field.Row{
	{Words: "=dev", In: field.Slot, Attr: common.SlotDev, Type: &field.Type{Parse: parseLinkDev}, Flags: field.Once}, &common.ListMaster,
}}

func parseLinkDev(c *field.Call, r *field.Row) error {
	err := field.LinkWord.Parse(c, r)
	if dev, _ := c.Word(r.In, r.Attr); err != nil || dev != "master" {
		return err
	}
	return c.Row(&common.ListMaster)
}

func linkShow(c *command.Call) error {
	e := c.Env
	t := cli.State[common.Tool](e)
	if err := t.Link.Parse(c, &linkShowWords); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE})
	p := newLinkPrinter(e, &t.Link)
	return common.Show(e, common.Head{}, common.Listing{Request: m, Print: p.print})
}

// A linkPrinter prints the links of bridges.
type linkPrinter struct {
	e    *cli.Env
	f    *common.Filter
	head *linkshow.Printer
	tb   [uapi.IFLA_MAX + 1][]byte
}

func newLinkPrinter(e *cli.Env, f *common.Filter) *linkPrinter {
	return &linkPrinter{e: e, f: f, head: linkshow.NewPrinter(e, nil)}
}

func (p *linkPrinter) print(m rtnl.Message) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	switch {
	case ifi == nil:
		return common.Broken()
	case ifi.Family != unix.AF_BRIDGE && ifi.Family != unix.AF_UNSPEC, p.f.Hides(uint32(ifi.Index)):
		return nil
	}
	rtnl.Index(p.tb[:], attrs)
	master := p.tb[unix.IFLA_MASTER]
	if p.f.Master != 0 && master != nil && p.f.Master != rtnl.U32(master) {
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
		common.PrintState(p.e.Pen, v[0])
		return
	}
	view := field.ViewOf(p.e, v)
	portPlain.Show(view)
	if p.e.Opt.Details > 0 {
		p.e.Pen.NL()
		p.e.Pen.Text("    ")
		portDetails.Show(view)
	}
}

// hwMode prints how a device that can switch does so.
func (p *linkPrinter) hwMode(spec []byte) {
	v := rtnl.Find(spec, uapi.IFLA_BRIDGE_MODE)
	if v == nil {
		return
	}
	if mode := rtnl.U16(v); int(mode) < len(hwModes) {
		p.e.Pen.Str("hwmode", "hwmode ", strings.ToUpper(hwModes[mode].Word), " ")
	} else {
		p.e.Pen.Hex0x("hwmode", "hwmode ", uint64(mode), " ")
	}
}
