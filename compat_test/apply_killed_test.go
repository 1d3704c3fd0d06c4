package compat_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gip/compat_test/measured"
	"gip/compat_test/sandbox"
)

// applyFirst is what there is before lines are applied, applyLines change it.
const (
	applyFirst = `link add va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0b
link set va up
link set vb up
addr add 10.0.0.1/24 dev va
addr add 10.0.0.2/24 dev va
route add 10.9.0.0/16 via 10.0.0.9
addr add fd00::1/64 dev va
route add fd09::/64 via fd00::9
route add default via 10.0.0.9 table 7
rule add from 10.0.0.1 table 7
neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va
`
	applyLines = `addr add 10.5.0.1/24 dev vb
link add br0 address 02:00:00:00:00:0c type bridge
link set vb master br0
link set va down
rule del from 10.0.0.1 table 7
rule add fwmark 7 lookup 8 pref 100
nexthop add id 3 blackhole
addr del 10.0.0.1/24 dev va
link set va up mtu 1400
neigh replace 10.0.0.5 lladdr 02:00:00:00:00:06 dev va
route add fd0a::/64 dev va metric 77
`
	applyWrong = "route add 203.0.113.0/24 via 203.0.113.1 table 99\n"
)

// applyKilled does something to "gip apply" at one of its system calls, each in a
// namespace of its own, and prints what is wrong afterwards:
//
//	play BATCH [CALL N WHAT]
//
// Without a call it prints all that there are. Of BATCH "left" the calls are those of --recover after a kill. WHAT is as strace's
// inject= has it. No line is done, or all are; where a process was killed, that
// is so when another one has recovered.
const applyKilled = `. ./state
batch=$1 call=$2 when=$3 what=$4
verb=$batch
rm -rf /run/gip
quiet
/usr/sbin/ip -batch first
settle
state before
if [ $batch = left ]; then
	verb=--recover
	strace -f -o killed -e inject=unlinkat:signal=KILL:when=1 gip apply lines >said 2>&1
	[ -f /run/gip/apply-*/state ] || echo "nothing is left"
fi
[ $# -gt 1 ] || { strace -f -o calls gip apply $verb >said 2>&1; exec cat calls; }
strace -f -o calls -e inject=$call:$what$when gip apply $verb >said 2>&1; rc=$?
! grep -qsE 'INJECTED|DELAYED|SIG(KILL|TERM)|interrupted' calls said || echo hit >>count
case $rc in
0) [ $batch = left ] && want=before || want=applied
	! same $want || exit 0 ;;
1)	! same before || exit 0
	[ $batch != left ] || gip apply --recover >>said 2>&1
	[ $batch != left ] || ! same before || exit 0 ;;
3)	! gip apply --recover >>said 2>&1 || ! same before || exit 0 ;;
143) # by a signal before it could take any
	same before || gip apply --recover >>said 2>&1; ! same before || exit 0 ;;
137)
	gip apply --recover >>said 2>&1; rc=$?
	if [ $rc = 0 ]; then
		! same before || exit 0
		! same applied || ! grep -q 'nothing to undo' said || exit 0
	fi ;;
esac
echo "## $batch $call $when $what: status $rc"; cat said; diff before after
`

// An onslaught is what is done to the calls of an apply.
type onslaught struct {
	what  string   // as strace's inject= has it
	calls []string // only these; none: all
	short int      // how many of the calls without -thorough
}

var onslaughts = []onslaught{
	{"signal=KILL:when=", nil, 4},
	{"signal=TERM:when=", nil, 2},
	{"error=ENOBUFS:when=", receiving, 2},
	{"delay_enter=300000:when=", receiving, 1},
	{"error=ENOSPC:when=", []string{"mkdirat", "fsync", "renameat"}, 2},
}

// receiving are the calls by which the kernel's answers come, those of several lines first.
var receiving = []string{"recvmmsg", "recvmsg", "read"}

// TestApplyKilled ends "gip apply" at its system calls, lets them fail, or the kernel
// answer late: of batches that are done, that are undone, and of --recover. With
// -thorough all calls take their turn.
func TestApplyKilled(t *testing.T) {
	job := onReference(t, nil)
	if _, err := os.Stat(filepath.Join(job.Base, "usr/bin/strace")); err != nil {
		t.Skip("no strace beside the reference tools: ", err)
	}
	job.Tools["gip"] = job.Tools["ip"]
	job.Files = applyFiles(map[string]string{"play": applyKilled, "first": applyFirst, "lines": applyLines, "wrong": applyLines + applyWrong})
	job.Limit = 10 * time.Minute
	for _, batch := range []string{"lines", "wrong", "left"} {
		for _, o := range onslaughts {
			t.Run(batch+" "+o.what, func(t *testing.T) {
				t.Parallel()
				o.play(t, *job, batch)
			})
		}
	}
}

func (o *onslaught) play(t *testing.T, job sandbox.Job, batch string) {
	calls := o.pick(applyCalls(t, job, batch))
	if len(calls) == 0 {
		t.Skip("it makes no such call")
	}
	job.Commands = []string{
		"unshare -n sh -c '. ./state; quiet; /usr/sbin/ip -batch first; gip apply lines; settle; state applied || :'",
		"while read -r call when; do unshare -n sh ./play " + batch + " $call $when " + o.what + "; done <calls.list",
		"wc -l <count",
	}
	job.Files["calls.list"] = strings.Join(calls, "\n") + "\n"
	out := lines(t, &job)
	text := string(out[1].Stdout) + string(out[1].Stderr)
	if text != "" {
		t.Error(text)
	}
	hit := 0
	fmt.Sscan(string(out[2].Stdout), &hit)
	t.Logf("%d of %d calls were met", hit, len(calls))
	if hit < len(calls)/2 || hit == 0 {
		t.Errorf("only %d of %d", hit, len(calls))
	}
	if *recordTo != "" {
		right := len(calls) - strings.Count("\n"+text, "\n## ")
		recordRow(t, &applyAttacks, batch+" "+strings.TrimSuffix(o.what, ":when="), map[string]string{
			"calls": fmt.Sprint(len(calls)), "met": fmt.Sprint(hit), "as it should be": fmt.Sprint(right), "measured": measured.Stamp()})
	}
}

// pick takes those calls that are meant; without -thorough, some at equal distances, the
// first and the last among them. First come those that take the receiving to several lines.
func (o *onslaught) pick(calls []string) []string {
	if o.calls != nil {
		calls = slices.DeleteFunc(calls, func(c string) bool {
			name, _, _ := strings.Cut(c, " ")
			return !slices.Contains(o.calls, name)
		})
	}
	slices.SortStableFunc(calls, func(a, b string) int {
		return cmp.Compare(strings.Index(b, "recvmmsg"), strings.Index(a, "recvmmsg"))
	})
	if *thorough || len(calls) <= o.short {
		return calls
	}
	var some []string
	for i := range o.short {
		some = append(some, calls[i*(len(calls)-1)/max(o.short-1, 1)])
	}
	return some
}

// applyCalls lists the calls that an apply of the batch makes.
func applyCalls(t *testing.T, job sandbox.Job, batch string) []string {
	job.Commands = []string{"unshare -n sh ./play " + batch}
	return tracedCalls(string(lines(t, &job)[0].Stdout))
}
