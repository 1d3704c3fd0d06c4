package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/listen"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A watch is what the words of "bridge monitor" ask for. Groups up to 32 are a
// mask; a word for one of them takes back all that was asked for before.
type watch struct {
	mask      uint32
	link      bool
	fdb       bool
	mdb       bool
	vlan, vni bool
	label     bool
	file      *string
}

// allGroups are all that fit the mask but that of traffic control.
const allGroups = ^uint32(1 << (unix.RTNLGRP_TC - 1))

// subject is a word that chooses one kind of event.
func subject(words string, set func(w *watch)) cli.Keyword[*watch] {
	return cli.Keyword[*watch]{Words: words, Parse: func(w *watch, _ *cli.Args) error {
		w.mask = 0
		set(w)
		return nil
	}}
}

func watchWords() []cli.Keyword[*watch] {
	return []cli.Keyword[*watch]{
		{Words: "file", Parse: func(w *watch, a *cli.Args) error { return a.ValueTo(&w.file) }},
		subject("link", func(w *watch) { w.link = true }),
		subject("fdb", func(w *watch) { w.fdb = true }),
		subject("mdb", func(w *watch) { w.mdb = true }),
		subject("vlan", func(w *watch) { w.vlan = true }),
		subject("=vni", func(w *watch) { w.vni = true }),
		{Words: "=all", Parse: func(w *watch, _ *cli.Args) error {
			w.mask, w.vlan, w.vni, w.label = allGroups, true, true, true
			return nil
		}},
		{Words: "help", Parse: func(*watch, *cli.Args) error { return cli.Help() }},
	}
}

var monitorObject = command.Object{Words: "monitor", Usage: monitorUsage, Beyond: true, Run: monitor}

func monitor(c *command.Call) error {
	e, a := c.Env, c.Args
	t := cli.State[tool](e)
	w := &watch{mask: allGroups}
	err := cli.ParseWords(w, a, watchWords(), func(_ *watch, a *cli.Args) error {
		return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "bridge monitor help".`, a.Word())
	})
	if err != nil {
		return err
	}
	e.Heading = func(label string) {
		listen.Stamp(e)
		if w.label {
			e.Pen.Raw(label)
		}
	}
	print := t.eventPrinter(e)
	if w.file != nil {
		return listen.Replay(*w.file, print)
	}
	return w.listen(e, print)
}

func (w *watch) listen(e *cli.Env, print func(rtnl.Message) error) error {
	c, err := listen.Open(unix.NETLINK_ROUTE, rtnl.Options{}, w.groups())
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

// groups are those of the mask.
func (w *watch) groups() uint32 {
	for _, g := range []struct {
		chosen bool
		id     int
	}{{w.link, unix.RTNLGRP_LINK}, {w.fdb, unix.RTNLGRP_NEIGH}, {w.mdb, unix.RTNLGRP_MDB}} {
		if g.chosen {
			w.mask |= 1 << (g.id - 1)
		}
	}
	return w.mask
}

// join joins those that do not fit it.
func (w *watch) join(c *rtnl.Conn) error {
	switch {
	case w.vlan && c.Join(unix.RTNLGRP_BRVLAN) != nil:
		return cli.Exit(cli.StatusError, "Failed to add bridge vlan group to list")
	case w.vni && c.Join(unix.RTNLGRP_TUNNEL) != nil:
		return cli.Exit(cli.StatusError, "Failed to add bridge vni group to list")
	}
	return nil
}

// eventPrinter returns what prints an event by its type. What bridge does not
// know it passes over.
func (t *tool) eventPrinter(e *cli.Env) func(rtnl.Message) error {
	link := newLinkPrinter(e, &t.link)
	fdb := &fdbPrinter{e: e, f: &t.fdb}
	mdb := &mdbPrinter{e: e, f: &t.mdb}
	vlan := t.vlanPrinter(e)
	vni := &vniPrinter{e: e, f: &t.vni}
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
