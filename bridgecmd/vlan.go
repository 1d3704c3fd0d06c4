package bridgecmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
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

// vlanMsg is struct br_vlan_msg (linux/if_bridge.h).
type vlanMsg struct {
	Family  uint8
	_       uint8
	_       uint16
	Ifindex uint32
}

// maxVlan is above the highest VLAN.
const maxVlan = 4096

// A vlanChange is "bridge vlan add" or "del" while its words are read.
type vlanChange struct {
	dev       given
	vid, last int16 // -1 if not given
	vlanFlags uint16
	flags     uint16 // BRIDGE_FLAGS_

	tunnel               bool
	tunnelID, lastTunnel uint32
}

var vlanWords = []cli.Keyword[*vlanChange]{
	{Words: "=dev", Parse: func(c *vlanChange, a *cli.Args) error { return c.dev.take(a) }},
	{Words: "=vid", Parse: (*vlanChange).parseVid},
	{Words: "=self", Parse: func(c *vlanChange, _ *cli.Args) error { c.flags |= uapi.BRIDGE_FLAGS_SELF; return nil }},
	{Words: "=master", Parse: func(c *vlanChange, _ *cli.Args) error { c.flags |= uapi.BRIDGE_FLAGS_MASTER; return nil }},
	{Words: "=pvid", Parse: func(c *vlanChange, _ *cli.Args) error { c.vlanFlags |= uapi.BRIDGE_VLAN_INFO_PVID; return nil }},
	{Words: "=untagged", Parse: func(c *vlanChange, _ *cli.Args) error {
		c.vlanFlags |= uapi.BRIDGE_VLAN_INFO_UNTAGGED
		return nil
	}},
	{Words: "=tunnel_info", Parse: (*vlanChange).parseTunnel},
}

// parseVid takes V or V-LAST.
func (c *vlanChange) parseVid(a *cli.Args) error {
	s, err := a.Value()
	first, last, ranged := strings.Cut(s, "-")
	c.vid = int16(cli.Atoi(first))
	if ranged {
		c.last = int16(cli.Atoi(last))
		c.vlanFlags |= uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN
	}
	return err
}

// parseTunnel takes id N or id N-LAST.
func (c *vlanChange) parseTunnel(a *cli.Args) error {
	c.tunnel = true
	word, err := a.Value()
	if err != nil {
		return err
	}
	if !cli.Match("id", word) {
		return cli.InvArg("tunnel id expected", word)
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	first, last, ranged := strings.Cut(s, "-")
	if c.tunnelID, err = tunnelID(first, first); err != nil || !ranged {
		return err
	}
	c.lastTunnel, err = tunnelID(last, first)
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

// skipWord steps over a word that means nothing, and over what follows help.
func skipWord(a *cli.Args, help string) error {
	if !a.Match(help) {
		a.Skip()
		return nil
	}
	_, err := a.Value()
	return err
}

// vlanMemory is what the lines of a batch share.
type vlanMemory struct{ change vlanChange }

func vlanModify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ := c.Verb.Type
	ch := &cli.State[vlanMemory](e).change
	*ch = vlanChange{vid: -1, last: -1}
	err := cli.ParseWords(ch, a, vlanWords, func(_ *vlanChange, a *cli.Args) error { return skipWord(a, "help") })
	if err != nil {
		return err
	}
	if !ch.dev.is || ch.vid == -1 {
		return cli.Fail("Device and VLAN ID are required arguments.")
	}
	idx, err := deviceOf(e, "bridge device", ch.dev.word)
	if err != nil {
		return err
	}
	if err := ch.check(); err != nil {
		return err
	}
	m := e.NewChange(typ, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(idx)})
	nest := m.Nest(unix.IFLA_AF_SPEC)
	if ch.flags != 0 {
		m.U16(uapi.IFLA_BRIDGE_FLAGS, ch.flags)
	}
	if ch.tunnel {
		ch.putTunnels(m)
	} else {
		ch.putVlans(m)
	}
	m.End(nest)
	return change(e, m)
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
