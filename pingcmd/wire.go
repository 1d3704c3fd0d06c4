package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of package unix make what they return anew for each packet, and
// have no room for a flow label. These keep to buffers of their own.

// A message is one that was received: the packet, whom it came from and what
// the kernel has to say about it. Its buffers are used again and again.
type message struct {
	data    []byte // what was received
	room    []byte
	from    unix.RawSockaddrInet6 // or an inet4 one
	control [4096]byte
	hdr     unix.Msghdr
	iov     unix.Iovec
}

func newMessage(size int) *message { return &message{room: make([]byte, size)} }

// receive takes a message from a socket. A wait is to be short (see pollAll): a
// signal, which may come to another thread, does not end it.
func (m *message) receive(fd, flags int) unix.Errno {
	m.iov.Base = &m.room[0]
	m.iov.SetLen(len(m.room))
	m.hdr = unix.Msghdr{Name: (*byte)(unsafe.Pointer(&m.from)), Namelen: uint32(unsafe.Sizeof(m.from)), Iov: &m.iov, Control: &m.control[0]}
	m.hdr.SetIovlen(1)
	m.hdr.SetControllen(len(m.control))
	n, _, no := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(flags))
	if no != 0 {
		return no
	}
	m.data = m.room[:n]
	return 0
}

// sender is the address that the message came from, and its link.
func (m *message) sender() (netip.Addr, uint32) {
	return readSockaddr(unsafe.Slice((*byte)(unsafe.Pointer(&m.from)), unsafe.Sizeof(m.from)))
}

// readSockaddr reads a struct sockaddr_in or sockaddr_in6: the address, and the
// link of an IPv6 one.
func readSockaddr(b []byte) (a netip.Addr, scope uint32) {
	if len(b) < unix.SizeofSockaddrInet4 {
		return netip.IPv4Unspecified(), 0
	}
	if binary.NativeEndian.Uint16(b) == unix.AF_INET6 && len(b) >= unix.SizeofSockaddrInet6 {
		return netip.AddrFrom16([16]byte(b[8:])), binary.NativeEndian.Uint32(b[24:])
	}
	return netip.AddrFrom4([4]byte(b[4:])), 0
}

// Control messages begin with their length, level and type (struct cmsghdr).
var (
	controlHeader = unix.SizeofCmsghdr
	lengthSize    = unix.SizeofCmsghdr - 8
)

// A control is one control message. tail is the buffer from its data on.
type control struct {
	level, typ int32
	data, tail []byte
}

// next reads the control message at *at, and steps over it.
func (m *message) next(at *int) (c control, ok bool) {
	all := m.control[:m.hdr.Controllen]
	if *at+controlHeader > len(all) {
		return c, false
	}
	h := all[*at:]
	n := int(binary.NativeEndian.Uint32(h))
	if lengthSize == 8 {
		n = int(binary.NativeEndian.Uint64(h))
	}
	if n < controlHeader || n > len(h) {
		return c, false
	}
	c = control{
		int32(binary.NativeEndian.Uint32(h[lengthSize:])), int32(binary.NativeEndian.Uint32(h[lengthSize+4:])),
		h[controlHeader:n], m.control[*at+controlHeader:],
	}
	*at += (n + lengthSize - 1) &^ (lengthSize - 1)
	return c, true
}

// find returns the data of the last control message of a kind that has so many
// bytes at least.
func (m *message) find(level, typ int32, size int) (c control, ok bool) {
	at := 0
	for {
		next, more := m.next(&at)
		if !more {
			return c, ok
		}
		if next.level == level && next.typ == typ && len(next.data) >= size {
			c, ok = next, true
		}
	}
}

// sendTo sends a packet to a socket address. quick tells that it takes no more than
// a few milliseconds (see pollAll).
func sendTo(quick bool, fd int, b []byte, flags int, to unsafe.Pointer, toLen uintptr) unix.Errno {
	call := unix.Syscall6
	if quick {
		call = unix.RawSyscall6
	}
	_, _, no := call(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), uintptr(flags), uintptr(to), toLen)
	return no
}

// attach puts a filter program on a socket.
func attach(fd int, program []unix.SockFilter) error {
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
}

// A sum adds up words as the internet checksum does (RFC 1071), many bytes at
// once: words may be added in any order and width.
type sum uint64

func (s sum) add(b []byte) sum {
	for ; len(b) >= 8; b = b[8:] {
		s = s.plus(binary.NativeEndian.Uint64(b))
	}
	var tail [8]byte
	copy(tail[:], b)
	return s.plus(binary.NativeEndian.Uint64(tail[:]))
}

func (s sum) plus(v uint64) sum {
	n := uint64(s) + v
	if n < v {
		n++
	}
	return sum(n)
}

// fold is the checksum, in the order of bytes in which it is stored.
func (s sum) fold() uint16 {
	n := uint64(s)
	for n>>16 != 0 {
		n = n&0xffff + n>>16
	}
	return ^uint16(n)
}

// sendMessage sends a packet with a control message.
func sendMessage(fd int, b []byte, flags int, to *unix.RawSockaddrInet6, control []byte) unix.Errno {
	iov := unix.Iovec{Base: &b[0]}
	iov.SetLen(len(b))
	hdr := unix.Msghdr{Name: (*byte)(unsafe.Pointer(to)), Namelen: unix.SizeofSockaddrInet6, Iov: &iov, Control: &control[0]}
	hdr.SetIovlen(1)
	hdr.SetControllen(len(control))
	_, _, no := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&hdr)), uintptr(flags))
	return no
}

// pollAll waits until one of the descriptors is ready. A short wait keeps the
// processor from the runtime's scheduler: getting it back takes longer than most
// replies, and what else there is to run, such as the taking of signals, can wait
// for a few milliseconds.
func pollAll(fds *[2]unix.PollFd, left time.Duration) (ready bool) {
	ts := unix.NsecToTimespec(left.Nanoseconds())
	call := unix.Syscall6
	if left <= minInterval*time.Millisecond {
		call = unix.RawSyscall6
	}
	n, _, no := call(unix.SYS_PPOLL, uintptr(unsafe.Pointer(fds)), uintptr(len(fds)), uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	if left <= minInterval*time.Millisecond && n == 0 {
		runtime.Gosched()
	}
	return no == 0 && n > 0
}
