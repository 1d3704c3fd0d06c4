// Package macseccmd is "ip macsec": the secure channels and associations of
// MACsec links, and their offload. It departs from iproute2 nowhere.
package macseccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const familyName = "macsec"

const usage = `Usage: ip macsec add DEV tx sa AN [ OPTS ] key ID KEY
       ip macsec set DEV tx sa AN [ OPTS ]
       ip macsec del DEV tx sa AN
       ip macsec add DEV rx SCI [ on | off ]
       ip macsec set DEV rx SCI [ on | off ]
       ip macsec del DEV rx SCI
       ip macsec add DEV rx SCI sa AN [ OPTS ] key ID KEY
       ip macsec set DEV rx SCI sa AN [ OPTS ]
       ip macsec del DEV rx SCI sa AN
       ip macsec offload DEV { off | phy | mac }
       ip macsec show [ DEV ]
       ip macsec show DEV
AN   := { 0..3 }
SCI  := { sci <u64> | port { 1..65535 } address <lladdr> }
OPTS := [ pn <u32> | xpn <u64> ] [ salt SALT ] [ ssci <u32> ] [ on | off ]
ID   := hex digits of up to 16 bytes
KEY  := hex digits of 16 or 32 bytes
SALT := hex digits of 12 bytes
`

// complaint is an error that shows the usage too.
func complaint(err error) error {
	return &cli.Error{Status: cli.StatusUsage, Err: err, Ends: true, Help: true}
}

// Object is ip macsec. The numbers of the verbs are what the kernel does with a
// channel that is received; what it does with associations follows from them.
var Object = command.Object{Words: "macsec", Usage: usage, Family: familyName, Verbs: []command.Verb{
	{Words: "show", Run: list},
	{Words: "add", Run: modify, Type: uapi.MACSEC_CMD_ADD_RXSC, Waits: true},
	{Words: "set", Run: modify, Type: uapi.MACSEC_CMD_UPD_RXSC, Waits: true},
	{Words: "delete", Run: modify, Type: uapi.MACSEC_CMD_DEL_RXSC, Waits: true},
	{Words: "offload", Run: offload, Waits: true},
}}

// device takes the name of a link; help is shown if nothing follows it.
func device(e *cli.Env, a *cli.Args) (uint32, error) {
	if !a.More() {
		return 0, cli.Help()
	}
	name := a.Word()
	index := e.Links.Index(name)
	if index == 0 {
		return 0, cli.NoSuchDevice(name)
	}
	a.Skip()
	if !a.More() {
		return 0, cli.Help()
	}
	return index, nil
}

// request begins a request about a link.
func request(family uint16, cmd uint8, index uint32) *rtnl.Msg {
	m := rtnl.Request(family, unix.Genlmsghdr{Cmd: cmd, Version: uapi.MACSEC_GENL_VERSION})
	m.U32(uapi.MACSEC_ATTR_IFINDEX, index)
	return m
}

func offload(c *command.Call) error {
	e, a := c.Env, c.Args
	index, err := device(e, a)
	if err != nil {
		return err
	}
	n, err := e.OneOf("offload", a.Word(), macsec.Offloads.Words())
	if err != nil {
		return complaint(err)
	}
	m := request(0, uapi.MACSEC_CMD_UPD_OFFLOAD, index)
	nest := m.Nest(uapi.MACSEC_ATTR_OFFLOAD)
	m.U8(uapi.MACSEC_OFFLOAD_ATTR_TYPE, uint8(n))
	m.End(nest)
	return e.PostGenl(familyName, m, cli.Special{})
}
