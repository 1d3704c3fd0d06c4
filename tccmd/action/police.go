package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// police limits a rate. Its struct tc_police has other places than tc_gen: index,
// control, limit, burst and mtu in ticks and bytes, rate and peak rate as struct
// tc_ratespec, references, bindings, capabilities.
var police = act.Kind{Kind: kind.Kind{Build: buildPolice, Table: field.Table{Name: "police", Voice: &policeVoice, Ends: true, Rows: []*field.Row{
	{Words: "index", Value: "INDEX", In: field.Slot, Attr: policeIndex, Bad: "index", Arg: 0xFFFFFFFF, Type: &policeNumber},
	{Words: "burst|=buffer|=maxburst", Value: "BYTES[/BYTES]", In: field.Slot, Attr: policeBurst, Bad: "buffer", Label: "buffer/burst", Type: &policeSize},
	{Words: "=mtu|=minburst", Value: "BYTES[/BYTES]", In: field.Slot, Attr: policeMTU, Bad: "mtu", Label: "mtu/minburst", Type: &policeSize},
	{Words: "=mpu", Value: "BYTES", In: field.Slot, Attr: policeMPU, Arg: 0xFFFFFFFF, Type: &field.Type{Parse: parseOnce, Scan: scanPoliceSize}},
	{Words: "=rate", Value: "RATE", In: field.Slot, Attr: policeRate, Type: &policeRates},
	{Words: "=avrate", Value: "RATE", In: field.Slot, Attr: policeAverage, Arg: 0xFFFFFFFF, Type: &policeRates},
	{Words: "peakrate", Value: "RATE", In: field.Slot, Attr: policePeak, Type: &policeRates},
	{Words: "reclassify|drop|shot|continue|pass|ok|pipe|goto", Value: "[ chain N ]", Type: &field.Type{Parse: parsePoliceControl}},
	{Words: "=conform-exceed", Value: "EXCEEDACT[/NOTEXCEEDACT]", Type: &field.Type{Parse: parseConform}},
	{Words: "overhead", Value: "BYTES", In: field.Slot, Attr: policeOverhead, Bad: "overhead", Arg: 0xFFFF, Type: &policeNumber},
	{Words: "linklayer", Value: "TYPE", In: field.Slot, Attr: policeLinkLayer, Type: &field.Type{Read: parseLinkLayer}},
	{Words: "pkts_rate", Value: "PACKETS", In: field.Slot, Attr: policePackets, Bad: "pkts_rate", Type: &field.Type{Parse: parseOnce, Scan: scanPoliceNumber}},
	{Words: "pkts_burst", Value: "PACKETS", In: field.Slot, Attr: policePacketBurst, Bad: "pkts_burst", Type: &field.Type{Parse: parseOnce, Scan: scanPoliceNumber}},
	{Words: "=help", Type: &act.Usage},
}}}, Read: readPolice, All: printPolice}

var policeVoice = field.Voice{Bad: "{word}", Wrong: cli.InvArg, Twice: cli.DupArg}

var (
	policeSize   = field.Type{Parse: parseCells}
	policeRates  = field.Type{Parse: parseOnce, Scan: scanPoliceRate}
	policeNumber = field.Type{Size: 8, Scan: scanPoliceNumber}
)

// The values that words give.
const (
	policeIndex = iota + 1
	policeBurst
	policeMTU
	policeMPU
	policeRate
	policeAverage
	policePeak
	policeOverhead
	policeLinkLayer
	policePackets
	policePacketBurst
	policeBurstCell // the logarithm of the cells that a rate table is to have, plus 1
	policeMTUCell
	policeControl
	policeResult
)

const policeStruct = 56

func slot(c *field.Call, attr uint16) uint64 { return rtnl.U64(c.Get(field.Slot, attr)) }

func setSlot(c *field.Call, attr uint16, n uint64) { c.PutUint(field.Slot, attr, 8, n, false) }

// once takes the value of a word that may not be given again once it is not 0.
func once(c *field.Call, r *field.Row) (string, error) {
	s, err := c.Args.Value()
	if err == nil && slot(c, r.Attr) != 0 {
		err = cli.DupArg(r.Text(), s)
	}
	return s, err
}

func parseOnce(c *field.Call, r *field.Row) error {
	s, err := once(c, r)
	if err != nil {
		return err
	}
	n, err := r.Type.Scan(c, r, s)
	if err == nil {
		setSlot(c, r.Attr, n)
	}
	return err
}

func limited(c *field.Call, r *field.Row, s string, n uint64, ok bool) (uint64, error) {
	if !ok || r.Arg != 0 && n > r.Arg {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func scanPoliceSize(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseSize(s)
	return limited(c, r, s, n, ok)
}

func scanPoliceRate(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseRate(s)
	return limited(c, r, s, n, ok)
}

func scanPoliceNumber(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 10, 64)
	return limited(c, r, s, n, ok)
}

// parseCells reads a size, and that of the cells of the rate table behind it.
func parseCells(c *field.Call, r *field.Row) error {
	s, err := once(c, r)
	if err != nil {
		return err
	}
	n, cell, ok := kind.SizeAndCell(s)
	if !ok || r.Attr == policeMTU && n > 0xFFFFFFFF {
		return c.Wrong(r, kind.TornSize(s))
	}
	setSlot(c, r.Attr, n)
	setSlot(c, r.Attr-policeBurst+policeBurstCell, uint64(cell+1))
	return nil
}

func parseLinkLayer(c *field.Call, r *field.Row, s string) error {
	n, ok := kind.ParseLinkLayer(s)
	if !ok {
		return c.Wrong(r, s)
	}
	setSlot(c, r.Attr, uint64(n))
	return nil
}

func parsePoliceControl(c *field.Call, _ *field.Row) error {
	c.Args.Back()
	n, ok, err := act.Control(c, false, false)
	switch {
	case err != nil:
		return err
	case !ok:
		return cli.Silent(cli.StatusError)
	}
	setSlot(c, policeControl, uint64(n))
	return nil
}

func parseConform(c *field.Call, _ *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	exceed, conform, both, ok, err := act.TwoControls(c)
	switch {
	case err != nil:
		return err
	case !ok:
		return cli.Silent(cli.StatusError)
	}
	setSlot(c, policeControl, uint64(exceed))
	if both {
		setSlot(c, policeResult, uint64(conform))
	}
	return nil
}

func readPolice(c *field.Call) error {
	if err := act.Next(c.Args); err != nil {
		return err
	}
	return policeWordsOf(c)
}

// policeWordsOf reads the words behind police and looks at how they go together.
func policeWordsOf(c *field.Call) error {
	setSlot(c, policeControl, act.Reclassify)
	setSlot(c, policeLinkLayer, kind.Ethernet)
	left := c.Args.Len()
	if err := c.Read(); err != nil {
		return err
	}
	rate, packets := slot(c, policeRate), slot(c, policePackets)
	switch average, mtu := slot(c, policeAverage), slot(c, policeMTU); {
	case c.Args.Len() == left, rate != 0 && average != 0:
		return cli.Silent(cli.StatusError)
	case rate|average|mtu|packets|slot(c, policeIndex) == 0:
		return cli.Fail("'rate' or 'avrate' or 'mtu' or 'pkts_rate' MUST be specified.")
	case rate != 0 && slot(c, policeBurst) == 0:
		return cli.Fail("'burst' requires 'rate'.")
	case packets != 0 && slot(c, policePacketBurst) == 0:
		return cli.Fail("'pkts_burst' requires 'pkts_rate'.")
	case packets != 0 && rate != 0:
		return cli.Fail("'rate' and 'pkts_rate' are not allowed in same action.")
	case slot(c, policePeak) != 0 && rate == 0:
		return cli.Fail("'peakrate' requires 'rate'.")
	case slot(c, policePeak) != 0 && mtu == 0:
		return cli.Fail("'mtu' is required, if 'peakrate' is requested.")
	}
	return nil
}

// policeSpec is the rate of a word with its table, if that was given.
func policeSpec(c *field.Call, attr, cell uint16) (spec kind.RateSpec, table []byte) {
	rate := slot(c, attr)
	if rate == 0 {
		return spec, nil
	}
	spec = kind.RateSpec{Rate: uint32(min(rate, 0xFFFFFFFF)), MPU: uint16(slot(c, policeMPU)), Overhead: uint16(slot(c, policeOverhead))}
	return spec, spec.Table(kind.ClockOf(c.Env), int(slot(c, cell))-1, uint32(slot(c, policeMTU)), uint32(slot(c, policeLinkLayer)), rate)
}

func buildPolice(c *field.Call, m *rtnl.Msg) error {
	rate, peak, clock := slot(c, policeRate), slot(c, policePeak), kind.ClockOf(c.Env)
	spec, table := policeSpec(c, policeRate, policeBurstCell)
	peakSpec, peakTable := policeSpec(c, policePeak, policeMTUCell)
	burst := uint32(0)
	if rate != 0 {
		if burst = clock.Ticks(rate, slot(c, policeBurst)); burst == 0xFFFFFFFF {
			return cli.Fail("POLICE: burst out of range")
		}
	}
	b := rtnl.AppendUint32s(make([]byte, 0, policeStruct), uint32(slot(c, policeIndex)), uint32(slot(c, policeControl)), 0, burst, uint32(slot(c, policeMTU)))
	b = peakSpec.Append(spec.Append(b))
	m.Attr(uapi.TCA_POLICE_TBF, b[:policeStruct])
	if rate != 0 {
		m.Attr(uapi.TCA_POLICE_RATE, table)
		put64(m, uapi.TCA_POLICE_RATE64, rate)
	}
	if peak != 0 {
		m.Attr(uapi.TCA_POLICE_PEAKRATE, peakTable)
		put64(m, uapi.TCA_POLICE_PEAKRATE64, peak)
	}
	put32(m, uapi.TCA_POLICE_AVRATE, slot(c, policeAverage))
	put32(m, uapi.TCA_POLICE_RESULT, slot(c, policeResult))
	if packets := slot(c, policePackets); packets != 0 {
		m.U64(uapi.TCA_POLICE_PKTRATE64, packets)
		m.U64(uapi.TCA_POLICE_PKTBURST64, uint64(clock.Ticks(packets, slot(c, policePacketBurst))))
	}
	return nil
}

// put32 adds a number unless it is 0.
func put32(m *rtnl.Msg, attr uint16, n uint64) {
	if n != 0 {
		m.U32(attr, uint32(n))
	}
}

// put64 adds a rate that does not fit into 32 bits.
func put64(m *rtnl.Msg, attr uint16, rate uint64) {
	if rate >= 1<<32 {
		m.U64(attr, rate)
	}
}

// ReadPolice reads the words of a filter's own police and adds them as an attribute.
func ReadPolice(e *cli.Env, a *cli.Args, m *rtnl.Msg, attr uint16) error {
	var c field.Call
	c.Begin(e, a, &police.Table)
	c.For = &act.KindOf{Target: kind.Target{Kind: &police.Kind, Msg: m}, Kind: policeKind()}
	if !a.More() {
		return cli.Silent(cli.StatusError)
	}
	if err := policeWordsOf(&c); err != nil {
		return err
	}
	nest := m.Nest(attr)
	if err := buildPolice(&c, m); err != nil {
		return err
	}
	m.End(nest)
	return nil
}

// policeKind finds police by name: its own functions may not name it.
func policeKind() *act.Kind { return Find("police") }

// PrintPolice prints a filter's own police.
func PrintPolice(e *cli.Env, options []byte) {
	printPolice(nil, cli.State[act.View](e).Of(e, options))
}

func printPolice(_ *act.Kind, v *field.View) bool {
	p, e, clock := v.Pen, v.Env, kind.ClockOf(v.Env)
	p.JStr("kind", "police")
	b := kind.At(v.Get(0, uapi.TCA_POLICE_TBF))
	switch {
	case v.Attrs() == nil: // -br: the kernel tells none
		return true
	case b == nil:
		e.Warnf("[NULL police tbf]")
		return false
	case len(b) < policeStruct:
		e.Warnf("[truncated police tbf]")
		return false
	}
	spec, peakSpec := kind.ReadRateSpec(b[20:]), kind.ReadRateSpec(b[32:])
	rate := kind.WideRate(v, uapi.TCA_POLICE_RATE64, spec.Rate)
	p.JUint("index", uint64(b.U32(0)))
	if !p.JSON() {
		p.Hex("", " police 0x", uint64(b.U32(0)), " ")
		kind.Rated(v, "", "rate ", rate, " ")
		kind.Sized(p, "", "burst ", clock.Size(rate, b.U32(12)), " ")
		kind.Sized(p, "", "mtu ", uint64(b.U32(16)), " ")
		if e.Opt.Raw {
			p.Text("[" + kind.Hex8(b.U32(12)) + "] ")
		}
		if peak := kind.WideRate(v, uapi.TCA_POLICE_PEAKRATE64, peakSpec.Rate); peak != 0 {
			kind.Rated(v, "", "peakrate ", peak, " ")
		}
		if a := v.Get(0, uapi.TCA_POLICE_AVRATE); a != nil {
			kind.Rated(v, "", "avrate ", uint64(rtnl.U32(a)), " ")
		}
	}
	if r, burst := v.Get(0, uapi.TCA_POLICE_PKTRATE64), v.Get(0, uapi.TCA_POLICE_PKTBURST64); len(r) >= 8 && len(burst) >= 8 {
		p.Uint("pkts_rate", "pkts_rate ", rtnl.U64(r), " ")
		p.Uint("pkts_burst", "pkts_burst ", clock.Size(rtnl.U64(r), uint32(rtnl.U64(burst))), " ")
	}
	act.ShowControl(p, "action ", b.U32(4), "")
	if r := v.Get(0, uapi.TCA_POLICE_RESULT); r != nil {
		act.ShowControl(p, "/", rtnl.U32(r), " ")
	} else {
		p.Text(" ")
	}
	kind.Sized(p, "overhead", "overhead ", uint64(spec.Overhead), " ")
	if layer := uint32(spec.LinkLayer & 15); layer > kind.Ethernet || e.Opt.Details > 0 {
		p.Str("linklayer", "linklayer ", kind.LinkLayerName(layer), " ")
	}
	p.NL()
	p.Int("ref", "\tref ", int64(int32(b.U32(44))), " ")
	p.Int("bind", "bind ", int64(int32(b.U32(48))), " ")
	act.Ages(v, v.Get(0, uapi.TCA_POLICE_TM))
	p.NL()
	return true
}
