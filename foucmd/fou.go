// Package foucmd is "ip fou": the UDP ports at which the kernel takes packets
// of tunnels out of their UDP header (foo over UDP). It departs from iproute2
// nowhere.
package foucmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const familyName = "fou"

const usage = `Usage: ip fou add port PORT { ipproto PROTO | gue } [ -6 ]
                  [ local IFADDR ] [ peer IFADDR peer_port PORT ] [ dev IFNAME ]
       ip fou del port PORT [ -6 ] [ ipproto PROTO | gue ]
                  [ local IFADDR ] [ peer IFADDR peer_port PORT ] [ dev IFNAME ]
       ip fou show
PORT   := 1..65535
PROTO  := NAME | 1..255
IFADDR := ADDR
`

// Object is ip fou.
var Object = command.Object{Words: "fou", Usage: usage, Family: familyName, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: change, Reads: &socket, Type: uapi.FOU_CMD_ADD},
	{Words: "delete", Waits: true, Run: change, Reads: &socket, Type: uapi.FOU_CMD_DEL},
	{Words: "show", Run: list},
}}

// socket is the UDP socket at a port, as "port 5555 gue -6 local fd00::1 peer fd00::2
// peer_port 7 dev eth0" shows it.
var socket = field.Table{Name: "fou", Voice: &voice, Before: true, Send: []uint16{
	uapi.FOU_ATTR_PORT, uapi.FOU_ATTR_TYPE, uapi.FOU_ATTR_AF, uapi.FOU_ATTR_IPPROTO, uapi.FOU_ATTR_LOCAL_V4, uapi.FOU_ATTR_LOCAL_V6,
	uapi.FOU_ATTR_PEER_V4, uapi.FOU_ATTR_PEER_V6, uapi.FOU_ATTR_PEER_PORT, uapi.FOU_ATTR_IFINDEX,
}, Rows: []*field.Row{
	{Words: "port", Attr: uapi.FOU_ATTR_PORT, Type: &field.Be16, Flags: field.Positive | field.Quiet},
	{Words: "gue", Attr: uapi.FOU_ATTR_TYPE, Arg: uapi.FOU_ENCAP_GUE, Type: &gue},
	{Words: "ipproto", Attr: uapi.FOU_ATTR_IPPROTO, Type: &ipProto, Flags: field.Positive},
	{Words: "-6", Key: "family", Attr: uapi.FOU_ATTR_AF, Arg: unix.AF_INET6, Type: &family},
	{Words: "local", Attr: uapi.FOU_ATTR_LOCAL_V4, Type: &addr, Flags: field.Always},
	{Words: "peer", Attr: uapi.FOU_ATTR_PEER_V4, Type: &addr, Flags: field.Always},
	{Words: "peer_port", Attr: uapi.FOU_ATTR_PEER_PORT, Type: &peerPort, Bad: "invalid peer port", Flags: field.Positive},
	{Words: "dev", Attr: uapi.FOU_ATTR_IFINDEX, Type: &device},
}}

var voice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Unknown: func(c *field.Call) error {
	return cli.HelpAfter(`fou: unknown command "` + c.Typed + "\"?\n")
}}

var (
	gue      = field.Type{Size: 1, Form: field.Alone, Print: printGUE}
	ipProto  = field.Type{Size: 1, Scan: scanProto, Print: printProto}
	family   = field.Type{Size: 1, Form: field.Alone, Print: printFamily}
	addr     = field.Type{Parse: keepAddr, Print: printAddr}
	peerPort = field.Type{Size: 2, Form: field.Big | field.NonZero}
	device   = field.Type{Size: 4, Form: field.Str | field.NonZero, Scan: scanDevice, Append: field.AppendDevice}
)

func scanProto(c *field.Call, r *field.Row, s string) (uint64, error) {
	if n, ok := c.Env.Tables.NamedIPProto(s); ok {
		return uint64(n), nil
	}
	n, ok := word.Uint(s, 0, 8)
	if !ok || n == 0 {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func scanDevice(c *field.Call, _ *field.Row, s string) (uint64, error) {
	if !cli.ValidIfname(s) {
		return 0, cli.Exit(cli.StatusError, "fou: invalid device name")
	}
	index := c.Env.Links.Index(s)
	if index == 0 {
		return 0, cli.Exit(cli.StatusError, "fou: unknown device name")
	}
	return uint64(index), nil
}

// keepAddr keeps an address for later: -6 may follow it.
func keepAddr(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	c.PutString(field.Slot, r.Attr, s)
	return err
}

// readAddrs reads the addresses, now that the family is known.
func readAddrs(c *field.Call) error {
	family := rtnl.U8(c.Get(0, uapi.FOU_ATTR_AF))
	for _, attr := range [...]uint16{uapi.FOU_ATTR_LOCAL_V4, uapi.FOU_ATTR_PEER_V4} {
		if s := c.Get(field.Slot, attr); s != nil {
			p, err := cli.Addr(rtnl.Str(s), family)
			if err != nil {
				return err
			}
			c.Put(0, ofFamily(attr, family), p.Bytes())
		}
	}
	return nil
}

// ofFamily is the attribute of an address that has attr if it is of IPv4.
func ofFamily(attr uint16, family uint8) uint16 {
	if family == unix.AF_INET {
		return attr
	}
	return attr + 1
}

// lacking is what a command line must have and does not, or "".
func lacking(c *field.Call, adding bool) string {
	hasProto, isGUE := c.Get(0, uapi.FOU_ATTR_IPPROTO) != nil, rtnl.U8(c.Get(0, uapi.FOU_ATTR_TYPE)) == uapi.FOU_ENCAP_GUE
	switch {
	case c.Get(0, uapi.FOU_ATTR_PORT) == nil:
		return "missing port"
	case adding && !hasProto && !isGUE:
		return "must set ipproto or gue"
	case hasProto && isGUE:
		return "cannot set ipproto and gue"
	case (c.Get(0, uapi.FOU_ATTR_PEER_PORT) != nil) != (c.Get(field.Slot, uapi.FOU_ATTR_PEER_V4) != nil):
		return "both peer and peer port must be set"
	}
	return ""
}

// newCall begins to read words; a socket is of IPv4 and without GUE by default.
func newCall(e *cli.Env, a *cli.Args) *field.Call {
	c := field.NewCall(e, a, &socket)
	c.Put(0, uapi.FOU_ATTR_TYPE, []byte{uapi.FOU_ENCAP_DIRECT})
	family := e.Opt.Family
	if family == unix.AF_UNSPEC {
		family = unix.AF_INET
	}
	c.Put(0, uapi.FOU_ATTR_AF, []byte{family})
	return c
}

// change is the verbs add and delete. What lacks is said, but the real tool
// goes on and sends an empty request: the kernel refuses it.
func change(c *command.Call) error {
	e, a := c.Env, c.Args
	cmd := uint8(c.Verb.Type)
	x := newCall(e, a)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.NewGenl(cmd, uapi.FOU_GENL_VERSION)
	if lack := lacking(x, cmd == uapi.FOU_CMD_ADD); lack != "" {
		e.Warnf("fou: %s\n", lack)
	} else if err := readAddrs(x); err != nil {
		return err
	} else {
		x.Encode(m, &socket)
	}
	return e.PostGenl(familyName, m, cli.Special{})
}
