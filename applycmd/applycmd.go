// Package applycmd is gip's own commands that change a network namespace with a way
// back: snapshot, diff, restore and apply (package state has how it is done).
package applycmd

import (
	"errors"
	"io"
	"runtime"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/show"
	"gip/state"
)

// Exit statuses beside 0: what was asked for was not done, the command line makes no
// sense, and what was to be brought back could not be, as listed.
const (
	statusFailed = 1
	statusUsage  = 2
	statusLeft   = 3
)

// Snapshot, Diff and Restore are the objects of these names.
var (
	Snapshot = command.Object{Words: "=snapshot", Takes: "[NAMESPACE]", Does: "write what is set in the network", Run: snapshot}
	Diff     = command.Object{Words: "=diff", Takes: "FILE [FILE]", Does: "show what is other than in a snapshot", Run: diff}
	Restore  = command.Object{Words: "=restore", Takes: "FILE", Does: "make the network what a snapshot says", Run: restore}
)

const (
	snapshotUsage = `Usage: gip snapshot [ NAMESPACE ] > FILE
Writes what can be set of the network: links, addresses, routes, rules, nexthops,
neighbours, what bridges have, and sysctls, as lines that read like a batch of ip.
`
	diffUsage = `Usage: gip diff [ -j ] FILE [ FILE | - ]
Shows what the second snapshot, or else the network, has more (+), less (-) or other (~)
than the first.

-j, --json  as JSON
`
	restoreUsage = `Usage: gip restore FILE
Makes the network what the snapshot says, with as few changes as that takes. What could
not be done is listed, with status 3.
`
)

var helpOption = cli.LongOpt{Name: "help", Val: 'h'}

// The options of the three.
var (
	plainOptions = cli.Getopt{Short: "h", Long: []cli.LongOpt{helpOption}}
	diffOptions  = cli.Getopt{Short: "jh", Long: []cli.LongOpt{{Name: "json", Val: 'j'}, helpOption}}
)

// words reads a command line of between least and most operands. done tells that it
// asked for help.
func words(c *command.Call, g cli.Getopt, name, usage string, least, most int) (opts []cli.Opt, rest []string, done bool, err error) {
	opts, rest = g.As("gip " + name).Parse(c.Rest())
	for _, o := range opts {
		switch {
		case o.Val == 'h':
			c.Pen.Raw(usage)
			return nil, nil, true, nil
		case o.Err != "":
			return nil, nil, false, cli.Exit(statusUsage, "%s\n%s", o.Err, strings.TrimSuffix(usage, "\n"))
		}
	}
	if len(rest) < least || len(rest) > most {
		return nil, nil, false, cli.Exit(statusUsage, "%s", strings.TrimSuffix(usage, "\n"))
	}
	return opts, rest, false, nil
}

// fail is an error with the name of the command.
func fail(name string, err error) error {
	return &cli.Error{Status: statusFailed, Text: "gip " + name + ": " + message(err) + "\n"}
}

// message is what an error says, without a newline.
func message(err error) string {
	var b strings.Builder
	cli.Report(&b, err)
	return strings.TrimSuffix(b.String(), "\n")
}

func snapshot(c *command.Call) error {
	_, rest, done, err := words(c, plainOptions, "snapshot", snapshotUsage, 0, 1)
	if err != nil || done {
		return err
	}
	if len(rest) == 1 {
		runtime.LockOSThread() // a namespace belongs to a thread
		if err := netns.Switch(rest[0], func(s string) { c.Warnf("%s\n", s) }); err != nil {
			return fail("snapshot", err)
		}
	}
	s, err := state.Read(c.Env, state.All)
	if err != nil {
		return fail("snapshot", err)
	}
	c.Pen.Raw(string(s.Text()))
	return nil
}

// load reads a snapshot from a file, or from standard input.
func load(c *command.Call, name string) (*state.State, error) {
	content, err := readAll(c, name)
	if err != nil {
		return nil, err
	}
	s, err := state.Parse(content)
	if err != nil {
		return nil, errors.New(name + ":" + err.Error())
	}
	return s, nil
}

func readAll(c *command.Call, name string) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(c.Stdin)
		return string(b), err
	}
	return file.Read(name)
}

func diff(c *command.Call) error {
	opts, rest, done, err := words(c, diffOptions, "diff", diffUsage, 1, 2)
	if err != nil || done {
		return err
	}
	from, err := load(c, rest[0])
	if err != nil {
		return fail("diff", err)
	}
	var to *state.State
	if len(rest) == 2 {
		to, err = load(c, rest[1])
	} else {
		to, err = state.Read(c.Env, state.All)
	}
	if err != nil {
		return fail("diff", err)
	}
	list := state.Diff(from, to)
	if len(opts) > 0 {
		c.Pen.Raw(string(appendJSON(nil, list)))
	} else {
		c.Pen.Raw(string(appendChanges(nil, list)))
	}
	if len(list) > 0 {
		return cli.Silent(statusFailed)
	}
	return nil
}

// appendChanges writes changes as lines: + more, - less; what is other is one of each.
func appendChanges(b []byte, list []state.Change) []byte {
	for _, ch := range list {
		if ch.Op == '~' {
			b = append(append(append(b, "- "...), ch.Was...), '\n')
			b = append(append(append(b, "+ "...), ch.Text...), '\n')
			continue
		}
		b = append(append(append(b, ch.Op, ' '), ch.Text...), '\n')
	}
	return b
}

// appendJSON writes changes as an array of objects.
func appendJSON(b []byte, list []state.Change) []byte {
	b = append(b, '[')
	for i, ch := range list {
		if i > 0 {
			b = append(b, ',')
		}
		op := map[byte]string{'+': "more", '-': "less", '~': "other"}[ch.Op]
		b = append(append(append(b, `{"change":"`...), op...), `","line":"`...)
		b = append(show.AppendEscaped(b, ch.Text), '"')
		if ch.Op == '~' {
			b = append(show.AppendEscaped(append(b, `,"was":"`...), ch.Was), '"')
		}
		b = append(b, '}')
	}
	return append(b, "]\n"...)
}

func restore(c *command.Call) error {
	_, rest, done, err := words(c, plainOptions, "restore", restoreUsage, 1, 1)
	if err != nil || done {
		return err
	}
	want, err := load(c, rest[0])
	if err != nil {
		return fail("restore", err)
	}
	now, err := state.Read(c.Env, 0)
	if err != nil {
		return fail("restore", err)
	}
	for _, l := range state.Foreign(now, want) {
		c.Warnf("gip restore: %s is not here, and no command makes it\n", l)
	}
	left, lines, err := state.Restore(c.Env, quiet(c), want, state.All)
	if err != nil {
		return fail("restore", err)
	}
	return told(c, "restored", left, lines)
}

// quiet are lines whose warnings nobody sees: they are not the user's.
func quiet(c *command.Call) *command.Lines {
	l := command.NewLines(c)
	l.Stderr = io.Discard
	return l
}

// told says how a state was brought back, and lists what could not be.
func told(c *command.Call, what string, left []state.Change, lines int) error {
	if len(left) == 0 {
		c.Warnf("%s: %d changes\n", what, lines)
		return nil
	}
	return cli.Exit(statusLeft, "%s: %d changes; what is still other:\n%s", what, lines,
		strings.TrimSuffix(string(appendChanges(nil, left)), "\n"))
}
