package shaper

import (
	"math"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// HFSC shares a link by service curves, so that delay and bandwidth of a class are
// apart. The qdisc has struct tc_hfsc_qopt: the default class.
var HFSC = kind.Kind{Print: printHFSC, Xstats: printHFSCXstats, Class: &hfscClass, Table: field.Table{
	Name: "hfsc", Size: 2, Voice: &hfscVoice, Rows: []*field.Row{
		{Words: "default", Value: "CLASSID", In: field.Head, Type: &field.Type{Size: 2, Read: parseHFSCDefault}},
	}}}

// hfscVoice knows any prefix of help.
var hfscVoice = field.Voice{Bad: `HFSC: Illegal "{word}"`, Wrong: kind.Wrong, Unknown: func(c *field.Call) error {
	k := kind.Of(c).Kind
	if kind.IsHelp(c.Typed) {
		return k.Usage("")
	}
	return k.Usage(`HFSC: What is "` + c.Typed + `" ?` + "\n")
}}

func parseHFSCDefault(c *field.Call, r *field.Row, s string) error {
	if c.Number(r) != 0 {
		return cli.Fail(`HFSC: Double "default"`)
	}
	n, ok := word.Uint(s, 16, 16)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Set(r, n)
	return nil
}

func printHFSC(v *field.View) {
	if n := kind.At(v.Head).U16(0); n != 0 {
		v.Pen.Hex0x("default", " default ", uint64(n), " ")
	}
}

// printHFSCXstats prints struct tc_hfsc_stats, of a class.
func printHFSCXstats(v *field.View) {
	p, b := v.Pen, kind.At(v.Head)
	p.Uint("period", " period ", uint64(b.U32(16)), " ")
	for i, label := range [...]string{"work", "rtwork"} {
		if n := b.U64(8 * i); n != 0 {
			p.Uint(label, label+" ", n, " bytes ")
		}
	}
	p.Uint("level", " level ", uint64(b.U32(20)), " ")
	p.NL()
}

// hfscClass has up to three curves: what it is promised, its share of what is left, and
// the most that it may have. Each is struct tc_service_curve: a slope in bytes a second,
// how long that lasts, and the slope from then on.
var hfscClass = kind.Kind{Build: buildHFSC, Print: printCurves, Told: curveHelp, Table: field.Table{Name: "hfsc", Voice: &hfscVoice, Rows: []*field.Row{
	{Words: "rt", Value: "SC", Attr: uapi.TCA_HFSC_RSC, Type: &curve},
	{Words: "ls", Value: "SC", Attr: uapi.TCA_HFSC_FSC, Type: &curve},
	{Words: "sc", Value: "SC", Attr: uapi.TCA_HFSC_RSC, Arg: uapi.TCA_HFSC_FSC, Type: &curve},
	{Words: "ul", Value: "SC", Attr: uapi.TCA_HFSC_USC, Type: &curve},
}}}

const curveHelp = `       SC := { [ [ m1 RATE ] d TIME ] m2 RATE | [ [ umax BYTES ] dmax TIME ] rate RATE }
`

// curve reads a curve. Arg is another attribute that has it, too.
var curve = field.Type{Parse: parseCurve}

// A curveWord is one of the three words that describe a curve; the last one is a must.
type curveWord struct {
	word string
	typ  *field.Type
}

// Slopes are what the kernel has. Units are what it is made of: a packet of umax bytes
// is to pass within dmax.
var (
	slopes = [3]curveWord{{"m1", &kind.Rate}, {"d", &kind.Time}, {"m2", &kind.Rate}}
	units  = [3]curveWord{{"umax", &kind.Size}, {"dmax", &kind.Time}, {"rate", &kind.Rate}}
)

func parseCurve(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	n, ok, err := readCurve(c, &slopes)
	if err == nil && !ok {
		if n, ok, err = readCurve(c, &units); ok {
			n, ok = slopesOf(c, n)
		}
	}
	switch {
	case err != nil:
		return err
	case ok && n[0]|n[2] == 0:
		c.Env.Warnf("HFSC: Service Curve has two zero slopes\n")
		ok = false
	}
	if !ok {
		return c.Wrong(r, "")
	}
	n[1] = uint32(float64(n[1]) * kind.ClockOf(c.Env).Factor)
	b := rtnl.AppendUint32s(nil, n[:]...)
	c.Put(0, r.Attr, b)
	if r.Arg != 0 {
		c.Put(0, uint16(r.Arg), b)
	}
	return nil
}

// readCurve reads the three words and their values. If they are others, or a value is
// wrong, which it tells, it goes back to the first.
func readCurve(c *field.Call, words *[3]curveWord) (n [3]uint32, ok bool, err error) {
	left := c.Args.Len()
	for i, w := range words {
		if !c.Args.Match(w.word) {
			if i < len(words)-1 {
				continue
			}
			break
		}
		s, err := c.Args.Value()
		if err != nil {
			return n, false, err
		}
		v, err := w.typ.Scan(c, &field.Row{Words: w.word, Type: w.typ}, s)
		if err != nil {
			cli.Report(c.Env.Stderr, err)
			break
		}
		n[i] = uint32(v)
		switch {
		case i == len(words)-1:
			return n, true, nil
		case !c.Args.More():
			return n, false, cli.Incomplete()
		}
	}
	for c.Args.Len() < left {
		c.Args.Back()
	}
	return n, false, nil
}

// slopesOf makes slopes of units: the first is steep if umax needs more than the rate,
// else it is flat until the packet has to be sent.
func slopesOf(c *field.Call, n [3]uint32) ([3]uint32, bool) {
	umax, dmax, rate := n[0], n[1], n[2]
	if umax != 0 && dmax == 0 {
		c.Env.Warnf("HFSC: umax given but dmax is zero.\n")
		return n, false
	}
	if steep := math.Ceil(float64(umax) * 1e6 / float64(dmax)); dmax != 0 && steep > float64(rate) {
		return [3]uint32{word.Uint32(steep), dmax, rate}, true
	}
	lasts := float64(dmax)
	if rate != 0 {
		lasts = float64(dmax - umax*1000000/rate)
	}
	return [3]uint32{0, word.Uint32(lasts), rate}, true
}

func buildHFSC(c *field.Call, m *rtnl.Msg) error {
	k, given := kind.Of(c).Kind, func(attr uint16) bool { return c.Get(0, attr) != nil }
	switch {
	case !given(uapi.TCA_HFSC_RSC) && !given(uapi.TCA_HFSC_FSC) && !given(uapi.TCA_HFSC_USC):
		return k.Usage("HFSC: no parameters given\n")
	case given(uapi.TCA_HFSC_USC) && !given(uapi.TCA_HFSC_FSC):
		return k.Usage("HFSC: Upper-limit Service Curve without Link-Share Service Curve\n")
	}
	for attr := uint16(uapi.TCA_HFSC_RSC); attr <= uapi.TCA_HFSC_USC; attr++ {
		if b := c.Get(0, attr); b != nil {
			m.Attr(attr, b)
		}
	}
	return nil
}

const curveSize = 12

func printCurves(v *field.View) {
	real, share, most := v.Get(0, uapi.TCA_HFSC_RSC), v.Get(0, uapi.TCA_HFSC_FSC), v.Get(0, uapi.TCA_HFSC_USC)
	if len(real) >= curveSize && len(share) >= curveSize && string(real[:curveSize]) == string(share[:curveSize]) {
		printCurve(v, "sc", real)
	} else {
		printCurve(v, "rt", real)
		printCurve(v, "ls", share)
	}
	printCurve(v, "ul", most)
}

func printCurve(v *field.View, name string, b kind.At) {
	if len(b) < curveSize {
		return
	}
	p := v.Pen
	p.OpenObject(name)
	p.Text(name + " ")
	kind.Rated(v, "m1", "m1 ", uint64(b.U32(0)), " ")
	kind.Timed(p, "d", "d ", uint32(float64(b.U32(4))/kind.ClockOf(v.Env).Factor), " ")
	kind.Rated(v, "m2", "m2 ", uint64(b.U32(8)), " ")
	p.CloseObject()
}
