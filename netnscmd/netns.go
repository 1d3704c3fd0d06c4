// Package netnscmd is "ip netns": it makes, lists, removes and enters named
// network namespaces.
//
// It departs from the real tool in one point: a command that is not on PATH
// but that gip serves as is run by gip, so that "netns exec" works in an image
// that holds nothing else.
package netnscmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip netns list
       ip netns add NAME
       ip netns attach NAME PID
       ip netns set NAME NETNSID
       ip [-all] netns delete [ NAME ]
       ip netns identify [ PID ]
       ip netns pids NAME
       ip [-all] netns exec [ NAME ] COMMAND ...
       ip netns monitor
       ip netns list-id [ target-nsid POSITIVE-INT ] [ nsid POSITIVE-INT ]
NETNSID := auto | POSITIVE-INT
`

// Object is ip netns.
var Object = command.Object{Words: "netns", Usage: usage, Before: checkName, Beyond: true, Verbs: []command.Verb{
	{Words: "list|show|lst", Run: list, Default: true},
	{Words: "list-id", Run: listID},
	{Words: "help"},
	{Words: "add", Run: add},
	{Words: "set", Run: set},
	{Words: "delete", Run: remove},
	{Words: "identify", Run: identify},
	{Words: "pids", Run: pids},
	{Words: "exec", Run: exec, Starts: ask},
	{Words: "monitor", Run: monitor},
	{Words: "attach", Run: attach},
}, Subjects: []command.Subject{{Word: "nsid", Groups: []command.Group{{ID: unix.RTNLGRP_NSID}}}},
	Events: []command.Event{{Types: []uint16{unix.RTM_NEWNSID, unix.RTM_DELNSID}, Print: printEvent}}}

// checkName takes the first argument of every verb for a name, whatever it is.
func checkName(c *command.Call) error {
	if words := c.Rest(); len(words) > 1 && !c.Opt.All && !netns.ValidName(words[1]) {
		return cli.Exit(cli.StatusUsage, `Invalid netns name "%s"`, words[1])
	}
	return nil
}

// note passes a remark on to stderr.
func note(e *cli.Env) func(string) {
	return func(text string) { e.Warnf("%s\n", text) }
}

// needName takes the name of a namespace.
func needName(a *cli.Args) (string, error) {
	if !a.More() {
		return "", cli.Fail("No netns name specified")
	}
	netns.Offer(a.Word())
	return a.Value()
}
