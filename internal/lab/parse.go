package lab

import (
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// A parser makes a lab of statements.
type parser struct {
	reader
	lab   *Lab
	named Pos // where the lab got its name
}

// statements are the words that a statement begins with, but for those that end in
// a colon.
func (p *parser) statement(word string) func(Stmt) {
	switch word {
	case "lab":
		return p.name
	case "node", "router", "switch":
		return p.nodes
	case "link":
		return p.link
	case "internet":
		return p.internet
	case "lan":
		return p.lan
	case "start":
		return p.start
	case "check":
		return p.check
	}
	return nil
}

// Parse reads a text; name is that of its file, which messages begin with, and from
// which the lab has its own name unless the text gives one. The error is Errors.
func Parse(name, text string) (*Lab, error) {
	p := &parser{lab: &Lab{Name: NameOf(name)}}
	p.read(name, text, 0)
	return p.parse()
}

// IsText reports whether a file is the text of a lab, and no script of a shell: by the
// end of its name, or the first word that is no comment.
func IsText(name, text string) bool {
	if ext := filepath.Ext(name); ext == ".lab" || ext == ".sh" {
		return ext == ".lab"
	}
	p := &parser{lab: new(Lab)}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 0 && !strings.HasPrefix(words[0], "#") {
			return p.statement(words[0]) != nil || words[0] == "include" || strings.HasSuffix(words[0], ":") && len(words[0]) > 1
		}
	}
	return true
}

// Of makes a lab of statements that were read before.
func Of(name string, stmts []Stmt) (*Lab, error) {
	p := &parser{lab: &Lab{Name: name}}
	p.stmts = stmts
	return p.parse()
}

func (p *parser) parse() (*Lab, error) {
	for _, s := range p.stmts {
		if node, ok := strings.CutSuffix(s.Words[0], ":"); ok {
			p.line(s, node, Do, s.Words[1:])
		} else if f := p.statement(s.Words[0]); f != nil {
			f(s)
		} else {
			p.fail(s.At, quote(s.Words[0])+" is none of lab, node, router, switch, link, lan, internet, start, check, include, nor a node with a colon")
		}
	}
	if len(p.errs) > 0 {
		cli.Sort(p.errs, func(a, b *Error) int {
			if a.At.File != b.At.File {
				return 0
			}
			return a.At.Line - b.At.Line
		})
		return nil, p.errs
	}
	p.lab.Stmts = p.stmts
	return p.lab, nil
}

// NameOf is what a file calls its lab.
func NameOf(path string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".lab"), ".sh")
	if validName(name) != "" {
		return "lab"
	}
	return name
}

// maxName is how long names may be: those of nodes are names of files, and words
// for a namespace.
const maxName = 64

// validName says what is wrong with the name of a lab or node, or "".
func validName(name string) string {
	switch {
	case name == "":
		return "a name is missing"
	case len(name) > maxName:
		return quote(name) + " has more than " + strconv.Itoa(maxName) + " bytes"
	case name == "." || name == ".." || strings.HasPrefix(name, "-"):
		return quote(name) + " is no name"
	case strings.ContainsAny(name, "/:\"'\\ \t"):
		return quote(name) + " has a character that a name cannot have"
	}
	for _, c := range []byte(name) {
		if c < ' ' || c == 0x7f {
			return quote(name) + " has a character that a name cannot have"
		}
	}
	return ""
}

// validPort says what is wrong with the name of an interface, or "".
func validPort(name string) string {
	switch {
	case len(name) >= unix.IFNAMSIZ:
		return quote(name) + " has more than 15 bytes, which is the kernel's limit for an interface"
	case name == "lo" || name == "all" || name == "default":
		return quote(name) + " is a name that the kernel has for itself"
	}
	return validName(name)
}

func (p *parser) name(s Stmt) {
	switch {
	case len(s.Words) != 2:
		p.fail(s.At, "lab takes one name")
	case p.named.Line != 0:
		p.fail(s.At, "the lab has its name already, from "+p.named.String())
	case validName(s.Words[1]) != "":
		p.fail(s.At, validName(s.Words[1]))
	default:
		p.lab.Name, p.named = s.Words[1], s.At
	}
}

func (p *parser) nodes(s Stmt) {
	kinds := map[string]Kind{"node": Plain, "router": Router, "switch": Switch}
	if len(s.Words) == 1 {
		p.fail(s.At, s.Words[0]+" takes names of nodes")
	}
	for _, name := range s.Words[1:] {
		n := p.made(s.At, name)
		switch {
		case n == nil:
		case n.said:
			p.fail(s.At, quote(name)+" is there already, from "+n.At.String())
		default:
			n.Kind, n.said, n.At = kinds[s.Words[0]], true, s.At
		}
	}
}

// node finds a node, or makes one; nil if the name cannot be.
func (p *parser) node(at Pos, name string) *Node {
	if n := p.lab.Find(name); n != nil {
		return n
	}
	if bad := validName(name); bad != "" {
		p.fail(at, bad)
		return nil
	}
	n := &Node{Name: name, At: at, Host: name == HostName, named: make(map[string]*Port)}
	p.lab.Nodes = append(p.lab.Nodes, n)
	if p.lab.named == nil {
		p.lab.named = make(map[string]*Node)
	}
	p.lab.named[name] = n
	return n
}

// made is node for what the lab makes, which the host is not.
func (p *parser) made(at Pos, name string) *Node {
	if name == HostName {
		p.fail(at, `"host" is the machine's own network, which a lab does not make: it has ends of links, and lines`)
		return nil
	}
	return p.node(at, name)
}

// end takes an END off the words: NODE[:IFACE] [ADDR/LEN]...
func (p *parser) end(at Pos, words []string) (port *Port, rest []string) {
	name, iface, has := strings.Cut(words[0], ":")
	n := p.node(at, name)
	if n == nil {
		return nil, nil
	}
	switch {
	case n.Host && !has:
		p.fail(at, `"host" needs the name of its interface, which the machine must not have yet: host:IFACE`)
		return nil, nil
	case !has:
		iface = n.freePort()
	}
	port = &Port{Node: n, Name: iface, At: at}
	if bad := validPort(iface); bad != "" {
		p.fail(at, bad)
		return nil, nil
	}
	if old := n.port(iface); old != nil {
		p.fail(at, quote(name+":"+iface)+" is the end of another link already, in "+old.At.String())
		return nil, nil
	}
	n.add(port)
	for rest = words[1:]; len(rest) > 0 && strings.Contains(rest[0], "/"); rest = rest[1:] {
		addr, err := netip.ParsePrefix(rest[0])
		if err != nil {
			p.fail(at, quote(rest[0])+" is no address with the length of its prefix")
			return nil, nil
		}
		port.Addrs = append(port.Addrs, addr)
	}
	return port, rest
}

func (n *Node) port(name string) *Port { return n.named[name] }

func (n *Node) add(p *Port) {
	n.Ports = append(n.Ports, p)
	n.named[p.Name] = p
}

// freePort is the first of eth0, eth1, … that the node has not.
func (n *Node) freePort() string {
	for ; ; n.free++ {
		if name := "eth" + strconv.Itoa(n.free); n.port(name) == nil {
			return name
		}
	}
}

// link reads: link END END OPTIONS
func (p *parser) link(s Stmt) {
	l := &Link{At: s.At, Type: "veth"}
	words := s.Words[1:]
	for i := range l.Ends {
		if len(words) == 0 {
			p.fail(s.At, "link takes two ends, NODE[:IFACE] [ADDR/LEN]...")
			return
		}
		if l.Ends[i], words = p.end(s.At, words); l.Ends[i] == nil {
			return
		}
	}
	if l.Ends[0].Node.Host && l.Ends[1].Node.Host {
		p.fail(s.At, "one end of a link has to be in the lab")
		return
	}
	if p.options(l, words) {
		p.lab.Links = append(p.lab.Links, l)
	}
}

// options reads what follows the ends of a link.
func (p *parser) options(l *Link, words []string) bool {
	for ; len(words) > 0; words = words[2:] {
		if len(words) == 1 {
			p.fail(l.At, quote(words[0])+" needs a value, or is no option of a link: "+linkOptions)
			return false
		}
		if bad := l.set(words[0], words[1]); bad != "" {
			p.fail(l.At, bad)
			return false
		}
	}
	if l.Jitter != "" && l.Delay == "" {
		p.fail(l.At, "jitter needs a delay")
		return false
	}
	return true
}

// maxMTU is the largest of a veth.
const maxMTU, minMTU = 65535, 68

// set sets an option of a link, or says what is wrong.
func (l *Link) set(word, value string) (bad string) {
	switch word {
	case "mtu":
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil || n < minMTU || n > maxMTU {
			return quote(value) + " is no mtu: 68 to 65535"
		}
		l.MTU = uint32(n)
	case "type":
		if value != "veth" && value != "netkit" {
			return quote(value) + " is no type of a link: veth, netkit"
		}
		l.Type = value
	case "delay":
		return setShape(&l.Delay, word, value, "a time, as 5ms")
	case "jitter":
		return setShape(&l.Jitter, word, value, "a time, as 1ms")
	case "loss":
		return setShape(&l.Loss, word, value, "a share, as 1%")
	case "rate":
		return setShape(&l.Rate, word, value, "a rate, as 10mbit")
	default:
		return quote(word) + " is no option of a link: " + linkOptions
	}
	return ""
}

const linkOptions = "mtu, delay, jitter, loss, rate, type"

// setShape takes a value for tc, which knows its units.
func setShape(to *string, word, value, what string) (bad string) {
	if value == "" || value[0] < '0' || value[0] > '9' {
		return quote(value) + " is no " + word + ": " + what
	}
	*to = value
	return ""
}

// lan reads: lan NAME END...
func (p *parser) lan(s Stmt) {
	if len(s.Words) < 3 {
		p.fail(s.At, "lan takes a name and ends, NODE[:IFACE] [ADDR/LEN]...")
		return
	}
	sw := p.made(s.At, s.Words[1])
	if sw == nil {
		return
	}
	if sw.said && sw.Kind != Switch {
		p.fail(s.At, quote(sw.Name)+" is no switch, in "+sw.At.String())
		return
	}
	sw.Kind, sw.said = Switch, true
	for words := s.Words[2:]; len(words) > 0; {
		var end *Port
		if end, words = p.end(s.At, words); end == nil {
			return
		}
		port := &Port{Node: sw, Name: sw.freePort(), At: s.At}
		sw.add(port)
		p.lab.Links = append(p.lab.Links, &Link{Ends: [2]*Port{port, end}, Type: "veth", At: s.At})
	}
}

// internet reads: internet NODE...
func (p *parser) internet(s Stmt) {
	if len(s.Words) == 1 {
		p.fail(s.At, "internet takes names of nodes")
	}
	for _, name := range s.Words[1:] {
		n := p.lab.Find(name)
		switch {
		case name == HostName:
			p.made(s.At, name)
		case n == nil:
			p.fail(s.At, "no node is called "+quote(name))
		case n.online():
			p.fail(s.At, quote(name)+" has the internet already, from "+n.Internet.String())
		case n.port(InternetPort) != nil:
			p.fail(s.At, quote(name+":"+InternetPort)+" is the end of a link already, in "+n.port(InternetPort).At.String())
		default:
			n.Internet = s.At
			n.named[InternetPort] = &Port{Node: n, Name: InternetPort, At: s.At}
		}
	}
}

// line reads a command of a node, which has to be known.
func (p *parser) line(s Stmt, name string, doing Doing, words []string) {
	n := p.lab.Find(name)
	if name == HostName {
		n = p.node(s.At, name)
	}
	switch {
	case n == nil:
		p.fail(s.At, "no node is called "+quote(name))
	case len(words) == 0:
		p.fail(s.At, "a command is missing behind "+quote(name+":"))
	default:
		p.lab.Lines = append(p.lab.Lines, &Line{At: s.At, Node: n, Doing: doing, Words: words})
	}
}

// start reads: start NODE: COMMAND
func (p *parser) start(s Stmt) { p.prefixed(s, Start, s.Words[1:]) }

// check reads: check [not] NODE: COMMAND
func (p *parser) check(s Stmt) {
	words, doing := s.Words[1:], Check
	if len(words) > 0 && words[0] == "not" {
		words, doing = words[1:], CheckNot
	}
	p.prefixed(s, doing, words)
}

func (p *parser) prefixed(s Stmt, doing Doing, words []string) {
	if len(words) == 0 || !strings.HasSuffix(words[0], ":") {
		p.fail(s.At, s.Words[0]+" takes NODE: COMMAND...")
		return
	}
	p.line(s, strings.TrimSuffix(words[0], ":"), doing, words[1:])
}
