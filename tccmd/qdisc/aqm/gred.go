package aqm

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Gred has virtual queues, of which each drops by random early detection: struct
// tc_gred_qopt. How many there are is set up first, by other words.
var Gred = kind.Kind{Build: buildGred, Print: printGred, Table: field.Table{Name: "gred", Voice: &kind.Voice, Rows: []*field.Row{
	{Words: "=limit", In: field.Slot, Attr: RedLimit, Type: &kind.Count},
	{Words: "=setup", Value: "vqs NUMBER default NUMBER [ grio ] [ limit BYTES ] [ ecn ] [ harddrop ]", In: field.Slot, Type: &field.Type{Parse: parseGredSetup}},
	{Words: "=min", In: field.Slot, Attr: redMin, Type: &kind.Count},
	{Words: "=max", In: field.Slot, Attr: redMax, Type: &kind.Count},
	{Words: "=vq|=DP", In: field.Slot, Attr: gredQueue, Type: &field.Type{Size: 4, Scan: scanQueue}},
	{Words: "=burst", In: field.Slot, Attr: RedBurst, Type: &field.U32},
	{Words: "=avpkt", In: field.Slot, Attr: RedAvpkt, Type: &kind.Count},
	{Words: "=probability", In: field.Slot, Attr: RedProb, Type: &Probability},
	{Words: "=prio", In: field.Slot, Attr: gredPrio, Type: &field.Type{Size: 1, Scan: scanGredPrio}},
	{Words: "=bandwidth", In: field.Slot, Attr: redRate, Type: &kind.Rate},
	{Words: "=ecn", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_ECN, Type: &field.Bit32},
	{Words: "=harddrop", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_HARDDROP, Type: &field.Bit32},
}}}

// gredSetup has struct tc_gred_sopt: the number of queues, the default one, whether
// they share an average, and flags.
var gredSetup = kind.Kind{Table: field.Table{Name: "gred setup", Voice: &kind.Voice, Rows: []*field.Row{
	{Words: "=vqs|=DPs", In: field.Slot, Attr: gredCount, Type: &field.Type{Size: 4, Scan: scanQueues}},
	{Words: "=default", In: field.Slot, Attr: gredDefault, Type: &field.Type{Size: 4, Parse: parseGredDefault}},
	{Words: "=grio", In: field.Slot, Attr: gredGrio, Arg: 1, Type: &field.Word32},
	{Words: "=limit", In: field.Slot, Attr: RedLimit, Type: &kind.Count},
	{Words: "=ecn", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_ECN, Type: &field.Bit32},
	{Words: "=harddrop", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_HARDDROP, Type: &field.Bit32},
}}}

// The values that words give, beside those of red.
const (
	gredQueue = iota + RedFlagBits + 1
	gredPrio
	gredCount
	gredDefault
	gredGrio
)

const (
	mostQueues   = uapi.MAX_DPs
	gredSize     = 52 // of struct tc_gred_qopt
	gredSoptSize = 12
)

// parseGredSetup goes on with the words of the set-up.
func parseGredSetup(c *field.Call, _ *field.Row) error {
	if gredGiven(c) {
		return cli.Fail(`Illegal "setup"`)
	}
	t := kind.Of(c)
	c.Begin(c.Env, c.Args, &gredSetup.Table)
	c.For, t.Kind = t, &gredSetup
	return nil
}

// gredGiven reports whether a word was there that has a value.
func gredGiven(c *field.Call) bool {
	for _, slot := range [...]uint16{RedLimit, redMin, redMax, gredQueue, RedBurst, RedAvpkt, RedProb, gredPrio, redRate} {
		if c.Get(field.Slot, slot) != nil {
			return true
		}
	}
	return false
}

func scanQueue(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 10, 32)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n >= mostQueues:
		return 0, tooManyQueues()
	}
	return n, nil
}

func scanQueues(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 10, 32)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n > mostQueues:
		return 0, tooManyQueues()
	}
	return n, nil
}

func tooManyQueues() error {
	return cli.Fail("GRED: only %d VQs are currently supported", mostQueues)
}

func scanGredPrio(_ *field.Call, _ *field.Row, s string) (uint64, error) {
	n, _, _ := word.Strtol(s, 10)
	return uint64(n), nil
}

func parseGredDefault(c *field.Call, r *field.Row) error {
	count := kind.SlotNumber(c, gredCount)
	if count == 0 {
		return cli.Fail(`"default" must be defined after "vqs"`)
	}
	n, err := c.Uint(r, 10, 32)
	switch {
	case err != nil:
		return err
	case n >= uint64(count):
		return cli.Fail(`"default" must be less than "vqs"`)
	}
	c.Set(r, n)
	return nil
}

func buildGred(c *field.Call, m *rtnl.Msg) error {
	if c.Table == &gredSetup.Table {
		return buildGredSetup(c, m)
	}
	if !gredGiven(c) {
		return kind.Of(c).Kind.Usage("")
	}
	limit, least, most, avpkt, burst := kind.SlotNumber(c, RedLimit), kind.SlotNumber(c, redMin), kind.SlotNumber(c, redMax), kind.SlotNumber(c, RedAvpkt), kind.SlotNumber(c, RedBurst)
	if c.Get(field.Slot, gredQueue) == nil || limit == 0 || least == 0 || most == 0 || avpkt == 0 {
		return cli.Fail("Required parameter (vq, limit, min, max, avpkt) is missing")
	}
	if burst == 0 {
		burst = (2*least + most) / (3 * avpkt)
		c.Env.Warnf("GRED: set burst to %d\n", burst)
	}
	logs, table, prob, err := redTables(c, "GRED", least, most, burst, avpkt, redBandwidth(c, "GRED"))
	if err != nil {
		return err
	}
	queue := kind.SlotNumber(c, gredQueue)
	b := make([]byte, gredSize)
	for i, n := range [...]uint32{limit, least, most, queue} {
		rtnl.NE.PutUint32(b[4*i:], n)
	}
	copy(b[gredLogs:], logs[:])
	b[gredLogs+3] = rtnl.U8(c.Get(field.Slot, gredPrio))
	m.Attr(uapi.TCA_GRED_PARMS, b)
	m.Attr(uapi.TCA_GRED_STAB, table)
	m.U32(uapi.TCA_GRED_MAX_P, prob)
	list := m.Nest(uapi.TCA_GRED_VQ_LIST)
	entry := m.Nest(uapi.TCA_GRED_VQ_ENTRY)
	m.U32(uapi.TCA_GRED_VQ_DP, queue)
	m.U32(uapi.TCA_GRED_VQ_FLAGS, kind.SlotNumber(c, RedFlagBits))
	m.End(entry)
	m.End(list)
	return nil
}

func buildGredSetup(c *field.Call, m *rtnl.Msg) error {
	count := kind.SlotNumber(c, gredCount)
	if count == 0 || c.Get(field.Slot, gredDefault) == nil {
		return cli.Fail("Illegal gred setup parameters")
	}
	m.SetFlags(unix.NLM_F_CREATE)
	b := rtnl.AppendUint32s(nil, count, kind.SlotNumber(c, gredDefault))
	m.Attr(uapi.TCA_GRED_DPS, append(b, byte(kind.SlotNumber(c, gredGrio)), byte(kind.SlotNumber(c, RedFlagBits)), 0, 0))
	if limit := kind.SlotNumber(c, RedLimit); limit != 0 {
		m.U32(uapi.TCA_GRED_LIMIT, limit)
	}
	return nil
}

// Places in struct tc_gred_qopt.
const (
	gredQueueAt = 12
	gredBacklog = 16
	gredAverage = 20
	gredDrops   = 24 // forced, early, other, pdrop
	gredLogs    = 40
	gredPackets = 44
	gredBytes   = 48
)

func printGred(v *field.View) {
	p, b, all := v.Pen, kind.At(v.Get(0, uapi.TCA_GRED_PARMS)), kind.At(v.Get(0, uapi.TCA_GRED_DPS))
	switch {
	case b == nil:
		return
	case len(all) < gredSoptSize || len(b) < gredSize*mostQueues:
		p.Raw("\n GRED received message smaller than expected\n")
		return
	}
	p.Uint("dp_cnt", "vqs ", uint64(all.U32(0)), " ")
	p.Uint("dp_default", "default ", uint64(all.U32(4)), " ")
	shared := all.U8(8) != 0
	p.JBool("grio", shared)
	if shared {
		p.Text("grio ")
	}
	if limit := v.Get(0, uapi.TCA_GRED_LIMIT); len(limit) == 4 {
		kind.Sized(p, "limit", "limit ", uint64(rtnl.U32(limit)), " ")
	}
	PrintRedFlags(v, uint32(all.U8(9)))
	probs := kind.At(v.Get(0, uapi.TCA_GRED_MAX_P))
	if len(probs) < 4*mostQueues {
		probs = nil
	}
	lists := v.Get(0, uapi.TCA_GRED_VQ_LIST)
	p.OpenArray("vqs")
	for i := range mostQueues {
		if q := b[gredSize*i:][:gredSize]; q.U32(gredQueueAt) < mostQueues {
			p.OpenObject("")
			printVirtual(v, q, probs, i, lists)
			p.CloseObject()
		}
	}
	p.CloseArray()
}

// printVirtual prints the virtual queue in the i-th place.
func printVirtual(v *field.View, q, probs kind.At, i int, lists []byte) {
	p, details := v.Pen, v.Env.Opt.Details > 0
	var counts [uapi.TCA_GRED_VQ_FLAGS + 1][]byte
	rtnl.Index(counts[:], findVirtual(lists, uint32(i)))
	p.Uint("vq", "\n vq ", uint64(q.U32(gredQueueAt)), " ")
	p.Uint("prio", "prio ", uint64(q.U8(gredLogs+3)), " ")
	for i, label := range [...]string{"limit", "min", "max"} {
		kind.Sized(p, label, label+" ", uint64(q.U32(4*i)), " ")
	}
	if flags := counts[uapi.TCA_GRED_VQ_FLAGS]; flags != nil {
		PrintRedFlags(v, rtnl.U32(flags))
	}
	if details {
		p.Uint("ewma", "ewma ", uint64(q.U8(gredLogs)), " ")
		if probs != nil {
			p.Float("probability", "probability ", float64(probs.U32(4*i))/(1<<32), " ")
		} else {
			p.Uint("Plog", "Plog ", uint64(q.U8(gredLogs+1)), " ")
		}
		p.Uint("Scell_log", "Scell_log ", uint64(q.U8(gredLogs+2)), " ")
	}
	if v.Env.Opt.Stats > 0 {
		printVirtualStats(v, q, counts[:], lists != nil)
	}
}

// findVirtual finds the attributes of the queue with that number.
func findVirtual(lists []byte, queue uint32) []byte {
	for t, entry := range rtnl.Attrs(lists) {
		if b := rtnl.Find(entry, uapi.TCA_GRED_VQ_DP); t == uapi.TCA_GRED_VQ_ENTRY && b != nil && rtnl.U32(b) == queue {
			return entry
		}
	}
	return nil
}

// A gredCounter is one of the counters: the attribute that has it, or, of kernels
// without those, its place in the struct; 0 if it has none there.
type gredCounter struct {
	line, key, label string // a line begins if it has text
	attr             uint16
	at               int
}

var gredCounters = [...]gredCounter{
	{"\n  Dropped packets: ", "forced_drop", "forced ", uapi.TCA_GRED_VQ_STAT_FORCED_DROP, gredDrops},
	{"", "prob_drop", "early ", uapi.TCA_GRED_VQ_STAT_PROB_DROP, gredDrops + 4},
	{"", "pdrop", "pdrop ", uapi.TCA_GRED_VQ_STAT_PDROP, gredDrops + 12},
	{"", "other", "other ", uapi.TCA_GRED_VQ_STAT_OTHER, gredDrops + 8},
	{"\n  Marked packets: ", "forced_mark", "forced ", uapi.TCA_GRED_VQ_STAT_FORCED_MARK, 0},
	{"", "prob_mark", "early ", uapi.TCA_GRED_VQ_STAT_PROB_MARK, 0},
}

// printVirtualStats prints the counters of a virtual queue. Line breaks are ones even
// with -o.
func printVirtualStats(v *field.View, q kind.At, counts [][]byte, listed bool) {
	p := v.Pen
	p.Text("\n  Queue size: ")
	kind.Sized(p, "qave", "average ", uint64(q.U32(gredAverage)), " ")
	kind.Sized(p, "backlog", "current ", uint64(q.U32(gredBacklog)), " ")
	for i := range gredCounters {
		c := &gredCounters[i]
		n := rtnl.U32(counts[c.attr])
		switch {
		case listed:
		case c.at == 0:
			continue
		default:
			n = q.U32(c.at)
		}
		p.Text(c.line)
		p.Uint(c.key, c.label, uint64(n), " ")
	}
	bytes := rtnl.U32(counts[uapi.TCA_GRED_VQ_STAT_BYTES])
	if !listed {
		bytes = q.U32(gredBytes)
	}
	p.Text("\n  Total packets: ")
	p.Uint("packets", "", uint64(q.U32(gredPackets)), " ")
	kind.Sized(p, "bytes", "(", uint64(bytes), ") ")
}
