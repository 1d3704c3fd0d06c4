package applycmd

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/state"

	"golang.org/x/sys/unix"
)

// A rehearsal is a process in a fresh network namespace, which needs no rights where
// users may have namespaces. It gets the state and the lines on its standard input,
// makes the one, runs the others, and prints what has changed.

// linesMark stands between the two.
const linesMark = "\n# lines\n"

// rehearse starts the process, and passes its status on.
func (a *application) rehearse(text string) error {
	before, err := state.Read(a.Env, state.All)
	if err != nil {
		return fail("apply", err)
	}
	r, out, err := pipe()
	if err != nil {
		return fail("apply", err)
	}
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		join.OwnUsers(attr)
	}
	pid, err := syscall.ForkExec(netns.SelfExe, []string{"gip", "apply", rehearsalWord, a.name}, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{uintptr(r), 1, 2}, Sys: attr})
	unix.Close(r)
	w := os.NewFile(uintptr(out), "lines")
	if err != nil {
		w.Close()
		return fail("apply", errors.New("no namespace to rehearse in: "+err.Error()))
	}
	w.Write(append(before.Text(), linesMark+text...))
	w.Close()
	ws := join.Wait(pid)
	switch {
	case ws.Signaled():
		return fail("apply", errors.New("the rehearsal was ended by signal "+itoa(int(ws.Signal()))))
	case ws.ExitStatus() != 0:
		return cli.Silent(ws.ExitStatus())
	}
	return nil
}

// perform is the work of that process. The lines are called by their file's name.
func (a *application) perform(name string) error {
	a.name = name
	all, err := io.ReadAll(a.Stdin)
	if err != nil {
		return fail("apply", err)
	}
	text, lines, _ := strings.Cut(string(all), linesMark)
	want, err := state.Parse(text + "\n")
	if err != nil {
		return fail("apply", err)
	}
	if a.lines, err = splitLines(a.name, lines); err != nil {
		return fail("apply", err)
	}
	if a.signals, err = a.Notify(unix.SIGINT, unix.SIGTERM); err != nil {
		return fail("apply", err)
	}
	want.StandIn(a.standIn(), secret)
	left, _, err := state.Restore(a.Env, quiet(a.Call), want, state.All)
	if err != nil {
		return fail("apply", err)
	}
	a.tellMissing(left)
	if a.before, err = state.AtRest(a.Env, state.All); err != nil {
		return fail("apply", err)
	}
	a.Stdout = os.Stderr // what the lines print is no part of the list
	failed := a.all()
	after, err := state.AtRest(a.Env, state.All)
	if err != nil {
		return fail("apply", err)
	}
	a.Pen.Raw(string(appendChanges(nil, state.Diff(a.before, after))))
	if failed != nil {
		return cli.Exit(statusFailed, "%s", failed)
	}
	return nil
}

// mostSettings is how many settings are named that a rehearsal cannot have.
const mostSettings = 3

// tellMissing tells what of the namespace is not in the rehearsal. There are about 90
// settings that only the first namespace of the machine has: those are counted.
func (a *application) tellMissing(left []state.Change) {
	var settings []string
	for _, c := range left {
		name, isSetting := strings.CutPrefix(c.Text, "sysctl ")
		switch {
		case c.Op != '+':
		case isSetting:
			settings = append(settings, name)
		default:
			a.Warnf("not in the rehearsal: %s\n", c.Text)
		}
	}
	if n := len(settings); n > mostSettings {
		a.Warnf("not in the rehearsal: %d sysctls that no other namespace has, or only root may set\n", n)
		return
	}
	for _, s := range settings {
		a.Warnf("not in the rehearsal: sysctl %s\n", s)
	}
}

// standIn is a kind that this kernel has for links that no command makes. The one that
// is tried has an index that is named, so that it takes none from those of the lines.
func (a *application) standIn() string {
	for _, kind := range [...]string{"dummy", "ifb"} {
		l := command.NewLines(a.Call)
		l.Failed, l.GoOn, l.Stderr = func(int, error) {}, true, io.Discard
		l.Run(1, []string{"link", "add", "gip-try", "index", "1000000", "type", kind})
		l.Settle()
		if a.Links.Reset(); a.Links.Index("gip-try") != 0 {
			l.Run(2, []string{"link", "delete", "gip-try"})
			l.Settle()
			return kind
		}
	}
	return "dummy"
}
