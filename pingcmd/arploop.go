package pingcmd

import (
	"encoding/binary"
	"unsafe"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// A hardware is an address of a device for packet(7): struct sockaddr_ll, with room for
// addresses that are longer than eight bytes.
type hardware struct {
	unix.RawSockaddrLinklayer
	_    [24]byte
	size uint32
}

// set makes it that of a device for a protocol.
func (h *hardware) set(index uint32, protocol uint16) {
	h.Family, h.Ifindex = unix.AF_PACKET, int32(index)
	h.Protocol = binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, protocol))
	h.size = unix.SizeofSockaddrLinklayer
}

func (h *hardware) typ() uint16       { return h.Hatype }
func (h *hardware) packetType() uint8 { return h.Pkttype }

// address is the address itself, in place.
func (h *hardware) address() []byte {
	room := unsafe.Slice((*byte)(unsafe.Pointer(&h.Addr)), unsafe.Sizeof(h.Addr)+24)
	return room[:min(int(h.Halen), len(room))]
}

func (h *hardware) bind(fd int) error {
	_, _, no := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(h)), uintptr(h.size))
	return orNil(no)
}

// ask asks which address the socket is bound to.
func (h *hardware) ask(fd int) error {
	h.size = uint32(unsafe.Offsetof(h.size))
	_, _, no := unix.Syscall(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(h)), uintptr(unsafe.Pointer(&h.size)))
	return orNil(no)
}

func orNil(no unix.Errno) error {
	if no == 0 {
		return nil
	}
	return no
}

func (h *hardware) sendTo(fd int, b []byte) unix.Errno {
	size := unsafe.Offsetof(h.Addr) + uintptr(h.Halen)
	return sendTo(false, fd, b, 0, unsafe.Pointer(h), max(size, unix.SizeofSockaddrLinklayer))
}

// monotonic is the time of CLOCK_MONOTONIC in nanoseconds.
func monotonic() int64 {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}

// What the loop waits for, in the order in which it is looked at.
const (
	onSignal = iota
	onInterval
	onTimeout
	onPacket
	waits
)

// loop sends requests and takes replies until the count, the time or a signal ends it.
func (a *arping) loop() error {
	var fds [waits]unix.PollFd
	stop, err := a.env.Notify(unix.SIGINT, unix.SIGQUIT, unix.SIGTERM)
	if err != nil {
		a.warnErr("signalfd", err)
		return cli.Silent(cli.StatusError)
	}
	fds[onSignal].Fd = int32(stop.FD)
	for i, seconds := range [...]int{a.interval, a.timeout} {
		fd, err := timer(seconds)
		if err != nil {
			a.warnErr("timerfd_create failed", err)
			return cli.Silent(cli.StatusError)
		}
		defer unix.Close(fd)
		fds[onInterval+i].Fd = int32(fd)
	}
	fds[onPacket].Fd = int32(a.fd)
	for i := range fds {
		fds[i].Events = unix.POLLIN
	}
	a.send()
	due := uint64(1)
	for over := false; !over && !(a.sent == a.count && a.unsolicited); {
		if _, err := unix.Poll(fds[:], -1); err != nil && err != unix.EINTR {
			a.warnErr("poll failed", err)
			break
		}
		if over, err = a.events(&fds, &due); err != nil {
			return err
		}
	}
	return a.summary()
}

// events does what is to be done about all that has happened, and reports whether that
// was the end. due counts the packets that were to be sent.
func (a *arping) events(fds *[waits]unix.PollFd, due *uint64) (over bool, err error) {
	over = fds[onSignal].Revents != 0
	if fds[onInterval].Revents != 0 {
		*due += expired(int(fds[onInterval].Fd))
		if a.count > 0 && uint64(a.count) < *due {
			over = true
		} else {
			a.send()
		}
	}
	over = over || fds[onTimeout].Revents != 0
	if fds[onPacket].Revents == 0 {
		return over, nil
	}
	last, err := a.receive()
	return over || last, err
}

// receive takes a packet. That the device went down is the end, without a summary.
func (a *arping) receive() (last bool, err error) {
	var room [4096]byte
	var from hardware
	size := uint32(unsafe.Offsetof(from.size))
	n, _, no := unix.Syscall6(unix.SYS_RECVFROM, uintptr(a.fd), uintptr(unsafe.Pointer(&room)), uintptr(len(room)),
		0, uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size)))
	if no != 0 {
		a.warnErr("recvfrom", no)
		if no == unix.ENETDOWN {
			return true, cli.Silent(statusRefused)
		}
		return false, nil
	}
	return a.take(room[:n], &from), nil
}

// timer is a descriptor that can be read each time when so many seconds have passed; for
// 0 never.
func timer(seconds int) (fd int, err error) {
	fd, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC)
	if err != nil {
		return -1, err
	}
	every := unix.NsecToTimespec(int64(seconds) * 1e9)
	return fd, unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil)
}

// expired tells how often the time of a timer has passed.
func expired(fd int) uint64 {
	var b [8]byte
	unix.Read(fd, b[:])
	return binary.NativeEndian.Uint64(b[:])
}
