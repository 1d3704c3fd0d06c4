package fib

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// An encapsulation is one TYPE of "encap TYPE …": linux/lwtunnel.h numbers
// them, and each nests attributes of its own.
type encapsulation struct {
	id    uint16
	name  string
	parse func(e *cli.Env, a *cli.Args, m *rtnl.Msg) error
	print func(e *cli.Env, v []byte)
}

var encapsulations = []encapsulation{
	{uapi.LWTUNNEL_ENCAP_MPLS, "mpls", parseMPLS, printMPLS},
}

// ParseEncap reads what follows the word encap, TYPE and its options, and
// adds the attributes encap (nested) and encapType.
func ParseEncap(e *cli.Env, a *cli.Args, m *rtnl.Msg, encap, encapType uint16) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	if word == "help" {
		return cli.Usage(encapUsage)
	}
	for _, t := range encapsulations {
		if t.name != word {
			continue
		}
		// The real tool wants a word behind the first one of the options.
		if !a.More() {
			return cli.Incomplete()
		}
		if a.Len() <= 1 {
			return cli.MissArg("encap type")
		}
		nest := m.Nest(encap)
		if err := t.parse(e, a, m); err != nil {
			return err
		}
		m.End(nest)
		m.U16(encapType, t.id)
		return nil
	}
	return cli.InvArg("\"encap type\" value is invalid\n", word)
}

// PrintEncap writes an encapsulation from the payloads of its two attributes.
func PrintEncap(e *cli.Env, encapType, encap []byte) {
	if encapType == nil {
		return
	}
	id := rtnl.U16(encapType)
	e.Pen.OpenObject("encap")
	for _, t := range encapsulations {
		if t.id == id {
			e.Pen.Str("encap_type", " encap ", t.name, " ")
			t.print(e, encap)
			e.Pen.CloseObject()
			return
		}
	}
	e.Pen.Str("encap_type", " encap ", "unknown", " ")
	e.Pen.CloseObject()
}

const encapUsage = `Usage: ip route ... encap TYPE [ OPTIONS ] [...]
`

func parseMPLS(e *cli.Env, a *cli.Args, m *rtnl.Msg) error { return nil }
func printMPLS(e *cli.Env, v []byte)                       {}
