package compat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The tests in this file hold that ping loses no more replies than the real tool,
// and that it does not grow, however long it runs.

// pair makes another namespace, that of a router, at the other end of a veth pair.
// Who is neighbour of whom is known: finding out takes longer than it may.
const pair = `
ip link set lo up
ip netns add b
ip link add va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0b netns b
ip addr add 10.0.0.1/24 dev va
ip link set va up
ip -n b addr add 10.0.0.2/24 dev vb
ip -n b link set vb up
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:0b dev va
ip -n b neigh add 10.0.0.1 lladdr 02:00:00:00:00:0a dev vb
`

// flood pings the other namespace with each size, first with the real tool and then
// with gip, and says for each run the tool, the size, and how many packets were sent
// and answered.
const flood = `
rounds=$1
shift
for round in $(seq $rounds); do
	for size in "$@"; do
		for tool in real gip; do
			[ $tool = gip ] && path=$PATH || path=${PATH#/tools:}
			line=$(PATH=$path ping -q -f -c 1000 -s $size 10.0.0.2 | grep transmitted)
			echo $tool $size ${line%% *} $(expr "$line" : '.* \([0-9]*\) received')
		done
	done
done
`

// floodSizes are from one without a time in it to the largest; from 1473 on a packet
// is several fragments.
var floodSizes = []int{0, 8, 56, 1472, 4000, 16000, 32000, 50000, 65507}

// TestFloodReplies floods another namespace in turn with both tools. Neither waits
// for the other end, so that a machine which does other things loses a packet with
// either: from a full buffer, or after the wait for the last one. What gip may lose
// is what the real tool lost at that size, and one packet in ten thousand.
func TestFloodReplies(t *testing.T) {
	lots := 1
	if *thorough {
		lots = 34 // of 3 rounds
	}
	const rounds = 3
	run := fmt.Sprint("sh ./flood ", rounds, " ", strings.Trim(fmt.Sprint(floodSizes), "[]"))
	commands := append([]string{"sh ./pair"}, slices.Repeat([]string{run}, lots)...)
	job := onReference(t, map[string]string{"pair": pair, "flood": flood}, commands...)
	sent, lost := map[string]int{}, map[string]int{}
	for _, l := range lines(t, job)[1:] {
		for line := range strings.Lines(string(l.Stdout)) {
			var tool string
			var size, out, in int
			if _, err := fmt.Sscan(line, &tool, &size, &out, &in); err != nil {
				t.Fatalf("%q: %v\n%s", line, err, l.Stderr)
			}
			key := fmt.Sprint(tool, size)
			sent[key] += out
			lost[key] += out - in
		}
	}
	for _, size := range floodSizes {
		real, gip := fmt.Sprint("real", size), fmt.Sprint("gip", size)
		t.Logf("%d bytes: of %d packets gip lost %d, of %d the real tool %d", size, sent[gip], lost[gip], sent[real], lost[real])
		if want := 1000 * rounds * lots; sent[gip] != want || sent[real] != want {
			t.Errorf("%d bytes: %d packets were to be sent", size, want)
		}
		if lost[gip] > lost[real]+max(1, sent[gip]/10000) {
			t.Errorf("%d bytes: gip lost more", size)
		}
	}
}

// A longRun is a ping that is played for longer and longer: with so many packets as
// in a quarter of a day, half a day and a day at the usual pace.
// The path is for busybox, which has a ping of its own.
type longRun struct {
	what, command string
	share         int // so many times fewer packets, where each takes its time
}

var longRuns = []longRun{
	{"quiet", "/tools/ping -q -f -c %d 127.0.0.1", 1},
	{"with a line for each", "/tools/ping -i 0 -c %d 127.0.0.1", 1},
	{"IPv6", "/tools/ping -f -c %d ::1", 1},
	{"times and routes", "/tools/ping -D -O -R -i 0 -c %d 127.0.0.1", 1},
	{"errors", "/tools/ping -i 0.001 -t 1 -c %d 10.9.0.1", 200},
}

// TestPingFlat wants a ping that runs for 24 hours (6, if not thorough) to have taken
// no more memory than one of a quarter of that: nothing is kept for a packet, and
// nothing made for it that the runtime would have to collect.
func TestPingFlat(t *testing.T) {
	day := 86400
	if !*thorough {
		day /= 4
	}
	const tolerance = 1024 // KiB: what else the runtime has to do, and when
	commands := []string{"sh ./pair; ip route add 10.9.0.0/24 via 10.0.0.2; ip netns exec b sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0"}
	for _, r := range longRuns {
		var line strings.Builder
		for _, n := range []int{day / 4, day / 2, day} {
			fmt.Fprintf(&line, "busybox time -f %%M "+r.command+" 2>&1 >/dev/null | tail -n 1;", n/r.share)
		}
		commands = append(commands, line.String())
	}
	for i, l := range lines(t, onReference(t, map[string]string{"pair": pair}, commands...))[1:] {
		r, peak := longRuns[i], [3]int{}
		if _, err := fmt.Sscan(string(l.Stdout), &peak[0], &peak[1], &peak[2]); err != nil {
			t.Fatalf("%s: %v: %s%s", r.what, err, l.Stdout, l.Stderr)
		}
		t.Logf("%s: %d KiB", r.what, peak)
		if peak[2] > peak[0]+tolerance {
			t.Errorf("%s: grows: %d KiB", r.what, peak)
		}
	}
}
