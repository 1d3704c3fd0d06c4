package rtnl

import "golang.org/x/sys/unix"

// A Window sends changes many at a time, and lets the kernel work through them
// in one thread while the caller makes the next ones in another. The kernel
// carries them out in order and goes on after one that it refuses, so a window
// serves only where that is wanted. Only refusals and the last change of a
// parcel are answered.
//
// Whoever uses the connection otherwise has to Settle first.
type Window struct {
	c      *Conn
	failed func(tag int, err error)
	fill   *parcel      // what Add fills
	spare  *parcel      // the other one, nil while it is on its way
	out    chan *parcel // to the sender
	back   chan *parcel // from the sender
}

// A parcel is changes that travel together.
type parcel struct {
	b     []byte
	last  int // where the last message begins in b
	first uint32
	tags  []int
	acks  []ack
	err   error // of the sending
}

// An ack is the answer to the change with that tag.
type ack struct {
	tag int
	err *Error
}

// parcelSize is how many changes travel together. More gain nothing: the
// kernel's own work is all that is left, and the socket has to hold as many
// refusals.
const parcelSize = 128

// NewWindow returns an empty window on c. failed is given the tag and the error
// of each change that the kernel refuses, in their order.
func (c *Conn) NewWindow(failed func(tag int, err error)) *Window {
	return &Window{c: c, failed: failed, fill: new(parcel), spare: new(parcel)}
}

// Add puts a copy of m at the end, to be sent when there are enough of them.
// tag is for the caller, to know it again.
func (w *Window) Add(m *Msg, tag int) error {
	w.c.seq++
	w.fill.add(m, w.c.seq, tag)
	if len(w.fill.tags) < parcelSize {
		return nil
	}
	return w.send()
}

func (p *parcel) add(m *Msg, seq uint32, tag int) {
	if len(p.tags) == 0 {
		p.first = seq
	}
	p.last = len(p.b)
	p.b = append(p.b, m.seal(seq, 0)...)
	for len(p.b)&3 != 0 {
		p.b = append(p.b, 0)
	}
	p.tags = append(p.tags, tag)
}

// Settle sends what is left and returns when all changes are answered.
func (w *Window) Settle() error {
	if len(w.fill.tags) > 0 {
		if err := w.send(); err != nil {
			return err
		}
	}
	return w.await()
}

// Close ends the window, which must be settled.
func (w *Window) Close() {
	if w.out != nil {
		close(w.out)
		w.out = nil
	}
}

// send hands the parcel over once the one before it is answered.
func (w *Window) send() error {
	err := w.await()
	if w.out == nil {
		w.out, w.back = make(chan *parcel), make(chan *parcel)
		go w.c.carry(w.out, w.back)
	}
	w.out <- w.fill
	w.fill, w.spare = w.spare, nil
	return err
}

// await waits for the parcel that is on its way and tells what became of it.
func (w *Window) await() error {
	if w.spare != nil {
		return nil
	}
	p := <-w.back
	w.spare = p
	for _, a := range p.acks {
		if err := w.c.ended(a.err); err != errDone {
			w.failed(a.tag, err)
		}
	}
	err := p.err
	*p = parcel{b: p.b[:0], tags: p.tags[:0], acks: p.acks[:0]}
	return err
}

// carry sends parcels and reads the answers. It uses nothing but the socket,
// which stays in the namespace that it was made in.
func (c *Conn) carry(in <-chan *parcel, back chan<- *parcel) {
	for p := range in {
		p.err = c.deliver(p)
		back <- p
	}
}

func (c *Conn) deliver(p *parcel) error {
	flags := p.b[p.last+6:]
	NE.PutUint16(flags, NE.Uint16(flags)|unix.NLM_F_ACK)
	if err := c.write(p.b); err != nil {
		return err
	}
	final := uint32(len(p.tags) - 1)
	return c.eachOf(-1, true, func(m Message) error {
		at := m.Seq - p.first
		if m.Pid != c.pid || m.Type != unix.NLMSG_ERROR || at > final {
			return nil
		}
		p.acks = append(p.acks, ack{p.tags[at], parseAck(m.Body, m.Flags)})
		if at == final {
			return errDone
		}
		return nil
	})
}
