package encap

import (
	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// An encapsulation is one TYPE of "encap TYPE …": linux/lwtunnel.h numbers
// them, and each nests attributes of its own.
type encapsulation struct {
	id    uint16
	name  string
	parse func(x *encap, a *cli.Args) error
	print func(e *cli.Env, v []byte)
}

// encapsulations are in the order of their numbers.
var encapsulations = []encapsulation{
	{unix.LWTUNNEL_ENCAP_MPLS, "mpls", (*encap).parseMPLS, printMPLS},
	{unix.LWTUNNEL_ENCAP_IP, "ip", (*encap).parseIP4, printIP4},
	{unix.LWTUNNEL_ENCAP_ILA, "ila", (*encap).parseILA, printILA},
	{unix.LWTUNNEL_ENCAP_IP6, "ip6", (*encap).parseIP6, printIP6},
	{unix.LWTUNNEL_ENCAP_SEG6, "seg6", (*encap).parseSeg6, printSeg6},
	{unix.LWTUNNEL_ENCAP_BPF, "bpf", (*encap).parseBPF, printBPF},
	{unix.LWTUNNEL_ENCAP_SEG6_LOCAL, "seg6local", (*encap).parseSeg6Local, printSeg6Local},
	{unix.LWTUNNEL_ENCAP_RPL, "rpl", (*encap).parseRPL, printRPL},
	{unix.LWTUNNEL_ENCAP_IOAM6, "ioam6", (*encap).parseIOAM6, printIOAM6},
	{unix.LWTUNNEL_ENCAP_XFRM, "xfrm", (*encap).parseXfrm, printXfrm},
}

// An encap is an encapsulation under construction; its attributes go straight
// to the message.
type encap struct {
	env  *cli.Env
	m    *rtnl.Msg
	seen []string // the words that may come once
}

// Parse reads what follows the word encap, TYPE and its options, and
// adds the attributes encap (nested) and encapType.
func Parse(e *cli.Env, a *cli.Args, m *rtnl.Msg, attr, encapType uint16) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	if word == "help" {
		return cli.Usage(encapUsage())
	}
	for i := range encapsulations {
		t := &encapsulations[i]
		switch {
		case t.name != word:
			continue
		case !a.More():
			return cli.Incomplete()
		case a.Len() == 1: // the real tool wants another word behind the options
			return cli.MissArg("encap type")
		}
		nest := m.Nest(attr | unix.NLA_F_NESTED)
		if err := t.parse(&encap{env: e, m: m}, a); err != nil {
			return err
		}
		m.End(nest)
		m.U16(encapType, t.id)
		return nil
	}
	return cli.InvArg(invalid("encap type"), word)
}

func encapUsage() string {
	s := "Usage: ip route ... encap TYPE [ OPTIONS ] [...]\nTYPE := {"
	for i := range encapsulations {
		if i > 0 {
			s += " |"
		}
		s += " " + encapsulations[i].name
	}
	return s + " }\n"
}

// Print writes an encapsulation from the payloads of its two attributes.
func Print(e *cli.Env, encapType, v []byte) {
	if encapType == nil {
		return
	}
	id := rtnl.U16(encapType)
	name, print := "unknown", func(*cli.Env, []byte) {}
	for i := range encapsulations {
		if encapsulations[i].id == id {
			name, print = encapsulations[i].name, encapsulations[i].print
		}
	}
	e.Pen.OpenObject("encap")
	e.Pen.Str("encap_type", " encap ", name, " ")
	print(e, v)
	e.Pen.CloseObject()
}

// invalid is the complaint about most values.
func invalid(what string) string { return "\"" + what + "\" value is invalid\n" }

// once refuses the second value of a word that may come once.
func (x *encap) once(word, value string) error {
	for _, s := range x.seen {
		if s == word {
			return cli.DupArg2(word, value)
		}
	}
	x.seen = append(x.seen, word)
	return nil
}

// has reports whether the word came.
func (x *encap) has(word string) bool {
	for _, s := range x.seen {
		if s == word {
			return true
		}
	}
	return false
}

// value takes the value of a word that may come once.
func (x *encap) value(word string, a *cli.Args) (string, error) {
	s, err := a.Value()
	if err == nil {
		err = x.once(word, s)
	}
	return s, err
}

// uint takes a number of at most size bits.
func (x *encap) uint(word string, a *cli.Args, size int, complaint string) (uint64, error) {
	s, err := x.value(word, a)
	if err != nil {
		return 0, err
	}
	v, ok := cli.ParseUint(s, 0, size)
	if !ok {
		return 0, cli.InvArg(complaint, s)
	}
	return v, nil
}

// name takes a name of a table.
func (x *encap) name(word string, a *cli.Args, t *names.Table, complaint string) (uint32, error) {
	s, err := x.value(word, a)
	if err != nil {
		return 0, err
	}
	v, ok := t.Parse(s)
	if !ok {
		return 0, cli.InvArg(complaint, s)
	}
	return v, nil
}

// addr takes an address of a family.
func (x *encap) addr(word string, a *cli.Args, family uint8) (cli.Prefix, error) {
	s, err := x.value(word, a)
	if err != nil {
		return cli.Prefix{}, err
	}
	return cli.Addr(s, family)
}

// dev takes the name of a device. Unlike elsewhere its lack ends a batch.
func (x *encap) dev(word string, a *cli.Args) (uint32, error) {
	s, err := x.value(word, a)
	if err != nil {
		return 0, err
	}
	idx := x.env.Links.Index(s)
	if idx == 0 {
		return 0, cli.Exit(cli.StatusUsage, `Cannot find device "%s"`, s)
	}
	return idx, nil
}

// The following make rows of tables of words: each is a word with one
// attribute.

type encapWord = cli.Keyword[*encap]

func addrWord(word string, attr uint16, family uint8) encapWord {
	return encapWord{Words: "=" + word, Parse: func(x *encap, a *cli.Args) error {
		p, err := x.addr(word, a, family)
		if err == nil {
			x.m.Attr(attr, p.Bytes())
		}
		return err
	}}
}

func u8Word(word string, attr uint16) encapWord {
	return encapWord{Words: "=" + word, Parse: func(x *encap, a *cli.Args) error {
		v, err := x.uint(word, a, 8, invalid(word))
		if err == nil {
			x.m.U8(attr, uint8(v))
		}
		return err
	}}
}

func tableWord(word string, attr uint16, complaint string) encapWord {
	return encapWord{Words: "=" + word, Parse: func(x *encap, a *cli.Args) error {
		v, err := x.name(word, a, x.env.Tables.RouteTables, complaint)
		if err == nil {
			x.m.U32(attr, v)
		}
		return err
	}}
}

func devWord(word string, attr uint16) encapWord {
	return encapWord{Words: "=" + word, Parse: func(x *encap, a *cli.Args) error {
		idx, err := x.dev(word, a)
		if err == nil {
			x.m.U32(attr, idx)
		}
		return err
	}}
}

// printAddr writes an address that is never replaced by a host name.
func printAddr(e *cli.Env, key, pre string, family uint8, v []byte) {
	var buf [64]byte
	e.Pen.Bytes(key, pre, cli.AppendAddr(buf[:0], family, v), " ")
}
