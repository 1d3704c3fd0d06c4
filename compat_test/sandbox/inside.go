package sandbox

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gip/compat_test/place"
	"gip/compat_test/prop"
	"gip/compat_test/tape"
)

// workDir is where the commands run.
const workDir = "/tmp/case"

// Inside is the sandbox's side. It returns at once in any other process; in the
// first process of a sandbox it does the job and never returns.
func Inside() {
	prop.Play()
	if len(os.Args) != 2 || os.Args[0] != inside {
		return
	}
	// Mounts and namespaces belong to threads: this one stays where it is.
	runtime.LockOSThread()
	a := &agent{out: json.NewEncoder(os.Stdout)}
	if err := a.run(os.Args[1]); err != nil {
		a.send(event{Err: err.Error()})
	}
	os.Exit(0)
}

// An agent is the first process of a sandbox.
type agent struct {
	job     Job
	place   *place.Place
	starter chan func() // what the thread that starts the commands has to do
	group   *os.File    // the control group of the commands, if not ours
	out     *json.Encoder
	lastPID *os.File // sets the number of the next process
	known   []string // namespaces that were prepared already
	lasting []unrest // what did not come to rest within our patience
	macs    map[string]bool
	housed  map[address]bool  // addresses that have their local route
	runs    map[string]string // how often each thread in the background has run
}

func (a *agent) send(e event) { _ = a.out.Encode(e) }

func (a *agent) run(mount string) error {
	r := bufio.NewReader(os.Stdin)
	if err := json.NewDecoder(r).Decode(&a.job); err != nil {
		return fmt.Errorf("reading the job: %w", err)
	}
	p, ok := place.Find(a.job.Place)
	if !ok {
		return fmt.Errorf("no place is called %q", a.job.Place)
	}
	a.place = p
	go leaveWithParent()
	if err := a.startStarter(filepath.Base(mount)); err != nil {
		return err
	}
	a.macs, a.housed = map[string]bool{}, map[address]bool{}
	a.lastPID, _ = os.OpenFile("/proc/sys/kernel/ns_last_pid", os.O_WRONLY, 0)
	if err := build(mount, &a.job, p); err != nil {
		return err
	}
	if err := a.prepare(); err != nil {
		return err
	}
	if err := furnish(p); err != nil {
		return err
	}
	if a.commands() && a.job.State {
		return a.dump()
	}
	return nil
}

// leaveWithParent ends the sandbox when the program that started it is gone. The
// newline after the job may still be on its way.
func leaveWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// prepare writes the case's files and quietens the sandbox's own namespace.
func (a *agent) prepare() error {
	for name, text := range a.job.Files {
		path := filepath.Join(workDir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			return err
		}
	}
	if a.job.Tapes {
		if err := os.Mkdir(tape.Dir, 0o777); err != nil {
			return err
		}
	}
	if err := unix.Sethostname([]byte("box")); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	a.quieten()
	return nil
}

// commands runs the lines; false when one took too long.
func (a *agent) commands() bool {
	for i, text := range a.job.Commands {
		// The same line starts at the same process number on both sides,
		// although one tool uses more threads than the other.
		if a.lastPID != nil {
			_, _ = fmt.Fprintf(a.lastPID, "%d", 1000*(i+1))
		}
		if len(a.place.Refused) > 0 {
			runtime.GC()
		}
		line, err := a.command(text)
		if err != nil {
			a.send(event{Err: fmt.Sprintf("%s: %v", text, err)})
			return false
		}
		a.send(event{Line: line})
		if line.Over {
			return false
		}
	}
	a.send(event{MACs: slices.Sorted(mapKeys(a.macs))})
	return true
}

func mapKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// command runs one line and waits until all is still. Output goes to files, not
// pipes: a process that the line leaves in the background does not hold us up.
func (a *agent) command(text string) (*Line, error) {
	stdout, err := os.CreateTemp(ownDir+"/tmp", "out")
	if err != nil {
		return nil, err
	}
	defer discard(stdout)
	stderr, err := os.CreateTemp(ownDir+"/tmp", "err")
	if err != nil {
		return nil, err
	}
	defer discard(stderr)
	pid, err := a.start(text, stdout, stderr)
	if err != nil {
		return nil, err
	}
	line := &Line{}
	if line.Status, line.Over = wait(pid, a.job.Limit); !line.Over {
		a.settle()
	}
	if line.Stdout, err = os.ReadFile(stdout.Name()); err != nil {
		return nil, err
	}
	if line.Stderr, err = os.ReadFile(stderr.Name()); err == nil && a.job.Tapes {
		line.Tapes, err = collectTapes()
	}
	return line, err
}

// collectTapes takes away what the processes of a line have recorded.
func collectTapes() (tapes [][]byte, err error) {
	paths, err := filepath.Glob(tape.Dir + "/*")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		tapes = append(tapes, text)
		_ = os.Remove(path)
	}
	return tapes, err
}

func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

var systemDirs = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

var environment = []string{
	"PATH=" + toolDir + ":" + strings.Join(systemDirs, ":"),
	"HOME=/root", "LC_ALL=C", "TZ=UTC0", "TERM=dumb",
}

// startStarter makes the thread that starts the commands. What a process may do
// belongs to a thread and is taken over by its children: the bench's own threads
// keep all that they need.
func (a *agent) startStarter(name string) (err error) {
	a.starter = make(chan func())
	if len(a.place.Refused) > 0 {
		// A thread that ends a collection asks the poller, which the starter may
		// be refused. The main thread collects, between the commands.
		debug.SetGCPercent(-1)
	}
	if a.group, err = controlGroup(name, a.place.Memory); err != nil {
		return err
	}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := disown()
		if err == nil {
			err = restrict(a.place)
		}
		ready <- err
		for f := range a.starter {
			f()
		}
	}()
	return <-ready
}

// start begins the command, on the thread for that.
func (a *agent) start(text string, stdout, stderr *os.File) (pid int, err error) {
	done := make(chan bool)
	a.starter <- func() {
		pid, err = start(text, stdout, stderr, a.group)
		close(done)
	}
	<-done
	return pid, err
}

// start begins the command. It is traced up to its first instruction: by then
// the descriptors that starting it took are closed again, so that a tool that
// looks through /proc meets the same ones each time.
func start(text string, stdout, stderr, group *os.File) (int, error) {
	null, err := os.Open(os.DevNull)
	if err != nil { // a place without /dev
		null, err = os.Open(ownDir + os.DevNull)
	}
	if err != nil {
		return 0, err
	}
	program, argv := "/bin/sh", []string{"sh", "-c", text}
	if path, words := plainCall(text); path != "" {
		program, argv = path, words
	}
	sys := &syscall.SysProcAttr{Setsid: true, Ptrace: true}
	if group != nil {
		sys.UseCgroupFD, sys.CgroupFD = true, int(group.Fd())
	}
	pid, err := syscall.ForkExec(program, argv, &syscall.ProcAttr{
		Dir:   workDir,
		Env:   environment,
		Files: []uintptr{null.Fd(), stdout.Fd(), stderr.Fd()},
		Sys:   sys,
	})
	_ = null.Close()
	if err != nil {
		return 0, err
	}
	if _, err := unix.Wait4(pid, nil, 0, nil); err != nil {
		return 0, err
	}
	return pid, unix.PtraceDetach(pid)
}

// plainCall is the program and the words of a line in which the shell would do
// nothing but split and look on PATH. Doing that here saves the shell's start,
// which is a third of the time in the test VM.
func plainCall(text string) (program string, words []string) {
	if strings.IndexFunc(text, special) >= 0 {
		return "", nil
	}
	words = strings.Fields(text)
	for _, dir := range append([]string{toolDir}, systemDirs...) {
		path := filepath.Join(dir, words[0])
		if slices.Contains(ourTools, words[0]) && unix.Access(path, unix.X_OK) == nil {
			return path, words
		}
	}
	return "", nil
}

// ourTools are the programs that are called without a shell where possible.
var ourTools = []string{"ip", "bridge", "brctl", "ifconfig", "route", "netstat", "arp", "tc", "sysctl", "ping", "ping4", "ping6"}

func special(r rune) bool {
	return r >= 0x80 || !strings.ContainsRune(" .,:/@%+=_-", r) &&
		(r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
}

// wait reaps whatever ends until pid does: we are the first process, orphans
// come to us. When the time is over everything in the sandbox is ended.
func wait(pid int, limit time.Duration) (status int, over bool) {
	var once sync.Mutex
	clock := time.AfterFunc(limit, func() {
		once.Lock()
		over = true
		once.Unlock()
		_ = unix.Kill(-1, unix.SIGKILL)
	})
	defer clock.Stop()
	for {
		var ws unix.WaitStatus
		got, err := unix.Wait4(-1, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err == nil && got != pid {
			continue
		}
		once.Lock()
		defer once.Unlock()
		return exitStatus(ws), over
	}
}

// exitStatus is the status as a shell would give it.
func exitStatus(ws unix.WaitStatus) int {
	if ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ws.ExitStatus()
}
