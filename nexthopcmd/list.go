package nexthopcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// selected reads what list or flush ask for.
func selected(e *cli.Env, a *cli.Args) (*field.Call, error) {
	c := field.NewCall(e, a, &selector)
	return c, c.Read()
}

// dump gives the nexthops that the words of c select to each.
func dump(c *field.Call, each func(*field.View) error) error {
	m := request(c, unix.RTM_GETNEXTHOP)
	if flags := opFlags(c.Env); flags != 0 {
		m.U32(uapi.NHA_OP_FLAGS, flags)
	}
	protocol := rtnl.U32(c.Get(field.Slot, slotProtocol))
	return c.Env.Dump(m, func(m rtnl.Message) error {
		if m.Type != unix.RTM_NEWNEXTHOP {
			return nil
		}
		v, err := view(c.Env, m.Body)
		if err != nil || protocol != 0 && protocol != uint32(v.Head[2]) {
			return err
		}
		return each(v)
	})
}

// request is what the words of c ask the kernel for.
func request(c *field.Call, typ uint16) *rtnl.Msg {
	m := rtnl.New(typ, 0)
	c.Get(field.Head, 0)[0] = c.Env.Opt.Family
	c.Encode(m, c.Table)
	return m
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	x, err := selected(e, a)
	if err != nil {
		return err
	}
	if id := x.Get(field.Slot, unix.NHA_ID); id != nil {
		return showOne(e, rtnl.U32(id))
	}
	e.Pen.Begin()
	err = dump(x, func(v *field.View) error {
		printLine(v, false)
		return nil
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusKernel)
}

func getRequest(e *cli.Env, id uint32) *rtnl.Msg {
	m := rtnl.Request(unix.RTM_GETNEXTHOP, unix.Nhmsg{Family: e.Opt.Family})
	m.U32(unix.NHA_ID, id)
	m.U32(uapi.NHA_OP_FLAGS, opFlags(e))
	return m
}

// showOne prints the nexthop id.
func showOne(e *cli.Env, id uint32) error { return getOne(e, getRequest(e, id), printMessage) }

func getOne(e *cli.Env, m *rtnl.Msg, print func(*cli.Env, rtnl.Message) error) error {
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		defer e.Pen.End()
		return print(e, m)
	})
}

func get(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &oneObject)
	if err := x.Read(); err != nil {
		return err
	}
	return showOne(e, uint32(x.Number(&byID)))
}

// flush deletes the nexthops that match, groups first if all are to go: the
// kernel removes a nexthop from the groups that it is in.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	all := !a.More()
	selection, err := selected(e, a)
	if err != nil {
		return err
	}
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	if id := selection.Get(field.Slot, unix.NHA_ID); id != nil {
		if err := deleteNexthop(conn, rtnl.U32(id)); err != nil {
			return &cli.Error{Status: cli.StatusError, Err: err}
		}
		return nil
	}
	n := 0
	if all {
		var groups field.Call
		groups.Begin(e, a, &selector)
		groups.Put(0, unix.NHA_GROUPS, nil)
		n, err = deleteAll(&groups, conn)
	}
	if err == nil {
		var more int
		more, err = deleteAll(selection, conn)
		n += more
	}
	if n == 0 {
		e.Pen.Text("Nothing to flush\n")
	} else {
		e.Pen.Text("Flushed " + strconv.Itoa(n) + " nexthops\n")
	}
	if err != nil {
		return &cli.Error{Status: cli.StatusKernel, Text: "Dump terminated. Failed to flush nexthops\n", Err: err}
	}
	return nil
}

// deleteAll deletes what is selected, on the connection c, and returns how many
// those were. Refusals are reported and do not end it.
func deleteAll(selection *field.Call, c *rtnl.Conn) (deleted int, err error) {
	err = dump(selection, func(v *field.View) error {
		id := rtnl.U32(v.Get(0, unix.NHA_ID))
		if id == 0 {
			return nil
		}
		if err := deleteNexthop(c, id); err != nil {
			cli.Report(v.Env.Stderr, err)
		} else {
			deleted++
		}
		return nil
	})
	return deleted, err
}

func deleteNexthop(c *rtnl.Conn, id uint32) error {
	m := rtnl.Request(unix.RTM_DELNEXTHOP, unix.Nhmsg{})
	m.U32(unix.NHA_ID, id)
	return c.Do(m)
}

func bucketList(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &bucketSelector)
	if err := x.Read(); err != nil {
		return err
	}
	e.Pen.Begin()
	err := e.Dump(request(x, unix.RTM_GETNEXTHOPBUCKET), func(m rtnl.Message) error { return printBucket(e, m) })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusKernel)
}

func bucketGet(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &oneBucket)
	if err := x.Read(); err != nil {
		return err
	}
	return getOne(e, request(x, unix.RTM_GETNEXTHOPBUCKET), printBucket)
}
