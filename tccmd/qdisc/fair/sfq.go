package fair

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc/aqm"
)

// SFQ has struct tc_sfq_qopt_v1: quantum, perturb, limit, divisor, flows, depth and
// headdrop of 32 bits, what random early detection needs, and its counters.
var SFQ = kind.Kind{Options: kind.IfAny, Print: printSfq, Xstats: printSfqXstats, Table: field.Table{
	Name: "sfq", Voice: &kind.Voice, Size: sfqSize, Finish: finishSfq, Rows: []*field.Row{
		{Words: "=quantum", In: field.Head, At: 0, Bad: `Illegal "limit"`, Type: &kind.Count},
		{Words: "=perturb", In: field.Head, At: 4, Type: &field.S32},
		{Words: "=limit", In: field.Head, At: 8, Type: &field.Type{Size: 4, Scan: scanSfqLimit}},
		{Words: "=divisor", In: field.Head, At: 12, Type: &field.U32},
		{Words: "=flows", In: field.Head, At: 16, Type: &field.U32},
		{Words: "=depth", In: field.Head, At: 20, Bad: `Illegal "flows"`, Type: &field.U32},
		{Words: "=headdrop", In: field.Head, At: 24, Arg: 1, Type: &field.Word32},
		{Words: "=redflowlimit", In: field.Head, At: sfqRedLimit, Type: &sfqRed},
		{Words: "=min", In: field.Head, At: sfqRedMin, Type: &sfqRed},
		{Words: "=max", In: field.Head, At: sfqRedMax, Type: &sfqRed},
		{Words: "=burst", In: field.Slot, Attr: aqm.RedBurst, Type: &field.U32},
		{Words: "=avpkt", In: field.Slot, Attr: aqm.RedAvpkt, Type: &kind.Count},
		{Words: "=probability", In: field.Slot, Attr: aqm.RedProb, Type: &aqm.Probability},
		{Words: "=ecn", In: field.Slot, Attr: aqm.RedFlagBits, Arg: uapi.TC_RED_ECN, Type: &field.Bit32},
		{Words: "=harddrop", In: field.Slot, Attr: aqm.RedFlagBits, Arg: uapi.TC_RED_HARDDROP, Type: &field.Bit32},
	}}}

// Places in the struct.
const (
	sfqSize     = 72
	sfqRedLimit = 28
	sfqRedMin   = 32
	sfqRedMax   = 36
	sfqLogs     = 40
	sfqMaxP     = 44
	sfqStats    = 48
)

// sfqRed is a number of random early detection, of which a slot remembers that one was
// given.
var sfqRed = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	c.Put(field.Slot, aqm.RedLimit, nil)
	return n, nil
}}

func scanSfqLimit(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := field.ScanNumber(c, r, s)
	if err == nil && n < 2 {
		err = cli.Fail(`Illegal "limit", must be > 1`)
	}
	return n, err
}

func finishSfq(c *field.Call) error {
	early := false
	for _, slot := range [...]uint16{aqm.RedLimit, aqm.RedBurst, aqm.RedAvpkt, aqm.RedProb, aqm.RedFlagBits} {
		early = early || c.Get(field.Slot, slot) != nil
	}
	if !early {
		return nil
	}
	b := c.Get(field.Head, 0)
	limit, least, most, burst := kind.At(b).U32(sfqRedLimit), kind.At(b).U32(sfqRedMin), kind.At(b).U32(sfqRedMax), kind.SlotNumber(c, aqm.RedBurst)
	avpkt := aqm.UsualPacket(c)
	if limit == 0 {
		return cli.Fail("Required parameter (redflowlimit) is missing")
	}
	if most == 0 {
		most = limit / 4
	}
	if least == 0 {
		least = most / 3
	}
	if burst == 0 && avpkt != 0 {
		burst = (2*least + most) / (3 * avpkt)
	}
	if err := aqm.RedOrder(limit, least, most); err != nil {
		return err
	}
	log, plog, prob, err := aqm.RedLogs(c, "SFQ", least, most, burst, avpkt)
	if err != nil {
		return err
	}
	rtnl.NE.PutUint32(b[sfqRedMin:], least)
	rtnl.NE.PutUint32(b[sfqRedMax:], most)
	copy(b[sfqLogs:], []byte{byte(log), byte(plog), 0, byte(kind.SlotNumber(c, aqm.RedFlagBits))})
	rtnl.NE.PutUint32(b[sfqMaxP:], aqm.MaxP(prob))
	return nil
}

func printSfq(v *field.View) {
	b, p := kind.At(v.Head), v.Pen
	if b == nil {
		return
	}
	p.Uint("limit", "limit ", uint64(b.U32(8)), "p ")
	kind.Sized(p, "quantum", "quantum ", uint64(b.U32(0)), " ")
	if n := b.U32(20); n != 0 {
		p.Uint("depth", "depth ", uint64(n), " ")
	}
	if b.U32(24) != 0 {
		p.Flag("headdrop", "headdrop ")
	}
	if v.Env.Opt.Details > 0 {
		p.Uint("flows", "flows ", uint64(b.U32(16)), " ")
	}
	p.Uint("divisor", "divisor ", uint64(b.U32(12)), " ")
	if n := int32(b.U32(4)); n != 0 {
		p.Int("perturb", "perturb ", int64(n), "sec ")
	}
	if b.U32(sfqRedMin) == 0 {
		return
	}
	p.Uint("ewma", "ewma ", uint64(b.U8(sfqLogs)), " ")
	kind.Sized(p, "min", "min ", uint64(b.U32(sfqRedMin)), " ")
	kind.Sized(p, "max", "max ", uint64(b.U32(sfqRedMax)), " ")
	p.Float("probability", "probability ", float64(b.U32(sfqMaxP))/(1<<32), " ")
	aqm.PrintRedFlags(v, uint32(b.U8(sfqLogs+3)))
	if v.Env.Opt.Stats > 0 {
		p.NL()
		sfqRedStats.Show(v)
	}
}

// sfqRedStats are the counters of random early detection.
var sfqRedStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "prob_mark", In: field.Head, At: sfqStats + 8, Type: &field.U32},
	{Label: "prob_mark_head", In: field.Head, At: sfqStats + 16, Type: &field.U32},
	{Label: "prob_drop", In: field.Head, At: sfqStats, Type: &field.U32},
	{Label: "forced_mark", In: field.Head, At: sfqStats + 12, Type: &forcedMark},
	{Label: "forced_mark_head", In: field.Head, At: sfqStats + 20, Type: &field.U32},
	{Label: "forced_drop", In: field.Head, At: sfqStats + 4, Type: &field.U32},
}}

// forcedMark begins the second line of them.
var forcedMark = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.NL()
	v.Pen.Uint(r.Label, "  "+r.Label+" ", uint64(rtnl.U32(b)), "")
}}

func printSfqXstats(v *field.View) {
	v.Pen.Int("allot", "  allot ", int64(int32(kind.At(v.Head).U32(0))), "")
}
