// Package mroutecmd is "ip mroute": the routes of multicast packets, which a
// routing daemon makes. It departs from iproute2 nowhere.
package mroutecmd

import (
	"errors"
	"strconv"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Object is ip mroute.
var Object = command.Object{Words: "mroute", Usage: usage, Beyond: true, Verbs: []command.Verb{
	{Words: "list|show|lst", Run: list, Reads: &words, Default: true},
	{Words: "help"},
}, Subjects: []command.Subject{{Word: "mroute", Groups: []command.Group{
	{Family: unix.AF_INET, ID: unix.RTNLGRP_IPV4_MROUTE}, {Family: unix.AF_INET6, ID: unix.RTNLGRP_IPV6_MROUTE},
}}}, Events: []command.Event{{
	Types: []uint16{unix.RTM_NEWROUTE, unix.RTM_DELROUTE}, Mine: isMulticast, Print: printEvent,
}}}

const usage = `Usage: ip mroute show [ [ to ] PREFIX ] [ from PREFIX ] [ iif DEVICE ] [ table TABLE_ID ]
TABLE_ID := [ local | main | default | all | NUMBER ]
`

// A filter is what show asks for. The table is sifted by the kernel too.
type filter struct {
	e      *cli.Env
	family uint8 // RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR, or 0 for both
	table  uint32
	iif    uint32
	ends   [2]cli.Prefix
}

// words are those of show, in the order in which abbreviations are tried.
var words = field.Table{Name: "mroute", Voice: &field.Voice{Wrong: cli.InvArg}, Usage: usage, Rows: []*field.Row{
	{Words: "table", Type: &table, Bad: "table id value is invalid\n"},
	{Words: "=iif", In: field.Slot, Type: &field.String},
	{Words: "from", Attr: source, Type: &prefix},
	{Words: "=to", Attr: group, Type: &prefix, Flags: field.Bare},
}}

// The ends of a route.
const (
	source = iota
	group
)

var (
	table  = field.Type{Read: parseTable}
	prefix = field.Type{Parse: parsePrefix}
)

func parseTable(c *field.Call, r *field.Row, s string) error {
	id, ok := c.Env.Tables.RouteTables.Parse(s)
	switch {
	case ok || s == "all":
		c.For.(*filter).table = id
		return nil
	case s == "help":
		return cli.Help()
	}
	return c.Wrong(r, s)
}

func parsePrefix(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	if err == nil {
		c.For.(*filter).ends[r.Attr], err = cli.ParsePrefix(s, c.Env.Opt.Family)
	}
	return err
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	f := &filter{e: e}
	switch e.Opt.Family {
	case unix.AF_UNSPEC, unix.AF_INET:
		// IPv4 lists one table by default, as before there were several.
		f.family, f.table = uapi.RTNL_FAMILY_IPMR, unix.RT_TABLE_DEFAULT
	case unix.AF_INET6:
		f.family = uapi.RTNL_FAMILY_IP6MR
	default:
		return nil
	}
	x := field.NewCall(e, a, &words)
	x.For = f
	if err := x.Read(); err != nil {
		return err
	}
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	if dev := x.Get(field.Slot, 0); dev != nil {
		var err error
		if f.iif, err = e.Index(rtnl.Str(dev)); err != nil {
			return err
		}
	}
	m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: f.family})
	if f.table != 0 {
		m.U32(unix.RTA_TABLE, f.table)
	}
	e.Pen.Begin()
	err := e.Dump(m, f.print)
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

// isMulticast tells these routes from others, and from what the kernel only remembers
// for itself.
func isMulticast(m rtnl.Message) bool {
	rt, _ := rtnl.View[unix.RtMsg](m.Body)
	return rt != nil && rt.Flags&unix.RTM_F_CLONED == 0 && (rt.Family == uapi.RTNL_FAMILY_IPMR || rt.Family == uapi.RTNL_FAMILY_IP6MR)
}

// printEvent writes one multicast route.
func printEvent(e *cli.Env, m rtnl.Message) error { return (&filter{e: e}).print(m) }

// A route is one message taken apart.
type route struct {
	unix.RtMsg
	tb [unix.RTA_MAX + 1][]byte
}

func (f *filter) print(m rtnl.Message) error {
	h, attrs := rtnl.View[unix.RtMsg](m.Body)
	switch {
	case h == nil || m.Type != unix.RTM_NEWROUTE && m.Type != unix.RTM_DELROUTE:
		return nil
	case h.Type != unix.RTN_MULTICAST:
		return errors.New("Non multicast route received, kernel does support IP multicast?")
	}
	r := route{RtMsg: *h}
	rtnl.Index(r.tb[:], attrs)
	if f.match(&r) {
		r.print(f, m.Type == unix.RTM_DELROUTE)
	}
	return nil
}

func (r *route) table() uint32 {
	if v := r.tb[unix.RTA_TABLE]; v != nil {
		return rtnl.U32(v)
	}
	return uint32(r.Table)
}

func (f *filter) match(r *route) bool {
	switch {
	case f.table != 0 && f.table != r.table(),
		f.iif != 0 && f.iif != rtnl.U32(r.tb[unix.RTA_IIF]),
		f.family != 0 && f.family != r.Family:
		return false
	}
	return f.ends[group].Covers(r.tb[unix.RTA_DST]) && f.ends[source].Covers(r.tb[unix.RTA_SRC])
}

func (r *route) print(f *filter, deleted bool) {
	e, p := f.e, f.e.Pen
	e.Head("[MROUTE]")
	p.OpenObject("")
	if deleted {
		p.Flag("deleted", "Deleted ")
	}
	r.printAddrs(p)
	if iif := rtnl.U32(r.tb[unix.RTA_IIF]); iif != 0 {
		p.ColorStrWidth(show.Ifname, "iif", "", 10, e.Links.Name(iif), " ")
	} else {
		p.Str("iif", "", "unresolved", " ")
	}
	if v := r.tb[unix.RTA_MULTIPATH]; v != nil {
		printOutputs(e, v)
	}
	state := "resolved"
	if r.Flags&unix.RTNH_F_UNRESOLVED != 0 {
		state = "unresolved"
	}
	p.Str("state", " State: ", state, "")
	if r.Flags&unix.RTNH_F_OFFLOAD != 0 {
		p.Null("offload", " offload")
	}
	if e.Opt.Stats > 0 {
		r.printStats(p)
	}
	table := r.table()
	if table != 0 && (table != unix.RT_TABLE_MAIN || e.Opt.Details > 0) && f.table == 0 {
		p.Str("table", " Table: ", e.Tables.RouteTables.Name(table), "")
	}
	p.EndLine()
	p.CloseObject()
}

// printAddrs writes the source and the group.
func (r *route) printAddrs(p *show.Pen) {
	src, dst := r.addr(unix.RTA_SRC), r.addr(unix.RTA_DST)
	if p.JSON() {
		p.JStr("src", src)
		p.JStr("dst", dst)
		return
	}
	p.StrWidth("", "", 32, "("+src+","+dst+")", " Iif: ")
}

// addr is an address in the family that multicast routing stands for.
func (r *route) addr(attr uint16) string {
	v := r.tb[attr]
	if v == nil {
		return "unknown"
	}
	family := uint8(unix.AF_INET)
	if r.Family == uapi.RTNL_FAMILY_IP6MR {
		family = unix.AF_INET6
	}
	return string(cli.AppendAddr(nil, family, v))
}

// printOutputs writes the devices that packets leave by, with the TTL that
// they need.
func printOutputs(e *cli.Env, v []byte) {
	p := e.Pen
	p.OpenArray("multipath")
	for pre := "Oifs: "; ; pre = "" {
		nh, _ := rtnl.View[unix.RtNexthop](v)
		if nh == nil || int(nh.Len) > len(v) || nh.Len < unix.SizeofRtNexthop {
			break
		}
		p.OpenObject("")
		p.Text(pre)
		p.ColorStr(show.Ifname, "oif", "", e.Links.Name(uint32(nh.Ifindex)), "")
		if nh.Hops > 1 {
			p.Uint("ttl", "(ttl ", uint64(nh.Hops), ") ")
		} else {
			p.Text(" ")
		}
		p.CloseObject()
		v = v[min((int(nh.Len)+3)&^3, len(v)):]
	}
	p.CloseArray()
}

// mfcStats is struct rta_mfc_stats of linux/rtnetlink.h.
type mfcStats struct{ Packets, Bytes, WrongIf uint64 }

func (r *route) printStats(p *show.Pen) {
	if s, _ := rtnl.View[mfcStats](r.tb[unix.RTA_MFC_STATS]); s != nil {
		p.NL()
		p.Uint("packets", "  ", s.Packets, " packets,")
		p.Uint("bytes", " ", s.Bytes, " bytes")
		if s.WrongIf != 0 {
			p.Uint("wrong_if", ", ", s.WrongIf, " arrived on wrong iif.")
		}
	}
	if v := r.tb[unix.RTA_EXPIRES]; v != nil {
		// The kernel counts ticks of 10 ms.
		usec := rtnl.U64(v) * 10000
		age := float64(usec/1e6) + float64(usec%1e6)/1e6
		if p.JSON() {
			p.Float("expires", "", age, "")
		} else {
			p.Text(", Age " + strconv.FormatFloat(age, 'f', 2, 64))
		}
	}
}
