package routecmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/fib"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/nexthopcmd"

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
	nexthopcmd.PrintIn(p.env, "\n\tnh_info ", "nh_info", id)
}

// parseNexthops reads a list of nexthops, the rest of the command line, into
// RTA_MULTIPATH.
func parseNexthops(c *field.Call) error {
	a, list := c.Args, c.Msg.Nest(unix.RTA_MULTIPATH)
	var hop field.Call
	for a.More() {
		word := a.Word()
		a.Skip()
		switch {
		case word != "nexthop":
			return cli.Exit(cli.StatusUsage, `Error: "nexthop" or end of line is expected instead of "%s"`, word)
		case !a.More():
			return cli.Exit(cli.StatusUsage, `Error: unexpected end of line after "nexthop"`)
		}
		at := c.Msg.Mark()
		hop.Begin(c.Env, a, &hops)
		hop.For = c
		if err := hop.Into(c.Msg).Read(); err != nil {
			return err
		}
		nh, _ := rtnl.View[unix.RtNexthop](hop.Get(field.Head, 0))
		nh.Len = uint16(len(c.Msg.Since(at)))
	}
	c.Msg.End(list)
	return nil
}

func parseHopVia(c *field.Call, _ *field.Row) error { return putVia(c, c.For.(*field.Call)) }

func scanHopDevice(c *field.Call, _ *field.Row, s string) (uint64, error) {
	index, err := c.Env.Index(s)
	if err != nil {
		return 0, &cli.Error{Status: cli.StatusUsage, Text: "Error: cannot parse nexthop\n", Ends: true, Err: err}
	}
	return uint64(index), nil
}

func scanWeight(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	if !ok || n == 0 || n > 256 {
		return 0, c.Wrong(r, s)
	}
	return n - 1, nil
}

// parseHopAs does not decide the family, unlike the word of the whole route.
func parseHopAs(c *field.Call, r *field.Row) error {
	skipTo(c.Args)
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, head(c.For.(*field.Call)).Family)
	if err == nil {
		c.Put(0, r.Attr, p.Bytes())
	}
	return err
}
