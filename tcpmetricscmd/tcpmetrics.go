// Package tcpmetricscmd is "ip tcp_metrics": what TCP remembers of the hosts
// that it talked to. It departs from iproute2 nowhere.
package tcpmetricscmd

import (
	"cmp"
	"fmt"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const familyName = "tcp_metrics"

// Object is ip tcp_metrics.
var Object = command.Object{Words: "tcpmetrics", Also: "tcp_metrics", Name: "tcp_metrics", Usage: usage, Verbs: []command.Verb{
	{Words: "list|lst|show", Run: list, Reads: &words, Default: true},
	{Words: "delete|remove", Run: del, Reads: &words, Waits: true},
	{Words: "flush", Run: flush, Reads: &words},
	{Words: "help"},
}}

const usage = `Usage: ip tcp_metrics [ { show | flush } SELECTOR ]
       ip tcp_metrics delete [ address ] ADDRESS
       ip { tcp_metrics | tcpmetrics } { COMMAND | help }
SELECTOR := [ [ address ] PREFIX ] | [ source ADDRESS ]
`

// A selector is what a command is about: a prefix of hosts, or one host, and
// our own address.
type selector struct {
	e        *cli.Env
	dst, src cli.Prefix
	hasDst   bool
	hasSrc   bool
	del      bool   // it has to be one host
	dstAttr  uint16 // of the one host, 0 for several
	srcAttr  uint16
}

// words are those of all verbs. What they say goes to the selector.
var words = field.Table{Name: "tcp_metrics", Voice: &field.Voice{Twice: cli.DupArg2}, Rows: []*field.Row{
	{Words: "=src|=source", In: field.Slot, Attr: source, Type: &sourceHost, Flags: field.Once},
	{Words: "=address|=addr", In: field.Slot, Attr: destination, Type: &destinationHost, Flags: field.Once | field.Bare},
}}

// The slots of words.
const (
	source = iota
	destination
)

var (
	sourceHost      = field.Type{Parse: parseSource}
	destinationHost = field.Type{Parse: parseDestination}
)

// parse reads the words; del tells that it has to be one host.
func (s *selector) parse(a *cli.Args, del bool) error {
	switch f := s.e.Opt.Family; f {
	case unix.AF_UNSPEC, unix.AF_INET, unix.AF_INET6:
	default:
		return cli.Fail("Unsupported protocol family: %d", f)
	}
	s.del = del
	c := field.NewCall(s.e, a, &words)
	c.For = s
	return c.Read()
}

// take takes a prefix, and steps over one word behind it, as the real tool does.
func take(c *field.Call, r *field.Row, p *cli.Prefix) (word string, err error) {
	if c.Args.Is("help") {
		return "", cli.Help()
	}
	if word, err = c.Args.Value(); err != nil {
		return word, err
	}
	if err = c.Note(r, cmp.Or(c.Typed, r.Word()), word); err != nil {
		return word, err
	}
	*p, err = cli.ParsePrefix(word, c.Env.Opt.Family)
	c.Args.Skip()
	return word, err
}

func parseSource(c *field.Call, r *field.Row) error {
	s := c.For.(*selector)
	word, err := take(c, r, &s.src)
	if err != nil {
		return err
	}
	s.hasSrc = true
	s.srcAttr = pick(&s.src, uapi.TCP_METRICS_ATTR_SADDR_IPV4, uapi.TCP_METRICS_ATTR_SADDR_IPV6)
	if s.srcAttr == 0 {
		return notSpecific(word)
	}
	return nil
}

func parseDestination(c *field.Call, r *field.Row) error {
	s := c.For.(*selector)
	word, err := take(c, r, &s.dst)
	if err != nil {
		return err
	}
	s.hasDst = true
	s.dstAttr = pick(&s.dst, uapi.TCP_METRICS_ATTR_ADDR_IPV4, uapi.TCP_METRICS_ATTR_ADDR_IPV6)
	if s.del && s.dstAttr == 0 {
		return notSpecific(word)
	}
	return nil
}

// pick returns the attribute for a whole address, 0 for a shorter prefix.
func pick(p *cli.Prefix, v4, v6 uint16) uint16 {
	switch n := len(p.Bytes()); {
	case n == 0 || n*8 != p.Bits:
		return 0
	case p.Family == unix.AF_INET:
		return v4
	case p.Family == unix.AF_INET6:
		return v6
	}
	return 0
}

func notSpecific(word string) error {
	return cli.Fail(`Error: a specific IP address is expected rather than "%s"`, word)
}

// request builds a request for the hosts that the selector names by their
// whole address.
func (s *selector) request(family uint16, cmd uint8) *rtnl.Msg {
	m := rtnl.Request(family, unix.Genlmsghdr{Cmd: cmd, Version: uapi.TCP_METRICS_GENL_VERSION})
	if s.dstAttr != 0 {
		m.Attr(s.dstAttr, s.dst.Bytes())
	}
	if s.srcAttr != 0 {
		m.Attr(s.srcAttr, s.src.Bytes())
	}
	return m
}

// dump gives the hosts that match to f.
func (s *selector) dump(c *rtnl.Conn, family uint16, f func(*host) error) error {
	m := rtnl.Request(family, unix.Genlmsghdr{Cmd: uapi.TCP_METRICS_CMD_GET, Version: uapi.TCP_METRICS_GENL_VERSION})
	var h host
	return c.Dump(m, func(m rtnl.Message) error {
		if h.parse(s.e, m) && s.match(&h) {
			return f(&h)
		}
		return nil
	})
}

// match decides about one host. Old kernels do not tell our own address: then
// it does not count.
func (s *selector) match(h *host) bool {
	af := s.e.Opt.Family
	if af != unix.AF_UNSPEC && (h.family != af || h.src != nil && h.srcFamily != af) {
		return false
	}
	if s.hasDst && s.dst.Family != unix.AF_UNSPEC && (s.dst.Family != h.family || !s.dst.Covers(h.dst)) {
		return false
	}
	return h.src == nil || !s.hasSrc || s.src.Family == unix.AF_UNSPEC ||
		s.src.Family == h.srcFamily && s.src.Covers(h.src)
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	s := &selector{e: e}
	if err := s.parse(a, false); err != nil {
		return err
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	if s.dstAttr != 0 {
		// One host is text, with -j too.
		return conn.Get(s.request(family, uapi.TCP_METRICS_CMD_GET), func(m rtnl.Message) error {
			var h host
			if h.parse(s.e, m) && s.match(&h) {
				h.print(e, false)
			}
			return nil
		})
	}
	e.Pen.Begin()
	err = s.dump(conn, family, func(h *host) error {
		h.print(e, false)
		return nil
	})
	e.Pen.End()
	return cli.DumpError(cli.AskedAs(cli.FailedToSend, err), cli.StatusError)
}

func del(c *command.Call) error {
	e, a := c.Env, c.Args
	s := &selector{e: e}
	if err := s.parse(a, true); err != nil {
		return err
	}
	if s.dstAttr == 0 {
		return cli.MissArg("address")
	}
	return s.delete()
}

// delete forgets one host, or all if none is named.
func (s *selector) delete() error {
	if s.dstAttr == 0 {
		s = &selector{e: s.e}
	}
	return s.e.PostGenl(familyName, s.request(0, uapi.TCP_METRICS_CMD_DEL), cli.Special{})
}

// flush forgets the hosts that match: in one request if it names one or all of
// them, else in rounds until none is left.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	s := &selector{e: e}
	if err := s.parse(a, false); err != nil {
		return err
	}
	if s.dstAttr != 0 || s.dst.Bits <= 0 && s.src.Bits <= 0 && e.Opt.Family == unix.AF_UNSPEC {
		return s.delete()
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	sender, err := e.Dial(unix.NETLINK_GENERIC)
	if err != nil {
		return err
	}
	defer sender.Close()
	for round := 0; ; round++ {
		n, err := s.flushRound(conn, rtnl.NewBurst(sender, rtnl.FlushBurst(e.Opt.Stats > 1)), family, round+1)
		if err != nil {
			return err
		}
		if n == 0 {
			sayEnd(e, round)
			return nil
		}
	}
}

func (s *selector) flushRound(c *rtnl.Conn, burst *rtnl.Burst, family uint16, round int) (deleted int, err error) {
	err = s.dump(c, family, func(h *host) error {
		deleted++
		if s.e.Opt.Stats > 1 {
			h.print(s.e, true)
			s.e.Pen.WriteBlocks()
		}
		return burst.Add(family, h.deletion().Body())
	})
	if err != nil {
		return 0, &cli.Error{Status: cli.StatusError, Text: "Flush terminated\n", Err: cli.AskedAs("Failed to send flush request", err), Ends: true}
	}
	if deleted == 0 {
		return 0, nil
	}
	if err := burst.Send(); err != nil {
		return 0, cli.Exit(cli.StatusError, "Failed to send flush request\n: %s", cli.Strerror(err))
	}
	if s.e.Opt.Stats > 0 {
		s.e.Pen.Text(fmt.Sprintf("\n*** Round %d, deleting %d entries ***\n", round, deleted))
	}
	return deleted, nil
}

func sayEnd(e *cli.Env, round int) {
	switch {
	case round == 0:
		e.Warnf("Nothing to flush.\n")
	case e.Opt.Stats == 0:
	case round == 1:
		e.Pen.Text("*** Flush is complete after 1 round ***\n")
	default:
		e.Pen.Text(fmt.Sprintf("*** Flush is complete after %d rounds ***\n", round))
	}
}
