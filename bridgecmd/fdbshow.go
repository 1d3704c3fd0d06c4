package bridgecmd

import (
	"math"
	"strconv"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// fdbShowWords has the words of show. Those without a row mean nothing.
var fdbShowWords = field.Table{Voice: &common.ListVoice, Rows: []*field.Row{
	{Words: "=brport|=dev", In: field.Slot, Attr: common.SlotDev, Type: &field.Word},
	{Words: "=br", In: field.Slot, Attr: common.SlotBridge, Type: &field.Word},
	{Words: "=vlan", Type: &common.ListVlan},
	{Words: "=state", Type: &field.Type{Read: parseStates}, Names: &fdbStates},
	{Words: "=dynamic", Type: &onlyDynamic},
	{Words: "help", Type: &field.Help},
}}

// fdbStates are the words for the states that show is limited to.
var fdbStates = word.Names{
	{unix.NUD_PERMANENT, "permanent"}, {unix.NUD_NOARP, "static|temp"}, {unix.NUD_STALE, "stale"},
	{unix.NUD_REACHABLE, "reachable|dynamic"}, {math.MaxUint32, "=all"},
}

// parseStates takes one more state, by name or number.
func parseStates(c *field.Call, r *field.Row, s string) error {
	state, ok := r.Names.Match(s)
	if !ok {
		if state, ok = word.Uint(s, 0, 32); !ok {
			return cli.InvArg("invalid state", s)
		}
	}
	c.For.(*common.Filter).State |= uint32(state)
	return nil
}

func fdbShow(c *command.Call) error {
	e, f := c.Env, &cli.State[common.Tool](c.Env).Fdb
	x, err := f.Read(c, &fdbShowWords)
	if err != nil {
		return err
	}
	if bridge, ok := x.Word(field.Slot, common.SlotBridge); ok {
		idx, err := common.DeviceOf(e, "bridge device", bridge)
		if err != nil {
			return err
		}
		f.Master = idx
	}
	if err := f.LookUp(x, common.SlotDev, &f.Index); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: unix.AF_BRIDGE, Ifindex: int32(f.Index)})
	if f.Master != 0 {
		m.U32(unix.NDA_MASTER, f.Master)
	}
	p := &fdbPrinter{e: e, f: f}
	return common.Show(e, common.Head{}, common.Listing{Request: m, Print: p.print})
}

// An fdbPrinter prints entries. It allocates nothing for an entry: there may be
// hundreds of thousands.
type fdbPrinter struct {
	e   *cli.Env
	f   *common.Filter
	of  field.View // an entry
	buf []byte
}

func (p *fdbPrinter) print(m rtnl.Message) error {
	if m.Type != unix.RTM_NEWNEIGH && m.Type != unix.RTM_DELNEIGH {
		p.e.Warnf("Not RTM_NEWNEIGH: %08x %08x %08x\n", len(m.Body)+unix.NLMSG_HDRLEN, m.Type, m.Flags)
		return nil
	}
	nd, attrs := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil {
		return common.Broken()
	}
	if nd.Family != unix.AF_BRIDGE || p.f.Hides(uint32(nd.Ifindex)) {
		return nil
	}
	p.of.Of(p.e, attrs)
	if p.filtered(nd, rtnl.U16(p.of.Get(0, unix.NDA_VLAN))) {
		return nil
	}
	pen := p.e.Pen
	p.e.Head("[NEIGH]")
	pen.OpenObject("")
	if m.Type == unix.RTM_DELNEIGH {
		pen.Flag("deleted", "Deleted ")
	}
	p.address(nd)
	fdbShown.Show(&p.of)
	p.extras()
	p.flags(nd.Flags)
	if v := p.of.Get(0, unix.NDA_MASTER); v != nil {
		pen.Str("master", "master ", p.e.Links.Name(rtnl.U32(v)), " ")
	}
	p.state(nd.State)
	pen.EndLine()
	pen.CloseObject()
	return nil
}

func (p *fdbPrinter) filtered(nd *unix.NdMsg, vlan uint16) bool {
	return p.f.State != 0 && uint32(nd.State)&p.f.State == 0 ||
		p.f.Vlan != 0 && p.f.Vlan != uint32(vlan) ||
		p.f.Dynamic && nd.State&unix.NUD_PERMANENT != 0
}

// address prints the address, and the device unless it was asked for.
func (p *fdbPrinter) address(nd *unix.NdMsg) {
	link := linkOf(p.e, uint32(nd.Ifindex))
	if v := p.of.Get(0, unix.NDA_LLADDR); v != nil {
		p.buf = cli.AppendLLAddr(p.buf[:0], link.arphrd, v)
		p.e.Pen.ColorBytes(show.MAC, "mac", "", p.buf, " ")
	}
	if p.f.Index == 0 && nd.Ifindex != 0 {
		p.e.Pen.Text("dev ")
		p.e.Pen.ColorStr(show.Ifname, "ifname", "", link.name, " ")
	}
}

// linkInfo is what an entry shows of its device.
type linkInfo struct {
	name   string
	arphrd uint16
}

func linkOf(e *cli.Env, index uint32) linkInfo {
	if link, ok := e.Links.Get(index); ok {
		return linkInfo{link.Name, link.Type}
	}
	return linkInfo{e.Links.Name(index), unix.ARPHRD_VOID}
}

// fdbShown is where a tunnel sends frames, fdbUse what is said of the use of an entry.
var (
	fdbShown = field.Table{Rows: []*field.Row{
		&fdbDst, &fdbVlan, &fdbPort, &fdbVNI, &fdbSrcVNI, &fdbVia, &fdbNhid, {Attr: unix.NDA_LINK_NETNSID, Type: &fdbNetns},
	}}
	fdbUse = field.Table{Rows: []*field.Row{&fdbActivity, &fdbInactive}}
)

func printDst(v *field.View, r *field.Row, b []byte) {
	var tmp [64]byte
	family := hostFamily(b)
	v.Pen.Text("dst ")
	v.Pen.ColorBytes(show.FamilyColor(family), r.JSON(), "", cli.AppendAddr(tmp[:0], family, b), " ")
}

// printVia tells of a link in another namespace by its number.
func printVia(v *field.View, _ *field.Row, b []byte) {
	if v.Get(0, unix.NDA_LINK_NETNSID) != nil {
		v.Pen.Uint("viaIfIndex", "via ifindex ", uint64(rtnl.U32(b)), " ")
		return
	}
	v.Pen.Str("viaIf", "via ", v.Env.Links.Name(rtnl.U32(b)), " ")
}

// fdbNetns is signed in text, but not in JSON.
var fdbNetns = field.Type{Size: 4, Print: func(v *field.View, _ *field.Row, b []byte) {
	id := rtnl.U32(b)
	v.Pen.JUint("linkNetNsId", uint64(id))
	if !v.Pen.JSON() {
		v.Pen.Int("", "link-netnsid ", int64(int32(id)), " ")
	}
}}

// hostFamily tells the family of an address by its length.
func hostFamily(addr []byte) uint8 {
	if len(addr) == 16 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// extras prints what -d and -s add.
func (p *fdbPrinter) extras() {
	if p.e.Opt.Details > 0 {
		fdbUse.Show(&p.of)
	}
	if v := p.of.Get(0, unix.NDA_CACHEINFO); len(v) >= 16 && p.e.Opt.Stats > 0 {
		// struct nda_cacheinfo: confirmed, used, updated, references.
		p.e.Pen.Uint("used", "used ", uint64(rtnl.U32(v[4:])/userHZ), "")
		p.e.Pen.Uint("updated", "/", uint64(rtnl.U32(v[8:])/userHZ), " ")
	}
}

// userHZ is the kernel's unit for times that it tells processes.
const userHZ = 100

// fdbFlags are the flags of an entry in the order in which they print.
var fdbFlags = word.Names{
	{unix.NTF_SELF, "self"}, {unix.NTF_ROUTER, "router"}, {unix.NTF_EXT_LEARNED, "extern_learn"},
	{unix.NTF_OFFLOADED, "offload"}, {unix.NTF_MASTER, "master"}, {uapi.NTF_STICKY, "sticky"},
}

func (p *fdbPrinter) flags(flags uint8) {
	pen := p.e.Pen
	pen.OpenArray("flags")
	for _, f := range fdbFlags {
		if uint64(flags)&f.Val != 0 {
			pen.Str("", "", f.Word, " ")
		}
	}
	if rtnl.U32(p.of.Get(0, uapi.NDA_FLAGS_EXT))&uapi.NTF_EXT_LOCKED != 0 {
		pen.Str("", "", "locked", " ")
	}
	pen.CloseArray()
}

// state prints the state; one that was learnt has no word.
func (p *fdbPrinter) state(state uint16) {
	word := ""
	switch {
	case state&unix.NUD_PERMANENT != 0:
		word = "permanent"
	case state&unix.NUD_NOARP != 0:
		word = "static"
	case state&unix.NUD_STALE != 0:
		word = "stale"
	case state&unix.NUD_REACHABLE == 0:
		p.unknownState(state)
		return
	}
	p.e.Pen.Str("state", "", word, "")
}

func (p *fdbPrinter) unknownState(state uint16) {
	lead := "0x"
	if state == 0 {
		lead = ""
	}
	p.buf = strconv.AppendUint(append(p.buf[:0], lead...), uint64(state), 16)
	p.e.Pen.Bytes("state", "state=", p.buf, "")
}
