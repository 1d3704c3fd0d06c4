package rtnl

import "golang.org/x/sys/unix"

// bulkSize is how many bytes travel in one send; a socket takes 208 KiB.
const bulkSize = 1 << 16

// A Bulk sends many requests that are not acknowledged, in few sends. It
// needs a connection of its own: refusals arrive between other answers.
type Bulk struct {
	c *Conn
	b []byte
}

// Bulk returns an empty bulk on the connection.
func (c *Conn) Bulk() *Bulk { return &Bulk{c: c} }

// Add queues a request with the body of another message; the error is that of
// a Flush that it took.
func (k *Bulk) Add(typ uint16, body []byte) error {
	n := headerLen + align(len(body))
	if len(k.b)+n > bulkSize {
		if err := k.Flush(); err != nil {
			return err
		}
	}
	k.c.seq++
	m := Message{Type: typ, Flags: unix.NLM_F_REQUEST, Seq: k.c.seq, Body: body}
	k.b = append(m.AppendHeader(k.b), body...)
	for len(k.b)&3 != 0 {
		k.b = append(k.b, 0)
	}
	return nil
}

// Flush sends what is queued and returns the first refusal, which the kernel
// has ready when the send returns.
func (k *Bulk) Flush() error {
	if len(k.b) == 0 {
		return nil
	}
	err := k.c.write(k.b)
	k.b = k.b[:0]
	if err != nil {
		return err
	}
	return k.refusal()
}

func (k *Bulk) refusal() (first error) {
	buf := make([]byte, 4096)
	for {
		n, _, err := unix.Recvfrom(k.c.fd, buf, unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR || err == unix.ENOBUFS:
			continue // so many refusals that some were lost
		case err != nil:
			return first
		}
		k.c.split(buf[:n], func(m Message) error {
			if m.Type == unix.NLMSG_ERROR && first == nil {
				if e := parseAck(m.Body, m.Flags); e.Errno != 0 {
					first = e
				}
			}
			return nil
		})
	}
}

// AppendHeader appends the netlink header of the message.
func (m *Message) AppendHeader(b []byte) []byte {
	b = NE.AppendUint32(b, uint32(headerLen+len(m.Body)))
	b = NE.AppendUint16(b, m.Type)
	b = NE.AppendUint16(b, m.Flags)
	b = NE.AppendUint32(b, m.Seq)
	return NE.AppendUint32(b, m.Pid)
}

// ParseHeader reads a netlink header of 16 bytes. size is the length that it
// tells of the body, which may be negative.
func ParseHeader(b []byte) (m Message, size int) {
	m = Message{Type: U16(b[4:]), Flags: U16(b[6:]), Seq: U32(b[8:]), Pid: U32(b[12:]), NSID: -1}
	return m, int(int32(U32(b))) - headerLen
}
