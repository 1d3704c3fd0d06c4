package routecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Nearly all routes of a large table are simple: one gateway or device, no flags
// and none of the rarer attributes. line writes those in one go, in a third of
// the time that record takes, which writes any route. A test holds one against
// the other.

// simpleAttrs are the attributes that a simple route may have.
const simpleAttrs = 1<<unix.RTA_TABLE | 1<<unix.RTA_DST | 1<<unix.RTA_GATEWAY | 1<<unix.RTA_OIF |
	1<<unix.RTA_PREFSRC | 1<<unix.RTA_PRIORITY | 1<<unix.RTA_CACHEINFO | 1<<unix.RTA_PREF

// lineWords are what stands around the values of a simple route.
type lineWords struct {
	begin, end                              string
	unicast, dst, via, dev                  string // before a value
	table, protocol, scope, prefSrc, metric string
	flags, medium                           string
	str, num                                string // behind a string, behind a number
}

var lineForms = [...]lineWords{
	show.TextLine: {
		unicast: "unicast ", via: "via ", dev: "dev ", table: "table ", protocol: "proto ", scope: "scope ",
		prefSrc: "src ", metric: "metric ", medium: "pref medium", str: " ", num: " ",
	},
	show.JSONLine: {
		begin: "{", end: "}", unicast: `"type":"unicast",`, dst: `"dst":"`, via: `,"gateway":"`, dev: `,"dev":"`,
		table: `,"table":"`, protocol: `,"protocol":"`, scope: `,"scope":"`, prefSrc: `,"prefsrc":"`,
		metric: `,"metric":`, flags: `,"flags":[]`, medium: `,"pref":"medium"`, str: `"`,
	},
}

// simple returns the words with which line may write r, or nil.
func (p *Printer) simple(r *route) *lineWords {
	o := &p.env.Opt
	if p.set&^simpleAttrs != 0 || r.Flags != 0 || r.Tos != 0 || r.Src_len != 0 || r.Type != unix.RTN_UNICAST ||
		o.Resolve || o.Numeric || p.env.Heading != nil {
		return nil
	}
	form := p.env.Pen.Line()
	const v6 = 1<<unix.RTA_CACHEINFO | 1<<unix.RTA_PREF
	switch {
	case form == show.NoLine,
		r.Family == unix.AF_INET && p.set&v6 != 0,
		r.Family == unix.AF_INET6 && (p.set&v6 != v6 || rtnl.U8(r.tb[unix.RTA_PREF]) != uapi.ICMPV6_ROUTER_PREF_MEDIUM || !idle(r.tb[unix.RTA_CACHEINFO])),
		r.Family != unix.AF_INET && r.Family != unix.AF_INET6:
		return nil
	}
	return &lineForms[form]
}

// idle reports whether there is nothing to show of a struct rta_cacheinfo.
func idle(v []byte) bool {
	ci, _ := rtnl.View[rtaCacheInfo](v)
	return ci == nil || *ci == rtaCacheInfo{}
}

// line appends the simple route r.
func (p *Printer) line(w *lineWords, b []byte, r *route) []byte {
	f, t, details := &p.filter, p.env.Tables, p.details()
	b = append(b, w.begin...)
	if details && (f.types == 0 || f.types&typeBit(r.Type) != 0) {
		b = append(b, w.unicast...)
	}
	b = append(lineDestination(append(b, w.dst...), r), w.str...)
	if v := r.tb[unix.RTA_GATEWAY]; v != nil && f.via.Bits != r.bits {
		b = append(cli.AppendAddr(append(b, w.via...), r.Family, v), w.str...)
	}
	if v := r.tb[unix.RTA_OIF]; v != nil && !f.oif.fixed() {
		b = w.name(append(b, w.dev...), p.env.Links.Name(rtnl.U32(v)))
	}
	if r.table != 0 && (r.table != unix.RT_TABLE_MAIN || details) && f.table == 0 {
		b = w.tableName(append(b, w.table...), t.RouteTables, r.table)
	}
	if (r.Protocol != unix.RTPROT_BOOT || details) && !f.protocol.fixed() {
		b = w.tableName(append(b, w.protocol...), t.Protocols, uint32(r.Protocol))
	}
	if (r.Scope != unix.RT_SCOPE_UNIVERSE || details) && !f.scope.fixed() {
		b = w.tableName(append(b, w.scope...), t.Scopes, uint32(r.Scope))
	}
	if v := r.tb[unix.RTA_PREFSRC]; v != nil && f.prefSrc.Bits != r.bits {
		b = append(cli.AppendAddr(append(b, w.prefSrc...), r.Family, v), w.str...)
	}
	if v := r.tb[unix.RTA_PRIORITY]; v != nil && !f.metric.fixed() {
		b = append(strconv.AppendUint(append(b, w.metric...), uint64(rtnl.U32(v)), 10), w.num...)
	}
	b = append(b, w.flags...)
	if r.Family == unix.AF_INET6 {
		b = append(b, w.medium...)
	}
	return append(b, w.end...)
}

// name appends a name, of which nobody knows what is in it.
func (w *lineWords) name(b []byte, s string) []byte {
	if w.begin == "" {
		b = append(b, s...)
	} else {
		b = show.AppendEscaped(b, s)
	}
	return append(b, w.str...)
}

func (w *lineWords) tableName(b []byte, t *names.Table, id uint32) []byte {
	if s, ok := t.Lookup(id); ok {
		return w.name(b, s)
	}
	return append(t.Append(b, id), w.str...)
}

func lineDestination(b []byte, r *route) []byte {
	v := r.tb[unix.RTA_DST]
	switch {
	case v != nil:
		b = cli.AppendAddr(b, r.Family, v)
		if int(r.Dst_len) == r.bits {
			return b
		}
	case r.Dst_len == 0:
		return append(b, "default"...)
	default:
		b = append(b, '0')
	}
	return strconv.AppendUint(append(b, '/'), uint64(r.Dst_len), 10)
}
