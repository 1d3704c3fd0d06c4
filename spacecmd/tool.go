// Package spacecmd is unshare(1), nsenter(1) and lsns(8) of util-linux: programs in new
// namespaces, programs in those of others, and which namespaces there are.
//
// What a program finds is a list of steps, system calls one after the other (package
// join), each with what is said if it fails. They are taken by this process, which the
// program replaces, or by a child. What only a process of one thread may do is done by
// this program when it is executed again (join.Again).
package spacecmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/entry"
	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/spawn"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A tool is what the commands have in common: how they complain.
type tool struct {
	*command.Call
	prog string // as it was called, without a folder
}

func newTool(c *command.Call) tool { return tool{c, filepath.Base(c.Called)} }

const release = " from util-linux 2.42.4\n"

// fail is an error of the command, behind its name.
func (t *tool) fail(text string) error { return t.exit(cli.StatusError, text) }

func (t *tool) exit(status int, text string) error {
	return &cli.Error{Status: status, Text: t.prog + ": " + text + "\n", Ends: true}
}

// failed is the error of a system call.
func (t *tool) failed(text string, err error) error {
	return t.fail(text + ": " + cli.Strerror(err))
}

// common does what all commands do at an option: help, version, and the error of one
// that is none.
func (t *tool) common(o cli.Opt, usage string) error {
	switch {
	case o.Err != "":
		return &cli.Error{Status: cli.StatusError, Text: o.Err + "\nTry '" + t.prog + " --help' for more information.\n", Ends: true}
	case o.Val == 'h':
		t.Pen.Raw(strings.ReplaceAll(usage, "%s", t.prog))
	case o.Val == 'V':
		t.Pen.Raw(t.prog + release)
	}
	return cli.Done
}

// combined is the error of two options that exclude each other.
func (t *tool) combined(a, b string) error {
	return t.fail("options --" + a + " and --" + b + " cannot be combined")
}

// setName gives the process the name of the command: executed again, it has another one.
func (t *tool) setName() {
	if name, err := unix.BytePtrFromString(t.prog); err == nil {
		unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(name)), 0, 0, 0)
	}
}

// number reads a decimal number from lo to hi as strtoimax(3) does, and nothing behind it.
func (t *tool) number(what, s string, lo, hi int64) (int64, error) {
	n, rest, fits := word.Strtoimax(s, 10)
	return n, t.wrong(what, s, rest, fits && n >= lo && n <= hi)
}

// wrong is the error of a text that is no number, or of a number that does not fit.
func (t *tool) wrong(what, s, rest string, fits bool) error {
	switch {
	case s == "", rest == s, fits && rest != "":
		return t.fail(what + ": '" + s + "'")
	case !fits:
		return t.failed(what+": '"+s+"'", unix.ERANGE)
	}
	return nil
}

// unsigned is number for one from 0 on.
func (t *tool) unsigned(what, s string) (uint64, error) {
	n, rest, fits := word.Strtoumax(s, 10)
	if signed, _, _ := word.Strtoimax(s, 10); signed < 0 {
		fits = false
	}
	return n, t.wrong(what, s, rest, fits)
}

// account is the number of an account of a file such as /etc/passwd, by its name or number.
func account(path, s string) (id uint32, ok bool) {
	n, rest, fits := word.Strtoul(s, 10)
	if signed, _, _ := word.Strtol(s, 10); s != "" && rest == "" {
		return uint32(n), fits && signed >= 0 && n < 1<<32-1
	}
	f := file.Entry(path, func(f []string) bool { return len(f) > 2 && f[0] == s })
	if f == nil {
		return 0, false
	}
	n, rest, _ = word.Strtoul(f[2], 10)
	return uint32(n), rest == ""
}

// accountFields are the fields of the account of a number there; nil if it has none.
func accountFields(path string, id uint32) []string {
	return file.Entry(path, func(f []string) bool {
		if len(f) < 3 || f[2] == "" {
			return false
		}
		n, rest, _ := word.Strtoul(f[2], 10)
		return rest == "" && uint32(n) == id
	})
}

// A kind is a kind of namespace: the flag of clone(2), its file below /proc/PID/ns, that
// of the one which children get, and its letter as an option.
type kind struct {
	flag     uintptr
	name     string
	children string
	letter   rune
}

// kinds stand in the order in which they are entered.
var kinds = [...]kind{
	{unix.CLONE_NEWUSER, "user", "user", 'U'},
	{unix.CLONE_NEWCGROUP, "cgroup", "cgroup", 'C'},
	{unix.CLONE_NEWIPC, "ipc", "ipc", 'i'},
	{unix.CLONE_NEWUTS, "uts", "uts", 'u'},
	{unix.CLONE_NEWNET, "net", "net", 'n'},
	{unix.CLONE_NEWPID, "pid", "pid_for_children", 'p'},
	{unix.CLONE_NEWNS, "mnt", "mnt", 'm'},
	{unix.CLONE_NEWTIME, "time", "time_for_children", 'T'},
}

// kindOf finds the kind that an option is about.
func kindOf(letter rune) int {
	for i := range kinds {
		if kinds[i].letter == letter {
			return i
		}
	}
	return -1
}

// A program is what is to be executed, and the steps that lead there.
type program struct {
	*tool
	plan        join.Plan
	enter, run  []string // what is said of a step that fails
	argv, files []string
}

// begin adds a step of the process that forks.
func (p *program) begin(text string, s join.Step) {
	p.plan.Enter, p.enter = append(p.plan.Enter, s), append(p.enter, text)
}

// step adds one of the process that executes the program.
func (p *program) step(text string, s join.Step) {
	p.plan.Run, p.run = append(p.plan.Run, s), append(p.run, text)
}

// call is step for a system call with these arguments.
func (p *program) call(text string, trap uintptr, args ...uintptr) {
	s := join.Step{Trap: trap}
	copy(s.Args[:], args)
	p.step(text, s)
}

// write adds the steps that write a text to a file.
func (p *program) write(path, text string) {
	at, noCtty := unix.AT_FDCWD, uintptr(unix.O_WRONLY|unix.O_CLOEXEC)
	p.call("cannot open "+path, unix.SYS_OPENAT, uintptr(at), p.plan.String(path), noCtty)
	p.step("write failed "+path, join.Step{Trap: unix.SYS_WRITE, Result: 1, Args: [5]uintptr{0, p.plan.String(text), uintptr(len(text))}})
}

// execute adds the last step: the program of the command line or, without one, the
// user's shell as at a login.
func (p *program) execute(words, env []string) {
	if len(words) == 0 {
		shell := p.shell(env)
		p.argv, p.files = []string{"-" + filepath.Base(shell)}, []string{shell}
		words = []string{shell}
	} else {
		p.argv, p.files = words, spawn.Candidates(words[0], path(env))
		if p.List.Find(words[0]) != nil {
			p.files = append(p.files, netns.SelfExe)
		}
	}
	p.plan.Execute(p.files, p.argv, env)
	p.run = append(p.run, "failed to execute "+words[0])
}

// variable is a variable of an environment.
func variable(env []string, name string) (value string, ok bool) {
	for _, v := range env {
		if v, ok := strings.CutPrefix(v, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func path(env []string) string {
	if v, ok := variable(env, "PATH"); ok {
		return v
	}
	return "/bin:/usr/bin" // what the C library takes
}

func (p *program) shell(env []string) string {
	if v, _ := variable(env, "SHELL"); v != "" {
		return v
	}
	if f := accountFields("/etc/passwd", uint32(unix.Getuid())); len(f) > 6 && f[6] != "" {
		return f[6]
	}
	return spawn.Shell
}

func environ() []string {
	if entry.Began() {
		return entry.Environ()
	}
	return os.Environ()
}

// become executes the program in the place of this process. It returns only if that fails.
func (p *program) become() error {
	p.Pen.Flush()
	return p.explain(join.Take(&p.plan))
}

// start starts the program as a child.
func (p *program) start() (pid int, err error) {
	p.Pen.Flush()
	pid, err = join.Start(&p.plan)
	return pid, p.explain(err)
}

// explain says what a step that failed was for.
func (p *program) explain(err error) error {
	var e *join.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e), e.Step < 0:
		return p.failed("fork failed", err)
	case e.Errno == 0: // a step ended the process on purpose
		return cli.Silent(cli.StatusError)
	case p.plan.Exec(e) && e.Errno == unix.ENOENT:
		return p.exit(127, p.run[e.Step]+": "+cli.Strerror(err))
	case p.plan.Exec(e):
		return p.exit(126, p.run[e.Step]+": "+cli.Strerror(err))
	case e.Run:
		return p.failed(p.run[e.Step], e.Errno)
	}
	return p.failed(p.enter[e.Step], e.Errno)
}

// follow makes what ended a child the end of this process.
func (t *tool) follow(ws unix.WaitStatus) error {
	if ws.Exited() {
		if ws.ExitStatus() == 0 {
			return nil
		}
		return cli.Silent(ws.ExitStatus())
	}
	t.Pen.Flush()
	t.kill(ws.Signal())
	return t.fail("child exit failed")
}

// An action is struct sigaction of the kernel: what a signal does. Its first word, on MIPS
// the second behind flags, is a handler, or one of these.
type action [64 / unsafe.Sizeof(uintptr(0))]uintptr

const (
	byDefault = 0 // SIG_DFL
	ignored   = 1 // SIG_IGN
)

// doing is the action of a signal that does one of these.
func doing(what uintptr) *action {
	if join.Mips {
		return &action{1: what}
	}
	return &action{what}
}

// setAction sets what a signal does, and returns what it did.
func setAction(sig unix.Signal, to *action) (was action) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(&was)), join.SigsetSize(), 0, 0)
	return was
}

// kill ends this process by a signal, also where that was ignored or blocked.
func (t *tool) kill(sig unix.Signal) {
	if sig != unix.SIGKILL {
		setAction(sig, doing(byDefault))
	}
	var set join.Sigset
	const bits = 8 * unsafe.Sizeof(set[0])
	set[uintptr(sig-1)/bits] = 1 << (uintptr(sig-1) % bits)
	join.SetMask(unix.SIG_UNBLOCK, &set, nil)
	unix.Kill(unix.Getpid(), sig)
}
