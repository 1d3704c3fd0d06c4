package linkshow

import (
	"strconv"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// A detail is a number or a string that -d shows.
type detail struct {
	attr int
	key  string
	text string // label in text
	form func(p *Printer, d *detail)
}

// Details before and behind what the link's kind has to say.
var (
	detailsBefore = []detail{
		{unix.IFLA_PROMISCUITY, "promiscuity", " promiscuity ", detailUint},
		{unix.IFLA_ALLMULTI, "allmulti", "allmulti ", detailUint},
		{unix.IFLA_MIN_MTU, "min_mtu", "minmtu ", detailUint},
		{unix.IFLA_MAX_MTU, "max_mtu", "maxmtu ", detailUint},
		{uapi.IFLA_NETNS_IMMUTABLE, "netns-immutable", "netns-immutable ", detailFlag},
	}
	detailsBehind = []detail{
		{unix.IFLA_NUM_TX_QUEUES, "num_tx_queues", "numtxqueues ", detailUint},
		{unix.IFLA_NUM_RX_QUEUES, "num_rx_queues", "numrxqueues ", detailUint},
		{unix.IFLA_GSO_MAX_SIZE, "gso_max_size", "gso_max_size ", detailUint},
		{unix.IFLA_GSO_MAX_SEGS, "gso_max_segs", "gso_max_segs ", detailUint},
		{unix.IFLA_TSO_MAX_SIZE, "tso_max_size", "tso_max_size ", detailUint},
		{unix.IFLA_TSO_MAX_SEGS, "tso_max_segs", "tso_max_segs ", detailUint},
		{unix.IFLA_GRO_MAX_SIZE, "gro_max_size", "gro_max_size ", detailUint},
		{unix.IFLA_GSO_IPV4_MAX_SIZE, "gso_ipv4_max_size", "gso_ipv4_max_size ", detailUint},
		{unix.IFLA_GRO_IPV4_MAX_SIZE, "gro_ipv4_max_size", "gro_ipv4_max_size ", detailUint},
		{unix.IFLA_PHYS_PORT_NAME, "phys_port_name", "portname ", detailStr},
		{unix.IFLA_PHYS_PORT_ID, "phys_port_id", "portid ", detailHex},
		{unix.IFLA_PHYS_SWITCH_ID, "phys_switch_id", "switchid ", detailHex},
		{unix.IFLA_PARENT_DEV_BUS_NAME, "parentbus", "parentbus ", detailStr},
		{unix.IFLA_PARENT_DEV_NAME, "parentdev", "parentdev ", detailStr},
		{unix.IFLA_DPLL_PIN, "dpll_pin", "dpll-pin ", detailPin},
	}
)

// detail prints what -d adds.
func (p *Printer) detail() {
	p.table(detailsBefore)
	if info := p.tb[unix.IFLA_LINKINFO]; info != nil {
		p.linkInfo(info)
	}
	if v := p.tb[unix.IFLA_AF_SPEC]; p.Link && v != nil {
		p.afSpec(v)
	}
	p.table(detailsBehind)
}

func (p *Printer) table(details []detail) {
	for i := range details {
		if d := &details[i]; p.tb[d.attr] != nil {
			d.form(p, d)
		}
	}
}

func detailUint(p *Printer, d *detail) { p.u32(d.key, d.text, d.attr) }
func detailStr(p *Printer, d *detail)  { p.str(d.key, d.text, d.attr) }

func detailFlag(p *Printer, d *detail) {
	if rtnl.U8(p.tb[d.attr]) != 0 {
		p.pen.Flag(d.key, d.text)
	}
}

func detailHex(p *Printer, d *detail) {
	p.buf = show.AppendHexBytes(p.buf[:0], p.tb[d.attr])
	p.pen.Bytes(d.key, d.text, p.buf, " ")
}

// detailPin prints the id of the clock pin behind the link.
func detailPin(p *Printer, d *detail) {
	if v := rtnl.Find(p.tb[d.attr], uapi.DPLL_A_PIN_ID); v != nil {
		p.pen.Uint(d.key, d.text, uint64(rtnl.U32(v)), " ")
	}
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

// find is findKind with a memory for the links that follow.
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
