package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

func countPolicies(e *cli.Env, _ *cli.Args) error {
	m := rtnl.New(uapi.XFRM_MSG_GETSPDINFO, 0)
	rtnl.Put(m, allInfo)
	return ask(e, m, func(m rtnl.Message) error {
		var tb [uapi.XFRMA_SPD_MAX + 1][]byte
		_, attrs := rtnl.View[uint32](m.Body)
		rtnl.Index(tb[:], attrs)
		p := e.Pen
		p.Text("\t SPD")
		if v := tb[uapi.XFRMA_SPD_INFO]; v != nil {
			printCounts(p, v, " IN  ")
			if e.Opt.Stats > 0 && len(v) >= 24 {
				p.Text(" (Sock:")
				printCounts(p, v[12:], " IN ")
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

// printCounts writes how many policies there are for each direction.
func printCounts(p *show.Pen, v []byte, in string) {
	if len(v) < 12 {
		return
	}
	p.Int("", in, int64(int32(rtnl.U32(v))), "")
	p.Int("", " OUT ", int64(int32(rtnl.U32(v[4:]))), "")
	p.Int("", " FWD ", int64(int32(rtnl.U32(v[8:]))), "")
}

// printTables writes the size of the hash table, and how long prefixes have to
// be to go there.
func printTables(p *show.Pen, tb [][]byte) {
	if v := tb[uapi.XFRMA_SPD_HINFO]; len(v) >= 8 {
		p.Int("", "\t SPD buckets: count ", int64(int32(rtnl.U32(v))), "")
		p.Int("", " Max ", int64(int32(rtnl.U32(v[4:]))), "")
		p.NL()
	}
	for _, t := range []struct {
		attr uint16
		head string
	}{
		{uapi.XFRMA_SPD_IPV4_HTHRESH, "\t SPD IPv4 thresholds: local "},
		{uapi.XFRMA_SPD_IPV6_HTHRESH, "\t SPD IPv6 thresholds: local "},
	} {
		if v := tb[t.attr]; len(v) >= 2 {
			p.Uint("", t.head, uint64(v[0]), "")
			p.Uint("", " remote ", uint64(v[1]), "")
			p.NL()
		}
	}
}

// A threshold is a keyword of "policy set".
type threshold struct {
	word string
	attr uint16
	bits uint64
}

var thresholds = []threshold{
	{"hthresh4", uapi.XFRMA_SPD_IPV4_HTHRESH, 32},
	{"hthresh6", uapi.XFRMA_SPD_IPV6_HTHRESH, 128},
}

func setThresholds(e *cli.Env, a *cli.Args) error {
	m := rtnl.New(uapi.XFRM_MSG_NEWSPDINFO, 0)
	rtnl.Put(m, allInfo)
	mark := m.Mark()
next:
	for a.More() {
		for _, t := range thresholds {
			if a.Word() != t.word {
				continue
			}
			a.Skip()
			if m.Find(mark, t.attr) != nil {
				return cli.DupArg(t.word, t.word)
			}
			local, err := t.side(a, "LBITS")
			if err != nil {
				return err
			}
			remote, err := t.side(a, "RBITS")
			if err != nil {
				return err
			}
			m.Attr(t.attr, []byte{local, remote})
			continue next
		}
		return unknownWord(a.Word())
	}
	return change(e, m)
}

// side reads the length of a prefix.
func (t *threshold) side(a *cli.Args, what string) (uint8, error) {
	word, err := a.Value()
	if err != nil {
		return 0, err
	}
	n, ok := cli.ParseUint(word, 0, 8)
	if !ok || n > t.bits {
		return 0, cli.InvArg(t.word+" "+what+" value is invalid", word)
	}
	return uint8(n), nil
}

// defaultNames are what becomes of packets that no policy is for.
var defaultNames = []string{"unspec", "block", "accept"}

func setDefaults(e *cli.Env, a *cli.Args) error {
	var d defaults
	for a.More() {
		word := a.Word()
		v := d.of(word)
		if v == nil {
			return cli.InvArg("unknown direction", word)
		}
		a.Skip()
		if *v != 0 {
			return cli.DupArg(word, word)
		}
		action, err := a.Value()
		switch {
		case err != nil:
			return err
		case action == "block":
			*v = uapi.XFRM_USERPOLICY_BLOCK
		case action == "accept" || action == "allow":
			*v = uapi.XFRM_USERPOLICY_ACCEPT
		default:
			return cli.InvArg(word+" policy value is invalid", action)
		}
	}
	m := rtnl.New(uapi.XFRM_MSG_SETDEFAULT, 0)
	rtnl.Put(m, d)
	return change(e, m)
}

// of is the default for a direction, nil if the word is none.
func (d *defaults) of(dir string) *uint8 {
	switch dir {
	case "in":
		return &d.in
	case "fwd":
		return &d.fwd
	case "out":
		return &d.out
	}
	return nil
}

func getDefaults(e *cli.Env, _ *cli.Args) error {
	m := rtnl.New(uapi.XFRM_MSG_GETDEFAULT, 0)
	rtnl.Put(m, defaults{})
	return ask(e, m, func(m rtnl.Message) error {
		printDefaults(e.Pen, m)
		return nil
	})
}

func printDefaults(p *show.Pen, m rtnl.Message) {
	d, _ := rtnl.View[defaults](m.Body)
	if d == nil {
		return
	}
	name := func(v uint8) string {
		if int(v) < len(defaultNames) {
			return defaultNames[v]
		}
		return "unknown"
	}
	p.Str("", "Default policies:\n in:  ", name(d.in), "\n")
	p.Str("", " fwd: ", name(d.fwd), "\n")
	p.Str("", " out: ", name(d.out), "\n")
}
