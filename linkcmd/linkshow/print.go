// Package linkshow asks for links, picks and prints them, for every command that
// shows some: link, address, bridge, monitor.
package linkshow

import (
	"bytes"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// A Printer prints links. Its buffers are reused from link to link.
type Printer struct {
	// Link is set for the object link, which shows more than address does.
	Link bool
	// Queue tells to show the length of the transmit queue.
	Queue bool

	e    *cli.Env
	pen  *show.Pen
	f    *Filter
	tb   [uapi.IFLA_MAX + 1][]byte
	sub  [subMax][]byte
	view field.View // of tb
	buf  []byte
	// known are kinds that earlier links had.
	known []metKind
}

// subMax is above the highest attribute of the nests that the printer reads.
const subMax = 32

// NewPrinter returns a printer of the links that pass f.
func NewPrinter(e *cli.Env, f *Filter) *Printer {
	return &Printer{Queue: true, Link: e.LinksShown, e: e, pen: e.Pen, f: f}
}

// PrintEvent is for monitors. The link stands under its new name, if it has one.
func PrintEvent(e *cli.Env, m rtnl.Message) error {
	p := cli.State[Printer](e)
	if p.e == nil {
		*p = *NewPrinter(e, &Filter{})
		p.Queue = false
	}
	p.Link = e.LinksShown
	e.Links.Remember(m)
	p.Print(m)
	return nil
}

// A Verdict is what came of printing a link.
type Verdict int

// What may come of it: a link that did not pass takes its addresses with it;
// counters follow only a link that was printed in full.
const (
	Hidden Verdict = iota - 1
	Short
	Full
)

// Print prints a RTM_NEWLINK or RTM_DELLINK.
func (p *Printer) Print(m rtnl.Message) Verdict {
	if m.Type != unix.RTM_NEWLINK && m.Type != unix.RTM_DELLINK {
		return Short
	}
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return Hidden
	}
	tb := p.tb[:]
	rtnl.Index(tb, attrs)
	name := p.name(ifi.Index)
	switch {
	case !p.f.matchState(ifi) || !cli.ValidIfname(string(name)):
		return Hidden
	case p.f.Label != nil:
		return Short
	case !p.f.matchRelations(tb):
		return Hidden
	}
	p.e.Head("[LINK]")
	if m.Type == unix.RTM_DELLINK {
		p.pen.Flag("deleted", "Deleted ")
	}
	if p.e.Opt.Brief {
		p.brief(ifi, name)
		return Short
	}
	p.full(ifi, name)
	return Full
}

// name is the link's name; the real tool complains of a link without.
func (p *Printer) name(index int32) []byte {
	if v := p.tb[unix.IFLA_IFNAME]; v != nil {
		return rtnl.CStr(v)
	}
	p.e.Warnf("BUG: device with ifindex %d has nil ifname\n", index)
	return strconv.AppendInt([]byte("if"), int64(index), 10)
}

// full prints all but the counters of "ip address".
func (p *Printer) full(ifi *unix.IfInfomsg, name []byte) {
	p.first(ifi, name)
	if f := p.f.Family; f == unix.AF_UNSPEC || f == unix.AF_PACKET || p.details() {
		p.addresses(ifi)
	}
	p.netns()
	p.protoDown()
	if p.details() {
		p.detail()
	}
	p.more(ifi)
	p.altNames()
	p.pen.EndLine()
	p.truncated(name)
}

func (p *Printer) details() bool { return p.e.Opt.Details > 0 }

// first prints the first line.
func (p *Printer) first(ifi *unix.IfInfomsg, name []byte) {
	pen, tb := p.pen, &p.tb
	p.head(ifi, name)
	if v := tb[unix.IFLA_MTU]; v != nil {
		pen.Uint("mtu", "mtu ", uint64(rtnl.U32(v)), " ")
	}
	p.xdp()
	if v := tb[unix.IFLA_QDISC]; v != nil {
		pen.Bytes("qdisc", "qdisc ", rtnl.CStr(v), " ")
	}
	if v := tb[unix.IFLA_MASTER]; v != nil {
		pen.Str("master", "master ", p.e.Links.Name(rtnl.U32(v)), " ")
	}
	if v := tb[unix.IFLA_OPERSTATE]; v != nil {
		p.operState(rtnl.U8(v))
	}
	if v := tb[unix.IFLA_LINKMODE]; p.Link && v != nil {
		p.linkMode(rtnl.U8(v))
	}
	if v := tb[unix.IFLA_GROUP]; v != nil {
		pen.Str("group", "group ", p.e.Tables.Groups.Name(rtnl.U32(v)), " ")
	}
	if v := tb[unix.IFLA_TXQLEN]; p.Queue && v != nil {
		pen.Uint("txqlen", "qlen ", uint64(rtnl.U32(v)), "")
	}
	if v := tb[unix.IFLA_EVENT]; v != nil {
		p.event(rtnl.U32(v))
	}
}

// Head prints what a link with those attributes begins with: number, name,
// lower device and flags. It is the same for bridge.
func (p *Printer) Head(ifi *unix.IfInfomsg, attrs []byte) {
	rtnl.Index(p.tb[:], attrs)
	p.head(ifi, p.name(ifi.Index))
}

func (p *Printer) head(ifi *unix.IfInfomsg, name []byte) {
	p.pen.Int("ifindex", "", int64(ifi.Index), ": ")
	down := p.nameAndLink(name, 0, ": ")
	p.flags(ifi.Flags, down)
}

// nameAndLink prints NAME or NAME@LOWER, in text padded to width, and reports
// whether the lower device is in this namespace and down.
func (p *Printer) nameAndLink(name []byte, width int, post string) (down bool) {
	p.buf = append(p.buf[:0], name...)
	if v := p.tb[unix.IFLA_LINK]; v != nil {
		down = p.lower(rtnl.U32(v))
	}
	for !p.pen.JSON() && len(p.buf) < width {
		p.buf = append(p.buf, ' ')
	}
	p.pen.ColorBytes(show.Ifname, "ifname", "", p.buf, post)
	return down
}

// lower tells of the device that the link stands on: JSON has a member of its
// own, text a part of the name.
func (p *Printer) lower(index uint32) (down bool) {
	json := p.pen.JSON()
	switch {
	case index == 0:
		p.pen.Null("link", "")
		if !json {
			p.buf = append(p.buf, "@NONE"...)
		}
	case p.tb[unix.IFLA_LINK_NETNSID] != nil:
		p.pen.JInt("link_index", int64(int32(index)))
		if !json {
			p.buf = strconv.AppendUint(append(p.buf, "@if"...), uint64(index), 10)
		}
	default:
		name := p.e.Links.Name(index)
		p.pen.JStr("link", name)
		if !json {
			p.buf = append(append(p.buf, '@'), name...)
		}
		link, ok := p.e.Links.Known(index)
		return ok && link.Flags&unix.IFF_UP == 0
	}
	return false
}

// linkFlags in the order in which they print. RUNNING never shows: what shows
// is its lack.
var linkFlags = word.Names{
	{unix.IFF_LOOPBACK, "LOOPBACK"}, {unix.IFF_BROADCAST, "BROADCAST"}, {unix.IFF_POINTOPOINT, "POINTOPOINT"},
	{unix.IFF_MULTICAST, "MULTICAST"}, {unix.IFF_NOARP, "NOARP"}, {unix.IFF_ALLMULTI, "ALLMULTI"},
	{unix.IFF_PROMISC, "PROMISC"}, {unix.IFF_MASTER, "MASTER"}, {unix.IFF_SLAVE, "SLAVE"}, {unix.IFF_DEBUG, "DEBUG"},
	{unix.IFF_DYNAMIC, "DYNAMIC"}, {unix.IFF_AUTOMEDIA, "AUTOMEDIA"}, {unix.IFF_PORTSEL, "PORTSEL"},
	{unix.IFF_NOTRAILERS, "NOTRAILERS"}, {unix.IFF_UP, "UP"}, {unix.IFF_LOWER_UP, "LOWER_UP"},
	{unix.IFF_DORMANT, "DORMANT"}, {unix.IFF_ECHO, "ECHO"},
}

// flags prints <A,B,C>. The comma stands behind each name but the last; the
// one before M-DOWN is always there.
func (p *Printer) flags(flags uint32, lowerDown bool) {
	pen := p.pen
	pen.OpenArray("flags")
	pen.Text("<")
	if flags&unix.IFF_UP != 0 && flags&unix.IFF_RUNNING == 0 {
		pen.Str("", "", "NO-CARRIER", ",") // UP at least stands behind it
	}
	kind.PrintFlagNames(pen, flags&^unix.IFF_RUNNING, linkFlags)
	if lowerDown {
		pen.Str("", ",", "M-DOWN", "")
	}
	pen.CloseArray()
	pen.Text("> ")
}

func operColor(state uint8) show.Color {
	switch state {
	case uapi.IF_OPER_UP:
		return show.Up
	case uapi.IF_OPER_DOWN:
		return show.Down
	}
	return show.Plain
}

func (p *Printer) operState(state uint8) {
	name := OperStates.Of(uint64(state))
	switch {
	case name == "":
		p.pen.JUint("operstate_index", uint64(state))
		if !p.pen.JSON() {
			p.pen.Hex0x("", "state ", uint64(state), "")
		}
	case p.e.Opt.Brief:
		p.pen.ColorStrWidth(operColor(state), "operstate", "", 14, name, " ")
	default:
		p.pen.Text("state ")
		p.pen.ColorStr(operColor(state), "operstate", "", name, " ")
	}
}

func (p *Printer) linkMode(mode uint8) {
	if name := LinkModes.Of(uint64(mode)); name != "" {
		p.pen.Str("linkmode", "mode ", name, " ")
		return
	}
	p.pen.Uint("linkmode_index", "mode ", uint64(mode), " ")
}

// linkEvents are the values of IFLA_EVENT.
var linkEvents = word.Names{
	{1, "REBOOT"}, {2, "FEATURE CHANGE"}, {3, "BONDING FAILOVER"}, {4, "NOTIFY PEERS"}, {5, "RESEND IGMP"}, {6, "BONDING OPTION"},
}

func (p *Printer) event(event uint32) {
	switch name := linkEvents.Of(uint64(event)); {
	case name != "":
		p.pen.Str("event", "event ", name, " ")
	case event != 0:
		p.pen.Int("event", "event ", int64(int32(event)), " ")
	}
}

// addresses prints the second line.
func (p *Printer) addresses(ifi *unix.IfInfomsg) {
	pen, tb := p.pen, &p.tb
	pen.NL()
	p.linkType("    link/", ifi.Type)
	if v := tb[unix.IFLA_ADDRESS]; v != nil {
		p.llAddr("address", ifi.Type, v, "")
	}
	if v := tb[unix.IFLA_BROADCAST]; v != nil {
		p.peerOrBroadcast(ifi)
		p.llAddr("broadcast", ifi.Type, v, "")
	}
	perm := tb[unix.IFLA_PERM_ADDRESS]
	if perm != nil && !bytes.Equal(perm, tb[unix.IFLA_ADDRESS]) {
		pen.Text(" permaddr ")
		p.llAddr("permaddr", ifi.Type, perm, "")
	}
}

func (p *Printer) peerOrBroadcast(ifi *unix.IfInfomsg) {
	if ifi.Flags&unix.IFF_POINTOPOINT != 0 {
		p.pen.Flag("link_pointtopoint", " peer ")
		return
	}
	p.pen.Text(" brd ")
}

func (p *Printer) linkType(pre string, arphrd uint16) {
	p.buf = AppendLinkType(p.buf[:0], arphrd, p.e.Opt.Numeric)
	p.pen.Bytes("link_type", pre, p.buf, " ")
}

func (p *Printer) llAddr(key string, arphrd uint16, v []byte, post string) {
	p.buf = cli.AppendLLAddr(p.buf[:0], arphrd, v)
	p.pen.ColorBytes(show.MAC, key, "", p.buf, post)
}

// netns prints the namespace of the other end, and where the link has gone.
func (p *Printer) netns() {
	if v := p.tb[unix.IFLA_LINK_NETNSID]; v != nil {
		id := int32(rtnl.U32(v))
		p.pen.JInt("link_netnsid", int64(id))
		if id < 0 {
			p.pen.Text(" link-netnsid unknown")
		} else {
			p.nsName(" link-netns", id)
		}
	}
	if v := p.tb[unix.IFLA_NEW_NETNSID]; v != nil {
		p.nsName(" new-netns", int32(rtnl.U32(v)))
	}
	if v := p.tb[unix.IFLA_NEW_IFINDEX]; v != nil && !p.pen.JSON() {
		p.pen.Int("", " new-ifindex ", int64(int32(rtnl.U32(v))), "")
	}
}

// nsName writes a namespace by name, or else by id, in text only.
func (p *Printer) nsName(label string, id int32) {
	if p.pen.JSON() {
		return
	}
	p.pen.Text(label)
	if name := p.e.NSIDs.Name(id); name != "" {
		p.pen.Str("", " ", name, "")
		return
	}
	p.pen.Int("", "id ", int64(id), "")
}

// protoDown prints why a protocol holds the link down. The real tool looks for
// the reasons only in messages whose attribute of the number of the value (2,
// the broadcast address) is there, and at eight of them.
func (p *Printer) protoDown() {
	on := p.tb[unix.IFLA_PROTO_DOWN]
	if on == nil {
		return
	}
	if rtnl.U8(on) != 0 {
		p.pen.Flag("proto_down", " protodown on ")
	}
	reasons := p.tb[unix.IFLA_PROTO_DOWN_REASON]
	bits := rtnl.U8(rtnl.Find(reasons, unix.IFLA_PROTO_DOWN_REASON_VALUE))
	if bits == 0 || p.tb[unix.IFLA_PROTO_DOWN_REASON_VALUE] == nil {
		return
	}
	p.pen.OpenArray("proto_down_reason")
	p.pen.Text("protodown_reason <")
	sep := ""
	for i := uint32(0); bits != 0; i, bits = i+1, bits>>1 {
		if bits&1 != 0 {
			p.pen.Str("", sep, p.e.Tables.ProtodownReasons.Name(i), "")
			sep = ","
		}
	}
	p.pen.CloseArray()
	p.pen.Text(">")
}

// more prints the lines behind the details.
func (p *Printer) more(ifi *unix.IfInfomsg) {
	all := p.Link || p.details()
	if v := p.tb[unix.IFLA_IFALIAS]; all && v != nil {
		p.pen.NL()
		p.pen.Bytes("ifalias", "    alias ", rtnl.CStr(v), "")
	}
	if all {
		p.xdpPrograms()
	}
	if p.Link && p.e.Opt.Stats > 0 {
		p.pen.NL()
		p.stats()
	}
	if all {
		p.vfs(ifi)
	}
}

func (p *Printer) altNames() {
	list := p.tb[unix.IFLA_PROP_LIST]
	if list == nil {
		return
	}
	p.pen.OpenArray("altnames")
	for t, v := range rtnl.Attrs(list) {
		if t == unix.IFLA_ALT_IFNAME {
			p.pen.NL()
			p.pen.Bytes("", "    altname ", rtnl.CStr(v), "")
		}
	}
	p.pen.CloseArray()
}

var LinkModes = word.Names{{uapi.IF_LINK_MODE_DEFAULT, "DEFAULT"}, {uapi.IF_LINK_MODE_DORMANT, "DORMANT"}}

var OperStates = word.Names{
	{uapi.IF_OPER_UNKNOWN, "UNKNOWN"}, {uapi.IF_OPER_NOTPRESENT, "NOTPRESENT"}, {uapi.IF_OPER_DOWN, "DOWN"},
	{uapi.IF_OPER_LOWERLAYERDOWN, "LOWERLAYERDOWN"}, {uapi.IF_OPER_TESTING, "TESTING"},
	{uapi.IF_OPER_DORMANT, "DORMANT"}, {uapi.IF_OPER_UP, "UP"},
}

var AddrGenModes = word.Names{
	{uapi.IN6_ADDR_GEN_MODE_EUI64, "eui64"}, {uapi.IN6_ADDR_GEN_MODE_NONE, "none"},
	{uapi.IN6_ADDR_GEN_MODE_STABLE_PRIVACY, "stable_secret"}, {uapi.IN6_ADDR_GEN_MODE_RANDOM, "random"},
}
