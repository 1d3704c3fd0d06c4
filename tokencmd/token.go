// Package tokencmd is "ip token": the host part of the addresses that IPv6
// autoconfiguration gives a device. It departs from iproute2 nowhere.
package tokencmd

import (
	"errors"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Object is ip token.
var Object = command.Object{Words: "token", Usage: usage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "list|lst|show", Run: list, Default: true},
	{Words: "set|add", Run: set, Waits: true},
	{Words: "delete", Run: del, Waits: true},
	{Words: "get", Run: list},
	{Words: "help"},
}}

const usage = `Usage: ip token [ { list | get } [ dev DEV ] ]
       ip token set TOKEN dev DEV
       ip token del dev DEV
`

// device takes the name of a device.
func device(e *cli.Env, a *cli.Args) (uint32, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	index := e.Links.Index(s)
	if index == 0 {
		return 0, cli.InvArg("dev is invalid\n", s)
	}
	return index, nil
}

// list takes the first device that is named; other words are stepped over.
func list(c *command.Call) (err error) {
	e, a := c.Env, c.Args
	var index uint32
	for a.More() && index == 0 {
		if !a.Match("=dev") {
			a.Skip()
			continue
		}
		if index, err = device(e, a); err != nil {
			return err
		}
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: unix.AF_INET6})
	e.Pen.Begin()
	err = e.Dump(m, func(m rtnl.Message) error { return printToken(e, m, index) })
	e.Pen.End()
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Text: "Dump terminated\n", Err: err}
	}
	return nil
}

// errTerminated ends the list without a text of its own.
func errTerminated() error { return cli.Silent(cli.StatusError) }

func printToken(e *cli.Env, m rtnl.Message, only uint32) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || m.Type != unix.RTM_NEWLINK {
		return errTerminated()
	}
	index := uint32(ifi.Index)
	if ifi.Family != unix.AF_INET6 || index == 0 || only != 0 && index != only ||
		ifi.Flags&(unix.IFF_LOOPBACK|unix.IFF_NOARP) != 0 {
		return nil
	}
	inet6 := rtnl.Find(attrs, unix.IFLA_PROTINFO)
	if inet6 == nil {
		return errTerminated()
	}
	token := rtnl.Find(inet6, unix.IFLA_INET6_TOKEN)
	if token == nil {
		return errors.New("Seems there's no support for IPv6 token!")
	}
	var buf [64]byte
	p := e.Pen
	p.OpenObject("")
	p.Text("token ")
	p.ColorBytes(show.Inet6, "token", "", e.AppendHost(buf[:0], unix.AF_INET6, token), "")
	p.Text(" dev ")
	p.ColorStr(show.Ifname, "ifname", "", e.Links.Name(index), "\n")
	p.CloseObject()
	return nil
}

func set(c *command.Call) error { return modify(c.Env, c.Args, false) }

func del(c *command.Call) error { return modify(c.Env, c.Args, true) }

// modify sets the token; the one of zeros is none. Of several tokens or
// devices the first counts.
func modify(e *cli.Env, a *cli.Args, del bool) error {
	var index uint32
	token, hasToken := make([]byte, 16), del
	for a.More() {
		switch {
		case a.Match("=dev"):
			s := a.Rest()
			if index != 0 && len(s) > 0 {
				a.Skip()
				continue
			}
			var err error
			if index, err = device(e, a); err != nil {
				return err
			}
		case a.Is("help"):
			return cli.Help()
		default:
			if !hasToken {
				p, err := cli.ParsePrefix(a.Word(), unix.AF_INET6)
				if err != nil {
					return err
				}
				token, hasToken = p.Bytes(), true
			}
			a.Skip()
		}
	}
	if !hasToken {
		return cli.Fail("Not enough information: token is required.")
	}
	if index == 0 {
		return cli.Fail(`Not enough information: "dev" argument is required.`)
	}
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Family: unix.AF_INET6, Index: int32(index)})
	spec := m.Nest(unix.IFLA_AF_SPEC)
	inet6 := m.Nest(unix.AF_INET6)
	m.Attr(unix.IFLA_INET6_TOKEN, token)
	m.End(inet6)
	m.End(spec)
	return e.Post(m, cli.Special{})
}
