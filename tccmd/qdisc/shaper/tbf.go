// Package shaper has the queueing disciplines that hold packets back to keep a rate: tbf,
// and htb and hfsc with their classes.
package shaper

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// TBF has struct tc_tbf_qopt: the rate and the peak rate as struct tc_ratespec, the
// limit in bytes, burst and mtu in ticks. All of it is calculated from the words,
// which are slots.
var TBF = kind.Kind{Build: buildTBF, Print: printTBF, Table: field.Table{
	Name: "tbf", Voice: &tbfVoice, Rows: []*field.Row{
		{Words: "limit", In: field.Slot, Attr: tbfLimit, Value: "BYTES", Type: &tbfValue},
		{Words: "latency", In: field.Slot, Attr: tbfLatency, Value: "TIME", Type: &tbfValue},
		{Words: "burst|=buffer|=maxburst", In: field.Slot, Attr: tbfBurst, Value: "BYTES[/BYTES]", Bad: "buffer/burst/maxburst", Type: &tbfValue},
		{Words: "=mtu|=minburst", In: field.Slot, Attr: tbfMTU, Value: "BYTES[/BYTES]", Bad: "mtu/minburst", Type: &tbfValue},
		{Words: "=mpu", In: field.Slot, Attr: tbfMPU, Value: "BYTES", Type: &tbfValue},
		{Words: "=rate", In: field.Slot, Attr: tbfRate, Value: "RATE", Type: &tbfValue},
		{Words: "peakrate", In: field.Slot, Attr: tbfPeak, Value: "RATE", Type: &tbfValue},
		{Words: "overhead", In: field.Slot, Attr: tbfOverhead, Value: "BYTES", Type: &tbfValue},
		{Words: "linklayer", In: field.Slot, Attr: tbfLinkLayer, Value: "TYPE", Type: &tbfValue},
	}}}

var tbfValue = field.Type{Read: parseTBF}

var tbfVoice = field.Voice{Bad: `tbf: illegal value for "{typed}"`, Wrong: kind.WrongValue, Unknown: kind.UnknownParameter}

// The values that words give.
const (
	tbfLimit = iota
	tbfLatency
	tbfBurst
	tbfMTU
	tbfMPU
	tbfRate
	tbfPeak
	tbfOverhead
	tbfLinkLayer
	tbfBurstCell // the logarithm of the cells that a rate table is to have, plus 1
	tbfMTUCell
)

// value is one that words gave, 0 if none did.
func value(c *field.Call, slot uint16) uint64 { return rtnl.U64(c.Get(field.Slot, slot)) }

func setValue(c *field.Call, slot uint16, n uint64) { c.PutUint(field.Slot, slot, 8, n, false) }

// parseTBF reads a value, which may be given once, but for the link layer.
func parseTBF(c *field.Call, r *field.Row, s string) error {
	if err := tbfTwice(c, r); err != nil {
		return err
	}
	n, cell, err := scanTBF(c, r, s)
	if err != nil {
		return err
	}
	setValue(c, r.Attr, n)
	if cell >= 0 {
		setValue(c, r.Attr-tbfBurst+tbfBurstCell, uint64(cell)+1)
	}
	return nil
}

func tbfTwice(c *field.Call, r *field.Row) error {
	name := r.Bad
	if name == "" {
		name = r.Word()
	}
	switch {
	case value(c, r.Attr) != 0 && r.Attr != tbfLinkLayer:
		return cli.Fail(`tbf: duplicate "%s" specification`, name)
	case r.Attr == tbfLimit && value(c, tbfLatency) != 0:
		return cli.Fail(`tbf: specifying both "latency" and "limit" is not allowed`)
	case r.Attr == tbfLatency && value(c, tbfLimit) != 0:
		return cli.Fail(`tbf: specifying both "limit" and "/latency" is not allowed`)
	}
	return nil
}

// scanTBF reads a value in the format of its word, and the size of cells behind it.
func scanTBF(c *field.Call, r *field.Row, s string) (n uint64, cell int, err error) {
	plain := field.Row{Words: r.Words, Type: r.Type}
	switch r.Attr {
	case tbfBurst, tbfMTU:
		n, cell, ok := kind.SizeAndCell(s)
		if !ok || r.Attr == tbfMTU && n > 0xFFFFFFFF {
			err = c.Wrong(&plain, kind.TornSize(s))
		}
		return n, cell, err
	case tbfLatency:
		plain.Type = &kind.Time
	case tbfRate, tbfPeak:
		plain.Type = &kind.Rate64
	case tbfOverhead:
		plain.Type = &kind.Dec16
	case tbfLinkLayer:
		plain.Type = &kind.LinkLayer
	default:
		plain.Type = &kind.Count
	}
	n, err = plain.Type.Scan(c, &plain, s)
	return n, -1, err
}

// short is a rate of 32 bits, or the largest one, which an attribute with 64 replaces.
func short(rate uint64) uint32 { return uint32(min(rate, 0xFFFFFFFF)) }

// checkTBF tells all that is missing at once.
func checkTBF(c *field.Call) error {
	text := ""
	for _, lack := range [...]struct {
		is   bool
		text string
	}{
		{value(c, tbfRate) == 0, `tbf: the "rate" parameter is mandatory.`},
		{value(c, tbfBurst) == 0, `tbf: the "burst" parameter is mandatory.`},
		{value(c, tbfPeak) != 0 && value(c, tbfMTU) == 0, `tbf: when "peakrate" is specified, "mtu" must also be specified.`},
		{value(c, tbfLimit) == 0 && value(c, tbfLatency) == 0, `tbf: either "limit" or "latency" is required.`},
	} {
		if lack.is {
			text += lack.text + "\n"
		}
	}
	if text != "" {
		return kind.Of(c).Kind.Usage(text)
	}
	return nil
}

// tbfBytes is the limit: given, or what is sent in the latency beside the burst.
func tbfBytes(c *field.Call) uint32 {
	if n := value(c, tbfLimit); n != 0 {
		return uint32(n)
	}
	seconds := float64(value(c, tbfLatency)) / 1e6
	limit := float64(value(c, tbfRate))*float64(value(c, tbfLatency))/1e6 + float64(value(c, tbfBurst))
	if peak := value(c, tbfPeak); peak != 0 {
		limit = min(limit, float64(peak)*seconds+float64(value(c, tbfMTU)))
	}
	return uint32(uint64(limit))
}

func buildTBF(c *field.Call, m *rtnl.Msg) error {
	if err := checkTBF(c); err != nil {
		return err
	}
	clock, burst, mtu := kind.ClockOf(c.Env), value(c, tbfBurst), uint32(value(c, tbfMTU))
	rate, peak := value(c, tbfRate), value(c, tbfPeak)
	spec := kind.RateSpec{MPU: uint16(value(c, tbfMPU)), Overhead: uint16(value(c, tbfOverhead)), Rate: short(rate)}
	layer := uint32(kind.Ethernet)
	if c.Get(field.Slot, tbfLinkLayer) != nil {
		layer = uint32(value(c, tbfLinkLayer))
	}
	table := spec.Table(clock, int(value(c, tbfBurstCell))-1, mtu, layer, uint64(spec.Rate))
	buffer := clock.Ticks(uint64(spec.Rate), burst)
	if buffer == 0xFFFFFFFF {
		return cli.Fail("tbf: burst out of range")
	}
	var peakSpec kind.RateSpec
	var peakTable []byte
	var peakMTU uint32
	if peak != 0 {
		peakSpec = kind.RateSpec{MPU: spec.MPU, Overhead: spec.Overhead, Rate: short(peak)}
		peakTable = peakSpec.Table(clock, int(value(c, tbfMTUCell))-1, mtu, layer, uint64(peakSpec.Rate))
		peakMTU = clock.Ticks(uint64(peakSpec.Rate), uint64(mtu))
	}
	b := peakSpec.Append(spec.Append(make([]byte, 0, tbfOptSize)))
	m.Attr(uapi.TCA_TBF_PARMS, rtnl.AppendUint32s(b, tbfBytes(c), buffer, peakMTU))
	if burst < 1<<32 {
		m.U32(uapi.TCA_TBF_BURST, uint32(burst))
	}
	if rate >= 1<<32 {
		m.U64(uapi.TCA_TBF_RATE64, rate)
	}
	m.Attr(uapi.TCA_TBF_RTAB, table)
	if peak == 0 {
		return nil
	}
	if peak >= 1<<32 {
		m.U64(uapi.TCA_TBF_PRATE64, peak)
	}
	m.U32(uapi.TCA_TBF_PBURST, mtu)
	m.Attr(uapi.TCA_TBF_PTAB, peakTable)
	return nil
}

const tbfOptSize = 36

func printTBF(v *field.View) {
	b := kind.At(v.Get(0, uapi.TCA_TBF_PARMS))
	if len(b) < tbfOptSize {
		return
	}
	p, clock := v.Pen, kind.ClockOf(v.Env)
	spec, peakSpec := kind.ReadRateSpec(b), kind.ReadRateSpec(b[kind.RateSpecSize:])
	limit, buffer, mtu := b.U32(24), b.U32(28), b.U32(32)
	rate, peak := kind.WideRate(v, uapi.TCA_TBF_RATE64, spec.Rate), kind.WideRate(v, uapi.TCA_TBF_PRATE64, peakSpec.Rate)
	kind.Rated(v, "rate", "rate ", rate, " ")
	printBurst(v, "burst", "burst", clock.Size(rate, buffer), buffer, spec)
	if peak != 0 {
		if !p.JSON() {
			kind.Rated(v, "", "peakrate ", peak, " ")
		}
		if mtu != 0 || peakSpec.MPU != 0 {
			printBurst(v, "mtu", "minburst", clock.Size(peak, mtu), mtu, peakSpec)
		}
	}
	latency := 1e6*(float64(limit)/float64(rate)) - clock.US(buffer)
	if peak != 0 {
		latency = max(latency, 1e6*(float64(limit)/float64(peak))-clock.US(mtu))
	}
	if latency >= 0 {
		p.JUint("lat", uint64(latency))
		if !p.JSON() {
			kind.Timed(p, "", "lat ", word.Uint32(latency), " ")
		}
	}
	if v.Env.Opt.Raw || latency < 0 {
		kind.Sized(p, "limit", "limit ", uint64(limit), " ")
	}
	if spec.Overhead != 0 {
		p.Uint("overhead", "overhead ", uint64(spec.Overhead), " ")
	}
	if layer := spec.LinkLayer & 15; layer > kind.Ethernet || v.Env.Opt.Details > 0 {
		p.Str("linklayer", "linklayer ", kind.LinkLayerName(uint32(layer)), " ")
	}
}

// printBurst writes how much may be sent at once; with -d under another name, with the
// size of the table's cells and the least size of packets.
func printBurst(v *field.View, detailed, name string, size uint64, ticks uint32, spec kind.RateSpec) {
	p := v.Pen
	if v.Env.Opt.Details > 0 {
		var buf [32]byte
		b := append(kind.AppendSize(buf[:0], size), '/')
		p.Bytes(detailed, detailed+" ", kind.AppendUint(b, 1<<spec.CellLog), " ")
		kind.Sized(p, "mpu", "mpu ", uint64(spec.MPU), " ")
	} else {
		kind.Sized(p, name, name+" ", size, " ")
	}
	if v.Env.Opt.Raw {
		printTicks(v, detailed+"_raw", ticks)
	}
}

func printTicks(v *field.View, key string, ticks uint32) {
	if v.Pen.JSON() {
		v.Pen.Hex(key, "", uint64(ticks), "")
		return
	}
	v.Pen.Text("[" + kind.Hex8(ticks) + "] ")
}
