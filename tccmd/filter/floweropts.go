package filter

import (
	"encoding/hex"
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// A shownOpt is how the options of a kind of tunnel are shown. The key in JSON has _key
// or _mask behind it; gtp has none.
type shownOpt struct {
	attr  uint16
	label string
	key   string
	show  func(v *View, b []byte) (text string)
}

var shownOpts = []shownOpt{
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, "geneve_opts", "geneve_opt", nil},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN, "vxlan_opts", "vxlan_opt", vxlanOpt},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN, "erspan_opts", "erspan_opt", erspanOpt},
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
	for t, b := range rtnl.Attrs(nest) {
		switch {
		case t != o.attr:
		case o.show == nil:
			texts = append(texts, geneveOpt(v, b))
		default:
			if o.key != "" {
				p.OpenObject("")
			}
			texts = append(texts, o.show(v, b))
			if o.key != "" {
				p.CloseObject()
			}
		}
	}
	if o.key != "" {
		p.CloseArray()
	}
	return texts
}

func hexText(n uint64, width int) string { return string(show.AppendHexDigits(nil, n, width)) }

func geneveOpt(v *View, b []byte) string {
	class, typ := rtnl.Be16(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_CLASS)), rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_TYPE))
	data := rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_DATA)
	p := v.Pen
	p.OpenObject("")
	p.JUint("class", uint64(class))
	p.JUint("type", uint64(typ))
	p.OpenArray("data")
	for _, c := range data {
		p.JUint("", uint64(c))
	}
	p.CloseArray()
	p.CloseObject()
	return hexText(uint64(class), 4) + ":" + hexText(uint64(typ), 2) + ":" + hex.EncodeToString(data)
}

func vxlanOpt(v *View, b []byte) string {
	n := uint64(rtnl.U32(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_VXLAN_GBP)))
	v.Pen.JUint("gbp", n)
	return strconv.FormatUint(n, 10)
}

// erspanOpt writes an option of ERSPAN: of version 1 an index, of version 2 a direction
// and an ID of hardware.
func erspanOpt(v *View, b []byte) string {
	version := rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_VER))
	var index, dir, hwid uint64
	if version == 1 {
		index = uint64(rtnl.Be32(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_INDEX)))
	} else {
		dir = uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_DIR)))
		hwid = uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_HWID)))
	}
	v.Pen.JUint("ver", uint64(version))
	v.Pen.JUint("index", index)
	v.Pen.JUint("dir", dir)
	v.Pen.JUint("hwid", hwid)
	return strconv.Itoa(int(version)) + ":" + strconv.FormatUint(index, 10) + ":" + strconv.FormatUint(dir, 10) + ":" + strconv.FormatUint(hwid, 10)
}

func gtpOpt(_ *View, b []byte) string {
	return hexText(uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_PDU_TYPE))), 2) + ":" +
		hexText(uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_QFI))), 2)
}

// pfcpOpt writes an option of PFCP, of whose session JSON has 32 bits.
func pfcpOpt(v *View, b []byte) string {
	typ, seid := rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_TYPE)), rtnl.Be64(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_SEID))
	v.Pen.JUint("type", uint64(typ))
	v.Pen.JUint("seid", seid&0xFFFFFFFF)
	return hexText(uint64(typ), 2) + ":" + hexText(seid, 1)
}
