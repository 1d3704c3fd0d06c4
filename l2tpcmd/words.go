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
// a tunnel and a session in it. Values of one kind stand together, so that the
// table of words can say which one is meant.
type tunnel struct {
	number         [numberCount]uint32
	flag           [flagCount]bool
	choice         [choiceCount]uint16
	addr           [sideCount]addr
	cookie         [sideCount]cookie
	ifname         string
	reorderTimeout uint32 // only shown
	_              [0]func()
}

// Numbers: identifiers, and ports of UDP.
const (
	tunnelID = iota
	peerTunnelID
	sessionID
	peerSessionID
	localPort
	peerPort
	numberCount
)

// Flags: what the command is about, and what has checksums.
const (
	isTunnel = iota
	isSession
	checksum // UDP over IPv4
	checksum6Tx
	checksum6Rx
	flagCount
)

// Choices are places in a list of words, which are also the kernel's numbers;
// those of sequence are bits, recvSeq and sendSeq.
const (
	encap = iota
	l2spec
	sequence
	choiceCount

	recvSeq = 1
	sendSeq = 2
)

// Both ends have an address and a cookie.
const (
	local = iota
	peer
	sideCount
)

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

// A format is how the value of a word is read.
type format uint8

const (
	number format = iota
	mark          // a flag without a value
	onOff
	choice
	address
	hexDigits
	ifname
	ignored // kernels since 4.16 know of no offsets
	help
)

// A word is a row of the table of words, which all commands share.
type word struct {
	words  string // see cli.Match
	format format
	at     uint8  // the place among the values of that format
	attr   uint16 // in messages of the kernel's, if it is read by the table
	size   int    // bits of a number
	bad    string // what is wrong with a value
	list   string // the words of a choice, between blanks
}

const (
	badID     = "invalid ID\n"
	badPort   = "invalid port\n"
	badEncap  = "Unknown tunnel encapsulation"
	badL2Spec = "Unknown layer2specific header type"
	badSeq    = "Unknown seq value"
)

var words = [...]word{
	{words: "=encap", format: choice, at: encap, bad: badEncap, list: "udp ip", attr: uapi.L2TP_ATTR_ENCAP_TYPE},
	{words: "=name", format: ifname, attr: uapi.L2TP_ATTR_IFNAME},
	{words: "=remote", format: address, at: peer},
	{words: "=local", format: address, at: local},
	{words: "=tunnel_id|=tid", at: tunnelID, size: 32, bad: badID, attr: uapi.L2TP_ATTR_CONN_ID},
	{words: "=peer_tunnel_id|=ptid", at: peerTunnelID, size: 32, bad: badID, attr: uapi.L2TP_ATTR_PEER_CONN_ID},
	{words: "=session_id|=sid", at: sessionID, size: 32, bad: badID, attr: uapi.L2TP_ATTR_SESSION_ID},
	{words: "=peer_session_id|=psid", at: peerSessionID, size: 32, bad: badID, attr: uapi.L2TP_ATTR_PEER_SESSION_ID},
	{words: "=udp_sport", at: localPort, size: 16, bad: badPort, attr: uapi.L2TP_ATTR_UDP_SPORT},
	{words: "=udp_dport", at: peerPort, size: 16, bad: badPort, attr: uapi.L2TP_ATTR_UDP_DPORT},
	{words: "=udp_csum", format: onOff, at: checksum, attr: uapi.L2TP_ATTR_UDP_CSUM},
	{words: "=udp6_csum_rx", format: onOff, at: checksum6Rx},
	{words: "=udp6_csum_tx", format: onOff, at: checksum6Tx},
	{words: "=offset", format: ignored},
	{words: "=peer_offset", format: ignored},
	{words: "=cookie", format: hexDigits, at: local, attr: uapi.L2TP_ATTR_COOKIE},
	{words: "=peer_cookie", format: hexDigits, at: peer, attr: uapi.L2TP_ATTR_PEER_COOKIE},
	{words: "=l2spec_type", format: choice, at: l2spec, bad: badL2Spec, list: "none default"},
	{words: "=seq", format: choice, at: sequence, bad: badSeq, list: "none recv send both"},
	{words: "=tunnel", format: mark, at: isTunnel},
	{words: "=session", format: mark, at: isSession},
	{words: "help", format: help},
}

// parse reads all words of a command.
func parse(e *cli.Env, a *cli.Args) (*tunnel, error) {
	if !a.More() {
		return nil, cli.Usage(usage)
	}
	t := new(tunnel)
	t.flag[checksum6Tx], t.flag[checksum6Rx] = true, true
	t.choice[l2spec] = uapi.L2TP_L2SPECTYPE_DEFAULT
	for a.More() {
		w := find(a.Word())
		if w == nil {
			return nil, &cli.Error{Status: cli.StatusUsage, Text: "Unknown command: " + a.Word() + "\n" + usage, Ends: true}
		}
		if err := t.parse(w, e, a); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func find(s string) *word {
	for i := range words {
		if cli.Match(words[i].words, s) {
			return &words[i]
		}
	}
	return nil
}

// parse reads a word and its value.
func (t *tunnel) parse(w *word, e *cli.Env, a *cli.Args) error {
	switch w.format {
	case mark:
		t.flag[w.at] = true
		a.Skip()
		return nil
	case help:
		return cli.Usage(usage)
	case ignored:
		e.Warnf("Ignoring option \"%s\"\n", a.Word())
	}
	a.Skip()
	s, err := a.Value()
	if err != nil {
		return err
	}
	return t.set(w, s)
}

// set takes the value of a word.
func (t *tunnel) set(w *word, s string) error {
	switch w.format {
	case number:
		n, ok := cli.ParseUint(s, 0, w.size)
		if !ok {
			return cli.InvArg(w.bad, s)
		}
		t.number[w.at] = uint32(n)
	case onOff:
		if s != "on" && s != "off" {
			return cli.InvArg("invalid option for "+w.words[1:]+"\n", s)
		}
		t.flag[w.at] = s == "on"
	case choice:
		return t.choose(w, s)
	case address:
		p, err := cli.Addr(s, unix.AF_UNSPEC)
		to := &t.addr[w.at]
		to.family, to.n = p.Family, copy(to.b[:], p.Bytes())
		return err
	case hexDigits:
		return t.cookie[w.at].parse(s)
	case ifname:
		if !cli.ValidIfname(s) {
			return cli.InvArg(`"name" not a valid ifname`, s)
		}
		t.ifname = s
	}
	return nil
}

// choose takes one of the words of a list, of which only encap is particular
// about capitals. Another sequence adds to what was said before, unless it is
// none.
func (t *tunnel) choose(w *word, s string) error {
	for i, name := range strings.Fields(w.list) {
		if name != s && (w.at == encap || !strings.EqualFold(name, s)) {
			continue
		}
		n := uint16(i)
		if w.at == sequence && n != 0 {
			n |= t.choice[sequence]
		}
		t.choice[w.at] = n
		return nil
	}
	return cli.Exit(cli.StatusUsage, `%s "%s"`, w.bad, s)
}

func (c *cookie) parse(s string) error {
	if len(s) != 8 && len(s) != 16 {
		return cli.InvArg("cookie must be either 8 or 16 hex digits\n", s)
	}
	c.n = len(s) / 2
	if _, err := hex.Decode(c.b[:], []byte(s)); err != nil {
		return cli.InvArg("cookie must be a hex string\n", s)
	}
	return nil
}

// read takes what a message tells. What it does not tell stays as the message
// before had it, or as the command's words have it: the real tool shows the
// cookie of one session for the next one that has none, too.
func (t *tunnel) read(m rtnl.Message) error {
	genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
	if genl == nil {
		return cli.Silent(cli.StatusError)
	}
	var tb [uapi.L2TP_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	for i := range words {
		if w := &words[i]; w.attr != 0 && tb[w.attr] != nil {
			t.take(w, tb[w.attr])
		}
	}
	t.flag[checksum6Tx] = tb[uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX] == nil
	t.flag[checksum6Rx] = tb[uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX] == nil
	t.takeSequence(recvSeq, tb[uapi.L2TP_ATTR_RECV_SEQ])
	t.takeSequence(sendSeq, tb[uapi.L2TP_ATTR_SEND_SEQ])
	if v := tb[uapi.L2TP_ATTR_RECV_TIMEOUT]; v != nil {
		t.reorderTimeout = uint32(rtnl.U64(v))
	}
	if !t.addr[local].take(tb[uapi.L2TP_ATTR_IP_SADDR], tb[uapi.L2TP_ATTR_IP6_SADDR]) ||
		!t.addr[peer].take(tb[uapi.L2TP_ATTR_IP_DADDR], tb[uapi.L2TP_ATTR_IP6_DADDR]) {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

// take reads the attribute of a word.
func (t *tunnel) take(w *word, v []byte) {
	switch w.format {
	case number:
		n := rtnl.U32(v)
		if w.size == 16 {
			n = uint32(rtnl.U16(v))
		}
		t.number[w.at] = n
	case onOff:
		t.flag[w.at] = rtnl.U8(v) != 0
	case choice:
		t.choice[w.at] = rtnl.U16(v)
	case hexDigits:
		c := &t.cookie[w.at]
		c.n = copy(c.b[:], v)
	case ifname:
		t.ifname = rtnl.Str(v)
	}
}

func (t *tunnel) takeSequence(bit uint16, v []byte) {
	if v == nil {
		return
	}
	t.choice[sequence] &^= bit
	if rtnl.U8(v) != 0 {
		t.choice[sequence] |= bit
	}
}

// take takes one of two attributes; false if it has the wrong length.
func (a *addr) take(v4, v6 []byte) bool {
	v := v4
	a.family = unix.AF_INET
	if v == nil {
		v, a.family = v6, unix.AF_INET6
	}
	if v == nil {
		return true
	}
	a.n = copy(a.b[:], v)
	return len(v)*8 == cli.FamilyBits(a.family)
}
