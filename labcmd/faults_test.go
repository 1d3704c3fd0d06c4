package labcmd_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var thorough = flag.Bool("thorough", false, "fault after fault, at each place")

const faultLab = `router gw
link client:eth0 10.0.100.1/24 gw:lan 10.0.100.254/24
lan sw gw 10.1.0.254/24 other 10.1.0.1/24
client: ip route add default via 10.0.100.254
other: ip route add default via 10.1.0.254
client: sh -c :
start other: sleep 1000
`

// A fault is an error that a system call returns instead of doing anything: the number-th
// of its name in a thread, which is how strace counts.
type fault struct {
	call   string
	number int
	err    string
}

func (f fault) String() string { return fmt.Sprintf("%s:error=%s:when=%d", f.call, f.err, f.number) }

// faultErrors are the errors; with -thorough the first one of each call, the others of
// the first three calls of a name.
var faultErrors = []string{"ENOMEM", "EPERM", "EIO", "ENOSPC", "EMFILE", "EINTR"}

// spared are the calls that are let through: those that cannot fail, those by which the Go
// runtime lives, and close, which closes even where it tells of an error: strace would
// leave the descriptor open, on whose end others wait.
var spared = strings.Fields(`close exit exit_group futex nanosleep clock_nanosleep sched_yield restart_syscall
	rt_sigprocmask rt_sigaction rt_sigreturn sigaltstack gettid getpid getppid getuid geteuid getgid getegid
	set_tid_address set_robust_list rseq arch_prctl madvise munmap brk epoll_pwait execve`)

// injected are the calls that fail without -thorough, each the first time.
var injected = []string{"mount", "unshare", "setns", "mkdirat", "symlinkat", "socket", "clone", "pipe2", "prctl", "move_mount",
	"open_tree", "getsockname", "flock", "socketpair", "pidfd_open", "pidfd_send_signal", "connect", "renameat", "unlinkat", "wait4"}

// faultsOf lists the faults that a trace has places for.
func faultsOf(trace string) (faults []fault) {
	counts := map[[2]string]int{}
	most := map[string]int{}
	for line := range strings.Lines(trace) {
		thread, call, _ := strings.Cut(line, " ")
		name, _, ok := strings.Cut(strings.TrimSpace(call), "(")
		if !ok || strings.ContainsAny(name, " <+-") || strings.Contains(line, "ERESTART") || slices.Contains(spared, name) {
			continue
		}
		counts[[2]string{thread, name}]++
		number := counts[[2]string{thread, name}]
		if number <= most[name] || !*thorough && (number > 1 || !slices.Contains(injected, name)) {
			continue
		}
		most[name] = number
		for i, err := range faultErrors {
			if i == 0 || *thorough && number == 1 {
				faults = append(faults, fault{name, number, err})
			}
		}
	}
	return faults
}

// A faulty is a bench on which commands fail, and what came of it.
type faulty struct {
	*bench
	verb                              string
	met, worked, told, cleared, wrong int
	bad                               bool // what was the last fault's is wrong
}

// traced runs a command under strace, which goes on until all has ended that the command
// has started. It returns what was written.
func (f *faulty) traced(t *testing.T, words []string, options ...string) (said string, err error) {
	t.Helper()
	path := filepath.Join(f.dir, "said")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := append([]string{"timeout", "-s", "KILL", "60", "strace", "-D", "-qq", "-f", "-o", f.trace()}, options...)
	cmd := f.command(append(all, words...)...)
	cmd.Stdout, cmd.Stderr = file, file
	err = cmd.Run()
	text, readErr := os.ReadFile(path)
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), err
}

// trace is the file of what strace saw, which the bench's user may write.
func (f *faulty) trace() string { return filepath.Join(f.dir, "trace", "calls") }

// TestFaults lets the system calls of "up" and "down" fail, one by one. What "up" does not
// tell of has worked, and "down" takes it away; of what it tells of, nothing is left. A
// "down" that fails tells of it, and the next one, or "ls", does what it has not.
func TestFaults(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("no strace: ", err)
	}
	for _, u := range users() {
		for _, verb := range []string{"up", "down"} {
			t.Run(verb+"/"+u.name, func(t *testing.T) {
				t.Parallel()
				if onMachine(t) {
					f := &faulty{bench: newBench(t, u, faultLab), verb: verb}
					f.each(t)
				}
			})
		}
	}
}

// each lets each call fail.
func (f *faulty) each(t *testing.T) {
	os.Mkdir(filepath.Dir(f.trace()), 0o777)
	os.Chmod(filepath.Dir(f.trace()), 0o777)
	play := f.up
	if f.verb == "down" {
		play = f.down
	}
	play(t, nil)
	f.worked = 0
	trace, err := os.ReadFile(f.trace())
	if err != nil {
		t.Skip("strace: ", err)
	}
	faults := faultsOf(string(trace))
	for _, x := range faults {
		f.bad = false
		play(t, &x)
		if text, _ := os.ReadFile(f.trace()); strings.Contains(string(text), "INJECTED") {
			f.met++
		}
		if f.bad {
			f.wrong++
		}
	}
	counted(t, "faults", len(faults), "met", f.met, "worked", f.worked, "told", f.told, "cleared", f.cleared, "wrong", f.wrong)
	if f.met < len(faults)*2/3 {
		t.Errorf("only %d of %d faults were met", f.met, len(faults))
	}
}

func options(x *fault) []string {
	if x == nil {
		return nil
	}
	return []string{"--seccomp-bpf", "-e", "trace=" + x.call, "-e", "inject=" + x.String()}
}

// errorf tells what is wrong.
func (f *faulty) errorf(t *testing.T, format string, args ...any) {
	t.Helper()
	f.bad = true
	t.Errorf(format, args...)
}

// up lets a call of "up" fail.
func (f *faulty) up(t *testing.T, x *fault) {
	said, err := f.traced(t, []string{"gip", "lab", "up", "x.lab"}, options(x)...)
	if err == nil {
		f.worked++
		if out, err := f.command("gip", "lab", "exec", "client", "ping", "-c1", "-W5", "10.1.0.1").CombinedOutput(); err != nil {
			f.errorf(t, "up, %v: %sbut then ping: %v: %s", x, said, err, out)
		}
		if out, err := f.command("gip", "lab", "down", "x").CombinedOutput(); err != nil {
			f.errorf(t, "up, %v: and then down: %v: %s", x, err, out)
		}
		if what := f.wait(); what != nil {
			f.errorf(t, "up, %v: down left %q", x, what)
		}
	} else {
		f.failed(t, x, said, err)
	}
	f.bad = !f.clean(t, fmt.Sprint("up, ", x)) || f.bad
}

// down lets a call of "down" fail.
func (f *faulty) down(t *testing.T, x *fault) {
	if out, err := f.command("gip", "lab", "up", "x.lab").CombinedOutput(); err != nil {
		t.Fatalf("up, before %v: %v: %s", x, err, out)
	}
	said, err := f.traced(t, []string{"gip", "lab", "down", "x"}, options(x)...)
	if err == nil {
		f.worked++
		f.leftover(t, x, "")
	} else {
		f.failedDown(t, x, said, err)
	}
	f.bad = !f.clean(t, fmt.Sprint("down, ", x)) || f.bad
}

// removing are calls without which files cannot be removed, or a folder not be locked,
// which it has to be before it is: those of a lab that is not up are cleared away by the
// next "gip lab ls".
var removing = strings.Fields("flock unlinkat unlink rmdir openat getdents64 newfstatat fcntl")

// deadly are calls without which the Go runtime ends the process where it is, as SIGKILL
// would: "gip lab ls" clears away what that leaves.
var deadly = strings.Fields("read clone mmap mprotect epoll_create1 epoll_ctl eventfd2")

// failed holds that a failure was told, and nothing is left.
func (f *faulty) failed(t *testing.T, x *fault, said string, err error) {
	t.Helper()
	f.saidSo(t, x, said, err)
	f.leftover(t, x, said)
}

// leftover holds that nothing is left, but what the failing call should have taken away.
func (f *faulty) leftover(t *testing.T, x *fault, said string) {
	t.Helper()
	what := f.wait()
	if what == nil {
		return
	}
	f.cleared++
	if x == nil || !slices.Contains(removing, x.call) && !slices.Contains(deadly, x.call) {
		f.errorf(t, "%s, %v: %s: it left %q", f.verb, x, said, what)
	}
}

// failedDown holds that a failure was told, and a second down takes the rest away.
func (f *faulty) failedDown(t *testing.T, x *fault, said string, err error) {
	t.Helper()
	f.saidSo(t, x, said, err)
	f.command("gip", "lab", "down", "x").Run()
	if what := f.wait(); what != nil {
		f.errorf(t, "down, %v: %s: a second one left %q", x, said, what)
	}
}

// saidSo holds that a failure was told, as people understand it.
func (f *faulty) saidSo(t *testing.T, x *fault, said string, err error) {
	t.Helper()
	f.told++
	switch {
	case x == nil:
		t.Fatalf("%s without a fault: %v: %s", f.verb, err, said)
	case said == "" && x.call == "write": // so did the writing of what is wrong
	case said == "" && x.call == "read" && (strings.Contains(err.Error(), "killed") || strings.Contains(err.Error(), "broken pipe")):
		// The Go library waits for the end of a child when it cannot read from a pipe
		// whether that has begun, which is for good here. Its child ends when it cannot
		// read that its numbers are mapped, and its telling so has SIGPIPE then. No read
		// of a pipe fails outside of such tests.
	case said == "":
		f.errorf(t, "%s, %v: %v without a word", f.verb, x, err)
	case strings.Contains(said, "goroutine "):
		f.errorf(t, "%s, %v: %s", f.verb, x, said)
	}
}
