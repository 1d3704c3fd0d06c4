package filter

import (
	"math"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/kind"
)

// matchall matches each packet.
var matchall = Kind{Handle: numericHandle, Bare: true, Show: showMatchall, Kind: kind.Kind{Table: field.Table{
	Name: "matchall", Voice: &kind.Voice, Finish: finishMatchall, Rows: []*field.Row{
		{Words: "classid|=flowid", Attr: uapi.TCA_MATCHALL_CLASSID, Type: &kind.ClassID},
		{Words: "action", Attr: uapi.TCA_MATCHALL_ACT, Type: &actions},
		{Words: "=skip_hw", Attr: uapi.TCA_MATCHALL_FLAGS, Arg: uapi.TCA_CLS_FLAGS_SKIP_HW, Type: &notLast},
		{Words: "=skip_sw", Attr: uapi.TCA_MATCHALL_FLAGS, Arg: uapi.TCA_CLS_FLAGS_SKIP_SW, Type: &notLast},
	}}}}

// notLast is a flag that must not be the last word.
var notLast = field.Type{Size: 4, Form: field.Alone, Parse: func(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	c.Set(r, c.Number(r)|r.Arg)
	return nil
}}

func finishMatchall(c *field.Call) error {
	c.ToEnd(uapi.TCA_MATCHALL_FLAGS)
	return exclusive(c, uapi.TCA_MATCHALL_FLAGS)
}

// numericHandle reads the number that a word begins with.
func numericHandle(s *string) (uint32, error) {
	if s == nil {
		return 0, nil
	}
	n, _, _ := word.Strtol(*s, 0)
	if n == math.MaxInt64 || n == math.MinInt64 {
		return 0, cli.Fail(`Illegal handle "%s", must be numeric.`, *s)
	}
	return uint32(n), nil
}

func showMatchall(v *View) {
	p := v.Pen
	if v.Handle != 0 {
		v.printHandle("handle", "handle ")
	}
	if b := v.Get(0, uapi.TCA_MATCHALL_CLASSID); b != nil {
		kind.PutClass(v.Env, "flowid", rtnl.U32(b))
	}
	if b := v.Get(0, uapi.TCA_MATCHALL_FLAGS); b != nil {
		v.printSkips(rtnl.U32(b), "\n  ", "")
		v.printHardware(rtnl.U32(b), "\n  ", "")
	}
	if b := v.Get(0, uapi.TCA_MATCHALL_PCNT); b != nil {
		if len(b) < 8 {
			p.Text("Broken perf counters\n")
			return
		}
		if v.Env.Opt.Stats > 0 {
			p.Uint("rule_hit", " (rule hit ", rtnl.U64(b), ")")
		}
	}
	action.Print(v.Env, v.Get(0, uapi.TCA_MATCHALL_ACT), 0, true)
}
