// Package statscmd is "ip stats": it shows the statistics that the kernel has
// in groups, and switches those of hardware on and off. It departs from
// iproute2 nowhere on purpose.
package statscmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// statusInvalid is EINVAL, which the real tool makes its exit status.
const statusInvalid = int(unix.EINVAL)

// invalid is an error of that status with one line of text.
func invalid(text string) error { return &cli.Error{Status: statusInvalid, Text: text + "\n"} }

// Object is ip stats.
var Object = command.Object{Words: "stats", Usage: usage, Unknown: unknown, Verbs: []command.Verb{
	{Run: list, Default: true},
	{Words: "=help", Run: help},
	{Words: "=show", Run: showMore},
	{Words: "=set", Run: set, Waits: true},
}, Subjects: []command.Subject{{Word: "=stats", Groups: []command.Group{{ID: unix.RTNLGRP_STATS}}}},
	Events: []command.Event{{Types: []uint16{unix.RTM_NEWSTATS}, Print: printEvent}}}

// unknown is the usual complaint, but no end of a batch.
func unknown(c *command.Call) error {
	return cli.Fail(`Command "%s" is unknown, try "ip stats help".`, c.Word())
}

// showMore is what the word show asks for: more than its lack, as if by -s.
func showMore(c *command.Call) error {
	stats := c.Opt.Stats
	c.Opt.Stats += 1 + c.Opt.Details
	defer func() { c.Opt.Stats = stats }()
	return list(c)
}

const usage = `Usage: ip stats help
       ip stats show [ dev DEV ] [ group GROUP [ subgroup SUBGROUP [ suite SUITE ] ... ] ... ] ...
       ip stats set dev DEV l3_stats { on | off }
GROUP := { link | xstats | xstats_slave | offload | afstats }
xstats SUBGROUP := { bridge [ suite { stp | mcast | vlan } ] | bond [ suite 802.3ad ] }
xstats_slave SUBGROUP := that of xstats
offload SUBGROUP := { cpu_hit | hw_stats_info | l3_stats }
afstats SUBGROUP := { mpls }
`

func help(c *command.Call) error {
	e := c.Env
	e.Warnf("%s", usage)
	return nil
}

// what is the error of a word that is none.
func what(word string) error { return invalid(`What is "` + word + "\"?\n" + usage[:len(usage)-1]) }

// device reads the value of dev.
func device(a *cli.Args, dev **string) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case *dev != nil:
		return cli.DupArg2("dev", s)
	case !cli.ValidIfname(s):
		return cli.InvArg(`"dev" not a valid ifname`, s)
	}
	*dev = &s
	return nil
}

// set is "ip stats set": hardware counts what passes on layer 3, or does not.
func set(c *command.Call) error {
	e, a := c.Env, c.Args
	var dev *string
	var on, given bool
	for a.More() {
		var err error
		switch {
		case a.Match("=dev"):
			err = device(a, &dev)
		case a.Match("=l3_stats"):
			on, err = toggle(a, given)
			given = true
		case a.Match("=help"):
			return help(c)
		default:
			err = what(a.Word())
		}
		if err != nil {
			return err
		}
	}
	if dev == nil {
		return cli.Exit(cli.StatusUsage, `Not enough information: "dev" argument is required.`)
	}
	if !given {
		return cli.Exit(cli.StatusUsage, "Not enough information: stat type to toggle is required.")
	}
	idx, err := e.Index(*dev)
	if err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_SETSTATS, linkstats.IfStatsMsg{Index: idx})
	value := uint8(0)
	if on {
		value = 1
	}
	m.U8(unix.IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS, value)
	return e.Post(m, cli.Special{})
}

func toggle(a *cli.Args, given bool) (on bool, err error) {
	s, err := a.Value()
	if err != nil {
		return false, err
	}
	if given {
		return false, invalid("A statistics suite to toggle was already given.")
	}
	if on, err = cli.OnOff("l3_stats", s); err != nil {
		err.(*cli.Error).Status = statusInvalid
	}
	return on, err
}
