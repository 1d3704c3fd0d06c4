package topo

import (
	"slices"

	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// NSName is the name in /run/netns of the namespace that n calls by that number (nsid), as
// "ip link show" has it: "" if it has none. It is known while n is visited
// (Options.Visit), of namespaces that links of n refer to.
//
// The kernel tells the number of a namespace, and not the namespace of a number: ip asks
// for that of each name. In a thousand namespaces that would be a million questions; the
// graph knows whom to ask about.
func (n *Namespace) NSName(id int32) string { return n.ids[id] }

// visitAll calls Visit in all namespaces that could be looked into. One that went away
// meanwhile is left out.
func (r *reader) visitAll() error {
	if r.opt.Visit == nil {
		return nil
	}
	at := r.graph.ends()
	for _, n := range r.graph.Namespaces {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if n.Unseen != "" || r.enter(n) != nil {
			continue
		}
		r.nameIDs(n, at)
		r.opt.Visit(n)
		n.ids = nil
	}
	return nil
}

// nameIDs finds the names of the numbers that links of a namespace have. The one at the
// other end of a link is asked first, then whoever asks, who may well have no name, then
// all others.
func (r *reader) nameIDs(n *Namespace, at map[End][]*Edge) {
	n.ids = map[int32]string{}
	var wanted []int32
	var likely []*Namespace
	for _, l := range n.Links {
		if l.raw.nsid < 0 || l.raw.hidden || slices.Contains(wanted, l.raw.nsid) {
			continue
		}
		wanted = append(wanted, l.raw.nsid)
		for _, e := range at[n.end(l)] {
			if far := r.graph.Find(e.Other(n.end(l)).Namespace); far != nil {
				likely = append(likely, far)
			}
		}
	}
	if len(wanted) == 0 {
		return
	}
	conn, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{Strict: true})
	if err != nil {
		return
	}
	defer conn.Close()
	for _, list := range [...][]*Namespace{likely, r.graph.Namespaces} {
		for _, other := range list {
			if len(wanted) == 0 {
				return
			}
			if i := slices.Index(wanted, nsidIn(conn, other.space)); i >= 0 {
				n.ids[wanted[i]] = other.space.handle()
				wanted = slices.Delete(wanted, i, i+1)
			}
		}
	}
}

// nsidIn is the number by which the namespace of a connection calls another one, or -1.
func nsidIn(conn *rtnl.Conn, other *space) int32 {
	fd, err := other.open()
	if err != nil {
		return -1
	}
	defer unix.Close(fd)
	id := int32(-1)
	q := rtnl.Request(unix.RTM_GETNSID, unix.RtGenmsg{})
	q.U32(unix.NETNSA_FD, uint32(fd))
	_ = conn.Get(q, func(m rtnl.Message) error {
		id = netns.ParseID(m).ID
		return nil
	})
	return id
}

// handle is the name by which ip calls a namespace: of several, the first in the folder.
func (s *space) handle() string {
	switch len(s.names) {
	case 0:
		return ""
	case 1:
		return s.names[0]
	}
	names, _ := netns.Names()
	for _, name := range names {
		if slices.Contains(s.names, name) {
			return name
		}
	}
	return ""
}
