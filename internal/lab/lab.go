// Package lab makes networks of namespaces from a text: nodes, links between them,
// and lines of commands that run in the nodes.
//
// A lab lives below one process, its holder, which is the first of a PID namespace:
// when that ends, by whatever, the kernel ends all processes of the lab and frees its
// namespaces. Nothing of the machine outside is touched but a folder of state.
package lab

import (
	"net/netip"
	"strconv"
)

// A Lab is what a text says.
type Lab struct {
	Name  string
	From  string  // the file; "" for none, as of standard input
	Nodes []*Node // in the order in which they are named first
	Links []*Link
	Lines []*Line // what runs in the nodes, in order
	Stmts []Stmt  // the text, line by line
	// Bound has the nodes named outside of the lab as well, and lets the text use the
	// network of whoever makes it, which only root may: --host.
	Bound bool
	Brief bool // it ends with this process at the latest
	named map[string]*Node
}

// A Pos is where something stands.
type Pos struct {
	File string
	Line int
}

func (p Pos) String() string { return p.File + ":" + strconv.Itoa(p.Line) }

// A Kind says what a node does beside being one.
type Kind uint8

// The kinds of nodes.
const (
	Plain  Kind = iota
	Router      // forwards IPv4 and IPv6
	Switch      // its ports are in the bridge br0
)

// String is the word of the text for it.
func (k Kind) String() string {
	return [...]string{Plain: "node", Router: "router", Switch: "switch"}[k]
}

// A Node is a network namespace with a name.
type Node struct {
	Name  string
	Kind  Kind
	Ports []*Port
	At    Pos
	// Folder is laid over the root folder of the node; nil if there is none.
	Folder *Folder
	// Internet is where the text lets the node reach what the machine reaches; its line
	// is 0 if it does not.
	Internet Pos
	Host     bool // the network of whoever makes the lab, see HostName
	said     bool // by a statement that gives the kind
	named    map[string]*Port
	free     int // ethN is taken below this N
}

// A Port is an end of a link.
type Port struct {
	Node  *Node
	Name  string // of the interface, of at most 15 bytes
	Addrs []netip.Prefix
	At    Pos
}

// A Link joins two ports.
type Link struct {
	Ends [2]*Port
	MTU  uint32 // 0 for the kernel's
	Type string // of the pair of interfaces: "veth", "netkit"
	// What happens to packets in each direction, as tc's netem has it: how long they
	// take, by how much that varies, how many are lost, in percent, and how many bits
	// may pass in a second. "" for what the kernel does.
	Delay, Jitter, Loss, Rate string
	At                        Pos
}

// A Doing says when a line runs, and what is made of its status.
type Doing uint8

// The doings.
const (
	Do       Doing = iota // once the links are there; a failure ends it all
	Start                 // then, in the background, until the lab ends
	Check                 // when the lab is tested
	CheckNot              // likewise, and has to fail
)

// A Line is a command of a node.
type Line struct {
	At    Pos
	Node  *Node
	Doing Doing
	Words []string
}

// Find returns the node of that name, or nil.
func (l *Lab) Find(name string) *Node { return l.named[name] }

// Names are the names of the nodes.
func (l *Lab) Names() (names []string) {
	for _, n := range l.Nodes {
		names = append(names, n.Name)
	}
	return names
}

// Count is a number with its noun, "1 node" or "3 nodes".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

func itoa(n int) string { return strconv.Itoa(n) }
