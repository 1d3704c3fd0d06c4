package lab

import (
	"slices"
	"strings"

	"gip/internal/command"
	"gip/internal/lab/rights"
	"gip/internal/rtnl"
)

// Try reads all lines of gip's own commands, without doing anything, and returns what
// they would complain about. Without root, it also names what cannot work then.
func (l *Lab) Try(list command.List) error {
	return l.try(list, rights.MayWithoutUser() && rights.FirstUsers())
}

func (l *Lab) try(list command.List, root bool) error {
	var errs Errors
	nodes := make(map[*Node]*rtnl.Dry, len(l.Nodes))
	lines := l.Lines
	shapes := l.allShapes()
	for _, n := range l.Nodes {
		lines = append(lines[:len(lines):len(lines)], shapes[n]...)
	}
	for _, line := range lines {
		d := nodes[line.Node]
		if d == nil {
			d = line.Node.dry()
			nodes[line.Node] = d
		}
		if line.Node.Folder != nil && isFolder(line.Node.Folder.Path+"/etc/iproute2") {
			continue // its names are others
		}
		d.Changed = d.Changed[:0]
		said := list.Try(line.Words, d)
		if said == "" && !root {
			words := behind(line.Words)
			if len(words) < len(line.Words) {
				d = new(rtnl.Dry) // of another node, maybe
				list.Try(words, d)
			}
			said = needsRoot(words, d.Changed)
		}
		if said != "" {
			errs = append(errs, &Error{line.At, line.String() + "\n" + brief(said)})
		}
	}
	if errs == nil {
		return nil
	}
	return errs
}

// brief is a complaint without the help that follows it.
func brief(said string) string {
	if at := strings.Index(said, "\nUsage: "); at >= 0 {
		said = said[:at]
	}
	return strings.TrimRight(said, "\n")
}

// dry is the node as far as commands that are tried may ask.
func (n *Node) dry() *rtnl.Dry {
	d := new(rtnl.Dry)
	d.Made("lo")
	for _, p := range n.Ports {
		d.Made(p.Name)
	}
	return d
}

// behind is the command line that "gip" and "ip netns exec NODE" have behind them.
func behind(words []string) []string {
	for {
		switch {
		case len(words) > 1 && words[0] == "gip":
			words = words[1:]
		case len(words) > 4 && words[0] == "ip" && words[1] == "netns" && words[2] == "exec":
			words = words[4:]
		default:
			return words
		}
	}
}

// rootFamilies are those of generic netlink, and what else stands for one, that want the
// rights of the machine's root, whoever is root in the lab.
var rootFamilies = []string{"macsec", "fou", "ila", "IOAM6", "SEG6", "tcp_metrics", "cgroups"}

// rootSysctls are settings that only the machine's root may change, or that the first
// network namespace has alone.
var rootSysctls = []string{
	"net.core.rmem_max", "net.core.wmem_max", "net.core.rmem_default", "net.core.wmem_default", "net.core.default_qdisc",
	"net.ipv4.tcp_allowed_congestion_control", "net.ipv4.ping_group_range", "net.netfilter.nf_conntrack_max",
	"net.ipv4.tcp_mem", "net.ipv4.udp_mem",
}

// needsRoot says what of a line does not work without root, or "".
func needsRoot(words, families []string) string {
	for _, f := range families {
		if slices.Contains(rootFamilies, f) {
			return "this needs root: the kernel lets no other user change " + f
		}
	}
	if words[0] != "sysctl" {
		return ""
	}
	for _, w := range words[1:] {
		name, _, sets := strings.Cut(strings.ReplaceAll(w, "/", "."), "=")
		if sets && (slices.Contains(rootSysctls, name) || strings.Contains(name, ".neigh.default.")) {
			return "this needs root: the kernel lets no other user change " + name
		}
	}
	return ""
}
