// Package tsn has the queueing disciplines for time-sensitive networking, of which devices
// can do a part: mqprio, taprio, etf, cbs.
package tsn

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Taprio opens and closes the gates of traffic classes by a schedule (IEEE 802.1Qbv).
// Of the struct of mqprio it has classes and queues.
var Taprio = kind.Kind{Begin: beginTaprio, Build: buildTaprio, Print: printTaprio, Xstats: printTaprioXstats, Table: field.Table{Name: "taprio",
	Voice: &taprioVoice, Rows: []*field.Row{
		{Words: "=num_tc", In: field.Slot, Attr: mqQopt, At: mqClasses, Type: &kind.Dec8},
		{Words: "=map", Value: "P0 P1 ...", In: field.Slot, Attr: mqQopt, Type: &classMap},
		{Words: "=queues", Value: "COUNT@OFFSET ...", In: field.Slot, Attr: mqQopt, Type: &classQueues},
		{Words: "=fp", Value: "{ E | P } ...", In: field.Slot, Attr: mqFrames, Type: &classFrames},
		{Words: "=max-sdu", Value: "BYTES ...", In: field.Slot, Attr: taprioSizes, Type: &field.Type{Parse: parseSizes}},
		{Words: "=sched-entry", Value: "{ S | H | R } MASK INTERVAL", In: field.Slot, Attr: taprioEntries, Type: &field.Type{Read: parseGate}},
		{Words: "=base-time", Value: "NANOSECONDS", Attr: uapi.TCA_TAPRIO_ATTR_SCHED_BASE_TIME, Type: &field.Type{Size: 8, Read: parseNanoseconds}, Flags: field.OmitZero},
		{Words: "=cycle-time", Value: "NANOSECONDS", Attr: uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME, Type: &onceNanoseconds, Flags: field.OmitZero},
		{Words: "=cycle-time-extension", Value: "NANOSECONDS", Attr: uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION, Type: &onceNanoseconds, Flags: field.OmitZero},
		{Words: "=clockid", Value: "CLOCKID", Attr: uapi.TCA_TAPRIO_ATTR_SCHED_CLOCKID, Type: &field.Type{Size: 4, Read: parseClock}},
		{Words: "=flags", Attr: uapi.TCA_TAPRIO_ATTR_FLAGS, Type: &taprioNumber, Flags: field.OmitZero},
		{Words: "=txtime-delay", Attr: uapi.TCA_TAPRIO_ATTR_TXTIME_DELAY, Type: &taprioNumber, Flags: field.OmitZero},
	}}}

var taprioVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: func(c *field.Call) error {
	return kind.OrHelp(c, cli.Fail("Unknown argument"))
}}

// Slots beside those of mqprio: sizes of 32 bits each, and entries of the schedule.
const (
	taprioSizes = iota + mqPairs + 1
	taprioEntries
)

var (
	onceNanoseconds = field.Type{Size: 8, Parse: parseOnceNanoseconds}
	taprioNumber    = field.Type{Size: 4, Parse: parseTaprioNumber}
)

func beginTaprio(c *field.Call) { c.Put(field.Slot, mqQopt, make([]byte, mqprioSize)) }

func parseSizes(c *field.Call, r *field.Row) error {
	var list []byte
	takeWhile(c, func(_ int, s string) bool {
		n, ok := word.Uint(s, 10, 32)
		if ok {
			list = rtnl.NE.AppendUint32(list, uint32(n))
		}
		return ok
	})
	c.Put(r.In, r.Attr, list)
	return nil
}

// What is done with the gates of an entry.
var gateNames = word.Names{{uapi.TC_TAPRIO_CMD_SET_GATES, "S"}, {uapi.TC_TAPRIO_CMD_SET_AND_HOLD, "H"}, {uapi.TC_TAPRIO_CMD_SET_AND_RELEASE, "R"}}

const gateUsage = "Usage: ... taprio ... sched-entry { S | H | R } MASK INTERVAL\n"

// gateSize is that of an entry in its slot: a byte of what is done, then the gates and
// the time in nanoseconds of 32 bits each.
const gateSize = 9

// parseGate adds an entry to the schedule.
func parseGate(c *field.Call, r *field.Row, s string) error {
	what, ok := gateNames.Find(s)
	list := append(c.Get(r.In, r.Attr), byte(what))
	for _, base := range [...]int{16, 0} {
		if !ok {
			break
		}
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		var n uint64
		n, ok = word.Uint(s, base, 32)
		list = rtnl.NE.AppendUint32(list, uint32(n))
	}
	if !ok {
		return &cli.Error{Status: cli.StatusError, Text: gateUsage}
	}
	c.Put(r.In, r.Attr, list)
	return nil
}

// parseNanoseconds reads a time. A wrong one ends the words: the real tool does not
// look at the rest.
func parseNanoseconds(c *field.Call, r *field.Row, s string) error {
	n, ok := word.Int(s, 10, 64)
	if ok {
		c.Set(r, uint64(n))
	}
	for !ok && c.Args.More() {
		c.Args.Skip()
	}
	return nil
}

func parseOnceNanoseconds(c *field.Call, r *field.Row) error {
	s, err := valueOnce(c, r)
	if err != nil {
		return err
	}
	return parseNanoseconds(c, r, s)
}

// parseTaprioNumber reads a number; the failure of a wrong one is silent.
func parseTaprioNumber(c *field.Call, r *field.Row) error {
	s, err := valueOnce(c, r)
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 32)
	if !ok {
		return cli.Silent(cli.StatusError)
	}
	c.Set(r, n)
	return nil
}

func buildTaprio(c *field.Call, m *rtnl.Msg) error {
	qopt := c.Get(field.Slot, mqQopt)
	if qopt[mqClasses] == 0 {
		qopt = nil
	}
	b := bounded{c, m}
	for _, a := range [...]struct {
		attr  uint16
		value []byte
	}{
		{uapi.TCA_TAPRIO_ATTR_SCHED_CLOCKID, c.Get(0, uapi.TCA_TAPRIO_ATTR_SCHED_CLOCKID)},
		{uapi.TCA_TAPRIO_ATTR_FLAGS, c.Get(0, uapi.TCA_TAPRIO_ATTR_FLAGS)},
		{uapi.TCA_TAPRIO_ATTR_PRIOMAP, qopt},
		{uapi.TCA_TAPRIO_ATTR_TXTIME_DELAY, c.Get(0, uapi.TCA_TAPRIO_ATTR_TXTIME_DELAY)},
		{uapi.TCA_TAPRIO_ATTR_SCHED_BASE_TIME, c.Get(0, uapi.TCA_TAPRIO_ATTR_SCHED_BASE_TIME)},
		{uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME, c.Get(0, uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME)},
		{uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION, c.Get(0, uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION)},
	} {
		if a.value != nil {
			b.attr(a.attr, a.value)
		}
	}
	b.classes(c.Get(field.Slot, taprioSizes), c.Get(field.Slot, mqFrames))
	b.schedule(c.Get(field.Slot, taprioEntries))
	return nil
}

// bounded adds attributes to a message up to the size at which the real tool complains,
// and sends what has room.
type bounded struct {
	c *field.Call
	m *rtnl.Msg
}

const (
	mostMessage = 1024
	headerSize  = 4
)

// attr adds an attribute, or complains.
func (b bounded) attr(typ uint16, value []byte) bool {
	if b.m.Mark()+headerSize+(len(value)+3)&^3 > mostMessage {
		b.c.Env.Warnf("addattr_l ERROR: message exceeded bound of %d\n", mostMessage)
		return false
	}
	b.m.Attr(typ, value)
	return true
}

// nest adds a nest, if its header has room; its attributes are tried in any case.
func (b bounded) nest(typ uint16, fill func()) {
	at := b.m.Mark()
	fits := b.attr(typ, nil)
	fill()
	if fits {
		b.m.End(at)
	}
}

// classes adds an entry for each class that has a size or is told about its frames.
func (b bounded) classes(sizes, frames []byte) {
	for i := 0; i < max(len(sizes), len(frames)); i += 4 {
		b.nest(uapi.TCA_TAPRIO_ATTR_TC_ENTRY|kind.Nested, func() {
			b.attr(uapi.TCA_TAPRIO_TC_ENTRY_INDEX, rtnl.NE.AppendUint32(nil, uint32(i/4)))
			if i < len(sizes) {
				b.attr(uapi.TCA_TAPRIO_TC_ENTRY_MAX_SDU, sizes[i:i+4])
			}
			if i < len(frames) {
				b.attr(uapi.TCA_TAPRIO_TC_ENTRY_FP, frames[i:i+4])
			}
		})
	}
}

func (b bounded) schedule(entries []byte) {
	b.nest(uapi.TCA_TAPRIO_ATTR_SCHED_ENTRY_LIST|kind.Nested, func() {
		for ; len(entries) >= gateSize; entries = entries[gateSize:] {
			b.nest(uapi.TCA_TAPRIO_SCHED_ENTRY, func() {
				b.attr(uapi.TCA_TAPRIO_SCHED_ENTRY_CMD, entries[:1])
				b.attr(uapi.TCA_TAPRIO_SCHED_ENTRY_GATE_MASK, entries[1:5])
				b.attr(uapi.TCA_TAPRIO_SCHED_ENTRY_INTERVAL, entries[5:gateSize])
			})
		}
	})
}

func printTaprio(v *field.View) {
	p, b := v.Pen, kind.At(v.Get(0, uapi.TCA_TAPRIO_ATTR_PRIOMAP))
	if len(b) < mqprioSize {
		return
	}
	classes := int(b.U8(mqClasses))
	p.Uint("tc", "tc ", uint64(classes), " ")
	p.Text("map")
	p.OpenArray("map")
	for _, class := range b[mqMap:][:kind.Priorities] {
		p.Uint("", " ", uint64(class), "")
	}
	p.CloseArray()
	p.NL()
	p.Text("queues")
	p.OpenArray("queues")
	for i := range min(classes, mostClass) {
		p.OpenObject("")
		p.Uint("offset", " offset ", uint64(b.U16(mqOffsets+2*i)), "")
		p.Uint("count", " count ", uint64(b.U16(mqCounts+2*i)), "")
		p.CloseObject()
	}
	p.CloseArray()
	p.NL()
	if id := v.Get(0, uapi.TCA_TAPRIO_ATTR_SCHED_CLOCKID); id != nil {
		p.Str("clockid", "clockid ", kind.ClockName(rtnl.U32(id)), "")
	}
	if flags := v.Get(0, uapi.TCA_TAPRIO_ATTR_FLAGS); flags != nil {
		p.Hex0x("flags", " flags ", uint64(rtnl.U32(flags)), "")
	}
	if delay := v.Get(0, uapi.TCA_TAPRIO_ATTR_TXTIME_DELAY); delay != nil {
		printWrapped(v, "txtime_delay", " txtime delay ", rtnl.U32(delay), "")
	}
	var tb [uapi.TCA_TAPRIO_ATTR_TC_ENTRY + 1][]byte
	rtnl.Index(tb[:], v.Attrs())
	printSchedule(p, tb[:])
	if admin := tb[uapi.TCA_TAPRIO_ATTR_ADMIN_SCHED]; admin != nil {
		rtnl.Index(tb[:], admin)
		p.OpenObject("admin")
		printSchedule(p, tb[:])
		p.CloseObject()
	}
	entries := classEntries(v.Attrs(), uapi.TCA_TAPRIO_ATTR_TC_ENTRY, uapi.TCA_TAPRIO_TC_ENTRY_MAX_SDU, uapi.TCA_TAPRIO_TC_ENTRY_FP)
	printClassSizes(p, entries.sizes[:entries.sized])
	printFrames(v, "fp", entries.frames[:entries.framed])
}
