package nexthopcmd

import (
	"bytes"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A cache has the nexthops that were printed within routes: each is asked for
// once, on a socket of its own because a dump is going on. It lasts for all lines
// of a batch, as with the real tool, which does not see them change there.
type cache struct {
	conn *rtnl.Conn
	body map[uint32][]byte // of the kernel's message
}

func cacheOf(e *cli.Env) *cache { return cli.State[cache](e) }

// remember keeps the cache true while events arrive.
func (c *cache) remember(m rtnl.Message) {
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

// PrintIn writes the nexthop id within a route, behind the text pre, in JSON as the object key.
// It writes nothing if there is none.
func PrintIn(e *cli.Env, pre, key string, id uint32) {
	c := cacheOf(e)
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

func (c *cache) ask(e *cli.Env, id uint32) error {
	if c.conn == nil {
		conn, err := e.Dial(unix.NETLINK_ROUTE)
		if err != nil {
			return err
		}
		c.conn = conn
	}
	return c.conn.Get(getRequest(e, id), func(m rtnl.Message) error {
		c.remember(m)
		return nil
	})
}
