package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Process runs command lines of a list, with what stands around it.
type Process struct {
	List List
	Own  *Applet // what the program does as itself, as its first word says
	// The streams that commands read and write.
	Stdin, Stdout, Stderr *os.File
	// File is the path that was executed, which is asked for where the program was
	// called by a name that tells nothing ("exec -a", no words at all).
	File func() string
	// Hosted is set where the process has other work.
	Hosted *cli.Hosted
}

// Main serves a command line with the name that the program was called by: that
// of an applet, or one that begins with "ip", else the first word tells the applet.
// It returns the exit status.
func (p *Process) Main(argv []string) int {
	called, args := p.Own.Name(), []string(nil)
	if len(argv) > 0 {
		called, args = argv[0], argv[1:]
	}
	a := p.calledApplet(filepath.Base(called))
	if a == nil && p.File != nil && !word.Has(p.Own.Names, filepath.Base(called)) {
		a = p.calledApplet(filepath.Base(p.File()))
	}
	if uid := os.Getuid(); uid != os.Geteuid() && !(a != nil && a.Setuid) {
		// Whoever makes a link to a set-user-ID file chooses the name that it is
		// called by.
		if caps.SetUser(uid) != nil {
			return cli.StatusError
		}
	}
	if a == nil {
		return p.Words(args)
	}
	return p.Run(a, called, args)
}

// calledApplet finds the applet that a program's name means: that of its name,
// or of what stands before a dot, as in ping.real, the name that a wrapper or
// dpkg-divert leaves to what it covers. login puts a dash in front of its shell's.
// The name of the first one may have that of an object behind it ("ipaddr").
func (p *Process) calledApplet(prog string) *Applet {
	name, _, _ := strings.Cut(strings.TrimPrefix(prog, "-"), ".")
	if a := p.List.Find(name); a != nil {
		return a
	}
	if first := p.List[0]; strings.HasPrefix(prog, first.Name()) {
		return first
	}
	return nil
}

// Words serves a command line whose first word tells the applet, or what the program
// does as itself. Any other word is one of the first applet.
func (p *Process) Words(args []string) int {
	first := p.List[0]
	if len(args) == 0 {
		p.Stderr.WriteString(p.Own.Lines())
		return cli.StatusUsage
	}
	if a := p.List.Find(args[0]); a != nil {
		return p.Run(a, args[0], args[1:])
	}
	if o := p.Own.Object(args[0]); o != nil {
		if p.Hosted == nil {
			occupy()
		}
		c := p.newCall(p.Own, p.Own.Name(), args[1:], cli.Options{})
		defer c.Close()
		if o.Restarts && p.Hosted != nil {
			return c.Finish(cli.Exit(cli.StatusUsage, "gip %s: needs the program, and cannot be done inside another", args[0]))
		}
		return c.Finish(c.On(o))
	}
	return p.Run(first, first.Name(), args)
}

// occupy opens standard descriptors that are closed so that they can be neither read nor
// written: a file or socket of ours in their place would be taken for what a user types,
// or get what is printed. Other tools are as they are in C.
func occupy() {
	for fd, mode := range [...]int{unix.O_WRONLY, unix.O_RDONLY, unix.O_RDONLY} {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
			unix.Open(os.DevNull, mode, 0)
		}
	}
}

// Run serves a command line of an applet. called is the name that it was called by,
// with its folder, as messages have it.
func (p *Process) Run(a *Applet, called string, args []string) (status int) {
	if a.Prepare != nil && p.Hosted == nil {
		if err := a.Prepare(called, args); err != nil {
			return p.newCall(a, called, args, cli.Options{}).Finish(err)
		}
	}
	c, err := p.Call(a, called, args)
	if err != nil {
		return cli.Report(p.Stderr, err)
	}
	defer c.Close()
	if err := c.reachable(); err != nil {
		return cli.Report(p.Stderr, err)
	}
	if c.Script != nil {
		return runBatch(c)
	}
	return c.Finish(c.Run())
}

// ReadText reads the file of a command of ours; "-" is standard input.
func (c *Call) ReadText(name string) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(c.Stdin)
		return string(b), err
	}
	return file.Read(name)
}

// reachable fails where no netlink socket can be had. An applet of objects has one
// before it looks at its words, and so tells of that whatever they are.
func (c *Call) reachable() error {
	a, batch := c.Applet, c.Script != nil
	if a.Objects == nil || a.HelpStatus < 0 && !batch && !c.More() {
		return nil
	}
	var err error
	if a.TellsTwice { // it has to be bound, too
		_, err = c.Env.Conn()
	} else {
		err = rtnl.Reachable()
	}
	switch {
	case err == nil:
		return nil
	case !batch && !a.TellsTwice:
		return cli.NoSocket(err)
	case batch && a.TellsTwice:
		return cli.Exit(cli.StatusUsage, "%s\nCannot open rtnetlink", cli.Said(err))
	}
	return cli.Exit(cli.StatusError, "%s\nCannot open rtnetlink", cli.Said(err))
}

// Call makes the call of an applet, in an environment that the options before the
// object have shaped.
func (p *Process) Call(a *Applet, called string, args []string) (*Call, error) {
	if a.Objects == nil {
		return p.newCall(a, called, args, cli.Options{}), nil
	}
	g := Globals{process: p, applet: a}
	g.Loops = cli.DefaultLoops
	rest, err := g.parse(args)
	if err != nil {
		return nil, err
	}
	g.Palette = g.palette()
	c := p.newCall(a, called, rest, g.Options)
	c.Script, c.Netns = g.batch, g.netns
	return c, nil
}

func (p *Process) newCall(a *Applet, called string, args []string, opt cli.Options) *Call {
	c := &Call{Env: p.env(opt), Args: cli.NewArgs(args), List: p.List, Applet: a}
	c.Called = called
	switch a.Output {
	case Checked:
		c.CheckOutput(filepath.Base(called))
	case Flushed:
		c.CheckFlushedOutput(called)
	case Tolerant:
		c.CheckOpenOutput(filepath.Base(called))
	}
	return c
}

// env is an environment of the process. What netns exec does not find on PATH, the
// program itself may serve as.
func (p *Process) env(opt cli.Options) *cli.Env {
	e := cli.New(p.Stdin, p.Stdout, p.Stderr, opt)
	e.Host(p.Hosted)
	e.Applet = func(name string, args []string) (run func() int, ok bool) {
		if word.Has(p.Own.Names, name) {
			return func() int { return p.Words(args) }, true
		}
		a := p.List.Find(name)
		return func() int { return p.Run(a, name, args) }, a != nil
	}
	return e
}

// Run does what a call asks for that is no batch.
func (c *Call) Run() error {
	if c.Applet.Run != nil {
		return c.Applet.Run(c)
	}
	name := c.Called[strings.LastIndexByte(c.Called, '/')+1:]
	return c.named(name[min(len(c.Applet.Name()), len(name)):])
}

// named runs the object that the program's own name asks for ("ipaddr"). If that is
// none, or fails with status 1, the real tool goes on and takes the first argument
// for the object.
func (c *Call) named(name string) error {
	words := c.Rest()
	if o := c.Applet.Object(name); o != nil {
		err := c.On(o)
		if cli.EndsBatch(err) || cli.Status(err) != cli.StatusError {
			return err
		}
		c.Pen.End()
		cli.Report(c.Stderr, err)
		c.Args.Reset(words)
	}
	if !c.More() {
		return c.Applet.help()
	}
	return c.Command()
}

// MayEnter reports whether a command line may enter a namespace: it has the
// option -netns, a word that may be the object netns, or a batch. The program's
// own name may be one ("ipnetns").
func MayEnter(argv []string) bool {
	for i, word := range argv {
		if i == 0 {
			word = filepath.Base(word)
			word = word[min(len("ip"), len(word)):]
		}
		name := strings.TrimLeft(word, "-")
		if strings.HasPrefix(name, "n") || name != word && strings.HasPrefix(name, "b") {
			return true
		}
	}
	return false
}
