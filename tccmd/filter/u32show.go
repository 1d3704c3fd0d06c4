package filter

import (
	"math/bits"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/action"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

func showU32(v *View) {
	p := v.Pen
	if v.Handle != 0 {
		v.spellU32("fh", "fh ", v.Handle)
	}
	if node := v.Handle & nodeBits; node != 0 {
		p.Uint("order", "order ", uint64(node), " ")
	}
	s := kind.At(v.Get(0, uapi.TCA_U32_SEL))
	if s != nil && len(s) < selSize {
		return
	}
	v.u32Place(s)
	if b := v.Get(0, uapi.TCA_U32_FLAGS); b != nil {
		v.printSkips(rtnl.U32(b), "", " ")
		v.printHardware(rtnl.U32(b), "", " ")
	}
	counts := kind.At(v.Get(0, uapi.TCA_U32_PCNT))
	if v.Env.Opt.Stats == 0 || len(counts) < 16 {
		counts = nil
	}
	if s != nil && counts != nil {
		p.Uint("rule_hit", "(rule hit ", counts.U64(0), " ")
		p.Uint("success", "success ", counts.U64(8), ")")
	}
	if b := kind.At(v.Get(0, uapi.TCA_U32_MARK)); len(b) >= 12 {
		v.u32Mark(b)
	}
	if s != nil {
		v.u32Selector(s, counts)
	}
	if b := v.Get(0, uapi.TCA_U32_POLICE); b != nil {
		p.NL()
		action.PrintPolice(v.Env, b)
	}
	if b := v.Get(0, uapi.TCA_U32_INDEV); b != nil {
		p.NL()
		p.Bytes("input_dev", "  input dev ", rtnl.CStr(b), "")
		p.NL()
	}
	action.Print(v.Env, v.Get(0, uapi.TCA_U32_ACT), 0, true)
}

// u32Place writes the hash table and bucket, and where matching packets go.
func (v *View) u32Place(s kind.At) {
	p := v.Pen
	switch divisor, hash := v.Get(0, uapi.TCA_U32_DIVISOR), v.Get(0, uapi.TCA_U32_HASH); {
	case divisor != nil:
		p.Int("ht_divisor", "ht divisor ", int64(int32(rtnl.U32(divisor))), " ")
	case hash != nil:
		h := rtnl.U32(hash)
		p.Hex("key_ht", "key ht ", uint64(h>>20), " ")
		p.Hex("bkt", "bkt ", uint64(h>>12&0xFF), " ")
	default:
		v.Env.Warnf("divisor and hash missing ")
	}
	terminal := s.U8(selFlags)&uapi.TC_U32_TERMINAL != 0
	if b := v.Get(0, uapi.TCA_U32_CLASSID); b != nil {
		if !terminal {
			p.Text("*")
		}
		kind.PutClass(v.Env, "flowid", rtnl.U32(b))
	} else if terminal {
		p.Text("terminal flowid ")
	}
	if b := v.Get(0, uapi.TCA_U32_LINK); b != nil {
		v.spellU32("link", "link ", rtnl.U32(b))
	}
}

func (v *View) u32Mark(b kind.At) {
	p := v.Pen
	p.NL()
	if p.JSON() {
		p.Hex0x("fwmark_value", "", uint64(b.U32(0)), "")
		p.Hex0x("fwmark_mask", "", uint64(b.U32(4)), "")
	} else {
		p.Text("  mark 0x" + kind.HexText(uint64(b.U32(0)), 4) + " 0x" + kind.HexText(uint64(b.U32(4)), 4) + " ")
	}
	p.Int("fwmark_success", "(success ", int64(int32(b.U32(8))), ")")
}

// u32Selector writes keys, the offset of the next header, and the hash key.
func (v *View) u32Selector(s, counts kind.At) {
	p := v.Pen
	for i := range int(s.U8(selKeys)) {
		k := s[min(selSize+keySize*i, len(s)):]
		if len(k) < keySize {
			return
		}
		v.u32Key(k)
		if counts != nil {
			p.Uint("success", " (success ", counts.U64(16+8*i), " ) ")
		}
	}
	flags := s.U8(selFlags)
	if flags&(uapi.TC_U32_VAROFFSET|uapi.TC_U32_OFFSET) != 0 {
		p.NL()
		p.Text("    offset ")
		if flags&uapi.TC_U32_VAROFFSET != 0 {
			v.hexField("offset_mask", "", uint64(rtnl.Be16(s[selOffMask:])), 4, "")
			p.Int("offset_shift", ">>", int64(s.U8(selShift)), " ")
			p.Int("offset_off", "at ", int64(int16(s.U16(selOffOff))), " ")
		}
		if n := s.U16(selOff); n != 0 {
			p.Int("plus", "plus ", int64(n), " ")
		}
	}
	if flags&uapi.TC_U32_EAT != 0 {
		p.Str("", "", " eat ", "")
	}
	if mask := rtnl.Be32(s[selHashMask:]); mask != 0 {
		p.NL()
		v.hexField("hash_mask", "    hash mask ", uint64(mask), 8, " ")
		p.Int("hash_off", "at ", int64(int16(s.U16(selHashOff))), " ")
	}
}

// hexField writes hexadecimal digits, which JSON has without leading zeros.
func (v *View) hexField(key, pre string, n uint64, width int, post string) {
	if v.Pen.JSON() {
		v.Pen.Hex(key, "", n, "")
		return
	}
	var b [16]byte
	v.Pen.Bytes("", pre, show.AppendHexDigits(b[:0], n, width), post)
}

func (v *View) u32Key(k kind.At) {
	p := v.Pen
	p.OpenObject("match")
	mask, value := rtnl.Be32(k), rtnl.Be32(k[4:])
	if v.Env.Opt.Pretty && (v.Protocol == unix.ETH_P_IP || v.Protocol == unix.ETH_P_IPV6) {
		v.prettyKey(value, mask, int32(k.U32(8)), k)
	} else {
		v.plainKey(value, mask, k)
	}
	p.CloseObject()
}

// plainKey writes a key as numbers.
func (v *View) plainKey(value, mask uint32, k kind.At) {
	p := v.Pen
	p.NL()
	v.hexField("value", "  match ", uint64(value), 8, "")
	v.hexField("mask", "/", uint64(mask), 8, " ")
	next := ""
	if k.U32(12) != 0 {
		next = "nexthdr+"
	}
	p.Str("offmask", "at ", next, "")
	p.Int("off", "", int64(int32(k.U32(8))), "")
}

// prettyKey writes a key by the field of IP that it is; another shows nothing.
func (v *View) prettyKey(value, mask uint32, off int32, k kind.At) {
	p := v.Pen
	switch {
	case off == 0 && mask == 0x0F000000:
		p.NL()
		p.Uint("ip_ihl", "  match IP ihl ", uint64(value>>24), "")
	case off == 0 && mask == 0x00FF0000:
		p.NL()
		p.Hex0x("ip_dsfield", "  match IP dsfield ", uint64(value>>16), "")
	case off == 8 && mask == 0x00FF0000:
		p.NL()
		p.Int("ip_protocol", "  match IP protocol ", int64(value>>16), "")
	case (off == 12 || off == 16) && contiguous(mask):
		name := "src"
		if off == 16 {
			name = "dst"
		}
		p.NL()
		p.Text("  match IP " + name + " ")
		p.OpenObject(name)
		p.Bytes("address", "", cli.AppendAddr(v.buf[:0], unix.AF_INET, k[4:8]), "")
		p.Int("prefixlen", "/", int64(bits.OnesCount32(mask)), "")
		p.CloseObject()
	case off == 20 && v.Protocol == unix.ETH_P_IP, off == 40 && v.Protocol == unix.ETH_P_IPV6:
		v.prettyPorts(value, mask)
	}
}

func contiguous(mask uint32) bool { return mask == ^(0xFFFFFFFF >> bits.LeadingZeros32(^mask)) }

// prettyPorts writes one port or both. With IPv4, the real tool begins no line for the
// destination alone.
func (v *View) prettyPorts(value, mask uint32) {
	p, destination, source := v.Pen, uint64(value&0xFFFF), uint64(value>>16)
	switch mask {
	case 0xFFFF:
		lead := ""
		if v.Protocol == unix.ETH_P_IPV6 {
			p.NL()
			lead = "  "
		}
		p.Uint("dport", lead+"match dport ", destination, "")
	case 0xFFFF0000:
		p.NL()
		p.Uint("sport", "  match sport ", source, "")
	case 0xFFFFFFFF:
		p.NL()
		p.Uint("dport", "  match dport ", destination, ", ")
		p.Uint("sport", "match sport ", source, "")
	}
}
