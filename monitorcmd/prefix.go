package monitorcmd

import (
	"fmt"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// prefixMsg is struct prefixmsg of linux/rtnetlink.h.
type prefixMsg struct {
	family uint8
	_      uint8
	_      uint16
	index  uint32
	typ    uint8
	bits   uint8
	flags  uint8
	_      uint8
}

// Of linux/if_addr.h's kin that x/sys lacks: the flags of a prefix, and its
// type in neighbour discovery (RFC 4861).
const (
	ifPrefixOnlink   = 1
	ifPrefixAutoconf = 2

	optPrefixInformation = 3
)

// printPrefix prints a prefix that a router announced. There is no blank
// behind its length, as in the real tool.
func printPrefix(e *cli.Env, m rtnl.Message) error {
	h, attrs := rtnl.View[prefixMsg](m.Body)
	switch {
	case h == nil:
		return nil
	case e.Opt.Family != unix.AF_UNSPEC && e.Opt.Family != unix.AF_INET6:
		return nil
	case h.family != unix.AF_INET6:
		fmt.Fprintf(e.Stderr, "incorrect protocol family: %d\n", h.family)
		return nil
	case h.typ != optPrefixInformation:
		fmt.Fprintf(e.Stderr, "wrong ND type %d\n", h.typ)
		return nil
	}
	e.Head("[PREFIX]")
	p := e.Pen
	if addr := rtnl.Find(attrs, unix.PREFIX_ADDRESS); addr != nil {
		p.Bytes("", "prefix ", cli.AppendAddr(nil, unix.AF_INET6, addr), "")
		p.Uint("", "/", uint64(h.bits), "")
	}
	p.Str("", "dev ", e.Links.Name(h.index), " ")
	if h.flags&ifPrefixOnlink != 0 {
		p.Text("onlink ")
	}
	if h.flags&ifPrefixAutoconf != 0 {
		p.Text("autoconf ")
	}
	if info := rtnl.Find(attrs, unix.PREFIX_CACHEINFO); len(info) >= 8 {
		p.Uint("", "valid ", uint64(rtnl.U32(info[4:])), " ")
		p.Uint("", "preferred ", uint64(rtnl.U32(info)), " ")
	}
	p.EndLine()
	return nil
}
