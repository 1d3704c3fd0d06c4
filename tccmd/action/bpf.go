package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// bpfAction lets a program decide what becomes of a packet.
var bpfAction = act.Kind{Kind: kind.Kind{Words: "[ run ] PROGRAM [ CONTROL ] [ index INDEX ]", Told: kind.ProgramHelp,
	Table: field.Table{Name: "bpf", Voice: &act.Voice}},
	Params: uapi.TCA_ACT_BPF_PARMS, Size: act.GenSize, Ages: uapi.TCA_ACT_BPF_TM, Control: act.Pipe, Read: readBPF, All: printBPF}

var bpfAttrs = kind.ProgramAttrs{Count: uapi.TCA_ACT_BPF_OPS_LEN, Ops: uapi.TCA_ACT_BPF_OPS, FD: uapi.TCA_ACT_BPF_FD, Name: uapi.TCA_ACT_BPF_NAME}

func readBPF(c *field.Call) error {
	a := c.Args
	if err := act.Next(a); err != nil {
		return err
	}
	for run := false; a.More() && !a.Is("index"); {
		switch {
		case a.Match("run"):
			switch {
			case !a.More():
				return cli.Incomplete()
			case run:
				return cli.DupArg("run", a.Word())
			}
		case a.Is("help"):
			return act.Of(c).Usage("")
		case run:
			return bpfLast(c)
		}
		run = true
		p, err := kind.ReadProgram(c, kind.ProgramAction)
		if err == nil {
			err = p.Open(c)
		}
		if err != nil {
			return err
		}
		p.Put(c, &bpfAttrs)
	}
	return bpfLast(c)
}

func bpfLast(c *field.Call) error {
	c.ToEnd(uapi.TCA_ACT_BPF_PARMS)
	return act.Of(c).Last(c)
}

func printBPF(k *act.Kind, v *field.View) bool {
	p := v.Pen
	k.ShowTitle(p)
	params := kind.At(v.Get(0, k.Params))
	if params == nil {
		return true
	}
	if b := v.Get(0, uapi.TCA_ACT_BPF_NAME); b != nil {
		p.Bytes("bpf_name", "", rtnl.CStr(b), " ")
	}
	kind.ShowOps(p, v.Get(0, uapi.TCA_ACT_BPF_OPS_LEN), v.Get(0, uapi.TCA_ACT_BPF_OPS), " ")
	kind.ShowProgram(v, v.Get(0, uapi.TCA_ACT_BPF_ID), v.Get(0, uapi.TCA_ACT_BPF_TAG))
	act.ShowControl(p, "default-action ", params.U32(act.AtControl), "")
	p.NL()
	k.IndexLine(v, params)
	act.Ages(v, v.Get(0, k.Ages))
	p.Text("\n ")
	return true
}
