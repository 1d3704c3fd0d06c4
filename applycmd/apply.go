package applycmd

import (
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/state"

	"golang.org/x/sys/unix"
)

// Apply is the object of that name.
var Apply = command.Object{Words: "=apply", Restarts: true, Takes: "FILE", Does: "run lines of ip, all of them or none", Run: apply}

const applyUsage = `Usage: gip apply [ -n | --confirm SECONDS ] [ --force ] { FILE | - }
       gip apply { --commit | --recover }
Runs lines as "ip -batch" has them; a first word bridge, brctl or sysctl names another
command. No line runs if one makes no sense. Where a line fails, all of them are undone.

-n, --dry-run          run the lines on a copy, and show what they change there
-c, --confirm SECONDS  undo all unless Enter or "gip apply --commit" comes in time
-f, --force            also run lines that cannot be undone
    --commit           confirm what waits for that
    --recover          undo what an apply has left that was killed
Status: 0 done, 1 undone or not begun, 2 usage, 3 not wholly undone, with a list.
`

var applyOptions = cli.Getopt{Prog: "gip apply", Short: "nc:fh", Long: []cli.LongOpt{
	{Name: "dry-run", Val: 'n'}, {Name: "confirm", Arg: cli.NeedArg, Val: 'c'}, {Name: "force", Val: 'f'},
	{Name: "commit", Val: 'C'}, {Name: "recover", Val: 'R'}, helpOption,
}}

// The words by which gip apply starts itself: to undo what nobody confirms, and to
// rehearse. They are for nobody else: neither help nor completion has them.
const (
	watchWord     = "--watch"
	rehearsalWord = "--rehearsal"
)

// An application is one call of gip apply.
type application struct {
	*command.Call
	confirm time.Duration // 0 if nothing is to be confirmed
	force   bool
	dry     bool
	name    string // of the file
	lines   []line
	journal *journal
	before  *state.State
	sorts   state.Sorts
	signals *cli.Signals
	watcher int // the process that waits for a confirmation
}

// garbage is how much memory may be wasted before it is collected, in percent: lines
// and states are thrown away soon, and there are many of them.
const garbage = 400

func apply(c *command.Call) error {
	debug.SetGCPercent(garbage)
	a := &application{Call: c}
	words := c.Rest()
	if len(words) == 2 && !c.Asked {
		switch words[0] {
		case watchWord:
			return a.watch(words[1])
		case rehearsalWord:
			return a.perform(words[1])
		}
	}
	mode, err := a.parse(words)
	if err != nil {
		return err
	}
	switch mode {
	case 'h':
		c.Pen.Raw(applyUsage)
		return nil
	case 'C':
		return commit()
	case 'R':
		return a.recover()
	}
	return a.run()
}

// parse reads the words, and tells what is to be done, if not to apply lines.
func (a *application) parse(words []string) (mode int, err error) {
	opts, rest := applyOptions.Parse(words)
	for _, o := range opts {
		switch o.Val {
		case 'c':
			if a.confirm, err = seconds(o.Arg); err != nil {
				return 0, err
			}
		case 'f':
			a.force = true
		case 'n':
			a.dry = true
		case 'h', 'C', 'R':
			mode = int(o.Val)
		default:
			return 0, cli.Exit(statusUsage, "%s\n%s", o.Err, strings.TrimSuffix(applyUsage, "\n"))
		}
	}
	switch {
	case mode == 'h', mode != 0 && len(opts) == 1 && len(rest) == 0:
		return mode, nil
	case mode != 0, len(rest) != 1, a.dry && a.confirm > 0:
		return 0, cli.Exit(statusUsage, "%s", strings.TrimSuffix(applyUsage, "\n"))
	}
	a.name = rest[0]
	return 0, nil
}

// seconds reads how long is waited for a confirmation.
func seconds(text string) (time.Duration, error) {
	n, ok := cli.ParseUint(text, 10, 31)
	if !ok || n == 0 {
		return 0, cli.Exit(statusUsage, "gip apply: %q is no number of seconds", text)
	}
	return time.Duration(n) * time.Second, nil
}

// run applies the lines.
func (a *application) run() (err error) {
	text, err := readAll(a.Call, a.name)
	if err != nil {
		return fail("apply", err)
	}
	if a.lines, err = splitLines(a.name, text); err != nil {
		return fail("apply", err)
	}
	if a.dry {
		if a.before, err = state.Read(a.Env, 0); err != nil {
			return fail("apply", err)
		}
		if err := a.check(); err != nil {
			return err
		}
		return a.rehearse(text)
	}
	if a.journal, err = openJournal(); err != nil {
		return fail("apply", err)
	}
	defer a.journal.close()
	if _, _, left, _ := a.journal.read(); left {
		return fail("apply", errors.New(`an earlier apply was cut off: "gip apply --recover" undoes it`))
	}
	if a.before, err = state.Read(a.Env, 0); err != nil {
		return fail("apply", err)
	}
	if err := a.check(); err != nil {
		return err
	}
	if a.before, err = state.Read(a.Env, a.sorts); err != nil {
		return fail("apply", err)
	}
	// Who no longer reads what is said has gone: SIGPIPE is one of those that undo.
	if a.signals, err = a.Notify(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGPIPE); err != nil {
		return fail("apply", err)
	}
	if err := a.journal.write(a.before, a.sorts); err != nil {
		return fail("apply", errors.New("no line was run, the journal cannot be written: "+err.Error()))
	}
	if a.confirm > 0 {
		return a.tentative()
	}
	if err := a.all(); err != nil {
		return a.undo(err)
	}
	a.journal.clear()
	return nil
}

// check parses all lines, and refuses those that could not be undone.
func (a *application) check() error {
	k, err := newChecker(a.Call, a.before)
	if err != nil {
		return fail("apply", err)
	}
	var wrong, refused []string
	for _, l := range a.lines {
		switch why, err := k.check(l); {
		case err != nil:
			wrong = append(wrong, place(a.name, l.number)+err.Error())
		case why != "":
			refused = append(refused, place(a.name, l.number)+"cannot be undone: "+why)
		}
	}
	if len(wrong) > 0 {
		return cli.Exit(statusFailed, "%s\ngip apply: no line was run", strings.Join(wrong, "\n"))
	}
	if len(refused) > 0 && !a.force {
		return cli.Exit(statusFailed, "%s\ngip apply: no line was run; --force runs them all the same", strings.Join(refused, "\n"))
	}
	if a.sorts = state.All; !k.sysctls {
		a.sorts &^= 1 << state.Sysctl
	}
	return nil
}

// errSignal tells that a signal asked for an end.
var errSignal error = interrupted{}

type interrupted struct{}

func (interrupted) Error() string { return "interrupted" }

// all runs the lines up to the first that fails.
func (a *application) all() error {
	var failed error
	note := func(number int, err error) {
		if failed == nil {
			why := message(err)
			if why == "" { // the command has said it itself
				why = "it failed"
			}
			failed = errors.New(place(a.name, number) + why)
		}
	}
	l := command.NewLines(a.Call)
	l.Failed = note
	for i := range a.lines {
		if a.signalled() {
			failed = errSignal
			break
		}
		one := &a.lines[i]
		if err := l.Run(one.number, one.words); failed == nil && err != nil {
			note(one.number, err)
		}
		if failed != nil {
			break
		}
	}
	l.Settle()
	if failed == nil && a.signalled() {
		failed = errSignal
	}
	return failed
}

// signalled reports whether a signal came.
func (a *application) signalled() bool {
	fds := []unix.PollFd{{Fd: int32(a.signals.FD), Events: unix.POLLIN}}
	n, _ := unix.Poll(fds, 0)
	return n > 0
}

// undo brings the state back that the journal holds, and tells why.
func (a *application) undo(cause error) error {
	a.Warnf("%s\n", cause)
	left, lines, err := state.Restore(a.Env, quiet(a.Call), a.before, a.sorts)
	if err != nil {
		return cli.Exit(statusLeft, "gip apply: not undone: %s\n\"gip apply --recover\" tries it again", message(err))
	}
	a.journal.clear()
	if err := told(a.Call, "undone", left, lines); err != nil {
		return err
	}
	return cli.Silent(statusFailed)
}

// recover undoes what an apply has left.
func (a *application) recover() (err error) {
	if a.journal, err = openJournal(); err != nil {
		return fail("apply", err)
	}
	defer a.journal.close()
	var left bool
	if a.before, a.sorts, left, err = a.journal.read(); err != nil {
		return fail("apply", err)
	}
	if !left {
		a.Warnf("gip apply: there is nothing to undo\n")
		return nil
	}
	changes, lines, err := state.Restore(a.Env, quiet(a.Call), a.before, a.sorts)
	if err != nil {
		return fail("apply", err)
	}
	a.journal.clear()
	return told(a.Call, "undone", changes, lines)
}
