package arp

import (
	"bytes"
	"strconv"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// isMissing tells the errors of an entry that is not there: the ioctl's and
// netlink's.
func isMissing(no unix.Errno) bool { return no == unix.ENXIO || no == unix.ENOENT }

// findDevice returns the device that an entry belongs to: the one that was
// named, for a private entry the one that its address is a neighbour on. A
// public entry may have none.
func (a *arp) findDevice(t *arpEntry, public bool) (*common.Link, unix.Errno) {
	switch {
	case !a.MayChange():
		return nil, unix.EPERM
	case !public && (t.hasMask || t.dontPublish):
		return nil, unix.EINVAL
	case a.device != "":
		return common.FindLink(a.Env, a.device)
	case public:
		return nil, 0
	}
	return a.neighbourDevice(t.addr)
}

// neighbourDevice asks by which device packets to an address leave; there must
// be no gateway in between.
func (a *arp) neighbourDevice(addr common.Ipv4) (l *common.Link, no unix.Errno) {
	m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32})
	m.Attr(unix.RTA_DST, addr[:])
	oif, gateway := uint32(0), false
	err := a.Get(m, func(m rtnl.Message) error {
		if _, attrs := rtnl.View[unix.RtMsg](m.Body); attrs != nil {
			oif = rtnl.U32(rtnl.Find(attrs, unix.RTA_OIF))
			gateway = rtnl.Find(attrs, unix.RTA_GATEWAY) != nil || rtnl.Find(attrs, unix.RTA_VIA) != nil
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, rtnl.Errno(err)
	case gateway:
		return nil, unix.ENETUNREACH
	}
	if l, no = common.FindLink(a.Env, a.Links.Name(oif)); no == unix.ENODEV {
		no = unix.EINVAL
	}
	return l, no
}

// setEntry is SIOCSARP.
func (a *arp) setEntry(t *arpEntry) unix.Errno {
	l, no := a.findDevice(t, t.public)
	if no != 0 {
		return no
	}
	if !t.public {
		if int(l.Arp) != t.hwType {
			return unix.EINVAL
		}
		m := neighbourMsg(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, l, t.addr, 0, unix.NUD_STALE)
		if t.permanent {
			m = neighbourMsg(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, l, t.addr, 0, unix.NUD_PERMANENT)
		}
		m.Attr(unix.NDA_LLADDR, t.hwAddr)
		return rtnl.Errno(a.Do(m))
	}
	switch {
	case l != nil && int(l.Arp) != t.hwType:
		return unix.EINVAL
	case t.oddMask():
		return unix.EINVAL
	case l == nil:
		if l = a.deviceWith(t); l == nil {
			return unix.ENODEV
		}
	}
	if t.allHosts() {
		return a.setProxyARP(l, true)
	}
	return rtnl.Errno(a.Do(neighbourMsg(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, l, t.addr, unix.NTF_PROXY, 0)))
}

// oddMask tells a mask that is neither that of a host nor of all.
func (t *arpEntry) oddMask() bool {
	return t.hasMask && !t.mask.IsZero() && !t.mask.IsBroadcast()
}

// allHosts tells the mask that stands for all addresses.
func (t *arpEntry) allHosts() bool { return t.hasMask && t.mask.IsZero() }

// delEntry is SIOCDARP.
func (a *arp) delEntry(t *arpEntry, public bool) unix.Errno {
	l, no := a.findDevice(t, public)
	switch {
	case no != 0:
		return no
	case !public:
		return rtnl.Errno(a.Do(neighbourMsg(unix.RTM_DELNEIGH, 0, l, t.addr, 0, 0)))
	case t.oddMask():
		return unix.EINVAL
	case t.allHosts():
		return a.setProxyARP(l, false)
	}
	return rtnl.Errno(a.Do(neighbourMsg(unix.RTM_DELNEIGH, 0, l, t.addr, unix.NTF_PROXY, 0)))
}

func neighbourMsg(typ, flags uint16, l *common.Link, addr common.Ipv4, ntf uint8, state uint16) *rtnl.Msg {
	m := rtnl.New(typ, flags)
	nd := unix.NdMsg{Family: unix.AF_INET, Flags: ntf, State: state}
	if l != nil {
		nd.Ifindex = int32(l.Index)
	}
	rtnl.Put(m, nd)
	m.Attr(unix.NDA_DST, addr[:])
	return m
}

// deviceWith finds the device that has the entry's hardware address.
func (a *arp) deviceWith(t *arpEntry) (found *common.Link) {
	m := rtnl.Links(0)
	a.Dump(m, func(m rtnl.Message) error {
		if l := common.ReadLink(m); l != nil && found == nil && int(l.Arp) == t.hwType && bytes.Equal(l.Addr, t.hwAddr) {
			found = l
		}
		return nil
	})
	return found
}

// setProxyARP makes a device answer for all addresses, or no more; that of all
// devices has only the file.
func (a *arp) setProxyARP(l *common.Link, on bool) unix.Errno {
	value := uint32(0)
	if on {
		value = 1
	}
	if l == nil {
		f, err := file.OpenFile("/proc/sys/net/ipv4/conf/all/proxy_arp", unix.O_WRONLY, 0)
		if err != nil {
			return rtnl.Errno(err)
		}
		defer f.Close()
		_, err = f.WriteString(strconv.Itoa(int(value)))
		return rtnl.Errno(err)
	}
	m := rtnl.Request(unix.RTM_SETLINK, unix.IfInfomsg{Index: int32(l.Index)})
	spec := m.Nest(unix.IFLA_AF_SPEC)
	inet := m.Nest(unix.AF_INET)
	conf := m.Nest(unix.IFLA_INET_CONF)
	m.U32(uapi.IPV4_DEVCONF_PROXY_ARP, value)
	m.End(conf)
	m.End(inet)
	m.End(spec)
	return rtnl.Errno(a.Do(m))
}

// A neighbour is a line of the table.
type neighbour struct {
	addr                         common.Ipv4
	arp                          uint16 // ARPHRD_ of the device
	complete, permanent, publish bool
	hwAddr                       []byte
	dev                          string
}

// eachNeighbour gives f the entries of the table, then the public ones.
func (a *arp) eachNeighbour(f func(*neighbour)) error {
	for _, flags := range []uint8{0, unix.NTF_PROXY} {
		m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: unix.AF_INET, Flags: flags})
		err := a.Dump(m, func(m rtnl.Message) error {
			if n, ok := a.readNeighbour(m); ok {
				f(&n)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// nudValid are the states in which the hardware address counts.
const nudValid = unix.NUD_PERMANENT | unix.NUD_NOARP | unix.NUD_REACHABLE | unix.NUD_PROBE | unix.NUD_STALE | unix.NUD_DELAY

func (a *arp) readNeighbour(m rtnl.Message) (n neighbour, ok bool) {
	nd, attrs := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil || nd.Family != unix.AF_INET {
		return n, false
	}
	n.addr = common.ReadIPv4(rtnl.Find(attrs, unix.NDA_DST))
	n.dev = "*"
	if l, ok := a.Links.Get(uint32(nd.Ifindex)); ok {
		n.dev, n.arp = l.Name, l.Type
	}
	if nd.Flags&unix.NTF_PROXY != 0 {
		n.permanent, n.publish = true, true
		return n, true
	}
	n.hwAddr = rtnl.Find(attrs, unix.NDA_LLADDR)
	n.permanent = nd.State&unix.NUD_PERMANENT != 0
	n.complete = nd.State&nudValid != 0
	// Entries that need no ARP are not in this table.
	return n, nd.State&^unix.NUD_NOARP != 0
}

// show prints the table, or the entries of one host.
func (a *arp) show(words []string) error {
	var only *arpEntry
	if len(words) > 0 {
		only = &arpEntry{}
		// The original has less room for this name than for those of -s and -d.
		addr, err := only.resolveHost(words[0][:min(len(words[0]), 99)])
		if err != nil {
			return err
		}
		only.addr = addr
	}
	if err := common.Opens("/proc/net/arp"); err != nil {
		return &cli.Error{Status: 255, Text: "/proc/net/arp: " + cli.Strerror(err) + "\n"}
	}
	entries, shown := 0, 0
	err := a.eachNeighbour(func(n *neighbour) {
		entries++
		if a.hwSet && int(n.arp) != a.hw.Arp || only != nil && n.addr != only.addr || a.device != "" && n.dev != a.device {
			return
		}
		if shown++; a.linux {
			a.printRow(n, shown == 1)
		} else {
			a.printBSD(n)
		}
	})
	if err != nil {
		return err
	}
	p := a.Pen
	if a.verbose {
		p.Uint("", "Entries: ", uint64(entries), "\tSkipped: ")
		p.Uint("", "", uint64(entries-shown), "\tFound: ")
		p.Uint("", "", uint64(shown), "\n")
	}
	switch {
	case shown > 0:
	case only != nil && a.what != 'a':
		p.Raw(words[0] + " (" + only.addr.String() + ") -- no entry\n")
	case a.hwSet || only != nil || a.device != "":
		p.Uint("", "arp: in ", uint64(entries), " entries no match found.\n")
	}
	return nil
}

// name returns the name of a neighbour, "?" if it has none or none is wanted.
func (a *arp) name(n *neighbour) string {
	if a.numeric {
		return "?"
	}
	if name := common.HostName(a.Env, n.addr); name != n.addr.String() {
		return name
	}
	return "?"
}

// kind is the name of the link layer, ether for what is not known.
func (n *neighbour) kind() string {
	if hw := common.HwTypeOf(n.arp); hw != &common.UnspecType {
		return hw.Name
	}
	return "ether"
}

func (n *neighbour) hardware() string {
	return string(cli.AppendLLAddr(nil, unix.ARPHRD_VOID, n.hwAddr))
}

func (a *arp) printRow(n *neighbour, first bool) {
	p := a.Pen
	if first {
		p.Raw("Address                  HWtype  HWaddress           Flags Mask            Iface\n")
	}
	name := a.name(n)
	if name[0] == '?' {
		name = n.addr.String()
	}
	kind, hardware := "", "(incomplete)"
	switch {
	case n.complete:
		kind, hardware = n.kind(), n.hardware()
	case n.publish:
		kind, hardware = "*", "<from_interface>"
	}
	flags := ""
	for _, f := range []struct {
		on     bool
		letter string
	}{{n.complete, "C"}, {n.permanent, "M"}, {n.publish, "P"}} {
		if f.on {
			flags += f.letter
		}
	}
	p.StrWidth("", "", 23, name[:min(23, len(name))], "  ")
	p.StrWidth("", "", 8, kind[:min(8, len(kind))], "")
	p.StrWidth("", "", 20, hardware[:min(20, len(hardware))], "")
	p.StrWidth("", "", 6, flags, "                ") // there are no masks
	p.Raw(n.dev)
	p.EndLine()
}

func (a *arp) printBSD(n *neighbour) {
	p := a.Pen
	p.Str("", "", a.name(n), " ("+n.addr.String()+") at ")
	switch {
	case n.complete:
		p.Str("", "", n.hardware(), " ["+n.kind()+"] ")
	case n.publish:
		p.Raw("<from_interface> ")
	default:
		p.Raw("<incomplete> ")
	}
	if n.permanent {
		p.Raw("PERM ")
	}
	if n.publish {
		p.Raw("PUB ")
	}
	p.Str("", "on ", n.dev, "")
	p.EndLine()
}
