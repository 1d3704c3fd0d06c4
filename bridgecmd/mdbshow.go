package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// mdbShow takes two dumps: one for the entries, and one for the router ports.
func mdbShow(c *command.Call) error {
	e := c.Env
	t := cli.State[common.Tool](e)
	if err := t.Mdb.Parse(c, &common.VidWords); err != nil {
		return err
	}
	p := &mdbPrinter{e: e, f: &t.Mdb}
	e.Pen.Begin()
	e.Pen.OpenObject("")
	e.Pen.OpenArray("mdb")
	if err := mdbDump(e, p.entries); err != nil {
		return err
	}
	e.Pen.CloseArray()
	e.Pen.OpenObject("router")
	if err := mdbDump(e, p.routers); err != nil {
		return err
	}
	e.Pen.CloseObject()
	e.Pen.CloseObject()
	return nil
}

func mdbDump(e *cli.Env, print func(rtnl.Message) error) error {
	if err := e.Dump(MdbDump(), print); err != nil {
		return &cli.Error{Status: cli.StatusError, Err: err, Text: "Dump terminated\n"}
	}
	return nil
}

// An mdbPrinter prints the entries of multicast databases.
type mdbPrinter struct {
	e   *cli.Env
	f   *common.Filter
	tb  [uapi.MDBA_MAX + 1][]byte
	of  field.View // an entry
	buf []byte
}

// index files the attributes of a message; ok is false for one that the filter
// leaves out.
func (p *mdbPrinter) index(m rtnl.Message) (port *deviceMsg, ok bool, err error) {
	switch m.Type {
	case unix.RTM_GETMDB, unix.RTM_NEWMDB, unix.RTM_DELMDB:
	default:
		p.e.Warnf("Not RTM_GETMDB, RTM_NEWMDB or RTM_DELMDB: %08x %08x %08x\n", len(m.Body)+unix.NLMSG_HDRLEN, m.Type, m.Flags)
		return nil, false, nil
	}
	port, attrs := rtnl.View[deviceMsg](m.Body)
	if port == nil {
		return nil, false, common.Broken()
	}
	rtnl.Index(p.tb[:], attrs)
	return port, !p.f.Hides(port.Ifindex), nil
}

// entries prints the entries of a message.
func (p *mdbPrinter) entries(m rtnl.Message) error {
	port, ok, err := p.index(m)
	if ok {
		p.printEntries(port.Ifindex)
	}
	return err
}

// routers prints the router ports of a message.
func (p *mdbPrinter) routers(m rtnl.Message) error {
	port, ok, err := p.index(m)
	if ok {
		p.printRouters(m, port.Ifindex)
	}
	return err
}

// event prints a change of either.
func (p *mdbPrinter) event(m rtnl.Message) error {
	port, ok, err := p.index(m)
	if !ok {
		return err
	}
	p.e.Head("[MDB]")
	if m.Type == unix.RTM_DELMDB {
		p.e.Pen.Flag("deleted", "Deleted ")
	}
	p.printEntries(port.Ifindex)
	p.printRouters(m, port.Ifindex)
	return nil
}

func (p *mdbPrinter) printEntries(index uint32) {
	for _, entry := range rtnl.Attrs(p.tb[uapi.MDBA_MDB]) {
		for _, info := range rtnl.Attrs(entry) {
			if r, attrs := rtnl.View[mdbRecord](info); r != nil && (p.f.Vlan == 0 || p.f.Vlan == uint32(r.Vid)) {
				p.of.Of(p.e, attrs).Head = info
				p.entry(index, r)
			}
		}
	}
}

// family tells what the address of the entry is.
func (r *mdbRecord) family() uint8 {
	switch r.Proto {
	case [2]byte{}:
		return unix.AF_PACKET
	case protoOf(unix.ETH_P_IP):
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// bytes is the address of the entry.
func (r *mdbRecord) bytes() []byte {
	switch r.family() {
	case unix.AF_PACKET:
		return r.Addr[:6]
	case unix.AF_INET:
		return r.Addr[:4]
	}
	return r.Addr[:]
}

func (p *mdbPrinter) entry(index uint32, r *mdbRecord) {
	pen := p.e.Pen
	pen.OpenObject("")
	pen.JInt("index", int64(int32(index)))
	pen.ColorStr(show.Ifname, "dev", "dev ", p.e.Links.Name(index), "")
	pen.Str("port", " port ", p.e.Links.Name(r.Ifindex), "")
	family := r.family()
	p.addr("grp", " grp ", family, r.bytes())
	if v := p.of.Get(0, uapi.MDBA_MDB_EATTR_SOURCE); v != nil {
		p.addr("src", " src ", family, v)
	}
	if r.State&uapi.MDB_PERMANENT != 0 {
		pen.Str("state", " ", "permanent", "")
	} else {
		pen.Str("state", " ", "temp", "")
	}
	if p.e.Opt.Details > 0 {
		mdbDetails.Show(&p.of)
	}
	p.flags(r.Flags)
	if r.Vid != 0 {
		pen.Uint("vid", " vid ", uint64(r.Vid), "")
	}
	mdbUnderlay.Show(&p.of)
	if v := p.of.Get(0, uapi.MDBA_MDB_EATTR_TIMER); v != nil && p.e.Opt.Stats > 0 {
		printTimer(pen, " ", v)
	}
	pen.NL()
	pen.CloseObject()
}

func (p *mdbPrinter) addr(key, pre string, family uint8, v []byte) {
	p.buf = cli.AppendAddr(p.buf[:0], family, v)
	p.e.Pen.ColorBytes(show.FamilyColor(family), key, pre, p.buf, "")
}

// mdbUnderlay is where a tunnel sends the group, mdbDetails what -d adds. A snapshot has
// both, but for an entry with a source no mode: the kernel takes none for it.
var (
	mdbUnderlay = field.Table{Before: true, Rows: []*field.Row{
		{Words: "dst", Attr: uapi.MDBA_MDB_EATTR_DST, Type: &mdbHost},
		{Words: "dst_port", Attr: uapi.MDBA_MDB_EATTR_DST_PORT, Type: &field.U16},
		{Words: "vni", Attr: uapi.MDBA_MDB_EATTR_VNI, Type: &field.U32},
		{Words: "src_vni", Attr: uapi.MDBA_MDB_EATTR_SRC_VNI, Type: &field.U32},
		{Words: "via", Attr: uapi.MDBA_MDB_EATTR_IFINDEX, Type: &kind.DeviceAlways},
	}}
	mdbDetails = field.Table{Before: true, Rows: []*field.Row{
		{Words: "filter_mode", Attr: uapi.MDBA_MDB_EATTR_GROUP_MODE, Type: &field.Type{Size: 1, Other: "exclude"}, Names: &groupModes},
		{Words: "source_list", Attr: uapi.MDBA_MDB_EATTR_SRC_LIST, Type: &field.Type{Print: printSources, Write: writeSources}},
		{Words: "proto", Key: "protocol", Attr: uapi.MDBA_MDB_EATTR_RTPROT, Type: &field.Type{Size: 1, Form: field.Str, Named: field.Protocols}},
	}, Mute: func(v *field.View, r *field.Row) bool {
		return r.Attr == uapi.MDBA_MDB_EATTR_GROUP_MODE && v.Get(0, uapi.MDBA_MDB_EATTR_SOURCE) != nil
	}}
)

var mdbHost = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	family := hostFamily(b)
	v.Pen.ColorBytes(show.FamilyColor(family), r.JSON(), " dst ", cli.AppendAddr(nil, family, b), "")
}, Write: writeHost}

// familyIn is what the addresses of the entry are that a view is of.
func familyIn(v *field.View) uint8 {
	r, _ := rtnl.View[mdbRecord](v.Head)
	return r.family()
}

// printSources prints the sources of a group: ADDR/TIMER,ADDR/TIMER.
func printSources(v *field.View, r *field.Row, b []byte) {
	pen, family, sep := v.Pen, familyIn(v), " "
	pen.OpenArray(r.JSON())
	pen.Text(" source_list")
	for _, src := range rtnl.Attrs(b) {
		addr, timer := rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_ADDRESS), rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_TIMER)
		if addr != nil && timer != nil && family != unix.AF_PACKET {
			pen.OpenObject("")
			pen.Text(sep)
			pen.ColorBytes(show.FamilyColor(family), "address", "", cli.AppendAddr(nil, family, addr), "")
			pen.Bytes("timer", "/", show.AppendTicks(nil, uint64(rtnl.U32(timer)), 0), "")
			pen.CloseObject()
		}
		sep = ","
	}
	pen.CloseArray()
}

// writeSources writes the sources in the order in which they were given: the kernel puts
// each in front of those before.
func writeSources(v *field.View, _ *field.Row, line, b []byte) []byte {
	var sources [][]byte
	for _, src := range rtnl.Attrs(b) {
		sources = append(sources, rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_ADDRESS))
	}
	sep := " source_list "
	for i := len(sources) - 1; i >= 0; i-- {
		line = cli.AppendAddr(append(line, sep...), familyIn(v), sources[i])
		sep = ","
	}
	return line
}

// mdbFlags are the flags of an entry in the order in which they print.
var mdbFlags = word.Names{
	{uapi.MDB_FLAGS_OFFLOAD, "offload"}, {uapi.MDB_FLAGS_FAST_LEAVE, "fast_leave"}, {uapi.MDB_FLAGS_STAR_EXCL, "added_by_star_ex"},
	{uapi.MDB_FLAGS_BLOCKED, "blocked"}, {uapi.MDB_FLAGS_OFFLOAD_FAILED, "offload_failed"},
}

func (p *mdbPrinter) flags(flags uint8) {
	p.e.Pen.OpenArray("flags")
	for _, f := range mdbFlags {
		if uint64(flags)&f.Val != 0 {
			p.e.Pen.Str("", " ", f.Word, "")
		}
	}
	p.e.Pen.CloseArray()
}

// printTimer prints a timer; the blanks before the seconds are part of it in
// JSON too.
func printTimer(pen *show.Pen, pre string, v []byte) {
	var tmp [32]byte
	pen.Bytes("timer", pre, show.AppendTicks(tmp[:0], uint64(rtnl.U32(v)), 4), "")
}

// printRouters prints the router ports of a bridge: all of a list, where -d
// asks for them, or the one of an event.
func (p *mdbPrinter) printRouters(m rtnl.Message, index uint32) {
	list := p.tb[uapi.MDBA_ROUTER]
	if list == nil {
		return
	}
	bridge := p.e.Links.Name(index)
	switch {
	case m.Type != unix.RTM_GETMDB:
		p.routerEvent(list, bridge)
	case p.e.Opt.Details > 0:
		p.routerPorts(list, bridge)
	}
}

func (p *mdbPrinter) routerEvent(list []byte, bridge string) {
	for _, v := range rtnl.Attrs(list) {
		pen := p.e.Pen // monitors write text only
		pen.Text("router port dev ")
		pen.Text(p.e.Links.Name(rtnl.U32(v)))
		pen.Text(" master ")
		pen.Text(bridge)
		pen.EndLine()
		return
	}
}

func (p *mdbPrinter) routerPorts(list []byte, bridge string) {
	pen, stats := p.e.Pen, p.e.Opt.Stats > 0
	pen.OpenArray(bridge)
	if !stats {
		p.routerHead(bridge)
	}
	for _, v := range rtnl.Attrs(list) {
		pen.OpenObject("")
		if stats {
			p.routerHead(bridge)
		}
		pen.Str("port", "", p.e.Links.Name(rtnl.U32(v)), "")
		if stats {
			routerStats(p.e, v)
			pen.EndLine()
		} else {
			pen.Text(" ")
		}
		pen.CloseObject()
	}
	if !stats {
		pen.NL()
	}
	pen.CloseArray()
}

func (p *mdbPrinter) routerHead(bridge string) {
	p.e.Pen.Text("router ports on ")
	p.e.Pen.Text(bridge)
	p.e.Pen.Text(": ")
}

// routerStats prints the timer and the type of a router port.
func routerStats(e *cli.Env, port []byte) {
	attrs := port[min(4, len(port)):] // behind the index
	if v := rtnl.Find(attrs, uapi.MDBA_ROUTER_PATTR_TIMER); v != nil {
		printTimer(e.Pen, " ", v)
	}
	if v := rtnl.Find(attrs, uapi.MDBA_ROUTER_PATTR_TYPE); v != nil {
		kind := "permanent"
		if t := rtnl.U8(v); t == uapi.MDB_RTR_TYPE_TEMP_QUERY || t == uapi.MDB_RTR_TYPE_TEMP {
			kind = "temp"
		}
		e.Pen.Str("type", " ", kind, "")
	}
}
