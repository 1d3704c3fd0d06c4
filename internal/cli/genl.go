package cli

import (
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// genl is the connection to generic netlink, with the numbers of the families
// that were asked for.
type genl struct {
	conn     *rtnl.Conn
	families map[string]uint16
}

// Genl returns the connection to generic netlink and the number of the family
// name; both are kept. A family that the kernel lacks ends the command.
func (e *Env) Genl(name string) (*rtnl.Conn, uint16, error) {
	if err := e.Settle(); err != nil {
		return nil, 0, err
	}
	return e.GenlFamily(name)
}

// GenlFamily is Genl while changes wait: they may have been sent on this
// connection.
func (e *Env) GenlFamily(name string) (*rtnl.Conn, uint16, error) {
	g := &e.genl
	if id, ok := g.families[name]; ok {
		return g.conn, id, nil
	}
	if err := e.Settle(); err != nil {
		return nil, 0, err
	}
	if g.conn == nil {
		c, err := e.Dial(unix.NETLINK_GENERIC)
		if err != nil {
			return nil, 0, err
		}
		g.conn, g.families = c, make(map[string]uint16)
	}
	id, err := g.conn.Family(name)
	if err != nil {
		return nil, 0, &Error{Status: StatusError, Text: "Error talking to the kernel\n", Err: err, Ends: true}
	}
	g.families[name] = id
	return g.conn, id, nil
}

// PostGenl is Post for a change that the family name makes.
func (e *Env) PostGenl(name string, m *rtnl.Msg, as Special) error {
	c, id, err := e.GenlFamily(name)
	if err != nil {
		return err
	}
	m.SetType(id)
	return e.PostOn(c, m, as)
}

// GenlList prints what the family name dumps: print gets the attributes of
// each record and writes it into a JSON object of its own. status is that of a
// dump that fails; with StatusError the real tool exits on the spot. unasked is what it
// says of one that it could not ask for.
func (e *Env) GenlList(name string, m *rtnl.Msg, status int, unasked string, print func(*Env, []byte)) error {
	c, id, err := e.Genl(name)
	if err != nil {
		return err
	}
	m.SetType(id)
	e.Pen.Begin()
	err = c.Dump(m, func(m rtnl.Message) error {
		if genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body); genl != nil && m.Type == id {
			e.Pen.OpenObject("")
			print(e, attrs)
			e.Pen.CloseObject()
		}
		return nil
	})
	if err != nil && status == StatusError {
		e.Pen.Break()
	}
	return DumpError(AskedAs(unasked, err), status)
}
