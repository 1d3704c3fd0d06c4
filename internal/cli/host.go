package cli

import (
	"net/netip"

	"gip/internal/resolve"

	"golang.org/x/sys/unix"
)

// AppendHost appends an address, with -r the name of its host if it has one.
func (e *Env) AppendHost(b []byte, family uint8, a []byte) []byte {
	if e.Opt.Resolve {
		if name := e.hostName(family, a); name != "" {
			return append(b, name...)
		}
	}
	return AppendAddr(b, family, a)
}

// hostName asks /etc/hosts and the name servers once for each address; that
// there is no name is remembered too.
func (e *Env) hostName(family uint8, a []byte) string {
	if family != unix.AF_INET && family != unix.AF_INET6 {
		return ""
	}
	addr, ok := netip.AddrFromSlice(a)
	if !ok {
		return ""
	}
	addr = addr.Unmap()
	name, ok := e.hosts[addr]
	if !ok {
		name, _ = resolve.Name(addr)
		if e.hosts == nil {
			e.hosts = make(map[netip.Addr]string)
		}
		e.hosts[addr] = name
	}
	return name
}
