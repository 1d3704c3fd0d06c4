package brcmd

import (
	"cmp"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A device is what brctl needs to know of an interface.
type device struct {
	index, master uint32
	name, kind    string
	asked         string // the name that it was asked for by
	flags         uint32
	bridge        [uapi.IFLA_BR_MAX + 1][]byte     // of a bridge
	port          [uapi.IFLA_BRPORT_MAX + 1][]byte // of a port
}

func (d *device) isBridge() bool { return d.kind == "bridge" }

// readDevice keeps a copy of what m says of a bridge or port.
func readDevice(m rtnl.Message) *device {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return nil
	}
	d := &device{index: uint32(ifi.Index), flags: ifi.Flags}
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFLA_IFNAME:
			d.name = rtnl.Str(v)
			d.asked = d.name
		case unix.IFLA_MASTER:
			d.master = rtnl.U32(v)
		case unix.IFLA_LINKINFO:
			d.readInfo(slices.Clone(v))
		}
	}
	return d
}

func (d *device) readInfo(info []byte) {
	var tb [uapi.IFLA_INFO_MAX + 1][]byte
	rtnl.Index(tb[:], info)
	d.kind = rtnl.Str(tb[unix.IFLA_INFO_KIND])
	if d.isBridge() {
		rtnl.Index(d.bridge[:], tb[unix.IFLA_INFO_DATA])
	}
	if rtnl.Str(tb[unix.IFLA_INFO_SLAVE_KIND]) == "bridge" {
		rtnl.Index(d.port[:], tb[unix.IFLA_INFO_SLAVE_DATA])
	}
}

// find returns the device called name (or altname), or nil.
func (b brctl) find(name string) (d *device) {
	if name == "" || len(name) >= unix.IFNAMSIZ {
		return nil
	}
	m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
	m.Str(unix.IFLA_IFNAME, name)
	b.Get(m, func(m rtnl.Message) error {
		d = readDevice(m)
		return nil
	})
	return d
}

// findInSys returns the device that name is a path to in /sys, as "br0/" or
// "va/master" are, if it has a folder there.
func (b brctl) findInSys(name, folder string) *device {
	if !strings.Contains(name, "/") || !inSys(name, folder) {
		return nil
	}
	text, _ := file.Read(sysNet + name + "/ifindex")
	return b.find(b.Links.Name(uint32(cli.Atoi(text))))
}

// called is the name that a call of old means: what is behind a colon was once an
// alias of a device.
func called(name string) string {
	name, _, _ = strings.Cut(name, ":")
	return name
}

// findIndex returns the device whose index the C library finds by a name.
func (b brctl) findIndex(name string) *device {
	if len(name) >= unix.IFNAMSIZ {
		return nil
	}
	return b.find(called(name))
}

// findPort returns the device that a port's name means, which is not always a port.
func (b brctl) findPort(name string) *device {
	if d := b.findInSys(name, "brport"); d != nil {
		return d
	}
	return b.findIndex(name)
}

// findBridge returns the bridge that a name means, or why there is none. The
// original looks for it in /sys, and then with the calls of old.
func (b brctl) findBridge(name string) (d *device, no unix.Errno) {
	if d = b.findInSys(name, "bridge"); d == nil {
		d, no = b.callBridge(name)
	}
	if d != nil {
		d.asked = name
	}
	return d, no
}

// callBridge returns the bridge that a name means to the calls of old.
func (b brctl) callBridge(name string) (*device, unix.Errno) {
	d := b.find(called(trunc(name)))
	switch {
	case d == nil:
		return nil, unix.ENODEV
	case !d.isBridge():
		return nil, unix.EOPNOTSUPP
	}
	return d, 0
}

// portsOf returns the ports of a bridge in their order: the kernel lists only
// them.
func (b brctl) portsOf(br *device) ([]*device, error) {
	_, ports, err := b.devices(br.index)
	orderPorts(br, ports[br.index])
	return ports[br.index], err
}

// orderPorts orders the ports of a bridge.
func orderPorts(br *device, ports []*device) {
	order(ports, inSys(br.asked, "brif"), func(d *device) uint64 { return number(d.port[unix.IFLA_BRPORT_NO]) })
}

// devices returns the bridges in order, and the ports of each by its index; with a
// master only what stands under it.
func (b brctl) devices(master uint32) (bridges []*device, ports map[uint32][]*device, err error) {
	ports = make(map[uint32][]*device)
	m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
	if master != 0 {
		m.U32(unix.IFLA_MASTER, master)
	}
	err = b.Dump(m, func(m rtnl.Message) error {
		d := readDevice(m)
		if d == nil {
			return nil
		}
		if d.isBridge() {
			bridges = append(bridges, d)
		}
		if d.port[unix.IFLA_BRPORT_NO] != nil {
			ports[d.master] = append(ports[d.master], d)
		}
		return nil
	})
	listed := len(bridges) > 0 && inSys(bridges[0].name, "bridge")
	order(bridges, listed, func(d *device) uint64 { return uint64(d.index) })
	return bridges, ports, err
}

// order sorts devices by name as the original finds them listed in /sys, or where
// they are not by the number that the ioctls of old go by.
func order(list []*device, listed bool, number func(*device) uint64) {
	cli.Sort(list, byName)
	if !listed {
		cli.Sort(list, func(a, b *device) int { return cmp.Compare(number(a), number(b)) })
	}
}

func byName(a, b *device) int { return strings.Compare(a.name, b.name) }
