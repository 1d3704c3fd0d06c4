package lab

import (
	"os"
	"runtime"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/command"
	"gip/internal/file"
	inner "gip/internal/lab"
)

// begun is what Main has done, which is called once, before all else.
var begun struct {
	called bool
	err    error // why no labs can be made
}

// Main runs the tests of a package that makes labs, and ends the process with their
// status. It is all that TestMain has to do:
//
//	func TestMain(m *testing.M) { lab.Main(m) }
//
// If the process is not root, or lacks CAP_SYS_ADMIN, the program starts itself again as
// root of a new user namespace, in which the tests then run: os.Getuid is 0 there, and
// the files of all other users are nobody's. The network, the mounts and the processes
// are still the machine's. Where that is not allowed, tests run as they are, and making a
// lab gives a *ClosedError.
//
// A lab is held by a process of the same program, and has gip's commands under their
// names in /run/gip-lab/bin, which are the same program as well: Main sees when it was
// started as one of them, and then it is that, and no test runs: Main has to be called
// before anything is done that only tests need. It puts that folder, which only labs
// have, first on PATH.
//
// A program that is no test calls it as well, with what it does as Run.
func Main(m interface{ Run() int }) { os.Exit(run(m)) }

func run(m interface{ Run() int }) int {
	if inner.Started(os.Args) {
		return asGip()
	}
	begun.called = true
	if !inner.MayTie() {
		status, err := inner.Again()
		if err == nil {
			return status
		}
		begun.err = public(err)
	}
	inner.SetPath()
	return m.Run()
}

// asGip does what gip does.
func asGip() int {
	// Commands move the thread that they run on, and ask /proc about it.
	runtime.LockOSThread()
	file.SetPerThread()
	p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	return p.Main(os.Args)
}

// ready tells why this process can make no labs.
func ready() error {
	if !begun.called {
		return ErrNoMain
	}
	return begun.err
}

// Start makes a lab for a test, which ends with the test: see New. The test fails at
// once if it cannot be made. What the commands of the text write goes to the test's log,
// and, if the test fails, what the programs have written that the text starts.
func Start(t testing.TB, text string) *Lab {
	t.Helper()
	return start(t, text, false)
}

// StartOrSkip is Start that skips the test, with the reason, where this system lets this
// user make no labs. Other errors still fail it.
func StartOrSkip(t testing.TB, text string) *Lab {
	t.Helper()
	return start(t, text, true)
}

func start(t testing.TB, text string, skip bool) *Lab {
	t.Helper()
	l, err := New(t.Context(), text)
	switch _, closed := err.(*ClosedError); {
	case closed && skip:
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	if l.output != "" {
		t.Log(l.output)
	}
	t.Cleanup(func() {
		if t.Failed() {
			if log, _ := l.Log(); log != "" {
				t.Log(log)
			}
		}
		l.Close()
	})
	return l
}
