package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// fuse fails with the next error of its list for each write; after the last,
// writes succeed.
type fuse struct{ errs []error }

func (f *fuse) Write(b []byte) (int, error) {
	if len(f.errs) == 0 {
		return len(b), nil
	}
	err := f.errs[0]
	f.errs = f.errs[1:]
	if err != nil {
		return 0, &fs.PathError{Op: "write", Path: "stdout", Err: err}
	}
	return len(b), nil
}

// sink is a file that a command may close.
func sink(t *testing.T) *os.File {
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestCheckOutput ends commands whose output failed at its beginning, at its end,
// or both, as close_stdout of procps and iputils would.
func TestCheckOutput(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []error // of what is flushed, and of the rest
		rest   string  // what is written by Finish
		status int
		text   string
	}{
		{"all is written", nil, "b", 7, ""},
		{"the rest fails", []error{nil, unix.ENOSPC}, "b", 1, "tool: write error: No space left on device\n"},
		{"all fails", []error{unix.EIO, unix.EIO}, "b", 1, "tool: write error: Input/output error\n"},
		{"the beginning is lost", []error{unix.ENOSPC, nil}, "b", 1, "tool: write error\n"},
		{"nothing is left to write", []error{unix.ENOSPC}, "", 1, "tool: write error\n"},
		{"no reader", []error{unix.EPIPE, unix.EPIPE}, "b", 7, ""},
		{"no reader, nothing left", []error{unix.EPIPE}, "", 7, ""},
	} {
		var stderr bytes.Buffer
		e := New(nil, sink(t), nil, Options{})
		e.Stderr, e.Pen = &stderr, show.New(&fuse{c.writes}, show.Options{})
		e.CheckOutput("tool")
		e.Pen.Raw("a")
		e.Pen.Flush()
		e.Pen.Raw(c.rest)
		if status := e.Finish(Silent(7)); status != c.status || stderr.String() != c.text {
			t.Errorf("%s: status %d, %q; want %d, %q", c.name, status, &stderr, c.status, c.text)
		}
	}
}

// TestUncheckedOutput holds that other tools do not look, and go on writing.
func TestUncheckedOutput(t *testing.T) {
	for _, status := range []int{0, 2} {
		f := &fuse{[]error{unix.ENOSPC}}
		e := New(nil, os.Stdout, nil, Options{})
		e.Stderr, e.Pen = io.Discard, show.New(f, show.Options{})
		e.Pen.Raw("lost")
		e.Pen.Flush()
		e.Pen.Raw("written")
		if got := e.Finish(Silent(status)); got != status || len(f.errs) > 0 {
			t.Errorf("status %d, want %d; %d errors left", got, status, len(f.errs))
		}
	}
}

// TestCheckStderr: a complaint that cannot be written is a failure too.
func TestCheckStderr(t *testing.T) {
	e := New(nil, sink(t), nil, Options{})
	e.Stderr, e.Pen = &fuse{[]error{errors.New("closed")}}, show.New(io.Discard, show.Options{})
	e.CheckOutput("tool")
	if status := e.Finish(&Error{Status: 2, Text: "no\n"}); status != StatusError {
		t.Errorf("status %d", status)
	}
}
