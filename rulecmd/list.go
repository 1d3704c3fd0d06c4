package rulecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/saved"

	"golang.org/x/sys/unix"
)

// dump lists the rules of a family. Flush and save, too, open the output that
// they never write to: with -j they print an empty array.
func dump(e *cli.Env, af uint8, f func(rtnl.Message) error) error {
	m := rtnl.Request(unix.RTM_GETRULE, header{Family: af})
	e.Pen.Begin()
	err := e.Dump(m, f)
	e.Pen.End()
	return err
}

func dumpFailed(err error) error { return cli.DumpError(err, cli.StatusUsage) }

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	s, err := parseSelection(e, a)
	if err != nil {
		return err
	}
	err = dump(e, family(e), func(m rtnl.Message) error {
		if v := view(e, m); v != nil && s.match(v) {
			printRule(v, m.Type)
		}
		return nil
	})
	return dumpFailed(err)
}

// flush deletes the rules that match, one by one while the list is read.
// Rules without a preference number, as the first of all, stay.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	s, err := parseSelection(e, a)
	if err != nil {
		return err
	}
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	del := rtnl.New(unix.RTM_DELRULE, 0)
	protocol := s.Get(field.Slot, unix.FRA_PROTOCOL)
	err = dump(e, family(e), func(m rtnl.Message) error {
		v := view(e, m)
		if v == nil || !s.match(v) || v.Get(0, unix.FRA_PRIORITY) == nil {
			return nil
		}
		if by := v.Get(0, unix.FRA_PROTOCOL); by != nil && protocol != nil && rtnl.U8(by) != rtnl.U8(protocol) {
			return nil
		}
		del.Reset(unix.RTM_DELRULE, 0)
		del.Raw(m.Body)
		return conn.Do(del)
	})
	return dumpFailed(err)
}

var stream = saved.Stream{Magic: 0x71706986, What: "rule", Failed: dumpFailed,
	Status: cli.StatusUsage, Broken: cli.StatusUsage}

func save(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.More() {
		return cli.Fail(`"ip rule save" does not take any arguments.`)
	}
	return stream.Save(e, func(write func(rtnl.Message) error) error { return dump(e, family(e), write) })
}

func restore(c *command.Call) error { return stream.Restore(c.Env) }
