package compat_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
)

// The tests in this file do to "ip netns" what a busy or a bad day does: many at
// once, and an end at every point on the way.

var thorough = flag.Bool("thorough", false, "all rounds of the long tests, and a kill at every system call")

// realIP is the reference's ip in a sandbox in which "ip" is gip.
const realIP = "/usr/sbin/ip"

// onReference prepares a sandbox with the reference tools and gip in front of
// them; it skips the test where one of both cannot be had.
func onReference(t *testing.T, files map[string]string, commands ...string) *sandbox.Job {
	t.Helper()
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	return &sandbox.Job{
		Base: base, Tools: buildCandidate(t), Files: files, Commands: commands, Limit: 4 * time.Minute,
	}
}

// lines runs the job and fails on a line that took too long or whose status is
// not 0.
func lines(t *testing.T, job *sandbox.Job) []sandbox.Line {
	t.Helper()
	result, err := sandbox.Run(job)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range result.Lines {
		if l.Over || l.Status != 0 {
			t.Errorf("%s: status %d, over: %v\n%s%s", job.Commands[i], l.Status, l.Over, l.Stdout, l.Stderr)
		}
	}
	if len(result.Lines) < len(job.Commands) {
		t.Fatalf("%d of %d lines ran", len(result.Lines), len(job.Commands))
	}
	return result.Lines
}

// crowd makes a hundred namespaces at the same time, and deletes them. It says
// what it finds after each half: names, their mounts, mounts of the folder.
const crowd = `
tool() { if [ "$mixed" = 1 ] && [ $(($1 % 2)) = 0 ]; then echo ` + realIP + `; else echo /tools/ip; fi; }
found() {
	set -- $(ls /run/netns | wc -l) $(grep -c ' /run/netns/' /proc/self/mountinfo) $(grep -c ' /run/netns ' /proc/self/mountinfo)
	echo "names $1 mounts $2 folder $3"
}
mixed=$1
umount -l /run/netns 2>/dev/null # the folder is to be made a mount once, by one of them
rm -rf /run/netns
for verb in add delete; do
	mkfifo gate # they all wait at it, and it opens once
	for i in $(seq 100); do { : <gate; $(tool $i) netns $verb n$i || echo "$verb n$i: $?"; } & done
	sleep 0.3
	exec 9>gate
	wait
	exec 9>&-
	rm gate
	found
done
`

// TestNetnsParallel: a hundred `netns add` at once make a hundred namespaces, a
// hundred `netns delete` leave none and nothing mounted. In even rounds every
// other command is the real tool's.
func TestNetnsParallel(t *testing.T) {
	rounds := 2
	if *thorough {
		rounds = 10
	}
	var commands []string
	for n := range rounds {
		commands = append(commands, fmt.Sprintf("sh ./crowd %d", n%2))
	}
	const want = "names 100 mounts 100 folder 1\nnames 0 mounts 0 folder 1\n"
	for i, l := range lines(t, onReference(t, map[string]string{"crowd": crowd}, commands...)) {
		if got := string(l.Stdout) + string(l.Stderr); got != want {
			t.Errorf("round %d: got\n%swant\n%s", i+1, got, want)
		}
	}
}

// murder ends a command at one of its system calls and looks whether the same
// command again, or delete, gets everything in order. It prints what is wrong.
const murder = `
verb=$1 call=$2 when=$3
while umount -l /run/netns 2>/dev/null; do :; done
rm -rf /run/netns
[ $verb = add ] || ip netns add x || echo "cannot begin"
strace -f -o trace -e inject=$call:signal=KILL:when=$when ip netns $verb x 2>killed
[ $? = 137 ] || exit 0 # it did without this call this time
echo killed >>count
{
	ip netns $verb x || ip netns delete x || [ -z "$(ls -A /run/netns)" ] || echo "cannot go on"
} 2>after
[ $verb = delete ] || ip netns delete x 2>>after || [ -z "$(ls -A /run/netns)" ] || echo "cannot delete"
{ ip netns add x && ip netns delete x; } 2>&1
ls -A /run/netns
grep ' /run/netns/' /proc/self/mountinfo
[ $(grep -c ' /run/netns ' /proc/self/mountinfo) = 1 ] || grep ' /run/netns ' /proc/self/mountinfo
`

// TestNetnsKilled ends `netns add` and `netns delete` at each of their system
// calls in turn.
func TestNetnsKilled(t *testing.T) {
	for _, verb := range []string{"add", "delete"} {
		t.Run(verb, func(t *testing.T) {
			job := onReference(t, map[string]string{"murder": murder})
			if _, err := os.Stat(filepath.Join(job.Base, "usr/bin/strace")); err != nil {
				t.Skip("no strace beside the reference tools: ", err)
			}
			deaths := systemCalls(t, job, verb)
			job.Commands = []string{"rm -f count; while read -r call when; do echo \"$call $when:\" $(sh ./murder " + verb +
				" $call $when 2>&1); done <deaths | grep -v ':$'; wc -l <count"}
			job.Files["deaths"] = deaths
			out := string(lines(t, job)[0].Stdout)
			at := strings.LastIndexByte(strings.TrimSpace(out), '\n') + 1
			killed, _ := strconv.Atoi(strings.TrimSpace(out[at:]))
			t.Logf("%d times", killed)
			if at > 0 || killed < strings.Count(deaths, "\n")/2 {
				t.Errorf("of %d deaths:\n%s", strings.Count(deaths, "\n"), out)
			}
		})
	}
}

// ofRuntime are calls that the Go runtime makes dozens of, as often as it likes,
// and that leave nothing half done: one of each is enough in a short run.
var ofRuntime = map[string]bool{
	"rt_sigaction": true, "rt_sigprocmask": true, "mmap": true, "munmap": true, "madvise": true,
	"futex": true, "nanosleep": true, "sched_yield": true, "epoll_pwait": true,
}

// systemCalls lists the calls that a command makes, as "NAME N" for the Nth of
// that name in one thread, which is how strace counts.
func systemCalls(t *testing.T, job *sandbox.Job, verb string) string {
	t.Helper()
	trace := *job
	trace.Commands = []string{
		"[ " + verb + " = add ] || ip netns add x",
		"strace -f -o trace ip netns " + verb + " x",
		"cat trace",
	}
	return strings.Join(tracedCalls(string(lines(t, &trace)[2].Stdout)), "\n") + "\n"
}

// tracedCalls lists the calls of a trace, as systemCalls does. Each stands once.
func tracedCalls(trace string) (calls []string) {
	counts := map[[2]string]int{}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(trace, "\n") {
		thread, call, _ := strings.Cut(line, " ")
		name, _, ok := strings.Cut(strings.TrimSpace(call), "(")
		if !ok || strings.ContainsAny(name, " <+-") || name == "execve" {
			continue
		}
		key := [2]string{thread, name}
		counts[key]++
		one := fmt.Sprintf("%s %d", name, counts[key])
		if counts[key] > 1 && !*thorough && ofRuntime[name] || seen[one] {
			continue
		}
		seen[one] = true
		calls = append(calls, one)
	}
	return calls
}
