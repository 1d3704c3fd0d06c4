// Package applycmd is gip's own commands that change a network namespace with a way
// back: snapshot, diff, restore and apply (package state has how it is done).
package applycmd

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/show"
	"gip/internal/state"
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
	Snapshot = command.Object{Words: "=snapshot", Takes: "[NAMESPACE|-a]", Does: "write what is set in the network", Run: snapshot}
	Diff     = command.Object{Words: "=diff", Takes: "FILE [FILE]", Does: "show what is other than in a snapshot", Run: diff}
	Restore  = command.Object{Words: "=restore", Takes: "FILE", Does: "make the network what a snapshot says", Run: restore}
)

const (
	snapshotUsage = `Usage: gip snapshot [ NAMESPACE | -a ] > FILE
Writes what can be set of the network: links, addresses, routes, rules, nexthops,
neighbours, what bridges have, and sysctls, as lines that read like a batch of ip.

-a, --all  of this namespace, and of all that have a name
`
	diffUsage = `Usage: gip diff [ -j ] FILE [ FILE | - ]
Shows what the second snapshot, or else the network, has more (+) or less (-) than the
first; what is other is one of each.

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
	snapshotOptions = cli.Getopt{Short: "ah", Long: []cli.LongOpt{{Name: "all", Val: 'a'}, helpOption}}
	plainOptions    = cli.Getopt{Short: "h", Long: []cli.LongOpt{helpOption}}
	diffOptions     = cli.Getopt{Short: "jh", Long: []cli.LongOpt{{Name: "json", Val: 'j'}, helpOption}}
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
	opts, rest, done, err := words(c, snapshotOptions, "snapshot", snapshotUsage, 0, 1)
	switch {
	case err != nil || done:
		return err
	case len(opts) > 0 && len(rest) > 0:
		return cli.Exit(statusUsage, "%s", strings.TrimSuffix(snapshotUsage, "\n"))
	}
	if len(opts) > 0 {
		list, err := readNamed(c, func(string) bool { return true })
		if err != nil {
			return fail("snapshot", err)
		}
		warnBare(c, list[0].State)
		c.Pen.Raw(string(state.AllText(list)))
		return nil
	}
	name := ""
	if len(rest) == 1 {
		name = rest[0]
	}
	err = within(c, name, func(in *command.Call) error {
		s, err := state.Read(in.Env, state.All)
		if err == nil {
			warnBare(c, s)
			c.Pen.Raw(string(s.Text()))
		}
		return err
	})
	if err != nil {
		return fail("snapshot", err)
	}
	return nil
}

// warnBare tells of a snapshot that it lacks sysctls, of which each network has some.
func warnBare(c *command.Call, s *state.State) {
	if !slices.ContainsFunc(s.Items, func(i state.Item) bool { return i.Sort == state.Sysctl }) {
		c.Warnf("gip snapshot: without sysctls: /proc/sys/net cannot be read\n")
	}
}

// within calls f with a call that is in the namespace of that name, if there is one.
func within(c *command.Call, name string, f func(*command.Call) error) error {
	if name == "" {
		return f(c)
	}
	return netns.Apart(func() error {
		if _, err := netns.Enter(name, func(s string) { c.Warnf("%s\n", s) }); err != nil {
			return err
		}
		in := c.Apart()
		defer in.Close()
		return f(in)
	})
}

// readNamed reads our own namespace, and those others whose names are wanted.
func readNamed(c *command.Call, wanted func(name string) bool) (list []state.Named, err error) {
	names, err := netns.Names()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range append([]string{""}, names...) {
		if name != "" && !wanted(name) {
			continue
		}
		err := within(c, name, func(in *command.Call) error {
			s, err := state.Read(in.Env, state.All)
			list = append(list, state.Named{Name: name, State: s})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// load reads a snapshot from a file, or from standard input. check is as state.ParseAll
// has it.
func load(c *command.Call, name string, check func(words []string) error) (list []state.Named, all bool, err error) {
	content, err := readAll(c, name)
	if err != nil {
		return nil, false, err
	}
	if list, all, err = state.ParseAll(content, check); err != nil {
		err = errors.New(name + ":" + err.Error())
	}
	return list, all, err
}

func readAll(c *command.Call, name string) (string, error) {
	text, err := c.ReadText(name)
	if err != nil {
		err = errors.New(name + ": " + message(err))
	}
	return text, err
}

func diff(c *command.Call) error {
	opts, rest, done, err := words(c, diffOptions, "diff", diffUsage, 1, 2)
	if err != nil || done {
		return err
	}
	from, all, err := load(c, rest[0], nil)
	if err != nil {
		return fail("diff", err)
	}
	var to []state.Named
	if len(rest) == 2 {
		to, _, err = load(c, rest[1], nil)
	} else {
		to, err = readNamed(c, func(name string) bool { return all || state.Find(from, name) != nil })
	}
	if err != nil {
		return fail("diff", err)
	}
	list := state.DiffAll(from, to)
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
	now, err := state.Read(c.Env, 0)
	if err != nil {
		return fail("restore", err)
	}
	k, err := newChecker(c, now)
	if err != nil {
		return fail("restore", err)
	}
	list, _, err := load(c, rest[0], func(words []string) error { return k.parse(line{words: words}) })
	if err != nil {
		return fail("restore", errors.New(err.Error()+"\ngip restore: nothing was changed"))
	}
	return restoreAll(c, list)
}

// restoreAll restores each namespace that is there. First it says what is missing.
func restoreAll(c *command.Call, list []state.Named) error {
	var left []state.Change
	lines := 0
	for _, step := range [...]func(in *command.Call, n state.Named) error{
		func(in *command.Call, n state.Named) error {
			now, err := state.Read(in.Env, 0)
			for _, l := range state.Foreign(now, n.State) {
				c.Warnf("gip restore: %s%s is not here, and no command makes it\n", state.InNetns(n.Name), l)
			}
			return err
		},
		func(in *command.Call, n state.Named) error {
			l := quiet(in)
			defer l.Close()
			other, did, err := state.Restore(in.Env, l, n.State, state.All)
			left, lines = append(left, state.Within(n.Name, other)...), lines+did
			return err
		},
	} {
		there := list[:0:0]
		for _, n := range list {
			if n.Name != "" && !file.Exists(netns.Path(n.Name)) {
				left = append(left, state.Change{Op: '+', Text: "netns" + string(field.AppendWord(nil, n.Name))})
				c.Warnf("gip restore: namespace %s is not here; \"ip netns add\" makes it\n", n.Name)
				continue
			}
			there = append(there, n)
			if err := within(c, n.Name, func(in *command.Call) error { return step(in, n) }); err != nil {
				return halfway(err, lines)
			}
		}
		list = there
	}
	return told(c, "restored", left, lines)
}

// halfway is an error that came when so many changes had been made.
func halfway(err error, lines int) error {
	if lines == 0 {
		return fail("restore", err)
	}
	return cli.Exit(statusLeft, "gip restore: %s\nrestored in part: %d changes; the same command goes on from here", message(err), lines)
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
