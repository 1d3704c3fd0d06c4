package lab

import (
	"strconv"
	"strings"

	"gip/internal/netns"
)

// Script is a shell script of iproute2's commands that builds the same as the lab, by
// root, and without gip.
func (l *Lab) Script() string {
	var b strings.Builder
	say := func(words ...string) { b.WriteString(shellWords(words) + "\n") }
	b.WriteString("#!/bin/sh\n# The lab " + l.Name + " as a script for root. \"ip -all netns delete\" takes all namespaces down.\nset -e\n")
	for _, n := range l.Nodes {
		if n.Host {
			continue
		}
		say("ip", "netns", "add", n.Name)
		words := []string{"ip", "netns", "exec", n.Name, "sysctl", "-qew"}
		for _, s := range n.settings() {
			words = append(words, "net."+strings.ReplaceAll(s.path, "/", ".")+"="+s.value)
		}
		say(words...)
		say("ip", "-n", n.Name, "link", "set", "dev", "lo", "up")
		if n.Kind == Switch {
			say("ip", "-n", n.Name, "link", "add", "name", bridgeName, "up", "type", "bridge")
		}
	}
	l.scriptFolders(&b)
	for _, k := range l.Links {
		say(k.command()...)
		first, second := k.order()
		for _, p := range []*Port{first, second} {
			say(p.up()...)
		}
	}
	shapes := l.allShapes()
	for _, n := range l.Nodes {
		for _, p := range n.Ports {
			for _, a := range p.Addrs {
				say(n.ip("addr", "add", a.String(), "dev", p.Name)...)
			}
		}
		for _, s := range shapes[n] {
			say(s.outside()...)
		}
	}
	for _, n := range l.Nodes {
		if n.online() {
			b.WriteString(n.scriptInternet())
		}
	}
	l.scriptLines(&b)
	return b.String()
}

// scriptFolders brings what the nodes' folders have for /etc to where "ip netns exec"
// takes it from. It has no way for more.
func (l *Lab) scriptFolders(b *strings.Builder) {
	for _, n := range l.Nodes {
		if n.Folder == nil {
			continue
		}
		if from, to := n.Folder.Path+"/etc", netns.EtcDir+"/"+n.Name; isFolder(from) {
			b.WriteString(shellWords([]string{"mkdir", "-p", to}) + "\n" + shellWords([]string{"cp", "-R", from + "/.", to}) + "\n")
		}
		b.WriteString("# of " + strconv.Quote(n.Folder.Path) + " only files that the machine's /etc has are seen in the node\n")
	}
}

// scriptInternet connects a node as slirp4netns does it, and waits for that.
func (n *Node) scriptInternet() string {
	etc := shellWord(netns.EtcDir + "/" + n.Name)
	words := append(slirp.words[:len(slirp.words):len(slirp.words)], netns.Path(n.Name), InternetPort)
	return "mkdir -p " + etc + "\n[ -e " + etc + "/resolv.conf ] || echo nameserver " + internetDNS + " >" + etc + "/resolv.conf\n" +
		shellWords(words) + " >/dev/null 2>&1 &\n" +
		"until ip -n " + shellWord(n.Name) + " route show dev " + InternetPort + " 2>/dev/null | grep -q default; do sleep 0.1; done\n"
}

// command is the one that makes both ends of a link.
func (l *Link) command() []string {
	first, second := l.order()
	end := func(words []string, p *Port) []string {
		words = append(words, "name", p.Name)
		if l.MTU != 0 {
			words = append(words, "mtu", strconv.Itoa(int(l.MTU)))
		}
		if p.Node.Host {
			return words
		}
		return append(words, "netns", p.Node.Name)
	}
	words := end([]string{"ip", "link", "add"}, first)
	return end(append(words, "type", l.Type, "peer"), second)
}

// up is the command that puts a port into use.
func (p *Port) up() []string {
	words := p.Node.ip("link", "set", "dev", p.Name, "up")
	if p.Node.Kind == Switch {
		words = append(words, "master", bridgeName)
	}
	return words
}

// ip is a command of ip for a node.
func (n *Node) ip(words ...string) []string {
	if n.Host {
		return append([]string{"ip"}, words...)
	}
	return append([]string{"ip", "-n", n.Name}, words...)
}

// enters reports whether the command can work in another node by itself: with -n NODE.
func (l *Line) enters() bool {
	switch l.Words[0] {
	case "ip", "bridge", "tc":
		return true
	}
	return false
}

// outside is the line as it is typed outside its node.
func (l *Line) outside() []string {
	if l.Node.Host {
		return l.Words
	}
	if l.enters() {
		return append([]string{l.Words[0], "-n", l.Node.Name}, l.Words[1:]...)
	}
	return append([]string{"ip", "netns", "exec", l.Node.Name}, l.Words...)
}

// scriptLines adds the lines that run once, those that stay, and, as comments, checks.
func (l *Lab) scriptLines(b *strings.Builder) {
	for _, x := range l.Lines {
		words := shellWords(x.outside())
		switch x.Doing {
		case Start:
			words += " >" + shellWord(x.logName(l.number(x))) + " 2>&1 &"
		case Check:
			words = "# check: " + words
		case CheckNot:
			words = "# check: ! " + words
		}
		b.WriteString(words + "\n")
	}
}

func shellWords(words []string) string {
	var out []string
	for _, w := range words {
		out = append(out, shellWord(w))
	}
	return strings.Join(out, " ")
}

// shellWord quotes a word for the shell where that is needed.
func shellWord(w string) string {
	plain := w != ""
	for _, c := range []byte(w) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_-+=:,./@%", c) >= 0) {
			plain = false
		}
	}
	if plain {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// Plan tells what Up does to a lab that is not up.
func (l *Lab) Plan() []string { return (&Change{Anew: l.Nodes}).Plan(l) }

// Plan tells what Up does to make the lab what the text says.
func (c *Change) Plan(l *Lab) []string {
	s := new(steps)
	anew := map[*Node]bool{}
	for _, n := range c.Gone {
		s.add("remove", n.Name)
	}
	for _, n := range c.Anew {
		anew[n] = true
		if !n.Host {
			c.node(s, l, n)
		}
	}
	for _, k := range l.Links {
		what := "make link"
		if c.stay[k.signature()] {
			what = "keep link"
		}
		if a, b := k.Ends[0], k.Ends[1]; anew[a.Node] || anew[b.Node] {
			s.add(what, a.Node.Name+":"+a.Name, b.Node.Name+":"+b.Name)
		}
	}
	for _, x := range l.Lines {
		switch {
		case !anew[x.Node]:
		case x.Doing == Do:
			s.add("run", x.String())
		case x.Doing == Start:
			s.add("start", x.String())
		}
	}
	return *s
}

// node tells how a node is made.
func (c *Change) node(s *steps, l *Lab, n *Node) {
	what := n.Kind.String()
	if c.old != nil {
		what = "anew"
	}
	s.add("make", what, n.Name)
	if n.Folder != nil {
		s.add("lay", n.Folder.Path, "over the files of", n.Name)
	}
	if n.online() {
		s.add("connect", n.Name, "with the internet")
	}
	if l.Bound {
		s.add("name", n.Name, netns.Path(l.outerName(n)))
	}
}

// steps are the lines of a plan.
type steps []string

func (s *steps) add(words ...string) { *s = append(*s, strings.Join(words, " ")) }
