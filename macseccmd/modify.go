package macseccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
)

// A change is about a channel that the link receives, or an association: a key
// of a channel, with the number of its next packet.
type change struct {
	cmd     uint8 // for a channel that is received
	rx      bool
	channel macsec.Channel // if rx
	hasSA   bool
}

// saWords are those for an association, scWords those for a channel.
var (
	saWords = field.Table{Name: "macsec", Voice: &voice, Finish: checkAssociation, Send: []uint16{
		uapi.MACSEC_SA_ATTR_AN, uapi.MACSEC_SA_ATTR_PN, uapi.MACSEC_SA_ATTR_SALT, uapi.MACSEC_SA_ATTR_SSCI,
		uapi.MACSEC_SA_ATTR_KEYID, uapi.MACSEC_SA_ATTR_KEY,
	}, Rows: []*field.Row{
		{Words: "=pn", Attr: uapi.MACSEC_SA_ATTR_PN, Type: &pn32, Flags: field.Once},
		{Words: "=xpn", Attr: uapi.MACSEC_SA_ATTR_PN, Type: &pn64, Flags: field.Once},
		{Words: "=salt", Attr: uapi.MACSEC_SA_ATTR_SALT, Type: &salt, Flags: field.Once},
		{Words: "=ssci", Attr: uapi.MACSEC_SA_ATTR_SSCI, Type: &ssci, Flags: field.Once},
		{Words: "=key", Attr: uapi.MACSEC_SA_ATTR_KEY, Type: &key},
		{Words: "=on", Attr: uapi.MACSEC_SA_ATTR_ACTIVE, Arg: 1, Type: &state, Flags: field.Once},
		{Words: "=off", Attr: uapi.MACSEC_SA_ATTR_ACTIVE, Type: &state, Flags: field.Once},
	}}
	scWords = field.Table{Name: "macsec", Voice: &voice, Rows: []*field.Row{
		{Words: "=on", Attr: uapi.MACSEC_RXSC_ATTR_ACTIVE, Arg: 1, Type: &state, Flags: field.Once},
		{Words: "=off", Attr: uapi.MACSEC_RXSC_ATTR_ACTIVE, Type: &state, Flags: field.Once},
	}}
)

var voice = field.Voice{Bad: "expected {word}", Wrong: cli.InvArg, Early: true, Twice: twice, Unknown: func(c *field.Call) error {
	return complaint(cli.Fail(`macsec: unknown command "%s"?`, c.Typed))
}}

func twice(key, _ string) error {
	name := key
	if key == "on" || key == "off" {
		name = "on/off"
	}
	return cli.DupArg2(name, key)
}

var (
	pn32  = field.Type{Size: 4, Scan: scanPN}
	pn64  = field.Type{Size: 8, Scan: scanPN}
	salt  = field.Type{Read: parseSalt}
	ssci  = field.Type{Size: 4, Form: field.Big, Scan: scanSSCI}
	key   = field.Type{Read: parseKey}
	state = field.Type{Size: 1, Form: field.Alone}
)

// keyIDSlot has the name of a key: of a second one that is shorter than the first,
// the end stays.
const keyIDSlot = 0

// modify serves add, set and delete.
func modify(c *command.Call) error {
	e, a := c.Env, c.Args
	index, err := device(e, a)
	if err != nil {
		return err
	}
	ch := change{cmd: uint8(c.Verb.Type)}
	m, err := ch.message(e, a, index)
	if err != nil {
		return err
	}
	return e.PostGenl(familyName, m, cli.Special{})
}

// message builds a request of the words.
func (ch *change) message(e *cli.Env, a *cli.Args, index uint32) (*rtnl.Msg, error) {
	c, err := ch.parse(e, a)
	if err != nil {
		return nil, err
	}
	cmd := ch.cmd
	switch {
	case !ch.rx:
		cmd += uapi.MACSEC_CMD_ADD_TXSA - uapi.MACSEC_CMD_ADD_RXSC
	case ch.hasSA:
		cmd += uapi.MACSEC_CMD_ADD_RXSA - uapi.MACSEC_CMD_ADD_RXSC
	}
	m := request(0, cmd, index)
	if ch.rx {
		nest := m.Nest(uapi.MACSEC_ATTR_RXSC_CONFIG)
		m.Be64(uapi.MACSEC_RXSC_ATTR_SCI, ch.channel.SCI)
		if !ch.hasSA {
			c.Encode(m, &scWords)
		}
		m.End(nest)
	}
	if ch.hasSA {
		nest := m.Nest(uapi.MACSEC_ATTR_SA_CONFIG)
		c.Encode(m, &saWords)
		m.End(nest)
	}
	return m, nil
}

// parse reads the words; delete does not look at those behind what it is about.
func (ch *change) parse(e *cli.Env, a *cli.Args) (*field.Call, error) {
	an, err := ch.parseSubject(e, a)
	if err != nil {
		return nil, err
	}
	t := &scWords
	if ch.hasSA {
		t = &saWords
	}
	c := field.NewCall(e, a, t)
	c.For = ch.cmd
	if ch.hasSA {
		c.Put(0, uapi.MACSEC_SA_ATTR_AN, []byte{an})
	}
	if ch.cmd == uapi.MACSEC_CMD_DEL_RXSC {
		return c, nil
	}
	return c, c.Read()
}

// parseSubject reads the channel and the number of the association, if it is about
// one.
func (ch *change) parseSubject(e *cli.Env, a *cli.Args) (an uint8, err error) {
	if ch.rx = a.Match("=rx"); ch.rx {
		if err = ch.channel.Parse(e, a, false); err != nil {
			return 0, err
		}
		if !ch.channel.Complete(false) {
			return 0, complaint(cli.Fail("expected sci"))
		}
	} else if !a.Match("=tx") {
		return 0, cli.Help()
	}
	if ch.hasSA = a.Match("=sa"); ch.hasSA {
		return macsec.AN(a)
	} else if !ch.rx {
		err = cli.Help()
	}
	return 0, err
}

// checkAssociation looks for what lacks. As in the real tool, salt and short channel
// number go along only with a packet number of 64 bits.
func checkAssociation(c *field.Call) error {
	hasKey, pn := c.Get(0, uapi.MACSEC_SA_ATTR_KEY) != nil, c.Get(0, uapi.MACSEC_SA_ATTR_PN)
	switch changes := c.For == uint8(uapi.MACSEC_CMD_UPD_RXSC); {
	case changes && hasKey:
		return cli.Fail("cannot change key on SA")
	case !changes && !hasKey:
		return cli.Fail("cannot create SA without key")
	case !changes && pn == nil:
		return cli.Fail("must specify a packet number != 0")
	}
	if len(pn) != 8 {
		c.Drop(0, uapi.MACSEC_SA_ATTR_SALT)
		c.Drop(0, uapi.MACSEC_SA_ATTR_SSCI)
	}
	return nil
}

func scanPN(_ *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 8*int(r.Type.Size))
	switch {
	case !ok:
		return 0, cli.InvArg("expected pn", s)
	case n == 0:
		return 0, cli.InvArg("expected pn != 0", s)
	}
	return n, nil
}

func scanSSCI(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 16, 32)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func parseSalt(c *field.Call, r *field.Row, s string) error {
	var b [uapi.MACSEC_SALT_LEN]byte
	_, err := hexBytes(b[:], s, "expected salt")
	c.Put(0, r.Attr, b[:])
	return err
}

// parseKey reads a key's name and the key, which may be empty: then there is none.
func parseKey(c *field.Call, r *field.Row, s string) error {
	var id [uapi.MACSEC_KEYID_LEN]byte
	copy(id[:], c.Get(field.Slot, keyIDSlot))
	if _, err := hexBytes(id[:], s, "expected key id"); err != nil {
		return err
	}
	c.Put(field.Slot, keyIDSlot, id[:])
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	var b [uapi.MACSEC_MAX_KEY_LEN]byte
	n, err := hexBytes(b[:], s, "expected key")
	c.Drop(0, uapi.MACSEC_SA_ATTR_KEYID)
	c.Drop(0, r.Attr)
	if n > 0 {
		c.Put(0, uapi.MACSEC_SA_ATTR_KEYID, id[:])
		c.Put(0, r.Attr, b[:n])
	}
	return err
}

// hexBytes fills b with bytes in hexadecimal and returns how many there are.
// What has no room is not looked at.
func hexBytes(b []byte, s, msg string) (n int, err error) {
	if len(s)%2 != 0 {
		return 0, cli.InvArg(msg, s)
	}
	for ; 2*n < len(s) && n < len(b); n++ {
		v, ok := word.Uint(s[2*n:2*n+2], 16, 8)
		if !ok {
			return 0, cli.InvArg(msg, s)
		}
		b[n] = byte(v)
	}
	return n, nil
}
