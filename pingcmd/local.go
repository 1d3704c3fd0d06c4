package pingcmd

import (
	"bytes"
	"net/netip"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// hasAddress reports whether -I's device has an address. As for getifaddrs(3),
// the name of an IPv4 address is its label.
func (p *pinger) hasAddress(a netip.Addr) (found bool) {
	index := indexOf(p.device)
	m := rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{Family: familyOf(a)})
	p.env.Dump(m, func(m rtnl.Message) error {
		ifa, attrs := rtnl.View[unix.IfAddrmsg](m.Body)
		if ifa == nil || ifa.Family != familyOf(a) {
			return nil
		}
		v := rtnl.Find(attrs, unix.IFA_LOCAL)
		if v == nil {
			v = rtnl.Find(attrs, unix.IFA_ADDRESS)
		}
		named := ifa.Index == index
		if label := rtnl.Find(attrs, unix.IFA_LABEL); label != nil {
			named = unix.ByteSliceToString(label) == p.device
		}
		found = found || named && bytes.Equal(v, a.AsSlice())
		return nil
	})
	return found
}
