package sandbox

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// netnsDir is where `ip netns` keeps the handles of named namespaces.
const netnsDir = "/run/netns"

// within calls f in a named namespace, or in the sandbox's own for "". It uses
// a thread of its own, which ends with the goroutine.
func within(name string, f func()) error {
	if name == "" {
		f()
		return nil
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		fd, err := unix.Open(filepath.Join(netnsDir, name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			done <- err
			return
		}
		err = unix.Setns(fd, unix.CLONE_NEWNET)
		_ = unix.Close(fd)
		if err == nil {
			f()
		}
		done <- err
	}()
	return <-done
}

// namespaces lists the sandbox's own namespace and the named ones.
func namespaces() []string {
	names := []string{""}
	entries, _ := os.ReadDir(netnsDir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// quietSettings take chance out of IPv6: no address detection, no router
// solicitations, and multicast reports at once, not some random time later.
var quietSettings = []struct{ name, value string }{
	{"router_solicitations", "0"},
	{"mldv1_unsolicited_report_interval", "1"},
	{"mldv2_unsolicited_report_interval", "1"},
}

// quieten applies them to each namespace that has not been seen before.
func (a *agent) quieten() {
	names := namespaces()
	a.known = slices.DeleteFunc(a.known, func(n string) bool { return !slices.Contains(names, n) })
	for _, name := range names {
		if slices.Contains(a.known, name) {
			continue
		}
		if within(name, a.quietenHere) == nil {
			a.known = append(a.known, name)
		}
	}
}

func (a *agent) quietenHere() {
	folders, _ := filepath.Glob(ownDir + "/proc/sys/net/ipv6/conf/*")
	for _, folder := range folders {
		if a.place.NoIPv6 {
			_ = os.WriteFile(filepath.Join(folder, "disable_ipv6"), []byte("1"), 0)
		}
		for _, s := range quietSettings {
			_ = os.WriteFile(filepath.Join(folder, s.name), []byte(s.value), 0)
		}
		if !a.job.DAD {
			_ = os.WriteFile(filepath.Join(folder, "accept_dad"), []byte("0"), 0)
		}
	}
}

// patience is the longest wait for one namespace to come to rest. The kernel
// reports carriers at most once a second.
const patience = 3 * time.Second

// settle waits until what the last command set off has happened: link states
// follow carriers, addresses lose their tentative mark, devices that hang on a
// deleted namespace are gone, all some milliseconds after the command, and
// programs in the background have done what they do about it.
func (a *agent) settle() {
	a.quieten()
	var found []unrest
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if found = a.look(); len(found) == 0 {
			break
		}
	}
	a.lasting = append(a.lasting, found...)
}

// An unrest is something that we wait for. What outlasts our patience is kept,
// so that it is not waited for again.
type unrest struct {
	namespace string
	what      string
	number    uint32
}

// look lists what has not come to rest.
func (a *agent) look() (found []unrest) {
	names := namespaces()
	for _, name := range names {
		_ = within(name, func() {
			found = append(found, a.restless(name)...)
			found = append(found, departing(name, names[1:])...)
		})
	}
	found = append(found, a.stirring()...)
	return slices.DeleteFunc(found, func(u unrest) bool { return slices.Contains(a.lasting, u) })
}

// restless lists the devices of this thread's namespace that still change.
func (a *agent) restless(namespace string) (found []unrest) {
	links, err := dumpMessages(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return nil // nothing to wait for that we could see
	}
	ready := map[uint32]bool{}
	for _, m := range links {
		l, ok := parseLink(m)
		if !ok {
			continue
		}
		ready[l.index] = l.flags&unix.IFF_LOWER_UP != 0
		if !l.settled() {
			found = append(found, unrest{namespace, "link", l.index})
		}
		if len(l.mac) == 6 {
			a.macs[l.mac.String()] = true
		}
	}
	if a.job.DAD {
		return found
	}
	return append(found, a.waiting(namespace, ready)...)
}

// An address is one that the kernel still works on: it checks whether it is
// alone, and then makes its local route.
type address struct {
	namespace string
	index     uint32
	ip        [16]byte
}

// waiting lists the devices that are ready and have an address that the kernel
// is still working on.
func (a *agent) waiting(namespace string, ready map[uint32]bool) (found []unrest) {
	addrs, err := dumpMessages(unix.RTM_GETADDR, unix.AF_UNSPEC)
	if err != nil {
		return nil
	}
	maps.DeleteFunc(a.housed, func(x address, _ bool) bool { return x.namespace == namespace && !ready[x.index] })
	var fresh []address
	for _, m := range addrs {
		if m.Header.Type != unix.RTM_NEWADDR || len(m.Data) < unix.SizeofIfAddrmsg {
			continue
		}
		flags, index := m.Data[2], binary.NativeEndian.Uint32(m.Data[4:])
		switch {
		case !ready[index] || flags&unix.IFA_F_DADFAILED != 0:
		case flags&unix.IFA_F_TENTATIVE != 0:
			found = append(found, unrest{namespace, "address", index})
		case m.Data[0] == unix.AF_INET6:
			x := address{namespace: namespace, index: index}
			ip := attribute(&m, unix.IFA_LOCAL)
			if ip == nil { // else the other is the peer's
				ip = attribute(&m, unix.IFA_ADDRESS)
			}
			copy(x.ip[:], ip)
			if !a.housed[x] {
				fresh = append(fresh, x)
			}
		}
	}
	return append(found, a.house(fresh)...)
}

// house looks for the local routes of addresses that had none yet.
func (a *agent) house(fresh []address) (found []unrest) {
	if len(fresh) == 0 {
		return nil
	}
	routes, err := dumpMessages(unix.RTM_GETROUTE, unix.AF_INET6)
	if err != nil {
		return nil
	}
	there := map[[16]byte]bool{}
	for _, m := range routes {
		if len(m.Data) >= unix.SizeofRtMsg && m.Data[7] == unix.RTN_LOCAL {
			there[[16]byte(append(attribute(&m, unix.RTA_DST), make([]byte, 16)...)[:16])] = true
		}
	}
	for _, x := range fresh {
		if there[x.ip] {
			a.housed[x] = true
		} else {
			found = append(found, unrest{x.namespace, "local route", x.index})
		}
	}
	return found
}

// attribute is a copy of the value of one attribute of an address or a route.
func attribute(m *syscall.NetlinkMessage, kind uint16) []byte {
	attrs, _ := syscall.ParseNetlinkRouteAttr(m)
	for _, attr := range attrs {
		if attr.Attr.Type == kind {
			return slices.Clone(attr.Value)
		}
	}
	return nil
}

// dumpMessages asks this thread's namespace for all links, addresses or routes.
// It uses the standard library and not the project's own rtnl, which is under
// test.
func dumpMessages(kind, family int) ([]syscall.NetlinkMessage, error) {
	data, err := syscall.NetlinkRIB(kind, family)
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	return syscall.ParseNetlinkMessage(data)
}

// A link is what settling needs to know of a device.
type link struct {
	index, flags uint32
	state        byte
	lost         bool // its other end is in a namespace that is going away
	mac          net.HardwareAddr
}

// Operational states of RFC 2863 as the kernel numbers them.
const (
	operUnknown        = 0
	operDown           = 2
	operLowerLayerDown = 3
	operUp             = 6
)

func parseLink(m syscall.NetlinkMessage) (l link, ok bool) {
	if m.Header.Type != unix.RTM_NEWLINK || len(m.Data) < unix.SizeofIfInfomsg {
		return l, false
	}
	l.index = binary.NativeEndian.Uint32(m.Data[4:])
	l.flags = binary.NativeEndian.Uint32(m.Data[8:])
	attrs, err := syscall.ParseNetlinkRouteAttr(&m)
	if err != nil {
		return l, false
	}
	for _, attr := range attrs {
		switch v := attr.Value; {
		case attr.Attr.Type == unix.IFLA_OPERSTATE && len(v) == 1:
			l.state = v[0]
		case attr.Attr.Type == unix.IFLA_LINK_NETNSID && len(v) == 4:
			l.lost = int32(binary.NativeEndian.Uint32(v)) == -1
		case attr.Attr.Type == unix.IFLA_ADDRESS:
			l.mac = net.HardwareAddr(v)
		}
	}
	return l, true
}

// settled is false while the kernel's link watch has yet to draw the state from
// the carrier.
func (l *link) settled() bool {
	switch {
	case l.lost:
		return false
	case l.flags&unix.IFF_UP == 0:
		return true
	case l.flags&unix.IFF_LOWER_UP != 0:
		return l.state != operDown && l.state != operLowerLayerDown
	}
	return l.state != operUp && l.state != operUnknown
}
