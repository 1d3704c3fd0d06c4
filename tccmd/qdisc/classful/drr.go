package classful

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// DRR and qfq give classes shares of a link; only these have options.
var (
	DRR = kind.Kind{Options: kind.Never, Words: " ", Print: kind.PrintNothing, Class: &drrClass, Table: field.Table{Name: "drr", Voice: &kind.Voice}}

	drrClass = kind.Kind{Print: printDRR, Xstats: printDeficit, Table: field.Table{Name: "drr", Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=quantum", Attr: uapi.TCA_DRR_QUANTUM, Type: &kind.Size},
	}}}

	QFQ = kind.Kind{Options: kind.Never, Words: " ", Print: kind.PrintNothing, Class: &qfqClass, Table: field.Table{Name: "qfq", Voice: &shortHelp}}

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

// Multiq has a band for each queue of a device; the kernel counts them.
var Multiq = kind.Kind{Words: " ", Print: printMultiq, Table: field.Table{Name: "multiq", Size: 4, Voice: &kind.Voice}}

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
