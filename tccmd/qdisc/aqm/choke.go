package aqm

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// Choke drops by random early detection, and packets of the same flow with one that
// waits. It has struct tc_red_qopt, in packets.
var Choke = kind.Kind{Build: buildChoke, Print: printChoke, Stats: &chokeStats, Table: field.Table{Name: "choke", Voice: &kind.Voice, Rows: []*field.Row{
	{Words: "=limit", In: field.Slot, Attr: RedLimit, Type: &field.U32},
	{Words: "=bandwidth", In: field.Slot, Attr: redRate, Type: &kind.Rate},
	{Words: "=ecn", In: field.Slot, Attr: RedFlagBits, Arg: uapi.TC_RED_ECN, Type: &field.Bit32},
	{Words: "=min", In: field.Slot, Attr: redMin, Type: &field.U32},
	{Words: "=max", In: field.Slot, Attr: redMax, Type: &field.U32},
	{Words: "=burst", In: field.Slot, Attr: RedBurst, Type: &field.U32},
	{Words: "=avpkt", In: field.Slot, Attr: RedAvpkt, Type: &kind.Count},
	{Words: "=probability", In: field.Slot, Attr: RedProb, Type: &Probability},
}}}

// chokeStats is struct tc_choke_xstats.
var chokeStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "marked", In: field.Head, At: 12, Type: &field.U32},
	{Label: "early", In: field.Head, At: 0, Type: &field.U32},
	{Label: "pdrop", In: field.Head, At: 4, Type: &field.U32},
	{Label: "other", In: field.Head, At: 8, Type: &field.U32},
	{Label: "matched", In: field.Head, At: 16, Type: &field.U32},
}}

func buildChoke(c *field.Call, m *rtnl.Msg) error {
	limit, rate := kind.SlotNumber(c, RedLimit), kind.SlotNumber(c, redRate)
	if limit == 0 || rate == 0 {
		return cli.Fail("Required parameter (bandwidth, limit) is missing")
	}
	least, most, burst, avpkt := kind.SlotNumber(c, redMin), kind.SlotNumber(c, redMax), kind.SlotNumber(c, RedBurst), UsualPacket(c)
	if most == 0 {
		most = limit / 4
	}
	if least == 0 {
		least = most / 3
	}
	if burst == 0 {
		burst = (2*least + most) / 3
	}
	if err := RedOrder(limit, least, most); err != nil {
		return err
	}
	logs, table, prob, err := redTables(c, "CHOKE", least*avpkt, most*avpkt, burst, avpkt, rate)
	if err != nil {
		return err
	}
	b := append(rtnl.AppendUint32s(nil, limit, least, most), logs[:]...)
	m.Attr(uapi.TCA_CHOKE_PARMS, append(b, byte(kind.SlotNumber(c, RedFlagBits))))
	m.Attr(uapi.TCA_CHOKE_STAB, table)
	m.U32(uapi.TCA_CHOKE_MAX_P, prob)
	return nil
}

func printChoke(v *field.View) {
	p, b := v.Pen, kind.At(v.Get(0, uapi.TCA_CHOKE_PARMS))
	if len(b) < redSize {
		return
	}
	for i, label := range [...]string{"limit", "min", "max"} {
		p.Uint(label, label+" ", uint64(b.U32(4*i)), "p ")
	}
	PrintRedFlags(v, uint32(b.U8(15)))
	if v.Env.Opt.Details > 0 {
		printRedDetails(v, b.U8(12), b.U8(13), b.U8(14), v.Get(0, uapi.TCA_CHOKE_MAX_P))
	}
}
