// Package neighcmd is "ip neigh", the addresses of neighbours on a link, and
// "ip ntable", the parameters of the tables that hold them. It departs from
// iproute2 nowhere.
package neighcmd

import (
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

var verbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	}},
	{Words: "change|=chg", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWNEIGH, unix.NLM_F_REPLACE)
	}},
	{Words: "replace", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE)
	}},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_DELNEIGH, 0) }},
	{Words: "get", Run: get},
	{Words: "show|lst|list", Run: list},
	{Words: "flush", Run: flush},
	{Words: "help", Help: usage},
}

// Run is ip neigh.
func Run(e *cli.Env, a *cli.Args) error { return cli.Dispatch(e, a, "neigh", verbs, list) }

// states are the states of a neighbour: the words to set them, in the order in
// which abbreviations are tried.
var states = []struct {
	words string
	bit   uint16
}{
	{"permanent", unix.NUD_PERMANENT}, {"reachable", unix.NUD_REACHABLE}, {"=noarp", unix.NUD_NOARP},
	{"=none", unix.NUD_NONE}, {"=stale", unix.NUD_STALE}, {"=incomplete", unix.NUD_INCOMPLETE},
	{"=delay", unix.NUD_DELAY}, {"=probe", unix.NUD_PROBE}, {"failed", unix.NUD_FAILED},
}

// parseState reads the name of a state, or the number of one bit or none.
func parseState(s string) (uint16, bool) {
	for _, st := range states {
		if cli.Match(st.words, s) {
			return st.bit, true
		}
	}
	v, ok := cli.ParseUint(s, 0, 32)
	return uint16(v), ok && v < 0x100 && v&(v-1) == 0
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
