package linkshow

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Places in the structs of a virtual function (linux/if_link.h): all begin
// with its number.
const (
	vfValue = 4  // the second number
	vfThird = 8  // the third
	vfGUIDs = 8  // a 64-bit number, aligned
	ibAlen  = 20 // bytes of an InfiniBand address
)

// vfs prints the virtual functions of a network card.
func (p *Printer) vfs(ifi *unix.IfInfomsg) {
	list := p.tb[unix.IFLA_VFINFO_LIST]
	if list == nil || p.tb[unix.IFLA_NUM_VF] == nil {
		return
	}
	p.pen.OpenArray("vfinfo_list")
	for t, info := range rtnl.Attrs(list) {
		p.pen.OpenObject("")
		if t == unix.IFLA_VF_INFO {
			p.vf(ifi, info)
		} else {
			p.e.Warnf("BUG: rta type is %d\n", t)
		}
		p.pen.CloseObject()
	}
	p.pen.CloseArray()
}

// truncated warns of a list that did not fit into the message.
func (p *Printer) truncated(name []byte) {
	list, num := p.tb[unix.IFLA_VFINFO_LIST], p.tb[unix.IFLA_NUM_VF]
	if !p.Link && !p.details() || list == nil || num == nil {
		return
	}
	count := uint32(0)
	for range rtnl.Attrs(list) {
		count++
	}
	if count != rtnl.U32(num) {
		p.e.Warnf("Truncated VF list: %s\n", name)
	}
}

func (p *Printer) vf(ifi *unix.IfInfomsg, info []byte) {
	tb := p.sub[:uapi.IFLA_VF_MAX+1]
	rtnl.Index(tb, info)
	p.vfAddress(ifi, tb)
	p.vfVlans(tb)
	if rate := vfNum(tb[unix.IFLA_VF_TX_RATE], vfValue); rate != 0 {
		p.pen.Uint("tx_rate", ", tx rate ", uint64(rate), " (Mbps)")
	}
	if v := tb[unix.IFLA_VF_RATE]; v != nil {
		p.vfRate(vfNum(v, vfThird), vfNum(v, vfValue))
	}
	p.vfSwitch("spoofchk", ", spoof checking ", tb[unix.IFLA_VF_SPOOFCHK])
	p.vfGUID("node guid", ", NODE_GUID ", tb[unix.IFLA_VF_IB_NODE_GUID])
	p.vfGUID("port guid", ", PORT_GUID ", tb[unix.IFLA_VF_IB_PORT_GUID])
	if v := tb[unix.IFLA_VF_LINK_STATE]; v != nil {
		p.pen.Str("link_state", ", link-state ", VFStates.Or(uint64(vfNum(v, vfValue)), "disable"), "")
	}
	p.vfSwitch("trust", ", trust ", tb[unix.IFLA_VF_TRUST])
	p.vfSwitch("query_rss_en", ", query_rss ", tb[unix.IFLA_VF_RSS_QUERY_EN])
	if v := tb[unix.IFLA_VF_STATS]; v != nil && p.e.Opt.Stats > 0 {
		p.vfStats(v)
	}
}

// vfNum reads a number of a struct, 0 if the struct is too short.
func vfNum(v []byte, at int) uint32 {
	if len(v) < at {
		return 0
	}
	return rtnl.U32(v[at:])
}

// VFStates are the states of a virtual function's link.
var VFStates = word.Names{
	{unix.IFLA_VF_LINK_STATE_AUTO, "auto"}, {unix.IFLA_VF_LINK_STATE_ENABLE, "enable"}, {unix.IFLA_VF_LINK_STATE_DISABLE, "disable"},
}

func (p *Printer) vfAddress(ifi *unix.IfInfomsg, tb [][]byte) {
	p.pen.NL()
	p.pen.Int("vf", "    vf ", int64(int32(vfNum(tb[unix.IFLA_VF_MAC], 0))), " ")
	p.linkType("    link/", ifi.Type)
	p.llAddr("address", ifi.Type, vfMAC(ifi, tb[unix.IFLA_VF_MAC], vfValue), "")
	if v := tb[unix.IFLA_VF_BROADCAST]; v != nil {
		p.peerOrBroadcast(ifi)
		p.llAddr("broadcast", ifi.Type, vfMAC(ifi, v, 0), "")
	}
}

// vfMAC is an address in a field of fixed size.
func vfMAC(ifi *unix.IfInfomsg, v []byte, at int) []byte {
	n := ibAlen
	if ifi.Type == unix.ARPHRD_ETHER {
		n = uapi.ETH_ALEN
	}
	if len(v) < at+n {
		return nil
	}
	return v[at : at+n]
}

// vfVlans prints one tag, or the list of several.
func (p *Printer) vfVlans(tb [][]byte) {
	list := tb[unix.IFLA_VF_VLAN_LIST]
	if list == nil {
		p.vfVlan(tb[unix.IFLA_VF_VLAN])
		return
	}
	p.pen.OpenArray("vlan_list")
	for _, v := range rtnl.Attrs(list) {
		p.pen.OpenObject("")
		p.vfVlan(v)
		if len(v) >= 14 {
			if proto := rtnl.Be16(v[12:]); proto != 0 && proto != unix.ETH_P_8021Q {
				p.buf = p.e.Tables.AppendEtherType(p.buf[:0], proto)
				p.pen.Bytes("protocol", ", vlan protocol ", p.buf, "")
			}
		}
		p.pen.CloseObject()
	}
	p.pen.CloseArray()
}

func (p *Printer) vfVlan(v []byte) {
	if id := vfNum(v, vfValue); id != 0 {
		p.pen.Int("vlan", ", vlan ", int64(int32(id)), "")
	}
	if qos := vfNum(v, vfThird); qos != 0 {
		p.pen.Int("qos", ", qos ", int64(int32(qos)), "")
	}
}

// vfRate prints the bounds of the rate; JSON has them even if they are 0.
func (p *Printer) vfRate(hi, lo uint32) {
	p.pen.OpenObject("rate")
	if hi != 0 || p.pen.JSON() {
		p.pen.Uint("max_tx", ", max_tx_rate ", uint64(hi), "Mbps")
	}
	if lo != 0 || p.pen.JSON() {
		p.pen.Uint("min_tx", ", min_tx_rate ", uint64(lo), "Mbps")
	}
	p.pen.CloseObject()
}

// vfUnset is a switch that the driver does not know.
const vfUnset = ^uint32(0)

func (p *Printer) vfSwitch(key, pre string, v []byte) {
	if n := vfNum(v, vfValue); v != nil && n != vfUnset {
		p.pen.OnOff(key, pre, n != 0, "")
	}
}

// vfGUID prints an identifier, which the struct has in host order.
func (p *Printer) vfGUID(key, pre string, v []byte) {
	if len(v) < vfGUIDs+8 {
		return
	}
	id := rtnl.U64(v[vfGUIDs:])
	var b [8]byte
	for i := range b {
		b[i] = byte(id >> (56 - 8*i))
	}
	p.buf = cli.AppendLLAddr(p.buf[:0], unix.ARPHRD_INFINIBAND, b[:])
	p.pen.Bytes(key, pre, p.buf, "")
}

// A vfCounter is a column of the counters of a virtual function. An optional
// one is left out if the driver has none.
type vfCounter struct {
	head     string
	key      string
	attr     int
	width    int
	optional bool
}

var (
	vfRX = [...]vfCounter{
		{"bytes  ", "bytes", unix.IFLA_VF_STATS_RX_BYTES, 10, false},
		{"packets  ", "packets", unix.IFLA_VF_STATS_RX_PACKETS, 8, false},
		{"mcast   ", "multicast", unix.IFLA_VF_STATS_MULTICAST, 7, false},
		{"bcast ", "broadcast", unix.IFLA_VF_STATS_BROADCAST, 7, false},
		{"  dropped ", "dropped", unix.IFLA_VF_STATS_RX_DROPPED, 8, true},
	}
	vfTX = [...]vfCounter{
		{"bytes  ", "tx_bytes", unix.IFLA_VF_STATS_TX_BYTES, 10, false},
		{"packets ", "tx_packets", unix.IFLA_VF_STATS_TX_PACKETS, 8, false},
		{"  dropped ", "dropped", unix.IFLA_VF_STATS_TX_DROPPED, 8, true},
	}
)

func (p *Printer) vfStats(v []byte) {
	var tb [uapi.IFLA_VF_STATS_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p.pen.OpenObject("stats")
	p.vfCounters("rx", "    RX: ", vfRX[:], tb[:])
	p.vfCounters("tx", "    TX: ", vfTX[:], tb[:])
	p.pen.CloseObject()
}

func (p *Printer) vfCounters(key, title string, columns []vfCounter, tb [][]byte) {
	p.pen.OpenObject(key)
	p.pen.NL()
	p.pen.Text(title)
	for _, c := range columns {
		if !c.optional || tb[c.attr] != nil {
			p.pen.Text(c.head)
		}
	}
	p.pen.NL()
	p.pen.Text("    ")
	units := p.e.Units()
	for _, c := range columns {
		if c.optional && tb[c.attr] == nil {
			continue
		}
		n := rtnl.U64(tb[c.attr])
		p.pen.JUint(c.key, n)
		p.pen.Count(units, c.width, n)
	}
	p.pen.CloseObject()
}
