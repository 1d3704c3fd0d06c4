package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A side is the directory of the programs of one of the two sides.
type side string

const (
	candidate side = gipDir
	reference side = "/usr/sbin"
)

func (s side) String() string {
	if s == candidate {
		return "gip"
	}
	return "ip"
}

// path is where the side has a tool; some programs are the same for both.
func (s side) path(tool string) string {
	if filepath.IsAbs(tool) {
		return tool
	}
	if s == reference && tool == "ss" { // Debian has it elsewhere
		return "/usr/bin/ss"
	}
	return filepath.Join(string(s), tool)
}

// The least and the most pairs that a row's median is of.
const minPairs, maxPairs = 3, 25

// env is the whole environment of what is run.
var env = []string{"PATH=/usr/sbin:/usr/bin", "LC_ALL=C", "HOME=/root"}

// A meter runs commands in the group's namespaces.
type meter struct {
	budget time.Duration
	null   *os.File
}

func newMeter(budget time.Duration) (*meter, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &meter{budget, null}, os.Chdir(dataDir)
}

// each calls f with the words of all of a side's commands, in order.
func (s step) each(of side, f func(words []string) error) error {
	cmds := s.cmds
	if of == reference && s.refCmds != nil {
		cmds = s.refCmds
	}
	for _, cmd := range cmds {
		for i := range s.n {
			if err := f(strings.Fields(strings.ReplaceAll(cmd, "%d", strconv.Itoa(i)))); err != nil {
				return fmt.Errorf("`%s`: %w", cmd, err)
			}
		}
	}
	return nil
}

// do runs one command of the reference that is not measured.
func (b *meter) do(cmd string) error {
	if cmd == "settle" {
		return b.settle()
	}
	return step{n: 1, cmds: []string{cmd}}.each(reference, func(words []string) error {
		_, err := b.runTraced(reference, words, b.null, 0)
		return err
	})
}

// settle waits until the kernel is done with the namespaces that are gone. It
// takes them down one after the other, so that the last of them, whose device
// can be seen from here, tells about all.
func (b *meter) settle() error {
	for _, cmd := range []string{
		"ip netns add settle",
		"ip link add name settle0 type veth peer name settle1 netns settle",
		"ip netns del settle",
	} {
		if err := b.do(cmd); err != nil {
			return err
		}
	}
	for range 6000 {
		if _, err := os.Stat("/sys/class/net/settle0"); err != nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("a network namespace is not taken down after a minute")
}

// A cost is what one run of a step took.
type cost struct{ wall, cpu time.Duration }

// time measures a step, its output going nowhere.
func (b *meter) time(s side, st step) (cost, error) {
	var sum cost
	err := st.each(s, func(words []string) error {
		start := time.Now()
		p, err := os.StartProcess(s.path(words[0]), words, &os.ProcAttr{Env: env, Files: []*os.File{b.null, b.null, b.null}})
		if err != nil {
			return err
		}
		state, err := p.Wait()
		if err != nil {
			return err
		}
		sum.wall += time.Since(start)
		sum.cpu += state.UserTime() + state.SystemTime()
		if state.ExitCode() != st.status {
			return fmt.Errorf("%s", state)
		}
		return nil
	})
	return sum, err
}

// A look is what a first run of a step shows, which is not timed.
type look struct {
	peak   int // KiB
	output [sha256.Size]byte
	size   int64
}

// look runs a step under trace, with its output kept.
func (b *meter) look(s side, st step) (look, error) {
	var l look
	out, err := os.OpenFile("stdout", os.O_CREATE|os.O_TRUNC|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return l, err
	}
	defer out.Close()
	if err := st.each(s, func(words []string) error {
		peak, err := b.runTraced(s, words, out, st.status)
		l.peak = max(l.peak, peak)
		return err
	}); err != nil {
		return l, err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return l, err
	}
	h := sha256.New()
	l.size, err = io.Copy(h, out)
	h.Sum(l.output[:0])
	return l, err
}

// runTraced runs a command to its end, which has the status that is wanted, and
// returns its peak memory in KiB, or 0 when it ended as another program.
func (b *meter) runTraced(s side, words []string, stdout *os.File, want int) (int, error) {
	stderr, err := os.OpenFile("stderr", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o644)
	if err != nil {
		return 0, err
	}
	defer stderr.Close()
	status, peak, err := trace(s.path(words[0]), words, []uintptr{b.null.Fd(), stdout.Fd(), stderr.Fd()})
	if err == nil && status != want {
		msg, _ := os.ReadFile("stderr")
		line, _, _ := bytes.Cut(msg, []byte("\n"))
		err = fmt.Errorf("status %d: %s", status, line)
	}
	return peak, err
}

// measure prints the rows of a work: each step of the cycle is one, if it has
// a name. One side does a whole cycle, then the other.
func (b *meter) measure(w work, sel selection) error {
	rows := make([]row, len(w))
	for i := range w {
		rows[i].name, rows[i].same = w[i].name, w[i].refCmds == nil
	}
	err := b.lookAt(w, rows)
	for start := time.Now(); err == nil && !b.enough(len(rows[0].pairs), time.Since(start), len(w)); {
		err = b.pair(w, rows)
	}
	for _, r := range rows {
		if sel.has(r.name) {
			r.print(err)
		}
	}
	return nil
}

// enough says whether n pairs that took so long are enough for the work's rows.
func (b *meter) enough(n int, took time.Duration, rows int) bool {
	return n >= maxPairs || n >= minPairs && took > b.budget*time.Duration(rows)
}

// lookAt does the first cycle of both sides.
func (b *meter) lookAt(w work, rows []row) error {
	for i, s := range []side{candidate, reference} {
		for j, st := range w {
			if st.name == "" {
				if err := b.doAll(st); err != nil {
					return err
				}
				continue
			}
			var err error
			if rows[j].looks[i], err = b.look(s, st); err != nil {
				return fmt.Errorf("%s %w", s, err)
			}
		}
	}
	return nil
}

// pair adds a pair of costs to each row.
func (b *meter) pair(w work, rows []row) error {
	for i, s := range []side{candidate, reference} {
		for j, st := range w {
			if i == 0 {
				rows[j].pairs = append(rows[j].pairs, [2]cost{})
			}
			if st.name == "" {
				if err := b.doAll(st); err != nil {
					return err
				}
				continue
			}
			var err error
			if rows[j].pairs[len(rows[j].pairs)-1][i], err = b.time(s, st); err != nil {
				return fmt.Errorf("%s %w", s, err)
			}
		}
	}
	return nil
}

func (b *meter) doAll(st step) error {
	for _, cmd := range st.cmds {
		if err := b.do(cmd); err != nil {
			return err
		}
	}
	return nil
}

// trace runs a program under ptrace, only to read its peak memory when it is
// about to end: the kernel's own ru_maxrss starts with the peak of the process
// that called vfork, which is this one. It returns the program's status.
func trace(path string, words []string, files []uintptr) (status, peak int, err error) {
	pid, err := syscall.ForkExec(path, words, &syscall.ProcAttr{
		Env: env, Files: files, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return 0, 0, err
	}
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil {
		return 0, 0, err
	}
	const options = syscall.PTRACE_O_TRACEEXIT | syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACEEXEC
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		return 0, 0, err
	}
	execed := false
	for at := pid; ; {
		if err := syscall.PtraceCont(at, passOn(ws)); err != nil && err != syscall.ESRCH {
			return 0, 0, err
		}
		for {
			if at, err = syscall.Wait4(-1, &ws, syscall.WALL, nil); err != nil {
				return 0, 0, err
			}
			if at == pid && (ws.Exited() || ws.Signaled()) {
				if execed {
					peak = 0
				}
				return ws.ExitStatus(), peak, nil
			}
			if ws.Stopped() {
				break
			}
		}
		switch ws.TrapCause() {
		case syscall.PTRACE_EVENT_EXIT:
			peak = max(peak, peakOf(pid))
		case syscall.PTRACE_EVENT_EXEC:
			execed = true
		}
	}
}

// passOn is the signal that a stopped thread shall see: none for the stops of
// the trace itself.
func passOn(ws syscall.WaitStatus) int {
	if sig := ws.StopSignal(); sig != syscall.SIGTRAP && sig != syscall.SIGSTOP {
		return int(sig)
	}
	return 0
}

// peakOf reads the most memory, in KiB, that a process ever held.
func peakOf(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(words[0])
	return n
}

// median is the middle one, or the mean of the middle two.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}
