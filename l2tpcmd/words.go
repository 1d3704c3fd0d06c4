package l2tpcmd

import (
	"encoding/hex"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const (
	badID   = "invalid ID\n"
	badPort = "invalid port\n"
)

// The ends of a tunnel; Arg is the attribute of an address of IPv6.
var (
	local  = field.Row{Words: "=local", Attr: uapi.L2TP_ATTR_IP_SADDR, Arg: uapi.L2TP_ATTR_IP6_SADDR, Type: &addr}
	remote = field.Row{Words: "=remote", Attr: uapi.L2TP_ATTR_IP_DADDR, Arg: uapi.L2TP_ATTR_IP6_DADDR, Type: &addr}
)

// words are those of all commands.
var words = field.Table{Name: "l2tp", Voice: &voice, Usage: usage, Finish: checkSubject, Rows: []*field.Row{
	{Words: "=encap", Attr: uapi.L2TP_ATTR_ENCAP_TYPE, Type: &choice16, Bad: "Unknown tunnel encapsulation", Names: &word.Names{
		{uapi.L2TP_ENCAPTYPE_UDP, "udp"},
		{uapi.L2TP_ENCAPTYPE_IP, "ip"},
	}},
	{Words: "=name", Attr: uapi.L2TP_ATTR_IFNAME, Type: &field.LinkName},
	&remote,
	&local,
	{Words: "=tunnel_id|=tid", Attr: uapi.L2TP_ATTR_CONN_ID, Type: &field.U32, Bad: badID},
	{Words: "=peer_tunnel_id|=ptid", Attr: uapi.L2TP_ATTR_PEER_CONN_ID, Type: &field.U32, Bad: badID},
	{Words: "=session_id|=sid", Attr: uapi.L2TP_ATTR_SESSION_ID, Type: &field.U32, Bad: badID},
	{Words: "=peer_session_id|=psid", Attr: uapi.L2TP_ATTR_PEER_SESSION_ID, Type: &field.U32, Bad: badID},
	{Words: "=udp_sport", Attr: uapi.L2TP_ATTR_UDP_SPORT, Type: &field.U16, Bad: badPort},
	{Words: "=udp_dport", Attr: uapi.L2TP_ATTR_UDP_DPORT, Type: &field.U16, Bad: badPort},
	{Words: "=udp_csum", Attr: uapi.L2TP_ATTR_UDP_CSUM, Type: &checksum},
	{Words: "=udp6_csum_rx", Attr: uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX, Type: &checksum},
	{Words: "=udp6_csum_tx", Attr: uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX, Type: &checksum},
	{Words: "=offset|=peer_offset", Type: &ignored},
	{Words: "=cookie", Attr: uapi.L2TP_ATTR_COOKIE, Type: &cookie},
	{Words: "=peer_cookie", Attr: uapi.L2TP_ATTR_PEER_COOKIE, Type: &cookie},
	{Words: "=l2spec_type", Attr: uapi.L2TP_ATTR_L2SPEC_TYPE, Type: &l2spec, Bad: "Unknown layer2specific header type", Names: &word.Names{
		{uapi.L2TP_L2SPECTYPE_NONE, "none"},
		{uapi.L2TP_L2SPECTYPE_DEFAULT, "default"},
	}},
	{Words: "=seq", Type: &sequence, Bad: "Unknown seq value", Names: &word.Names{
		{0, "none"}, {recvSeq, "recv"}, {sendSeq, "send"}, {recvSeq | sendSeq, "both"},
	}},
	{Words: "=tunnel", In: field.Slot, Attr: subject, Arg: aTunnel, Type: &field.Bit8},
	{Words: "=session", In: field.Slot, Attr: subject, Arg: aSession, Type: &field.Bit8},
	{Words: "help", Type: &field.Help},
}}

// What a command is about, in the slot subject.
const (
	subject = 0

	aTunnel  = 1
	aSession = 2
)

// Which ways packets have numbers.
const (
	recvSeq = 1
	sendSeq = 2
)

var voice = field.Voice{Bad: "invalid option for {word}\n", Wrong: cli.InvArg, Unknown: func(c *field.Call) error {
	return &cli.Error{Status: cli.StatusUsage, Text: "Unknown command: " + c.Typed + "\n" + usage, Ends: true}
}}

var (
	choice16 = field.Type{Size: 2, Scan: scanChoice}
	addr     = field.Type{Read: parseAddr}
	// checksum is on or off. The attributes for IPv6 tell what is off.
	checksum = field.Type{Read: parseChecksum}
	ignored  = field.Type{Parse: ignore}
	// cookie is what each packet of a session carries, to tell it from stray ones:
	// 4 or 8 bytes.
	cookie   = field.Type{Read: parseCookie}
	l2spec   = field.Type{Parse: parseL2Spec}
	sequence = field.Type{Parse: parseSequence}
)

// protoVersion is that of L2TPv3, the only one of static tunnels.
const protoVersion = 3

// parse reads all words of a command.
func parse(e *cli.Env, a *cli.Args) (*field.Call, error) {
	if !a.More() {
		return nil, cli.Help()
	}
	c := field.NewCall(e, a, &words)
	c.Put(0, uapi.L2TP_ATTR_PEER_CONN_ID, make([]byte, 4))
	c.Put(0, uapi.L2TP_ATTR_PROTO_VERSION, []byte{protoVersion})
	c.Put(0, uapi.L2TP_ATTR_ENCAP_TYPE, make([]byte, 2))
	c.Put(0, uapi.L2TP_ATTR_PW_TYPE, rtnl.AppendUint(nil, 2, uapi.L2TP_PWTYPE_ETH))
	putL2Spec(c, uapi.L2TP_L2SPECTYPE_DEFAULT)
	return c, c.Read()
}

func about(c *field.Call, what uint8) bool { return rtnl.U8(c.Get(field.Slot, subject))&what != 0 }

func checkSubject(c *field.Call) error {
	if !about(c, aTunnel|aSession) {
		return cli.MissArg("tunnel or session")
	}
	return nil
}

// scanChoice reads a name, of which only those of encap are particular about
// capitals.
func scanChoice(c *field.Call, r *field.Row, s string) (uint64, error) {
	for _, n := range *r.Names {
		if n.Word == s || r.Attr != uapi.L2TP_ATTR_ENCAP_TYPE && strings.EqualFold(n.Word, s) {
			return n.Val, nil
		}
	}
	return 0, cli.Exit(cli.StatusUsage, `%s "%s"`, r.Bad, s)
}

func takeChoice(c *field.Call, r *field.Row) (uint64, error) {
	s, err := c.Take(r)
	if err != nil {
		return 0, err
	}
	return scanChoice(c, r, s)
}

func parseL2Spec(c *field.Call, r *field.Row) error {
	n, err := takeChoice(c, r)
	putL2Spec(c, byte(n))
	return err
}

// putL2Spec sets what stands between header and frame: 4 bytes, or none.
func putL2Spec(c *field.Call, n byte) {
	c.Put(0, uapi.L2TP_ATTR_L2SPEC_TYPE, []byte{n})
	c.Put(0, uapi.L2TP_ATTR_L2SPEC_LEN, []byte{4 * n})
}

// parseSequence adds to what was said before, unless it is none.
func parseSequence(c *field.Call, r *field.Row) error {
	n, err := takeChoice(c, r)
	if err != nil {
		return err
	}
	setFlag(c, uapi.L2TP_ATTR_RECV_SEQ, n&recvSeq != 0, n == 0)
	setFlag(c, uapi.L2TP_ATTR_SEND_SEQ, n&sendSeq != 0, n == 0)
	return nil
}

func setFlag(c *field.Call, attr uint16, on, off bool) {
	switch {
	case on:
		c.Put(0, attr, []byte{1})
	case off:
		c.Drop(0, attr)
	}
}

func parseChecksum(c *field.Call, r *field.Row, s string) error {
	switch {
	case s != "on" && s != "off":
		return c.Wrong(r, s)
	case r.Attr == uapi.L2TP_ATTR_UDP_CSUM:
		setFlag(c, r.Attr, s == "on", s == "off")
	case s == "off":
		c.Put(0, r.Attr, nil)
	default:
		c.Drop(0, r.Attr)
	}
	return nil
}

func parseAddr(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	c.Drop(0, r.Attr)
	c.Drop(0, uint16(r.Arg))
	switch p.Family {
	case unix.AF_INET:
		c.Put(0, r.Attr, p.Bytes())
	case unix.AF_INET6:
		c.Put(0, uint16(r.Arg), p.Bytes())
	}
	return err
}

// ignore steps over a value: kernels since 4.16 know of no offsets.
func ignore(c *field.Call, r *field.Row) error {
	c.Env.Warnf("Ignoring option \"%s\"\n", c.Typed)
	_, err := c.Take(r)
	return err
}

func parseCookie(c *field.Call, r *field.Row, s string) error {
	if len(s) != 8 && len(s) != 16 {
		return cli.InvArg("cookie must be either 8 or 16 hex digits\n", s)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return cli.InvArg("cookie must be a hex string\n", s)
	}
	c.Put(0, r.Attr, b)
	return nil
}
