package bridgecmd

import (
	"net/netip"
	"strings"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var vniObject = command.Object{Words: "vni", Usage: vniUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "=add", Waits: true, Run: vniModify, Type: unix.RTM_NEWTUNNEL},
	{Words: "=delete|=del", Waits: true, Run: vniModify, Type: unix.RTM_DELTUNNEL},
	{Words: "=show|=lst|=list", Run: vniShow, Default: true},
	{Words: "=help"},
}}

// vniWords has the words of add and del. Those without a row mean nothing.
var vniWords = field.Table{Voice: &common.ListVoice, Rows: []*field.Row{
	&fdbDev,
	{Words: "=vni", In: field.Slot, Attr: common.SlotVNI, Type: &field.Word, Flags: field.Once},
	{Words: "=group", Type: &field.Type{Parse: parseRemote}, Bad: "invalid group address"},
	{Words: "=remote", Type: &field.Type{Parse: parseRemote}},
	{Words: "=help", Type: &field.Help},
}}

// parseRemote takes an address, for a group a multicast one. It is
// what the call is for.
func parseRemote(c *field.Call, r *field.Row) error {
	s, err := c.Args.ValueOnce("destination", c.For != nil)
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	switch {
	case err != nil:
		return err
	case r.Bad != "" && !p.Addr().IsMulticast():
		return c.Wrong(r, s)
	}
	c.For = &p
	return nil
}

func vniModify(c *command.Call) error {
	x := field.NewCall(c.Env, c.Args, &vniWords)
	if err := x.Read(); err != nil {
		return err
	}
	dev, hasDev := x.Word(field.Slot, common.SlotDev)
	list, hasVNI := x.Word(field.Slot, common.SlotVNI)
	if !hasDev || !hasVNI {
		return cli.Fail("Device and VNI ID are required arguments.")
	}
	idx, err := common.DeviceOf(c.Env, "vxlan device", dev)
	if err != nil {
		return err
	}
	m := rtnl.Request(c.Verb.Type, deviceMsg{Family: unix.AF_BRIDGE, Ifindex: idx})
	remote, _ := x.For.(*cli.Prefix)
	for word := range strings.SplitSeq(list, ",") {
		if word != "" {
			putVNI(m, word, remote)
		}
	}
	return common.Change(c.Env, m)
}

// putVNI adds N or N-LAST; anything that is no number is 0.
func putVNI(m *rtnl.Msg, word string, remote *cli.Prefix) {
	first, last, _ := strings.Cut(word, "-")
	nest := m.Nest(uapi.VXLAN_VNIFILTER_ENTRY | unix.NLA_F_NESTED)
	m.U32(uapi.VXLAN_VNIFILTER_ENTRY_START, uint32(cli.Atoi(first)))
	if end := cli.Atoi(last); end != 0 {
		m.U32(uapi.VXLAN_VNIFILTER_ENTRY_END, uint32(end))
	}
	if remote != nil {
		m.Attr(remoteAttr(remote.Family), remote.Bytes())
	}
	m.End(nest)
}

func remoteAttr(family uint8) uint16 {
	switch family {
	case unix.AF_INET:
		return uapi.VXLAN_VNIFILTER_ENTRY_GROUP
	case unix.AF_INET6:
		return uapi.VXLAN_VNIFILTER_ENTRY_GROUP6
	}
	return 0
}

// vniWidth is the column of FIRST-LAST.
const vniWidth = 17

func vniShow(c *command.Call) error {
	e := c.Env
	t := cli.State[common.Tool](e)
	if err := t.Vni.Parse(c, &common.DevWords); err != nil {
		return err
	}
	msg := deviceMsg{Family: unix.AF_BRIDGE, Ifindex: t.Vni.Index}
	if e.Opt.Stats > 0 {
		msg.Flags = uapi.TUNNEL_MSG_FLAG_STATS
	}
	m := rtnl.Request(unix.RTM_GETTUNNEL, msg)
	p := &vniPrinter{e: e, f: &t.Vni}
	head := common.Head{Line: "dev               vni                group/remote\n", Array: true}
	// The real tool's text has the slip.
	return common.Show(e, head, common.Listing{Request: m, Print: p.print, Ended: "Dump ternminated\n"})
}

// A vniPrinter prints the VNIs that a vxlan device lets in.
type vniPrinter struct {
	e   *cli.Env
	f   *common.Filter
	tb  [uapi.VXLAN_VNIFILTER_ENTRY_MAX + 1][]byte
	sub [uapi.VNIFILTER_ENTRY_STATS_MAX + 1][]byte
}

func (p *vniPrinter) print(m rtnl.Message) error {
	msg, attrs, err := vniList.head(p.e, p.f, m)
	if msg == nil {
		return err
	}
	rows(p.e, attrs, uapi.VXLAN_VNIFILTER_ENTRY, msg.Ifindex, "vnis", p.entry)
	return nil
}

func (p *vniPrinter) entry(v []byte) {
	pen := p.e.Pen
	rtnl.Index(p.tb[:], v)
	first := rtnl.U32(p.tb[uapi.VXLAN_VNIFILTER_ENTRY_START])
	last := first
	if v := p.tb[uapi.VXLAN_VNIFILTER_ENTRY_END]; v != nil {
		last = rtnl.U32(v)
	}
	pen.OpenObject("")
	width := printRange(pen, "vni", first, last)
	indent(pen, max(0, vniWidth-width)+2)
	if v := p.tb[uapi.VXLAN_VNIFILTER_ENTRY_GROUP]; v != nil {
		p.remote(unix.AF_INET, v)
	} else if v := p.tb[uapi.VXLAN_VNIFILTER_ENTRY_GROUP6]; v != nil {
		p.remote(unix.AF_INET6, v)
	}
	if v := p.tb[uapi.VXLAN_VNIFILTER_ENTRY_STATS]; v != nil {
		p.stats(v)
	}
	pen.CloseObject()
	pen.NL()
}

// remote prints the address unless it is unspecified.
func (p *vniPrinter) remote(family uint8, v []byte) {
	addr, ok := netip.AddrFromSlice(v)
	if !ok || addr.IsUnspecified() {
		return
	}
	key := "remote"
	if addr.IsMulticast() {
		key = "group"
	}
	p.e.Pen.Bytes(key, "", cli.AppendAddr(nil, family, v), "")
}

// vniStats are the counters of a VNI, of one direction: the attributes are in
// a row from first on.
type vniStats struct {
	title string
	first int
	keys  [4]string
}

var vniDirections = [...]vniStats{
	{"RX: ", uapi.VNIFILTER_ENTRY_STATS_RX_BYTES, [4]string{"rx_bytes", "rx_pkts", "rx_drops", "rx_errors"}},
	{"TX: ", uapi.VNIFILTER_ENTRY_STATS_TX_BYTES, [4]string{"tx_bytes", "tx_pkts", "tx_drops", "tx_errors"}},
}

func (p *vniPrinter) stats(v []byte) {
	pen := p.e.Pen
	rtnl.Index(p.sub[:], v)
	pen.OpenObject("stats")
	for i := range vniDirections {
		d := &vniDirections[i]
		pen.NL()
		indent(pen, optIndent)
		pen.Text(d.title)
		for i, key := range d.keys {
			if v := p.sub[d.first+i]; v != nil {
				counter(pen, key, rtnl.U64(v))
			}
		}
	}
	pen.CloseObject()
}

// counter prints "bytes 1 " for rx_bytes.
func counter(pen *show.Pen, key string, n uint64) {
	_, label, _ := strings.Cut(key, "_")
	pen.Text(label)
	pen.Text(" ")
	pen.Uint(key, "", n, " ")
}
