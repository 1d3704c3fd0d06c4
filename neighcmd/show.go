package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A filter is what show and flush ask for. Device, master and proxies are
// sifted by the kernel too, the rest by us.
type filter struct {
	e        *cli.Env
	flush    bool
	family   uint8
	unused   bool
	hasState bool // states were given
	state    uint16
	index    uint32
	protocol uint8
	to       cli.Prefix
	request  *rtnl.Msg
}

// stateless stands in a filter's states for neighbours without a state.
const stateless = 0x100

// noMaster is the index of the master of links that have none.
const noMaster = 0xffffffff

// match decides about one neighbour. Proxies and what others have learnt have
// no state to look at.
func (f *filter) match(n *neighbour) bool {
	switch {
	case f.family != unix.AF_UNSPEC && f.family != n.Family,
		f.index != 0 && f.index != uint32(n.Ifindex):
		return false
	case f.state&n.State == 0 && n.Flags&(unix.NTF_PROXY|unix.NTF_EXT_LEARNED) == 0 &&
		(n.State != 0 || f.state&stateless == 0):
		return false
	case !f.to.Covers(n.tb[unix.NDA_DST]),
		f.protocol != 0 && f.protocol != n.protocol():
		return false
	}
	if f.unused {
		ci, _ := rtnl.View[cacheInfo](n.tb[unix.NDA_CACHEINFO])
		return ci == nil || ci.RefCnt == 0
	}
	return true
}

// selectors are the words of show and flush, in the order in which abbreviations
// are tried.
var selectors = field.Table{Voice: &voice, Size: unix.SizeofNdMsg, Send: []uint16{unix.NDA_IFINDEX}, Rows: []*field.Row{
	{Words: "=dev", In: field.Slot, Attr: unix.NDA_IFINDEX, Type: &field.LinkWord, Flags: field.Once},
	{Words: "=master", Attr: unix.NDA_MASTER, Type: &field.Link, Bad: "Device does not exist\n"},
	{Words: "=vrf", Attr: unix.NDA_MASTER, Type: &field.Type{Size: 4, Scan: scanVRF}, Bad: "Not a valid VRF name\n"},
	{Words: "=nomaster", Attr: unix.NDA_MASTER, Arg: noMaster, Type: &field.Type{Size: 4, Form: field.Alone}},
	{Words: "=unused", In: field.Slot, Attr: unix.NDA_CACHEINFO, Type: &field.Mark},
	{Words: "=nud", Type: &field.Type{Read: parseStates}},
	{Words: "=proxy", In: field.Head, At: headFlags, Arg: unix.NTF_PROXY, Type: &field.Bit8},
	{Words: "protocol", In: field.Slot, Attr: uapi.NDA_PROTOCOL, Type: &field.Type{Size: 1, Scan: scanMaker}, Bad: "invalid \"protocol\"\n"},
	{Type: &field.Type{Parse: parseTo}, Flags: field.Bare},
}}

// parseStates takes one more state; the first replaces the default.
func parseStates(c *field.Call, r *field.Row, s string) error {
	f := c.For.(*filter)
	if !f.hasState {
		f.hasState, f.state = true, 0
	}
	state, ok := parseState(s)
	switch {
	case !ok && s == "all" && f.flush:
		state = ^uint16(unix.NUD_NOARP)
	case !ok && s == "all":
		state = ^uint16(0)
	case !ok:
		return cli.InvArg(badState, s)
	case state == 0:
		state = stateless
	}
	f.state |= state
	return nil
}

// scanVRF looks for any link of that name first, as the real tool does.
func scanVRF(c *field.Call, r *field.Row, s string) (uint64, error) {
	c.Env.Links.Index(s)
	return vrf.Scan(c, r, s)
}

func scanMaker(c *field.Call, r *field.Row, s string) (uint64, error) {
	id, ok := c.Env.Tables.Protocols.Parse(s)
	if !ok && s != "all" {
		return 0, c.Wrong(r, s)
	}
	return uint64(id), nil
}

// parseTo takes what is no keyword: the prefix, which may have "to" before it.
func parseTo(c *field.Call, _ *field.Row) (err error) {
	c.Args.Match("=to")
	if c.Args.Is("help") {
		return cli.Help()
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	f := c.For.(*filter)
	f.to, err = cli.ParsePrefix(s, f.family)
	if f.family == unix.AF_UNSPEC {
		f.family = f.to.Family
	}
	return err
}

// parse reads the words of show or flush and makes the request.
func (f *filter) parse(a *cli.Args) error {
	c := field.NewCall(f.e, a, &selectors)
	c.For = f
	if err := c.Read(); err != nil {
		return err
	}
	if err := f.e.LearnForBatch(); err != nil {
		return err
	}
	if name, ok := c.Word(field.Slot, unix.NDA_IFINDEX); ok {
		index, err := f.e.Index(name)
		if err != nil {
			return err
		}
		f.index = index
		c.PutUint(0, unix.NDA_IFINDEX, 4, uint64(index), false)
	}
	f.unused = c.Get(field.Slot, unix.NDA_CACHEINFO) != nil
	f.protocol = rtnl.U8(c.Get(field.Slot, uapi.NDA_PROTOCOL))
	head(c).Family = f.family
	f.request = rtnl.New(unix.RTM_GETNEIGH, 0)
	c.Encode(f.request, &selectors)
	return nil
}

// dump gives the neighbours that match to f; the kernel's message comes along.
func (f *filter) dump(each func(*neighbour, rtnl.Message) error) error {
	var n neighbour
	return f.e.Dump(f.request, func(m rtnl.Message) error {
		if n.parse(m) && f.match(&n) {
			return each(&n, m)
		}
		return nil
	})
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	f := &filter{e: e, family: e.Opt.Family, state: 0xff &^ unix.NUD_NOARP}
	if err := f.parse(a); err != nil {
		return err
	}
	e.Pen.Begin()
	err := f.dump(func(n *neighbour, _ rtnl.Message) error {
		n.print(e, f.index != 0)
		return nil
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}
