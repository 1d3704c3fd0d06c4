// Package netconfcmd is "ip netconf": the settings of the network protocols
// for each device. It departs from iproute2 nowhere.
package netconfcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// header is struct netconfmsg of linux/netconf.h, padded.
type header struct {
	Family uint8
	_      [3]uint8
}

// Object is ip netconf.
var Object = command.Object{Words: "netconf", Usage: usage, Verbs: []command.Verb{
	{Words: "show|lst|list", Run: list, Reads: &listWords, Default: true},
	{Words: "help"},
}, Subjects: []command.Subject{{Word: "netconf", Groups: []command.Group{
	{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_NETCONF},
	{Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_NETCONF},
	{Family: unix.AF_MPLS, ID: unix.RTNLGRP_MPLS_NETCONF},
}}}, Events: []command.Event{{
	Types: []uint16{unix.RTM_NEWNETCONF, unix.RTM_DELNETCONF}, Device: deviceOf, Print: printAny,
}}}

const usage = `Usage: ip netconf show [ dev STRING ]
`

// netconf is what a device has, in each family.
var netconf = field.Table{Name: "netconf", Rows: []*field.Row{
	{Key: "interface", Attr: uapi.NETCONFA_IFINDEX, Type: &device},
	{Label: "forwarding", Attr: uapi.NETCONFA_FORWARDING, Type: &field.OnOff32},
	{Label: "rp_filter", Attr: uapi.NETCONFA_RP_FILTER, Type: &field.U32, Names: &word.Names{{0, "off"}, {1, "strict"}, {2, "loose"}}},
	{Label: "mc_forwarding", Attr: uapi.NETCONFA_MC_FORWARDING, Type: &field.OnOff32},
	{Label: "proxy_neigh", Attr: uapi.NETCONFA_PROXY_NEIGH, Type: &field.OnOff32},
	{Label: "ignore_routes_with_linkdown", Attr: uapi.NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, Type: &field.OnOff32},
	{Label: "input", Attr: uapi.NETCONFA_INPUT, Type: &field.OnOff32},
}}

// device is a device by name; two numbers stand for none in particular.
var device = field.Type{Size: 4, Form: field.Ifname | field.Str, Append: func(v *field.View, r *field.Row, b []byte, n uint64) []byte {
	switch int32(n) {
	case uapi.NETCONFA_IFINDEX_ALL:
		return append(b, "all"...)
	case uapi.NETCONFA_IFINDEX_DEFAULT:
		return append(b, "default"...)
	}
	return field.AppendDevice(v, r, b, n)
}}

// deviceOf is the device that a message is about.
func deviceOf(m rtnl.Message) uint32 {
	_, attrs := rtnl.View[header](m.Body)
	return rtnl.U32(rtnl.Find(attrs, uapi.NETCONFA_IFINDEX))
}

// printAny writes the settings of one device.
func printAny(e *cli.Env, m rtnl.Message) error { return printFor(e, m, 0) }

// printFor writes the settings if they are of the device only, or of any if
// that is 0.
func printFor(e *cli.Env, m rtnl.Message, only uint32) error {
	h, attrs := rtnl.View[header](m.Body)
	if h == nil || m.Type != unix.RTM_NEWNETCONF && m.Type != unix.RTM_DELNETCONF {
		return nil
	}
	v := field.ViewOf(e, attrs)
	if only != 0 && rtnl.U32(v.Get(0, uapi.NETCONFA_IFINDEX)) != only {
		return nil
	}
	p := e.Pen
	e.Head("[NETCONF]")
	p.OpenObject("")
	if m.Type == unix.RTM_DELNETCONF {
		p.Flag("deleted", "Deleted ")
	}
	p.Str("family", "", cli.FamilyName(h.Family), " ")
	netconf.Show(v)
	p.CloseObject()
	p.EndLine()
	return nil
}

// listWords are what show asks for; other words are stepped over.
var listWords = field.Table{Name: "netconf", Voice: &field.Voice{Unknown: skip}, Rows: []*field.Row{
	{Words: "=dev", In: field.Slot, Type: &anyDevice},
}}

func skip(*field.Call) error { return nil }

// anyDevice is a device that is there.
var anyDevice = field.Type{Size: 4, Scan: func(c *field.Call, _ *field.Row, s string) (uint64, error) {
	if index := c.Env.Links.Index(s); int32(index) > 0 {
		return uint64(index), nil
	}
	return 0, cli.NoSuchDevice(s)
}}

// list shows what the words let through.
func list(c *command.Call) error {
	e := c.Env
	x := c.Reader()
	if err := x.Read(); err != nil {
		return err
	}
	index := rtnl.U32(x.Get(field.Slot, 0))
	if err := e.LearnLinks(); err != nil {
		return err
	}
	if index != 0 && e.Opt.Family != unix.AF_UNSPEC {
		return getOne(e, index)
	}
	return dump(e, index)
}

// getOne asks for one device in one family. The answer is text, with -j too.
func getOne(e *cli.Env, index uint32) error {
	m := rtnl.Request(unix.RTM_GETNETCONF, header{Family: e.Opt.Family})
	m.U32(uapi.NETCONFA_IFINDEX, index)
	err := e.Request(m, func(m rtnl.Message) error { return printFor(e, m, index) })
	if err != nil {
		return &cli.Error{Status: cli.StatusKernel, Err: err, Ends: true}
	}
	return nil
}

// dump lists the devices. Kernels that cannot list all families at once are
// asked for two, which makes two outputs.
func dump(e *cli.Env, index uint32) error {
	err := dumpFamily(e, e.Opt.Family, index)
	if e.Opt.Family == unix.AF_UNSPEC && rtnl.Is(err, unix.EOPNOTSUPP) {
		if err = dumpFamily(e, unix.AF_INET, index); err == nil {
			err = dumpFamily(e, unix.AF_INET6, index)
		}
	}
	if err == nil {
		return nil
	}
	end := &cli.Error{Status: cli.StatusError, Text: "RTNETLINK answers: " + cli.Strerror(err) + "\nDump terminated\n", Ends: true}
	if _, ok := err.(*rtnl.SocketError); ok { // the kernel's own text is not shown here
		end.Err = err
	}
	return end
}

func dumpFamily(e *cli.Env, family uint8, index uint32) error {
	m := rtnl.Request(unix.RTM_GETNETCONF, header{Family: family})
	e.Pen.Begin()
	defer e.Pen.End()
	return e.Dump(m, func(m rtnl.Message) error {
		if h, _ := rtnl.View[header](m.Body); h == nil || family != unix.AF_UNSPEC && h.Family != family {
			return nil
		}
		return printFor(e, m, index)
	})
}
