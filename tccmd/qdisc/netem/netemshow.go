package netem

import (
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// A netemView is the options of a netem qdisc. In text all values but the first have
// a blank before them, in JSON percentages are fractions and times seconds.
type netemView struct {
	*field.View
	p    *show.Pen
	head kind.At
	corr kind.At
}

func printNetem(f *field.View) {
	if f.Head == nil {
		f.Env.Warnf("options size error\n")
		return
	}
	v := netemView{f, f.Pen, f.Head, f.Get(0, uapi.TCA_NETEM_CORR)}
	if v.short() {
		return
	}
	v.p.Uint("limit", "limit ", uint64(v.head.U32(netemLimit)), "")
	v.delay()
	if n := v.head.U32(netemLossAt); n != 0 {
		v.chances("loss-random", []string{"loss"}, " loss", n, v.corr.U32(lossCorr))
	}
	if b := kind.At(rtnl.Find(v.Get(0, uapi.TCA_NETEM_LOSS), uapi.NETEM_LOSS_GI)); b != nil {
		v.model("loss-state", []string{"p13", "p31", "p32", "p23", "p14"}, " loss state p13", b, -1)
	}
	if b := kind.At(rtnl.Find(v.Get(0, uapi.TCA_NETEM_LOSS), uapi.NETEM_LOSS_GE)); b != nil {
		v.model("loss-gemodel", []string{"p", "r", "1-h", "1-k"}, " loss gemodel p", b, 2)
	}
	if n := v.head.U32(netemDuplicate); n != 0 {
		v.chances("duplicate", []string{"duplicate"}, " duplicate", n, v.corr.U32(duplicateCorr))
	}
	for key, attr := range pairs {
		if b := kind.At(v.Get(0, attr)); b.U32(0) != 0 {
			v.chances(key, []string{key}, " "+key, b.U32(0), b.U32(4))
		}
	}
	v.rate()
	v.slot()
	if b := v.Get(0, uapi.TCA_NETEM_PRNG_SEED); b != nil {
		v.p.Uint("seed", " seed ", rtnl.U64(b), "")
	}
	ecn := v.Get(0, uapi.TCA_NETEM_ECN) != nil
	v.p.JBool("ecn", ecn)
	if ecn {
		v.p.Text(" ecn ")
	}
	gap := uint64(v.head.U32(netemGap))
	if gap != 0 || v.p.JSON() {
		v.p.Uint("gap", " gap ", gap, "")
	}
}

// pairs are the chances that have a correlation of their own beside them.
func pairs(yield func(key string, attr uint16) bool) {
	_ = yield("reorder", uapi.TCA_NETEM_REORDER) && yield("corrupt", uapi.TCA_NETEM_CORRUPT)
}

// short reports whether an attribute is shorter than what it has to hold: then the real
// tool prints nothing.
func (v *netemView) short() bool {
	for _, a := range [...]struct{ attr, size uint16 }{
		{uapi.TCA_NETEM_CORR, 12}, {uapi.TCA_NETEM_REORDER, 8}, {uapi.TCA_NETEM_CORRUPT, 8}, {uapi.TCA_NETEM_RATE, 16},
		{uapi.TCA_NETEM_ECN, 4}, {uapi.TCA_NETEM_RATE64, 8}, {uapi.TCA_NETEM_LATENCY64, 8}, {uapi.TCA_NETEM_JITTER64, 8},
		{uapi.TCA_NETEM_SLOT, slotSize}, {uapi.TCA_NETEM_PRNG_SEED, 8},
	} {
		if b := v.Get(0, a.attr); b != nil && len(b) < int(a.size) {
			return true
		}
	}
	return false
}

// percent writes a chance: "LABEL 5%", in JSON a fraction.
func (v *netemView) percent(key, label string, n uint32) {
	if v.p.JSON() {
		v.p.Float(key, "", float64(n)/0xFFFFFFFF, "")
		return
	}
	v.p.Float("", label+" ", 100*float64(n)/0xFFFFFFFF, "%")
}

// correlation writes one; in text, if there is one.
func (v *netemView) correlation(there bool, n uint32) {
	if there || v.p.JSON() {
		v.percent("correlation", "", n)
	}
}

func (v *netemView) delay() {
	latency, jitter := rtnl.U64(v.Get(0, uapi.TCA_NETEM_LATENCY64)), rtnl.U64(v.Get(0, uapi.TCA_NETEM_JITTER64))
	if latency == 0 {
		return
	}
	v.p.OpenObject("delay")
	v.time("delay", " delay", int64(latency))
	if jitter != 0 || v.p.JSON() {
		v.time("jitter", " ", int64(jitter))
	}
	corr := v.corr.U32(delayCorr)
	v.correlation(jitter != 0 && corr != 0, corr)
	v.p.CloseObject()
}

// time writes nanoseconds, "LABEL 1ms", in JSON as seconds.
func (v *netemView) time(key, label string, ns int64) {
	if v.p.JSON() {
		v.p.Float(key, "", float64(uint64(ns))/1e9, "")
		return
	}
	var b [32]byte
	v.p.Bytes("", label+" ", kind.AppendTime64(b[:0], ns), "")
}

func (v *netemView) chances(key string, keys []string, label string, n, corr uint32) {
	v.p.OpenObject(key)
	v.percent(keys[0], label, n)
	v.correlation(corr != 0, corr)
	v.p.CloseObject()
}

// model writes the chances of a model of loss; that at inverted is shown as the rest.
func (v *netemView) model(key string, keys []string, label string, b kind.At, inverted int) {
	v.p.OpenObject(key)
	for i, k := range keys {
		n := b.U32(4 * i)
		if i == inverted {
			n = ^n
		}
		if i > 0 {
			label = " " + k
		}
		v.percent(k, label, n)
	}
	v.p.CloseObject()
}

func (v *netemView) rate() {
	b := kind.At(v.Get(0, uapi.TCA_NETEM_RATE))
	rate := uint64(b.U32(0))
	if rate == 0 {
		return
	}
	if n := rtnl.U64(v.Get(0, uapi.TCA_NETEM_RATE64)); n != 0 {
		rate = n
	}
	v.p.OpenObject("rate")
	kind.Rated(v.View, "rate", " rate ", rate, "")
	v.count("packetoverhead", int64(int32(b.U32(4))))
	v.count("cellsize", int64(b.U32(8)))
	v.count("celloverhead", int64(int32(b.U32(12))))
	v.p.CloseObject()
}

// count writes a number; in text, if it is not 0.
func (v *netemView) count(label string, n int64) {
	if n != 0 || v.p.JSON() {
		v.p.Int(label, " "+label+" ", n, "")
	}
}

func (v *netemView) slot() {
	b := kind.At(v.Get(0, uapi.TCA_NETEM_SLOT))
	if b == nil {
		return
	}
	v.p.OpenObject("slot")
	if jitter := int64(b.U64(slotJitter)); jitter > 0 {
		v.time("distribution", " slot distribution", int64(b.U64(slotDelay)))
		v.time("jitter", "", jitter)
	} else {
		v.time("min-delay", " slot", int64(b.U64(slotMin)))
		v.time("max-delay", "", int64(b.U64(slotMax)))
	}
	v.count("packets", int64(int32(b.U32(slotPackets))))
	v.count("bytes", int64(int32(b.U32(slotBytes))))
	v.p.CloseObject()
}

// printNetemXstats prints struct tc_netem_xstats.
func printNetemXstats(v *field.View) {
	b, pre := kind.At(v.Head), "  "
	for i, label := range [...]string{"delayed", "dropped", "corrupted", "duplicated", "reordered", "ecn_marked", "alloc_errors"} {
		if n := b.U64(8 * i); n != 0 || i < 6 {
			v.Pen.Uint(label, pre+label+" ", n, "")
		}
		pre = " "
	}
}
