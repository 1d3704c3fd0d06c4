package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/listen"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A watch is what the words of "bridge monitor" ask for, as bits of groups. A word for
// a group takes back that all are meant, but no other group.
type watch struct {
	all    uint32
	chosen uint64
	label  bool
}

// allGroups are all that fit 32 bits but that of traffic control.
const allGroups = ^uint32(1 << (unix.RTNLGRP_TC - 1))

var monitorWords = field.Table{Voice: &field.Voice{Unknown: func(c *field.Call) error {
	return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "bridge monitor help".`, c.Typed)
}}, Rows: []*field.Row{
	{Words: "file", In: field.Slot, Attr: common.SlotFile, Type: &field.Word},
	{Words: "link", Arg: 1 << (unix.RTNLGRP_LINK - 1), Type: &subject},
	{Words: "fdb", Arg: 1 << (unix.RTNLGRP_NEIGH - 1), Type: &subject},
	{Words: "mdb", Arg: 1 << (unix.RTNLGRP_MDB - 1), Type: &subject},
	{Words: "vlan", Arg: 1 << (unix.RTNLGRP_BRVLAN - 1), Type: &subject},
	{Words: "=vni", Arg: 1 << (unix.RTNLGRP_TUNNEL - 1), Type: &subject},
	{Words: "=all", Arg: 1<<(unix.RTNLGRP_BRVLAN-1) | 1<<(unix.RTNLGRP_TUNNEL-1), Type: &field.Type{Parse: parseAll}},
	{Words: "help", Type: &field.Help},
}}

var subject = field.Type{Parse: func(c *field.Call, r *field.Row) error {
	w := c.For.(*watch)
	w.all, w.chosen = 0, w.chosen|r.Arg
	return nil
}}

func parseAll(c *field.Call, r *field.Row) error {
	w := c.For.(*watch)
	w.all, w.chosen, w.label = allGroups, w.chosen|r.Arg, true
	return nil
}

var monitorObject = command.Object{Words: "monitor", Usage: monitorUsage, Beyond: true, Run: monitor}

func monitor(c *command.Call) error {
	e, w := c.Env, &watch{all: allGroups}
	x := field.NewCall(e, c.Args, &monitorWords)
	x.For = w
	if err := x.Read(); err != nil {
		return err
	}
	e.Heading = func(label string) {
		listen.Stamp(e)
		if w.label {
			e.Pen.Raw(label)
		}
	}
	print := printEvents(cli.State[common.Tool](e), e)
	if file, ok := x.Word(field.Slot, common.SlotFile); ok {
		return listen.Replay(file, print)
	}
	return w.listen(e, print)
}

func (w *watch) listen(e *cli.Env, print func(rtnl.Message) error) error {
	c, err := listen.Open(unix.NETLINK_ROUTE, rtnl.Options{}, w.all|uint32(w.chosen))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := w.join(c); err != nil {
		return err
	}
	if err := e.LearnLinks(); err != nil {
		return err
	}
	err = listen.Each(e, c, print)
	return &cli.Error{Status: cli.StatusKernel, Err: err, Ends: true}
}

// join joins those that do not fit 32 bits.
func (w *watch) join(c *rtnl.Conn) error {
	switch {
	case w.chosen>>(unix.RTNLGRP_BRVLAN-1)&1 != 0 && c.Join(unix.RTNLGRP_BRVLAN) != nil:
		return cli.Exit(cli.StatusError, "Failed to add bridge vlan group to list")
	case w.chosen>>(unix.RTNLGRP_TUNNEL-1)&1 != 0 && c.Join(unix.RTNLGRP_TUNNEL) != nil:
		return cli.Exit(cli.StatusError, "Failed to add bridge vni group to list")
	}
	return nil
}

// printEvents returns what prints an event by its type. What bridge does not
// know it passes over.
func printEvents(t *common.Tool, e *cli.Env) func(rtnl.Message) error {
	link := newLinkPrinter(e, &t.Link)
	fdb := &fdbPrinter{e: e, f: &t.Fdb}
	mdb := &mdbPrinter{e: e, f: &t.Mdb}
	vlan := printVlans(t, e)
	vni := &vniPrinter{e: e, f: &t.Vni}
	return func(m rtnl.Message) error {
		switch m.Type {
		case unix.RTM_NEWLINK, unix.RTM_DELLINK:
			return link.print(m)
		case unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH:
			return fdb.print(m)
		case unix.RTM_NEWMDB, unix.RTM_DELMDB:
			return mdb.event(m)
		case unix.RTM_NEWVLAN, unix.RTM_DELVLAN:
			return vlan.print(m)
		case unix.RTM_NEWTUNNEL, unix.RTM_DELTUNNEL:
			return vni.print(m)
		case listen.Tstamp:
			return listen.PrintTstamp(e, m)
		}
		return nil
	}
}
