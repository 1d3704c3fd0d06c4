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
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip monitor [ all | OBJECTS ] [ FILE ] [ label ] [ all-nsid ] [ dev DEVICE ]
OBJECTS :=  address | link | mroute | maddress | acaddress | neigh |
            netconf | nexthop | nsid | prefix | route | rule | stats
FILE    := file FILENAME
`

// A group is a multicast group of rtnetlink, and the family whose -4, -6 or
// -M leaves it in.
type group struct {
	family uint8
	id     int
}

// A subject is something that can be watched.
type subject struct {
	words  string // see cli.Match
	groups []group
}

// subjects of ip monitor, in the order in which abbreviations are tried.
var subjects = []subject{
	{"link", []group{{0, unix.RTNLGRP_LINK}}},
	{"address", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_IFADDR}, {unix.AF_INET6, unix.RTNLGRP_IPV6_IFADDR}}},
	{"maddress", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_MCADDR}, {unix.AF_INET6, unix.RTNLGRP_IPV6_MCADDR}}},
	{"=acaddress", []group{{unix.AF_INET6, unix.RTNLGRP_IPV6_ACADDR}}},
	{"route", []group{
		{unix.AF_INET, unix.RTNLGRP_IPV4_ROUTE}, {unix.AF_INET6, unix.RTNLGRP_IPV6_ROUTE}, {unix.AF_MPLS, unix.RTNLGRP_MPLS_ROUTE},
	}},
	{"mroute", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_MROUTE}, {unix.AF_INET6, unix.RTNLGRP_IPV6_MROUTE}}},
	{"prefix", []group{{unix.AF_INET6, unix.RTNLGRP_IPV6_PREFIX}}},
	{"neigh", []group{{0, unix.RTNLGRP_NEIGH}}},
	{"netconf", []group{
		{unix.AF_INET, unix.RTNLGRP_IPV4_NETCONF}, {unix.AF_INET6, unix.RTNLGRP_IPV6_NETCONF}, {unix.AF_MPLS, unix.RTNLGRP_MPLS_NETCONF},
	}},
	{"rule", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_RULE}, {unix.AF_INET6, unix.RTNLGRP_IPV6_RULE}}},
	{"nsid", []group{{0, unix.RTNLGRP_NSID}}},
	{"nexthop", []group{{0, unix.RTNLGRP_NEXTHOP}}},
	{"=stats", []group{{0, unix.RTNLGRP_STATS}}},
}

// A watch is what a command line asks for.
type watch struct {
	chosen []subject // none means all
	file   *string
	label  bool
	allNS  bool
	dev    uint32 // 0 means all

	records []record
	nsid    int32 // where the record that is printed now comes from
}

// Object is ip monitor.
var Object = command.Object{Words: "monitor", Usage: usage, Beyond: true, Run: run}

func run(c *command.Call) error {
	e := c.Env
	w := watch{nsid: -1}
	if err := w.parse(e, c.Args); err != nil {
		return err
	}
	w.records = records(e, w.dev)
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
		case w.choose(a, subjects):
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
func (w *watch) choose(a *cli.Args, subjects []subject) bool {
	for _, s := range subjects {
		if a.Match(s.words) {
			w.chosen = append(w.chosen, s)
			return true
		}
	}
	return false
}

func (w *watch) device(e *cli.Env, a *cli.Args) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	if w.dev = e.Links.Index(name); w.dev == 0 {
		return cli.InvArg("Device does not exist\n", name)
	}
	return nil
}

// groups are those to be joined, as bits.
func (w *watch) groups(family uint8) (mask uint64) {
	chosen := w.chosen
	if len(chosen) == 0 {
		chosen = subjects
	}
	for _, s := range chosen {
		for _, g := range s.groups {
			if g.family == 0 || family == 0 || g.family == family {
				mask |= 1 << (g.id - 1)
			}
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

// join subscribes to groups. A kernel that does not know one is no error, nor is it
// that there are no statistics for those who did not ask for them alone.
func (w *watch) join(c *rtnl.Conn, groups uint64) error {
	if err := c.Bind(uint32(groups) &^ (1 << (unix.RTNLGRP_NEXTHOP - 1))); err != nil {
		return cli.NoSocket(err)
	}
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
	c, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{RcvBuf: e.Opt.RcvBuf, AllNS: w.allNS})
	if err != nil {
		return cli.NoSocket(err)
	}
	defer c.Close()
	if err := w.join(c, w.groups(e.Opt.Family)); err != nil {
		return err
	}
	// So that a link that goes away still has its name in the messages after its
	// last. This asks on another socket than the one that listens: nothing that
	// happens meanwhile is lost.
	if err := e.LearnLinks(); err != nil {
		return err
	}
	e.NSIDs.Load()
	return Listen(e, c, func(m rtnl.Message) error { return w.print(e, m) })
}

// Subscribe joins a multicast group of a generic netlink family. The error is
// the text of the real tool; kernel 6.1, for one, has no group for ioam6.
func Subscribe(c *rtnl.Conn, family uint16, group, of string) error {
	err := c.JoinGroup(family, group)
	if err == nil {
		return nil
	}
	why := ""
	if errors.Is(err, rtnl.ErrNoGroups) {
		why, err = "Missing mcast groups TLV\n", unix.ENOENT
	}
	return errors.New(why + "can't subscribe to " + of + ": " + cli.Strerror(err))
}

// Listen gives print what arrives at c, until that fails or c is told to end.
// Each message is written out at once.
func Listen(e *cli.Env, c *rtnl.Conn, print func(rtnl.Message) error) error {
	e.EndListening(c)
	err := c.Listen(
		func(m rtnl.Message) error {
			defer e.Pen.Flush()
			return print(m)
		},
		func(err error) error { complain(e, err); return nil })
	var text *cli.Error
	if err == nil || errors.As(err, &text) {
		return err
	}
	complain(e, err)
	return cli.Silent(cli.StatusKernel)
}

// complain tells what went wrong while listening; after a loss the monitor
// goes on.
func complain(e *cli.Env, err error) { cli.Report(e.Stderr, err) }

// heading writes what stands before a record.
func (w *watch) heading(e *cli.Env, label string) {
	Stamp(e)
	if w.allNS {
		StampNSID(e, w.nsid)
	}
	if w.label {
		e.Pen.Raw(label)
	}
}

// replay prints the records of a file that rtmon wrote.
func (w *watch) replay(e *cli.Env) error {
	return Replay(*w.file, func(m rtnl.Message) error { return w.print(e, m) })
}

// print shows one message, if it is about the device that is watched.
func (w *watch) print(e *cli.Env, m rtnl.Message) error {
	w.nsid = m.NSID
	switch m.Type {
	case unix.NLMSG_ERROR, unix.NLMSG_NOOP, unix.NLMSG_DONE:
		return nil
	}
	for _, r := range w.records {
		if m.Type != r.add && m.Type != r.del && (m.Type != r.get || r.get == 0) {
			continue
		}
		if w.dev != 0 && r.index != nil && r.index(m) != w.dev || r.print == nil {
			return nil
		}
		return r.print(e, m)
	}
	n := len(m.Body) + unix.SizeofNlMsghdr
	fmt.Fprintf(e.Stderr, "Unknown message: type=0x%08x(%d) flags=0x%08x(%d) len=0x%08x(%d)\n",
		m.Type, m.Type, m.Flags, m.Flags, n, n)
	return nil
}
