package inject

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long one run may take.
const patience = time.Minute

// atOnce is how many runs there are at the same time. Most of them mostly wait.
const atOnce = 4

// script is one run. It is the first process of its namespaces: what it leaves in
// the background ends with it.
const script = `
mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs run /run && mount -t tmpfs work /tmp || exit 90
cd /tmp
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
all=$PATH
PATH=/usr/sbin:/usr/bin
set -e
SETUP
set +e
: >out; : >err
mkdir /tmp/trace
traced() { PATH=$all /usr/bin/strace -f -qq -o /tmp/trace/calls TRACE "$@"; }
{ COMMAND
} >out 2>err </dev/null BACKGROUND
status=$?
PATH=/usr/sbin:/usr/bin
mark() { printf '\n@@@ %s\n' $1; }
mark status; echo $status
mark calls; cat /tmp/trace/calls
mark out; cat out
mark err; cat err
rm -rf out err /tmp/trace
mark state
printf '%s\n' 'link show' 'address show' 'route show table all' 'rule show' 'neighbor show nud all' | ip -d -j -force -batch - 2>&1
stat -c '%A %u:%g %n' /run/netns/* 2>/dev/null
grep -c ' /run/netns/' /proc/self/mountinfo
STATE
exit 0
`

// background runs a command that never ends beside others, and ends it. It is the
// child of strace, which is that of a shell.
const background = `&
tracer=$!
children() { cat /proc/$1/task/$1/children 2>/dev/null; }
child() { [ -n "$1" ] && children $1; }
n=0; until [ -n "$(child $(children $tracer))" ] || [ $((n += 1)) = 200 ]; do sleep 0.01; done
sleep 0.2
DURING
sleep 0.2
kill $(child $(children $tracer)) 2>/dev/null
wait $tracer`

// run runs a case with strace's options.
func (p *Plan) run(c *Case, trace string) (o Outcome, calls string, err error) {
	back := ""
	if c.During != "" {
		back = strings.Replace(background, "DURING", c.During, 1)
	}
	text := strings.NewReplacer("SETUP", c.Setup, "COMMAND", c.Command, "BACKGROUND", back, "TRACE", trace, "STATE", c.State).Replace(script)
	cmd := exec.Command("/bin/sh", "-c", text)
	cmd.Env = []string{"PATH=" + p.Path, "HOME=/root", "LC_ALL=C", "TZ=UTC0"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC}
	var out, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failed
	if err := cmd.Start(); err != nil {
		return o, "", err
	}
	clock := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	o.Case, o.Over = c.Name, !clock.Stop()
	var exit *exec.ExitError
	switch {
	case o.Over:
		return o, "", nil
	case errors.As(err, &exit):
		return o, "", fmt.Errorf("%s: status %d before the command: %s", c.Name, exit.ExitCode(), &failed)
	case err != nil:
		return o, "", err
	}
	return o.parse(out.String())
}

// parse reads what the script printed.
func (o Outcome) parse(text string) (Outcome, string, error) {
	parts := map[string]string{}
	for _, part := range strings.Split(text, "\n@@@ ") {
		name, body, _ := strings.Cut(part, "\n")
		parts[name] = body
	}
	status, err := strconv.Atoi(strings.TrimSpace(parts["status"]))
	if err != nil {
		return o, "", fmt.Errorf("%s: no status in %q", o.Case, text)
	}
	o.Status, o.Stdout, o.Stderr, o.State = status, parts["out"], parts["err"], normal(parts["state"])
	o.Stdout = normal(o.Stdout)
	return o, parts["calls"], nil
}

// varying is what differs from run to run.
var varying = regexp.MustCompile(`time[=<][0-9.]+ ms|time [0-9]+ms|mdev = [0-9./]+ ms|"(used|confirmed|updated)":[0-9]+|"link_netnsid":[0-9]+,|Timestamp: [^\n]*| +[0-9.]+ms`)

func normal(text string) string { return varying.ReplaceAllString(text, "…") }

// do runs all cases, and then each of them with the faults of its calls.
func (p *Plan) do() (*Results, error) {
	type job struct {
		c *Case
		f Fault
	}
	var jobs []job
	r := &Results{}
	turn := 0
	for i := range p.Cases {
		c := &p.Cases[i]
		o, calls, err := p.run(c, "")
		if err == nil && o.Over {
			err = fmt.Errorf("%s, with no fault: not done after %v", c.Name, patience)
		}
		if err != nil {
			return nil, err
		}
		r.Whole = append(r.Whole, o)
		for _, f := range p.faults(c, calls, &turn) {
			jobs = append(jobs, job{c, f})
		}
	}
	r.Faults = make([]Outcome, len(jobs))
	errs := make([]error, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range next {
				r.Faults[i], errs[i] = p.fail(jobs[i].c, jobs[i].f)
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	return r, errors.Join(errs...)
}

// fail runs a case with a fault.
func (p *Plan) fail(c *Case, f Fault) (Outcome, error) {
	on := ""
	if f.On {
		on = "+"
	}
	trace := fmt.Sprintf("-e trace=%s -e inject=%s:error=%s:when=%d%s", f.Call, f.Call, f.Errno, f.When, on)
	o, calls, err := p.run(c, trace)
	o.Fault, o.Own, o.Hits = f, slices.Contains(ofRuntime, f.Call), strings.Count(calls, "(INJECTED)")
	return o, err
}

// ofRuntime are the calls that a C library or the Go runtime makes for itself.
var ofRuntime = []string{
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "mmap", "munmap", "mprotect", "madvise", "brk", "futex",
	"nanosleep", "sched_yield", "sched_getaffinity", "clone", "clone3", "arch_prctl", "gettid", "getpid", "tgkill",
	"set_tid_address", "set_robust_list", "rseq", "prlimit64", "getrandom", "readlink", "pread64", "access", "fstat", "newfstatat",
	"epoll_pwait", "epoll_create1", "epoll_ctl", "eventfd2", "prctl", "uname", "exit", "exit_group", "execve", "clock_nanosleep",
	"restart_syscall", "getuid", "geteuid", "capget", "capset", "vfork", "fork", "wait4",
}

// never are calls that cannot fail, or that begin or end a program. A close that
// fails has closed the descriptor all the same, which one that strace lets fail has
// not: whoever waits for a pipe's end would wait for good.
var never = []string{"exit", "exit_group", "execve", "rt_sigreturn", "restart_syscall", "close", "clock_gettime", "getuid", "geteuid"}

// faults lists those of the calls in a trace.
func (p *Plan) faults(c *Case, trace string, turn *int) (list []Fault) {
	type made struct {
		name string
		n    int
	}
	var calls []made
	counts := map[[2]string]int{}
	all := map[string]int{} // how often each call is made
	seen := map[string]bool{}
	for line := range strings.Lines(trace) {
		thread, call, _ := strings.Cut(line, " ")
		name, rest, ok := strings.Cut(strings.TrimSpace(call), "(")
		if !ok || strings.ContainsAny(name, " <+-") || slices.Contains(never, name) {
			continue
		}
		counts[[2]string{thread, name}]++
		n := counts[[2]string{thread, name}]
		key := fmt.Sprint(name, n)
		if seen[key] || !p.Runtime && (slices.Contains(ofRuntime, name) || ofLoader(rest)) {
			continue
		}
		seen[key] = true
		all[name]++
		calls = append(calls, made{name, n})
	}
	for _, call := range calls {
		if c.meant(call.n, all[call.name]) {
			list = append(list, p.errors(c, call.name, call.n, turn)...)
		}
	}
	return list
}

// meant reports whether the n-th of so many calls of one kind is to fail: where they are
// more than Most, that many are, at equal distances, the last among them.
func (c *Case) meant(n, of int) bool {
	return c.Most == 0 || of <= c.Most || n*c.Most/of != (n-1)*c.Most/of
}

// ofLoader tells whether a call opens or reads a library, by its arguments.
func ofLoader(rest string) bool {
	return strings.Contains(rest, ".so") || strings.Contains(rest, `"\177ELF`) || strings.Contains(rest, "ld.so")
}

// errors are the faults of one call.
func (p *Plan) errors(c *Case, name string, n int, turn *int) (list []Fault) {
	errnos := p.Errnos
	switch {
	case slices.Contains(ofRuntime, name):
		errnos = errnos[:1]
	case !p.Every:
		errnos = errnos[*turn%len(errnos):][:1]
		*turn++
	}
	for _, e := range errnos {
		list = append(list, Fault{Call: name, When: n, Errno: e})
		if p.On && name != c.Once && e != "EINTR" { // which is tried again for ever
			list = append(list, Fault{Call: name, When: n, On: true, Errno: e})
		}
	}
	return list
}
