package monitorcmd

import (
	"fmt"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

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
	h, attrs := rtnl.View[unix.Prefixmsg](m.Body)
	switch {
	case h == nil:
		return nil
	case e.Opt.Family != unix.AF_UNSPEC && e.Opt.Family != unix.AF_INET6:
		return nil
	case h.Family != unix.AF_INET6:
		fmt.Fprintf(e.Stderr, "incorrect protocol family: %d\n", h.Family)
		return nil
	case h.Type != optPrefixInformation:
		fmt.Fprintf(e.Stderr, "wrong ND type %d\n", h.Type)
		return nil
	}
	e.Head("[PREFIX]")
	p := e.Pen
	if addr := rtnl.Find(attrs, unix.PREFIX_ADDRESS); addr != nil {
		p.Bytes("", "prefix ", cli.AppendAddr(nil, unix.AF_INET6, addr), "")
		p.Uint("", "/", uint64(h.Len), "")
	}
	p.Str("", "dev ", e.Links.Name(uint32(h.Ifindex)), " ")
	if h.Flags&ifPrefixOnlink != 0 {
		p.Text("onlink ")
	}
	if h.Flags&ifPrefixAutoconf != 0 {
		p.Text("autoconf ")
	}
	if info := rtnl.Find(attrs, unix.PREFIX_CACHEINFO); len(info) >= 8 {
		p.Uint("", "valid ", uint64(rtnl.U32(info[4:])), " ")
		p.Uint("", "preferred ", uint64(rtnl.U32(info)), " ")
	}
	p.EndLine()
	return nil
}
