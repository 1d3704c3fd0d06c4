package compat_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// applyBatches plays the lines of one script, in a namespace of its own. First it
// learns which of them "gip apply" does: those are the batch. Then it applies the batch
// cut by a failing line, at each position or at those that are asked for: first from
// nothing, then from what the first half made. Each time the reference tools tell the
// state before and after, but for what nobody can set: timers, counters, and what a bridge
// has come to know of its ports' hardware (tso_max_size), the address that some tunnels draw
// by lot (permaddr). It prints "undone N left N wrong N".
const applyBatches = `
lines=$1 step=$2
export XDG_RUNTIME_DIR=$PWD
quiet() { for kind in all default; do
	echo 0 >/proc/sys/net/ipv6/conf/$kind/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/$kind/router_solicitations
done; /usr/sbin/ip link set lo up; }
state() { {
	/usr/sbin/ip -d -o -force -batch ask.ip; /usr/sbin/ip -6 -d rule; /usr/sbin/ip -6 -d route show table all
	/usr/sbin/bridge -d -force -batch ask.bridge | grep -v temp
	} 2>&1 | sed -E 's/valid_lft.*//; s/ (tentative|linkdown|dynamic)//g; s/<[^>]*>//; s/ state [A-Z]+//; s/ expires [0-9]+sec//; s/_timer +[0-9.]+/_timer/g
	s/(bridge_id|designated_root|designated_bridge|tcn_timer|gc_timer|fdb_n_learned|root_port|topology_change[a-z_]*|promiscuity|allmulti|qdisc|usedbcqueuelen|tso_max_size|tso_max_segs|permaddr) [^ ]+//g; s/sequence [0-9]+//; s/ *$//' | sort; }
case $3 in
learn)
	quiet
	while read -r line; do
		printf '%s\n' "$line" >one
		gip apply one >/dev/null 2>&1 && printf '%s\n' "$line"
	done <$lines >kept.$lines
	exit 0 ;;
esac
quiet
n=$(wc -l <kept.$lines) half=$4 undone=0 left=0 wrong=0
head -$half kept.$lines >made; tail +$((half+1)) kept.$lines >todo
[ $half = 0 ] || gip apply made >/dev/null 2>&1
sleep 0.2
state >before
i=1
while [ $i -le $((n-half)) ]; do
	{ head -$i todo; echo "route add 203.0.113.0/24 via 203.0.113.1 table 99"; } >cut
	gip apply cut >said 2>&1; rc=$?
	state >after
	if cmp -s before after; then
		[ $rc = 1 ] && undone=$((undone+1)) || { wrong=$((wrong+1)); echo "## $lines+$half:$i status $rc, and nothing is other"; cat said; }
	elif [ $rc = 3 ]; then
		left=$((left+1)); echo "## $lines+$half:$i left"; head -$i todo | tail -1; cat said; cp after before
	else
		wrong=$((wrong+1)); echo "## $lines+$half:$i status $rc, but"; head -$i todo | tail -1; cat said; diff before after; cp after before
	fi
	i=$((i+step))
done
echo "undone $undone left $left wrong $wrong"
`

const askIP = "link show\naddr show\nroute show table all\nrule show\nnexthop show\nneigh show nud permanent\nneigh show proxy\n"
const askBridge = "fdb show\nvlan show\nmdb show\n"

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
	var chosen []*script.Script
	every := 15 // of the scripts, a sample
	switch {
	case *thorough:
		every = 1
	case inVM:
		every = 5
	}
	for i, s := range scripts {
		lines := batchOf(s)
		if s.VM != inVM || s.Place.Name != "plain" && s.Place.Name != "" || len(lines) < 3 || i%every != 0 {
			continue
		}
		step := 1
		if !*thorough {
			step = 1 + len(lines)/4
		}
		j := *job
		j.Name, j.Limit = s.Name, 10*60*1e9
		j.Files = map[string]string{"play": applyBatches, s.Name: strings.Join(lines, "\n") + "\n", "ask.ip": askIP, "ask.bridge": askBridge}
		for _, what := range []string{"learn", "cut 0", "cut half"} {
			what = strings.Replace(what, "half", "$(($(wc -l <kept."+s.Name+")/2))", 1)
			j.Commands = append(j.Commands, fmt.Sprintf("unshare -n sh ./play %s %d %s", s.Name, step, what))
		}
		jobs, chosen = append(jobs, j), append(chosen, s)
	}
	outcomes := lab.Run
	if inVM {
		guest, err := lab.NewGuest(*kernel, "")
		if err != nil {
			t.Skip(err)
		}
		outcomes = func(jobs []sandbox.Job) []lab.Outcome {
			o, err := guest.Run(jobs, lab.Modules(chosen))
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
	}
	judgeApplied(t, jobs, outcomes(jobs))
}

// judgeApplied counts what was undone; what was claimed and not done is a failure.
func judgeApplied(t *testing.T, jobs []sandbox.Job, outcomes []lab.Outcome) {
	var undone, left, wrong, played int
	for i, o := range outcomes {
		if o.Result == nil || len(o.Result.Lines) < 3 {
			t.Errorf("%s: %s", jobs[i].Name, o.Err)
			continue
		}
		for _, l := range o.Result.Lines[1:] {
			var u, n, w int
			text := string(l.Stdout)
			at := strings.LastIndex(text, "undone ")
			if _, err := fmt.Sscanf(text[max(at, 0):], "undone %d left %d wrong %d", &u, &n, &w); err != nil {
				t.Errorf("%s: %v\n%s%s", jobs[i].Name, err, text, l.Stderr)
			}
			if undone, left, wrong, played = undone+u, left+n, wrong+w, played+1; w > 0 {
				t.Errorf("%s:\n%s", jobs[i].Name, text)
			} else if n > 0 {
				t.Logf("%s:\n%s", jobs[i].Name, text)
			}
		}
	}
	all := undone + left + wrong
	if all == 0 {
		t.Fatal("nothing was played")
	}
	share := 100 * float64(undone) / float64(all)
	t.Logf("%d batches cut at %d positions: %d undone (%.1f %%), %d not wholly and said so, %d otherwise", played, all, undone, share, left, wrong)
	if share < 95 {
		t.Errorf("only %.1f %% undone", share)
	}
}
