package rtnl

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// recvOnce is recvmsg(2) into the connection's buffer. The wrappers of package
// unix allocate the sender's address on each call; here nothing is allocated,
// and the sender is always the kernel (a port other than 0 cannot reach a
// socket that joined no user group).
func (c *Conn) recvOnce(flags int) (int, error) {
	iov := unix.Iovec{Base: &c.buf[0]}
	iov.SetLen(len(c.buf))
	h := unix.Msghdr{Iov: &iov, Iovlen: 1}
	if len(c.oob) > 0 && flags == 0 {
		h.Control = &c.oob[0]
		h.SetControllen(len(c.oob))
	}
	n, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&h)), uintptr(flags))
	if errno != 0 {
		return 0, errno
	}
	if h.Control != nil {
		c.nsid = readNSID(c.oob[:h.Controllen])
	}
	return int(n), nil
}

// readNSID finds the namespace id that NETLINK_LISTEN_ALL_NSID attaches; -1
// is the listener's own namespace.
func readNSID(oob []byte) int32 {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return -1
	}
	for _, m := range msgs {
		if m.Header.Level == unix.SOL_NETLINK && m.Header.Type == unix.NETLINK_LISTEN_ALL_NSID && len(m.Data) >= 4 {
			return int32(NE.Uint32(m.Data))
		}
	}
	return -1
}
