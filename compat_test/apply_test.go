package compat_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"gip/compat_test/lab"
	"gip/compat_test/measured"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// applyState has the functions of scripts about "gip apply". The reference tools tell the
// state, but for what nobody can set: timers, counters, and what a bridge
// has come to know of its ports' hardware (tso_max_size), the address that some tunnels draw
// by lot (permaddr), the largest MTU of an ip6tnl (it keeps the smaller one when it loses its
// encapsulation), and what the ports of a bond agree on.
const applyState = `
export XDG_RUNTIME_DIR=$PWD
quiet() { for kind in all default; do
	echo 0 >/proc/sys/net/ipv6/conf/$kind/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/$kind/router_solicitations
done; /usr/sbin/ip link set lo up; }
# state FILE tells it. It is asked for many times, and in the test VM a start of a program
# takes long: what does not matter is taken out only where files differ.
state() { {
	/usr/sbin/ip -d -o -force -batch ask.ip; /usr/sbin/ip -6 -d -force -batch ask.ip6
	echo BRIDGE; /usr/sbin/bridge -d -force -batch ask.bridge; } >$1.raw 2>&1; }
settable() { sed -E '/^BRIDGE$/,$ { /temp|master [^ ]+ *$/d }
	s/valid_lft.*//; s/ (tentative|linkdown|dynamic)//g; s/<[^>]*>//; s/ state [A-Z]+//g; s/ expires [0-9]+sec//; s/_timer +[0-9.]+/_timer/g; s/ maxmtu [0-9]+(.* ip6tnl )/\1/
	s/(bridge_id|designated_root|designated_bridge|tcn_timer|gc_timer|fdb_n_learned|root_port|topology_change[a-z_]*|promiscuity|allmulti|qdisc|usedbcqueuelen|port_id|port_no|designated_port|tso_max_size|tso_max_segs|permaddr|perm_hwaddr|mii_status|ad_actor_key|ad_actor_oper_port_state[a-z_]*|churn_actor_state|churn_partner_state) [^ ]+//g; s/sequence [0-9]+//; s/ (STALE|REACHABLE)//; s/ *$//' <$1.raw | sort >$1; }
alike() { cmp -s $1.raw $2.raw || { settable $1; settable $2; cmp -s $1 $2; }; }
# settle waits until the kernel has done what the last lines have set off: a carrier is
# told up to a second later, and then come addresses of IPv6 and their routes.
settle() { read -r begin rest </proc/uptime; tries=0; state s1
while [ $((tries+=1)) -lt 40 ]; do
	sleep 0.1; state s2; read -r now rest </proc/uptime
	alike s1 s2 && ! grep -qE 'tentative|LOWER_UP.* state [DLNT]' s2.raw &&
		{ [ $((${now%.*} - ${begin%.*})) -gt 1 ] || ! grep -qE '^[0-9]+: ([^l]|l[^o]).*LOWER_UP.* state UNKNOWN' s2.raw; } && break
	mv s2.raw s1.raw
done; }
# same FILE tells whether the state is that of the file, perhaps in a moment.
same() { state after; alike $1 after && return; settle; state after; alike $1 after; }
# drawn sorts a list of changes, without times, and addresses that are drawn by lot:
# those that scripts give begin with 02:.
drawn() { sed -E 's/ (([013-9a-f][0-9a-f]|0[013-9a-f])(:[0-9a-f]{2}){5}|33:33:ff[:0-9a-f]*)//; s/\<(fe80::|ff02::1:ff)[0-9a-f]+:[0-9a-f:]+/\1/g; s/(valid|preferred)_lft [0-9]+/\1_lft/g' $1 | sort; }
`

// applyBatches plays the lines of one script, in a namespace of its own. First it
// learns which of them "gip apply" does: those are the batch. Then it applies the batch
// cut by a failing line, at each position or at those that are asked for: first from
// nothing, then from what the first half made. At last it holds that a rehearsal tells
// what the batch then changes, and that a snapshot of that makes the same in another
// namespace. The last line is what was done, how often it was right, not so and said,
// and otherwise.
const applyBatches = `
. ./state
lines=$1 step=$2
case $3 in
learn)
	quiet
	while read -r line; do
		printf '%s\n' "$line" >one
		gip apply one >/dev/null 2>&1 && printf '%s\n' "$line"
	done <$lines >kept.$lines
	exit 0 ;;
dry)
	quiet
	# Whether a link that is made and switched on at once gets an address hangs on when
	# the kernel tells of its carrier.
	echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode
	gip snapshot >shot
	gip apply -n kept.$lines >dry 2>said
	gip diff shot # a rehearsal changes nothing
	gip apply kept.$lines >/dev/null 2>did; rc=$?
	settle
	if [ $rc = 1 ]; then # both say why
		grep ^kept <said >before; grep ^kept <did >after
	else
		gip diff shot >did
		drawn dry >before; drawn did >after
	fi
	# Whether a line is refused may hang on how far the kernel has come.
	cmp -s before after || [ $step = again ] || exec unshare -n sh ./play $lines again dry
	rc=1; ! grep -q 'not in the rehearsal' said || rc=3
	name=rehearsed ;;
again)
	quiet
	gip apply kept.$lines >/dev/null
	settle
	state before; gip snapshot >shot
	unshare -n sh -c '. ./state; quiet; gip restore shot >said 2>&1; echo $? >rc; same before && cp before.raw before && cp before.raw after'
	read -r rc <rc; [ $rc = 3 ] || rc=1
	name=restored ;;
esac
if [ "$name" ]; then
	if cmp -s before after; then echo $name 1 0 0
	elif [ $rc = 3 ]; then echo "## $lines"; cat said; echo $name 0 1 0
	else echo "## $lines"; cat said; diff before after; echo $name 0 0 1
	fi
	exit
fi
quiet
n=$(wc -l <kept.$lines) half=$4 undone=0 left=0 wrong=0
head -$half kept.$lines >made; tail +$((half+1)) kept.$lines >todo
[ $half = 0 ] || gip apply made >/dev/null 2>&1
settle
state before
i=1
while [ $i -le $((n-half)) ]; do
	{ head -$i todo; echo "route add 203.0.113.0/24 via 203.0.113.1 table 99"; } >cut
	gip apply cut >said 2>&1; rc=$?
	if same before; then
		[ $rc = 1 ] && undone=$((undone+1)) || { wrong=$((wrong+1)); echo "## $lines+$half:$i status $rc, and nothing is other"; cat said; }
	elif [ $rc = 3 ]; then
		left=$((left+1)); echo "## $lines+$half:$i left"; head -$i todo | tail -1; cat said; mv after before; mv after.raw before.raw
	else
		wrong=$((wrong+1)); echo "## $lines+$half:$i status $rc, but"; head -$i todo | tail -1; cat said; diff before after; mv after before; mv after.raw before.raw
	fi
	i=$((i+step))
done
echo undone $undone $left $wrong
`

const askIP6 = "rule show\nroute show table all\n"
const askIP = "link show\naddr show\n" + askIP6 + "nexthop show\nneigh show nud permanent\nneigh show proxy\n"

// Behind other dumps, bridge -batch gets none of multicast groups.
const askBridge = "mdb show\nfdb show\nvlan show\n"

// applyFiles are the files of a script, and what state asks.
func applyFiles(files map[string]string) map[string]string {
	files["state"], files["ask.ip"], files["ask.ip6"], files["ask.bridge"] = applyState, askIP, askIP6, askBridge
	return files
}

// changing are lines of scripts that apply takes: one command of ip or bridge, without
// options and anything of the shell.
var changing = regexp.MustCompile(`^(ip|bridge) ((?:-[46] )?[a-z][^'"$|;&<>#\\` + "`" + `*?(){}\[\]]*)$`)

// batchOf is the lines of a script that apply may take.
func batchOf(s *script.Script) (lines []string) {
	for _, c := range s.Commands {
		m := changing.FindStringSubmatch(c.Text)
		if m == nil || strings.Contains(m[2], " show") || strings.Contains(m[2], " list") || strings.Contains(m[2], " help") {
			continue
		}
		line := m[2]
		if m[1] == "bridge" {
			line = "bridge " + line
		} else if strings.HasPrefix(line, "-") {
			line = "ip " + line
		}
		lines = append(lines, line)
	}
	return lines
}

// batches are the scripts whose lines are applied.
var batches = []string{"link_", "addr_", "route_", "rule_", "neigh_", "nexthop_", "bridge_", "numbers_"}

// TestApply: batches made of the scripts, cut by a failing line, are undone, or what is
// not is said; the reference tools tell the state. TestApplyVM has those that need the
// test VM's kernel.
func TestApply(t *testing.T) { applyAll(t, false) }

func TestApplyVM(t *testing.T) {
	if !*vm {
		t.Skip("boots the test VM: -vm")
	}
	applyAll(t, true)
}

// applied are those of the scripts that are applied, here or in the test VM. The VM's
// kernel does what this one does as well: with -thorough it gets all.
func applied(scripts []*script.Script, inVM bool) (list []*script.Script) {
	every := 15 // a sample
	switch {
	case *thorough:
		every = 1
	case inVM:
		every = 5
	}
	for i, s := range scripts {
		here := s.VM == inVM || inVM && *thorough
		if here && i%every == 0 && (s.Place.Name == "plain" || s.Place.Name == "") && len(batchOf(s)) >= 3 {
			list = append(list, s)
		}
	}
	return list
}

// applyJob plays a script. rest is whether what waits for carriers is played as well.
func applyJob(j sandbox.Job, s *script.Script, rest bool) sandbox.Job {
	lines, step := batchOf(s), 1
	if !*thorough {
		step += len(lines) / 4
	}
	j.Name, j.Limit = s.Name, 10*time.Minute
	j.Files = applyFiles(map[string]string{"play": applyBatches, s.Name: strings.Join(lines, "\n") + "\n"})
	plays := []string{"learn", "cut 0", "cut half", "dry", "again"}
	if !rest {
		plays = plays[:3]
	}
	for _, what := range plays {
		what = strings.Replace(what, "half", "$(($(wc -l <kept."+s.Name+")/2))", 1)
		j.Commands = append(j.Commands, fmt.Sprintf("unshare -n sh ./play %s %d %s", s.Name, step, what))
	}
	return j
}

func applyAll(t *testing.T, inVM bool) {
	patterns := batches
	if *only != "" {
		patterns = strings.Fields(*only)
	}
	scripts, err := script.Load("testdata", patterns...)
	if err != nil {
		t.Fatal(err)
	}
	job := onReference(t, nil)
	job.Tools["gip"] = job.Tools["ip"]
	var jobs []sandbox.Job
	for i, s := range applied(scripts, inVM) {
		jobs = append(jobs, applyJob(*job, s, *thorough || i%3 == 0))
	}
	jobs = ofTurn(t, jobs) // the same plays as in a run of all
	outcomes, where := lab.Run, *kernel
	if inVM {
		guest, err := lab.NewGuest(*kernel, "")
		if err != nil {
			t.Skip(err)
		}
		guest.JobTime = time.Minute
		outcomes = func(jobs []sandbox.Job) []lab.Outcome {
			o, err := guest.Run(jobs, modules(t))
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
	} else if where, err = measured.Kernel(); err != nil {
		t.Fatal(err)
	}
	counts := map[string]*tally{}
	for len(jobs) > 0 { // what was played is judged, and written, before the others have their turn
		some := jobs[:min(len(jobs), together)]
		jobs = jobs[len(some):]
		judgeApplied(t, "kernel "+where, counts, some, outcomes(some))
	}
	judgeSums(t, counts)
}

// together is how many scripts one boot of the test VM plays.
const together = 10

// A tally is how often something was right, not so and said, and otherwise.
type tally [3]int

// judgeApplied counts; what was claimed and is not so is a failure.
func judgeApplied(t *testing.T, where string, counts map[string]*tally, jobs []sandbox.Job, outcomes []lab.Outcome) {
	for i, o := range outcomes {
		if o.Result == nil || len(o.Result.Lines) != len(jobs[i].Commands) {
			t.Errorf("%s: %s", jobs[i].Name, o.Err)
			continue
		}
		of := map[string]*tally{}
		for _, l := range o.Result.Lines[1:] {
			text := strings.TrimSpace(string(l.Stdout))
			name, rest, _ := strings.Cut(text[strings.LastIndexByte(text, '\n')+1:], " ")
			var n tally
			if _, err := fmt.Sscan(rest, &n[0], &n[1], &n[2]); err != nil {
				t.Errorf("%s: %v\n%s\n%s", jobs[i].Name, err, text, l.Stderr)
				continue
			}
			n.addTo(counts, name)
			n.addTo(of, name)
			if n[2] > 0 {
				t.Errorf("%s:\n%s", jobs[i].Name, text)
			} else if n[1] > 0 {
				t.Logf("%s:\n%s", jobs[i].Name, text)
			}
		}
		recordApplied(t, where, jobs[i].Name, of)
	}
}

// judgeSums wants that nearly all was right.
func judgeSums(t *testing.T, counts map[string]*tally) {
	for _, name := range appliedColumns {
		n := counts[name]
		if n == nil {
			continue
		}
		t.Logf("%s: %s", name, n)
		if n.share() < 95 && (n.all() > 50 || n[0] == 0 && n.all() > 0) { // of a few, one is much
			t.Errorf("%s: only %.1f %%", name, n.share())
		}
	}
}

func (n *tally) addTo(counts map[string]*tally, name string) {
	if counts[name] == nil {
		counts[name] = new(tally)
	}
	for i := range n {
		counts[name][i] += n[i]
	}
}

func (n *tally) all() int { return n[0] + n[1] + n[2] }

func (n *tally) share() float64 { return 100 * float64(n[0]) / float64(max(n.all(), 1)) }

func (n *tally) String() string {
	return fmt.Sprintf("%d of %d (%.1f %%), %d not wholly and said so, %d otherwise", n[0], n.all(), n.share(), n[1], n[2])
}
