package saved

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Open checks that standard input is such a stream, of which the messages are next.
func (s *Stream) Open(e *cli.Env) error {
	if in, ok := e.Stdin.(interface{ Fd() uintptr }); ok && show.IsTerminal(in) {
		return s.notOne("Can't restore %s dump from a terminal", s.What)
	}
	var b [4]byte
	n, _ := io.ReadFull(e.Stdin, b[:])
	if got := rtnl.NE.Uint32(b[:]); got != s.Magic {
		return s.notOne("Magic mismatch (%d elems, %x magic)", n/len(b), got)
	}
	return nil
}

// notOne is the error of input that is no such stream. The real tool exits with 255,
// also in a batch, and returns any other status.
func (s *Stream) notOne(format string, args ...any) error {
	return &cli.Error{Status: s.Status, Text: fmt.Sprintf(format, args...) + "\n", Ends: s.Status == cli.StatusUsage}
}

// Each gives the messages of an open stream to f. The real tool ends after it,
// whatever came of it.
func (s *Stream) Each(e *cli.Env, f func(rtnl.Message) error) error {
	end := &cli.Error{Ends: true, Err: Read(e.Stdin, s.Broken, f)}
	if end.Err != nil {
		end.Status = s.failed(end.Err)
	}
	return end
}

// failed is the status of a restore that failed. The real tool returns what its
// last message gave, or the negative errno of an answer that it could not receive,
// of which eight bits are left.
func (s *Stream) failed(err error) int {
	var e *rtnl.SocketError
	var errno unix.Errno
	if errors.As(err, &e) && e.Unanswered && errors.As(err, &errno) {
		return -int(errno) & 0xff
	}
	return s.Broken
}

// Restore sends the messages of a stream on standard input to the kernel.
func (s *Stream) Restore(e *cli.Env) error {
	if err := s.Open(e); err != nil {
		return err
	}
	return s.Each(e, func(m rtnl.Message) error { return Add(e, m) })
}

// Add has the kernel make what a message tells of. What is there already is
// reported, but no failure.
func Add(e *cli.Env, m rtnl.Message) error {
	add := rtnl.New(m.Type, m.Flags|unix.NLM_F_CREATE)
	add.Raw(m.Body)
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	err := e.Do(add)
	if rtnl.Is(err, unix.EEXIST) {
		cli.Report(e.Stderr, err)
		return nil
	}
	return err
}

// Tell returns how far a file was read, -1 where it cannot be told.
func Tell(r io.Reader) (int64, error) {
	f, ok := r.(io.Seeker)
	if !ok {
		return -1, unix.ESPIPE
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, err
	}
	return at, nil
}

const (
	headerLen = unix.SizeofNlMsghdr
	// longest is the length of the longest message that can be read.
	longest = 16384
)

// Read gives f the messages that r has, each padded to four bytes, until f fails. Of
// a stream that is malformed or cut off f is given the messages before that; the
// error has the real tool's text, and that status.
func Read(r io.Reader, status int, f func(rtnl.Message) error) error {
	in, buffered := r, func() int { return 0 }
	if _, ok := r.(io.ByteReader); !ok { // a batch has a buffer
		b := bufio.NewReader(r)
		in, buffered = b, b.Buffered
	}
	var head [headerLen]byte
	buf := make([]byte, longest)
	for {
		if n, err := io.ReadFull(in, head[:]); n == 0 && err == io.EOF {
			return nil
		} else if err != nil {
			return cut(err, status)
		}
		m, size := rtnl.ParseHeader(head[:])
		if size < 0 || size+headerLen > longest {
			at, err := Tell(r)
			if err == nil {
				at -= int64(buffered())
			}
			return broken(status, fmt.Sprintf("!!!malformed message: len=%d @%d", size+headerLen, uint(at)))
		}
		m.Body = buf[:size:size]
		if _, err := io.ReadFull(in, buf[:(size+3)&^3]); err != nil {
			return cut(err, status)
		}
		if err := f(m); err != nil {
			return err
		}
	}
}

// cut is the error of a stream that ends, or cannot be read, within a message.
func cut(err error, status int) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return broken(status, "rtnl-from_file: truncated message")
	}
	return broken(status, "rtnl_from_file: fread: "+cli.Strerror(err))
}

func broken(status int, text string) error {
	return &cli.Error{Status: status, Text: text + "\n"}
}

// Write appends messages to a file, each padded to four bytes. Like the real tool it
// does not look whether that worked: the disk may have room again for the next ones.
func Write(w io.Writer, messages ...rtnl.Message) {
	var b []byte
	for _, m := range messages {
		b = rtnl.Padded(m.AppendTo(b))
	}
	w.Write(b)
}
