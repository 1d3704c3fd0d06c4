package compat_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gip/compat_test/judge"
	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// The tests in this file ask whether the bench itself can be believed: that it
// finds nothing between equal tools, and what was put there between others.

// compareWith holds a candidate against the reference tools.
func compareWith(t *testing.T, spec string, scripts ...*script.Script) *judge.Report {
	t.Helper()
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	tools, err := lab.Candidate(spec)
	if err != nil {
		t.Fatal(err)
	}
	report := &judge.Report{}
	if err := lab.Twins(report, scripts, tools, lab.Here(base)); err != nil {
		t.Fatal(err)
	}
	return report
}

// load reads scripts of the tree that run on this machine.
func load(t *testing.T, patterns ...string) []*script.Script {
	t.Helper()
	all, err := script.Load("testdata", patterns...)
	if err != nil {
		t.Fatal(err)
	}
	var here []*script.Script
	for _, s := range all {
		if !s.VM {
			here = append(here, s)
		}
	}
	return here
}

func parse(t *testing.T, text string) *script.Script {
	t.Helper()
	s, err := script.Parse("made_up.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s[0]
}

func show(report *judge.Report) string {
	var b strings.Builder
	report.Print(&b, 20)
	return b.String()
}

// The reference against itself is equal in every command and in every state.
func TestBenchReferenceIsItself(t *testing.T) {
	_, written := script.Split(load(t, "link_", "addr_", "route_", "netns_basic", "brctl_"), func(s *script.Script) bool { return s.Made })
	report := compareWith(t, "reference", ofTurn(t, written)...)
	if report.Failed() > 0 {
		t.Error(show(report))
	}
}

// Busybox's ip is another tool: most of its answers differ.
func TestBenchBusyboxDiffers(t *testing.T) {
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	report := compareWith(t, filepath.Join(base, "bin/busybox"), load(t, "link_show", "addr_basic", "route_basic")...)
	if 2*report.Failed() < len(report.Findings) {
		t.Errorf("only %d of %d differ:\n%s", report.Failed(), len(report.Findings), show(report))
	}
}

// candidate writes a program that takes ip's place and has the reference's in
// /usr/sbin to call.
func candidate(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ip")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// One blank too many in one printer is seen, in that line and no other.
func TestBenchSeesOneBlank(t *testing.T) {
	spec := candidate(t, `/usr/sbin/ip "$@" | sed 's/qdisc noop state/qdisc noop  state/'`)
	s := parse(t, "ip link show lo\nip addr show lo\nip rule\n")
	var differ []string
	for _, f := range compareWith(t, spec, s).Findings {
		if f.Verdict < judge.Expected {
			differ = append(differ, f.Command.Text+"\n"+f.Diff)
		}
	}
	if len(differ) != 2 || !strings.Contains(differ[0], "+1: lo: <LOOPBACK> mtu 65536 qdisc noop  state DOWN") {
		t.Errorf("found %q", differ)
	}
}

// Success that leaves another state in the kernel is the worst class.
func TestBenchSeesSilentWrong(t *testing.T) {
	spec := candidate(t, `case "$*" in *mtu*) exit 0; esac; exec /usr/sbin/ip "$@"`)
	s := parse(t, "ip netns add one\nip -n one link set lo mtu 1400\n")
	report := compareWith(t, spec, s)
	text := show(report)
	if report.Failed() != 1 || !strings.Contains(text, "SILENT WRONG") || !strings.Contains(text, "lo.mtu = 1400") {
		t.Error(text)
	}
}

// A line that hangs ends its script, and says so.
func TestBenchEndsWhatHangs(t *testing.T) {
	spec := candidate(t, `case "$*" in *hang*) sleep 1000; esac; exec /usr/sbin/ip "$@"`)
	s := parse(t, "#limit 500ms\nip link show lo\nip link show hang\nip link show lo\n")
	text := show(compareWith(t, spec, s))
	if !strings.Contains(text, "took longer than 500ms") || !strings.Contains(text, "not run") {
		t.Error(text)
	}
}

// What a command finds is the same, whoever started the bench: a shell under
// nohup with open files and tight limits, or a program that blocks signals.
func TestBenchInheritsNothing(t *testing.T) {
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	burden(t)
	result, err := sandbox.Run(&sandbox.Job{
		Base:  base,
		Limit: script.DefaultLimit,
		Commands: []string{
			"ls /proc/self/fd | wc -l",
			"grep SigIgn /proc/self/status",
			"ip netns add one",
			"ip netns exec one grep SigBlk /proc/self/status", // the shell would unblock them
			"umask; ulimit -n; ulimit -c; ulimit -f; ulimit -s",
			"env | sort; pwd; ls -l /proc/self/fd/0 | sed 's/.* //'",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"4\n", // 0, 1, 2 and the folder that is read
		"SigIgn:\t0000000000000000\n",
		"",
		"SigBlk:\t0000000000000000\n",
		"0022\n1024\n0\nunlimited\n8192\n",
		"HOME=/root\nLC_ALL=C\nPATH=/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n" +
			"PWD=/tmp/case\nTERM=dumb\nTZ=UTC0\n/tmp/case\n/dev/null\n",
	}
	for i, line := range result.Lines {
		if got := string(line.Stdout) + string(line.Stderr); got != want[i] {
			t.Errorf("got %q, want %q", got, want[i])
		}
	}
}

// burden gives this process what a sandbox is not to take over.
func burden(t *testing.T) {
	for range 3 { // without close-on-exec
		fd, err := unix.Open(os.DevNull, unix.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
	signal.Ignore(unix.SIGHUP, unix.SIGINT, unix.SIGTSTP, unix.SIGPIPE)
	mask := unix.Umask(0o077)
	limits := map[int]unix.Rlimit{unix.RLIMIT_NOFILE: {}, unix.RLIMIT_CORE: {}, unix.RLIMIT_STACK: {}}
	for resource := range limits {
		var old unix.Rlimit
		if err := unix.Getrlimit(resource, &old); err != nil {
			t.Fatal(err)
		}
		limits[resource] = old
		old.Cur = min(old.Max, 1<<20)
		if resource == unix.RLIMIT_NOFILE {
			old.Cur = min(old.Max, 600)
		}
		if err := unix.Setrlimit(resource, &old); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread()
	blocked := unix.Sigset_t{}
	blocked.Val[0] = 1<<(unix.SIGUSR1-1) | 1<<(unix.SIGTERM-1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &blocked, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.PthreadSigmask(unix.SIG_UNBLOCK, &blocked, nil)
		runtime.UnlockOSThread()
		for resource, old := range limits {
			_ = unix.Setrlimit(resource, &old)
		}
		unix.Umask(mask)
		signal.Reset()
	})
}

// What a script leaves running, mounted or named is gone with its sandbox.
func TestBenchLeavesNothing(t *testing.T) {
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	before := surroundings(t)
	job := sandbox.Job{
		Base:  lab.Base(),
		Limit: script.DefaultLimit,
		Commands: []string{
			"mkdir -p /run/netns /tmp/m && mount -t tmpfs left-by-bench /tmp/m",
			"sleep 1009 & echo started",
		},
	}
	result, err := sandbox.Run(&job)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range result.Lines {
		if line.Status != 0 {
			t.Errorf("%s", line.Stderr)
		}
	}
	if after := surroundings(t); after != before {
		t.Errorf("before %q\nafter %q", before, after)
	}
}

// surroundings is what a sandbox could leave behind here.
func surroundings(t *testing.T) string {
	t.Helper()
	var left []string
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(mounts), "\n") {
		if strings.Contains(line, "left-by-bench") || strings.Contains(line, "/compat") {
			left = append(left, line)
		}
	}
	programs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range programs {
		if text, _ := os.ReadFile(p); string(text) == "sleep\x001009\x00" {
			left = append(left, p)
		}
	}
	return strings.Join(left, "\n")
}
