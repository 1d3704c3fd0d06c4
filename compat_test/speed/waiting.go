package main

import (
	"fmt"
	"slices"
)

// A waiting is a batch of changes of one sort, in steps that make up a cycle.
type waiting struct {
	name  string
	setup []string
	files []file
	steps []batchStep
}

// A batchStep is one file of a waiting, run by the tool. Without a name it is a
// command of the reference that is not measured.
type batchStep struct{ name, tool, file string }

// ports are the devices v0 to v19 up, the other ends of which are ports of br0.
func ports() []string {
	setup := []string{"ip link add name br0 type bridge", "ip link set br0 up"}
	for i := range portCount {
		setup = append(setup,
			fmt.Sprintf("ip link add name v%[1]d type veth peer name w%[1]d", i),
			fmt.Sprintf("ip link set v%d up", i),
			fmt.Sprintf("ip link set w%d up master br0", i))
	}
	return setup
}

const portCount = 20

// vlanIDs is how many VLANs there are.
const vlanIDs = 4094

// waitings are the batches of all sorts of changes that wait for each other,
// but for routes.
func waitings(s sizes) []waiting {
	return []waiting{
		{"neigh", ports(), []file{
			{"add", s.neighLines, func(i int) string {
				return "neigh replace " + prefix(i) + " lladdr " + mac(i) + " dev v0 nud permanent"
			}},
			{"del", s.neighLines, func(i int) string { return "neigh del " + prefix(i) + " dev v0" }},
		}, []batchStep{{"neigh replace", "ip", "add"}, {"neigh del", "ip", "del"}}},
		{"fdb", ports(), []file{
			{"add", s.fdbLines, func(i int) string {
				return fmt.Sprintf("fdb replace %s dev w%d master static", mac(i), i%portCount)
			}},
			{"del", s.fdbLines, func(i int) string { return fmt.Sprintf("fdb del %s dev w%d master", mac(i), i%portCount) }},
		}, []batchStep{{"fdb replace", "bridge", "add"}, {"fdb del", "bridge", "del"}}},
		{"set", ports(), []file{{"set", s.setLines, func(i int) string {
			return fmt.Sprintf("link set dev v%d %s", i%portCount, [...]string{"txqueuelen 100", "mtu 1400", "alias some", "mtu 1500"}[i/portCount%4])
		}}}, []batchStep{{"link set", "ip", "set"}}},
		{"make", nil, []file{
			{"add", s.makeLines, func(i int) string { return fmt.Sprintf("link add name a%d type ifb", i) }},
			{"del", s.makeLines, func(i int) string { return fmt.Sprintf("link del a%d", i) }},
		}, []batchStep{{"link add", "ip", "add"}, {"link del", "ip", "del"}}},
		{"addr", ports(), []file{
			{"add", s.addrLines, func(i int) string { return fmt.Sprintf("addr add %s/32 dev v%d", prefix(i), i%portCount) }},
			{"del", s.addrLines, func(i int) string { return fmt.Sprintf("addr del %s/32 dev v%d", prefix(i), i%portCount) }},
		}, []batchStep{{"addr add", "ip", "add"}, {"addr del", "ip", "del"}}},
		{"vlan", ports(), []file{
			{"add", s.vlans * portCount, func(i int) string {
				return fmt.Sprintf("vlan add vid %d dev w%d", 1+i/portCount%vlanIDs, i%portCount)
			}},
			{"del", s.vlans * portCount, func(i int) string {
				return fmt.Sprintf("vlan del vid %d dev w%d", 1+i/portCount%vlanIDs, i%portCount)
			}},
		}, []batchStep{
			// Not in the setup: where the kernel lacks it, only these rows do.
			{"", "ip", "link set br0 type bridge vlan_filtering 1"},
			{"vlan add", "bridge", "add"}, {"vlan del", "bridge", "del"},
		}},
		{"mixed", ports(), []file{{"all", s.mixedLines, mixed}}, []batchStep{{"lines of all sorts", "ip", "all"}}},
	}
}

// mixed is a line of a batch that takes back what it makes.
func mixed(i int) string {
	sorts := [...]string{
		"addr add %[1]s/32 dev v%[3]d", "route add %[1]s dev v0", "neigh replace %[1]s lladdr %[2]s dev v1 nud permanent",
		"rule add from %[1]s table 100 priority 100", "link set dev v%[3]d txqueuelen 100", "nexthop add id 7 dev v2",
		"nexthop del id 7", "link set dev v%[3]d txqueuelen 1000", "rule del from %[1]s table 100 priority 100",
		"neigh del %[1]s dev v1", "route del %[1]s dev v0", "addr del %[1]s/32 dev v%[3]d",
	}
	n := i / len(sorts)
	// The last argument is for the lines that use none of the others.
	return fmt.Sprintf(sorts[i%len(sorts)]+"%[4]s", prefix(n), mac(n), n%portCount, "")
}

// groups are the waiting's rows without and with -force.
func (w waiting) groups() (groups []group) {
	for _, option := range []string{"", "-force "} {
		g := group{name: w.name + option + "lines", files: w.files, setup: w.setup}
		var steps work
		for _, s := range w.steps {
			if s.name == "" {
				steps = append(steps, step{n: 1, cmds: []string{s.tool + " " + s.file}})
				continue
			}
			lines := w.files[slices.IndexFunc(w.files, func(f file) bool { return f.name == s.file })].lines
			steps = append(steps, step{
				name: fmt.Sprintf("`%s%s-batch`, %d `%s`", map[string]string{"bridge": "bridge "}[s.tool], option, lines, s.name),
				n:    1, cmds: []string{s.tool + " " + option + "-batch " + s.file},
			})
		}
		g.works = []work{steps}
		groups = append(groups, g)
	}
	return groups
}

func waitingGroups(s sizes) (groups []group) {
	for _, w := range waitings(s) {
		groups = append(groups, w.groups()...)
	}
	return groups
}
