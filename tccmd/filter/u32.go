package filter

import (
	"math/bits"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// u32 matches words of 32 bits anywhere in a packet, and leads through hash tables. The
// selector is struct tc_u32_sel: flags, shift, number of keys; mask, offset and place
// of a variable offset of 16 bits; place and mask of a hash key; then the keys, a mask,
// a value, an offset and a mask of offsets of 32 bits each.
var u32 = Kind{Handle: u32Handle, Bare: true, Show: showU32, Line: u32Line, Kind: kind.Kind{Table: field.Table{
	Name: "u32", Voice: &kind.Voice, Finish: finishU32, Rows: []*field.Row{
		{Words: "match", Value: "SELECTOR", In: field.Slot, Attr: u32Selector, Type: &field.Type{Parse: parseMatch}},
		{Words: "offset", Value: "OFFSET_SPEC", In: field.Slot, Attr: u32Selector, Type: &field.Type{Parse: parseOffset}},
		{Words: "hashkey", Value: "HASHKEY_SPEC", In: field.Slot, Attr: u32Selector, Type: &field.Type{Parse: parseHashKey}},
		{Words: "classid|=flowid", Attr: uapi.TCA_U32_CLASSID, Type: &field.Type{Size: 4, Usage: "CLASSID", Scan: scanU32Class}},
		{Words: "divisor", Value: "DIVISOR", Attr: uapi.TCA_U32_DIVISOR, Type: &field.Type{Size: 4, Scan: scanDivisor}},
		{Words: "order", In: field.Slot, Attr: u32Order, Type: &field.U32},
		{Words: "=link", Value: "HTID", Attr: uapi.TCA_U32_LINK, Type: &field.Type{Size: 4, Scan: scanU32Link}},
		{Words: "=ht", Value: "HTID", In: field.Slot, Attr: u32Table, Type: &field.Type{Read: parseU32Table}},
		{Words: "=sample", Value: "SAMPLE [ divisor DIVISOR ]", In: field.Slot, Attr: u32Table, Type: &field.Type{Parse: parseSample}},
		{Words: "=indev", Value: "DEV", Attr: uapi.TCA_U32_INDEV, Type: &inDev},
		{Words: "action", Attr: uapi.TCA_U32_ACT, Type: &actions},
		{Words: "police", Attr: uapi.TCA_U32_POLICE, Type: &policed},
		{Words: "=skip_hw", In: field.Slot, Attr: u32Flags, Arg: uapi.TCA_CLS_FLAGS_SKIP_HW, Type: &field.Bit32},
		{Words: "=skip_sw", In: field.Slot, Attr: u32Flags, Arg: uapi.TCA_CLS_FLAGS_SKIP_SW, Type: &field.Bit32},
	}}}}

// What waits for the end of the words.
const (
	u32Selector = iota + 1
	u32Order
	u32Table
	u32Sampled
	u32Flags
	u32Matched // there was a match
)

// Places in the selector.
const (
	selFlags    = 0
	selShift    = 1
	selKeys     = 2
	selOffMask  = 4
	selOff      = 6
	selOffOff   = 8
	selHashOff  = 10
	selHashMask = 12
	selSize     = 16
	keySize     = 16
	mostKeys    = 128
)

// A handle has 12 bits of a hash table, 8 of a bucket, 12 of a node.
const (
	nodeBits  = 0xFFF
	tableBits = 0xFFF00000
)

// parseU32Handle reads TABLE:BUCKET:NODE, of which each may be left out, or 0x….
func parseU32Handle(s string) (uint32, bool) {
	if !strings.Contains(s, ":") {
		if !strings.HasPrefix(s, "0x") {
			return 0, false
		}
		n, ok := word.Uint(s, 16, 32)
		return uint32(n), ok
	}
	var h uint64
	rest := s
	for i, limit := range [...]uint64{0x1000, 0x100, 0x1000} {
		n, after, _ := word.Strtoul(rest, 16)
		if after == rest {
			n = 0
			if rest != "" && (rest[0] != ':' || i == 2) {
				return 0, false
			}
		}
		if n >= limit {
			return 0, false
		}
		h |= n << [...]int{20, 12, 0}[i]
		if after == "" {
			break
		}
		rest = after[1:]
	}
	return uint32(h), true
}

func u32Handle(s *string) (uint32, error) {
	if s == nil {
		return 0, nil
	}
	h, ok := parseU32Handle(*s)
	if !ok {
		return 0, cli.Fail("Illegal filter ID")
	}
	return h, nil
}

func scanU32Class(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseClass(s)
	if !ok {
		return 0, cli.Fail(`Illegal "classid"`)
	}
	sel := selector(c)
	sel[selFlags] |= uapi.TC_U32_TERMINAL
	putSelector(c, sel)
	return uint64(n), nil
}

// divisor is a number of buckets: a power of two up to 256.
func divisor(s string) (uint64, bool) {
	n, ok := word.Uint(s, 0, 32)
	return n, ok && n != 0 && n <= 256 && n&(n-1) == 0
}

func scanDivisor(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := divisor(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func scanU32Link(c *field.Call, r *field.Row, s string) (uint64, error) {
	h, ok := parseU32Handle(s)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case h&nodeBits != 0:
		return 0, cli.Fail(`"link" must be a hash table.`)
	}
	return uint64(h), nil
}

func u32Number(c *field.Call, slot uint16) uint32 { return rtnl.U32(c.Get(field.Slot, slot)) }

func parseU32Table(c *field.Call, r *field.Row, s string) error {
	h, ok := parseU32Handle(s)
	switch {
	case !ok:
		return c.Wrong(r, s)
	case kind.Of(c).Handle != nil && h&nodeBits != 0:
		return cli.Fail(`"ht" must be a hash table.`)
	case c.Get(field.Slot, u32Sampled) != nil:
		h = u32Number(c, u32Table)&0xFF000 | h&tableBits
	default:
		h &^= nodeBits
	}
	c.PutUint(field.Slot, u32Table, 4, uint64(h), false)
	return nil
}

// parseSample reads a key of which the hash is the bucket.
func parseSample(c *field.Call, _ *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	s := make(sel, selSize)
	if err := readSelector(c, &s); err != nil {
		return illegal(err, "sample")
	}
	if s[selKeys] != 1 {
		return cli.Fail(`"sample" must contain exactly ONE key.`)
	}
	buckets := uint64(256)
	if c.Args.Match("=divisor") {
		w, err := c.Args.Value()
		if err != nil {
			return err
		}
		var ok bool
		if buckets, ok = divisor(w); !ok {
			return cli.Fail(`Illegal sample "divisor"`)
		}
		if !c.Args.More() {
			return cli.Incomplete()
		}
	}
	mask, value := rtnl.Be32(s[selSize:]), rtnl.Be32(s[selSize+4:])
	hash := value & mask
	if mask != 0 {
		hash >>= bits.TrailingZeros32(mask)
	}
	c.PutUint(field.Slot, u32Table, 4, uint64(hash)%buckets<<12|uint64(u32Number(c, u32Table)&tableBits), false)
	c.Put(field.Slot, u32Sampled, nil)
	return nil
}

// inDev is the device that a packet came by.
var inDev = field.Type{Parse: parseInDev}

func parseInDev(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Fail("Illegal indev")
	}
	s, err := c.Args.Value()
	c.PutString(0, r.Attr, s[:min(len(s), 16)])
	return err
}

// illegal is the error of a part with the word that it belongs to.
func illegal(err error, w string) error {
	if cli.EndsBatch(err) {
		return err
	}
	return &cli.Error{Status: cli.StatusError, Err: err, Text: "Illegal \"" + w + "\"\n"}
}

// finishU32 puts what the words before have found: flags, table, selector.
func finishU32(c *field.Call) error {
	s := selector(c)
	if c.Get(0, uapi.TCA_U32_ACT) != nil || c.Get(0, uapi.TCA_U32_POLICE) != nil {
		s[selFlags] |= uapi.TC_U32_TERMINAL
	}
	if order := u32Number(c, u32Order); order != 0 {
		h := handleOf(kind.Of(c))
		if node := h & nodeBits; node != 0 && node != order {
			return cli.Fail(`"order" contradicts "handle"`)
		}
		setHandle(kind.Of(c), h|order)
	}
	if h := u32Number(c, u32Table); h != 0 {
		c.PutUint(0, uapi.TCA_U32_HASH, 4, uint64(h), false)
	}
	if c.Get(field.Slot, u32Matched) != nil {
		c.Put(0, uapi.TCA_U32_SEL, s)
	}
	flags := u32Number(c, u32Flags)
	if flags == uapi.TCA_CLS_FLAGS_SKIP_HW|uapi.TCA_CLS_FLAGS_SKIP_SW {
		return cli.Fail("skip_hw and skip_sw are mutually exclusive")
	}
	if flags != 0 {
		c.PutUint(0, uapi.TCA_U32_FLAGS, 4, uint64(flags), false)
	}
	return nil
}

// appendU32 appends a handle.
func appendU32(b []byte, h uint32) []byte {
	if h == 0 {
		b = append(b, "none"...)
	}
	if h&tableBits != 0 {
		b = append(strconv.AppendUint(b, uint64(h>>20), 16), ':')
	}
	if hash := h >> 12 & 0xFF; hash != 0 {
		b = strconv.AppendUint(b, uint64(hash), 16)
	}
	if node := h & nodeBits; node != 0 {
		b = strconv.AppendUint(append(b, ':'), uint64(node), 16)
	}
	return b
}

// spellU32 writes a handle behind a label.
func (v *View) spellU32(key, label string, h uint32) {
	var buf [32]byte
	b := appendU32(buf[:0], h)
	if h != 0 && v.Env.Opt.Raw {
		b = append(append(append(b, '['), kind.Hex8(h)...), ']')
	}
	v.Pen.Bytes(key, label, b, " ")
}
