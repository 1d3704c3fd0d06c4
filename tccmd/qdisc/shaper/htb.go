package shaper

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// HTB shares a link among classes, each of which has a rate and may borrow up to a
// ceiling. The qdisc has struct tc_htb_glob: version, rate to quantum, default class,
// debug, packets sent directly.
var HTB = kind.Kind{Begin: beginHTB, Print: printHTB, Class: &htbClass, Table: field.Table{
	Name: "htb", Voice: &htbQdiscVoice, Send: []uint16{uapi.TCA_HTB_INIT, uapi.TCA_HTB_DIRECT_QLEN, uapi.TCA_HTB_OFFLOAD},
	Finish: kind.DropUnset, Rows: []*field.Row{
		{Words: "r2q", Attr: uapi.TCA_HTB_INIT, At: 4, Type: &kind.Dec32},
		{Words: "default", Attr: uapi.TCA_HTB_INIT, At: 8, Type: &kind.Hex32},
		{Words: "debug", Value: "DIGITS", Attr: uapi.TCA_HTB_INIT, At: 12, Type: &field.Type{Size: 4, Scan: scanDebug}},
		{Words: "direct_qlen", Attr: uapi.TCA_HTB_DIRECT_QLEN, Type: &field.Type{Size: 4, Scan: scanDec32}, Arg: kind.Unset},
		{Words: "offload", Attr: uapi.TCA_HTB_OFFLOAD, Type: &field.Mark},
	}}}

const htbGlobSize = 20

// Complaints of htb show the usage, too; the qdisc does not know the word help.
var (
	htbQdiscVoice = field.Voice{Bad: `Illegal "{typed}"`, Wrong: kind.WrongHelp, Unknown: kind.NoHelp}
	htbVoice      = field.Voice{Bad: `Illegal "{typed}"`, Wrong: kind.WrongHelp, Unknown: kind.Unknown}
)

func scanDec32(c *field.Call, r *field.Row, s string) (uint64, error) {
	plain := *r
	plain.Arg = 0
	return kind.Dec32.Scan(c, &plain, s)
}

// scanDebug reads digits from 0 to 3, two bits each.
func scanDebug(_ *field.Call, _ *field.Row, s string) (n uint64, err error) {
	for i := 0; i < 16 && i < len(s) && s[i] >= '0' && s[i] <= '3'; i++ {
		n |= uint64(s[i]-'0') << (2 * i)
	}
	return n, nil
}

func beginHTB(c *field.Call) {
	b := make([]byte, htbGlobSize)
	rtnl.NE.PutUint32(b, 3)
	rtnl.NE.PutUint32(b[4:], 10)
	c.Put(0, uapi.TCA_HTB_INIT, b)
}

// htbClass has struct tc_htb_opt: rate and ceiling as struct tc_ratespec, burst and
// that at the ceiling in ticks, quantum, level and priority.
var htbClass = kind.Kind{Build: buildHTB, Print: printHTB, Xstats: printHTBXstats, Table: field.Table{
	Name: "htb", Voice: &htbVoice, Rows: []*field.Row{
		{Words: "prio", In: field.Slot, Attr: htbPrio, Type: &kind.Dec32},
		{Words: "mtu", In: field.Slot, Attr: htbMTU, Type: &kind.Dec32},
		{Words: "mpu", In: field.Slot, Attr: htbMPU, Type: &kind.Dec16},
		{Words: "overhead", In: field.Slot, Attr: htbOverhead, Type: &kind.Dec16},
		{Words: "linklayer", In: field.Slot, Attr: htbLinkLayer, Type: &kind.LinkLayer},
		{Words: "quantum", In: field.Slot, Attr: htbQuantum, Type: &kind.Dec32},
		{Words: "burst|=buffer|=maxburst", Value: "BYTES[/BYTES]", In: field.Slot, Attr: htbBurst, Type: &field.Type{Read: parseHTBBurst}},
		{Words: "cburst|=cbuffer|=cmaxburst", Value: "BYTES[/BYTES]", In: field.Slot, Attr: htbCBurst, Type: &field.Type{Read: parseHTBBurst}},
		{Words: "=ceil", Value: "RATE", In: field.Slot, Attr: htbCeil, Type: &field.Type{Read: parseHTBRate}},
		{Words: "=rate", Value: "RATE", In: field.Slot, Attr: htbRate, Type: &field.Type{Read: parseHTBRate}},
	}}}

// The values that words give.
const (
	htbPrio = iota + 1
	htbMTU
	htbMPU
	htbOverhead
	htbLinkLayer
	htbQuantum
	htbBurst
	htbCBurst
	htbCell // the logarithms of the cells that rate tables are to have, plus 1
	htbCCell
	htbCeil
	htbRate
)

const htbOptSize = 44

func parseHTBBurst(c *field.Call, r *field.Row, s string) error {
	n, cell, ok := kind.SizeAndCell(s)
	if !ok || r.Attr == htbCBurst && n > 0xFFFFFFFF {
		return c.Wrong(r, s)
	}
	setValue(c, r.Attr, n)
	if cell >= 0 {
		setValue(c, r.Attr-htbBurst+htbCell, uint64(cell)+1)
	}
	return nil
}

func parseHTBRate(c *field.Call, r *field.Row, s string) error {
	if value(c, r.Attr) != 0 {
		return cli.Fail(`Double "%s" spec`, r.Word())
	}
	n, err := kind.Rate64.Scan(c, r, s)
	if err == nil {
		setValue(c, r.Attr, n)
	}
	return err
}

// htbNumber is a value of a type that has fewer than 64 bits, or what it is if no word
// gave it.
func htbNumber(c *field.Call, slot uint16, none uint64) uint64 {
	switch b := c.Get(field.Slot, slot); len(b) {
	case 2:
		return uint64(rtnl.U16(b))
	case 4:
		return uint64(rtnl.U32(b))
	}
	return none
}

func buildHTB(c *field.Call, m *rtnl.Msg) error {
	rate, ceil, clock := value(c, htbRate), value(c, htbCeil), kind.ClockOf(c.Env)
	if rate == 0 {
		return cli.Fail(`"rate" is required.`)
	}
	if ceil == 0 {
		ceil = rate
	}
	mtu := htbNumber(c, htbMTU, 1600)
	// The least burst lets a packet pass between two ticks of the timer.
	burst, cburst := value(c, htbBurst), value(c, htbCBurst)
	if burst == 0 {
		burst = rate/uint64(clock.HZ()) + mtu
	}
	if cburst == 0 {
		cburst = uint64(uint32(ceil/uint64(clock.HZ()) + mtu))
	}
	spec := kind.RateSpec{Rate: short(rate), MPU: uint16(htbNumber(c, htbMPU, 0)), Overhead: uint16(htbNumber(c, htbOverhead, 0))}
	ceilSpec := spec
	ceilSpec.Rate = short(ceil)
	layer := uint32(htbNumber(c, htbLinkLayer, kind.Ethernet))
	table := spec.Table(clock, int(value(c, htbCell))-1, uint32(mtu), layer, uint64(spec.Rate))
	buffer := clock.Ticks(rate, burst)
	if buffer == 0xFFFFFFFF {
		return cli.Fail("htb: burst out of range")
	}
	ceilTable := ceilSpec.Table(clock, int(value(c, htbCCell))-1, uint32(mtu), layer, uint64(ceilSpec.Rate))
	if rate >= 1<<32 {
		m.U64(uapi.TCA_HTB_RATE64, rate)
	}
	if ceil >= 1<<32 {
		m.U64(uapi.TCA_HTB_CEIL64, ceil)
	}
	b := ceilSpec.Append(spec.Append(make([]byte, 0, htbOptSize)))
	m.Attr(uapi.TCA_HTB_PARMS, rtnl.AppendUint32s(b, buffer, clock.Ticks(ceil, cburst), uint32(htbNumber(c, htbQuantum, 0)), 0, uint32(htbNumber(c, htbPrio, 0))))
	m.Attr(uapi.TCA_HTB_RTAB, table)
	m.Attr(uapi.TCA_HTB_CTAB, ceilTable)
	return nil
}

// printHTB prints the options of a qdisc or of a class: they have other attributes.
func printHTB(v *field.View) {
	p := v.Pen
	if b := kind.At(v.Get(0, uapi.TCA_HTB_PARMS)); b != nil {
		if len(b) < htbOptSize {
			return
		}
		printHTBClass(v, b)
	}
	if b := kind.At(v.Get(0, uapi.TCA_HTB_INIT)); b != nil {
		if len(b) < htbGlobSize {
			return
		}
		p.Int("r2q", "r2q ", int64(int32(b.U32(4))), "")
		p.Hex0x("default", " default ", uint64(b.U32(8)), "")
		p.Uint("direct_packets_stat", " direct_packets_stat ", uint64(b.U32(16)), "")
		if v.Env.Opt.Details > 0 {
			p.Str("ver", " ver ", strconv.Itoa(int(b.U32(0)>>16))+"."+strconv.Itoa(int(b.U32(0)&0xFFFF)), "")
		}
	}
	if b := v.Get(0, uapi.TCA_HTB_DIRECT_QLEN); len(b) >= 4 {
		p.Uint("direct_qlen", " direct_qlen ", uint64(rtnl.U32(b)), "")
	}
	if v.Get(0, uapi.TCA_HTB_OFFLOAD) != nil {
		p.Null("offload", " offload")
	}
}

func printHTBClass(v *field.View, b kind.At) {
	p, clock, details := v.Pen, kind.ClockOf(v.Env), v.Env.Opt.Details > 0
	spec, ceilSpec := kind.ReadRateSpec(b), kind.ReadRateSpec(b[kind.RateSpecSize:])
	buffer, cbuffer, level := b.U32(24), b.U32(28), b.U32(36)
	rate, ceil := kind.WideRate(v, uapi.TCA_HTB_RATE64, spec.Rate), kind.WideRate(v, uapi.TCA_HTB_CEIL64, ceilSpec.Rate)
	burst, cburst := clock.Size(rate, buffer), clock.Size(ceil, cbuffer)
	layer := uint32(spec.LinkLayer & 15)
	if form := p.Line(); form != show.NoLine && spec.Overhead == 0 && layer <= kind.Ethernet && !details && !v.Env.Opt.Raw {
		c := htbLine{prio: int32(b.U32(40)), level: level, rate: rate, ceil: ceil, burst: burst, cburst: cburst}
		p.PutPart(c.append(p.BeginLine(), form, v.Env.Opt.IEC))
		return
	}
	if level == 0 {
		p.Int("prio", "prio ", int64(int32(b.U32(40))), " ")
		if details {
			p.Int("quantum", "quantum ", int64(int32(b.U32(32))), " ")
		}
	}
	kind.Rated(v, "rate", "rate ", rate, " ")
	if spec.Overhead != 0 {
		p.Uint("overhead", "overhead ", uint64(spec.Overhead), " ")
	}
	kind.Rated(v, "ceil", "ceil ", ceil, " ")
	if layer > kind.Ethernet || details {
		p.Str("linklayer", "linklayer ", kind.LinkLayerName(layer), " ")
	}
	if details {
		kind.Sized(p, "burst", "burst ", burst, "/")
		p.Uint("burst_cell", "", 1<<spec.CellLog, "")
		kind.Sized(p, "mpu_rate", "mpu ", uint64(spec.MPU), " ")
		kind.Sized(p, "cburst", "cburst ", cburst, "/")
		p.Uint("cburst_cell", "", 1<<ceilSpec.CellLog, "")
		kind.Sized(p, "mpu_ceil", "mpu ", uint64(ceilSpec.MPU), " ")
		p.Int("level", "level ", int64(int32(level)), " ")
	} else {
		kind.Sized(p, "burst", "burst ", burst, " ")
		kind.Sized(p, "cburst", "cburst ", cburst, "")
	}
	if v.Env.Opt.Raw {
		p.Raw("buffer [" + kind.Hex8(buffer) + "] cbuffer [" + kind.Hex8(cbuffer) + "] ")
	}
}

// An htbLine is what most classes of a long list have: it is written in one go.
type htbLine struct {
	prio                      int32
	level                     uint32
	rate, ceil, burst, cburst uint64
}

func (c *htbLine) append(b []byte, form show.Line, iec bool) []byte {
	if form == show.JSONLine {
		if c.level == 0 {
			b = append(strconv.AppendInt(append(b, `"prio":`...), int64(c.prio), 10), ',')
		}
		b = strconv.AppendUint(append(b, `"rate":`...), c.rate, 10)
		b = strconv.AppendUint(append(b, `,"ceil":`...), c.ceil, 10)
		b = strconv.AppendUint(append(b, `,"burst":`...), c.burst&0xFFFFFFFF, 10)
		return strconv.AppendUint(append(b, `,"cburst":`...), c.cburst&0xFFFFFFFF, 10)
	}
	if c.level == 0 {
		b = append(strconv.AppendInt(append(b, "prio "...), int64(c.prio), 10), ' ')
	}
	b = kind.AppendRate(append(b, "rate "...), c.rate, iec)
	b = kind.AppendRate(append(b, " ceil "...), c.ceil, iec)
	b = kind.AppendSize(append(b, " burst "...), c.burst)
	return kind.AppendSize(append(b, " cburst "...), c.cburst)
}

// printHTBXstats prints struct tc_htb_xstats.
func printHTBXstats(v *field.View) {
	p, b := v.Pen, kind.At(v.Head)
	p.Numbers(lentWords[:], "", uint64(b.U32(0)), uint64(b.U32(4)), uint64(b.U32(8)))
	p.NL()
	p.Numbers(tokenWords[:], "", uint64(int32(b.U32(12))), uint64(int32(b.U32(16))))
	p.NL()
}

var (
	lentWords  = [...]show.Number{{Key: "lended", Pre: " lended: "}, {Key: "borrowed", Pre: " borrowed: "}, {Key: "giants", Pre: " giants: "}}
	tokenWords = [...]show.Number{{Key: "tokens", Pre: " tokens: ", Signed: true}, {Key: "ctokens", Pre: " ctokens: ", Signed: true}}
)
