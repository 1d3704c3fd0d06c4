package linkshow

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// Details before and behind what the link's kind has to say.
var (
	detailsBefore = field.Table{Rows: []*field.Row{
		{Label: " promiscuity", Key: "promiscuity", Attr: unix.IFLA_PROMISCUITY, Type: &field.U32},
		{Label: "allmulti", Attr: unix.IFLA_ALLMULTI, Type: &field.U32},
		{Label: "minmtu", Key: "min_mtu", Attr: unix.IFLA_MIN_MTU, Type: &field.U32},
		{Label: "maxmtu", Key: "max_mtu", Attr: unix.IFLA_MAX_MTU, Type: &field.U32},
		{Label: "netns-immutable", Attr: uapi.IFLA_NETNS_IMMUTABLE, Type: &field.Type{Size: 1, Form: field.Alone | field.NonZero}},
	}}
	detailsBehind = field.Table{Rows: []*field.Row{
		{Label: "numtxqueues", Key: "num_tx_queues", Attr: unix.IFLA_NUM_TX_QUEUES, Type: &field.U32},
		{Label: "numrxqueues", Key: "num_rx_queues", Attr: unix.IFLA_NUM_RX_QUEUES, Type: &field.U32},
		{Label: "gso_max_size", Attr: unix.IFLA_GSO_MAX_SIZE, Type: &field.U32},
		{Label: "gso_max_segs", Attr: unix.IFLA_GSO_MAX_SEGS, Type: &field.U32},
		{Label: "tso_max_size", Attr: unix.IFLA_TSO_MAX_SIZE, Type: &field.U32},
		{Label: "tso_max_segs", Attr: unix.IFLA_TSO_MAX_SEGS, Type: &field.U32},
		{Label: "gro_max_size", Attr: unix.IFLA_GRO_MAX_SIZE, Type: &field.U32},
		{Label: "gso_ipv4_max_size", Attr: unix.IFLA_GSO_IPV4_MAX_SIZE, Type: &field.U32},
		{Label: "gro_ipv4_max_size", Attr: unix.IFLA_GRO_IPV4_MAX_SIZE, Type: &field.U32},
		{Label: "portname", Key: "phys_port_name", Attr: unix.IFLA_PHYS_PORT_NAME, Type: &field.String},
		{Label: "portid", Key: "phys_port_id", Attr: unix.IFLA_PHYS_PORT_ID, Type: &hexString},
		{Label: "switchid", Key: "phys_switch_id", Attr: unix.IFLA_PHYS_SWITCH_ID, Type: &hexString},
		{Label: "parentbus", Attr: unix.IFLA_PARENT_DEV_BUS_NAME, Type: &field.String},
		{Label: "parentdev", Attr: unix.IFLA_PARENT_DEV_NAME, Type: &field.String},
		{Label: "dpll-pin", Key: "dpll_pin", In: unix.IFLA_DPLL_PIN, Attr: uapi.DPLL_A_PIN_ID, Type: &field.U32},
	}}
)

// hexString is bytes in hexadecimal.
var hexString = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	var tmp [64]byte
	s := tmp[:0]
	for _, c := range b {
		s = show.AppendHexDigits(s, uint64(c), 2)
	}
	v.Str(r, s)
}}

// detail prints what -d adds.
func (p *Printer) detail() {
	v := p.view.From(p.e, p.tb[:])
	detailsBefore.Show(v)
	if info := p.tb[unix.IFLA_LINKINFO]; info != nil {
		p.linkInfo(info)
	}
	if v := p.tb[unix.IFLA_AF_SPEC]; p.Link && v != nil {
		p.afSpec(v)
	}
	detailsBehind.Show(v)
}

// linkInfo prints the kind of the link and that of its master, each with its
// values.
func (p *Printer) linkInfo(info []byte) {
	tb := p.sub[:uapi.IFLA_INFO_MAX+1]
	rtnl.Index(tb, info)
	p.pen.OpenObject("linkinfo")
	if v := tb[unix.IFLA_INFO_KIND]; v != nil {
		name := rtnl.CStr(v)
		p.pen.NL()
		p.pen.Bytes("info_kind", "    ", name, " ")
		p.kindData(p.find(name, false), "info_data", tb[unix.IFLA_INFO_DATA], tb[unix.IFLA_INFO_XSTATS])
	}
	if v := tb[unix.IFLA_INFO_SLAVE_KIND]; v != nil {
		name := rtnl.CStr(v)
		p.pen.NL()
		p.pen.Bytes("info_slave_kind", "    ", name, "_slave ")
		p.kindData(p.find(name, true), "info_slave_data", tb[unix.IFLA_INFO_SLAVE_DATA], nil)
	}
	p.pen.CloseObject()
}

// A metKind is a kind that an earlier link had; nil if there is no table.
type metKind struct {
	name  string
	slave bool // the values of a link under a master of that kind
	kind  *kind.Kind
}

// find is linkkind.Find with a memory for the links that follow.
func (p *Printer) find(name []byte, slave bool) *kind.Kind {
	for i := range p.known {
		if k := &p.known[i]; k.slave == slave && k.name == string(name) {
			return k.kind
		}
	}
	met := metKind{name: string(name), slave: slave}
	if slave {
		met.kind = linkkind.Find(met.name + "_slave")
	} else {
		met.kind = linkkind.Find(met.name)
	}
	p.known = append(p.known, met)
	return met.kind
}

func (p *Printer) kindData(k *kind.Kind, key string, data, xstats []byte) {
	if !k.Prints() {
		return
	}
	p.pen.OpenObject(key)
	k.Print(p.e, data)
	p.pen.CloseObject()
	if xstats != nil && p.e.Opt.Stats > 0 && k.Xstats != nil {
		p.pen.OpenObject("info_xstats")
		k.Xstats(p.pen, xstats)
		p.pen.CloseObject()
	}
}

// afSpec prints how the link makes its own IPv6 addresses.
func (p *Printer) afSpec(spec []byte) {
	v := rtnl.Find(rtnl.Find(spec, unix.AF_INET6), unix.IFLA_INET6_ADDR_GEN_MODE)
	if v == nil {
		return
	}
	mode := rtnl.U8(v)
	if name := AddrGenModes.Of(uint64(mode)); name != "" {
		p.pen.Str("inet6_addr_gen_mode", "addrgenmode ", name, " ")
		return
	}
	p.buf = strconv.AppendUint(append(p.buf[:0], "0x"...), uint64(mode), 16)
	p.pen.Bytes("inet6_addr_gen_mode", "addrgenmode ", p.buf, " ")
}

// stats prints the counters of the link.
func (p *Printer) stats() {
	var carrier *uint32
	if v := p.tb[unix.IFLA_CARRIER_CHANGES]; v != nil {
		n := rtnl.U32(v)
		carrier = &n
	}
	tb := &p.tb
	switch {
	case tb[unix.IFLA_STATS64] != nil:
		s := linkstats.ParseStats(tb[unix.IFLA_STATS64])
		s.Print(p.e, carrier, "stats64")
	case tb[unix.IFLA_STATS] != nil:
		s := linkstats.ParseStats32(tb[unix.IFLA_STATS])
		s.Print(p.e, carrier, "stats")
	case tb[unix.IFLA_PROTINFO] != nil:
		s := linkstats.ParseMIB(rtnl.Find(tb[unix.IFLA_PROTINFO], unix.IFLA_INET6_STATS))
		s.Print(p.e, carrier, "stats64")
	}
}

// PrintStats prints the counters of the link that was printed last, and ends
// the line.
func (p *Printer) PrintStats() {
	p.stats()
	p.pen.NL()
}
