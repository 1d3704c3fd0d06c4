package linkcmd

import (
	"encoding/binary"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

var macsec = kind{
	name:    "macsec",
	unknown: "unknown command",
	noHelp:  true,
	words:   parseMACsec,
	front:   "[ [ address LLADDR ] port PORT | sci SCI ]",
	finish:  finishMACsec,
	opts: []opt{
		{text: "sci", attr: uapi.IFLA_MACSEC_SCI, codec: &secureChannel},
		{words: "=protect", attr: uapi.IFLA_MACSEC_PROTECT, codec: &onOff},
		{words: "=cipher", key: "cipher_suite", attr: uapi.IFLA_MACSEC_CIPHER_SUITE, codec: &cipher, names: ciphers},
		{words: "=icvlen", key: "icv_len", attr: uapi.IFLA_MACSEC_ICV_LEN, codec: &icvLen},
		{words: "=encodingsa", key: "encoding_sa", attr: uapi.IFLA_MACSEC_ENCODING_SA, codec: &encodingSA},
		{words: "=validate", key: "validation", attr: uapi.IFLA_MACSEC_VALIDATION, codec: &macsecValidate,
			names: []name{{uapi.MACSEC_VALIDATE_DISABLED, "disabled"}, {uapi.MACSEC_VALIDATE_CHECK, "check"}, {uapi.MACSEC_VALIDATE_STRICT, "strict"}}},
		{words: "=offload", attr: uapi.IFLA_MACSEC_OFFLOAD, codec: &macsecOffload,
			names: []name{{uapi.MACSEC_OFFLOAD_OFF, "off"}, {uapi.MACSEC_OFFLOAD_PHY, "phy"}, {uapi.MACSEC_OFFLOAD_MAC, "mac"}}},
		{words: "=encrypt", attr: uapi.IFLA_MACSEC_ENCRYPT, codec: &onOff},
		{words: "=send_sci", key: "inc_sci", attr: uapi.IFLA_MACSEC_INC_SCI, codec: &onOff},
		{words: "=end_station", key: "es", attr: uapi.IFLA_MACSEC_ES, codec: &onOff},
		{words: "=scb", attr: uapi.IFLA_MACSEC_SCB, codec: &onOff},
		{words: "=replay", key: "replay_protect", attr: uapi.IFLA_MACSEC_REPLAY_PROTECT, codec: &onOff},
		{words: "=window", attr: uapi.IFLA_MACSEC_WINDOW, codec: &s32Cost, bad: "expected replay window size"},
	},
}

// ciphers are the words of the cipher suites; of two for one value the first
// is shown.
var ciphers = []name{
	{uapi.MACSEC_CIPHER_ID_GCM_AES_128, "GCM-AES-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_256, "GCM-AES-256"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128, "GCM-AES-XPN-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256, "GCM-AES-XPN-256"},
	{uapi.MACSEC_DEFAULT_CIPHER_ID, "GCM-AES-128"}, {uapi.MACSEC_DEFAULT_CIPHER_ID, "default"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_128, "gcm-aes-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_256, "gcm-aes-256"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128, "gcm-aes-xpn-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256, "gcm-aes-xpn-256"},
}

// parseMACsec reads the secure channel, which stands in front: sci SCI, or
// port N, or address LLADDR port N.
func parseMACsec(d *draft, a *cli.Args) error {
	var addr, port []byte
	for a.More() && port == nil && d.get(uapi.IFLA_MACSEC_SCI) == nil {
		word := a.Word()
		if word != "sci" && word != "port" && word != "address" {
			break
		}
		a.Skip()
		if word == "sci" && addr != nil {
			return cli.InvArg("expected port", word)
		}
		s, err := a.Value()
		if err != nil {
			return err
		}
		switch word {
		case "sci":
			err = d.sci(s)
		case "port":
			port, err = macsecPort(s)
		case "address":
			addr, err = macsecAddress(d.env, s)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case addr != nil && port != nil:
		d.put(uapi.IFLA_MACSEC_SCI, append(addr, port...))
	case port != nil:
		d.put(uapi.IFLA_MACSEC_PORT, port)
	case addr != nil:
		// The real tool sends port 0 for an address without a port.
		d.put(uapi.IFLA_MACSEC_PORT, zero[:2])
	}
	return d.kind.parseWords(d, a)
}

func (d *draft) sci(s string) error {
	n, ok := cli.ParseUint(s, 16, 64)
	if !ok {
		return cli.InvArg("expected sci", s)
	}
	d.put(uapi.IFLA_MACSEC_SCI, binary.BigEndian.AppendUint64(nil, n))
	return nil
}

func macsecPort(s string) ([]byte, error) {
	n, ok := cli.ParseUint(s, 0, 16)
	switch {
	case !ok:
		return nil, cli.InvArg("expected port", s)
	case n == 0:
		return nil, cli.InvArg("expected port != 0", s)
	}
	return binary.BigEndian.AppendUint16(nil, uint16(n)), nil
}

func macsecAddress(env *cli.Env, s string) ([]byte, error) {
	b, ok := cli.ParseLLAddr(s)
	if !ok {
		// Two complaints, as the real tool's reader of addresses has its own.
		env.Warnf("\"%s\" is invalid lladdr.\n", s)
		return nil, cli.InvArg("expected lladdr", s)
	}
	addr := make([]byte, etherLen)
	copy(addr, b)
	return addr, nil
}

// secureChannel is an address and a port, printed as 16 digits.
var secureChannel = codec{8, "", nil, func(v *view, o *opt, b []byte) {
	var s [16]byte
	for i, c := range b[:8] {
		s[2*i], s[2*i+1] = hexDigits[c>>4], hexDigits[c&15]
	}
	v.label(o)
	v.pen.Bytes(o.json(), "", s[:], " ")
}}

var cipher = codec{8, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if d.get(o.attr) != nil {
		return cli.DupArg("cipher", s)
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return cli.InvArg("expected: default, gcm-aes-128, gcm-aes-256, gcm-aes-xpn-128 or gcm-aes-xpn-256", s)
	}
	d.u64(o.attr, n)
	return nil
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, rtnl.U64(b), "(unknown)")) }}

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
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 8)
	if !ok || n > 3 {
		return cli.InvArg("expected an { 0..3 }", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, printU8}

// macsecValidate takes a shortened word; macsecOffload warns of it.
var (
	macsecValidate = codec{1, "", func(d *draft, o *opt, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		for _, n := range o.names {
			if cli.Match(n.name, s) {
				d.u8(o.attr, uint8(n.val))
				return nil
			}
		}
		_, err = d.env.OneOf(o.word(), s, words(o.names))
		return err
	}, printUnknown8}
	macsecOffload = codec{1, "", parseOneOf8, printUnknown8}
)

func printUnknown8(v *view, o *opt, b []byte) {
	v.str(o, nameOr(o.names, uint64(b[0]), "(unknown)"))
}

func finishMACsec(d *draft) error {
	on := func(attr uint16) bool { return rtnl.U8(d.get(attr)) != 0 }
	sci, es, scb := on(uapi.IFLA_MACSEC_INC_SCI), on(uapi.IFLA_MACSEC_ES), on(uapi.IFLA_MACSEC_SCB)
	if sci && (es || scb) || es && scb {
		return cli.Fail("invalid combination of send_sci/end_station/scb")
	}
	window, replay := d.get(uapi.IFLA_MACSEC_WINDOW), d.get(uapi.IFLA_MACSEC_REPLAY_PROTECT)
	if rtnl.U32(window) == ^uint32(0) {
		window = nil
	}
	switch {
	case window != nil && replay == nil:
		return cli.Fail("replay window set, but replay protection not enabled. did you mean 'replay on window %d'?", rtnl.U32(window))
	case window == nil && on(uapi.IFLA_MACSEC_REPLAY_PROTECT):
		return cli.Fail("replay protection enabled, but no window set. did you mean 'replay on window VALUE'?")
	case !on(uapi.IFLA_MACSEC_REPLAY_PROTECT):
		d.drop(uapi.IFLA_MACSEC_WINDOW)
	}
	return nil
}
