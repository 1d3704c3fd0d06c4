package labcmd_test

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var thorough = flag.Bool("thorough", false, "fault after fault, at each place")

const faultLab = `router gw
link client:eth0 10.0.100.1/24 gw:lan 10.0.100.254/24
lan sw gw other 10.1.0.1/24
client: ip route add default via 10.0.100.254
client: sh -c :
start other: sleep 1000
`

// A bench is a folder with a lab and a place for state that nobody else has.
type bench struct {
	dir, bin string
	env      []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{dir: open(t, t.TempDir()), bin: installed(t)}
	run := filepath.Join(b.dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "x.lab"), []byte(faultLab), 0o644); err != nil {
		t.Fatal(err)
	}
	os.Chown(run, 65534, -1)
	b.env = []string{"PATH=" + b.bin + ":/usr/bin:/bin", "XDG_RUNTIME_DIR=" + run, "LC_ALL=C"}
	return b
}

// command is one of nobody's, or of whoever we are if not root.
func (b *bench) command(words ...string) *exec.Cmd {
	if os.Getuid() == 0 {
		words = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, words...)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = b.dir, b.env
	return cmd
}

// left is what is left of labs: files of the state, and processes, which are known by
// their environment.
func (b *bench) left() (what []string) {
	entries, _ := filepath.Glob(filepath.Join(b.dir, "run/gip/lab/*"))
	what = append(what, entries...)
	procs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range procs {
		if env, err := os.ReadFile(path); err == nil && strings.Contains(string(env), b.dir) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			what = append(what, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return what
}

// clean waits until nothing is left, and tells what is.
func (b *bench) clean(t *testing.T, after string) {
	t.Helper()
	var what []string
	for range 100 {
		b.command("gip", "lab", "ls").Run() // which clears away
		if what = b.left(); what == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("after %s there is left: %q", after, what)
	b.command("gip", "lab", "down", "--all").Run()
}

// TestKilled ends holders, and those who start them, by SIGKILL at random moments:
// nothing is left of a lab.
func TestKilled(t *testing.T) {
	b := newBench(t)
	if out, err := b.command("gip", "lab", "up", "x.lab").CombinedOutput(); err != nil {
		t.Skip(string(out))
	}
	rounds := 4
	if *thorough {
		rounds = 50
	}
	for range rounds {
		out, err := b.command("gip", "lab", "ls", "-j").Output()
		_, number, _ := strings.Cut(string(out), `"holder":`)
		number, _, _ = strings.Cut(number, "}")
		pid, notNumber := strconv.Atoi(number)
		if err != nil || notNumber != nil {
			t.Fatalf("%s: %v; there is: %q", out, err, b.left())
		}
		holder, _ := os.FindProcess(pid)
		if err := holder.Kill(); err != nil {
			t.Fatal(err)
		}
		b.clean(t, "a kill of the holder")
		up := b.command("gip", "lab", "up", "x.lab")
		up.Start()
		time.Sleep(time.Duration(rand.Intn(100)) * time.Millisecond)
		up.Process.Kill()
		up.Wait()
		b.command("gip", "lab", "down", "--all").Run()
		b.clean(t, "a kill of up")
		if out, err := b.command("gip", "lab", "up", "x.lab").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	b.command("gip", "lab", "down").Run()
	b.clean(t, "down")
}

// injected are the system calls that fail.
var injected = []string{"mount", "unshare", "setns", "mkdirat", "symlinkat", "socket", "clone", "pipe2", "prctl", "move_mount",
	"open_tree", "getsockname", "flock", "socketpair", "pidfd_open", "pidfd_send_signal", "connect", "renameat"}

// TestFaults lets system calls fail, one by one, while a lab is made for a command and
// taken down: what does not work is told, and nothing is left of it.
func TestFaults(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("no strace: ", err)
	}
	b := newBench(t)
	run := func(options ...string) (string, error) {
		words := append([]string{"timeout", "-s", "KILL", "30", "strace", "-f", "-o", "/dev/null"}, options...)
		out, err := b.command(append(words, "gip", "lab", "run", "x.lab", "--", "true")...).CombinedOutput()
		return string(out), err
	}
	if out, err := run(); err != nil {
		t.Skip("strace: ", out)
	}
	whens := []int{1}
	if *thorough {
		whens = []int{1, 2, 3, 5, 8, 13, 21, 34, 55}
	}
	for _, call := range injected {
		for _, when := range whens {
			fault := fmt.Sprintf("%s:error=ENOMEM:when=%d", call, when)
			out, err := run("-e", "inject="+fault)
			switch {
			case strings.Contains(out, "invalid system call"): // this machine has it not
			case err != nil && out == "":
				t.Errorf("%s: %v without a word", fault, err)
			case strings.Contains(out, "goroutine "):
				t.Errorf("%s: %s", fault, out)
			}
			b.clean(t, fault)
		}
	}
}
