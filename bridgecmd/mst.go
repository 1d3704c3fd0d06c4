package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var mstObject = command.Object{Words: "mst", Usage: mstUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "set", Run: mstSet, Waits: true},
	{Words: "show|lst|list", Run: mstShow, Default: true},
	{Words: "help"},
}}

// mstWords has the words of set. Those without a row mean nothing.
var mstWords = field.Table{Voice: &common.ListVoice, Rows: []*field.Row{
	&fdbDev,
	{Words: "=msti", In: field.Slot, Attr: common.SlotMSTI, Type: &field.Word},
	{Words: "=state", In: field.Slot, Attr: common.SlotState, Type: &field.Word},
	{Words: "help", Type: &field.Help},
}}

func mstSet(c *command.Call) error {
	e, x := c.Env, field.NewCall(c.Env, c.Args, &mstWords)
	if err := x.Read(); err != nil {
		return err
	}
	dev, hasDev := x.Word(field.Slot, common.SlotDev)
	instance, hasMSTI := x.Word(field.Slot, common.SlotMSTI)
	name, hasState := x.Word(field.Slot, common.SlotState)
	if !hasDev || !hasMSTI || !hasState {
		return cli.Fail("Device, MSTI and state are required arguments.")
	}
	idx, err := e.Index(dev)
	if err != nil {
		return err
	}
	// The real tool looks whether the state is empty where it means the number.
	msti, rest := cli.Strtol(instance, 10)
	if name == "" || rest != "" {
		return cli.Fail("Error: invalid MSTI")
	}
	state, ok := common.ParseState(name)
	if !ok || int32(state) < 0 || int32(state) > 255 {
		return cli.Fail("Error: invalid STP port state")
	}
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: int32(idx)})
	spec := m.Nest(unix.IFLA_AF_SPEC)
	mst := m.Nest(uapi.IFLA_BRIDGE_MST)
	entry := m.Nest(uapi.IFLA_BRIDGE_MST_ENTRY | unix.NLA_F_NESTED)
	m.U16(uapi.IFLA_BRIDGE_MST_ENTRY_MSTI, uint16(msti))
	m.U8(uapi.IFLA_BRIDGE_MST_ENTRY_STATE, uint8(state))
	m.End(entry)
	m.End(mst)
	m.End(spec)
	return common.Change(e, m)
}

func mstShow(c *command.Call) error {
	e := c.Env
	t := cli.State[common.Tool](e)
	if err := t.Mst.Parse(c, &common.DevWords); err != nil {
		return err
	}
	p := &mstPrinter{e: e, f: &t.Mst}
	head := common.Head{Line: "port              msti     \n"}
	head.Begin(e)
	if err := e.Dump(bridgeLinks(uapi.RTEXT_FILTER_MST), p.print); err != nil {
		// The real tool's text has the slip.
		return &cli.Error{Status: cli.StatusError, Err: head.Asked(e, "Cannon send dump request", err), Text: "Dump terminated\n"}
	}
	return nil
}

// An mstPrinter prints the states that ports have in the spanning trees.
type mstPrinter struct {
	e *cli.Env
	f *common.Filter
}

func (p *mstPrinter) print(m rtnl.Message) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return common.Broken()
	}
	spec := rtnl.Find(attrs, unix.IFLA_AF_SPEC)
	if spec == nil {
		return common.Broken()
	}
	if p.f.Hides(uint32(ifi.Index)) {
		return nil
	}
	rows(p.e, rtnl.Find(spec, uapi.IFLA_BRIDGE_MST), uapi.IFLA_BRIDGE_MST_ENTRY, uint32(ifi.Index), "mst", p.entry)
	return nil
}

func (p *mstPrinter) entry(v []byte) {
	msti, state := rtnl.Find(v, uapi.IFLA_BRIDGE_MST_ENTRY_MSTI), rtnl.Find(v, uapi.IFLA_BRIDGE_MST_ENTRY_STATE)
	if msti == nil || state == nil {
		p.e.Warnf("BUG: broken MST entry")
		return
	}
	pen := p.e.Pen
	pen.OpenObject("")
	pen.Uint("msti", "", uint64(rtnl.U16(msti)), "")
	pen.NL()
	indent(pen, optIndent)
	common.PrintState(pen, rtnl.U8(state))
	pen.NL()
	pen.CloseObject()
}
