package routecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Nearly all routes of a large table are simple: text, one gateway or device,
// no flags and none of the rarer attributes. line writes those in one go, in
// a third of the time that record takes, which writes any route. A test holds
// one against the other.

// simpleAttrs are the attributes that a simple route may have.
const simpleAttrs = 1<<uapi.RTA_TABLE | 1<<uapi.RTA_DST | 1<<uapi.RTA_GATEWAY | 1<<uapi.RTA_OIF |
	1<<uapi.RTA_PREFSRC | 1<<uapi.RTA_PRIORITY | 1<<uapi.RTA_CACHEINFO | 1<<uapi.RTA_PREF

// simple reports whether line may write r.
func (p *Printer) simple(r *route) bool {
	o := &p.env.Opt
	if p.set&^simpleAttrs != 0 || r.Flags != 0 || r.Tos != 0 || r.Src_len != 0 || r.Type != uapi.RTN_UNICAST ||
		o.Resolve || o.Numeric || !p.env.Pen.Plain() || p.env.Heading != nil {
		return false
	}
	switch r.Family {
	case unix.AF_INET:
		return p.set&(1<<uapi.RTA_CACHEINFO|1<<uapi.RTA_PREF) == 0
	case unix.AF_INET6:
		return p.set&(1<<uapi.RTA_CACHEINFO|1<<uapi.RTA_PREF) == 1<<uapi.RTA_CACHEINFO|1<<uapi.RTA_PREF &&
			rtnl.U8(r.tb[uapi.RTA_PREF]) == prefMedium && idle(r.tb[uapi.RTA_CACHEINFO])
	}
	return false
}

// idle reports whether there is nothing to show of a struct rta_cacheinfo.
func idle(v []byte) bool {
	ci, _ := rtnl.View[rtaCacheInfo](v)
	return ci == nil || *ci == rtaCacheInfo{}
}

// line appends the simple route r, without its newline.
func (p *Printer) line(b []byte, r *route) []byte {
	f, names, details := &p.filter, p.env.Tables, p.details()
	if details && (f.types == 0 || f.types&typeBit(r.Type) != 0) {
		b = append(b, "unicast "...)
	}
	b = p.lineDestination(b, r)
	if v := r.tb[uapi.RTA_GATEWAY]; v != nil && f.via.Bits != r.bits {
		b = append(b, "via "...)
		b = cli.AppendAddr(b, r.Family, v)
		b = append(b, ' ')
	}
	if v := r.tb[uapi.RTA_OIF]; v != nil && !f.oif.fixed() {
		b = append(b, "dev "...)
		b = append(b, p.env.Links.Name(rtnl.U32(v))...)
		b = append(b, ' ')
	}
	if r.table != 0 && (r.table != uapi.RT_TABLE_MAIN || details) && f.table == 0 {
		b = append(b, "table "...)
		b = append(names.RouteTables.Append(b, r.table), ' ')
	}
	if (r.Protocol != uapi.RTPROT_BOOT || details) && !f.protocol.fixed() {
		b = append(b, "proto "...)
		b = append(names.Protocols.Append(b, uint32(r.Protocol)), ' ')
	}
	if (r.Scope != uapi.RT_SCOPE_UNIVERSE || details) && !f.scope.fixed() {
		b = append(b, "scope "...)
		b = append(names.Scopes.Append(b, uint32(r.Scope)), ' ')
	}
	if v := r.tb[uapi.RTA_PREFSRC]; v != nil && f.prefSrc.Bits != r.bits {
		b = append(b, "src "...)
		b = append(cli.AppendAddr(b, r.Family, v), ' ')
	}
	if v := r.tb[uapi.RTA_PRIORITY]; v != nil && !f.metric.fixed() {
		b = append(b, "metric "...)
		b = append(strconv.AppendUint(b, uint64(rtnl.U32(v)), 10), ' ')
	}
	if r.Family == unix.AF_INET6 {
		b = append(b, "pref medium"...)
	}
	return b
}

func (p *Printer) lineDestination(b []byte, r *route) []byte {
	v := r.tb[uapi.RTA_DST]
	switch {
	case v != nil:
		b = cli.AppendAddr(b, r.Family, v)
		if int(r.Dst_len) == r.bits {
			return append(b, ' ')
		}
	case r.Dst_len == 0:
		return append(b, "default "...)
	default:
		b = append(b, '0')
	}
	b = append(b, '/')
	return append(strconv.AppendUint(b, uint64(r.Dst_len), 10), ' ')
}
