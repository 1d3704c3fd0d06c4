package command

import (
	"io"
	"os"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Lines runs command lines one after the other in this process, on one environment
// for each applet. A first word may name an applet; without it the line is one of the
// first applet, as in its batches.
type Lines struct {
	// Failed is told of each line that the kernel refused, perhaps after later ones
	// have been read. Without GoOn it is called once, and nothing behind that line
	// is done.
	Failed func(line int, err error)
	GoOn   bool
	// Stderr is where warnings go.
	Stderr io.Writer

	process Process
	calls   []*Call
	last    *Call
	// Dry, if set, is the kernel to the lines: they are tried, and touch nothing.
	Dry *rtnl.Dry
}

// NewLines returns lines of the commands that c knows.
func NewLines(c *Call) *Lines {
	return &Lines{process: Process{List: c.List, Own: c.Applet, Stdin: os.Stdin, Stdout: c.Stdout, Stderr: os.Stderr, Hosted: c.Hosted}, Stderr: c.Stderr}
}

// Close closes the sockets of lines apart.
func (l *Lines) Close() {
	for _, c := range l.calls {
		c.Close()
	}
}

// Apart returns a call of the same program for another namespace: its environment is
// its own. Close it: there may be more namespaces than a process may have sockets.
func (c *Call) Apart() *Call {
	p := NewLines(c).process
	if p.Hosted == nil {
		p.Hosted = &cli.Hosted{Interrupt: -1, Files: [3]int{0, 1, 2}}
	}
	return p.newCall(c.Applet, c.Called, nil, c.Opt)
}

// ForLines returns lines of a program's commands.
func (p *Process) ForLines() *Lines { return &Lines{process: *p, Stderr: p.Stderr} }

// Applet returns the applet of a line, and the words that are left to it. What is an
// object of the first applet in full is no other command: "route add" is ip's.
func (l *Lines) Applet(words []string) (*Applet, []string) {
	first := l.process.List[0]
	for _, o := range first.Objects {
		if word.Has(o.Words, words[0]) {
			return first, words
		}
	}
	if a := l.process.List.Find(words[0]); a != nil {
		return a, words[1:]
	}
	return first, words
}

// Run runs a line, which may be refused later: Settle waits for that. The error is
// rtnl.ErrStopped where an earlier line was refused.
func (l *Lines) Run(line int, words []string) error {
	a, args := l.Applet(words)
	if l.last != nil && l.last.Applet != a {
		if err := l.Settle(); err != nil {
			return err
		}
	}
	c := l.call(a)
	l.last = c
	c.Env.Line(cli.Line{Number: line})
	c.Opt.Family, args = familyOption(args)
	c.Args.Reset(args)
	err := l.run(c)
	c.Pen.End()
	c.Pen.Flush()
	if err != nil && !l.GoOn {
		if s := c.Settle(); s != nil {
			return s
		}
	}
	return err
}

func (l *Lines) run(c *Call) error {
	if c.Applet.Run != nil {
		return c.Applet.Run(c)
	}
	return c.Command()
}

// familyOption takes the options for a family, which may stand in front of a line's
// object.
func familyOption(args []string) (family uint8, rest []string) {
	for _, o := range [...]struct {
		word   string
		family uint8
	}{{"-4", unix.AF_INET}, {"-6", unix.AF_INET6}, {"-M", unix.AF_MPLS}, {"-B", unix.AF_BRIDGE}, {"-0", unix.AF_PACKET}} {
		if len(args) > 0 && args[0] == o.word {
			return o.family, args[1:]
		}
	}
	return unix.AF_UNSPEC, args
}

// call is the call that all lines of an applet share.
func (l *Lines) call(a *Applet) *Call {
	for _, c := range l.calls {
		if c.Applet == a {
			return c
		}
	}
	opt := cli.Options{Loops: cli.DefaultLoops, Force: l.GoOn, Lenient: a.Lenient}
	if l.Dry != nil {
		if null, err := file.OpenFile(os.DevNull, unix.O_WRONLY, 0); err == nil {
			l.process.Stdout = null
		}
	}
	c := l.process.newCall(a, a.Name(), nil, opt)
	c.Stderr, c.Tables.Note = l.Stderr, l.Stderr
	c.Batch = true
	switch {
	case l.Dry != nil:
		c.Dry = l.Dry
	case a.Objects != nil:
		c.Pipeline(func(line cli.Line, err error) { l.Failed(line.Number, err) })
	}
	l.calls = append(l.calls, c)
	return c
}

// Settle waits until all lines are done or refused.
func (l *Lines) Settle() error {
	if l.last == nil {
		return nil
	}
	return l.last.Settle()
}

// Forget forgets the links that were met, whose names may stand for others now.
func (l *Lines) Forget() {
	for _, c := range l.calls {
		c.Links.Reset()
	}
}
