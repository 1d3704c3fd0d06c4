package rewrite

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// TunnelKey tells a tunnel where to send a packet, or takes that off it. Its struct
// tc_tunnel_key has, behind tc_gen, which of that.
var TunnelKey = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "tunnel_key", Voice: &act.Voice, Ends: true, Rows: []*field.Row{
	{Words: "unset", Arg: uapi.TCA_TUNNEL_KEY_ACT_RELEASE, Type: &tunnelAct},
	{Words: "set", Arg: uapi.TCA_TUNNEL_KEY_ACT_SET, Type: &tunnelAct},
	{Words: "src_ip", Arg: uapi.TCA_TUNNEL_KEY_ENC_IPV6_SRC, Attr: uapi.TCA_TUNNEL_KEY_ENC_IPV4_SRC, Type: &tunnelAddr},
	{Words: "dst_ip", Arg: uapi.TCA_TUNNEL_KEY_ENC_IPV6_DST, Attr: uapi.TCA_TUNNEL_KEY_ENC_IPV4_DST, Type: &tunnelAddr},
	{Words: "id", Attr: uapi.TCA_TUNNEL_KEY_ENC_KEY_ID, Type: &field.Type{Size: 4, Form: field.Big, Scan: kind.ScanDecimal}},
	{Words: "dst_port", Bad: `Illegal "dst port"`, Attr: uapi.TCA_TUNNEL_KEY_ENC_DST_PORT, Type: &field.Type{Size: 2, Form: field.Big, Scan: kind.ScanDecimal}},
	{Words: "geneve_opts", Value: "OPTIONS", Attr: uapi.TCA_TUNNEL_KEY_ENC_OPTS, Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, Type: &tunnelOpts},
	{Words: "vxlan_opts", Value: "OPTIONS", Attr: uapi.TCA_TUNNEL_KEY_ENC_OPTS, Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN | kind.Nested, Type: &tunnelOpts},
	{Words: "erspan_opts", Value: "OPTIONS", Attr: uapi.TCA_TUNNEL_KEY_ENC_OPTS, Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN | kind.Nested, Type: &tunnelOpts},
	{Words: "tos", Attr: uapi.TCA_TUNNEL_KEY_ENC_TOS, Type: &tunnelByte},
	{Words: "ttl", Attr: uapi.TCA_TUNNEL_KEY_ENC_TTL, Type: &tunnelByte},
	{Words: "csum", Arg: 0, Attr: uapi.TCA_TUNNEL_KEY_NO_CSUM, Type: &tunnelCsum},
	{Words: "nocsum", Arg: 1, Attr: uapi.TCA_TUNNEL_KEY_NO_CSUM, Type: &tunnelCsum},
	{Words: "=nofrag", Attr: uapi.TCA_TUNNEL_KEY_NO_FRAG, Type: &field.Mark},
	&act.HelpRow,
}}}, Params: uapi.TCA_TUNNEL_KEY_PARMS, Size: act.GenSize + 4, Ages: uapi.TCA_TUNNEL_KEY_TM, Control: act.Pipe, Check: checkTunnelKey, Show: showTunnelKey}

var (
	tunnelAct  = field.Type{Form: field.Alone, Parse: parseTunnelAct}
	tunnelAddr = field.Type{Usage: "ADDR", Read: parseTunnelAddr}
	tunnelOpts = field.Type{Read: parseTunnelOpts}
	tunnelCsum = field.Type{Size: 1, Form: field.Alone}
	// tunnelByte is a decimal number, or else a hexadecimal one.
	tunnelByte = field.Type{Size: 1, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
		n, ok := word.Uint(s, 10, 8)
		if !ok {
			n, ok = word.Uint(s, 16, 8)
		}
		if !ok {
			return 0, c.Wrong(r, s)
		}
		return n, nil
	}}
)

func parseTunnelAct(c *field.Call, r *field.Row) error {
	if kind.At(act.Gen(c)).U32(act.GenSize) != 0 {
		return act.Of(c).Usage(`unexpected "` + c.Typed + `" - action already specified` + "\n")
	}
	rtnl.NE.PutUint32(act.Gen(c)[act.GenSize:], uint32(r.Arg))
	return nil
}

func parseTunnelAddr(c *field.Call, r *field.Row, s string) error {
	addr, err := cli.Addr(s, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	attr := uint16(r.Arg)
	if addr.Family == unix.AF_INET {
		attr = r.Attr
	}
	c.Put(0, attr, addr.Bytes())
	return nil
}

// parseTunnelOpts reads options: of geneve, several between commas.
func parseTunnelOpts(c *field.Call, r *field.Row, s string) error {
	options, o := []string{s}, kind.TunnelOptOf(uint16(r.Arg))
	if r.Arg == uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE {
		options = strings.FieldsFunc(s, func(c rune) bool { return c == ',' })
	}
	var b []byte
	for _, option := range options {
		if len(o.Fields) > 1 { // empty fields do not count
			option = strings.Join(strings.FieldsFunc(option, func(c rune) bool { return c == ':' }), ":")
		}
		v, ok := o.Parse(option)
		if !ok {
			return c.Wrong(r, s)
		}
		b = append(b, v...)
	}
	c.Put(0, r.Attr|o.Attr&kind.Nested, b)
	return nil
}

func checkTunnelKey(c *field.Call) error {
	has := func(v4, v6 uint16) bool { return c.Get(0, v4) != nil || c.Get(0, v6) != nil }
	if kind.At(act.Gen(c)).U32(act.GenSize) == uapi.TCA_TUNNEL_KEY_ACT_SET &&
		!(has(uapi.TCA_TUNNEL_KEY_ENC_IPV4_SRC, uapi.TCA_TUNNEL_KEY_ENC_IPV6_SRC) && has(uapi.TCA_TUNNEL_KEY_ENC_IPV4_DST, uapi.TCA_TUNNEL_KEY_ENC_IPV6_DST)) {
		return act.Of(c).Usage("set needs tunnel_key parameters\n")
	}
	if c.Get(0, uapi.TCA_TUNNEL_KEY_NO_CSUM) == nil {
		c.PutUint(0, uapi.TCA_TUNNEL_KEY_NO_CSUM, 1, 0, false)
	}
	c.ToEnd(uapi.TCA_TUNNEL_KEY_NO_CSUM, uapi.TCA_TUNNEL_KEY_NO_FRAG, uapi.TCA_TUNNEL_KEY_PARMS)
	return nil
}

func showTunnelKey(v *field.View, params kind.At) {
	p := v.Pen
	switch params.U32(act.GenSize) {
	case uapi.TCA_TUNNEL_KEY_ACT_RELEASE:
		p.Str("mode", " ", "unset", "")
	case uapi.TCA_TUNNEL_KEY_ACT_SET:
		p.Str("mode", " ", "set", "")
		showTunnelSet(v)
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}

func showTunnelSet(v *field.View) {
	p := v.Pen
	for _, a := range [...]struct {
		attr   uint16
		family uint8
		key    string
	}{{uapi.TCA_TUNNEL_KEY_ENC_IPV4_SRC, unix.AF_INET, "src_ip"}, {uapi.TCA_TUNNEL_KEY_ENC_IPV4_DST, unix.AF_INET, "dst_ip"},
		{uapi.TCA_TUNNEL_KEY_ENC_IPV6_SRC, unix.AF_INET6, "src_ip"}, {uapi.TCA_TUNNEL_KEY_ENC_IPV6_DST, unix.AF_INET6, "dst_ip"}} {
		if b := v.Get(0, a.attr); b != nil {
			p.NL()
			p.Bytes(a.key, "\t"+a.key+" ", cli.AppendAddr(nil, a.family, b), "")
		}
	}
	if b := v.Get(0, uapi.TCA_TUNNEL_KEY_ENC_KEY_ID); b != nil {
		p.NL()
		p.Uint("key_id", "\tkey_id ", uint64(rtnl.Be32(b)), "")
	}
	if b := v.Get(0, uapi.TCA_TUNNEL_KEY_ENC_DST_PORT); b != nil {
		p.NL()
		p.Uint("dst_port", "\tdst_port ", uint64(rtnl.Be16(b)), "")
	}
	showTunnelOpts(p, v.Get(0, uapi.TCA_TUNNEL_KEY_ENC_OPTS))
	p.NL()
	if b := v.Get(0, uapi.TCA_TUNNEL_KEY_NO_CSUM); b != nil {
		p.Str("flag", "\t", [...]string{"csum", "nocsum"}[min(rtnl.U8(b), 1)], "")
	}
	nofrag := v.Get(0, uapi.TCA_TUNNEL_KEY_NO_FRAG) != nil
	p.JBool("nofrag", nofrag)
	if nofrag {
		p.Text("\tnofrag")
	}
	if n := rtnl.U8(v.Get(0, uapi.TCA_TUNNEL_KEY_ENC_TOS)); n != 0 {
		p.NL()
		if p.JSON() {
			p.JUint("tos", uint64(n))
		}
		p.Text("\ttos 0x" + kind.HexText(uint64(n), 1))
	}
	if n := rtnl.U8(v.Get(0, uapi.TCA_TUNNEL_KEY_ENC_TTL)); n != 0 {
		p.NL()
		p.Uint("ttl", "\tttl ", uint64(n), "")
	}
}

// showTunnelOpts writes the options of the kind of tunnel that has some.
func showTunnelOpts(p *show.Pen, nest []byte) {
	for _, o := range [...]struct {
		attr uint16
		key  string
		show func(p *show.Pen, b []byte) string
	}{{uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, "geneve_opts", kind.ShowGeneve}, {uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN, "vxlan_opts", kind.ShowVXLAN},
		{uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN, "erspan_opts", kind.ShowERSPAN}} {
		if rtnl.Find(nest, o.attr) == nil {
			continue
		}
		p.OpenArray(o.key)
		p.NL()
		p.Text("\t" + o.key + " ")
		sep := ""
		for _, b := range kind.SplitOpts(o.attr, rtnl.Find(nest, o.attr)) {
			p.OpenObject("")
			text := o.show(p, b)
			p.CloseObject()
			p.Text(sep + text)
			sep = ","
		}
		p.CloseArray()
		return
	}
}
