package nexthopcmd

import (
	"bytes"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Cache prints nexthops by their number, within routes: each is asked for
// once, on a socket of its own because a dump is going on. The zero Cache is
// empty.
type Cache struct {
	conn *rtnl.Conn
	body map[uint32][]byte // of the kernel's message
}

// Remember keeps the cache true while events arrive.
func (c *Cache) Remember(m rtnl.Message) {
	_, attrs := rtnl.View[unix.Nhmsg](m.Body)
	id := rtnl.U32(rtnl.Find(attrs, unix.NHA_ID))
	switch m.Type {
	case unix.RTM_NEWNEXTHOP:
		if c.body == nil {
			c.body = make(map[uint32][]byte)
		}
		c.body[id] = bytes.Clone(m.Body)
	case unix.RTM_DELNEXTHOP:
		delete(c.body, id)
	}
}

// Print writes the nexthop id behind the text pre, in JSON as the object key.
// It writes nothing if there is none.
func (c *Cache) Print(e *cli.Env, pre, key string, id uint32) {
	body, ok := c.body[id]
	if !ok {
		if err := c.ask(e, id); err != nil {
			cli.Report(e.Stderr, err)
			return
		}
		body = c.body[id]
	}
	v, err := view(e, body)
	if err != nil {
		cli.Report(e.Stderr, err)
		return
	}
	e.Pen.Text(pre)
	e.Pen.OpenObject(key)
	objects.Show(v)
	e.Pen.CloseObject()
}

func (c *Cache) ask(e *cli.Env, id uint32) error {
	if c.conn == nil {
		conn, err := e.Dial(unix.NETLINK_ROUTE)
		if err != nil {
			return err
		}
		c.conn = conn
	}
	return c.conn.Get(getRequest(e, id), func(m rtnl.Message) error {
		c.Remember(m)
		return nil
	})
}
