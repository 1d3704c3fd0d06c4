package addrcmd

import (
	"bytes"
	"strconv"

	"gip/internal/cli"
	"gip/internal/glob"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// A Printer prints addresses. Its buffers are reused from one to the next.
type Printer struct {
	// Device tells to begin each record with the link that has the address.
	Device bool

	e   *cli.Env
	pen *show.Pen
	f   *linkshow.Filter
	a   address
	buf []byte
}

// NewPrinter returns a printer of the addresses that pass f.
func NewPrinter(e *cli.Env, f *linkshow.Filter) *Printer {
	return &Printer{Device: e.Opt.Echo, e: e, pen: e.Pen, f: f}
}

// printEvent is for monitors.
func printEvent(e *cli.Env, m rtnl.Message) error {
	p := cli.State[Printer](e)
	if p.e == nil {
		*p = *NewPrinter(e, &linkshow.Filter{})
		p.Device = true
	}
	p.Print(m)
	return nil
}

// An address is a message about one, with its attributes.
type address struct {
	*unix.IfAddrmsg
	flags uint32
	tb    [unix.IFA_MAX + 1][]byte
}

// parse reads a message; ok is false if it is too short.
func (a *address) parse(body []byte) (ok bool) {
	var attrs []byte
	if a.IfAddrmsg, attrs = rtnl.View[unix.IfAddrmsg](body); a.IfAddrmsg == nil {
		return false
	}
	tb := a.tb[:]
	rtnl.Index(tb, attrs)
	a.flags = uint32(a.Flags)
	if v := tb[unix.IFA_FLAGS]; v != nil {
		a.flags = rtnl.U32(v)
	}
	if tb[unix.IFA_LOCAL] == nil {
		tb[unix.IFA_LOCAL] = tb[unix.IFA_ADDRESS]
	}
	if tb[unix.IFA_ADDRESS] == nil {
		tb[unix.IFA_ADDRESS] = tb[unix.IFA_LOCAL]
	}
	return true
}

// chooses reports whether the address lets its link pass the filter, which
// looks at less than the address itself has to stand.
func chooses(e *cli.Env, f *linkshow.Filter, a *address) bool {
	switch {
	case f.Family != unix.AF_UNSPEC && f.Family != a.Family,
		(f.Scope^a.Scope)&f.ScopeMask != 0,
		(f.Flags^a.flags)&f.FlagMask != 0,
		f.Label != nil && !matchLabel(e, *f.Label, a):
		return false
	}
	return f.To.Covers(a.tb[unix.IFA_LOCAL])
}

func matchLabel(e *cli.Env, pattern string, a *address) bool {
	if v := a.tb[unix.IFA_LABEL]; v != nil {
		return glob.Match(pattern, rtnl.Str(v))
	}
	return glob.Match(pattern, e.Links.Name(a.Index))
}

// passes reports whether the address is to be shown.
func passes(e *cli.Env, f *linkshow.Filter, a *address) bool {
	if f.Index != 0 && f.Index != a.Index {
		return false
	}
	if v := a.tb[uapi.IFA_PROTO]; f.Proto != nil && v != nil && rtnl.U8(v) != *f.Proto {
		return false
	}
	return chooses(e, f, a)
}

// Print prints a message about an address, if it passes the filter.
func (p *Printer) Print(m rtnl.Message) {
	deleted := false
	switch m.Type {
	case unix.RTM_NEWADDR, unix.RTM_NEWMULTICAST, unix.RTM_NEWANYCAST:
	case unix.RTM_DELADDR, unix.RTM_DELMULTICAST, unix.RTM_DELANYCAST:
		deleted = true
	default:
		return
	}
	if p.a.parse(m.Body) && passes(p.e, p.f, &p.a) {
		p.print(deleted)
	}
}

func (p *Printer) print(deleted bool) {
	p.e.Head("[ADDR]")
	if deleted {
		p.pen.Flag("deleted", "Deleted ")
	}
	if !p.e.Opt.Brief {
		p.head()
	}
	p.local()
	if p.e.Opt.Brief {
		return
	}
	p.host("broadcast", "brd ", unix.IFA_BROADCAST)
	p.host("anycast", "any ", unix.IFA_ANYCAST)
	p.host("multicast", "mcast ", unix.IFA_MULTICAST)
	p.pen.Str("scope", "scope ", p.e.Tables.Scopes.Name(uint32(p.a.Scope)), " ")
	p.flags()
	if v := p.a.tb[uapi.IFA_PROTO]; v != nil && (rtnl.U8(v) != 0 || p.pen.JSON()) {
		p.pen.Str("protocol", "proto ", p.e.Tables.AddrProtocols.Name(uint32(rtnl.U8(v))), " ")
	}
	if v := p.a.tb[unix.IFA_LABEL]; v != nil {
		p.pen.Bytes("label", "", rtnl.CStr(v), "")
	}
	p.lifetimes()
	p.pen.EndLine()
}

// head prints the link, if asked to, and the family.
func (p *Printer) head() {
	if p.Device {
		p.pen.Int("index", "", int64(p.a.Index), ": ")
		p.pen.Str("dev", "", p.e.Links.Name(p.a.Index), "")
	}
	switch name := cli.FamilyName(p.a.Family); {
	case p.a.Family == unix.AF_UNSPEC || name == "???":
		p.pen.Int("family_index", "    family ", int64(p.a.Family), " ")
	default:
		p.pen.Str("family", "    ", name, " ")
	}
}

// local prints the address and what it belongs to: its peer, if that is
// another one, the length of the prefix and the metric.
func (p *Printer) local() {
	local, peer := p.a.tb[unix.IFA_LOCAL], p.a.tb[unix.IFA_ADDRESS]
	if local == nil {
		return
	}
	p.address("local", local, "")
	if !bytes.Equal(local, peer) {
		p.pen.Text(" peer ")
		p.address("address", peer, "")
	}
	p.pen.Int("prefixlen", "/", int64(p.a.Prefixlen), " ")
	if v := p.a.tb[unix.IFA_RT_PRIORITY]; v != nil {
		p.pen.Uint("metric", "metric ", uint64(rtnl.U32(v)), " ")
	}
}

func (p *Printer) address(key string, addr []byte, post string) {
	p.buf = p.e.AppendHost(p.buf[:0], p.a.Family, addr)
	p.pen.ColorBytes(show.FamilyColor(p.a.Family), key, "", p.buf, post)
}

func (p *Printer) host(key, pre string, attr int) {
	if v := p.a.tb[attr]; v != nil {
		p.pen.Text(pre)
		p.address(key, v, " ")
	}
}

// flags prints the flags; an address that is not permanent is dynamic.
func (p *Printer) flags() {
	rest := p.a.flags
	for i := range linkshow.AddrFlags {
		f := &linkshow.AddrFlags[i]
		switch set := rest&f.Mask != 0; {
		case f.Mask == unix.IFA_F_PERMANENT:
			if !set {
				p.pen.Flag("dynamic", "dynamic ")
			}
		case set && f.Mask == unix.IFA_F_SECONDARY && p.a.Family == unix.AF_INET6:
			p.pen.Flag("temporary", "temporary ")
		case set:
			p.pen.Text(f.Name)
			p.pen.Flag(f.Name, " ")
		}
		rest &^= f.Mask
	}
	if rest != 0 {
		p.buf = p.buf[:0]
		if rest < 0x10 {
			p.buf = append(p.buf, '0')
		}
		p.buf = strconv.AppendUint(p.buf, uint64(rest), 16)
		p.pen.Bytes("ifa_flags", "flags ", p.buf, " ")
	}
}

// lifetimes prints for how long the address stays, and stays preferred.
func (p *Printer) lifetimes() {
	v := p.a.tb[unix.IFA_CACHEINFO]
	if len(v) < 8 {
		return
	}
	preferred, valid := rtnl.U32(v), rtnl.U32(v[4:])
	p.pen.NL()
	p.pen.Text("       valid_lft ")
	p.lifetime("valid_life_time", valid)
	p.pen.Text(" preferred_lft ")
	if p.a.flags&unix.IFA_F_DEPRECATED != 0 && preferred != forever {
		p.pen.Int("preferred_life_time", "", int64(int32(preferred)), "sec")
		return
	}
	p.lifetime("preferred_life_time", preferred)
}

func (p *Printer) lifetime(key string, v uint32) {
	if v == forever && !p.pen.JSON() {
		p.pen.Text("forever")
		return
	}
	p.pen.Uint(key, "", uint64(v), "sec")
}
