package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A group is rows that share a state of the kernel. A work that changes the
// state is a group of its own, so that its failure hurts no other row.
type group struct {
	name  string
	files []file   // batches, written before anything runs
	setup []string // commands of the reference that make the state
	works []work
	crowd crowd // sockets that are open meanwhile
}

// A work is steps that make up one cycle: it ends in the state it began in.
type work []step

// A step is commands that are measured together, each run n times (its "%d"
// counts them). A step without a name is done by the reference, not measured.
type step struct {
	name    string
	n       int
	cmds    []string
	refCmds []string // of the reference, if other than cmds; what they print is not compared
	status  int      // that all of them end with
}

// A file is a batch of lines, each made from its number.
type file struct {
	name  string
	lines int
	line  func(i int) string
}

func (g *group) wanted(sel selection) bool {
	for _, w := range g.works {
		if w.wanted(sel) {
			return true
		}
	}
	return false
}

func (w work) wanted(sel selection) bool {
	for _, s := range w {
		if sel.has(s.name) {
			return true
		}
	}
	return false
}

// one is the work of a single command.
func one(name, cmd string) work { return work{{name: name, n: 1, cmds: []string{cmd}}} }

// starts is the work of starting a command of ip n times.
func starts(n int, args string) work { return startsOf(n, args, "ip "+args) }

func startsOf(n int, name, cmd string) work {
	return work{{name: fmt.Sprintf("%d × `%s`", n, name), n: n, cmds: []string{cmd}}}
}

// wire makes the device v0 up, with 192.168.0.1 and a route there.
var wire = []string{
	"ip link add name v0 type veth peer name v1",
	"ip link set v1 up",
	"ip link set v0 up",
	"ip address add 192.168.0.1/24 dev v0",
	"ip address add 192.168.1.1/24 dev v1",
}

// groups is the list of all rows.
func groups(s sizes) []group {
	return slices.Concat(
		[]group{startsGroup(), netnsExecGroup(), netnsGroup()},
		batchGroups(s),
		waitingGroups(s),
		[]group{applyGroup(s), routeGroup(s), route6Group(s), linkGroup(s), neighGroup(s), fdbGroup(s), brctlGroup(s), kindsGroup(s), labGroup(s)},
		sysctlGroups(s),
		tcGroups(s),
		socketGroups(s),
	)
}

// oneBare is the works of a single command and of the dump that it asks for.
func oneBare(name, cmd, dump string) []work {
	return []work{one(name, cmd), {bare("dump of "+name, dump, cmd)}}
}

// bare is a row with the kernel's share of a command; see runBare.
func bare(name, what, cmd string) step {
	return step{name: barePrefix + name, n: 1, cmds: []string{ownDir + "/speed -do " + what}, refCmds: []string{cmd}}
}

func startsGroup() group {
	return group{name: "start", setup: wire, works: []work{
		{{
			name: "200 × an empty static program (in Go \\| in C)", n: 200,
			cmds: []string{ownDir + "/empty-go"}, refCmds: []string{ownDir + "/empty-c"},
		}},
		starts(200, "link show dev lo"),
		starts(200, "addr show dev lo"),
		starts(200, "route get 192.168.0.2"),
	}}
}

func netnsExecGroup() group {
	return group{name: "netns-exec", setup: []string{"ip netns add kept"}, works: []work{
		starts(50, "netns exec kept true"),
	}}
}

func netnsGroup() group {
	return group{name: "netns", works: []work{{
		{n: 1, cmds: []string{"settle"}},
		{name: "200 × `netns add` + `del`", n: 200, cmds: []string{"ip netns add n%d", "ip netns del n%d"}},
	}}}
}

// prefix is the i-th of the IPv4 prefixes that routes go to.
func prefix(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255) }

// batchGroup is the rows of one cycle that adds and deletes many routes.
func batchGroup(s sizes, name string, w work) group {
	return group{
		name: name,
		files: []file{
			{"add", s.routes, func(i int) string { return "route add " + prefix(i) + " via 192.168.0.2 dev v0" }},
			{"del", s.routes, func(i int) string { return "route del " + prefix(i) + " via 192.168.0.2 dev v0" }},
		},
		setup: wire,
		works: []work{w},
	}
}

func batchGroups(s sizes) []group {
	flushed := s
	flushed.routes = s.flushed
	return []group{
		batchGroup(s, "batch", work{
			{name: fmt.Sprintf("`-batch`, %d `route add`", s.routes), n: 1, cmds: []string{"ip -batch add"}},
			{name: fmt.Sprintf("`-batch`, %d `route del`", s.routes), n: 1, cmds: []string{"ip -batch del"}},
		}),
		batchGroup(s, "force", work{
			{name: fmt.Sprintf("`-force -batch`, %d `route add`", s.routes), n: 1, cmds: []string{"ip -force -batch add"}},
			{name: fmt.Sprintf("`-force -batch`, %d `route del`", s.routes), n: 1, cmds: []string{"ip -force -batch del"}},
		}),
		batchGroup(s, "bare", work{
			bare(fmt.Sprintf("%d `route add`, one by one", s.routes), fmt.Sprintf("add -routes %d", s.routes), "ip -batch add"),
			bare(fmt.Sprintf("%d `route del`, one by one", s.routes), fmt.Sprintf("del -routes %d", s.routes), "ip -batch del"),
		}),
		batchGroup(s, "bare-window", work{
			bare(fmt.Sprintf("%d `route add`, %d in a send", s.routes, bareWindow), fmt.Sprintf("add-window -routes %d", s.routes), "ip -force -batch add"),
			bare(fmt.Sprintf("%d `route del`, %d in a send", s.routes, bareWindow), fmt.Sprintf("del-window -routes %d", s.routes), "ip -force -batch del"),
		}),
		batchGroup(flushed, "flush", work{
			{n: 1, cmds: []string{"ip -batch add"}},
			{name: fmt.Sprintf("`route flush root 10.0.0.0/8`, %d", s.flushed), n: 1, cmds: []string{"ip route flush root 10.0.0.0/8"}},
		}),
		batchGroup(flushed, "bare-flush", work{
			{n: 1, cmds: []string{"ip -batch add"}},
			bare(fmt.Sprintf("deletion of `route flush root 10.0.0.0/8`, %d", s.flushed), "flush", "ip route flush root 10.0.0.0/8"),
		}),
	}
}

// applyGroup is lines that are all undone again, because the last one fails, beside a
// batch of the same lines, which leaves them done.
func applyGroup(s sizes) group {
	n := min(s.routes, 100_000)
	return group{
		name: "apply",
		files: []file{{"cut", n + 1, func(i int) string {
			if i == n {
				return "route add 203.0.113.0/24 via 203.0.113.1"
			}
			return "route add " + prefix(i) + " via 192.168.0.2 dev v0"
		}}},
		setup: wire,
		works: []work{{
			{name: fmt.Sprintf("%d `route add`, a line that fails (`gip apply`, undone \\| `ip -batch`)", n), n: 1,
				cmds: []string{"gip apply cut"}, refCmds: []string{"ip -batch cut"}, status: 1},
			{n: 1, cmds: []string{"ip route flush root 10.0.0.0/8"}},
		}},
	}
}

func routeGroup(s sizes) group {
	return group{
		name: "route",
		// One route in a hundred goes out of another device, for the filter.
		files: []file{{"add", s.routes, func(i int) string {
			if i%100 == 0 {
				return "route add " + prefix(i) + " via 192.168.1.2 dev v1"
			}
			return "route add " + prefix(i) + " via 192.168.0.2 dev v0"
		}}},
		setup: append(wire[:len(wire):len(wire)], "ip -batch add"),
		works: slices.Concat(
			oneBare(fmt.Sprintf("`route show`, %d", s.routes), "ip route show", "route"),
			oneBare(fmt.Sprintf("`-j route show`, %d", s.routes), "ip -j route show", "route"),
			oneBare(fmt.Sprintf("`-d route show table all`, %d", s.routes), "ip -d route show table all", "route-all"),
			oneBare(fmt.Sprintf("`route show dev v1`, %d of %d", s.routes/100, s.routes), "ip route show dev v1", "route-dev"),
			oneBare(fmt.Sprintf("`route show match 16.1.1.1`, 0 of %d", s.routes), "ip route show match 16.1.1.1", "route"),
			oneBare(fmt.Sprintf("`route flush root 16.0.0.0/4`, 0 of %d", s.routes), "ip route flush root 16.0.0.0/4", "route"),
		),
	}
}

func route6Group(s sizes) group {
	return group{
		name: "route6",
		files: []file{{"add", s.routes6, func(i int) string {
			return fmt.Sprintf("route add 2001:db8:%x:%x::/64 via fe80::2 dev v0", i>>16, i&0xffff)
		}}},
		setup: append(wire[:len(wire):len(wire)], "ip -batch add"),
		works: oneBare(fmt.Sprintf("`-6 route show`, %d", s.routes6), "ip -6 route show", "route6"),
	}
}

func linkGroup(s sizes) group {
	return group{
		name: "link",
		files: []file{
			{"add", s.links / 2, func(i int) string { return fmt.Sprintf("link add name a%d type veth peer name b%d", i, i) }},
			{"addr", s.links / 2, func(i int) string { return "address add " + prefix(i) + fmt.Sprintf("/32 dev a%d", i) }},
		},
		setup: []string{"ip -batch add", "ip -batch addr"},
		works: slices.Concat(
			oneBare(fmt.Sprintf("`link show`, %d", s.links), "ip link show", "link"),
			oneBare(fmt.Sprintf("`-d -s link show`, %d", s.links), "ip -d -s link show", "stats"),
			oneBare(fmt.Sprintf("`-j addr`, %d", s.links), "ip -j addr", "addr"),
		),
	}
}

// sysctlGroups is the rows of sysctl: what all parameters cost, here and with
// many links, and its start. Some parameters change all the time, and there are
// always some that cannot be read, which is status 1.
func sysctlGroups(s sizes) []group {
	all := func(name, cmd string) work {
		return work{{name: name, n: 1, cmds: []string{cmd}, refCmds: []string{cmd}, status: 1}}
	}
	links := linkGroup(s)
	links.name = "sysctl-links"
	links.works = []work{
		all(fmt.Sprintf("`sysctl -a`, %d links", s.links), "sysctl -a"),
		one(fmt.Sprintf("`sysctl -a -r rp_filter`, %d links", s.links), "sysctl -a -r rp_filter"),
		one(fmt.Sprintf("`sysctl -a -N`, %d links", s.links), "sysctl -a -N"),
	}
	return []group{{name: "sysctl", works: []work{
		all("`sysctl -a`", "sysctl -a"),
		one("`sysctl -a -r forward`", "sysctl -a -r forward"),
		startsOf(200, "sysctl -n net.ipv4.ip_forward", "sysctl -n net.ipv4.ip_forward"),
	}}, links}
}

// mac is the i-th of the link-layer addresses.
func mac(i int) string { return fmt.Sprintf("02:00:00:%02x:%02x:%02x", i>>16, i>>8&255, i&255) }

func neighGroup(s sizes) group {
	return group{
		name: "neigh",
		files: []file{{"add", s.neighs, func(i int) string {
			return "neigh add " + prefix(i) + " lladdr " + mac(i) + " dev v0 nud permanent"
		}}},
		setup: append(wire[:len(wire):len(wire)], "ip -batch add"),
		works: oneBare(fmt.Sprintf("`neigh show`, %d", s.neighs), "ip neigh show", "neigh"),
	}
}

func fdbGroup(s sizes) group {
	return group{
		name:  "fdb",
		files: []file{{"add", s.fdb, func(i int) string { return "fdb add " + mac(i) + " dev v0 master static" }}},
		setup: append(wire[:len(wire):len(wire)],
			"ip link add name br0 type bridge", "ip link set v0 master br0", "bridge -batch add"),
		works: oneBare(fmt.Sprintf("`bridge fdb show`, %d", s.fdb), "bridge fdb show", "fdb"),
	}
}

func brctlGroup(s sizes) group {
	return group{
		name: "brctl",
		files: []file{
			{"add", s.bridges, func(i int) string { return fmt.Sprintf("link add name br%d type bridge", i) }},
			{"port", s.bridges, func(i int) string {
				return fmt.Sprintf("link add name p%d master br%d type veth peer name q%d", i, i, i)
			}},
			{"mac", bridgeMACs, func(i int) string { return "fdb add " + mac(i) + " dev p0 master static" }},
		},
		setup: []string{"ip -batch add", "ip -batch port", "bridge -batch mac"},
		works: []work{
			one(fmt.Sprintf("`brctl show`, %d bridges", s.bridges), "brctl show"),
			one(fmt.Sprintf("`brctl showmacs`, %d entries", bridgeMACs), "brctl showmacs br0"),
		},
	}
}

// bridgeMACs is how many addresses one bridge knows.
const bridgeMACs = 2000

// kindsGroup is a list of links of as many kinds as most kernels make.
func kindsGroup(s sizes) group {
	kinds := []string{
		"link add name k%d type bridge", "link add name k%d link v0 type macvlan mode bridge", "link add name k%d link v1 type macvtap mode private",
		"link add name k%[1]d type vxlan id %[1]d dstport 4789 remote 192.168.0.9 dev v0", "link add name k%d type ifb",
		"link add name k%[1]d type veth peer name l%[1]d", "tuntap add name k%d mode tun", "tuntap add name k%d mode tap",
	}
	return group{
		name:  "kinds",
		files: []file{{"add", s.kinds, func(i int) string { return fmt.Sprintf(kinds[i%len(kinds)], i) }}},
		setup: append(wire[:len(wire):len(wire)], "ip -batch add"),
		works: oneBare(fmt.Sprintf("`-d link show`, %d links of %d kinds", s.kinds, len(kinds)), "ip -d link show", "link"),
	}
}

// run makes the group's state and measures its rows.
func (g *group) run(c config) error {
	for _, f := range g.files {
		if err := f.write(); err != nil {
			return err
		}
	}
	b, err := newMeter(c.budget)
	if err != nil {
		return err
	}
	if err := b.settle(); err != nil {
		return err
	}
	for _, cmd := range append([]string{"ip link set lo up"}, g.setup...) {
		if err := b.do(cmd); err != nil {
			return err
		}
	}
	if err := g.crowd.gather(); err != nil {
		return err
	}
	for _, w := range g.works {
		if !w.wanted(c.sel) {
			continue
		}
		if err := b.measure(w, c.sel); err != nil {
			return err
		}
	}
	return nil
}

func (f file) write() error {
	out, err := os.Create(filepath.Join(dataDir, f.name))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	for i := range f.lines {
		w.WriteString(f.line(i))
		w.WriteByte('\n')
	}
	return errors.Join(w.Flush(), out.Close())
}
