package bridgecmd

import (
	"strconv"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// Columns of the lists of VLANs.
const (
	nameWidth = unix.IFNAMSIZ
	vlanWidth = 9
	optIndent = nameWidth + 4
)

// vlanHead begins a list.
var vlanHead = common.Head{Line: "port              vlan-id  \n", Array: true}

// vlanShow lists VLANs. There are three kinds of dump for that: with -d the
// options, with -s the counters, and otherwise just the numbers.
func vlanShow(c *command.Call) error {
	e := c.Env
	p, err := readVlans(c)
	if err != nil {
		return err
	}
	switch {
	case e.Opt.Details > 0:
		flags := uint32(0)
		if e.Opt.Stats > 0 {
			flags = uapi.BRIDGE_VLANDB_DUMPF_STATS
		}
		return p.list(flags)
	case e.Opt.Stats > 0:
		return p.listStats()
	}
	return common.Show(e, vlanHead, common.Listing{Request: vlanDump(e), Print: p.plain(p.vlans)})
}

func vlanTunnels(c *command.Call) error {
	e := c.Env
	p, err := readVlans(c)
	if err != nil {
		return err
	}
	if e.Opt.Stats > 0 {
		return p.listStats()
	}
	head := common.Head{Line: "port              vlan-id    tunnel-id\n", Array: true}
	return common.Show(e, head, common.Listing{Request: vlanDump(e), Print: p.plain(p.tunnels)})
}

func vlanGlobalShow(c *command.Call) error {
	p, err := readVlans(c)
	if err != nil {
		return err
	}
	p.globalOnly = true
	return p.list(uapi.BRIDGE_VLANDB_DUMPF_GLOBAL)
}

// vlanDump asks for links with their VLANs.
func vlanDump(e *cli.Env) *rtnl.Msg {
	mask := uint32(uapi.RTEXT_FILTER_BRVLAN)
	if e.Opt.Compress {
		mask = uapi.RTEXT_FILTER_BRVLAN_COMPRESSED
	}
	return bridgeLinks(mask)
}

// bridgeLinks asks for the links of bridges with what mask says.
func bridgeLinks(mask uint32) *rtnl.Msg {
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: unix.AF_BRIDGE})
	m.U32(unix.IFLA_EXT_MASK, mask)
	return m
}

// A vlanPrinter prints VLANs of ports and of bridges.
type vlanPrinter struct {
	t          *common.Tool
	e          *cli.Env
	f          *common.Filter
	globalOnly bool
	open       bool // a port of vlanOpen is open in JSON
	sub        [vlanAttrs][]byte
}

// vlanAttrs is above the highest attribute of the nests that are printed.
const vlanAttrs = max(uapi.BRIDGE_VLANDB_ENTRY_MAX, uapi.BRIDGE_VLANDB_GOPTS_MAX, uapi.IFLA_BRIDGE_VLAN_TUNNEL_MAX) + 1

// readVlans reads which VLANs are to be printed.
func readVlans(c *command.Call) (*vlanPrinter, error) {
	t := cli.State[common.Tool](c.Env)
	if err := t.Vlan.Parse(c, &common.VidWords); err != nil {
		return nil, err
	}
	return printVlans(t, c.Env), nil
}

func printVlans(t *common.Tool, e *cli.Env) *vlanPrinter {
	if e.Opt.JSON {
		t.VlanPort = 0 // its object has been closed
	}
	return &vlanPrinter{t: t, e: e, f: &t.Vlan}
}

// openPort begins the VLANs of a port, or their tunnels.
func openPort(e *cli.Env, index uint32, key string) {
	e.Pen.OpenObject("")
	e.Pen.ColorStrWidth(show.Ifname, "ifname", "", nameWidth, e.Links.Name(index), "  ")
	e.Pen.OpenArray(key)
}

func closePort(e *cli.Env) {
	e.Pen.CloseArray()
	e.Pen.CloseObject()
}

// indent writes blanks, in text.
func indent(pen *show.Pen, width int) {
	const blanks = "                                        "
	pen.Text(blanks[:max(0, min(width, len(blanks)))])
}

// printRange prints N or N-LAST and returns the width of that in text.
func printRange(pen *show.Pen, key string, first, last uint32) int {
	pen.Uint(key, "", uint64(first), "")
	width := digits(first)
	if first != last {
		pen.Uint(key+"End", "-", uint64(last), "")
		width += 1 + digits(last)
	}
	return width
}

func digits(n uint32) int {
	var tmp [10]byte
	return len(strconv.AppendUint(tmp[:0], uint64(n), 10))
}

// plain is the callback of the dump of links: each prints the nest in which
// the VLANs of a port are.
func (p *vlanPrinter) plain(each func(index uint32, spec []byte)) func(rtnl.Message) error {
	return func(m rtnl.Message) error {
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if ifi == nil {
			return common.Broken()
		}
		if spec := rtnl.Find(attrs, unix.IFLA_AF_SPEC); spec != nil && ifi.Family == unix.AF_BRIDGE && !p.f.Hides(uint32(ifi.Index)) {
			each(uint32(ifi.Index), spec)
		}
		return nil
	}
}

// A verdict is what the filter says of a VLAN in the order of their numbers.
type verdict int

const (
	skip verdict = iota // not this one: too low, or the first of a range
	take
	stop // none any more
)

func (p *vlanPrinter) check(vid uint32, flags uint16) verdict {
	switch {
	case p.f.Vlan != 0 && vid > p.f.Vlan && flags&uapi.BRIDGE_VLAN_INFO_RANGE_END == 0:
		return stop
	case flags&uapi.BRIDGE_VLAN_INFO_RANGE_BEGIN != 0 || vid < p.f.Vlan:
		return skip
	}
	return take
}

// vlans prints the VLANs of a port.
func (p *vlanPrinter) vlans(index uint32, spec []byte) {
	pen := p.e.Pen
	first, opened := uint32(0), false
	for t, v := range rtnl.Attrs(spec) {
		info, _ := rtnl.View[vlanInfo](v)
		if t != uapi.IFLA_BRIDGE_VLAN_INFO || info == nil {
			continue
		}
		vid := uint32(info.Vid)
		if info.Flags&uapi.BRIDGE_VLAN_INFO_RANGE_END == 0 {
			first = vid
		}
		if c := p.check(vid, info.Flags); c == stop {
			break
		} else if c == skip {
			continue
		}
		row(p.e, &opened, index, "vlans")
		pen.OpenObject("")
		printRange(pen, "vlan", first, vid)
		linkstats.PrintVlanFlags(p.e.Pen, info.Flags)
		pen.CloseObject()
		pen.NL()
	}
	if opened {
		closePort(p.e)
	}
}

// rows prints each attribute of a port that has the type; a port without any is left out.
func rows(e *cli.Env, attrs []byte, typ uint16, index uint32, key string, entry func(v []byte)) {
	opened := false
	for t, v := range rtnl.Attrs(attrs) {
		if t == typ {
			row(e, &opened, index, key)
			entry(v)
		}
	}
	if opened {
		closePort(e)
	}
}

// row begins a row: the first one of a port has its name.
func row(e *cli.Env, opened *bool, index uint32, key string) {
	if *opened {
		indent(e.Pen, nameWidth+2)
		return
	}
	openPort(e, index, key)
	*opened = true
}

// tunnels prints the tunnels to which the VLANs of a port are mapped.
func (p *vlanPrinter) tunnels(index uint32, spec []byte) {
	pen := p.e.Pen
	firstVid, firstID, opened := uint32(0), uint32(0), false
	for t, v := range rtnl.Attrs(spec) {
		if t != uapi.IFLA_BRIDGE_VLAN_TUNNEL_INFO {
			continue
		}
		tb := p.sub[:uapi.IFLA_BRIDGE_VLAN_TUNNEL_MAX+1]
		rtnl.Index(tb, v)
		if tb[uapi.IFLA_BRIDGE_VLAN_TUNNEL_VID] == nil {
			continue
		}
		vid, id := uint32(rtnl.U16(tb[uapi.IFLA_BRIDGE_VLAN_TUNNEL_VID])), rtnl.U32(tb[uapi.IFLA_BRIDGE_VLAN_TUNNEL_ID])
		flags := rtnl.U16(tb[uapi.IFLA_BRIDGE_VLAN_TUNNEL_FLAGS])
		if flags&uapi.BRIDGE_VLAN_INFO_RANGE_END == 0 {
			firstVid, firstID = vid, id
		}
		if c := p.check(vid, flags); c == stop {
			break
		} else if c == skip {
			continue
		}
		row(p.e, &opened, index, "tunnels")
		pen.OpenObject("")
		width := printRange(pen, "vlan", firstVid, vid)
		indent(pen, max(0, vlanWidth-width)+2)
		printRange(pen, "tunid", firstID, id)
		pen.CloseObject()
		pen.NL()
	}
	if opened {
		closePort(p.e)
	}
}

// list prints a dump of VLANs with their options.
func (p *vlanPrinter) list(flags uint32) error {
	m := rtnl.Request(unix.RTM_GETVLAN, deviceMsg{Family: unix.AF_BRIDGE})
	m.U32(uapi.BRIDGE_VLANDB_DUMP_FLAGS, flags)
	err := common.Show(p.e, vlanHead, common.Listing{Request: m, Print: p.print})
	if err == nil && p.open {
		closePort(p.e)
	}
	return err
}

// print prints the VLANs of one message. Rows of the port of the message before
// have no name.
func (p *vlanPrinter) print(m rtnl.Message) error {
	msg, attrs, err := vlanList.head(p.e, p.f, m)
	if msg == nil {
		return err
	}
	if p.e.Monitoring() {
		p.t.VlanPort = 0
	}
	if p.t.VlanPort != msg.Ifindex {
		p.endPort()
	}
	for t, v := range rtnl.Attrs(attrs) {
		switch {
		case t == uapi.BRIDGE_VLANDB_GLOBAL_OPTIONS:
			p.globalEntry(msg.Ifindex, v)
		case t == uapi.BRIDGE_VLANDB_ENTRY && !p.globalOnly:
			p.entry(msg.Ifindex, v)
		}
	}
	return nil
}

// endPort ends the rows of a port.
func (p *vlanPrinter) endPort() {
	if p.open {
		closePort(p.e)
	}
	p.t.VlanPort, p.open = 0, false
}

// begin begins a row with options.
func (p *vlanPrinter) begin(index uint32) {
	pen := p.e.Pen
	if p.t.VlanPort != index {
		openPort(p.e, index, "vlans")
		p.t.VlanPort, p.open = index, true
		pen.OpenObject("")
		return
	}
	pen.OpenObject("")
	indent(pen, nameWidth+2)
}

// hidesRange reports whether the filter leaves out the VLANs.
func (p *vlanPrinter) hidesRange(first, last uint16) bool {
	return p.f.Vlan != 0 && (p.f.Vlan < uint32(first) || p.f.Vlan > uint32(last))
}

// entry prints a VLAN of a port, or several in a row with the same options.
func (p *vlanPrinter) entry(index uint32, v []byte) {
	tb := p.sub[:uapi.BRIDGE_VLANDB_ENTRY_MAX+1]
	rtnl.Index(tb, v)
	info, _ := rtnl.View[vlanInfo](tb[uapi.BRIDGE_VLANDB_ENTRY_INFO])
	if info == nil {
		return
	}
	last := info.Vid
	if v := tb[uapi.BRIDGE_VLANDB_ENTRY_RANGE]; v != nil {
		last = rtnl.U16(v)
	}
	if p.hidesRange(info.Vid, last) {
		return
	}
	pen := p.e.Pen
	p.begin(index)
	printRange(pen, "vlan", uint32(info.Vid), uint32(last))
	linkstats.PrintVlanFlags(p.e.Pen, info.Flags)
	pen.NL()
	indent(pen, optIndent)
	common.PrintState(pen, rtnl.U8(tb[uapi.BRIDGE_VLANDB_ENTRY_STATE]))
	vlanOptions.Show(field.ViewOf(p.e, v))
	pen.NL()
	if p.e.Opt.Stats > 0 {
		p.stats(tb[uapi.BRIDGE_VLANDB_ENTRY_STATS])
	}
	pen.CloseObject()
}

// stats prints the counters of a VLAN.
func (p *vlanPrinter) stats(v []byte) {
	var tb [uapi.BRIDGE_VLANDB_STATS_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	printVlanStats(p.e.Pen, vlanCounters{
		rtnl.U64(tb[uapi.BRIDGE_VLANDB_STATS_RX_BYTES]), rtnl.U64(tb[uapi.BRIDGE_VLANDB_STATS_RX_PACKETS]),
		rtnl.U64(tb[uapi.BRIDGE_VLANDB_STATS_TX_BYTES]), rtnl.U64(tb[uapi.BRIDGE_VLANDB_STATS_TX_PACKETS]),
	})
}

// vlanCounters begin struct bridge_vlan_xstats (linux/if_bridge.h).
type vlanCounters struct{ RxBytes, RxPackets, TxBytes, TxPackets uint64 }

func printVlanStats(pen *show.Pen, c vlanCounters) {
	indent(pen, optIndent)
	pen.Uint("rx_bytes", "RX: ", c.RxBytes, " bytes")
	pen.Uint("rx_packets", " ", c.RxPackets, " packets\n")
	indent(pen, optIndent)
	pen.Uint("tx_bytes", "TX: ", c.TxBytes, " bytes")
	pen.Uint("tx_packets", " ", c.TxPackets, " packets\n")
}

// globalEntry prints a VLAN of a bridge.
func (p *vlanPrinter) globalEntry(index uint32, v []byte) {
	tb := p.sub[:uapi.BRIDGE_VLANDB_GOPTS_MAX+1]
	rtnl.Index(tb, v)
	vid := rtnl.U16(tb[uapi.BRIDGE_VLANDB_GOPTS_ID])
	last := vid
	if v := tb[uapi.BRIDGE_VLANDB_GOPTS_RANGE]; v != nil {
		last = rtnl.U16(v)
	}
	if p.hidesRange(vid, last) {
		return
	}
	pen := p.e.Pen
	p.begin(index)
	printRange(pen, "vlan", uint32(vid), uint32(last))
	pen.NL()
	indent(pen, optIndent)
	globalOptions.Show(field.ViewOf(p.e, v))
	pen.NL()
	for _, ports := range rtnl.Attrs(tb[uapi.BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS]) {
		p.routerPorts(ports)
		break
	}
	pen.CloseObject()
}

// routerPorts prints the ports behind which there are multicast routers.
func (p *vlanPrinter) routerPorts(ports []byte) {
	const title = "router ports: "
	pen, first := p.e.Pen, true
	indent(pen, optIndent)
	pen.OpenArray("router_ports")
	pen.Text(title)
	for _, v := range rtnl.Attrs(ports) {
		pen.OpenObject("")
		if p.e.Opt.Stats > 0 && !first {
			pen.NL()
			indent(pen, optIndent+len(title))
		}
		first = false
		pen.Str("port", "", p.e.Links.Name(rtnl.U32(v)), " ")
		if p.e.Opt.Stats > 0 {
			routerStats(p.e, v)
		}
		pen.CloseObject()
	}
	pen.CloseArray()
	pen.NL()
}
