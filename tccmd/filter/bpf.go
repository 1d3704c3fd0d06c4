package filter

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// bpfFilter lets a program match packets. What is no word of its own begins a program,
// once.
var bpfFilter = Kind{Handle: numberHandle, Bare: true, Show: showBPF, Kind: kind.Kind{Told: kind.ProgramHelp, Table: field.Table{
	Name: "bpf", Voice: &bpfVoice, Finish: finishBPF, Rows: []*field.Row{
		{Words: "run", Value: "PROGRAM", Type: &field.Type{Parse: parseRun}},
		{Words: "classid|flowid", Bad: `Illegal "classid"`, Attr: uapi.TCA_BPF_CLASSID, Type: &kind.ClassID},
		{Words: "direct-action|da", Attr: uapi.TCA_BPF_FLAGS, Arg: uapi.TCA_BPF_FLAG_ACT_DIRECT, Type: &field.Bit32},
		{Words: "skip_hw", Attr: uapi.TCA_BPF_FLAGS_GEN, Arg: uapi.TCA_CLS_FLAGS_SKIP_HW, Type: &field.Bit32},
		{Words: "skip_sw", Attr: uapi.TCA_BPF_FLAGS_GEN, Arg: uapi.TCA_CLS_FLAGS_SKIP_SW, Type: &field.Bit32},
		{Words: "action", Attr: uapi.TCA_BPF_ACT, Type: &actions},
		{Words: "police", Attr: uapi.TCA_BPF_POLICE, Type: &policed},
		{Words: "help", Type: &usage},
	}}}}

var bpfVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: programWord}

var bpfAttrs = kind.ProgramAttrs{Count: uapi.TCA_BPF_OPS_LEN, Ops: uapi.TCA_BPF_OPS, FD: uapi.TCA_BPF_FD, Name: uapi.TCA_BPF_NAME}

func parseRun(c *field.Call, _ *field.Row) error {
	switch {
	case !c.Args.More():
		return cli.Incomplete()
	case kind.Of(c).Program != nil:
		return cli.DupArg("run", c.Args.Word())
	}
	return readProgram(c)
}

// programWord begins a program.
func programWord(c *field.Call) error {
	if kind.Of(c).Program != nil {
		return kind.Unknown(c)
	}
	c.Args.Back()
	return readProgram(c)
}

func readProgram(c *field.Call) (err error) {
	kind.Of(c).Program, err = kind.ReadProgram(c, kind.ProgramFilter)
	return toldBehind(err, "Unable to parse bpf command line\n")
}

// toldBehind adds what is said behind an error that does not end the process.
func toldBehind(err error, text string) error {
	if err == nil || cli.EndsBatch(err) {
		return err
	}
	if err.Error() == "" {
		return &cli.Error{Status: cli.StatusError, Text: text}
	}
	return &cli.Error{Status: cli.StatusError, Err: err, Text: text}
}

func finishBPF(c *field.Call) error {
	p := kind.Of(c).Program
	if err := p.Open(c); err != nil {
		return toldBehind(err, "Unable to load program\n")
	}
	p.Put(c, &bpfAttrs)
	c.ToEnd(uapi.TCA_BPF_FLAGS_GEN, uapi.TCA_BPF_FLAGS)
	return nil
}

func showBPF(v *View) {
	p := v.Pen
	if v.Handle != 0 {
		v.hexHandle(p.Hex0x)
	}
	v.class("flowid", uapi.TCA_BPF_CLASSID)
	if b := v.Get(0, uapi.TCA_BPF_NAME); b != nil {
		p.Bytes("bpf_name", "", rtnl.CStr(b), " ")
	}
	if rtnl.U32(v.Get(0, uapi.TCA_BPF_FLAGS))&uapi.TCA_BPF_FLAG_ACT_DIRECT != 0 {
		p.Flag("direct-action", "direct-action ")
	}
	if b := v.Get(0, uapi.TCA_BPF_FLAGS_GEN); b != nil {
		v.printSkips(rtnl.U32(b), "", " ")
		v.printHardware(rtnl.U32(b), "", " ")
	}
	kind.ShowOps(p, v.Get(0, uapi.TCA_BPF_OPS_LEN), v.Get(0, uapi.TCA_BPF_OPS), "")
	kind.ShowProgram(&v.View, v.Get(0, uapi.TCA_BPF_ID), v.Get(0, uapi.TCA_BPF_TAG))
	v.tail(0, uapi.TCA_BPF_POLICE, uapi.TCA_BPF_ACT)
}
