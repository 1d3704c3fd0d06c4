// Package fair has the queueing disciplines that give each flow its share: fq, sfq, cake,
// hhf.
package fair

import (
	"math/bits"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc/classful"
)

// FQ has a queue for each flow, and spaces the packets of those that have a rate.
var FQ = kind.Kind{Xstats: printFqStats, Table: field.Table{Name: "fq", Voice: &kind.Voice,
	Send: []uint16{uapi.TCA_FQ_BUCKETS_LOG, uapi.TCA_FQ_PLIMIT, uapi.TCA_FQ_FLOW_PLIMIT, uapi.TCA_FQ_QUANTUM, uapi.TCA_FQ_INITIAL_QUANTUM,
		uapi.TCA_FQ_RATE_ENABLE, uapi.TCA_FQ_FLOW_MAX_RATE, uapi.TCA_FQ_FLOW_DEFAULT_RATE, uapi.TCA_FQ_LOW_RATE_THRESHOLD,
		uapi.TCA_FQ_FLOW_REFILL_DELAY, uapi.TCA_FQ_ORPHAN_MASK, uapi.TCA_FQ_CE_THRESHOLD, uapi.TCA_FQ_TIMER_SLACK, uapi.TCA_FQ_HORIZON,
		uapi.TCA_FQ_HORIZON_DROP, uapi.TCA_FQ_PRIOMAP, uapi.TCA_FQ_WEIGHTS, uapi.TCA_FQ_OFFLOAD_HORIZON},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_FQ_PLIMIT, Type: &kind.Packets},
		{Words: "=flow_limit", Attr: uapi.TCA_FQ_FLOW_PLIMIT, Type: &kind.Packets},
		{Words: "=buckets", Attr: uapi.TCA_FQ_BUCKETS_LOG, Type: &field.Type{Size: 4, Usage: "NUMBER", Read: parseBuckets, Print: printBuckets}},
		{Words: "=orphan_mask", Attr: uapi.TCA_FQ_ORPHAN_MASK, Bad: `Illegal "initial_quantum"`, Type: &field.U32},
		{Words: "=pacing", Attr: uapi.TCA_FQ_RATE_ENABLE, Arg: 1, Type: &field.Word32, Flags: field.Quiet},
		{Words: "=nopacing", Attr: uapi.TCA_FQ_RATE_ENABLE, Type: &field.Type{Size: 4, Form: field.Alone, Print: printNoPacing}},
		{Words: "=bands", Value: "3 priomap P1 ... P16", Attr: uapi.TCA_FQ_PRIOMAP, Type: &field.Type{Size: classful.PrioSize, Parse: parseFqBands, Print: printFqBands}},
		{Words: "=weights", Value: "W1 W2 W3", Attr: uapi.TCA_FQ_WEIGHTS, Type: &field.Type{Size: 12, Parse: parseWeights, Print: printWeights}},
		{Words: "=quantum", Attr: uapi.TCA_FQ_QUANTUM, Type: &kind.PlainSize},
		{Words: "=initial_quantum", Attr: uapi.TCA_FQ_INITIAL_QUANTUM, Type: &kind.PlainSize},
		{Words: "=maxrate", Attr: uapi.TCA_FQ_FLOW_MAX_RATE, Type: &field.Type{Size: 4, Usage: "RATE", Scan: scanFqRate, Print: printLimitedRate}},
		{Words: "=defrate", Attr: uapi.TCA_FQ_FLOW_DEFAULT_RATE, Type: &someRate},
		{Words: "=low_rate_threshold", Attr: uapi.TCA_FQ_LOW_RATE_THRESHOLD, Type: &field.Type{Size: 4, Form: field.NonZero, Usage: "RATE", Scan: scanFqFixedRate, Append: appendFqRate}},
		{Words: "=refill_delay", Attr: uapi.TCA_FQ_FLOW_REFILL_DELAY, Type: &kind.Time},
		{Words: "=ce_threshold", Attr: uapi.TCA_FQ_CE_THRESHOLD, Type: &field.Type{Size: 4, Usage: "TIME", Scan: scanFqTime, Print: printLimitedTime}},
		{Words: "=timer_slack", Attr: uapi.TCA_FQ_TIMER_SLACK, Type: &field.Type{Size: 4, Usage: "TIME", Scan: scanSlack, Append: appendSlack}},
		{Words: "=horizon", Attr: uapi.TCA_FQ_HORIZON, Type: &kind.Time},
		{Words: "=horizon_drop", Attr: uapi.TCA_FQ_HORIZON_DROP, Arg: 1, Type: &field.Type{Size: 1, Form: field.Alone, Print: printHorizon}},
		{Words: "=horizon_cap", Attr: uapi.TCA_FQ_HORIZON_DROP, Type: &field.Type{Size: 1, Form: field.Alone}, Flags: field.Quiet},
		{Words: "=offload_horizon", Attr: uapi.TCA_FQ_OFFLOAD_HORIZON, Type: &kind.Time},
	}}}

var someRate = field.Type{Size: 4, Form: field.NonZero, Usage: "RATE", Scan: scanFqRate, Append: appendFqRate}

const fqBands = 3

func scanFqRate(c *field.Call, r *field.Row, s string) (uint64, error) {
	return kind.Rate.Scan(c, r, s)
}

func scanFqFixedRate(c *field.Call, r *field.Row, s string) (uint64, error) {
	return kind.FixedRate.Scan(c, r, s)
}

func scanFqTime(c *field.Call, r *field.Row, s string) (uint64, error) {
	return kind.Time.Scan(c, r, s)
}

func appendFqRate(v *field.View, r *field.Row, b []byte, n uint64) []byte {
	return kind.Rate.Append(v, r, b, n)
}

// parseBuckets makes of a number of buckets its logarithm, rounded up; none is the
// kernel's choice.
func parseBuckets(c *field.Call, r *field.Row, s string) error {
	n, err := field.ScanNumber(c, r, s)
	switch c.Drop(0, r.Attr); {
	case err != nil || n == 0:
		return err
	default:
		c.Set(r, uint64(bits.Len64(n-1)))
	}
	return nil
}

func printBuckets(v *field.View, r *field.Row, b []byte) {
	v.Number(&bucketsRow, uint64(uint32(1)<<rtnl.U32(b)))
}

var bucketsRow = field.Row{Label: "buckets", Type: &field.U32}

func printNoPacing(v *field.View, _ *field.Row, b []byte) {
	if rtnl.U32(b) == 0 {
		v.Pen.Bool("pacing", "nopacing ", false)
	}
}

func printLimitedRate(v *field.View, r *field.Row, b []byte) {
	if n := rtnl.U32(b); n != kind.Unset {
		kind.Rated(v, r.JSON(), r.Text()+" ", uint64(n), " ")
	}
}

func printLimitedTime(v *field.View, r *field.Row, b []byte) {
	if n := rtnl.U32(b); n != kind.Unset {
		kind.Timed(v.Pen, r.JSON(), r.Text()+" ", n, " ")
	}
}

// scanSlack reads a time in nanoseconds, which has to fit into 32 bits.
func scanSlack(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseTime64(s)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case uint64(n) > 0xFFFFFFFF:
		return 0, cli.Fail(`Illegal (out of range) "timer_slack"`)
	}
	return uint64(n), nil
}

func appendSlack(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return kind.AppendTime64(b, int64(n))
}

func printHorizon(v *field.View, _ *field.Row, b []byte) {
	if rtnl.U8(b) == 0 {
		v.Pen.Null("horizon_cap", "horizon_cap ")
	} else {
		v.Pen.Null("horizon_drop", "horizon_drop ")
	}
}

// parseFqBands reads "3 priomap" and the band of each priority.
func parseFqBands(c *field.Call, r *field.Row) error {
	if c.Get(0, r.Attr) != nil {
		return cli.Fail(`Duplicate "bands"`)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := word.Int(s, 10, 32)
	switch {
	case !ok:
		return cli.Fail(`Illegal "bands"`)
	case n != fqBands:
		return cli.Fail(`"bands" must be %d`, fqBands)
	}
	if s, err = c.Args.Value(); err != nil {
		return err
	}
	if s != "priomap" {
		return cli.Fail(`"priomap" expected`)
	}
	b := rtnl.NE.AppendUint32(nil, fqBands)
	for range kind.Priorities {
		if !c.Args.More() {
			return cli.Fail("Not enough elements in priomap")
		}
		s = c.Args.Word()
		c.Args.Skip()
		band, ok := word.Uint(s, 10, 32)
		switch {
		case !ok:
			return cli.Fail(`Illegal "priomap" element, number in [0..%d] expected`, fqBands-1)
		case band >= fqBands:
			return cli.Fail(`"priomap" element %d too big`, band)
		}
		b = append(b, byte(band))
	}
	c.Put(0, r.Attr, b)
	return nil
}

// parseWeights reads the weight of each band.
func parseWeights(c *field.Call, r *field.Row) error {
	if c.Get(0, r.Attr) != nil {
		return cli.Fail(`Duplicate "weights"`)
	}
	var b []byte
	for range fqBands {
		if !c.Args.More() {
			return cli.Fail("Not enough elements in weights")
		}
		s := c.Args.Word()
		c.Args.Skip()
		n, ok := word.Int(s, 10, 32)
		switch {
		case !ok:
			return cli.Fail(`Illegal "weights" element, positive number expected`)
		case n < uapi.FQ_MIN_WEIGHT:
			return cli.Fail(`"weight" element %d too small`, n)
		}
		b = rtnl.NE.AppendUint32(b, uint32(n))
	}
	c.Put(0, r.Attr, b)
	return nil
}

// printFqBands prints the bands. The names of arrays have a blank at their end.
func printFqBands(v *field.View, _ *field.Row, b []byte) {
	p := v.Pen
	p.Uint("bands", "bands ", uint64(rtnl.U32(b)), " ")
	p.Text("priomap ")
	p.OpenArray("priomap ")
	for _, band := range b[4:classful.PrioSize] {
		p.Uint("", "", uint64(band), " ")
	}
	p.CloseArray()
}

func printWeights(v *field.View, _ *field.Row, b []byte) {
	p := v.Pen
	p.Text("weights ")
	p.OpenArray("weights ")
	for i := range fqBands {
		p.Int("", "", int64(int32(kind.At(b).U32(4*i))), " ")
	}
	p.CloseArray()
}

// printFqStats prints struct tc_fq_qd_stats.
func printFqStats(v *field.View) {
	p, b := v.Pen, kind.At(v.Head)
	p.Uint("flows", "  flows ", uint64(b.U32(64)), "")
	p.Uint("inactive", " (inactive ", uint64(b.U32(68)), "")
	p.Uint("throttled", " throttled ", uint64(b.U32(72)), ")")
	for i, label := range [...]string{"band0_pkts", "band1_pkts", "band2_pkts"} {
		p.Uint(label, " "+label+" ", uint64(b.U32(136+4*i)), "")
	}
	if ns := int64(b.U64(56)); ns > 0 {
		kind.Timed64(p, "next_packet_delay", " next_packet_delay ", ns, "")
	}
	p.NL()
	p.Uint("gc", "  gc ", b.U64(0), "")
	p.Uint("highprio", " highprio ", b.U64(8), "")
	some(v, "fastpath", " ", b.U64(104))
	some(v, "retrans", " ", b.U64(16))
	p.Uint("throttled", " throttled ", b.U64(24), "")
	if ns := b.U32(76); ns != 0 {
		kind.Timed64(p, "latency", " latency ", int64(ns), "")
	}
	some(v, "ce_mark", " ", b.U64(80))
	some(v, "flows_plimit", " ", b.U64(32))
	if b.U64(40)|b.U64(48)|b.U64(88)|b.U64(96)|b.U64(112)|b.U64(120)|b.U64(128) == 0 {
		return
	}
	p.NL()
	some(v, "pkts_too_long", " ", b.U64(40))
	some(v, "alloc_errors", " ", b.U64(48))
	some(v, "horizon_drops", " ", b.U64(88))
	some(v, "horizon_caps", "  ", b.U64(96))
	for i, label := range [...]string{"band0_drops", "band1_drops", "band2_drops"} {
		some(v, label, " ", b.U64(112+8*i))
	}
}

// some writes a number unless it is 0.
func some(v *field.View, label, pre string, n uint64) {
	if n != 0 {
		v.Pen.Uint(label, pre+label+" ", n, "")
	}
}
