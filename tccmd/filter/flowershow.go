package filter

import (
	"math/bits"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

func showFlower(v *View) {
	p := v.Pen
	if v.Handle != 0 {
		v.printHandle("handle", "handle ")
	}
	if b := v.Get(0, uapi.TCA_FLOWER_CLASSID); b != nil {
		v.flowerClass(rtnl.U32(b))
	}
	if b := v.Get(0, uapi.TCA_FLOWER_INDEV); b != nil {
		v.line("indev", rtnl.Str(b))
	}
	p.OpenObject("keys")
	v.link()
	protocol, ipProto := v.network()
	v.transport(protocol, ipProto)
	v.arp()
	v.tunnel()
	v.flags("ip_flags", slotFlags, uapi.TCA_FLOWER_KEY_FLAGS, uapi.TCA_FLOWER_KEY_FLAGS_MASK)
	v.flags("enc_flags", slotEncFlags, uapi.TCA_FLOWER_KEY_ENC_FLAGS, uapi.TCA_FLOWER_KEY_ENC_FLAGS_MASK)
	v.number("l2_miss", uapi.TCA_FLOWER_L2_MISS, 1, false)
	v.tracking()
	v.cfm()
	p.CloseObject()
	if b := v.Get(0, uapi.TCA_FLOWER_FLAGS); b != nil {
		v.flowerFlags(rtnl.U32(b))
	}
	action.Print(v.Env, v.Get(0, uapi.TCA_FLOWER_ACT), 0, true)
}

func (v *View) flowerClass(h uint32) {
	if minor := h & 0xFFFF; minor >= firstHwTC && minor < firstHwTC+hwTCs {
		v.Pen.Uint("hw_tc", "hw_tc ", uint64(minor-firstHwTC), " ")
		return
	}
	kind.PutClass(v.Env, "classid", h)
}

func (v *View) flowerFlags(flags uint32) {
	p := v.Pen
	for _, s := range skips {
		if uint64(flags)&s.Val != 0 {
			p.NL()
			p.Flag(s.Word, "  "+s.Word)
		}
	}
	if flags&(uapi.TCA_CLS_FLAGS_IN_HW|uapi.TCA_CLS_FLAGS_NOT_IN_HW) != 0 {
		p.NL()
		v.printHardware(flags, "  ", "")
	}
	if b := v.Get(0, uapi.TCA_FLOWER_IN_HW_COUNT); b != nil && flags&uapi.TCA_CLS_FLAGS_IN_HW != 0 {
		p.Uint("in_hw_count", " in_hw_count ", uint64(rtnl.U32(b)), "")
	}
}

// Each value stands in a line of its own.

func (v *View) line(label, value string) {
	v.label(label)
	v.Pen.Str(label, "", value, "")
}

// label begins a line; it is not put together first, which would take half as long as the
// value.
func (v *View) label(s string) {
	p := v.Pen
	p.NL()
	p.Text("  ")
	p.Text(s)
	p.Text(" ")
}

// spelled writes a value that stands in the buffer, which it keeps.
func (v *View) spelled(label string, value []byte) {
	v.buf = value
	v.label(label)
	v.Pen.Bytes(label, "", value, "")
}

// number writes a number of so many bytes, if the kernel sent it.
func (v *View) number(label string, attr uint16, size int, big bool) (sent bool) {
	b := v.Get(0, attr)
	if b != nil {
		v.label(label)
		v.Pen.Uint(label, "", numberOf(b, size, big), "")
	}
	return b != nil
}

// smallText writes one of a byte, in JSON a string.
func (v *View) smallText(label string, attr uint16) {
	if b := v.Get(0, attr); b != nil {
		v.line(label, strconv.Itoa(int(rtnl.U8(b))))
	}
}

// masked writes a number with its mask, if that is not all bits: "LABEL N/0xM".
func (v *View) masked(label string, value, mask uint16, size int, big bool) {
	sent, m := v.number(label, value, size, big), v.Get(0, mask)
	if !sent || m == nil {
		return
	}
	if n := numberOf(m, size, big); n != full(size) {
		if v.Pen.JSON() {
			v.Pen.Hex(label+"_mask", "", n, "")
		} else {
			v.Pen.Hex("", "/0x", n, "")
		}
	}
}

func numberOf(b []byte, size int, big bool) uint64 {
	switch {
	case size == 1:
		return uint64(rtnl.U8(b))
	case size == 2 && big:
		return uint64(rtnl.Be16(b))
	case size == 2:
		return uint64(rtnl.U16(b))
	case big:
		return uint64(rtnl.Be32(b))
	}
	return uint64(rtnl.U32(b))
}

// prefixBits is how many bits a mask begins with, or -1 if others follow zeros, or if
// there are none.
func prefixBits(mask []byte) int {
	n, ones := 0, 0
	for i, b := range mask {
		if n == 8*i {
			n += bits.LeadingZeros8(^b)
		}
		ones += bits.OnesCount8(b)
	}
	if n == 0 || ones != n {
		return -1
	}
	return n
}

// withMask appends "/BITS", or the mask if it has holes, or nothing if it is full.
func withMask(text []byte, mask []byte, spell func([]byte, []byte) []byte) []byte {
	switch n := prefixBits(mask); {
	case n < 0:
		return spell(append(text, '/'), mask)
	case n < 8*len(mask):
		return strconv.AppendInt(append(text, '/'), int64(n), 10)
	}
	return text
}

func appendMAC(b, addr []byte) []byte { return cli.AppendLLAddr(b, unix.ARPHRD_NETROM, addr) }

func (v *View) mac(label string, value, mask uint16) {
	b, m := v.Get(0, value), v.Get(0, mask)
	switch {
	case len(b) != 6:
	case len(m) == 6:
		v.spelled(label, withMask(appendMAC(v.buf[:0], b), m, appendMAC))
	default:
		v.spelled(label, appendMAC(v.buf[:0], b))
	}
}

func (v *View) addr(label string, value, mask uint16, family uint8) {
	b, m := v.Get(0, value), v.Get(0, mask)
	if size := cli.FamilyBits(family) / 8; len(b) != size || len(m) != size {
		return
	}
	spell := func(to, a []byte) []byte { return cli.AppendAddr(to, family, a) }
	v.spelled(label, withMask(spell(v.buf[:0], b), m, spell))
}

// etherName writes an Ethernet protocol by its name.
func (v *View) etherName(label string, attr uint16) {
	if b := v.Get(0, attr); b != nil {
		v.spelled(label, v.Env.Tables.AppendEtherType(v.buf[:0], rtnl.Be16(b)))
	}
}

func (v *View) link() {
	v.number("num_of_vlans", uapi.TCA_FLOWER_KEY_NUM_OF_VLANS, 1, false)
	for _, tag := range [...]struct {
		idLabel, prioLabel, kindLabel string
		id, prio, kind                uint16
	}{
		{"vlan_id", "vlan_prio", "vlan_ethtype", uapi.TCA_FLOWER_KEY_VLAN_ID, uapi.TCA_FLOWER_KEY_VLAN_PRIO, uapi.TCA_FLOWER_KEY_VLAN_ETH_TYPE},
		{"cvlan_id", "cvlan_prio", "cvlan_ethtype", uapi.TCA_FLOWER_KEY_CVLAN_ID, uapi.TCA_FLOWER_KEY_CVLAN_PRIO, uapi.TCA_FLOWER_KEY_CVLAN_ETH_TYPE},
	} {
		v.number(tag.idLabel, tag.id, 2, false)
		v.number(tag.prioLabel, tag.prio, 1, false)
		v.etherName(tag.kindLabel, tag.kind)
	}
	v.mac("dst_mac", uapi.TCA_FLOWER_KEY_ETH_DST, uapi.TCA_FLOWER_KEY_ETH_DST_MASK)
	v.mac("src_mac", uapi.TCA_FLOWER_KEY_ETH_SRC, uapi.TCA_FLOWER_KEY_ETH_SRC_MASK)
}

// network writes what is of the network layer, and returns the protocols there and
// above.
func (v *View) network() (protocol, ipProto uint64) {
	ipProto = 255
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_ETH_TYPE); b != nil {
		protocol = uint64(rtnl.Be16(b))
		v.line("eth_type", typeName(protocol))
	}
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_IP_PROTO); b != nil {
		ipProto = uint64(rtnl.U8(b))
		v.line("ip_proto", ipName(ipProto))
	}
	v.masked("ip_tos", uapi.TCA_FLOWER_KEY_IP_TOS, uapi.TCA_FLOWER_KEY_IP_TOS_MASK, 1, false)
	v.masked("ip_ttl", uapi.TCA_FLOWER_KEY_IP_TTL, uapi.TCA_FLOWER_KEY_IP_TTL_MASK, 1, false)
	v.mpls()
	v.number("mpls_label", uapi.TCA_FLOWER_KEY_MPLS_LABEL, 4, false)
	v.smallText("mpls_tc", uapi.TCA_FLOWER_KEY_MPLS_TC)
	v.smallText("mpls_bos", uapi.TCA_FLOWER_KEY_MPLS_BOS)
	v.smallText("mpls_ttl", uapi.TCA_FLOWER_KEY_MPLS_TTL)
	for i, label := range [...]string{"dst_ip", "src_ip"} {
		switch a := ipAttrs[i]; protocol {
		case unix.ETH_P_IP:
			v.addr(label, a[0], a[1], unix.AF_INET)
		case unix.ETH_P_IPV6:
			v.addr(label, a[2], a[3], unix.AF_INET6)
		}
	}
	return protocol, ipProto
}

// typeNames are the protocols above Ethernet that are shown by a name.
var typeNames = word.Names{{unix.ETH_P_IP, "ipv4"}, {unix.ETH_P_IPV6, "ipv6"}, {unix.ETH_P_ARP, "arp"}, {unix.ETH_P_RARP, "rarp"}}

func typeName(protocol uint64) string {
	if name := typeNames.Of(protocol); name != "" {
		return name
	}
	return string(show.AppendHexDigits(nil, protocol, 4))
}

func ipName(n uint64) string {
	if name := ipProtos.Of(n); name != "" {
		return strings.TrimPrefix(name, "=")
	}
	return "0x" + string(show.AppendHexDigits(nil, n, 2))
}

func (v *View) mpls() {
	list := v.Get(0, uapi.TCA_FLOWER_KEY_MPLS_OPTS)
	if list == nil {
		return
	}
	p := v.Pen
	p.NL()
	p.Text("  mpls")
	p.OpenArray("mpls")
	for _, entry := range rtnl.Attrs(list) {
		p.NL()
		p.Text("    lse")
		p.OpenObject("")
		for _, w := range lseWords {
			if b := rtnl.Find(entry, w.attr); b != nil {
				p.Uint(w.word, " "+w.word+" ", numberOf(b, w.size, false), "")
			}
		}
		p.CloseObject()
	}
	p.CloseArray()
}

func (v *View) transport(protocol, ipProto uint64) {
	ends := [...]struct {
		label       string
		destination uint64
	}{{"dst_port", 1}, {"src_port", 0}}
	for _, end := range ends {
		if a, ok := portOf(ipProto, end.destination); ok {
			v.masked(end.label, a[0], a[1], 2, true)
		}
	}
	for _, end := range ends {
		if _, ok := portOf(ipProto, end.destination); ok {
			v.portRange(end.label, portAttrs[end.destination].ends)
		}
	}
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_TCP_FLAGS); b != nil {
		text := "0x" + strconv.FormatUint(uint64(rtnl.Be16(b)), 16)
		if m := v.Get(0, uapi.TCA_FLOWER_KEY_TCP_FLAGS_MASK); m != nil {
			text += "/" + strconv.FormatUint(uint64(rtnl.Be16(m)), 16)
		}
		v.line("tcp_flags", text)
	}
	for code, label := range [...]string{"icmp_type", "icmp_code"} {
		if a, ok := icmpOf(protocol, ipProto, uint64(code)); ok {
			v.maskedText(label, a[0], a[1], "")
		}
	}
	v.number("l2tpv3_sid", uapi.TCA_FLOWER_KEY_L2TPV3_SID, 4, true)
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_SPI); b != nil {
		v.Pen.NL()
		if v.Pen.JSON() {
			v.Pen.Hex("spi", "", uint64(rtnl.Be32(b)), "")
		} else {
			v.Pen.Hex("", "  spi 0x", uint64(rtnl.Be32(b)), "")
		}
	}
}

// maskedText writes a number of a byte, or its name, and a mask in decimal: in JSON as a
// string.
func (v *View) maskedText(label string, value, mask uint16, name string) {
	b := v.Get(0, value)
	if b == nil {
		return
	}
	m := uint8(255)
	if attr := v.Get(0, mask); attr != nil {
		m = rtnl.U8(attr)
	}
	text := name
	if m != 255 || text == "" {
		text = strconv.Itoa(int(rtnl.U8(b)))
	}
	if m != 255 {
		text += "/" + strconv.Itoa(int(m))
	}
	v.line(label, text)
}

func (v *View) portRange(label string, ends [2]uint16) {
	least, most := v.Get(0, ends[0]), v.Get(0, ends[1])
	if least == nil || most == nil {
		return
	}
	if !v.Pen.JSON() {
		v.line(label, strconv.Itoa(int(rtnl.Be16(least)))+"-"+strconv.Itoa(int(rtnl.Be16(most))))
		return
	}
	v.Pen.OpenObject(label)
	v.Pen.JUint("start", uint64(rtnl.Be16(least)))
	v.Pen.JUint("end", uint64(rtnl.Be16(most)))
	v.Pen.CloseObject()
}

func (v *View) arp() {
	v.addr("arp_sip", uapi.TCA_FLOWER_KEY_ARP_SIP, uapi.TCA_FLOWER_KEY_ARP_SIP_MASK, unix.AF_INET)
	v.addr("arp_tip", uapi.TCA_FLOWER_KEY_ARP_TIP, uapi.TCA_FLOWER_KEY_ARP_TIP_MASK, unix.AF_INET)
	v.maskedText("arp_op", uapi.TCA_FLOWER_KEY_ARP_OP, uapi.TCA_FLOWER_KEY_ARP_OP_MASK, arpOps.Of(uint64(rtnl.U8(v.Get(0, uapi.TCA_FLOWER_KEY_ARP_OP)))))
	v.mac("arp_sha", uapi.TCA_FLOWER_KEY_ARP_SHA, uapi.TCA_FLOWER_KEY_ARP_SHA_MASK)
	v.mac("arp_tha", uapi.TCA_FLOWER_KEY_ARP_THA, uapi.TCA_FLOWER_KEY_ARP_THA_MASK)
	v.number("pppoe_sid", uapi.TCA_FLOWER_KEY_PPPOE_SID, 2, true)
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_PPP_PROTO); b != nil {
		v.line("ppp_proto", v.pppName(uint64(rtnl.Be16(b))))
	}
}

func (v *View) pppName(n uint64) string {
	for _, p := range pppTypes {
		if p.ppp == n && !v.Env.Opt.Numeric {
			return p.word
		}
	}
	return "[" + strconv.FormatUint(n, 10) + "]"
}

func (v *View) tunnel() {
	for i, label := range [...]string{"enc_dst_ip", "enc_src_ip"} {
		if a := ipAttrs[2+i]; v.Get(0, a[1]) != nil {
			v.addr(label, a[0], a[1], unix.AF_INET)
		} else {
			v.addr(label, a[2], a[3], unix.AF_INET6)
		}
	}
	v.number("enc_key_id", uapi.TCA_FLOWER_KEY_ENC_KEY_ID, 4, true)
	v.masked("enc_dst_port", uapi.TCA_FLOWER_KEY_ENC_UDP_DST_PORT, uapi.TCA_FLOWER_KEY_ENC_UDP_DST_PORT_MASK, 2, true)
	v.masked("enc_tos", uapi.TCA_FLOWER_KEY_ENC_IP_TOS, uapi.TCA_FLOWER_KEY_ENC_IP_TOS_MASK, 1, false)
	v.masked("enc_ttl", uapi.TCA_FLOWER_KEY_ENC_IP_TTL, uapi.TCA_FLOWER_KEY_ENC_IP_TTL_MASK, 1, false)
	v.tunnelOpts()
}

func (v *View) flags(label string, slot, value, mask uint16) {
	m := v.Get(0, mask)
	if len(m) != 4 {
		return
	}
	p, n, bits, begun := v.Pen, uint64(rtnl.Be32(v.Get(0, value))), uint64(rtnl.Be32(m)), false
	for _, f := range matchFlags {
		if f.slot != slot || bits&f.bit == 0 {
			continue
		}
		if begun {
			p.Text("/")
		} else {
			begun = true
			p.NL()
			p.Text("  " + label + " ")
			p.OpenObject(label)
		}
		p.JBool(f.word, n&f.bit != 0)
		if n&f.bit == 0 {
			p.Text("no")
		}
		p.Text(f.word)
	}
	if begun {
		p.CloseObject()
	}
}

// tracking writes what is matched of connection tracking.
func (v *View) tracking() {
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_CT_STATE); b != nil {
		n, m := uint64(rtnl.U16(b)), full(2)
		if attr := v.Get(0, uapi.TCA_FLOWER_KEY_CT_STATE_MASK); attr != nil {
			m = uint64(rtnl.U16(attr))
		}
		text := ""
		for _, s := range ctStates {
			switch {
			case m&s.Val == 0:
			case n&s.Val != 0:
				text += "+" + s.Word
			default:
				text += "-" + s.Word
			}
		}
		v.line("ct_state", text)
	}
	v.masked("ct_zone", uapi.TCA_FLOWER_KEY_CT_ZONE, uapi.TCA_FLOWER_KEY_CT_ZONE_MASK, 2, false)
	v.masked("ct_mark", uapi.TCA_FLOWER_KEY_CT_MARK, uapi.TCA_FLOWER_KEY_CT_MARK_MASK, 4, false)
	if b := v.Get(0, uapi.TCA_FLOWER_KEY_CT_LABELS); b != nil {
		v.line("ct_label", kind.LabelText(b, v.Get(0, uapi.TCA_FLOWER_KEY_CT_LABELS_MASK)))
	}
}

func (v *View) cfm() {
	b := v.Get(0, uapi.TCA_FLOWER_KEY_CFM)
	if b == nil {
		return
	}
	p := v.Pen
	p.NL()
	p.Text("  cfm")
	p.OpenObject("cfm")
	if n := rtnl.Find(b, uapi.TCA_FLOWER_KEY_CFM_MD_LEVEL); n != nil {
		p.Uint("mdl", " mdl ", uint64(rtnl.U8(n)), "")
	}
	if n := rtnl.Find(b, uapi.TCA_FLOWER_KEY_CFM_OPCODE); n != nil {
		p.Uint("op", " op ", uint64(rtnl.U8(n)), "")
	}
	p.CloseObject()
}
