package brcmd

import (
	"encoding/binary"
	"runtime"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A forwarding entry of showmacs.
type entry struct {
	mac   uint64
	port  uint16
	local bool
	age   uint32 // ticks
}

func showMACs(c *command.Call) error {
	b, args := brctl{c.Env}, c.Rest()
	br, no := b.findBridge(args[0])
	if no != 0 {
		return cli.Fail("read of forward table failed: %s", rtnl.Strerror(no))
	}
	entries, err := b.forwarding(br)
	if err != nil {
		return err
	}
	entries = sortByMAC(entries)
	b.Pen.Raw("port no\tmac addr\t\tis local?\tageing timer\n")
	for i := range entries {
		b.showEntry(&entries[i])
	}
	return nil
}

// sortByMAC merges ever longer runs; what is equal stays in the kernel's order.
// The generic ways to sort take five times as long, or 5 KB of the binary.
func sortByMAC(from []entry) []entry {
	n := len(from)
	to := make([]entry, n)
	for run := 1; run < n; run *= 2 {
		for at := 0; at < n; at += 2 * run {
			mid, end := min(at+run, n), min(at+2*run, n)
			merge(to[at:end], from[at:mid], from[mid:end])
		}
		from, to = to, from
	}
	return from
}

func merge(to, a, b []entry) {
	for i := range to {
		if len(b) == 0 || len(a) > 0 && a[0].mac <= b[0].mac {
			to[i], a = a[0], a[1:]
		} else {
			to[i], b = b[0], b[1:]
		}
	}
}

// showEntry writes a line in one go: there may be thousands.
func (b brctl) showEntry(f *entry) {
	var mac [8]byte
	binary.BigEndian.PutUint64(mac[:], f.mac)
	line := show.AppendPadded(b.Pen.BeginLine(), uint64(f.port), 3)
	line = append(show.AppendMAC(append(line, '\t'), [6]byte(mac[2:])), '\t')
	if f.local {
		line = append(line, "yes\t\t"...)
	} else {
		line = append(line, "no\t\t"...)
	}
	b.Pen.PutLine(show.AppendTicks(line, uint64(f.age), 4))
}

// forwarding reads the entries of the bridge that point to a port and did not
// expire.
func (b brctl) forwarding(br *device) ([]entry, error) {
	if entries, ok := readForwarding(br.name); ok {
		return entries, nil
	}
	return b.dumpForwarding(br)
}

// The kernel gives at most a page of entries at a time.
const (
	fdbPage      = 4096
	fdbEntrySize = 16
)

// readForwarding asks in the way of old, by ioctl, which names the ports by
// their numbers and takes a fifth of the bytes of a dump; ok is false where the
// kernel does not know it.
func readForwarding(bridge string) (entries []entry, ok bool) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer unix.Close(fd)
	buf := make([]byte, fdbPage)
	for {
		n, err := bridgeIoctl(fd, bridge, uapi.BRCTL_GET_FDB_ENTRIES, buf, len(buf)/fdbEntrySize, len(entries))
		n = min(n, len(buf)/fdbEntrySize)
		if n == 0 || err != nil {
			return entries, err == nil
		}
		for b := buf[:n*fdbEntrySize]; len(b) > 0; b = b[fdbEntrySize:] {
			// struct __fdb_entry of linux/if_bridge.h
			entries = append(entries, entry{
				mac: binary.BigEndian.Uint64(b) >> 16, port: uint16(b[6]) | uint16(b[12])<<8, local: b[7] != 0,
				age: rtnl.U32(b[8:]),
			})
		}
	}
}

// bridgeInfoSize is that of struct __bridge_info of linux/if_bridge.h: two
// identifiers of 8 bytes, numbers of 4 (path cost, max age, hello time, forward
// delay, then the bridge's own three times), four single bytes and six numbers.
const bridgeInfoSize = 8 + 8 + 7*4 + 4 + 6*4

// readInfo asks for what the ioctl tells of a bridge.
func readInfo(bridge string) (info []byte, ok bool) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer unix.Close(fd)
	info = make([]byte, (bridgeInfoSize+7)&^7)
	_, err = bridgeIoctl(fd, bridge, uapi.BRCTL_GET_BRIDGE_INFO, info, len(info), 0)
	return info, err == nil
}

// bridgeIoctl asks a bridge for something that fills buf. The arguments have the
// buffer's address as a number, so it must not move.
func bridgeIoctl(fd int, bridge string, what uintptr, buf []byte, size, at int) (n int, err error) {
	var pin runtime.Pinner
	pin.Pin(&buf[0])
	defer pin.Unpin()
	r, err := bridgeCall(fd, bridge, [4]uintptr{what, uintptr(unsafe.Pointer(&buf[0])), uintptr(size), uintptr(at)})
	return int(r), err
}

// bridgeCall makes a call of old, one of BRCTL_ in linux/if_bridge.h with its
// arguments, about a bridge.
func bridgeCall(fd int, bridge string, args [4]uintptr) (uintptr, error) {
	var req struct { // struct ifreq of linux/if.h
		name [unix.IFNAMSIZ]byte
		args *[4]uintptr
		_    [16]byte
	}
	copy(req.name[:unix.IFNAMSIZ-1], bridge)
	req.args = &args
	r, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCDEVPRIVATE, uintptr(unsafe.Pointer(&req)))
	if errno != 0 {
		return 0, errno
	}
	return r, nil
}

// dumpForwarding is readForwarding over netlink.
func (b brctl) dumpForwarding(br *device) (entries []entry, err error) {
	ports, err := b.portsOf(br)
	if err != nil {
		return nil, err
	}
	numbers := make(map[uint32]uint16, len(ports))
	for _, p := range ports {
		numbers[p.index] = uint16(number(p.port[unix.IFLA_BRPORT_NO]))
	}
	m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: unix.AF_BRIDGE})
	m.U32(unix.NDA_MASTER, br.index)
	err = b.Dump(m, func(m rtnl.Message) error {
		nd, attrs := rtnl.View[unix.NdMsg](m.Body)
		if nd == nil || nd.Flags&unix.NTF_SELF != 0 || nd.State&unix.NUD_STALE != 0 {
			return nil
		}
		port, ok := numbers[uint32(nd.Ifindex)]
		if mac := rtnl.Find(attrs, unix.NDA_LLADDR); ok && len(mac) == 6 {
			f := entry{port: port, local: nd.State&unix.NUD_PERMANENT != 0}
			for _, c := range mac {
				f.mac = f.mac<<8 | uint64(c)
			}
			if nd.State&(unix.NUD_PERMANENT|unix.NUD_NOARP) == 0 {
				f.age = updated(rtnl.Find(attrs, unix.NDA_CACHEINFO))
			}
			entries = append(entries, f)
		}
		return nil
	})
	return entries, err
}

// updated reads the ticks since a neighbour entry was confirmed.
func updated(v []byte) uint32 {
	if len(v) < 12 {
		return 0
	}
	return rtnl.U32(v[8:]) // struct nda_cacheinfo: confirmed, used, updated, refcnt
}
