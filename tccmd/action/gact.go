package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// gact says what becomes of a packet, at random if need be.
var gact = act.Kind{Kind: kind.Kind{Words: "CONTROL [ random { netrand | determ } CONTROL VAL ] [ index INDEX ]",
	Table: field.Table{Name: "gact", Voice: &act.Voice, Send: []uint16{uapi.TCA_GACT_PARMS, uapi.TCA_GACT_PROB}}},
	Params: uapi.TCA_GACT_PARMS, Size: act.GenSize, Ages: uapi.TCA_GACT_TM, Index: `Illegal "index"`, Read: readGact, Show: showGact}

// chances are the ways to draw lots.
var chances = word.Names{{uapi.PGACT_NETRAND, "netrand"}, {uapi.PGACT_DETERM, "determ"}}

// mostChance is the largest value: of netrand that many of 10000 packets.
const mostChance = 10000

func readGact(c *field.Call) error {
	a := c.Args
	if a.Is("gact") {
		if err := act.Next(a); err != nil {
			return err
		}
	}
	if a.Is("index") {
		return act.Of(c).ReadIndex(c)
	}
	n, ok, err := act.Control(c, false, false)
	switch {
	case err != nil:
		return err
	case !ok:
		return act.ExitUsage(c)
	}
	rtnl.NE.PutUint32(act.Gen(c)[act.AtControl:], n)
	if a.Is("random") {
		if err := readChance(c); err != nil {
			return err
		}
	}
	if a.Is("help") {
		return act.ExitUsage(c)
	}
	return act.Of(c).ReadIndex(c)
}

// readChance reads struct tc_gact_p: how lots are drawn, the value, the control.
func readChance(c *field.Call) error {
	if err := act.Next(c.Args); err != nil {
		return err
	}
	how, ok := chances.Match(c.Args.Word())
	if !ok {
		return cli.Fail(`Illegal "random type"`)
	}
	if err := act.Next(c.Args); err != nil {
		return err
	}
	n, ok, err := act.Control(c, false, false)
	switch {
	case err != nil:
		return err
	case !ok:
		return act.ExitUsage(c)
	}
	s := c.Args.Word()
	c.Args.Skip()
	v, ok := word.Uint(s, 10, 16)
	switch {
	case !ok:
		// what stands in the real tool's memory before it has read a number
		return cli.Fail("Illegal probability val 0x1000")
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
	act.ShowControl(p, "action ", params.U32(act.AtControl), "")
	p.OpenObject("prob")
	p.NL()
	p.Str("random_type", "\t random type ", chances.Or(uint64(chance.U16(0)), "none"), "")
	act.ShowControl(p, " ", chance.U32(4), " ")
	p.Int("val", "val ", int64(chance.U16(2)), "")
	p.CloseObject()
}
