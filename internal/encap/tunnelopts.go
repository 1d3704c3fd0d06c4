package encap

import (
	"encoding/hex"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Options of tunnels in collect-metadata mode: what the header of the protocol
// carries besides addresses and key. Their values are fields between colons;
// an empty field sends no attribute.

// A field is one field of an option; its place is the attribute's number.
type field func(m *rtnl.Msg, typ uint16, s string) bool

func u8Field(m *rtnl.Msg, typ uint16, s string) bool {
	v, ok := cli.ParseUint(s, 0, 8)
	m.U8(typ, uint8(v))
	return ok
}

func be16Field(m *rtnl.Msg, typ uint16, s string) bool {
	v, ok := cli.ParseUint(s, 0, 16)
	m.Be16(typ, uint16(v))
	return ok
}

func be32Field(m *rtnl.Msg, typ uint16, s string) bool {
	v, ok := cli.ParseUint(s, 0, 32)
	m.Be32(typ, uint32(v))
	return ok
}

// hexField leaves a last odd digit out.
func hexField(m *rtnl.Msg, typ uint16, s string) bool {
	b, err := hex.DecodeString(s[:len(s)&^1])
	m.Attr(typ, b)
	return err == nil
}

// A tunnelOption is one word; geneve has several options between commas.
type tunnelOption struct {
	word   string
	attr   uint16
	list   bool
	fields []field
}

var tunnelOptions = []tunnelOption{
	{"geneve_opts", uapi.LWTUNNEL_IP_OPTS_GENEVE, true, []field{be16Field, u8Field, hexField}},
	{"vxlan_opts", uapi.LWTUNNEL_IP_OPTS_VXLAN, false, nil},
	{"erspan_opts", uapi.LWTUNNEL_IP_OPTS_ERSPAN, false, []field{u8Field, be32Field, u8Field, u8Field}},
}

func optionWords() (words []encapWord) {
	for i := range tunnelOptions {
		o := &tunnelOptions[i]
		parse := func(x *encap, a *cli.Args) error { return x.parseOption(a, o) }
		words = append(words, encapWord{Words: "=" + o.word, Parse: parse})
	}
	return words
}

func (x *encap) parseOption(a *cli.Args, o *tunnelOption) error {
	if err := x.once("opts", o.word); err != nil {
		return err
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	nest := x.m.Nest(uapi.LWTUNNEL_IP_OPTS | unix.NLA_F_NESTED)
	opts := []string{s}
	if o.list {
		opts = strings.Split(s, ",")
	}
	for _, opt := range opts {
		text, ok := o.parse(x.m, opt)
		if !ok {
			// The real tool has cut its argument where fields end.
			s, _, _ = strings.Cut(s, ",")
			if o.fields != nil {
				s, _, _ = strings.Cut(s, ":")
			}
			err := cli.InvArg(invalid(o.word), s).(*cli.Error)
			err.Text = text + err.Text
			return err
		}
	}
	x.m.End(nest)
	return nil
}

// parse adds one option; text is what is said of a field too many.
func (o *tunnelOption) parse(m *rtnl.Msg, s string) (text string, ok bool) {
	nest := m.Nest(o.attr | unix.NLA_F_NESTED)
	if o.fields == nil {
		v, ok := cli.ParseUint(s, 0, 32)
		m.U32(uapi.LWTUNNEL_IP_OPT_VXLAN_GBP, uint32(v))
		m.End(nest)
		return "", ok
	}
	for i, f := range strings.Split(s, ":") {
		if i >= len(o.fields) {
			return "Unknown \"geneve_opts\" type\n", false
		}
		if f != "" && !o.fields[i](m, uint16(i+1), f) {
			return "", false
		}
	}
	m.End(nest)
	return "", true
}

// printTunnelOpts writes the first kind of options that is there, on a line of
// its own.
func printTunnelOpts(p *show.Pen, v []byte) {
	var tb [unix.LWTUNNEL_IP_OPTS_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	for i := range tunnelOptions {
		o := &tunnelOptions[i]
		v := tb[o.attr]
		if v == nil {
			continue
		}
		p.NL()
		p.Text("\t")
		p.Text(o.word)
		p.Text(" ")
		p.OpenArray(o.word)
		switch o.attr {
		case uapi.LWTUNNEL_IP_OPTS_GENEVE:
			printGeneve(p, v)
		case uapi.LWTUNNEL_IP_OPTS_VXLAN:
			p.OpenObject("")
			p.Uint("gbp", "", uint64(rtnl.U32(rtnl.Find(v, uapi.LWTUNNEL_IP_OPT_VXLAN_GBP))), " ")
			p.CloseObject()
		case uapi.LWTUNNEL_IP_OPTS_ERSPAN:
			printErspan(p, v)
		}
		p.CloseArray()
		return
	}
}

// geneveHead is the size of an option's class and type attributes and of the
// head of its data.
const geneveHead = 20

func printGeneve(p *show.Pen, v []byte) {
	for len(v) > 0 {
		var tb [unix.LWTUNNEL_IP_OPT_GENEVE_MAX + 1][]byte
		rtnl.Index(tb[:], v)
		data := tb[uapi.LWTUNNEL_IP_OPT_GENEVE_DATA]
		v = v[min(len(data)+geneveHead, len(v)):]
		post := " "
		if len(v) > 0 {
			post = ","
		}
		p.OpenObject("")
		p.Uint("class", "", uint64(rtnl.Be16(tb[uapi.LWTUNNEL_IP_OPT_GENEVE_CLASS])), "")
		p.Uint("type", ":", uint64(rtnl.U8(tb[uapi.LWTUNNEL_IP_OPT_GENEVE_TYPE])), "")
		p.Str("data", ":", hex.EncodeToString(data), post)
		p.CloseObject()
	}
}

// printErspan writes version 1 with its index, version 2 with direction and
// hardware id.
func printErspan(p *show.Pen, v []byte) {
	var tb [unix.LWTUNNEL_IP_OPT_ERSPAN_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	ver := rtnl.U8(tb[uapi.LWTUNNEL_IP_OPT_ERSPAN_VER])
	var index, dir, hwid uint64
	if ver == 1 {
		index = uint64(rtnl.Be32(tb[uapi.LWTUNNEL_IP_OPT_ERSPAN_INDEX]))
	} else {
		dir = uint64(rtnl.U8(tb[uapi.LWTUNNEL_IP_OPT_ERSPAN_DIR]))
		hwid = uint64(rtnl.U8(tb[uapi.LWTUNNEL_IP_OPT_ERSPAN_HWID]))
	}
	p.OpenObject("")
	p.Uint("ver", "", uint64(ver), "")
	p.Uint("index", ":", index, "")
	p.Uint("dir", ":", dir, "")
	p.Uint("hwid", ":", hwid, " ")
	p.CloseObject()
}
