package routecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A Writer writes routes as the words that make them: what follows "ip route add".
type Writer struct{ p *Printer }

// NewWriter returns a writer.
func NewWriter(e *cli.Env) *Writer { return &Writer{&Printer{env: e}} }

// Words appends the words of the route in m; ok is false for what is no entry of a
// table. Of a route that refers to a nexthop object, that says where it leads.
func (w *Writer) Words(m rtnl.Message, line []byte) (_ []byte, family uint8, ok bool) {
	p := w.p
	r, err := p.parse(m)
	if err != nil || r.Flags&unix.RTM_F_CLONED != 0 || r.Family != unix.AF_INET && r.Family != unix.AF_INET6 && r.Family != unix.AF_MPLS {
		return line, 0, false
	}
	if r.Type != unix.RTN_UNICAST {
		line = field.AppendWord(line, p.env.Tables.RouteType(r.Type))
	}
	line = lineDestination(append(line, ' '), &r)
	if v := r.tb[unix.RTA_SRC]; v != nil {
		line = cli.AppendAddr(append(line, " from "...), r.Family, v)
		line = strconv.AppendUint(append(line, '/'), uint64(r.Src_len), 10)
	}
	if v := r.tb[uapi.RTA_NH_ID]; v != nil {
		line = strconv.AppendUint(append(line, " nhid "...), uint64(rtnl.U32(v)), 10)
	} else {
		line = p.wayWords(&r, line, &p.tb, r.Flags)
	}
	line = p.placeWords(&r, line)
	if v := r.tb[unix.RTA_MULTIPATH]; v != nil && r.tb[uapi.RTA_NH_ID] == nil {
		line = p.hopWords(&r, line, v)
	}
	if v := r.tb[unix.RTA_ENCAP]; v != nil && encap.Last(r.tb[unix.RTA_ENCAP_TYPE]) && r.tb[uapi.RTA_NH_ID] == nil {
		line = encap.Words(p.env, r.tb[unix.RTA_ENCAP_TYPE], v, line)
	}
	return line, r.Family, true
}

// wayWords appends how packets leave: for a route, or one of its nexthops.
func (p *Printer) wayWords(r *route, line []byte, tb *[unix.RTA_MAX + 1][]byte, flags uint32) []byte {
	if v := tb[unix.RTA_NEWDST]; v != nil {
		line = cli.AppendAddr(append(line, " as to "...), r.Family, v)
	}
	if v := tb[unix.RTA_ENCAP]; v != nil && !encap.Last(tb[unix.RTA_ENCAP_TYPE]) {
		line = encap.Words(p.env, tb[unix.RTA_ENCAP_TYPE], v, line)
	}
	if v := tb[unix.RTA_GATEWAY]; v != nil {
		line = cli.AppendAddr(append(line, " via "...), r.Family, v)
	}
	if v := tb[unix.RTA_VIA]; len(v) > 2 {
		family := uint8(rtnl.U16(v))
		line = append(append(append(line, " via "...), cli.FamilyName(family)...), ' ')
		line = cli.AppendAddr(line, family, v[2:])
	}
	if v := tb[unix.RTA_OIF]; v != nil && r.tb == tb {
		line = field.AppendWord(append(line, " dev"...), p.env.Links.Name(rtnl.U32(v)))
	}
	if v := tb[unix.RTA_FLOW]; v != nil {
		line = field.AppendRealms(line, rtnl.U32(v))
	}
	if flags&unix.RTNH_F_ONLINK != 0 {
		line = append(line, " onlink"...)
	}
	return line
}

// placeWords appends the place of a route in the tables, and what it is like.
func (p *Printer) placeWords(r *route, line []byte) []byte {
	t := p.env.Tables
	if r.Tos != 0 {
		line = strconv.AppendUint(append(line, " tos 0x"...), uint64(r.Tos), 16)
	}
	if r.table != unix.RT_TABLE_MAIN && r.Family != unix.AF_MPLS {
		line = t.RouteTables.Append(append(line, " table "...), r.table)
	}
	line = t.Protocols.Append(append(line, " proto "...), uint32(r.Protocol))
	if r.Family == unix.AF_INET {
		line = t.Scopes.Append(append(line, " scope "...), uint32(r.Scope))
	}
	if v := r.tb[unix.RTA_PREFSRC]; v != nil {
		line = cli.AppendAddr(append(line, " src "...), r.Family, v)
	}
	if v := r.tb[unix.RTA_PRIORITY]; v != nil {
		line = strconv.AppendUint(append(line, " metric "...), uint64(rtnl.U32(v)), 10)
	}
	if v := r.tb[unix.RTA_METRICS]; v != nil {
		line = p.metricWords(v, line)
	}
	if v := r.tb[unix.RTA_PREF]; v != nil && rtnl.U8(v) != uapi.ICMPV6_ROUTER_PREF_MEDIUM {
		line = field.AppendWord(append(line, " pref"...), preferences.Or(uint64(rtnl.U8(v)), strconv.Itoa(int(rtnl.U8(v)))))
	}
	if v := r.tb[unix.RTA_TTL_PROPAGATE]; v != nil {
		line = field.AppendWord(append(line, " ttl-propagate"...), switches.Of(uint64(rtnl.U8(v))))
	}
	if ci, _ := rtnl.View[rtaCacheInfo](r.tb[unix.RTA_CACHEINFO]); ci != nil && ci.Expires > 0 && r.Family == unix.AF_INET6 {
		line = strconv.AppendInt(append(line, " expires "...), int64(ci.Expires/userHZ), 10)
	}
	return line
}

// metricWords appends the payload of RTA_METRICS. Times are in the kernel's units,
// which is what a number without unit stands for.
func (p *Printer) metricWords(b, line []byte) []byte {
	v := field.ViewOf(p.env, b)
	locks := rtnl.U32(v.Get(0, unix.RTAX_LOCK))
	for _, r := range routes.Rows {
		value := v.Get(0, r.Attr)
		if r.In != unix.RTA_METRICS || value == nil || r.Attr == unix.RTAX_HOPLIMIT && rtnl.U32(value) == ^uint32(0) {
			continue
		}
		line = field.AppendWord(line, r.Word())
		if locks&(1<<r.Attr) != 0 && r.Type.Parse != nil && r.Type != &featureList {
			line = append(line, " lock"...)
		}
		switch {
		case r.Type == &algorithm:
			line = field.AppendWord(line, rtnl.Str(value))
		case r.Type == &featureList:
			for _, f := range features {
				if uint64(rtnl.U32(value))&f.Val != 0 {
					line = field.AppendWord(line, f.Word)
				}
			}
		case r.Type == &lockedTime:
			line = append(strconv.AppendUint(append(line, ' '), uint64(rtnl.U32(value)), 10), "ms"...)
		default:
			line = strconv.AppendUint(append(line, ' '), uint64(rtnl.U32(value)), 10)
		}
	}
	return line
}

// hopWords appends the nexthops of a route that has several.
func (p *Printer) hopWords(r *route, line, b []byte) []byte {
	for nh, attrs, rest := nexthop(b); nh != nil; nh, attrs, rest = nexthop(rest) {
		rtnl.Index(p.nh[:], attrs)
		line = p.wayWords(r, append(line, " nexthop"...), &p.nh, uint32(nh.Flags))
		line = field.AppendWord(append(line, " dev"...), p.env.Links.Name(uint32(nh.Ifindex)))
		if r.Family != unix.AF_MPLS {
			line = strconv.AppendUint(append(line, " weight "...), uint64(nh.Hops)+1, 10)
		}
	}
	return line
}
