package rtnl

import (
	"golang.org/x/sys/unix"
)

// A Burst sends many requests in few system calls, without asking for
// acknowledgements: what flush commands need. Only refusals come back. The
// connection must serve nothing else meanwhile, no dump in particular.
type Burst struct {
	c  *Conn
	b  []byte
	in [4096]byte // an answer
}

// burstSize is when a burst is sent: the kernel takes more, but gains nothing.
const burstSize = 16 << 10

// NewBurst returns an empty burst on c.
func NewBurst(c *Conn) *Burst { return &Burst{c: c} }

// Add adds a request with a copy of body, which holds the family struct and
// the attributes. A full burst is sent.
func (s *Burst) Add(typ, flags uint16, body []byte) error {
	if len(s.b) > 0 && len(s.b)+headerLen+len(body) > burstSize {
		if err := s.Send(); err != nil {
			return err
		}
	}
	s.c.seq++
	s.b = Message{Type: typ, Flags: flags | unix.NLM_F_REQUEST, Seq: s.c.seq, Body: body}.AppendTo(s.b)
	for len(s.b)&3 != 0 {
		s.b = append(s.b, 0)
	}
	return nil
}

// Send sends what was added and returns the first refusal. The kernel has
// worked through all of it when send(2) returns.
func (s *Burst) Send() error {
	if len(s.b) == 0 {
		return nil
	}
	err := s.c.write(s.b)
	s.b = s.b[:0]
	if err != nil {
		return err
	}
	return s.refusal()
}

// refusal reads the answers that are there already, without waiting, and
// returns the first refusal among them.
func (s *Burst) refusal() (first error) {
	answer := func(m Message) error {
		if m.Type == unix.NLMSG_ERROR && first == nil {
			if e := parseAck(m.Body, m.Flags); e.Errno != 0 {
				first = e
			}
		}
		return nil
	}
	for {
		n, from, err := s.c.recvOnce(s.in[:], unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR:
		case err != nil || n == 0:
			return first
		case from == 0:
			s.c.split(s.in[:n], answer)
		}
	}
}
