package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestErrors has texts and all that is wrong with them.
func TestErrors(t *testing.T) {
	const long = "abcdefghijklmnop"
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"# nothing\n\nnode a b\nlink a b\n", ""},
		{"link a\n", "f:1: link takes two ends, NODE[:IFACE] [ADDR/LEN]..."},
		{"link\n", "f:1: link takes two ends, NODE[:IFACE] [ADDR/LEN]..."},
		{"\n\nfrob a\n", `f:3: "frob" is none of lab, node, router, switch, link, lan, internet, start, check, include, nor a node with a colon`},
		{"node\n", "f:1: node takes names of nodes"},
		{"node a a\n", `f:1: "a" is there already, from f:1`},
		{"node a\nrouter a\n", `f:2: "a" is there already, from f:1`},
		{"node a/b\n", `f:1: "a/b" has a character that a name cannot have`},
		{"node ../x\n", `f:1: "../x" has a character that a name cannot have`},
		{"node ..\n", `f:1: ".." is no name`},
		{"node -x\n", `f:1: "-x" is no name`},
		{"node 'a b'\n", `f:1: "a b" has a character that a name cannot have`},
		{"node ''\n", "f:1: a name is missing"},
		{"node host\n", `f:1: "host" is the machine's own network, which a lab does not make: it has ends of links, and lines`},
		{"link host:x a\nrouter host\n", `f:2: "host" is the machine's own network, which a lab does not make: it has ends of links, and lines`},
		{"lan host a\n", `f:1: "host" is the machine's own network, which a lab does not make: it has ends of links, and lines`},
		{"link host:x a\ninternet host\n", `f:2: "host" is the machine's own network, which a lab does not make: it has ends of links, and lines`},
		{"link host a\n", `f:1: "host" needs the name of its interface, which the machine must not have yet: host:IFACE`},
		{"link host:x host:y\n", "f:1: one end of a link has to be in the lab"},
		{"link host:x a\nlink b host:x\n", `f:2: "host:x" is the end of another link already, in f:1`},
		{"host:\n", `f:1: a command is missing behind "host:"`},
		{"node " + strings.Repeat("n", 65) + "\n", `f:1: "` + strings.Repeat("n", 65) + `" has more than 64 bytes`},
		{"link a:" + long + " b\n", `f:1: "` + long + `" has more than 15 bytes, which is the kernel's limit for an interface`},
		{"link a:lo b\n", `f:1: "lo" is a name that the kernel has for itself`},
		{"link a: b\n", "f:1: a name is missing"},
		{"link a:x b\nlink a:x c\n", `f:2: "a:x" is the end of another link already, in f:1`},
		{"link a:x a:x\n", `f:1: "a:x" is the end of another link already, in f:1`},
		{"link a 10.0.0.1/33 b\n", `f:1: "10.0.0.1/33" is no address with the length of its prefix`},
		{"link a 10.0.0/8 b\n", `f:1: "10.0.0/8" is no address with the length of its prefix`},
		{"link a 10.0.0.1 b 10.0.0.2\n", `f:1: "10.0.0.1" lacks the length of its prefix: ADDR/LEN`},
		{"link a b fd00::1 mtu 1400\n", `f:1: "fd00::1" lacks the length of its prefix: ADDR/LEN`},
		{"link b:eth%d a\n", `f:1: "eth%d" has a character that a name cannot have`},
		{"internet b\ninternet a\nnode a\n", `f:1: no node is called "b"`},
		{"node a\ninternet a\ninternet a\n", `f:3: "a" has the internet already, from f:2`},
		{"\ufeffnode a \\\r\n  b\r\ncheck b: true\r\n", ""},
		{"link a b mtu\n", `f:1: "mtu" needs a value, or is no option of a link: mtu, delay, jitter, loss, rate, type`},
		{"link a b mtu 67\n", `f:1: "67" is no mtu: 68 to 65535`},
		{"link a b mtu 1e3\n", `f:1: "1e3" is no mtu: 68 to 65535`},
		{"link a b delay x\n", `f:1: "x" is no delay: a time, as 5ms`},
		{"link a b loss %\n", `f:1: "%" is no loss: a share, as 1%`},
		{"link a b jitter 1ms\n", "f:1: jitter needs a delay"},
		{"link a b frob 1\n", `f:1: "frob" is no option of a link: mtu, delay, jitter, loss, rate, type`},
		{"link a b type gre\n", `f:1: "gre" is no type of a link: veth, netkit`},
		{"lan s\n", "f:1: lan takes a name and ends, NODE[:IFACE] [ADDR/LEN]..."},
		{"router s\nlan s a b\n", `f:2: "s" is no switch, in f:1`},
		{"lab x\nlab y\n", "f:2: the lab has its name already, from f:1"},
		{"lab\n", "f:1: lab takes one name"},
		{"a: ip link\n", `f:1: no node is called "a"`},
		{"a: ip link\ncheck b: true\nlink a b\n", ""},
		{"lan s a b delay 5ms\n", `f:1: "delay" is no node, but an option, which stands behind the two ends of a link`},
		{"link a mtu 9000\n", `f:1: "mtu" is no node, but an option, which stands behind the two ends of a link`},
		{"node rate\nlan s a rate loss:x\n", ""},
		{"link s:br0 a\nswitch s\n", `f:1: "s:br0" is the bridge of the switch`},
		{"lab x.lab\n", `f:1: "x.lab" is the name of a file: that of a lab does not end in .lab`},
		{"include /dev/zero\n", `f:1: "/dev/zero" is no regular file`},
		{"node a\na:\n", `f:2: a command is missing behind "a:"`},
		{"node a\nstart ip link\n", "f:2: start takes NODE: COMMAND..."},
		{"node a\ncheck not\n", "f:2: check takes NODE: COMMAND..."},
		{"node a\ncheck not b: true\n", `f:2: no node is called "b"`},
		{"node \"a\n", "f:1: Unterminated quoted string"},
		{"node a \\\n", "f:1: the line that it goes on in is missing"},
		{"link a \\\n  b \\\n  frob 1\n", `f:1: "frob" is no option of a link: mtu, delay, jitter, loss, rate, type`},
		{"include\n", "f:1: include takes one file"},
		{"include /nonexistent/x\n", `f:1: "/nonexistent/x": no such file or directory`},
		{"frob\nlink a\nnode a\n", `f:1: "frob" is none of lab, node, router, switch, link, lan, internet, start, check, include, nor a node with a colon
f:2: link takes two ends, NODE[:IFACE] [ADDR/LEN]...`},
	} {
		_, err := Parse("f", c.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestParse reads a text with all that there is.
func TestParse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "more.lab"), []byte("check not gw: ping 'a b'\nnode z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Parse(filepath.Join(dir, "two.lab"), `router gw
link a 10.0.0.1/24 fd00::1/64 gw:lan mtu 9000 type netkit
lan sw gw b:p 10.1.0.2/16 b
b: ip link set p \
   up
include more.lab
start a: sh -c "x"
a: ip -n b link set p down
a: tc -n none qdisc
`)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	show := func(l *Lab) string {
		b.Reset()
		b.WriteString(l.Name + "\n")
		for _, n := range l.Nodes {
			b.WriteString(n.Name + " " + string(rune('0'+n.Kind)))
			for _, p := range n.Ports {
				b.WriteString(" " + p.Name)
				for _, a := range p.Addrs {
					b.WriteString(" " + a.String())
				}
			}
			b.WriteString("\n")
		}
		for _, k := range l.Links {
			b.WriteString(k.Ends[0].String() + k.Ends[1].String() + k.Type + itoa(int(k.MTU)) + "\n")
		}
		for _, x := range l.Lines {
			b.WriteString(filepath.Base(x.At.File) + ":" + itoa(x.At.Line) + " " + string(rune('0'+x.Doing)) + " " + x.String() + "\n")
		}
		return b.String()
	}
	want := `two
gw 1 lan eth0
a 0 eth0 10.0.0.1/24 fd00::1/64
sw 2 eth0 eth1 eth2
b 0 p 10.1.0.2/16 eth0
z 0
"a:eth0""gw:lan"netkit9000
"sw:eth0""gw:eth0"veth0
"sw:eth1""b:p"veth0
"sw:eth2""b:eth0"veth0
two.lab:4 0 b: ip link set p up
more.lab:1 3 gw: ping "a b"
two.lab:7 1 a: sh -c x
two.lab:8 0 b: ip link set p down
two.lab:9 0 a: tc -n none qdisc
`
	if got := show(l); got != want {
		t.Errorf("got:\n%s", got)
	}
	again, err := decode(l.encode())
	if err != nil {
		t.Fatal(err)
	}
	if got := show(again); got != want {
		t.Errorf("written and read again:\n%s", got)
	}
}

// TestIncludeEnds has files that include each other: it ends with one error.
func TestIncludeEnds(t *testing.T) {
	dir := t.TempDir()
	bomb := strings.Repeat("include x.lab\n", 4)
	for name, text := range map[string]string{"x.lab": bomb, "long.lab": strings.Repeat("#", MaxText+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 32 { // 2^32 files
		text := strings.Repeat("include "+itoa(i+1)+".lab\n", 2)
		if err := os.WriteFile(filepath.Join(dir, itoa(i)+".lab"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "32.lab"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{bomb, "x.lab:1: \"x.lab\" includes itself"},
		{"include long.lab", `f:1: "long.lab": the text is too long with it`},
		{"include 0.lab", `: the text is too long with it`},
	} {
		_, err := Parse(filepath.Join(dir, "f"), c.text)
		if err == nil || !strings.HasSuffix(strings.ReplaceAll(err.Error(), dir+"/", ""), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

// TestCalled has words for labs, and NameOf files with the same.
func TestCalled(t *testing.T) {
	for word, want := range map[string]string{"x": "x", "x.lab": "x", "a/x.lab": "x", "": "", ".lab": "", "/": "", "..": ".."} {
		if got := Called(word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for path, want := range map[string]string{"x.lab": "x", "a/x.sh": "x", "x.lab.lab": "lab", "-": "lab"} {
		if got := NameOf(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// TestOpen holds that no name leads to the folder of all labs, or out of it.
func TestOpen(t *testing.T) {
	for _, name := range []string{"", ".", "..", "/", "a/..", "../..", "a/b"} {
		if os.Getuid() == 0 {
			break // the state is the machine's own
		}
		t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
		if r, err := open(name, true); err == nil || r != nil {
			t.Errorf("%q: %v", name, r)
		}
	}
}

// FuzzParse holds that no text makes a parser panic, and that what it reads can be
// written and read again.
func FuzzParse(f *testing.F) {
	f.Add("router gw\nlink a 10.0.0.1/24 gw:x mtu 9000\nlan s a b\nstart a: x 'y z'\ncheck not a: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "include") {
			return
		}
		l, err := Parse("f", text)
		if err != nil {
			return
		}
		again, err := decode(l.encode())
		if err != nil || len(again.Nodes) != len(l.Nodes) || len(again.Lines) != len(l.Lines) {
			t.Errorf("%q: read again: %v", text, err)
		}
	})
}

func TestIsText(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"x.lab", "frob", true}, {"x.sh", "node a", false},
		{"-", "", true}, {"-", "#!/bin/sh\n# node a\n\nset -e\n", false}, {"-", "#!/usr/bin/env -S gip lab run\nrouter gw\n", true},
		{"-", "ip link", false}, {"-", "a: ip link", true}, {"-", ": nothing", false}, {"-", "include x", true}, {"-", "echo \"$#\"", false},
	} {
		if got := IsText(c.name, c.text); got != c.want {
			t.Errorf("%s %q: %v", c.name, c.text, got)
		}
	}
}

// TestNeedsRoot has lines that cannot work without root, and what is said of them.
func TestNeedsRoot(t *testing.T) {
	for _, c := range []struct {
		line, want string
		changed    []string
	}{
		{"ip macsec add ms0 tx sa 0", "this needs root: the kernel lets no other user change macsec", []string{"macsec"}},
		{"ip mptcp endpoint add 10.0.0.1", "", []string{"mptcp_pm"}},
		{"sysctl -w net.core.rmem_max=1", "this needs root: the kernel lets no other user change net.core.rmem_max", nil},
		{"sysctl net/ipv4/tcp_mem=1", "this needs root: the kernel lets no other user change net.ipv4.tcp_mem", nil},
		{"sysctl net.core.rmem_max", "", nil},
		{"sysctl -w net.ipv4.neigh.default.gc_thresh1=1", "this needs root: the kernel lets no other user change net.ipv4.neigh.default.gc_thresh1", nil},
		{"sysctl -w net.ipv4.ip_forward=1", "", nil},
	} {
		if got := needsRoot(strings.Fields(c.line), c.changed); got != c.want {
			t.Errorf("%s: %q", c.line, got)
		}
	}
}

// TestHost holds that a text which uses the host tells where, and what is made of it.
func TestHost(t *testing.T) {
	l, err := Parse("f", "node a\ncheck host: true\nlink host:x a\nlan sw host:y")
	if err != nil {
		t.Fatal(err)
	}
	want := `f:3: "host" is the machine's own network: --host lets a lab of root use it`
	if err := l.RefuseHost(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if n := l.Made(); n != 2 {
		t.Errorf("%d nodes are made, want 2", n)
	}
	for _, k := range l.Links { // what is left of the host's end is done last
		if first, second := k.order(); first.Node.Host || !second.Node.Host {
			t.Errorf("%v, %v", first, second)
		}
	}
	if l, _ = Parse("f", "node a"); l.RefuseHost() != nil || l.Made() != 1 {
		t.Error("without a host: ", l.RefuseHost(), l.Made())
	}
}

// TestBehind has lines that start another command.
func TestBehind(t *testing.T) {
	for line, want := range map[string]string{
		"ip link": "ip link", "gip": "gip", "gip ip link": "ip link", "ip netns exec a": "ip netns exec a",
		"gip ip netns exec a gip sysctl -w x=1": "sysctl -w x=1",
	} {
		if got := strings.Join(behind(strings.Fields(line)), " "); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}
