package compat_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"gip/compat_test/inject"
)

// A batch that changes a network, and one of which nothing remains once it has failed.
const changes = twoLinks + `printf 'addr add 10.0.0.8/24 dev v0\nlink set v0 mtu 1400\nroute add 10.3.0.0/16 via 10.0.0.2\nrule add from 10.9.0.0/16 table 7 priority 90\n' >lines
`

// kept is a snapshot, and a network that it has to be restored to.
const kept = twoLinks + `PATH=$all gip snapshot >kept; ip addr add 10.0.0.8/24 dev v0; ip route del 10.1.0.0/16; ip link set w0 alias a
`

// two is a network in two namespaces.
const two = `ip netns add x
ip link add v0 address 02:00:00:00:00:01 type veth peer name w0 address 02:00:00:00:00:02 netns x
ip addr add 10.0.0.1/24 dev v0; ip -n x addr add 10.0.0.2/24 dev w0
ip link set v0 up; ip -n x link set w0 up
until grep -q up /sys/class/net/v0/operstate && ip -n x link show w0 | grep -q 'state UP'; do sleep 0.01; done
ip route add default via 10.0.0.2
`

// ownCases are commands that only gip has. The first of them makes the short form.
var ownCases = []inject.Case{
	{Name: "topo", Setup: two, Command: "traced gip topo"},
	{Name: "topo mermaid", Setup: two, Command: "traced gip topo -o mermaid"},
	{Name: "snapshot", Setup: twoLinks, Command: "traced gip snapshot", Most: ofSnapshot},
	{Name: "diff", Setup: kept, Command: "traced gip diff kept", Most: ofSnapshot},
	{Name: "restore", Setup: kept, Command: "traced gip restore kept", Most: ofSnapshot},
	{Name: "apply", Setup: changes, Command: "traced gip apply lines", Most: ofSnapshot},
	{Name: "apply -n", Setup: changes, Command: "traced gip apply -n lines", Most: ofSnapshot},
}

// inPicture stands in a picture where the other end of a link could not be asked for.
const inPicture = "cannot be looked into"

// notUndone is the status of gip apply that lists what could not be undone.
const notUndone = 3

// ofSnapshot is how many calls of one kind fail of a command that reads all there is,
// 900 files and more.
const ofSnapshot = 10

// TestOwnFaults lets each system call of gip's own commands fail. There is no real tool to
// hold them against. They may end as without a fault, and then all has to be printed and
// done; or say what is wrong, and leave the network as it was, but with the status that
// tells of a list of what is left.
func TestOwnFaults(t *testing.T) {
	job := injecting(t)
	job.Tools["gip"] = job.Tools["ip"]
	cases := ownCases
	if !*thorough {
		cases = cases[:1]
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			untouched := c
			untouched.Command = "traced true"
			plan := inject.Plan{Path: "/tools:/usr/sbin:/usr/bin", Cases: []inject.Case{untouched}}
			before := carryOut(t, job, plan).Whole[0].State
			plan = inject.Plan{Path: plan.Path, Cases: []inject.Case{c}, Errnos: faultErrnos, Every: *thorough, On: *thorough, Runtime: *thorough}
			r := carryOut(t, job, plan)
			judgeEach(t, r.Faults, func(o inject.Outcome) []string { return ownFaults(before, r.Whole[0], o) })
		})
	}
}

// ownFaults are what is wrong with an outcome, where w is the one without a fault.
func ownFaults(before string, w, o inject.Outcome) (why []string) {
	if o.Over {
		return []string{"it hangs"}
	}
	if o.Fault.Call == "futex" && o.Status == 128+int(syscall.SIGSEGV) {
		return nil // the Go runtime ends on the spot: the kernel does not refuse this
	}
	if tellsInsides(o.Stderr) {
		why = append(why, "it tells of its insides")
	}
	switch {
	case o.Status == w.Status && o.State != w.State:
		why = append(why, "it claims success: "+difference(w.State, o.State))
	case o.Status == w.Status && o.Stdout != w.Stdout && o.Stderr == w.Stderr && !strings.Contains(o.Stdout, inPicture):
		why = append(why, "it prints something else, and says nothing: "+difference(w.Stdout, o.Stdout))
	case o.Status == w.Status:
	case o.Stderr == "" && unheard(o):
	case o.Own && strings.HasPrefix(o.Stderr, "gip: runtime: "): // it ended on the spot, out of memory
	case o.Stderr == "":
		why = append(why, "it fails in silence")
	case o.Status != notUndone && o.State != before:
		why = append(why, "it leaves a change: "+difference(before, o.State))
	}
	return why
}

// unheard reports whether the complaint was lost as what it is about: strace counts the
// calls of each thread by itself, and a Go program may print and complain in two of them.
func unheard(o inject.Outcome) bool { return o.Fault.Call == "write" && o.Hits > 1 }

// tellsInsides reports whether a complaint is that of a Go program that has crashed.
func tellsInsides(stderr string) bool {
	for _, word := range []string{"goroutine ", "panic", "fatal error"} {
		if strings.Contains(stderr, word) {
			return true
		}
	}
	return false
}

// TestOwnFaultsJudged holds that each kind of fault is told.
func TestOwnFaultsJudged(t *testing.T) {
	whole := inject.Outcome{Stdout: "picture", State: "after"}
	for _, c := range []struct {
		o    inject.Outcome
		want string
	}{
		{whole, ""},
		{inject.Outcome{Stdout: "pict", Stderr: "x: cannot be read\n", State: "after"}, ""},
		{inject.Outcome{Status: 1, Stderr: "no\n", State: "before"}, ""},
		{inject.Outcome{Stdout: "? (in a namespace that cannot be looked into)", State: "after"}, ""},
		{inject.Outcome{Status: notUndone, Stderr: "no\n", State: "half"}, ""},
		{inject.Outcome{Over: true}, "hangs"},
		{inject.Outcome{Stdout: "pict", State: "after"}, "says nothing"},
		{inject.Outcome{Stdout: "picture", State: "half"}, "claims success"},
		{inject.Outcome{Status: 1, State: "before"}, "silence"},
		{inject.Outcome{Fault: inject.Fault{Call: "write"}, Hits: 1, Status: 1, State: "before"}, "silence"},
		{inject.Outcome{Fault: inject.Fault{Call: "write"}, Hits: 2, Status: 1, State: "before"}, ""},
		{inject.Outcome{Status: 1, Stderr: "no\n", State: "half"}, "leaves a change"},
		{inject.Outcome{Status: 2, Stderr: "panic: x\n", State: "before"}, "insides"},
	} {
		got := fmt.Sprint(ownFaults("before", whole, c.o))
		if c.want == "" && got != "[]" || !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s, not %q", c.o, got, c.want)
		}
	}
}
