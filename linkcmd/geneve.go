package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var geneve = kind{
	name:    "geneve",
	unknown: "unknown command",
	finish:  finishGeneve,
	opts: []opt{
		{words: "external", attr: unix.IFLA_GENEVE_COLLECT_METADATA, codec: &flagShown, once: true},
		{words: "noexternal", attr: unix.IFLA_GENEVE_COLLECT_METADATA, codec: &noFlag, once: true},
		{words: "id|vni", value: "VNI := 0..16777215", attr: unix.IFLA_GENEVE_ID, arg: 1<<24 - 1, codec: &u32, once: true},
		{words: "remote", attr: unix.IFLA_GENEVE_REMOTE, codec: &geneveRemote, once: true},
		{text: "remote", key: "remote6", attr: unix.IFLA_GENEVE_REMOTE6, codec: &addr6Shown},
		{words: "=local", attr: uapi.IFLA_GENEVE_LOCAL, codec: &geneveLocal, once: true},
		{text: "local", key: "local6", attr: uapi.IFLA_GENEVE_LOCAL6, codec: &geneveLocal6},
		{words: "ttl|hoplimit", attr: unix.IFLA_GENEVE_TTL, arg: unix.IFLA_GENEVE_TTL_INHERIT, codec: &ttlAuto, always: true, once: true},
		{words: "tos|dsfield", attr: unix.IFLA_GENEVE_TOS, codec: &tos, once: true},
		{words: "df", attr: unix.IFLA_GENEVE_DF, codec: &dontFragment, once: true},
		{words: "flowlabel|label", key: "label", attr: unix.IFLA_GENEVE_LABEL, codec: &flowLabel, once: true},
		{words: "dstport", value: "PORT", key: "port", attr: unix.IFLA_GENEVE_PORT, codec: &be16, bad: "dstport", once: true},
		{words: "noudpcsum|udpcsum", text: "udpcsum", key: "udp_csum", attr: unix.IFLA_GENEVE_UDP_CSUM, codec: &noToggle, once: true},
		{words: "noudp6zerocsumtx|udp6zerocsumtx", text: "udp6zerocsumtx", key: "udp_zero_csum6_tx",
			attr: unix.IFLA_GENEVE_UDP_ZERO_CSUM6_TX, codec: &noToggle, once: true},
		{words: "noudp6zerocsumrx|udp6zerocsumrx", text: "udp6zerocsumrx", key: "udp_zero_csum6_rx",
			attr: unix.IFLA_GENEVE_UDP_ZERO_CSUM6_RX, codec: &noToggle, once: true},
		{words: "=innerprotoinherit", key: "inner_proto_inherit", attr: unix.IFLA_GENEVE_INNER_PROTO_INHERIT, codec: &flagShown, once: true},
	},
}

// flagShown is an attribute without value that prints "LABEL ", in JSON true.
var flagShown = codec{0, "", parseFlag, func(v *view, o *opt, _ []byte) { v.flag(o) }}

// noFlag takes back the attribute.
var noFlag = codec{0, "", func(d *draft, o *opt, _ *cli.Args) error {
	d.drop(o.attr)
	return d.note(o, d.word, d.word)
}, nil}

// noToggle is a toggle that prints both values, "LABEL " or "noLABEL ".
var noToggle = codec{1, "", parseToggle, func(v *view, o *opt, b []byte) {
	v.pen.JBool(o.json(), b[0] != 0)
	if b[0] == 0 {
		v.pen.Text("no")
	}
	v.pen.Text(o.label())
	v.pen.Text(" ")
}}

// geneveAddr reads an address into the attribute for its family.
func (d *draft) geneveAddr(o *opt, a *cli.Args, v6 uint16) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	if c := classOf(&p); c == notInet || c == multicast {
		return cli.InvArg("invalid "+o.word()+" address", s)
	}
	d.put(addrAttr(p.Family, o.attr, v6), p.Bytes())
	return nil
}

var (
	geneveRemote = codec{4, "ADDR := IP_ADDRESS", func(d *draft, o *opt, a *cli.Args) error {
		return d.geneveAddr(o, a, unix.IFLA_GENEVE_REMOTE6)
	}, func(v *view, o *opt, b []byte) { v.printAddr(o, b[:4]) }}
	geneveLocal = codec{4, "ADDR := IP_ADDRESS", func(d *draft, o *opt, a *cli.Args) error {
		return d.geneveAddr(o, a, uapi.IFLA_GENEVE_LOCAL6)
	}, func(v *view, o *opt, b []byte) { v.colorAddr(o, unix.AF_INET, b[:4]) }}
	geneveLocal6 = codec{16, "", nil, func(v *view, o *opt, b []byte) {
		if !rtnl.IsZero(b[:16]) {
			v.colorAddr(o, unix.AF_INET6, b[:16])
		}
	}}
)

// colorAddr writes "LABEL ADDR " in the colour of addresses.
func (v *view) colorAddr(o *opt, family uint8, b []byte) {
	var tmp [64]byte
	v.pen.ColorBytes(show.FamilyColor(family), o.json(), o.label()+" ", cli.AppendAddr(tmp[:0], family, b), " ")
}

func finishGeneve(d *draft) error {
	external := d.get(unix.IFLA_GENEVE_COLLECT_METADATA) != nil
	hasID := d.given(unix.IFLA_GENEVE_ID)
	set := d.link.isSet()
	switch {
	case external && hasID:
		return cli.Fail("geneve: both 'external' and vni cannot be specified")
	case !external && !hasID:
		return cli.Fail("geneve: missing virtual network identifier")
	case !external && !set && d.get(unix.IFLA_GENEVE_REMOTE) == nil && d.get(unix.IFLA_GENEVE_REMOTE6) == nil:
		return cli.Fail("geneve: remote link partner not specified")
	}
	d.orElse(unix.IFLA_GENEVE_ID, make([]byte, 4))
	if !set || d.given(unix.IFLA_GENEVE_TTL) {
		d.orElse(unix.IFLA_GENEVE_TTL, []byte{0})
	}
	if !set {
		d.orElse(unix.IFLA_GENEVE_LABEL, make([]byte, 4))
		d.orElse(unix.IFLA_GENEVE_TOS, []byte{0})
	}
	if rtnl.Be16(d.get(unix.IFLA_GENEVE_PORT)) == 0 {
		d.drop(unix.IFLA_GENEVE_PORT)
	}
	return nil
}

// orElse sets an attribute that has no value yet.
func (d *draft) orElse(typ uint16, b []byte) {
	if d.get(typ) == nil {
		d.put(typ, b)
	}
}
