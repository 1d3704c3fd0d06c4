package resolve

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// send asks the name servers one after the other, as often as the
// configuration says, for an answer to q.
func (c *config) send(q *query) (reply []byte, err error) {
	err = noAnswer
	for range c.attempts {
		for i, server := range c.servers {
			end := time.Now().Add(c.patience(i))
			reply := exchange(server, q, c.tcp, end)
			if reply == nil {
				continue
			}
			if _, header, _ := q.open(reply); answered(reply, header) {
				return reply, nil
			}
			err = refused
		}
	}
	return nil, err
}

// patience is how long the C library waits for the server with a number: for
// later ones longer, but all share that.
func (c *config) patience(server int) time.Duration {
	seconds := c.timeout << server
	if server > 0 {
		seconds /= len(c.servers)
	}
	return time.Duration(max(seconds, 1)) * time.Second
}

// exchange asks one server, again over TCP if its answer does not fit in a
// datagram. Without a reply until the end, or with an error, it returns nil.
func exchange(server netip.AddrPort, q *query, tcp bool, end time.Time) []byte {
	if !tcp {
		reply := overUDP(server, q, end)
		if reply == nil {
			return nil
		}
		if _, header, _ := q.open(reply); !header.Truncated {
			return reply
		}
	}
	return overTCP(server, q, end)
}

// A conn is a socket that does not wait past its end.
type conn struct {
	fd  int
	end time.Time
}

// dial connects a socket; the kernel then lets only the server's answers in.
func dial(server netip.AddrPort, kind int, end time.Time) (conn, error) {
	family, sa := sockaddr(server)
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return conn{}, err
	}
	c := conn{fd, end}
	if err = c.limit(unix.SO_SNDTIMEO); err == nil {
		err = again(func() error { return unix.Connect(fd, sa) })
	}
	if err != nil {
		unix.Close(fd)
	}
	return c, err
}

func sockaddr(server netip.AddrPort) (family int, sa unix.Sockaddr) {
	a, port := server.Addr().Unmap(), int(server.Port())
	if a.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: a.As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: port, Addr: a.As16(), ZoneId: linkIndex(a.Zone())}
}

// linkIndex is the number of a link, which its name may be already.
func linkIndex(name string) uint32 {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil || name == "" {
		return uint32(n)
	}
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0
	}
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	if unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr) != nil {
		return 0
	}
	return ifr.Uint32()
}

// limit makes the socket's next call end in time.
func (c conn) limit(option int) error {
	left := time.Until(c.end)
	if left <= 0 {
		return unix.ETIMEDOUT
	}
	tv := unix.NsecToTimeval(max(left, time.Microsecond).Nanoseconds())
	return unix.SetsockoptTimeval(c.fd, unix.SOL_SOCKET, option, &tv)
}

// again calls f until no signal interrupts it: the runtime has its own.
func again(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

func (c conn) read(b []byte) (n int, err error) {
	err = again(func() (err error) {
		if err = c.limit(unix.SO_RCVTIMEO); err == nil {
			n, err = unix.Read(c.fd, b)
		}
		return err
	})
	return n, err
}

func (c conn) write(b []byte) error {
	return again(func() error {
		n, err := unix.Write(c.fd, b)
		if err == nil && n < len(b) {
			err = unix.EMSGSIZE
		}
		return err
	})
}

// overUDP waits for the reply to q and drops what is none.
func overUDP(server netip.AddrPort, q *query, end time.Time) []byte {
	c, err := dial(server, unix.SOCK_DGRAM, end)
	if err != nil {
		return nil
	}
	defer unix.Close(c.fd)
	if c.write(q.packed) != nil {
		return nil
	}
	buf := make([]byte, 4096) // without EDNS, answers have 512 bytes at most
	for {
		n, err := c.read(buf)
		if err != nil {
			return nil
		}
		if _, _, ok := q.open(buf[:n]); ok {
			return buf[:n]
		}
	}
}

// overTCP has the length of each message before it.
func overTCP(server netip.AddrPort, q *query, end time.Time) []byte {
	c, err := dial(server, unix.SOCK_STREAM, end)
	if err != nil {
		return nil
	}
	defer unix.Close(c.fd)
	msg := binary.BigEndian.AppendUint16(nil, uint16(len(q.packed)))
	if c.write(append(msg, q.packed...)) != nil {
		return nil
	}
	var length [2]byte
	if !c.fill(length[:]) {
		return nil
	}
	reply := make([]byte, binary.BigEndian.Uint16(length[:]))
	if !c.fill(reply) {
		return nil
	}
	if _, _, ok := q.open(reply); !ok {
		return nil
	}
	return reply
}

// fill reads as much as b has room for.
func (c conn) fill(b []byte) bool {
	for len(b) > 0 {
		n, err := c.read(b)
		if err != nil || n <= 0 {
			return false
		}
		b = b[n:]
	}
	return true
}
