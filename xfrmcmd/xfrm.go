// Package xfrmcmd is "ip xfrm": the states and policies of IPsec, and what
// becomes of them. It departs from iproute2 nowhere; like iproute2, it writes
// text with -j too.
package xfrmcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip xfrm XFRM-OBJECT { COMMAND | help }
XFRM-OBJECT := { state | policy | monitor }
`

// Object is ip xfrm. It shows its help for any word that it does not know.
var Object = command.Object{Words: "xfrm", Usage: usage, Unknown: help, Verbs: []command.Verb{
	{Words: "state|sa", Name: "xfrm state", Usage: stateUsage, Verbs: stateVerbs},
	{Words: "policy", Name: "xfrm policy", Usage: policyUsage, Verbs: policyVerbs},
	{Words: "monitor", Usage: monitorUsage, Run: monitor, Beyond: true},
}}

func help(*command.Call) error { return cli.Help() }

// The names of the kernel's numbers.
var (
	modeNames      = word.Names{{0, "transport"}, {1, "tunnel"}, {2, "ro"}, {3, "in_trigger"}, {4, "beet"}}
	shareNames     = word.Names{{0, "any"}, {1, "session"}, {2, "user"}, {3, "unique"}}
	ptypeNames     = word.Names{{0, "main"}, {1, "sub"}}
	policyDirNames = word.Names{{0, "in"}, {1, "out"}, {2, "fwd"}}
	actionNames    = word.Names{{0, "allow"}, {1, "block"}}
	levelNames     = word.Names{{0, "required"}, {1, "use"}}
	stateDirNames  = word.Names{{uapi.XFRM_SA_DIR_IN, "in"}, {uapi.XFRM_SA_DIR_OUT, "out"}}

	// transforms are the protocols of states.
	transforms = word.Names{
		{unix.IPPROTO_ESP, "esp"}, {unix.IPPROTO_AH, "ah"}, {unix.IPPROTO_COMP, "comp"},
		{unix.IPPROTO_ROUTING, "route2"}, {unix.IPPROTO_DSTOPTS, "hao"}, {255, "ipsec-any"},
	}
	encapTypes = word.Names{{1, "espinudp-nonike"}, {2, "espinudp"}, {uapi.TCP_ENCAP_ESPINTCP, "espintcp"}}
)

// Names of bits.
var (
	stateFlags = word.Names{
		{uapi.XFRM_STATE_NOECN, "noecn"}, {uapi.XFRM_STATE_DECAP_DSCP, "decap-dscp"},
		{uapi.XFRM_STATE_NOPMTUDISC, "nopmtudisc"}, {uapi.XFRM_STATE_WILDRECV, "wildrecv"},
		{uapi.XFRM_STATE_ICMP, "icmp"}, {uapi.XFRM_STATE_AF_UNSPEC, "af-unspec"},
		{uapi.XFRM_STATE_ALIGN4, "align4"}, {uapi.XFRM_STATE_ESN, "esn"},
	}
	extraFlags  = word.Names{{uapi.XFRM_SA_XFLAG_DONT_ENCAP_DSCP, "dont-encap-dscp"}, {uapi.XFRM_SA_XFLAG_OSEQ_MAY_WRAP, "oseq-may-wrap"}}
	policyFlags = word.Names{{uapi.XFRM_POLICY_LOCALOK, "localok"}, {uapi.XFRM_POLICY_ICMP, "icmp"}}
)

// nameOf is the name of a number, or its digits.
func nameOf(names word.Names, n uint64) string {
	if name := names.Of(n); name != "" {
		return name
	}
	return strconv.FormatUint(n, 10)
}

// isIPsec tells the protocols whose states have algorithms.
func isIPsec(proto uint8) bool {
	return proto == unix.IPPROTO_ESP || proto == unix.IPPROTO_AH || proto == unix.IPPROTO_COMP
}

// isMobility tells the protocols whose states are those of Mobile IPv6.
func isMobility(proto uint8) bool {
	return proto == unix.IPPROTO_ROUTING || proto == unix.IPPROTO_DSTOPTS
}

// done is the end of a command that the real tool ends with exit(0): a batch
// ends with it.
func done() error { return &cli.Error{Ends: true} }

// refused ends the command, or the batch, with what the kernel has against it.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return &cli.Error{Status: cli.StatusKernel, Err: err, Ends: true}
}

// change sends a request for a change.
func change(e *cli.Env, m *rtnl.Msg) error { return e.PostXfrm(m, cli.Special{Ends: true}) }

// changeBy sends the change that parse makes of the words.
func changeBy(c *command.Call, parse func(*cli.Env, *cli.Args, uint16) (*rtnl.Msg, error)) error {
	m, err := parse(c.Env, c.Args, c.Verb.Type)
	if err != nil {
		return err
	}
	return change(c.Env, m)
}

// ask sends a request that one message answers.
func ask(e *cli.Env, m *rtnl.Msg, f func(rtnl.Message) error) error {
	c, err := e.Dial(unix.NETLINK_XFRM)
	if err != nil {
		return err
	}
	defer c.Close()
	return refused(c.Get(m, f))
}

// dump lists what the kernel has.
func dump(e *cli.Env, m *rtnl.Msg, f func(rtnl.Message) error) error {
	c, err := e.Dial(unix.NETLINK_XFRM)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Dump(m, f); err != nil {
		return cli.DumpError(err, cli.StatusError)
	}
	return done()
}

// deleteAll dumps what get asks for and deletes what del builds a request for,
// until there is nothing left to delete.
func deleteAll(e *cli.Env, get uint16, del func(rtnl.Message) *rtnl.Msg) error {
	c, err := e.Dial(unix.NETLINK_XFRM)
	if err != nil {
		return err
	}
	defer c.Close()
	s := sweep{e: e, burst: rtnl.NewBurst(c, rtnl.LargeBurst), del: del, states: get == uapi.XFRM_MSG_GETSA}
	for round := 0; ; round++ {
		tell(e, "Delete-all round = %d\n", round)
		s.size, s.count = 0, 0
		err := c.Dump(rtnl.New(get, 0), s.add)
		switch {
		case err != nil:
			return &cli.Error{Status: cli.StatusError, Text: "Delete-all terminated\n", Err: err, Ends: true}
		case s.count == 0:
			tell(e, "Delete-all completed\n")
			return done()
		}
		if err := s.send(); err != nil {
			return err
		}
	}
}

// A sweep is a round of deletions, which are sent when its dump is over.
type sweep struct {
	e      *cli.Env
	burst  *rtnl.Burst
	del    func(rtnl.Message) *rtnl.Msg
	states bool
	size   int // of the requests
	count  int
}

// The real tool's room for the requests of a round, and the size of the one
// about a policy.
const (
	roundSize  = 8192
	policySize = 80
)

// add adds the deletion of one entry. Policies that do not fit are for the next
// round, but with too many states the real tool gives up.
func (s *sweep) add(m rtnl.Message) error {
	d := s.del(m)
	switch {
	case d == nil || !s.states && s.size+policySize > roundSize:
		return nil
	case s.size > roundSize:
		return cli.Fail("State buffer overflow")
	}
	s.count++
	s.size += unix.SizeofNlMsghdr + len(d.Body())
	return s.burst.Add(d.Type(), d.Body())
}

func (s *sweep) send() error {
	newline := ""
	if s.states {
		newline = "\n"
	}
	if err := s.burst.Send(); err != nil {
		return cli.Exit(cli.StatusError, "Failed to send delete-all request%s: %s", newline, cli.Strerror(err))
	}
	tell(s.e, "Delete-all nlmsg count = %d\n", s.count)
	return nil
}

// copyMark adds the mark of an entry that is to be deleted, if it has one, as
// long as the real tool makes it.
func copyMark(m *rtnl.Msg, attrs []byte) {
	if v := rtnl.Find(attrs, uapi.XFRMA_MARK); len(v) >= 8 {
		m.Attr(uapi.XFRMA_MARK, append(v[:8:8], 0, 0, 0, 0))
	}
}

// tell says on stderr what is going on, with -s -s.
func tell(e *cli.Env, format string, args ...any) {
	if e.Opt.Stats > 1 {
		e.Warnf(format, args...)
	}
}
