package main

import "fmt"

// labGroup is a lab of so many nodes around one switch, beside the lines of ip that make
// the same, each a process, as a script has them. What the shell of a script needs for
// itself is not counted.
func labGroup(s sizes) group {
	n := s.nodes
	addr := func(i int) string { return fmt.Sprintf("10.%d.%d.%d/8", i/250/250, i/250%250, i%250+1) }
	script := []string{"ip netns add sw", "ip -n sw link add br0 up type bridge"}
	for i := range n {
		node, port := fmt.Sprintf("n%d", i), fmt.Sprintf("p%d", i)
		script = append(script,
			"ip netns add "+node,
			"ip -n "+node+" link set lo up",
			"ip link add eth0 netns "+node+" type veth peer name "+port+" netns sw",
			"ip -n sw link set "+port+" up master br0",
			"ip -n "+node+" link set eth0 up",
			"ip -n "+node+" addr add "+addr(i)+" dev eth0",
		)
	}
	return group{
		name: "lab",
		files: []file{{"star.lab", n + 1, func(i int) string {
			if i == 0 {
				return "switch sw"
			}
			return fmt.Sprintf("link n%d %s sw", i-1, addr(i-1))
		}}},
		works: []work{{
			{n: 1, cmds: []string{"settle"}},
			{name: fmt.Sprintf("%d nodes and a switch (`gip lab up` \\| %d `ip`)", n, len(script)), n: 1, cmds: []string{"gip lab up star.lab"}, refCmds: script},
			{name: "50 × `true` in a node (`gip lab exec` \\| `ip netns exec`)", n: 50, cmds: []string{"gip lab exec n0 true"}, refCmds: []string{"ip netns exec n0 true"}},
			{name: "all of them gone (`gip lab down` \\| `ip -all netns del`)", n: 1, cmds: []string{"gip lab down star"}, refCmds: []string{"ip -all netns del"}},
		}},
	}
}
