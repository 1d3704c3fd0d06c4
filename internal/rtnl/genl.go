package rtnl

import (
	"golang.org/x/sys/unix"
)

// NewGenl returns a request for a command of a generic netlink family, whose
// number SetType fills in.
func NewGenl(cmd, version uint8) *Msg {
	m := New(0, 0)
	Put(m, unix.Genlmsghdr{Cmd: cmd, Version: version})
	return m
}

// Family asks the kernel for the number of the generic netlink family name.
func (c *Conn) Family(name string) (uint16, error) {
	m := New(unix.GENL_ID_CTRL, 0)
	Put(m, unix.Genlmsghdr{Cmd: unix.CTRL_CMD_GETFAMILY, Version: 1})
	m.Str(unix.CTRL_ATTR_FAMILY_NAME, name)
	var id uint16
	err := c.Request(m, func(m Message) error {
		if _, rest := View[unix.Genlmsghdr](m.Body); rest != nil {
			id = U16(Find(rest, unix.CTRL_ATTR_FAMILY_ID))
		}
		return nil
	})
	if err == nil && id == 0 {
		err = &Error{Errno: unix.ENOENT}
	}
	return id, err
}

// ErrNoGroups says that a generic netlink family has no multicast group at all.
var ErrNoGroups error = errNoGroups{}

type errNoGroups struct{}

func (errNoGroups) Error() string { return "the family has no multicast groups" }

// JoinGroup subscribes to a multicast group of a generic netlink family, by
// its name.
func (c *Conn) JoinGroup(family uint16, name string) error {
	m := New(unix.GENL_ID_CTRL, 0)
	Put(m, unix.Genlmsghdr{Cmd: unix.CTRL_CMD_GETFAMILY, Version: 1})
	m.U16(unix.CTRL_ATTR_FAMILY_ID, family)
	var id uint32
	err := c.Get(m, func(m Message) error {
		_, attrs := View[unix.Genlmsghdr](m.Body)
		groups := Find(attrs, unix.CTRL_ATTR_MCAST_GROUPS)
		if groups == nil {
			return ErrNoGroups
		}
		for _, group := range Attrs(groups) {
			if string(CStr(Find(group, unix.CTRL_ATTR_MCAST_GRP_NAME))) == name {
				id = U32(Find(group, unix.CTRL_ATTR_MCAST_GRP_ID))
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case id == 0:
		return unix.ENOENT
	}
	return c.Join(int(id))
}
