package routecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/encap"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/vrf"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// modify sends a route with the given message type and flags.
func modify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	x := newChange(e, a, typ, flags)
	if err := parse(x); err != nil {
		return err
	}
	return e.Change(x.Msg, printEcho)
}

// newChange begins a route. Attributes go to the message in the order of the words;
// what needs the whole command line (device, metrics, nexthops) follows at the end.
func newChange(e *cli.Env, a *cli.Args, typ, flags uint16) *field.Call {
	c := field.NewCall(e, a, &routes).Into(e.NewChange(typ, flags))
	h := head(c)
	*h = unix.RtMsg{Family: e.Opt.Family, Table: unix.RT_TABLE_MAIN, Scope: unix.RT_SCOPE_NOWHERE}
	if typ != unix.RTM_DELROUTE {
		h.Protocol, h.Scope, h.Type = unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST
	}
	return c
}

// head is the struct in front of the attributes so far.
func head(c *field.Call) *unix.RtMsg {
	h, _ := rtnl.View[unix.RtMsg](c.Get(field.Head, 0))
	return h
}

// Slots of a route, beside attributes: its locked metrics, a bit each, and whether it
// has a type.
const (
	slotLock = unix.RTA_METRICS
	slotType = unix.RTA_UNSPEC
)

// parse reads the whole command line and completes the message.
func parse(c *field.Call) error {
	a := c.Args
	if err := c.ReadTo("nexthop"); err != nil {
		return err
	}
	if _, ok := c.Word(field.Slot, unix.RTA_DST); !ok {
		return cli.Help()
	}
	if dev, ok := c.Word(field.Slot, unix.RTA_OIF); ok {
		index, err := c.Env.Index(dev)
		if err != nil {
			return err
		}
		c.Msg.U32(unix.RTA_OIF, index)
	}
	if lock := c.Get(field.Slot, slotLock); lock != nil {
		c.Put(unix.RTA_METRICS, unix.RTAX_LOCK, lock)
	}
	c.Encode(c.Msg, &routes)
	several := a.More()
	if several {
		if err := parseNexthops(c); err != nil {
			return err
		}
	}
	setDefaults(c, several)
	return nil
}

// setDefaults fills in what the kernel wants and the words left out.
func setDefaults(c *field.Call, several bool) {
	r := head(c)
	if r.Family == unix.AF_UNSPEC {
		r.Family = unix.AF_INET
	}
	local := r.Type == unix.RTN_LOCAL || r.Type == unix.RTN_NAT
	link := r.Type == unix.RTN_BROADCAST || r.Type == unix.RTN_ANYCAST
	if c.Get(field.Slot, unix.RTA_TABLE) == nil && (local || link) {
		r.Table = unix.RT_TABLE_LOCAL
	}
	if !c.Given(&scope) {
		switch {
		case r.Family == unix.AF_INET6 || r.Family == unix.AF_MPLS:
			r.Scope = unix.RT_SCOPE_UNIVERSE
		case local:
			r.Scope = unix.RT_SCOPE_HOST
		case link || r.Type == unix.RTN_MULTICAST:
			r.Scope = unix.RT_SCOPE_LINK
		case r.Type != unix.RTN_UNICAST && r.Type != unix.RTN_UNSPEC:
		case c.Msg.Type() == unix.RTM_DELROUTE:
			r.Scope = unix.RT_SCOPE_NOWHERE
		case !c.Given(&via) && !several && c.Number(&nhid) == 0:
			r.Scope = unix.RT_SCOPE_LINK
		}
	}
	if r.Family == unix.AF_MPLS && c.Get(field.Slot, slotType) == nil {
		r.Type = unix.RTN_UNICAST
	}
}

// decide sets the route's family, if no address before did.
func decide(c *field.Call, family uint8) {
	if h := head(c); h.Family == unix.AF_UNSPEC {
		h.Family = family
	}
}

// skipTo steps over the word "to" that may stand before an address.
func skipTo(a *cli.Args) { a.Match("=to") }

// parseAddress takes an address of the route's family; labels may have "to" before
// them.
func parseAddress(c *field.Call, r *field.Row) error {
	if r.Attr == unix.RTA_NEWDST {
		skipTo(c.Args)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, head(c).Family)
	if err != nil {
		return err
	}
	decide(c, p.Family)
	c.Put(0, r.Attr, p.Bytes())
	return nil
}

// parseVia takes [FAMILY] ADDRESS.
func parseVia(c *field.Call, r *field.Row) error {
	if c.Given(r) {
		return cli.InvArg("use nexthop syntax to specify multiple via\n", "via")
	}
	c.Note(r, "", "")
	return putVia(c, c)
}

// putVia takes the gateway of a route, or of one of its nexthops.
func putVia(c, route *field.Call) error {
	p, err := gatewayArg(c.Args, head(route).Family)
	if err != nil {
		return err
	}
	decide(route, p.Family)
	putGateway(c.Msg, head(route).Family, &p)
	return nil
}

// gatewayArg takes [FAMILY] ADDRESS; family counts where none is written.
func gatewayArg(a *cli.Args, family uint8) (cli.Prefix, error) {
	s, err := a.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	if f := cli.ParseFamily(s); f != unix.AF_UNSPEC {
		family = f
		if s, err = a.Value(); err != nil {
			return cli.Prefix{}, err
		}
	}
	return cli.Addr(s, family)
}

// putGateway adds RTA_GATEWAY, or RTA_VIA if the gateway's family is not the
// route's.
func putGateway(m *rtnl.Msg, family uint8, p *cli.Prefix) {
	if p.Family == family {
		m.Attr(unix.RTA_GATEWAY, p.Bytes())
		return
	}
	m.Attr(unix.RTA_VIA, append(rtnl.NE.AppendUint16(nil, uint16(p.Family)), p.Bytes()...))
}

func parseFrom(c *field.Call, r *field.Row) error {
	p, err := prefix(c)
	if err != nil {
		return err
	}
	if len(p.Bytes()) > 0 {
		c.Put(0, r.Attr, p.Bytes())
	}
	head(c).Src_len = uint8(p.Bits)
	return nil
}

func prefix(c *field.Call) (cli.Prefix, error) {
	s, err := c.Args.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	p, err := cli.ParsePrefix(s, head(c).Family)
	if err == nil {
		decide(c, p.Family)
	}
	return p, err
}

// parseDst takes [to] [TYPE] PREFIX.
func parseDst(c *field.Call, r *field.Row) error {
	a := c.Args
	skipTo(a)
	if !a.More() {
		return cli.Incomplete()
	}
	if w := a.Word(); w == "" || w[0] < '0' || w[0] > '9' {
		if t, ok := names.ParseRouteType(w); ok {
			a.Skip()
			head(c).Type = t
			c.Put(field.Slot, slotType, []byte{t})
		}
	}
	if a.Is("help") {
		return cli.Help()
	}
	if _, ok := c.Word(r.In, r.Attr); ok && a.More() {
		return cli.DupArg2("to", a.Word())
	}
	c.PutWord(r.In, r.Attr, a.Word())
	p, err := prefix(c)
	if err != nil {
		return err
	}
	head(c).Dst_len = uint8(p.Bits)
	if len(p.Bytes()) > 0 {
		c.Put(0, unix.RTA_DST, p.Bytes())
	}
	return nil
}

// parseVRF takes a VRF for the table that it has.
func parseVRF(c *field.Call, r *field.Row, s string) error {
	id := vrf.Table(c.Env, s)
	if id == 0 {
		return c.Wrong(r, s)
	}
	c.FileTable(r, id)
	return nil
}

// scanPref reads the preference of an IPv6 router.
func scanPref(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Find(s)
	if !ok {
		n, ok = word.Uint(s, 0, 8)
	}
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func scanSwitch(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Match(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func parseEncap(c *field.Call, r *field.Row) error {
	return encap.Parse(c.Env, c.Args, c.Msg, r.Attr, unix.RTA_ENCAP_TYPE)
}
