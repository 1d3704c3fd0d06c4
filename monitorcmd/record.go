package monitorcmd

import (
	"gip/addrcmd"
	"gip/addrlabelcmd"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkshow"
	"gip/mroutecmd"
	"gip/neighcmd"
	"gip/netconfcmd"
	"gip/netnscmd"
	"gip/nexthopcmd"
	"gip/routecmd"
	"gip/rulecmd"
	"gip/statscmd"

	"golang.org/x/sys/unix"
)

// A record is a kind of message and how it is printed.
type record struct {
	add, del, get uint16 // message types; 0 if there is none
	// index returns the device that a message is about; nil where "dev" does
	// not choose.
	index func(rtnl.Message) uint32
	print func(*cli.Env, rtnl.Message) error // nil if it cannot be shown yet
}

func records(e *cli.Env, dev uint32) []record {
	routes := routecmd.NewPrinter(e, dev)
	filter := &linkshow.Filter{}
	link := linkshow.NewPrinter(e, filter)
	link.Queue = false
	addr := addrcmd.NewPrinter(e, filter)
	addr.Device = true
	printAddr := func(_ *cli.Env, m rtnl.Message) error { addr.Print(m); return nil }
	return []record{
		{add: unix.RTM_NEWROUTE, del: unix.RTM_DELROUTE, print: func(e *cli.Env, m rtnl.Message) error { return printRoute(e, routes, m) }},
		{add: unix.RTM_NEWLINK, del: unix.RTM_DELLINK, index: wordIndex, print: func(e *cli.Env, m rtnl.Message) error {
			// Under its new name, if it has one.
			e.Links.Remember(m)
			link.Print(m)
			return nil
		}},
		{add: unix.RTM_NEWADDR, del: unix.RTM_DELADDR, index: wordIndex, print: printAddr},
		{add: unix.RTM_NEWNEIGH, del: unix.RTM_DELNEIGH, get: unix.RTM_GETNEIGH, index: wordIndex, print: printNeigh},
		{add: unix.RTM_NEWRULE, del: unix.RTM_DELRULE, print: rulecmd.Print},
		{add: unix.RTM_NEWPREFIX, print: printPrefix},
		{add: unix.RTM_NEWNETCONF, del: unix.RTM_DELNETCONF, index: netconfIndex, print: netconfcmd.Print},
		{add: unix.RTM_NEWNSID, del: unix.RTM_DELNSID, print: printNSID},
		{add: unix.RTM_NEWNEXTHOP, del: unix.RTM_DELNEXTHOP, print: func(e *cli.Env, m rtnl.Message) error {
			routes.Nexthops.Remember(m)
			return nexthopcmd.Print(e, m)
		}},
		{add: unix.RTM_NEWNEXTHOPBUCKET, del: unix.RTM_DELNEXTHOPBUCKET, print: nexthopcmd.PrintBucket},
		{add: unix.RTM_NEWADDRLABEL, del: unix.RTM_DELADDRLABEL, print: addrlabelcmd.Print},
		{add: unix.RTM_NEWMULTICAST, del: unix.RTM_DELMULTICAST, index: wordIndex, print: printAddr},
		{add: unix.RTM_NEWANYCAST, del: unix.RTM_DELANYCAST, index: wordIndex, print: printAddr},
		{add: unix.RTM_NEWSTATS, print: statscmd.Print},
		{add: Tstamp, print: PrintTstamp},
	}
}

// printRoute leaves out what the kernel only remembers for itself.
func printRoute(e *cli.Env, p *routecmd.Printer, m rtnl.Message) error {
	rt, _ := rtnl.View[unix.RtMsg](m.Body)
	switch {
	case rt == nil || rt.Flags&unix.RTM_F_CLONED != 0:
		return nil
	case rt.Family == uapi.RTNL_FAMILY_IPMR || rt.Family == uapi.RTNL_FAMILY_IP6MR:
		return mroutecmd.Print(e, m)
	}
	return p.Print(m)
}

// printNeigh is the one printer whose family is chosen here: all neighbours
// are in one group.
func printNeigh(e *cli.Env, m rtnl.Message) error {
	nd, _ := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil || e.Opt.Family != unix.AF_UNSPEC && e.Opt.Family != nd.Family {
		return nil
	}
	return neighcmd.Print(e, m)
}

func printNSID(e *cli.Env, m rtnl.Message) error {
	netnscmd.PrintID(e, m)
	return nil
}

// wordIndex reads the second word of a family header, where struct ifinfomsg,
// ifaddrmsg and ndmsg have the device.
func wordIndex(m rtnl.Message) uint32 {
	if len(m.Body) < 8 {
		return 0
	}
	return rtnl.U32(m.Body[4:])
}

func netconfIndex(m rtnl.Message) uint32 {
	if len(m.Body) < 4 {
		return 0
	}
	return rtnl.U32(rtnl.Find(m.Body[4:], uapi.NETCONFA_IFINDEX))
}
