package macseccmd

import (
	"encoding/hex"
	"slices"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/macsec"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	var index uint32
	if name := a.Word(); a.More() {
		if index = e.Links.Index(name); index == 0 {
			return cli.NoSuchDevice(name)
		}
		a.Skip()
	}
	if a.More() {
		return cli.Help()
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m := rtnl.Request(family, unix.Genlmsghdr{Cmd: uapi.MACSEC_CMD_GET_TXSC, Version: uapi.MACSEC_GENL_VERSION})
	e.Pen.Begin()
	pr := printer{e: e, p: e.Pen}
	err = conn.Dump(m, func(m rtnl.Message) error { return pr.link(m, index) })
	e.Pen.End()
	return cli.DumpError(cli.AskedAs(cli.FailedToSend, err), cli.StatusError)
}

// A printer writes links; its tables are those of the message at hand.
type printer struct {
	e        *cli.Env
	p        *show.Pen
	extended bool      // packet numbers have 64 bits
	ofSA     *counters // what associations count
	top      [uapi.MACSEC_ATTR_MAX + 1][]byte
	secy     [uapi.MACSEC_SECY_ATTR_MAX + 1][]byte
	sc       [uapi.MACSEC_RXSC_ATTR_MAX + 1][]byte
	sa       [uapi.MACSEC_SA_ATTR_MAX + 1][]byte
	stats    [uapi.MACSEC_RXSC_STATS_ATTR_MAX + 1][]byte
}

// Attributes without which a link is not shown.
var (
	needed = [...]uint16{
		uapi.MACSEC_ATTR_IFINDEX, uapi.MACSEC_ATTR_SECY, uapi.MACSEC_ATTR_TXSA_LIST,
		uapi.MACSEC_ATTR_RXSC_LIST, uapi.MACSEC_ATTR_TXSC_STATS, uapi.MACSEC_ATTR_SECY_STATS,
	}
	neededSecy = [...]uint16{
		uapi.MACSEC_SECY_ATTR_SCI, uapi.MACSEC_SECY_ATTR_ENCODING_SA, uapi.MACSEC_SECY_ATTR_CIPHER_SUITE,
		uapi.MACSEC_SECY_ATTR_ICV_LEN, uapi.MACSEC_SECY_ATTR_PROTECT, uapi.MACSEC_SECY_ATTR_REPLAY,
		uapi.MACSEC_SECY_ATTR_OPER, uapi.MACSEC_SECY_ATTR_VALIDATE, uapi.MACSEC_SECY_ATTR_ENCRYPT,
		uapi.MACSEC_SECY_ATTR_INC_SCI, uapi.MACSEC_SECY_ATTR_ES, uapi.MACSEC_SECY_ATTR_SCB,
	}
)

func lacks(tb [][]byte, attrs []uint16) bool {
	return slices.ContainsFunc(attrs, func(attr uint16) bool { return tb[attr] == nil })
}

// link prints the link of a message if it is the one with the index, or any
// for 0.
func (pr *printer) link(m rtnl.Message, index uint32) error {
	genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
	if genl == nil || genl.Cmd != uapi.MACSEC_CMD_GET_TXSC {
		return nil
	}
	rtnl.Index(pr.top[:], attrs)
	rtnl.Index(pr.secy[:], pr.top[uapi.MACSEC_ATTR_SECY])
	if lacks(pr.top[:], needed[:]) || lacks(pr.secy[:], neededSecy[:]) {
		return cli.Fail("incomplete dump message")
	}
	if idx := rtnl.U32(pr.top[uapi.MACSEC_ATTR_IFINDEX]); index == 0 || idx == index {
		pr.p.OpenObject("")
		pr.p.Uint("ifindex", "", uint64(idx), ": ")
		pr.p.ColorStr(show.Ifname, "ifname", "", pr.e.Links.Name(idx), ": ")
		pr.entity()
		pr.sender()
		pr.each("rx_sc", pr.top[uapi.MACSEC_ATTR_RXSC_LIST], (*printer).receiver)
		pr.offload(pr.top[uapi.MACSEC_ATTR_OFFLOAD])
		pr.p.CloseObject()
	}
	return nil
}

// settings are those of a link. "sc" and "sa" are read from the wrong table by the
// real tool, where their numbers are that of the association that sends; so are they
// here.
var settings = field.Table{Name: "macsec", Rows: []*field.Row{
	{Label: "protect", Attr: uapi.MACSEC_SECY_ATTR_PROTECT, Type: &onOff},
	{Label: "validate", Attr: uapi.MACSEC_SECY_ATTR_VALIDATE, Type: &validation, Names: &macsec.Validations},
	{Label: "sc", Attr: uapi.MACSEC_RXSC_ATTR_ACTIVE, Type: &onOff},
	{Label: "sa", Attr: uapi.MACSEC_SA_ATTR_ACTIVE, Type: &onOff},
	{Label: "encrypt", Attr: uapi.MACSEC_SECY_ATTR_ENCRYPT, Type: &onOff},
	{Label: "send_sci", Attr: uapi.MACSEC_SECY_ATTR_INC_SCI, Type: &onOff},
	{Label: "end_station", Attr: uapi.MACSEC_SECY_ATTR_ES, Type: &onOff},
	{Label: "scb", Attr: uapi.MACSEC_SECY_ATTR_SCB, Type: &onOff},
	{Label: "replay", Attr: uapi.MACSEC_SECY_ATTR_REPLAY, Type: &onOff},
	{Label: "window", Attr: uapi.MACSEC_SECY_ATTR_WINDOW, Type: &field.U32},
}}

var (
	onOff      = field.Type{Size: 1, Form: field.Bool}
	validation = field.Type{Size: 1, Other: macsec.Unknown}
)

// entity writes the settings of a link.
func (pr *printer) entity() {
	p, tb := pr.p, &pr.secy
	settings.Show(field.ViewOf(pr.e, pr.top[uapi.MACSEC_ATTR_SECY]))
	cipher := rtnl.U64(tb[uapi.MACSEC_SECY_ATTR_CIPHER_SUITE])
	pr.extended = macsec.Extended(cipher)
	p.NL()
	p.Str("cipher_suite", "    cipher suite: ", macsec.CipherName(cipher), ",")
	p.Uint("icv_length", " using ICV length ", uint64(rtnl.U8(tb[uapi.MACSEC_SECY_ATTR_ICV_LEN])), "\n")
}

// sender writes the channel that the link sends on.
func (pr *printer) sender() {
	p := pr.p
	pr.hex("sci", "    TXSC: ", rtnl.Be64(pr.secy[uapi.MACSEC_SECY_ATTR_SCI]), 16)
	p.Uint("encoding_sa", " on SA ", uint64(rtnl.U8(pr.secy[uapi.MACSEC_SECY_ATTR_ENCODING_SA])), "\n")
	pr.counters(&secy, pr.top[uapi.MACSEC_ATTR_SECY_STATS])
	pr.counters(&txSC, pr.top[uapi.MACSEC_ATTR_TXSC_STATS])
	pr.ofSA = &txSA
	pr.each("sa_list", pr.top[uapi.MACSEC_ATTR_TXSA_LIST], (*printer).association)
}

// each gives the members of a list to print; JSON has them as an array.
func (pr *printer) each(key string, list []byte, print func(*printer, []byte)) {
	pr.p.OpenArray(key)
	for _, v := range rtnl.Attrs(list) {
		pr.p.OpenObject("")
		print(pr, v)
		pr.p.CloseObject()
	}
	pr.p.CloseArray()
}

// receiver writes a channel that the link receives.
func (pr *printer) receiver(v []byte) {
	tb := pr.sc[:]
	rtnl.Index(tb, v)
	pr.hex("sci", "    RXSC: ", rtnl.Be64(tb[uapi.MACSEC_RXSC_ATTR_SCI]), 16)
	pr.p.OnOff("active", ", state ", active(tb[uapi.MACSEC_RXSC_ATTR_ACTIVE]), "\n")
	pr.counters(&rxSC, tb[uapi.MACSEC_RXSC_ATTR_STATS])
	pr.ofSA = &rxSA
	pr.each("sa_list", tb[uapi.MACSEC_RXSC_ATTR_SA_LIST], (*printer).association)
}

// active tells whether a channel is in use. The real tool reads this one byte, and
// the padding behind it, as a number of 32 bits and keeps its low byte: on a
// big-endian machine no channel is active to it.
func active(v []byte) bool {
	var word [4]byte
	copy(word[:], v)
	return byte(rtnl.U32(word[:])) != 0
}

func (pr *printer) association(v []byte) {
	p, tb := pr.p, pr.sa[:]
	rtnl.Index(tb, v)
	p.Uint("an", "        ", uint64(rtnl.U8(tb[uapi.MACSEC_SA_ATTR_AN])), ":")
	if pn := tb[uapi.MACSEC_SA_ATTR_PN]; pr.extended {
		p.Uint("pn", " PN ", rtnl.U64(pn), ",")
		pr.hex("ssci", "SSCI ", uint64(rtnl.Be32(tb[uapi.MACSEC_SA_ATTR_SSCI])), 8)
	} else {
		p.Uint("pn", " PN ", uint64(rtnl.U32(pn)), ",")
	}
	p.OnOff("active", " state ", rtnl.U8(tb[uapi.MACSEC_SA_ATTR_ACTIVE]) != 0, ",")
	p.Str("key", " key ", hex.EncodeToString(tb[uapi.MACSEC_SA_ATTR_KEYID]), "\n")
	pr.counters(pr.ofSA, tb[uapi.MACSEC_SA_ATTR_STATS])
}

func (pr *printer) offload(v []byte) {
	if v == nil {
		return
	}
	mode := rtnl.U8(rtnl.Find(v, uapi.MACSEC_OFFLOAD_ATTR_TYPE))
	pr.p.Str("offload", "    offload: ", macsec.Offloads.Or(uint64(mode), macsec.Unknown), " ")
	pr.p.NL()
}

// hex writes v with leading zeros; JSON has it with 0x and without them.
func (pr *printer) hex(key, pre string, v uint64, digits int) {
	var buf [16]byte
	if pr.p.JSON() {
		pr.p.Hex0x(key, "", v, "")
	} else {
		pr.p.Bytes("", pre, show.AppendHexDigits(buf[:0], v, digits), "")
	}
}
