package tsn

import (
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// printSchedule prints the times of a schedule, the one that is in use or the one that
// waits, and its entries.
func printSchedule(p *show.Pen, tb [][]byte) {
	for _, t := range [...]struct {
		attr       uint16
		key, label string
	}{
		{uapi.TCA_TAPRIO_ATTR_SCHED_BASE_TIME, "base_time", "\tbase-time "},
		{uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME, "cycle_time", " cycle-time "},
		{uapi.TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION, "cycle_time_extension", " cycle-time-extension "},
	} {
		b := kind.At(tb[t.attr])
		if b == nil {
			continue
		}
		p.JUint(t.key, b.U64(0))
		if !p.JSON() {
			p.Int("", t.label, int64(b.U64(0)), "")
		}
	}
	list := tb[uapi.TCA_TAPRIO_ATTR_SCHED_ENTRY_LIST]
	if list == nil {
		return
	}
	p.OpenArray("schedule")
	p.NL()
	for _, entry := range rtnl.Attrs(list) {
		printGate(p, entry)
	}
	p.CloseArray()
}

func printGate(p *show.Pen, entry []byte) {
	p.OpenObject("")
	if b := kind.At(rtnl.Find(entry, uapi.TCA_TAPRIO_SCHED_ENTRY_INDEX)); b != nil {
		p.Uint("index", "\tindex ", uint64(b.U32(0)), "")
	}
	if b := kind.At(rtnl.Find(entry, uapi.TCA_TAPRIO_SCHED_ENTRY_CMD)); b != nil {
		p.Str("cmd", " cmd ", gateNames.Or(uint64(b.U8(0)), "Invalid"), "")
	}
	if b := kind.At(rtnl.Find(entry, uapi.TCA_TAPRIO_SCHED_ENTRY_GATE_MASK)); b != nil {
		p.Hex0x("gatemask", " gatemask ", uint64(b.U32(0)), "")
	}
	if b := kind.At(rtnl.Find(entry, uapi.TCA_TAPRIO_SCHED_ENTRY_INTERVAL)); b != nil {
		p.Uint("interval", " interval ", uint64(b.U32(0)), "")
	}
	p.CloseObject()
	p.NL()
}

// printClassSizes prints the largest size of a packet of each class, on a line.
func printClassSizes(p *show.Pen, sizes []uint32) {
	if len(sizes) == 0 {
		return
	}
	p.Text("max-sdu")
	p.OpenArray("max-sdu")
	for _, n := range sizes {
		p.Uint("", " ", uint64(n), "")
	}
	p.CloseArray()
	p.NL()
}

// printTaprioXstats prints what a device that does it counts.
func printTaprioXstats(v *field.View) {
	v.Of(v.Env, v.Head)
	for _, s := range [...]struct {
		attr uint16
		key  string
	}{{uapi.TCA_TAPRIO_OFFLOAD_STATS_WINDOW_DROPS, "window_drops"}, {uapi.TCA_TAPRIO_OFFLOAD_STATS_TX_OVERRUNS, "tx_overruns"}} {
		if b := kind.At(v.Get(0, s.attr)); b != nil {
			v.Pen.Uint(s.key, " "+s.key+" ", b.U64(0), "")
		}
	}
}
