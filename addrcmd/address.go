// Package addrcmd is "ip address": it adds, changes, removes, flushes, saves
// and shows the addresses of links. It departs from iproute2 nowhere on
// purpose.
package addrcmd

import (
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// Object is ip address.
var Object = command.Object{Words: "address", Usage: usage, More: linkkind.Types, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: change, Type: unix.RTM_NEWADDR, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "change|=chg", Waits: true, Run: change, Type: unix.RTM_NEWADDR, Flags: unix.NLM_F_REPLACE},
	{Words: "replace", Waits: true, Run: change, Type: unix.RTM_NEWADDR, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: change, Type: unix.RTM_DELADDR},
	{Words: "list|show|lst", Run: list, Default: true},
	{Words: "flush", Run: flush},
	{Words: "save", Run: save},
	{Words: "showdump", Run: showDump},
	{Words: "restore", Run: restore},
	{Words: "help"},
}, Subjects: []command.Subject{
	{Word: "address", Groups: []command.Group{
		{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_IFADDR}, {Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_IFADDR},
	}},
	{Word: "maddress", Groups: []command.Group{
		{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_MCADDR}, {Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_MCADDR},
	}},
	{Word: "=acaddress", Groups: []command.Group{{Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_ACADDR}}},
}, Events: []command.Event{{
	Types: []uint16{
		unix.RTM_NEWADDR, unix.RTM_DELADDR, unix.RTM_NEWMULTICAST, unix.RTM_DELMULTICAST,
		unix.RTM_NEWANYCAST, unix.RTM_DELANYCAST,
	},
	Device: rtnl.HeadIndex, Print: printEvent,
}}}

const usage = `Usage: ip address { add | change | replace } IFADDR dev IFNAME [ LIFETIME ] [ CONFFLAG-LIST ]
       ip address del IFADDR dev IFNAME [ mngtmpaddr ]
       ip address [ show ] [ FILTER ]...
       ip address { save | flush } FILTER...
       ip address { showdump | restore }
IFADDR    := PREFIX | ADDR peer PREFIX
             [ broadcast ADDR | broadcast { + | - } ] [ anycast ADDR ] [ label IFNAME ]
             [ scope SCOPE-ID ] [ metric METRIC ] [ proto ADDRPROTO ]
FILTER    := { [ dev ] IFNAME | scope SCOPE-ID | to PREFIX | FLAG-LIST | label LABEL |
               up | down | master DEVICE | nomaster | vrf NAME | type TYPE |
               group GROUP | proto ADDRPROTO | novf }
SCOPE-ID  := { host | link | global | NUMBER }
FLAG-LIST := FLAG...
FLAG      := { permanent | dynamic | secondary | primary | temporary |
               [-]tentative | [-]deprecated | [-]dadfailed | CONFFLAG }
CONFFLAG-LIST := CONFFLAG...
CONFFLAG  := { home | nodad | optimistic | mngtmpaddr | noprefixroute | autojoin }
LIFETIME  := [ valid_lft LFT ] [ preferred_lft LFT ]
LFT       := { forever | SECONDS }
ADDRPROTO := { NAME | NUMBER }
`
