package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

var voice = field.Voice{Bad: "\"{word}\" value is invalid\n", Wrong: cli.InvArg, Twice: cli.DupArg}

// neighbours has the words of add and its kin, in the order in which abbreviations
// are tried. What waits in slots is sent behind the destination.
var neighbours = field.Table{Name: "neigh", Voice: &voice, Size: unix.SizeofNdMsg, Rows: []*field.Row{
	{Words: "lladdr", In: field.Slot, Attr: unix.NDA_LLADDR, Type: &field.Word, Flags: field.Once},
	{Words: "=nud", In: field.Head, At: 8, Type: &state, Bad: badState},
	&proxy,
	{Words: "=router", In: field.Head, At: headFlags, Arg: unix.NTF_ROUTER, Type: &field.Bit8},
	{Words: "=use", In: field.Head, At: headFlags, Arg: unix.NTF_USE, Type: &field.Bit8},
	{Words: "=managed", In: field.Slot, Attr: uapi.NDA_FLAGS_EXT, Arg: uapi.NTF_EXT_MANAGED, Type: &managed},
	{Words: "extern_learn", In: field.Head, At: headFlags, Arg: unix.NTF_EXT_LEARNED, Type: &field.Bit8},
	{Words: "=extern_valid", In: field.Slot, Attr: uapi.NDA_FLAGS_EXT, Arg: uapi.NTF_EXT_EXT_VALIDATED, Type: &field.Bit32},
	&dev,
	{Words: "protocol", Attr: uapi.NDA_PROTOCOL, Type: &field.Protocol},
	{In: field.Slot, Attr: unix.NDA_DST, Type: &destination, Flags: field.Bare},
}}

// wanted has the words of get.
var wanted = field.Table{Voice: &voice, Size: unix.SizeofNdMsg, Rows: []*field.Row{
	&dev, &proxy, {In: field.Slot, Attr: unix.NDA_DST, Type: &wantedAddr, Flags: field.Bare},
}}

var (
	dev   = field.Row{Words: "=dev", In: field.Slot, Attr: unix.NDA_IFINDEX, Type: &field.LinkWord}
	proxy = field.Row{Words: "proxy", In: field.Slot, Attr: unix.NDA_DST, Type: &proxied}

	state       = field.Type{Size: 2, Scan: scanState}
	managed     = field.Type{Size: 4, Form: field.Bits, Parse: parseManaged}
	proxied     = field.Type{Read: parseProxy}
	destination = field.Type{Parse: parseNew}
	wantedAddr  = field.Type{Parse: parseWanted}
)

// headFlags is the place of the flags in struct ndmsg.
const headFlags = 10

// maxLLAddr is the longest link-layer address here; other commands take more.
const maxLLAddr = 20

// modify sends a neighbour with the given message type and flags.
func modify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	x := field.NewCall(e, a, &neighbours).Into(e.NewChange(typ, flags))
	head(x).State = unix.NUD_PERMANENT
	if err := x.Read(); err != nil {
		return err
	}
	if !complete(x) {
		return cli.Exit(cli.StatusUsage, "Device and destination are required arguments.")
	}
	if err := finish(x); err != nil {
		return err
	}
	return e.Post(x.Msg, cli.Special{Ends: true})
}

// head is the struct in front of the attributes so far.
func head(c *field.Call) *unix.NdMsg {
	nd, _ := rtnl.View[unix.NdMsg](c.Get(field.Head, 0))
	return nd
}

// complete reports whether there is an address, and a device where one is
// needed: proxies do without.
func complete(c *field.Call) bool {
	nd := head(c)
	return nd.Family != unix.AF_UNSPEC && (c.Given(&dev) || nd.Flags&unix.NTF_PROXY != 0)
}

// finish completes the message with what waits in slots.
func finish(c *field.Call) error {
	c.Msg.Attr(unix.NDA_DST, c.Get(field.Slot, unix.NDA_DST))
	if ext := c.Get(field.Slot, uapi.NDA_FLAGS_EXT); ext != nil {
		c.Msg.Attr(uapi.NDA_FLAGS_EXT, ext)
	}
	if s, ok := c.Word(field.Slot, unix.NDA_LLADDR); ok && s != "null" {
		var buf [cli.MaxLLAddr]byte
		ll, ok := cli.AppendParsedLLAddr(buf[:0], s, cli.MaxLLAddr)
		if !ok || len(ll) > maxLLAddr {
			return cli.Fail(`"%s" is invalid lladdr.`, s)
		}
		c.Msg.Attr(unix.NDA_LLADDR, ll)
	}
	if c.Msg.Type() != unix.RTM_GETNEIGH {
		if err := c.Env.LearnForBatch(); err != nil {
			return err
		}
	}
	if name, ok := c.Word(dev.In, dev.Attr); ok {
		index, err := c.Env.Index(name)
		if err != nil {
			return err
		}
		head(c).Ifindex = int32(index)
	}
	return nil
}

// parseManaged makes the kernel look after the state.
func parseManaged(c *field.Call, r *field.Row) error {
	c.Set(r, r.Arg)
	head(c).State = unix.NUD_NONE
	return nil
}

func parseProxy(c *field.Call, r *field.Row, s string) error {
	switch {
	case cli.Match("help", s):
		return cli.Help()
	case c.Get(r.In, r.Attr) != nil:
		return cli.DupArg("address", s)
	}
	head(c).Flags |= unix.NTF_PROXY
	return setAddr(c, r, s)
}

func setAddr(c *field.Call, r *field.Row, s string) error {
	word.OfferFrom(s, func() []string { return known(c.Env) })
	p, err := cli.Addr(s, c.Env.Opt.Family)
	c.Put(r.In, r.Attr, p.Bytes())
	head(c).Family = p.Family
	return err
}

// known are the addresses of all neighbours, for who completes a command line.
func known(e *cli.Env) (addrs []string) {
	m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: e.Opt.Family})
	e.Dump(m, func(m rtnl.Message) error {
		if nd, attrs := rtnl.View[unix.NdMsg](m.Body); nd != nil && nd.State&unix.NUD_NOARP == 0 {
			addrs = append(addrs, string(cli.AppendAddr(nil, nd.Family, rtnl.Find(attrs, unix.NDA_DST))))
		}
		return nil
	})
	return addrs
}

// parseNew takes the address of a neighbour to change; here the word help is
// stepped over, as in the real tool.
func parseNew(c *field.Call, r *field.Row) error {
	c.Args.Match("=to")
	c.Args.Match("help")
	return parseAddr(c, r)
}

// parseWanted takes the address of a neighbour to look up.
func parseWanted(c *field.Call, r *field.Row) error {
	c.Args.Match("=to")
	if c.Args.Is("help") {
		return cli.Help()
	}
	return parseAddr(c, r)
}

func parseAddr(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	if c.Get(r.In, r.Attr) != nil {
		return cli.DupArg2("to", s)
	}
	return setAddr(c, r, s)
}

func get(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &wanted).Into(rtnl.New(unix.RTM_GETNEIGH, 0))
	if err := x.Read(); err != nil {
		return err
	}
	if !complete(x) {
		return cli.Fail("Device and address are required arguments.")
	}
	if err := finish(x); err != nil {
		return err
	}
	return e.Get(x.Msg, func(m rtnl.Message) error {
		e.Pen.Begin()
		defer e.Pen.End()
		return printMessage(e, m)
	})
}
