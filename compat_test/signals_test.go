package compat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/sandbox"
)

// The tests in this file hold that a signal does to gip what it does to the real
// tools. What a command that gip starts inherits is in process_inherit.txtar.

// signals sends each signal to a process of its own of each target, and says what
// became of it: the status that the shell tells, or whether it lives or is stopped;
// and how many lines it wrote to standard error. All run at the same time.
const signals = `
list=$*
ip link set lo up
[ -d /sys/class/net/va ] || {
	ip link add va type veth peer name vb
	ip addr add 10.0.0.1/24 dev va
	ip link set va up; ip link set vb up
	ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev va # nobody: what is sent there gets no answer
}
rm -f in full err.*
mkfifo in full
exec 7<>full 8<>in
dd if=/dev/zero of=full bs=4096 count=16 oflag=nonblock 2>/dev/null # it takes no more
state() { while read -r key value rest; do [ $key = State: ] && echo $value; done </proc/$1/status; } 2>/dev/null
# ready waits until the process $1 runs the program $2, and waits for something
ready() {
	tries=0
	until read -r name </proc/$1/comm && [ "$name" = $2 ] && [ "$(state $1)" = S ]; do
		case $(state $1) in Z|'') return;; esac
		[ $((tries += 1)) -lt 200 ] || return
		sleep 0.05
	done 2>/dev/null
}
# work is the line that the batch of a program is full of
work() { case $1 in tc) echo qdisc show dev lo;; *) echo link show dev lo;; esac; }
n=0
while read -r where command; do
	n=$((n + 1))
	for s in $list; do
		case $where in
		idle) env --default-signal $command <&8 >/dev/null 2>err.$n.$s & ;;
		full) env --default-signal $command </dev/null >&7 2>err.$n.$s & ;;
		work) yes "$(work $command)" | env --default-signal $command >/dev/null 2>err.$n.$s & ;;
		esac
		eval "pid_${n}_$s=$!"
	done
	[ $where = work ] || for s in $list; do eval "ready \$pid_${n}_$s $command"; done
done <targets
sleep 1
for i in $(seq $n); do
	for s in $list; do eval "kill -$s \$pid_${i}_$s"; done
done
sleep 1
for i in $(seq $n); do
	for s in $list; do
		eval "p=\$pid_${i}_$s"
		case $(state $p) in
		Z|X|'') end=;;
		[Tt]) end=stopped;;
		*) end=lives;;
		esac
		[ -z "$end" ] || { kill -CONT $p; kill -KILL $p; }
		wait $p 2>/dev/null
		echo $i $s ${end:-$?} $(wc -l <err.$i.$s)
	done
done
`

// A target is a command that is there long enough to get a signal.
type target struct {
	where   string // idle: it waits for input or an event; full: for a reader; work: for neither
	command string
}

var targets = []target{
	{"idle", "ip monitor"},
	{"idle", "ip -batch -"},
	{"idle", "ip xfrm monitor"},
	{"idle", "ip netns monitor"},
	{"idle", "ip mptcp monitor"},
	{"idle", "ip ioam monitor"},
	{"idle", "ip monitor all-nsid"},
	{"idle", "ip monitor file in"},
	{"idle", "ip addr restore"},
	{"idle", "ip rule restore"},
	{"idle", "bridge monitor"},
	{"idle", "bridge monitor file in"},
	{"idle", "bridge -batch -"},
	{"idle", "rtmon file records"},
	{"idle", "rtmon file full"},
	{"idle", "sysctl -p -"},
	{"idle", "ping -i 100 127.0.0.1"},
	{"idle", "sysctl -p in"},
	{"idle", "netstat -c"},
	{"idle", "netstat -i -c"},
	{"idle", "ss -E"},
	{"idle", "tc monitor"},
	{"idle", "tc -batch -"},
	{"idle", "lnstat -i 100"},
	{"idle", "arping -I va 10.0.0.9"},
	{"idle", "tracepath -n 10.0.0.9"},
	{"idle", "unshare -f sleep 100"},
	{"idle", "nsenter -t 1 -p sleep 100"},
	{"full", "ss -an"},
	{"full", "tc -s qdisc show"},
	{"full", "nstat -asz"},
	{"full", "ifstat -asz"},
	{"full", "lnstat -c 1"},
	{"full", "lsns -t net"},
	{"full", "arping -c 1 -I va 10.0.0.9"},
	{"full", "ip -d link"},
	{"full", "ifconfig lo"},
	{"full", "route -n"},
	{"full", "netstat -rn"},
	{"full", "brctl show"},
	{"full", "ip addr save"},
	{"full", "bridge -V"},
	{"full", "arp -V"},
	{"full", "sysctl -a"},
	{"full", "ping -c 1 127.0.0.1"},
	{"work", "ip -batch -"},
	{"work", "bridge -batch -"},
	{"work", "tc -batch -"},
	{"work", "ping -i 0.01 127.0.0.1"},
}

// some are the signals that the Go runtime would treat each in its own way.
var some = []int{2, 3, 6, 10, 11, 13, 14, 17, 20, 23, 27, 64}

// TestSignals sends signals to the applets, idle and at work, and wants the same
// end as of the real tools.
func TestSignals(t *testing.T) {
	list := ofTurn(t, some)
	if *thorough {
		list = nil
		for s := 1; s <= 64; s++ {
			list = append(list, s)
		}
	}
	var b strings.Builder
	for _, c := range targets {
		fmt.Fprintln(&b, c.where, c.command)
	}
	files := map[string]string{"signals": signals, "targets": b.String()}
	for part := range slices.Chunk(list, len(some)) { // more at once would starve each other
		line := "sh ./signals " + strings.Trim(fmt.Sprint(part), "[]")
		answers := lines(t, onReference(t, files, "PATH=${PATH#/tools:} "+line, line))
		compareSignals(t, part, answers[0], answers[1])
	}
	t.Logf("%d signals to %d commands", len(list), len(targets))
}

func compareSignals(t *testing.T, list []int, real, gip sandbox.Line) {
	want, got := strings.Split(string(real.Stdout), "\n"), strings.Split(string(gip.Stdout), "\n")
	if len(want) != len(targets)*len(list)+1 || len(got) != len(want) {
		t.Fatalf("%d and %d signals were sent, of %d\n%s%s", len(want), len(got), len(targets)*len(list), real.Stderr, gip.Stderr)
	}
	for i, w := range want {
		if got[i] != w {
			c := targets[i/len(list)]
			t.Errorf("%s, %s: signal, end, lines on standard error: %q, of the real tool %q", c.command, c.where, got[i], w)
		}
	}
}
