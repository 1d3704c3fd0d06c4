// Package linkcmd is "ip link": it makes, changes, removes and shows links of
// every kind. It departs from iproute2 nowhere on purpose.
//
// Its parts are packages that others use too: kind says what a kind of link is,
// tunnelkind and linkkind have all of them, linkshow prints links, linkstats their
// counters.
package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// Object is ip link.
var Object = command.Object{Words: "link", Usage: usage, More: lists, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: modify, Type: unix.RTM_NEWLINK, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "set|change", Waits: true, Run: modify, Type: unix.RTM_NEWLINK},
	{Words: "replace", Waits: true, Run: modify, Type: unix.RTM_NEWLINK, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: modify, Type: unix.RTM_DELLINK},
	{Words: "show|lst|list", Run: showLinks, Default: true},
	{Words: "xstats", Run: xstats},
	{Words: "afstats", Run: afStats},
	{Words: "property", Run: property, Waits: true},
	{Words: "help", Run: help},
}, Subjects: []command.Subject{{Word: "link", Groups: []command.Group{{ID: unix.RTNLGRP_LINK}}}},
	Events: []command.Event{{
		Types: []uint16{unix.RTM_NEWLINK, unix.RTM_DELLINK}, Device: rtnl.HeadIndex, Print: linkshow.PrintEvent,
	}}}

// help shows the usage of a kind on stdout, or that of the command.
func help(c *command.Call) error {
	k := linkkind.Find(c.Word())
	if k == nil || !k.HasHelp() {
		return cli.Help()
	}
	c.Pen.Text(k.HelpText(c.Word()))
	return nil
}
