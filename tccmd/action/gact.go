package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// gact says what becomes of a packet, at random if need be.
var gact = Kind{Kind: kind.Kind{Words: "CONTROL [ random { netrand | determ } CONTROL VAL ] [ index INDEX ]",
	Table: field.Table{Name: "gact", Voice: &voice, Send: []uint16{uapi.TCA_GACT_PARMS, uapi.TCA_GACT_PROB}}},
	Params: uapi.TCA_GACT_PARMS, Size: genSize, Ages: uapi.TCA_GACT_TM, Index: `Illegal "index"`, Read: readGact, Show: showGact}

// chances are the ways to draw lots.
var chances = word.Names{{uapi.PGACT_NETRAND, "netrand"}, {uapi.PGACT_DETERM, "determ"}}

// mostChance is the largest value: of netrand that many of 10000 packets.
const mostChance = 10000

func readGact(c *field.Call) error {
	a := c.Args
	if a.Is("gact") {
		if err := next(a); err != nil {
			return err
		}
	}
	if a.Is("index") {
		return Of(c).index(c)
	}
	n, ok, err := control(c, false, false)
	switch {
	case err != nil:
		return err
	case !ok:
		return exitUsage(c)
	}
	rtnl.NE.PutUint32(gen(c)[atControl:], n)
	switch {
	case a.Is("random"):
		if err := readChance(c); err != nil {
			return err
		}
	case a.Is("help"):
		return exitUsage(c)
	}
	if a.Is("help") {
		return exitUsage(c)
	}
	return Of(c).index(c)
}

// readChance reads struct tc_gact_p: how lots are drawn, the value, the control.
func readChance(c *field.Call) error {
	if err := next(c.Args); err != nil {
		return err
	}
	how, ok := chances.Match(c.Args.Word())
	if !ok {
		return cli.Fail(`Illegal "random type"`)
	}
	if err := next(c.Args); err != nil {
		return err
	}
	n, ok, err := control(c, false, false)
	switch {
	case err != nil:
		return err
	case !ok:
		return exitUsage(c)
	}
	s := c.Args.Word()
	c.Args.Skip()
	v, ok := word.Uint(s, 10, 16)
	switch {
	case !ok:
		return cli.Fail("Illegal probability val 0x0")
	case v > mostChance:
		return cli.Fail("Illegal probability val  0x%x", v)
	}
	b := rtnl.NE.AppendUint16(nil, uint16(how))
	b = rtnl.NE.AppendUint16(b, uint16(v))
	c.Put(0, uapi.TCA_GACT_PROB, rtnl.NE.AppendUint32(b, n))
	return nil
}

func showGact(v *field.View, params kind.At) {
	p, chance := v.Pen, kind.At(v.Get(0, uapi.TCA_GACT_PROB))
	showControl(p, "action ", params.U32(atControl), "")
	p.OpenObject("prob")
	p.NL()
	p.Str("random_type", "\t random type ", chances.Or(uint64(chance.U16(0)), "none"), "")
	showControl(p, " ", chance.U32(4), " ")
	p.Int("val", "val ", int64(chance.U16(2)), "")
	p.CloseObject()
}
