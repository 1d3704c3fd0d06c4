package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"
	"gip/internal/word"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// linkWords are the words of a link of any kind, in the order of iproute2.
func linkWords() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "=up", Parse: func(r *request, _ *cli.Args) error { r.setFlag(unix.IFF_UP, true); return nil }},
		{Words: "=down", Parse: func(r *request, _ *cli.Args) error { r.setFlag(unix.IFF_UP, false); return nil }},
		{Words: "=name", Parse: parseName},
		{Words: "=index", Parse: parseIndex},
		{Words: "link", Parse: func(r *request, a *cli.Args) error { return a.LinkTo(&r.link) }},
		{Words: "address", Parse: parseAddress},
		{Words: "broadcast|=brd", Parse: parseBroadcast},
		{Words: "txqueuelen|=qlen|txqlen", Parse: func(r *request, a *cli.Args) error {
			return r.onceInt(a, &r.given.qlen, "txqueuelen", unix.IFLA_TXQLEN)
		}},
		{Words: "=mtu", Parse: func(r *request, a *cli.Args) error { return r.onceInt(a, &r.given.mtu, "mtu", unix.IFLA_MTU) }},
		{Words: "=inet", Parse: parseInet},
		{Words: "=xdpgeneric", Parse: parseXDP(unix.XDP_FLAGS_SKB_MODE)},
		{Words: "=xdpdrv", Parse: parseXDP(unix.XDP_FLAGS_DRV_MODE)},
		{Words: "=xdpoffload", Parse: parseXDP(unix.XDP_FLAGS_HW_MODE)},
		{Words: "=xdp", Parse: parseXDP(0)},
		{Words: "=netns", Parse: parseNetns},
		{Words: "=multicast", Parse: flagSwitch("multicast", unix.IFF_MULTICAST, true)},
		{Words: "=allmulticast", Parse: flagSwitch("allmulticast", unix.IFF_ALLMULTI, true)},
		{Words: "=promisc", Parse: flagSwitch("promisc", unix.IFF_PROMISC, true)},
		{Words: "=trailers", Parse: flagSwitch("trailers", unix.IFF_NOTRAILERS, false)},
		{Words: "=arp", Parse: flagSwitch("arp", unix.IFF_NOARP, false)},
		{Words: "=carrier", Parse: onOffWord("carrier", unix.IFLA_CARRIER)},
		{Words: "=vf", Parse: parseVF},
		{Words: "master", Parse: parseMaster},
		{Words: "=vrf", Parse: parseVRF},
		{Words: "nomaster", Parse: func(r *request, _ *cli.Args) error { r.m.U32(unix.IFLA_MASTER, 0); return nil }},
		{Words: "dynamic", Parse: flagSwitch("dynamic", unix.IFF_DYNAMIC, true)},
		{Words: "type", Parse: func(r *request, a *cli.Args) error { linkkind.Find(a.Word()); return a.ValueTo(&r.kind) }},
		{Words: "alias", Parse: parseAlias},
		{Words: "=group", Parse: parseGroup},
		{Words: "=mode", Parse: wordU8(linkshow.LinkModes, "Invalid link mode\n", unix.IFLA_LINKMODE)},
		{Words: "=state", Parse: wordU8(linkshow.OperStates, "Invalid operstate\n", unix.IFLA_OPERSTATE)},
		{Words: "numtxqueues", Parse: func(r *request, a *cli.Args) error {
			return r.onceInt(a, &r.given.txqueues, "numtxqueues", unix.IFLA_NUM_TX_QUEUES)
		}},
		{Words: "numrxqueues", Parse: func(r *request, a *cli.Args) error {
			return r.onceInt(a, &r.given.rxqueues, "numrxqueues", unix.IFLA_NUM_RX_QUEUES)
		}},
		{Words: "addrgenmode", Parse: parseAddrGenMode},
		{Words: "link-netns", Parse: parseLinkNetns},
		{Words: "link-netnsid", Parse: parseLinkNetnsID},
		{Words: "=protodown", Parse: onOffWord("protodown", unix.IFLA_PROTO_DOWN)},
		{Words: "=protodown_reason", Parse: parseProtodownReason},
		{Words: "=gso_max_size", Parse: size("gso_max_size", unix.IFLA_GSO_MAX_SIZE, 0)},
		{Words: "=gso_max_segs", Parse: size("gso_max_segs", unix.IFLA_GSO_MAX_SEGS, maxSegs)},
		{Words: "=gro_max_size", Parse: size("gro_max_size", unix.IFLA_GRO_MAX_SIZE, 0)},
		{Words: "=gso_ipv4_max_size", Parse: size("gso_ipv4_max_size", unix.IFLA_GSO_IPV4_MAX_SIZE, 0)},
		{Words: "=gro_ipv4_max_size", Parse: size("gro_ipv4_max_size", unix.IFLA_GRO_IPV4_MAX_SIZE, 0)},
		{Words: "=parentdev", Parse: parseParentDev},
	}
}

// maxSegs is the kernel's GSO_MAX_SEGS of old, which the real tool still has.
const maxSegs = 65535

// A wordParser reads what follows a keyword of a link.
type wordParser = func(*request, *cli.Args) error

// anyCase finds a word in capital or small letters.
func anyCase(names word.Names, s string) (uint8, bool) {
	for _, n := range names {
		if strings.EqualFold(n.Word, s) {
			return uint8(n.Val), true
		}
	}
	return 0, false
}

func parseName(r *request, a *cli.Args) error {
	s, err := a.ValueOnce("name", r.given.name)
	switch {
	case err != nil:
		return err
	case !cli.ValidIfname(s):
		return cli.InvArg(`"name" not a valid ifname`, s)
	}
	r.name, r.given.name = s, true
	if r.dev == "" {
		r.dev, r.devIsName = s, true
	}
	return nil
}

func parseIndex(r *request, a *cli.Args) error {
	s, err := a.ValueOnce("index", r.given.index)
	if err != nil {
		return err
	}
	r.index, r.given.index = cli.Atoi(s), true
	if r.index <= 0 {
		return cli.InvArg(`Invalid "index" value`, s)
	}
	return nil
}

// lladdr takes a link-layer address.
func (r *request) lladdr(a *cli.Args, attr uint16) (n int, err error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	b, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
	if !ok {
		return 0, cli.Fail(`"%s" is invalid lladdr.`, s)
	}
	r.m.Attr(attr, b)
	return len(b), nil
}

func parseAddress(r *request, a *cli.Args) (err error) {
	r.addrLen, err = r.lladdr(a, unix.IFLA_ADDRESS)
	return err
}

func parseBroadcast(r *request, a *cli.Args) error {
	_, err := r.lladdr(a, unix.IFLA_BROADCAST)
	return err
}

// onceInt takes a signed number that may stand once.
func (r *request) onceInt(a *cli.Args, given *bool, key string, attr uint16) error {
	s, err := a.ValueOnce(key, *given)
	if err != nil {
		return err
	}
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return cli.InvArg(`Invalid "`+key+"\" value\n", s)
	}
	// The real tool marks the lack of a number with -1.
	*given = n != -1
	r.m.U32(attr, uint32(n))
	return nil
}

// flagSwitch turns an interface flag on or off; on says what the word on does.
func flagSwitch(key string, flag uint32, on bool) wordParser {
	return func(r *request, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		v, err := kind.StrictOnOff(key, s)
		r.setFlag(flag, v == on)
		return err
	}
}

// onOffWord is an attribute of one byte.
func onOffWord(key string, attr uint16) wordParser {
	return func(r *request, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		on, err := cli.OnOff(key, s)
		if err != nil {
			// Here the error code is not turned into -1, and comes out as 22.
			return &cli.Error{Status: int(unix.EINVAL), Text: err.Error()}
		}
		r.m.U8(attr, kind.Bit(on))
		return nil
	}
}

// wordU8 is an attribute of one byte, by name.
func wordU8(names word.Names, bad string, attr uint16) wordParser {
	return func(r *request, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		v, ok := anyCase(names, s)
		if !ok {
			return cli.InvArg(bad, s)
		}
		r.m.U8(attr, v)
		return nil
	}
}

// size is an unsigned number; limit, if not 0, is the highest.
func size(key string, attr uint16, limit uint32) wordParser {
	return func(r *request, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		n, ok := cli.ParseUint(s, 0, 32)
		if !ok || limit != 0 && uint32(n) > limit {
			return cli.InvArg(`Invalid "`+key+"\" value\n", s)
		}
		r.m.U32(attr, uint32(n))
		return nil
	}
}

func parseNetns(r *request, a *cli.Args) error {
	s, err := a.ValueOnce("netns", r.given.netns)
	if err != nil {
		return err
	}
	if r.env.Dry != nil { // it need not be there yet
		r.netns, r.given.netns = 0, true
		return nil
	}
	fd, err := openNetns(s)
	if err != nil {
		return cli.InvArg("Invalid \"netns\" value\n", s)
	}
	r.netns, r.given.netns = fd, true
	r.fds = append(r.fds, fd)
	r.m.U32(unix.IFLA_NET_NS_FD, uint32(fd))
	return nil
}

func parseMaster(r *request, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	idx := r.env.Links.Index(s)
	if idx == 0 {
		return cli.InvArg("Device does not exist\n", s)
	}
	r.m.U32(unix.IFLA_MASTER, idx)
	return nil
}

func parseVRF(r *request, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	vrf.Offer(r.env, s)
	idx := r.env.Links.Index(s)
	if idx == 0 || r.kindOf(s) != "vrf" {
		return cli.InvArg("Not a valid VRF name\n", s)
	}
	r.m.U32(unix.IFLA_MASTER, idx)
	return nil
}

// kindOf returns the kind of the link called dev, or "".
func (r *request) kindOf(dev string) (kind string) {
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, dev)
	r.env.Get(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		kind = rtnl.Str(rtnl.Find(rtnl.Find(attrs, unix.IFLA_LINKINFO), unix.IFLA_INFO_KIND))
		return nil
	})
	return kind
}

func parseAlias(r *request, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if len(s) >= uapi.IFALIASZ {
		return cli.InvArg("alias too long\n", s)
	}
	r.m.Bytes(unix.IFLA_IFALIAS, s)
	return nil
}

func parseGroup(r *request, a *cli.Args) error {
	s, err := a.ValueOnce("group", r.given.group)
	if err != nil {
		return err
	}
	id, ok := r.env.Tables.Groups.Parse(s)
	if !ok {
		return cli.InvArg("Invalid \"group\" value\n", s)
	}
	r.given.group = true
	r.m.U32(unix.IFLA_GROUP, id)
	return nil
}

func parseAddrGenMode(r *request, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	mode, ok := anyCase(linkshow.AddrGenModes, s)
	if !ok {
		return cli.InvArg("Invalid address generation mode\n", s)
	}
	spec := r.m.Nest(unix.IFLA_AF_SPEC)
	inet6 := r.m.Nest(unix.AF_INET6)
	r.m.U8(unix.IFLA_INET6_ADDR_GEN_MODE, mode)
	r.m.End(inet6)
	r.m.End(spec)
	return nil
}

func parseProtodownReason(r *request, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	bitNo, ok := r.env.Tables.ProtodownReasons.Parse(s)
	if !ok {
		return cli.InvArg("invalid protodown reason\n", s)
	}
	if s, err = a.Value(); err != nil {
		return err
	}
	mask := uint32(1) << bitNo
	value := uint32(0)
	switch {
	case cli.Match("on", s):
		value = mask
	case !cli.Match("off", s):
		return cli.Fail(`Error: argument of "protodown_reason" must be "on" or "off", not "%s"`, s)
	}
	nest := r.m.Nest(unix.IFLA_PROTO_DOWN_REASON | unix.NLA_F_NESTED)
	r.m.U32(unix.IFLA_PROTO_DOWN_REASON_MASK, mask)
	r.m.U32(unix.IFLA_PROTO_DOWN_REASON_VALUE, value)
	r.m.End(nest)
	return nil
}

func parseParentDev(r *request, a *cli.Args) error {
	s, err := a.Value()
	r.m.Str(unix.IFLA_PARENT_DEV_NAME, s)
	return err
}
