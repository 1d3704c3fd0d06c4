package nexthopcmd

import (
	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/fib"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A nexthop is one message taken apart; it refers to the message's memory.
type nexthop struct {
	unix.Nhmsg
	tb [attrMax + 1][]byte
}

// errInvalid is what the real tool says of a message that makes no sense.
func errInvalid() error { return cli.Fail("Error parsing nexthop: Invalid argument") }

// parse reads the body of a message.
func (n *nexthop) parse(body []byte) error {
	h, attrs := rtnl.View[unix.Nhmsg](body)
	if h == nil {
		return errInvalid()
	}
	n.Nhmsg = *h
	rtnl.Index(n.tb[:], attrs)
	if g := n.tb[unix.NHA_GROUP]; g != nil && (len(g) == 0 || len(g)%memberSize != 0) {
		return errInvalid()
	}
	if len(n.tb[unix.NHA_GATEWAY]) > 16 {
		return errInvalid()
	}
	return nil
}

// Print writes one nexthop.
func Print(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWNEXTHOP && m.Type != unix.RTM_DELNEXTHOP {
		return nil
	}
	var n nexthop
	if err := n.parse(m.Body); err != nil {
		return err
	}
	n.printLine(e, m.Type == unix.RTM_DELNEXTHOP)
	return nil
}

func (n *nexthop) printLine(e *cli.Env, deleted bool) {
	e.Head("[NEXTHOP]")
	n.print(e, "", deleted)
	e.Pen.EndLine()
}

// print writes a nexthop without the end of the line: it may stand in a route.
func (n *nexthop) print(e *cli.Env, key string, deleted bool) {
	p, tb := e.Pen, &n.tb
	p.OpenObject(key)
	if deleted {
		p.Flag("deleted", "Deleted ")
	}
	p.Uint("id", "id ", uint64(rtnl.U32(tb[unix.NHA_ID])), " ")
	n.printGroup(p)
	if v := tb[unix.NHA_ENCAP]; v != nil {
		encap.Print(e, tb[unix.NHA_ENCAP_TYPE], v)
	}
	if gw := tb[unix.NHA_GATEWAY]; len(gw) > 0 {
		fib.PrintGateway(e, n.Family, gw)
	}
	if oif := rtnl.U32(tb[unix.NHA_OIF]); oif != 0 {
		p.Text("dev ")
		p.ColorStr(show.Ifname, "dev", "", e.Links.Name(oif), " ")
	}
	n.printRest(e)
	p.CloseObject()
}

func (n *nexthop) printRest(e *cli.Env) {
	p, tb := e.Pen, &n.tb
	details := e.Opt.Details > 0
	if n.Scope != unix.RT_SCOPE_UNIVERSE || details {
		p.Str("scope", "scope ", e.Tables.Scopes.Name(uint32(n.Scope)), " ")
	}
	if tb[unix.NHA_BLACKHOLE] != nil {
		p.Null("blackhole", "blackhole ")
	}
	if n.Protocol != unix.RTPROT_UNSPEC || details {
		p.Str("protocol", "proto ", e.Tables.Protocols.Name(uint32(n.Protocol)), " ")
	}
	fib.PrintFlags(p, n.Flags)
	if tb[uapi.NHA_FDB] != nil {
		p.Null("fdb", "fdb ")
	}
	if v := tb[nhaDstPort]; v != nil {
		p.Uint("dst_port", "dst_port ", uint64(rtnl.Be16(v)), " ")
	}
	if v := tb[uapi.NHA_HW_STATS_ENABLE]; v != nil && (details || e.Opt.Stats > 0) {
		p.OpenObject("hw_stats")
		p.OnOff("enabled", "hw_stats ", rtnl.U32(v) != 0, " ")
		p.OnOff("used", "used ", rtnl.U32(tb[uapi.NHA_HW_STATS_USED]) != 0, " ")
		p.CloseObject()
	}
	if v := tb[uapi.NHA_GROUP_STATS]; v != nil && e.Opt.Stats > 0 {
		printStats(e, v, len(tb[unix.NHA_GROUP])/memberSize)
	}
}

const memberSize = unix.SizeofNexthopGrp

// printGroup writes the members of a group, and what a resilient one has.
func (n *nexthop) printGroup(p *show.Pen) {
	tb := &n.tb
	if group := tb[unix.NHA_GROUP]; group != nil {
		p.OpenArray("group")
		p.Text("group ")
		high := rtnl.U32(tb[uapi.NHA_OP_FLAGS])&uapi.NHA_OP_FLAG_RESP_GRP_RESVD_0 != 0
		for sep := ""; len(group) >= memberSize; sep = "/" {
			var m *unix.NexthopGrp
			m, group = rtnl.View[unix.NexthopGrp](group)
			printMember(p, m, sep, high)
		}
		p.Text(" ")
		p.CloseArray()
	}
	switch typ := rtnl.U16(tb[unix.NHA_GROUP_TYPE]); typ {
	case uapi.NEXTHOP_GRP_TYPE_MPATH:
	case uapi.NEXTHOP_GRP_TYPE_RES:
		p.Str("type", "type ", "resilient", " ")
	default:
		p.Str("type", "type ", "<unknown type>", " ")
	}
	if v := tb[uapi.NHA_RES_GROUP]; v != nil {
		printResilient(p, v)
	}
}

// printMember writes a member. The kernel stores weights less one.
func printMember(p *show.Pen, m *unix.NexthopGrp, sep string, high bool) {
	weight := uint16(m.Weight)
	if high {
		weight |= uint16(m.High) << 8
	}
	weight++
	p.OpenObject("")
	p.Text(sep)
	p.Uint("id", "", uint64(m.Id), "")
	if weight > 1 {
		p.Uint("weight", ",", uint64(weight), "")
	}
	p.CloseObject()
}

func printResilient(p *show.Pen, v []byte) {
	var tb [uapi.NHA_RES_GROUP_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p.OpenObject("resilient_args")
	p.Uint("buckets", "buckets ", uint64(rtnl.U16(tb[uapi.NHA_RES_GROUP_BUCKETS])), " ")
	p.Float("idle_timer", "idle_timer ", seconds(uint64(rtnl.U32(tb[uapi.NHA_RES_GROUP_IDLE_TIMER]))), " ")
	p.Float("unbalanced_timer", "unbalanced_timer ", seconds(uint64(rtnl.U32(tb[uapi.NHA_RES_GROUP_UNBALANCED_TIMER]))), " ")
	p.Float("unbalanced_time", "unbalanced_time ", seconds(rtnl.U64(tb[uapi.NHA_RES_GROUP_UNBALANCED_TIME])), " ")
	p.CloseObject()
}

// seconds converts the kernel's clock ticks of 10 ms.
func seconds(ticks uint64) float64 {
	usec := ticks * 10000
	return float64(usec/1e6) + float64(usec%1e6)/1e6
}

// printStats writes the counters of a group's members, as many as it has.
func printStats(e *cli.Env, v []byte, members int) {
	p := e.Pen
	p.OpenArray("group_stats")
	p.NL()
	p.Text("  stats:")
	p.NL()
	i := 0
	for _, entry := range rtnl.Attrs(v) {
		if i >= members {
			break
		}
		if i++; i > 1 {
			p.NL()
		}
		var tb [uapi.NHA_GROUP_STATS_ENTRY_MAX + 1][]byte
		rtnl.Index(tb[:], entry)
		p.OpenObject("")
		p.Uint("id", "    id ", uint64(rtnl.U32(tb[uapi.NHA_GROUP_STATS_ENTRY_ID])), "")
		p.Uint("packets", " packets ", count(tb[uapi.NHA_GROUP_STATS_ENTRY_PACKETS]), "")
		if e.Opt.Stats > 1 {
			p.Uint("packets_hw", " packets_hw ", count(tb[uapi.NHA_GROUP_STATS_ENTRY_PACKETS_HW]), "")
		}
		p.CloseObject()
	}
	p.CloseArray()
}

// count reads a number of which the kernel sends four bytes if they suffice.
func count(v []byte) uint64 {
	if len(v) < 8 {
		return uint64(rtnl.U32(v))
	}
	return rtnl.U64(v)
}

// PrintBucket writes one bucket of a resilient group.
func PrintBucket(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWNEXTHOPBUCKET && m.Type != unix.RTM_DELNEXTHOPBUCKET {
		return nil
	}
	var n nexthop
	if err := n.parse(m.Body); err != nil {
		return err
	}
	p := e.Pen
	e.Head("[NEXTHOPBUCKET]")
	p.OpenObject("")
	if v := n.tb[unix.NHA_ID]; v != nil {
		p.Uint("id", "id ", uint64(rtnl.U32(v)), " ")
	}
	if v := n.tb[uapi.NHA_RES_BUCKET]; v != nil {
		printBucket(p, v)
	}
	fib.PrintFlags(p, n.Flags)
	p.EndLine()
	p.CloseObject()
	return nil
}

func printBucket(p *show.Pen, v []byte) {
	var tb [uapi.NHA_RES_BUCKET_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p.OpenObject("bucket")
	if v := tb[uapi.NHA_RES_BUCKET_INDEX]; v != nil {
		p.Uint("index", "index ", uint64(rtnl.U16(v)), " ")
	}
	if v := tb[uapi.NHA_RES_BUCKET_IDLE_TIME]; v != nil {
		p.Float("idle_time", "idle_time ", seconds(rtnl.U64(v)), " ")
	}
	if v := tb[uapi.NHA_RES_BUCKET_NH_ID]; v != nil {
		p.Uint("nhid", "nhid ", uint64(rtnl.U32(v)), " ")
	}
	p.CloseObject()
}
