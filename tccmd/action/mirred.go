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

// mirred sends a packet, or a copy of it, to another device or to all of a block. Its
// struct tc_mirred has, behind tc_gen, which of that and the device.
var mirred = act.Kind{Kind: kind.Kind{Words: "{ egress | ingress } { mirror | redirect } [ index INDEX ] { dev DEV | blockid ID } [ CONTROL ]",
	Table: field.Table{Name: "mirred", Voice: &act.Voice, Send: []uint16{uapi.TCA_MIRRED_PARMS, uapi.TCA_MIRRED_BLOCKID}}},
	Params: uapi.TCA_MIRRED_PARMS, Size: mirredSize, Ages: uapi.TCA_MIRRED_TM, Lead: "\tindex ", Read: readMirred, Show: showMirred}

const (
	mirredSize  = 28
	atMirred    = 20
	atMirredDev = 24
)

// mirreds are what struct tc_mirred can ask for.
var mirreds = []struct {
	n                       uint32
	text, action, direction string
}{
	{uapi.TCA_EGRESS_REDIR, "Egress Redirect", "redirect", "egress"}, {uapi.TCA_INGRESS_REDIR, "Ingress Redirect", "redirect", "ingress"},
	{uapi.TCA_EGRESS_MIRROR, "Egress Mirror", "mirror", "egress"}, {uapi.TCA_INGRESS_MIRROR, "Ingress Mirror", "mirror", "ingress"},
	{0, "unknown", "unknown", "unknown"},
}

// A mirredReader reads the words, of which most may stand in any order.
type mirredReader struct {
	*field.Call
	direction, action string
	words             int // how many were known, without indexes
	indexed           bool
	dev               string
	block             uint32
}

func readMirred(c *field.Call) error {
	a := c.Args
	if err := act.Next(a); err != nil {
		return err
	}
	switch {
	case a.Is("egress"), a.Is("ingress"), a.Is("index"):
	case a.Is("help"):
		return act.ExitUsage(c)
	default:
		return cli.Fail("mirred option not supported %s", a.Word())
	}
	r := mirredReader{Call: c}
	for {
		more, err := r.word()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if r.words == 0 && !r.indexed {
		return cli.Silent(cli.StatusError)
	}
	return r.finish()
}

// word reads a word; more tells that others may follow it.
func (r *mirredReader) word() (more bool, err error) {
	a, w := r.Args, r.Args.Word()
	switch {
	case !a.More():
		return false, nil
	case word.Match("action", w):
		return false, act.Next(a)
	case r.direction != "egress" && word.Match("egress", w):
		return true, r.set(&r.direction, "egress", "Can't have both egress and ingress")
	case r.direction != "ingress" && word.Match("ingress", w):
		return true, r.set(&r.direction, "ingress", "Can't have both ingress and egress")
	case word.Match("index", w):
		a.Skip()
		if err := act.Of(r.Call).IndexValue(r.Call, `Illegal "index"`); err != nil {
			return false, err
		}
		r.indexed = true
		if r.words == 0 {
			return false, nil
		}
		a.Back()
	case r.words == 0:
		r.Env.Warnf("was expecting egress or ingress (%s)\n", w)
		return false, nil
	case r.action != "mirror" && word.Match("mirror", w):
		return true, r.set(&r.action, "mirror", "Can't have both mirror and redir")
	case r.action != "redirect" && word.Match("redirect", w):
		return true, r.set(&r.action, "redirect", "Can't have both mirror and redir")
	case r.action != "":
		return false, r.target()
	}
	return true, act.Next(a)
}

// set takes a word of two that exclude each other.
func (r *mirredReader) set(to *string, w, other string) error {
	if *to != "" {
		return cli.Fail("%s", other)
	}
	*to = w
	r.words++
	if to == &r.action {
		control := uint32(act.Pipe)
		if w == "redirect" {
			control = act.Stolen
		}
		rtnl.NE.PutUint32(act.Gen(r.Call)[act.AtControl:], control)
		for _, m := range mirreds {
			if m.action == w && (m.direction == "egress") == (r.direction == "egress") {
				rtnl.NE.PutUint32(act.Gen(r.Call)[atMirred:], m.n)
			}
		}
	}
	return act.Next(r.Args)
}

// target reads where packets go.
func (r *mirredReader) target() error {
	a := r.Args
	if a.Match("=blockid") {
		s, err := a.Value()
		if err != nil {
			return err
		}
		n, ok := word.Uint(s, 0, 32)
		if !ok || n == 0 {
			return &cli.Error{Status: cli.StatusError, Text: "invalid block ID"}
		}
		r.block = uint32(n)
	}
	if !a.Match("dev") {
		return nil
	}
	if r.block != 0 {
		return cli.Fail("blockid and device are mutually exclusive.")
	}
	s, err := a.Value()
	r.dev = kind.Cut15(s)
	return err
}

func (r *mirredReader) finish() error {
	b, c := act.Gen(r.Call), r.Call
	if r.dev != "" {
		index, err := c.Env.Index(r.dev)
		if err != nil {
			return err
		}
		rtnl.NE.PutUint32(b[atMirredDev:], index)
	}
	if n := rtnl.NE.Uint32(b[atMirred:]); n == uapi.TCA_EGRESS_MIRROR || n == uapi.TCA_INGRESS_MIRROR {
		if err := act.OptionalControl(c); err != nil {
			return err
		}
	}
	if r.indexed && c.Args.Is("index") {
		return cli.Fail("mirred: Illegal double index")
	}
	if r.block != 0 {
		c.PutUint(0, uapi.TCA_MIRRED_BLOCKID, 4, uint64(r.block), false)
	}
	return act.Of(c).ReadIndex(c)
}

func showMirred(v *field.View, params kind.At) {
	p := v.Pen
	m := mirreds[len(mirreds)-1]
	for _, known := range mirreds {
		if known.n == params.U32(atMirred) {
			m = known
			break
		}
	}
	p.Text("(" + m.text)
	p.JStr("mirred_action", m.action)
	p.JStr("direction", m.direction)
	if b := v.Get(0, uapi.TCA_MIRRED_BLOCKID); b != nil {
		p.Uint("to_blockid", " to blockid ", uint64(rtnl.U32(b)), ")")
	} else {
		p.Str("to_dev", " to device ", v.Env.Links.Name(params.U32(atMirredDev)), ")")
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}
