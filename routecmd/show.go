package routecmd

import (
	"errors"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
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
	iifDev *string
	oifDev *string
}

// selectors are the words of list, flush and save; what is none of them is a
// destination.
var selectors = []cli.Keyword[*query]{
	{Words: "table", Parse: (*query).parseTable},
	{Words: "vrf", Parse: (*query).parseVRF},
	{Words: "cached|cloned", Parse: (*query).parseCached},
	{Words: "=tos|dsfield", Parse: (*query).parseTOS},
	{Words: "protocol", Parse: (*query).parseProtocol},
	{Words: "scope", Parse: (*query).parseScope},
	{Words: "type", Parse: (*query).parseType},
	{Words: "=dev|=oif", Parse: (*query).parseDev},
	{Words: "=iif", Parse: (*query).parseIif},
	{Words: "=mark", Parse: (*query).parseMark},
	{Words: "metric|priority|=preference", Parse: (*query).parseMetric},
	{Words: "=via", Parse: (*query).parseVia},
	{Words: "=src", Parse: (*query).parseSrc},
	{Words: "realms", Parse: (*query).parseRealms},
	{Words: "from", Parse: (*query).parseFrom},
}

// parse reads the selectors into f.
func (f *filter) parse(e *cli.Env, a *cli.Args) (*query, error) {
	q := &query{filter: f, env: e, family: e.Opt.Family}
	f.table = unix.RT_TABLE_MAIN
	if err := cli.ParseWords(q, a, selectors, (*query).parseTo); err != nil {
		return nil, err
	}
	for _, p := range []*cli.Prefix{&f.prefSrc, &f.via, &f.rootDst, &f.maxDst, &f.rootSrc, &f.maxSrc} {
		f.addrs = f.addrs || given(p)
	}
	if q.family == unix.AF_UNSPEC && f.table != 0 {
		q.family = unix.AF_INET
	}
	if err := q.device(q.iifDev, &f.iif); err != nil {
		return nil, err
	}
	return q, q.device(q.oifDev, &f.oif)
}

func (q *query) device(name *string, t *test[uint32]) error {
	if name == nil {
		return nil
	}
	idx, err := q.env.Index(*name)
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

func (q *query) parseTable(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	id, ok := q.env.Tables.RouteTables.Parse(s)
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
		return cli.InvArg("table id value is invalid\n", s)
	}
	return nil
}

// parseVRF selects the routes that the VRF's own addresses did not bring.
func (q *query) parseVRF(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if q.table = vrf.Table(q.env, s); q.table == 0 {
		return cli.InvArg("Invalid VRF\n", s)
	}
	q.types = ^(typeBit(unix.RTN_LOCAL) | typeBit(unix.RTN_BROADCAST))
	return nil
}

func (q *query) parseCached(*cli.Args) error {
	q.cloned = onlyCloned
	return nil
}

func (q *query) parseTOS(a *cli.Args) error {
	v, err := name(a, q.env.Tables.DSField, "TOS value is invalid\n")
	q.tos = is(uint8(v))
	return err
}

// nameOrAll takes a value of a name table, or "all" for no test.
func nameOrAll(a *cli.Args, t *names.Table, all uint8, complaint string) (test[uint8], error) {
	s, err := a.Value()
	if err != nil {
		return test[uint8]{}, err
	}
	v, ok := t.Parse(s)
	switch {
	case ok:
		return is(uint8(v)), nil
	case s == "all":
		return test[uint8]{value: all}, nil
	}
	return test[uint8]{}, cli.InvArg(complaint, s)
}

func (q *query) parseProtocol(a *cli.Args) (err error) {
	q.protocol, err = nameOrAll(a, q.env.Tables.Protocols, 0, "invalid \"protocol\"\n")
	return err
}

func (q *query) parseScope(a *cli.Args) (err error) {
	q.scope, err = nameOrAll(a, q.env.Tables.Scopes, unix.RT_SCOPE_NOWHERE, "invalid \"scope\"\n")
	return err
}

func (q *query) parseType(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	t, ok := names.ParseRouteType(s)
	if !ok {
		return cli.InvArg("node type value is invalid\n", s)
	}
	q.types = typeBit(t)
	return nil
}

func (q *query) parseDev(a *cli.Args) error { return a.LinkTo(&q.oifDev) }
func (q *query) parseIif(a *cli.Args) error { return a.LinkTo(&q.iifDev) }

func (q *query) parseMark(a *cli.Args) error {
	v, err := a.U32("invalid mark value")
	q.mark = is(v)
	return err
}

func (q *query) parseMetric(a *cli.Args) error {
	v, err := a.U32("\"metric\" value is invalid\n")
	q.metric = is(v)
	return err
}

func (q *query) parseVia(a *cli.Args) error {
	family := q.family
	if f := cli.ParseFamily(a.Word()); f != unix.AF_UNSPEC {
		family = f
		a.Skip()
	}
	return parsePrefix(a, family, &q.via)
}

func (q *query) parseSrc(a *cli.Args) error { return parsePrefix(a, q.family, &q.prefSrc) }

func parsePrefix(a *cli.Args, family uint8, p *cli.Prefix) error {
	s, err := a.Value()
	if err == nil {
		*p, err = cli.ParsePrefix(s, family)
	}
	return err
}

// parseRealms takes [SRC/]DST, either of which may be missing.
func (q *query) parseRealms(a *cli.Args) error {
	s := a.Word()
	if _, err := a.Value(); err != nil {
		return err
	}
	v, ok := q.env.Tables.ParseRealms(s)
	if !ok {
		return cli.InvArg("invalid realms\n", s)
	}
	q.realms = is(v)
	if v&0xffff == 0 && strings.HasSuffix(s, "/") {
		q.realms.mask &^= 0xffff
	}
	if v>>16 == 0 && (!strings.Contains(s, "/") || strings.HasPrefix(s, "/")) {
		q.realms.mask &^= 0xffff0000
	}
	return nil
}

func (q *query) parseFrom(a *cli.Args) error { return q.parseRange(a, &q.rootSrc, &q.maxSrc) }

func (q *query) parseTo(a *cli.Args) error {
	a.Match("to")
	return q.parseRange(a, &q.rootDst, &q.maxDst)
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
