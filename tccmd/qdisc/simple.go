package qdisc

import (
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

var (
	// skbprio drops packets of low priority first.
	skbprio = kind.Kind{Options: kind.IfAny, Table: field.Table{Name: "skbprio", Size: 4, Voice: &skbprioVoice, Rows: []*field.Row{
		{Words: "=limit", In: field.Head, Type: &kind.Count},
	}}}
	skbprioVoice = field.Voice{Bad: `{table}: Illegal "{word}" value`, Wrong: wrongTight, Unknown: kind.UnknownParameter}

	// plug holds packets back until it is told to let them go: struct tc_plug_qopt.
	plug = kind.Kind{Options: kind.IfAny, Print: kind.PrintNothing, Table: field.Table{Name: "plug", Size: 8, Voice: &plugVoice, Rows: []*field.Row{
		{Words: "=block", In: field.Head, Arg: uapi.TCQ_PLUG_BUFFER, Type: &field.Word32},
		{Words: "=release", In: field.Head, Arg: uapi.TCQ_PLUG_RELEASE_ONE, Type: &field.Word32},
		{Words: "=release_indefinite", In: field.Head, Arg: uapi.TCQ_PLUG_RELEASE_INDEFINITE, Type: &field.Word32},
		{Words: "=limit", In: field.Head, At: 4, Type: &field.Type{Size: 4, Scan: scanPlugLimit}},
	}}}
	plugVoice = field.Voice{Bad: `Illegal value for "{word}"`, Wrong: kind.WrongValue, Unknown: kind.UnknownParameter}
)

func wrongTight(msg, value string) error { return kind.Wrong(msg+`:"`+value+`"`, "") }

// scanPlugLimit reads a limit, which is what is to be done.
func scanPlugLimit(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := kind.Count.Scan(c, r, s)
	if err == nil {
		rtnl.NE.PutUint32(c.Get(field.Head, 0), uapi.TCQ_PLUG_LIMIT)
	}
	return n, err
}
