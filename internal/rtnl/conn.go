// Package rtnl talks netlink: it builds requests, sends them, reads the
// answers in place and streams dumps.
//
// It is the one place that opens netlink sockets. The receiving side of
// vishvananda/netlink hides message headers, drops warnings and cuts large
// messages (netlink(7) has the rules that this package keeps); its nl package
// builds the message that a test here compares ours with. Structs are those of
// x/sys/unix (package uapi has the rule).
package rtnl

import (
	"errors"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Options sets up a socket.
type Options struct {
	Strict bool // NETLINK_GET_STRICT_CHK: the kernel checks and applies dump filters
	RcvBuf int  // SO_RCVBUF, for listeners; 0 leaves the system's
	AllNS  bool // NETLINK_LISTEN_ALL_NSID
	// Unconnected leaves the socket as the real tools have theirs, for those who
	// list the sockets of the system: it is bound, but has no peer.
	Unconnected bool
	// Note, if set, is told what the kernel remarks on the side: warnings of
	// successful requests, and interrupted dumps. Each text is one line
	// without newline.
	Note func(text string)
	// Dry, if set, answers in the place of the kernel.
	Dry *Dry
}

// Trace, if set before the first socket is opened, is shown all that is sent and
// received, by protocol. It is for package main alone: see package trace.
var Trace func(protocol int, sent bool, b []byte)

// A Conn is a netlink socket with its receive buffer. It serves one request
// at a time and is not safe for concurrent use.
type Conn struct {
	fd    int
	proto int // unix.NETLINK_ROUTE, …
	pid   uint32
	seq   uint32
	buf   []byte
	oob   []byte
	opt   Options
	nsid  int32
	// batches have the memory of the last large dump, for the next.
	batches [ahead]batch
	// listening tells that a receive may wait for long.
	listening bool
	busy      bool // messages are being received
	// until is a descriptor that ends listening when it can be read, or 0.
	until int
	dry   *dry // in the place of the socket
}

// Busy reports whether the connection is in the middle of an exchange, as in a
// callback that gets its messages.
func (c *Conn) Busy() bool { return c.busy }

// recvSize holds what the kernel fills at most in one receive of a dump;
// larger messages are found by peeking, and the buffer grows.
const recvSize = 32 << 10

// Dial opens a socket of a netlink protocol (unix.NETLINK_ROUTE, …) in the
// current network namespace.
func Dial(protocol int, opt Options) (*Conn, error) {
	if opt.Dry != nil {
		return &Conn{fd: -1, proto: protocol, opt: opt, nsid: -1, pid: dryPort, dry: &dry{Dry: opt.Dry, protocol: protocol}}, nil
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, failure(noSocket, err)
	}
	c := &Conn{fd: fd, proto: protocol, opt: opt, nsid: -1}
	if err := c.setup(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return c, nil
}

// Supports fails where the kernel has no sockets of a family, or we may have none: the
// tools that ask by ioctl have to say so, though netlink would answer.
func Supports(family int) error { return try(family, unix.SOCK_DGRAM) }

// Reachable fails as Dial does where no netlink socket can be had.
func Reachable() error {
	if err := try(unix.AF_NETLINK, unix.SOCK_RAW); err != nil {
		return failure(noSocket, err)
	}
	return nil
}

const noSocket = "Cannot open netlink socket: "

func try(family, kind int) error {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func (c *Conn) setup() error {
	// Kernels that lack an option answer without it: not an error.
	c.set(unix.NETLINK_EXT_ACK, true)
	c.set(unix.NETLINK_CAP_ACK, true)
	c.set(unix.NETLINK_GET_STRICT_CHK, c.opt.Strict)
	if c.opt.AllNS {
		c.set(unix.NETLINK_LISTEN_ALL_NSID, true)
		c.oob = make([]byte, 64)
	}
	if n := c.opt.RcvBuf; n > 0 {
		unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, n)
	}
	// Connected to the kernel, the socket takes no other process's messages,
	// but those to a group. It is bound thereby.
	begin := unix.Connect
	if c.opt.Unconnected {
		begin = unix.Bind
	}
	if err := begin(c.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return failure("Cannot bind netlink socket: ", err)
	}
	sa, err := unix.Getsockname(c.fd)
	if err != nil {
		return failure("Cannot getsockname: ", err)
	}
	if nl, ok := sa.(*unix.SockaddrNetlink); ok {
		c.pid = nl.Pid
	}
	return nil
}

func (c *Conn) set(opt int, on bool) {
	if on {
		unix.SetsockoptInt(c.fd, unix.SOL_NETLINK, opt, 1)
	}
}

// Close closes the socket. A second time it does nothing.
func (c *Conn) Close() error {
	fd := c.fd
	if c.fd = -1; fd < 0 {
		return nil
	}
	if len(c.buf) == recvSize {
		buffers.Put((*[recvSize]byte)(c.buf))
	}
	c.buf = nil
	return unix.Close(fd)
}

// buffers are those of connections that are closed. A program that runs thousands of
// commands, as for the page of a large network, would have to collect one for each.
var buffers sync.Pool // of *[recvSize]byte

// needBuffer sees to it that there is one to receive in.
func (c *Conn) needBuffer() {
	if c.buf != nil {
		return
	}
	b, ok := buffers.Get().(*[recvSize]byte)
	if !ok {
		b = new([recvSize]byte)
	}
	c.buf = b[:]
}

// FD returns the descriptor, for poll.
func (c *Conn) FD() int { return c.fd }

// A Message is one received netlink message. Body is valid until the callback
// that got the message returns.
type Message struct {
	Type  uint16
	Flags uint16
	Seq   uint32
	Pid   uint32
	NSID  int32 // the namespace it came from (NETLINK_LISTEN_ALL_NSID), or -1
	Body  []byte
}

// HeadIndex is the second word of a message, where struct ifinfomsg, ifaddrmsg and
// ndmsg have the device.
func HeadIndex(m Message) uint32 {
	if len(m.Body) < 8 {
		return 0
	}
	return U32(m.Body[4:])
}

// Send sends a request without waiting for an answer and returns its sequence
// number.
func (c *Conn) Send(m *Msg) (uint32, error) {
	c.seq++
	return c.seq, c.write(m.seal(c.seq, 0))
}

func (c *Conn) write(b []byte) error {
	if Trace != nil {
		Trace(c.proto, true, b)
	}
	if c.dry != nil {
		c.dry.write(b)
		return nil
	}
	for {
		_, _, errno := c.syscall(unix.SYS_WRITE, unsafe.Pointer(&b[0]), uintptr(len(b)))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return failure("Cannot talk to rtnetlink: ", errno)
		}
	}
}

// A SocketError is a failure to open a socket, to send or to receive, in the real
// tool's words.
type SocketError struct {
	text  string
	errno unix.Errno
	// Unasked tells that a dump was not even asked for.
	Unasked bool
	// Unanswered tells that a request was sent, and its answer not received.
	Unanswered bool
}

func failure(what string, err error) *SocketError {
	var errno unix.Errno
	errors.As(err, &errno)
	return &SocketError{text: what + Strerror(errno), errno: errno}
}

// Error is one line without a newline.
func (e *SocketError) Error() string { return e.text }

// Unwrap gives the number of the error.
func (e *SocketError) Unwrap() error { return e.errno }

// Do sends a request and waits for its acknowledgement. A refusal is an
// *Error; a warning goes to Options.Note.
func (c *Conn) Do(m *Msg) error { return c.Request(m, nil) }

// Request sends a request with NLM_F_ACK and gives f the messages that come
// before the acknowledgement (the echo of NLM_F_ECHO, the answer of a get).
// f may be nil.
func (c *Conn) Request(m *Msg, f func(Message) error) error {
	m.SetFlags(unix.NLM_F_ACK)
	seq, err := c.Send(m)
	if err != nil {
		return err
	}
	return c.answer(seq, false, f)
}

// Get sends a request that the kernel answers with one message and gives that
// to f, which may use the connection again.
func (c *Conn) Get(m *Msg, f func(Message) error) error {
	seq, err := c.Send(m)
	if err != nil {
		return err
	}
	var got Message
	err = c.answer(seq, true, func(m Message) error { got = m; return nil })
	if err != nil || got.Body == nil || f == nil {
		return err
	}
	// The message stands in the buffer, which others must leave alone.
	buf := c.buf
	c.buf = nil
	err = f(got)
	c.buf = buf
	return err
}

// errDone ends a receive loop without an error.
var errDone = errors.New("done")

func (c *Conn) answer(seq uint32, single bool, f func(Message) error) error {
	return c.eachOf(-1, f == nil, func(m Message) error {
		switch {
		case m.Seq != seq || m.Pid != c.pid:
			return nil
		case m.Type == unix.NLMSG_ERROR:
			return c.ended(parseAck(m.Body, m.Flags))
		case f != nil:
			if err := f(m); err != nil {
				return err
			}
		}
		if single {
			return errDone
		}
		return nil
	})
}

// ended turns the end of an exchange into the result: a refusal, or success
// with perhaps a warning.
func (c *Conn) ended(e *Error) error {
	if e.Errno != 0 {
		return e
	}
	if e.Msg != "" {
		c.note("Warning: " + sentence(e.Msg))
	}
	return errDone
}

func (c *Conn) note(text string) {
	if c.opt.Note != nil {
		c.opt.Note(text)
	}
}

// Dump sends a dump request and gives each message to f as it arrives. If f
// returns an error the rest is read and dropped, so that the socket can be
// used again, and the error is returned. A large dump is received on one core
// while f works on another; f is called on the caller's goroutine always.
func (c *Conn) Dump(m *Msg, f func(Message) error) error {
	interrupted, err := c.dump(m, f)
	if interrupted {
		c.note("Dump was interrupted and may be inconsistent.")
	}
	return err
}

// DumpChanging is Dump for those who change what they read: that the dump is
// interrupted goes without saying.
func (c *Conn) DumpChanging(m *Msg, f func(Message) error) error {
	_, err := c.dump(m, f)
	return err
}

func (c *Conn) dump(m *Msg, f func(Message) error) (interrupted bool, err error) {
	m.SetFlags(unix.NLM_F_DUMP)
	seq, err := c.Send(m)
	if err != nil {
		e := failure("Cannot send dump request: ", err)
		e.Unasked = true
		return false, e
	}
	var stop error
	take := func(m Message) error {
		if m.Seq != seq || m.Pid != c.pid {
			return nil
		}
		interrupted = interrupted || m.Flags&unix.NLM_F_DUMP_INTR != 0
		switch m.Type {
		case unix.NLMSG_DONE:
			return c.ended(parseDone(m.Body, m.Flags))
		case unix.NLMSG_ERROR:
			return c.ended(dumpRefused(m))
		}
		if stop == nil {
			stop = f(m)
		}
		return nil
	}
	err = c.eachOf(inlineDatagrams, false, take)
	if err == errMore {
		err = c.eachAhead(seq, take)
	}
	if stop != nil {
		return interrupted, stop
	}
	return interrupted, err
}

// dumpRefused is a dump that did not even start.
func dumpRefused(m Message) *Error { return parseAck(m.Body, m.Flags) }

// Bind subscribes to those of the first 32 multicast groups whose bits are set in
// groups, that of group 1 first. Those that the kernel does not know are no error.
func (c *Conn) Bind(groups uint32) error {
	if err := unix.Bind(c.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: c.pid, Groups: groups}); err != nil {
		return failure("Cannot bind netlink socket: ", err)
	}
	return nil
}

// Join subscribes to a multicast group (unix.RTNLGRP_LINK, …).
func (c *Conn) Join(group int) error {
	err := unix.SetsockoptInt(c.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group)
	return os.NewSyscallError("setsockopt", err)
}

// Until makes Listen end without an error when fd can be read.
func (c *Conn) Until(fd int) { c.until = fd }

// Listen gives every message that arrives to f, until f returns an error.
// A lost message (ENOBUFS) is passed to lost, and listening goes on.
func (c *Conn) Listen(f func(Message) error, lost func(error) error) error {
	c.listening = true
	for {
		err := c.eachOf(-1, false, f)
		if err == errDone {
			return nil
		}
		if err == nil || !errors.Is(err, unix.ENOBUFS) {
			return err
		}
		if err := lost(err); err != nil {
			return err
		}
	}
}

// errMore tells that eachOf stopped before the end.
var errMore = errors.New("more")

// eachOf receives at most n datagrams (all for n < 0) and gives every message
// in them to f until f returns an error; errDone ends it as a success. What is
// left of the datagram in which f ended is dropped. For small see receive.
func (c *Conn) eachOf(n int, small bool, f func(Message) error) error {
	defer func(was bool) { c.busy = was }(c.busy)
	c.busy = true
	c.needBuffer()
	for ; n != 0; n-- {
		var b []byte
		var err error
		if c.buf, b, err = c.receive(c.buf, small); err != nil {
			return err
		}
		if err := c.split(b, f); err == errDone {
			return nil
		} else if err != nil {
			return err
		}
	}
	return errMore
}

func (c *Conn) split(b []byte, f func(Message) error) error {
	if Trace != nil {
		Trace(c.proto, false, b)
	}
	for len(b) >= headerLen {
		n := int(NE.Uint32(b))
		if n < headerLen || n > len(b) {
			return nil
		}
		err := f(Message{
			Type: NE.Uint16(b[4:]), Flags: NE.Uint16(b[6:]),
			Seq: NE.Uint32(b[8:]), Pid: NE.Uint32(b[12:]),
			NSID: c.nsid, Body: b[headerLen:n:n],
		})
		if err != nil {
			return err
		}
		b = b[min(align(n), len(b)):]
	}
	return nil
}
