package routecmd

import (
	"errors"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A query is what list, flush and save select.
type query struct {
	*filter
	env    *cli.Env
	family uint8 // of the dump
}

// selectors has the words of list, flush and save; what is none of them is a
// destination. Numbers wait in slots.
var selectors = field.Table{Voice: &voice, Rows: []*field.Row{
	{Words: "table", Type: &field.Type{Read: parseTable}, Bad: "table id value is invalid\n"},
	{Words: "vrf", Type: &field.Type{Read: parseVRFTable}, Bad: "Invalid VRF\n"},
	{Words: "cached|cloned", In: field.Slot, Attr: slotCached, Type: &field.Mark},
	{Words: "=tos|dsfield", In: field.Slot, Attr: slotTOS, Type: &field.DSField, Bad: "TOS value is invalid\n"},
	{Words: "protocol", In: field.Slot, Attr: slotProtocol, Type: &field.Type{Size: 2, Named: field.Protocols, Scan: scanOrAll}, Bad: "invalid \"protocol\"\n"},
	{Words: "scope", In: field.Slot, Attr: slotScope, Type: &field.Type{Size: 2, Named: field.Scopes, Scan: scanOrAll}, Arg: unix.RT_SCOPE_NOWHERE, Bad: "invalid \"scope\"\n"},
	{Words: "type", Type: &field.Type{Read: parseType}, Bad: "node type value is invalid\n"},
	{Words: "=dev|=oif", In: field.Slot, Attr: unix.RTA_OIF, Type: &field.LinkWord},
	{Words: "=iif", In: field.Slot, Attr: unix.RTA_IIF, Type: &field.LinkWord},
	{Words: "=mark", In: field.Slot, Attr: unix.RTA_MARK, Type: &field.U32, Bad: "invalid mark value"},
	{Words: "metric|priority|=preference", In: field.Slot, Attr: unix.RTA_PRIORITY, Type: &field.U32},
	{Words: "=via", Type: &field.Type{Parse: parseGateway}},
	{Words: "=src", Type: &field.Type{Parse: parseSrc}},
	{Words: "realms", Type: &field.Type{Read: parseRealms}, Bad: "invalid realms\n"},
	{Words: "from", Type: &field.Type{Parse: parseSources}},
	{Words: "to", Type: &field.Type{Parse: parseTargets}, Flags: field.Bare},
}}

// Slots beside those that are named after an attribute.
const (
	slotCached = iota + 128
	slotTOS
	slotScope
	slotProtocol
)

// scanOrAll reads a name, or "all" for no test: the lower byte is the number, the upper
// one is the mask.
func scanOrAll(c *field.Call, r *field.Row, s string) (uint64, error) {
	v, ok := r.Type.Named(c.Env.Tables).Parse(s)
	switch {
	case ok:
		return 0xff00 | uint64(uint8(v)), nil
	case s == "all":
		return r.Arg, nil
	}
	return 0, c.Wrong(r, s)
}

// parse reads the selectors into f.
func (f *filter) parse(e *cli.Env, a *cli.Args) (*query, error) {
	q := &query{filter: f, env: e, family: e.Opt.Family}
	f.table = unix.RT_TABLE_MAIN
	c := field.NewCall(e, a, &selectors)
	c.For = q
	if err := c.Read(); err != nil {
		return nil, err
	}
	f.numbers(c)
	for _, p := range []*cli.Prefix{&f.prefSrc, &f.via, &f.rootDst, &f.maxDst, &f.rootSrc, &f.maxSrc} {
		f.addrs = f.addrs || given(p)
	}
	if q.family == unix.AF_UNSPEC && f.table != 0 {
		q.family = unix.AF_INET
	}
	if err := device(c, unix.RTA_IIF, &f.iif); err != nil {
		return nil, err
	}
	return q, device(c, unix.RTA_OIF, &f.oif)
}

// numbers takes those that wait in slots.
func (f *filter) numbers(c *field.Call) {
	if c.HasWord(field.Slot, slotCached) {
		f.cloned = onlyCloned
	}
	if v := c.Get(field.Slot, slotTOS); v != nil {
		f.tos = is(v[0])
	}
	f.protocol = testOf(c, slotProtocol)
	f.scope = testOf(c, slotScope)
	if v := c.Get(field.Slot, unix.RTA_MARK); v != nil {
		f.mark = is(rtnl.U32(v))
	}
	if v := c.Get(field.Slot, unix.RTA_PRIORITY); v != nil {
		f.metric = is(rtnl.U32(v))
	}
}

func testOf(c *field.Call, slot uint16) test[uint8] {
	n := rtnl.U16(c.Get(field.Slot, slot))
	return test[uint8]{uint8(n), uint8(n >> 8)}
}

func device(c *field.Call, slot uint16, t *test[uint32]) error {
	name, ok := c.Word(field.Slot, slot)
	if !ok {
		return nil
	}
	idx, err := c.Env.Index(name)
	if err == nil {
		*t = is(idx)
	}
	return err
}

// dump asks for the routes and gives those that the kernel sends to f.
func (q *query) dump(f func(rtnl.Message) error) error {
	return q.env.Dump(q.request(q.family), f)
}

// noMainTable reports whether a dump failed only because there is no main
// table yet: no routes, then.
func (q *query) noMainTable(err error) bool {
	var k *rtnl.Error
	return errors.As(err, &k) && k.Dump && k.Errno == unix.ENOENT && q.table == unix.RT_TABLE_MAIN
}

// list is the verb list.
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	p := NewPrinter(e)
	q, err := p.filter.parse(e, a)
	if err != nil {
		return err
	}
	e.Pen.Begin()
	return dumpFailed(q.list(p.Print))
}

func dumpFailed(err error) error { return cli.DumpError(err, cli.StatusKernel) }

// list is dump for a verb that takes a missing main table for an empty one.
func (q *query) list(f func(rtnl.Message) error) error {
	err := q.dump(f)
	if q.noMainTable(err) {
		return nil
	}
	return err
}

func parseTable(c *field.Call, r *field.Row, s string) error {
	q := c.For.(*query)
	id, ok := c.Env.Tables.RouteTables.Parse(s)
	switch {
	case ok:
		q.table = id
	case s == "all":
		q.table = 0
	case s == "cache":
		q.cloned = onlyCloned
	case s == "help":
		return cli.Help()
	default:
		return c.Wrong(r, s)
	}
	return nil
}

// parseVRFTable selects the routes that the VRF's own addresses did not bring.
func parseVRFTable(c *field.Call, r *field.Row, s string) error {
	q := c.For.(*query)
	if q.table = vrf.Table(c.Env, s); q.table == 0 {
		return c.Wrong(r, s)
	}
	q.types = ^(typeBit(unix.RTN_LOCAL) | typeBit(unix.RTN_BROADCAST))
	return nil
}

func parseType(c *field.Call, r *field.Row, s string) error {
	t, ok := names.ParseRouteType(s)
	if !ok {
		return c.Wrong(r, s)
	}
	c.For.(*query).types = typeBit(t)
	return nil
}

func parseGateway(c *field.Call, _ *field.Row) error {
	q, family := c.For.(*query), c.Env.Opt.Family
	if f := cli.ParseFamily(c.Args.Word()); f != unix.AF_UNSPEC {
		family = f
		c.Args.Skip()
	}
	return parsePrefix(c.Args, family, &q.via)
}

func parseSrc(c *field.Call, _ *field.Row) error {
	q := c.For.(*query)
	return parsePrefix(c.Args, q.family, &q.prefSrc)
}

func parsePrefix(a *cli.Args, family uint8, p *cli.Prefix) error {
	s, err := a.Value()
	if err == nil {
		*p, err = cli.ParsePrefix(s, family)
	}
	return err
}

// parseRealms takes [SRC/]DST, either of which may be missing.
func parseRealms(c *field.Call, r *field.Row, s string) error {
	v, ok := c.Env.Tables.ParseRealms(s)
	if !ok {
		return c.Wrong(r, s)
	}
	q := c.For.(*query)
	q.realms = is(v)
	if v&0xffff == 0 && strings.HasSuffix(s, "/") {
		q.realms.mask &^= 0xffff
	}
	if v>>16 == 0 && (!strings.Contains(s, "/") || strings.HasPrefix(s, "/")) {
		q.realms.mask &^= 0xffff0000
	}
	return nil
}

func parseSources(c *field.Call, _ *field.Row) error {
	q := c.For.(*query)
	return q.parseRange(c.Args, &q.rootSrc, &q.maxSrc)
}

func parseTargets(c *field.Call, _ *field.Row) error {
	q := c.For.(*query)
	return q.parseRange(c.Args, &q.rootDst, &q.maxDst)
}

// parseRange takes root PREFIX, match PREFIX or [exact] PREFIX.
func (q *query) parseRange(a *cli.Args, root, longest *cli.Prefix) error {
	switch {
	case a.Match("root"):
		return parsePrefix(a, q.family, root)
	case a.Match("match"):
		return parsePrefix(a, q.family, longest)
	}
	a.Match("exact")
	err := parsePrefix(a, q.family, longest)
	*root = *longest
	return err
}
