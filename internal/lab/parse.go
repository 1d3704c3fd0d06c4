package lab

import (
	"net/netip"
	"path/filepath"
	"slices"
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

// A form is what a statement can be that begins with this word.
type form struct {
	word  string
	read  func(*parser, Stmt)
	lines bool // it is about a node that may be declared below
}

var forms = []form{
	{"lab", (*parser).name, false},
	{"node", (*parser).nodes, false}, {"router", (*parser).nodes, false}, {"switch", (*parser).nodes, false},
	{"link", (*parser).link, false}, {"lan", (*parser).lan, false}, {"internet", (*parser).internet, true},
	{"start", (*parser).line, true}, {"check", (*parser).line, true},
	{":", (*parser).line, true}, // behind the name of a node
}

// formOf is what a statement is that begins with a word; nil if there is none.
func formOf(word string) *form {
	if strings.HasSuffix(word, ":") {
		word = ":"
	}
	for i := range forms {
		if forms[i].word == word {
			return &forms[i]
		}
	}
	return nil
}

// Parse reads a text; name is that of its file, which messages begin with, and from
// which the lab has its own name unless the text gives one. The error is Errors.
func Parse(name, text string) (*Lab, error) {
	p := &parser{lab: &Lab{Name: NameOf(name)}}
	p.read(name, text)
	return p.parse()
}

// IsText reports whether a file is the text of a lab, and no script of a shell: by the
// end of its name, or the first word that is no comment.
func IsText(name, text string) bool {
	if end := filepath.Ext(name); end == ext || end == ".sh" {
		return end == ext
	}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 0 && !strings.HasPrefix(words[0], "#") {
			return (formOf(words[0]) != nil || words[0] == "include") && words[0] != ":"
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
	p.statements(false)
	p.statements(true) // a line may stand above its node
	for _, n := range p.lab.Nodes {
		if port := n.port(bridgeName); n.Kind == Switch && port != nil {
			p.fail(port.At, quote(n.Name+":"+bridgeName)+" is the bridge of the switch")
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

// statements reads those that are about nodes, as their lines are, or all others.
func (p *parser) statements(lines bool) {
	for _, s := range p.stmts {
		switch f := formOf(s.Words[0]); {
		case f != nil && f.lines == lines:
			f.read(p, s)
		case f == nil && lines:
			p.fail(s.At, quote(s.Words[0])+" is none of lab, node, router, switch, link, lan, internet, start, check, include, nor a node with a colon")
		}
	}
}

// Called is the name of the lab that a word means, which may be that of its file.
func Called(word string) string {
	return strings.TrimSuffix(word[strings.LastIndexByte(word, '/')+1:], ext)
}

// ext is how the name of a file with a lab ends, and none of a lab.
const ext = ".lab"

// NameOf is what a file calls its lab.
func NameOf(path string) string {
	name := Called(strings.TrimSuffix(path, ".sh"))
	if badLab(name) != "" {
		return "lab"
	}
	return name
}

// badLab says what is wrong with the name of a lab, or "".
func badLab(name string) string {
	if strings.HasSuffix(name, ext) {
		return quote(name) + " is the name of a file: that of a lab does not end in " + ext
	}
	return ValidName(name)
}

// maxName is how long names may be: those of nodes are names of files, and words
// for a namespace.
const maxName = 64

// ValidName says what is wrong with the name of a lab or node, or "".
func ValidName(name string) string {
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
	case strings.Contains(name, "%"): // it would make a number of it
		return quote(name) + " has a character that a name cannot have"
	case name == "lo" || name == "all" || name == "default":
		return quote(name) + " is a name that the kernel has for itself"
	}
	return ValidName(name)
}

func (p *parser) name(s Stmt) {
	switch {
	case len(s.Words) != 2:
		p.fail(s.At, "lab takes one name")
	case p.named.Line != 0:
		p.fail(s.At, "the lab has its name already, from "+p.named.String())
	case badLab(s.Words[1]) != "":
		p.fail(s.At, badLab(s.Words[1]))
	default:
		p.lab.Name, p.named = s.Words[1], s.At
	}
}

func (p *parser) nodes(s Stmt) {
	kind := Plain
	switch s.Words[0] {
	case "router":
		kind = Router
	case "switch":
		kind = Switch
	}
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
			n.Kind, n.said, n.At = kind, true, s.At
		}
	}
}

// node finds a node, or makes one; nil if the name cannot be.
func (p *parser) node(at Pos, name string) *Node {
	if n := p.lab.Find(name); n != nil {
		return n
	}
	if bad := ValidName(name); bad != "" {
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
	if !has && p.lab.Find(name) == nil && slices.Contains(strings.Split(linkOptions, ", "), name) {
		p.fail(at, quote(name)+" is no node, but an option, which stands behind the two ends of a link")
		return nil, nil
	}
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
	if len(rest) > 0 {
		if _, err := netip.ParseAddr(rest[0]); err == nil && p.lab.Find(rest[0]) == nil {
			p.fail(at, quote(rest[0])+" lacks the length of its prefix: ADDR/LEN")
			return nil, nil
		}
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

// line reads: [start | check [not]] NODE: COMMAND...
func (p *parser) line(s Stmt) {
	doing, words := Do, s.Words
	switch words[0] {
	case "start":
		doing, words = Start, words[1:]
	case "check":
		doing, words = Check, words[1:]
		if len(words) > 0 && words[0] == "not" {
			doing, words = CheckNot, words[1:]
		}
	}
	if len(words) == 0 || !strings.HasSuffix(words[0], ":") {
		p.fail(s.At, s.Words[0]+" takes NODE: COMMAND...")
		return
	}
	name := strings.TrimSuffix(words[0], ":")
	n := p.lab.Find(name)
	if name == HostName {
		n = p.node(s.At, name)
	}
	switch {
	case n == nil:
		p.fail(s.At, "no node is called "+quote(name))
	case len(words) == 1:
		p.fail(s.At, "a command is missing behind "+quote(words[0]))
	default:
		l := &Line{At: s.At, Node: n, Doing: doing, Words: words[1:]}
		// What changes another node is a line of that one: it is tried, compared and done
		// again as one.
		if w := l.Words; doing == Do && len(w) > 3 && l.enters() && (w[1] == "-n" || w[1] == "-netns") {
			if other := p.lab.Find(w[2]); other != nil {
				l.Node, l.Words = other, slices.Concat(w[:1], w[3:])
			}
		}
		p.lab.Lines = append(p.lab.Lines, l)
	}
}
