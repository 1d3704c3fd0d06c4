package qdisc

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// drr and qfq give classes shares of a link; only these have options.
var (
	drr = kind.Kind{Options: kind.Never, Words: " ", Print: printNothing, Class: &drrClass, Table: field.Table{Name: "drr", Voice: &kind.Voice}}

	drrClass = kind.Kind{Print: printDRR, Xstats: printDeficit, Table: field.Table{Name: "drr", Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=quantum", Attr: uapi.TCA_DRR_QUANTUM, Type: &kind.Size},
	}}}

	qfq = kind.Kind{Options: kind.Never, Words: " ", Print: printNothing, Class: &qfqClass, Table: field.Table{Name: "qfq", Voice: &shortHelp}}

	qfqClass = kind.Kind{Table: field.Table{Name: "qfq", Voice: &qfqVoice, Rows: []*field.Row{
		{Words: "weight", Attr: uapi.TCA_QFQ_WEIGHT, Type: &kind.Dec32},
		{Words: "maxpkt", Attr: uapi.TCA_QFQ_LMAX, Type: &kind.Dec32},
	}}}
)

// shortHelp is that of kinds that know any prefix of help.
var shortHelp = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: func(c *field.Call) error {
	if kind.IsHelp(c.Typed) {
		return kind.Of(c).Kind.Usage("")
	}
	return kind.Unknown(c)
}}

var qfqVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: kind.Unknown}

// Of drr only text has values.
func printDRR(v *field.View) {
	if b := v.Get(0, uapi.TCA_DRR_QUANTUM); b != nil && !v.Pen.JSON() {
		kind.Sized(v.Pen, "", "quantum ", uint64(kind.At(b).U32(0)), " ")
	}
}

func printDeficit(v *field.View) {
	if !v.Pen.JSON() {
		kind.Sized(v.Pen, "", " deficit ", uint64(kind.At(v.Head).U32(0)), " ")
	}
}

// multiq has a band for each queue of a device; the kernel counts them.
var multiq = kind.Kind{Words: " ", Print: printMultiq, Table: field.Table{Name: "multiq", Size: 4, Voice: &kind.Voice}}

func printMultiq(v *field.View) {
	if v.Head == nil {
		return
	}
	bands, most := uint64(kind.At(v.Head).U16(0)), uint64(kind.At(v.Head).U16(2))
	v.Pen.JUint("bands", bands)
	v.Pen.JUint("max_bands", most)
	if !v.Pen.JSON() {
		v.Pen.Uint("", "bands ", bands, "")
		v.Pen.Uint("", "/", most, " ")
	}
}

var (
	// skbprio drops packets of low priority first.
	skbprio = kind.Kind{Options: kind.IfAny, Table: field.Table{Name: "skbprio", Size: 4, Voice: &skbprioVoice, Rows: []*field.Row{
		{Words: "=limit", In: field.Head, Type: &kind.Count},
	}}}
	skbprioVoice = field.Voice{Bad: `{table}: Illegal "{word}" value`, Wrong: wrongTight, Unknown: unknownParameter}

	// plug holds packets back until it is told to let them go: struct tc_plug_qopt.
	plug = kind.Kind{Options: kind.IfAny, Print: printNothing, Table: field.Table{Name: "plug", Size: 8, Voice: &plugVoice, Rows: []*field.Row{
		{Words: "=block", In: field.Head, Arg: uapi.TCQ_PLUG_BUFFER, Type: &field.Word32},
		{Words: "=release", In: field.Head, Arg: uapi.TCQ_PLUG_RELEASE_ONE, Type: &field.Word32},
		{Words: "=release_indefinite", In: field.Head, Arg: uapi.TCQ_PLUG_RELEASE_INDEFINITE, Type: &field.Word32},
		{Words: "=limit", In: field.Head, At: 4, Type: &field.Type{Size: 4, Scan: scanPlugLimit}},
	}}}
	plugVoice = field.Voice{Bad: `Illegal value for "{word}"`, Wrong: wrongValue, Unknown: unknownParameter}
)

func wrongTight(msg, value string) error { return kind.Wrong(msg+`:"`+value+`"`, "") }

// scanPlugLimit reads a limit, which is what is to be done.
func scanPlugLimit(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := kind.Count.Scan(c, r, s)
	if err == nil {
		c.Get(field.Head, 0)[0] = uapi.TCQ_PLUG_LIMIT
	}
	return n, err
}

// hhf looks for flows that take much of a link, and gives others priority.
var hhf = kind.Kind{Stats: &hhfStats, Table: field.Table{Name: "hhf", Voice: &kind.Voice,
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

// cbs has struct tc_cbs_qopt: offload, then credits and slopes of 32 bits each.
var cbs = kind.Kind{Begin: func(c *field.Call) { c.Put(0, uapi.TCA_CBS_PARMS, make([]byte, 20)) }, Table: field.Table{
	Name: "cbs", Voice: &cbsVoice, First: "offload hicredit", Rows: []*field.Row{
		{Words: "hicredit", Attr: uapi.TCA_CBS_PARMS, At: 4, Type: &cbsNumber},
		{Words: "locredit", Attr: uapi.TCA_CBS_PARMS, At: 8, Type: &cbsNumber},
		{Words: "sendslope", Attr: uapi.TCA_CBS_PARMS, At: 16, Type: &cbsNumber},
		{Words: "idleslope", Attr: uapi.TCA_CBS_PARMS, At: 12, Type: &cbsNumber},
		{Words: "offload", Attr: uapi.TCA_CBS_PARMS, At: 0, Type: &field.Type{Size: 1, Parse: parseCBS}},
	}}}

var (
	cbsVoice  = field.Voice{Bad: `cbs: illegal value for "{word}"`, Wrong: wrongValue, Unknown: unknownParameter}
	cbsNumber = field.Type{Size: 4, Form: field.Signed, Parse: parseCBS}
)

// parseCBS reads a number, which may not be given again once it is not 0.
func parseCBS(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
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
