package monitorcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/netnscmd"
	"gip/rulecmd"

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

func records() []record {
	return []record{
		{add: unix.RTM_NEWROUTE, del: unix.RTM_DELROUTE, index: routeIndex},
		{add: unix.RTM_NEWLINK, del: unix.RTM_DELLINK, index: wordIndex, print: remember(nil)},
		{add: unix.RTM_NEWADDR, del: unix.RTM_DELADDR, index: wordIndex},
		{add: unix.RTM_NEWNEIGH, del: unix.RTM_DELNEIGH, get: unix.RTM_GETNEIGH, index: wordIndex},
		{add: unix.RTM_NEWRULE, del: unix.RTM_DELRULE, print: rulecmd.Print},
		{add: unix.RTM_NEWPREFIX, print: printPrefix},
		{add: unix.RTM_NEWNETCONF, del: unix.RTM_DELNETCONF, index: netconfIndex},
		{add: unix.RTM_NEWNSID, del: unix.RTM_DELNSID, print: printNSID},
		{add: uapi.RTM_NEWNEXTHOP, del: uapi.RTM_DELNEXTHOP},
		{add: uapi.RTM_NEWNEXTHOPBUCKET, del: uapi.RTM_DELNEXTHOPBUCKET},
		{add: unix.RTM_NEWADDRLABEL, del: unix.RTM_DELADDRLABEL},
		{add: uapi.RTM_NEWMULTICAST, del: uapi.RTM_DELMULTICAST, index: wordIndex},
		{add: uapi.RTM_NEWANYCAST, del: uapi.RTM_DELANYCAST, index: wordIndex},
		{add: uapi.RTM_NEWSTATS},
		{add: nlmsgTstamp, print: printTstamp},
	}
}

// remember files a link under its name before it is printed.
func remember(print func(*cli.Env, rtnl.Message) error) func(*cli.Env, rtnl.Message) error {
	return func(e *cli.Env, m rtnl.Message) error {
		e.Links.Remember(m)
		if print == nil {
			return nil
		}
		return print(e, m)
	}
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

func routeIndex(m rtnl.Message) uint32 {
	_, attrs := rtnl.View[unix.RtMsg](m.Body)
	return rtnl.U32(rtnl.Find(attrs, unix.RTA_OIF))
}

func netconfIndex(m rtnl.Message) uint32 {
	if len(m.Body) < 4 {
		return 0
	}
	return rtnl.U32(rtnl.Find(m.Body[4:], uapi.NETCONFA_IFINDEX))
}
