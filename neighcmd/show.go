package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A filter is what show and flush ask for. Device, master and proxies are
// sifted by the kernel too, the rest by us.
type filter struct {
	e        *cli.Env
	flush    bool
	family   uint8
	flags    uint8 // ndm_flags of the request: NTF_PROXY lists proxies
	unused   bool
	hasState bool // states were given
	state    uint16
	dev      string
	hasDev   bool
	index    uint32
	master   uint32 // 0xffffffff for none
	protocol uint8
	to       cli.Prefix
}

// stateless stands in a filter's states for neighbours without a state.
const stateless = 0x100

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

// filterWords are the keywords of show and flush, in the order in which
// abbreviations are tried.
func filterWords() []cli.Keyword[*filter] {
	return []cli.Keyword[*filter]{
		{Words: "=dev", Parse: func(f *filter, a *cli.Args) error {
			dev, err := a.Value()
			if err == nil && f.hasDev {
				return cli.DupArg("dev", dev)
			}
			f.dev, f.hasDev = dev, true
			return err
		}},
		{Words: "=master", Parse: func(f *filter, a *cli.Args) error { return f.parseMaster(a, false) }},
		{Words: "=vrf", Parse: func(f *filter, a *cli.Args) error { return f.parseMaster(a, true) }},
		{Words: "=nomaster", Parse: func(f *filter, a *cli.Args) error {
			f.master = noMaster
			return nil
		}},
		{Words: "=unused", Parse: func(f *filter, a *cli.Args) error {
			f.unused = true
			return nil
		}},
		{Words: "=nud", Parse: (*filter).parseState},
		{Words: "=proxy", Parse: func(f *filter, a *cli.Args) error {
			f.flags = unix.NTF_PROXY
			return nil
		}},
		{Words: "protocol", Parse: (*filter).parseProtocol},
	}
}

func (f *filter) parseMaster(a *cli.Args, isVRF bool) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	f.master = f.e.Links.Index(name)
	switch {
	case isVRF && vrf.Index(f.e, name) == 0:
		return cli.InvArg("Not a valid VRF name\n", name)
	case f.master == 0:
		return cli.InvArg("Device does not exist\n", name)
	}
	return nil
}

// parseState takes one more state; the first replaces the default.
func (f *filter) parseState(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
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

func (f *filter) parseProtocol(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	proto, ok := f.e.Tables.Protocols.Parse(s)
	if !ok && s != "all" {
		return cli.InvArg("invalid \"protocol\"\n", s)
	}
	f.protocol = uint8(proto)
	return nil
}

// parseTo takes what is no keyword: the prefix, which may have "to" before it.
func (f *filter) parseTo(a *cli.Args) (err error) {
	a.Match("=to")
	if a.Is("help") {
		return cli.Usage(usage)
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	f.to, err = cli.ParsePrefix(s, f.family)
	if f.family == unix.AF_UNSPEC {
		f.family = f.to.Family
	}
	return err
}

// parse reads the words of show or flush.
func (f *filter) parse(a *cli.Args) error {
	if err := cli.ParseWords(f, a, filterWords(), (*filter).parseTo); err != nil {
		return err
	}
	if err := f.e.LearnForBatch(); err != nil {
		return err
	}
	if !f.hasDev {
		return nil
	}
	index, err := f.e.Index(f.dev)
	f.index = index
	return err
}

// dump gives the neighbours that match to f; the kernel's message comes along.
func (f *filter) dump(each func(*neighbour, rtnl.Message) error) error {
	m := rtnl.New(unix.RTM_GETNEIGH, 0)
	rtnl.Put(m, unix.NdMsg{Family: f.family, Flags: f.flags})
	if f.index != 0 {
		m.U32(unix.NDA_IFINDEX, f.index)
	}
	if f.master != 0 {
		m.U32(unix.NDA_MASTER, f.master)
	}
	var n neighbour
	return f.e.Dump(m, func(m rtnl.Message) error {
		if n.parse(m) && f.match(&n) {
			return each(&n, m)
		}
		return nil
	})
}

func list(e *cli.Env, a *cli.Args) error {
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
