package rewrite

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// VLAN adds, takes off and changes tags, and whole Ethernet headers. Its struct tc_vlan
// has, behind tc_gen, which of that.
var VLAN = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "vlan", Voice: &act.InvVoice, Ends: true,
	Send: []uint16{uapi.TCA_VLAN_PARMS, uapi.TCA_VLAN_PUSH_VLAN_ID, uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL, uapi.TCA_VLAN_PUSH_VLAN_PRIORITY,
		uapi.TCA_VLAN_PUSH_ETH_DST, uapi.TCA_VLAN_PUSH_ETH_SRC},
	Rows: []*field.Row{
		{Words: "pop", Arg: uapi.TCA_VLAN_ACT_POP, Type: &vlanAct},
		{Words: "push", Arg: uapi.TCA_VLAN_ACT_PUSH, Type: &vlanAct},
		{Words: "modify", Arg: uapi.TCA_VLAN_ACT_MODIFY, Type: &vlanAct},
		{Words: "pop_eth", Arg: uapi.TCA_VLAN_ACT_POP_ETH, Type: &vlanAct},
		{Words: "push_eth", Arg: uapi.TCA_VLAN_ACT_PUSH_ETH, Type: &vlanAct},
		{Words: "id", Value: "VLANID", Bad: "id is invalid", Attr: uapi.TCA_VLAN_PUSH_VLAN_ID, Type: &field.Type{Size: 2, Parse: parseTag}},
		{Words: "protocol", Value: "{ 802.1Q | 802.1AD }", Bad: "protocol is invalid", Attr: uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL, Type: &field.Type{Size: 2, Parse: parseTag}},
		{Words: "priority", Value: "VLANPRIO", Bad: "prio is invalid", Attr: uapi.TCA_VLAN_PUSH_VLAN_PRIORITY, Type: &field.Type{Size: 1, Parse: parseTag}},
		{Words: "dst_mac", Value: "LLADDR", Attr: uapi.TCA_VLAN_PUSH_ETH_DST, Type: &vlanMAC},
		{Words: "src_mac", Value: "LLADDR", Attr: uapi.TCA_VLAN_PUSH_ETH_SRC, Type: &vlanMAC},
		&act.HelpRow,
	}}},
	Params: uapi.TCA_VLAN_PARMS, Size: vlanSize, Ages: uapi.TCA_VLAN_TM, Control: act.Pipe, Check: checkVLAN, Show: showVLAN}

const (
	vlanSize = 24
	atVLAN   = 20
)

var (
	vlanAct = field.Type{Form: field.Alone, Parse: parseVLANAct}
	vlanMAC = field.Type{Parse: parseVLANMAC}
)

var vlanActs = word.Names{{uapi.TCA_VLAN_ACT_POP, "pop"}, {uapi.TCA_VLAN_ACT_PUSH, "push"}, {uapi.TCA_VLAN_ACT_MODIFY, "modify"},
	{uapi.TCA_VLAN_ACT_POP_ETH, "pop_eth"}, {uapi.TCA_VLAN_ACT_PUSH_ETH, "push_eth"}}

func vlanActOf(c *field.Call) uint64 { return uint64(rtnl.NE.Uint32(act.Gen(c)[atVLAN:])) }

func parseVLANAct(c *field.Call, r *field.Row) error {
	if vlanActOf(c) != 0 {
		return act.Of(c).Usage(`unexpected "` + c.Typed + `" - action already specified` + "\n")
	}
	rtnl.NE.PutUint32(act.Gen(c)[atVLAN:], uint32(r.Arg))
	return nil
}

// tagged reports whether an act is about a tag's values.
func tagged(does uint64) bool {
	return does == uapi.TCA_VLAN_ACT_PUSH || does == uapi.TCA_VLAN_ACT_MODIFY
}

func parseTag(c *field.Call, r *field.Row) error {
	if !tagged(vlanActOf(c)) {
		return cli.InvArg("only valid for push/modify", c.Typed)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 8*int(r.Type.Size))
	switch r.Attr {
	case uapi.TCA_VLAN_PUSH_VLAN_PRIORITY:
		ok = ok && n <= 7
	case uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL:
		if id, known := names.ParseEtherType(s); known {
			n, ok = uint64(id), true
		}
		if ok {
			c.PutUint(0, r.Attr, 2, n, true)
			return nil
		}
	}
	if !ok {
		return cli.InvArg(r.Bad, s)
	}
	c.PutUint(0, r.Attr, int(r.Type.Size), n, false)
	return nil
}

func parseVLANMAC(c *field.Call, r *field.Row) error {
	if vlanActOf(c) != uapi.TCA_VLAN_ACT_PUSH_ETH {
		return cli.InvArg("only valid for push_eth", c.Typed)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	b, err := cli.LLAddr(s)
	if err != nil {
		c.Env.Warnf("%s", err)
		return cli.InvArg(r.Word()+" is invalid", s)
	}
	var mac [6]byte
	copy(mac[:], b)
	c.Put(0, r.Attr, mac[:])
	return nil
}

func checkVLAN(c *field.Call) error {
	does := vlanActOf(c)
	lacks := func(w string) error {
		return act.Of(c).Usage(w + " needs to be set for " + vlanActs.Of(does) + "\n")
	}
	switch proto := rtnl.Be16(c.Get(0, uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL)); {
	case tagged(does) && c.Get(0, uapi.TCA_VLAN_PUSH_VLAN_ID) == nil:
		return lacks("id")
	case does == uapi.TCA_VLAN_ACT_PUSH_ETH && c.Get(0, uapi.TCA_VLAN_PUSH_ETH_DST) == nil:
		return lacks("dst_mac")
	case does == uapi.TCA_VLAN_ACT_PUSH_ETH && c.Get(0, uapi.TCA_VLAN_PUSH_ETH_SRC) == nil:
		return lacks("src_mac")
	case c.Get(0, uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL) != nil && proto != unix.ETH_P_8021Q && proto != unix.ETH_P_8021AD:
		return act.Of(c).Usage("protocol not supported\n")
	}
	return nil
}

func showVLAN(v *field.View, params kind.At) {
	p, does := v.Pen, uint64(params.U32(atVLAN))
	p.Str("vlan_action", " ", vlanActs.Of(does), "")
	switch {
	case tagged(does):
		if b := v.Get(0, uapi.TCA_VLAN_PUSH_VLAN_ID); b != nil {
			p.Uint("id", " id ", uint64(rtnl.U16(b)), "")
		}
		if b := v.Get(0, uapi.TCA_VLAN_PUSH_VLAN_PROTOCOL); b != nil {
			p.Bytes("protocol", " protocol ", v.Env.Tables.AppendEtherType(nil, rtnl.Be16(b)), "")
		}
		if b := v.Get(0, uapi.TCA_VLAN_PUSH_VLAN_PRIORITY); b != nil {
			p.Uint("priority", " priority ", uint64(rtnl.U8(b)), "")
		}
	case does == uapi.TCA_VLAN_ACT_PUSH_ETH:
		for _, a := range [...]struct {
			label string
			attr  uint16
		}{{"dst_mac", uapi.TCA_VLAN_PUSH_ETH_DST}, {"src_mac", uapi.TCA_VLAN_PUSH_ETH_SRC}} {
			if b := v.Get(0, a.attr); len(b) == 6 {
				p.Bytes(a.label, " "+a.label+" ", cli.AppendLLAddr(nil, unix.ARPHRD_NETROM, b), "")
			}
		}
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}
