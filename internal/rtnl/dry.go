package rtnl

import (
	"slices"

	"golang.org/x/sys/unix"
)

// A Dry stands in for the kernel where command lines are tried: whether their words
// can be read, without doing anything. It accepts each change, has nothing to list,
// and knows a link of every name, of the kind that an earlier line has made it of. One
// Dry is one network namespace.
type Dry struct {
	// Change, if set, is told each change by rtnetlink.
	Change func(Message)
	// Changed are the families of generic netlink by which something was changed.
	Changed  []string
	families []string // that were asked for
	links    []dryLink
}

// A dryLink is known by its place, from firstDry on.
type dryLink struct {
	name string
	info []byte // IFLA_LINKINFO, as it was made with
}

const firstDry = 2

// Made tells that a link is there before any line.
func (d *Dry) Made(name string) { d.link(name) }

// Remember notes a link that is there, from a message of the kernel's.
func (d *Dry) Remember(m Message) { (&dry{Dry: d}).newLink(m.Body) }

// Name is the name of a link by the index that the Dry gave it, "" if it gave none.
func (d *Dry) Name(index int32) string {
	if at := int(index) - firstDry; at >= 0 && at < len(d.links) {
		return d.links[at].name
	}
	return ""
}

// link is the place of a link of that name.
func (d *Dry) link(name string) int {
	at := slices.IndexFunc(d.links, func(l dryLink) bool { return l.name == name })
	if at < 0 {
		at = len(d.links)
		d.links = append(d.links, dryLink{name: name})
	}
	return at
}

// dry is a connection to a Dry: what it has to say is kept until it is received.
type dry struct {
	*Dry
	protocol int
	replies  [][]byte
}

// dryPort is the port of such a connection.
const dryPort = 1

// write answers the requests in b.
func (d *dry) write(b []byte) {
	for len(b) >= headerLen {
		m, size := ParseHeader(b)
		if size < 0 || headerLen+size > len(b) {
			return
		}
		m.Body = b[headerLen : headerLen+size]
		d.answer(m)
		b = b[min(align(headerLen+size), len(b)):]
	}
}

func (d *dry) answer(m Message) {
	reply := Message{Seq: m.Seq, Pid: dryPort}
	if m.Flags&unix.NLM_F_DUMP == unix.NLM_F_DUMP {
		reply.Type, reply.Flags, reply.Body = unix.NLMSG_DONE, unix.NLM_F_MULTI, make([]byte, 4)
		d.reply(reply)
		return
	}
	if d.Change != nil && d.protocol == unix.NETLINK_ROUTE && (m.Type-unix.RTM_BASE)%4 != 2 { // a GET is the third of four
		d.Change(m)
	}
	var errno unix.Errno
	switch {
	case d.protocol == unix.NETLINK_ROUTE && m.Type == unix.RTM_NEWLINK:
		d.newLink(m.Body)
	case d.protocol == unix.NETLINK_ROUTE && m.Type == unix.RTM_GETLINK:
		reply.Type = unix.RTM_NEWLINK
		reply.Body, errno = d.getLink(m.Body)
	case d.protocol == unix.NETLINK_GENERIC && m.Type == unix.GENL_ID_CTRL:
		reply.Type = unix.GENL_ID_CTRL
		reply.Body = d.family(m.Body)
	case d.protocol == unix.NETLINK_GENERIC && m.Flags&unix.NLM_F_ACK != 0:
		d.change(int(m.Type) - firstFamily)
	}
	if reply.Body != nil {
		d.reply(reply)
		if m.Flags&unix.NLM_F_ACK == 0 {
			return
		}
	}
	body := NE.AppendUint32(nil, uint32(-int32(errno)))
	d.reply(Message{Type: unix.NLMSG_ERROR, Flags: unix.NLM_F_CAPPED, Seq: m.Seq, Pid: dryPort, Body: append(body, zeroHeader[:]...)})
}

func (d *dry) reply(m Message) { d.replies = append(d.replies, m.AppendTo(nil)) }

// next is what is received next.
func (d *dry) next() ([]byte, error) {
	if len(d.replies) == 0 {
		return nil, errEOF
	}
	b := d.replies[0]
	d.replies = d.replies[1:]
	return b, nil
}

// newLink notes of what kind a link is made.
func (d *dry) newLink(body []byte) {
	_, attrs := View[unix.IfInfomsg](body)
	name, info := Str(Find(attrs, unix.IFLA_IFNAME)), Find(attrs, unix.IFLA_LINKINFO)
	if name != "" && info != nil {
		d.links[d.link(name)].info = slices.Clone(info)
	}
}

// getLink is the answer to the question for a link, by index or name.
func (d *dry) getLink(body []byte) ([]byte, unix.Errno) {
	ifi, attrs := View[unix.IfInfomsg](body)
	if ifi == nil {
		return nil, unix.EINVAL
	}
	name := Str(Find(attrs, unix.IFLA_IFNAME))
	if name == "" {
		props := Find(attrs, unix.IFLA_PROP_LIST)
		name = Str(Find(attrs, unix.IFLA_ALT_IFNAME)) + Str(Find(props, unix.IFLA_ALT_IFNAME))
	}
	if name == "default" || name == "all" { // what the kernel has under these names is no link
		return nil, unix.ENODEV
	}
	at := int(ifi.Index) - firstDry
	if name != "" {
		at = d.link(name)
	}
	if at < 0 || at >= len(d.links) {
		return nil, unix.ENODEV
	}
	m := New(0, 0)
	Put(m, unix.IfInfomsg{Type: unix.ARPHRD_ETHER, Index: int32(at + firstDry), Flags: unix.IFF_UP | unix.IFF_BROADCAST | unix.IFF_MULTICAST})
	m.Str(unix.IFLA_IFNAME, d.links[at].name)
	if info := d.links[at].info; info != nil {
		m.Attr(unix.IFLA_LINKINFO, info)
	}
	return m.Body(), 0
}

// firstFamily is the number of the first family that is asked for.
const firstFamily = 32

// family is the answer to the question for a family of generic netlink.
func (d *dry) family(body []byte) []byte {
	_, attrs := View[unix.Genlmsghdr](body)
	name := Str(Find(attrs, unix.CTRL_ATTR_FAMILY_NAME))
	at := slices.Index(d.families, name)
	if at < 0 {
		at = len(d.families)
		d.families = append(d.families, name)
	}
	m := New(0, 0)
	Put(m, unix.Genlmsghdr{Cmd: unix.CTRL_CMD_NEWFAMILY, Version: 2})
	m.U16(unix.CTRL_ATTR_FAMILY_ID, uint16(firstFamily+at))
	return m.Body()
}

func (d *dry) change(family int) {
	if family >= 0 && family < len(d.families) {
		d.Changed = append(d.Changed, d.families[family])
	}
}
