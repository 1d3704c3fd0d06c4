package rtnl

import (
	"errors"
	"fmt"
	"io"
	"math"

	"golang.org/x/sys/unix"
)

// maxStreamed is the longest message that a saved stream may hold.
const maxStreamed = 16384

var errTruncated = errors.New("rtnl-from_file: truncated message")

// AppendTo appends the message as it came over the socket, header included:
// what "save" commands write.
func (m Message) AppendTo(b []byte) []byte { return append(m.AppendHeader(b), m.Body...) }

// ReadStream gives the messages of a saved stream to f until the stream ends
// or f fails. A stream that is cut off within a message gives only those
// before it. The texts of the errors are the real tool's.
func ReadStream(r io.Reader, f func(Message) error) error {
	buf := make([]byte, maxStreamed)
	for {
		if n, err := io.ReadFull(r, buf[:headerLen]); n == 0 && err == io.EOF {
			return nil
		} else if err != nil {
			return streamError(err)
		}
		n := int(int32(NE.Uint32(buf)))
		if n < headerLen || n > maxStreamed {
			return fmt.Errorf("!!!malformed message: len=%d @%d", n, offset(r))
		}
		body := buf[headerLen:align(n)]
		if _, err := io.ReadFull(r, body); err != nil {
			return streamError(err)
		}
		err := f(Message{
			Type: NE.Uint16(buf[4:]), Flags: NE.Uint16(buf[6:]), Seq: NE.Uint32(buf[8:]), Pid: NE.Uint32(buf[12:]),
			NSID: -1, Body: buf[headerLen:n:n],
		})
		if err != nil {
			return err
		}
	}
}

// offset is how far a file is read, as C's long without its sign; a pipe has the
// real tool's mark of failure.
func offset(r io.Reader) uint {
	if s, ok := r.(io.Seeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil {
			return uint(at)
		}
	}
	return math.MaxUint
}

func streamError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errTruncated
	}
	var errno unix.Errno
	errors.As(err, &errno)
	return errors.New("rtnl_from_file: fread: " + Strerror(errno))
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
