package fair

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// HHF looks for flows that take much of a link, and gives others priority.
var HHF = kind.Kind{Stats: &hhfStats, Table: field.Table{Name: "hhf", Voice: &kind.Voice,
	Send: []uint16{uapi.TCA_HHF_BACKLOG_LIMIT, uapi.TCA_HHF_QUANTUM, uapi.TCA_HHF_HH_FLOWS_LIMIT, uapi.TCA_HHF_RESET_TIMEOUT,
		uapi.TCA_HHF_ADMIT_BYTES, uapi.TCA_HHF_EVICT_TIMEOUT, uapi.TCA_HHF_NON_HH_WEIGHT},
	Rows: []*field.Row{
		{Words: "=limit", Attr: uapi.TCA_HHF_BACKLOG_LIMIT, Type: &kind.Packets, Flags: field.OmitZero},
		{Words: "=quantum", Attr: uapi.TCA_HHF_QUANTUM, Type: &kind.PlainSize, Flags: field.OmitZero},
		{Words: "=hh_limit", Attr: uapi.TCA_HHF_HH_FLOWS_LIMIT, Type: &field.U32, Flags: field.OmitZero},
		{Words: "=reset_timeout", Attr: uapi.TCA_HHF_RESET_TIMEOUT, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=admit_bytes", Attr: uapi.TCA_HHF_ADMIT_BYTES, Type: &kind.PlainSize, Flags: field.OmitZero},
		{Words: "=evict_timeout", Attr: uapi.TCA_HHF_EVICT_TIMEOUT, Type: &kind.Time, Flags: field.OmitZero},
		{Words: "=non_hh_weight", Attr: uapi.TCA_HHF_NON_HH_WEIGHT, Type: &field.U32, Flags: field.OmitZero},
	}}}

var hhfStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "drop_overlimit", In: field.Head, At: 0, Type: &field.U32},
	{Label: "hh_overlimit", In: field.Head, At: 4, Type: &field.U32},
	{Label: "tot_hh", In: field.Head, At: 8, Type: &field.U32},
	{Label: "cur_hh", In: field.Head, At: 12, Type: &field.U32},
}}
