package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var macsecKind = kind.Kind{
	Unknown: kind.UnknownCommand, Help: "=", Begin: beginMACsec,
	Head: "... {kind} [ [ address <lladdr> ] port PORT | sci <u64> ]",
	Table: field.Table{Voice: &kind.Voice, Finish: finishMACsec, Rows: []*field.Row{
		{Label: "sci", Attr: unix.IFLA_MACSEC_SCI, Type: &secureChannel, Flags: field.Said},
		{Words: "=protect", Attr: unix.IFLA_MACSEC_PROTECT, Type: &field.OnOff},
		{Words: "=cipher", Key: "cipher_suite", Attr: unix.IFLA_MACSEC_CIPHER_SUITE, Type: &cipher},
		{Words: "=icvlen", Key: "icv_len", Attr: unix.IFLA_MACSEC_ICV_LEN, Type: &icvLen},
		{Words: "=encodingsa", Key: "encoding_sa", Attr: unix.IFLA_MACSEC_ENCODING_SA, Type: &encodingSA},
		{Words: "=validate", Key: "validation", Attr: unix.IFLA_MACSEC_VALIDATION, Type: &macsecValidate, Names: &macsec.Validations},
		{Words: "=offload", Attr: unix.IFLA_MACSEC_OFFLOAD, Type: &macsecOffload, Names: &macsec.Offloads},
		{Words: "=encrypt", Attr: unix.IFLA_MACSEC_ENCRYPT, Type: &field.OnOff},
		{Words: "=send_sci", Key: "inc_sci", Attr: unix.IFLA_MACSEC_INC_SCI, Type: &field.OnOff},
		{Words: "=end_station", Key: "es", Attr: unix.IFLA_MACSEC_ES, Type: &field.OnOff},
		{Words: "=scb", Attr: unix.IFLA_MACSEC_SCB, Type: &field.OnOff},
		{Words: "=replay", Key: "replay_protect", Attr: unix.IFLA_MACSEC_REPLAY_PROTECT, Type: &field.OnOff},
		{Words: "=window", Attr: unix.IFLA_MACSEC_WINDOW, Type: &field.Wrap32, Bad: "expected replay window size"},
	}},
}

// beginMACsec reads the secure channel, which stands in front: sci SCI, or
// port N, or address LLADDR port N.
func beginMACsec(c *field.Call) error {
	var ch macsec.Channel
	if err := ch.Parse(c.Env, c.Args, true); err != nil {
		return err
	}
	switch {
	case ch.SCI != 0:
		c.PutUint(0, unix.IFLA_MACSEC_SCI, 8, ch.SCI, true)
	case ch.Given():
		// Also for an address without a port, which is 0 then.
		c.PutUint(0, unix.IFLA_MACSEC_PORT, 2, uint64(ch.Port), true)
	}
	return nil
}

// secureChannel is an address and a port, printed as 16 digits.
var secureChannel = field.Type{Size: 8, Form: field.Big | field.Str, Append: func(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return show.AppendHexDigits(b, n, 16)
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	return show.AppendHexDigits(append(field.AppendWord(line, r.Text()), " 0x"...), rtnl.Be64(b), 16)
}}

var cipher = field.Type{Size: 8, Form: field.Str, Usage: "{ default | gcm-aes-128 | gcm-aes-256 | gcm-aes-xpn-128 | gcm-aes-xpn-256 }", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	if c.Get(r.In, r.Attr) != nil {
		return 0, cli.DupArg("cipher", s)
	}
	n, ok := macsec.ParseCipher(s)
	if !ok {
		return 0, cli.InvArg("expected: default, gcm-aes-128, gcm-aes-256, gcm-aes-xpn-128 or gcm-aes-xpn-256", s)
	}
	return n, nil
}, Append: func(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return append(b, macsec.CipherName(n)...)
}}

// Limits of the integrity check value.
const (
	minICVLen = 8
	maxICVLen = 16
)

var icvLen = field.Type{Size: 1, Usage: "{ 8..16 }", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	if c.Get(r.In, r.Attr) != nil {
		return 0, cli.DupArg("icvlen", s)
	}
	n, ok := word.Uint(s, 10, 8)
	switch {
	case !ok:
		return 0, cli.InvArg("expected ICV length", s)
	case n < minICVLen || n > maxICVLen:
		return 0, cli.InvArg("ICV length must be in the range {8..16}", s)
	}
	return n, nil
}}

var encodingSA = field.Type{Size: 1, Usage: "{ 0..3 }", Parse: func(c *field.Call, r *field.Row) error {
	if c.Get(r.In, r.Attr) != nil {
		return cli.DupArg2("encodingsa", "encodingsa")
	}
	n, err := macsec.AN(c.Args)
	c.Set(r, uint64(n))
	return err
}, Write: field.WriteNumber}

// macsecValidate takes a shortened word; macsecOffload warns of it.
var (
	macsecValidate = field.Type{Size: 1, Other: macsec.Unknown, Usage: "{ strict | check | disabled }", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
		if n, ok := r.Names.Match(s); ok {
			return n, nil
		}
		return kind.ScanOneOf(c, r, s)
	}}
	macsecOffload = field.Type{Size: 1, Other: macsec.Unknown, Usage: "{ mac | phy | off }", Scan: kind.ScanOneOf}
)

func finishMACsec(c *field.Call) error {
	on := func(attr uint16) bool { return rtnl.U8(c.Get(0, attr)) != 0 }
	sci, es, scb := on(unix.IFLA_MACSEC_INC_SCI), on(unix.IFLA_MACSEC_ES), on(unix.IFLA_MACSEC_SCB)
	if sci && (es || scb) || es && scb {
		return cli.Fail("invalid combination of send_sci/end_station/scb")
	}
	window, replay := c.Get(0, unix.IFLA_MACSEC_WINDOW), c.Get(0, unix.IFLA_MACSEC_REPLAY_PROTECT)
	if rtnl.U32(window) == ^uint32(0) {
		window = nil
	}
	switch {
	case window != nil && replay == nil:
		return cli.Fail("replay window set, but replay protection not enabled. did you mean 'replay on window %d'?", rtnl.U32(window))
	case window == nil && on(unix.IFLA_MACSEC_REPLAY_PROTECT):
		return cli.Fail("replay protection enabled, but no window set. did you mean 'replay on window VALUE'?")
	case !on(unix.IFLA_MACSEC_REPLAY_PROTECT):
		c.Drop(0, unix.IFLA_MACSEC_WINDOW)
	}
	return nil
}
