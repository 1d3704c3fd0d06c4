// Package xfrmcmd is "ip xfrm": the states and policies of IPsec, and what
// becomes of them. It departs from iproute2 nowhere; like iproute2, it writes
// text with -j too.
package xfrmcmd

import (
	"cmp"
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const usage = `Usage: ip xfrm XFRM-OBJECT { COMMAND | help }
XFRM-OBJECT := { state | policy | monitor }
`

// Run is ip xfrm.
func Run(e *cli.Env, a *cli.Args) error {
	switch {
	case a.Match("state|sa"):
		return cli.Dispatch(e, a, "xfrm state", stateVerbs, listStates)
	case a.Match("policy"):
		return cli.Dispatch(e, a, "xfrm policy", policyVerbs, listPolicies)
	case a.Match("monitor"):
		return monitor(e, a)
	}
	return cli.Usage(usage)
}

// The names of the kernel's numbers.
var (
	modeNames      = word.Names{{Val: 0, Word: "transport"}, {Val: 1, Word: "tunnel"}, {Val: 2, Word: "ro"}, {Val: 3, Word: "in_trigger"}, {Val: 4, Word: "beet"}}
	shareNames     = word.Names{{Val: 0, Word: "any"}, {Val: 1, Word: "session"}, {Val: 2, Word: "user"}, {Val: 3, Word: "unique"}}
	ptypeNames     = word.Names{{Val: 0, Word: "main"}, {Val: 1, Word: "sub"}}
	policyDirNames = word.Names{{Val: 0, Word: "in"}, {Val: 1, Word: "out"}, {Val: 2, Word: "fwd"}}
	actionNames    = word.Names{{Val: 0, Word: "allow"}, {Val: 1, Word: "block"}}
	levelNames     = word.Names{{Val: 0, Word: "required"}, {Val: 1, Word: "use"}}
	stateDirNames  = word.Names{{Val: uapi.XFRM_SA_DIR_IN, Word: "in"}, {Val: uapi.XFRM_SA_DIR_OUT, Word: "out"}}

	// transforms are the protocols of states.
	transforms = word.Names{
		{Val: unix.IPPROTO_ESP, Word: "esp"}, {Val: unix.IPPROTO_AH, Word: "ah"}, {Val: unix.IPPROTO_COMP, Word: "comp"},
		{Val: unix.IPPROTO_ROUTING, Word: "route2"}, {Val: unix.IPPROTO_DSTOPTS, Word: "hao"}, {Val: 255, Word: "ipsec-any"},
	}
	encapTypes = word.Names{{Val: 1, Word: "espinudp-nonike"}, {Val: 2, Word: "espinudp"}, {Val: uapi.TCP_ENCAP_ESPINTCP, Word: "espintcp"}}
)

// Names of bits.
var (
	stateFlags = word.Names{
		{Val: uapi.XFRM_STATE_NOECN, Word: "noecn"}, {Val: uapi.XFRM_STATE_DECAP_DSCP, Word: "decap-dscp"},
		{Val: uapi.XFRM_STATE_NOPMTUDISC, Word: "nopmtudisc"}, {Val: uapi.XFRM_STATE_WILDRECV, Word: "wildrecv"},
		{Val: uapi.XFRM_STATE_ICMP, Word: "icmp"}, {Val: uapi.XFRM_STATE_AF_UNSPEC, Word: "af-unspec"},
		{Val: uapi.XFRM_STATE_ALIGN4, Word: "align4"}, {Val: uapi.XFRM_STATE_ESN, Word: "esn"},
	}
	extraFlags  = word.Names{{Val: uapi.XFRM_SA_XFLAG_DONT_ENCAP_DSCP, Word: "dont-encap-dscp"}, {Val: uapi.XFRM_SA_XFLAG_OSEQ_MAY_WRAP, Word: "oseq-may-wrap"}}
	policyFlags = word.Names{{Val: uapi.XFRM_POLICY_LOCALOK, Word: "localok"}, {Val: uapi.XFRM_POLICY_ICMP, Word: "icmp"}}
)

// nameOf is the name of a number, or its digits.
func nameOf(names word.Names, n uint64) string {
	return cmp.Or(names.Of(n), strconv.FormatUint(n, 10))
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
