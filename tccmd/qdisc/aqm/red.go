// Package aqm has the queueing disciplines that drop or mark packets before a queue is
// full (active queue management): red and its kin, codel, pie, dualpi2.
package aqm

import (
	"math"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Red drops or marks packets at random before a queue is full. struct tc_red_qopt has
// limit, min and max of 32 bits, then in a byte each the logarithms of the average, of
// the probability and of the idle table, and flags.
var Red = kind.Kind{Build: buildRed, Print: printRed, Stats: &redStats, Table: field.Table{Name: "red", Voice: &kind.Voice, Rows: []*field.Row{
	{Words: "=limit", In: field.Slot, Attr: RedLimit, Type: &kind.Count},
	{Words: "=min", In: field.Slot, Attr: redMin, Type: &kind.Count},
	{Words: "=max", In: field.Slot, Attr: redMax, Type: &kind.Count},
	{Words: "=burst", In: field.Slot, Attr: RedBurst, Type: &field.U32},
	{Words: "=avpkt", In: field.Slot, Attr: RedAvpkt, Type: &kind.Count},
	{Words: "=probability", In: field.Slot, Attr: RedProb, Type: &Probability},
	{Words: "=bandwidth", In: field.Slot, Attr: redRate, Type: &kind.Rate},
	{Words: "=ecn", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_ECN, Type: &field.Bit32},
	{Words: "=harddrop", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_HARDDROP, Type: &field.Bit32},
	{Words: "=nodrop", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_NODROP, Type: &field.Bit32},
	{Words: "=adaptative|=adaptive", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_ADAPTATIVE, Type: &field.Bit32},
	{Words: "qevent", Value: "{ early_drop | mark } block INDEX", Type: &field.Type{Read: parseQevent}},
}}}

// The values that words give.
const (
	RedLimit = iota + 1
	redMin
	redMax
	RedBurst
	RedAvpkt
	RedProb
	redRate
	RedFlagBits
)

const allRedFlags = uapi.TC_RED_ECN | uapi.TC_RED_HARDDROP | uapi.TC_RED_ADAPTATIVE | uapi.TC_RED_NODROP

// redStats is struct tc_red_xstats.
var redStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "marked", In: field.Head, At: 12, Type: &field.U32},
	{Label: "early", In: field.Head, At: 0, Type: &field.U32},
	{Label: "pdrop", In: field.Head, At: 4, Type: &field.U32},
	{Label: "other", In: field.Head, At: 8, Type: &otherDrops},
}}

// otherDrops is the last number of a line that ends in a blank.
var otherDrops = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.Uint(r.Label, " "+r.Label+" ", uint64(rtnl.U32(b)), " ")
}}

// qevents are what a block of filters may be called for.
var qevents = []struct {
	name string
	attr uint16
}{{"early_drop", uapi.TCA_RED_EARLY_DROP_BLOCK}, {"mark", uapi.TCA_RED_MARK_BLOCK}}

func parseQevent(c *field.Call, _ *field.Row, s string) error {
	attr := uint16(0)
	for _, q := range qevents {
		if q.name == s {
			attr = q.attr
		}
	}
	switch {
	case attr == 0:
		return cli.Fail("Unknown qevent `%s'", s)
	case c.Get(0, attr) != nil:
		return cli.Fail("Duplicate qevent")
	}
	if !c.Args.More() {
		return cli.Incomplete()
	}
	block := uint64(0)
	for c.Args.Match("=block") {
		if block != 0 {
			return cli.Fail("Qevent block index already specified")
		}
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		var ok bool
		if block, ok = word.Uint(s, 10, 32); !ok || block == 0 {
			return cli.Fail("Illegal qevent block index")
		}
	}
	if block == 0 {
		return cli.Fail("Unspecified qevent block index")
	}
	c.PutUint(0, attr, 4, block, false)
	return nil
}

// slotProb is a probability that a word gave, or the usual one.
func slotProb(c *field.Call, slot uint16) float64 {
	if b := c.Get(field.Slot, slot); b != nil {
		return math.Float64frombits(rtnl.U64(b))
	}
	return 0.02
}

// RedLogs are the logarithms of the average's weight and of the probability, and that
// itself, of a queue that drops by random early detection; name stands in complaints.
func RedLogs(c *field.Call, name string, least, most, burst, avpkt uint32) (log, plogged uint32, prob float64, err error) {
	log, ok := ewma(c.Env, least, burst, avpkt)
	if !ok {
		return 0, 0, 0, cli.Fail("%s: failed to calculate EWMA constant.", name)
	}
	if log >= 10 {
		c.Env.Warnf("%s: WARNING. Burst %d seems to be too large.\n", name, burst)
	}
	prob = slotProb(c, RedProb)
	if plogged, ok = plog(least, most, prob); !ok {
		err = cli.Fail("%s: failed to calculate probability.", name)
	}
	return log, plogged, prob, err
}

// redTables are the logarithms of average, probability and idle table, as they stand in
// structs, that table, and the probability as a part of 2^32.
func redTables(c *field.Call, name string, least, most, burst, avpkt, rate uint32) (logs [3]byte, table []byte, prob uint32, err error) {
	log, plog, p, err := RedLogs(c, name, least, most, burst, avpkt)
	if err != nil {
		return logs, nil, 0, err
	}
	table, cell, ok := idle(kind.ClockOf(c.Env), log, avpkt, rate)
	if !ok {
		return logs, nil, 0, cli.Fail("%s: failed to calculate idle damping table.", name)
	}
	return [3]byte{byte(log), byte(plog), byte(cell)}, table, MaxP(p), nil
}

// UsualPacket is the size of an average packet, in sfq and choke.
func UsualPacket(c *field.Call) uint32 {
	if c.Get(field.Slot, RedAvpkt) != nil {
		return kind.SlotNumber(c, RedAvpkt)
	}
	return 1000
}

// RedOrder refuses bounds that are in the wrong order.
func RedOrder(limit, least, most uint32) error {
	switch {
	case most > limit:
		return cli.Fail(`"max" is larger than "limit"`)
	case least >= most:
		return cli.Fail(`"min" is not smaller than "max"`)
	}
	return nil
}

// redBandwidth is what a rate is if no word gave it.
func redBandwidth(c *field.Call, name string) uint32 {
	if rate := kind.SlotNumber(c, redRate); rate != 0 {
		return rate
	}
	c.Env.Warnf("%s: set bandwidth to 10Mbit\n", name)
	return 1250000
}

func buildRed(c *field.Call, m *rtnl.Msg) error {
	limit, avpkt := kind.SlotNumber(c, RedLimit), kind.SlotNumber(c, RedAvpkt)
	if limit == 0 || avpkt == 0 {
		return cli.Fail("RED: Required parameter (limit, avpkt) is missing")
	}
	least, most, burst := kind.SlotNumber(c, redMin), kind.SlotNumber(c, redMax), kind.SlotNumber(c, RedBurst)
	switch {
	case most != 0:
	case least != 0:
		most = least * 3
	default:
		most = limit / 4
	}
	if least == 0 {
		least = most / 3
	}
	if burst == 0 {
		burst = (2*least + most) / (3 * avpkt)
	}
	logs, table, prob, err := redTables(c, "RED", least, most, burst, avpkt, redBandwidth(c, "RED"))
	if err != nil {
		return err
	}
	flags := kind.SlotNumber(c, RedFlagBits)
	b := append(rtnl.AppendUint32s(nil, limit, least, most), logs[:]...)
	m.Attr(uapi.TCA_RED_PARMS, append(b, 0))
	m.Attr(uapi.TCA_RED_STAB, table)
	m.U32(uapi.TCA_RED_MAX_P, prob)
	m.Attr(uapi.TCA_RED_FLAGS, rtnl.AppendUint32s(nil, flags, allRedFlags))
	for _, q := range qevents {
		if b := c.Get(0, q.attr); b != nil {
			m.Attr(q.attr, b)
		}
	}
	return nil
}

const redSize = 16

func printRed(v *field.View) {
	p, b := v.Pen, kind.At(v.Get(0, uapi.TCA_RED_PARMS))
	if len(b) < redSize {
		return
	}
	for i, label := range [...]string{"limit", "min", "max"} {
		kind.Sized(p, label, label+" ", uint64(b.U32(4*i)), " ")
	}
	flags := uint32(b.U8(15))
	if f := kind.At(v.Get(0, uapi.TCA_RED_FLAGS)); len(f) >= 8 {
		flags = f.U32(0)
	}
	PrintRedFlags(v, flags)
	if v.Env.Opt.Details > 0 {
		printRedDetails(v, b.U8(12), b.U8(13), b.U8(14), v.Get(0, uapi.TCA_RED_MAX_P))
	}
	printQevents(v)
}

// printQevents writes the blocks that are called, if any are.
func printQevents(v *field.View) {
	p, begun := v.Pen, false
	for _, q := range qevents {
		n := rtnl.U32(v.Get(0, q.attr))
		if n == 0 {
			continue
		}
		if !begun {
			begun = true
			p.OpenArray("qevents")
		}
		p.OpenObject("")
		p.Str("kind", "qevent ", q.name, "")
		p.Uint("block", " block ", uint64(n), " ")
		p.CloseObject()
	}
	if begun {
		p.CloseArray()
	}
}

// printRedDetails writes the logarithms; for that of the probability stands what it
// was made of, if the kernel tells.
func printRedDetails(v *field.View, log, plog, cell uint8, prob []byte) {
	v.Pen.Uint("ewma", "ewma ", uint64(log), " ")
	if n := rtnl.U32(prob); n != 0 {
		v.Pen.Float("probability", "probability ", float64(n)/(1<<32), " ")
	} else {
		v.Pen.Uint("Plog", "Plog ", uint64(plog), " ")
	}
	v.Pen.Uint("Scell_log", "Scell_log ", uint64(cell), "")
}

// HasBlock reports whether a qdisc calls a block of filters.
func HasBlock(name string, options []byte, block uint32) bool {
	if name != Red.Name {
		return false
	}
	for _, q := range qevents {
		if b := rtnl.Find(options, q.attr); b != nil && rtnl.U32(b) == block {
			return true
		}
	}
	return false
}
