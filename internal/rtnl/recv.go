package rtnl

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receive reads one datagram of the kernel's, whatever its size, into buf,
// which it replaces by a larger one if need be. An acknowledgement is known to
// fit, and to be the kernel's (small); of anything else the size is asked for
// first.
func (c *Conn) receive(buf []byte, small bool) (next, datagram []byte, err error) {
	if c.dry != nil {
		b, err := c.dry.next()
		return buf, b, err
	}
	if small {
		n, err := c.read(buf)
		return buf, buf[:n], err
	}
	for {
		// Nothing is copied here.
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
			return buf, nil, errEOF
		case from == 0:
			return buf, buf[:n], nil
		}
		// Some process talks to us; we only listen to the kernel.
	}
}

var errEOF = errors.New("EOF on netlink")

// read is read(2), which takes the kernel less time than recvmsg(2) and does
// not tell the sender.
func (c *Conn) read(buf []byte) (int, error) {
	for {
		n, _, errno := c.syscall(unix.SYS_READ, unsafe.Pointer(&buf[0]), uintptr(len(buf)))
		switch {
		case errno == 0 && n == 0:
			return 0, errEOF
		case errno == 0:
			return int(n), nil
		case errno != unix.EINTR && errno != unix.EAGAIN:
			return 0, receiveError(errno)
		}
	}
}

func (c *Conn) recv(buf []byte, flags int) (n int, from uint32, err error) {
	for {
		if c.listening && c.until != 0 && c.ends() {
			return 0, 0, errDone
		}
		n, from, errno := c.recvOnce(buf, flags)
		switch errno {
		case 0:
			return n, from, nil
		case unix.EINTR, unix.EAGAIN:
		default:
			return 0, 0, receiveError(errno)
		}
	}
}

// ends waits for a message, or for what ends listening (see Until).
func (c *Conn) ends() bool {
	fds := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}, {Fd: int32(c.until), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(fds, -1); err != unix.EINTR {
			return fds[1].Revents != 0
		}
	}
}

// recvOnce is recvmsg(2). The wrappers of package unix allocate the sender's
// address on each call; here nothing is allocated. from is the sender's port,
// 0 for the kernel.
func (c *Conn) recvOnce(buf []byte, flags int) (size int, from uint32, errno unix.Errno) {
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
	n, _, errno := c.syscall(unix.SYS_RECVMSG, unsafe.Pointer(&h), uintptr(flags))
	if errno != 0 {
		return 0, 0, errno
	}
	if h.Control != nil {
		c.nsid = readNSID(c.oob[:h.Controllen])
	}
	return int(n), sender.Pid, 0
}

// syscall makes a system call on the socket. In an exchange of request and answer the kernel
// has the answer ready when the request returns, or makes it on the spot: the
// scheduler, which would hand our processor on after 20 µs and wake a thread to
// do so, is not told. The address stays a pointer until the call is made: what it
// points to may be on our stack, which moves when it grows.
func (c *Conn) syscall(trap uintptr, p unsafe.Pointer, n uintptr) (r1, r2 uintptr, errno unix.Errno) {
	if c.listening {
		return unix.Syscall(trap, uintptr(c.fd), uintptr(p), n)
	}
	return unix.RawSyscall(trap, uintptr(c.fd), uintptr(p), n)
}

// A dump of up to inlineDatagrams is read by the caller alone: a second thread
// costs more than it gains. Beyond, a reader runs up to ahead batches before
// the caller. A batch has several datagrams, because waking the other side
// costs as much as receiving one; a caller that has nothing to do gets one of them at
// once.
const (
	inlineDatagrams = 3
	batchSize       = 4
	ahead           = 4
)

// A batch is what the reader hands to the caller at once.
type batch struct {
	bufs      [batchSize][]byte
	datagrams [batchSize][]byte
	n         int
	err       error
}

// eachAhead is eachOf for the rest of the dump seq, with the receiving in a
// goroutine of its own. That goroutine only reads the socket, which stays in
// the namespace it was made in; it is done when eachAhead returns.
func (c *Conn) eachAhead(seq uint32, f func(Message) error) error {
	c.busy = true
	defer func() { c.busy = false }()
	full := make(chan *batch, ahead)
	empty := make(chan *batch, ahead)
	for i := range c.batches {
		empty <- &c.batches[i]
	}
	UseTwo()
	go c.readAhead(seq, full, empty)
	var result error
	for b := range full {
		for _, d := range b.datagrams[:b.n] {
			if result == nil {
				result = c.split(d, f)
			}
		}
		if b.err != nil {
			result = b.err
		}
		empty <- b
	}
	if result == errDone {
		return nil
	}
	return result
}

// readAhead fills batches until the dump ends. The caller has nothing to do when all other
// batches are empty.
func (c *Conn) readAhead(seq uint32, full chan<- *batch, empty <-chan *batch) {
	defer close(full)
	for done := false; !done; {
		b := <-empty
		b.n = 0
		for b.n < batchSize && !done && (b.n == 0 || len(empty) < ahead-1) {
			i := b.n
			if b.bufs[i] == nil {
				b.bufs[i] = make([]byte, len(c.buf))
			}
			if b.bufs[i], b.datagrams[i], b.err = c.receive(b.bufs[i], false); b.err != nil {
				done = true
				break
			}
			b.n++
			done = c.endsDump(b.datagrams[i], seq)
		}
		full <- b
	}
}

// endsDump reports whether the last message of the dump seq is in b.
func (c *Conn) endsDump(b []byte, seq uint32) bool {
	for len(b) >= headerLen {
		n := int(NE.Uint32(b))
		if n < headerLen || n > len(b) {
			return false
		}
		if t := NE.Uint16(b[4:]); (t == unix.NLMSG_DONE || t == unix.NLMSG_ERROR) && NE.Uint32(b[8:]) == seq && NE.Uint32(b[12:]) == c.pid {
			return true
		}
		b = b[min(align(n), len(b)):]
	}
	return false
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
