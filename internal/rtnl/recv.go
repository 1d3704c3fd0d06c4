package rtnl

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receive reads one datagram of the kernel's, whatever its size, into buf,
// which it replaces by a larger one if need be.
func (c *Conn) receive(buf []byte) (next, datagram []byte, err error) {
	for {
		// Nothing is copied here: only the size is asked for.
		n, _, err := c.recv(nil, unix.MSG_PEEK|unix.MSG_TRUNC)
		if err != nil {
			return buf, nil, err
		}
		if n > len(buf) {
			buf = make([]byte, align(n))
		}
		n, from, err := c.recv(buf, 0)
		switch {
		case err != nil:
			return buf, nil, err
		case n == 0:
			return buf, nil, errors.New("EOF on netlink")
		case from == 0:
			return buf, buf[:n], nil
		}
		// Some process talks to us; we only listen to the kernel.
	}
}

func (c *Conn) recv(buf []byte, flags int) (n int, from uint32, err error) {
	for {
		n, from, err = c.recvOnce(buf, flags)
		if err != unix.EINTR && err != unix.EAGAIN {
			return n, from, err
		}
	}
}

// recvOnce is recvmsg(2). The wrappers of package unix allocate the sender's
// address on each call; here nothing is allocated. from is the sender's port,
// 0 for the kernel.
func (c *Conn) recvOnce(buf []byte, flags int) (size int, from uint32, err error) {
	var iov unix.Iovec
	var sender unix.RawSockaddrNetlink
	if len(buf) > 0 {
		iov.Base = &buf[0]
		iov.SetLen(len(buf))
	}
	h := unix.Msghdr{Iov: &iov, Iovlen: 1, Name: (*byte)(unsafe.Pointer(&sender)), Namelen: unix.SizeofSockaddrNetlink}
	if len(c.oob) > 0 && flags == 0 {
		h.Control = &c.oob[0]
		h.SetControllen(len(c.oob))
	}
	n, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&h)), uintptr(flags))
	if errno != 0 {
		return 0, 0, errno
	}
	if h.Control != nil {
		c.nsid = readNSID(c.oob[:h.Controllen])
	}
	return int(n), sender.Pid, nil
}

// A dump of up to inlineDatagrams is read by the caller alone: a second thread
// costs more than it gains. Beyond, a reader runs up to ahead datagrams before
// the caller.
const (
	inlineDatagrams = 4
	ahead           = 4
)

// A datagram is one receive on its way from the reader to the caller.
type datagram struct {
	buf, b []byte
	err    error
}

// eachAhead is each for the rest of the dump seq, with the receiving in a
// goroutine of its own. That goroutine only reads the socket, which stays in
// the namespace it was made in; it is done when eachAhead returns.
func (c *Conn) eachAhead(seq uint32, f func(Message) error) error {
	full := make(chan datagram, ahead)
	empty := make(chan []byte, ahead)
	empty <- c.buf
	for range ahead - 1 {
		empty <- make([]byte, len(c.buf))
	}
	go c.readAhead(seq, full, empty)
	var result error
	done := false
	for d := range full {
		if d.err != nil {
			result = d.err
			continue
		}
		if !done {
			if err := c.split(d.b, f); err != nil {
				done = true
				if err != errDone {
					result = err
				}
			}
		}
		empty <- d.buf
	}
	return result
}

// readAhead fills buffers from empty until the dump ends.
func (c *Conn) readAhead(seq uint32, full chan<- datagram, empty <-chan []byte) {
	defer close(full)
	for {
		buf, b, err := c.receive(<-empty)
		full <- datagram{buf, b, err}
		if err != nil || c.endsDump(b, seq) {
			return
		}
	}
}

// endsDump reports whether the last message of the dump seq is in b.
func (c *Conn) endsDump(b []byte, seq uint32) (end bool) {
	c.split(b, func(m Message) error {
		if m.Seq == seq && m.Pid == c.pid && (m.Type == unix.NLMSG_DONE || m.Type == unix.NLMSG_ERROR) {
			end = true
			return errDone
		}
		return nil
	})
	return end
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
