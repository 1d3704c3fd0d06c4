package rtnl

import (
	"errors"
	"runtime"

	"golang.org/x/sys/unix"
)

// A Window lets the kernel work through changes in one thread while the caller
// makes the next ones in another. Each has a tag, to be known again by.
//
// Whoever uses a connection of the changes otherwise has to Settle first.
type Window[T any] struct {
	mode   Mode
	failed func(tag T, err error)
	ended  error           // what Add and Settle return from now on
	fill   *parcel[T]      // what Add fills
	spare  []*parcel[T]    // the empty ones
	away   int             // how many are on their way
	out    chan *parcel[T] // to the sender
	back   chan load[T]    // from the sender
}

// A Mode says what becomes of the changes that follow a refused one.
type Mode int

const (
	// GoOn has them made all the same: many changes are sent at once.
	GoOn Mode = iota
	// Stop drops them: each change is sent once the one before it is answered.
	Stop
)

// ErrStopped tells that a window has ended at a refused change.
var ErrStopped = errors.New("stopped at a change that the kernel refused")

// A parcel is changes of one connection that travel together through the
// program.
type parcel[T any] struct {
	c     *Conn
	b     []byte
	first uint32 // the sequence number of the first change
	tags  []T
	ends  []int32 // where each change ends in b
	stops uint32  // a bit for each change whose mode is Stop
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
	// loadSize is how many parcels the sender returns at once: to wake the
	// caller for each costs more than to make one.
	loadSize = parcels / 2
)

// A load is parcels that the sender returns together.
type load[T any] struct {
	parcels [loadSize]*parcel[T]
	n       int
}

// NewWindow returns an empty window. failed is given the tag and the error of
// each change that the kernel refuses, in their order; what the socket refuses
// counts as well. So the one error that Add and Settle return is ErrStopped.
func NewWindow[T any](mode Mode, failed func(tag T, err error)) *Window[T] {
	w := &Window[T]{mode: mode, failed: failed, fill: new(parcel[T])}
	for range parcels - 1 {
		w.spare = append(w.spare, new(parcel[T]))
	}
	return w
}

// Add puts a copy of m at the end, to be sent on c when there are enough of
// them. A change of its own mode Stop ends a window that goes on, too.
func (w *Window[T]) Add(c *Conn, m *Msg, mode Mode, tag T) error {
	if w.ended == nil && w.fill.c != c && len(w.fill.tags) > 0 {
		w.send()
	}
	if w.ended != nil {
		return w.ended
	}
	c.seq++
	m.SetFlags(unix.NLM_F_ACK)
	w.fill.add(c, m, max(mode, w.mode) == Stop, tag)
	if len(w.fill.tags) < parcelSize && len(w.fill.b) < parcelBytes {
		return nil
	}
	return w.send()
}

func (p *parcel[T]) add(c *Conn, m *Msg, stop bool, tag T) {
	if len(p.tags) == 0 {
		p.c, p.first = c, c.seq
	}
	if stop {
		p.stops |= 1 << len(p.tags)
	}
	p.b = Padded(append(p.b, m.seal(c.seq, 0)...))
	p.tags = append(p.tags, tag)
	p.ends = append(p.ends, int32(len(p.b)))
}

// Waiting reports whether there are changes of which the answer is not known.
func (w *Window[T]) Waiting() bool { return w.ended == nil && (w.away > 0 || len(w.fill.tags) > 0) }

// Settle sends what is left and returns when all changes are answered.
func (w *Window[T]) Settle() error {
	for w.away > 0 {
		if err := w.await(); err != nil {
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
	w.fill.err = w.fill.deliver()
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
		w.out, w.back = make(chan *parcel[T], parcels), make(chan load[T], parcels)
		UseTwo()
		go carry(w.out, w.back)
	}
	w.out <- w.fill
	w.away++
	if len(w.spare) == 0 {
		err = w.await()
	}
	n := len(w.spare) - 1
	w.fill, w.spare = w.spare[n], w.spare[:n]
	return err
}

// await waits for parcels that were handed over, and empties them.
func (w *Window[T]) await() (err error) {
	done := <-w.back
	for _, p := range done.parcels[:done.n] {
		err = w.account(p)
		w.spare = append(w.spare, p)
	}
	w.away -= done.n
	return err
}

// account tells what became of a parcel and empties it.
func (w *Window[T]) account(p *parcel[T]) error {
	for _, a := range p.acks {
		err := a.fault
		if err == nil {
			err = p.c.ended(a.err)
		}
		if err != errDone {
			w.failed(a.tag, err)
		}
	}
	w.ended = p.err
	*p = parcel[T]{b: p.b[:0], tags: p.tags[:0], ends: p.ends[:0], acks: p.acks[:0]}
	return w.ended
}

// carry sends parcels and reads the answers. It uses nothing but the sockets,
// which stay in the namespace that they were made in.
func carry[T any](in <-chan *parcel[T], back chan<- load[T]) {
	var ended error
	var done load[T]
	var aside aside
	for p := range in {
		if p.err = ended; ended == nil {
			p.err = p.deliver()
			aside.check()
		}
		ended = p.err
		done.parcels[done.n] = p
		if done.n++; done.n == loadSize || len(in) == 0 {
			back <- done
			done.n = 0
		}
	}
}

// deliver sends the changes. Those that go on travel with the next one that
// stops, or with the last one: a refusal of that is ErrStopped, if it stops.
func (p *parcel[T]) deliver() error {
	first := 0
	for i := range p.tags {
		stops := p.stops>>i&1 != 0
		if !stops && i < len(p.tags)-1 {
			continue
		}
		if accepted := p.sendThrough(first, i); stops && !accepted {
			return ErrStopped
		}
		first = i + 1
	}
	return nil
}

// start is where the change number i begins in b.
func (p *parcel[T]) start(i int) int32 {
	if i == 0 {
		return 0
	}
	return p.ends[i-1]
}

// sendThrough sends the changes from first to final at once and reads what is
// said about them. It reports whether the final one is accepted.
func (p *parcel[T]) sendThrough(first, final int) (accepted bool) {
	if err := p.c.write(p.b[p.start(first):p.ends[final]]); err != nil {
		for i := first; i <= final; i++ {
			p.blame(i, err)
		}
		return false
	}
	accepted, err := p.answers(uint32(final), final-first+1)
	if err != nil {
		p.blame(final, err) // which ones were answered is not known
	}
	return accepted
}

// blame notes what the socket made of the change number i.
func (p *parcel[T]) blame(i int, err error) {
	p.acks = append(p.acks, ack[T]{tag: p.tags[i], fault: err})
}

// answers reads n acknowledgements, up to that of the change number final, and
// keeps what is more than a plain one: a refusal, or a warning.
func (p *parcel[T]) answers(final uint32, n int) (accepted bool, err error) {
	err = p.c.acks(n, func(m Message) error {
		at := m.Seq - p.first
		if m.Pid != p.c.pid || m.Type != unix.NLMSG_ERROR || at > final {
			return nil
		}
		e := parseAck(m.Body, m.Flags)
		if e != plainAck {
			p.acks = append(p.acks, ack[T]{tag: p.tags[at], err: e})
		}
		if at < final {
			return nil
		}
		accepted = e.Errno == 0
		return errDone
	})
	return accepted, err
}
