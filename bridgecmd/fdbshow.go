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
	tb  [uapi.NDA_MAX + 1][]byte
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
	rtnl.Index(p.tb[:], attrs)
	vlan := rtnl.U16(p.tb[unix.NDA_VLAN])
	if p.filtered(nd, vlan) {
		return nil
	}
	pen := p.e.Pen
	p.e.Head("[NEIGH]")
	pen.OpenObject("")
	if m.Type == unix.RTM_DELNEIGH {
		pen.Flag("deleted", "Deleted ")
	}
	p.address(nd)
	p.destination(vlan)
	p.extras()
	p.flags(nd.Flags)
	if v := p.tb[unix.NDA_MASTER]; v != nil {
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
	link := p.linkOf(uint32(nd.Ifindex))
	if v := p.tb[unix.NDA_LLADDR]; v != nil {
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

func (p *fdbPrinter) linkOf(index uint32) linkInfo {
	if link, ok := p.e.Links.Get(index); ok {
		return linkInfo{link.Name, link.Type}
	}
	return linkInfo{p.e.Links.Name(index), unix.ARPHRD_VOID}
}

// destination prints where a tunnel sends frames.
func (p *fdbPrinter) destination(vlan uint16) {
	pen := p.e.Pen
	if v := p.tb[unix.NDA_DST]; v != nil {
		family := hostFamily(v)
		p.buf = cli.AppendAddr(p.buf[:0], family, v)
		pen.Text("dst ")
		pen.ColorBytes(show.FamilyColor(family), "dst", "", p.buf, " ")
	}
	if vlan != 0 {
		pen.Uint("vlan", "vlan ", uint64(vlan), " ")
	}
	if v := p.tb[unix.NDA_PORT]; v != nil {
		pen.Uint("port", "port ", uint64(rtnl.Be16(v)), " ")
	}
	p.u32("vni", "vni ", unix.NDA_VNI)
	p.u32("src_vni", "src_vni ", unix.NDA_SRC_VNI)
	if v := p.tb[unix.NDA_IFINDEX]; v != nil {
		if p.tb[unix.NDA_LINK_NETNSID] != nil {
			pen.Uint("viaIfIndex", "via ifindex ", uint64(rtnl.U32(v)), " ")
		} else {
			pen.Str("viaIf", "via ", p.e.Links.Name(rtnl.U32(v)), " ")
		}
	}
	p.u32("nhid", "nhid ", uapi.NDA_NH_ID)
	if v := p.tb[unix.NDA_LINK_NETNSID]; v != nil {
		p.netnsID(rtnl.U32(v))
	}
}

// netnsID is signed in text, but not in JSON.
func (p *fdbPrinter) netnsID(id uint32) {
	p.e.Pen.JUint("linkNetNsId", uint64(id))
	if !p.e.Pen.JSON() {
		p.e.Pen.Int("", "link-netnsid ", int64(int32(id)), " ")
	}
}

// hostFamily tells the family of an address by its length.
func hostFamily(addr []byte) uint8 {
	if len(addr) == 16 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// u32 prints a number if it is there.
func (p *fdbPrinter) u32(key, pre string, attr int) {
	if v := p.tb[attr]; v != nil {
		p.e.Pen.Uint(key, pre, uint64(rtnl.U32(v)), " ")
	}
}

// extras prints what -d and -s add.
func (p *fdbPrinter) extras() {
	pen := p.e.Pen
	if v := p.tb[uapi.NDA_FDB_EXT_ATTRS]; v != nil && p.e.Opt.Details > 0 {
		notify := rtnl.U8(rtnl.Find(v, uapi.NFEA_ACTIVITY_NOTIFY))
		if notify&uapi.FDB_NOTIFY_BIT != 0 {
			pen.Flag("activity_notify", "activity_notify ")
		}
		if notify&uapi.FDB_NOTIFY_INACTIVE_BIT != 0 {
			pen.Flag("inactive", "inactive ")
		}
	}
	if v := p.tb[unix.NDA_CACHEINFO]; len(v) >= 16 && p.e.Opt.Stats > 0 {
		// struct nda_cacheinfo: confirmed, used, updated, references.
		p.seconds("used", "used ", v[4:])
		p.seconds("updated", "/", v[8:])
		pen.Text(" ")
	}
}

// userHZ is the kernel's unit for times that it tells processes.
const userHZ = 100

// seconds prints a time, in text as a signed number.
func (p *fdbPrinter) seconds(key, pre string, v []byte) {
	s := rtnl.U32(v) / userHZ
	p.e.Pen.Uint(key, pre, uint64(s), "")
}

// fdbFlags are the flags of an entry in the order in which they print.
var fdbFlags = [...]struct {
	flag uint8
	name string
}{
	{unix.NTF_SELF, "self"}, {unix.NTF_ROUTER, "router"}, {unix.NTF_EXT_LEARNED, "extern_learn"},
	{unix.NTF_OFFLOADED, "offload"}, {unix.NTF_MASTER, "master"}, {uapi.NTF_STICKY, "sticky"},
}

func (p *fdbPrinter) flags(flags uint8) {
	pen := p.e.Pen
	pen.OpenArray("flags")
	for i := range fdbFlags {
		if f := &fdbFlags[i]; flags&f.flag != 0 {
			pen.Str("", "", f.name, " ")
		}
	}
	if rtnl.U32(p.tb[uapi.NDA_FLAGS_EXT])&uapi.NTF_EXT_LOCKED != 0 {
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
