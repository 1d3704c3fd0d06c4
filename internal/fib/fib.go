// Package fib prints what routes and nexthop objects have in common: flags,
// gateways and realms.
package fib

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// flagNames are the flags of routes (rtm_flags) and nexthops (rtnh_flags,
// nh_flags), in the order in which they print.
var flagNames = word.Names{
	{unix.RTNH_F_DEAD, "dead"},
	{unix.RTNH_F_ONLINK, "onlink"},
	{unix.RTNH_F_PERVASIVE, "pervasive"},
	{unix.RTNH_F_OFFLOAD, "offload"},
	{unix.RTNH_F_TRAP, "trap"},
	{unix.RTM_F_NOTIFY, "notify"},
	{unix.RTNH_F_LINKDOWN, "linkdown"},
	{unix.RTNH_F_UNRESOLVED, "unresolved"},
	{unix.RTM_F_OFFLOAD, "rt_offload"},
	{unix.RTM_F_TRAP, "rt_trap"},
	{unix.RTM_F_OFFLOAD_FAILED, "rt_offload_failed"},
}

// PrintFlags writes the flags of a route or nexthop; JSON always has the array.
func PrintFlags(p *show.Pen, flags uint32) {
	p.OpenArray("flags")
	if flags != 0 {
		for i := range flagNames {
			if flags&uint32(flagNames[i].Val) != 0 {
				p.Str("", "", flagNames[i].Word, " ")
			}
		}
	}
	p.CloseArray()
}

// PrintGateway writes "via ADDRESS " for a gateway of the route's own family.
func PrintGateway(e *cli.Env, family uint8, gw []byte) {
	var buf [64]byte
	e.Pen.Text("via ")
	e.Pen.ColorBytes(show.FamilyColor(family), "gateway", "", e.AppendHost(buf[:0], family, gw), " ")
}

// PrintVia writes "via FAMILY ADDRESS " for a gateway of another family: v is
// a struct rtvia, the family and the address.
func PrintVia(e *cli.Env, v []byte) {
	if len(v) < 2 {
		return
	}
	var buf [64]byte
	family := uint8(rtnl.U16(v))
	e.Pen.OpenObject("via")
	e.Pen.Str("family", "via ", cli.FamilyName(family), " ")
	e.Pen.ColorBytes(show.FamilyColor(family), "host", "", e.AppendHost(buf[:0], family, v[2:]), " ")
	e.Pen.CloseObject()
}

// PrintRealms writes "realm TO " or "realms FROM/TO ".
func PrintRealms(e *cli.Env, v uint32) {
	p, names := e.Pen, e.Tables.Realms
	from, to := v>>16, v&0xffff
	p.OpenObject("flow")
	if from == 0 {
		p.Text("realm ")
	} else {
		p.Text("realms ")
		p.Bytes("from", "", names.Bytes(from), "/")
	}
	p.Bytes("to", "", names.Bytes(to), " ")
	p.CloseObject()
}
