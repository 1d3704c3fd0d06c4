// Package classful has the queueing disciplines whose classes, or bands, take turns: prio,
// drr, qfq, ets, multiq. Those whose classes have rates are in package shaper.
package classful

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Prio has struct tc_prio_qopt: the number of bands, and the band of each of 16
// priorities; then, in a nest, whether there are as many as a device has queues.
var Prio = kind.Kind{Begin: beginPrio, Build: buildPrio, Print: printPrio,
	Words: "[ bands N ] [ priomap P1 P2 ... ] [ multiqueue ]", Table: field.Table{
		Name: "prio", Size: PrioSize, Voice: &prioVoice, Rows: []*field.Row{
			{Words: "=bands", In: field.Head, Type: &field.Type{Parse: parseBands}},
			{Words: "=priomap", In: field.Slot, Attr: 1, Type: &field.Type{Parse: parsePriomap}},
			{Words: "=multiqueue", In: field.Slot, Attr: 2, Type: &field.Type{Form: field.Alone}},
		}}}

var prioVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: priority}

const (
	PrioSize = 20 // of struct tc_prio_qopt
	// prioMQ is an attribute that the headers have no more.
	prioMQ = 1
)

// priomap is the map that a prio qdisc has if none is given.
var priomap = [kind.Priorities]byte{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}

func beginPrio(c *field.Call) {
	b := c.Get(field.Head, 0)
	rtnl.NE.PutUint32(b, 3)
	copy(b[4:], priomap[:])
}

func parseBands(c *field.Call, r *field.Row) error {
	if mapped(c) {
		c.Env.Warnf("%s", kind.Of(c).Kind.Help())
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := word.Int(s, 10, 32)
	if !ok {
		return c.Wrong(r, s)
	}
	rtnl.NE.PutUint32(c.Get(field.Head, 0), uint32(n))
	return nil
}

func mapped(c *field.Call) bool { return c.Get(field.Slot, 1) != nil }

// parsePriomap begins the map: bands for the priorities follow it, without a word.
func parsePriomap(c *field.Call, _ *field.Row) error {
	if mapped(c) {
		return cli.Fail("Error: duplicate priomap")
	}
	c.Put(field.Slot, 1, []byte{0})
	return nil
}

// priority reads a word without a row: the band of the next priority.
func priority(c *field.Call) error {
	if c.Typed == "help" || !mapped(c) {
		return kind.Unknown(c)
	}
	at := c.Get(field.Slot, 1)
	b := c.Get(field.Head, 0)
	n, ok := word.Uint(c.Typed, 10, 32)
	switch {
	case !ok:
		return cli.Fail(`Illegal "priomap" element`)
	case uint32(n) >= rtnl.NE.Uint32(b):
		return cli.Fail(`"priomap" element is out of bands`)
	case at[0] >= kind.Priorities:
		return cli.Fail(`"priomap" index > TC_PRIO_MAX=%d`, kind.Priorities-1)
	}
	b[4+at[0]] = byte(n)
	at[0]++
	return nil
}

// buildPrio adds the struct, and the nest behind it.
func buildPrio(c *field.Call, m *rtnl.Msg) error {
	m.Raw(c.Get(field.Head, 0))
	nest := m.Nest(unix.TCA_OPTIONS)
	if c.Get(field.Slot, 2) != nil {
		m.Flag(prioMQ)
	}
	m.End(nest)
	return nil
}

func printPrio(v *field.View) {
	if v.Head == nil {
		return
	}
	p := v.Pen
	p.Uint("bands", "bands ", uint64(rtnl.U32(v.Head)), " ")
	p.Text("priomap")
	p.OpenArray("priomap")
	for _, band := range v.Head[4:] {
		p.Uint("", " ", uint64(band), "")
	}
	p.CloseArray()
	b := v.Get(unix.TCA_OPTIONS, prioMQ)
	p.JBool("multiqueue", rtnl.U8(b) != 0)
	switch {
	case b == nil:
	case rtnl.U8(b) != 0:
		p.Text(" multiqueue: on ")
	default:
		p.Text(" multiqueue: off ")
	}
}
