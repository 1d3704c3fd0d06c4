package common

import (
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// A Link is what the kernel tells of a device.
type Link struct {
	Index  uint32
	Name   string
	Flags  uint32
	Arp    uint16 // ARPHRD_
	Mtu    int32
	Txqlen int32
	Addr   []byte
	Stats  linkstats.Stats
	Ifmap  ifmap
	kind   string // of IFLA_LINKINFO
	Table  uint32 // of a VRF device, or of the one that it belongs to
}

// ifmap is struct rtnl_link_ifmap of linux/if_link.h.
type ifmap struct {
	MemStart, MemEnd, BaseAddr uint64
	Irq                        uint16
	Dma, Port                  uint8
	_                          [4]byte
}

// ReadLink reads RTM_NEWLINK; nil if it is too short to be one.
func ReadLink(m rtnl.Message) *Link {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return nil
	}
	l := &Link{Index: uint32(ifi.Index), Flags: ifi.Flags, Arp: ifi.Type}
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFLA_IFNAME:
			l.Name = rtnl.Str(v)
		case unix.IFLA_MTU:
			l.Mtu = int32(rtnl.U32(v))
		case unix.IFLA_TXQLEN:
			l.Txqlen = int32(rtnl.U32(v))
		case unix.IFLA_ADDRESS:
			l.Addr = slices.Clone(v)
		case unix.IFLA_STATS64:
			l.Stats = linkstats.ParseStats(v)
		case unix.IFLA_MAP:
			if m, _ := rtnl.View[ifmap](v); m != nil {
				l.Ifmap = *m
			}
		case unix.IFLA_LINKINFO:
			l.readInfo(v)
		}
	}
	return l
}

func (l *Link) readInfo(info []byte) {
	var tb [uapi.IFLA_INFO_MAX + 1][]byte
	rtnl.Index(tb[:], info)
	l.kind = rtnl.Str(tb[unix.IFLA_INFO_KIND])
	if l.kind == "vrf" {
		l.Table = rtnl.U32(rtnl.Find(tb[unix.IFLA_INFO_DATA], unix.IFLA_VRF_TABLE))
	}
	if rtnl.Str(tb[unix.IFLA_INFO_SLAVE_KIND]) == "vrf" {
		l.Table = rtnl.U32(rtnl.Find(tb[unix.IFLA_INFO_SLAVE_DATA], unix.IFLA_VRF_PORT_TABLE))
	}
}

// base is the device of a name: what stands before the colon of an alias.
func base(name string) string {
	name, _, _ = strings.Cut(name, ":")
	return name
}

// FindLink returns the device that a name, or an alias of it, belongs to.
func FindLink(e *cli.Env, name string) (l *Link, no unix.Errno) {
	name = base(name)
	if name == "" || len(name) >= unix.IFNAMSIZ {
		return nil, unix.ENODEV
	}
	m := rtnl.LinkNamed(name)
	no = rtnl.Errno(e.Get(m, func(m rtnl.Message) error {
		l = ReadLink(m)
		return nil
	}))
	if no == 0 && l == nil {
		no = unix.ENODEV
	}
	return l, no
}

// Labelled returns the first address of a device with a label.
func Labelled(e *cli.Env, l *Link, label string) (*InetAddr, unix.Errno) {
	addrs, err := inetAddrs(e, l.Index)
	for _, a := range addrs {
		if a.label == label {
			return a, 0
		}
	}
	if err != nil {
		return nil, rtnl.Errno(err)
	}
	return nil, unix.ENODEV
}

// An InetAddr is an IPv4 address of a device.
type InetAddr struct {
	index     uint32
	label     string
	Local     Ipv4
	Peer      Ipv4 // IFA_ADDRESS, as local if there is none
	Broadcast Ipv4
	Bits      int
	scope     uint8
	flags     uint32
	protocol  []byte // raw attributes that are kept when an address is put back
	priority  []byte
	lifetime  []byte
}

// Mask is the mask of the address, of Bits ones.
func (a *InetAddr) Mask() Ipv4 { return MaskOf(a.Bits) }

// ReadInetAddr reads RTM_NEWADDR; nil if it is none of IPv4.
func ReadInetAddr(m rtnl.Message) *InetAddr {
	ifa, attrs := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil || ifa.Family != unix.AF_INET || ifa.Prefixlen > 32 {
		return nil
	}
	a := &InetAddr{index: ifa.Index, Bits: int(ifa.Prefixlen), scope: ifa.Scope, flags: uint32(ifa.Flags)}
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFA_LOCAL:
			a.Local = ReadIPv4(v)
		case unix.IFA_ADDRESS:
			a.Peer = ReadIPv4(v)
		case unix.IFA_BROADCAST:
			a.Broadcast = ReadIPv4(v)
		case unix.IFA_LABEL:
			a.label = rtnl.Str(v)
		case unix.IFA_FLAGS:
			a.flags = rtnl.U32(v)
		case uapi.IFA_PROTO:
			a.protocol = slices.Clone(v)
		case unix.IFA_RT_PRIORITY:
			a.priority = slices.Clone(v)
		case unix.IFA_CACHEINFO:
			a.lifetime = slices.Clone(v)
		}
	}
	return a
}

// inetAddrs returns the IPv4 addresses of the device index, or of all for 0,
// in the kernel's order.
func inetAddrs(e *cli.Env, index uint32) (addrs []*InetAddr, err error) {
	m := rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{Family: unix.AF_INET, Index: index})
	err = e.Dump(m, func(m rtnl.Message) error {
		if a := ReadInetAddr(m); a != nil && (index == 0 || a.index == index) {
			addrs = append(addrs, a)
		}
		return nil
	})
	return addrs, err
}

// An inet6Addr is an IPv6 address of a device.
type inet6Addr struct {
	index uint32
	Addr  [16]byte
	Bits  int
}

// inet6Addrs reads /proc/net/if_inet6, whose order is that of a hash and not
// netlink's: address, index, length, scope and flags, all hexadecimal, and the
// device.
func inet6Addrs() (addrs []inet6Addr) {
	text, _ := file.Read("/proc/net/if_inet6")
	for line := range strings.Lines(text) {
		var a inet6Addr
		if w := strings.Fields(line); len(w) >= 3 && HexAddr(&a.Addr, w[0]) {
			a.index, a.Bits = HexNumber(w[1]), int(HexNumber(w[2]))
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// An Iface is an entry of ifconfig's list: a device, or an alias of one, which
// is the label of an address.
type Iface struct {
	Name  string
	Link  *Link
	Inet  *InetAddr // the first that has the name as its label
	Inet6 []inet6Addr
	// Counted is whether it has counters. Aliases and other names have none.
	Counted bool
}

// ownName reports whether the entry is the device itself: aliases and other
// names have no IPv6 addresses either.
func (i *Iface) ownName() bool { return i.Name == i.Link.Name }

// Limited says so where the original cannot open its list of devices with their
// counters. It still has those with an IPv4 address, from an ioctl, but not what
// /proc tells of them.
func Limited(e *cli.Env) bool {
	const devices = "/proc/net/dev"
	err := Opens(devices)
	if err != nil {
		e.Warnf("Warning: cannot open %s (%s). Limited output.\n", devices, cli.Strerror(err))
	}
	return err != nil
}

func newIface(name string, l *Link, addrs []*InetAddr, addrs6 []inet6Addr) *Iface {
	i := &Iface{Name: name, Link: l}
	i.Counted = i.ownName()
	for _, a := range addrs {
		if a.index == l.Index && a.label == name {
			i.Inet = a
			break
		}
	}
	for _, a := range addrs6 {
		if a.index == l.Index && i.ownName() {
			i.Inet6 = append(i.Inet6, a)
		}
	}
	return i
}

// FindIface returns the entry of one name.
func FindIface(e *cli.Env, name string) (*Iface, unix.Errno) {
	l, no := FindLink(e, name)
	if no != 0 {
		return nil, no
	}
	addrs, err := inetAddrs(e, l.Index)
	return newIface(name, l, addrs, inet6Addrs()), rtnl.Errno(err)
}

// AllIfaces returns all devices and aliases, by name.
func AllIfaces(e *cli.Env) (list []*Iface, err error) {
	few := Limited(e)
	links := make(map[uint32]*Link)
	names := make(map[string]*Link)
	m := rtnl.Links(0)
	err = e.Dump(m, func(m rtnl.Message) error {
		if l := ReadLink(m); l != nil {
			links[l.Index], names[l.Name] = l, l
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	addrs, err := inetAddrs(e, 0)
	if err != nil {
		return nil, err
	}
	addrs6 := inet6Addrs()
	for _, a := range addrs {
		if l := links[a.index]; l != nil && names[a.label] == nil {
			names[a.label] = l
		}
	}
	for name, l := range names {
		i := newIface(name, l, addrs, addrs6)
		if few && i.Inet == nil {
			continue
		}
		i.Counted = i.Counted && !few
		list = append(list, i)
	}
	cli.Sort(list, func(a, b *Iface) int { return CompareNames(a.Name, b.Name) })
	return list, nil
}

// CompareNames orders names by the number that they end with: eth2 before
// eth10, and eth2:1 behind eth2.
func CompareNames(a, b string) int {
	ua, aliasA := cutAlias(a)
	ub, aliasB := cutAlias(b)
	stemA, numA := cutNumber(ua)
	stemB, numB := cutNumber(ub)
	n := min(len(stemA), len(stemB))
	for _, c := range []int{
		strings.Compare(stemA[:n], stemB[:n]),
		len(stemA) - len(stemB),
		cli.Atoi(numA) - cli.Atoi(numB),
		strings.Compare(ua, ub),
		aliasNumber(aliasA) - aliasNumber(aliasB),
	} {
		if c != 0 {
			return c
		}
	}
	return strings.Compare(aliasA, aliasB)
}

// cutAlias splits off a colon and the digits behind it.
func cutAlias(name string) (device, digits string) {
	stem, digits := cutNumber(name)
	if device, ok := strings.CutSuffix(stem, ":"); ok && digits != "" {
		return device, digits
	}
	return name, ""
}

// cutNumber splits off the digits that a name ends with.
func cutNumber(name string) (stem, digits string) {
	stem = strings.TrimRight(name, "0123456789")
	return stem, name[len(stem):]
}

func aliasNumber(digits string) int {
	if digits == "" {
		return -1
	}
	return cli.Atoi(digits)
}
