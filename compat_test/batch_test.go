package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// The tests in this file go for numbers: what holds for ten lines or routes has
// to hold for ten thousand.

// TestBatchMixed: a batch of 10,000 lines of all sorts, some of them refused,
// has the same output and leaves the same state as the real tool's.
func TestBatchMixed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := "#limit 2m\n" + batchLinks() + "ip -batch orders\nip -force -batch orders\n"
	for _, options := range []string{"-j", "-d", "-d -j", "-o -4", "-6 -s"} {
		text += "ip " + options + " -force -batch shows\n"
	}
	text += "-- orders --\n" + mixedBatch(r, 10_000) + "-- shows --\n"
	for i := range 10 * len(looks) {
		text += looks[i%len(looks)](r, r.IntN(4), r.IntN(10_000)) + "\n"
	}
	report := compareWith(t, lastOf(buildCandidate(t)), parse(t, text))
	if report.Failed() > 0 || len(report.Faults) > 0 || len(report.Findings) < 8 {
		t.Error(show(report))
	}
}

// lastOf is the program behind the names of a multi-call binary.
func lastOf(tools map[string]string) (program string) {
	for _, program = range tools {
	}
	return program
}

// batchLinks are the lines that make what the batch works on.
func batchLinks() string {
	var b strings.Builder
	for i := range 4 {
		fmt.Fprintf(&b, "setup: ip link add v%d address 02:00:00:00:00:%02x type veth peer name w%d address 02:00:00:00:01:%02x\n", i, i, i, i)
		fmt.Fprintf(&b, "setup: ip addr add 10.0.%d.1/24 dev v%d; ip addr add 2001:db8:%d::1/64 dev v%d\n", i, i, i, i)
		fmt.Fprintf(&b, "setup: ip link set v%d up; ip link set w%d up\n", i, i)
	}
	return b.String()
}

// A chooser writes one line about some device and number.
type chooser func(r *rand.Rand, dev, n int) string

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// sorts are the kinds of line in a mixed batch. Many are refused, when what they
// add is there already or what they delete is not.
var sorts = []chooser{
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("route %s 10.%d.%d.0/24 via 10.0.%d.%d", pick(r, "add", "replace", "append", "del", "change"), 16+n%8, n%50, dev, 2+n%3)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("route %s 2001:db8:%x::/48 via 2001:db8:%d::%x metric %d", pick(r, "add", "replace", "del"), 0x100+n%60, dev, 2+n%3, 10+n%2)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("route %s 10.9.%d.0/24 nexthop via 10.0.%d.2 weight %d nexthop via 10.0.%d.3", pick(r, "add", "replace", "del"), n%40, dev, 1+n%4, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("route %s %s 10.8.%d.0/24 table %d", pick(r, "add", "del"), pick(r, "blackhole", "unreachable", "prohibit"), n%40, 100+n%3)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("addr %s 10.%d.%d.%d/24 dev v%d", pick(r, "add", "add", "del", "replace"), 128+dev, n%20, 1+n%4, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("addr %s 2001:db8:%d::%x/64 dev v%d nodad", pick(r, "add", "del", "change"), dev, 0x100+n%40, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("neigh %s 10.0.%d.%d lladdr 02:00:00:00:0%d:%02x dev v%d nud %s", pick(r, "add", "replace", "change"), dev, 10+n%40, dev, n%200, dev, pick(r, "permanent", "noarp"))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("neigh del 10.0.%d.%d dev v%d", dev, 10+n%40, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("rule %s from 10.%d.0.0/16 fwmark %d table %d priority %d", pick(r, "add", "add", "del"), n%20, n%3, 100+n%3, 1000+n%60)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("rule %s from 2001:db8:%x::/48 %s priority %d", pick(r, "add", "del"), n%20, pick(r, "table 100", "prohibit", "goto 32766"), 2000+n%60)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("link set dev v%d %s", dev, pick(r, "mtu 1400", "mtu 1500", "mtu 60000", "txqueuelen 500", "alias some", "group 7", "group default", "arp off", "arp on", "up"))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("link %s", pick(r,
			fmt.Sprintf("add x%d index %d type dummy", n%9, 100+n%9), fmt.Sprintf("del x%d", n%9),
			fmt.Sprintf("add link v%d name v%d.%d index %d type vlan id %d", dev, dev, n%5, 200+5*dev+n%5, 2+n%5), fmt.Sprintf("del v%d.%d", dev, n%5)))
	},
	func(r *rand.Rand, dev, n int) string {
		return pick(r, "route show # the rest is a comment", "", "# nothing", "route show nonsense",
			"addr add 10.0.0.300/24 dev v0", "link set dev nope up", "route add 10.0.0.0/8 \\\nvia 10.0.0.2", "netns list", "-6 route show", "route add 10.1.0.0/16 dev 'v0'")
	},
}

// looks are the lines that only show something.
var looks = []chooser{
	func(_ *rand.Rand, dev, _ int) string { return fmt.Sprintf("addr show dev v%d", dev) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("link show dev x%d", n%9) },
	func(*rand.Rand, int, int) string { return "link show type vlan" },
	func(_ *rand.Rand, dev, n int) string { return fmt.Sprintf("neigh show 10.0.%d.%d", dev, 10+n%40) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("route show 10.%d.0.0/16", 16+n%8) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("route show table %d", 100+n%3) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("route show root 10.9.%d.0/23", n%40) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("route get 10.%d.%d.9", 16+n%8, n%50) },
	func(_ *rand.Rand, _, n int) string { return fmt.Sprintf("rule show priority %d", 1000+n%60) },
}

// mixedBatch makes n lines, a fifth of which show something.
func mixedBatch(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		from := sorts
		if r.IntN(5) == 0 {
			from = looks
		}
		b.WriteString(pick(r, from...)(r, r.IntN(4), r.IntN(10_000)) + "\n")
	}
	return b.String()
}

// restoring saves the routes of one family with both tools and restores each
// file with the other. What is then in the kernel has to be what was there
// before, but for the local table, which restoring fills from another namespace;
// that and the refusals on the way are the same for both.
const restoring = `
ip -n old FAMILY route save table all >by-gip && REAL -n old FAMILY route save table all >by-real || exit 1
REAL -n gip FAMILY route restore <by-gip 2>refused-gip
ip -n real FAMILY route restore <by-real 2>refused-real
for ns in old gip real; do
	for table in main 100; do REAL -n $ns -d FAMILY route show table $table; done >state-$ns
	REAL -n $ns -d FAMILY route show table local >local-$ns
done
REAL FAMILY route showdump <by-gip >shown-real || exit 1
ip FAMILY route showdump <by-real >shown-gip || exit 1
diff state-old state-gip && diff state-old state-real && diff local-gip local-real &&
	diff refused-gip refused-real && diff shown-gip shown-real || exit 1
wc -l <state-old; wc -l <shown-gip`

// TestRouteSaveRestore: 10,000 routes of both families that one tool saves, the
// other restores, and each prints the other's file alike.
func TestRouteSaveRestore(t *testing.T) {
	const setup = `for ns in old gip real; do
	ip netns add $ns
	for i in 1 2; do
		ip -n $ns link add v$i address 02:00:00:00:00:0$i type veth peer name w$i address 02:00:00:00:01:0$i
		ip -n $ns addr add 10.0.$i.1/24 dev v$i
		ip -n $ns addr add 2001:db8:$i::1/64 dev v$i
		ip -n $ns link set v$i up
		ip -n $ns link set w$i up
	done
done`
	job := onReference(t, map[string]string{"routes": manyRoutes(10_000)}, setup, "ip -n old -batch routes",
		strings.NewReplacer("FAMILY", "-4", "REAL", realIP).Replace(restoring),
		strings.NewReplacer("FAMILY", "-6", "REAL", realIP).Replace(restoring))
	for _, l := range lines(t, job)[2:] {
		var state, shown int
		if _, err := fmt.Sscan(string(l.Stdout), &state, &shown); err != nil || min(state, shown) < 5000 {
			t.Errorf("%d routes, %d in the file, not 5,000", state, shown)
		}
	}
}

// manyRoutes is a batch that adds n routes, half of each family.
func manyRoutes(n int) string {
	var b strings.Builder
	for i := range n / 2 {
		hi, lo := 16+i>>8, i&255
		fmt.Fprintf(&b, "route add 10.%d.%d.0/24 %s\n", hi, lo, [...]string{
			"via 10.0.1.2", "via 10.0.2.2 metric 5 proto static", "nexthop via 10.0.1.2 nexthop via 10.0.2.2 weight 3",
			"dev v1 scope link src 10.0.1.1 table 100", "via 10.0.1.2 mtu 1400 advmss lock 1300 rto_min 20ms",
			"via inet6 2001:db8:1::2 dev v1"}[i%6])
		fmt.Fprintf(&b, "route add 2001:db8:%x::/48 %s\n", 0x1000+i, [...]string{
			"via 2001:db8:1::2", "via 2001:db8:2::2 metric 5 proto static", "nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2 weight 3",
			"dev v1 table 100", "via 2001:db8:1::2 mtu 1400 hoplimit 9 pref high"}[i%5])
	}
	return b.String()
}
