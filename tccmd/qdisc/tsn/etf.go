package tsn

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// ETF sends packets at the times that they carry. It has struct tc_etf_qopt: how early
// they are handed over, by which clock, and flags.
var ETF = kind.Kind{Begin: beginETF, Print: printETF, Table: field.Table{Name: "etf", Voice: &etfVoice, Rows: []*field.Row{
	{Words: "offload", Attr: uapi.TCA_ETF_PARMS, At: etfFlags, Arg: etfOffload, Type: &etfFlag},
	{Words: "deadline_mode", Attr: uapi.TCA_ETF_PARMS, At: etfFlags, Arg: etfDeadline, Type: &etfFlag},
	{Words: "delta", Value: "NANOSECONDS", Attr: uapi.TCA_ETF_PARMS, Type: &field.Type{Size: 4, Parse: parseDelta}},
	{Words: "clockid", Value: "CLOCKID", Attr: uapi.TCA_ETF_PARMS, At: etfClock, Type: &field.Type{Size: 4, Read: parseClock}},
	{Words: "=skip_sock_check", Attr: uapi.TCA_ETF_PARMS, At: etfFlags, Arg: etfSkip, Type: &etfFlag},
}}}

// Places in the struct, and flags, which the headers have as macros.
const (
	etfClock    = 4
	etfFlags    = 8
	etfSize     = 12
	etfDeadline = 1
	etfOffload  = 2
	etfSkip     = 4
)

var (
	etfVoice = field.Voice{Bad: `etf: illegal value for "{word}"`, Wrong: kind.WrongValue, Unknown: kind.UnknownParameter}
	etfFlag  = field.Type{Size: 4, Form: field.Alone, Parse: parseETFFlag}
)

// beginETF begins without a clock.
func beginETF(c *field.Call) {
	b := make([]byte, etfSize)
	copy(b[etfClock:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	c.Put(0, uapi.TCA_ETF_PARMS, b)
}

// twiceBy is the complaint about a second value, behind the name of the kind.
func twiceBy(c *field.Call, r *field.Row) error {
	return cli.Fail(`%s: duplicate "%s" specification`, c.Table.Name, r.Word())
}

// valueOnce takes the value of a row that has no other yet than 0.
func valueOnce(c *field.Call, r *field.Row) (string, error) {
	s, err := c.Args.Value()
	if err == nil && c.Number(r) != 0 {
		err = twiceBy(c, r)
	}
	return s, err
}

func parseETFFlag(c *field.Call, r *field.Row) error {
	flags := c.Number(r)
	if flags&r.Arg != 0 {
		return twiceBy(c, r)
	}
	c.Set(r, flags|r.Arg)
	return nil
}

func parseDelta(c *field.Call, r *field.Row) error {
	s, err := valueOnce(c, r)
	if err != nil {
		return err
	}
	n, ok := word.Int(s, 0, 32)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Set(r, uint64(n))
	return nil
}

// parseClock reads a clock, once.
func parseClock(c *field.Call, r *field.Row, s string) error {
	if b := c.Get(r.In, r.Attr); b != nil && uint32(c.Number(r)) != kind.NoClock {
		return twiceBy(c, r)
	}
	id, ok := kind.ParseClock(s)
	if !ok {
		return kind.WrongClock(c, s)
	}
	c.Set(r, uint64(id))
	return nil
}

func printETF(v *field.View) {
	p, b := v.Pen, kind.At(v.Get(0, uapi.TCA_ETF_PARMS))
	if len(b) < etfSize {
		return
	}
	p.Str("clockid", "clockid ", kind.ClockName(b.U32(etfClock)), " ")
	printWrapped(v, "delta", "delta ", b.U32(0), " ")
	for _, f := range [...]struct {
		key, behind string
		bit         uint32
	}{{"offload", " ", etfOffload}, {"deadline_mode", " ", etfDeadline}, {"skip_sock_check", "", etfSkip}} {
		state := "off"
		if b.U32(etfFlags)&f.bit != 0 {
			state = "on"
		}
		p.Str(f.key, f.key+" ", state, f.behind)
	}
}

// printWrapped prints a number that has a sign in text only.
func printWrapped(v *field.View, key, label string, n uint32, behind string) {
	v.Pen.JUint(key, uint64(n))
	if !v.Pen.JSON() {
		v.Pen.Int("", label, int64(int32(n)), behind)
	}
}
