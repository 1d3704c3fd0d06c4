package rtnl

import (
	"errors"
	"runtime"

	"golang.org/x/sys/unix"
)

// A Window lets the kernel work through changes in one thread while the caller
// makes the next ones in another. Each has a tag, to be known again by.
//
// Whoever uses the connection otherwise has to Settle first.
type Window[T any] struct {
	c      *Conn
	mode   Mode
	failed func(tag T, err error)
	ended  error           // what Add and Settle return from now on
	fill   *parcel[T]      // what Add fills
	spare  []*parcel[T]    // the empty ones
	away   int             // how many are on their way
	out    chan *parcel[T] // to the sender
	back   chan *parcel[T] // from the sender
}

// A Mode says what becomes of the changes that follow a refused one.
type Mode int

const (
	// GoOn has them made all the same. Many changes are sent at once; only
	// refusals and the last of them are answered.
	GoOn Mode = iota
	// Stop drops them: each change is sent once the one before it is answered.
	Stop
)

// ErrStopped tells that a window has ended at a refused change.
var ErrStopped = errors.New("stopped at a change that the kernel refused")

// A parcel is changes that travel together through the program.
type parcel[T any] struct {
	b     []byte
	last  int // where the last message begins in b
	first uint32
	tags  []T
	acks  []ack[T]
	err   error // nil, or ErrStopped
}

// An ack is the answer to the change with that tag, or the socket's fault.
type ack[T any] struct {
	tag   T
	err   *Error
	fault error
}

const (
	// parcelSize is how many changes travel together: fewer than there are in
	// what is read of a pipe at once. More gain nothing, the kernel's own work
	// is all that is left; and the socket has to hold as many refusals.
	parcelSize = 32
	// parcelBytes is how large a parcel is before it gets no more: the socket
	// takes no more than it may hold at once.
	parcelBytes = 32 << 10
	// parcels are so many that the sender has the next one at hand when it is
	// done with one, and need not wait until the caller has woken up.
	parcels = 8
)

// NewWindow returns an empty window on c. failed is given the tag and the error
// of each change that the kernel refuses, in their order; what the socket refuses
// counts as well. So the one error that Add and Settle return is ErrStopped.
func NewWindow[T any](c *Conn, mode Mode, failed func(tag T, err error)) *Window[T] {
	w := &Window[T]{c: c, mode: mode, failed: failed, fill: new(parcel[T])}
	for range parcels - 1 {
		w.spare = append(w.spare, new(parcel[T]))
	}
	return w
}

// Add puts a copy of m at the end, to be sent when there are enough of them.
func (w *Window[T]) Add(m *Msg, tag T) error {
	if w.ended != nil {
		return w.ended
	}
	if w.mode == Stop {
		m.SetFlags(unix.NLM_F_ACK)
	}
	w.c.seq++
	w.fill.add(m, w.c.seq, tag)
	if len(w.fill.tags) < parcelSize && len(w.fill.b) < parcelBytes {
		return nil
	}
	return w.send()
}

func (p *parcel[T]) add(m *Msg, seq uint32, tag T) {
	if len(p.tags) == 0 {
		p.first = seq
	}
	p.last = len(p.b)
	p.b = Padded(append(p.b, m.seal(seq, 0)...))
	p.tags = append(p.tags, tag)
}

// Settle sends what is left and returns when all changes are answered.
func (w *Window[T]) Settle() error {
	for w.away > 0 {
		p, err := w.await()
		w.spare = append(w.spare, p)
		if err != nil {
			return err
		}
	}
	if w.ended != nil || len(w.fill.tags) == 0 {
		return w.ended
	}
	return w.sendHere() // nothing is to be done meanwhile
}

// sendHere has this thread send the parcel.
func (w *Window[T]) sendHere() error {
	w.fill.err = w.deliver(w.fill)
	return w.account(w.fill)
}

// Close ends the window, which must be settled.
func (w *Window[T]) Close() {
	if w.out != nil {
		close(w.out)
		w.out = nil
	}
}

// send hands the parcel over and takes an empty one, or waits for one.
func (w *Window[T]) send() (err error) {
	if runtime.NumCPU() == 1 {
		return w.sendHere()
	}
	if w.out == nil {
		w.out, w.back = make(chan *parcel[T], parcels), make(chan *parcel[T], parcels)
		go w.carry(w.out, w.back)
	}
	w.out <- w.fill
	w.away++
	if n := len(w.spare); n > 0 {
		w.fill, w.spare = w.spare[n-1], w.spare[:n-1]
		return nil
	}
	w.fill, err = w.await()
	return err
}

// await waits for the parcel that was handed over first, and empties it.
func (w *Window[T]) await() (*parcel[T], error) {
	p := <-w.back
	w.away--
	return p, w.account(p)
}

// account tells what became of a parcel and empties it.
func (w *Window[T]) account(p *parcel[T]) error {
	for _, a := range p.acks {
		err := a.fault
		if err == nil {
			err = w.c.ended(a.err)
		}
		if err != errDone {
			w.failed(a.tag, err)
		}
	}
	w.ended = p.err
	*p = parcel[T]{b: p.b[:0], tags: p.tags[:0], acks: p.acks[:0]}
	return w.ended
}

// carry sends parcels and reads the answers. It uses nothing but the socket,
// which stays in the namespace that it was made in.
func (w *Window[T]) carry(in <-chan *parcel[T], back chan<- *parcel[T]) {
	var ended error
	for p := range in {
		if p.err = ended; ended == nil {
			p.err = w.deliver(p)
		}
		ended = p.err
		back <- p
	}
}

func (w *Window[T]) deliver(p *parcel[T]) error {
	if w.mode == Stop {
		return p.sendEach(w.c)
	}
	return p.sendAll(w.c)
}

// sendAll sends all changes at once.
func (p *parcel[T]) sendAll(c *Conn) error {
	flags := p.b[p.last+6:]
	NE.PutUint16(flags, NE.Uint16(flags)|unix.NLM_F_ACK)
	if err := c.write(p.b); err != nil {
		for i := range p.tags {
			p.blame(i, err)
		}
		return nil
	}
	final := len(p.tags) - 1
	if err := p.answers(c, uint32(final)); err != nil {
		p.blame(final, err) // which ones were answered is not known
	}
	return nil
}

// blame notes what the socket made of the change number i.
func (p *parcel[T]) blame(i int, err error) {
	p.acks = append(p.acks, ack[T]{tag: p.tags[i], fault: err})
}

// sendEach sends change after change up to the first that is refused, which is
// ErrStopped.
func (p *parcel[T]) sendEach(c *Conn) error {
	b := p.b
	for i := range p.tags {
		n := NE.Uint32(b)
		err := c.write(b[:n])
		if err == nil {
			err = p.answers(c, uint32(i))
		}
		if err != nil {
			p.blame(i, err)
			return ErrStopped
		}
		if k := len(p.acks); k > 0 && p.acks[k-1].err.Errno != 0 {
			return ErrStopped
		}
		b = b[align(int(n)):]
	}
	return nil
}

// answers reads what the kernel says up to the answer of the change number
// final, and keeps what is more than a plain acknowledgement.
func (p *parcel[T]) answers(c *Conn, final uint32) error {
	return c.eachOf(-1, true, func(m Message) error {
		at := m.Seq - p.first
		if m.Pid != c.pid || m.Type != unix.NLMSG_ERROR || at > final {
			return nil
		}
		if e := parseAck(m.Body, m.Flags); e != accepted {
			p.acks = append(p.acks, ack[T]{tag: p.tags[at], err: e})
		}
		if at == final {
			return errDone
		}
		return nil
	})
}
