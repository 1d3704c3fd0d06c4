// Package rulecmd is "ip rule", the list of rules that picks the routing table
// of a packet, and "ip mrule", the same list for multicast routing. It departs
// from iproute2 nowhere.
package rulecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// header is struct fib_rule_hdr of linux/fib_rules.h.
type header struct {
	Family, DstLen, SrcLen, TOS, Table, _, _, Action uint8
	Flags                                            uint32
}

// Places in the header.
const (
	dstLen     = 1
	srcLen     = 2
	headerSize = 12
)

// Full masks, which stand for no mask.
const (
	portMask      = 0xffff
	dscpMask      = 0x3f
	flowlabelMask = 0xfffff
)

var verbs = []command.Verb{
	{Words: "list|lst|show", Run: list, Default: true},
	{Words: "save", Run: save},
	{Words: "restore", Run: restore},
	{Words: "add", Run: add, Waits: true},
	{Words: "delete", Run: del, Waits: true},
	{Words: "flush", Run: flush},
	{Words: "help"},
}

// Object is ip rule.
var Object = command.Object{Words: "rule", Usage: usage, Verbs: verbs,
	Subjects: []command.Subject{{Word: "rule", Groups: []command.Group{
		{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_RULE}, {Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_RULE},
	}}},
	Events: []command.Event{{Types: []uint16{unix.RTM_NEWRULE, unix.RTM_DELRULE}, Print: Print}}}

// Multicast is ip mrule.
var Multicast = command.Object{Words: "mrule", Name: "rule", Usage: usage, Before: multicast, Verbs: verbs}

// multicast turns to the rules of multicast routing, which have families of their
// own.
func multicast(c *command.Call) error {
	switch c.Opt.Family {
	case unix.AF_UNSPEC, unix.AF_INET:
		c.Opt.Family = uapi.RTNL_FAMILY_IPMR
	case unix.AF_INET6:
		c.Opt.Family = uapi.RTNL_FAMILY_IP6MR
	default:
		return cli.Exit(cli.StatusUsage, "Multicast rules are only supported for IPv4/IPv6, was: %d", c.Opt.Family)
	}
	return nil
}

// family is the family to list: IPv4 unless another was given.
func family(e *cli.Env) uint8 {
	if e.Opt.Family == unix.AF_UNSPEC {
		return unix.AF_INET
	}
	return e.Opt.Family
}

const usage = `Usage: ip rule [ list [ SELECTOR ] ]
       ip rule { add | del } SELECTOR ACTION
       ip rule { flush [ SELECTOR ] | save | restore }
SELECTOR := [ not ] [ from PREFIX ] [ to PREFIX ] [ pref NUMBER ] [ tos TOS ]
            [ fwmark FWMARK[/MASK] ] [ iif STRING ] [ oif STRING ] [ l3mdev ]
            [ uidrange NUMBER-NUMBER ] [ ipproto PROTOCOL ] [ tun_id ID ]
            [ sport { NUMBER[/MASK] | NUMBER-NUMBER } ]
            [ dport { NUMBER[/MASK] | NUMBER-NUMBER } ]
            [ dscp DSCP[/MASK] ] [ flowlabel FLOWLABEL[/MASK] ]
ACTION := [ table TABLE_ID ] [ protocol PROTO ] [ realms [SRCREALM/]DSTREALM ]
          [ goto NUMBER | nop | [ type ] TYPE | nat ADDRESS ] SUPPRESSOR
SUPPRESSOR := [ suppress_prefixlength NUMBER ] [ suppress_ifgroup DEVGROUP ]
TABLE_ID := [ local | main | default | NUMBER ]
TYPE := [ unreachable | prohibit | blackhole ]
`
