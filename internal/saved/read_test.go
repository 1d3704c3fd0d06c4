package saved

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
)

// TestRead writes messages of all paddings to a file and reads them back.
func TestRead(t *testing.T) {
	var b bytes.Buffer
	var want []rtnl.Message
	for n := range 9 {
		m := rtnl.Message{Type: uint16(20 + n), Flags: 7, Seq: uint32(n), Pid: 9, NSID: -1, Body: bytes.Repeat([]byte{byte(n)}, n)}
		want = append(want, m)
		Write(&b, m)
	}
	whole := bytes.Clone(b.Bytes())
	n := 0
	err := Read(bytes.NewReader(whole), 1, func(m rtnl.Message) error {
		if w := want[n]; m.Type != w.Type || m.Flags != w.Flags || m.Seq != w.Seq || m.Pid != w.Pid || m.NSID != -1 || !bytes.Equal(m.Body, w.Body) {
			t.Errorf("record %d: got %+v, want %+v", n, m, w)
		}
		n++
		return nil
	})
	if err != nil || n != len(want) {
		t.Errorf("%d of %d records, %v", n, len(want), err)
	}
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{whole[:len(whole)-1], "rtnl-from_file: truncated message\n"},
		{whole[:10], "rtnl-from_file: truncated message\n"},
		{append(rtnl.NE.AppendUint32(nil, 15), whole[4:]...), "!!!malformed message: len=15 @16\n"},
		{append([]byte{0xff, 0xff, 0xff, 0xff}, whole[4:]...), "!!!malformed message: len=-1 @16\n"},
		{append(rtnl.NE.AppendUint32(nil, 0x4001), whole[4:]...), "!!!malformed message: len=16385 @16\n"},
	} {
		if err := Read(bytes.NewReader(c.in), 1, func(rtnl.Message) error { return nil }); err == nil || err.Error() != c.want {
			t.Errorf("got %q, want %q", err, c.want)
		}
	}
}

// TestReadCut cuts a stream at each byte: what is whole is given, and a cut within a
// message is an error of the caller's status.
func TestReadCut(t *testing.T) {
	var b bytes.Buffer
	Write(&b, rtnl.Message{Type: 32, Body: []byte{1, 2, 3, 4}}, rtnl.Message{Type: 33})
	for n := range b.Len() {
		got := 0
		err := Read(bytes.NewReader(b.Bytes()[:n]), 7, func(rtnl.Message) error { got++; return nil })
		if whole := n / 20; got != whole {
			t.Errorf("cut at %d: %d messages", n, got)
		}
		if whole := n == 0 || n == 20; whole != (err == nil) || !whole && cli.Status(err) != 7 {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

// TestReadOffset: the offset of a malformed message is that in the file, however
// much of it was read ahead, and the mark of C's ftell that failed for a pipe.
func TestReadOffset(t *testing.T) {
	var b bytes.Buffer
	Write(&b, rtnl.Message{Type: 33})
	file := append(b.Bytes(), append(rtnl.NE.AppendUint32(nil, 5), make([]byte, 100)...)...)
	for _, c := range []struct {
		in   io.Reader
		want string
	}{
		{struct{ io.ReadSeeker }{bytes.NewReader(file)}, "@32\n"},
		{struct{ io.Reader }{bytes.NewReader(file)}, fmt.Sprintf("@%d\n", uint(math.MaxUint))},
	} {
		err := Read(c.in, 1, func(rtnl.Message) error { return nil })
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestOpen: a stream begins with its number, and the complaint tells what came.
func TestOpen(t *testing.T) {
	s := Stream{Magic: 0x11223344, What: "thing", Status: 9}
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{rtnl.NE.AppendUint32(nil, 0x11223344), ""},
		{rtnl.NE.AppendUint32(nil, 0x55), "Magic mismatch (1 elems, 55 magic)\n"},
		{[]byte{1}, "Magic mismatch (0 elems, "},
	} {
		err := s.Open(&cli.Env{Stdin: bytes.NewReader(c.in)})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want) || cli.Status(err) != 9) {
			t.Errorf("%x: %v", c.in, err)
		}
	}
}

// FuzzRead holds that no file makes the reader panic.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	Write(&b, rtnl.Message{Type: 20, Body: []byte{1, 2, 3}})
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		total := 0
		_ = Read(bytes.NewReader(file), 1, func(m rtnl.Message) error { total += len(m.Body); return nil })
		if total > len(file) {
			t.Errorf("%d bytes of %d", total, len(file))
		}
	})
}
