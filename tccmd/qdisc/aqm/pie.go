package aqm

import (
	"math"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// mostAlpha is the largest alpha or beta.
const mostAlpha = 32

// Pie keeps the delay of a queue low by drops at random (RFC 8033).
var Pie = kind.Kind{Stats: &pieStats, Table: field.Table{Name: "pie", Voice: &kind.Voice,
	Send: []uint16{uapi.TCA_PIE_LIMIT, uapi.TCA_PIE_TUPDATE, uapi.TCA_PIE_TARGET, uapi.TCA_PIE_ALPHA, uapi.TCA_PIE_BETA,
		uapi.TCA_PIE_ECN, uapi.TCA_PIE_BYTEMODE, uapi.TCA_PIE_DQ_RATE_ESTIMATOR},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_PIE_LIMIT, Type: &kind.Packets, Flags: field.OmitZero},
		{Words: "=target", Attr: uapi.TCA_PIE_TARGET, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=tupdate", Attr: uapi.TCA_PIE_TUPDATE, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=alpha", Attr: uapi.TCA_PIE_ALPHA, Arg: mostAlpha, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=beta", Attr: uapi.TCA_PIE_BETA, Arg: mostAlpha, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=ecn", Attr: uapi.TCA_PIE_ECN, Arg: 1, Type: &kind.Flag32},
		{Words: "=noecn", Attr: uapi.TCA_PIE_ECN, Type: &kind.Flag32, Flags: field.Quiet},
		{Words: "=bytemode", Attr: uapi.TCA_PIE_BYTEMODE, Arg: 1, Type: &kind.Flag32},
		{Words: "=nobytemode", Attr: uapi.TCA_PIE_BYTEMODE, Type: &kind.Flag32, Flags: field.Quiet},
		{Words: "=dq_rate_estimator", Attr: uapi.TCA_PIE_DQ_RATE_ESTIMATOR, Arg: 1, Type: &kind.Flag32},
		{Words: "=no_dq_rate_estimator", Attr: uapi.TCA_PIE_DQ_RATE_ESTIMATOR, Type: &kind.Flag32, Flags: field.Quiet},
	}}}

// pieStats is struct tc_pie_xstats.
var pieStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "prob", In: field.Head, Type: &field.Type{Size: 8, Print: printFraction64}},
	{Label: "delay", In: field.Head, At: 8, Type: &kind.Time},
	{Label: "avg_dq_rate", In: field.Head, At: 12, Type: &field.Type{Size: 4, Print: printEstimated}, Flags: field.EOL},
	{Label: "pkts_in", In: field.Head, At: 20, Type: &field.U32},
	{Label: "overlimit", In: field.Head, At: 28, Type: &field.U32},
	{Label: "dropped", In: field.Head, At: 24, Type: &field.U32},
	{Label: "maxq", In: field.Head, At: 32, Type: &field.U32},
	{Label: "ecn_mark", In: field.Head, At: 36, Type: &field.U32},
}}

// printFraction64 writes a part of the largest number of 64 bits.
func printFraction64(v *field.View, r *field.Row, b []byte) {
	behind := v.Label(r)
	v.Pen.Float(r.JSON(), "", float64(rtnl.U64(b))/math.MaxUint64, behind)
}

// printEstimated writes a rate if the kernel estimates it, which it tells behind it.
func printEstimated(v *field.View, r *field.Row, b []byte) {
	if kind.At(b).U32(4) != 0 {
		v.Number(r, uint64(rtnl.U32(b)))
	}
}

// fq_pie has a pie for each flow.
var FqPie = kind.Kind{Nested: true, Stats: &fqPieStats, Table: field.Table{Name: "fq_pie", Voice: &kind.Voice,
	Finish: kind.DropUnset, Send: []uint16{uapi.TCA_FQ_PIE_LIMIT, uapi.TCA_FQ_PIE_FLOWS, uapi.TCA_FQ_PIE_TARGET, uapi.TCA_FQ_PIE_TUPDATE,
		uapi.TCA_FQ_PIE_ALPHA, uapi.TCA_FQ_PIE_BETA, uapi.TCA_FQ_PIE_QUANTUM, uapi.TCA_FQ_PIE_MEMORY_LIMIT, uapi.TCA_FQ_PIE_ECN_PROB,
		uapi.TCA_FQ_PIE_ECN, uapi.TCA_FQ_PIE_BYTEMODE, uapi.TCA_FQ_PIE_DQ_RATE_ESTIMATOR},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_FQ_PIE_LIMIT, Type: &kind.Packets, Flags: field.OmitZero},
		{Words: "=flows", Attr: uapi.TCA_FQ_PIE_FLOWS, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=target", Attr: uapi.TCA_FQ_PIE_TARGET, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=tupdate", Attr: uapi.TCA_FQ_PIE_TUPDATE, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=alpha", Attr: uapi.TCA_FQ_PIE_ALPHA, Arg: mostAlpha, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=beta", Attr: uapi.TCA_FQ_PIE_BETA, Arg: mostAlpha, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=quantum", Attr: uapi.TCA_FQ_PIE_QUANTUM, Type: &kind.Size, Flags: field.OmitZero},
		{Words: "=memory_limit", Attr: uapi.TCA_FQ_PIE_MEMORY_LIMIT, Type: &kind.Size, Flags: field.OmitZero},
		{Words: "=ecn_prob", Attr: uapi.TCA_FQ_PIE_ECN_PROB, Arg: 99, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=ecn", Attr: uapi.TCA_FQ_PIE_ECN, Arg: 1, Type: &kind.Flag32},
		{Words: "=noecn", Attr: uapi.TCA_FQ_PIE_ECN, Type: &kind.Flag32, Flags: field.Quiet},
		{Words: "=bytemode", Attr: uapi.TCA_FQ_PIE_BYTEMODE, Arg: 1, Type: &kind.Flag32},
		{Words: "=nobytemode", Attr: uapi.TCA_FQ_PIE_BYTEMODE, Type: &kind.Flag32, Flags: field.Quiet},
		{Words: "=dq_rate_estimator", Attr: uapi.TCA_FQ_PIE_DQ_RATE_ESTIMATOR, Arg: 1, Type: &kind.Flag32},
		{Words: "=no_dq_rate_estimator", Attr: uapi.TCA_FQ_PIE_DQ_RATE_ESTIMATOR, Type: &kind.Flag32, Flags: field.Quiet},
	}}}

// fqPieStats is struct tc_fq_pie_xstats.
var fqPieStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "pkts_in", In: field.Head, At: 0, Type: &field.U32},
	{Label: "overlimit", In: field.Head, At: 8, Type: &field.U32},
	{Label: "overmemory", In: field.Head, At: 12, Type: &field.U32},
	{Label: "dropped", In: field.Head, At: 4, Type: &field.U32},
	{Label: "ecn_mark", In: field.Head, At: 16, Type: &field.U32, Flags: field.EOL},
	{Label: "new_flow_count", In: field.Head, At: 20, Type: &field.U32},
	{Label: "new_flows_len", In: field.Head, At: 24, Type: &field.U32},
	{Label: "old_flows_len", In: field.Head, At: 28, Type: &field.U32},
	{Label: "memory_used", In: field.Head, At: 32, Type: &field.U32},
}}
