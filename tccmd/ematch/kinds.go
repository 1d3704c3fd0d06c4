package ematch

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// number reads the number that a word begins with; without one it is the largest.
func number(a arg) uint64 {
	text, _, _ := strings.Cut(a.text, "\x00")
	n, rest, _ := word.Strtoul(text, 0)
	if rest == text {
		return math.MaxUint64
	}
	return n
}

const noNumber = math.MaxUint64

// sizes are the words for how many bytes are looked at.
var sizes = word.Names{{uapi.TCF_EM_ALIGN_U8, "u8"}, {uapi.TCF_EM_ALIGN_U16, "u16"}, {uapi.TCF_EM_ALIGN_U32, "u32"}}

// operands are the comparisons.
var operands = word.Names{{uapi.TCF_EM_OPND_EQ, "eq"}, {uapi.TCF_EM_OPND_GT, "gt"}, {uapi.TCF_EM_OPND_LT, "lt"}}

const mostLayer = uapi.TCF_LAYER_TRANSPORT

// layerOf reads a layer, of which the first letter says enough, or its number.
func layerOf(kind string, args []arg, i int) (uint64, *fault) {
	n := uint64(0)
	switch a := args[i]; {
	case strings.HasPrefix(a.text, "l"):
	case strings.HasPrefix(a.text, "n"):
		n = uapi.TCF_LAYER_NETWORK
	case strings.HasPrefix(a.text, "t"):
		n = uapi.TCF_LAYER_TRANSPORT
	default:
		if n = number(a); n == noNumber {
			return 0, &fault{text: kind + ": invalid layer", at: i}
		}
	}
	if n > mostLayer {
		return 0, &fault{text: kind + ": illegal layer, must be in 0..2", at: i}
	}
	return n, nil
}

// cmpKind compares a number in a packet. Its struct tcf_em_cmp has a value and a mask of 32
// bits, an offset of 16, and size, flags, layer and comparison of 4 bits each.
var cmpKind = Kind{Name: "cmp", Number: uapi.TCF_EM_CMP, Parse: parseCmp, Show: showCmp, Help: `Usage: cmp(ALIGN at OFFSET [ ATTRS ] { eq | lt | gt } VALUE)
where: ALIGN := { u8 | u16 | u32 }
       ATTRS := [ layer { link | network | transport | 0..2 } ] [ mask MASK ] [ trans ]

Example: cmp(u16 at 3 layer 2 mask 0xff00 gt 20)
`}

func parseCmp(_ *cli.Env, args []arg) ([]byte, *fault) {
	size, ok := sizes.Find(args[0].text)
	if !ok {
		return nil, &fault{text: "cmp: invalid alignment"}
	}
	var off, mask, value, flags, operand uint64
	layer := uint64(uapi.TCF_LAYER_NETWORK)
	placed, valued := false, false
	for i := 1; i < len(args); i++ {
		w := args[i].text
		op, compares := operands.Find(w)
		switch {
		case w == "trans":
			flags = uapi.TCF_EM_CMP_TRANS
			continue
		case w != "at" && w != "layer" && w != "mask" && !compares:
			return nil, &fault{text: "nbyte: unknown parameter", at: i}
		case i+1 == len(args):
			return nil, &fault{text: "cmp: missing argument", at: i}
		}
		i++
		n, bad := number(args[i]), ""
		switch {
		case w == "at":
			off, placed, bad = n, true, "invalid offset, must be numeric"
		case w == "mask":
			mask, bad = n, "invalid mask"
		case w == "layer":
			var f *fault
			if layer, f = layerOf("cmp", args, i); f != nil {
				return nil, f
			}
			continue
		default:
			operand, value, valued, bad = op, n, true, "invalid value"
		}
		if n == noNumber {
			return nil, &fault{text: "cmp: " + bad, at: i}
		}
	}
	if !placed || !valued {
		return nil, &fault{text: "cmp: offset and value required", at: -1}
	}
	b := rtnl.AppendUint32s(nil, uint32(value), uint32(mask))
	return append(rtnl.NE.AppendUint16(b, uint16(off)), rtnl.Nibbles(byte(size), byte(flags)), rtnl.Nibbles(byte(layer), byte(operand))), nil
}

func showCmp(e *cli.Env, b []byte) (string, bool) {
	if len(b) < 12 {
		e.Warnf("CMP header size mismatch\n")
		return "", false
	}
	size, flags := rtnl.Bits(b[10:], 1, 0, 4), rtnl.Bits(b[10:], 1, 4, 4)
	layer, operand := rtnl.Bits(b[11:], 1, 0, 4), rtnl.Bits(b[11:], 1, 4, 4)
	text := ""
	if name := sizes.Of(size); name != "" {
		text = name + " "
	}
	text += "at " + strconv.Itoa(int(rtnl.U16(b[8:]))) + " layer " + strconv.Itoa(int(layer)) + " "
	if mask := rtnl.U32(b[4:]); mask != 0 {
		text += "mask 0x" + strconv.FormatUint(uint64(mask), 16) + " "
	}
	if flags&uapi.TCF_EM_CMP_TRANS != 0 {
		text += "trans "
	}
	if name := operands.Of(operand); name != "" {
		text += name + " "
	}
	return text + strconv.Itoa(int(int32(rtnl.U32(b)))), true
}

// nbyte looks for bytes at a place. Its struct tcf_em_nbyte has an offset of 16 bits, the
// number of bytes in 12 and the layer in 4; the bytes follow.
var nbyte = Kind{Name: "nbyte", Number: uapi.TCF_EM_NBYTE, Parse: parseNbyte, Show: showNbyte, Help: `Usage: nbyte(NEEDLE at OFFSET [ layer LAYER ])
where: NEEDLE := { WORD | "STRING WITH ESCAPES AS IN C" }
       LAYER  := { link | network | transport | 0..2 }

Example: nbyte("ababa" at 12 layer 1)
`}

func parseNbyte(_ *cli.Env, args []arg) ([]byte, *fault) {
	needle := args[0].text
	if needle == "" {
		return nil, &fault{text: "nbyte: needle length is 0"}
	}
	off, layer, placed := uint64(0), uint64(uapi.TCF_LAYER_NETWORK), false
	for i := 1; i < len(args); i++ {
		w := args[i].text
		switch {
		case w != "at" && w != "layer":
			return nil, &fault{text: "nbyte: unknown parameter", at: i}
		case i+1 == len(args):
			return nil, &fault{text: "nbyte: missing argument", at: i}
		}
		i++
		if w == "layer" {
			var f *fault
			if layer, f = layerOf("nbyte", args, i); f != nil {
				return nil, f
			}
			continue
		}
		if off, placed = number(args[i]), true; off == noNumber {
			return nil, &fault{text: "nbyte: invalid offset, must be numeric", at: i}
		}
	}
	if !placed {
		return nil, &fault{text: "nbyte: offset required", at: -1}
	}
	n := len(needle)&0xFFF | int(layer)<<12
	if !rtnl.LittleEndian() {
		n = len(needle)&0xFFF<<4 | int(layer)
	}
	b := rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(nil, uint16(off)), uint16(n))
	return append(b, needle...), nil
}

func showNbyte(e *cli.Env, b []byte) (string, bool) {
	if len(b) < 4 {
		e.Warnf("NByte header size mismatch\n")
		return "", false
	}
	n := int(rtnl.U16(b[2:]))
	size, layer := n&0xFFF, n>>12
	if !rtnl.LittleEndian() {
		size, layer = n>>4, n&15
	}
	if len(b) < 4+size {
		e.Warnf("NByte payload size mismatch\n")
		return "", false
	}
	return dump(b[4:4+size]) + " at " + strconv.Itoa(int(rtnl.U16(b))) + " layer " + strconv.Itoa(layer), true
}

// dump spells bytes in hexadecimal digits and as text.
func dump(b []byte) string {
	text := ""
	for _, c := range b {
		text += kind.HexText(uint64(c), 2) + " "
	}
	return text + `"` + printable(string(b)) + `"`
}

// u32 compares bits, as the filter of that name. Its struct tc_u32_key has a mask and a
// value in network order, an offset and a mask of offsets of 32 bits.
var u32 = Kind{Name: "u32", Number: uapi.TCF_EM_U32, Parse: parseU32, Show: showU32, Help: `Usage: u32(ALIGN VALUE MASK at [ nexthdr+ ] OFFSET)
where: ALIGN := { u8 | u16 | u32 }

Example: u32(u16 0x1122 0xffff at nexthdr+4)
`}

func parseU32(_ *cli.Env, args []arg) ([]byte, *fault) {
	size, ok := sizes.Find(args[0].text)
	if !ok {
		return nil, &fault{text: "u32: invalid alignment"}
	}
	var n [2]uint64
	for i, name := range [...]string{"key", "mask"} {
		if i+1 >= len(args) {
			return nil, &fault{text: "u32: missing " + name, at: -1}
		}
		if n[i] = number(args[i+1]); n[i] == noNumber {
			return nil, &fault{text: "u32: invalid " + name + ", must be numeric", at: i + 1}
		}
	}
	switch {
	case len(args) == 3:
		return nil, &fault{text: `u32: missing "at"`, at: -1}
	case args[3].text != "at":
		return nil, &fault{text: `u32: missing "at"`, at: 3}
	case len(args) == 4:
		return nil, &fault{text: "u32: missing offset", at: -1}
	}
	const behind = "nexthdr+"
	at, offMask, off := 4, uint32(0), uint64(0)
	if rest, found := strings.CutPrefix(args[at].text, behind); found && rest != "" {
		offMask = math.MaxUint32
		off, _, _ = word.Strtoul(rest, 0)
	} else {
		if found {
			if at++; at == len(args) {
				return nil, &fault{text: "u32: missing offset", at: -1}
			}
		}
		off = number(args[at])
	}
	switch {
	case off == noNumber:
		return nil, &fault{text: "u32: invalid offset", at: at}
	case at+1 < len(args):
		return nil, &fault{text: "u32: unexpected trailer", at: at + 1}
	}
	if size != uapi.TCF_EM_ALIGN_U32 {
		for i, name := range [...]string{"key", "mask"} {
			if most := [...]uint64{0, 0xFF, 0xFFFF}[size]; n[i] > most {
				return nil, &fault{text: "Illegal " + name + " (>0x" + strings.ToUpper(strconv.FormatUint(most, 16)) + ")", at: at}
			}
		}
		shift := 24 - off&3*8
		if size == uapi.TCF_EM_ALIGN_U16 {
			shift = 0
			if off&3 == 0 {
				shift = 16
			}
		}
		n[0], n[1], off = n[0]<<shift, n[1]<<shift, off&^3
	}
	if off%4 != 0 {
		return nil, &fault{text: "u32: invalid offset alignment, must be aligned to 4.", at: at}
	}
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(n[1])), uint32(n[0]&n[1]))
	return rtnl.AppendUint32s(b, uint32(off), offMask), nil
}

func showU32(e *cli.Env, b []byte) (string, bool) {
	if len(b) < 16 {
		e.Warnf("U32 header size mismatch\n")
		return "", false
	}
	text := kind.Hex8(rtnl.Be32(b[4:])) + "/" + kind.Hex8(rtnl.Be32(b)) + " at "
	if rtnl.U32(b[12:]) != 0 {
		text += "nexthdr+"
	}
	return text + strconv.Itoa(int(int32(rtnl.U32(b[8:])))), true
}

// canid looks at the identifiers of CAN frames: struct can_filter each, an identifier and
// a mask.
var canid = Kind{Name: "canid", Number: uapi.TCF_EM_CANID, Parse: parseCanid, Show: showCanid, Help: `Usage: canid(IDSPEC ...)
where: IDSPEC := { sff | eff } ID[:MASK]
       ID and MASK are hexadecimal

Example: canid(sff 0x123 sff 0x124 sff 0x125:0xf)
`}

const (
	effFlag   = 0x80000000
	effMask   = 0x1FFFFFFF
	sffMask   = 0x7FF
	mostRules = 400
)

func parseCanid(_ *cli.Env, args []arg) ([]byte, *fault) {
	var b []byte
	for i := 0; i < len(args); i += 2 {
		flag, mask := uint32(0), uint32(sffMask)
		switch args[i].text {
		case "eff":
			flag, mask = effFlag, effMask
		case "sff":
		default:
			return nil, &fault{text: "canid: invalid key", at: i, from: i}
		}
		if i+1 == len(args) {
			return nil, &fault{text: "canid: missing argument", at: -1, from: len(args)}
		}
		id, rest, ok := word.Scan(args[i+1].text, 16)
		if !ok {
			return nil, &fault{text: "canid: Improperly formed CAN ID & mask\n", at: i + 1, from: i + 1}
		}
		if after, found := strings.CutPrefix(rest, ":"); found {
			if m, _, ok := word.Scan(after, 16); ok {
				mask = uint32(m)
			}
		}
		if len(b) == 8*mostRules {
			return nil, &fault{text: "canid: Too many arguments on input\n", at: i + 1, from: i + 1}
		}
		b = rtnl.AppendUint32s(b, uint32(id)|flag, mask|effFlag)
	}
	return b, nil
}

func showCanid(_ *cli.Env, b []byte) (string, bool) {
	var rules []string
	for ; len(b) >= 8; b = b[8:] {
		name, all := "sff 0x", uint32(sffMask)
		id, mask := rtnl.U32(b), rtnl.U32(b[4:])
		if id&effFlag != 0 {
			name, all = "eff 0x", effMask
		}
		text := name + upper(id&all)
		if mask != effFlag|all {
			text += ":0x" + upper(mask&all)
		}
		rules = append(rules, text)
	}
	return strings.Join(rules, " "), true
}

func upper(n uint32) string { return strings.ToUpper(strconv.FormatUint(uint64(n), 16)) }
