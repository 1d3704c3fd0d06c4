// Package netconfcmd is "ip netconf": the settings of the network protocols
// for each device. It departs from iproute2 nowhere.
package netconfcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// header is struct netconfmsg of linux/netconf.h, padded.
type header struct {
	Family uint8
	_      [3]uint8
}

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "show|lst|list", Run: list},
		{Words: "help", Help: usage},
	}
}

// Run is ip netconf.
func Run(e *cli.Env, a *cli.Args) error { return cli.Dispatch(e, a, "netconf", verbs(), list) }

const usage = `Usage: ip netconf show [ dev STRING ]
`

// A setting is one attribute of a device that is on or off.
type setting struct {
	attr      uint16
	key, text string
}

var settings = []setting{
	{uapi.NETCONFA_MC_FORWARDING, "mc_forwarding", "mc_forwarding "},
	{uapi.NETCONFA_PROXY_NEIGH, "proxy_neigh", "proxy_neigh "},
	{uapi.NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, "ignore_routes_with_linkdown", "ignore_routes_with_linkdown "},
	{uapi.NETCONFA_INPUT, "input", "input "},
}

// Print writes the settings of one device.
func Print(e *cli.Env, m rtnl.Message) error { return printFor(e, m, 0) }

// printFor writes the settings if they are of the device only, or of any if
// that is 0.
func printFor(e *cli.Env, m rtnl.Message, only uint32) error {
	h, attrs := rtnl.View[header](m.Body)
	if h == nil || m.Type != unix.RTM_NEWNETCONF && m.Type != unix.RTM_DELNETCONF {
		return nil
	}
	var tb [uapi.NETCONFA_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	index := rtnl.U32(tb[uapi.NETCONFA_IFINDEX])
	if only != 0 && index != only {
		return nil
	}
	p := e.Pen
	e.Head("[NETCONF]")
	p.OpenObject("")
	if m.Type == unix.RTM_DELNETCONF {
		p.Flag("deleted", "Deleted ")
	}
	p.Str("family", "", cli.FamilyName(h.Family), " ")
	if tb[uapi.NETCONFA_IFINDEX] != nil {
		p.ColorStr(show.Ifname, "interface", "", deviceName(e, int32(index)), " ")
	}
	if v := tb[uapi.NETCONFA_FORWARDING]; v != nil {
		p.OnOff("forwarding", "forwarding ", rtnl.U32(v) != 0, " ")
	}
	if v := tb[uapi.NETCONFA_RP_FILTER]; v != nil {
		printRPFilter(p, rtnl.U32(v))
	}
	for i := range settings {
		if v := tb[settings[i].attr]; v != nil {
			p.OnOff(settings[i].key, settings[i].text, rtnl.U32(v) != 0, " ")
		}
	}
	p.CloseObject()
	p.EndLine()
	return nil
}

// deviceName names a device; two numbers stand for none in particular.
func deviceName(e *cli.Env, index int32) string {
	switch index {
	case uapi.NETCONFA_IFINDEX_ALL:
		return "all"
	case uapi.NETCONFA_IFINDEX_DEFAULT:
		return "default"
	}
	return e.Links.Name(uint32(index))
}

func printRPFilter(p *show.Pen, v uint32) {
	names := [...]string{"off", "strict", "loose"}
	if int64(v) < int64(len(names)) {
		p.Str("rp_filter", "rp_filter ", names[v], " ")
	} else {
		p.Uint("rp_filter", "rp_filter ", uint64(v), " ")
	}
}

// list shows what the filter lets through; words other than dev are stepped
// over.
func list(e *cli.Env, a *cli.Args) error {
	var index uint32
	for a.More() {
		if !a.Match("=dev") {
			a.Skip()
			continue
		}
		dev, err := a.Value()
		if err != nil {
			return err
		}
		if index = e.Links.Index(dev); int32(index) <= 0 {
			return cli.NoSuchDevice(dev)
		}
	}
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	if index != 0 && e.Opt.Family != unix.AF_UNSPEC {
		return getOne(e, index)
	}
	return dump(e, index)
}

// getOne asks for one device in one family. The answer is text, with -j too.
func getOne(e *cli.Env, index uint32) error {
	m := rtnl.New(unix.RTM_GETNETCONF, 0)
	rtnl.Put(m, header{Family: e.Opt.Family})
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
	if err != nil {
		// The kernel's own text is not shown here.
		return cli.Exit(cli.StatusError, "RTNETLINK answers: %s\nDump terminated", cli.Strerror(err))
	}
	return nil
}

func dumpFamily(e *cli.Env, family uint8, index uint32) error {
	m := rtnl.New(unix.RTM_GETNETCONF, 0)
	rtnl.Put(m, header{Family: family})
	e.Pen.Begin()
	defer e.Pen.End()
	return e.Dump(m, func(m rtnl.Message) error {
		if h, _ := rtnl.View[header](m.Body); h == nil || family != unix.AF_UNSPEC && h.Family != family {
			return nil
		}
		return printFor(e, m, index)
	})
}
