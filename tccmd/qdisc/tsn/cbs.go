package tsn

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// CBS has struct tc_cbs_qopt: offload, then credits and slopes of 32 bits each.
var CBS = kind.Kind{Begin: func(c *field.Call) { c.Put(0, uapi.TCA_CBS_PARMS, make([]byte, 20)) }, Table: field.Table{
	Name: "cbs", Voice: &cbsVoice, First: "offload hicredit", Rows: []*field.Row{
		{Words: "hicredit", Attr: uapi.TCA_CBS_PARMS, At: 4, Type: &cbsNumber},
		{Words: "locredit", Attr: uapi.TCA_CBS_PARMS, At: 8, Type: &cbsNumber},
		{Words: "sendslope", Attr: uapi.TCA_CBS_PARMS, At: 16, Type: &cbsNumber},
		{Words: "idleslope", Attr: uapi.TCA_CBS_PARMS, At: 12, Type: &cbsNumber},
		{Words: "offload", Attr: uapi.TCA_CBS_PARMS, At: 0, Type: &field.Type{Size: 1, Read: parseCBS}},
	}}}

var (
	cbsVoice  = field.Voice{Bad: `cbs: illegal value for "{word}"`, Wrong: kind.WrongValue, Unknown: kind.UnknownParameter}
	cbsNumber = field.Type{Size: 4, Form: field.Signed, Read: parseCBS}
)

// parseCBS reads a number, which may not be given again once it is not 0.
func parseCBS(c *field.Call, r *field.Row, s string) error {
	if c.Number(r) != 0 {
		return kind.Wrong(`cbs: duplicate "`+r.Word()+`" specification`, "")
	}
	scan := field.S32.Scan
	if r.Type.Size == 1 {
		scan = field.ScanNumber
	}
	n, err := scan(c, r, s)
	if err == nil {
		c.Set(r, n)
	}
	return err
}
