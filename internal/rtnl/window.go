package rtnl

import "golang.org/x/sys/unix"

// A Window sends changes many at a time. The kernel carries them out in order
// and goes on after one that it refuses, so a window serves only where that is
// wanted. Only refusals and the last change are answered.
type Window struct {
	c     *Conn
	b     []byte
	last  int // where the last message begins in b
	first uint32
	tags  []int
}

// windowSize is how many changes travel together. More gain nothing: the
// kernel's own work is all that is left.
const windowSize = 64

// NewWindow returns an empty window on c.
func (c *Conn) NewWindow() *Window { return &Window{c: c} }

// Add puts a copy of m at the end. tag is for the caller, to know it again.
func (w *Window) Add(m *Msg, tag int) {
	w.c.seq++
	if len(w.tags) == 0 {
		w.first = w.c.seq
	}
	w.last = len(w.b)
	w.b = append(w.b, m.seal(w.c.seq, 0)...)
	for len(w.b)&3 != 0 {
		w.b = append(w.b, 0)
	}
	w.tags = append(w.tags, tag)
}

// Full reports whether it is time to send.
func (w *Window) Full() bool { return len(w.tags) >= windowSize }

// Send sends what is in the window and gives failed each refusal, in the order
// of the changes. The window is empty afterwards.
func (w *Window) Send(failed func(tag int, err error)) error {
	if len(w.tags) == 0 {
		return nil
	}
	defer func() { w.b, w.tags = w.b[:0], w.tags[:0] }()
	flags := w.b[w.last+6:]
	NE.PutUint16(flags, NE.Uint16(flags)|unix.NLM_F_ACK)
	if err := w.c.write(w.b); err != nil {
		return err
	}
	final := uint32(len(w.tags) - 1)
	return w.c.eachOf(-1, true, func(m Message) error {
		at := m.Seq - w.first
		if m.Pid != w.c.pid || m.Type != unix.NLMSG_ERROR || at > final {
			return nil
		}
		if err := w.c.ended(parseAck(m.Body, m.Flags)); err != errDone {
			failed(w.tags[at], err)
		}
		if at == final {
			return errDone
		}
		return nil
	})
}
