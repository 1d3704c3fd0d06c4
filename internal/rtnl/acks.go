package rtnl

import (
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ackSize is more than an acknowledgement has: the request is not echoed
// (NETLINK_CAP_ACK), and the kernel's texts are single lines.
const ackSize = 1 << 10

// maxAcks is how many acknowledgements one system call receives.
const maxAcks = recvSize / ackSize

// acks gives f the acknowledgements of n changes that were sent at once, until f
// returns errDone. The kernel has them ready when the changes are sent; they are
// received together.
func (c *Conn) acks(n int, f func(Message) error) error {
	if n == 1 {
		return c.eachOf(-1, true, f)
	}
	c.needBuffer()
	var iov [maxAcks]unix.Iovec
	var msgs [maxAcks]unix.Mmsghdr
	for i := range msgs {
		iov[i].Base = &c.buf[i*ackSize]
		iov[i].SetLen(ackSize)
		msgs[i].Hdr.Iov = &iov[i]
		msgs[i].Hdr.SetIovlen(1)
	}
	for {
		got, err := c.recvMany(msgs[:])
		if err != nil {
			return err
		}
		for i := range got {
			b := c.buf[i*ackSize:]
			if err := c.split(b[:min(int(msgs[i].Len), ackSize)], f); err == errDone {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
}

// recvMany is recvmmsg(2): it waits for one datagram and takes those that are
// there.
func (c *Conn) recvMany(msgs []unix.Mmsghdr) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(c.fd),
			uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), unix.MSG_WAITFORONE, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR, unix.EAGAIN:
		default:
			return 0, receiveError(errno)
		}
	}
}

// receiveError is the real tool's text for a socket that cannot be read.
func receiveError(errno unix.Errno) error {
	text := "netlink receive error " + Strerror(errno) + " (" + strconv.Itoa(int(errno)) + ")"
	return &SocketError{text: text, errno: errno, Unanswered: true}
}
