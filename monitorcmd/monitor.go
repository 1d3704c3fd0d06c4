// Package monitorcmd is "ip monitor" and rtmon: it shows what changes, as it
// changes, or writes it to a file that "ip monitor file" shows later.
//
// Records are printed by the rooms that list them. Output is text also with
// -j, as in the real tool.
package monitorcmd

import (
	"errors"
	"fmt"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/listen"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip monitor [ all | OBJECTS ] [ FILE ] [ label ] [ all-nsid ] [ dev DEVICE ]
OBJECTS :=  address | link | mroute | maddress | acaddress | neigh |
            netconf | nexthop | nsid | prefix | route | rule | stats
FILE    := file FILENAME
`

// A watch is what a command line asks for.
type watch struct {
	objects []*command.Object // whose subjects there are
	chosen  []*command.Subject
	file    *string
	label   bool
	allNS   bool

	events []event
	nsid   int32 // where the record that is printed now comes from
}

// An event is a type of message and how it is shown.
type event struct {
	typ uint16
	*command.Event
}

// Object is ip monitor.
var Object = command.Object{
	Words: "monitor", Usage: usage, Beyond: true, Run: run,
	Subjects: []command.Subject{
		{Word: "prefix", Groups: []command.Group{{Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_PREFIX}}},
	},
	Events: []command.Event{
		{Types: []uint16{unix.RTM_NEWPREFIX}, Print: printPrefix},
		{Types: []uint16{listen.Tstamp}, Print: listen.PrintTstamp},
	},
}

// newWatch is a watch of all that these objects tell.
func newWatch(objects []*command.Object) *watch {
	w := &watch{objects: objects, nsid: -1}
	for _, o := range objects {
		for i := range o.Events {
			for _, typ := range o.Events[i].Types {
				w.events = append(w.events, event{typ, &o.Events[i]})
			}
		}
	}
	return w
}

func run(c *command.Call) error {
	e := c.Env
	w := newWatch(c.Applet.Objects)
	if err := w.parse(e, c.Args); err != nil {
		return err
	}
	e.Heading = func(label string) { w.heading(e, label) }
	if w.file != nil {
		return w.replay(e)
	}
	return w.listen(e)
}

func (w *watch) parse(e *cli.Env, a *cli.Args) (err error) {
	for a.More() && err == nil {
		switch {
		case a.Match("file"):
			err = a.ValueTo(&w.file)
		case a.Match("label"):
			w.label = true
		case w.choose(a):
		case a.Match("=all"):
			// The subjects stay those that are named besides, else all.
			w.label = true
		case a.Match("all-nsid"):
			w.allNS = true
		case a.Match("help"):
			return cli.Help()
		case a.Match("=dev"):
			err = w.device(e, a)
		default:
			return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "ip monitor help".`, a.Word())
		}
	}
	return err
}

// choose takes the name of a subject.
func (w *watch) choose(a *cli.Args) bool {
	for _, o := range w.objects {
		for i := range o.Subjects {
			if a.Match(o.Subjects[i].Word) {
				w.chosen = append(w.chosen, &o.Subjects[i])
				return true
			}
		}
	}
	return false
}

func (w *watch) device(e *cli.Env, a *cli.Args) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	if e.Watched = e.Links.Index(name); e.Watched == 0 {
		return cli.InvArg("Device does not exist\n", name)
	}
	return nil
}

// groups are those to be joined, as bits: of the subjects that were chosen, or of all.
func (w *watch) groups(family uint8) (mask uint64) {
	for _, s := range w.chosen {
		mask |= groupsOf(s, family)
	}
	if len(w.chosen) > 0 {
		return mask
	}
	for _, o := range w.objects {
		for i := range o.Subjects {
			mask |= groupsOf(&o.Subjects[i], family)
		}
	}
	return mask
}

func groupsOf(s *command.Subject, family uint8) (mask uint64) {
	for _, g := range s.Groups {
		if g.Family == 0 || family == 0 || g.Family == family {
			mask |= 1 << (g.ID - 1)
		}
	}
	return mask
}

// lateGroups are joined one by one, whether or not they would fit a socket's
// address, and complained about by these names.
var lateGroups = []struct {
	id   int
	name string
}{
	{unix.RTNLGRP_NEXTHOP, "nexthop"}, {unix.RTNLGRP_STATS, "stats"}, {unix.RTNLGRP_IPV4_MCADDR, "ipv4 mcaddr"},
	{unix.RTNLGRP_IPV6_MCADDR, "ipv6 mcaddr"}, {unix.RTNLGRP_IPV6_ACADDR, "ipv6 acaddr"},
}

// join subscribes to late groups. A kernel that does not know one is no error, nor is it
// that there are no statistics for those who did not ask for them alone.
func (w *watch) join(c *rtnl.Conn, groups uint64) error {
	for _, g := range lateGroups {
		if groups>>(g.id-1)&1 == 0 {
			continue
		}
		optional := g.id == unix.RTNLGRP_STATS && len(w.chosen) == 0
		if err := c.Join(g.id); err != nil && !optional && !errors.Is(err, unix.EINVAL) {
			return cli.Exit(cli.StatusError, "Failed to add %s group to list", g.name)
		}
	}
	return nil
}

// listen prints what happens until it is ended.
func (w *watch) listen(e *cli.Env) error {
	groups, opt := w.groups(e.Opt.Family), rtnl.Options{RcvBuf: e.Opt.RcvBuf, AllNS: w.allNS}
	c, err := listen.Open(unix.NETLINK_ROUTE, opt, uint32(groups)&^(1<<(unix.RTNLGRP_NEXTHOP-1)))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := w.join(c, groups); err != nil {
		return err
	}
	// So that a link that goes away still has its name in the messages after its
	// last. This asks on another socket than the one that listens: nothing that
	// happens meanwhile is lost.
	if err := e.LearnLinks(); err != nil {
		return err
	}
	e.NSIDs.Load()
	return listen.Each(e, c, func(m rtnl.Message) error { return w.print(e, m) })
}

// heading writes what stands before a record.
func (w *watch) heading(e *cli.Env, label string) {
	listen.Stamp(e)
	if w.allNS {
		listen.StampNSID(e, w.nsid)
	}
	if w.label {
		e.Pen.Raw(label)
	}
}

// replay prints the records of a file that rtmon wrote.
func (w *watch) replay(e *cli.Env) error {
	return listen.Replay(*w.file, func(m rtnl.Message) error { return w.print(e, m) })
}

// print shows one message, if it is about the device that is watched.
func (w *watch) print(e *cli.Env, m rtnl.Message) error {
	w.nsid = m.NSID
	switch m.Type {
	case unix.NLMSG_ERROR, unix.NLMSG_NOOP, unix.NLMSG_DONE:
		return nil
	}
	if ev := w.find(m); ev != nil {
		if e.Watched != 0 && ev.Device != nil && ev.Device(m) != e.Watched {
			if m.Type == unix.RTM_NEWLINK || m.Type == unix.RTM_DELLINK { // its peer may be watched
				e.Links.Remember(m)
			}
			return nil
		}
		return ev.Print(e, m)
	}
	n := len(m.Body) + unix.SizeofNlMsghdr
	fmt.Fprintf(e.Stderr, "Unknown message: type=0x%08x(%d) flags=0x%08x(%d) len=0x%08x(%d)\n",
		m.Type, m.Type, m.Flags, m.Flags, n, n)
	return nil
}

// find returns the event that a message is, or nil. One that knows it as its own goes
// before what has the same type.
func (w *watch) find(m rtnl.Message) (found *command.Event) {
	for i := range w.events {
		switch ev := &w.events[i]; {
		case ev.typ != m.Type:
		case ev.Mine == nil:
			found = ev.Event
		case ev.Mine(m):
			return ev.Event
		}
	}
	return found
}
