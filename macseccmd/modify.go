package macseccmd

import (
	"gip/internal/cli"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// A verb has a command of the kernel's for each of the things that it can be
// about, and a look at an association before it is sent.
type verb struct {
	rxSC, txSA, rxSA uint8
	check            func(*association) error // nil: the verb takes no values
}

var (
	add = verb{uapi.MACSEC_CMD_ADD_RXSC, uapi.MACSEC_CMD_ADD_TXSA, uapi.MACSEC_CMD_ADD_RXSA, checkNew}
	set = verb{uapi.MACSEC_CMD_UPD_RXSC, uapi.MACSEC_CMD_UPD_TXSA, uapi.MACSEC_CMD_UPD_RXSA, checkOld}
	del = verb{uapi.MACSEC_CMD_DEL_RXSC, uapi.MACSEC_CMD_DEL_TXSA, uapi.MACSEC_CMD_DEL_RXSA, nil}
)

func checkNew(s *association) error {
	switch {
	case len(s.key) == 0:
		return cli.Fail("cannot create SA without key")
	case s.pn == 0:
		return cli.Fail("must specify a packet number != 0")
	}
	return nil
}

func checkOld(s *association) error {
	if len(s.key) > 0 {
		return cli.Fail("cannot change key on SA")
	}
	return nil
}

// A change is one request under construction.
type change struct {
	*verb
	rx      bool
	channel macsec.Channel // if rx
	active  state          // of the channel, if hasSA is false
	hasSA   bool
	sa      association
}

func modify(v *verb) func(*cli.Env, *cli.Args) error {
	return func(e *cli.Env, a *cli.Args) error {
		index, err := device(e, a)
		if err != nil {
			return err
		}
		ch := change{verb: v}
		if err := ch.parse(e, a); err != nil {
			return err
		}
		c, family, err := e.Genl(familyName)
		if err != nil {
			return err
		}
		return c.Do(ch.message(family, index))
	}
}

func (ch *change) parse(e *cli.Env, a *cli.Args) (err error) {
	switch {
	case a.Match("=tx"):
	case a.Match("=rx"):
		ch.rx = true
		if err = ch.channel.Parse(e, a, false); err != nil {
			return err
		}
		if !ch.channel.Complete(false) {
			return complaint(cli.Fail("expected sci"))
		}
	default:
		return cli.Usage(usage)
	}
	if ch.hasSA = a.Match("=sa"); ch.hasSA {
		if ch.sa.an, err = macsec.AN(a); err != nil {
			return err
		}
	} else if !ch.rx {
		return cli.Usage(usage)
	}
	return ch.parseValues(a)
}

// parseValues reads the words behind what the change is about; del does not
// look at them.
func (ch *change) parseValues(a *cli.Args) error {
	switch {
	case ch.check == nil:
		return nil
	case !ch.hasSA:
		return cli.ParseWords(&ch.active, a, stateWords, unknown[state])
	}
	if err := cli.ParseWords(&ch.sa, a, saWords, unknown[association]); err != nil {
		return err
	}
	return ch.check(&ch.sa)
}

func unknown[T any](_ *T, a *cli.Args) error {
	return complaint(cli.Fail(`macsec: unknown command "%s"?`, a.Word()))
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
		ch.active.put(m, uapi.MACSEC_RXSC_ATTR_ACTIVE)
		m.End(nest)
	}
	if ch.hasSA {
		nest := m.Nest(uapi.MACSEC_ATTR_SA_CONFIG)
		ch.sa.put(m)
		m.End(nest)
	}
	return m
}

// A state is on or off, or was not given.
type state struct{ given, on bool }

// Words that set the state of a channel.
var stateWords = []cli.Keyword[*state]{
	{Words: "=on", Parse: func(s *state, _ *cli.Args) error { return s.set("on") }},
	{Words: "=off", Parse: func(s *state, _ *cli.Args) error { return s.set("off") }},
}

func (s *state) set(word string) error {
	if s.given {
		return cli.DupArg2("on/off", word)
	}
	*s = state{true, word == "on"}
	return nil
}

func (s *state) put(m *rtnl.Msg, attr uint16) {
	var v uint8
	if s.on {
		v = 1
	}
	if s.given {
		m.U8(attr, v)
	}
}
