// Package foucmd is "ip fou": the UDP ports at which the kernel takes packets
// of tunnels out of their UDP header (foo over UDP). It departs from iproute2
// nowhere.
package foucmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

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

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return change(e, a, uapi.FOU_CMD_ADD) }},
		{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return change(e, a, uapi.FOU_CMD_DEL) }},
		{Words: "show", Run: list},
	}
}

// Run is ip fou.
func Run(e *cli.Env, a *cli.Args) error { return cli.DispatchGenl(e, a, familyName, usage, verbs()) }

// A socket is what a command line tells of the UDP socket at a port.
type socket struct {
	e           *cli.Env
	port        uint16 // 0 if none is given; so is peerPort
	peerPort    uint16
	proto       uint8
	hasProto    bool
	gue         bool
	family      uint8
	local, peer *string
	index       uint32
}

var words = []cli.Keyword[*socket]{
	{Words: "port", Parse: func(s *socket, a *cli.Args) error { return parsePort(a, &s.port, "invalid port") }},
	{Words: "ipproto", Parse: (*socket).parseProto},
	{Words: "gue", Parse: func(s *socket, _ *cli.Args) error { s.gue = true; return nil }},
	{Words: "-6", Parse: func(s *socket, _ *cli.Args) error { s.family = unix.AF_INET6; return nil }},
	{Words: "local", Parse: func(s *socket, a *cli.Args) error { return parseAddr(a, &s.local) }},
	{Words: "peer", Parse: func(s *socket, a *cli.Args) error { return parseAddr(a, &s.peer) }},
	{Words: "peer_port", Parse: func(s *socket, a *cli.Args) error { return parsePort(a, &s.peerPort, "invalid peer port") }},
	{Words: "dev", Parse: (*socket).parseDev},
}

func unknown(_ *socket, a *cli.Args) error {
	return cli.Usage(`fou: unknown command "` + a.Word() + "\"?\n" + usage)
}

func parsePort(a *cli.Args, port *uint16, msg string) error {
	word := a.Word()
	v, err := a.U16(msg)
	if err == nil && v == 0 {
		return cli.InvArg(msg, word)
	}
	*port = v
	return err
}

// parseAddr keeps an address for later: -6 may follow it.
func parseAddr(a *cli.Args, addr **string) error {
	word, err := a.Value()
	*addr = &word
	return err
}

func (s *socket) parseProto(a *cli.Args) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	s.hasProto = true
	var ok bool
	if s.proto, ok = s.e.Tables.NamedIPProto(word); ok {
		return nil
	}
	v, ok := cli.ParseUint(word, 0, 8)
	if !ok || v == 0 {
		return cli.InvArg("invalid ipproto", word)
	}
	s.proto = uint8(v)
	return nil
}

func (s *socket) parseDev(a *cli.Args) error {
	word, err := a.Value()
	switch {
	case err != nil:
		return err
	case !cli.ValidIfname(word):
		return cli.Exit(cli.StatusError, "fou: invalid device name")
	}
	if s.index = s.e.Links.Index(word); s.index == 0 {
		return cli.Exit(cli.StatusError, "fou: unknown device name")
	}
	return nil
}

// lack is what a command line must have and does not, or "".
func (s *socket) lack(adding bool) string {
	switch {
	case s.port == 0:
		return "missing port"
	case adding && !s.hasProto && !s.gue:
		return "must set ipproto or gue"
	case s.hasProto && s.gue:
		return "cannot set ipproto and gue"
	case (s.peerPort != 0) != (s.peer != nil):
		return "both peer and peer port must be set"
	}
	return ""
}

// change is the verbs add and delete. What lacks is said, but the real tool
// goes on and sends an empty request: the kernel refuses it.
func change(e *cli.Env, a *cli.Args, cmd uint8) error {
	s := &socket{e: e, family: e.Opt.Family}
	if s.family == unix.AF_UNSPEC {
		s.family = unix.AF_INET
	}
	if err := cli.ParseWords(s, a, words, unknown); err != nil {
		return err
	}
	m := rtnl.NewGenl(cmd, uapi.FOU_GENL_VERSION)
	if lack := s.lack(cmd == uapi.FOU_CMD_ADD); lack != "" {
		e.Warnf("fou: %s\n", lack)
	} else if err := s.put(m); err != nil {
		return err
	}
	return e.PostGenl(familyName, m, cli.Special{})
}

// put adds the attributes to a request.
func (s *socket) put(m *rtnl.Msg) error {
	m.Be16(uapi.FOU_ATTR_PORT, s.port)
	if s.gue {
		m.U8(uapi.FOU_ATTR_TYPE, uapi.FOU_ENCAP_GUE)
	} else {
		m.U8(uapi.FOU_ATTR_TYPE, uapi.FOU_ENCAP_DIRECT)
	}
	m.U8(uapi.FOU_ATTR_AF, s.family)
	if s.hasProto {
		m.U8(uapi.FOU_ATTR_IPPROTO, s.proto)
	}
	local, peer := addrAttrs(s.family)
	if err := s.putAddr(m, local, s.local); err != nil {
		return err
	}
	if err := s.putAddr(m, peer, s.peer); err != nil {
		return err
	}
	if s.peerPort != 0 {
		m.Be16(uapi.FOU_ATTR_PEER_PORT, s.peerPort)
	}
	if s.index != 0 {
		m.U32(uapi.FOU_ATTR_IFINDEX, s.index)
	}
	return nil
}

func (s *socket) putAddr(m *rtnl.Msg, attr uint16, addr *string) error {
	if addr == nil {
		return nil
	}
	p, err := cli.Addr(*addr, s.family)
	if err == nil {
		m.Attr(attr, p.Bytes())
	}
	return err
}

// addrAttrs returns the attributes of a family's addresses.
func addrAttrs(family uint8) (local, peer uint16) {
	if family == unix.AF_INET {
		return uapi.FOU_ATTR_LOCAL_V4, uapi.FOU_ATTR_PEER_V4
	}
	return uapi.FOU_ATTR_LOCAL_V6, uapi.FOU_ATTR_PEER_V6
}
