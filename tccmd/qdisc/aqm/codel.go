package aqm

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Codel keeps the delay of a queue low (RFC 8289).
var Codel = kind.Kind{Stats: &codelStats, Table: field.Table{
	Name: "codel", Voice: &kind.Voice, Finish: kind.DropUnset,
	Send: []uint16{uapi.TCA_CODEL_LIMIT, uapi.TCA_CODEL_INTERVAL, uapi.TCA_CODEL_TARGET, uapi.TCA_CODEL_ECN, uapi.TCA_CODEL_CE_THRESHOLD},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_CODEL_LIMIT, Type: &kind.Packets, Flags: field.OmitZero},
		{Words: "=target", Attr: uapi.TCA_CODEL_TARGET, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=ce_threshold", Attr: uapi.TCA_CODEL_CE_THRESHOLD, Type: &kind.Time, Arg: kind.Unset},
		{Words: "=interval", Attr: uapi.TCA_CODEL_INTERVAL, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=ecn", Attr: uapi.TCA_CODEL_ECN, Type: &kind.Flag32, Arg: 1},
		{Words: "=noecn", Attr: uapi.TCA_CODEL_ECN, Type: &kind.Flag32, Flags: field.Quiet},
	}}}

// codelStats is struct tc_codel_xstats.
var codelStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "count", In: field.Head, At: 4, Type: &field.U32},
	{Label: "lastcount", In: field.Head, At: 8, Type: &field.U32},
	{Label: "ldelay", In: field.Head, At: 12, Type: &kind.Time},
	{Label: "dropping", In: field.Head, At: 28, Type: &kind.Flag32},
	{Label: "drop_next", In: field.Head, At: 16, Type: &kind.Until, Flags: field.EOL},
	{Label: "maxpacket", In: field.Head, At: 0, Type: &field.U32},
	{Label: "ecn_mark", In: field.Head, At: 24, Type: &field.U32},
	{Label: "drop_overlimit", In: field.Head, At: 20, Type: &field.U32},
	{Label: "ce_mark", In: field.Head, At: 32, Type: &kind.Some32},
}}

// fq_codel has a codel for each flow (RFC 8290).
var FqCodel = kind.Kind{Xstats: printFqCodelStats, Table: field.Table{
	Name: "fq_codel", Voice: &kind.Voice, Finish: finishFqCodel,
	Send: []uint16{uapi.TCA_FQ_CODEL_LIMIT, uapi.TCA_FQ_CODEL_FLOWS, uapi.TCA_FQ_CODEL_QUANTUM, uapi.TCA_FQ_CODEL_INTERVAL,
		uapi.TCA_FQ_CODEL_TARGET, uapi.TCA_FQ_CODEL_ECN, uapi.TCA_FQ_CODEL_CE_THRESHOLD, uapi.TCA_FQ_CODEL_CE_THRESHOLD_MASK,
		uapi.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR, uapi.TCA_FQ_CODEL_MEMORY_LIMIT, uapi.TCA_FQ_CODEL_DROP_BATCH_SIZE},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_FQ_CODEL_LIMIT, Type: &kind.Packets, Flags: field.OmitZero},
		{Words: "=flows", Attr: uapi.TCA_FQ_CODEL_FLOWS, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=quantum", Attr: uapi.TCA_FQ_CODEL_QUANTUM, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=target", Attr: uapi.TCA_FQ_CODEL_TARGET, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=ce_threshold", Attr: uapi.TCA_FQ_CODEL_CE_THRESHOLD, Type: &kind.Time, Arg: kind.Unset},
		{Words: "=ce_threshold_selector", Value: "VALUE/MASK", Attr: uapi.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR,
			Type: &field.Type{Read: parseSelector, Print: printSelector}, Flags: field.Always},
		{Words: "=interval", Attr: uapi.TCA_FQ_CODEL_INTERVAL, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=memory_limit", Attr: uapi.TCA_FQ_CODEL_MEMORY_LIMIT, Type: &kind.Size, Arg: kind.Unset},
		{Words: "=ecn", Attr: uapi.TCA_FQ_CODEL_ECN, Type: &kind.Flag32, Arg: 1},
		{Words: "=noecn", Attr: uapi.TCA_FQ_CODEL_ECN, Type: &kind.Flag32, Flags: field.Quiet},
		{Words: "=drop_batch", Attr: uapi.TCA_FQ_CODEL_DROP_BATCH_SIZE, Type: &kind.Some32, Flags: field.OmitZero},
	}}}

// noSelector is the selector that counts as none.
const noSelector = 0xFF

func finishFqCodel(c *field.Call) error {
	if rtnl.U8(c.Get(0, uapi.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR)) == noSelector {
		c.Drop(0, uapi.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR, uapi.TCA_FQ_CODEL_CE_THRESHOLD_MASK)
	}
	return kind.DropUnset(c)
}

// parseSelector reads which packets the threshold is for: bits of the DS field, and a
// mask.
func parseSelector(c *field.Call, r *field.Row, s string) error {
	value, mask, found := strings.Cut(s, "/")
	if !found {
		return cli.Fail(`Missing mask for "ce_threshold_selector"`)
	}
	m, ok := word.Uint(mask, 0, 8)
	if !ok {
		return cli.Fail(`Illegal mask for "ce_threshold_selector"`)
	}
	n, ok := word.Uint(value, 0, 8)
	if !ok {
		return c.Wrong(r, value)
	}
	c.PutUint(0, uapi.TCA_FQ_CODEL_CE_THRESHOLD_MASK, 1, m, false)
	c.PutUint(0, r.Attr, 1, n, false)
	return nil
}

func printSelector(v *field.View, r *field.Row, b []byte) {
	value, mask := uint64(rtnl.U8(b)), uint64(rtnl.U8(v.Get(0, uapi.TCA_FQ_CODEL_CE_THRESHOLD_MASK)))
	switch {
	case value|mask == 0:
	case v.Pen.JSON():
		v.Pen.JUint("ce_threshold_selector", value)
		v.Pen.JUint("ce_threshold_mask", mask)
	default:
		v.Pen.Hex0x("", "ce_threshold_selector ", value, "")
		v.Pen.Hex0x("", "/", mask, " ")
	}
}

// struct tc_fq_codel_xstats is of a qdisc or of a class, as its first number tells.
func printFqCodelStats(v *field.View) {
	switch kind.At(v.Head).U32(0) {
	case uapi.TCA_FQ_CODEL_XSTATS_QDISC:
		fqCodelStats.Show(v)
	case uapi.TCA_FQ_CODEL_XSTATS_CLASS:
		fqCodelFlow.Show(v)
	}
}

var fqCodelStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "maxpacket", In: field.Head, At: 4, Type: &field.U32},
	{Label: "drop_overlimit", In: field.Head, At: 8, Type: &field.U32},
	{Label: "new_flow_count", In: field.Head, At: 16, Type: &field.U32},
	{Label: "ecn_mark", In: field.Head, At: 12, Type: &field.U32},
	{Label: "ce_mark", In: field.Head, At: 28, Type: &kind.Some32},
	{Label: "memory_used", In: field.Head, At: 32, Type: &kind.Some32},
	{Label: "drop_overmemory", In: field.Head, At: 36, Type: &kind.Some32, Flags: field.EOL},
	{Label: "new_flows_len", In: field.Head, At: 20, Type: &field.U32},
	{Label: "old_flows_len", In: field.Head, At: 24, Type: &field.U32},
}}

var fqCodelFlow = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "deficit", In: field.Head, At: 4, Type: &field.Wrap32},
	{Label: "count", In: field.Head, At: 12, Type: &field.U32},
	{Label: "lastcount", In: field.Head, At: 16, Type: &field.U32},
	{Label: "ldelay", In: field.Head, At: 8, Type: &kind.Time},
	{Label: "dropping", In: field.Head, At: 20, Type: &kind.Flag32},
	{Label: "drop_next", In: field.Head, At: 24, Type: &dropNext},
}}

// dropNext is shown of a flow that drops.
var dropNext = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	if kind.At(v.Head).U32(20) != 0 {
		kind.Until.Print(v, r, b)
	}
}}
