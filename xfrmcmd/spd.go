package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
)

func countPolicies(c *command.Call) error {
	e := c.Env
	return ask(e, countRequest(uapi.XFRM_MSG_GETSPDINFO), func(m rtnl.Message) error {
		var tb [uapi.XFRMA_SPD_MAX + 1][]byte
		indexCounts(tb[:], m)
		p := e.Pen
		p.Text("\t SPD")
		if v := tb[uapi.XFRMA_SPD_INFO]; len(v) >= 24 {
			printInts(p, v, " IN  ", " OUT ", " FWD ")
			if e.Opt.Stats > 0 {
				printInts(p, v[12:], " (Sock: IN ", " OUT ", " FWD ")
				p.Text(")")
			}
			p.NL()
		}
		if e.Opt.Stats > 1 {
			printTables(p, tb[:])
		}
		if e.Opt.Oneline {
			p.EndLine()
		}
		return nil
	})
}

// printTables writes the size of the hash table, and how long prefixes have to
// be to go there.
func printTables(p *show.Pen, tb [][]byte) {
	if v := tb[uapi.XFRMA_SPD_HINFO]; v != nil {
		printInts(p, v, "\t SPD buckets: count ", " Max ")
		p.NL()
	}
	for _, r := range thresholds.Rows {
		if v := tb[r.Attr]; len(v) >= 2 {
			p.Uint("", r.Label, uint64(v[0]), "")
			p.Uint("", " remote ", uint64(v[1]), "")
			p.NL()
		}
	}
}

// thresholds are the keywords of "policy set"; Arg is the length of an address.
var thresholds = field.Table{Name: "xfrm", Voice: &voice, Rows: []*field.Row{
	{Words: "=hthresh4", Label: "\t SPD IPv4 thresholds: local ", Attr: uapi.XFRMA_SPD_IPV4_HTHRESH, Arg: 32, Type: &prefixLens, Flags: field.Once},
	{Words: "=hthresh6", Label: "\t SPD IPv6 thresholds: local ", Attr: uapi.XFRMA_SPD_IPV6_HTHRESH, Arg: 128, Type: &prefixLens, Flags: field.Once},
}}

var prefixLens = field.Type{Parse: parsePrefixLens}

func parsePrefixLens(c *field.Call, r *field.Row) error {
	if err := c.Note(r, r.Word(), r.Word()); err != nil {
		return err
	}
	var lens [2]byte
	for i, what := range [...]string{"LBITS", "RBITS"} {
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		n, ok := word.Uint(s, 0, 8)
		if !ok || n > r.Arg {
			return cli.InvArg(r.Word()+" "+what+" value is invalid", s)
		}
		lens[i] = byte(n)
	}
	c.Put(0, r.Attr, lens[:])
	return nil
}

func setThresholds(c *command.Call) error {
	e, a := c.Env, c.Args
	x, _ := newCall(e, a, &thresholds)
	if err := x.Read(); err != nil {
		return err
	}
	m := countRequest(uapi.XFRM_MSG_NEWSPDINFO)
	x.Encode(m, &thresholds)
	return change(e, m)
}

// defaults are what becomes of packets that no policy is for: struct
// xfrm_userpolicy_default has a byte for each direction.
var defaults = field.Table{Name: "xfrm", Voice: &defaultVoice, Size: 3, Rows: []*field.Row{
	{Words: "=in", Label: "Default policies:\n in:  ", In: field.Head, At: 0, Names: &defaultNames, Type: &choice, Flags: field.Once},
	{Words: "=fwd", Label: " fwd: ", In: field.Head, At: 1, Names: &defaultNames, Type: &choice, Flags: field.Once},
	{Words: "=out", Label: " out: ", In: field.Head, At: 2, Names: &defaultNames, Type: &choice, Flags: field.Once},
}}

var defaultVoice = field.Voice{Bad: "{word} policy value is invalid", Wrong: cli.InvArg, Early: true, Twice: cli.DupArg,
	Unknown: func(c *field.Call) error { return cli.InvArg("unknown direction", c.Typed) }}

var defaultNames = word.Names{
	{uapi.XFRM_USERPOLICY_BLOCK, "block"},
	{uapi.XFRM_USERPOLICY_ACCEPT, "accept"},
	{uapi.XFRM_USERPOLICY_ACCEPT, "allow"},
}

func setDefaults(c *command.Call) error {
	e, a := c.Env, c.Args
	x, _ := newCall(e, a, &defaults)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.New(uapi.XFRM_MSG_SETDEFAULT, 0)
	x.Encode(m, &defaults)
	return change(e, m)
}

func getDefaults(c *command.Call) error {
	e := c.Env
	m := rtnl.New(uapi.XFRM_MSG_GETDEFAULT, 0)
	m.Raw([]byte{0, 0, 0})
	return ask(e, m, func(m rtnl.Message) error {
		printDefaults(e.Pen, m)
		return nil
	})
}

func printDefaults(p *show.Pen, m rtnl.Message) {
	if len(m.Body) < int(defaults.Size) {
		return
	}
	for _, r := range defaults.Rows {
		name := "unspec"
		if n := m.Body[r.At]; n != uapi.XFRM_USERPOLICY_UNSPEC {
			name = r.Names.Or(uint64(n), "unknown")
		}
		p.Str("", r.Label, name, "\n")
	}
}
