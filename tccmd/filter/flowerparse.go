package filter

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Types of values with a mask behind a slash; without one all bits count.
var (
	masked16  = field.Type{Size: 2, Read: parseMasked}
	masked32  = field.Type{Size: 4, Read: parseMasked}
	maskedTOS = field.Type{Size: 1, Read: parseTOS}
	maskedMAC = field.Type{Read: parseMaskedMAC}
)

// putPair puts a number and its mask.
func putPair(c *field.Call, value, mask uint16, size int, n, m uint64, big bool) {
	c.PutUint(0, value, size, n, big)
	c.PutUint(0, mask, size, m, big)
}

func full(size int) uint64 { return 1<<(8*size) - 1 }

// maskedNumber reads N[/M] in the base.
func maskedNumber(value, mask string, masked bool, base, maskBase, size int) (n, m uint64, ok bool) {
	n, ok = word.Uint(value, base, 8*size)
	m = full(size)
	if ok && masked {
		m, ok = word.Uint(mask, maskBase, 8*size)
	}
	return n, m, ok
}

func parseMasked(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	n, m, ok := maskedNumber(value, mask, masked, 0, 0, int(r.Type.Size))
	if !ok {
		return c.Wrong(r, value)
	}
	putPair(c, r.Attr, uint16(r.Arg), int(r.Type.Size), n, m, false)
	return nil
}

// parseTOS reads a decimal number, or else a hexadecimal one; the mask is always that.
func parseTOS(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	n, m, ok := maskedNumber(value, mask, masked, 10, 16, 1)
	if !ok {
		n, m, ok = maskedNumber(value, mask, masked, 16, 16, 1)
	}
	if !ok {
		return c.Wrong(r, value)
	}
	putPair(c, r.Attr, uint16(r.Arg), 1, n, m, false)
	return nil
}

// parseMaskedMAC reads an address, with a number of bits or another address as mask.
func parseMaskedMAC(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	addr, err := mac(c, value)
	if err != nil {
		return c.Wrong(r, value)
	}
	bits := [6]byte{255, 255, 255, 255, 255, 255}
	if n, ok := word.Uint(mask, 10, 32); masked && ok {
		all := uint64(0xFFFFFFFFFFFF) << ((64 - n) & 63)
		for i := range bits {
			bits[i] = byte(all >> (56 - 8*i))
		}
	} else if masked {
		if bits, err = mac(c, mask); err != nil {
			return c.Wrong(r, mask)
		}
	}
	c.Put(0, r.Attr, addr[:])
	c.Put(0, uint16(r.Arg), bits[:])
	return nil
}

// mac reads an address; what is wrong with it is told.
func mac(c *field.Call, s string) (a [6]byte, err error) {
	b, err := cli.LLAddr(s)
	if err != nil {
		c.Env.Warnf("%s", err)
	}
	copy(a[:], b)
	return a, err
}

// parseMatchFlags reads [no]FLAG/[no]FLAG….
func parseMatchFlags(c *field.Call, r *field.Row, s string) error {
	n := get(c, r.Attr)
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return c == '/' }) {
		name, no := strings.CutPrefix(w, "no")
		bit := uint64(0)
		for _, f := range matchFlags {
			if f.slot == r.Attr && f.word == name {
				bit = f.bit
			}
		}
		if bit == 0 {
			return c.Wrong(r, s)
		}
		n = n&^bit | bit<<32
		if !no {
			n |= bit
		}
	}
	set(c, r.Attr, n)
	return nil
}

// parseCtState reads +STATE-STATE….
func parseCtState(c *field.Call, r *field.Row, s string) error {
	var n, m uint64
	for rest := s; rest != ""; {
		sign, found := rest[0], false
		for _, state := range ctStates {
			after, ok := strings.CutPrefix(rest[1:], state.Word)
			if !ok || sign != '+' && sign != '-' {
				continue
			}
			if sign == '+' {
				n |= state.Val
			}
			m |= state.Val
			rest, found = after, true
			break
		}
		if !found {
			return c.Wrong(r, s)
		}
	}
	putPair(c, r.Attr, uapi.TCA_FLOWER_KEY_CT_STATE_MASK, 2, n, m, false)
	return nil
}

// isVLAN reports whether a protocol is one of tags, or the number of tags says so.
func isVLAN(protocol uint64, enough bool) bool {
	return enough || protocol == unix.ETH_P_8021Q || protocol == unix.ETH_P_8021AD
}

// tagged reports whether the packets have the tag that a word is about: the outer or the
// inner one.
func tagged(c *field.Call, r *field.Row) bool {
	tags := rtnl.U8(c.Get(0, uapi.TCA_FLOWER_KEY_NUM_OF_VLANS))
	switch r.Attr {
	case uapi.TCA_FLOWER_KEY_VLAN_ETH_TYPE:
		return isVLAN(get(c, slotType), tags > 0)
	case uapi.TCA_FLOWER_KEY_VLAN_ID, uapi.TCA_FLOWER_KEY_VLAN_PRIO:
		return isVLAN(get(c, slotOuter), tags > 0)
	}
	return isVLAN(get(c, slotInner), tags > 1)
}

func scanVLAN(c *field.Call, r *field.Row, s string) (uint64, error) {
	switch {
	case tagged(c, r):
	case r.Word()[0] == 'c':
		return 0, cli.Fail(`Can't set "%s" if inner vlan ethertype isn't 802.1Q or 802.1AD and num_of_vlans is less than 2`, r.Word())
	default:
		return 0, cli.Fail(`Can't set "%s" if ethertype isn't 802.1Q or 802.1AD and num_of_vlans is 0`, r.Word())
	}
	return kind.ScanDecimal(c, r, s)
}

// parseVLANType reads what is behind a tag, which later words are about.
func parseVLANType(c *field.Call, r *field.Row, s string) error {
	outer := r.Attr == uapi.TCA_FLOWER_KEY_VLAN_ETH_TYPE
	if !tagged(c, r) {
		lack := "less than 2"
		if outer {
			lack = "is 0"
		}
		return cli.Fail(`Can't set "%s" if ethertype isn't 802.1Q or 802.1AD and num_of_vlans %s`, r.Word(), lack)
	}
	id, ok := etherType(s)
	if !ok {
		return cli.InvArg("invalid vlan_ethtype", s)
	}
	c.PutUint(0, r.Attr, 2, id, true)
	if outer {
		set(c, slotInner, id)
	}
	set(c, slotType, id)
	return nil
}

// etherType reads an Ethernet protocol, by name or number.
func etherType(s string) (uint64, bool) {
	if id, ok := names.ParseEtherType(s); ok {
		return uint64(id), true
	}
	return word.Uint(s, 0, 16)
}

func parseFlowerProto(c *field.Call, r *field.Row, s string) error {
	bad := &cli.Error{Status: cli.StatusError, Text: "Illegal \"eth_type\" for ip proto\nIllegal \"ip_proto\"\n"}
	if !isType(c, unix.ETH_P_IP, unix.ETH_P_IPV6) {
		return bad
	}
	n, found := ipProtos.Match(s)
	switch {
	case !found:
		if n, found = word.Uint(s, 16, 8); !found {
			return c.Wrong(r, s)
		}
	case n == unix.IPPROTO_ICMP && !isType(c, unix.ETH_P_IP), n == unix.IPPROTO_ICMPV6 && !isType(c, unix.ETH_P_IPV6):
		return bad
	}
	c.PutUint(0, r.Attr, 1, n, false)
	set(c, slotIPProto, n)
	return nil
}

// ipAttrs are the attributes of an address: for IPv4 and IPv6, each with its mask.
var ipAttrs = [][4]uint16{
	{uapi.TCA_FLOWER_KEY_IPV4_DST, uapi.TCA_FLOWER_KEY_IPV4_DST_MASK, uapi.TCA_FLOWER_KEY_IPV6_DST, uapi.TCA_FLOWER_KEY_IPV6_DST_MASK},
	{uapi.TCA_FLOWER_KEY_IPV4_SRC, uapi.TCA_FLOWER_KEY_IPV4_SRC_MASK, uapi.TCA_FLOWER_KEY_IPV6_SRC, uapi.TCA_FLOWER_KEY_IPV6_SRC_MASK},
	{uapi.TCA_FLOWER_KEY_ENC_IPV4_DST, uapi.TCA_FLOWER_KEY_ENC_IPV4_DST_MASK, uapi.TCA_FLOWER_KEY_ENC_IPV6_DST, uapi.TCA_FLOWER_KEY_ENC_IPV6_DST_MASK},
	{uapi.TCA_FLOWER_KEY_ENC_IPV4_SRC, uapi.TCA_FLOWER_KEY_ENC_IPV4_SRC_MASK, uapi.TCA_FLOWER_KEY_ENC_IPV6_SRC, uapi.TCA_FLOWER_KEY_ENC_IPV6_SRC_MASK},
}

// attrsOf are those of an address by the first.
func attrsOf(v4 uint16) (a [4]uint16) {
	for _, a := range ipAttrs {
		if a[0] == v4 {
			return a
		}
	}
	return a
}

func parseFlowerIP(c *field.Call, r *field.Row, s string) error {
	family := uint8(unix.AF_UNSPEC)
	if !strings.HasPrefix(r.Word(), "enc_") {
		switch protocol := get(c, slotType); protocol {
		case unix.ETH_P_IP:
			family = unix.AF_INET
		case unix.ETH_P_IPV6:
			family = unix.AF_INET6
		case 0:
		default:
			return c.Wrong(r, s)
		}
	}
	a := attrsOf(r.Attr)
	return flowerAddr(c, s, family, a)
}

// flowerAddr reads a prefix and puts it with its mask.
func flowerAddr(c *field.Call, s string, family uint8, a [4]uint16) error {
	p, err := cli.ParsePrefix(s, family)
	if err != nil {
		return err
	}
	addr := p.Bytes() // none of "any", which has no family
	v6 := 0
	if p.Family != unix.AF_INET {
		v6 = 2
	}
	mask := make([]byte, len(addr))
	for i := range p.Bits {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	c.Put(0, a[v6], addr)
	c.Put(0, a[v6+1], mask)
	return nil
}

func parseARPAddr(c *field.Call, r *field.Row, s string) error {
	if !isType(c, unix.ETH_P_ARP, unix.ETH_P_RARP) {
		return c.Wrong(r, s)
	}
	return flowerAddr(c, s, unix.AF_INET, [4]uint16{r.Attr, uint16(r.Arg), 0, 0})
}

var arpOps = word.Names{{1, "request"}, {2, "reply"}}

func parseARPOp(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	n, named := arpOps.Find(value)
	m, ok := full(1), true
	if named {
		if masked {
			m, ok = word.Uint(mask, 10, 8)
		}
	} else {
		n, m, ok = maskedNumber(value, mask, masked, 10, 10, 1)
	}
	if !ok || n > 2 || !isType(c, unix.ETH_P_ARP, unix.ETH_P_RARP) {
		return c.Wrong(r, value)
	}
	putPair(c, r.Attr, uint16(r.Arg), 1, n, m, false)
	return nil
}
