package encap

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

const xfrmUsage = "Usage: ip route ... encap xfrm if_id IF_ID [ link_dev LINK ]\n"

// parseXfrm takes the rest of the line: the real tool passes over words that
// it does not know.
func (x *encap) parseXfrm(a *cli.Args) error {
	words := []encapWord{
		{Words: "=if_id", Parse: (*encap).parseIfID},
		devWord("link_dev", uapi.LWT_XFRM_LINK),
		{Words: "=help", Parse: func(*encap, *cli.Args) error { return cli.Usage(xfrmUsage) }},
	}
	for a.More() {
		if err := cli.ParseKnown(x, a, words); err != nil {
			return err
		}
		if a.More() {
			a.Skip()
		}
	}
	if !x.has("if_id") {
		return cli.Usage(xfrmUsage)
	}
	return nil
}

func (x *encap) parseIfID(a *cli.Args) error {
	v, err := x.uint("if_id", a, 32, invalid("if_id"))
	if err == nil && v == 0 {
		return cli.InvArg(invalid("if_id"), last(a))
	}
	if err == nil {
		x.m.U32(uapi.LWT_XFRM_IF_ID, uint32(v))
	}
	return err
}

func printXfrm(e *cli.Env, v []byte) {
	var tb [uapi.LWT_XFRM_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	if v := tb[uapi.LWT_XFRM_IF_ID]; v != nil {
		e.Pen.Uint("if_id", "if_id ", uint64(rtnl.U32(v)), " ")
	}
	if v := tb[uapi.LWT_XFRM_LINK]; v != nil {
		e.Pen.Str("link_dev", "link_dev ", e.Links.Name(rtnl.U32(v)), " ")
	}
}
