package filter

import (
	"strings"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// A shownOpt is how the options of a kind of tunnel are shown. The key in JSON has _key
// or _mask behind it; gtp has none.
type shownOpt struct {
	attr  uint16
	label string
	key   string
	show  func(p *show.Pen, b []byte) (text string)
}

var shownOpts = []shownOpt{
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, "geneve_opts", "geneve_opt", kind.ShowGeneve},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN, "vxlan_opts", "vxlan_opt", kind.ShowVXLAN},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN, "erspan_opts", "erspan_opt", kind.ShowERSPAN},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_GTP, "gtp_opts", "", gtpOpt},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_PFCP, "pfcp_opts", "pfcp_opt", pfcpOpt},
}

// tunnelOpts writes the options of the kind of tunnel that has some.
func (v *View) tunnelOpts() {
	keys, masks := v.Get(0, uapi.TCA_FLOWER_KEY_ENC_OPTS), v.Get(0, uapi.TCA_FLOWER_KEY_ENC_OPTS_MASK)
	for i := range shownOpts {
		o := &shownOpts[i]
		if rtnl.Find(keys, o.attr) == nil {
			continue
		}
		texts := o.list(v, keys, "_key")
		for i, m := range o.list(v, masks, "_mask") {
			if i < len(texts) {
				texts[i] += "/" + m
			}
		}
		v.Pen.NL()
		v.Pen.Text("  " + o.label + " " + strings.Join(texts, ","))
		return
	}
}

// list writes options in JSON and returns their texts.
func (o *shownOpt) list(v *View, nest []byte, suffix string) (texts []string) {
	if rtnl.Find(nest, o.attr) == nil {
		return nil
	}
	p := v.Pen
	if o.key != "" {
		p.OpenArray(o.key + suffix)
	}
	for _, b := range kind.SplitOpts(o.attr, rtnl.Find(nest, o.attr)) {
		if o.key == "" {
			texts = append(texts, o.show(p, b))
			continue
		}
		p.OpenObject("")
		texts = append(texts, o.show(p, b))
		p.CloseObject()
	}
	if o.key != "" {
		p.CloseArray()
	}
	return texts
}

func gtpOpt(_ *show.Pen, b []byte) string {
	return kind.HexText(uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_PDU_TYPE))), 2) + ":" +
		kind.HexText(uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_QFI))), 2)
}

// pfcpOpt writes an option of PFCP, of whose session JSON has 32 bits.
func pfcpOpt(p *show.Pen, b []byte) string {
	typ, seid := rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_TYPE)), rtnl.Be64(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_SEID))
	p.JUint("type", uint64(typ))
	p.JUint("seid", seid&0xFFFFFFFF)
	return kind.HexText(uint64(typ), 2) + ":" + kind.HexText(seid, 1)
}
