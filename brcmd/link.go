package brcmd

import (
	"cmp"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A device is what brctl needs to know of an interface.
type device struct {
	index, master uint32
	name, kind    string
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

// findBridge returns the bridge called name, or why there is none.
func (b brctl) findBridge(name string) (*device, unix.Errno) {
	d := b.find(trunc(name))
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
	return ports[br.index], err
}

// devices returns the bridges, and the ports of each by its index, both in
// order; with a master only what stands under it.
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
	order(bridges, "bridge", func(d *device) uint64 { return uint64(d.index) })
	for _, p := range ports {
		order(p, "brport", func(d *device) uint64 { return number(d.port[unix.IFLA_BRPORT_NO]) })
	}
	return bridges, ports, err
}

// order sorts devices by name as the original finds them in /sys, or without
// that folder of it by the number that the ioctls of old go by.
func order(list []*device, folder string, number func(*device) uint64) {
	cli.Sort(list, byName)
	if len(list) > 1 && !inSys(list[0].name, folder) {
		cli.Sort(list, func(a, b *device) int { return cmp.Compare(number(a), number(b)) })
	}
}

func byName(a, b *device) int { return strings.Compare(a.name, b.name) }
