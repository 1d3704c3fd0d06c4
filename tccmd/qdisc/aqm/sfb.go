package aqm

import (
	"math"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// SFB marks packets of flows that do not give way, by a Bloom filter of counters. It
// has struct tc_sfb_qopt; probabilities are parts of 65535.
var SFB = kind.Kind{Begin: beginSFB, Stats: &sfbStats, Table: field.Table{Name: "sfb", Voice: &sfbVoice, Finish: finishSFB, Rows: []*field.Row{
	{Words: "=rehash", Value: "MSEC", Attr: uapi.TCA_SFB_PARMS, Type: &milliseconds},
	{Words: "=db", Value: "MSEC", Attr: uapi.TCA_SFB_PARMS, At: 4, Type: &milliseconds},
	{Words: "=limit", Attr: uapi.TCA_SFB_PARMS, At: 24, Type: &kind.Packets},
	{Words: "=max", Attr: uapi.TCA_SFB_PARMS, At: sfbMax, Type: &kind.Packets},
	{Words: "=target", Attr: uapi.TCA_SFB_PARMS, At: sfbTarget, Type: &kind.Packets},
	{Words: "=increment", Attr: uapi.TCA_SFB_PARMS, At: 16, Type: &sfbProb},
	{Words: "=decrement", Attr: uapi.TCA_SFB_PARMS, At: 20, Type: &sfbProb},
	{Words: "=penalty_rate", Value: "PPS", Attr: uapi.TCA_SFB_PARMS, At: 28, Type: &packetRate},
	{Words: "=penalty_burst", Attr: uapi.TCA_SFB_PARMS, At: 32, Type: &kind.Packets},
}}}

// Places in the struct.
const (
	sfbSize   = 36
	sfbMax    = 8
	sfbTarget = 12
)

// sfbVoice does not know the word help.
var sfbVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: kind.NoHelp}

var sfbDefaults = [sfbSize / 4]uint32{600000, 60000, 0, 0, (sfbOne + 1000) / 2000, (sfbOne + 10000) / 20000, 0, 10, 20}

// sfbOne is the probability 1.
const sfbOne = math.MaxUint16

var (
	milliseconds = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
		kind.Timed(v.Pen, r.JSON(), r.Text()+" ", rtnl.U32(b)*1000, " ")
	}}
	packetRate = field.Type{Size: 4, Append: func(_ *field.View, _ *field.Row, b []byte, n uint64) []byte {
		return append(kind.AppendUint(b, n), "pps"...)
	}}
	sfbProb = field.Type{Size: 4, Usage: "PROBABILITY", Scan: scanSFBProb, Print: printSFBProb}
)

func beginSFB(c *field.Call) {
	c.Put(0, uapi.TCA_SFB_PARMS, rtnl.AppendUint32s(nil, sfbDefaults[:]...))
}

// scanSFBProb reads a probability; what follows the number does not count.
func scanSFBProb(c *field.Call, r *field.Row, s string) (uint64, error) {
	p, rest, _ := word.Strtod(s, 64)
	if rest == s || p < 0 || p > 1 {
		return 0, c.Wrong(r, s)
	}
	return uint64(p*sfbOne + 0.5), nil
}

func printSFBProb(v *field.View, r *field.Row, b []byte) {
	behind := v.Label(r)
	v.Pen.Float(r.JSON(), "", float64(rtnl.U32(b))/sfbOne, behind)
}

// finishSFB makes of the largest length of a queue the one that is aimed at, or the
// other way.
func finishSFB(c *field.Call) error {
	b := c.Get(0, uapi.TCA_SFB_PARMS)
	most, target := kind.At(b).U32(sfbMax), kind.At(b).U32(sfbTarget)
	switch {
	case most == 0 && target == 0:
		most = 25
	case most == 0:
		most = (target*5 + 1) / 4
	}
	if target == 0 {
		target = (most*4 + 3) / 5
	}
	rtnl.NE.PutUint32(b[sfbMax:], most)
	rtnl.NE.PutUint32(b[sfbTarget:], target)
	return nil
}

// sfbStats is struct tc_sfb_xstats.
var sfbStats = field.Table{Indent: " ", Before: true, Rows: []*field.Row{
	{Label: "earlydrop", In: field.Head, At: 0, Type: &field.U32},
	{Label: "penaltydrop", In: field.Head, At: 4, Type: &field.U32},
	{Label: "bucketdrop", In: field.Head, At: 8, Type: &field.U32},
	{Label: "queuedrop", In: field.Head, At: 12, Type: &field.U32},
	{Label: "childdrop", In: field.Head, At: 16, Type: &field.U32},
	{Label: "marked", In: field.Head, At: 20, Type: &field.U32, Flags: field.EOL},
	{Label: "maxqlen", In: field.Head, At: 24, Type: &field.U32},
	{Label: "maxprob", In: field.Head, At: 28, Type: &sfbProb},
	{Label: "avgprob", In: field.Head, At: 32, Type: &sfbProb},
}}
