// Package sysctlcmd is sysctl(8) of procps: it reads and writes the kernel's
// parameters, which are the files below /proc/sys.
package sysctlcmd

import (
	"fmt"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/ere"
	"gip/internal/show"
	"gip/internal/word"
)

// A command is one call of sysctl.
type sysctl struct {
	env        *cli.Env
	prog       string // the name that it was called by, without its folder
	names      bool   // -N
	values     bool   // -n
	binary     bool   // -b
	ignore     bool   // -e
	quiet      bool   // -q
	write      bool   // -w
	dryRun     bool
	deprecated bool
	all        bool // -a
	load       bool // -p
	file       *string
	system     bool
	pattern    *ere.Regexp
	hopeless   bool // a pattern that cannot be read matches nothing

	settings []setting
	// What reading many parameters uses again and again: the value that was
	// read last, the key that it has, and a buffer for each folder that is open.
	value, key []byte
	entries    [][]byte
}

var options = cli.Getopt{
	Prog:  "sysctl",
	Short: "bneNwfp::qoxaAXr:Vdh",
	Long: []cli.LongOpt{
		{Name: "all", Val: 'a'},
		{Name: "deprecated", Val: 'D'},
		{Name: "dry-run", Val: 'R'},
		{Name: "binary", Val: 'b'},
		{Name: "ignore", Val: 'e'},
		{Name: "names", Val: 'N'},
		{Name: "values", Val: 'n'},
		{Name: "load", Arg: cli.MayArg, Val: 'p'},
		{Name: "quiet", Val: 'q'},
		{Name: "write", Val: 'w'},
		{Name: "system", Val: 'S'},
		{Name: "pattern", Arg: cli.NeedArg, Val: 'r'},
		{Name: "help", Val: 'h'},
		{Name: "version", Val: 'V'},
	},
}

// version is the release of procps whose behaviour this is, behind the name.
const version = " from procps-ng 4.0.7\n"

// Exit statuses. A name that cannot be one fails with notAKey; what several
// words fail with adds up, and the last 8 bits of it are the exit status.
const (
	failed  = 1
	notAKey = -1
)

// Applet is the command sysctl.
var Applet = command.Applet{Names: "sysctl", Run: run, Output: command.Checked}

func run(call *command.Call) error {
	e, args := call.Env, call.Rest()
	if len(args) == 0 {
		return &cli.Error{Status: failed, Text: usage}
	}
	c := &sysctl{env: e, prog: base(e.Called)}
	rest, err := options.As(e.Called).Each(args, c.option)
	if err != nil {
		return err
	}
	status, err := c.run(rest)
	if err == nil && status&0xff != 0 {
		err = cli.Silent(status & 0xff)
	}
	return err
}

func (c *sysctl) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'n', &c.values}, {'N', &c.names}, {'e', &c.ignore}, {'q', &c.quiet}, {'w', &c.write},
		{'a', &c.all}, {'A', &c.all}, {'X', &c.all}, {'D', &c.deprecated}, {'R', &c.dryRun}}) {
		return nil
	}
	switch o.Val {
	case 'b':
		c.values, c.binary = true, true
	case 'p', 'f':
		c.load = true
		if o.Has {
			c.file = &o.Arg
		}
	case 'S':
		c.system, c.ignore = true, true
	case 'r':
		return c.setPattern(o.Arg)
	case 'V':
		c.env.Pen.Raw(c.prog + version)
		return cli.Done
	case 'h', 'd':
		c.env.Pen.Raw(usage)
		return cli.Done
	case '?':
		c.env.Warnf("%s\n", o.Err)
		c.env.Pen.Raw(usage)
		return cli.Done
	}
	return nil
}

func (c *sysctl) setPattern(s string) error {
	var err error
	c.pattern, err = ere.Compile(s)
	if err == ere.ErrBackReference {
		return cli.Fail("%s: %s: %s", c.prog, s, err)
	}
	c.hopeless = err != nil
	return nil
}

func (c *sysctl) matches(s string) bool {
	return !c.hopeless && (c.pattern == nil || c.pattern.Match(s))
}

func (c *sysctl) run(args []string) (status int, err error) {
	switch {
	case c.all:
		return c.list(procSys), nil
	case c.load:
		return c.loadFiles(args), nil
	case c.system:
		status = c.loadSystem()
		if len(args) == 0 {
			return status, nil
		}
	}
	switch {
	case len(args) == 0:
		return 0, c.misused("no variables specified")
	case c.names && c.quiet:
		return 0, c.misused("options -N and -q cannot coexist")
	}
	return c.words(status, args), nil
}

func (c *sysctl) misused(text string) error {
	return cli.Fail("%s: %s\nTry `%[1]s --help' for more information.", c.prog, text)
}

// words reads or writes what the command line names, one after the other.
func (c *sysctl) words(status int, words []string) int {
	for _, w := range words {
		if w == word.Asked {
			offer(word.Typed)
			break
		}
		if !c.write && !strings.Contains(w, "=") {
			status += c.read(w)
			continue
		}
		if s, ok := c.parseSetting(w, "command line", 0); ok {
			status |= c.set(s, s.path)
		} else {
			status |= failed
		}
	}
	return status
}

// warn tells what is wrong; the command goes on. On a terminal, what was
// written before it stands before it.
func (c *sysctl) warn(format string, args ...any) {
	if show.IsTerminal(c.env.Stdout) {
		c.env.Pen.Flush()
	}
	c.env.Warnf("%s: %s\n", c.prog, fmt.Sprintf(format, args...))
}
