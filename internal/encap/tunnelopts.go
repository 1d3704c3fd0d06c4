package encap

import (
	"encoding/hex"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Options of tunnels in collect-metadata mode: what the header of the protocol
// carries besides addresses and key. A message has one kind of them, the nest Arg.
var (
	geneve = field.Row{Words: "=geneve_opts", Attr: options, Arg: uapi.LWTUNNEL_IP_OPTS_GENEVE, Type: &tunnelOptions, Flags: field.Once}
	vxlan  = field.Row{Words: "=vxlan_opts", Attr: options, Arg: uapi.LWTUNNEL_IP_OPTS_VXLAN, Type: &tunnelOptions, Flags: field.Once}
	erspan = field.Row{Words: "=erspan_opts", Attr: options, Arg: uapi.LWTUNNEL_IP_OPTS_ERSPAN, Type: &tunnelOptions, Flags: field.Once}

	tunnelOptions = field.Type{Parse: parseOptions, Print: printOptions, Write: writeOptions}
)

const options = uapi.LWTUNNEL_IP_OPTS | unix.NLA_F_NESTED

// optionFields are the fields of each kind, which the value has between colons.
var optionFields = [...]*field.Table{
	uapi.LWTUNNEL_IP_OPTS_GENEVE: {Rows: []*field.Row{
		{Key: "class", Attr: uapi.LWTUNNEL_IP_OPT_GENEVE_CLASS, Type: &field.Be16},
		{Key: "type", Attr: uapi.LWTUNNEL_IP_OPT_GENEVE_TYPE, Type: &field.U8},
		{Key: "data", Attr: uapi.LWTUNNEL_IP_OPT_GENEVE_DATA, Type: &hexDigits},
	}},
	uapi.LWTUNNEL_IP_OPTS_VXLAN: {Rows: []*field.Row{{Key: "gbp", Attr: uapi.LWTUNNEL_IP_OPT_VXLAN_GBP, Type: &field.U32}}},
	uapi.LWTUNNEL_IP_OPTS_ERSPAN: {Rows: []*field.Row{
		{Key: "ver", Attr: uapi.LWTUNNEL_IP_OPT_ERSPAN_VER, Type: &field.U8},
		{Key: "index", Attr: uapi.LWTUNNEL_IP_OPT_ERSPAN_INDEX, Type: &field.Be32},
		{Key: "dir", Attr: uapi.LWTUNNEL_IP_OPT_ERSPAN_DIR, Type: &field.U8},
		{Key: "hwid", Attr: uapi.LWTUNNEL_IP_OPT_ERSPAN_HWID, Type: &field.U8},
	}},
}

// hexDigits are bytes; a last odd digit is left out.
var hexDigits field.Type

// parseOptions reads options: of geneve there may be several, between commas.
func parseOptions(c *field.Call, r *field.Row) error {
	if err := c.Note(r, "opts", r.Word()); err != nil {
		return err
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	list := []string{s}
	if r.Arg == uapi.LWTUNNEL_IP_OPTS_GENEVE {
		list = strings.Split(s, ",")
	}
	m := rtnl.New(0, 0)
	for _, opt := range list {
		nest := m.Nest(uint16(r.Arg) | unix.NLA_F_NESTED)
		if text, ok := putFields(m, optionFields[r.Arg], opt); !ok {
			// The real tool has cut its argument where fields end.
			s, _, _ = strings.Cut(s, ",")
			if r.Arg != uapi.LWTUNNEL_IP_OPTS_VXLAN {
				s, _, _ = strings.Cut(s, ":")
			}
			err := c.Wrong(r, s).(*cli.Error)
			err.Text = text + err.Text
			return err
		}
		m.End(nest)
	}
	c.Put(0, options, m.Body())
	return nil
}

// putFields adds the fields of one option, but not empty ones; text is what is said
// of a field too many.
func putFields(m *rtnl.Msg, t *field.Table, s string) (text string, ok bool) {
	var c field.Call
	fields := []string{s}
	if len(t.Rows) > 1 {
		fields = strings.Split(s, ":")
	}
	for i, f := range fields {
		switch {
		case i >= len(t.Rows):
			return "Unknown \"geneve_opts\" type\n", false
		case (f != "" || len(t.Rows) == 1) && !putField(&c, t.Rows[i], f):
			return "", false
		}
	}
	c.Encode(m, t)
	return "", true
}

func putField(c *field.Call, r *field.Row, s string) bool {
	if r.Type == &hexDigits {
		b, err := hex.DecodeString(s[:len(s)&^1])
		c.Put(0, r.Attr, b)
		return err == nil
	}
	n, ok := word.Uint(s, 0, 8*int(r.Type.Size))
	c.Set(r, n)
	return ok
}

// printOptions writes options on a line of their own.
func printOptions(v *field.View, r *field.Row, attrs []byte) {
	attrs = rtnl.Find(attrs, uint16(r.Arg))
	if attrs == nil {
		return
	}
	v.Pen.NL()
	v.Pen.Text("\t")
	v.Label(r)
	v.Pen.OpenArray(r.JSON())
	for more := true; more; {
		rest := behindOption(r, attrs)
		post := " "
		if more = len(rest) > 0; more {
			post = ","
		}
		printFields(v.Pen, optionFields[r.Arg], attrs, post)
		attrs = rest
	}
	v.Pen.CloseArray()
}

// geneveHead is the size of an option's class and type attributes and of the
// head of its data.
const geneveHead = 20

// behindOption is what follows the first option of a list.
func behindOption(r *field.Row, attrs []byte) []byte {
	if r.Arg != uapi.LWTUNNEL_IP_OPTS_GENEVE {
		return nil
	}
	data := rtnl.Find(attrs, uapi.LWTUNNEL_IP_OPT_GENEVE_DATA)
	return attrs[min(len(data)+geneveHead, len(attrs)):]
}

// writeOptions writes options as they are read, without fields that the kernel did not
// send: those were empty.
func writeOptions(_ *field.View, r *field.Row, line, attrs []byte) []byte {
	attrs = rtnl.Find(attrs, uint16(r.Arg))
	if attrs == nil {
		return line
	}
	line = field.AppendWord(line, r.Word())
	for sep := byte(' '); len(attrs) > 0; sep = ',' {
		rest := behindOption(r, attrs)
		line = append(line, sep)
		for i, f := range optionFields[r.Arg].Rows {
			if i > 0 {
				line = append(line, ':')
			}
			b := rtnl.Find(attrs, f.Attr)
			switch {
			case f.Type == &hexDigits:
				line = hex.AppendEncode(line, b)
			case b != nil:
				line = strconv.AppendUint(line, f.Type.Number(b), 10)
			}
		}
		attrs = rest
	}
	return line
}

// printFields writes the fields of an option; what the kernel did not send is zero.
func printFields(p *show.Pen, t *field.Table, attrs []byte, post string) {
	p.OpenObject("")
	for i, r := range t.Rows {
		pre, behind := ":", ""
		if i == 0 {
			pre = ""
		}
		if i == len(t.Rows)-1 {
			behind = post
		}
		b := rtnl.Find(attrs, r.Attr)
		if r.Type == &hexDigits {
			p.Str(r.Key, pre, hex.EncodeToString(b), behind)
		} else {
			p.Uint(r.Key, pre, r.Type.Number(b), behind)
		}
	}
	p.CloseObject()
}
