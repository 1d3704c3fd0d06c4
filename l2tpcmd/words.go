package l2tpcmd

import (
	"encoding/hex"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A tunnel is what the words of a command, or the messages of a list, tell of
// a tunnel and a session in it.
type tunnel struct {
	isTunnel, isSession bool

	id, peerID           uint32
	session, peerSession uint32
	encap                uint16
	local, peer          addr
	localPort, peerPort  uint16
	checksum             bool // of UDP over IPv4
	// noChecksum6Tx and noChecksum6Rx tell that UDP over IPv6 goes without.
	noChecksum6Tx, noChecksum6Rx bool

	ifname             string
	cookie, peerCookie cookie
	recvSeq, sendSeq   bool
	noL2Spec           bool
	reorderTimeout     uint32 // only shown
}

// An addr is an address of the family; zeros if the kernel told none.
type addr struct {
	family uint8
	n      int
	b      [16]byte
}

// A cookie is what each packet of a session carries, to tell it from stray
// ones: 4 or 8 bytes, or none.
type cookie struct {
	n int
	b [8]byte
}

func (c *cookie) put(m *rtnl.Msg, attr uint16) {
	if c.n > 0 {
		m.Attr(attr, c.b[:c.n])
	}
}

// keywords are the words of all commands.
var keywords = []cli.Keyword[*parser]{
	{Words: "=encap", Parse: (*parser).encapsulation},
	{Words: "=name", Parse: (*parser).name},
	{Words: "=remote", Parse: func(p *parser, a *cli.Args) error { return parseAddr(&p.t.peer, a) }},
	{Words: "=local", Parse: func(p *parser, a *cli.Args) error { return parseAddr(&p.t.local, a) }},
	{Words: "=tunnel_id|=tid", Parse: func(p *parser, a *cli.Args) error { return parseID(&p.t.id, a) }},
	{Words: "=peer_tunnel_id|=ptid", Parse: func(p *parser, a *cli.Args) error { return parseID(&p.t.peerID, a) }},
	{Words: "=session_id|=sid", Parse: func(p *parser, a *cli.Args) error { return parseID(&p.t.session, a) }},
	{Words: "=peer_session_id|=psid", Parse: func(p *parser, a *cli.Args) error { return parseID(&p.t.peerSession, a) }},
	{Words: "=udp_sport", Parse: func(p *parser, a *cli.Args) error { return parsePort(&p.t.localPort, a) }},
	{Words: "=udp_dport", Parse: func(p *parser, a *cli.Args) error { return parsePort(&p.t.peerPort, a) }},
	{Words: "=udp_csum", Parse: func(p *parser, a *cli.Args) (err error) {
		p.t.checksum, err = onOff("udp_csum", a)
		return err
	}},
	{Words: "=udp6_csum_rx", Parse: func(p *parser, a *cli.Args) error {
		on, err := onOff("udp6_csum_rx", a)
		p.t.noChecksum6Rx = !on
		return err
	}},
	{Words: "=udp6_csum_tx", Parse: func(p *parser, a *cli.Args) error {
		on, err := onOff("udp6_csum_tx", a)
		p.t.noChecksum6Tx = !on
		return err
	}},
	// Kernels since 4.16 know of no offsets.
	{Words: "=offset", Parse: func(p *parser, a *cli.Args) error { return p.ignore("offset", a) }},
	{Words: "=peer_offset", Parse: func(p *parser, a *cli.Args) error { return p.ignore("peer_offset", a) }},
	{Words: "=cookie", Parse: func(p *parser, a *cli.Args) error { return p.t.cookie.parse(a) }},
	{Words: "=peer_cookie", Parse: func(p *parser, a *cli.Args) error { return p.t.peerCookie.parse(a) }},
	{Words: "=l2spec_type", Parse: (*parser).l2spec},
	{Words: "=seq", Parse: (*parser).sequence},
	{Words: "=tunnel", Parse: func(p *parser, _ *cli.Args) error { p.t.isTunnel = true; return nil }},
	{Words: "=session", Parse: func(p *parser, _ *cli.Args) error { p.t.isSession = true; return nil }},
	{Words: "help", Parse: func(*parser, *cli.Args) error { return cli.Usage(usage) }},
}

type parser struct {
	e *cli.Env
	t *tunnel
}

// parse reads all words of a command.
func parse(e *cli.Env, a *cli.Args) (*tunnel, error) {
	if !a.More() {
		return nil, cli.Usage(usage)
	}
	p := parser{e, new(tunnel)}
	return p.t, cli.ParseWords(&p, a, keywords, func(_ *parser, a *cli.Args) error {
		return &cli.Error{Status: cli.StatusUsage, Text: "Unknown command: " + a.Word() + "\n" + usage, Ends: true}
	})
}

func (p *parser) encapsulation(a *cli.Args) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case s == "ip":
		p.t.encap = uapi.L2TP_ENCAPTYPE_IP
	case s == "udp":
		p.t.encap = uapi.L2TP_ENCAPTYPE_UDP
	default:
		return cli.Exit(cli.StatusUsage, `Unknown tunnel encapsulation "%s"`, s)
	}
	return nil
}

func (p *parser) name(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if !cli.ValidIfname(s) {
		return cli.InvArg(`"name" not a valid ifname`, s)
	}
	p.t.ifname = s
	return nil
}

func parseAddr(to *addr, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	to.family, to.n = p.Family, copy(to.b[:], p.Bytes())
	return err
}

func parseID(to *uint32, a *cli.Args) (err error) {
	*to, err = a.U32("invalid ID\n")
	return err
}

func parsePort(to *uint16, a *cli.Args) (err error) {
	*to, err = a.U16("invalid port\n")
	return err
}

func onOff(word string, a *cli.Args) (on bool, err error) {
	s, err := a.Value()
	if err == nil && s != "on" && s != "off" {
		err = cli.InvArg("invalid option for "+word+"\n", s)
	}
	return s == "on", err
}

func (p *parser) ignore(word string, a *cli.Args) error {
	p.e.Warnf("Ignoring option \"%s\"\n", word)
	_, err := a.Value()
	return err
}

func (c *cookie) parse(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if len(s) != 8 && len(s) != 16 {
		return cli.InvArg("cookie must be either 8 or 16 hex digits\n", s)
	}
	c.n = len(s) / 2
	if _, err := hex.Decode(c.b[:], []byte(s)); err != nil {
		return cli.InvArg("cookie must be a hex string\n", s)
	}
	return nil
}

func (p *parser) l2spec(a *cli.Args) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case strings.EqualFold(s, "default"):
		p.t.noL2Spec = false
	case strings.EqualFold(s, "none"):
		p.t.noL2Spec = true
	default:
		return cli.Exit(cli.StatusUsage, `Unknown layer2specific header type "%s"`, s)
	}
	return nil
}

// sequence adds to what an earlier seq said, unless it is none.
func (p *parser) sequence(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "both":
		p.t.recvSeq, p.t.sendSeq = true, true
	case "recv":
		p.t.recvSeq = true
	case "send":
		p.t.sendSeq = true
	case "none":
		p.t.recvSeq, p.t.sendSeq = false, false
	default:
		return cli.Exit(cli.StatusUsage, `Unknown seq value "%s"`, s)
	}
	return nil
}
