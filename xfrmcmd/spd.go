package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

func countPolicies(e *cli.Env, _ *cli.Args) error {
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
	for i := range thresholds {
		t := &thresholds[i]
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
	head string // in the output
}

var thresholds = []threshold{
	{"hthresh4", uapi.XFRMA_SPD_IPV4_HTHRESH, 32, "\t SPD IPv4 thresholds: local "},
	{"hthresh6", uapi.XFRMA_SPD_IPV6_HTHRESH, 128, "\t SPD IPv6 thresholds: local "},
}

func findThreshold(word string) *threshold {
	for i := range thresholds {
		if thresholds[i].word == word {
			return &thresholds[i]
		}
	}
	return nil
}

func setThresholds(e *cli.Env, a *cli.Args) error {
	m := countRequest(uapi.XFRM_MSG_NEWSPDINFO)
	mark := m.Mark()
	for a.More() {
		t := findThreshold(a.Word())
		if t == nil {
			return unknownWord(a.Word())
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
var defaultNames = []string{"unspec", "block", "accept", "unknown"}

// defaultDirs in the order of the kernel's struct, a byte for each.
var defaultDirs = []string{"in", "fwd", "out"}

func setDefaults(e *cli.Env, a *cli.Args) error {
	var d [3]byte
	for a.More() {
		word := a.Word()
		i := indexOf(defaultDirs, word)
		if i < 0 {
			return cli.InvArg("unknown direction", word)
		}
		a.Skip()
		if d[i] != 0 {
			return cli.DupArg(word, word)
		}
		action, err := a.Value()
		switch {
		case err != nil:
			return err
		case action == "block":
			d[i] = uapi.XFRM_USERPOLICY_BLOCK
		case action == "accept" || action == "allow":
			d[i] = uapi.XFRM_USERPOLICY_ACCEPT
		default:
			return cli.InvArg(word+" policy value is invalid", action)
		}
	}
	m := rtnl.New(uapi.XFRM_MSG_SETDEFAULT, 0)
	m.Raw(d[:])
	return change(e, m)
}

func getDefaults(e *cli.Env, _ *cli.Args) error {
	m := rtnl.New(uapi.XFRM_MSG_GETDEFAULT, 0)
	m.Raw([]byte{0, 0, 0})
	return ask(e, m, func(m rtnl.Message) error {
		printDefaults(e.Pen, m)
		return nil
	})
}

func printDefaults(p *show.Pen, m rtnl.Message) {
	if len(m.Body) < len(defaultDirs) {
		return
	}
	for i, head := range []string{"Default policies:\n in:  ", " fwd: ", " out: "} {
		p.Str("", head, defaultNames[min(int(m.Body[i]), 3)], "\n")
	}
}
