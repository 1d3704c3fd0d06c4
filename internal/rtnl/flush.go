package rtnl

import (
	"golang.org/x/sys/unix"
)

// flushSize is how much iproute2 gathers before it sends: it decides how many
// entries of a dump are deleted while the dump goes on.
const flushSize = 4096 - 512

// A Flush gathers requests that go to the kernel many at a time and without an
// acknowledgement, as when all entries of a dump are deleted. It needs a
// connection of its own, because the dump goes on in between.
type Flush struct {
	conn *Conn
	buf  []byte
}

// NewFlush returns a flush that sends on c.
func NewFlush(c *Conn) *Flush { return &Flush{conn: c} }

// Add adds a request of the given type with the body of a message of the
// dump, after it has sent what would leave no room for it.
func (f *Flush) Add(typ uint16, body []byte) error {
	if len(f.buf)+headerLen+len(body) > flushSize {
		if err := f.Send(); err != nil {
			return err
		}
	}
	n := len(f.buf)
	f.buf = append(f.buf, make([]byte, headerLen)...)
	f.buf = append(f.buf, body...)
	h := f.buf[n:]
	f.conn.seq++
	NE.PutUint32(h, uint32(len(h)))
	NE.PutUint16(h[4:], typ)
	NE.PutUint16(h[6:], unix.NLM_F_REQUEST)
	NE.PutUint32(h[8:], f.conn.seq)
	for len(f.buf)&3 != 0 {
		f.buf = append(f.buf, 0)
	}
	return nil
}

// Send sends what is gathered. Refusals are there as soon as it is sent; the
// first one is returned, as an *Error.
func (f *Flush) Send() error {
	if len(f.buf) == 0 {
		return nil
	}
	err := f.conn.write(f.buf)
	f.buf = f.buf[:0]
	if err != nil {
		return err
	}
	return f.conn.refused()
}

// refused reads what has arrived, without waiting, and returns the first
// refusal.
func (c *Conn) refused() (first error) {
	if c.buf == nil {
		c.buf = make([]byte, recvSize)
	}
	for {
		n, _, err := c.recvOnce(c.buf, unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return first
		}
		c.split(c.buf[:n], func(m Message) error {
			if m.Type == unix.NLMSG_ERROR && first == nil {
				if e := parseAck(m.Body, m.Flags); e.Errno != 0 {
					first = e
				}
			}
			return nil
		})
	}
}
