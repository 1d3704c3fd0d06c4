package encap

import (
	"errors"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// encap bpf [ in PROGRAM ] [ out PROGRAM ] [ xmit PROGRAM ] [ headroom BYTES ]
var programs = field.Table{Name: "bpf", Voice: &voice, Ends: true, Usage: bpfUsage, Rows: []*field.Row{
	{Words: "=in", Attr: uapi.LWT_BPF_IN | unix.NLA_F_NESTED, Arg: unix.BPF_PROG_TYPE_LWT_IN, Type: &program},
	{Words: "=out", Attr: uapi.LWT_BPF_OUT | unix.NLA_F_NESTED, Arg: unix.BPF_PROG_TYPE_LWT_OUT, Type: &program},
	{Words: "=xmit", Attr: uapi.LWT_BPF_XMIT | unix.NLA_F_NESTED, Arg: unix.BPF_PROG_TYPE_LWT_XMIT, Type: &program},
	{Words: "=headroom", Attr: uapi.LWT_BPF_XMIT_HEADROOM, Type: &headroom, Bad: "headroom is invalid\n"},
	{Words: "=help", Type: &field.Help},
}}

const bpfUsage = `Usage: ip route ... encap bpf [ in BPF ] [ out BPF ] [ xmit BPF ] [...]
BPF := { obj FILE | pinned FILE } [ section NAME ] [ verbose ]
`

var (
	// program is a program of the type Arg.
	program  = field.Type{Parse: parseProgram, Print: printProgram}
	headroom = field.Type{Size: 4, Scan: scanHeadroom, Print: func(v *field.View, r *field.Row, b []byte) {
		v.Pen.Uint(r.JSON(), " ", uint64(rtnl.U32(b)), " ")
	}}
)

// scanHeadroom reads a number, of which the first counts.
func scanHeadroom(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	if !ok || n == 0 {
		return 0, c.Wrong(r, s)
	}
	if first := c.Number(r); first != 0 {
		n = first
	}
	return n, nil
}

// parseProgram reads obj FILE or pinned FILE and what may follow. The program's
// descriptor stays open until the command ends: the request refers to it.
func parseProgram(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	if err := c.Note(r, r.Word(), c.Args.Word()); err != nil {
		return err
	}
	s := bpf.Source{Type: uint32(r.Arg), KeepLimits: c.Env.Hosted != nil}
	err := s.Parse(c.Args)
	fd := -1
	if err == nil {
		// To load it may pin its maps.
		err = c.Env.Settle()
	}
	if err == nil && c.Env.Dry == nil {
		fd, err = s.Open(c.Env.Stderr)
	}
	if e := (*bpf.Error)(nil); errors.As(err, &e) {
		return cli.Exit(cli.StatusUsage, "%sFailed to parse eBPF program: %s", e.Text, rtnl.Strerror(e.Errno))
	}
	if err != nil {
		return err
	}
	m := rtnl.New(0, 0)
	m.U32(uapi.LWT_BPF_PROG_FD, uint32(fd))
	m.Str(uapi.LWT_BPF_PROG_NAME, s.Annotation())
	c.Put(0, r.Attr, m.Body())
	return nil
}

// printProgram writes a program's name, if it has one.
func printProgram(v *field.View, r *field.Row, b []byte) {
	v.Label(r)
	if name := rtnl.CStr(rtnl.Find(b, uapi.LWT_BPF_PROG_NAME)); name != nil {
		v.Pen.Bytes(r.JSON(), "", name, " ")
	} else {
		v.Pen.JStr(r.JSON(), "<unknown>")
	}
}
