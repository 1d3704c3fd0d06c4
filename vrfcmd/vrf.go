// Package vrfcmd is "ip vrf": it lists VRFs and runs programs whose sockets
// are bound to one.
//
// The kernel binds them: a program of six BPF instructions, attached to a
// cgroup, sets the device of every socket that a process in it makes. The
// cgroup's path tells which VRF a process is in.
package vrfcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip vrf show [ NAME ]
       ip vrf exec NAME COMMAND ...
       ip vrf identify [ PID ]
       ip vrf pids NAME
`

// Object is ip vrf.
var Object = command.Object{Words: "vrf", Usage: usage, Verbs: []command.Verb{
	{Words: "identify", Run: identify, Beyond: true},
	{Words: "pids", Run: pids, Beyond: true},
	{Words: "exec", Run: exec, Starts: ask},
	{Words: "show|lst|list", Beyond: true, Run: list, Default: true},
	{Words: "help"},
}}

// list prints all VRFs with their tables, or the table of one.
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	switch a.Len() {
	case 0:
		return listAll(e)
	case 1:
		vrf.Offer(e, a.Word())
		return listOne(e, a.Word())
	}
	return cli.Help()
}

// listAll has all VRFs before it prints the first word.
func listAll(e *cli.Env) error {
	m := rtnl.Links(0)
	m.LinkKind(kind)
	var found []link
	err := e.Dump(m, func(m rtnl.Message) error {
		if l := parseLink(m.Body); l.kind == kind { // a kernel that cannot choose by kind sends all links
			found = append(found, l)
		}
		return nil
	})
	if err != nil {
		return cli.DumpError(err, cli.StatusUsage)
	}
	p := e.Pen
	p.Begin()
	p.Text("Name              Table\n-----------------------\n")
	none := true
	for _, l := range found {
		if l.table == 0 {
			e.Warnf("BUG: VRF %s is missing table id\n", l.name)
			continue
		}
		none = false
		p.OpenObject("")
		p.StrWidth("name", "", 16, l.name, "")
		p.UintWidth("table", " ", 5, uint64(l.table), "")
		p.EndLine()
		p.CloseObject()
	}
	if none {
		p.Text("No VRF has been configured\n")
	}
	return nil
}

func listOne(e *cli.Env, name string) error {
	l, err := find(e, name)
	switch {
	case rtnl.Is(err, unix.ENODEV) && name == "default":
		l.table = unix.RT_TABLE_MAIN
	case err == nil && l.kind == kind && l.table == 0:
		e.Warnf("BUG: VRF %s is missing table id\n", name)
	}
	if l.table == 0 {
		return &cli.Error{Status: cli.StatusUsage, Text: "Invalid VRF\n"}
	}
	e.Pen.Raw(name)
	e.Pen.Uint("", " ", uint64(l.table), "\n")
	return nil
}

// kind is what rtnetlink calls a VRF device.
const kind = "vrf"

// A link is what matters here of a device; table is 0 unless it is a VRF.
type link struct {
	index uint32
	name  string
	kind  string
	table uint32
}

func parseLink(body []byte) (l link) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](body)
	if ifi == nil {
		return l
	}
	l.index = uint32(ifi.Index)
	l.name = rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME))
	info := rtnl.Find(attrs, unix.IFLA_LINKINFO)
	l.kind = rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND))
	if l.kind == kind {
		l.table = rtnl.U32(rtnl.Find(rtnl.Find(info, unix.IFLA_INFO_DATA), unix.IFLA_VRF_TABLE))
	}
	return l
}

// find asks for one device by name.
func find(e *cli.Env, name string) (l link, err error) {
	m := rtnl.LinkNamed(name)
	err = e.Get(m, func(m rtnl.Message) error { l = parseLink(m.Body); return nil })
	return l, err
}

// index returns the index of a VRF; 0 if the name is no VRF's.
func index(e *cli.Env, name string) uint32 {
	if l, err := find(e, name); err == nil && l.kind == kind {
		return l.index
	}
	return 0
}
