package routecmd

import (
	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A change is a RTM_NEWROUTE or RTM_DELROUTE under construction. Attributes
// go to the message in the order of the words; what needs the whole command
// line (device, metrics, nexthops) follows at the end.
type change struct {
	env      *cli.Env
	m        *rtnl.Msg
	rtm      unix.RtMsg
	keywords *cli.Lookup
	metrics  *rtnl.Msg // its body is the payload of RTA_METRICS; nil for none
	lock     uint32    // a bit for each metric that the kernel must not adapt
	dev      string
	hasDev   bool // dev may be an empty one
	nhid     uint32
	gateway  bool
	dst      bool
	nexthops bool
	scope    bool
	table    bool
	typ      bool
}

// modify sends a route with the given message type and flags.
func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	c := newChange(e, typ, flags)
	if err := c.parse(a); err != nil {
		return err
	}
	return e.Change(c.m, Print)
}

func newChange(e *cli.Env, typ, flags uint16) *change {
	mem := cli.State[memory](e)
	if mem.keywords == nil {
		mem.keywords = cli.NewLookup(len(keywords), keywordWords)
	}
	c := &mem.change
	*c = change{env: e, m: e.NewChange(typ, flags), keywords: mem.keywords}
	c.rtm = unix.RtMsg{Family: e.Opt.Family, Table: unix.RT_TABLE_MAIN, Scope: unix.RT_SCOPE_NOWHERE}
	if typ != unix.RTM_DELROUTE {
		c.rtm.Protocol, c.rtm.Scope, c.rtm.Type = unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST
	}
	rtnl.Put(c.m, c.rtm)
	return c
}

// A keyword is a row of the table of a route's words. Those of numbers share
// parsers, which the other columns tell what to do.
type keyword struct {
	words string // see cli.Match
	parse func(c *change, k *keyword, a *cli.Args) error
	attr  uint16 // RTA_… or RTAX_…
	what  string // in complaints
	scale uint32 // of a time: the kernel's units in a millisecond
}

// keywords are the words of a route, but for "nexthop", which begins the list
// at its end. What is no keyword is a destination.
var keywords = []keyword{
	{words: "=src", parse: (*change).parseSrc},
	{words: "=as", parse: (*change).parseAs},
	{words: "=via", parse: (*change).parseVia},
	{words: "=from", parse: (*change).parseFrom},
	{words: "=tos|dsfield", parse: (*change).parseTOS},
	{words: "=expires", parse: (*change).parseAttr, attr: unix.RTA_EXPIRES, what: "expires"},
	{words: "metric|priority|=preference", parse: (*change).parseAttr, attr: unix.RTA_PRIORITY, what: "metric"},
	{words: "=scope", parse: (*change).parseScope},
	{words: "=mtu", parse: (*change).parseMetric, attr: unix.RTAX_MTU, what: "mtu"},
	{words: "=hoplimit", parse: (*change).parseMetric, attr: unix.RTAX_HOPLIMIT, what: "hoplimit"},
	{words: "=advmss", parse: (*change).parseMetric, attr: unix.RTAX_ADVMSS, what: "mss"},
	{words: "reordering", parse: (*change).parseMetric, attr: unix.RTAX_REORDERING, what: "reordering"},
	{words: "=rtt", parse: (*change).parseTime, attr: unix.RTAX_RTT, what: "rtt", scale: 8},
	{words: "=rto_min", parse: (*change).parseRTOMin},
	{words: "window", parse: (*change).parseMetric, attr: unix.RTAX_WINDOW, what: "window"},
	{words: "cwnd", parse: (*change).parseMetric, attr: unix.RTAX_CWND, what: "cwnd"},
	{words: "initcwnd", parse: (*change).parseMetric, attr: unix.RTAX_INITCWND, what: "initcwnd"},
	{words: "initrwnd", parse: (*change).parseMetric, attr: unix.RTAX_INITRWND, what: "initrwnd"},
	{words: "features", parse: (*change).parseFeatures},
	{words: "quickack", parse: (*change).parseBool, attr: unix.RTAX_QUICKACK, what: "quickack"},
	{words: "congctl", parse: (*change).parseCongctl},
	{words: "rttvar", parse: (*change).parseTime, attr: unix.RTAX_RTTVAR, what: "rttvar", scale: 4},
	{words: "ssthresh", parse: (*change).parseMetric, attr: unix.RTAX_SSTHRESH, what: "ssthresh"},
	{words: "realms", parse: (*change).parseRealms},
	{words: "=onlink", parse: (*change).parseOnlink},
	{words: "=nhid", parse: (*change).parseNhid},
	{words: "protocol", parse: (*change).parseProtocol},
	{words: "table", parse: (*change).parseTable},
	{words: "vrf", parse: (*change).parseVRF},
	{words: "=dev|=oif", parse: (*change).parseDev},
	{words: "pref", parse: (*change).parsePref},
	{words: "=encap", parse: (*change).parseEncap},
	{words: "=ttl-propagate", parse: (*change).parseTTLPropagate},
	{words: "fastopen_no_cookie", parse: (*change).parseBool, attr: unix.RTAX_FASTOPEN_NO_COOKIE, what: "fastopen_no_cookie"},
}

// destination is the row of words that are no keywords.
var destination = keyword{parse: (*change).parseDst}

func keywordWords(i int) string { return keywords[i].words }

// memory is what the lines of a batch share.
type memory struct {
	keywords *cli.Lookup
	change   change
}

// find returns the row of a word, or nil.
func (c *change) find(word string) *keyword {
	if i := c.keywords.Find(word, keywordWords); i >= 0 {
		return &keywords[i]
	}
	return nil
}

// parse reads the whole command line and completes the message.
func (c *change) parse(a *cli.Args) error {
	for a.More() && !a.Is("=nexthop") {
		k := c.find(a.Word())
		if k == nil {
			k = &destination
		} else {
			a.Skip()
		}
		if err := k.parse(c, k, a); err != nil {
			return err
		}
	}
	if !c.dst {
		return cli.Usage(usage)
	}
	if err := c.finish(a); err != nil {
		return err
	}
	c.setDefaults()
	rtm, _ := rtnl.View[unix.RtMsg](c.m.Body())
	*rtm = c.rtm
	return nil
}

// metric is the message to which metrics are added.
func (c *change) metric() *rtnl.Msg {
	if c.metrics == nil {
		c.metrics = rtnl.New(0, 0)
	}
	return c.metrics
}

// finish adds what comes last.
func (c *change) finish(a *cli.Args) error {
	if c.hasDev {
		idx, err := c.env.Index(c.dev)
		if err != nil {
			return err
		}
		c.m.U32(unix.RTA_OIF, idx)
	}
	if c.metrics != nil {
		if c.lock != 0 {
			c.metrics.U32(unix.RTAX_LOCK, c.lock)
		}
		c.m.Attr(unix.RTA_METRICS, c.metrics.Body())
	}
	if a.More() {
		c.nexthops = true
		return c.parseNexthops(a)
	}
	return nil
}

// setDefaults fills in what the kernel wants and the words left out.
func (c *change) setDefaults() {
	r := &c.rtm
	if r.Family == unix.AF_UNSPEC {
		r.Family = unix.AF_INET
	}
	local := r.Type == unix.RTN_LOCAL || r.Type == unix.RTN_NAT
	link := r.Type == unix.RTN_BROADCAST || r.Type == unix.RTN_ANYCAST
	if !c.table && (local || link) {
		r.Table = unix.RT_TABLE_LOCAL
	}
	if !c.scope {
		switch {
		case r.Family == unix.AF_INET6 || r.Family == unix.AF_MPLS:
			r.Scope = unix.RT_SCOPE_UNIVERSE
		case local:
			r.Scope = unix.RT_SCOPE_HOST
		case link || r.Type == unix.RTN_MULTICAST:
			r.Scope = unix.RT_SCOPE_LINK
		case r.Type != unix.RTN_UNICAST && r.Type != unix.RTN_UNSPEC:
		case c.m.Type() == unix.RTM_DELROUTE:
			r.Scope = unix.RT_SCOPE_NOWHERE
		case !c.gateway && !c.nexthops && c.nhid == 0:
			r.Scope = unix.RT_SCOPE_LINK
		}
	}
	if !c.typ && r.Family == unix.AF_MPLS {
		r.Type = unix.RTN_UNICAST
	}
}

// decide sets the route's family, if no address before did.
func (c *change) decide(family uint8) {
	if c.rtm.Family == unix.AF_UNSPEC {
		c.rtm.Family = family
	}
}

// addr takes an address of the route's family.
func (c *change) addr(a *cli.Args) (cli.Prefix, error) {
	s, err := a.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	return cli.Addr(s, c.rtm.Family)
}

func (c *change) parseSrc(_ *keyword, a *cli.Args) error {
	p, err := c.addr(a)
	if err != nil {
		return err
	}
	c.decide(p.Family)
	c.m.Attr(unix.RTA_PREFSRC, p.Bytes())
	return nil
}

// skipTo steps over the word "to" that may stand before an address.
func skipTo(a *cli.Args) { a.Match("=to") }

func (c *change) parseAs(_ *keyword, a *cli.Args) error {
	skipTo(a)
	p, err := c.addr(a)
	if err != nil {
		return err
	}
	c.decide(p.Family)
	c.m.Attr(unix.RTA_NEWDST, p.Bytes())
	return nil
}

// parseVia takes [FAMILY] ADDRESS.
func (c *change) parseVia(_ *keyword, a *cli.Args) error {
	if c.gateway {
		return cli.InvArg("use nexthop syntax to specify multiple via\n", "via")
	}
	c.gateway = true
	p, err := gatewayArg(a, c.rtm.Family)
	if err != nil {
		return err
	}
	c.decide(p.Family)
	putGateway(c.m, c.rtm.Family, &p)
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

func (c *change) parseFrom(_ *keyword, a *cli.Args) error {
	p, err := c.prefix(a)
	if err != nil {
		return err
	}
	if len(p.Bytes()) > 0 {
		c.m.Attr(unix.RTA_SRC, p.Bytes())
	}
	c.rtm.Src_len = uint8(p.Bits)
	return nil
}

func (c *change) prefix(a *cli.Args) (cli.Prefix, error) {
	s, err := a.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	p, err := cli.ParsePrefix(s, c.rtm.Family)
	if err == nil {
		c.decide(p.Family)
	}
	return p, err
}

// parseDst takes [to] [TYPE] PREFIX.
func (c *change) parseDst(_ *keyword, a *cli.Args) error {
	skipTo(a)
	if !a.More() {
		return cli.Incomplete()
	}
	if w := a.Word(); w == "" || w[0] < '0' || w[0] > '9' {
		if t, ok := names.ParseRouteType(w); ok {
			a.Skip()
			c.rtm.Type, c.typ = t, true
		}
	}
	if a.Is("help") {
		return cli.Usage(usage)
	}
	if c.dst && a.More() {
		return cli.DupArg2("to", a.Word())
	}
	p, err := c.prefix(a)
	if err != nil {
		return err
	}
	c.rtm.Dst_len = uint8(p.Bits)
	c.dst = true
	if len(p.Bytes()) > 0 {
		c.m.Attr(unix.RTA_DST, p.Bytes())
	}
	return nil
}

// name takes a value that one of the name tables knows.
func name(a *cli.Args, t *names.Table, complaint string) (uint32, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	v, ok := t.Parse(s)
	if !ok {
		return 0, cli.InvArg(complaint, s)
	}
	return v, nil
}

// invalid is the complaint about most values.
func invalid(what string) string { return "\"" + what + "\" value is invalid\n" }

// parseAttr takes a number for an attribute.
func (c *change) parseAttr(k *keyword, a *cli.Args) error {
	v, err := a.U32(invalid(k.what))
	if err == nil {
		c.m.U32(k.attr, v)
	}
	return err
}

func (c *change) parseTOS(_ *keyword, a *cli.Args) error {
	v, err := name(a, c.env.Tables.DSField, invalid("tos"))
	c.rtm.Tos = uint8(v)
	return err
}

func (c *change) parseScope(_ *keyword, a *cli.Args) error {
	v, err := name(a, c.env.Tables.Scopes, "invalid \"scope\" value\n")
	c.rtm.Scope, c.scope = uint8(v), true
	return err
}

func (c *change) parseProtocol(_ *keyword, a *cli.Args) error {
	v, err := name(a, c.env.Tables.Protocols, invalid("protocol"))
	c.rtm.Protocol = uint8(v)
	return err
}

func (c *change) parseTable(_ *keyword, a *cli.Args) error {
	v, err := name(a, c.env.Tables.RouteTables, invalid("table"))
	if err == nil {
		c.setTable(v)
	}
	return err
}

func (c *change) parseVRF(_ *keyword, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	table := vrf.Table(c.env, s)
	if table == 0 {
		return cli.InvArg("Invalid VRF\n", s)
	}
	c.setTable(table)
	return nil
}

// setTable files the table where it fits.
func (c *change) setTable(table uint32) {
	c.table = true
	if table < 256 {
		c.rtm.Table = uint8(table)
		return
	}
	c.rtm.Table = unix.RT_TABLE_UNSPEC
	c.m.U32(unix.RTA_TABLE, table)
}

func realms(e *cli.Env, a *cli.Args, complaint string) (uint32, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	v, ok := e.Tables.ParseRealms(s)
	if !ok {
		return 0, cli.InvArg(complaint, s)
	}
	return v, nil
}

func (c *change) parseRealms(_ *keyword, a *cli.Args) error {
	v, err := realms(c.env, a, invalid("realm"))
	if err == nil {
		c.m.U32(unix.RTA_FLOW, v)
	}
	return err
}

func (c *change) parseOnlink(*keyword, *cli.Args) error {
	c.rtm.Flags |= unix.RTNH_F_ONLINK
	return nil
}

func (c *change) parseNhid(_ *keyword, a *cli.Args) (err error) {
	if c.nhid, err = a.U32(invalid("id")); err == nil {
		c.m.U32(uapi.RTA_NH_ID, c.nhid)
	}
	return err
}

func (c *change) parseDev(_ *keyword, a *cli.Args) (err error) {
	c.dev, err = a.Value()
	c.hasDev = true
	return err
}

// parsePref takes the preference of an IPv6 router.
func (c *change) parsePref(_ *keyword, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := uint64(0), true
	switch s {
	case "low":
		v = uapi.ICMPV6_ROUTER_PREF_LOW
	case "medium":
		v = uapi.ICMPV6_ROUTER_PREF_MEDIUM
	case "high":
		v = uapi.ICMPV6_ROUTER_PREF_HIGH
	default:
		v, ok = cli.ParseUint(s, 0, 8)
	}
	if !ok {
		return cli.InvArg(invalid("pref"), s)
	}
	c.m.U8(unix.RTA_PREF, uint8(v))
	return nil
}

func (c *change) parseEncap(_ *keyword, a *cli.Args) error {
	return encap.Parse(c.env, a, c.m, unix.RTA_ENCAP, unix.RTA_ENCAP_TYPE)
}

func (c *change) parseTTLPropagate(_ *keyword, a *cli.Args) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case cli.Match("enabled", s):
		c.m.U8(unix.RTA_TTL_PROPAGATE, 1)
	case cli.Match("disabled", s):
		c.m.U8(unix.RTA_TTL_PROPAGATE, 0)
	default:
		return cli.InvArg(invalid("ttl-propagate"), s)
	}
	return nil
}
