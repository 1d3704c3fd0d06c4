package macseccmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// An association is a key of a channel, with the number of its next packet.
type association struct {
	an      uint8
	pn      uint64
	wide    bool   // the packet number has 64 bits
	salt    []byte // nil if not given
	ssci    uint32
	hasSSCI bool
	keyID   [uapi.MACSEC_KEYID_LEN]byte
	key     []byte
	state   state
}

// Words of an association.
var saWords = []cli.Keyword[*association]{
	{Words: "=pn", Parse: func(s *association, a *cli.Args) error { return s.parsePN("pn", 32, a) }},
	{Words: "=xpn", Parse: func(s *association, a *cli.Args) error { return s.parsePN("xpn", 64, a) }},
	{Words: "=salt", Parse: (*association).parseSalt},
	{Words: "=ssci", Parse: (*association).parseSSCI},
	{Words: "=key", Parse: (*association).parseKey},
	{Words: "=on", Parse: func(s *association, _ *cli.Args) error { return s.state.set("on") }},
	{Words: "=off", Parse: func(s *association, _ *cli.Args) error { return s.state.set("off") }},
}

func (s *association) parsePN(word string, size int, a *cli.Args) (err error) {
	if s.pn != 0 {
		return cli.DupArg2(word, word)
	}
	text := a.Word()
	if s.pn, err = a.Uint(size, "expected pn"); err != nil {
		return err
	}
	if s.pn == 0 {
		return cli.InvArg("expected pn != 0", text)
	}
	s.wide = size == 64
	return nil
}

func (s *association) parseSalt(a *cli.Args) error {
	if s.salt != nil {
		return cli.DupArg2("salt", "salt")
	}
	b, err := hexBytes(a, uapi.MACSEC_SALT_LEN, "expected salt")
	s.salt = make([]byte, uapi.MACSEC_SALT_LEN)
	copy(s.salt, b)
	return err
}

func (s *association) parseSSCI(a *cli.Args) error {
	if s.hasSSCI {
		return cli.DupArg2("ssci", "ssci")
	}
	word, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := cli.ParseUint(word, 16, 32)
	if !ok {
		return cli.InvArg("expected ssci", word)
	}
	s.ssci, s.hasSSCI = uint32(v), true
	return nil
}

// parseKey reads a key's name and the key. A second key replaces the bytes
// that it has: the end of a longer name stays.
func (s *association) parseKey(a *cli.Args) error {
	id, err := hexBytes(a, len(s.keyID), "expected key id")
	if err != nil {
		return err
	}
	copy(s.keyID[:], id)
	s.key, err = hexBytes(a, uapi.MACSEC_MAX_KEY_LEN, "expected key")
	return err
}

// hexBytes takes a value of bytes in hexadecimal; those beyond limit are not
// looked at.
func hexBytes(a *cli.Args, limit int, msg string) ([]byte, error) {
	s, err := a.Value()
	if err != nil {
		return nil, err
	}
	if len(s)%2 != 0 {
		return nil, cli.InvArg(msg, s)
	}
	b := make([]byte, 0, limit)
	for i := 0; i < len(s) && len(b) < limit; i += 2 {
		v, ok := cli.ParseUint(s[i:i+2], 16, 8)
		if !ok {
			return nil, cli.InvArg(msg, s)
		}
		b = append(b, byte(v))
	}
	return b, nil
}

// put writes the association. As in the real tool, salt and short channel
// number go along only with a packet number of 64 bits.
func (s *association) put(m *rtnl.Msg) {
	m.U8(uapi.MACSEC_SA_ATTR_AN, s.an)
	switch {
	case !s.wide && s.pn != 0:
		m.U32(uapi.MACSEC_SA_ATTR_PN, uint32(s.pn))
	case s.wide:
		m.U64(uapi.MACSEC_SA_ATTR_PN, s.pn)
		if s.salt != nil {
			m.Attr(uapi.MACSEC_SA_ATTR_SALT, s.salt)
		}
		if s.hasSSCI {
			m.Be32(uapi.MACSEC_SA_ATTR_SSCI, s.ssci)
		}
	}
	if len(s.key) > 0 {
		m.Attr(uapi.MACSEC_SA_ATTR_KEYID, s.keyID[:])
		m.Attr(uapi.MACSEC_SA_ATTR_KEY, s.key)
	}
	s.state.put(m, uapi.MACSEC_SA_ATTR_ACTIVE)
}
