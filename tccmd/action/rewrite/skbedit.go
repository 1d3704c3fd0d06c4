package rewrite

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Skbedit changes what the kernel has noted about a packet.
var Skbedit = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "skbedit", Voice: &skbeditVoice, Ends: true,
	Send: []uint16{uapi.TCA_SKBEDIT_PARMS, uapi.TCA_SKBEDIT_QUEUE_MAPPING, uapi.TCA_SKBEDIT_PRIORITY, uapi.TCA_SKBEDIT_MARK,
		uapi.TCA_SKBEDIT_MASK, uapi.TCA_SKBEDIT_PTYPE, uapi.TCA_SKBEDIT_FLAGS},
	Rows: []*field.Row{
		{Words: "queue_mapping", Attr: uapi.TCA_SKBEDIT_QUEUE_MAPPING, Type: &kind.Dec16},
		{Words: "priority", Attr: uapi.TCA_SKBEDIT_PRIORITY, Type: &kind.ClassID},
		{Words: "mark", Attr: uapi.TCA_SKBEDIT_MARK, Value: "MARK[/MASK]", Type: &field.Type{Read: parseMark}},
		{Words: "ptype", Attr: uapi.TCA_SKBEDIT_PTYPE, Names: &packetTypes, Type: &packetType},
		{Words: "inheritdsfield", Attr: uapi.TCA_SKBEDIT_FLAGS, Arg: uapi.SKBEDIT_F_INHERITDSFIELD, Type: &field.Type{Size: 8, Form: field.Alone}},
		&act.HelpRow,
	}}},
	Params: uapi.TCA_SKBEDIT_PARMS, Size: act.GenSize, Ages: uapi.TCA_SKBEDIT_TM, Control: act.Pipe, Check: checkSkbedit, Show: showSkbedit}

var skbeditVoice = field.Voice{Bad: `Illegal {word}`, Wrong: kind.Wrong}

var packetTypes = word.Names{{unix.PACKET_HOST, "host"}, {unix.PACKET_BROADCAST, "broadcast"}, {unix.PACKET_MULTICAST, "multicast"},
	{unix.PACKET_OTHERHOST, "otherhost"}}

var packetType = field.Type{Size: 2, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := packetTypes.Match(s)
	if !ok {
		return 0, cli.Fail("Illegal ptype (%s)", s)
	}
	return n, nil
}}

func parseMark(c *field.Call, r *field.Row, s string) error {
	mark, mask, masked := strings.Cut(s, "/")
	n, ok := word.Uint(mark, 0, 32)
	if !ok {
		return cli.Fail("Illegal mark")
	}
	c.PutUint(0, uapi.TCA_SKBEDIT_MARK, 4, n, false)
	if !masked {
		return nil
	}
	if n, ok = word.Uint(mask, 0, 32); !ok {
		return cli.Fail("Illegal mask")
	}
	c.PutUint(0, uapi.TCA_SKBEDIT_MASK, 4, n, false)
	return nil
}

// checkSkbedit refuses an action that would do nothing.
func checkSkbedit(c *field.Call) error {
	if !c.Begun() && rtnl.U32(act.Gen(c)) == 0 {
		return act.Of(c).Usage("")
	}
	return nil
}

func showSkbedit(v *field.View, params kind.At) {
	p := v.Pen
	if b := v.Get(0, uapi.TCA_SKBEDIT_QUEUE_MAPPING); b != nil {
		p.Uint("queue_mapping", "queue_mapping ", uint64(rtnl.U16(b)), "")
	}
	if b := v.Get(0, uapi.TCA_SKBEDIT_PRIORITY); b != nil {
		p.Str("priority", " priority ", kind.Class(v.Env, rtnl.U32(b)), "")
	}
	act.Uint32Of(p, "mark", v.Get(0, uapi.TCA_SKBEDIT_MARK))
	if b := v.Get(0, uapi.TCA_SKBEDIT_MASK); b != nil {
		mask(v, rtnl.U32(b))
	}
	if b := v.Get(0, uapi.TCA_SKBEDIT_PTYPE); b != nil {
		n := uint64(rtnl.U16(b))
		if name := packetTypes.Of(n); name != "" {
			p.Str("ptype", " ptype ", name, "")
		} else {
			p.Uint("ptype", " ptype ", n, "")
		}
	}
	if rtnl.U64(v.Get(0, uapi.TCA_SKBEDIT_FLAGS))&uapi.SKBEDIT_F_INHERITDSFIELD != 0 {
		p.Null("inheritdsfield", " inheritdsfield")
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}

// mask writes "/0xN"; JSON has the bare digits.
func mask(v *field.View, n uint32) {
	if v.Pen.JSON() {
		v.Pen.Hex("mask", "", uint64(n), "")
		return
	}
	v.Pen.Hex0x("", "/", uint64(n), "")
}
