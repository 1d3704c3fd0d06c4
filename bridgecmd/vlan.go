package bridgecmd

import (
	"strings"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var vlanObject = command.Object{Words: "vlan", Usage: vlanUsage, More: listVlanOptions, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: vlanModify, Type: unix.RTM_SETLINK},
	{Words: "delete", Waits: true, Run: vlanModify, Type: unix.RTM_DELLINK},
	{Words: "show|lst|list", Run: vlanShow, Default: true},
	{Words: "tunnelshow", Run: vlanTunnels},
	{Words: "set", Run: vlanSet, Waits: true},
	{Words: "=global", Unknown: help, Verbs: []command.Verb{
		{Words: "=show|=lst|=list", Run: vlanGlobalShow, Default: true},
		{Words: "=set", Run: vlanGlobalSet, Waits: true},
	}},
	{Words: "help"},
}}

func help(*command.Call) error { return cli.Help() }

// vlanInfo is struct bridge_vlan_info (linux/if_bridge.h).
type vlanInfo struct{ Flags, Vid uint16 }

// maxVlan is above the highest VLAN.
const maxVlan = 4096

// A vlanChange is "bridge vlan add" or "del" while its words are read.
type vlanChange struct {
	vid, last int16 // -1 if not given
	vlanFlags uint16

	tunnel               bool
	tunnelID, lastTunnel uint32
}

// vlanWords has the words of add and del. Those without a row mean nothing.
var vlanWords = field.Table{Voice: &common.ListVoice, Finish: func(c *field.Call) error {
	if !c.Given(&linkDev) || c.For.(*vlanChange).vid == -1 {
		return cli.Fail("Device and VLAN ID are required arguments.")
	}
	return nil
}, Rows: []*field.Row{
	&linkDev,
	{Words: "=vid", Type: &field.Type{Parse: parseVlanRange}},
	&self, &master,
	{Words: "=pvid", Arg: uapi.BRIDGE_VLAN_INFO_PVID, Type: &vlanFlag},
	{Words: "=untagged", Arg: uapi.BRIDGE_VLAN_INFO_UNTAGGED, Type: &vlanFlag},
	{Words: "=tunnel_info", Type: &field.Type{Parse: parseTunnel}},
	{Words: "help", Type: &common.HelpAndWord},
}}

var vlanFlag = field.Type{Parse: func(c *field.Call, r *field.Row) error {
	c.For.(*vlanChange).vlanFlags |= uint16(r.Arg)
	return nil
}}

// parseVlanRange takes V or V-LAST. A last one stays from one vid to the next.
func parseVlanRange(c *field.Call, _ *field.Row) error {
	ch := c.For.(*vlanChange)
	s, err := c.Args.Value()
	first, last, ranged := strings.Cut(s, "-")
	ch.vid = int16(cli.Atoi(first))
	if ranged {
		ch.last = int16(cli.Atoi(last))
		ch.vlanFlags |= uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN
	}
	return err
}

// parseTunnel takes id N or id N-LAST.
func parseTunnel(c *field.Call, _ *field.Row) error {
	ch := c.For.(*vlanChange)
	ch.tunnel = true
	id, err := c.Args.Value()
	if err != nil {
		return err
	}
	if !cli.Match("id", id) {
		return cli.InvArg("tunnel id expected", id)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	first, last, ranged := strings.Cut(s, "-")
	if ch.tunnelID, err = tunnelID(first, first); err != nil || !ranged {
		return err
	}
	ch.lastTunnel, err = tunnelID(last, first)
	return err
}

// tunnelID reads an id. The real tool has cut the word in two when it names
// it.
func tunnelID(s, arg string) (uint32, error) {
	v, ok := cli.ParseUint(s, 0, 32)
	if !ok || v >= 1<<24 {
		return 0, cli.InvArg("invalid tun id", arg)
	}
	return uint32(v), nil
}

func vlanModify(c *command.Call) error {
	ch := cli.State[vlanChange](c.Env) // the lines of a batch share it
	*ch = vlanChange{vid: -1, last: -1}
	x := field.NewCall(c.Env, c.Args, &vlanWords)
	x.For = ch
	if err := x.Read(); err != nil {
		return err
	}
	if err := ch.check(); err != nil {
		return err
	}
	m := c.Env.NewChange(c.Verb.Type, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(x.Number(&linkDev))})
	nest := m.Nest(unix.IFLA_AF_SPEC)
	if flags := x.Get(field.Slot, uapi.IFLA_BRIDGE_FLAGS); flags != nil {
		m.Attr(uapi.IFLA_BRIDGE_FLAGS, flags)
	}
	if ch.tunnel {
		ch.putTunnels(m)
	} else {
		ch.putVlans(m)
	}
	m.End(nest)
	return common.Change(c.Env, m)
}

func (c *vlanChange) check() error {
	switch {
	case c.vid >= maxVlan:
		return badVlan(c.vid)
	case c.vlanFlags&uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN == 0:
	case c.last == -1 || c.last >= maxVlan || c.vid >= c.last:
		return badRange(c.vid, c.last)
	case c.vlanFlags&uapi.BRIDGE_VLAN_INFO_PVID != 0:
		return cli.Fail("pvid cannot be configured for a vlan range")
	}
	return nil
}

func badVlan(vid int16) error { return cli.Fail(`Invalid VLAN ID "%d"`, uint16(vid)) }

func badRange(vid, last int16) error {
	return cli.Fail(`Invalid VLAN range "%d-%d"`, uint16(vid), uint16(last))
}

// putVlans adds the VLAN, or the first and the last one.
func (c *vlanChange) putVlans(m *rtnl.Msg) {
	putVlanInfo(m, uapi.IFLA_BRIDGE_VLAN_INFO, vlanInfo{c.vlanFlags, uint16(c.vid)})
	if c.last != -1 {
		end := c.vlanFlags&^uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN | uapi.BRIDGE_VLAN_INFO_RANGE_END
		putVlanInfo(m, uapi.IFLA_BRIDGE_VLAN_INFO, vlanInfo{end, uint16(c.last)})
	}
}

func putVlanInfo(m *rtnl.Msg, attr uint16, v vlanInfo) {
	nest := m.Nest(attr)
	rtnl.Put(m, v)
	m.End(nest)
}

// putTunnels adds the mapping of the VLAN, or of the first and the last one.
func (c *vlanChange) putTunnels(m *rtnl.Msg) {
	if c.last == -1 || int(uint16(c.vid)) >= int(c.last) {
		putTunnel(m, uint16(c.vid), c.tunnelID, 0)
		return
	}
	putTunnel(m, uint16(c.vid), c.tunnelID, uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN)
	putTunnel(m, uint16(c.last), c.lastTunnel, uapi.BRIDGE_VLAN_INFO_RANGE_END)
}

func putTunnel(m *rtnl.Msg, vid uint16, id uint32, flags uint16) {
	nest := m.Nest(uapi.IFLA_BRIDGE_VLAN_TUNNEL_INFO)
	m.U32(uapi.IFLA_BRIDGE_VLAN_TUNNEL_ID, id)
	m.U16(uapi.IFLA_BRIDGE_VLAN_TUNNEL_VID, vid)
	m.U16(uapi.IFLA_BRIDGE_VLAN_TUNNEL_FLAGS, flags)
	m.End(nest)
}
