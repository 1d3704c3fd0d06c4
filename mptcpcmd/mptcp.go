// Package mptcpcmd is "ip mptcp": the addresses and limits that the kernel's
// path manager of Multipath TCP works with, and its events. It departs from
// iproute2 nowhere.
package mptcpcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const familyName = "mptcp_pm"

const usage = `Usage: ip mptcp endpoint add ADDRESS [ dev NAME ] [ id ID ] [ port NR ] [ FLAG-LIST ]
       ip mptcp endpoint delete id ID [ ADDRESS ]
       ip mptcp endpoint change { id ID | ADDRESS } [ port NR ] CHANGE-OPT...
       ip mptcp endpoint show [ id ID ]
       ip mptcp endpoint flush
       ip mptcp limits show
       ip mptcp limits set [ subflows NR ] [ add_addr_accepted NR ]
       ip mptcp monitor
FLAG-LIST  := FLAG...
FLAG       := { signal | subflow | laminar | backup | fullmesh }
CHANGE-OPT := { backup | nobackup | fullmesh | nofullmesh }
`

// Object is ip mptcp.
var Object = command.Object{Words: "mptcp", Usage: usage, Family: familyName, Verbs: []command.Verb{
	{Words: "endpoint", Verbs: []command.Verb{
		{Words: "add", Run: modify, Reads: &endpoint, Type: uapi.MPTCP_PM_CMD_ADD_ADDR, Waits: true},
		{Words: "change", Run: modify, Reads: &endpoint, Type: uapi.MPTCP_PM_CMD_SET_FLAGS, Waits: true},
		{Words: "delete", Run: modify, Reads: &endpoint, Type: uapi.MPTCP_PM_CMD_DEL_ADDR, Waits: true},
		{Words: "show", Run: list, Reads: &endpoint, Default: true},
		{Words: "flush", Run: flush},
	}},
	{Words: "limits", Unknown: notLimits, Verbs: []command.Verb{
		{Words: "set", Run: setLimits, Reads: &limits, Waits: true},
		{Words: "show", Run: showLimits, Reads: &limits, Default: true},
	}},
	{Words: "monitor", Run: monitor, Beyond: true},
}}

// notLimits looks at a word behind limits once more, as at one in its place.
func notLimits(c *command.Call) error {
	if c.Match("monitor") {
		return monitor(c)
	}
	return c.Unknown()
}

// request builds a request of the path manager.
func request(family uint16, cmd uint8) *rtnl.Msg {
	return rtnl.Request(family, unix.Genlmsghdr{Cmd: cmd, Version: uapi.MPTCP_PM_VER})
}

// build returns the connection and a request to which fill adds what the words
// ask for.
func build(e *cli.Env, cmd uint8, fill func(*rtnl.Msg) error) (*rtnl.Conn, *rtnl.Msg, error) {
	c, family, err := e.Genl(familyName)
	if err != nil {
		return nil, nil, err
	}
	m := request(family, cmd)
	return c, m, fill(m)
}

// change sends a request of which the answer is only whether it worked.
func change(e *cli.Env, cmd uint8, fill func(*rtnl.Msg) error) error {
	m := request(0, cmd)
	if err := fill(m); err != nil {
		return err
	}
	return e.PostGenl(familyName, m, cli.Special{})
}

// get sends a request that is answered by one message.
func get(e *cli.Env, cmd uint8, fill func(*rtnl.Msg) error, print func(attrs []byte) error) error {
	c, m, err := build(e, cmd, fill)
	if err != nil {
		return err
	}
	return c.Get(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
		return print(attrs)
	})
}

// limits are what the path manager has limits of.
var limits = field.Table{Name: "limits", Voice: &limitVoice, Send: []uint16{uapi.MPTCP_PM_ATTR_RCV_ADD_ADDRS, uapi.MPTCP_PM_ATTR_SUBFLOWS},
	Rows: []*field.Row{
		{Words: "add_addr_accepted", Attr: uapi.MPTCP_PM_ATTR_RCV_ADD_ADDRS, Type: &field.Wrap32},
		{Words: "subflows", Attr: uapi.MPTCP_PM_ATTR_SUBFLOWS, Type: &field.Wrap32},
	}}

var limitVoice = field.Voice{Bad: "invalid {word}\n", Wrong: cli.InvArg, Unknown: func(c *field.Call) error { return cli.InvArg("unknown limit", c.Typed) }}

// parseLimits reads the words of both verbs: show takes and sends them too.
func parseLimits(c *command.Call, m *rtnl.Msg) error {
	x := c.Reader()
	err := x.Read()
	x.Encode(m, &limits)
	return err
}

func setLimits(c *command.Call) error {
	return change(c.Env, uapi.MPTCP_PM_CMD_SET_LIMITS, func(m *rtnl.Msg) error { return parseLimits(c, m) })
}

// showLimits writes text, with -j too.
func showLimits(c *command.Call) error {
	fill := func(m *rtnl.Msg) error { return parseLimits(c, m) }
	return get(c.Env, uapi.MPTCP_PM_CMD_GET_LIMITS, fill, func(attrs []byte) error {
		printLimits(c.Env, attrs)
		return nil
	})
}

func printLimits(e *cli.Env, attrs []byte) {
	v := field.ViewOf(e, attrs)
	limits.Show(v)
	e.Pen.NL()
}
