package lab

import (
	"errors"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/lab/progress"
	"gip/internal/lab/rights"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// bridgeName is the bridge of a switch.
const bridgeName = "br0"

// A builder makes what a lab says, inside the namespaces of its holder. It runs on a
// thread of its own, which moves from node to node.
type builder struct {
	lab  *Lab
	home vnetns.NsHandle // the holder's network namespace, which has no links
	conn *rtnl.Conn      // in it
	ns   map[*Node]vnetns.NsHandle
	// bridges are the indexes of the switches' bridges.
	bridges  map[*Node]uint32
	second   map[*Node][]*Port // those that join has to do something for
	progress *progress.Line
	quiet    bool              // what is left out of a folder is told elsewhere
	unsure   bool              // what fails may not have failed in a rehearsal, which plays no programs
	shapes   map[*Node][]*Line // what tc does to the packets of their links
	host     int               // the network that the host is, or -1 to make one in its place
	sysctls  sysctls           // where the settings of nodes are written
	began    string            // what lab it is, and since when, as text
}

// netkit is the type of links that have no Ethernet.
const netkit = "netkit"

// fail is a failure to do what a statement says.
func fail(at Pos, what string, err error) error {
	text := strings.TrimSpace(cli.Strerror(err))
	var refused *rtnl.Error
	if errors.As(err, &refused) { // it may say more than its number
		text = refused.Error()
	}
	return &Error{at, what + ": " + text}
}

// newBuilder returns a builder for the thread that calls it. What the lines read in
// /proc is that of their node from then on, not of the process.
func newBuilder(l *Lab) (*builder, error) {
	file.SetPerThread()
	home, err := vnetns.GetFromPath(netns.Thread)
	if err != nil {
		return nil, err
	}
	c, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
	if err != nil {
		home.Close()
		return nil, err
	}
	began, _ := startTime(1) // the holder
	return &builder{lab: l, began: l.Name + began, host: -1, sysctls: sysctls{net: -1}, home: home, conn: c, ns: make(map[*Node]vnetns.NsHandle, len(l.Nodes)),
		progress: progress.New(l.Name), bridges: make(map[*Node]uint32), second: make(map[*Node][]*Port), shapes: l.allShapes()}, nil
}

func (b *builder) close() {
	b.progress.Clear()
	for _, h := range b.ns {
		h.Close()
	}
	b.sysctls.close()
	b.conn.Close()
	b.home.Close()
}

// all makes nodes, links and addresses.
func (b *builder) all() error {
	if len(b.lab.Nodes) == 0 {
		b.ownEtc()
	}
	for i, n := range b.lab.Nodes {
		b.progress.Step("nodes", i, len(b.lab.Nodes))
		if err := b.node(n); err != nil {
			return fail(n.At, quote(n.Name), err)
		}
	}
	for i, l := range b.lab.Links {
		b.progress.Step("links", i, len(b.lab.Links))
		if err := b.newLink(l); err != nil {
			return err
		}
	}
	for i, n := range b.lab.Nodes {
		b.progress.Step("nodes joined", i, len(b.lab.Nodes))
		if err := b.join(n); err != nil {
			return err
		}
	}
	// What they all say to one another as soon as there are bridges takes the time that
	// the nodes need to be ready: they are before that.
	if err := b.settle(anyNode); err != nil {
		return err
	}
	return b.bridgesUp()
}

// newLink makes a link and notes which of its ends is not up yet.
func (b *builder) newLink(l *Link) error {
	if err := b.link(l); err != nil {
		return fail(l.At, l.Type+" of "+l.Ends[0].String()+" and "+l.Ends[1].String(), err)
	}
	_, second := l.order()
	b.second[second.Node] = append(b.second[second.Node], second)
	return nil
}

// String is what a text calls the port.
func (p *Port) String() string { return quote(p.Node.Name + ":" + p.Name) }

// node makes a namespace and its handle in /run/netns, what is to be in it before it has
// links, and the files that its programs are to see.
func (b *builder) node(n *Node) error {
	if n.Host && b.host >= 0 {
		return b.handle(n, "/proc/thread-self/fd/"+itoa(b.host))
	}
	switch err := unix.Unshare(unix.CLONE_NEWNET); err {
	case nil:
	case unix.ENOSPC:
		return errors.New("a limit of namespaces is reached: " + rights.LimitNames())
	default:
		return err
	}
	if err := b.handle(n, netns.Thread); err != nil {
		return err
	}
	if err := b.sysctls.set(n); err != nil {
		return err
	}
	err := b.inside(func(c *rtnl.Conn) error {
		if err := c.Do(linkUp(loopback)); err != nil {
			return err
		}
		if n.Kind != Switch {
			return nil
		}
		if err := c.Do(newBridge()); err != nil {
			return err
		}
		index, err := indexOf(c, bridgeName)
		b.bridges[n] = uint32(index)
		return err
	})
	if err != nil {
		return err
	}
	return b.lay(n)
}

// handle gives a namespace the name of a node.
func (b *builder) handle(n *Node, from string) error {
	path := netns.Path(n.Name)
	if err := bindName(from, path); err != nil {
		return err
	}
	h, err := vnetns.GetFromPath(path)
	b.ns[n] = h
	return err
}

// bindName makes a name of a namespace, which must not be there.
func bindName(from, path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	unix.Close(fd)
	return unix.Mount(from, path, "none", unix.MS_BIND, "")
}

// bridgesUp lets the bridges that were made pass packets on. Only when they are up do they
// begin to learn who listens to which group: a bridge that does looks at all of its ports
// again with each that begins to forward.
func (b *builder) bridgesUp() error {
	for _, n := range b.lab.Nodes {
		index := int32(b.bridges[n])
		if index == 0 {
			continue
		}
		err := vnetns.Set(b.ns[n])
		if err == nil {
			err = b.inside(func(c *rtnl.Conn) error {
				if err := c.Do(linkUp(index)); err != nil {
					return err
				}
				return c.Do(snooping(rtnl.Request(unix.RTM_NEWLINK, unix.IfInfomsg{Index: index}), 1))
			})
		}
		if err != nil {
			return fail(n.At, quote(n.Name), err)
		}
	}
	return nil
}

// inside calls f with a connection of the namespace that the thread is in.
func (b *builder) inside(f func(*rtnl.Conn) error) error {
	c, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
	if err != nil {
		return err
	}
	defer c.Close()
	return f(c)
}

// loopback is the index of lo in each namespace.
const loopback = 1

func linkUp(index int32) *rtnl.Msg {
	return rtnl.Request(unix.RTM_NEWLINK, unix.IfInfomsg{Index: index, Flags: unix.IFF_UP, Change: unix.IFF_UP})
}

// newBridge asks for the bridge of a switch. It is not up before all of its ports are
// there: each says of itself to which groups it listens, and of a thousand ports a
// million copies would be made of that.
func newBridge() *rtnl.Msg {
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	rtnl.Put(m, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, bridgeName)
	return snooping(m, 0)
}

// snooping adds to a request for a bridge whether it learns who listens to which group.
func snooping(m *rtnl.Msg, on uint8) *rtnl.Msg {
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, "bridge")
	data := m.Nest(unix.IFLA_INFO_DATA)
	m.U8(unix.IFLA_BR_MCAST_SNOOPING, on)
	m.End(data)
	m.End(info)
	return m
}

// link makes both ends of a link in their namespaces by one message. The first is up
// then, and in the bridge of its switch; what is left of the second, join does: it
// cannot be up before it has a peer. The message is sent from the holder's namespace:
// the kernel looks there whether a name is taken.
func (b *builder) link(l *Link) error {
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	first, second := l.order()
	rtnl.Put(m, unix.IfInfomsg{Flags: unix.IFF_UP, Change: unix.IFF_UP})
	b.putEnd(m, l, first)
	if bridge := b.bridges[first.Node]; bridge != 0 {
		m.U32(unix.IFLA_MASTER, bridge)
	}
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, l.Type)
	data := m.Nest(unix.IFLA_INFO_DATA)
	peer := m.Nest(peerInfo(l.Type))
	rtnl.Put(m, unix.IfInfomsg{})
	b.putEnd(m, l, second)
	m.End(peer)
	m.End(data)
	m.End(info)
	return b.conn.Do(m)
}

// order returns the ends, that of a switch first, and that of the host last.
func (l *Link) order() (first, second *Port) {
	if l.Ends[1].Node.Kind == Switch || l.Ends[0].Node.Host {
		return l.Ends[1], l.Ends[0]
	}
	return l.Ends[0], l.Ends[1]
}

// peerInfo is the attribute that has the other end (linux/veth.h, if_link.h).
func peerInfo(kind string) uint16 {
	if kind == netkit {
		return unix.IFLA_NETKIT_PEER_INFO
	}
	return uapi.VETH_INFO_PEER
}

func (b *builder) putEnd(m *rtnl.Msg, l *Link, p *Port) {
	m.Str(unix.IFLA_IFNAME, p.Name)
	mtu := l.MTU
	if mtu == 0 {
		mtu = 1500 // the kernel's: the port may have had another one
	}
	m.U32(unix.IFLA_MTU, mtu)
	if l.Type != netkit { // which passes packets on, not frames
		m.Bytes(unix.IFLA_ADDRESS, b.mac(p))
	}
	// One queue is what a veth uses, and one for each processor is what it is given to
	// grow: to give them back the kernel waits for all processors, with each link.
	m.U32(unix.IFLA_NUM_TX_QUEUES, 1)
	m.U32(unix.IFLA_NUM_RX_QUEUES, 1)
	m.U32(unix.IFLA_NET_NS_FD, uint32(b.ns[p.Node]))
}

// mac is the address that a port has as long as the lab lasts: nodes that stay go on with
// the one that they know when the port's own is made anew.
func (b *builder) mac(p *Port) string {
	h := newHash
	h.add(b.began)
	h.add(p.String())
	mac := make([]byte, 6)
	for i := range mac {
		mac[i] = byte(h >> (8 * i))
	}
	mac[0] = mac[0]&^1 | 2 // of one host, and not from a maker's range
	return string(mac)
}

// indexOf asks for the index of an interface.
func indexOf(c *rtnl.Conn, name string) (index int32, err error) {
	m := rtnl.LinkNamed(name)
	err = c.Get(m, func(m rtnl.Message) error {
		if ifi, _ := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil {
			index = ifi.Index
		}
		return nil
	})
	return index, err
}

// join does what is left to do of the ports of a node: those that are the second of
// their link are not up yet, and all lack their addresses.
func (b *builder) join(n *Node) error {
	if len(b.second[n]) == 0 && !n.hasAddrs() {
		return nil
	}
	if err := vnetns.Set(b.ns[n]); err != nil {
		return fail(n.At, quote(n.Name), err)
	}
	return b.inside(func(c *rtnl.Conn) error {
		for _, p := range b.second[n] {
			if err := p.trust(); err != nil {
				return fail(p.At, p.String(), err)
			}
			if err := c.Do(b.portUp(p)); err != nil {
				return fail(p.At, p.String(), err)
			}
		}
		for _, p := range n.Ports {
			if err := addresses(c, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// portUp asks for a port to be up, and in the bridge of its switch.
func (b *builder) portUp(p *Port) *rtnl.Msg {
	m := linkUp(0)
	m.Str(unix.IFLA_IFNAME, p.Name)
	if bridge := b.bridges[p.Node]; bridge != 0 {
		m.U32(unix.IFLA_MASTER, bridge)
	}
	return m
}

// addresses gives a port its addresses.
func addresses(c *rtnl.Conn, p *Port) error {
	if len(p.Addrs) == 0 {
		return nil
	}
	index, err := indexOf(c, p.Name)
	if err != nil {
		return fail(p.At, p.String(), err)
	}
	for _, addr := range p.Addrs {
		if err := c.Do(newAddr(index, addr)); err != nil {
			return fail(p.At, addr.String()+" of "+p.String(), err)
		}
	}
	return nil
}

func (n *Node) hasAddrs() bool {
	return slices.ContainsFunc(n.Ports, func(p *Port) bool { return len(p.Addrs) > 0 })
}
