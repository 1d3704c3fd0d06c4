package nexthopcmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// errInvalid is what the real tool says of a message that makes no sense.
func errInvalid() error { return cli.Fail("Error parsing nexthop: Invalid argument") }

// view takes the body of a message apart.
func view(e *cli.Env, body []byte) (*field.View, error) {
	h, attrs := rtnl.View[unix.Nhmsg](body)
	if h == nil {
		return nil, errInvalid()
	}
	v := field.ViewOf(e, attrs)
	v.Head = body[:unix.SizeofNhmsg]
	if g := v.Get(0, unix.NHA_GROUP); g != nil && (len(g) == 0 || len(g)%memberSize != 0) || len(v.Get(0, unix.NHA_GATEWAY)) > 16 {
		return nil, errInvalid()
	}
	return v, nil
}

// printMessage writes one nexthop.
func printMessage(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWNEXTHOP && m.Type != unix.RTM_DELNEXTHOP {
		return nil
	}
	v, err := view(e, m.Body)
	if err == nil {
		printLine(v, m.Type == unix.RTM_DELNEXTHOP)
	}
	return err
}

// printEvent is for monitors.
func printEvent(e *cli.Env, m rtnl.Message) error {
	cacheOf(e).remember(m)
	return printMessage(e, m)
}

func printLine(v *field.View, deleted bool) {
	v.Env.Head("[NEXTHOP]")
	v.Pen.OpenObject("")
	if deleted {
		v.Pen.Flag("deleted", "Deleted ")
	}
	objects.Show(v)
	v.Pen.CloseObject()
	v.Pen.EndLine()
}

// printBucket writes one bucket of a resilient group.
func printBucket(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWNEXTHOPBUCKET && m.Type != unix.RTM_DELNEXTHOPBUCKET {
		return nil
	}
	v, err := view(e, m.Body)
	if err != nil {
		return err
	}
	e.Head("[NEXTHOPBUCKET]")
	e.Pen.OpenObject("")
	buckets.Show(v)
	e.Pen.EndLine()
	e.Pen.CloseObject()
	return nil
}

const memberSize = unix.SizeofNexthopGrp

// printGroup writes the members of a group.
func printGroup(v *field.View, r *field.Row, group []byte) {
	v.Pen.OpenArray(r.JSON())
	v.Label(r)
	high := rtnl.U32(v.Get(0, uapi.NHA_OP_FLAGS))&uapi.NHA_OP_FLAG_RESP_GRP_RESVD_0 != 0
	for sep := ""; len(group) >= memberSize; sep = "/" {
		var m *unix.NexthopGrp
		m, group = rtnl.View[unix.NexthopGrp](group)
		printMember(v.Pen, m, sep, high)
	}
	v.Pen.Text(" ")
	v.Pen.CloseArray()
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

// printTicks writes the kernel's clock ticks of 10 ms as seconds.
func printTicks(v *field.View, r *field.Row, b []byte) {
	usec := count(b) * 10000
	behind := v.Label(r)
	v.Pen.Float(r.JSON(), "", float64(usec/1e6)+float64(usec%1e6)/1e6, behind)
}

// printHWStats writes whether the hardware counts, and whether it does so for this
// group.
func printHWStats(v *field.View, r *field.Row, b []byte) {
	if v.Env.Opt.Details == 0 && v.Env.Opt.Stats == 0 {
		return
	}
	v.Pen.OpenObject(r.JSON())
	v.Pen.OnOff("enabled", "hw_stats ", rtnl.U32(b) != 0, " ")
	v.Pen.OnOff("used", "used ", rtnl.U32(v.Get(0, uapi.NHA_HW_STATS_USED)) != 0, " ")
	v.Pen.CloseObject()
}

// printStats writes the counters of a group's members, as many as it has.
func printStats(v *field.View, _ *field.Row, b []byte) {
	e, p, members := v.Env, v.Pen, len(v.Get(0, unix.NHA_GROUP))/memberSize
	p.OpenArray("group_stats")
	p.NL()
	p.Text("  stats:")
	p.NL()
	i := 0
	for _, entry := range rtnl.Attrs(b) {
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
