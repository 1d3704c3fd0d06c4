package filter

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// A sel is a selector in the making.
type sel []byte

// selector is that of the call so far.
func selector(c *field.Call) sel {
	if b := c.Get(field.Slot, u32Selector); b != nil {
		return append(sel(nil), b...)
	}
	return make(sel, selSize)
}

func putSelector(c *field.Call, s sel) { c.Put(field.Slot, u32Selector, s) }

// add adds a key, or its bits to one for the same place; they must not contradict.
func (s *sel) add(value, mask uint32, off int32, offMask uint32) bool {
	value &= mask
	b := *s
	for i := range int(b[selKeys]) {
		k := b[selSize+keySize*i:]
		if int32(rtnl.NE.Uint32(k[8:])) != off || rtnl.NE.Uint32(k[12:]) != offMask {
			continue
		}
		had, hadMask := rtnl.Be32(k[4:]), rtnl.Be32(k)
		if (value^had)&mask&hadMask != 0 {
			return false
		}
		putBe32(k, hadMask|mask)
		putBe32(k[4:], had|value)
		return true
	}
	if b[selKeys] >= mostKeys || off%4 != 0 {
		return false
	}
	var k [keySize]byte
	putBe32(k[:], mask)
	putBe32(k[4:], value)
	rtnl.NE.PutUint32(k[8:], uint32(off))
	rtnl.NE.PutUint32(k[12:], offMask)
	b[selKeys]++
	*s = append(b, k[:]...)
	return true
}

func putBe32(b []byte, n uint32) {
	b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
}

// addSized adds a key of 8, 16 or 32 bits, which stand anywhere in a word.
func (s *sel) addSized(size int, value, mask uint32, off int32, offMask uint32) bool {
	shift := 0
	switch size {
	case 16:
		if off&3 == 0 {
			shift = 16
		}
	case 8:
		shift = 24 - 8*int(off&3)
	}
	if size < 32 {
		if value>>size != 0 || mask>>size != 0 {
			return false
		}
		off &^= 3
	}
	return s.add(value<<shift, mask<<shift, off, offMask)
}

// noSelector is the failure of a selector that has no text of its own.
func noSelector() error { return cli.Silent(cli.StatusError) }

func parseMatch(c *field.Call, _ *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	s := selector(c)
	if err := readSelector(c, &s); err != nil {
		return illegal(err, "match")
	}
	putSelector(c, s)
	c.Put(field.Slot, u32Matched, nil)
	return nil
}

// A matcher is a word of a selector; behind it stands what reads on.
type matcher struct {
	words string
	read  func(c *field.Call, s *sel) error
}

// matchers are the protocols, as abbreviations are tried. They have no keys of their
// own in a table of package field: their words stand among others.
func matchers() []matcher {
	return []matcher{
		{"u32", func(c *field.Call, s *sel) error { return s.number(c, 32, 0, 0) }},
		{"u16", func(c *field.Call, s *sel) error { return s.number(c, 16, 0, 0) }},
		{"u8", func(c *field.Call, s *sel) error { return s.number(c, 8, 0, 0) }},
		{"ip", func(c *field.Call, s *sel) error { return s.header(c, ipKeys) }},
		{"ip6", func(c *field.Call, s *sel) error { return s.header(c, ip6Keys) }},
		{"udp", func(c *field.Call, s *sel) error { return s.header(c, udpKeys) }},
		{"tcp", func(c *field.Call, s *sel) error { return s.header(c, udpKeys) }},
		{"icmp", func(c *field.Call, s *sel) error { return s.header(c, icmpKeys) }},
		{"mark", readMark},
		{"ether", readEther},
	}
}

func readSelector(c *field.Call, s *sel) error {
	for _, m := range matchers() {
		if !c.Args.Is(m.words) {
			continue
		}
		c.Args.Skip()
		if !c.Args.More() {
			return cli.Incomplete()
		}
		return m.read(c, s)
	}
	return noSelector()
}

// A key is a field of a header: its words, size, place, and the mask of offsets that
// says that the place is behind the header below. Values without a size are fixed.
type key struct {
	words       string
	size        int
	at          int32
	offMask     uint32
	value, mask uint32
}

// Sizes of fields that are no numbers.
const (
	fixed16 = -iota - 1 // what value and mask say, of 16 bits
	address4
	address6
	class6
)

const behind = 0xFFFFFFFF // the header below

var ipKeys = []key{
	{"=src", address4, 12, 0, 0, 0}, {"=dst", address4, 16, 0, 0, 0},
	{"=tos|dsfield|precedence", 8, 1, 0, 0, 0}, {"=ihl", 8, 0, 0, 0, 0}, {"=protocol", 8, 9, 0, 0, 0},
	{"=nofrag", fixed16, 6, 0, 0, 0x3FFF}, {"=firstfrag", fixed16, 6, 0, 0x2000, 0x3FFF},
	{"=df", fixed16, 6, 0, 0x4000, 0x4000}, {"=mf", fixed16, 6, 0, 0x2000, 0x2000},
	{"=dport", 16, 22, 0, 0, 0}, {"=sport", 16, 20, 0, 0, 0}, {"=icmp_type", 8, 20, 0, 0, 0}, {"=icmp_code", 8, 21, 0, 0, 0},
}

var ip6Keys = []key{
	{"=src", address6, 8, 0, 0, 0}, {"=dst", address6, 24, 0, 0, 0}, {"=priority", class6, 0, 0, 0, 0},
	{"=protocol", 8, 6, 0, 0, 0}, {"=flowlabel", 32, 0, 0, 0, 0}, {"=dport", 16, 42, 0, 0, 0}, {"=sport", 16, 40, 0, 0, 0},
	{"=icmp_type", 8, 40, 0, 0, 0}, {"=icmp_code", 8, 41, 1, 0, 0},
}

var (
	udpKeys  = []key{{"=src", 16, 0, behind, 0, 0}, {"=dst", 16, 2, behind, 0, 0}}
	icmpKeys = []key{{"=type", 8, 0, behind, 0, 0}, {"=code", 8, 1, behind, 0, 0}}
)

// header reads a field of a header. One word alone is too little, even where none has
// to follow it.
func (s *sel) header(c *field.Call, keys []key) error {
	if c.Args.Len() < 2 {
		return noSelector()
	}
	for i := range keys {
		k := &keys[i]
		if !c.Args.Match(k.words) {
			continue
		}
		switch k.size {
		case fixed16:
			return added(s.addSized(16, k.value, k.mask, k.at, 0))
		case address4:
			return s.address(c, unix.AF_INET, k.at)
		case address6:
			return s.address(c, unix.AF_INET6, k.at)
		case class6:
			return s.class6(c)
		}
		return s.number(c, k.size, k.at, k.offMask)
	}
	return noSelector()
}

func added(ok bool) error {
	if !ok {
		return noSelector()
	}
	return nil
}

// valueMask reads a value and a hexadecimal mask.
func valueMask(c *field.Call) (value, mask uint32, ok bool) {
	if c.Args.Len() < 2 {
		return 0, 0, false
	}
	n, ok := word.Uint(c.Args.Word(), 0, 32)
	c.Args.Skip()
	m, ok2 := word.Uint(c.Args.Word(), 16, 32)
	c.Args.Skip()
	return uint32(n), uint32(m), ok && ok2
}

func (s *sel) number(c *field.Call, size int, off int32, offMask uint32) error {
	value, mask, ok := valueMask(c)
	if !ok || size == 8 && (value > 0xFF || mask > 0xFF) {
		return noSelector()
	}
	if err := readAt(c, &off, &offMask); err != nil {
		return err
	}
	return added(s.addSized(size, value, mask, off, offMask))
}

// class6 reads the traffic class of IPv6, which stands in the middle of the first word.
func (s *sel) class6(c *field.Call) error {
	value, mask, ok := valueMask(c)
	if !ok || value > 0xFF || mask > 0xFF {
		return noSelector()
	}
	return added(s.add(value<<20, mask<<20, 0, 0))
}

// readAt reads "at [nexthdr+]OFFSET", if it is there.
func readAt(c *field.Call, off *int32, offMask *uint32) error {
	a := c.Args
	if !a.Match("=at") {
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	const next = "nexthdr+"
	if rest, ok := strings.CutPrefix(s, next); ok && rest != "" {
		*offMask, s = behind, rest
	} else if word.Match(next, s) {
		*offMask = behind
		if s, err = a.Value(); err != nil {
			return err
		}
	}
	n, ok := word.Int(s, 0, 32)
	*off = int32(n)
	return added(ok)
}

// address reads a prefix: a key for each word of it that counts.
func (s *sel) address(c *field.Call, family uint8, off int32) error {
	p, ok := cli.TryPrefix(c.Args.Word(), family)
	if !c.Args.More() || !ok {
		return noSelector()
	}
	c.Args.Skip()
	var offMask uint32
	if err := readAt(c, &off, &offMask); err != nil {
		return err
	}
	addr, left := p.Bytes(), int(p.Bits)
	for i := 0; i < len(addr) && (left > 0 || family == unix.AF_INET); i += 4 {
		mask := uint32(0xFFFFFFFF)
		if left < 32 {
			mask = ^(mask >> left)
		}
		if !s.add(rtnl.Be32(addr[i:]), mask, off+int32(i), offMask) {
			return noSelector()
		}
		left -= 32
	}
	return nil
}

// readEther reads an address of Ethernet, which stands in front of the packet.
func readEther(c *field.Call, s *sel) error {
	a := c.Args
	if a.Len() < 2 {
		return noSelector()
	}
	off := int32(-8)
	switch {
	case a.Match("=src"):
	case a.Match("=dst"):
		off = -14
	default:
		return cli.Fail("Unknown match: ether %s", a.Word())
	}
	addr, ok := kind.EtherAddr(a.Word())
	if !ok {
		return cli.Fail("parse_ether_addr: improperly formed address '%s'", a.Word())
	}
	a.Skip()
	var offMask uint32
	if err := readAt(c, &off, &offMask); err != nil {
		return err
	}
	for i, b := range addr {
		if !s.addSized(8, uint32(b), 0xFF, off+int32(i), offMask) {
			return noSelector()
		}
	}
	return nil
}

// readMark reads the mark of a packet with its mask, which must not end the line.
func readMark(c *field.Call, _ *sel) error {
	a := c.Args
	if a.Len() < 2 {
		return cli.MissArg("mark")
	}
	value, ok := word.Uint(a.Word(), 0, 32)
	if !ok {
		return cli.Fail(`Illegal "mark" value`)
	}
	a.Skip()
	mask, ok := word.Uint(a.Word(), 0, 32)
	if !ok {
		return cli.Fail(`Illegal "mark" mask`)
	}
	if a.Skip(); !a.More() {
		return cli.Incomplete()
	}
	if value&mask != value {
		return cli.Fail(`Illegal "mark" (impossible combination)`)
	}
	b := rtnl.AppendUint32s(nil, uint32(value), uint32(mask))
	c.Put(0, uapi.TCA_U32_MARK, append(b, 0, 0, 0, 0))
	return nil
}

// A part is a word of an offset or of a hash key.
type part struct {
	words string
	flag  byte
	set   func(s sel, n int64)
	base  int
	even  int64 // what the value has to be a multiple of
}

// parseOffset reads where the next header is: plus a constant, or by a field of this one.
func parseOffset(c *field.Call, _ *field.Row) error {
	return parseParts(c, "offset", []part{
		{"plus", uapi.TC_U32_OFFSET, func(s sel, n int64) { rtnl.NE.PutUint16(s[selOff:], uint16(n)) }, 0, 1},
		{"at", uapi.TC_U32_VAROFFSET, func(s sel, n int64) { rtnl.NE.PutUint16(s[selOffOff:], uint16(n)) }, 0, 2},
		{"mask", uapi.TC_U32_VAROFFSET, func(s sel, n int64) { s[selOffMask], s[selOffMask+1] = byte(n>>8), byte(n) }, 16, 1},
		{"shift", uapi.TC_U32_VAROFFSET, func(s sel, n int64) { s[selShift] = byte(n) }, 0, 1},
		{"eat", uapi.TC_U32_EAT, nil, 0, 1},
	})
}

func parseHashKey(c *field.Call, _ *field.Row) error {
	return parseParts(c, "hashkey", []part{
		{"mask", 0, func(s sel, n int64) { putBe32(s[selHashMask:], uint32(n)) }, 16, 1},
		{"at", 0, func(s sel, n int64) { rtnl.NE.PutUint16(s[selHashOff:], uint16(n)) }, 0, 4},
	})
}

// parseParts reads words with their values, as long as there are some.
func parseParts(c *field.Call, name string, parts []part) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	s := selector(c)
	for c.Args.More() {
		p := findPart(parts, c.Args.Word())
		if p == nil {
			break
		}
		c.Args.Skip()
		s[selFlags] |= p.flag
		if p.set == nil {
			continue
		}
		n, err := p.value(c)
		if err != nil {
			return illegal(err, name)
		}
		p.set(s, n)
	}
	putSelector(c, s)
	return nil
}

func findPart(parts []part, w string) *part {
	for i := range parts {
		if word.Match(parts[i].words, w) {
			return &parts[i]
		}
	}
	return nil
}

func (p *part) value(c *field.Call) (int64, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	n, ok := word.Int(s, p.base, 32)
	if p.base == 16 {
		size := 32
		if p.flag != 0 {
			size = 16
		}
		var u uint64
		u, ok = word.Uint(s, 16, size)
		n = int64(u)
	}
	switch {
	case !ok, p.even == 4 && n%4 != 0:
		return 0, noSelector()
	case n%p.even != 0:
		return 0, cli.Fail(`offset "at" must be even`)
	}
	return n, nil
}
