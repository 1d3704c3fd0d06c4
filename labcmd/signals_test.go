package labcmd_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"gip/compat_test/pty"

	"golang.org/x/sys/unix"
)

const waitingLab = "node a\ncheck a: true\ncheck a: sleep 60\n"

// TestBriefLabs ends "test" and "run" while a command of theirs runs, by signals to gip
// alone and to all that it has started, by reading no further, and by SIGKILL: the lab
// that was made for it is gone, and gip ends by the signal.
func TestBriefLabs(t *testing.T) {
	onMachines(t, func(t *testing.T, u who) {
		b := newBench(t, u, waitingLab)
		b.endTests(t)
		b.killRun(t)
	})
}

func (b *bench) endTests(t *testing.T) {
	handled := make(chan os.Signal, 1) // as in interrupted
	defer signal.Stop(handled)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE} {
		signal.Notify(handled, sig)
		for _, group := range []bool{false, true} {
			cmd, out := b.begin(t, "ok 1 - a: true\n", "gip", "lab", "test", "x.lab")
			to := cmd.Process.Pid
			if group {
				to = -to
			}
			syscall.Kill(to, sig)
			said, _ := io.ReadAll(out)
			if err := cmd.Wait(); endedBy(err) != sig || len(said) > 0 {
				t.Errorf("%v, to all %t: %v: %s", sig, group, err, said)
			}
			b.clean(t, sig.String())
		}
	}
	b.setLab(t, "node a\ncheck a: true\ncheck a: sleep 0.1\ncheck a: sleep 60\n")
	cmd, out := b.begin(t, "ok 1 - a: true\n", "gip", "lab", "test", "x.lab")
	out.Close()
	if err := cmd.Wait(); endedBy(err) != syscall.SIGPIPE {
		t.Errorf("nobody reads: %v", err)
	}
	b.clean(t, "a test that nobody reads")
}

// killRun ends "run" by SIGKILL; what it leaves in its folder, the next command clears.
func (b *bench) killRun(t *testing.T) {
	cmd, out := b.begin(t, "on\n", "gip", "lab", "run", "x.lab", "--", "sh", "-c", "echo on; sleep 60")
	cmd.Process.Kill()
	io.ReadAll(out)
	cmd.Wait()
	time.Sleep(100 * time.Millisecond)
	if out, err := b.command("gip", "lab", "ls").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("a run that is killed leaves %s %v", out, err)
	}
	b.clean(t, "a kill of run")
}

// TestStopped takes a lab down while an exec is stopped, as ^Z does it: its command ends,
// though nobody takes note of that.
func TestStopped(t *testing.T) {
	onMachines(t, func(t *testing.T, u who) {
		b := newBench(t, u, "node a\n")
		b.makeLab(t)
		cmd, _ := b.begin(t, "on\n", "gip", "lab", "exec", "a", "sh", "-c", "echo on; exec sleep 60")
		cmd.Process.Signal(syscall.SIGSTOP)
		if out, err := b.command("gip", "lab", "down").CombinedOutput(); err != nil || string(out) != "x: gone\n" {
			t.Errorf("down: %v %s", err, out)
		}
		cmd.Process.Signal(syscall.SIGCONT)
		if err := cmd.Wait(); endedBy(err) != syscall.SIGKILL {
			t.Errorf("exec: %v", err)
		}
		b.clean(t, "down with an exec that is stopped")
	})
}

// begin starts a command as a group of its own, and waits for a line.
func (b *bench) begin(t *testing.T, line string, words ...string) (*exec.Cmd, *os.File) {
	t.Helper()
	cmd := b.command(words...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(line))
	if io.ReadFull(r, got); string(got) != line {
		t.Fatalf("%q begins with %q", words, got)
	}
	return cmd, r
}

// endedBy is the signal that a command was ended by.
func endedBy(err error) syscall.Signal {
	if e, ok := err.(*exec.ExitError); ok {
		return e.Sys().(syscall.WaitStatus).Signal()
	}
	return 0
}

// TestTerminalSignals sends signals to an exec on a terminal: its command gets those that
// are sent to gip, and that of a key once, also where standard input is another file.
func TestTerminalSignals(t *testing.T) {
	onMachines(t, func(t *testing.T, u who) {
		b := newBench(t, u, "node a\n")
		b.makeLab(t)
		b.onTerminal(t, "")
		b.onTerminal(t, " </dev/null")
		b.command("gip", "lab", "down").Run()
		b.clean(t, "signals on a terminal")
	})
}

func (b *bench) onTerminal(t *testing.T, redirect string) {
	const count = `for s in INT TERM USR1 HUP; do trap "echo $s" $s; done; echo on; while :; do sleep 0.05; done`
	master, slave := pty.Open(t)
	cmd := b.command("sh", "-c", "exec gip lab exec a sh -c '"+count+"'"+redirect)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err := cmd.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(master)
	next := func(want string) {
		t.Helper()
		if !lines.Scan() || strings.TrimPrefix(strings.TrimSpace(lines.Text()), "^C") != want {
			t.Errorf("%q: got %q, want %s", redirect, lines.Text(), want)
		}
	}
	master.SetReadDeadline(time.Now().Add(patience))
	next("on")
	time.Sleep(100 * time.Millisecond) // gip begins to pass them on after the start
	for _, s := range []string{"TERM", "USR1", "HUP"} {
		cmd.Process.Signal(unix.SignalNum("SIG" + s))
		next(s)
	}
	master.WriteString("\x03")
	next("INT")
	time.Sleep(200 * time.Millisecond) // in which a second one would come
	cmd.Process.Signal(syscall.SIGUSR1)
	next("USR1")
	cmd.Process.Kill()
	cmd.Wait()
}
