package lab

import (
	"net/netip"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// newAddr asks for an address of an interface, as "ip addr add" does.
func newAddr(index int32, p netip.Prefix) *rtnl.Msg {
	m := rtnl.New(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	family := uint8(unix.AF_INET6)
	if p.Addr().Is4() {
		family = unix.AF_INET
	}
	rtnl.Put(m, unix.IfAddrmsg{Family: family, Prefixlen: uint8(p.Bits()), Index: uint32(index)})
	addr := p.Addr().AsSlice()
	m.Attr(unix.IFA_LOCAL, addr)
	m.Attr(unix.IFA_ADDRESS, addr)
	return m
}
