// Package linkcmd is "ip link": it makes, changes, removes and shows links of
// every kind. It departs from iproute2 nowhere on purpose.
//
// Its parts are packages that others use too: kind says what a kind of link is,
// tunnelkind and linkkind have all of them, linkshow prints links, linkstats their
// counters.
package linkcmd

import (
	"gip/internal/cli"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// verbs are the commands of "ip link", in the order in which abbreviations are
// tried.
var verbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	}},
	{Words: "set|change", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_NEWLINK, 0) }},
	{Words: "replace", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_REPLACE)
	}},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_DELLINK, 0) }},
	{Words: "show|lst|list", Run: showLinks},
	{Words: "xstats", Run: xstats},
	{Words: "afstats", Run: afStats},
	{Words: "property", Run: property, Waits: true},
	{Words: "help", Run: help},
}

// Run is the command "ip link".
func Run(e *cli.Env, a *cli.Args) error {
	err := cli.Dispatch(e, a, "link", verbs, showLinks)
	if err == errHelp {
		return usageError()
	}
	return err
}

// help shows the usage of a kind on stdout, or that of the command.
func help(e *cli.Env, a *cli.Args) error {
	k := linkkind.Find(a.Word())
	if k == nil || !k.HasHelp() {
		return usageError()
	}
	e.Pen.Text(k.HelpText(a.Word()))
	return nil
}
