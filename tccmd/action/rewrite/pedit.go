// Package rewrite has the actions that change a packet, or what the kernel notes beside
// it: pedit, csum, nat, vlan, mpls, ife, skbedit, skbmod, tunnel_key.
package rewrite

import (
	"encoding/binary"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Pedit rewrites any bits of a packet. Its struct tc_pedit_sel has, behind tc_gen, the
// number of keys and flags of a byte each, then keys of six numbers of 32 bits: mask,
// value, offset, and where in the packet to look for more offset. With "ex", each key
// has the header that its offset counts from, and whether it sets or adds.
var Pedit = act.Kind{Kind: kind.Kind{Build: buildPedit, Table: field.Table{Name: "pedit", Voice: &act.Voice},
	Words: "[ ex ] munge { RAW | FIELD } CMD [ retain MASK ] ... [ CONTROL ] [ index INDEX ]",
	Told: `RAW := offset OFFSET { u8 | u16 | u32 } [ at OFFSET MASK SHIFT ]
FIELD := { ip | ip6 | eth | tcp | udp } NAME
CMD := { clear | invert | preserve | decrement | set VALUE | add VALUE }
`}, Params: uapi.TCA_PEDIT_PARMS, Size: peditHead, Ages: uapi.TCA_PEDIT_TM, Control: act.Pass, Index: `Pedit: Illegal "index"`,
	Title: " pedit ", Lead: " \t index ", Read: readPedit, All: printPedit}

const (
	atPeditKeys  = 20
	peditHead    = 24
	peditKeySize = 24
	mostPedit    = 128
)

// The slots of a call: that keys are extended, and of each key header and command.
const (
	peditEx = iota + 1
	peditKinds
)

// A peditKey is a key in the making.
type peditKey struct {
	mask, value, at, offMask, shift uint32
	off                             int32
	header, cmd                     uint16
	bad                             string // the word that a complaint is about
	packed                          bool   // all words were read
}

// A peditField is a field of a header: its word, size and offset, what may be retained of
// it, and how its value is read.
type peditField struct {
	words  string
	size   int
	off    int32
	retain uint32
	format peditFormat
	flags  uint8
}

type peditFormat uint8

const (
	peditNumber peditFormat = iota
	peditIPv4
	peditIPv6
	peditMAC
)

// Flags of a field: it may be decremented, it stands four bits further left, it is for
// keys that are not extended.
const (
	mayDecrement = 1 << iota
	shifted4
	plainOnly
)

// peditHeaders are the headers with their fields, in the order in which abbreviations are
// tried. Only that of IPv4 is for keys that are not extended too.
var peditHeaders = []struct {
	word   string
	header uint16
	fields []peditField
}{
	{"ip", uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_IP4, []peditField{
		{"=src", 4, 12, full32, peditIPv4, 0}, {"=dst", 4, 16, full32, peditIPv4, 0},
		{"=tos|dsfield", 1, 1, 0xFF, peditNumber, 0}, {"=ihl", 1, 0, 0x0F, peditNumber, 0},
		{"=ttl", 1, 8, 0xFF, peditNumber, mayDecrement}, {"=protocol", 1, 9, 0xFF, peditNumber, 0},
		{"precedence", 1, 1, 0xFF, peditNumber, 0}, {"=nofrag", 1, 6, 0x3F, peditNumber, 0},
		{"=firstfrag", 1, 6, 0x1F, peditNumber, 0}, {"=ce", 1, 6, 0x80, peditNumber, 0},
		{"=df", 1, 6, 0x40, peditNumber, 0}, {"=mf", 1, 6, 0x20, peditNumber, 0},
		{"=dport", 2, 22, 0xFFFF, peditNumber, plainOnly}, {"=sport", 2, 20, 0xFFFF, peditNumber, plainOnly},
		{"=icmp_type", 1, 20, 0xFF, peditNumber, plainOnly}, {"=icmp_code", 1, 20, 0xFF, peditNumber, plainOnly},
	}},
	{"ip6", uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_IP6, []peditField{
		{"=src", 16, 8, full32, peditIPv6, 0}, {"=dst", 16, 24, full32, peditIPv6, 0},
		{"=flow_lbl", 4, 0, 0x0007FFFF, peditNumber, 0}, {"=payload_len", 2, 4, 0xFFFF, peditNumber, 0},
		{"=nexthdr", 1, 6, 0xFF, peditNumber, 0}, {"=hoplimit", 1, 7, 0xFF, peditNumber, mayDecrement},
		{"=traffic_class", 1, 1, 0xFF, peditNumber, shifted4},
	}},
	{"eth", uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_ETH, []peditField{
		{"=type", 2, 12, 0xFFFF, peditNumber, 0}, {"=dst", 6, 0, full32, peditMAC, 0}, {"=src", 6, 6, full32, peditMAC, 0},
	}},
	{"tcp", uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_TCP, []peditField{
		{"=sport", 2, 0, 0xFFFF, peditNumber, 0}, {"=dport", 2, 2, 0xFFFF, peditNumber, 0}, {"=flags", 1, 13, 0xFF, peditNumber, 0},
	}},
	{"udp", uapi.TCA_PEDIT_KEY_EX_HDR_TYPE_UDP, []peditField{
		{"=sport", 2, 0, 0xFFFF, peditNumber, 0}, {"=dport", 2, 2, 0xFFFF, peditNumber, 0},
	}},
	{"icmp", 0, nil},
}

const full32 = 0xFFFFFFFF

func extended(c *field.Call) bool { return c.Get(field.Slot, peditEx) != nil }

func readPedit(c *field.Call) error {
	a := c.Args
	for first := true; ; first = false {
		switch {
		case a.Match("pedit"):
			if !a.More() {
				return cli.Incomplete()
			}
			if !a.Match("ex") {
				continue
			}
			if !first {
				return act.Of(c).Usage("'ex' must be before first 'munge'\n")
			}
			c.Put(field.Slot, peditEx, nil)
			if !a.More() {
				return cli.Incomplete()
			}
		case a.Is("help"):
			return act.ExitUsage(c)
		case a.Match("munge"):
			if err := readMunge(c); err != nil {
				return err
			}
		default:
			return act.Of(c).Last(c)
		}
	}
}

// readMunge reads what is to be rewritten how. What is wrong is told behind the cause.
func readMunge(c *field.Call) error {
	a := c.Args
	if !a.More() {
		return cli.Incomplete()
	}
	k := peditKey{bad: a.Word()}
	var err error
	if a.Match("offset") {
		err = k.readOffset(c)
	} else {
		err = k.readField(c)
	}
	if err != nil && !cli.EndsBatch(err) {
		bad := act.Of(c).Usage("Bad pedit construct (" + k.bad + ")\n").(*cli.Error)
		if err.Error() != "" {
			bad.Err = err
		}
		return bad
	}
	return err
}

// badMunge is the error without words of its own; unparsed has those for a field.
func badMunge() error { return cli.Silent(cli.StatusError) }

func (k *peditKey) readField(c *field.Call) error {
	err := k.field(c)
	if err == nil || cli.EndsBatch(err) {
		return err
	}
	e := &cli.Error{Status: cli.StatusError, Text: "bad pedit parsing\n"}
	if err.Error() != "" {
		e.Err = err
	}
	return e
}

// field reads a header, one of its fields, and the command.
func (k *peditKey) field(c *field.Call) error {
	a, ex := c.Args, extended(c)
	name := kind.Cut15(a.Word())
	a.Skip()
	if !a.More() {
		return cli.Incomplete()
	}
	for i := range peditHeaders {
		h := &peditHeaders[i]
		if h.word != name {
			continue
		}
		if a.Len() < 2 || !ex && h.word != "ip" {
			return badMunge()
		}
		if ex {
			k.header = h.header
		}
		for j := range h.fields {
			f := &h.fields[j]
			if ex && f.flags&plainOnly != 0 || !a.Match(f.words) {
				continue
			}
			k.off = f.off
			return k.command(c, f)
		}
		return badMunge()
	}
	return cli.Fail(`Unknown action  hence option "%s" is unparsable`, a.Word())
}

// readOffset reads OFFSET u8|u16|u32 [ at OFFSET MASK SHIFT ] and the command.
func (k *peditKey) readOffset(c *field.Call) error {
	a := c.Args
	s, err := a.Value()
	if err != nil {
		return err
	}
	k.bad = s
	n, ok := word.Int(s, 0, 32)
	if !ok {
		return badMunge()
	}
	k.off = int32(n)
	f := peditField{}
	switch {
	case a.Match("u32"):
		f.size, f.retain = 4, full32
	case a.Match("u16"):
		f.size, f.retain = 2, 0xFFFF
	case a.Match("u8"):
		f.size, f.retain = 1, 0xFF
	default:
		return badMunge()
	}
	if !a.More() {
		return cli.Incomplete()
	}
	if a.Match("at") {
		for i, to := range [...]*uint32{&k.at, &k.offMask, &k.shift} {
			if s, err = a.Value(); err != nil {
				return err
			}
			n, ok := word.Uint(s, [...]int{0, 16, 0}[i], 32)
			if !ok {
				return badMunge()
			}
			*to = uint32(n)
		}
		if !a.More() {
			return cli.Incomplete()
		}
	}
	k.bad = orNull(a)
	err = k.command(c, &f)
	if k.packed {
		k.bad = orNull(a)
	}
	return err
}

// orNull is the next word, as C prints it if there is none.
func orNull(a *cli.Args) string {
	if !a.More() {
		return "(null)"
	}
	return a.Word()
}

// command reads what becomes of a field, and adds the keys for it.
func (k *peditKey) command(c *field.Call, f *peditField) error {
	a, ex := c.Args, extended(c)
	if !a.More() {
		return cli.Incomplete()
	}
	var value [16]byte // in network order, a number in the last of the first four
	var mask uint32
	retain := f.retain
	number := func(n uint32) { binary.BigEndian.PutUint32(value[:], n) }
	switch {
	case a.Match("invert"):
		if f.size > 4 { // of a long one, the lowest byte of its first number, in the machine's order
			rtnl.NE.PutUint32(value[:], 0xFF)
			break
		}
		mask = uint32(1<<(8*f.size) - 1)
		number(mask)
	case a.Is("set"), a.Is("add"):
		if a.Is("add") {
			k.cmd = uapi.TCA_PEDIT_KEY_EX_CMD_ADD
		}
		if !ex && k.cmd != 0 {
			return cli.Fail("Non extended mode. only 'set' command is supported")
		}
		a.Skip()
		s, err := a.Value()
		if err != nil {
			return err
		}
		if !f.format.Request(s, &value) {
			return badMunge()
		}
	case a.Match("decrement"):
		if f.flags&mayDecrement == 0 {
			return cli.Fail("decrement command is not supported for this field")
		}
		if !ex {
			return cli.Fail("Non extended mode. only 'set' command is supported")
		}
		k.cmd = uapi.TCA_PEDIT_KEY_EX_CMD_ADD
		number(retain)
	case a.Match("preserve"):
		retain = 0
	case a.Match("clear"):
	default:
		return badMunge()
	}
	if a.Match("retain") {
		s, err := a.Value()
		if err != nil {
			return err
		}
		n, ok := word.Uint(s, 0, 32)
		if !ok {
			return badMunge()
		}
		retain = uint32(n)
	}
	if f.size > 4 && retain != full32 {
		return cli.Fail("retain is not supported for fields longer the 32 bits")
	}
	k.packed = true
	return k.pack(c, f, value, mask, retain)
}

// Request reads a value of the format, and reports whether it is one.
func (t peditFormat) Request(s string, value *[16]byte) bool {
	switch t {
	case peditIPv4, peditIPv6:
		family := uint8(unix.AF_INET)
		if t == peditIPv6 {
			family = unix.AF_INET6
		}
		p, ok := cli.TryPrefix(s, family)
		copy(value[:], p.Bytes())
		return ok
	case peditMAC:
		b, ok := cli.ParseLLAddr(s, 6)
		copy(value[:], b)
		return ok && len(b) == 6
	}
	n, ok := word.Uint(s, 0, 32)
	binary.BigEndian.PutUint32(value[:], uint32(n))
	return ok
}

// pack adds the keys for a field, of which each changes a word of 32 bits.
func (k *peditKey) pack(c *field.Call, f *peditField, value [16]byte, mask, retain uint32) error {
	switch f.format {
	case peditMAC:
		return k.packMAC(c, value)
	case peditIPv6:
		for i := range 4 {
			if err := k.packSized(c, 4, binary.BigEndian.Uint32(value[4*i:]), 0, full32); err != nil {
				return err
			}
			k.off += 4
		}
		return nil
	}
	k.mask = 0
	if err := k.packSized(c, f.size, binary.BigEndian.Uint32(value[:]), mask, retain); err != nil {
		return err
	}
	if f.flags&shifted4 != 0 {
		b := peditBytes(c)[len(act.Gen(c))-peditKeySize:]
		binary.BigEndian.PutUint32(b, binary.BigEndian.Uint32(b)<<4|0xF)
		binary.BigEndian.PutUint32(b[4:], binary.BigEndian.Uint32(b[4:])<<4)
	}
	return nil
}

func (k *peditKey) packMAC(c *field.Call, value [16]byte) error {
	if k.off&3 == 0 {
		err := k.packSized(c, 4, binary.BigEndian.Uint32(value[:]), 0, full32)
		if err == nil {
			k.off += 4
			err = k.packSized(c, 2, uint32(binary.BigEndian.Uint16(value[4:])), 0, full32)
		}
		return err
	}
	err := k.packSized(c, 2, uint32(binary.BigEndian.Uint16(value[:])), 0, full32)
	if err == nil {
		k.off += 4
		err = k.packSized(c, 4, binary.BigEndian.Uint32(value[2:]), 0, full32)
	}
	return err
}

// packSized adds a key for a field of that size, which stands anywhere in its word.
func (k *peditKey) packSized(c *field.Call, size int, value, mask, retain uint32) error {
	at := int(k.off & 3)
	most := uint32(1<<(8*size) - 1)
	switch {
	case size == 4 && at != 0:
		return cli.Fail("pack_key32: 32 bit offsets must begin in 32bit boundaries")
	case size == 2 && (value > most || mask > most):
		return cli.Fail("pack_key16 bad value")
	case size == 2 && at == 3:
		return cli.Fail("pack_key16 bad index value 3")
	case size == 1 && (value > most || mask > most):
		return cli.Fail("pack_key8 bad value (val %x mask %x", value, mask)
	}
	shift := 8 * (4 - size - at)
	k.value = (value & retain) << shift
	k.mask = (mask|^retain)<<shift | ^(most << shift)
	k.off &^= 3
	return k.add(c)
}

// peditBytes is the struct with all keys so far.
func peditBytes(c *field.Call) []byte { return c.Get(0, uapi.TCA_PEDIT_PARMS) }

// add adds a key as it is.
func (k *peditKey) add(c *field.Call) error {
	b := append([]byte(nil), peditBytes(c)...)
	if b[atPeditKeys] >= mostPedit {
		return badMunge()
	}
	if !extended(c) && k.cmd != 0 {
		return cli.Fail("Munge parameters not supported. Use 'pedit ex munge ...'.")
	}
	b[atPeditKeys]++
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, k.mask), k.value)
	b = rtnl.AppendUint32s(b, uint32(k.off), k.at, k.offMask, k.shift)
	c.Put(0, uapi.TCA_PEDIT_PARMS, b)
	kinds := append([]byte(nil), c.Get(field.Slot, peditKinds)...)
	c.Put(field.Slot, peditKinds, rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(kinds, k.header), k.cmd))
	return nil
}

func buildPedit(c *field.Call, m *rtnl.Msg) error {
	if !extended(c) {
		m.Attr(uapi.TCA_PEDIT_PARMS, peditBytes(c))
		return nil
	}
	m.Attr(uapi.TCA_PEDIT_PARMS_EX, peditBytes(c))
	list := m.Nest(uapi.TCA_PEDIT_KEYS_EX | kind.Nested)
	for b := c.Get(field.Slot, peditKinds); len(b) >= 4; b = b[4:] {
		nest := m.Nest(uapi.TCA_PEDIT_KEY_EX | kind.Nested)
		m.U16(uapi.TCA_PEDIT_KEY_EX_HTYPE, rtnl.U16(b))
		m.U16(uapi.TCA_PEDIT_KEY_EX_CMD, rtnl.U16(b[2:]))
		m.End(nest)
	}
	m.End(list)
	return nil
}
