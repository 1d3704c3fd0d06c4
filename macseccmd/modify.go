package macseccmd

import (
	"gip/internal/cli"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// A change is about a channel that the link receives, or an association: a key
// of a channel, with the number of its next packet.
type change struct {
	*verb
	rx      bool
	channel macsec.Channel // if rx
	hasSA   bool
	an      uint8
	pn      uint64
	wide    bool   // the packet number has 64 bits
	salt    []byte // nil if not given
	ssci    uint32
	hasSSCI bool
	keyID   [uapi.MACSEC_KEYID_LEN]byte
	key     []byte
	// on tells whether channel or association are in use, if it was given.
	on, hasOn bool
}

// modify serves add, set and delete.
func modify(v *verb, e *cli.Env, a *cli.Args) error {
	index, err := device(e, a)
	if err != nil {
		return err
	}
	ch := change{verb: v}
	if err := ch.parse(e, a); err != nil {
		return err
	}
	return e.PostGenl(familyName, ch.message(0, index), cli.Special{})
}

// parse reads the words; delete does not look at those behind what it is about.
func (ch *change) parse(e *cli.Env, a *cli.Args) error {
	if err := ch.parseSubject(e, a); err != nil || ch.txSA == uapi.MACSEC_CMD_DEL_TXSA {
		return err
	}
	for a.More() {
		if err := ch.parseValue(a); err != nil {
			return err
		}
	}
	switch {
	case !ch.hasSA:
	case ch.txSA == uapi.MACSEC_CMD_UPD_TXSA:
		if len(ch.key) > 0 {
			return cli.Fail("cannot change key on SA")
		}
	case len(ch.key) == 0:
		return cli.Fail("cannot create SA without key")
	case ch.pn == 0:
		return cli.Fail("must specify a packet number != 0")
	}
	return nil
}

func (ch *change) parseSubject(e *cli.Env, a *cli.Args) (err error) {
	if ch.rx = a.Match("=rx"); ch.rx {
		if err = ch.channel.Parse(e, a, false); err != nil {
			return err
		}
		if !ch.channel.Complete(false) {
			return complaint(cli.Fail("expected sci"))
		}
	} else if !a.Match("=tx") {
		return cli.Usage(usage)
	}
	if ch.hasSA = a.Match("=sa"); ch.hasSA {
		ch.an, err = macsec.AN(a)
	} else if !ch.rx {
		err = cli.Usage(usage)
	}
	return err
}

// parseValue reads one word and what belongs to it. A channel is only on or
// off.
func (ch *change) parseValue(a *cli.Args) error {
	word := a.Word()
	isState := word == "on" || word == "off"
	if !isState && !(ch.hasSA && cli.Match("=pn|=xpn|=salt|=ssci|=key", word)) {
		return complaint(cli.Fail(`macsec: unknown command "%s"?`, word))
	}
	if again := ch.has(word); again != "" {
		return cli.DupArg2(again, word)
	}
	a.Skip()
	if isState {
		ch.on, ch.hasOn = word == "on", true
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	switch word {
	case "pn":
		return ch.parsePN(s, 32)
	case "xpn":
		return ch.parsePN(s, 64)
	case "salt":
		ch.salt = make([]byte, uapi.MACSEC_SALT_LEN)
		_, err = hexBytes(ch.salt, s, "expected salt")
		return err
	case "ssci":
		n, ok := cli.ParseUint(s, 16, 32)
		if !ok {
			return cli.InvArg("expected ssci", s)
		}
		ch.ssci, ch.hasSSCI = uint32(n), true
		return nil
	}
	return ch.parseKey(s, a)
}

// has returns the name of what a word would give a second time, or "". A key
// may be given again.
func (ch *change) has(word string) string {
	switch {
	case (word == "on" || word == "off") && ch.hasOn:
		return "on/off"
	case (word == "pn" || word == "xpn") && ch.pn != 0,
		word == "salt" && ch.salt != nil,
		word == "ssci" && ch.hasSSCI:
		return word
	}
	return ""
}

func (ch *change) parsePN(s string, size int) error {
	var ok bool
	ch.pn, ok = cli.ParseUint(s, 0, size)
	switch {
	case !ok:
		return cli.InvArg("expected pn", s)
	case ch.pn == 0:
		return cli.InvArg("expected pn != 0", s)
	}
	ch.wide = size == 64
	return nil
}

// parseKey reads a key's name, s, and the key. Of a second name that is
// shorter than the first, the end stays.
func (ch *change) parseKey(s string, a *cli.Args) error {
	if _, err := hexBytes(ch.keyID[:], s, "expected key id"); err != nil {
		return err
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	var n int
	ch.key = make([]byte, uapi.MACSEC_MAX_KEY_LEN)
	n, err = hexBytes(ch.key, s, "expected key")
	ch.key = ch.key[:n]
	return err
}

// hexBytes fills b with bytes in hexadecimal and returns how many there are.
// What has no room is not looked at.
func hexBytes(b []byte, s, msg string) (n int, err error) {
	if len(s)%2 != 0 {
		return 0, cli.InvArg(msg, s)
	}
	for ; 2*n < len(s) && n < len(b); n++ {
		v, ok := cli.ParseUint(s[2*n:2*n+2], 16, 8)
		if !ok {
			return 0, cli.InvArg(msg, s)
		}
		b[n] = byte(v)
	}
	return n, nil
}

func (ch *change) message(family uint16, index uint32) *rtnl.Msg {
	cmd := ch.txSA
	switch {
	case ch.rx && ch.hasSA:
		cmd = ch.rxSA
	case ch.rx:
		cmd = ch.rxSC
	}
	m := request(family, cmd, index)
	if ch.rx {
		nest := m.Nest(uapi.MACSEC_ATTR_RXSC_CONFIG)
		m.Be64(uapi.MACSEC_RXSC_ATTR_SCI, ch.channel.SCI)
		if !ch.hasSA {
			ch.putOn(m, uapi.MACSEC_RXSC_ATTR_ACTIVE)
		}
		m.End(nest)
	}
	if ch.hasSA {
		nest := m.Nest(uapi.MACSEC_ATTR_SA_CONFIG)
		ch.putSA(m)
		m.End(nest)
	}
	return m
}

// putSA writes the association. As in the real tool, salt and short channel
// number go along only with a packet number of 64 bits.
func (ch *change) putSA(m *rtnl.Msg) {
	m.U8(uapi.MACSEC_SA_ATTR_AN, ch.an)
	switch {
	case ch.wide:
		m.U64(uapi.MACSEC_SA_ATTR_PN, ch.pn)
		if ch.salt != nil {
			m.Attr(uapi.MACSEC_SA_ATTR_SALT, ch.salt)
		}
		if ch.hasSSCI {
			m.Be32(uapi.MACSEC_SA_ATTR_SSCI, ch.ssci)
		}
	case ch.pn != 0:
		m.U32(uapi.MACSEC_SA_ATTR_PN, uint32(ch.pn))
	}
	if len(ch.key) > 0 {
		m.Attr(uapi.MACSEC_SA_ATTR_KEYID, ch.keyID[:])
		m.Attr(uapi.MACSEC_SA_ATTR_KEY, ch.key)
	}
	ch.putOn(m, uapi.MACSEC_SA_ATTR_ACTIVE)
}

func (ch *change) putOn(m *rtnl.Msg, attr uint16) {
	var v uint8
	if ch.on {
		v = 1
	}
	if ch.hasOn {
		m.U8(attr, v)
	}
}
