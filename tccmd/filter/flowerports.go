package filter

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// icmpAttrs are type and code of ICMP, then of ICMPv6, each with its mask.
var icmpAttrs = [2][2][2]uint16{
	{{uapi.TCA_FLOWER_KEY_ICMPV4_TYPE, uapi.TCA_FLOWER_KEY_ICMPV4_TYPE_MASK}, {uapi.TCA_FLOWER_KEY_ICMPV4_CODE, uapi.TCA_FLOWER_KEY_ICMPV4_CODE_MASK}},
	{{uapi.TCA_FLOWER_KEY_ICMPV6_TYPE, uapi.TCA_FLOWER_KEY_ICMPV6_TYPE_MASK}, {uapi.TCA_FLOWER_KEY_ICMPV6_CODE, uapi.TCA_FLOWER_KEY_ICMPV6_CODE_MASK}},
}

// icmpOf picks those of a packet.
func icmpOf(protocol, ipProto, code uint64) (a [2]uint16, ok bool) {
	switch {
	case protocol == unix.ETH_P_IP && ipProto == unix.IPPROTO_ICMP:
		return icmpAttrs[0][code], true
	case protocol == unix.ETH_P_IPV6 && ipProto == unix.IPPROTO_ICMPV6:
		return icmpAttrs[1][code], true
	}
	return a, false
}

func parseICMP(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	a, is := icmpOf(get(c, slotType), get(c, slotIPProto), r.Arg)
	n, m, ok := maskedNumber(value, mask, masked, 10, 10, 1)
	if !is || !ok {
		return c.Wrong(r, value)
	}
	putPair(c, a[0], a[1], 1, n, m, false)
	return nil
}

// portAttrs are the attributes of the source port, then the destination port: of TCP,
// UDP and SCTP, each with its mask, and of the ends of a range.
var portAttrs = [2]struct{ tcp, udp, sctp, ends [2]uint16 }{
	{[2]uint16{uapi.TCA_FLOWER_KEY_TCP_SRC, uapi.TCA_FLOWER_KEY_TCP_SRC_MASK}, [2]uint16{uapi.TCA_FLOWER_KEY_UDP_SRC, uapi.TCA_FLOWER_KEY_UDP_SRC_MASK},
		[2]uint16{uapi.TCA_FLOWER_KEY_SCTP_SRC, uapi.TCA_FLOWER_KEY_SCTP_SRC_MASK}, [2]uint16{uapi.TCA_FLOWER_KEY_PORT_SRC_MIN, uapi.TCA_FLOWER_KEY_PORT_SRC_MAX}},
	{[2]uint16{uapi.TCA_FLOWER_KEY_TCP_DST, uapi.TCA_FLOWER_KEY_TCP_DST_MASK}, [2]uint16{uapi.TCA_FLOWER_KEY_UDP_DST, uapi.TCA_FLOWER_KEY_UDP_DST_MASK},
		[2]uint16{uapi.TCA_FLOWER_KEY_SCTP_DST, uapi.TCA_FLOWER_KEY_SCTP_DST_MASK}, [2]uint16{uapi.TCA_FLOWER_KEY_PORT_DST_MIN, uapi.TCA_FLOWER_KEY_PORT_DST_MAX}},
}

// portOf picks those of a protocol.
func portOf(ipProto, destination uint64) (a [2]uint16, ok bool) {
	switch p := &portAttrs[destination]; ipProto {
	case unix.IPPROTO_TCP:
		return p.tcp, true
	case unix.IPPROTO_UDP:
		return p.udp, true
	case unix.IPPROTO_SCTP:
		return p.sctp, true
	}
	return a, false
}

// parsePort reads a port, one with a mask, or a range.
func parsePort(c *field.Call, r *field.Row, s string) error {
	a, is := portOf(get(c, slotIPProto), r.Arg)
	if least, most, found := strings.Cut(s, "-"); found {
		n, ok := word.Uint(least, 10, 16)
		m, ok2 := word.Uint(most, 10, 16)
		switch {
		case !ok || !ok2 || !is && m > n:
			return c.Wrong(r, s)
		case m <= n:
			return &cli.Error{Status: cli.StatusError, Text: "max value should be greater than min value\nIllegal \"" + r.Word() + "\"\n"}
		}
		a = portAttrs[r.Arg].ends
		putPair(c, a[0], a[1], 2, n, m, true)
		return nil
	}
	if n, ok := word.Uint(s, 10, 16); ok && is {
		c.PutUint(0, a[0], 2, n, true)
		return nil
	}
	value, mask, masked := strings.Cut(s, "/")
	n, m, ok := maskedNumber(value, mask, masked, 0, 0, 2)
	if !is || !ok || !masked {
		return c.Wrong(r, s)
	}
	putPair(c, a[0], a[1], 2, n, m, true)
	return nil
}

// mostTCPFlags are all flags of TCP.
const mostTCPFlags = 0xFFF

func parseTCPFlags(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	n, m, ok := maskedNumber(value, mask, masked, 16, 16, 2)
	if !masked {
		m = mostTCPFlags
	}
	if !ok || n > mostTCPFlags || m > mostTCPFlags {
		return c.Wrong(r, value)
	}
	putPair(c, r.Attr, uint16(r.Arg), 2, n, m, true)
	return nil
}

func scanSession(c *field.Call, r *field.Row, s string) (uint64, error) {
	if get(c, slotIPProto) != unix.IPPROTO_L2TP {
		return 0, cli.Fail(`Can't set "l2tpv3_sid" if ip_proto isn't l2tp`)
	}
	return kind.ScanDecimal(c, r, s)
}

func parseSPI(c *field.Call, r *field.Row, s string) error {
	switch get(c, slotIPProto) {
	case unix.IPPROTO_UDP, unix.IPPROTO_ESP, unix.IPPROTO_AH:
	default:
		return cli.Fail(`Can't set "spi" if ip_proto isn't ESP/UDP/AH`)
	}
	n, ok := word.Uint(s, 16, 32)
	if !ok {
		return cli.Fail(`Illegal "spi index"`)
	}
	putPair(c, r.Attr, uapi.TCA_FLOWER_KEY_SPI_MASK, 4, n, full(4), true)
	return nil
}

// inPPPoE refuses a word where the packets are not of such a session.
func inPPPoE(c *field.Call, r *field.Row) error {
	if !isType(c, unix.ETH_P_PPP_SES) {
		return cli.Fail(`Can't set "%s" if ethertype isn't PPPoE session`, r.Word())
	}
	return nil
}

func scanPPPoE(c *field.Call, r *field.Row, s string) (uint64, error) {
	if err := inPPPoE(c, r); err != nil {
		return 0, err
	}
	return kind.ScanDecimal(c, r, s)
}

// pppTypes are protocols of PPP, and what they are for later words.
var pppTypes = []struct {
	word     string
	ppp      uint64
	protocol uint64
}{{"ip", 0x21, unix.ETH_P_IP}, {"mpls_uc", 0x281, unix.ETH_P_MPLS_UC}, {"mpls_mc", 0x283, unix.ETH_P_MPLS_MC}, {"ipv6", 0x57, unix.ETH_P_IPV6}}

func scanPPP(c *field.Call, r *field.Row, s string) (uint64, error) {
	if err := inPPPoE(c, r); err != nil {
		return 0, err
	}
	n, ok := word.Uint(s, 0, 16)
	for _, p := range pppTypes {
		if strings.EqualFold(p.word, s) {
			n, ok = p.ppp, true
		}
	}
	if !ok {
		return 0, cli.InvArg("invalid ppp_proto", s)
	}
	for _, p := range pppTypes {
		if p.ppp == n {
			set(c, slotType, p.protocol)
		}
	}
	return n, nil
}
