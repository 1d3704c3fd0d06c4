// Package routecmd is "ip route": it shows, changes, saves and restores the
// routing tables of IPv4, IPv6 and MPLS. It departs from the real tool
// nowhere.
package routecmd

import (
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// Object is ip route.
var Object = command.Object{Words: "route", Usage: usage, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "change|=chg", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_REPLACE},
	{Words: "replace", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "prepend", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_CREATE},
	{Words: "append", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_CREATE | unix.NLM_F_APPEND},
	{Words: "test", Waits: true, Run: modify, Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_EXCL},
	{Words: "delete", Waits: true, Run: modify, Type: unix.RTM_DELROUTE},
	{Words: "list|show|lst", Run: list, Default: true},
	{Words: "get", Run: get, Beyond: true},
	{Words: "flush", Run: flush},
	{Words: "save", Run: save},
	{Words: "restore", Run: restore},
	{Words: "showdump", Run: showdump},
	{Words: "help"},
}, Subjects: []command.Subject{{Word: "route", Groups: []command.Group{
	{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_ROUTE},
	{Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_ROUTE},
	{Family: unix.AF_MPLS, ID: unix.RTNLGRP_MPLS_ROUTE},
}}}, Events: []command.Event{{Types: []uint16{unix.RTM_NEWROUTE, unix.RTM_DELROUTE}, Print: printEvent}}}
