package aqm

import (
	"math"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Dualpi2 has two queues with one controller: one for classic traffic, one for such
// that wants low delay (RFC 9332). The factors alpha and beta are sent 256-fold.
var Dualpi2 = kind.Kind{Nested: true, Stats: &dualpi2Stats, Table: field.Table{Name: "dualpi2", Voice: &kind.Voice, Finish: finishDualpi2,
	Send: []uint16{uapi.TCA_DUALPI2_LIMIT, uapi.TCA_DUALPI2_MEMORY_LIMIT, uapi.TCA_DUALPI2_TUPDATE, uapi.TCA_DUALPI2_TARGET,
		uapi.TCA_DUALPI2_ALPHA, uapi.TCA_DUALPI2_BETA, uapi.TCA_DUALPI2_ECN_MASK, uapi.TCA_DUALPI2_DROP_OVERLOAD,
		uapi.TCA_DUALPI2_COUPLING, uapi.TCA_DUALPI2_SPLIT_GSO, uapi.TCA_DUALPI2_STEP_THRESH_PKTS, uapi.TCA_DUALPI2_STEP_THRESH_US,
		uapi.TCA_DUALPI2_MIN_QLEN_STEP, uapi.TCA_DUALPI2_DROP_EARLY, uapi.TCA_DUALPI2_C_PROTECTION},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_DUALPI2_LIMIT, Type: &decPackets, Flags: field.OmitZero},
		{Words: "=memlimit", Key: "memory-limit", Attr: uapi.TCA_DUALPI2_MEMORY_LIMIT, Type: &byteCount, Flags: field.OmitZero},
		{Words: "=target", Attr: uapi.TCA_DUALPI2_TARGET, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=tupdate", Attr: uapi.TCA_DUALPI2_TUPDATE, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=alpha", Attr: uapi.TCA_DUALPI2_ALPHA, Type: &factor},
		{Words: "=beta", Attr: uapi.TCA_DUALPI2_BETA, Type: &factor},
		{Label: "step_thresh", Key: "step-thresh-pkts", Attr: uapi.TCA_DUALPI2_STEP_THRESH_PKTS, Type: &kind.Packets},
		{Words: "=step_thresh", Key: "step-thresh-us", Attr: uapi.TCA_DUALPI2_STEP_THRESH_US, Type: &field.Type{Size: 4, Usage: "TIME|PACKETS", Read: parseStep, Append: kind.SpellTime}},
		{Words: "=min_qlen_step", Key: "min-qlen-step", Attr: uapi.TCA_DUALPI2_MIN_QLEN_STEP, Type: &decPackets},
		{Words: "=coupling_factor", Key: "coupling", Attr: uapi.TCA_DUALPI2_COUPLING, Type: &field.Type{Size: 1, Scan: scanCoupling}},
		{Words: "=overflow", Attr: uapi.TCA_DUALPI2_DROP_OVERLOAD, Arg: uapi.TC_DUALPI2_DROP_OVERLOAD_OVERFLOW, Type: &field.Type{Size: 1, Form: field.Alone, Print: printOverload}},
		{Words: "=drop_on_overload", Attr: uapi.TCA_DUALPI2_DROP_OVERLOAD, Arg: uapi.TC_DUALPI2_DROP_OVERLOAD_DROP, Type: &word8, Flags: field.Quiet},
		{Words: "=drop_dequeue", Attr: uapi.TCA_DUALPI2_DROP_EARLY, Arg: uapi.TC_DUALPI2_DROP_EARLY_DROP_DEQUEUE, Type: &field.Type{Size: 1, Form: field.Alone, Print: printEarly}},
		{Words: "=drop_enqueue", Attr: uapi.TCA_DUALPI2_DROP_EARLY, Arg: uapi.TC_DUALPI2_DROP_EARLY_DROP_ENQUEUE, Type: &word8, Flags: field.Quiet},
		{Words: "=classic_protection", Key: "c-protection", Attr: uapi.TCA_DUALPI2_C_PROTECTION, Type: &field.Type{Size: 1, Usage: "PERCENT", Scan: scanProtection, Append: appendPercent}},
		{Words: "=any_ect", Attr: uapi.TCA_DUALPI2_ECN_MASK, Arg: uapi.TC_DUALPI2_ECN_MASK_ANY_ECT, Type: &field.Type{Size: 1, Form: field.Alone, Print: printECNMask}},
		{Words: "=l4s_ect", Attr: uapi.TCA_DUALPI2_ECN_MASK, Arg: uapi.TC_DUALPI2_ECN_MASK_L4S_ECT, Type: &word8, Flags: field.Quiet},
		{Words: "=split_gso", Attr: uapi.TCA_DUALPI2_SPLIT_GSO, Arg: uapi.TC_DUALPI2_SPLIT_GSO_SPLIT_GSO, Type: &field.Type{Size: 1, Form: field.Alone, Print: printSplit}},
		{Words: "=no_split_gso", Attr: uapi.TCA_DUALPI2_SPLIT_GSO, Arg: uapi.TC_DUALPI2_SPLIT_GSO_NO_SPLIT_GSO, Type: &word8, Flags: field.Quiet},
		{Words: "=max_rtt", In: field.Slot, Attr: maxRTT, Type: &kind.Time},
		{Words: "=typical_rtt", In: field.Slot, Attr: typicalRTT, Type: &kind.Time},
	}}}

// The slots of round trip times.
const (
	maxRTT = iota + 1
	typicalRTT
)

const (
	factorScale = 256
	mostFactor  = 2<<23 - 1
	rttRatio    = 6 // of the longest round trip time to a typical one, if one is not given
)

var (
	word8      = field.Type{Size: 1, Form: field.Alone}
	factor     = field.Type{Size: 4, Scan: scanFactor, Print: printFactor}
	decPackets = field.Type{Size: 4, Usage: "PACKETS", Scan: kind.ScanDecimal, Append: kind.SpellPackets}
	byteCount  = field.Type{Size: 4, Usage: "BYTES", Scan: kind.ScanDecimal, Append: func(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
		return append(kind.AppendUint(b, n), 'B')
	}}
)

func appendPercent(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
	return append(kind.AppendUint(b, n), '%')
}

// scanFactor reads a float of 32 bits.
func scanFactor(c *field.Call, r *field.Row, s string) (uint64, error) {
	f, rest, fits := word.Strtod(s, 32)
	if s == "" || rest != "" || !fits || !(f >= 0 && f <= mostFactor) {
		return 0, c.Wrong(r, s)
	}
	if f < 1.0/factorScale {
		c.Env.Warnf("Warning: \"%s\" is too small and will be rounded to zero.\n", r.Word())
	}
	return uint64(float32(f) * factorScale), nil
}

func printFactor(v *field.View, r *field.Row, b []byte) {
	printFixed(v, r.JSON(), r.Text()+" ", float64(float32(rtnl.U32(b))/factorScale))
}

// printFixed prints a number with six digits behind the point, in JSON as it is.
func printFixed(v *field.View, key, label string, n float64) {
	if v.Pen.JSON() {
		v.Pen.Float(key, "", n, "")
		return
	}
	v.Pen.Str("", label, strconv.FormatFloat(n, 'f', 6, 64), " ")
}

// parseStep reads a time, or a number of packets.
func parseStep(c *field.Call, r *field.Row, s string) error {
	attr := r.Attr
	n, ok := kind.ParseTime(s)
	if !ok {
		attr = uapi.TCA_DUALPI2_STEP_THRESH_PKTS
		n, ok = parsePacketCount(s)
	}
	if !ok {
		return c.Wrong(r, s)
	}
	c.Drop(0, uapi.TCA_DUALPI2_STEP_THRESH_PKTS, uapi.TCA_DUALPI2_STEP_THRESH_US)
	if n != 0 {
		c.PutUint(0, attr, 4, uint64(n), false)
	}
	return nil
}

// parsePacketCount reads a number with a unit behind it.
func parsePacketCount(s string) (uint32, bool) {
	n, rest, fits := word.Strtoul(s, 10)
	switch rest {
	case "p", "pkt", "pkts", "packet", "packets":
		return uint32(n), fits && n <= math.MaxUint32 && rest != s
	}
	return 0, false
}

func scanCoupling(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Int(s, 0, 32)
	if !ok || n < 0 || n > math.MaxUint8 {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

func scanProtection(c *field.Call, r *field.Row, s string) (uint64, error) {
	p, ok := kind.ParsePercent(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(math.RoundToEven(p * 100)), nil
}

// finishDualpi2 derives the controller's values from round trip times.
func finishDualpi2(c *field.Call) error {
	longest, typical := kind.SlotNumber(c, maxRTT), kind.SlotNumber(c, typicalRTT)
	switch {
	case longest|typical == 0:
		return nil
	case typical == 0:
		typical = max(longest/rttRatio, 1)
	case longest == 0:
		longest = typical * rttRatio
	case typical > longest:
		return cli.Fail("typical_rtt must be <= max_rtt!")
	}
	given := [...]uint16{uapi.TCA_DUALPI2_ALPHA, uapi.TCA_DUALPI2_BETA, uapi.TCA_DUALPI2_TUPDATE, uapi.TCA_DUALPI2_TARGET}
	for i, attr := range given {
		if b := c.Get(0, attr); b != nil && (i < 2 || rtnl.U32(b) != 0) {
			c.Env.Warnf("rtt_max is specified, ignore alpha/beta/tupdate/target\n")
			break
		}
	}
	update := max(uint32(min(float64(typical), float64(longest)/3)), 1)
	const tenth, threeTenths = float64(float32(0.1)), float64(float32(0.3))
	alpha := float64(update) / float64(longest) / float64(longest) * 1e6 * tenth
	beta := threeTenths / float64(longest) * 1e6
	time := func(us uint32) string { return string(kind.AppendTime(nil, us)) }
	switch {
	case beta > mostFactor:
		return cli.Fail("max_rtt=%s is too low and cause beta to overflow!", time(longest))
	case alpha < 1.0/factorScale || beta < 1.0/factorScale:
		return cli.Fail("Large max_rtt=%s rounds down alpha=%f and/or beta=%f!", time(longest), alpha, beta)
	}
	c.Env.Warnf("Auto-config [max_rtt: %s, typical_rtt: %s]: target=%s tupdate=%s alpha=%f beta=%f\n",
		time(longest), time(typical), time(typical), time(update), alpha, beta)
	for i, n := range [...]uint32{uint32(alpha * factorScale), uint32(beta * factorScale), update, typical} {
		c.PutUint(0, given[i], 4, uint64(n), false)
	}
	return nil
}

func printOverload(v *field.View, _ *field.Row, b []byte) {
	if rtnl.U8(b) != 0 {
		kind.PrintAs(v, "drop-overload", "drop", "drop_on_overload ")
	} else {
		kind.PrintAs(v, "drop-overload", "overflow", "overflow ")
	}
}

func printEarly(v *field.View, _ *field.Row, b []byte) {
	if rtnl.U8(b) != 0 {
		kind.PrintAs(v, "drop-early", "drop-enqueue", "drop_enqueue ")
	} else {
		kind.PrintAs(v, "drop-early", "drop-dequeue", "drop_dequeue ")
	}
}

func printECNMask(v *field.View, _ *field.Row, b []byte) {
	switch n := rtnl.U8(b); n & uapi.TC_DUALPI2_ECN_MASK_ANY_ECT {
	case uapi.TC_DUALPI2_ECN_MASK_L4S_ECT:
		kind.PrintAs(v, "ecn-mask", "l4s-ect", "l4s_ect ")
	case 0:
		warning := "Warning: Unexpected ecn type " + strconv.Itoa(int(n)) + "!\n"
		v.Env.Warnf("%s", warning+warning)
		kind.PrintAs(v, "ecn-mask", "", " ")
	default:
		kind.PrintAs(v, "ecn-mask", "any-ect", "any_ect ")
	}
}

func printSplit(v *field.View, _ *field.Row, b []byte) {
	if rtnl.U8(b) == 0 {
		v.Pen.Text("no_split_gso ")
		return
	}
	v.Pen.Null("split-gso", "split_gso ")
}

// dualpi2Stats is struct tc_dualpi2_xstats.
var dualpi2Stats = field.Table{Rows: []*field.Row{
	{Label: "prob", In: field.Head, Type: &field.Type{Size: 4, Print: printPart32}},
	{Label: "delay_c", Key: "delay-c", In: field.Head, At: 4, Type: &microseconds},
	{Label: "delay_l", Key: "delay-l", In: field.Head, At: 8, Type: &lastMicroseconds, Flags: field.EOL},
	{Label: "pkts_in_c", Key: "pkts-in-c", In: field.Head, At: 12, Type: &field.U32},
	{Label: "pkts_in_l", Key: "pkts-in-l", In: field.Head, At: 16, Type: &field.U32},
	{Label: "maxq", In: field.Head, At: 20, Type: &lastNumber, Flags: field.EOL},
	{Label: "ecn_mark", Key: "ecn-mark", In: field.Head, At: 24, Type: &field.U32},
	{Label: "step_mark", Key: "step-mark", In: field.Head, At: 28, Type: &lastNumber, Flags: field.EOL},
	{Label: "credit", In: field.Head, At: 32, Type: &field.Type{Size: 4, Print: printCredit}, Flags: field.EOL},
	{Label: "memory_used", Key: "memory-used", In: field.Head, At: 36, Type: &field.U32},
	{Label: "(max", Key: "max-memory-used", In: field.Head, At: 40, Type: &field.Type{Size: 4, Print: printMostMemory}},
	{Label: "of memory limit", Key: "memory-limit", In: field.Head, At: 44, Type: &lastNumber, Flags: field.EOL},
}}

var (
	microseconds     = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) { printLast(v, r, b, "us ") }}
	lastMicroseconds = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) { printLast(v, r, b, "us") }}
	lastNumber       = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) { printLast(v, r, b, "") }}
)

// printLast prints a number with something else behind it than a blank.
func printLast(v *field.View, r *field.Row, b []byte, behind string) {
	v.Pen.Uint(r.JSON(), r.Text()+" ", uint64(rtnl.U32(b)), behind)
}

func printMostMemory(v *field.View, r *field.Row, b []byte) { printLast(v, r, b, ") ") }

// printPart32 writes a part of the largest number of 32 bits.
func printPart32(v *field.View, r *field.Row, b []byte) {
	printFixed(v, r.JSON(), r.Text()+" ", float64(rtnl.U32(b))/math.MaxUint32)
}

// printCredit tells which queue is served first.
func printCredit(v *field.View, r *field.Row, b []byte) {
	n, queue := int32(rtnl.U32(b)), "(L-queue)"
	if n > 0 {
		queue = "(C-queue)"
	}
	v.Pen.Int(r.JSON(), r.Text()+" ", int64(n), " ")
	v.Pen.Text(queue)
}
