// Package nexthopcmd is "ip nexthop": gateways and groups of gateways that
// routes refer to by number. It departs from iproute2 nowhere.
package nexthopcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const nhaDstPort = 18 // in no released header yet

// Object is ip nexthop.
var Object = command.Object{Words: "nexthop", Usage: usage, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: modify, Type: unix.RTM_NEWNEXTHOP, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "replace", Waits: true, Run: modify, Type: unix.RTM_NEWNEXTHOP, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: modify, Type: unix.RTM_DELNEXTHOP},
	{Words: "list|show|lst", Run: list, Default: true},
	{Words: "get", Run: get},
	{Words: "flush", Run: flush},
	{Words: "bucket", Verbs: []command.Verb{
		{Words: "list|show|lst", Run: bucketList, Default: true},
		{Words: "get", Run: bucketGet},
		{Words: "help"},
	}},
	{Words: "help"},
}, Subjects: []command.Subject{{Word: "nexthop", Groups: []command.Group{{ID: unix.RTNLGRP_NEXTHOP}}}},
	Events: []command.Event{
		{Types: []uint16{unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP}, Print: printEvent},
		{Types: []uint16{unix.RTM_NEWNEXTHOPBUCKET, unix.RTM_DELNEXTHOPBUCKET}, Print: printBucket},
	}}

// opFlags asks the kernel for the counters that -s shows.
func opFlags(e *cli.Env) uint32 {
	switch e.Opt.Stats {
	case 0:
		return 0
	case 1:
		return uapi.NHA_OP_FLAG_DUMP_STATS
	}
	return uapi.NHA_OP_FLAG_DUMP_STATS | uapi.NHA_OP_FLAG_DUMP_HW_STATS
}

const usage = `Usage: ip nexthop { list | flush } [ protocol ID ] SELECTOR
       ip nexthop { add | replace } id ID NH [ protocol ID ]
       ip nexthop { get | del } id ID
       ip nexthop bucket list BUCKET_SELECTOR
       ip nexthop bucket get id ID index INDEX
SELECTOR := [ id ID ] [ dev DEV ] [ vrf NAME ] [ master DEV ] [ groups ] [ fdb ]
BUCKET_SELECTOR := [ id ID ] [ dev DEV ] [ vrf NAME ] [ master DEV ] [ nhid ID ]
NH := { blackhole |
        [ via ADDRESS | via FAMILY ADDRESS ] [ dev DEV ] [ onlink ]
        [ encap ENCAPTYPE ENCAPHDR ] [ fdb [ dst_port PORT ] ] |
        group GROUP [ fdb ] [ type TYPE [ TYPE_ARGS ] ] }
GROUP := ID[,weight][/ID[,weight]]... [ hw_stats { on | off } ]
TYPE := { mpath | resilient }
TYPE_ARGS := RESILIENT_ARGS
RESILIENT_ARGS := [ buckets BUCKETS ] [ idle_timer IDLE ] [ unbalanced_timer UNBALANCED ]
ENCAPTYPE := { mpls | what "ip route help" tells besides }
ENCAPHDR := MPLSLABEL
`
