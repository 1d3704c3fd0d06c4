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

var flushVoice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg2, Unknown: func(c *field.Call) error {
	return cli.HelpAfter("bridge fdb: unknown command \"" + c.Typed + "\"?\n")
}}

// flushWords has the words of flush. Those that entries may have or lack are X and noX.
var flushWords = field.Table{Voice: &flushVoice, Size: unix.SizeofNdMsg, Finish: finishFlush, Send: []uint16{
	unix.NDA_IFINDEX, unix.NDA_VLAN, unix.NDA_SRC_VNI, uapi.NDA_NH_ID, unix.NDA_VNI, unix.NDA_PORT, unix.NDA_DST,
	uapi.NDA_NDM_FLAGS_MASK, uapi.NDA_NDM_STATE_MASK,
}, Rows: []*field.Row{
	&fdbDev, &flushMaster, &fdbSelf,
	{Words: "=permanent|=nopermanent", Attr: uapi.NDA_NDM_STATE_MASK, Arg: unix.NUD_PERMANENT, Type: &wantedState},
	{Words: "=static|=nostatic", Attr: uapi.NDA_NDM_STATE_MASK, Arg: unix.NUD_NOARP, Type: &wantedState},
	{Words: "=dynamic|=nodynamic", Attr: uapi.NDA_NDM_STATE_MASK, Arg: unix.NUD_NOARP, Type: &unwantedState},
	{Words: "=added_by_user|=noadded_by_user", Attr: uapi.NDA_NDM_FLAGS_MASK, Arg: unix.NTF_USE, Type: &wantedFlag},
	{Words: "=extern_learn|=noextern_learn", Attr: uapi.NDA_NDM_FLAGS_MASK, Arg: unix.NTF_EXT_LEARNED, Type: &wantedFlag},
	{Words: "=sticky|=nosticky", Attr: uapi.NDA_NDM_FLAGS_MASK, Arg: uapi.NTF_STICKY, Type: &wantedFlag},
	{Words: "=offloaded|=nooffloaded", Attr: uapi.NDA_NDM_FLAGS_MASK, Arg: unix.NTF_OFFLOADED, Type: &wantedFlag},
	{Words: "=router|=norouter", Attr: uapi.NDA_NDM_FLAGS_MASK, Arg: unix.NTF_ROUTER, Type: &wantedFlag},
	{Words: "=brport", In: field.Slot, Attr: common.SlotPort, Type: &field.Type{Parse: parseBrport}},
	{Words: "=vlan", Attr: unix.NDA_VLAN, Type: &fdbVID},
	&fdbSrcVNI,
	{Words: "=nhid", Attr: uapi.NDA_NH_ID, Type: &field.U32, Bad: "\"nid\" value is invalid\n", Flags: field.OmitZero},
	&fdbVNI, &fdbPort, &fdbDst,
	{Words: "=help", Type: &common.HelpAndWord},
}}

var (
	flushMaster = field.Row{Words: "=master", In: field.Head, At: ndFlags, Arg: unix.NTF_MASTER, Type: &field.Bit8}

	wantedFlag    = field.Type{Size: 1, Form: field.Bits, Parse: parseWantedFlag}
	wantedState   = field.Type{Size: 2, Parse: func(c *field.Call, r *field.Row) error { return wantState(c, r, c.On()) }}
	unwantedState = field.Type{Size: 2, Parse: func(c *field.Call, r *field.Row) error { return wantState(c, r, !c.On()) }}
)

// parseWantedFlag asks for entries with a flag, or without it.
func parseWantedFlag(c *field.Call, r *field.Row) error {
	nd := ndMsg(c)
	nd.Flags &^= uint8(r.Arg)
	if c.On() {
		nd.Flags |= uint8(r.Arg)
	}
	c.Set(r, r.Arg)
	return nil
}

// wantState asks for entries with a state, or without it. Two bits tell whether an
// entry ages: NOARP is set for what does not, and PERMANENT for what is local as well,
// which is none of what static or dynamic ask for.
func wantState(c *field.Call, r *field.Row, on bool) error {
	nd := ndMsg(c)
	nd.State &^= uint16(r.Arg)
	if on {
		nd.State |= uint16(r.Arg)
	}
	mask := c.Number(r) | r.Arg
	if c.On() {
		mask |= unix.NUD_PERMANENT
	}
	c.PutUint(r.In, r.Attr, 2, mask, false)
	return nil
}

// parseBrport calls the keyword itself the second value.
func parseBrport(c *field.Call, r *field.Row) error {
	if c.Given(r) {
		return cli.DupArg2(r.Word(), r.Word())
	}
	return field.LinkWord.Parse(c, r)
}

func fdbFlush(c *command.Call) error {
	x, err := readEntry(c, &flushWords, 0)
	if err != nil {
		return err
	}
	m := rtnl.New(unix.RTM_DELNEIGH, unix.NLM_F_BULK)
	x.Encode(m, x.Table)
	return common.Change(c.Env, m)
}

// finishFlush looks the device and the port up. The real tool keeps the port in 16
// bits, and does not send it if that makes it negative.
func finishFlush(c *field.Call) error {
	dev, ok := c.Word(field.Slot, common.SlotDev)
	if !ok {
		return cli.Fail("Device is a required argument.")
	}
	idx, err := common.DeviceOf(c.Env, "bridge device", dev)
	if err != nil {
		return err
	}
	nd := ndMsg(c)
	nd.Ifindex = int32(idx)
	if name, ok := c.Word(field.Slot, common.SlotPort); ok {
		switch port := int16(c.Env.Links.Index(name)); {
		case port == 0:
			return cli.Fail(`Cannot find bridge port device "%s"`, name)
		case port > 0:
			c.PutUint(0, unix.NDA_IFINDEX, 4, uint64(port), false)
		}
	}
	if vlan := c.Number(&fdbVlan); vlan >= maxVlan {
		return cli.Fail(`Invalid VLAN ID "%d"`, vlan)
	}
	selfIfNone(nd)
	return nil
}
