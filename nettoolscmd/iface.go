package nettoolscmd

import (
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A link is what the kernel tells of a device.
type link struct {
	index  uint32
	name   string
	flags  uint32
	arp    uint16 // ARPHRD_
	mtu    int32
	txqlen int32
	addr   []byte
	stats  [statsLen]uint64 // struct rtnl_link_stats64
	ifmap  ifmap
	kind   string // of IFLA_LINKINFO
	table  uint32 // of a VRF device, or of the one that it belongs to
}

// Places in struct rtnl_link_stats64 (linux/if_link.h).
const (
	rxPackets = iota
	txPackets
	rxBytes
	txBytes
	rxErrors
	txErrors
	rxDropped
	txDropped
	multicast
	collisions
	rxLengthErrors
	rxOverErrors
	rxCRCErrors
	rxFrameErrors
	rxFIFOErrors
	rxMissedErrors
	txAbortedErrors
	txCarrierErrors
	txFIFOErrors
	txHeartbeatErrors
	txWindowErrors
	rxCompressed
	txCompressed
	statsLen
)

// ifmap is struct rtnl_link_ifmap of linux/if_link.h.
type ifmap struct {
	memStart, memEnd, baseAddr uint64
	irq                        uint16
	dma, port                  uint8
	_                          [4]byte
}

func readLink(m rtnl.Message) *link {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return nil
	}
	l := &link{index: uint32(ifi.Index), flags: ifi.Flags, arp: ifi.Type}
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFLA_IFNAME:
			l.name = rtnl.Str(v)
		case unix.IFLA_MTU:
			l.mtu = int32(rtnl.U32(v))
		case unix.IFLA_TXQLEN:
			l.txqlen = int32(rtnl.U32(v))
		case unix.IFLA_ADDRESS:
			l.addr = slices.Clone(v)
		case unix.IFLA_STATS64:
			for i := range l.stats {
				l.stats[i] = rtnl.U64(v[min(8*i, len(v)):])
			}
		case unix.IFLA_MAP:
			if m, _ := rtnl.View[ifmap](v); m != nil {
				l.ifmap = *m
			}
		case unix.IFLA_LINKINFO:
			l.readInfo(v)
		}
	}
	return l
}

func (l *link) readInfo(info []byte) {
	var tb [uapi.IFLA_INFO_MAX + 1][]byte
	rtnl.Index(tb[:], info)
	l.kind = rtnl.Str(tb[unix.IFLA_INFO_KIND])
	if l.kind == "vrf" {
		l.table = rtnl.U32(rtnl.Find(tb[unix.IFLA_INFO_DATA], unix.IFLA_VRF_TABLE))
	}
	if rtnl.Str(tb[unix.IFLA_INFO_SLAVE_KIND]) == "vrf" {
		l.table = rtnl.U32(rtnl.Find(tb[unix.IFLA_INFO_SLAVE_DATA], unix.IFLA_VRF_PORT_TABLE))
	}
}

// base is the device of a name: what stands before the colon of an alias.
func base(name string) string {
	name, _, _ = strings.Cut(name, ":")
	return name
}

// findLink returns the device that a name, or an alias of it, belongs to.
func findLink(e *cli.Env, name string) (l *link, no unix.Errno) {
	name = base(name)
	if name == "" || len(name) >= unix.IFNAMSIZ {
		return nil, unix.ENODEV
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, name)
	no = errno(e.Get(m, func(m rtnl.Message) error {
		l = readLink(m)
		return nil
	}))
	if no == 0 && l == nil {
		no = unix.ENODEV
	}
	return l, no
}

// labelled returns the first address of a device with a label.
func labelled(e *cli.Env, l *link, label string) (*inetAddr, unix.Errno) {
	addrs, err := inetAddrs(e, l.index)
	for _, a := range addrs {
		if a.label == label {
			return a, 0
		}
	}
	if err != nil {
		return nil, errno(err)
	}
	return nil, unix.ENODEV
}

// An inetAddr is an IPv4 address of a device.
type inetAddr struct {
	index     uint32
	label     string
	local     ipv4
	peer      ipv4 // IFA_ADDRESS, as local if there is none
	broadcast ipv4
	bits      int
	scope     uint8
	flags     uint32
	protocol  []byte // raw attributes that are kept when an address is put back
	priority  []byte
	lifetime  []byte
}

func (a *inetAddr) mask() ipv4 { return maskOf(a.bits) }

func readInetAddr(m rtnl.Message) *inetAddr {
	ifa, attrs := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil || ifa.Family != unix.AF_INET || ifa.Prefixlen > 32 {
		return nil
	}
	a := &inetAddr{index: ifa.Index, bits: int(ifa.Prefixlen), scope: ifa.Scope, flags: uint32(ifa.Flags)}
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFA_LOCAL:
			a.local = readIPv4(v)
		case unix.IFA_ADDRESS:
			a.peer = readIPv4(v)
		case unix.IFA_BROADCAST:
			a.broadcast = readIPv4(v)
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
func inetAddrs(e *cli.Env, index uint32) (addrs []*inetAddr, err error) {
	m := rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{Family: unix.AF_INET, Index: index})
	err = e.Dump(m, func(m rtnl.Message) error {
		if a := readInetAddr(m); a != nil && (index == 0 || a.index == index) {
			addrs = append(addrs, a)
		}
		return nil
	})
	return addrs, err
}

// An inet6Addr is an IPv6 address of a device.
type inet6Addr struct {
	index uint32
	addr  [16]byte
	bits  int
}

// inet6Addrs reads /proc/net/if_inet6, whose order is that of a hash and not
// netlink's: address, index, length, scope and flags, all hexadecimal, and the
// device.
func inet6Addrs() (addrs []inet6Addr) {
	text, _ := file.Read("/proc/net/if_inet6")
	for line := range strings.Lines(text) {
		var a inet6Addr
		if w := strings.Fields(line); len(w) >= 3 && hexAddr(&a.addr, w[0]) {
			a.index, a.bits = hexNumber(w[1]), int(hexNumber(w[2]))
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// An iface is an entry of ifconfig's list: a device, or an alias of one, which
// is the label of an address.
type iface struct {
	name  string
	link  *link
	inet  *inetAddr // the first that has the name as its label
	inet6 []inet6Addr
	// counted is whether it has counters. Aliases and other names have none.
	counted bool
}

// ownName reports whether the entry is the device itself: aliases and other
// names have no IPv6 addresses either.
func (i *iface) ownName() bool { return i.name == i.link.name }

// limited says so where the original cannot open its list of devices with their
// counters. It still has those with an IPv4 address, from an ioctl, but not what
// /proc tells of them.
func limited(e *cli.Env) bool {
	const devices = "/proc/net/dev"
	err := opens(devices)
	if err != nil {
		e.Warnf("Warning: cannot open %s (%s). Limited output.\n", devices, cli.Strerror(err))
	}
	return err != nil
}

func newIface(name string, l *link, addrs []*inetAddr, addrs6 []inet6Addr) *iface {
	i := &iface{name: name, link: l}
	i.counted = i.ownName()
	for _, a := range addrs {
		if a.index == l.index && a.label == name {
			i.inet = a
			break
		}
	}
	for _, a := range addrs6 {
		if a.index == l.index && i.ownName() {
			i.inet6 = append(i.inet6, a)
		}
	}
	return i
}

// findIface returns the entry of one name.
func findIface(e *cli.Env, name string) (*iface, unix.Errno) {
	l, no := findLink(e, name)
	if no != 0 {
		return nil, no
	}
	addrs, err := inetAddrs(e, l.index)
	return newIface(name, l, addrs, inet6Addrs()), errno(err)
}

// allIfaces returns all devices and aliases, by name.
func allIfaces(e *cli.Env) (list []*iface, err error) {
	few := limited(e)
	links := make(map[uint32]*link)
	names := make(map[string]*link)
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{})
	err = e.Dump(m, func(m rtnl.Message) error {
		if l := readLink(m); l != nil {
			links[l.index], names[l.name] = l, l
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
		if few && i.inet == nil {
			continue
		}
		i.counted = i.counted && !few
		list = append(list, i)
	}
	cli.Sort(list, func(a, b *iface) int { return compareNames(a.name, b.name) })
	return list, nil
}

// compareNames orders names by the number that they end with: eth2 before
// eth10, and eth2:1 behind eth2.
func compareNames(a, b string) int {
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
