package routecmd

import (
	"gip/internal/cli"
	"unsafe"

	"gip/internal/encap"
	"gip/internal/fib"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

const nexthopLen = int(unsafe.Sizeof(unix.RtNexthop{}))

// nexthop takes the first of the nexthops in b, a struct rtnexthop and the
// attributes behind it. nh is nil at the end, and where the length is wrong.
func nexthop(b []byte) (nh *unix.RtNexthop, attrs, rest []byte) {
	nh, _ = rtnl.View[unix.RtNexthop](b)
	if nh == nil || int(nh.Len) < nexthopLen || int(nh.Len) > len(b) {
		return nil, nil, nil
	}
	n := int(nh.Len)
	return nh, b[nexthopLen:n], b[min((n+3)&^3, len(b)):]
}

// nexthops writes the list of a route with several nexthops.
func (p *Printer) nexthops(r *route, b []byte) {
	pen := p.env.Pen
	// Multicast routes of the cache are lists of output devices.
	oifs := r.Flags&unix.RTM_F_CLONED != 0 && r.Type == unix.RTN_MULTICAST
	pen.OpenArray("nexthops")
	first := true
	for nh, attrs, rest := nexthop(b); nh != nil; nh, attrs, rest = nexthop(rest) {
		pen.OpenObject("")
		switch {
		case !oifs:
			pen.NL()
			pen.Text("\tnexthop ")
		case first:
			pen.Text("Oifs: ")
		default:
			pen.Text(" ")
		}
		first = false
		p.nexthopPath(r, attrs)
		if oifs {
			p.outputDevice(nh)
		} else {
			pen.Str("dev", "dev ", p.env.Links.Name(uint32(nh.Ifindex)), " ")
			if r.Family != unix.AF_MPLS {
				pen.Int("weight", "weight ", int64(nh.Hops)+1, " ")
			}
		}
		fib.PrintFlags(pen, uint32(nh.Flags))
		pen.CloseObject()
	}
	pen.CloseArray()
}

func (p *Printer) nexthopPath(r *route, attrs []byte) {
	tb := &p.nh
	rtnl.Index(tb[:], attrs)
	if v := tb[unix.RTA_ENCAP]; v != nil {
		encap.Print(p.env, tb[unix.RTA_ENCAP_TYPE], v)
	}
	if v := tb[unix.RTA_NEWDST]; v != nil {
		p.newDst(r, v)
	}
	if v := tb[unix.RTA_GATEWAY]; v != nil {
		fib.PrintGateway(p.env, r.Family, v)
	}
	if v := tb[unix.RTA_VIA]; v != nil {
		fib.PrintVia(p.env, v)
	}
	if v := tb[unix.RTA_FLOW]; v != nil {
		fib.PrintRealms(p.env, rtnl.U32(v))
	}
}

func (p *Printer) outputDevice(nh *unix.RtNexthop) {
	pen := p.env.Pen
	pen.Str("dev", "", p.env.Links.Name(uint32(nh.Ifindex)), "")
	if nh.Hops != 1 {
		pen.Int("ttl", "(ttl>", int64(nh.Hops), ")")
	}
	pen.Text(" ")
}

// nexthopObject writes the nexthop object that a route refers to.
func (p *Printer) nexthopObject(id uint32) {
	p.Nexthops.Print(p.env, "\n\tnh_info ", "nh_info", id)
}

// parseNexthops reads a list of nexthops, the rest of the command line, into
// RTA_MULTIPATH.
func (c *change) parseNexthops(a *cli.Args) error {
	list := c.m.Nest(unix.RTA_MULTIPATH)
	for a.More() {
		word := a.Word()
		a.Skip()
		switch {
		case word != "nexthop":
			return cli.Exit(cli.StatusUsage, `Error: "nexthop" or end of line is expected instead of "%s"`, word)
		case !a.More():
			return cli.Exit(cli.StatusUsage, `Error: unexpected end of line after "nexthop"`)
		}
		if err := c.parseNexthop(a); err != nil {
			return err
		}
	}
	c.m.End(list)
	return nil
}

// A hop is a nexthop under construction: its attributes go to the route's
// message, its header is patched at the end.
type hop struct {
	*change
	unix.RtNexthop
}

var hopKeywords = []cli.Keyword[*hop]{
	{Words: "=via", Parse: (*hop).parseVia},
	{Words: "=dev", Parse: (*hop).parseDev},
	{Words: "=weight", Parse: (*hop).parseWeight},
	{Words: "=onlink", Parse: (*hop).parseOnlink},
	{Words: "realms", Parse: (*hop).parseRealms},
	{Words: "=encap", Parse: (*hop).parseEncap},
	{Words: "=as", Parse: (*hop).parseAs},
}

func (c *change) parseNexthop(a *cli.Args) error {
	h := hop{change: c}
	at := c.m.Mark()
	rtnl.Put(c.m, h.RtNexthop)
	if err := cli.ParseKnown(&h, a, hopKeywords); err != nil {
		return err
	}
	b := c.m.Since(at)
	h.Len = uint16(len(b))
	nh, _ := rtnl.View[unix.RtNexthop](b)
	*nh = h.RtNexthop
	return nil
}

func (h *hop) parseVia(a *cli.Args) error {
	p, err := gatewayArg(a, h.rtm.Family)
	if err != nil {
		return err
	}
	h.decide(p.Family)
	putGateway(h.m, h.rtm.Family, &p)
	return nil
}

func (h *hop) parseDev(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	idx, err := h.env.Index(s)
	if err != nil {
		return &cli.Error{Status: cli.StatusUsage, Text: "Error: cannot parse nexthop\n", Ends: true, Err: err}
	}
	h.Ifindex = int32(idx)
	return nil
}

func (h *hop) parseWeight(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	w, ok := cli.ParseUint(s, 0, 32)
	if !ok || w == 0 || w > 256 {
		return cli.InvArg("\"weight\" is invalid\n", s)
	}
	h.Hops = uint8(w - 1)
	return nil
}

func (h *hop) parseOnlink(*cli.Args) error {
	h.RtNexthop.Flags |= unix.RTNH_F_ONLINK
	return nil
}

// parseAs does not decide the family, unlike the word of the whole route.
func (h *hop) parseAs(a *cli.Args) error {
	skipTo(a)
	p, err := h.addr(a)
	if err == nil {
		h.m.Attr(unix.RTA_NEWDST, p.Bytes())
	}
	return err
}

func (h *hop) parseRealms(a *cli.Args) error { return h.change.parseRealms(nil, a) }
func (h *hop) parseEncap(a *cli.Args) error  { return h.change.parseEncap(nil, a) }
