// Package topo reads the network of a machine as one graph: all network namespaces
// that can be seen, the links in them with both of their ends, tunnels matched end to
// end, addresses, routes and rules. The graph is one JSON document (docs/topo.md,
// docs/topo.schema.json), and all pictures are drawn from it: text, SVG, DOT, Mermaid.
//
// Nothing here changes anything in the kernel, but for one thing that reading links
// does in any tool: the kernel numbers the namespaces that their other ends are in.
package topo

// Version is that of the JSON document. It grows when a reader of the old form would
// misunderstand the new one; new members alone do not change it.
const Version = 1

// A Graph is the network of a machine, as rtnetlink(7) tells it. Namespaces and links refer to each other by
// name: the names of namespaces are unique in a graph, those of links in a namespace.
type Graph struct {
	Version    int
	Namespaces []*Namespace
	Edges      []*Edge
	// Unseen tells, a sentence each, what could not be looked at.
	Unseen []string
}

// A Namespace is a network namespace with what is in it.
type Namespace struct {
	Name  string
	Inode uint64   // of its file, by which ip and lsns know it
	Names []string // all names it is bound to in /run/netns, if more than Name
	Self  bool     // it is that of whoever read the graph
	// PID and Command are those of the first process in a namespace that no name is
	// bound to; Container is the id of its container.
	PID       int
	Command   string
	Container string
	// Unseen says why it could not be looked into; "" if it was.
	Unseen    string
	Forwards  bool // net.ipv4.ip_forward
	Forwards6 bool // net.ipv6.conf.all.forwarding
	Links     []*Link
	Routes    []*Route
	Rules     []*Rule
	Left      []Left // routes that are only counted

	space *space
	// ids has the names for NSName, while a namespace is visited.
	ids map[int32]string
}

// A Link is a network interface.
type Link struct {
	Index     int       // of its namespace, from 1
	Name      string    // at most 15 bytes
	AltNames  []string  // other names of it, see ip-link(8)
	Kind      string    // as "ip link add type" has it; "" for hardware and lo
	ID        string    // the number that tells links of its kind apart: a VLAN, a VNI, a table
	Type      string    // of hardware: "loopback", "ether", …
	State     string    // as ip shows it: UP, DOWN, LOWERLAYERDOWN, …
	Up        bool      // it was set up
	MTU       int       // bytes
	MAC       string    // "02:00:00:00:00:01"; "" where it is not of 6 bytes
	Master    string    // the bridge, bond, team or VRF that it is a port of
	Lower     string    // the link of the same namespace that it works over
	Options   string    // what sets it apart from others of its kind, as words of "ip link add … type KIND"
	Addresses []Address // IPv4 first
	Floods    []string  // where a VXLAN sends what it has no entry for, beside its remote address
	VLANs     []VLAN    // of a port of a bridge that filters them
	Holders   []Process // that have a tun or tap open

	raw rawLink
}

// An Address is one of a link's.
type Address struct {
	Address string   // with its prefix length
	Peer    string   // the other end's, of a point-to-point address
	Scope   string   // global, link, host, …
	Flags   []string // as words: "noprefixroute", "tentative", …
	Dynamic bool     // the kernel made it, or it expires: it is not configuration
}

// A VLAN is one that a bridge port carries, or a range of them (IEEE 802.1Q, bridge(8)).
type VLAN struct {
	ID       int  // 1 to 4094
	Last     int  // of a range, else 0
	PVID     bool // frames without a tag belong to it
	Untagged bool // frames leave without a tag
}

// A Process is a program that runs.
type Process struct {
	PID     int    // as seen from the PID namespace of whoever read the graph
	Command string // the kernel's name of it, at most 15 bytes (/proc/PID/comm)
}

// A Route is one that somebody set: neither the kernel's own nor of a routing daemon,
// of which only default routes are here.
type Route struct {
	Dst    string // "default" or a prefix
	Family int    // 4 or 6, else the kernel's number
	Table  string // "main", another name, or a number
	Text   string // as "ip route show table all" has it
	Vias   []Via
}

// A Via is a gateway of a route.
type Via struct {
	Address string // without a prefix length
	Dev     string // the link's name
	Owner   End    // of the address; zero if none was found, or not only one
}

// A Rule is a routing rule that somebody set.
type Rule struct {
	Family   int    // 4 or 6
	Priority int    // the lowest is looked at first
	Text     string // as "ip rule show" has it
}

// Left counts the routes of a protocol that were left out.
type Left struct {
	Protocol string // as /etc/iproute2/rt_protos has it: "bird", "zebra", …
	Count    int
}

// An Edge connects two links.
type Edge struct {
	// Type is that of the connection: the kind of link of a pair ("veth"), "lower" for
	// a link that works over one in another namespace, "tunnel".
	Type  string
	Label string // of a tunnel: its kind and number
	A, B  End
}

// An End is a link in a namespace.
type End struct {
	Namespace, Link string
	// Unseen says why the end is not in the graph; Link may still be known.
	Unseen string
}

// Find returns the namespace called name, or nil.
func (g *Graph) Find(name string) *Namespace {
	for _, n := range g.Namespaces {
		if n.Name == name {
			return n
		}
	}
	return nil
}

// Find returns the link called name, or nil.
func (n *Namespace) Find(name string) *Link {
	for _, l := range n.Links {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// end is the end that a link is.
func (n *Namespace) end(l *Link) End { return End{Namespace: n.Name, Link: l.Name} }

// Other returns the end of an edge across from that one.
func (e *Edge) Other(a End) End {
	if e.A == a {
		return e.B
	}
	return e.A
}

// ends are the edges at each link.
func (g *Graph) ends() map[End][]*Edge {
	at := make(map[End][]*Edge, 2*len(g.Edges))
	for _, e := range g.Edges {
		at[e.A] = append(at[e.A], e)
		if e.B != e.A && e.B.Unseen == "" {
			at[e.B] = append(at[e.B], e)
		}
	}
	return at
}

// Keep leaves only the named namespaces in the graph, and the edges that end in one
// of them. It returns a name that none has.
func (g *Graph) Keep(names []string) (unknown string, ok bool) {
	wanted := map[string]bool{}
	for _, name := range names {
		n := g.named(name)
		if n == nil {
			return name, false
		}
		wanted[n.Name] = true
	}
	kept := g.Namespaces[:0:0]
	for _, n := range g.Namespaces {
		if wanted[n.Name] {
			kept = append(kept, n)
		}
	}
	var edges []*Edge
	for _, e := range g.Edges {
		if wanted[e.A.Namespace] || wanted[e.B.Namespace] {
			edges = append(edges, e)
		}
	}
	g.Namespaces, g.Edges = kept, edges
	return "", true
}

// named finds a namespace by its name in the graph, by another one that it is bound
// to, or by the number of its process or its inode.
func (g *Graph) named(name string) *Namespace {
	if n := g.Find(name); n != nil {
		return n
	}
	for _, n := range g.Namespaces {
		for _, other := range n.Names {
			if other == name {
				return n
			}
		}
	}
	for _, n := range g.Namespaces {
		if n.PID != 0 && decimal(uint64(n.PID)) == name || decimal(n.Inode) == name {
			return n
		}
	}
	return nil
}
