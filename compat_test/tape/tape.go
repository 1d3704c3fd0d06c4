// Package tape records what commands get from the kernel and what they do, and
// plays it back without a kernel: what a changed command now sends or prints is
// seen in seconds.
//
// The unit is a process. A program that is built with Overlay leads all system
// calls of Go code past a hook, and nothing of it is in the product. While the
// hook records, calls are made and their results kept under a key that says what
// was asked ("openat cwd /proc/net/dev 0x80000"). While it plays, results come
// from the tape by the same keys: reads may change their order, but the list of
// what changes something or travels over netlink has to stay as it is.
//
// Numbers that vary are the same in both: descriptors of the command count from
// firstFD, ports of its sockets from firstPort, and sequence numbers are 0.
package tape

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"
)

// A Call is one system call, or what was said over netlink.
type Call struct {
	Key   string   `json:"k"`
	Ret   int      `json:"r,omitempty"`
	Errno int      `json:"e,omitempty"`
	Out   []byte   `json:"o,omitempty"`
	Data  [][]byte `json:"d,omitempty"` // the datagrams that answer a message
	// Does tells that the call counts: it changes something, or asks by netlink.
	Does bool `json:"!,omitempty"`
}

// A Tape is one process.
type Tape struct {
	Script string   `json:"script,omitempty"`
	Text   string   `json:"text,omitempty"` // the line of the script
	Argv   []string `json:"argv"`
	Env    []string `json:"env,omitempty"` // beyond the sandbox's own
	Calls  []Call   `json:"calls,omitempty"`
	Stdin  []byte   `json:"in,omitempty"`
	Stdout []byte   `json:"out,omitempty"`
	Stderr []byte   `json:"err,omitempty"`
	Status int      `json:"status,omitempty"`
	// Lost says why the tape cannot be played.
	Lost string `json:"lost,omitempty"`
}

// Does lists what counts of the calls.
func (t *Tape) Does() (list []string) {
	for i := range t.Calls {
		if t.Calls[i].Does {
			list = append(list, t.Calls[i].Key)
		}
	}
	return list
}

// Read reads the tapes of a file.
func Read(path string) (tapes []*Tape, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(z); ; {
		t := new(Tape)
		if err := d.Decode(t); errors.Is(err, io.EOF) {
			return tapes, nil
		} else if err != nil {
			return nil, err
		}
		tapes = append(tapes, t)
	}
}

// Write writes a file of tapes, the same bytes for the same tapes.
func Write(path string, tapes []*Tape) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	z, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
	z.ModTime = time.Time{}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	for _, t := range tapes {
		if err := e.Encode(t); err != nil {
			return err
		}
	}
	return errors.Join(z.Close(), f.Close())
}

// Dir is where, in a sandbox, recorded processes leave their tapes.
const Dir = "/.bench/tapes"
