package linkcmd

import (
	"encoding/binary"

	"gip/internal/cli"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

var macsecKind = kind{
	name:    "macsec",
	unknown: "unknown command",
	noHelp:  true,
	words:   parseMACsec,
	front:   "[ [ address <lladdr> ] port PORT | sci <u64> ]",
	finish:  finishMACsec,
	opts: []opt{
		{text: "sci", attr: unix.IFLA_MACSEC_SCI, codec: &secureChannel},
		{words: "=protect", attr: unix.IFLA_MACSEC_PROTECT, codec: &onOff},
		{words: "=cipher", key: "cipher_suite", attr: unix.IFLA_MACSEC_CIPHER_SUITE, codec: &cipher},
		{words: "=icvlen", key: "icv_len", attr: unix.IFLA_MACSEC_ICV_LEN, codec: &icvLen},
		{words: "=encodingsa", key: "encoding_sa", attr: unix.IFLA_MACSEC_ENCODING_SA, codec: &encodingSA},
		{words: "=validate", key: "validation", attr: unix.IFLA_MACSEC_VALIDATION, codec: &macsecValidate},
		{words: "=offload", attr: unix.IFLA_MACSEC_OFFLOAD, codec: &macsecOffload},
		{words: "=encrypt", attr: unix.IFLA_MACSEC_ENCRYPT, codec: &onOff},
		{words: "=send_sci", key: "inc_sci", attr: unix.IFLA_MACSEC_INC_SCI, codec: &onOff},
		{words: "=end_station", key: "es", attr: unix.IFLA_MACSEC_ES, codec: &onOff},
		{words: "=scb", attr: unix.IFLA_MACSEC_SCB, codec: &onOff},
		{words: "=replay", key: "replay_protect", attr: unix.IFLA_MACSEC_REPLAY_PROTECT, codec: &onOff},
		{words: "=window", attr: unix.IFLA_MACSEC_WINDOW, codec: &s32Cost, bad: "expected replay window size"},
	},
}

// parseMACsec reads the secure channel, which stands in front: sci SCI, or
// port N, or address LLADDR port N.
func parseMACsec(d *draft, a *cli.Args) error {
	var c macsec.Channel
	if err := c.Parse(d.env, a, true); err != nil {
		return err
	}
	switch {
	case c.SCI != 0:
		d.put(unix.IFLA_MACSEC_SCI, binary.BigEndian.AppendUint64(nil, c.SCI))
	case c.Given():
		// Also for an address without a port, which is 0 then.
		d.put(unix.IFLA_MACSEC_PORT, binary.BigEndian.AppendUint16(nil, c.Port))
	}
	return d.kind.parseWords(d, a)
}

// secureChannel is an address and a port, printed as 16 digits.
var secureChannel = codec{8, "{ default | gcm-aes-128 | gcm-aes-256 | gcm-aes-xpn-128 | gcm-aes-xpn-256 }", nil, func(v *view, o *opt, b []byte) {
	var s [16]byte
	v.label(o)
	v.pen.Bytes(o.json(), "", show.AppendHexBytes(s[:0], b[:8]), " ")
}}

var cipher = codec{8, "{ default | gcm-aes-128 | gcm-aes-256 | gcm-aes-xpn-128 | gcm-aes-xpn-256 }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if d.get(o.attr) != nil {
		return cli.DupArg("cipher", s)
	}
	n, ok := macsec.ParseCipher(s)
	if !ok {
		return cli.InvArg("expected: default, gcm-aes-128, gcm-aes-256, gcm-aes-xpn-128 or gcm-aes-xpn-256", s)
	}
	d.u64(o.attr, n)
	return nil
}, func(v *view, o *opt, b []byte) { v.str(o, macsec.CipherName(rtnl.U64(b))) }}

// Limits of the integrity check value.
const (
	minICVLen = 8
	maxICVLen = 16
)

var icvLen = codec{1, "{ 8..16 }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if d.get(o.attr) != nil {
		return cli.DupArg("icvlen", s)
	}
	n, ok := cli.ParseUint(s, 10, 8)
	switch {
	case !ok:
		return cli.InvArg("expected ICV length", s)
	case n < minICVLen || n > maxICVLen:
		return cli.InvArg("ICV length must be in the range {8..16}", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, printU8}

var encodingSA = codec{1, "{ 0..3 }", func(d *draft, o *opt, a *cli.Args) error {
	if d.get(o.attr) != nil {
		return cli.DupArg2("encodingsa", "encodingsa")
	}
	n, err := macsec.AN(a)
	d.u8(o.attr, n)
	return err
}, printU8}

// macsecValidate takes a shortened word; macsecOffload warns of it.
var (
	macsecValidate = codec{1, "{ strict | check | disabled }", func(d *draft, o *opt, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		for i, word := range macsec.Validations() {
			if cli.Match(word, s) {
				d.u8(o.attr, uint8(i))
				return nil
			}
		}
		_, err = d.env.OneOf(o.word(), s, macsec.Validations())
		return err
	}, func(v *view, o *opt, b []byte) { v.str(o, macsec.Word(macsec.Validations(), b[0])) }}
	macsecOffload = codec{1, "{ mac | phy | off }", func(d *draft, o *opt, a *cli.Args) error {
		s, err := d.value(o, a)
		if err != nil {
			return err
		}
		n, err := d.env.OneOf(o.word(), s, macsec.Offloads())
		d.u8(o.attr, uint8(n))
		return err
	}, func(v *view, o *opt, b []byte) { v.str(o, macsec.Word(macsec.Offloads(), b[0])) }}
)

func finishMACsec(d *draft) error {
	on := func(attr uint16) bool { return rtnl.U8(d.get(attr)) != 0 }
	sci, es, scb := on(unix.IFLA_MACSEC_INC_SCI), on(unix.IFLA_MACSEC_ES), on(unix.IFLA_MACSEC_SCB)
	if sci && (es || scb) || es && scb {
		return cli.Fail("invalid combination of send_sci/end_station/scb")
	}
	window, replay := d.get(unix.IFLA_MACSEC_WINDOW), d.get(unix.IFLA_MACSEC_REPLAY_PROTECT)
	if rtnl.U32(window) == ^uint32(0) {
		window = nil
	}
	switch {
	case window != nil && replay == nil:
		return cli.Fail("replay window set, but replay protection not enabled. did you mean 'replay on window %d'?", rtnl.U32(window))
	case window == nil && on(unix.IFLA_MACSEC_REPLAY_PROTECT):
		return cli.Fail("replay protection enabled, but no window set. did you mean 'replay on window VALUE'?")
	case !on(unix.IFLA_MACSEC_REPLAY_PROTECT):
		d.drop(unix.IFLA_MACSEC_WINDOW)
	}
	return nil
}
