package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A request is one RTM_NEWLINK or RTM_DELLINK under construction: the words
// that all kinds of link share. The other end of a veth pair is a request of
// its own inside the kind's data.
type request struct {
	env    *cli.Env
	words  *field.Call // that are read
	typ    uint16
	create bool // NLM_F_CREATE: add and replace
	m      *rtnl.Msg
	start  int // of the attributes in m

	ifi  unix.IfInfomsg
	fds  []int   // namespaces named in m, to be closed when it was sent
	kind *string // what followed the word type

	// The target. Both dev and name are set by the word name if there was no
	// dev before; devIsName tells that dev may still be given.
	dev, name string
	devIsName bool

	given       given
	addrLen     int
	index       int
	netns       int // descriptor, or -1
	link        *string
	linkNetns   *string
	linkNetnsID int32 // or -1
	noMore      bool  // a group is the target: nothing but its attributes is sent
}

// given remembers the keywords that may stand once.
type given struct{ name, index, netns, group, linkNetns bool }

// begin makes r a new request in m.
func (r *request) begin(env *cli.Env, words *field.Call, typ, flags uint16, m *rtnl.Msg) {
	*r = request{
		env: env, words: words, typ: typ, create: flags&unix.NLM_F_CREATE != 0, m: m,
		netns: -1, linkNetnsID: -1,
	}
	r.ifi.Family = env.Opt.Family
	rtnl.Put(m, r.ifi)
	r.start = m.Mark()
}

// close closes the namespaces that the request names.
func (r *request) close() {
	for _, fd := range r.fds {
		unix.Close(fd)
	}
	r.fds = nil
}

// setFlag switches an interface flag.
func (r *request) setFlag(flag uint32, on bool) {
	r.ifi.Change |= flag
	r.ifi.Flags &^= flag
	if on {
		r.ifi.Flags |= flag
	}
}

// putHeader writes the family header, which the words have changed.
func (r *request) putHeader() {
	header, _ := rtnl.View[unix.IfInfomsg](r.m.Body())
	*header = r.ifi
}

// parse reads words up to "type KIND" and completes the request.
func (r *request) parse(a *cli.Args) error {
	c := r.words
	c.Begin(r.env, a, &linkWords)
	c.Into(r.m).For = r
	for a.More() && r.kind == nil {
		if _, err := c.Step(); err != nil {
			return err
		}
	}
	return r.complete(a)
}

// parseDevice reads the name of the target, with or without dev.
func parseDevice(c *field.Call, _ *field.Row) error {
	r, a := requestOf(c), c.Args
	if c.Typed == "" && a.Match("help") {
		return cli.Help()
	}
	word.OfferLink(a.Word())
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case !r.devIsName && (r.dev != "" || r.given.name):
		return cli.DupArg2("dev", s)
	case !validAltName(s):
		return cli.InvArg(`"dev" not a valid ifname`, s)
	}
	r.dev, r.devIsName = s, false
	return nil
}

// validAltName reports whether s may be an alternative name of a link.
func validAltName(s string) bool { return !word.OfferLink(s) && s != "" && len(s) < uapi.ALTIFNAMSIZ }

// complete checks how the words go together and adds what follows from that.
func (r *request) complete(a *cli.Args) error {
	switch {
	case !r.given.name:
		r.name = r.dev
	case r.dev == "":
		r.dev = r.name
	}
	if err := r.checkAddress(); err != nil {
		return err
	}
	if r.index != 0 && !r.create && r.netns < 0 {
		return cli.Exit(cli.StatusUsage, "index can be used only when creating devices or when moving device to another netns.")
	}
	if r.given.group && r.dev == "" {
		return r.completeGroup(a)
	}
	if err := r.completeLinkNetns(a); err != nil {
		return err
	}
	complete := r.completeSet
	if r.create {
		complete = r.completeAdd
	}
	if err := complete(); err != nil {
		return err
	}
	if r.name != "" {
		r.m.Str(unix.IFLA_IFNAME, r.name)
	}
	return nil
}

// checkAddress refuses an address that is not as long as the link's.
func (r *request) checkAddress() error {
	if r.dev == "" || r.addrLen == 0 || r.create {
		return nil
	}
	n, ok := r.addressLen()
	if ok && n != r.addrLen {
		return cli.Fail("Invalid address length %d - must be %d bytes", r.addrLen, n)
	}
	return nil
}

// addressLen returns the length of the target's address. If the kernel refuses
// to tell, its text is shown and the length does not matter.
func (r *request) addressLen() (n int, ok bool) {
	idx := r.env.Links.Index(r.dev)
	if idx == 0 {
		return 0, false
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: r.env.Opt.Family, Index: int32(idx)})
	attrs, err := r.env.LinkAttrs(m)
	if err != nil {
		cli.Report(r.env.Stderr, err)
	}
	v := rtnl.Find(attrs, unix.IFLA_ADDRESS)
	return len(v), v != nil
}

// completeGroup makes all links of a group the target.
func (r *request) completeGroup(a *cli.Args) error {
	switch {
	case a.More():
		return cli.Exit(cli.StatusUsage, `Garbage instead of arguments "%s ...". Try "ip link help".`, a.Word())
	case r.create:
		return cli.Exit(cli.StatusUsage, "group cannot be used when creating devices.")
	}
	r.noMore = true
	return nil
}

func (r *request) completeSet() error {
	if r.dev == "" {
		return cli.Exit(cli.StatusUsage, `Not enough information: "dev" argument is required.`)
	}
	idx, err := r.env.Index(r.dev)
	if err != nil {
		return err
	}
	r.ifi.Index = int32(idx)
	if r.name == r.dev {
		r.name = ""
	}
	if r.index != 0 {
		r.m.U32(unix.IFLA_NEW_IFINDEX, uint32(r.index))
	}
	return nil
}

func (r *request) completeAdd() error {
	if r.name != r.dev {
		return cli.Exit(cli.StatusUsage, `both "name" and "dev" cannot be used when creating devices.`)
	}
	if r.link != nil {
		idx, err := r.linkIndex()
		if err != nil {
			return err
		}
		r.m.U32(unix.IFLA_LINK, idx)
	}
	r.ifi.Index = int32(r.index)
	return nil
}

// readPeer reads the words of the other end of a pair and returns the ifinfomsg
// and the attributes that describe it, and the type if one was given, which the
// caller refuses.
func (r *request) readPeer(a *cli.Args) (peer []byte, kind *string, err error) {
	flags := uint16(0)
	if r.create {
		flags = unix.NLM_F_CREATE
	}
	m := rtnl.New(r.typ, flags)
	p := &request{}
	p.begin(r.env, new(field.Call), r.typ, flags, m)
	p.ifi.Family = 0
	err = p.parse(a)
	r.fds = append(r.fds, p.fds...)
	p.putHeader()
	return m.Body(), p.kind, err
}

// openNetns opens a namespace by name, by path or by the number of a process.
func openNetns(s string) (int, error) {
	h, err := netns.Open(s)
	return int(h), err
}

// isSet reports whether the request changes a link: it neither makes nor
// removes one.
func (r *request) isSet() bool { return r.typ == unix.RTM_NEWLINK && !r.create }
