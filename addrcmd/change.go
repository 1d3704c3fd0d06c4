package addrcmd

import (
	"encoding/binary"
	"net/netip"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// forever is the lifetime of an address that does not end.
const forever = ^uint32(0)

// A request is one RTM_NEWADDR or RTM_DELADDR under construction.
type request struct {
	*field.Call
	local, peer cli.Prefix
	localArg    string
	hasLocal    bool
	hasPeer     bool
	hasAny      bool
	brd         broadcast
	flags       uint32
}

// broadcast tells what the word brd asked for.
type broadcast int

const (
	brdNone  broadcast = iota
	brdGiven           // an address, which is in the message already
	brdOnes            // "+": all bits of the host set
	brdZeros           // "-": none set
)

// words has what an address is given, in the order in which abbreviations are tried.
var words = field.Table{Name: "address", Voice: &voice, Size: unix.SizeofIfAddrmsg, Rows: []*field.Row{
	{Words: "=peer|=remote", Attr: unix.IFA_ADDRESS, Type: &field.Type{Parse: parsePeer}},
	{Words: "broadcast|=brd", Attr: unix.IFA_BROADCAST, Type: &field.Type{Parse: parseBroadcast}},
	{Words: "=anycast", Attr: unix.IFA_ANYCAST, Type: &field.Type{Parse: parseAnycast}},
	&scope, &dev,
	{Words: "=label", Attr: unix.IFA_LABEL, Type: &field.String},
	{Words: "metric|priority|preference", Attr: unix.IFA_RT_PRIORITY, Type: &field.U32},
	&valid, &preferred,
	{Words: "=proto", Attr: uapi.IFA_PROTO, Type: &field.Type{Size: 1, Named: protocols}},
	{Type: &field.Type{Parse: parseOther}, Flags: field.Bare},
}}

var voice = field.Voice{Bad: "\"{word}\" value is invalid\n", Wrong: cli.InvArg, Twice: cli.DupArg}

var (
	scope     = field.Row{Words: "=scope", In: field.Head, At: 3, Type: &field.Scope, Bad: "invalid scope value."}
	dev       = field.Row{Words: "=dev", In: field.Slot, Attr: slotDev, Type: &field.LinkWord}
	valid     = field.Row{Words: "valid_lft", In: field.Slot, Attr: slotValid, Type: &lifetime, Bad: "valid_lft value", Flags: field.Once}
	preferred = field.Row{Words: "preferred_lft", In: field.Slot, Attr: slotPreferred, Type: &lifetime, Bad: "preferred_lft value", Flags: field.Once}
	lifetime  = field.Type{Size: 4, Parse: parseLifetime}
)

func protocols(t *names.Tables) *names.Table { return t.AddrProtocols }

// What waits until all words are read.
const (
	slotDev = iota
	slotValid
	slotPreferred
)

// change sends an address with the given message type and flags.
func change(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	r := cli.State[request](e)
	*r = request{Call: field.NewCall(e, a, &words).Into(e.NewChange(typ, flags))}
	r.For = r
	r.head().Family = e.Opt.Family
	if err := r.Read(); err != nil {
		return err
	}
	if err := r.complete(); err != nil {
		return err
	}
	return e.Change(r.Msg, printEcho)
}

// head is the struct in front of the attributes so far.
func (r *request) head() *unix.IfAddrmsg {
	h, _ := rtnl.View[unix.IfAddrmsg](r.Get(field.Head, 0))
	return h
}

func of(c *field.Call) *request { return c.For.(*request) }

// printEcho prints what -echo brings back.
func printEcho(e *cli.Env, m rtnl.Message) error {
	NewPrinter(e, &linkshow.Filter{}).Print(m)
	return nil
}

func (r *request) deletes() bool { return r.Msg.Type() == unix.RTM_DELADDR }

// settle makes the family of the first address that of the command.
func (r *request) settle(p *cli.Prefix) {
	if h := r.head(); h.Family == unix.AF_UNSPEC {
		h.Family = p.Family
	}
}

// prefix reads an address and appends it as the attribute.
func (r *request) prefix(attr uint16) (p cli.Prefix, err error) {
	s, err := r.Args.Value()
	if err != nil {
		return p, err
	}
	if p, err = cli.ParsePrefix(s, r.head().Family); err != nil {
		return p, err
	}
	r.settle(&p)
	r.Put(0, attr, p.Bytes())
	return p, nil
}

func parsePeer(c *field.Call, row *field.Row) (err error) {
	r := of(c)
	if r.hasPeer && c.Args.More() {
		return cli.DupArg("peer", c.Args.Word())
	}
	if r.peer, err = r.prefix(row.Attr); err != nil {
		return err
	}
	r.hasPeer = len(r.peer.Bytes()) > 0
	r.head().Prefixlen = uint8(r.peer.Bits)
	return nil
}

func parseBroadcast(c *field.Call, row *field.Row) error {
	r := of(c)
	s, err := c.Args.ValueOnce("broadcast", r.brd != brdNone)
	switch {
	case err != nil:
		return err
	case s == "+":
		r.brd = brdOnes
		return nil
	case s == "-":
		r.brd = brdZeros
		return nil
	}
	n, err := r.address(s, row.Attr)
	if n > 0 {
		r.brd = brdGiven
	}
	return err
}

func parseAnycast(c *field.Call, row *field.Row) error {
	r := of(c)
	s, err := c.Args.ValueOnce("anycast", r.hasAny)
	if err != nil {
		return err
	}
	n, err := r.address(s, row.Attr)
	r.hasAny = n > 0
	return err
}

// address appends an address without a length and returns how long it is.
func (r *request) address(s string, attr uint16) (n int, err error) {
	p, err := cli.Addr(s, r.head().Family)
	if err != nil {
		return 0, err
	}
	r.settle(&p)
	r.Put(0, attr, p.Bytes())
	return len(p.Bytes()), nil
}

// parseLifetime reads forever or seconds. A second one is refused before its value
// is looked at.
func parseLifetime(c *field.Call, row *field.Row) error {
	if err := c.Note(row, row.Word(), c.Typed); err != nil {
		return err
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n := uint64(forever)
	if s != "forever" {
		var ok bool
		if n, ok = word.Uint(s, 0, 32); !ok {
			return c.Wrong(row, s)
		}
	}
	c.Set(row, n)
	return nil
}

// parseOther reads a flag, or the address itself.
func parseOther(c *field.Call, _ *field.Row) error {
	r, a := of(c), c.Args
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
		return cli.Help()
	}
	if r.hasLocal {
		return cli.DupArg2("local", a.Word())
	}
	r.localArg = a.Word()
	var err error
	r.local, err = r.prefix(unix.IFA_LOCAL)
	r.hasLocal = len(r.local.Bytes()) > 0
	return err
}

// setFlag sets a flag, or warns that it cannot be set. The family counts as
// far as it is known by now.
func (r *request) setFlag(f *linkshow.AddrFlag) {
	switch {
	case f.ReadOnly:
		r.Env.Warnf("Warning: %s option is not mutable from userspace\n", f.Name)
	case f.V6Only && r.head().Family != unix.AF_INET6:
		r.Env.Warnf("Warning: %s option can be set only for IPv6 addresses\n", f.Name)
	default:
		r.flags |= f.Mask
	}
}

// complete adds what follows from the words, in the order of the real tool.
func (r *request) complete() error {
	if r.flags <= 0xff {
		r.head().Flags = uint8(r.flags)
	} else {
		r.Msg.U32(unix.IFA_FLAGS, r.flags)
	}
	name, ok := r.Word(dev.In, dev.Attr)
	if !ok {
		return cli.Fail(`Not enough information: "dev" argument is required.`)
	}
	r.completePeer()
	if err := r.completeBroadcast(); err != nil {
		return err
	}
	if !r.Given(&scope) && !r.deletes() && isLoopback(&r.local) {
		r.head().Scope = unix.RT_SCOPE_HOST
	}
	idx, err := r.Env.Index(name)
	if err != nil {
		return err
	}
	r.head().Index = idx
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
			r.Env.Warnf(wildcardWarning, r.localArg, 8*len(r.local.Bytes()))
		} else {
			r.peer = r.local
			r.Msg.Attr(unix.IFA_ADDRESS, r.local.Bytes())
		}
	}
	if h := r.head(); h.Prefixlen == 0 {
		h.Prefixlen = uint8(r.local.Bits)
	}
}

// completeBroadcast computes the broadcast address of "+" and "-" from the
// peer's network, where that has hosts.
func (r *request) completeBroadcast() error {
	if r.brd != brdOnes && r.brd != brdZeros || r.deletes() {
		return nil
	}
	if r.head().Family != unix.AF_INET {
		return cli.Fail("Broadcast can be set only for IPv4 addresses")
	}
	if b := r.peer.Bytes(); r.peer.Bits <= 30 && len(b) == 4 {
		addr, host := binary.BigEndian.Uint32(b), uint32(1)<<(32-r.peer.Bits)-1
		if r.brd == brdOnes {
			addr |= host
		} else {
			addr &^= host
		}
		r.Msg.Be32(unix.IFA_BROADCAST, addr)
	}
	return nil
}

func (r *request) completeLifetimes() error {
	validLft, preferredLft := r.lifetime(&valid), r.lifetime(&preferred)
	switch {
	case !r.Given(&valid) && !r.Given(&preferred):
		return nil
	case validLft == 0:
		return cli.Fail("valid_lft is zero")
	case validLft < preferredLft:
		return cli.Fail("preferred_lft is greater than valid_lft")
	}
	// struct ifa_cacheinfo: the two lifetimes, then two times of the kernel's.
	info := rtnl.NE.AppendUint32(make([]byte, 0, 16), preferredLft)
	r.Msg.Attr(unix.IFA_CACHEINFO, rtnl.NE.AppendUint32(info, validLft)[:16])
	return nil
}

// lifetime is one of the two, forever if it was not given.
func (r *request) lifetime(row *field.Row) uint32 {
	if b := r.Get(row.In, row.Attr); b != nil {
		return rtnl.U32(b)
	}
	return forever
}
