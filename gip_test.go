package gip_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gip"
	"gip/compat_test/labtest"
	inner "gip/internal/netns"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// spaces makes n namespaces that have no name, each with a link "here<I>", and skips
// the test where that may not be done. They go with the test.
func spaces(t testing.TB, n int) []netns.NsHandle {
	t.Helper()
	all := make([]netns.NsHandle, n)
	var err error
	done := make(chan struct{})
	go inner.OnOwnThread(func() { // it leaves the thread in the last of them
		defer close(done)
		for i := range all {
			if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
				return
			}
			if all[i], err = netns.Get(); err != nil {
				return
			}
			// Start runs in the namespace of this thread.
			if err = gip.Command("ip", "link", "add", fmt.Sprint("here", i), "type", "bridge").Run(); err != nil {
				return
			}
		}
	})
	<-done
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("no network namespaces may be made here: ", err)
	}
	if err != nil && strings.Contains(err.Error(), "Operation not supported") {
		t.Skip("the kernel makes no bridges, or an emulator does not pass them on: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, h := range all {
			h.Close()
		}
	})
	return all
}

func in(h netns.NsHandle, args ...string) *gip.Cmd {
	c := gip.Command(args[0], args[1:]...)
	c.Netns = gip.Handle(h)
	return c
}

func TestOutput(t *testing.T) {
	space := spaces(t, 1)[0]
	out, err := in(space, "ip", "-br", "link", "show", "here0").Output()
	if want := "here0            DOWN"; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
	out, err = in(space, "/usr/sbin/brctl", "show").Output()
	if err != nil || !strings.Contains(string(out), "here0\t\t8000.") {
		t.Errorf("brctl does not see the namespace's /sys: %q, %v", out, err)
	}
	out, err = in(space, "netstat", "-i").Output()
	if err != nil || strings.Contains(string(out), "eth0") {
		t.Errorf("netstat does not see the namespace's /proc/net: %q, %v", out, err)
	}
}

func TestExitError(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		text   string
	}{
		{"ip link show dev nosuch", 1, "Device \"nosuch\" does not exist.\n"},
		{"ip route nonsense", 255, "Command \"nonsense\" is unknown, try \"ip route help\".\n"},
		{"gip brctl show nosuch", 1, "bridge nosuch does not exist!\n"},
		{"gip lab ls", 255, "gip lab: needs the program, and cannot be done inside another\n"},
		{"gip apply x", 255, "gip apply: needs the program, and cannot be done inside another\n"},
	} {
		words := strings.Fields(c.args)
		var shown bytes.Buffer
		cmd := gip.Command(words[0], words[1:]...)
		cmd.Stderr = &shown
		err := cmd.Run()
		var exit *gip.ExitError
		if !errors.As(err, &exit) || exit.Status != c.status || exit.ExitCode() != c.status {
			t.Errorf("%s: %v, want status %d", c.args, err, c.status)
			continue
		}
		if string(exit.Stderr) != c.text || shown.String() != c.text && c.text != "" {
			t.Errorf("%s: %q, shown %q; want %q", c.args, exit.Stderr, shown.String(), c.text)
		}
	}
	if err := gip.Command("rm", "-rf").Run(); !errors.Is(err, gip.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestCombinedOutput(t *testing.T) {
	space := spaces(t, 1)[0]
	c := in(space, "ip", "-force", "-batch", "-")
	c.Stdin = strings.NewReader("link add x0 type bridge\nlink show dev nosuch\nlink del x0\naddr add 127.0.0.9/8 dev lo\n")
	out, err := c.CombinedOutput()
	if want := "Device \"nosuch\" does not exist.\nCommand failed -:2\n"; string(out) != want || err == nil {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
	if out, _ := in(space, "ip", "-4", "-br", "addr").Output(); !strings.Contains(string(out), "127.0.0.9/8") {
		t.Errorf("the last line was not done: %q", out)
	}
}

func TestNamespaceError(t *testing.T) {
	for name, want := range map[string]error{"no-such-name": fs.ErrNotExist, "/no/such/file": fs.ErrNotExist, "/dev/null": unix.EINVAL, ".": unix.EINVAL} {
		c := gip.Command("ip", "link")
		c.Netns = gip.Named(name)
		err := c.Run()
		var ns *gip.NamespaceError
		if !errors.As(err, &ns) || !errors.Is(err, want) || ns.Namespace != name {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// TestContext ends commands that would run for ever.
func TestContext(t *testing.T) {
	space := spaces(t, 1)[0]
	if err := in(space, "ip", "link", "set", "lo", "up").Run(); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"ip monitor", "ip mptcp monitor", "ping -q 127.0.0.1", "ip -batch -", "ip netns monitor", "rtmon file /dev/null", "bridge monitor"} {
		ctx, cancel := context.WithCancel(t.Context())
		words := strings.Fields(args)
		c := gip.CommandContext(ctx, words[0], words[1:]...)
		c.Netns = gip.Handle(space)
		r, w, _ := os.Pipe()
		c.Stdin = r
		if err := c.Start(); err != nil {
			t.Fatal(args, err)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
		if args == "ip -batch -" { // as a shell's: it ends with its input
			w.Close()
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", args, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s does not end", args)
		}
		w.Close()
		r.Close()
	}
}

// TestMany runs commands at once in many namespaces: each where it was told to, and
// nothing is left.
func TestMany(t *testing.T) {
	const routines = 50
	calls := 1_000
	if *thorough {
		calls = 10_000
	}
	all := spaces(t, 20)
	run := func(n int) {
		var group sync.WaitGroup
		for g := range routines {
			group.Go(func() {
				for i := range n / routines {
					at := (g + i) % len(all)
					out, err := in(all[at], "ip", "-o", "link", "show", "type", "bridge").Output()
					if want := fmt.Sprintf(": here%d: ", at); err != nil || !strings.Contains(string(out), want) {
						t.Errorf("%q, %v; want %q", out, err, want)
						return
					}
				}
			})
		}
		group.Wait()
	}
	run(routines * 4) // what the runtime keeps, it has from then on
	before := left(t)
	run(calls)
	for range 50 { // threads end a little later
		if after := left(t); after.descriptors <= before.descriptors && after.goroutines <= before.goroutines &&
			after.threads <= before.threads+2 && after.namespaces == 1 {
			t.Logf("%d calls: %+v, before: %+v", calls, after, before)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left over: %+v, before: %+v", left(t), before)
}

// A rest is what a process has. The namespaces are those of its threads, of networks
// and of mounts.
type rest struct{ descriptors, threads, goroutines, namespaces int }

func left(t *testing.T) rest {
	count := func(dir string) int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	all := map[string]bool{}
	threads, _ := filepath.Glob("/proc/self/task/*/ns")
	for _, dir := range threads {
		net, err := os.Readlink(dir + "/net")
		mnt, mntErr := os.Readlink(dir + "/mnt")
		if err == nil && mntErr == nil { // it may end just now
			all[net+mnt] = true
		}
	}
	return rest{count("/proc/self/fd"), count("/proc/self/task"), runtime.NumGoroutine(), len(all)}
}

// TestExec starts a program in a namespace, and one of gip's own commands.
func TestExec(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("namespaces get names from root only")
	}
	// A snapshot asks for lists that an emulator does not pass on, and qemu-user's copy
	// of a process with threads may wait for good for the threads that it has not copied.
	labtest.SkipIfForeign(t)
	name := fmt.Sprint("gipapi", os.Getpid())
	if err := gip.Command("ip", "netns", "add", name).Run(); err != nil {
		t.Skip(err)
	}
	defer gip.Command("ip", "netns", "del", name).Run()
	t.Setenv("PATH", "/bin:/usr/bin")
	out, err := gip.Command("ip", "netns", "exec", name, "sh", "-c", "cat; echo $#; ls /sys/class/net; exit 7").Output()
	var exit *gip.ExitError
	if !errors.As(err, &exit) || exit.Status != 7 || !strings.HasPrefix(string(out), "0\n") || strings.Contains(string(out), "eth0") {
		t.Errorf("%q, %v", out, err)
	}
	t.Setenv("PATH", t.TempDir())
	out, err = gip.Command("ip", "netns", "exec", name, "ip", "-br", "link").Output()
	if err != nil || !strings.HasPrefix(string(out), "lo ") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%q, %v", out, err)
	}
	// Whatever namespaces a command goes to, the caller stays where it is.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	for _, words := range [][]string{{"gip", "snapshot", name}, {"ip", "-n", name, "link"}, {"gip", "ip", "netns", "exec", name, "ip", "link"}} {
		if err := gip.Command(words[0], words[1:]...).Run(); err != nil {
			t.Errorf("%v: %v", words, err)
		}
		if after, err := netns.Get(); err != nil || !after.Equal(before) {
			t.Errorf("%v has moved its caller", words)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := gip.CommandContext(ctx, "ip", "netns", "exec", name, "/bin/sleep", "100").Run(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkRatio tells how many commands within the process take the time of one by the
// binary, which it builds. Both take turns; the times are medians.
func BenchmarkRatio(b *testing.B) {
	dir := b.TempDir()
	labtest.Install(b, dir)
	var here, there []time.Duration
	for b.Loop() {
		begin := time.Now()
		if _, err := gip.Command("ip", "link", "show").Output(); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if _, err := exec.Command(filepath.Join(dir, "ip"), "link", "show").Output(); err != nil {
			b.Fatal(err)
		}
		here, there = append(here, middle.Sub(begin)), append(there, time.Since(middle))
	}
	slices.Sort(here)
	slices.Sort(there)
	command, process := here[len(here)/2], there[len(there)/2]
	b.ReportMetric(float64(process)/float64(command), "times-as-fast")
	b.ReportMetric(float64(command.Microseconds()), "µs/command")
	b.ReportMetric(float64(process.Microseconds()), "µs/process")
}
