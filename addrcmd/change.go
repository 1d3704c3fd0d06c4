package addrcmd

import (
	"encoding/binary"
	"net/netip"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// forever is the lifetime of an address that does not end.
const forever = ^uint32(0)

// A request is one RTM_NEWADDR or RTM_DELADDR under construction.
type request struct {
	e   *cli.Env
	m   *rtnl.Msg
	ifa unix.IfAddrmsg

	dev      string
	hasDev   bool
	local    cli.Prefix
	peer     cli.Prefix
	localArg string
	hasLocal bool
	hasPeer  bool
	hasAny   bool
	hasScope bool
	brd      broadcast

	valid, preferred       uint32
	hasValid, hasPreferred bool
	flags                  uint32
}

// broadcast tells what the word brd asked for.
type broadcast int

const (
	brdNone  broadcast = iota
	brdGiven           // an address, which is in the message already
	brdOnes            // "+": all bits of the host set
	brdZeros           // "-": none set
)

func words() []cli.Keyword[*request] { return keywords }

var keywords = []cli.Keyword[*request]{
	{Words: "=peer|=remote", Parse: (*request).parsePeer},
	{Words: "broadcast|=brd", Parse: (*request).parseBroadcast},
	{Words: "=anycast", Parse: (*request).parseAnycast},
	{Words: "=scope", Parse: (*request).parseScope},
	{Words: "=dev", Parse: (*request).parseDev},
	{Words: "=label", Parse: (*request).parseLabel},
	{Words: "metric|priority|preference", Parse: (*request).parseMetric},
	{Words: "valid_lft", Parse: func(r *request, a *cli.Args) error {
		return parseLifetime(a, "valid_lft", &r.valid, &r.hasValid)
	}},
	{Words: "preferred_lft", Parse: func(r *request, a *cli.Args) error {
		return parseLifetime(a, "preferred_lft", &r.preferred, &r.hasPreferred)
	}},
	{Words: "=proto", Parse: (*request).parseProto},
}

// memory is what the lines of a batch share.
type memory struct {
	words   cli.Words[*request]
	request request
}

// change sends an address with the given message type and flags.
func change(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	mem := cli.State[memory](e)
	r := &mem.request
	*r = request{e: e, m: e.NewChange(typ, flags), valid: forever, preferred: forever}
	r.ifa.Family = e.Opt.Family
	rtnl.Put(r.m, r.ifa)
	if err := mem.words.Parse(r, a, words, (*request).other); err != nil {
		return err
	}
	if err := r.complete(); err != nil {
		return err
	}
	header, _ := rtnl.View[unix.IfAddrmsg](r.m.Body())
	*header = r.ifa
	return e.Change(r.m, printEcho)
}

// printEcho prints what -echo brings back.
func printEcho(e *cli.Env, m rtnl.Message) error {
	NewPrinter(e, &linkshow.Filter{}).Print(m)
	return nil
}

func (r *request) deletes() bool { return r.m.Type() == unix.RTM_DELADDR }

// family is the family of the command, settled by the first address.
func (r *request) settle(p *cli.Prefix) {
	if r.ifa.Family == unix.AF_UNSPEC {
		r.ifa.Family = p.Family
	}
}

// prefix reads an address and appends it as the attribute.
func (r *request) prefix(a *cli.Args, attr uint16) (p cli.Prefix, err error) {
	s, err := a.Value()
	if err != nil {
		return p, err
	}
	if p, err = cli.ParsePrefix(s, r.ifa.Family); err != nil {
		return p, err
	}
	r.settle(&p)
	r.m.Attr(attr, p.Bytes())
	return p, nil
}

func (r *request) parsePeer(a *cli.Args) (err error) {
	if r.hasPeer && a.More() {
		return cli.DupArg("peer", a.Word())
	}
	if r.peer, err = r.prefix(a, unix.IFA_ADDRESS); err != nil {
		return err
	}
	r.hasPeer = len(r.peer.Bytes()) > 0
	r.ifa.Prefixlen = uint8(r.peer.Bits)
	return nil
}

func (r *request) parseBroadcast(a *cli.Args) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case r.brd != brdNone:
		return cli.DupArg("broadcast", s)
	case s == "+":
		r.brd = brdOnes
		return nil
	case s == "-":
		r.brd = brdZeros
		return nil
	}
	n, err := r.address(s, unix.IFA_BROADCAST)
	if n > 0 {
		r.brd = brdGiven
	}
	return err
}

func (r *request) parseAnycast(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if r.hasAny {
		return cli.DupArg("anycast", s)
	}
	n, err := r.address(s, unix.IFA_ANYCAST)
	r.hasAny = n > 0
	return err
}

// address appends an address without a length and returns how long it is.
func (r *request) address(s string, attr uint16) (n int, err error) {
	p, err := cli.Addr(s, r.ifa.Family)
	if err != nil {
		return 0, err
	}
	r.settle(&p)
	r.m.Attr(attr, p.Bytes())
	return len(p.Bytes()), nil
}

func (r *request) parseScope(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := r.e.Tables.Scopes.Parse(s)
	if !ok {
		return cli.InvArg("invalid scope value.", s)
	}
	r.ifa.Scope, r.hasScope = uint8(v), true
	return nil
}

func (r *request) parseDev(a *cli.Args) (err error) {
	r.dev, err = a.Value()
	r.hasDev = true
	return err
}

func (r *request) parseLabel(a *cli.Args) error {
	s, err := a.Value()
	r.m.Str(unix.IFA_LABEL, s)
	return err
}

func (r *request) parseMetric(a *cli.Args) error {
	v, err := a.U32("\"metric\" value is invalid\n")
	r.m.U32(unix.IFA_RT_PRIORITY, v)
	return err
}

// parseLifetime reads forever or seconds. A second one is refused before its
// value is looked at.
func parseLifetime(a *cli.Args, key string, v *uint32, has *bool) error {
	if *has {
		a.Back()
		return cli.DupArg(key, a.Word())
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	*has, *v = true, forever
	if s == "forever" {
		return nil
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return cli.InvArg(key+" value", s)
	}
	*v = uint32(n)
	return nil
}

func (r *request) parseProto(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := r.e.Tables.AddrProtocols.Parse(s)
	if !ok {
		return cli.InvArg("\"proto\" value is invalid\n", s)
	}
	r.m.U8(uapi.IFA_PROTO, uint8(v))
	return nil
}

// other reads a flag, or the address itself.
func (r *request) other(a *cli.Args) error {
	if f := linkshow.FindAddrFlag(a.Word()); f != nil {
		a.Skip()
		r.setFlag(f)
		return nil
	}
	if a.Word() == "local" {
		a.Skip()
		if !a.More() {
			return cli.Incomplete()
		}
	}
	if a.Is("help") {
		return usageError()
	}
	if r.hasLocal {
		return cli.DupArg2("local", a.Word())
	}
	r.localArg = a.Word()
	var err error
	r.local, err = r.prefix(a, unix.IFA_LOCAL)
	r.hasLocal = len(r.local.Bytes()) > 0
	return err
}

// setFlag sets a flag, or warns that it cannot be set. The family counts as
// far as it is known by now.
func (r *request) setFlag(f *linkshow.AddrFlag) {
	switch {
	case f.ReadOnly:
		r.e.Warnf("Warning: %s option is not mutable from userspace\n", f.Name)
	case f.V6Only && r.ifa.Family != unix.AF_INET6:
		r.e.Warnf("Warning: %s option can be set only for IPv6 addresses\n", f.Name)
	default:
		r.flags |= f.Mask
	}
}

// complete adds what follows from the words, in the order of the real tool.
func (r *request) complete() error {
	if r.flags <= 0xff {
		r.ifa.Flags = uint8(r.flags)
	} else {
		r.m.U32(unix.IFA_FLAGS, r.flags)
	}
	if !r.hasDev {
		return cli.Fail(`Not enough information: "dev" argument is required.`)
	}
	r.completePeer()
	if err := r.completeBroadcast(); err != nil {
		return err
	}
	if !r.hasScope && !r.deletes() && isLoopback(&r.local) {
		r.ifa.Scope = unix.RT_SCOPE_HOST
	}
	idx, err := r.e.Index(r.dev)
	if err != nil {
		return err
	}
	r.ifa.Index = idx
	if err := r.completeLifetimes(); err != nil {
		return err
	}
	if r.flags&unix.IFA_F_MCAUTOJOIN != 0 && !isMulticast(&r.local) {
		return cli.Fail("autojoin needs multicast address")
	}
	return nil
}

func isLoopback(p *cli.Prefix) bool {
	b := p.Bytes()
	return p.Family == unix.AF_INET && len(b) > 0 && b[0] == 127
}

func isMulticast(p *cli.Prefix) bool {
	a, ok := netip.AddrFromSlice(p.Bytes())
	return ok && a.IsMulticast()
}

const wildcardWarning = `Warning: Executing wildcard deletion to stay compatible with old scripts.
         Explicitly specify the prefix length (%s/%d) to avoid this warning.
         This special behaviour is likely to disappear in further releases,
         fix your scripts!
`

// completePeer makes the address its own peer. An IPv4 address that is deleted
// without a length stands for all of any length.
func (r *request) completePeer() {
	if !r.hasPeer && r.hasLocal {
		if r.deletes() && r.local.Family == unix.AF_INET && !r.local.Set {
			r.e.Warnf(wildcardWarning, r.localArg, 8*len(r.local.Bytes()))
		} else {
			r.peer = r.local
			r.m.Attr(unix.IFA_ADDRESS, r.local.Bytes())
		}
	}
	if r.ifa.Prefixlen == 0 {
		r.ifa.Prefixlen = uint8(r.local.Bits)
	}
}

// completeBroadcast computes the broadcast address of "+" and "-" from the
// peer's network, where that has hosts.
func (r *request) completeBroadcast() error {
	if r.brd != brdOnes && r.brd != brdZeros || r.deletes() {
		return nil
	}
	if r.ifa.Family != unix.AF_INET {
		return cli.Fail("Broadcast can be set only for IPv4 addresses")
	}
	if b := r.peer.Bytes(); r.peer.Bits <= 30 && len(b) == 4 {
		addr, host := binary.BigEndian.Uint32(b), uint32(1)<<(32-r.peer.Bits)-1
		if r.brd == brdOnes {
			addr |= host
		} else {
			addr &^= host
		}
		r.m.Be32(unix.IFA_BROADCAST, addr)
	}
	return nil
}

func (r *request) completeLifetimes() error {
	switch {
	case !r.hasValid && !r.hasPreferred:
		return nil
	case r.valid == 0:
		return cli.Fail("valid_lft is zero")
	case r.valid < r.preferred:
		return cli.Fail("preferred_lft is greater than valid_lft")
	}
	// struct ifa_cacheinfo: the two lifetimes, then two times of the kernel's.
	info := rtnl.NE.AppendUint32(make([]byte, 0, 16), r.preferred)
	r.m.Attr(unix.IFA_CACHEINFO, rtnl.NE.AppendUint32(info, r.valid)[:16])
	return nil
}
