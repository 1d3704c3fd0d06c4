package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

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
	sub [uapi.MDBA_MDB_EATTR_MAX + 1][]byte
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
				rtnl.Index(p.sub[:], attrs)
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
	if v := p.sub[uapi.MDBA_MDB_EATTR_SOURCE]; v != nil {
		p.addr("src", " src ", family, v)
	}
	if r.State&uapi.MDB_PERMANENT != 0 {
		pen.Str("state", " ", "permanent", "")
	} else {
		pen.Str("state", " ", "temp", "")
	}
	if p.e.Opt.Details > 0 {
		p.details(family)
	}
	p.flags(r.Flags)
	if r.Vid != 0 {
		pen.Uint("vid", " vid ", uint64(r.Vid), "")
	}
	p.underlay()
	if v := p.sub[uapi.MDBA_MDB_EATTR_TIMER]; v != nil && p.e.Opt.Stats > 0 {
		printTimer(pen, " ", v)
	}
	pen.NL()
	pen.CloseObject()
}

func (p *mdbPrinter) addr(key, pre string, family uint8, v []byte) {
	p.buf = cli.AppendAddr(p.buf[:0], family, v)
	p.e.Pen.ColorBytes(show.FamilyColor(family), key, pre, p.buf, "")
}

// details prints what -d adds.
func (p *mdbPrinter) details(family uint8) {
	pen := p.e.Pen
	if v := p.sub[uapi.MDBA_MDB_EATTR_GROUP_MODE]; v != nil {
		mode := "exclude"
		if rtnl.U8(v) == unix.MCAST_INCLUDE {
			mode = "include"
		}
		pen.Str("filter_mode", " filter_mode ", mode, "")
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_SRC_LIST]; v != nil {
		pen.OpenArray("source_list")
		pen.Text(" source_list")
		sep := " "
		for _, src := range rtnl.Attrs(v) {
			p.source(family, sep, src)
			sep = ","
		}
		pen.CloseArray()
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_RTPROT]; v != nil {
		pen.Str("protocol", " proto ", p.e.Tables.Protocols.Name(uint32(rtnl.U8(v))), "")
	}
}

// source prints one source of a group: ADDR/TIMER.
func (p *mdbPrinter) source(family uint8, sep string, src []byte) {
	addr, timer := rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_ADDRESS), rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_TIMER)
	if addr == nil || timer == nil || family == unix.AF_PACKET {
		return
	}
	p.e.Pen.OpenObject("")
	p.e.Pen.Text(sep)
	p.addr("address", "", family, addr)
	p.buf = show.AppendTicks(p.buf[:0], uint64(rtnl.U32(timer)), 0)
	p.e.Pen.Bytes("timer", "/", p.buf, "")
	p.e.Pen.CloseObject()
}

// mdbFlags are the flags of an entry in the order in which they print.
var mdbFlags = [...]struct {
	flag uint8
	name string
}{
	{uapi.MDB_FLAGS_OFFLOAD, "offload"}, {uapi.MDB_FLAGS_FAST_LEAVE, "fast_leave"}, {uapi.MDB_FLAGS_STAR_EXCL, "added_by_star_ex"},
	{uapi.MDB_FLAGS_BLOCKED, "blocked"}, {uapi.MDB_FLAGS_OFFLOAD_FAILED, "offload_failed"},
}

func (p *mdbPrinter) flags(flags uint8) {
	p.e.Pen.OpenArray("flags")
	for _, f := range mdbFlags {
		if flags&f.flag != 0 {
			p.e.Pen.Str("", " ", f.name, "")
		}
	}
	p.e.Pen.CloseArray()
}

// underlay prints where a tunnel sends the group.
func (p *mdbPrinter) underlay() {
	pen := p.e.Pen
	if v := p.sub[uapi.MDBA_MDB_EATTR_DST]; v != nil {
		p.addr("dst", " dst ", hostFamily(v), v)
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_DST_PORT]; v != nil {
		pen.Uint("dst_port", " dst_port ", uint64(rtnl.U16(v)), "")
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_VNI]; v != nil {
		pen.Uint("vni", " vni ", uint64(rtnl.U32(v)), "")
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_SRC_VNI]; v != nil {
		pen.Uint("src_vni", " src_vni ", uint64(rtnl.U32(v)), "")
	}
	if v := p.sub[uapi.MDBA_MDB_EATTR_IFINDEX]; v != nil {
		pen.Str("via", " via ", p.e.Links.Name(rtnl.U32(v)), "")
	}
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
