package lab

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"gip/internal/file"
	"gip/internal/lab/rights"
	"gip/internal/netns"
	"gip/internal/rtnl"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// HostName is the node that is no node: the network of whoever makes the lab. The lab has
// a handle of it, makes ends of links in it and runs lines there, and leaves all else as
// it is. In a rehearsal, a node of that name stands in for it.
const HostName = "host"

// RefuseHost tells where a text uses the host, if it does.
func (l *Lab) RefuseHost() error {
	if n := l.Find(HostName); n != nil {
		return &Error{n.At, `"host" is the machine's own network: --host lets a lab of root use it`}
	}
	return nil
}

// MayHost tells why this process may not have a lab use its network, if it may not: it
// takes root of the machine, or of whatever container that is in.
func MayHost() error {
	if !rights.MayWithoutUser() {
		return errors.New("--host takes root: it changes the machine's own network")
	}
	err := netns.Apart(func() error {
		h, err := vnetns.GetFromPath(netns.Thread)
		if err != nil {
			return err
		}
		defer h.Close()
		return vnetns.Set(h) // we are in it, but that asks for the rights
	})
	if err == unix.EPERM {
		return errors.New("--host takes the rights over this network, which belongs to another root than you are")
	}
	return err
}

// Made is how many nodes are made for a lab.
func (l *Lab) Made() int {
	if l.Find(HostName) != nil {
		return len(l.Nodes) - 1
	}
	return len(l.Nodes)
}

// trust has the kernel not look for the addresses of a port of the host on its link, as
// no node does: others may have settings of their own there.
func (p *Port) trust() error {
	if !p.Node.Host {
		return nil
	}
	err := write(unix.AT_FDCWD, "/proc/sys/net/ipv6/conf/"+p.Name+"/accept_dad", "0")
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// outerName is what a node is called outside of the lab.
func (l *Lab) outerName(n *Node) string { return l.Name + "." + n.Name }

// hostPorts are the ends of links that the host has.
func (l *Lab) hostPorts() []*Port {
	if n := l.Find(HostName); n != nil {
		return n.Ports
	}
	return nil
}

// vacant tells what is in the way of the names that a lab is to have outside, but for what
// is old's.
func (l *Lab) vacant(old *Lab) error {
	for _, n := range l.Nodes {
		if path := netns.Path(l.outerName(n)); !n.Host && !old.has(n.Name, "") && file.Exists(path) {
			return &Error{n.At, quote(n.Name) + ": " + path + " is there already"}
		}
	}
	for _, p := range l.hostPorts() {
		if old.has(HostName, p.Name) {
			continue
		}
		there, err := hasLink(p.Name)
		if err != nil {
			return fail(p.At, p.String(), err)
		}
		if there {
			return &Error{p.At, p.String() + ": the machine has an interface of that name already"}
		}
	}
	return nil
}

// has reports whether a lab, if there is one, has a node, and that a port.
func (l *Lab) has(node, port string) bool {
	if l == nil {
		return false
	}
	n := l.Find(node)
	return n != nil && (port == "" || n.port(port) != nil)
}

// hasLink reports whether the network of this thread has an interface.
func hasLink(name string) (there bool, err error) {
	c, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
	if err != nil {
		return false, err
	}
	defer c.Close()
	switch _, err := indexOf(c, name); {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.ENODEV):
		return false, nil
	default:
		return false, err
	}
}

// boundFile tells how netns.RunDir was made, and for each name that was made there the inode
// of its namespace.
const boundFile = "bound"

// bind names the nodes outside. What it is going to make is written down first.
func (r *Running) bind(l *Lab) error {
	made, err := netns.MakeRunDir(func(error) {})
	if err != nil {
		return err
	}
	record := string(made) + "\n"
	root := "/proc/" + itoa(r.pid) + "/root"
	for _, n := range l.Nodes {
		if n.Host {
			continue
		}
		space, ok := netns.SpaceOf(root + netns.Path(n.Name))
		if !ok {
			return fail(n.At, quote(n.Name), unix.ENOENT)
		}
		record += l.outerName(n) + " " + strconv.FormatUint(space.Ino, 10) + "\n"
	}
	if err := r.write(boundFile, record); err != nil {
		return err
	}
	for _, n := range l.Nodes {
		if n.Host {
			continue
		}
		path := netns.Path(l.outerName(n))
		if err := bindName(root+netns.Path(n.Name), path); err != nil {
			return fail(n.At, path, err)
		}
	}
	return nil
}

// IsBound reports whether the lab has names outside.
func (r *Running) IsBound() bool { return file.Exists(r.dir + "/" + boundFile) }

// unbind takes away what a lab has outside: the ends of its links in the host, and the names.
// The namespaces go with them.
func (r *Running) unbind() error {
	text, err := file.Read(r.dir + "/" + boundFile)
	if err != nil {
		return nil
	}
	made, names, _ := strings.Cut(text, "\n")
	for line := range strings.Lines(names) {
		name, space, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if err := r.unbindName(name, space); err != nil {
			return err
		}
	}
	netns.UnmakeRunDir(netns.Making(made))
	return nil
}

// unbindName takes a name away, unless it is another's by now. In a mount namespace that
// does not see what is bound to it, it is a plain file, with which goes what others see.
func (r *Running) unbindName(name, space string) error {
	path := netns.Path(name)
	var dir, st unix.Stat_t
	if unix.Stat(netns.RunDir, &dir) != nil || unix.Lstat(path, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	switch {
	case st.Dev == dir.Dev && st.Size == 0:
	case st.Dev != dir.Dev && strconv.FormatUint(st.Ino, 10) == space:
		if err := r.unlink(path, strings.TrimPrefix(name, r.Name+".")); err != nil {
			return err
		}
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			return pathError("unmount", path, err)
		}
	default:
		return nil
	}
	if err := unix.Unlink(path); err != nil {
		return pathError("remove", path, err)
	}
	return nil
}

// unlink takes away the links of a node whose other end the host has, so that they are gone
// when we say so: the kernel does it later than it ends the node.
func (r *Running) unlink(path, node string) error {
	l, err := r.Lab()
	if err != nil {
		return nil // they go all the same
	}
	return netns.Apart(func() error {
		h, err := vnetns.GetFromPath(path)
		if err != nil {
			return err
		}
		defer h.Close()
		if err := vnetns.Set(h); err != nil {
			return err
		}
		c, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
		if err != nil {
			return err
		}
		defer c.Close()
		for _, k := range l.Links {
			inner, outer := k.order()
			if !outer.Node.Host || inner.Node.Name != node {
				continue
			}
			m := rtnl.Request(unix.RTM_DELLINK, unix.IfInfomsg{})
			m.Str(unix.IFLA_IFNAME, inner.Name)
			if err := c.Do(m); err != nil && !errors.Is(err, unix.ENODEV) {
				return err
			}
		}
		return nil
	})
}

// The time that the kernel has to take away the ends of links whose lab has ended half made.
const vanishing = 2 * time.Second

// vanished waits until the host has none of these any more.
func vanished(ports []*Port) {
	end := time.Now().Add(vanishing)
	for _, p := range ports {
		for {
			if there, err := hasLink(p.Name); err != nil || !there || time.Now().After(end) {
				break
			}
			time.Sleep(pause)
		}
	}
}
