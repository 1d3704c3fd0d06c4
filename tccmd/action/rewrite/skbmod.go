package rewrite

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Skbmod rewrites the Ethernet header. Its struct tc_skbmod has flags of 64 bits behind
// tc_gen. What is to be written is told on stderr.
var Skbmod = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "skbmod", Voice: &act.InvVoice, Ends: true,
	Send: []uint16{uapi.TCA_SKBMOD_PARMS, uapi.TCA_SKBMOD_DMAC, uapi.TCA_SKBMOD_ETYPE, uapi.TCA_SKBMOD_SMAC},
	Rows: []*field.Row{
		{Words: "skbmod", Type: &act.NotAlone},
		{Words: "swap", Type: &act.NotAlone},
		{Words: "mac", Arg: uapi.SKBMOD_F_SWAPMAC, Attr: uapi.TCA_SKBMOD_PARMS, At: atSkbmodFlags, Type: &skbmodFlag},
		{Words: "set", Type: &act.NotAlone},
		{Words: "etype", Bad: "ethertype is invalid", Arg: uapi.SKBMOD_F_ETYPE, Attr: uapi.TCA_SKBMOD_ETYPE, Type: &field.Type{Parse: parseSkbmodType}},
		{Words: "dmac", Value: "LLADDR", Bad: "dst mac", Label: "dst", Arg: uapi.SKBMOD_F_DMAC, Attr: uapi.TCA_SKBMOD_DMAC, Type: &skbmodMAC},
		{Words: "smac", Value: "LLADDR", Bad: "smac", Label: "src", Arg: uapi.SKBMOD_F_SMAC, Attr: uapi.TCA_SKBMOD_SMAC, Type: &skbmodMAC},
		{Words: "ecn", Arg: uapi.SKBMOD_F_ECN, Attr: uapi.TCA_SKBMOD_PARMS, At: atSkbmodFlags, Type: &skbmodFlag},
		&act.HelpRow,
	}}}, Params: uapi.TCA_SKBMOD_PARMS, Size: 32, Ages: uapi.TCA_SKBMOD_TM, Control: act.Pipe, AnyBase: true, Key: act.None, Check: checkSkbmod, All: printSkbmod}

const atSkbmodFlags = 24

var (
	skbmodFlag = field.Type{Size: 8, Form: field.Alone | field.Bits}
	skbmodMAC  = field.Type{Read: parseSkbmodMAC}
)

func setSkbmod(c *field.Call, flag uint64) {
	b := act.Gen(c)[atSkbmodFlags:]
	rtnl.NE.PutUint64(b, rtnl.U64(b)|flag)
}

func parseSkbmodType(c *field.Call, r *field.Row) error {
	n, err := c.Uint(r, 0, 16)
	if err != nil {
		return err
	}
	c.Env.Warnf("skbmod etype 0x%x\n", n)
	if n != 0 {
		c.PutUint(0, r.Attr, 2, n, false)
	} else {
		c.Drop(0, r.Attr)
	}
	setSkbmod(c, r.Arg)
	return nil
}

func parseSkbmodMAC(c *field.Call, r *field.Row, s string) error {
	mac, ok := kind.EtherAddr(s)
	if !ok {
		return cli.Fail("Invalid %s address %s", r.Bad, s)
	}
	c.Put(0, r.Attr, mac[:])
	setSkbmod(c, r.Arg)
	c.Env.Warnf("%s MAC address <%s>\n", r.Label, s)
	return nil
}

func checkSkbmod(c *field.Call) error {
	if rtnl.U64(act.Gen(c)[atSkbmodFlags:]) == 0 && !act.HasIndex(c) {
		return act.ExitUsageAfter(c, "skbmod requires at least one option\n")
	}
	return nil
}

func printSkbmod(k *act.Kind, v *field.View) bool {
	p, params := v.Pen, kind.At(v.Get(0, k.Params))
	if params == nil {
		return true
	}
	p.Text("skbmod ")
	act.ShowControl(p, "", params.U32(act.AtControl), " ")
	if b := v.Get(0, uapi.TCA_SKBMOD_ETYPE); b != nil {
		n := uint64(rtnl.U16(b))
		if p.JSON() {
			p.Hex0x("etype", "", n, "")
		}
		p.Text("set etype 0x" + strings.ToUpper(strconv.FormatUint(n, 16)) + " ")
		p.NL()
		p.Text("\t ")
	}
	for _, m := range [...]struct {
		attr uint16
		key  string
	}{{uapi.TCA_SKBMOD_DMAC, "dmac"}, {uapi.TCA_SKBMOD_SMAC, "smac"}} {
		if b := v.Get(0, m.attr); b != nil {
			p.ColorBytes(show.MAC, m.key, "set "+m.key+" ", cli.AppendLLAddr(nil, unix.ARPHRD_NETROM, b), " ")
		}
	}
	flags := params.U64(atSkbmodFlags)
	if flags&uapi.SKBMOD_F_SWAPMAC != 0 {
		p.Null("swapmac", "swap mac ")
	}
	if flags&uapi.SKBMOD_F_ECN != 0 {
		p.Null("ecn", "ecn ")
	}
	p.NL()
	k.IndexLine(v, params)
	act.Ages(v, v.Get(0, k.Ages))
	p.Text("\n") // one that -o does not join
	return true
}
