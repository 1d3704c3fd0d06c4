package macseccmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const index = 4

// sample is a link with an association of each way, long packet numbers and a
// counter too few.
func sample() []byte {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: uapi.MACSEC_CMD_GET_TXSC, Version: 1})
	m.U32(uapi.MACSEC_ATTR_IFINDEX, index)
	nest := m.Nest(uapi.MACSEC_ATTR_SECY)
	m.Be64(uapi.MACSEC_SECY_ATTR_SCI, 0x20000000a0005)
	m.U64(uapi.MACSEC_SECY_ATTR_CIPHER_SUITE, uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128)
	for _, attr := range neededSecy {
		m.U8(attr, 1) // of two with the same type the first counts
	}
	m.U32(uapi.MACSEC_SECY_ATTR_WINDOW, 7)
	m.End(nest)
	nest = m.Nest(uapi.MACSEC_ATTR_SECY_STATS)
	m.U64(uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_TAG, 12)
	m.End(nest)
	nest = m.Nest(uapi.MACSEC_ATTR_TXSC_STATS)
	m.End(nest)
	nest = m.Nest(uapi.MACSEC_ATTR_TXSA_LIST)
	association(m, uapi.MACSEC_SA_STATS_ATTR_OUT_PKTS_ENCRYPTED)
	m.End(nest)
	nest = m.Nest(uapi.MACSEC_ATTR_RXSC_LIST)
	sc := m.Nest(1)
	m.Be64(uapi.MACSEC_RXSC_ATTR_SCI, 0x33)
	m.U8(uapi.MACSEC_RXSC_ATTR_ACTIVE, 1)
	list := m.Nest(uapi.MACSEC_RXSC_ATTR_SA_LIST)
	association(m, uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_OK)
	m.End(list)
	m.End(sc)
	m.End(nest)
	nest = m.Nest(uapi.MACSEC_ATTR_OFFLOAD)
	m.U8(uapi.MACSEC_OFFLOAD_ATTR_TYPE, 9)
	m.End(nest)
	return m.Body()
}

func association(m *rtnl.Msg, counter uint16) {
	sa := m.Nest(1)
	m.U8(uapi.MACSEC_SA_ATTR_AN, 3)
	m.U64(uapi.MACSEC_SA_ATTR_PN, 1<<32)
	m.Be32(uapi.MACSEC_SA_ATTR_SSCI, 0x1f)
	m.Attr(uapi.MACSEC_SA_ATTR_KEYID, []byte{0xab, 1})
	stats := m.Nest(uapi.MACSEC_SA_ATTR_STATS)
	m.U32(counter, 5)
	m.End(stats)
	m.End(sa)
}

func render(opt cli.Options, body []byte) (string, error) {
	var b bytes.Buffer
	e := clitest.Env(&b, opt)
	e.Links.Remember(clitest.Link(index, "m1"))
	e.Pen.Begin()
	pr := printer{e: e, p: e.Pen}
	err := pr.link(rtnl.Message{Body: body}, index)
	e.Pen.End()
	e.Pen.Flush()
	return b.String(), err
}

// TestPrint. A channel that is in use is shown so on little-endian machines alone:
// see active.
func TestPrint(t *testing.T) {
	state, isActive := "on", "true"
	if uapi.Htons(1) == 1 {
		state, isActive = "off", "false"
	}
	for _, c := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{},
			"4: m1: protect on validate check sc on sa on encrypt on send_sci on end_station on scb on replay on window 7 \n" +
				"    cipher suite: GCM-AES-XPN-128, using ICV length 1\n" +
				"    TXSC: 00020000000a0005 on SA 1\n" +
				"        3: PN 4294967296,SSCI 0000001f state off, key ab01\n" +
				"    RXSC: 0000000000000033, state " + state + "\n" +
				"        3: PN 4294967296,SSCI 0000001f state off, key ab01\n" +
				"    offload: (unknown) \n"},
		{cli.Options{Stats: 1},
			"4: m1: protect on validate check sc on sa on encrypt on send_sci on end_station on scb on replay on window 7 \n" +
				"    cipher suite: GCM-AES-XPN-128, using ICV length 1\n" +
				"    TXSC: 00020000000a0005 on SA 1\n" +
				"    stats: OutPktsUntagged InPktsUntagged OutPktsTooLong InPktsNoTag InPktsBadTag InPktsUnknownSCI InPktsNoSCI InPktsOverrun\n" +
				"                         -              -              -          12            -                -           -             -\n" +
				"    stats: OutPktsProtected OutPktsEncrypted OutOctetsProtected OutOctetsEncrypted\n" +
				"                          -                -                  -                  -\n" +
				"        3: PN 4294967296,SSCI 0000001f state off, key ab01\n" +
				"    stats: OutPktsProtected OutPktsEncrypted\n" +
				"                          -                5\n" +
				"    RXSC: 0000000000000033, state " + state + "\n" +
				"        3: PN 4294967296,SSCI 0000001f state off, key ab01\n" +
				"    stats: InPktsOK InPktsInvalid InPktsNotValid InPktsNotUsingSA InPktsUnusedSA\n" +
				"                  5             -              -                -              -\n" +
				"    offload: (unknown) \n"},
		{cli.Options{Stats: 1, JSON: true},
			`[{"ifindex":4,"ifname":"m1","protect":true,"validate":"check","sc":true,"sa":true,"encrypt":true,"send_sci":true,` +
				`"end_station":true,"scb":true,"replay":true,"window":7,"cipher_suite":"GCM-AES-XPN-128","icv_length":1,` +
				`"sci":"0x20000000a0005","encoding_sa":1,"InPktsNoTag":12,` +
				`"sa_list":[{"an":3,"pn":4294967296,"ssci":"0x1f","active":false,"key":"ab01","OutPktsEncrypted":5}],` +
				`"rx_sc":[{"sci":"0x33","active":` + isActive + `,"sa_list":[{"an":3,"pn":4294967296,"ssci":"0x1f","active":false,"key":"ab01","InPktsOK":5}]}],` +
				`"offload":"(unknown)"}]` + "\n"},
	} {
		got, err := render(c.opt, sample())
		if err != nil || got != c.want {
			t.Errorf("%+v: %v\ngot  %q\nwant %q", c.opt, err, got, c.want)
		}
	}
}

// TestIncomplete holds that a message without its settings ends the list.
func TestIncomplete(t *testing.T) {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: uapi.MACSEC_CMD_GET_TXSC})
	m.U32(uapi.MACSEC_ATTR_IFINDEX, index)
	if _, err := render(cli.Options{}, m.Body()); err == nil || err.Error() != "incomplete dump message\n" {
		t.Errorf("got %v", err)
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, body []byte) {
		render(cli.Options{Stats: 1}, body)
		render(cli.Options{JSON: true, Stats: 1}, body)
	})
}
