package gip

import (
	"bytes"
	"context"
	"errors"
	"gip/internal/file"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// streams are the standard streams of a command, as files: what it starts has to
// find them by descriptors. What is no file is copied through a pipe.
type streams struct {
	in, out, errs *os.File
	readers       []*os.File // our ends of the pipes
	kept          []kept     // what is read at the end
	feed          *os.File   // our end of standard input
	tail          tail       // the end of standard error
	copies        sync.WaitGroup
	mu            sync.Mutex
	failed        error // of the first copy that failed
}

// tailSize is how much of standard error an error keeps.
const tailSize = 64 << 10

// A tail keeps the last bytes that were written.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	if t.b = append(t.b, b...); len(t.b) > 2*tailSize {
		t.b = append(t.b[:0], t.b[len(t.b)-tailSize:]...)
	}
	return len(b), nil
}

func (t *tail) bytes() []byte { return t.b[max(0, len(t.b)-tailSize):] }

// open makes the streams of a command.
func (s *streams) open(c *Cmd) (err error) {
	if err = s.input(c.Stdin); err != nil {
		return err
	}
	if c.Stdout != nil && same(c.Stdout, c.Stderr) {
		if s.out, err = s.output(&teed{c.Stdout, &s.tail}); err == nil {
			s.errs, err = file.Dup(s.out)
		}
		return err
	}
	if s.out, err = s.output(c.Stdout); err != nil {
		return err
	}
	w := io.Writer(&s.tail)
	if c.Stderr != nil {
		w = &teed{c.Stderr, &s.tail}
	}
	s.errs, err = s.output(w)
	return err
}

// A teed writer has all that is written, and the end of it is kept as well.
type teed struct {
	io.Writer
	tail *tail
}

func (t *teed) Write(b []byte) (int, error) {
	t.tail.Write(b)
	return t.Writer.Write(b)
}

// waits reports whether nobody can look at what is written before the command has
// ended.
func waits(w io.Writer) bool {
	switch w := w.(type) {
	case *bytes.Buffer, *tail:
		return true
	case *teed:
		return waits(w.Writer)
	}
	return false
}

// same reports whether two writers are one, where that can be asked.
func same(a, b io.Writer) (yes bool) {
	defer func() { recover() }() // of a type that cannot be compared
	return a == b
}

func (s *streams) input(r io.Reader) (err error) {
	switch r := r.(type) {
	case nil:
		s.in, err = os.Open(os.DevNull)
	case *os.File:
		s.in, err = file.Dup(r)
	default:
		if s.in, s.feed, err = os.Pipe(); err != nil {
			return err
		}
		feed := s.feed
		go func() { // it may wait for its source longer than the command lives
			_, err := io.Copy(feed, r)
			if err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, os.ErrClosed) {
				s.fail(err)
			}
			feed.Close() // after that the command may end, and who waits for it look at the failure
		}()
	}
	return err
}

// output returns a file whose text goes to w; what no writer takes is dropped.
func (s *streams) output(w io.Writer) (*os.File, error) {
	if w == nil {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if f, ok := w.(*os.File); ok {
		return file.Dup(f)
	}
	if waits(w) {
		if f, err := s.keep(w); err == nil { // not every kernel lets us
			return f, nil
		}
	}
	r, f, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.readers = append(s.readers, r)
	s.copies.Go(func() {
		if _, err := io.Copy(w, r); err != nil {
			s.fail(err)
			io.Copy(io.Discard, r)
		}
	})
	return f, nil
}

// A kept is text that nobody reads before the command has ended: it waits in memory,
// without a goroutine.
type kept struct {
	fd int
	w  io.Writer
}

// keep returns a file in memory whose text goes to w at the end.
func (s *streams) keep(w io.Writer) (*os.File, error) {
	fd, err := unix.MemfdCreate("gip", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	again, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	s.kept = append(s.kept, kept{again, w})
	return os.NewFile(uintptr(fd), "gip"), nil
}

// copy hands over what was written.
func (k kept) copy() error {
	b := make([]byte, 32<<10)
	for at := int64(0); ; {
		n, err := unix.Pread(k.fd, b, at)
		if n <= 0 {
			return err
		}
		if _, err := k.w.Write(b[:n]); err != nil {
			return err
		}
		at += int64(n)
	}
}

func (s *streams) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
}

// files are the descriptors of the streams.
func (s *streams) files() [3]int { return [3]int{int(s.in.Fd()), int(s.out.Fd()), int(s.errs.Fd())} }

// closeWriters lets who reads the streams find their end.
func (s *streams) closeWriters() {
	for _, f := range []*os.File{s.in, s.out, s.errs} {
		if f != nil {
			f.Close() // a second time fails, which does not matter
		}
	}
	if s.feed != nil {
		s.feed.Close()
	}
}

// enough is how long what was written when the context ends may take to be copied.
const enough = 100 * time.Millisecond

// await waits until the copies are made, once the context has ended no longer than they
// may take: a writer of the caller's may wait for good.
func (s *streams) await(ctx context.Context) {
	if len(s.readers) == 0 {
		return
	}
	made := make(chan struct{})
	go func() {
		s.copies.Wait()
		close(made)
	}()
	select {
	case <-made:
		return
	case <-ctx.Done():
	}
	select {
	case <-made:
	case <-time.After(5 * enough):
	}
}

// copied waits until all that was written is copied, and returns the first failure.
func (s *streams) copied(ctx context.Context) error {
	s.await(ctx)
	for _, k := range s.kept {
		if err := k.copy(); err != nil {
			s.fail(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// hurry has copied wait for no more than what was written by now.
func (s *streams) hurry() {
	for _, r := range s.readers {
		r.SetReadDeadline(time.Now().Add(enough))
	}
}

func (s *streams) closeReaders() {
	for _, k := range s.kept {
		unix.Close(k.fd)
	}
	s.kept = nil
	for _, r := range s.readers {
		r.Close()
	}
}
