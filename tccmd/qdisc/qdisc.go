// Package qdisc has the queueing disciplines that tc knows the words and values of, a
// table each (see package kind and docs/tc.md). Others, such as mq and noqueue, have no
// options.
package qdisc

import (
	"gip/internal/field"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc/aqm"
	"gip/tccmd/qdisc/classful"
	"gip/tccmd/qdisc/fair"
	"gip/tccmd/qdisc/netem"
	"gip/tccmd/qdisc/shaper"
	"gip/tccmd/qdisc/tsn"
)

// List is all of them. A new kind is a file and a line here.
var List = []*kind.Kind{
	&pfifo, &bfifo, &pfifoHeadDrop, &pfifoFast, &classful.Prio,
	&netem.Kind, &shaper.TBF, &aqm.Codel, &aqm.FqCodel, &shaper.HTB, &fair.SFQ, &fair.FQ, &aqm.Red,
	&classful.DRR, &classful.QFQ, &classful.Multiq, &skbprio, &plug,
	&fair.HHF, &tsn.CBS, &aqm.Pie, &aqm.FqPie, &shaper.HFSC, &classful.ETS,
	&aqm.Choke, &aqm.Gred, &aqm.SFB, &fair.Cake, &aqm.Dualpi2,
	&tsn.Mqprio, &tsn.ETF, &tsn.Taprio,
	&ingress, &clsact,
}

// Find is the kind of that name, or nil.
func Find(name string) *kind.Kind { return kind.Find(List, name) }

// Named is the kind of a name that the kernel sent, or nil.
func Named(name []byte) *kind.Kind { return kind.Named(List, name) }

// Shown is the kind that prints a qdisc of that name, or nil.
func Shown(name []byte) *kind.Kind {
	k := Named(name)
	if k == &pfifoFast {
		return &classful.Prio // it has the same options
	}
	return k
}

// A kind without words refuses each, and sends no options.
var (
	ingress = kind.Kind{Table: field.Table{Name: "ingress", Voice: &kind.Voice}, Words: " ", Options: kind.Never, Print: printIngress}
	clsact  = kind.Kind{Table: field.Table{Name: "clsact", Voice: &kind.Voice}, Words: " ", Options: kind.Never, Print: kind.PrintNothing}
	// pfifo_fast is printed, but not read.
	pfifoFast = kind.Kind{Table: field.Table{Name: "pfifo_fast"}, Plain: true}
)

func printIngress(v *field.View) { v.Pen.Text("---------------- ") }

// fifoVoice is how the simple queues and some others complain.
var fifoVoice = field.Voice{Bad: `{table}: Illegal value for "{word}"`, Wrong: kind.WrongValue, Unknown: kind.UnknownParameter}

// A fifo has struct tc_fifo_qopt: a limit in packets or bytes.
const fifoSize = 4

var (
	pfifo = kind.Kind{Options: kind.IfAny, Print: printPackets, Table: field.Table{Name: "pfifo", Size: fifoSize, Voice: &fifoVoice,
		Rows: []*field.Row{&fifoLimit}}}
	pfifoHeadDrop = kind.Kind{Options: kind.IfAny, Print: printPackets, Table: field.Table{Name: "pfifo_head_drop", Size: fifoSize,
		Voice: &fifoVoice, Rows: []*field.Row{&fifoLimit}}}
	bfifo = kind.Kind{Options: kind.IfAny, Print: printBytes, Table: field.Table{Name: "bfifo", Size: fifoSize, Voice: &fifoVoice,
		Rows: []*field.Row{&fifoLimit}}}
	fifoLimit = field.Row{Words: "=limit", In: field.Head, Type: &kind.Size}
)

func printPackets(v *field.View) {
	if v.Head != nil {
		v.Pen.Uint("limit", "limit ", uint64(kind.At(v.Head).U32(0)), "p")
	}
}

func printBytes(v *field.View) {
	if v.Head != nil {
		kind.Sized(v.Pen, "limit", "limit ", uint64(kind.At(v.Head).U32(0)), "")
	}
}
