package compat_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gip/compat_test/inject"
	"gip/compat_test/sandbox"
)

// The tests in this file let system calls fail. A command may then fail, in the
// real tool's words and leaving what the real tool may leave; but it must not
// claim success with the work not done, hang, or tell of its own insides.

const twoLinks = `ip link add v0 address 02:00:00:00:00:01 type veth peer name w0 address 02:00:00:00:00:02
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up; ip link set w0 up; ip link set lo up
until grep -q up /sys/class/net/v0/operstate && grep -q up /sys/class/net/w0/operstate; do sleep 0.01; done
ip route add 10.1.0.0/16 via 10.0.0.2; ip route add 10.2.0.0/16 via 10.0.0.2 table 7
`

const twoRules = `ip rule add from 10.0.0.0/8 table 7 priority 70; ip rule add fwmark 5 table 8 priority 80
`

// recorded makes a file of what rtmon sees.
const recorded = twoLinks + `rtmon file records link & rtmon=$!
until [ -s records ]; do sleep 0.01; done
ip link set v0 alias a; sleep 0.2; kill $rtmon
`

// begun waits until rtmon has begun its file, which it may never do.
const begun = `n=0; until [ -s records ] || [ $((n += 1)) = 100 ]; do sleep 0.01; done
`

// counted makes a file of counters, and what nstat remembers of it.
const counted = `printf 'Tcp: A B\nTcp: 11 2\n' >counts; printf '#kernel\nTcpA 5 0.0\n' >history
`

// faultCases are the commands. The first of them make the short form.
var faultCases = []inject.Case{
	{Name: "netns add", Command: "traced ip netns add x"},
	{Name: "addr add", Setup: twoLinks, Command: "traced ip addr add 10.0.0.7/24 dev v0"},
	{Name: "route save", Setup: twoLinks, Command: "traced ip route save table all >saved", State: "ip route showdump <saved"},
	{Name: "netns del", Setup: "ip netns add x", Command: "traced ip netns del x"},
	{Name: "netns exec", Setup: "ip netns add x", Command: "traced ip netns exec x echo done"},
	{Name: "route restore", Setup: twoLinks + "ip route save table 7 >saved; ip route flush table 7", Command: "traced ip route restore <saved"},
	{Name: "batch", Setup: twoLinks + "printf 'link set v0 alias a\\naddr add 10.0.0.8/24 dev v0\\nroute add 10.3.0.0/16 via 10.0.0.2\\nroute add 10.4.0.0/16 via 10.0.0.2\\nlink show v0\\n' >lines",
		Command: "traced ip -batch lines"},
	{Name: "ifconfig", Setup: twoLinks, Command: "traced ifconfig v0"},
	{Name: "ifconfig set", Setup: twoLinks, Command: "traced ifconfig v0 10.0.0.9 mtu 1400"},
	{Name: "brctl addif", Setup: twoLinks + "ip link add br0 address 02:00:00:00:00:03 type bridge", Command: "traced brctl addif br0 v0"},
	{Name: "link add", Command: "traced ip link add v0 address 02:00:00:00:00:01 type veth peer name w0 address 02:00:00:00:00:02"},
	{Name: "monitor", Setup: twoLinks, Command: "traced ip monitor", During: "ip link set v0 alias a"},
	{Name: "sysctl -w", Command: "traced sysctl -w net.ipv4.ip_forward=1", State: "cat /proc/sys/net/ipv4/ip_forward"},
	{Name: "ping", Setup: "ip link set lo up", Command: "traced ping -c 1 127.0.0.1"},
	{Name: "addr save", Setup: twoLinks, Command: "traced ip addr save >saved", State: "ip addr showdump <saved"},
	{Name: "addr restore", Setup: twoLinks + "ip addr save >saved; ip addr flush dev v0", Command: "traced ip addr restore <saved"},
	{Name: "rule save", Setup: twoRules, Command: "traced ip rule save >saved", State: "ip rule flush; ip rule restore <saved; ip rule show"},
	{Name: "rule restore", Setup: twoRules + "ip rule save >saved; ip rule flush", Command: "traced ip rule restore <saved"},
	{Name: "monitor file", Setup: recorded, Command: "traced ip monitor file records"},
	{Name: "rtmon", Setup: twoLinks, Command: "traced rtmon file records", During: begun + "ip link set v0 alias a", State: "ip monitor file records | grep -v Timestamp", Once: "write"},
	{Name: "vrf exec", Command: "traced ip vrf exec default echo done"},
	{Name: "ss", Setup: "ip link set lo up", Command: "traced ss -an"},
	{Name: "tc add", Setup: twoLinks, Command: "traced tc qdisc add dev v0 root handle 1: pfifo", State: "tc qdisc show"},
	{Name: "tc show", Setup: twoLinks, Command: "traced tc -s qdisc show dev v0"},
	{Name: "tc batch", Setup: twoLinks + "printf 'qdisc add dev v0 root handle 1: pfifo\\nqdisc add dev w0 root handle 2: pfifo\\nqdisc show\\n' >lines",
		Command: "traced tc -batch lines", State: "tc qdisc show"},
	{Name: "nstat", Setup: counted, Command: "PROC_ROOT=/none PROC_NET_NETSTAT=counts NSTAT_HISTORY=history traced nstat -j", State: "sed 1d history"},
	{Name: "ifstat", Setup: twoLinks, Command: "IFSTAT_HISTORY=history traced ifstat -j", State: "sed 1d history", Needs: "usr/sbin/ifstat"},
	{Name: "lnstat", Command: "traced lnstat -c 1 -k rt_cache:in_hit"},
	{Name: "arping", Setup: twoLinks, Command: "traced arping -c 1 -U -I v0 10.0.0.1"},
	// Both tools ask for the errors of a socket until there are none, whatever the answer is.
	{Name: "tracepath", Setup: "ip link set lo up", Command: "traced tracepath -n -m 1 127.0.0.1", Once: "recvmsg"},
	{Name: "unshare", Command: "traced unshare -n echo done"},
	{Name: "unshare fork", Command: "traced unshare -n -f echo done"},
	{Name: "nsenter", Setup: "ip netns add x", Command: "traced nsenter --net=/run/netns/x echo done"},
	{Name: "lsns", Command: "traced lsns -t net -n -o TYPE,NPROCS,USER"},
	// lists that have words of their own for a dump that cannot be asked for
	{Name: "tunnel show", Setup: twoLinks, Command: "traced ip tunnel show"},
	{Name: "netconf show", Setup: twoLinks, Command: "traced ip netconf show"},
	{Name: "vrf show", Setup: twoLinks, Command: "traced ip vrf show"},
	{Name: "tcp_metrics show", Command: "traced ip tcp_metrics show"},
	{Name: "mptcp show", Setup: "ip mptcp endpoint add 10.0.0.1 id 7", Command: "traced ip mptcp endpoint show"},
	{Name: "ioam show", Setup: "ip ioam namespace add 7", Command: "traced ip ioam namespace show"},
	{Name: "all exec", Setup: "ip netns add x; ip netns add y", Command: "traced ip -all netns exec echo done"},
}

// shortFaults is how many of them are run without -thorough.
const shortFaults = 3

var faultErrnos = []string{"ENOMEM", "EINTR", "EIO", "ENOBUFS", "ENOSPC", "EACCES", "EMFILE"}

// An excuse is a complaint that the real tool does not have.
type excuse struct{ command, complaint, why string }

var excuses = []excuse{
	{"batch", `1 "Cannot talk to rtnetlink: <error>\nCannot send link get request: <error>\n"`, "it names whatever error came last"},
	{"ifconfig", `1 "v0: error fetching interface information: Device not found\n"`, "it asks by ioctl, and names that error"},
	{"brctl addif", `1 "can't add v0 to bridge br0: <error>\n"`, "it tries an older ioctl"},
	{"ping", `2 "ping: pipe: <error>\n"`, "it takes signals without one"},
	{"addr restore", `255 "rtnl_from_file: fread: <error>\n"`, "it reads ahead: its first messages are sent before that"},
	{"addr restore", `0 ""`, "its complaint, which cannot be written, changes the error that it looks at next"},
	{"vrf exec", `255 "Failed to open mounts file: <error>\n"`, "a list of mounts that it cannot read is an empty one, and it goes on"},
	{"tc batch", `0 "Cannot open netlink socket: <error>\nCannot open rtnetlink\n"`, learnsAll},
	{"tc batch", `0 "Cannot bind netlink socket: <error>\nCannot open rtnetlink\n"`, learnsAll},
	{"tc batch", `0 "Cannot getsockname: <error>\nCannot open rtnetlink\n"`, learnsAll},
	{"tc batch", `0 "SO_RCVBUF: <error>\nCannot open rtnetlink\n"`, learnsAll},
	{"tc batch", `0 "SO_SNDBUF: <error>\nCannot open rtnetlink\n"`, learnsAll},
	{"tc batch", `1 "Cannot open netlink socket: <error>\nCannot open rtnetlink\nCannot find device \"w0\"\nCommand failed lines:2\n"`, learnsAll},
	{"tc batch", `0 "Cannot talk to rtnetlink: <error>\n"`, learnsAll},
	{"tc batch", `0 "netlink receive error <error>\n"`, learnsAll},
	{"nsenter", `1 "nsenter: unshare failed: <error>\n"`, "it has one thread: of several, each shares the working folder, which one has to leave first"},
	{"unshare fork", `1 "unshare: fork failed: <error>\n"`, "it forks, which is not made to fail: gip tells of its child by a pipe, without which it has none"},
	{"all exec", `0 "exec of \"echo\" failed: <error>\n"`, "it forks: its child has no descriptors to prepare, and no pipe to tell by"},
}

const learnsAll = "it reads all links before the first line; gip asks for one by its name, in two ways, and the second one serves"

// carryOut does a plan in a sandbox.
func carryOut(t *testing.T, job *sandbox.Job, plan inject.Plan) *inject.Results {
	t.Helper()
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	j := *job
	j.Files = map[string]string{"plan": string(text)}
	j.Commands = []string{inject.Command("plan")}
	j.Limit = time.Hour
	out := lines(t, &j)[0]
	r := &inject.Results{}
	if err := json.Unmarshal(out.Stdout, r); err != nil {
		t.Fatalf("%v: %s%s", err, out.Stdout, out.Stderr)
	}
	return r
}

// injecting is a sandbox in which system calls can fail.
func injecting(t *testing.T) *sandbox.Job {
	t.Helper()
	job := onReference(t, nil)
	if _, err := os.Stat(filepath.Join(job.Base, "usr/bin/strace")); err != nil {
		t.Skip("no strace beside the reference tools: ", err)
	}
	name, program, err := inject.Tool()
	if err != nil {
		t.Fatal(err)
	}
	job.Tools[name] = program
	return job
}

// judgeEach tells what is wrong with the outcomes of faults, most of which must have been
// met.
func judgeEach(t *testing.T, outcomes []inject.Outcome, faults func(inject.Outcome) []string) {
	t.Helper()
	hit := 0
	for _, o := range outcomes {
		if o.Hits > 0 {
			hit++
		}
		for _, why := range faults(o) {
			t.Errorf("%s: %s\n%d %q %q", o.Fault, why, o.Status, cut(o.Stdout), cut(o.Stderr))
		}
	}
	t.Logf("%d runs, in %d the call was made", len(outcomes), hit)
	if len(outcomes) == 0 || hit < len(outcomes)/2 {
		t.Errorf("in %d of %d runs a call failed", hit, len(outcomes))
	}
}

// TestFaults lets each system call of some commands fail, of gip and of the real
// tool. With -thorough each call fails with each error, once and from then on, and
// so do the calls that the Go runtime makes for itself.
func TestFaults(t *testing.T) {
	job := injecting(t)
	cases := faultCases
	if !*thorough {
		cases = cases[:shortFaults]
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(job.Base, c.Needs)); err != nil {
				t.Skip("the reference lacks a tool: ", err)
			}
			plan := inject.Plan{Path: "/usr/sbin:/usr/bin", Cases: []inject.Case{c}, Errnos: faultErrnos, Every: *thorough, On: *thorough}
			ref := carryOut(t, job, plan)
			plan.Path, plan.Runtime = "/tools:"+plan.Path, *thorough
			judgeFaults(t, ref, carryOut(t, job, plan))
		})
	}
}

// judgeFaults holds gip's runs against the real tool's.
func judgeFaults(t *testing.T, ref, gip *inject.Results) {
	w, r := gip.Whole[0], ref.Whole[0]
	if w.Status != r.Status || w.Stdout != r.Stdout || w.State != r.State {
		t.Fatalf("without a fault: %d, not %d; %s%s", w.Status, r.Status, difference(r.Stdout, w.Stdout), difference(r.State, w.State))
	}
	j := judgement{w, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, o := range append(ref.Whole, ref.Faults...) {
		j.learn(o)
	}
	judgeEach(t, gip.Faults, j.faults)
	t.Logf("%d runs of the real tool", len(ref.Faults))
	if t.Failed() {
		t.Logf("the real tool says\n%s", strings.Join(slices.Sorted(maps.Keys(j.texts)), "\n"))
	}
}

func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("…%q / …%q", cut(a[i:]), cut(b[i:]))
}

func cut(s string) string { return s[:min(len(s), 100)] }

// A judgement is what is known of a command: how it ends without a fault, and
// what the real tool says and leaves with one.
type judgement struct {
	whole inject.Outcome
	ends  map[string]bool // status, output and state
	state map[string]bool
	texts map[string]bool // status and complaint, whatever the error was
}

func (j *judgement) learn(o inject.Outcome) {
	j.ends[ending(o)] = true
	j.state[o.State] = true
	j.texts[complaint(o)] = true
}

func ending(o inject.Outcome) string { return fmt.Sprint(o.Status, o.Stdout, o.State) }

// complaint is the status and the text, without what stands for the error. A line
// that comes again and again, until the command is ended, stands once.
func complaint(o inject.Outcome) string {
	var text string
	said := map[string]bool{}
	for line := range strings.Lines(anyErrno.ReplaceAllString(o.Stderr, "<error>")) {
		if !said[line] {
			said[line] = true
			text += line
		}
	}
	return fmt.Sprintf("%d %q", o.Status, text)
}

var anyErrno = regexp.MustCompile(`(Cannot allocate memory|Interrupted system call|Input/output error|No buffer space available|` +
	`No space left on device|Permission denied|Too many open files)( \(\d+\))?`)

// faults are what is wrong with an outcome.
func (j *judgement) faults(o inject.Outcome) (why []string) {
	w := &j.whole
	if o.Over {
		return []string{"it hangs"}
	}
	if tellsInsides(o.Stderr) {
		why = append(why, "it tells of its insides")
	}
	if rest, own := strings.CutPrefix(o.Stderr, "gip: "); own && strings.Count(rest, "\n") > 1 {
		why = append(why, "its runtime says more than one line")
	}
	if o.Status == w.Status && (o.Stdout != w.Stdout || o.State != w.State) && !j.ends[ending(o)] {
		why = append(why, "it claims success: "+difference(w.Stdout, o.Stdout)+difference(w.State, o.State))
	}
	if !j.state[o.State] {
		why = append(why, "it leaves what the real tool never leaves: "+difference(w.State, o.State))
	}
	if *thorough && !o.Own && !j.knows(o) {
		why = append(why, "it has other words")
	}
	return why
}

// knows reports whether the real tool, or an excuse, has the words. What the
// runtime says before gip begins is a line of its own, as is what the program says
// that is started.
func (j *judgement) knows(o inject.Outcome) bool {
	said := complaint(o)
	return j.texts[said] || strings.HasPrefix(o.Stderr, "gip: ") || strings.HasPrefix(o.Stderr, "echo: ") || j.begins(o) ||
		slices.ContainsFunc(excuses, func(e excuse) bool { return e.command == o.Case && e.complaint == said })
}

// begins reports whether the words are the beginning of the real tool's, and the
// rest could not be written either: gip writes to sockets with the same call as to
// files.
func (j *judgement) begins(o inject.Outcome) bool {
	if o.Fault.Call != "write" || !o.Fault.On {
		return false
	}
	begin := strings.TrimSuffix(complaint(o), `"`)
	for text := range j.texts {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	return false
}
