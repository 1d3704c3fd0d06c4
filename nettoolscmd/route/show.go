package route

import (
	"math"
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// A fibRoute is a line of the IPv4 table, with what /proc/net/route has of it.
type fibRoute struct {
	dst, gateway, mask common.Ipv4
	flags              uint16 // RTF_
	metric             int32
	mss, window, irtt  int32
	dev                string
}

// showInet prints the IPv4 table.
func showInet(e *cli.Env, o TableOptions) error {
	if o.FIB {
		if err := showFIB(e, o); err != nil {
			return err
		}
	}
	if o.Cache {
		return showCache(e, o)
	}
	return nil
}

// noTable is the answer where a family's file cannot be opened.
func noTable(e *cli.Env, family, path string, err error) error {
	e.Pen.Raw(family + " not configured in this system.\n")
	return cli.Fail("%s: %s", path, cli.Strerror(err))
}

// fibColumns are the headings behind the first four columns, by ext.
var fibColumns = []string{"", "Metric Ref    Use Iface\n", "  MSS Window  irtt Iface\n", "Metric Ref    Use Iface    MSS   Window irtt\n"}

func showFIB(e *cli.Env, o TableOptions) error {
	if err := common.Opens("/proc/net/route"); err != nil {
		return noTable(e, "INET (IPv4)", "/proc/net/route", err)
	}
	e.Pen.Raw("Kernel IP routing table\n")
	if o.Ext > 0 {
		e.Pen.Raw("Destination     Gateway         Genmask         Flags " + fibColumns[o.Ext])
	}
	m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: unix.AF_INET, Table: unix.RT_TABLE_MAIN})
	m.U32(unix.RTA_TABLE, unix.RT_TABLE_MAIN)
	names := make(map[common.Ipv4]string)
	err := e.Dump(m, func(m rtnl.Message) error {
		if r, ok := readRoute(e, m); ok {
			r.print(e, o, names)
		}
		return nil
	})
	if rtnl.Is(err, unix.ENOENT) {
		// The table is made with its first route. Until then the kernel's
		// file is empty, and the original fails without a word.
		return cli.Silent(1)
	}
	return err
}

// rtaLen is the number of route attributes that we know.
const rtaLen = unix.RTA_MAX + 1

// readRoute reads a route of the main table as the kernel's /proc file shows
// it: of several next hops the first, and no broadcast or multicast.
func readRoute(e *cli.Env, m rtnl.Message) (r fibRoute, ok bool) {
	rtm, attrs := rtnl.View[unix.RtMsg](m.Body)
	if rtm == nil || rtm.Family != unix.AF_INET || rtm.Type == unix.RTN_BROADCAST || rtm.Type == unix.RTN_MULTICAST || rtm.Dst_len > 32 {
		return r, false
	}
	var tb [rtaLen][]byte
	rtnl.Index(tb[:], attrs)
	if table := tb[unix.RTA_TABLE]; table != nil && rtnl.U32(table) != unix.RT_TABLE_MAIN {
		return r, false
	}
	r.dst, r.mask = common.ReadIPv4(tb[unix.RTA_DST]), common.MaskOf(int(rtm.Dst_len))
	// The original reads it from a file as C's long, and keeps an int.
	r.metric = int32(min(uint(rtnl.U32(tb[unix.RTA_PRIORITY])), math.MaxInt))
	r.flags = unix.RTF_UP
	if rtm.Dst_len == 32 {
		r.flags |= unix.RTF_HOST
	}
	if rtm.Type == unix.RTN_UNREACHABLE || rtm.Type == unix.RTN_PROHIBIT {
		r.flags |= unix.RTF_REJECT
	}
	oif := rtnl.U32(tb[unix.RTA_OIF])
	if hops := tb[unix.RTA_MULTIPATH]; hops != nil {
		if hop, rest := rtnl.View[unix.RtNexthop](hops); hop != nil && int(hop.Len) <= len(hops) && int(hop.Len) >= unix.SizeofRtNexthop {
			oif = uint32(hop.Ifindex)
			rtnl.Index(tb[:], rest[:int(hop.Len)-unix.SizeofRtNexthop])
		}
	}
	r.setGateway(tb[unix.RTA_GATEWAY], tb[unix.RTA_VIA])
	r.setMetrics(tb[unix.RTA_METRICS])
	r.dev = "*"
	if oif != 0 {
		r.dev = e.Links.Name(oif)
	}
	return r, true
}

// setGateway takes an IPv4 gateway, or the flag alone of an IPv6 one, of which
// the kernel's file looks at the first four bytes.
func (r *fibRoute) setGateway(gateway, via []byte) {
	r.gateway = common.ReadIPv4(gateway)
	first := r.gateway
	if len(via) > 2 {
		first = common.ReadIPv4(via[2:])
	}
	if !first.IsZero() {
		r.flags |= unix.RTF_GATEWAY
	}
}

func (r *fibRoute) setMetrics(metrics []byte) {
	for t, v := range rtnl.Attrs(metrics) {
		n := int32(rtnl.U32(v))
		switch t {
		case unix.RTAX_ADVMSS:
			if n != 0 {
				r.mss = n + 40
			}
		case unix.RTAX_WINDOW:
			r.window = n
		case unix.RTAX_RTT:
			r.irtt = n >> 3
		}
	}
}

// print writes the route with the columns of o.Ext; names remembers what was
// looked up.
func (r *fibRoute) print(e *cli.Env, o TableOptions, names map[common.Ipv4]string) {
	if o.Ext == 0 {
		return
	}
	p := e.Pen
	p.StrWidth("", "", 15, cut15(r.target(e, o, names)), " ")
	if r.flags&unix.RTF_REJECT != 0 {
		p.Raw("-               ")
	} else {
		p.StrWidth("", "", 15, cut15(gatewayName(e, r.gateway, o)), " ")
	}
	p.StrWidth("", "", 15, r.mask.String(), " ")
	p.StrWidth("", "", 5, r.letters(), " ")
	r.printTail(p, o.Ext)
	p.EndLine()
}

func (r *fibRoute) printTail(p *show.Pen, ext int) {
	rejected := r.flags&unix.RTF_REJECT != 0
	if ext != 2 {
		p.StrWidth("", "", 6, strconv.Itoa(int(r.metric)), " ")
	}
	switch {
	case ext == 1 && rejected:
		p.Raw("-        0 -")
	case ext == 1:
		p.Str("", "0        0 ", r.dev, "")
	case ext == 2 && rejected:
		p.Raw("    - -          - -")
	case ext == 2:
		p.StrWidth("", "", -5, strconv.Itoa(int(r.mss)), " ")
		p.StrWidth("", "", 5, strconv.Itoa(int(r.window)), " ")
		p.StrWidth("", "", -6, strconv.Itoa(int(r.irtt)), " ")
		p.Raw(r.dev)
	case rejected:
		p.Raw("-        0 -        -     -      -")
	default:
		p.StrWidth("", "0        0 ", 6, r.dev[:min(6, len(r.dev))], "   ")
		p.StrWidth("", "", 5, strconv.Itoa(int(r.mss)), " ")
		p.StrWidth("", "", 6, strconv.Itoa(int(r.window)), " ")
		p.Int("", "", int64(r.irtt), "")
	}
}

func (r *fibRoute) letters() string {
	s := "U"
	if r.flags&unix.RTF_GATEWAY != 0 {
		s += "G"
	}
	if r.flags&unix.RTF_REJECT != 0 {
		s = "!"
	}
	if r.flags&unix.RTF_HOST != 0 {
		s += "H"
	}
	return s
}

// target names the destination: a host if it is one or has bits below its
// mask, a network else.
func (r *fibRoute) target(e *cli.Env, o TableOptions, names map[common.Ipv4]string) string {
	switch {
	case o.Numeric:
		return r.dst.String()
	case r.dst.IsZero() && r.mask.IsZero():
		return "default"
	case r.dst.IsZero():
		return "0.0.0.0"
	case r.flags&unix.RTF_HOST != 0 || !r.dst.And(r.mask.Not()).IsZero():
		return common.HostName(e, r.dst)
	}
	name, ok := names[r.dst]
	if !ok {
		name = common.NetworkName(r.dst)
		names[r.dst] = name
	}
	return name
}

func gatewayName(e *cli.Env, a common.Ipv4, o TableOptions) string {
	if o.Numeric || a.IsZero() {
		return a.String()
	}
	return common.HostName(e, a)
}

func cut15(s string) string { return s[:min(15, len(s))] }

// showCache prints the cache that kernels of today have no more, only its
// file, and that not always.
func showCache(e *cli.Env, o TableOptions) error {
	const cache = "/proc/net/rt_cache"
	if err := common.Opens(cache); err != nil {
		return noTable(e, "INET (IPv4)", cache, err)
	}
	e.Pen.Raw("Kernel IP routing cache\n")
	if o.Ext > 0 {
		e.Pen.Raw("Source          Destination     Gateway         Flags " + cacheColumns(o.Ext))
	}
	return nil
}

// cacheColumns are those of the cache, which differ in the last.
func cacheColumns(ext int) string {
	if ext < 3 {
		return fibColumns[ext]
	}
	return "Metric Ref    Use Iface    MSS   Window irtt  TOS HHRef HHUptod     SpecDst\n"
}
