package cli

import (
	"errors"
	"io"
	"os"

	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A Stream is what a verb save writes for restore: the magic number of what it
// is, then messages of the kernel as they came.
type Stream struct {
	Magic uint32
	Ends  bool // a stream that cannot be begun ends a batch
	// Failed is the error of a dump that failed, or could not be written.
	Failed func(error) error
}

func (s *Stream) refuse(text string) error {
	return &Error{Status: StatusError, Text: text + "\n", Ends: s.Ends}
}

// Save writes a stream to stdout. dump gives its messages to write.
func (s *Stream) Save(e *Env, dump func(write func(rtnl.Message) error) error) error {
	if show.IsTerminal(e.Stdout) {
		return s.refuse("Not sending a binary stream to stdout")
	}
	if _, err := e.Stdout.Write(rtnl.NE.AppendUint32(nil, s.Magic)); err != nil {
		return s.refuse("Can't write magic to dump file")
	}
	f := saved{out: e.Stdout}
	err := dump(f.add)
	if unwritten := f.flush(); unwritten != nil {
		err = unwritten // of messages that came before the dump failed
	}
	if err == nil {
		return nil
	}
	return s.Failed(err)
}

// saved is a stream that is being written. The real tool writes each message by
// itself; many at once are faster. Where the file, and with it a message, is cut
// off is the same.
type saved struct {
	out *os.File
	b   []byte // messages that are not written yet
}

// savedAtOnce is how many bytes are written at once.
const savedAtOnce = 1 << 16

func (s *saved) add(m rtnl.Message) error {
	s.b = m.AppendTo(s.b)
	if len(s.b) < savedAtOnce {
		return nil
	}
	return s.flush()
}

// flush writes what is there. After a write that ended within a message no more
// is tried, as the next one could fit again. A write that failed has no text: the
// object says that its dump ended.
func (s *saved) flush() error {
	rest := s.b
	s.b = s.b[:0]
	for len(rest) > 0 {
		n, err := s.write(rest)
		if err == unix.EAGAIN { // a pipe takes a small write as a whole, or not at all
			n, err = s.write(rest[:rtnl.NE.Uint32(rest)])
		}
		if err != nil {
			return Silent(StatusError)
		}
		for n > 0 {
			size := int(rtnl.NE.Uint32(rest))
			if size > n {
				return errors.New("Short write while saving nlmsg")
			}
			rest, n = rest[size:], n-size
		}
	}
	return nil
}

// write is one write(2).
func (s *saved) write(b []byte) (int, error) {
	for {
		n, err := unix.Write(int(s.out.Fd()), b)
		if err != unix.EINTR {
			return n, err
		}
	}
}

// OpenSaved checks that stdin is a stream that Save wrote, of which the
// messages are next. what is the word for it in a complaint.
func (e *Env) OpenSaved(magic uint32, what string) error {
	if in, ok := e.Stdin.(*os.File); ok && show.IsTerminal(in) {
		return Exit(StatusUsage, "Can't restore %s dump from a terminal", what)
	}
	var b [4]byte
	n, _ := io.ReadFull(e.Stdin, b[:])
	if got := rtnl.NE.Uint32(b[:]); got != magic {
		return Exit(StatusUsage, "Magic mismatch (%d elems, %x magic)", n/len(b), got)
	}
	return nil
}

// ReadSaved gives the messages of an open stream to f. The real tool ends
// after it, whatever came of it.
func (e *Env) ReadSaved(f func(rtnl.Message) error) error {
	end := &Error{Ends: true, Err: rtnl.ReadStream(e.Stdin, f)}
	if end.Err != nil {
		end.Status = restoreStatus(end.Err)
	}
	return end
}

// restoreStatus is the status of a restore that failed. The real tool returns what
// its last message gave: -1, or the negative errno of an answer that it could not
// receive, of which eight bits are left.
func restoreStatus(err error) int {
	var s *rtnl.SocketError
	var errno unix.Errno
	if errors.As(err, &s) && s.Unanswered && errors.As(err, &errno) {
		return -int(errno) & 0xff
	}
	return StatusUsage
}

// Restore sends the messages of a stream on stdin to the kernel. What is there
// already is reported, but no failure.
func (e *Env) Restore(magic uint32, what string) error {
	if err := e.OpenSaved(magic, what); err != nil {
		return err
	}
	return e.ReadSaved(func(m rtnl.Message) error {
		add := rtnl.New(m.Type, m.Flags|unix.NLM_F_CREATE)
		add.Raw(m.Body)
		if err := e.LearnForBatch(); err != nil {
			return err
		}
		err := e.Do(add)
		if rtnl.Is(err, unix.EEXIST) {
			Report(e.Stderr, err)
			return nil
		}
		return err
	})
}
