package ifconfig

import (
	"gip/nettoolscmd/common"

	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Changes of a device are ioctls (netdevice(7)), as the original's: an address that
// netlink took away and put back could be lost in between.

// An ifvalue is the second part of struct ifreq, behind the name of a device or of
// an alias. The longest is a map of 64 bits.
type ifvalue struct {
	_    [0]uintptr // aligned for one
	data [24]byte
}

// call does an ioctl through the socket of the family, which may not be there:
// the kernel says then what is wrong with it.
func (c *ifconfig) call(request uintptr, name string, v *ifvalue) unix.Errno {
	req := struct {
		name  [unix.IFNAMSIZ]byte
		value ifvalue
	}{value: *v}
	copy(req.name[:unix.IFNAMSIZ-1], name)
	no := ioctl(c.socket, request, unsafe.Pointer(&req))
	*v = req.value
	return no
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, no := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
	return no
}

// set is call for a request that returns nothing.
func (c *ifconfig) set(request uintptr, name string, v ifvalue) unix.Errno {
	return c.call(request, name, &v)
}

// intValue is an int of C.
func intValue(n int32) (v ifvalue) {
	binary.NativeEndian.PutUint32(v.data[:], uint32(n))
	return v
}

// pointerValue is a pointer of C.
func pointerValue(n int) (v ifvalue) {
	*(*uintptr)(unsafe.Pointer(&v.data)) = uintptr(n)
	return v
}

// addrValue is a struct sockaddr_in; of another family it is not filled.
func (c *ifconfig) addrValue(a common.Ipv4) (v ifvalue) {
	binary.NativeEndian.PutUint16(v.data[:], uint16(c.family.AF))
	copy(v.data[4:], a[:])
	return v
}

// hardwareValue is a struct sockaddr with a link-layer address.
func hardwareValue(arp int, addr []byte) (v ifvalue) {
	binary.NativeEndian.PutUint16(v.data[:], uint16(arp))
	copy(v.data[2:unix.SizeofSockaddrInet4], addr)
	return v
}

// setFlags sets and clears flags; what names the call that failed. Of an alias it
// takes the address away if the device is, or shall be, down.
func (c *ifconfig) setFlags(name string, set, clear uint32) (what string, no unix.Errno) {
	flags, no := c.flags(name)
	if no != 0 {
		return "get", no
	}
	var v ifvalue
	binary.NativeEndian.PutUint16(v.data[:], uint16(flags&^clear|set))
	return "set", c.call(unix.SIOCSIFFLAGS, name, &v)
}

func (c *ifconfig) flags(name string) (uint32, unix.Errno) {
	var v ifvalue
	no := c.call(unix.SIOCGIFFLAGS, name, &v)
	return uint32(binary.NativeEndian.Uint16(v.data[:])), no
}

// An in6Ifreq is struct in6_ifreq, which the calls of an IPv6 socket have.
type in6Ifreq struct {
	addr  [16]byte
	bits  uint32
	index int32
}

// A deviceMap is struct ifmap of linux/if.h.
type deviceMap struct {
	memStart, memEnd uintptr
	baseAddr         uint16
	irq, dma, port   uint8
	_                [3]byte
}
