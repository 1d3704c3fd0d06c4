package nettoolscmd

import (
	"encoding/binary"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// This file does over netlink what the address ioctls do (netdevice(7)): they
// change "the address of a name", which is the first that has the name as its
// label, by taking it away and putting it back.

// labelled returns the device of name and the first address with that label.
func labelled(e *cli.Env, name string) (l *link, a *inetAddr) {
	if l = findLink(e, name); l == nil {
		return nil, nil
	}
	for _, a := range inetAddrs(e, l.index) {
		if a.label == name {
			return l, a
		}
	}
	return l, nil
}

// setAddress is SIOCSIFADDR: the address of name becomes local, with the mask
// of its class; 0.0.0.0 takes it away.
func setAddress(e *cli.Env, name string, local ipv4) unix.Errno {
	bits, ok := local.classBits()
	l, old := labelled(e, name)
	switch {
	case !e.MayChange():
		return unix.EPERM
	case l == nil:
		return unix.ENODEV
	case !ok:
		return unix.EINVAL
	case old != nil && old.local == local:
		return 0
	}
	a := &inetAddr{index: l.index, label: name}
	if !strings.Contains(name, ":") {
		a.label = l.name // name may be another one that the device has
	}
	if old != nil {
		if no := delAddress(e, old); no != 0 {
			return no
		}
		a.flags, a.protocol, a.priority = old.flags, old.protocol, old.priority
	}
	if local.isZero() {
		return 0
	}
	a.local, a.peer, a.bits = local, local, 32
	if l.flags&unix.IFF_POINTOPOINT == 0 {
		a.bits = bits
		if l.flags&unix.IFF_BROADCAST != 0 && bits < 31 {
			a.broadcast = local.or(a.mask().not())
		}
	}
	if local.isLoopback() {
		a.scope = unix.RT_SCOPE_HOST
	}
	return addAddress(e, a)
}

// changeAddress takes the address of name away, has it changed and puts it
// back. change says with which error it refuses, and with done that there is
// nothing to do.
func changeAddress(e *cli.Env, name string, change func(l *link, a *inetAddr) (done bool, no unix.Errno)) unix.Errno {
	l, old := labelled(e, name)
	switch {
	case !e.MayChange():
		return unix.EPERM
	case l == nil:
		return unix.ENODEV
	case old == nil:
		return unix.EADDRNOTAVAIL
	}
	a := *old
	if done, no := change(l, &a); done || no != 0 {
		return no
	}
	if no := delAddress(e, old); no != 0 {
		return no
	}
	return addAddress(e, &a)
}

// setNetmask is SIOCSIFNETMASK. A broadcast address that follows from the old
// mask follows the new one.
func setNetmask(e *cli.Env, name string, mask ipv4) unix.Errno {
	return changeAddress(e, name, func(l *link, a *inetAddr) (bool, unix.Errno) {
		if !mask.isMask() {
			return false, unix.EINVAL
		}
		old := a.mask()
		a.bits = mask.maskBits()
		if l.flags&unix.IFF_BROADCAST != 0 && a.bits < 31 && a.broadcast == a.local.or(old.not()) {
			a.broadcast = a.local.or(mask.not())
		}
		return mask == old, 0
	})
}

// setBroadcast is SIOCSIFBRDADDR.
func setBroadcast(e *cli.Env, name string, addr ipv4) unix.Errno {
	return changeAddress(e, name, func(_ *link, a *inetAddr) (bool, unix.Errno) {
		same := a.broadcast == addr
		a.broadcast = addr
		return same, 0
	})
}

// setPeer is SIOCSIFDSTADDR.
func setPeer(e *cli.Env, name string, addr ipv4) unix.Errno {
	return changeAddress(e, name, func(_ *link, a *inetAddr) (bool, unix.Errno) {
		if a.peer == addr {
			return true, 0
		}
		if _, ok := addr.classBits(); !ok {
			return false, unix.EINVAL
		}
		a.peer = addr
		return false, 0
	})
}

func addrMsg(typ, flags uint16, a *inetAddr) *rtnl.Msg {
	m := rtnl.New(typ, flags)
	rtnl.Put(m, unix.IfAddrmsg{Family: unix.AF_INET, Prefixlen: uint8(a.bits), Scope: a.scope, Index: a.index})
	m.Attr(unix.IFA_LOCAL, a.local[:])
	m.Attr(unix.IFA_ADDRESS, a.peer[:])
	m.Str(unix.IFA_LABEL, a.label)
	return m
}

func delAddress(e *cli.Env, a *inetAddr) unix.Errno {
	return errno(e.Do(addrMsg(unix.RTM_DELADDR, 0, a)))
}

// addAddress adds a; what is unknown to the ioctls is put back as it was. An
// address of all zeros is left out, as the kernel does there.
func addAddress(e *cli.Env, a *inetAddr) unix.Errno {
	m := addrMsg(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, a)
	if !a.broadcast.isZero() {
		m.Attr(unix.IFA_BROADCAST, a.broadcast[:])
	}
	// The kernel works these two out.
	if flags := a.flags &^ (unix.IFA_F_SECONDARY | unix.IFA_F_PERMANENT); flags != 0 {
		m.U32(unix.IFA_FLAGS, flags)
	}
	for _, v := range []struct {
		attr uint16
		raw  []byte
	}{{uapi.IFA_PROTO, a.protocol}, {unix.IFA_RT_PRIORITY, a.priority}, {unix.IFA_CACHEINFO, a.lifetime}} {
		if v.raw != nil {
			m.Attr(v.attr, v.raw)
		}
	}
	return errno(e.Do(m))
}

// changeFlags is SIOCGIFFLAGS and SIOCSIFFLAGS. what names the call that
// failed: of an alias the latter takes the address away if the device is, or
// shall be, down.
func changeFlags(e *cli.Env, name string, set, clear uint32) (what string, no unix.Errno) {
	l := findLink(e, name)
	if l == nil {
		return "get", unix.ENODEV
	}
	if strings.Contains(name, ":") {
		return "set", setAliasFlags(e, name, l.flags&^clear|set)
	}
	m := rtnl.New(unix.RTM_SETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: int32(l.index), Flags: set, Change: set | clear})
	return "set", errno(e.Do(m))
}

func setAliasFlags(e *cli.Env, name string, flags uint32) unix.Errno {
	_, a := labelled(e, name)
	switch {
	case !e.MayChange():
		return unix.EPERM
	case a == nil:
		return unix.EADDRNOTAVAIL
	case flags&unix.IFF_UP == 0:
		return delAddress(e, a)
	}
	return 0
}

// inet6Msg is SIOCSIFADDR or SIOCDIFADDR of an IPv6 socket.
func inet6Msg(typ, flags uint16, l *link, addr [16]byte, bits int) *rtnl.Msg {
	m := rtnl.New(typ, flags)
	rtnl.Put(m, unix.IfAddrmsg{Family: unix.AF_INET6, Prefixlen: uint8(bits), Index: l.index})
	m.Attr(unix.IFA_LOCAL, addr[:])
	return m
}

// setTunnel is SIOCSIFDSTADDR of an IPv6 socket: sit0 makes a tunnel to the
// IPv4 address that an IPv4-compatible address ends with.
func setTunnel(e *cli.Env, l *link, addr [16]byte) unix.Errno {
	switch {
	case l.arp != unix.ARPHRD_SIT:
		return unix.ENODEV
	case binary.BigEndian.Uint64(addr[:]) != 0 || binary.BigEndian.Uint32(addr[8:]) != 0 || binary.BigEndian.Uint32(addr[12:]) < 2:
		return unix.EADDRNOTAVAIL
	}
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	rtnl.Put(m, unix.IfInfomsg{Flags: unix.IFF_UP, Change: unix.IFF_UP})
	m.Str(unix.IFLA_IFNAME, "sit%d")
	n := m.Nest(unix.IFLA_LINKINFO)
	m.Bytes(unix.IFLA_INFO_KIND, "sit")
	data := m.Nest(unix.IFLA_INFO_DATA)
	m.Attr(uapi.IFLA_IPTUN_REMOTE, addr[12:])
	m.U8(uapi.IFLA_IPTUN_TTL, 64)
	m.U8(uapi.IFLA_IPTUN_PROTO, unix.IPPROTO_IPV6)
	m.End(data)
	m.End(n)
	return errno(e.Do(m))
}
