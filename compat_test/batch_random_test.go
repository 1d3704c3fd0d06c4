package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// playRounds plays the batches from $1 to $2, each in a network namespace of its
// own, and says of each: what it printed, its status, how much of its input it
// left, and the state in which the namespace is then. That is asked of the real
// tools, whichever the batch was run by. What settles later than the command ends
// is left out.
const playRounds = `for i in $(seq $1 $2); do
	read tool way options <how.$i
	echo "== $i: $tool $options, $way"
	unshare -n sh ./play $i $tool $way "$options"
done | sed -E 's/ state (UP|DOWN|UNKNOWN|LOWERLAYERDOWN)//; s/"operstate":"[A-Z]*",//g
	s/,?(NO-CARRIER|LOWER_UP|M-DOWN),?/,/g; s/,?"(NO-CARRIER|LOWER_UP|M-DOWN)",?/,/g; s/ linkdown//; s/,?"linkdown",?/,/g
	s/<,/</; s/,>/>/; s/\[,/[/g; s/,\]/]/g; s/_timer("?:? *)[0-9.]+/_timer\1T/g; s/used [0-9/]+/used T/g
	s/"(used|confirmed|updated)":[0-9]+/"\1":T/g; s/[0-9]{4}-[0-9-]+ [0-9:]+/DATE/g; s/(refcnt|reachable) [0-9]+ ?//g'
`

const playRound = `for kind in all default; do
	echo 0 >/proc/sys/net/ipv6/conf/$kind/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/$kind/router_solicitations
	echo 1 >/proc/sys/net/ipv6/conf/$kind/addr_gen_mode
done
/usr/sbin/ip -batch setup || echo "no setup"
left() { echo "status $?"; wc -c; }
case $3 in
file) $2 $4 -batch orders.$1 2>err; echo "status $?" ;;
stdin) { $2 $4 -batch - 2>err; left; } <orders.$1 ;;
pipe) cat orders.$1 | { $2 $4 -batch - 2>err; left; } ;;
slow) { head -n 7 orders.$1; sleep 0.02; tail -n +8 orders.$1; } | $2 $4 -batch - 2>err ;;
esac
cat err
/usr/sbin/ip -force -batch state 2>&1
/usr/sbin/ip -6 rule show
/usr/sbin/ip -6 route show table all | grep -v 'proto kernel' | sort
/usr/sbin/ip neigh show nud all | grep -v '^ff\|^33' | sort
/usr/sbin/bridge fdb show | grep -E 'static|permanent' | grep -v '^33:33\|^01:00' | sort
/usr/sbin/bridge mdb show | grep -v temp | sort
`

// roundSetup is what each batch works on: two bridges and their ports, and pairs
// with addresses.
func roundSetup() string {
	var b strings.Builder
	for i := range 2 {
		fmt.Fprintf(&b, "link add br%d address 02:00:00:00:02:%02x type bridge mcast_snooping %d\nlink set br%d up\n", i, i, i, i)
	}
	for i := range 4 {
		fmt.Fprintf(&b, "link add v%d address 02:00:00:00:00:%02x type veth peer name w%d address 02:00:00:00:01:%02x\n", i, i, i, i)
		fmt.Fprintf(&b, "link set v%d up\nlink set w%d up\nlink set w%d master br%d\n", i, i, i, i%2)
		fmt.Fprintf(&b, "addr add 10.0.%d.1/24 dev v%d\naddr add 2001:db8:%d::1/64 dev v%d nodad\n", i, i, i, i)
	}
	return b.String()
}

const roundState = `link

addr show
route show table main
route show table 100
route show table 101
route show table 102
rule show
nexthop show
addrlabel list
ntable show dev v1
xfrm state list
xfrm policy list
mptcp endpoint show
`

// name is a link that was there before, or one that lines may have made, renamed
// or removed.
func name(r *rand.Rand) string {
	return pick(r, fmt.Sprintf("v%d", r.IntN(4)), fmt.Sprintf("w%d", r.IntN(4)), fmt.Sprintf("x%d", r.IntN(3)), fmt.Sprintf("y%d", r.IntN(3)), fmt.Sprintf("alt%d", r.IntN(2)))
}

// linkSorts are lines about links, whose names other lines use: what is known of
// a name by then has to be what the real tool knows.
var linkSorts = []chooser{
	func(r *rand.Rand, _, n int) string {
		i := n % 3
		return fmt.Sprintf("link add x%d address 02:00:00:00:03:%02x index %d %s", i, i, 50+10*i+n%4, pick(r, "type ifb", "type bridge",
			fmt.Sprintf("type veth peer name y%d address 02:00:00:00:04:%02x index %d", i, i, 80+10*i+n%4)))
	},
	func(r *rand.Rand, _, _ int) string { return "link del " + name(r) },
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("link set dev %s %s", name(r), pick(r, "up", "up", "mtu 1400", "alias it", "group 5", "txqueuelen 77", "master br1", "nomaster", "arp off", "promisc on", "address 02:00:00:00:05:05"))
	},
	func(r *rand.Rand, _, n int) string { return fmt.Sprintf("link set %s name x%d", name(r), n%3) },
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("link property %s dev %s altname alt%d", pick(r, "add", "add", "del"), name(r), n%2)
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("addr %s 10.7.%d.%d/24 dev %s", pick(r, "add", "add", "replace", "del"), n%3, 1+n%5, name(r))
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("route %s 10.6.%d.0/24 dev %s", pick(r, "add", "replace", "del"), n%9, name(r))
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("neigh %s 10.0.0.%d lladdr 02:00:00:00:06:%02x dev %s nud permanent", pick(r, "replace", "replace", "add"), 50+n%9, n%9, name(r))
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("nexthop %s id %d dev %s", pick(r, "add", "replace"), 1+n%9, name(r))
	},
	func(r *rand.Rand, _, _ int) string { return fmt.Sprintf("link show dev %s", name(r)) },
	func(r *rand.Rand, _, _ int) string { return fmt.Sprintf("addr show dev %s", name(r)) },
}

// otherSorts are the other objects whose changes wait.
var otherSorts = []chooser{
	func(r *rand.Rand, _, n int) string { return fmt.Sprintf("nexthop del id %d", 1+n%9) },
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("nexthop %s id %d group %d/%d", pick(r, "add", "replace"), 10+n%3, 1+n%9, 1+n%7)
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("addrlabel %s prefix 2001:db8:%x::/48 label %d", pick(r, "add", "del"), n%5, 100+n%3)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("ntable change name arp_cache dev v%d %s %d", dev, pick(r, "queue", "proxy_queue", "app_probes"), 1+n%5)
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("xfrm state %s src 10.0.0.1 dst 10.0.0.%d proto esp spi %d%s", pick(r, "add", "update"), 2+n%3, 1+n%4, pick(r, "", " enc cipher_null ''"))
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("xfrm state delete dst 10.0.0.%d proto esp spi %d", 2+n%3, 1+n%4)
	},
	func(r *rand.Rand, _, n int) string {
		return fmt.Sprintf("xfrm policy %s src 10.%d.0.0/16 dst 10.9.0.0/16 dir %s", pick(r, "add", "update", "delete"), n%4, pick(r, "in", "out"))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("mptcp endpoint add 10.0.%d.1 id %d dev v%d %s", dev, 1+n%5, dev, pick(r, "signal", "subflow", "backup"))
	},
	func(r *rand.Rand, _, n int) string { return fmt.Sprintf("mptcp endpoint delete id %d", 1+n%5) },
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("token set ::%x dev v%d", 1+n%9, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("stats set dev v%d l3_stats %s", dev, pick(r, "on", "off"))
	},
	func(r *rand.Rand, _, n int) string { return fmt.Sprintf("tcp_metrics del 10.0.0.%d", n%9) },
	func(r *rand.Rand, _, n int) string { return fmt.Sprintf("fou add port %d ipproto 47", 5000+n%3) },
	func(r *rand.Rand, dev, _ int) string {
		return fmt.Sprintf("tuntap %s dev t%d mode tun", pick(r, "add", "del"), dev%2)
	},
	func(*rand.Rand, int, int) string { return "nexthop show" },
	func(*rand.Rand, int, int) string { return "netns list" },
}

// malformed lines end a batch, most of them with -force too.
var malformed = []chooser{
	func(r *rand.Rand, _, _ int) string {
		return pick(r, "frob", "link set", "route add 10.0.0.0/33 dev v0", "neigh add 10.0.0.9", "addr add dev v0 'open",
			"link set dev v0 mtu x", "rule add from nowhere", "link add x0 type nosuch", "neigh add 10.0.0.9 dev v0 lladdr 1:2:x",
			"link set dev v0 frob", "addr del 10.0.0.1", "nexthop add id 0x dev v0", "route\tshow\ttable 100", "  # only a comment", "rule show \\")
	},
}

// bridgeSorts are the lines of batches of bridge.
var bridgeSorts = []chooser{
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("fdb %s 02:00:00:00:07:%02x dev w%d master %s", pick(r, "add", "add", "replace", "append"), n%40, dev, pick(r, "static", "permanent", "static sticky"))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("fdb del 02:00:00:00:07:%02x dev w%d master", n%40, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("fdb %s 02:00:00:00:07:%02x dev w%d self", pick(r, "add", "del"), n%4, dev)
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("link set dev w%d %s", dev, pick(r, "cost 5", "priority 8", "guard on", "learning off", "flood off", "state 3", "isolated on", "hairpin on", "mcast_router 2", "backup_port w0", "backup_port w3"))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("mdb %s dev br1 port w%d grp 239.1.1.%d %s", pick(r, "add", "add", "replace", "del"), dev, n%5, pick(r, "permanent", "permanent", ""))
	},
	func(r *rand.Rand, dev, n int) string {
		return fmt.Sprintf("vlan %s vid %d dev %s", pick(r, "add", "del"), 2+n%9, pick(r, fmt.Sprintf("w%d", dev), "br0 self", "v0", "nope"))
	},
	func(r *rand.Rand, dev, n int) string {
		return pick(r, "fdb flush dev br0 dynamic", "mst set dev w0 msti 1 state 3", "vni add dev br0 vni 5", "vlan global set dev br0 vid 2 mcast_snooping 1", "mdb flush dev br1 nopermanent", "fdb add 02:00:00:00:07:01 dev nope")
	},
	func(r *rand.Rand, dev, n int) string {
		return pick(r, fmt.Sprintf("link show dev w%d", dev), fmt.Sprintf("fdb get 02:00:00:00:07:%02x br br0", n%40), "link show", "vlan show", "# nothing", "")
	},
	func(r *rand.Rand, dev, n int) string {
		if n%8 > 0 {
			return ""
		}
		return pick(r, "frob", "link set dev w0 guard maybe", "fdb add 02 dev w0", "vlan add vid 5000 dev w0", "fdb replace", "link set dev w1 state x")
	},
}

// randomBatch is a batch of one of the tools: how it is run, and its lines.
func randomBatch(r *rand.Rand) (how, orders string) {
	tool, options, sets := "ip", pick(r, "", "", "-j", "-4", "-6", "-o"), [][]chooser{sorts, sorts, linkSorts, linkSorts, otherSorts, looks}
	if r.IntN(4) == 0 {
		tool, options, sets = "bridge", pick(r, "", "", "-j", "-s"), [][]chooser{bridgeSorts}
	}
	if r.IntN(3) > 0 {
		options = "-force " + options
	}
	// Some are about one thing, so that many of its lines wait together.
	if r.IntN(3) == 0 {
		sets = [][]chooser{{pick(r, pick(r, sets...)...)}, pick(r, sets...)}
	}
	var b strings.Builder
	for range 1 + r.IntN(pick(r, 10, 40, 150)) {
		from := pick(r, sets...)
		if tool == "ip" && r.IntN(60) == 0 {
			from = malformed
		}
		b.WriteString(pick(r, from...)(r, r.IntN(4), r.IntN(1000)) + "\n")
	}
	return fmt.Sprintf("%s %s %s\n", tool, pick(r, "file", "stdin", "pipe", "slow"), options), b.String()
}

// TestBatchRandom: batches of good, refused, malformed and showing lines, from a
// file, standard input and pipes, print the same, end with the same status, leave
// the same of their input, and leave the same state as the real tool's.
func TestBatchRandom(t *testing.T) {
	rounds, seed := 60, uint64(1)
	if *thorough {
		rounds, seed = 4000, rand.Uint64()
		t.Logf("seed %d", seed)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	const together = 20
	var text, members strings.Builder
	text.WriteString("#limit 5m\n")
	for i := range rounds {
		if i%together == 0 {
			fmt.Fprintf(&text, "sh ./rounds %d %d\n", i, min(i+together, rounds)-1)
		}
		how, orders := randomBatch(r)
		fmt.Fprintf(&members, "-- how.%d --\n%s-- orders.%d --\n%s", i, how, i, orders)
	}
	for name, data := range map[string]string{"rounds": playRounds, "play": playRound, "setup": roundSetup(), "state": roundState} {
		fmt.Fprintf(&members, "-- %s --\n%s", name, data)
	}
	report := compareWith(t, lastOf(buildCandidate(t)), parse(t, text.String()+members.String()))
	if report.Failed() > 0 || len(report.Faults) > 0 || len(report.Findings) < rounds/together {
		t.Error(show(report))
	}
}
