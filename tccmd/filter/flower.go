package filter

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// flower matches the fields of packets, each with a mask: Arg of a row is the attribute
// of its mask. What a word may be for depends on the protocols that stand before it.
var flower = Kind{Handle: numberHandle, Show: showFlower, Kind: kind.Kind{Begin: beginFlower, Table: field.Table{
	Name: "flower", Voice: &kind.Voice, Finish: finishFlower, Rows: []*field.Row{
		{Words: "classid|flowid", Attr: uapi.TCA_FLOWER_CLASSID, Type: &kind.ClassID, Bad: `Illegal "classid"`},
		{Words: "hw_tc", Value: "TCID", Attr: uapi.TCA_FLOWER_CLASSID, Type: &field.Type{Size: 4, Scan: scanHwTC}},
		{Words: "ip_flags", Value: "IP-FLAGS", In: field.Slot, Attr: slotFlags, Type: &flowerFlags},
		{Words: "=l2_miss", Value: "{ 0 | 1 }", Attr: uapi.TCA_FLOWER_L2_MISS, Type: &kind.Dec8},
		{Words: "verbose", Attr: uapi.TCA_FLOWER_FLAGS, Arg: uapi.TCA_CLS_FLAGS_VERBOSE, Type: &field.Bit32},
		{Words: "skip_hw", Attr: uapi.TCA_FLOWER_FLAGS, Arg: uapi.TCA_CLS_FLAGS_SKIP_HW, Type: &field.Bit32},
		{Words: "skip_sw", Attr: uapi.TCA_FLOWER_FLAGS, Arg: uapi.TCA_CLS_FLAGS_SKIP_SW, Type: &field.Bit32},
		{Words: "ct_state", Value: "MASKED_CT_STATE", Attr: uapi.TCA_FLOWER_KEY_CT_STATE, Type: &field.Type{Read: parseCtState}},
		{Words: "ct_zone", Value: "MASKED_CT_ZONE", Attr: uapi.TCA_FLOWER_KEY_CT_ZONE, Arg: uapi.TCA_FLOWER_KEY_CT_ZONE_MASK, Type: &masked16},
		{Words: "ct_mark", Value: "MASKED_CT_MARK", Attr: uapi.TCA_FLOWER_KEY_CT_MARK, Arg: uapi.TCA_FLOWER_KEY_CT_MARK_MASK, Type: &masked32},
		{Words: "ct_label", Value: "MASKED_CT_LABEL", Attr: uapi.TCA_FLOWER_KEY_CT_LABELS, Arg: uapi.TCA_FLOWER_KEY_CT_LABELS_MASK, Type: &field.Type{Read: kind.ParseLabel}},
		{Words: "indev", Value: "DEV-NAME", Attr: uapi.TCA_FLOWER_INDEV, Type: &field.LinkName},
		{Words: "=num_of_vlans", Attr: uapi.TCA_FLOWER_KEY_NUM_OF_VLANS, Type: &kind.Dec8},
		{Words: "vlan_id", Value: "VID", Attr: uapi.TCA_FLOWER_KEY_VLAN_ID, Arg: 0xFFF, Type: &flowerVLAN},
		{Words: "vlan_prio", Value: "PRIORITY", Attr: uapi.TCA_FLOWER_KEY_VLAN_PRIO, Arg: 7, Type: &flowerVLANPrio},
		{Words: "vlan_ethtype", Value: "ETH-TYPE", Attr: uapi.TCA_FLOWER_KEY_VLAN_ETH_TYPE, Type: &flowerVLANType},
		{Words: "cvlan_id", Value: "VID", Attr: uapi.TCA_FLOWER_KEY_CVLAN_ID, Arg: 0xFFF, Type: &flowerVLAN},
		{Words: "cvlan_prio", Value: "PRIORITY", Attr: uapi.TCA_FLOWER_KEY_CVLAN_PRIO, Arg: 7, Type: &flowerVLANPrio},
		{Words: "cvlan_ethtype", Value: "ETH-TYPE", Attr: uapi.TCA_FLOWER_KEY_CVLAN_ETH_TYPE, Type: &flowerVLANType},
		{Words: "mpls", Value: "LSE-LIST", Attr: uapi.TCA_FLOWER_KEY_MPLS_OPTS | nestedFlag, Type: &field.Type{Parse: parseMPLS}},
		{Words: "mpls_label", Value: "LABEL", Attr: uapi.TCA_FLOWER_KEY_MPLS_LABEL, Arg: 0xFFFFF, Type: &field.Type{Size: 4, Scan: scanLabel}},
		{Words: "mpls_tc", Value: "TC", Attr: uapi.TCA_FLOWER_KEY_MPLS_TC, Arg: 7, Type: &flowerLabel},
		{Words: "mpls_bos", Value: "BOS", Attr: uapi.TCA_FLOWER_KEY_MPLS_BOS, Arg: 1, Type: &flowerLabel},
		{Words: "mpls_ttl", Value: "TTL", Attr: uapi.TCA_FLOWER_KEY_MPLS_TTL, Arg: 255, Type: &flowerLabel},
		{Words: "dst_mac", Value: "MASKED-LLADDR", Attr: uapi.TCA_FLOWER_KEY_ETH_DST, Arg: uapi.TCA_FLOWER_KEY_ETH_DST_MASK, Type: &maskedMAC},
		{Words: "src_mac", Value: "MASKED-LLADDR", Attr: uapi.TCA_FLOWER_KEY_ETH_SRC, Arg: uapi.TCA_FLOWER_KEY_ETH_SRC_MASK, Type: &maskedMAC},
		{Words: "ip_proto", Value: "{ tcp | udp | sctp | icmp | icmpv6 | l2tp | esp | ah | IP-PROTO }", Attr: uapi.TCA_FLOWER_KEY_IP_PROTO, Type: &field.Type{Read: parseFlowerProto}},
		{Words: "ip_tos", Value: "MASKED-IP_TOS", Attr: uapi.TCA_FLOWER_KEY_IP_TOS, Arg: uapi.TCA_FLOWER_KEY_IP_TOS_MASK, Type: &maskedTOS},
		{Words: "ip_ttl", Value: "MASKED-IP_TTL", Attr: uapi.TCA_FLOWER_KEY_IP_TTL, Arg: uapi.TCA_FLOWER_KEY_IP_TTL_MASK, Type: &maskedTOS},
		{Words: "dst_ip", Value: "PREFIX", Attr: uapi.TCA_FLOWER_KEY_IPV4_DST, Type: &flowerIP},
		{Words: "src_ip", Value: "PREFIX", Attr: uapi.TCA_FLOWER_KEY_IPV4_SRC, Type: &flowerIP},
		{Words: "dst_port", Value: "{ PORT | PORT/MASK | MIN-MAX }", Arg: 1, Type: &flowerPort},
		{Words: "src_port", Value: "{ PORT | PORT/MASK | MIN-MAX }", Type: &flowerPort},
		{Words: "tcp_flags", Value: "MASKED-TCP_FLAGS", Attr: uapi.TCA_FLOWER_KEY_TCP_FLAGS, Arg: uapi.TCA_FLOWER_KEY_TCP_FLAGS_MASK, Type: &field.Type{Read: parseTCPFlags}},
		{Words: "type", Value: "MASKED-TYPE", Bad: `Illegal "icmp type"`, Type: &flowerICMP},
		{Words: "code", Value: "MASKED-CODE", Bad: `Illegal "icmp code"`, Arg: 1, Type: &flowerICMP},
		{Words: "=l2tpv3_sid", Value: "SESSION-ID", Bad: `Illegal "l2tpv3 session id"`, Attr: uapi.TCA_FLOWER_KEY_L2TPV3_SID, Type: &field.Type{Size: 4, Form: field.Big, Scan: scanSession}},
		{Words: "=spi", Value: "SPI", Attr: uapi.TCA_FLOWER_KEY_SPI, Type: &field.Type{Read: parseSPI}},
		{Words: "arp_tip", Value: "IPV4-PREFIX", Attr: uapi.TCA_FLOWER_KEY_ARP_TIP, Arg: uapi.TCA_FLOWER_KEY_ARP_TIP_MASK, Type: &flowerARP},
		{Words: "arp_sip", Value: "IPV4-PREFIX", Attr: uapi.TCA_FLOWER_KEY_ARP_SIP, Arg: uapi.TCA_FLOWER_KEY_ARP_SIP_MASK, Type: &flowerARP},
		{Words: "arp_op", Value: "{ request | reply | OP }", Attr: uapi.TCA_FLOWER_KEY_ARP_OP, Arg: uapi.TCA_FLOWER_KEY_ARP_OP_MASK, Type: &field.Type{Read: parseARPOp}},
		{Words: "arp_tha", Value: "MASKED-LLADDR", Attr: uapi.TCA_FLOWER_KEY_ARP_THA, Arg: uapi.TCA_FLOWER_KEY_ARP_THA_MASK, Type: &maskedMAC},
		{Words: "arp_sha", Value: "MASKED-LLADDR", Attr: uapi.TCA_FLOWER_KEY_ARP_SHA, Arg: uapi.TCA_FLOWER_KEY_ARP_SHA_MASK, Type: &maskedMAC},
		{Words: "=pppoe_sid", Value: "PSID", Attr: uapi.TCA_FLOWER_KEY_PPPOE_SID, Type: &field.Type{Size: 2, Form: field.Big, Scan: scanPPPoE}},
		{Words: "=ppp_proto", Value: "{ ip | ipv6 | mpls_uc | mpls_mc | PPP_PROTO }", Attr: uapi.TCA_FLOWER_KEY_PPP_PROTO, Type: &field.Type{Size: 2, Form: field.Big, Scan: scanPPP}},
		{Words: "enc_dst_ip", Value: "ADDR", Attr: uapi.TCA_FLOWER_KEY_ENC_IPV4_DST, Type: &flowerIP},
		{Words: "enc_src_ip", Value: "ADDR", Attr: uapi.TCA_FLOWER_KEY_ENC_IPV4_SRC, Type: &flowerIP},
		{Words: "enc_key_id", Value: "KEY-ID", Attr: uapi.TCA_FLOWER_KEY_ENC_KEY_ID, Type: &field.Type{Size: 4, Form: field.Big, Scan: kind.ScanDecimal}},
		{Words: "enc_dst_port", Value: "UDP-PORT", Attr: uapi.TCA_FLOWER_KEY_ENC_UDP_DST_PORT, Type: &field.Type{Size: 2, Form: field.Big, Scan: kind.ScanDecimal}},
		{Words: "enc_tos", Value: "MASKED-IP_TOS", Attr: uapi.TCA_FLOWER_KEY_ENC_IP_TOS, Arg: uapi.TCA_FLOWER_KEY_ENC_IP_TOS_MASK, Type: &maskedTOS},
		{Words: "enc_ttl", Value: "MASKED-IP_TTL", Attr: uapi.TCA_FLOWER_KEY_ENC_IP_TTL, Arg: uapi.TCA_FLOWER_KEY_ENC_IP_TTL_MASK, Type: &maskedTOS},
		{Words: "geneve_opts", Value: "MASKED-OPTIONS", Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, Type: &flowerTunnel},
		{Words: "vxlan_opts", Value: "MASKED-OPTIONS", Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN | nestedFlag, Type: &flowerTunnel},
		{Words: "erspan_opts", Value: "MASKED-OPTIONS", Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN | nestedFlag, Type: &flowerTunnel},
		{Words: "=gtp_opts", Value: "MASKED-OPTIONS", Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_GTP | nestedFlag, Type: &flowerTunnel},
		{Words: "=pfcp_opts", Value: "MASKED-OPTIONS", Arg: uapi.TCA_FLOWER_KEY_ENC_OPTS_PFCP | nestedFlag, Type: &flowerTunnel},
		{Words: "=enc_flags", Value: "ENC-FLAGS", In: field.Slot, Attr: slotEncFlags, Type: &flowerFlags},
		{Words: "action", Attr: uapi.TCA_FLOWER_ACT, Type: &actions},
		{Words: "=cfm", Value: "CFM", Attr: uapi.TCA_FLOWER_KEY_CFM | nestedFlag, Type: &field.Type{Parse: parseCFM}},
	}}}}

// Types that several words have.
var (
	flowerFlags    = field.Type{Read: parseMatchFlags}
	flowerVLAN     = field.Type{Size: 2, Scan: scanVLAN}
	flowerVLANPrio = field.Type{Size: 1, Scan: scanVLAN}
	flowerVLANType = field.Type{Read: parseVLANType}
	flowerLabel    = field.Type{Size: 1, Scan: scanLabel}
	flowerIP       = field.Type{Read: parseFlowerIP}
	flowerPort     = field.Type{Read: parsePort}
	flowerICMP     = field.Type{Read: parseICMP}
	flowerARP      = field.Type{Read: parseARPAddr}
	flowerTunnel   = field.Type{Read: parseTunnelOpts}
)

const nestedFlag = 0x8000 // NLA_F_NESTED

// What words say to those behind them.
const (
	slotType    = iota + 1 // the protocol, as later words see it
	slotOuter              // that of the filter
	slotInner              // that behind the outer VLAN tag
	slotIPProto            // 255 if none was given
	slotFlags              // of the IP header, with their mask
	slotEncFlags
	slotMPLS // 1 after one of the old words, 2 after mpls
)

func get(c *field.Call, slot uint16) uint64 { return rtnl.U64(c.Get(field.Slot, slot)) }

func set(c *field.Call, slot uint16, n uint64) { c.PutUint(field.Slot, slot, 8, n, false) }

// numberHandle reads a number in any of C's notations.
func numberHandle(s *string) (uint32, error) {
	if s == nil {
		return 0, nil
	}
	n, ok := word.Uint(*s, 0, 32)
	if !ok {
		return 0, cli.Fail(`Illegal "handle"`)
	}
	return uint32(n), nil
}

func beginFlower(c *field.Call) {
	info := rtnl.NE.Uint32(kind.Of(c).Msg.Body()[atInfo:])
	protocol := uint64(uapi.Htons(uint16(info)))
	set(c, slotType, protocol)
	set(c, slotOuter, protocol)
	set(c, slotIPProto, 255)
}

func finishFlower(c *field.Call) error {
	if c.Get(0, uapi.TCA_FLOWER_FLAGS) == nil {
		c.PutUint(0, uapi.TCA_FLOWER_FLAGS, 4, 0, false)
	}
	c.ToEnd(uapi.TCA_FLOWER_FLAGS)
	for _, f := range [...]struct{ slot, value, mask uint16 }{
		{slotFlags, uapi.TCA_FLOWER_KEY_FLAGS, uapi.TCA_FLOWER_KEY_FLAGS_MASK},
		{slotEncFlags, uapi.TCA_FLOWER_KEY_ENC_FLAGS, uapi.TCA_FLOWER_KEY_ENC_FLAGS_MASK},
	} {
		if n := get(c, f.slot); n>>32 != 0 {
			c.PutUint(0, f.value, 4, n&0xFFFFFFFF, true)
			c.PutUint(0, f.mask, 4, n>>32, true)
		}
	}
	if protocol := get(c, slotOuter); protocol != unix.ETH_P_ALL {
		c.PutUint(0, uapi.TCA_FLOWER_KEY_ETH_TYPE, 2, protocol, true)
	}
	return nil
}

// isType reports whether the protocol is one of these.
func isType(c *field.Call, types ...uint64) bool {
	for _, t := range types {
		if get(c, slotType) == t {
			return true
		}
	}
	return false
}

// A device's traffic classes are classes of these minor numbers.
const (
	firstHwTC = 0xFFE0
	hwTCs     = 16
)

func scanHwTC(c *field.Call, _ *field.Row, s string) (uint64, error) {
	n, rest, _ := word.Strtoul(s, 0)
	switch {
	case rest != "":
		return 0, cli.Fail("Illegal TC index")
	case uint32(n) >= hwTCs:
		return 0, cli.Fail("TC index exceeds max range")
	}
	parent := rtnl.NE.Uint32(kind.Of(c).Msg.Body()[atParent:])
	return uint64(parent&0xFFFF0000) | firstHwTC + n, nil
}

// matchFlags are the flags of packets, and of tunnels' headers.
var matchFlags = []struct {
	slot uint16
	bit  uint64
	word string
}{
	{slotFlags, uapi.TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT, "frag"},
	{slotFlags, uapi.TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST, "firstfrag"},
	{slotEncFlags, uapi.TCA_FLOWER_KEY_FLAGS_TUNNEL_CSUM, "tuncsum"},
	{slotEncFlags, uapi.TCA_FLOWER_KEY_FLAGS_TUNNEL_DONT_FRAGMENT, "tundf"},
	{slotEncFlags, uapi.TCA_FLOWER_KEY_FLAGS_TUNNEL_OAM, "tunoam"},
	{slotEncFlags, uapi.TCA_FLOWER_KEY_FLAGS_TUNNEL_CRIT_OPT, "tuncrit"},
}

// ctStates are what connection tracking knows of a packet.
var ctStates = word.Names{{uapi.TCA_FLOWER_KEY_CT_FLAGS_TRACKED, "trk"}, {uapi.TCA_FLOWER_KEY_CT_FLAGS_NEW, "new"},
	{uapi.TCA_FLOWER_KEY_CT_FLAGS_ESTABLISHED, "est"}, {uapi.TCA_FLOWER_KEY_CT_FLAGS_RELATED, "rel"},
	{uapi.TCA_FLOWER_KEY_CT_FLAGS_INVALID, "inv"}, {uapi.TCA_FLOWER_KEY_CT_FLAGS_REPLY, "rpl"}}

// ipProtos are the protocols above IP that have names here; those from exact on are
// not shortened.
var ipProtos = word.Names{
	{unix.IPPROTO_TCP, "tcp"}, {unix.IPPROTO_UDP, "udp"}, {unix.IPPROTO_SCTP, "sctp"}, {unix.IPPROTO_ICMP, "icmp"},
	{unix.IPPROTO_ICMPV6, "icmpv6"}, {unix.IPPROTO_L2TP, "=l2tp"}, {unix.IPPROTO_ESP, "=esp"}, {unix.IPPROTO_AH, "=ah"},
}
