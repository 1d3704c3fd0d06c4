package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// linkWords has the words of a link of any kind, in the order of iproute2. Attributes go
// into the request as they come. What is no word is the link.
var linkWords = field.Table{Voice: &voice, Rows: []*field.Row{
	{Words: "=up", Type: &upDown},
	{Words: "=down", Type: &upDown},
	{Words: "=name", Type: &field.Type{Parse: parseName}},
	{Words: "=index", Type: &field.Type{Parse: parseIndex}},
	{Words: "link", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { return c.Args.LinkTo(&requestOf(c).link) }}},
	{Words: "address", Attr: unix.IFLA_ADDRESS, Type: &lladdr},
	{Words: "broadcast|=brd", Attr: unix.IFLA_BROADCAST, Type: &lladdr},
	{Words: "txqueuelen|=qlen|txqlen", Attr: unix.IFLA_TXQLEN, Type: &onceInt},
	{Words: "=mtu", Attr: unix.IFLA_MTU, Type: &onceInt},
	{Words: "=inet", Type: &field.Type{Parse: parseInet}},
	{Words: "=xdpgeneric", Arg: unix.XDP_FLAGS_SKB_MODE, Type: &xdp},
	{Words: "=xdpdrv", Arg: unix.XDP_FLAGS_DRV_MODE, Type: &xdp},
	{Words: "=xdpoffload", Arg: unix.XDP_FLAGS_HW_MODE, Type: &xdp},
	{Words: "=xdp", Type: &xdp},
	{Words: "=netns", Attr: unix.IFLA_NET_NS_FD, Type: &field.Type{Parse: parseNetns}},
	{Words: "=multicast", Arg: unix.IFF_MULTICAST, Type: &flagOn, Flags: field.Always},
	{Words: "=allmulticast", Arg: unix.IFF_ALLMULTI, Type: &flagOn, Flags: field.Always},
	{Words: "=promisc", Arg: unix.IFF_PROMISC, Type: &flagOn, Flags: field.Always},
	{Words: "=trailers", Arg: unix.IFF_NOTRAILERS, Type: &flagOff, Flags: field.Always},
	{Words: "=arp", Arg: unix.IFF_NOARP, Type: &flagOff, Flags: field.Always},
	{Words: "=carrier", Attr: unix.IFLA_CARRIER, Type: &byteOnOff},
	{Words: "=vf", Type: &field.Type{Parse: parseVF}},
	{Words: "master", Attr: unix.IFLA_MASTER, Type: &field.Link, Bad: "Device does not exist\n"},
	{Words: "=vrf", Attr: unix.IFLA_MASTER, Type: &field.Type{Size: 4, Scan: scanVRF}, Bad: "Not a valid VRF name\n"},
	{Words: "nomaster", Attr: unix.IFLA_MASTER, Type: &field.Word32},
	{Words: "dynamic", Arg: unix.IFF_DYNAMIC, Type: &flagOn, Flags: field.Always},
	{Words: "type", Type: &field.Type{Parse: parseType}},
	{Words: "alias", Attr: unix.IFLA_IFALIAS, Type: &field.Type{Read: parseAlias, Write: field.WriteString}, Bad: "alias too long\n", Flags: field.Always},
	{Words: "=group", Attr: unix.IFLA_GROUP, Type: &field.Type{Size: 4, Parse: parseGroup, Write: writeGroup}, Flags: field.Always},
	{Words: "=mode", Attr: unix.IFLA_LINKMODE, Type: &anyCase, Names: &linkshow.LinkModes, Bad: "Invalid link mode\n"},
	{Words: "=state", Attr: unix.IFLA_OPERSTATE, Type: &anyCase, Names: &linkshow.OperStates, Bad: "Invalid operstate\n"},
	{Words: "numtxqueues", Attr: unix.IFLA_NUM_TX_QUEUES, Type: &onceInt},
	{Words: "numrxqueues", Attr: unix.IFLA_NUM_RX_QUEUES, Type: &onceInt},
	{Words: "addrgenmode", Attr: unix.IFLA_AF_SPEC, Type: &field.Type{Read: parseAddrGenMode, Write: writeAddrGenMode}, Names: &linkshow.AddrGenModes, Bad: "Invalid address generation mode\n"},
	{Words: "link-netns", Type: &field.Type{Parse: parseLinkNetns}},
	{Words: "link-netnsid", Type: &field.Type{Parse: parseLinkNetnsID}},
	{Words: "=protodown", Attr: unix.IFLA_PROTO_DOWN, Type: &byteOnOff},
	{Words: "=protodown_reason", Type: &field.Type{Read: parseProtodownReason}, Bad: "invalid protodown reason\n"},
	{Words: "=gso_max_size", Attr: unix.IFLA_GSO_MAX_SIZE, Type: &field.U32},
	{Words: "=gso_max_segs", Attr: unix.IFLA_GSO_MAX_SEGS, Type: &field.U32, Arg: maxSegs},
	{Words: "=gro_max_size", Attr: unix.IFLA_GRO_MAX_SIZE, Type: &field.U32},
	{Words: "=gso_ipv4_max_size", Attr: unix.IFLA_GSO_IPV4_MAX_SIZE, Type: &field.U32},
	{Words: "=gro_ipv4_max_size", Attr: unix.IFLA_GRO_IPV4_MAX_SIZE, Type: &field.U32},
	{Words: "=parentdev", Attr: unix.IFLA_PARENT_DEV_NAME, Type: &field.String},
	{Words: "=dev", Type: &field.Type{Parse: parseDevice}, Flags: field.Bare},
}}

var voice = field.Voice{Bad: "Invalid \"{word}\" value\n", Wrong: cli.InvArg}

var (
	upDown = field.Type{Parse: func(c *field.Call, _ *field.Row) error {
		requestOf(c).setFlag(unix.IFF_UP, c.Typed == "up")
		return nil
	}}
	lladdr = field.Type{Read: parseLLAddr, Write: writeLLAddr}
	// onceInt is a signed number that may stand once.
	onceInt = field.Type{Size: 4, Parse: parseOnceInt, Write: writeInt}
	// flagOn is the flag Arg of an interface; flagOff, which is not Bool, one that the word
	// on takes away.
	flagOn  = field.Type{Form: field.Bool, Parse: parseFlag, Write: writeFlag}
	flagOff = field.Type{Parse: parseFlag, Write: writeFlag}
	// byteOnOff is one byte. Its error code is not turned into -1, and comes out as 22.
	byteOnOff = field.Type{Size: 1, Form: field.Bool, Scan: scanByteOnOff}
	// anyCase is a name in capital or small letters.
	anyCase = field.Type{Size: 1, Scan: scanAnyCase, Write: writeNamed}
	xdp     = field.Type{Parse: parseXDP}
)

func requestOf(c *field.Call) *request { return c.For.(*request) }

// maxSegs is the kernel's GSO_MAX_SEGS of old, which the real tool still has.
const maxSegs = 65535

func parseName(c *field.Call, _ *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("name", r.given.name)
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

func parseIndex(c *field.Call, _ *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("index", r.given.index)
	if err != nil {
		return err
	}
	r.index, r.given.index = cli.Atoi(s), true
	if r.index <= 0 {
		return cli.InvArg(`Invalid "index" value`, s)
	}
	return nil
}

func parseLLAddr(c *field.Call, w *field.Row, s string) error {
	b, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
	if !ok {
		return cli.Fail(`"%s" is invalid lladdr.`, s)
	}
	c.Put(0, w.Attr, b)
	if w.Attr == unix.IFLA_ADDRESS {
		requestOf(c).addrLen = len(b)
	}
	return nil
}

func parseOnceInt(c *field.Call, w *field.Row) error {
	s, err := c.Args.ValueOnce(w.Word(), c.Given(w))
	if err != nil {
		return err
	}
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return c.Wrong(w, s)
	}
	c.Set(w, uint64(n))
	if n == -1 { // by which the real tool marks the lack of a number
		return nil
	}
	return c.Note(w, w.Word(), s)
}

func parseFlag(c *field.Call, w *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	v, err := kind.StrictOnOff(w.Word(), s)
	requestOf(c).setFlag(uint32(w.Arg), v == (w.Type.Form == field.Bool))
	return err
}

func scanByteOnOff(c *field.Call, w *field.Row, s string) (uint64, error) {
	n, err := field.ScanOnOff(c, w, s)
	if err != nil {
		err = &cli.Error{Status: int(unix.EINVAL), Text: err.Error()}
	}
	return n, err
}

func scanAnyCase(c *field.Call, w *field.Row, s string) (uint64, error) {
	for _, n := range *w.Names {
		if strings.EqualFold(n.Word, s) {
			return n.Val, nil
		}
	}
	return 0, c.Wrong(w, s)
}

func parseType(c *field.Call, _ *field.Row) error {
	linkkind.Find(c.Args.Word())
	return c.Args.ValueTo(&requestOf(c).kind)
}

func parseNetns(c *field.Call, w *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("netns", r.given.netns)
	if err != nil {
		return err
	}
	if r.env.Dry != nil { // it need not be there yet
		r.netns, r.given.netns = 0, true
		r.m.U32(w.Attr, 0)
		return nil
	}
	fd, err := openNetns(s)
	if err != nil {
		return c.Wrong(w, s)
	}
	r.netns, r.given.netns = fd, true
	r.fds = append(r.fds, fd)
	r.m.U32(w.Attr, uint32(fd))
	return nil
}

func scanVRF(c *field.Call, w *field.Row, s string) (uint64, error) {
	vrf.Offer(c.Env, s)
	idx := c.Env.Links.Index(s)
	if idx == 0 || requestOf(c).kindOf(s) != "vrf" {
		return 0, c.Wrong(w, s)
	}
	return uint64(idx), nil
}

// kindOf returns the kind of the link called dev, or "".
func (r *request) kindOf(dev string) string {
	attrs, _ := r.env.LinkAttrs(rtnl.LinkNamed(dev))
	return rtnl.Str(rtnl.Find(rtnl.Find(attrs, unix.IFLA_LINKINFO), unix.IFLA_INFO_KIND))
}

func parseAlias(c *field.Call, w *field.Row, s string) error {
	if len(s) >= uapi.IFALIASZ {
		return c.Wrong(w, s)
	}
	requestOf(c).m.Bytes(w.Attr, s)
	return nil
}

func parseGroup(c *field.Call, w *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("group", r.given.group)
	if err != nil {
		return err
	}
	id, ok := r.env.Tables.Groups.Parse(s)
	if !ok {
		return c.Wrong(w, s)
	}
	r.given.group = true
	c.Set(w, uint64(id))
	return nil
}

func parseAddrGenMode(c *field.Call, w *field.Row, s string) error {
	mode, err := scanAnyCase(c, w, s)
	if err != nil {
		return err
	}
	m := requestOf(c).m
	spec := m.Nest(unix.IFLA_AF_SPEC)
	inet6 := m.Nest(unix.AF_INET6)
	m.U8(unix.IFLA_INET6_ADDR_GEN_MODE, uint8(mode))
	m.End(inet6)
	m.End(spec)
	return nil
}

func parseProtodownReason(c *field.Call, w *field.Row, s string) error {
	bitNo, ok := c.Env.Tables.ProtodownReasons.Parse(s)
	if !ok {
		return c.Wrong(w, s)
	}
	s, err := c.Args.Value()
	if err != nil {
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
	m := requestOf(c).m
	nest := m.Nest(unix.IFLA_PROTO_DOWN_REASON | unix.NLA_F_NESTED)
	m.U32(unix.IFLA_PROTO_DOWN_REASON_MASK, mask)
	m.U32(unix.IFLA_PROTO_DOWN_REASON_VALUE, value)
	m.End(nest)
	return nil
}
