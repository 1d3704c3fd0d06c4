package filter

import (
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/action"
	"gip/tccmd/ematch"
	"gip/tccmd/kind"
)

// matches is an expression of extended matches.
var matches = field.Type{Usage: "EXPR", Parse: func(c *field.Call, r *field.Row) error { return nested(c, r, ematch.Read, `"ematch"`) }}

// basic has nothing but extended matches.
var basic = Kind{Handle: numericHandle, Bare: true, Show: showBasic, Kind: kind.Kind{Table: field.Table{
	Name: "basic", Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "match", Attr: uapi.TCA_BASIC_EMATCHES, Type: &matches},
		{Words: "classid|=flowid", Attr: uapi.TCA_BASIC_CLASSID, Type: &kind.ClassID},
		{Words: "action", Attr: uapi.TCA_BASIC_ACT, Type: &actions},
		{Words: "police", Attr: uapi.TCA_BASIC_POLICE, Type: &policed},
	}}}}

func showBasic(v *View) {
	if v.Handle != 0 {
		v.hexHandle(v.Pen.Hex)
	}
	v.class("flowid", uapi.TCA_BASIC_CLASSID)
	v.tail(uapi.TCA_BASIC_EMATCHES, uapi.TCA_BASIC_POLICE, uapi.TCA_BASIC_ACT)
}

// hexHandle writes "handle 0xN ", in JSON the digits as one of the pen's methods has them.
func (v *View) hexHandle(json func(key, pre string, n uint64, post string)) {
	if v.Pen.JSON() {
		json("handle", "", uint64(v.Handle), "")
		return
	}
	v.Pen.Hex("", "handle 0x", uint64(v.Handle), " ")
}

// class writes "LABEL CLASSID " of an attribute that is there.
func (v *View) class(label string, attr uint16) {
	if b := v.Get(0, attr); b != nil {
		kind.PutClass(v.Env, label, rtnl.U32(b))
	}
}

// tail writes extended matches, a police behind the end of a line, and actions.
func (v *View) tail(ematches, police, acts uint16) {
	if b := v.Get(0, ematches); ematches != 0 && b != nil {
		ematch.Print(v.Env, b)
	}
	if b := v.Get(0, police); b != nil {
		v.Pen.NL()
		action.PrintPolice(v.Env, b)
	}
	action.Print(v.Env, v.Get(0, acts), 0, true)
}

// cgroup takes the class of a packet from the process that sent it.
var cgroup = Kind{Handle: numericHandle, Show: showCgroup, Kind: kind.Kind{Table: field.Table{
	Name: "cgroup", Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "match", Attr: uapi.TCA_CGROUP_EMATCHES, Type: &matches},
		{Words: "action", Attr: uapi.TCA_CGROUP_ACT, Type: &actions},
		{Words: "police", Attr: uapi.TCA_CGROUP_POLICE, Type: &policed},
	}}}}

func showCgroup(v *View) {
	if v.Handle != 0 {
		v.hexHandle(v.Pen.Hex0x)
	}
	v.tail(uapi.TCA_CGROUP_EMATCHES, uapi.TCA_CGROUP_POLICE, uapi.TCA_CGROUP_ACT)
}
