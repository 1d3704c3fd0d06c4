// Package routecmd is "ip route": it shows, changes, saves and restores the
// routing tables of IPv4, IPv6 and MPLS. It departs from the real tool
// nowhere.
package routecmd

import (
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// Run serves the words behind "ip route".
func Run(e *cli.Env, a *cli.Args) error {
	return cli.Dispatch(e, a, "route", verbs, list)
}

var verbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	}},
	{Words: "change|=chg", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_REPLACE) }},
	{Words: "replace", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE)
	}},
	{Words: "prepend", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_CREATE) }},
	{Words: "append", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_APPEND)
	}},
	{Words: "test", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_NEWROUTE, unix.NLM_F_EXCL) }},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_DELROUTE, 0) }},
	{Words: "list|show|lst", Run: list},
	{Words: "get", Run: get},
	{Words: "flush", Run: flush},
	{Words: "save", Run: save},
	{Words: "restore", Run: restore},
	{Words: "showdump", Run: showdump},
	{Words: "help", Help: usage},
}
