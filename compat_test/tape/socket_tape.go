//go:build tape

package tape

import (
	"bytes"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func (d *deck) send(raw bool, trap uintptr, f *file, a *words) (uintptr, syscall.Errno) {
	list := messages(at(a[1], int(a[2])))
	if d.playing {
		for _, m := range list {
			if errno := d.answer(f, m); errno != 0 {
				return 0, errno
			}
		}
		return a[2], 0
	}
	d.mu.Lock()
	first := len(d.tape.Calls)
	for _, m := range list {
		f.asked[seqOf(m)] = len(d.tape.Calls)
		d.tape.Calls = append(d.tape.Calls, Call{Key: sent(f.label, m), Does: true})
	}
	d.mu.Unlock()
	r, errno := real(raw, trap, a)
	if errno != 0 {
		d.tape.Calls[first].Errno = int(errno)
	}
	return r, errno
}

// answer puts what the tape has for a request where it will be received.
func (d *deck) answer(f *file, m []byte) syscall.Errno {
	key := sent(f.label, m)
	d.note(key)
	c := d.take(key, false)
	if c == nil {
		c = &Call{Data: [][]byte{unknown()}}
	}
	for _, datagram := range c.Data {
		datagram = bytes.Clone(datagram)
		number(datagram, seqOf(m), f.port)
		f.queue = append(f.queue, datagram)
	}
	return syscall.Errno(c.Errno)
}

// told keeps a datagram that was received, with the request that it answers.
func (d *deck) told(f *file, b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := messages(b)
	if len(list) == 0 {
		return
	}
	for _, m := range list {
		if order.Uint32(m[12:]) == f.real {
			order.PutUint32(m[12:], f.port)
		}
	}
	i, ok := f.asked[seqOf(list[0])]
	if !ok || order.Uint32(list[0][12:]) != f.port {
		if d.tape.Lost == "" {
			d.tape.Lost = "events of others"
		}
		return
	}
	b = bytes.Clone(b)
	number(b, 0, 0)
	d.tape.Calls[i].Data = append(d.tape.Calls[i].Data, b)
}

func (d *deck) receive(raw bool, trap uintptr, f *file, a *words) (uintptr, syscall.Errno) {
	if d.playing {
		return d.deliver(trap, f, a)
	}
	r, errno := real(raw, trap, a)
	if errno != 0 {
		return r, errno
	}
	switch {
	case trap == unix.SYS_READ:
		d.told(f, at(a[1], int(r)))
	case trap == unix.SYS_RECVMMSG:
		for i := range r {
			h, n := many(a[1], i)
			d.told(f, buffer(h)[:*n])
		}
	case a[2]&unix.MSG_PEEK == 0:
		b := buffer(header1(a[1]))
		d.told(f, b[:min(int(r), len(b))])
	}
	return r, errno
}

func header1(addr uintptr) *unix.Msghdr { return *(**unix.Msghdr)(unsafe.Pointer(&addr)) }

// many is the entry number i of what recvmmsg fills.
func many(addr, i uintptr) (*unix.Msghdr, *uint32) {
	const size = unsafe.Sizeof(unix.Msghdr{}) + 8
	addr += i * size
	h := header1(addr)
	return h, (*uint32)(unsafe.Add(unsafe.Pointer(h), unsafe.Sizeof(*h)))
}

func buffer(h *unix.Msghdr) []byte {
	if h.Iovlen == 0 || h.Iov.Base == nil {
		return nil
	}
	return unsafe.Slice(h.Iov.Base, h.Iov.Len)
}

// deliver receives from the queue of a socket.
func (d *deck) deliver(trap uintptr, f *file, a *words) (uintptr, syscall.Errno) {
	if len(f.queue) == 0 {
		if trap == unix.SYS_RECVMSG && a[2]&unix.MSG_DONTWAIT != 0 {
			return 0, unix.EAGAIN
		}
		d.missing = append(d.missing, "waits for an answer of "+f.label)
		return 0, unix.EBADF
	}
	next := f.queue[0]
	switch trap {
	case unix.SYS_READ:
		f.queue = f.queue[1:]
		return uintptr(copy(at(a[1], int(a[2])), next)), 0
	case unix.SYS_RECVMMSG:
		n := min(uintptr(len(f.queue)), a[2])
		for i := range n {
			h, size := many(a[1], i)
			*size = uint32(copy(buffer(h), f.queue[i]))
		}
		f.queue = f.queue[n:]
		return n, 0
	}
	h := header1(a[1])
	n := copy(buffer(h), next)
	if a[2]&unix.MSG_PEEK == 0 {
		f.queue = f.queue[1:]
	}
	if a[2]&unix.MSG_TRUNC != 0 {
		n = len(next)
	}
	h.Controllen = 0
	return uintptr(n), 0
}

func (d *deck) sockname(raw bool, f *file, a *words) (uintptr, syscall.Errno) {
	if !d.playing {
		if r, errno := real(raw, unix.SYS_GETSOCKNAME, a); errno != 0 {
			return r, errno
		}
		f.real = order.Uint32(at(a[1]+4, 4))
	}
	d.ports++
	f.port = firstPort + d.ports
	addr := at(a[1], unix.SizeofSockaddrNetlink)
	clear(addr)
	order.PutUint16(addr, unix.AF_NETLINK)
	order.PutUint32(addr[4:], f.port)
	order.PutUint32(at(a[2], 4), unix.SizeofSockaddrNetlink)
	return 0, 0
}

// bind joins the groups of a socket's address, struct sockaddr_nl, whose port the kernel
// wants to be the one that it has given.
func (d *deck) bind(raw bool, f *file, a *words) (uintptr, syscall.Errno) {
	s := shapeOf(unix.SYS_BIND)
	if d.playing {
		return d.play(s, a)
	}
	c := Call{Key: s.key(a[:], d.label), Does: s.does}
	port := at(a[1]+4, 4)
	told := bytes.Clone(port)
	if f.real != 0 {
		order.PutUint32(port, f.real)
	}
	r, errno := real(raw, unix.SYS_BIND, a)
	copy(port, told)
	c.Errno = int(errno)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tape.Calls = append(d.tape.Calls, c)
	return r, errno
}
