package labcmd_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A test that says what is left of labs has a machine of its own: namespaces of
// processes, mounts and networks in which nothing else happens, so that all that there is
// can be compared. Its first process is a shell, which waits for what others leave behind.

var machine = flag.String("machine", "", "this is a machine of a test's own, which has gip in this `folder`")

const machineInit = `mount -t proc proc /proc && mount -t tmpfs -o mode=755 run /run || exit 77
"$@"
exit $?`

// onMachine plays the test that calls it on a machine of its own. There it is true.
func onMachine(t *testing.T) bool {
	t.Helper()
	if *machine != "" {
		return true
	}
	limit := "5m"
	if *thorough {
		limit = "3h"
	}
	args := []string{"-c", machineInit, "sh", os.Args[0], "-test.v", "-test.timeout=" + limit, "-machine=" + installed(t)}
	args = append(args, "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "thorough" || f.Name == "invm" {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	cmd := exec.Command("sh", args...)
	flags := uintptr(syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Unshareflags: syscall.CLONE_NEWNS}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
	}
	said, err := os.Create(filepath.Join(t.TempDir(), "said")) // not a pipe: whoever is left must not keep us
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	err = cmd.Run()
	out, readErr := os.ReadFile(said.Name())
	if readErr != nil {
		t.Fatal(readErr)
	}
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() == 77, errors.Is(err, syscall.EPERM):
		t.Skip("no machine of its own: ", err, string(out))
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skip(string(out))
	default:
		t.Logf("%s", out)
	}
	recordRow(t, &labFaults, strings.TrimPrefix(t.Name(), "Test"), countedIn(string(out)))
	return false
}

// onMachines plays a test as each of the users, on a machine of its own.
func onMachines(t *testing.T, play func(t *testing.T, u who)) {
	t.Helper()
	for _, u := range users() {
		t.Run(u.name, func(t *testing.T) {
			if onMachine(t) {
				play(t, u)
			}
		})
	}
}

// A bench is a folder with a lab and a place for state that nobody else has, on a machine
// of the test's own.
type bench struct {
	user   who
	dir    string
	env    []string
	before []string
}

func newBench(t *testing.T, u who, text string) *bench {
	t.Helper()
	b := &bench{user: u, dir: open(t, t.TempDir())}
	run := filepath.Join(b.dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "x.lab"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if u.uid != 0 {
		os.Chown(run, int(u.uid), -1)
	}
	b.env = []string{"PATH=" + *machine + ":/usr/bin:/bin", "XDG_RUNTIME_DIR=" + run, "LC_ALL=C"}
	b.before = b.state()
	if out, err := b.command("gip", "lab", "run", "x.lab", "--", "true").CombinedOutput(); err != nil {
		t.Skip(string(out), err)
	}
	b.clean(t, "a first run")
	return b
}

// makeLab makes the lab; where that may not be, the test is skipped.
func (b *bench) makeLab(t *testing.T) {
	t.Helper()
	if out, err := b.command("gip", "lab", "up", "x.lab").CombinedOutput(); err != nil {
		t.Skip(string(out))
	}
}

// command is one of the bench's user.
func (b *bench) command(words ...string) *exec.Cmd {
	if words[0] == "gip" {
		words = append([]string{filepath.Join(*machine, "gip")}, words[1:]...)
	}
	if b.user.uid != 0 {
		words = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, words...)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = b.dir, b.env
	return cmd
}

// state is all that there is on the machine: files where labs have them, mounts, other
// processes, and the namespaces of processes.
func (b *bench) state() (all []string) {
	for _, root := range []string{filepath.Join(b.dir, "run"), "/run"} {
		filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			all = append(all, "file "+path)
			return nil
		})
	}
	tmp, _ := filepath.Glob("/tmp/gip-*")
	all = append(all, tmp...)
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		all = append(all, "mount "+line)
	}
	procs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	self, _ := os.Readlink("/proc/self")
	for _, path := range procs {
		if pid := filepath.Base(filepath.Dir(path)); pid != self {
			line, _ := os.ReadFile(path)
			all = append(all, "process "+pid+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	spaces, _ := filepath.Glob("/proc/[0-9]*/task/*/ns/*")
	for _, path := range spaces {
		if to, err := os.Readlink(path); err == nil {
			all = append(all, to)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// left is what is there that was not before, behind "+", and what was, behind "-".
func (b *bench) left() (what []string) {
	now := b.state()
	for _, s := range now {
		if _, found := slices.BinarySearch(b.before, s); !found {
			what = append(what, "+ "+s)
		}
	}
	for _, s := range b.before {
		if _, found := slices.BinarySearch(now, s); !found {
			what = append(what, "- "+s)
		}
	}
	return what
}

// patience is how long the kernel may take to free what has ended.
const patience = 5 * time.Second

// wait waits until nothing is left, and returns what is.
func (b *bench) wait() (what []string) {
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if what = b.left(); what == nil || time.Now().After(end) {
			return what
		}
	}
}

// clean waits until nothing is left, once what is left of labs has been cleared away, as
// any "gip lab ls" does. It tells what is.
func (b *bench) clean(t *testing.T, after string) bool {
	t.Helper()
	var what []string
	for range 50 {
		if what = b.left(); what == nil {
			return true
		}
		b.command("gip", "lab", "ls").Run()
		time.Sleep(20 * time.Millisecond)
	}
	if what = b.wait(); what == nil {
		return true
	}
	t.Errorf("after %s there is left: %q", after, what)
	b.command("gip", "lab", "down", "--all").Run()
	b.wait()
	b.before = b.state() // so that the next fault is blamed for its own only
	return false
}
