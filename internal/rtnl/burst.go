package rtnl

import "golang.org/x/sys/unix"

// The sizes of a burst, in bytes.
const (
	// DumpBurst is what iproute2 gathers while it deletes what it lists: it
	// decides how many entries are gone before the list goes on.
	DumpBurst = 4096 - 512
	// LargeBurst is for many requests. A socket takes 208 KiB; the kernel gains
	// nothing from more than this.
	LargeBurst = 16 << 10
)

// A Burst sends many requests in few system calls, without asking for
// acknowledgements: what flush commands need. Only refusals come back. The
// connection must serve nothing else meanwhile, no dump in particular.
type Burst struct {
	c    *Conn
	size int
	b    []byte
}

// FlushBurst is the size for a flush. Where it tells of each entry, nobody may read that:
// then as many are gone when SIGPIPE ends it as of the real tool.
func FlushBurst(tells bool) int {
	if tells {
		return DumpBurst
	}
	return LargeBurst
}

// NewBurst returns an empty burst on c that is sent when it has that size.
func NewBurst(c *Conn, size int) *Burst { return &Burst{c: c, size: size} }

// Add adds a request with a copy of body, which holds the family struct and
// the attributes, after it has sent what would leave no room for it. The error
// is that of Send.
func (s *Burst) Add(typ uint16, body []byte) error {
	if len(s.b) > 0 && len(s.b)+headerLen+len(body) > s.size {
		if err := s.Send(); err != nil {
			return err
		}
	}
	s.c.seq++
	s.b = Padded(Message{Type: typ, Flags: unix.NLM_F_REQUEST, Seq: s.c.seq, Body: body}.AppendTo(s.b))
	return nil
}

// Send sends what was added and returns the first refusal, an *Error. The
// kernel has worked through all of it when send(2) returns.
func (s *Burst) Send() error {
	if len(s.b) == 0 {
		return nil
	}
	err := s.c.write(s.b)
	s.b = s.b[:0]
	if err != nil {
		return err
	}
	return s.c.refused()
}

// refused reads what has arrived, without waiting, and returns the first
// refusal.
func (c *Conn) refused() (first error) {
	answer := func(m Message) error {
		if m.Type == unix.NLMSG_ERROR && first == nil {
			if e := parseAck(m.Body, m.Flags); e.Errno != 0 {
				first = e
			}
		}
		return nil
	}
	c.needBuffer()
	for {
		n, from, errno := c.recvOnce(c.buf, unix.MSG_DONTWAIT)
		switch {
		case errno == unix.EINTR || errno == unix.ENOBUFS: // so many that some were lost
		case errno != 0 || n == 0:
			return first
		case from == 0:
			c.split(c.buf[:n], answer)
		}
	}
}
