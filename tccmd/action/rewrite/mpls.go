package rewrite

import (
	"fmt"

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

// MPLS adds, takes off and changes labels. Its struct tc_mpls has, behind tc_gen, which of
// that.
var MPLS = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "mpls", Voice: &act.InvVoice, Ends: true,
	Send: []uint16{uapi.TCA_MPLS_PARMS, uapi.TCA_MPLS_LABEL, uapi.TCA_MPLS_PROTO, uapi.TCA_MPLS_TC, uapi.TCA_MPLS_TTL, uapi.TCA_MPLS_BOS},
	Rows: []*field.Row{
		{Words: "pop", Arg: uapi.TCA_MPLS_ACT_POP, Type: &mplsAct},
		{Words: "push", Arg: uapi.TCA_MPLS_ACT_PUSH, Type: &mplsAct},
		{Words: "modify", Arg: uapi.TCA_MPLS_ACT_MODIFY, Type: &mplsAct},
		{Words: "mac_push", Arg: uapi.TCA_MPLS_ACT_MAC_PUSH, Type: &mplsAct},
		{Words: "dec_ttl", Arg: uapi.TCA_MPLS_ACT_DEC_TTL, Type: &mplsAct},
		{Words: "label", Bad: "label must be <=0xFFFFF", Arg: 0xFFFFF, Attr: uapi.TCA_MPLS_LABEL, Type: &mplsField32},
		{Words: "tc", Bad: "tc field is 3 bits max", Arg: 7, Attr: uapi.TCA_MPLS_TC, Type: &mplsField},
		{Words: "ttl", Bad: "ttl must be >0 and <=255", Attr: uapi.TCA_MPLS_TTL, Flags: field.Positive, Type: &mplsField},
		{Words: "bos", Bad: "bos must be 0 or 1", Arg: 1, Attr: uapi.TCA_MPLS_BOS, Type: &mplsField},
		{Words: "protocol", Value: "PROTO", Attr: uapi.TCA_MPLS_PROTO, Type: &field.Type{Parse: parseMPLSProto}},
		&act.HelpRow,
	}}}, Params: uapi.TCA_MPLS_PARMS, Size: act.GenSize + 4, Ages: uapi.TCA_MPLS_TM, Control: act.Pipe,
	Index: "illegal index", Wrong: cli.InvArg, Read: readMPLS, Show: showMPLS}

var mplsActs = word.Names{{uapi.TCA_MPLS_ACT_POP, "pop"}, {uapi.TCA_MPLS_ACT_PUSH, "push"}, {uapi.TCA_MPLS_ACT_MODIFY, "modify"},
	{uapi.TCA_MPLS_ACT_DEC_TTL, "dec_ttl"}, {uapi.TCA_MPLS_ACT_MAC_PUSH, "mac_push"}}

var (
	mplsAct     = field.Type{Form: field.Alone, Parse: parseMPLSAct}
	mplsField   = field.Type{Size: 1, Parse: parseMPLSField}
	mplsField32 = field.Type{Size: 4, Parse: parseMPLSField}
)

func mplsActOf(c *field.Call) uint64 { return uint64(kind.At(act.Gen(c)).U32(act.GenSize)) }

// hasLabel tells whether an act writes a label, hasProto whether it has a protocol.
func hasLabel(does uint64) bool { return pushes(does) || does == uapi.TCA_MPLS_ACT_MODIFY }

func hasProto(does uint64) bool { return pushes(does) || does == uapi.TCA_MPLS_ACT_POP }

func pushes(does uint64) bool {
	return does == uapi.TCA_MPLS_ACT_PUSH || does == uapi.TCA_MPLS_ACT_MAC_PUSH
}

func parseMPLSAct(c *field.Call, r *field.Row) error {
	if does := mplsActOf(c); does != 0 {
		return act.Of(c).Usage(`Error: got "` + c.Typed + `" but action already set to "` + mplsActs.Of(does) + "\"\n")
	}
	rtnl.NE.PutUint32(act.Gen(c)[act.GenSize:], uint32(r.Arg))
	return nil
}

// parseMPLSField reads a part of a label, for those acts that write one.
func parseMPLSField(c *field.Call, r *field.Row) error {
	if !hasLabel(mplsActOf(c)) {
		return cli.InvArg("only valid for push, mac_push and modify", c.Typed)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, err := field.ScanNumber(c, r, s)
	if err == nil {
		c.Set(r, n)
	}
	return err
}

func parseMPLSProto(c *field.Call, r *field.Row) error {
	if !hasProto(mplsActOf(c)) {
		return cli.InvArg("only valid for push, mac_push and pop", c.Typed)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := names.EtherTypeOrNumber(s)
	if !ok {
		return c.Wrong(r, s)
	}
	if n != 0 {
		c.PutUint(0, r.Attr, 2, uint64(n), true)
	}
	return nil
}

func readMPLS(c *field.Call) error {
	if err := act.Next(c.Args); err != nil {
		return err
	}
	if c.Args.Is("=index") {
		rtnl.NE.PutUint32(act.Gen(c)[act.AtControl:], act.Pass)
		return act.Of(c).ReadIndex(c)
	}
	if err := c.Read(); err != nil {
		return err
	}
	if mplsActOf(c) == 0 {
		return cli.Incomplete()
	}
	if err := act.Of(c).Last(c); err != nil {
		return err
	}
	return checkMPLS(c)
}

func checkMPLS(c *field.Call) error {
	does, proto := mplsActOf(c), rtnl.Be16(c.Get(0, uapi.TCA_MPLS_PROTO))
	switch {
	case does == uapi.TCA_MPLS_ACT_PUSH && c.Get(0, uapi.TCA_MPLS_LABEL) == nil:
		return cli.MissArg("label")
	case pushes(does) && proto != 0 && proto != unix.ETH_P_MPLS_UC && proto != unix.ETH_P_MPLS_MC:
		return kind.Wrong(fmt.Sprintf(`invalid %s protocol "0x%04x" - use mpls_(uc|mc)`, mplsActs.Of(does), proto), "")
	case does == uapi.TCA_MPLS_ACT_POP && proto == 0:
		return cli.MissArg("protocol")
	}
	return nil
}

func showMPLS(v *field.View, params kind.At) {
	p, does := v.Pen, uint64(params.U32(act.GenSize))
	p.Str("mpls_action", " ", mplsActs.Of(does), "")
	if b := v.Get(0, uapi.TCA_MPLS_PROTO); b != nil && hasProto(does) {
		p.Bytes("protocol", " protocol ", v.Env.Tables.AppendEtherType(nil, rtnl.Be16(b)), "")
	}
	if hasLabel(does) {
		showLabel(v)
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}

// showLabel writes the parts of a label.
func showLabel(v *field.View) {
	p := v.Pen
	act.Uint32Of(p, "label", v.Get(0, uapi.TCA_MPLS_LABEL))
	for _, f := range [...]struct {
		attr  uint16
		label string
	}{{uapi.TCA_MPLS_TC, "tc"}, {uapi.TCA_MPLS_BOS, "bos"}, {uapi.TCA_MPLS_TTL, "ttl"}} {
		if b := v.Get(0, f.attr); b != nil {
			p.Uint(f.label, " "+f.label+" ", uint64(rtnl.U8(b)), "")
		}
	}
}
