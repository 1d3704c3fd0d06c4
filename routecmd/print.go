package routecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/fib"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Printer writes the routes that its filter lets through. It allocates
// nothing for a route: attributes are indexed in place, and text that is not
// a constant or a cached name is put together in one buffer.
type Printer struct {
	env    *cli.Env
	filter filter
	tb     [unix.RTA_MAX + 1][]byte
	set    uint64                   // which of tb are there
	nh     [unix.RTA_MAX + 1][]byte // attributes of one of several nexthops
	buf    []byte
}

// NewPrinter returns a printer for all routes.
func NewPrinter(e *cli.Env) *Printer { return &Printer{env: e, filter: filter{family: e.Opt.Family}} }

// printEvent is for monitors. It leaves out what the kernel only remembers for itself.
func printEvent(e *cli.Env, m rtnl.Message) error {
	rt, _ := rtnl.View[unix.RtMsg](m.Body)
	if rt == nil || rt.Flags&unix.RTM_F_CLONED != 0 {
		return nil
	}
	p := cli.State[Printer](e)
	if p.env == nil {
		*p = *NewPrinter(e)
	}
	if p.filter.oif = (test[uint32]{}); e.Watched != 0 {
		p.filter.oif = is(e.Watched)
	}
	return p.Print(m)
}

// parse takes a message apart.
func (p *Printer) parse(m rtnl.Message) (r route, err error) {
	rtm, attrs := rtnl.View[unix.RtMsg](m.Body)
	switch {
	case m.Type != unix.RTM_NEWROUTE && m.Type != unix.RTM_DELROUTE:
		return r, cli.Fail("Not a route: %08x %08x %08x", len(m.Body)+unix.SizeofNlMsghdr, m.Type, m.Flags)
	case rtm == nil:
		return r, cli.Fail("BUG: wrong nlmsg len %d", len(m.Body)-unix.SizeofRtMsg)
	}
	p.set = rtnl.Reindex(p.tb[:], p.set, attrs)
	r = route{RtMsg: rtm, table: uint32(rtm.Table), bits: cli.FamilyBits(rtm.Family), tb: &p.tb}
	if t := p.tb[unix.RTA_TABLE]; t != nil {
		r.table = rtnl.U32(t)
	}
	return r, nil
}

// Print writes the route in m, unless the filter holds it back.
func (p *Printer) Print(m rtnl.Message) error {
	if p.filter.excludes(m) {
		return nil
	}
	r, err := p.parse(m)
	if err != nil || !p.filter.match(&r) {
		return err
	}
	if w := p.simple(&r); w != nil && m.Type == unix.RTM_NEWROUTE {
		p.env.Pen.PutLine(p.line(w, p.env.Pen.BeginLine(), &r))
	} else {
		p.record(m.Type, &r)
	}
	return nil
}

// record writes one route.
func (p *Printer) record(typ uint16, r *route) {
	pen, f := p.env.Pen, &p.filter
	p.env.Head("[ROUTE]")
	pen.OpenObject("")
	if typ == unix.RTM_DELROUTE {
		pen.Flag("deleted", "Deleted ")
	}
	if (r.Type != unix.RTN_UNICAST || p.details()) && (f.types == 0 || f.types&typeBit(r.Type) != 0) {
		pen.Str("type", "", p.env.Tables.RouteType(r.Type), " ")
	}
	p.destination(r)
	p.source(r)
	if v := r.tb[uapi.RTA_NH_ID]; v != nil {
		pen.Uint("nhid", "nhid ", uint64(rtnl.U32(v)), " ")
	}
	p.path(r)
	p.where(r)
	p.extras(r)
	if v := r.tb[uapi.RTA_NH_ID]; v != nil && p.details() {
		p.nexthopObject(rtnl.U32(v))
	}
	if v := r.tb[unix.RTA_MULTIPATH]; v != nil {
		p.nexthops(r, v)
	}
	pen.EndLine()
	pen.CloseObject()
}

func (p *Printer) details() bool { return p.env.Opt.Details > 0 }

// addrFamily is the family of the addresses of a route.
func addrFamily(r *route) uint8 {
	switch {
	case r.Type == unix.RTN_MULTICAST && r.Family == uapi.RTNL_FAMILY_IPMR:
		return unix.AF_INET
	case r.Type == unix.RTN_MULTICAST && r.Family == uapi.RTNL_FAMILY_IP6MR:
		return unix.AF_INET6
	}
	return r.Family
}

func (p *Printer) destination(r *route) {
	color := show.Plain
	b := p.buf[:0]
	switch v := r.tb[unix.RTA_DST]; {
	case v != nil:
		family := addrFamily(r)
		color = show.FamilyColor(family)
		b = p.appendPrefix(b, family, v, r.Dst_len, r.bits)
	case r.Dst_len != 0:
		b = append(strconv.AppendUint(append(b, "0/"...), uint64(r.Dst_len), 10), ' ')
	default:
		b = append(b, "default"...)
	}
	p.env.Pen.ColorBytes(color, "dst", "", b, " ")
	p.buf = b
}

func (p *Printer) source(r *route) {
	b := p.buf[:0]
	switch v := r.tb[unix.RTA_SRC]; {
	case v != nil:
		family := addrFamily(r)
		b = p.appendPrefix(b, family, v, r.Src_len, r.bits)
		p.env.Pen.ColorBytes(show.FamilyColor(family), "from", "from ", b, " ")
	case r.Src_len != 0:
		b = strconv.AppendUint(append(b, "0/"...), uint64(r.Src_len), 10)
		p.env.Pen.Bytes("src", "from ", b, " ")
	default:
		return
	}
	p.buf = b
}

// appendPrefix appends ADDR/LEN, or a host without its length.
func (p *Printer) appendPrefix(b []byte, family uint8, addr []byte, n uint8, bits int) []byte {
	if int(n) == bits {
		return p.env.AppendHost(b, family, addr)
	}
	b = append(cli.AppendAddr(b, family, addr), '/')
	return strconv.AppendUint(b, uint64(n), 10)
}

// path writes how packets leave: labels, encapsulation, gateway and device.
func (p *Printer) path(r *route) {
	f := &p.filter
	if v := r.tb[unix.RTA_NEWDST]; v != nil {
		p.newDst(r, v)
	}
	if v := r.tb[unix.RTA_ENCAP]; v != nil {
		encap.Print(p.env, r.tb[unix.RTA_ENCAP_TYPE], v)
	}
	if r.Tos != 0 && !f.tos.fixed() {
		p.env.Pen.Bytes("tos", "tos ", p.env.Tables.DSField.Bytes(uint32(r.Tos)), " ")
	}
	if v := r.tb[unix.RTA_GATEWAY]; v != nil && f.via.Bits != r.bits {
		fib.PrintGateway(p.env, r.Family, v)
	}
	if v := r.tb[unix.RTA_VIA]; v != nil {
		fib.PrintVia(p.env, v)
	}
	if v := r.tb[unix.RTA_OIF]; v != nil && !f.oif.fixed() {
		p.device("dev", rtnl.U32(v))
	}
}

func (p *Printer) device(key string, idx uint32) {
	p.env.Pen.Text(key)
	p.env.Pen.Text(" ")
	p.env.Pen.ColorStr(show.Ifname, key, "", p.env.Links.Name(idx), " ")
}

// newDst writes the labels that replace those of an MPLS packet.
func (p *Printer) newDst(r *route, v []byte) {
	p.buf = p.env.AppendHost(p.buf[:0], r.Family, v)
	p.env.Pen.Text("as to ")
	p.env.Pen.ColorBytes(show.FamilyColor(r.Family), "to", "", p.buf, " ")
}

// where writes the route's place in the tables, its flags and marks.
func (p *Printer) where(r *route) {
	pen, f, names := p.env.Pen, &p.filter, p.env.Tables
	if r.table != 0 && (r.table != unix.RT_TABLE_MAIN || p.details()) && f.table == 0 {
		pen.Bytes("table", "table ", names.RouteTables.Bytes(r.table), " ")
	}
	if r.Flags&unix.RTM_F_CLONED == 0 {
		if (r.Protocol != unix.RTPROT_BOOT || p.details()) && !f.protocol.fixed() {
			pen.Bytes("protocol", "proto ", names.Protocols.Bytes(uint32(r.Protocol)), " ")
		}
		if (r.Scope != unix.RT_SCOPE_UNIVERSE || p.details()) && !f.scope.fixed() {
			pen.Bytes("scope", "scope ", names.Scopes.Bytes(uint32(r.Scope)), " ")
		}
	}
	if v := r.tb[unix.RTA_PREFSRC]; v != nil && f.prefSrc.Bits != r.bits {
		// Never a name: it is an address of our own.
		p.buf = cli.AppendAddr(p.buf[:0], r.Family, v)
		pen.Text("src ")
		pen.ColorBytes(show.FamilyColor(r.Family), "prefsrc", "", p.buf, " ")
	}
	if v := r.tb[unix.RTA_PRIORITY]; v != nil && !f.metric.fixed() {
		pen.Uint("metric", "metric ", uint64(rtnl.U32(v)), " ")
	}
	fib.PrintFlags(pen, r.Flags)
	p.mark(rtnl.U32(r.tb[unix.RTA_MARK]))
	if v := r.tb[unix.RTA_FLOW]; v != nil && !f.realms.fixed() {
		fib.PrintRealms(p.env, rtnl.U32(v))
	}
	if v := r.tb[unix.RTA_UID]; v != nil {
		pen.Uint("uid", "uid ", uint64(rtnl.U32(v)), " ")
	}
}

func (p *Printer) mark(v uint32) {
	pen := p.env.Pen
	switch {
	case v == 0:
	case pen.JSON() || v < 16:
		pen.Uint("mark", "mark ", uint64(v), " ")
	default:
		pen.Hex0x("mark", "mark ", uint64(v), " ")
	}
}

// extras writes what is known of the route's use, its metrics and the
// preferences of IPv6 and MPLS.
func (p *Printer) extras(r *route) {
	pen := p.env.Pen
	if r.Family == unix.AF_INET && r.Flags&unix.RTM_F_CLONED != 0 {
		p.cacheFlags(r.Flags &^ 0xffff)
	}
	if v := r.tb[unix.RTA_CACHEINFO]; v != nil && (r.Family == unix.AF_INET || r.Family == unix.AF_INET6) {
		p.cacheInfo(v)
	}
	if v := r.tb[unix.RTA_METRICS]; v != nil {
		p.metrics(v)
	}
	if v := r.tb[unix.RTA_IIF]; v != nil && !p.filter.iif.fixed() {
		p.device("iif", rtnl.U32(v))
	}
	if v := r.tb[unix.RTA_PREF]; v != nil {
		p.preference(rtnl.U8(v))
	}
	if v := r.tb[unix.RTA_TTL_PROPAGATE]; v != nil {
		// Misspelt in the real tool, and no blank behind it.
		on := rtnl.U8(v) != 0
		text := "ttl-propogate disabled"
		if on {
			text = "ttl-propogate enabled"
		}
		pen.Bool("ttl-propogate", text, on)
	}
}

// preference has no blank behind it, and no word before an unknown number.
func (p *Printer) preference(v uint8) {
	pen := p.env.Pen
	if name := preferences.Of(uint64(v)); name != "" {
		pen.Str("pref", "pref ", name, "")
	} else {
		pen.Uint("pref", "", uint64(v), "")
	}
}

// cacheFlagNames are the flags of cached routes in the order in which they
// print.
var cacheFlagNames = word.Names{
	{uapi.RTCF_LOCAL, "local"},
	{uapi.RTCF_REJECT, "reject"},
	{uapi.RTCF_MULTICAST, "mc"},
	{uapi.RTCF_BROADCAST, "brd"},
	{uapi.RTCF_DNAT, "dst-nat"},
	{uapi.RTCF_SNAT, "src-nat"},
	{unix.RTCF_MASQ, "masq"},
	{uapi.RTCF_DIRECTDST, "dst-direct"},
	{unix.RTCF_DIRECTSRC, "src-direct"},
	{uapi.RTCF_REDIRECTED, "redirected"},
	{unix.RTCF_DOREDIRECT, "redirect"},
	{uapi.RTCF_FAST, "fastroute"},
	{uapi.RTCF_NOTIFY, "notify"},
	{uapi.RTCF_TPROXY, "proxy"},
}

// cacheFlags starts the second line of a cached IPv4 route.
func (p *Printer) cacheFlags(flags uint32) {
	pen := p.env.Pen
	pen.OpenArray("cache")
	pen.NL()
	pen.Text("    cache ")
	if flags != 0 {
		pen.Text("<")
	}
	for _, c := range cacheFlagNames {
		if flags&uint32(c.Val) == 0 {
			continue
		}
		if flags &^= uint32(c.Val); flags != 0 {
			pen.Str("", "", c.Word, ",")
		} else {
			pen.Str("", "", c.Word, "> ")
		}
	}
	if flags != 0 {
		pen.Hex("flags", "", uint64(flags), ">")
	}
	pen.CloseArray()
}

// userHZ is the kernel's unit of time towards programs (USER_HZ).
const userHZ = 100

// cacheInfo writes a struct rta_cacheinfo; -s shows the counters.
func (p *Printer) cacheInfo(v []byte) {
	ci, _ := rtnl.View[rtaCacheInfo](v)
	if ci == nil {
		return
	}
	pen := p.env.Pen
	if ci.Expires != 0 {
		pen.Int("expires", "expires ", int64(ci.Expires/userHZ), "sec ")
	}
	if ci.Error != 0 {
		pen.Uint("error", "error ", uint64(ci.Error), " ")
	}
	if p.env.Opt.Stats > 0 {
		if ci.Clntref != 0 {
			pen.Uint("users", "users ", uint64(ci.Clntref), " ")
		}
		if ci.Used != 0 {
			pen.Uint("used", "used ", uint64(ci.Used), " ")
		}
		if ci.Lastuse != 0 {
			pen.Uint("age", "age ", uint64(ci.Lastuse/userHZ), "sec ")
		}
	}
	if ci.ID != 0 {
		p.ipid(ci.ID)
	}
	if ci.TS != 0 || ci.TSAge != 0 {
		p.timestamp(ci.TS)
		pen.Uint("tsage", "tsage ", uint64(ci.TSAge), "sec ")
	}
}

// rtaCacheInfo is struct rta_cacheinfo of linux/rtnetlink.h.
type rtaCacheInfo struct {
	Clntref uint32
	Lastuse uint32
	Expires int32
	Error   uint32
	Used    uint32
	ID      uint32
	TS      uint32
	TSAge   uint32
}

func (p *Printer) ipid(id uint32) {
	pen := p.env.Pen
	if pen.JSON() {
		pen.Hex0x("ipid", "", uint64(id), "")
		return
	}
	pen.Text("ipid 0x")
	for limit := uint32(0x1000); limit > id && limit > 1; limit >>= 4 {
		pen.Text("0")
	}
	pen.Hex("ipid", "", uint64(id), " ")
}

func (p *Printer) timestamp(ts uint32) {
	pen := p.env.Pen
	if pen.JSON() {
		pen.Hex0x("ts", "", uint64(ts), "")
		return
	}
	pen.Hex("ts", "ts 0x", uint64(ts), "")
}

// printEcho writes the route in m, as an echo shows it.
func printEcho(e *cli.Env, m rtnl.Message) error { return NewPrinter(e).Print(m) }
