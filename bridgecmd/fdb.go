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

var fdbObject = command.Object{Words: "fdb", Usage: fdbUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "append", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_APPEND},
	{Words: "replace", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: fdbModify, Type: unix.RTM_DELNEIGH},
	{Words: "get", Run: fdbGet},
	{Words: "show|lst|list", Run: fdbShow, Default: true},
	{Words: "=flush", Run: fdbFlush, Waits: true},
	{Words: "help"},
}}

// fdbVoice is how the words of an entry complain.
var fdbVoice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg2}

// fdbWords has the words of add, append, replace and delete, in the order in which
// abbreviations are tried. A word that is no keyword is the address. What waits in
// slots is looked up when all words are read.
var fdbWords = field.Table{Voice: &fdbVoice, Usage: fdbUsage, Size: unix.SizeofNdMsg, Finish: finishEntry, Send: []uint16{
	unix.NDA_LLADDR, unix.NDA_DST, unix.NDA_VLAN, uapi.NDA_NH_ID, unix.NDA_PORT, unix.NDA_VNI, unix.NDA_SRC_VNI, unix.NDA_IFINDEX,
}, Rows: []*field.Row{
	&fdbAddr, &fdbDev, &fdbDst, &fdbNhid, &fdbPort, &fdbVNI, &fdbSrcVNI, &fdbVia, &fdbSelf, &fdbMaster, &fdbRouter,
	{Words: "local|permanent", In: field.Head, At: ndState, Arg: unix.NUD_PERMANENT, Type: &field.Bit16},
	{Words: "temp|static", In: field.Head, At: ndState, Arg: unix.NUD_REACHABLE, Type: &field.Bit16},
	{Words: "dynamic", Type: &field.Type{Parse: parseDynamic}},
	&fdbVlan,
	{Words: "use", In: field.Head, At: ndFlags, Arg: unix.NTF_USE, Type: &field.Bit8},
	&fdbExtern, &fdbSticky, &fdbActivity, &fdbInactive,
	{Words: "=norefresh", In: field.Slot, Attr: common.SlotNoRefresh, Type: &field.Mark},
}}

// fdbGetWords has those of get.
var fdbGetWords = field.Table{Voice: &fdbVoice, Usage: fdbUsage, Size: unix.SizeofNdMsg, Send: []uint16{
	unix.NDA_LLADDR, unix.NDA_VLAN, unix.NDA_VNI, unix.NDA_MASTER,
}, Rows: []*field.Row{
	&fdbAddr,
	{Words: "=brport|=dev", In: field.Slot, Attr: common.SlotDev, Type: &field.LinkWord},
	{Words: "=br", In: field.Slot, Attr: common.SlotBridge, Type: &field.LinkWord},
	&fdbVNI, &fdbSelf, &fdbMaster, &fdbVlan, {Words: "dynamic", Type: &onlyDynamic},
}}

// fdbExt is a nest of what is said of the use of an entry.
const fdbExt = uapi.NDA_FDB_EXT_ATTRS | unix.NLA_F_NESTED

// Where struct ndmsg has the state and the flags.
const (
	ndState = 8
	ndFlags = 10
)

// Rows that verbs share; most show what an entry has, and say it in a snapshot.
var (
	fdbAddr   = field.Row{Words: "=to", In: field.Slot, Attr: common.SlotAddr, Type: &field.Word, Flags: field.Bare | field.Once}
	fdbDev    = field.Row{Words: "=dev", In: field.Slot, Attr: common.SlotDev, Type: &field.LinkWord}
	fdbDst    = field.Row{Words: "=dst", Attr: unix.NDA_DST, Type: &fdbHost, Flags: field.Once}
	fdbNhid   = field.Row{Words: "=nhid", Attr: uapi.NDA_NH_ID, Type: &field.U32, Bad: "\"id\" value is invalid\n", Flags: field.OmitZero}
	fdbPort   = field.Row{Words: "=port", Attr: unix.NDA_PORT, Type: &udpPort, Bad: "invalid port\n", Flags: field.OmitZero}
	fdbVNI    = field.Row{Words: "=vni", Attr: unix.NDA_VNI, Type: &vniNumber, Bad: "invalid VNI\n"}
	fdbSrcVNI = field.Row{Words: "=src_vni", Attr: unix.NDA_SRC_VNI, Type: &vniNumber, Bad: "invalid src VNI\n"}
	fdbVia    = field.Row{Words: "=via", Attr: unix.NDA_IFINDEX, Type: &fdbLink}
	fdbSelf   = field.Row{Words: "=self", In: field.Head, At: ndFlags, Arg: unix.NTF_SELF, Type: &field.Bit8}
	fdbMaster = field.Row{Words: "master", In: field.Head, At: ndFlags, Arg: unix.NTF_MASTER, Type: &field.Bit8}
	fdbVlan   = field.Row{Words: "vlan", Attr: unix.NDA_VLAN, Type: &fdbVID}
	fdbRouter = field.Row{Words: "router", In: field.Head, At: ndFlags, Arg: unix.NTF_ROUTER, Type: &field.Bit8}
	fdbExtern = field.Row{Words: "extern_learn", In: field.Head, At: ndFlags, Arg: unix.NTF_EXT_LEARNED, Type: &field.Bit8}
	fdbSticky = field.Row{Words: "sticky", In: field.Head, At: ndFlags, Arg: uapi.NTF_STICKY, Type: &field.Bit8}

	fdbActivity = field.Row{Words: "=activity_notify", In: fdbExt, Attr: uapi.NFEA_ACTIVITY_NOTIFY, Arg: uapi.FDB_NOTIFY_BIT, Type: &field.Bit8}
	fdbInactive = field.Row{Words: "=inactive", In: fdbExt, Attr: uapi.NFEA_ACTIVITY_NOTIFY, Arg: uapi.FDB_NOTIFY_INACTIVE_BIT, Type: &field.Bit8}
)

var (
	fdbHost     = field.Type{Read: parseDst, Print: printDst, Write: writeHost}
	fdbLink     = field.Type{Size: 4, Scan: field.ScanNeededDevice, Print: printVia, Write: field.WriteDevice}
	fdbVID      = field.Type{Size: 2, Form: field.NonZero | field.Str, Parse: parseFdbVlan, Write: field.WriteNumber}
	udpPort     = field.Type{Size: 2, Form: field.Big, Scan: scanPort}
	vniNumber   = field.Type{Size: 4, Scan: scanVNI}
	onlyDynamic = field.Type{Parse: func(c *field.Call, _ *field.Row) error { c.For.(*common.Filter).Dynamic = true; return nil }}
)

func parseDst(c *field.Call, r *field.Row, s string) error {
	addr, err := cli.Addr(s, c.Env.Opt.Family)
	c.Put(r.In, r.Attr, addr.Bytes())
	return err
}

func writeHost(_ *field.View, r *field.Row, line, b []byte) []byte {
	return cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), hostFamily(b), b)
}

func scanPort(c *field.Call, r *field.Row, s string) (uint64, error) {
	port, ok := parsePort(c.Env, s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(port), nil
}

// parsePort reads a UDP port by number or service.
func parsePort(e *cli.Env, s string) (uint16, bool) {
	v, rest := cli.Strtoul(s, 0)
	if rest != "" {
		return e.Tables.ServicePort(s, "udp")
	}
	return uint16(v), v <= 0xffff
}

func scanVNI(c *field.Call, r *field.Row, s string) (uint64, error) {
	v, rest := cli.Strtoul(s, 0)
	if rest != "" || v>>24 != 0 {
		return 0, c.Wrong(r, s)
	}
	return v, nil
}

// parseFdbVlan calls the keyword itself the second value. What is negative counts as
// not given.
func parseFdbVlan(c *field.Call, r *field.Row) error {
	if c.Get(r.In, r.Attr) != nil {
		return cli.DupArg2(r.Word(), c.Typed)
	}
	s, err := c.Args.Value()
	if vlan := int16(cli.Atoi(s)); err == nil && vlan >= 0 {
		c.Set(r, uint64(vlan))
	}
	return err
}

// parseDynamic takes back that the entry is static.
func parseDynamic(c *field.Call, _ *field.Row) error {
	nd := ndMsg(c)
	nd.State = nd.State&^unix.NUD_NOARP | unix.NUD_REACHABLE
	return nil
}

// ndMsg is the struct in front of the attributes so far.
func ndMsg(c *field.Call) *unix.NdMsg {
	nd, _ := rtnl.View[unix.NdMsg](c.Get(field.Head, 0))
	return nd
}

// readEntry reads the words of an entry, which has the state at first.
func readEntry(c *command.Call, t *field.Table, state uint16) (*field.Call, error) {
	x := field.NewCall(c.Env, c.Args, t)
	*ndMsg(x) = unix.NdMsg{Family: unix.AF_BRIDGE, State: state}
	x.For = &cli.State[common.Tool](c.Env).Fdb
	return x, x.Read()
}

func fdbModify(c *command.Call) error {
	x, err := readEntry(c, &fdbWords, unix.NUD_NOARP)
	if err != nil {
		return err
	}
	m := c.Env.NewChange(c.Verb.Type, c.Verb.Flags)
	x.Encode(m, x.Table)
	return common.Change(c.Env, m)
}

// finishEntry checks an entry and adds what is meant if nothing else is said: an
// entry of the device itself, permanent.
func finishEntry(c *field.Call) error {
	dev, ok := c.Word(field.Slot, common.SlotDev)
	if !ok || !c.Given(&fdbAddr) {
		return cli.Fail("Device and address are required arguments.")
	}
	if !rtnl.IsZero(c.Get(0, uapi.NDA_NH_ID)) && (c.Given(&fdbDst) || c.Number(&fdbPort) != 0 || c.Given(&fdbVNI)) {
		return cli.Fail("dst, port, vni are mutually exclusive with nhid")
	}
	nd := ndMsg(c)
	selfIfNone(nd)
	if nd.State&(unix.NUD_PERMANENT|unix.NUD_REACHABLE) == 0 {
		nd.State |= unix.NUD_PERMANENT
	}
	if c.HasWord(field.Slot, common.SlotNoRefresh) {
		c.Put(fdbExt, uapi.NFEA_DONT_REFRESH, nil)
	}
	if err := putMAC(c); err != nil {
		return err
	}
	idx, err := c.Env.Index(dev)
	nd.Ifindex = int32(idx)
	return err
}

// selfIfNone says that the device itself is meant if nothing else is said.
func selfIfNone(nd *unix.NdMsg) {
	if nd.Flags&(unix.NTF_SELF|unix.NTF_MASTER) == 0 {
		nd.Flags |= unix.NTF_SELF
	}
}

func putMAC(c *field.Call) error {
	s, _ := c.Word(field.Slot, common.SlotAddr)
	mac, ok := scanMAC(s)
	if !ok {
		return cli.Fail("Invalid mac address %s", s)
	}
	c.Put(0, unix.NDA_LLADDR, mac[:])
	return nil
}

// scanMAC reads an address as sscanf does with %hhx and colons: blanks, signs
// and long numbers will do, and what follows the sixth byte does not matter.
func scanMAC(s string) (mac [6]byte, ok bool) {
	for i := range mac {
		if i > 0 {
			if s == "" || s[0] != ':' {
				return mac, false
			}
			s = s[1:]
		}
		v, rest := cli.Strtoul(s, 16)
		if len(rest) == len(s) {
			return mac, false
		}
		mac[i], s = byte(v), rest
	}
	return mac, true
}

func fdbGet(c *command.Call) error {
	e := c.Env
	x, err := readEntry(c, &fdbGetWords, 0)
	if err != nil {
		return err
	}
	dev, hasDev := x.Word(field.Slot, common.SlotDev)
	bridge, hasBridge := x.Word(field.Slot, common.SlotBridge)
	if !hasDev && !hasBridge || !x.Given(&fdbAddr) {
		return cli.Fail("Device or master and address are required arguments.")
	}
	if err := putMAC(x); err != nil {
		return err
	}
	if hasDev {
		idx, err := e.Index(dev)
		if err != nil {
			return err
		}
		ndMsg(x).Ifindex = int32(idx)
	}
	if hasBridge {
		idx, err := common.DeviceOf(e, "bridge device", bridge)
		if err != nil {
			return err
		}
		x.PutUint(0, unix.NDA_MASTER, 4, uint64(idx), false)
	}
	m := rtnl.New(unix.RTM_GETNEIGH, 0)
	x.Encode(m, x.Table)
	p := &fdbPrinter{e: e, f: &cli.State[common.Tool](e).Fdb}
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		return p.print(m)
	})
}
