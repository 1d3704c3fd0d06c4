// Package neighcmd is "ip neigh", the addresses of neighbours on a link, and
// "ip ntable", the parameters of the tables that hold them. It departs from
// iproute2 nowhere.
package neighcmd

import (
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Object is ip neigh.
var Object = command.Object{Words: "neighbor|neighbour", Name: "neigh", Usage: usage, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: modify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "change|=chg", Waits: true, Run: modify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_REPLACE},
	{Words: "replace", Waits: true, Run: modify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: modify, Type: unix.RTM_DELNEIGH},
	{Words: "get", Run: get},
	{Words: "show|lst|list", Run: list, Default: true},
	{Words: "flush", Run: flush},
	{Words: "help"},
}, Subjects: []command.Subject{{Word: "neigh", Groups: []command.Group{{ID: unix.RTNLGRP_NEIGH}}}},
	Events: []command.Event{{
		Types: []uint16{unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH, unix.RTM_GETNEIGH}, Device: rtnl.HeadIndex, Print: printEvent,
	}}}

// states are the words to set the state of a neighbour, in the order in which
// abbreviations are tried.
var states = word.Names{
	{unix.NUD_PERMANENT, "permanent"}, {unix.NUD_REACHABLE, "reachable"}, {unix.NUD_NOARP, "=noarp"},
	{unix.NUD_NONE, "=none"}, {unix.NUD_STALE, "=stale"}, {unix.NUD_INCOMPLETE, "=incomplete"},
	{unix.NUD_DELAY, "=delay"}, {unix.NUD_PROBE, "=probe"}, {unix.NUD_FAILED, "failed"},
}

// parseState reads the name of a state, or the number of one bit or none.
func parseState(s string) (uint16, bool) {
	if state, ok := states.Match(s); ok {
		return uint16(state), true
	}
	v, ok := word.Uint(s, 0, 32)
	return uint16(v), ok && v < 0x100 && v&(v-1) == 0
}

func scanState(c *field.Call, r *field.Row, s string) (uint64, error) {
	state, ok := parseState(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(state), nil
}

const badState = "nud state is bad"

const usage = `Usage: ip neigh [ { show | flush } [ proxy ] [ to PREFIX ] [ dev DEV ] [ nud STATE ]
                 [ master DEV | vrf NAME | nomaster ] [ unused ] [ protocol PROTO ] ]
       ip neigh { add | del | change | replace } { [ to ] ADDR | proxy ADDR } dev DEV
                [ lladdr LLADDR ] [ nud STATE ] [ router ] [ use ] [ managed ]
                [ extern_learn ] [ extern_valid ] [ protocol PROTO ]
       ip neigh get { [ to ] ADDR | proxy ADDR } dev DEV
STATE := { permanent | noarp | reachable | stale | none | incomplete | delay |
           probe | failed }
`
