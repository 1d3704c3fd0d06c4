package encap

import (
	"errors"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap bpf [ in PROGRAM ] [ out PROGRAM ] [ xmit PROGRAM ] [ headroom BYTES ]

const bpfUsage = `Usage: ip route ... encap bpf [ in BPF ] [ out BPF ] [ xmit BPF ] [...]
BPF := { obj FILE | pinned FILE } [ section NAME ] [ verbose ]
`

func (x *encap) parseBPF(a *cli.Args) error {
	load := func(attr uint16, typ uint32) func(*encap, *cli.Args) error {
		return func(x *encap, a *cli.Args) error { return x.parseProgram(a, attr, typ) }
	}
	return cli.ParseKnown(x, a, []encapWord{
		{Words: "=in", Parse: load(uapi.LWT_BPF_IN, unix.BPF_PROG_TYPE_LWT_IN)},
		{Words: "=out", Parse: load(uapi.LWT_BPF_OUT, unix.BPF_PROG_TYPE_LWT_OUT)},
		{Words: "=xmit", Parse: load(uapi.LWT_BPF_XMIT, unix.BPF_PROG_TYPE_LWT_XMIT)},
		{Words: "=headroom", Parse: (*encap).parseHeadroom},
		{Words: "=help", Parse: func(*encap, *cli.Args) error { return cli.Usage(bpfUsage) }},
	})
}

// parseHeadroom sends the first value only.
func (x *encap) parseHeadroom(a *cli.Args) error {
	v, err := a.U32("headroom is invalid\n")
	switch {
	case err != nil:
		return err
	case v == 0:
		return cli.InvArg("headroom is invalid\n", last(a))
	case !x.has("headroom"):
		x.m.U32(uapi.LWT_BPF_XMIT_HEADROOM, v)
	}
	x.seen = append(x.seen, "headroom")
	return nil
}

// parseProgram takes obj FILE or pinned FILE and what may follow. The program's
// descriptor stays open until the command ends: the request refers to it.
func (x *encap) parseProgram(a *cli.Args, attr uint16, typ uint32) error {
	s := bpf.Source{Type: typ}
	err := s.Parse(a)
	fd := -1
	if err == nil {
		// To load it may pin its maps.
		err = x.env.Settle()
	}
	if err == nil {
		fd, err = s.Open(x.env.Stderr)
	}
	if e := (*bpf.Error)(nil); errors.As(err, &e) {
		return cli.Exit(cli.StatusUsage, "%sFailed to parse eBPF program: %s", e.Text, rtnl.Strerror(e.Errno))
	}
	if err != nil {
		return err
	}
	nest := x.m.Nest(attr | unix.NLA_F_NESTED)
	x.m.U32(uapi.LWT_BPF_PROG_FD, uint32(fd))
	x.m.Str(uapi.LWT_BPF_PROG_NAME, s.Annotation())
	x.m.End(nest)
	return nil
}

func printBPF(e *cli.Env, v []byte) {
	var tb [uapi.LWT_BPF_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	for _, p := range [...]struct {
		key  string
		attr uint16
	}{{"in", uapi.LWT_BPF_IN}, {"out", uapi.LWT_BPF_OUT}, {"xmit", uapi.LWT_BPF_XMIT}} {
		if tb[p.attr] != nil {
			printProgram(e, p.key, tb[p.attr])
		}
	}
	if v := tb[uapi.LWT_BPF_XMIT_HEADROOM]; v != nil {
		e.Pen.Uint("headroom", " ", uint64(rtnl.U32(v)), " ")
	}
}

// printProgram writes a program's name, if it has one.
func printProgram(e *cli.Env, key string, v []byte) {
	name := rtnl.CStr(rtnl.Find(v, uapi.LWT_BPF_PROG_NAME))
	p := e.Pen
	p.Text(key)
	p.Text(" ")
	switch {
	case name != nil:
		p.Bytes(key, "", name, " ")
	default:
		p.JStr(key, "<unknown>")
	}
}
