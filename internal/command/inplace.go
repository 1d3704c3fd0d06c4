package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/show"
)

// InPlace returns the applet that a command line names, and whether that can do its
// work within this process, among others: without options that move the process
// elsewhere or read a file in the place of standard input, and without giving up
// rights first.
func (p *Process) InPlace(words []string) (a *Applet, ok bool) {
	a = p.List.Find(words[0])
	if a == nil || a.Setuid || strings.Contains(words[0], "/") {
		return nil, false
	}
	unknown, ok := a.flagsOnly(words[1:])
	return a, ok && unknown == ""
}

// flagsOnly reports whether options before the object are all flags, up to an unknown
// one.
func (a *Applet) flagsOnly(args []string) (unknown string, ok bool) {
	for ; a.Objects != nil && len(args) > 0 && strings.HasPrefix(args[0], "-"); args = args[1:] {
		switch opt, _ := a.findOption(strings.TrimPrefix(args[0][1:], "-")); {
		case opt == nil:
			return args[0], true
		case opt.Set != nil:
			return "", false
		}
	}
	return "", true
}

// Serve does what a command line of an applet asks for, within this process and on
// this thread. What it says of its failure goes to stderr.
func (p *Process) Serve(a *Applet, words []string, stderr io.Writer) (status int) {
	own := *p // some commands close their streams
	for _, f := range []**os.File{&own.Stdout, &own.Stderr} {
		second, err := file.Dup(*f)
		if err != nil {
			return cli.Report(stderr, err)
		}
		*f = second
		defer second.Close()
	}
	own.Hosted = &cli.Hosted{Interrupt: -1, Files: [3]int{int(p.Stdin.Fd()), int(own.Stdout.Fd()), int(own.Stderr.Fd())}}
	c, err := own.Call(a, a.Name(), words[1:])
	if err != nil {
		return cli.Report(stderr, err)
	}
	defer c.Close()
	c.quiet(stderr)
	c.Called = filepath.Base(words[0])
	return c.Finish(c.Run())
}

// quiet lets a call read nothing, and complain to stderr.
func (c *Call) quiet(stderr io.Writer) {
	c.Stdin, c.Stderr, c.Tables.Note = strings.NewReader(""), stderr, stderr
}

// Try reads the words of a command line as the command itself does, and does nothing.
// What stands in for the kernel is d. It returns what the command would complain about;
// the words of tools that do not talk netlink it does not look at.
func (l List) Try(words []string, d *rtnl.Dry) (complaint string) {
	a := l.Find(words[0])
	if a == nil || a.Objects == nil {
		return ""
	}
	if _, ok := a.flagsOnly(words[1:]); !ok {
		return ""
	}
	var said strings.Builder
	p := Process{List: l}
	c, err := p.Call(a, a.Name(), words[1:])
	if err == nil {
		c.quiet(&said)
		c.Dry, c.Opt.Echo = d, false
		c.Pen = show.New(io.Discard, show.Options{})
		err = c.Run()
	}
	if cli.Report(&said, err) == 0 {
		return ""
	}
	return said.String()
}
