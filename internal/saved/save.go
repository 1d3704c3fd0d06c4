// Package saved has the streams of netlink messages that verbs save write and verbs
// restore read, and the files of rtmon.
package saved

import (
	"errors"
	"os"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A Stream is what the saved messages of one object look like, and how its verbs
// complain: a magic number, then messages of the kernel as they came.
type Stream struct {
	Magic uint32
	What  string // is saved, in complaints
	Ends  bool   // a stream that cannot be begun ends a batch
	// Failed is the error of a dump that failed, or could not be written.
	Failed func(error) error
	// Status is that of input which is no such stream, Broken that of a stream which
	// is malformed or cut off.
	Status, Broken int
}

func (s *Stream) refuse(text string) error {
	return &cli.Error{Status: cli.StatusError, Text: text + "\n", Ends: s.Ends}
}

// Save writes a stream to stdout. dump gives its messages to write.
func (s *Stream) Save(e *cli.Env, dump func(write func(rtnl.Message) error) error) error {
	if show.IsTerminal(e.Stdout) {
		return s.refuse("Not sending a binary stream to stdout")
	}
	if _, err := e.Stdout.Write(rtnl.NE.AppendUint32(nil, s.Magic)); err != nil {
		return s.refuse("Can't write magic to dump file")
	}
	f := writer{out: e.Stdout, atOnce: 1 << 16}
	if e.Opt.JSON {
		f.atOnce = 0 // the list that dump makes is empty, and written before it returns
	}
	err := dump(f.add)
	if unwritten := f.flush(); unwritten != nil {
		err = unwritten // of messages that came before the dump failed
	}
	if err == nil {
		return nil
	}
	return s.Failed(err)
}

// A writer is a stream that is being written. The real tool writes each message by
// itself; many at once are faster. Where the file, and with it a message, is cut
// off is the same.
type writer struct {
	out *os.File
	b   []byte // messages that are not written yet
	// atOnce is how many bytes are written at once.
	atOnce int
}

func (s *writer) add(m rtnl.Message) error {
	s.b = m.AppendTo(s.b)
	if len(s.b) < s.atOnce {
		return nil
	}
	return s.flush()
}

// flush writes what is there. After a write that ended within a message no more
// is tried, as the next one could fit again. A write that failed has no text: the
// object says that its dump ended.
func (s *writer) flush() error {
	rest := s.b
	s.b = s.b[:0]
	for len(rest) > 0 {
		n, err := s.write(rest)
		if err == unix.EAGAIN { // a pipe takes a small write as a whole, or not at all
			n, err = s.write(rest[:rtnl.NE.Uint32(rest)])
		}
		if err != nil {
			return cli.Silent(cli.StatusError)
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
func (s *writer) write(b []byte) (int, error) {
	for {
		n, err := unix.Write(int(s.out.Fd()), b)
		if err != unix.EINTR {
			return n, err
		}
	}
}
