package lab_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gip/compat_test/labtest"
	"gip/lab"
)

// ends are the ways in which the process of a test may end while it has a lab.
var ends = map[string]func(t *testing.T){
	"killed": func(*testing.T) { time.Sleep(time.Hour) },
	"exits":  func(*testing.T) { os.Exit(3) },
	"panics": func(*testing.T) { panic("as it is meant to") },
	"panics apart": func(*testing.T) {
		go panic("as it is meant to")
		time.Sleep(time.Hour)
	},
	"fails": func(t *testing.T) { t.Fatal("as it is meant to") },
}

// TestEnd is what the programs are that TestGone starts.
func TestEnd(t *testing.T) {
	how := os.Getenv("GIP_LAB_TEST_END")
	if how == "" {
		t.Skip("TestGone starts it")
	}
	l := lab.Start(t, "node a\nstart a: sleep "+mark(os.Getpid())+"\na: sh -c \"setsid sleep "+mark(os.Getpid())+" >/dev/null 2>&1 &\"")
	c := l.Node("a").Command("sleep", mark(os.Getpid()))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); len(asleep(os.Getpid())) < 3; time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("only asleep: ", asleep(os.Getpid()))
		}
	}
	fmt.Println("there is")
	ends[how](t)
}

// mark is a time to sleep that no other test has.
func mark(pid int) string { return "100" + strconv.Itoa(pid) }

// asleep are the processes that sleep so long.
func asleep(pid int) (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		if text, _ := os.ReadFile(path); string(text) == "sleep\x00"+mark(pid)+"\x00" {
			found = append(found, path)
		}
	}
	return found
}

// TestGone holds that a lab ends with the process that has made it, however that ends.
func TestGone(t *testing.T) {
	labtest.SkipIfForeign(t)
	lab.StartOrSkip(t, "node a")
	for how := range ends {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := exec.Command("/proc/self/exe", "-test.run=^TestEnd$")
			c.Env = append(os.Environ(), "GIP_LAB_TEST_END="+how)
			out, err := c.StdoutPipe()
			if err == nil {
				err = c.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			r := bufio.NewReader(out)
			for line := ""; line != "there is\n"; {
				if line, err = r.ReadString('\n'); err != nil {
					t.Fatal("no lab is made: ", line, err)
				}
			}
			if how == "killed" {
				if n := len(asleep(c.Process.Pid)); n != 3 {
					t.Error(n, " programs, want 3")
				}
				c.Process.Kill()
			}
			c.Wait()
			for range 500 { // the kernel takes its time
				if len(asleep(c.Process.Pid)) == 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Error("left: ", asleep(c.Process.Pid))
		})
	}
}

// TestNoNamespaces is what TestClosed starts: in its user namespace, no network
// namespaces may be made.
func TestNoNamespaces(t *testing.T) {
	if os.Getenv("GIP_LAB_TEST_CLOSED") == "" {
		t.Skip("TestClosed starts it")
	}
	if err := os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
	var closed *lab.ClosedError
	_, err := lab.New(t.Context(), "node a")
	if !errors.As(err, &closed) || !errors.Is(err, fs.ErrPermission) || closed.Cause != "a limit is reached: user.max_net_namespaces is 0" {
		t.Error(err)
	}
	if !t.Failed() {
		lab.StartOrSkip(t, "node a")
		t.Error("it is not skipped")
	}
}

// TestClosed holds that a system which forbids it is a reason to skip, not to fail.
func TestClosed(t *testing.T) {
	labtest.SkipIfForeign(t)
	lab.StartOrSkip(t, "node a")
	c := exec.Command("/proc/self/exe", "-test.v", "-test.run=^TestNoNamespaces$")
	c.Env = append(os.Environ(), "GIP_LAB_TEST_CLOSED=1")
	ids := []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: ids, GidMappings: ids}
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "lab: this system lets users make no namespaces (a limit is reached") || !strings.Contains(string(out), "--- SKIP") {
		t.Errorf("%s %v", out, err)
	}
}

// TestLeft holds that labs leave nothing in the process that has made them, and that
// those that are there at once have nothing in common.
func TestLeft(t *testing.T) {
	lab.StartOrSkip(t, "node a")
	once := func(t *testing.T, i int) {
		l := lab.Start(t, fmt.Sprintf("link a:eth0 10.0.0.1/24 b:eth0 10.0.0.2/24 mtu %d", 1000+i))
		a := l.Node("a")
		if err := a.Command("ip", "link", "add", "mine", "type", "bridge").Run(); err != nil {
			t.Error(err)
		}
		out, err := a.Command("ip", "-o", "link").Output()
		if err != nil || !strings.Contains(string(out), fmt.Sprint("mtu ", 1000+i)) || strings.Count(string(out), "\n") != 3 {
			t.Errorf("%s %v", out, err)
		}
		if _, err := a.Netlink(); err != nil {
			t.Error(err)
		}
		if err := l.Node("b").Command("ping", "-c1", "-W5", "10.0.0.1").Run(); err != nil {
			t.Error(err)
		}
	}
	once(t, 0)
	t.Run("at once", func(t *testing.T) {
		for i := range 8 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				once(t, i)
			})
		}
	})
	var before [3]int
	t.Run("before", func(t *testing.T) { once(t, 1) })
	before = has(t)
	for i := range 5 {
		t.Run("then", func(t *testing.T) { once(t, i) })
	}
	var after [3]int
	for range 100 {
		if after = has(t); after[0] <= before[0] && after[1] <= before[1] && after[2] <= before[2]+2 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	files, _ := filepath.Glob("/proc/self/fd/*")
	for _, f := range files {
		to, _ := os.Readlink(f)
		t.Log(f, to)
	}
	t.Errorf("descriptors, goroutines, threads: %v, before: %v", after, before)
}

func has(t *testing.T) [3]int {
	runtime.GC() // handles of package netlink close themselves
	runtime.GC()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	threads, _ := os.ReadDir("/proc/self/task")
	return [3]int{len(files), runtime.NumGoroutine(), len(threads)}
}

// TestForgotten closes a lab in which a program was started for whose end nobody waits:
// the kernel keeps the lab's first process as long.
func TestForgotten(t *testing.T) {
	l := lab.StartOrSkip(t, "node a\n")
	cmd := exec.Command("sleep", mark(os.Getpid()))
	var err error
	if e := l.Node("a").Do(func() { err = cmd.Start() }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	closed := make(chan error)
	go func() { closed <- l.Close() }()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("Close waits for the program's parent")
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Error(err)
	}
}

// A program that another one has left behind holds its output open: the command ends with
// its context all the same.
func TestHeldOpen(t *testing.T) {
	l := lab.StartOrSkip(t, "node a\n")
	for _, words := range []string{"sleep 1000 &", "sleep 1000 & sleep 1000"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		var out strings.Builder // which is copied as it comes
		c := l.Node("a").CommandContext(ctx, "sh", "-c", "echo said; "+words)
		c.Stdout = &out
		ended := make(chan error, 1)
		go func() { ended <- c.Run() }()
		select {
		case err := <-ended:
			if !errors.Is(err, context.DeadlineExceeded) || out.String() != "said\n" {
				t.Errorf("%s: %v, and it says %q", words, err, out.String())
			}
		case <-time.After(30 * time.Second):
			t.Fatal(words, " waits when its context has ended")
		}
	}
}
