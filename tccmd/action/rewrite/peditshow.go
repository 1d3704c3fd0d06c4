package rewrite

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// peditNames are the headers as they are shown.
var peditNames = word.Names{{uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_ETH, "eth"}, {uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_IP4, "ipv4"},
	{uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_IP6, "ipv6"}, {uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_TCP, "tcp"}, {uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_UDP, "udp"}}

func printPedit(k *act.Kind, v *field.View) bool {
	p := v.Pen
	k.ShowTitle(p)
	params := kind.At(v.Get(0, uapi.TCA_PEDIT_PARMS))
	if params == nil {
		params = kind.At(v.Get(0, uapi.TCA_PEDIT_PARMS_EX))
	}
	if params == nil {
		return true
	}
	act.ShowControl(p, "action ", params.U32(act.AtControl), " ")
	keys := int(params.U8(atPeditKeys))
	p.Uint("nkeys", "keys ", uint64(keys), "\n")
	k.IndexLine(v, params)
	act.Ages(v, v.Get(0, k.Ages))
	p.OpenArray("keys")
	kinds := v.Get(0, uapi.TCA_PEDIT_KEYS_EX)
	for i := range keys {
		key := params[min(peditHead+peditKeySize*i, len(params)):]
		if len(key) < peditKeySize {
			break
		}
		var of []byte
		_, of, kinds = rtnl.Next(kinds)
		p.OpenObject("")
		p.Text("\n\t key #" + strconv.Itoa(i) + "  at ")
		showPeditKey(v, key, rtnl.U16(rtnl.Find(of, uapi.TCA_PEDIT_KEY_EX_HTYPE)), rtnl.U16(rtnl.Find(of, uapi.TCA_PEDIT_KEY_EX_CMD)))
		p.CloseObject()
	}
	if keys == 0 {
		p.Raw("\npedit " + strconv.FormatUint(uint64(params.U32(act.AtIndex)), 16) + " keys 0 is not LEGIT")
	}
	p.CloseArray()
	p.NL()
	return true
}

func showPeditKey(v *field.View, key kind.At, header, cmd uint16) {
	p, off := v.Pen, int64(int32(key.U32(8)))
	if header == uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK {
		p.JStr("htype", "network")
		p.Int("offset", "", off, "")
	} else {
		sign := ""
		if off >= 0 {
			sign = "+"
		}
		p.Str("htype", "", peditNames.Or(uint64(header), "unknown("+strconv.Itoa(int(header))+")"), "")
		p.Int("offset", sign, off, "")
	}
	text, name := "val", "set"
	if cmd != 0 {
		text, name = "add", "add"
	}
	p.Text(": " + text)
	p.JStr("cmd", name)
	for _, n := range [...]struct {
		key, label string
		n          uint32
	}{{"val", " ", rtnl.Be32(key[4:])}, {"mask", " mask ", rtnl.Be32(key)}} {
		if p.JSON() {
			p.Hex(n.key, "", uint64(n.n), "")
		}
		p.Text(n.label + kind.Hex8(n.n))
	}
}
