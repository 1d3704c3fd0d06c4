package lab

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"

	"gip"
	"gip/cmd/gip/list"
	inner "gip/internal/lab"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// A Node is a node of a lab: a host, router or switch.
type Node struct {
	lab  *Lab
	name string
	in   *inner.Inside // nil if the lab has no such node
}

// Name is the name of the node, which is also that of its namespace in the lab: for "ip
// -n NAME" of any node.
func (n *Node) Name() string { return n.name }

// usable tells why the node cannot be used. The lab's mutex is held.
func (n *Node) usable() error {
	switch {
	case n.in == nil:
		return ErrNoNode
	case n.lab.closed:
		return ErrClosed
	}
	return nil
}

// enter moves the calling thread into the node.
func (n *Node) enter() error {
	n.lab.mutex.RLock() // Close has to wait
	defer n.lab.mutex.RUnlock()
	if err := n.usable(); err != nil {
		return err
	}
	return n.in.Enter()
}

// Namespace is the node for a gip.Cmd, or package state: its network, the mounts of the
// lab, in which nodes are named namespaces, and its processes.
func (n *Node) Namespace() gip.Namespace { return gip.EnteredBy(n.enter) }

// Handle is the open network namespace of the node, which Close of the lab closes;
// netns.None() if there is none.
func (n *Node) Handle() netns.NsHandle {
	n.lab.mutex.RLock()
	defer n.lab.mutex.RUnlock()
	if n.usable() != nil {
		return netns.None()
	}
	return n.in.Net
}

// Command returns a command that runs in the node. A name of gip's, such as "ip" or
// "ping", runs within this process, as gip.Command has it. Any other is a program, which
// is a child of this process, and its own commands find gip's on PATH; it is killed when
// the lab is closed.
//
// Run and Start give a *gip.NamespaceError with ErrNoNode or ErrClosed where there is no
// such node, or no lab any more.
func (n *Node) Command(name string, args ...string) *gip.Cmd {
	return n.CommandContext(context.Background(), name, args...)
}

// CommandContext is Command for one that is to end when a context does, see
// gip.CommandContext.
func (n *Node) CommandContext(ctx context.Context, name string, args ...string) *gip.Cmd {
	if list.Applets.Find(name) == nil && name != list.Own.Name() {
		name, args = "ip", append([]string{"netns", "exec", n.name, name}, args...)
	}
	c := gip.CommandContext(ctx, name, args...)
	c.Netns = n.Namespace()
	return c
}

// Do calls f on a thread that is in the node, with the lab's names of namespaces in
// /run/netns and the node's /sys. What f opens and starts is in the node for good: a
// program that it starts by os/exec is, too. Goroutines that f starts are not. If f
// panics, or ends its goroutine as t.FailNow does, so does Do. The error is a
// *gip.NamespaceError where f was not called.
func (n *Node) Do(f func()) error { return n.Namespace().Do(f) }

// Dial connects from the node, as net.Dial does: "tcp", "udp", "unix" and their
// relatives. A host is an address, not a name: nodes have nobody to ask; its zone is a link
// of the node, by name or index. The error is a *net.OpError, or that of Do.
func (n *Node) Dial(network, address string) (net.Conn, error) {
	return n.DialContext(context.Background(), network, address)
}

// DialContext is Dial that ends with a context, for net/http's Transport and others.
func (n *Node) DialContext(ctx context.Context, network, address string) (c net.Conn, err error) {
	err = n.reach("dial", network, address, func(address string) (err error) {
		c, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return c, err
}

// Listen listens in the node, as net.Listen does; for an address, see Dial. A port of 0
// lets the kernel choose. The listener is the caller's to close.
func (n *Node) Listen(network, address string) (l net.Listener, err error) {
	err = n.reach("listen", network, address, func(address string) (err error) {
		l, err = net.Listen(network, address)
		return err
	})
	return l, err
}

// ListenPacket is Listen for packets, as net.ListenPacket has it.
func (n *Node) ListenPacket(network, address string) (c net.PacketConn, err error) {
	err = n.reach("listen", network, address, func(address string) (err error) {
		c, err = net.ListenPacket(network, address)
		return err
	})
	return c, err
}

// reach calls f in the node, with the address as package net can take it there.
func (n *Node) reach(op, network, address string, f func(address string) error) (err error) {
	if err := literal(op, network, address); err != nil {
		return err
	}
	missed := n.Do(func() {
		if address, err = numbered(op, network, address); err == nil {
			err = f(address)
		}
	})
	return cmp.Or(missed, err)
}

// noResolver is what is wrong with a host that is a name.
const noResolver = "nodes of a lab have no resolver, so the host has to be an address"

// literal complains about a host that is a name: it would be asked for outside the node.
func literal(op, network, address string) error {
	if strings.HasPrefix(network, "unix") {
		return nil
	}
	host, _ := hostPort(address)
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return nil
	}
	return &net.OpError{Op: op, Net: network, Err: &net.AddrError{Err: noResolver, Addr: address}}
}

// hostPort parts an address; that of a network without ports is all host.
func hostPort(address string) (host, port string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, ""
	}
	return host, port
}

// numbered is an address whose zone is the index of a link, which it has on the calling
// thread: package net keeps the names that it has seen for a minute, for all namespaces.
func numbered(op, network, address string) (string, error) {
	host, port := hostPort(address)
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Zone() == "" || strings.HasPrefix(network, "unix") {
		return address, nil
	}
	link, err := net.InterfaceByName(addr.Zone())
	if err != nil {
		if _, is := strconv.Atoi(addr.Zone()); is == nil {
			return address, nil
		}
		return "", &net.OpError{Op: op, Net: network, Err: &net.AddrError{Err: "no link has the name of the zone", Addr: address}}
	}
	host = addr.WithZone(strconv.Itoa(link.Index)).String()
	if port == "" {
		return host, nil
	}
	return net.JoinHostPort(host, port), nil
}

// Netlink returns a handle of package netlink in the node, with sockets of the families
// given (unix.NETLINK_…), or of those that the package supports. It is closed when nobody
// has it any more, as an *os.File is; after its own Close, it must not be used: package
// netlink then asks the namespace of the calling thread. The error is that of Do or of the
// system.
func (n *Node) Netlink(families ...int) (h *netlink.Handle, err error) {
	missed := n.Do(func() { h, err = netlink.NewHandle(families...) })
	if missed != nil {
		return nil, missed
	}
	if err == nil {
		runtime.SetFinalizer(h, (*netlink.Handle).Close)
	}
	return h, err
}
