package action

import (
	"math"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// gate lets packets pass at times, by a schedule that repeats.
var gate = act.Kind{Kind: kind.Kind{Build: buildGate, Table: field.Table{Name: "gate", Voice: &gateVoice, Ends: true, Rows: []*field.Row{
	{Words: "index", Attr: uapi.TCA_GATE_PARMS, At: act.AtIndex, Type: &kind.Dec32},
	{Words: "priority", Attr: uapi.TCA_GATE_PRIORITY, Type: &field.S32},
	{Words: "base-time", Value: "TIME", Attr: uapi.TCA_GATE_BASE_TIME, Type: &gateTime},
	{Words: "cycle-time", Value: "TIME", Attr: uapi.TCA_GATE_CYCLE_TIME, Type: &gateTime},
	{Words: "cycle-time-ext", Value: "TIME", Attr: uapi.TCA_GATE_CYCLE_TIME_EXT, Type: &gateTime},
	{Words: "clockid", Value: "CLOCKID", Attr: uapi.TCA_GATE_CLOCKID, Type: &field.Type{Size: 4, Scan: scanGateClock}},
	{Words: "flags", Attr: uapi.TCA_GATE_FLAGS, Type: &field.U32},
	{Words: "sched-entry", Value: "{ open | close } INTERVAL [ PRIO [ OCTETS ] ]", In: field.Slot, Attr: gateEntries, Type: &field.Type{Parse: parseGateEntry}},
	&act.HelpRow,
}}}, Params: uapi.TCA_GATE_PARMS, Size: act.GenSize, Ages: uapi.TCA_GATE_TM, Control: act.Pipe, Read: readGate, All: printGate}

var gateVoice = field.Voice{Bad: "{word}", Wrong: cli.InvArg}

// gateEntries are the entries so far, as the attributes that are sent.
const gateEntries = 1

// gateTime is nanoseconds with a sign, or a time with a unit.
var gateTime = field.Type{Size: 8, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Int(s, 10, 64)
	if !ok {
		n, ok = kind.ParseTime64(s)
	}
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}}

func scanGateClock(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseClock(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

const gateEntryUsage = "Usage: sched-entry <open | close> <interval> [ <interval ipv> <octets max bytes> ]\n"

// parseGateEntry reads whether the gate is open and for how long, and, if numbers follow,
// a priority and how many bytes may pass; an open gate alone has those.
func parseGateEntry(c *field.Call, r *field.Row) error {
	a := c.Args
	state, ok := word.Names{{1, "open"}, {0, "close"}}.Find(lower(a.Word()))
	a.Skip()
	interval, ok2 := word.Uint(a.Word(), 0, 32)
	if !ok2 {
		var n int64
		n, ok2 = kind.ParseTime64(a.Word())
		if ok && ok2 && n > math.MaxUint32 {
			return cli.Fail(`"interval" is too large`)
		}
		interval = uint64(n)
	}
	if !ok || !ok2 || !a.More() {
		return cli.Fail("%s", gateEntryUsage+`"sched-entry" is incomplete`)
	}
	a.Skip()
	prio, octets := int64(-1), int64(-1)
	if n, ok := word.Int(a.Word(), 0, 32); ok && a.More() {
		a.Skip()
		prio = n
		if octets, ok = gateOctets(a); !ok {
			return cli.Fail(`"maxoctets" is too large`)
		}
	}
	if state == 0 {
		prio, octets = -1, -1
	}
	var b []byte
	if state != 0 {
		b = kind.AppendAttr(b, uapi.TCA_GATE_ENTRY_GATE, nil)
	}
	for _, f := range [...]struct {
		attr uint16
		n    uint64
	}{{uapi.TCA_GATE_ENTRY_INTERVAL, interval}, {uapi.TCA_GATE_ENTRY_IPV, uint64(prio)}, {uapi.TCA_GATE_ENTRY_MAX_OCTETS, uint64(octets)}} {
		b = kind.AppendAttr(b, f.attr, rtnl.AppendUint(nil, 4, f.n))
	}
	all := append([]byte(nil), c.Get(r.In, r.Attr)...)
	c.Put(r.In, r.Attr, kind.AppendAttr(all, uapi.TCA_GATE_ONE_ENTRY|kind.Nested, b))
	return nil
}

// gateOctets reads how many bytes may pass, if the next word is a number or a size.
func gateOctets(a *cli.Args) (octets int64, ok bool) {
	octets, ok = word.Int(a.Word(), 0, 32)
	if !a.More() {
		return -1, true
	}
	if ok {
		a.Skip()
		return octets, true
	}
	size, ok := kind.ParseSize(a.Word())
	switch {
	case !ok || size > math.MaxUint32:
		return -1, true
	case size > math.MaxInt32:
		return 0, false
	}
	a.Skip()
	if size == 0 {
		return -1, true
	}
	return int64(size), true
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

func readGate(c *field.Call) error {
	if err := act.Next(c.Args); err != nil {
		return err
	}
	if err := c.Read(); err != nil {
		return err
	}
	if err := act.OptionalControl(c); err != nil {
		return err
	}
	if c.Get(field.Slot, gateEntries) == nil && kind.At(act.Gen(c)).U32(act.AtIndex) == 0 {
		return cli.Fail("gate: must add at least one entry")
	}
	return nil
}

// buildGate adds what is not the default, and the entries, even none.
func buildGate(c *field.Call, m *rtnl.Msg) error {
	m.Attr(uapi.TCA_GATE_PARMS, act.Gen(c))
	if b := c.Get(0, uapi.TCA_GATE_PRIORITY); b != nil && rtnl.U32(b) != wildcard {
		m.Attr(uapi.TCA_GATE_PRIORITY, b)
	}
	for _, attr := range [...]uint16{uapi.TCA_GATE_FLAGS, uapi.TCA_GATE_BASE_TIME, uapi.TCA_GATE_CYCLE_TIME, uapi.TCA_GATE_CYCLE_TIME_EXT} {
		if b := c.Get(0, attr); !rtnl.IsZero(b) {
			m.Attr(attr, b)
		}
	}
	if b := c.Get(0, uapi.TCA_GATE_CLOCKID); b != nil {
		m.Attr(uapi.TCA_GATE_CLOCKID, b)
	}
	nest := m.Nest(uapi.TCA_GATE_ENTRY_LIST | kind.Nested)
	m.Raw(c.Get(field.Slot, gateEntries))
	m.End(nest)
	return nil
}

// wildcard is a priority or a number of bytes that is not limited.
const wildcard = math.MaxUint32

func printGate(k *act.Kind, v *field.View) bool {
	p, params := v.Pen, kind.At(v.Get(0, k.Params))
	if params == nil {
		return false
	}
	p.Text("\n")
	prio := uint32(wildcard)
	if b := v.Get(0, uapi.TCA_GATE_PRIORITY); b != nil {
		prio = rtnl.U32(b)
	}
	orWildcard(v, "priority", "\tpriority ", prio, func() { p.Text(padded(int64(int32(prio)), 8)) })
	clock := kind.NoClock
	if b := v.Get(0, uapi.TCA_GATE_CLOCKID); b != nil {
		clock = rtnl.U32(b)
	}
	p.Str("clockid", "\tclockid ", kind.ClockName(clock), "")
	if b := v.Get(0, uapi.TCA_GATE_FLAGS); b != nil {
		p.Hex0x("flags", "\tflags ", uint64(rtnl.U32(b)), "")
	}
	p.Text("\n")
	for _, t := range [...]struct {
		attr       uint16
		key, label string
	}{{uapi.TCA_GATE_BASE_TIME, "base_time", "\tbase-time "}, {uapi.TCA_GATE_CYCLE_TIME, "cycle_time", "\tcycle-time "},
		{uapi.TCA_GATE_CYCLE_TIME_EXT, "cycle_time_ext", "\tcycle-time-ext "}} {
		kind.Timed64(p, t.key, t.label, int64(rtnl.U64(v.Get(0, t.attr))), "")
	}
	if b := v.Get(0, uapi.TCA_GATE_ENTRY_LIST); b != nil {
		showGateEntries(v, b)
	}
	act.ShowControl(p, "\t", params.U32(act.AtControl), "")
	p.Text("\n")
	k.IndexLine(v, params)
	act.Ages(v, v.Get(0, k.Ages))
	p.Text("\n")
	return true
}

// padded spells a number, with blanks behind it.
func padded(n int64, width int) string {
	b := strconv.AppendInt(nil, n, 10)
	for len(b) < width {
		b = append(b, ' ')
	}
	return string(b)
}

// orWildcard writes a number, in text as spell does, or that it is not limited.
func orWildcard(v *field.View, key, label string, n uint32, spell func()) {
	v.Pen.JInt(key, int64(int32(n)))
	v.Pen.Text(label)
	switch {
	case v.Pen.JSON():
	case n == wildcard:
		v.Pen.Text("wildcard")
	default:
		spell()
	}
}

func showGateEntries(v *field.View, list []byte) {
	p := v.Pen
	p.NL()
	p.Text("\tschedule:")
	p.NL()
	p.OpenArray("schedule")
	for _, b := range rtnl.Attrs(list) {
		state := "close"
		if rtnl.Find(b, uapi.TCA_GATE_ENTRY_GATE) != nil {
			state = "open"
		}
		p.OpenObject("")
		p.UintWidth("number", "\t number ", 4, uint64(rtnl.U32(rtnl.Find(b, uapi.TCA_GATE_ENTRY_INDEX))), "")
		p.Str("gate_state", "\tgate-state ", state, " ")
		kind.Timed64(p, "interval", "\tinterval ", int64(rtnl.U32(rtnl.Find(b, uapi.TCA_GATE_ENTRY_INTERVAL))), "")
		prio, octets := uint32(wildcard), uint32(wildcard)
		if n := rtnl.Find(b, uapi.TCA_GATE_ENTRY_IPV); n != nil {
			prio = rtnl.U32(n)
		}
		if n := rtnl.Find(b, uapi.TCA_GATE_ENTRY_MAX_OCTETS); n != nil {
			octets = rtnl.U32(n)
		}
		orWildcard(v, "ipv", "\t ipv ", prio, func() { p.Text(padded(int64(prio), 10)) })
		orWildcard(v, "max_octets", "\t max-octets ", octets, func() { kind.Sized(p, "", "", uint64(octets), "") })
		p.CloseObject()
		p.NL()
	}
	p.CloseArray()
}
