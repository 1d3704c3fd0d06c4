package kind

import (
	"errors"
	"strings"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Program is what a filter or an action of the kind bpf runs: instructions of the old
// machine, or a program of the new one.
type Program struct {
	source bpf.Source
	isNew  bool
	fd     int
	ops    []byte // struct sock_filter each
}

// ProgramAttrs are the attributes of a program.
type ProgramAttrs struct{ Count, Ops, FD, Name uint16 }

// mostOps is how many instructions the old machine has at most.
const (
	mostOps = 4096
	opSize  = 8
)

// ReadProgram reads "bytecode OPS" and its like. One that is pinned is opened at once.
func ReadProgram(c *field.Call, typ uint32) (*Program, error) {
	a := c.Args
	p := &Program{source: bpf.Source{Type: typ}, fd: -1}
	isFile := false
	switch {
	case a.Match("bytecode|=bc"):
	case a.Match("bytecode-file|=bcf"):
		isFile = true
	default:
		p.isNew = true
		err := textOf(p.source.Parse(a))
		if err == nil && p.source.Pinned() {
			err = p.Open(c)
		}
		return p, err
	}
	s, err := a.Value()
	if err == nil && isFile {
		s, err = readOps(s)
	}
	if err != nil {
		return nil, err
	}
	p.ops, err = parseOps(s)
	return p, err
}

// textOf is an error of the loader as one of ours.
func textOf(err error) error {
	if e := (*bpf.Error)(nil); errors.As(err, &e) {
		return &cli.Error{Status: cli.StatusError, Text: e.Text}
	}
	return err
}

// Open loads a program of an object file, or opens one that is pinned; others need not.
// The descriptor stays open until the command ends, for the request refers to it.
func (p *Program) Open(c *field.Call) error {
	if p == nil || !p.isNew || p.fd >= 0 {
		return nil
	}
	if err := c.Env.Settle(); err != nil { // loading a program leaves traces
		return err
	}
	if c.Env.Dry != nil {
		return nil
	}
	fd, err := p.source.Open(c.Env.Stderr)
	p.fd = fd
	return textOf(err)
}

// Put puts the attributes of a program: of none, no instructions.
func (p *Program) Put(c *field.Call, attrs *ProgramAttrs) {
	if p != nil && p.isNew {
		c.PutUint(0, attrs.FD, 4, uint64(uint32(p.fd)), false)
		c.PutString(0, attrs.Name, p.source.Annotation())
		return
	}
	var ops []byte
	if p != nil {
		ops = p.ops
	}
	c.PutUint(0, attrs.Count, 2, uint64(len(ops)/opSize), false)
	c.Put(0, attrs.Ops, ops)
}

// readOps reads instructions from a file: line ends are commas there.
func readOps(path string) (string, error) {
	text, err := file.Read(path)
	if err != nil {
		return "", cli.Fail("Cannot fopen: %s", cli.Strerror(err))
	}
	b := make([]byte, 0, len(text))
	last := byte(' ')
	for _, c := range []byte(text) {
		switch c {
		case '\n':
			if last != ',' {
				b = append(b, ',')
			}
			last = ','
		case ' ', '\t':
			if last != ' ' {
				b = append(b, c)
			}
			last = ' '
		default:
			b = append(b, c)
			last = c
		}
	}
	return string(b), nil
}

// parseOps reads "COUNT,CODE JT JF K,…", all of them decimal.
func parseOps(s string) ([]byte, error) {
	count, rest, ok := word.Scanu(s)
	count &= 0xFFFF
	if !ok || rest == "" || rest[0] != ',' || count == 0 || count > mostOps {
		return nil, cli.Silent(cli.StatusError)
	}
	var ops []byte
	for i := uint32(0); ; i++ {
		_, after, found := strings.Cut(rest, ",")
		if rest = after; !found || rest == "" {
			if i != count {
				return nil, cli.Fail("Parsed program length is less than encoded length parameter!")
			}
			return ops, nil
		}
		if i >= count {
			return nil, cli.Fail("Real program length exceeds encoded length parameter!")
		}
		op, ok := parseOp(rest)
		if !ok {
			return nil, cli.Fail("Error at instruction %d!", i)
		}
		ops = append(ops, op...)
	}
}

// parseOp reads an instruction: 16 bits, twice 8, and 32.
func parseOp(s string) ([]byte, bool) {
	var b []byte
	for _, size := range [...]int{2, 1, 1, 4} {
		n, rest, ok := word.Scanu(s)
		if !ok {
			return nil, false
		}
		b = rtnl.AppendUint(b, size, uint64(n)&(1<<(8*size)-1))
		s = rest
	}
	return b, true
}

// ShowOps writes the instructions of a program, if it has some.
func ShowOps(p *show.Pen, count, ops []byte, post string) {
	n := int(rtnl.U16(count))
	if count == nil || ops == nil {
		return
	}
	if n = min(n, len(ops)/opSize); n > 0 {
		showOps(p, ops[:n*opSize])
	}
	p.Text(post)
}

func showOps(p *show.Pen, ops []byte) {
	p.OpenObject("bytecode")
	p.Uint("length", "bytecode '", uint64(len(ops)/opSize), ",")
	p.OpenArray("insns")
	for ; len(ops) > 0; ops = ops[opSize:] {
		end := ","
		if len(ops) == opSize {
			end = "'"
		}
		p.OpenObject("")
		p.Uint("code", "", uint64(rtnl.U16(ops)), " ")
		p.Uint("jt", "", uint64(ops[2]), " ")
		p.Uint("jf", "", uint64(ops[3]), " ")
		p.Uint("k", "", uint64(rtnl.U32(ops[4:])), end)
		p.CloseObject()
	}
	p.CloseArray()
	p.CloseObject()
}

// ShowProgram writes what the kernel tells of a program that has that id, or else its
// tag.
func ShowProgram(v *field.View, id, tag []byte) {
	if id != nil && bpf.ShowProgram(v.Pen, rtnl.U32(id), v.Env.Opt.Details > 0) || tag == nil {
		return
	}
	v.Pen.Bytes("tag", "tag ", show.AppendHexBytes(nil, tag), " ")
}

// Types of programs.
const (
	ProgramFilter = unix.BPF_PROG_TYPE_SCHED_CLS
	ProgramAction = unix.BPF_PROG_TYPE_SCHED_ACT
)

// ProgramHelp is what a program may be.
const ProgramHelp = `PROGRAM := { bytecode OPS | bytecode-file FILE |
             object-file FILE [ section NAME ] [ program NAME ] [ verbose ] | object-pinned FILE }
OPS := 'COUNT,CODE JT JF K,CODE JT JF K,...'
`
