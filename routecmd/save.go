package routecmd

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A saved stream is this number in the machine's byte order, then the netlink
// messages of a dump as they came.
const dumpMagic = 0x45311224

var stream = cli.Stream{Magic: dumpMagic, Failed: dumpFailed}

// save is the verb save. The stream is begun before the words are read.
func save(e *cli.Env, a *cli.Args) error {
	var refused error // the words, not the dump
	err := stream.Save(e, func(write func(rtnl.Message) error) error {
		p := NewPrinter(e, 0)
		q, err := p.filter.parse(e, a)
		if err != nil {
			refused = err
			return nil
		}
		// With -j the real tool puts the brackets of an empty list at the end.
		e.Pen.Begin()
		return q.list(func(m rtnl.Message) error {
			r, err := p.parse(m)
			if err != nil || !p.filter.match(&r) {
				return err
			}
			return write(m)
		})
	})
	return cmp.Or(refused, err)
}

// openDump checks the head of a stream on standard input.
func openDump(e *cli.Env) error {
	if f, ok := e.Stdin.(*os.File); ok && show.IsTerminal(f) {
		return cli.Fail("Can't restore route dump from a terminal")
	}
	var b [4]byte
	n, _ := io.ReadFull(e.Stdin, b[:])
	if magic := rtnl.U32(b[:]); magic != dumpMagic {
		return cli.Fail("Magic mismatch (%d elems, %x magic)", n/4, magic)
	}
	return nil
}

// tell returns how far standard input was read, -1 where it cannot be told.
func tell(e *cli.Env) (int64, error) {
	f, ok := e.Stdin.(io.Seeker)
	if !ok {
		return -1, unix.ESPIPE
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, err
	}
	return at, nil
}

// dumpError is a stream that cannot be read on.
func dumpError(format string, args ...any) error {
	return &cli.Error{Status: cli.StatusKernel, Text: fmt.Sprintf(format, args...) + "\n"}
}

func cutDump(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return dumpError("rtnl-from_file: truncated message")
	}
	return dumpError("rtnl_from_file: fread: %s", cli.Strerror(err))
}

// showdump is the verb showdump: it prints the routes of a stream, as text
// even with -j.
func showdump(e *cli.Env, _ *cli.Args) error {
	if err := openDump(e); err != nil {
		return err
	}
	at, _ := tell(e)
	p := NewPrinter(e, 0)
	return readDump(e, at, func(m rtnl.Message) error {
		if err := p.Print(m); err != nil {
			e.Pen.Flush()
			cli.Report(e.Stderr, err)
		}
		return nil
	})
}

// restore is the verb restore. Routes need others to be there before them, so
// that it reads the stream once for each of three kinds.
func restore(e *cli.Env, _ *cli.Args) error {
	if err := openDump(e); err != nil {
		return err
	}
	start, err := tell(e)
	if err != nil {
		return cli.Fail("Failed to restore: ftell: %s", cli.Strerror(err))
	}
	for kind := 0; kind < restoreKinds; kind++ {
		err := readDump(e, start, func(m rtnl.Message) error { return restoreRoute(e, m, kind) })
		if err != nil {
			return err
		}
		if _, err := e.Stdin.(io.Seeker).Seek(start, io.SeekStart); err != nil {
			return cli.Fail("Failed to restore: fseek: %s", cli.Strerror(err))
		}
	}
	return nil
}

// restoreKinds: routes of local addresses, of local networks, and of what is
// behind gateways.
const restoreKinds = 3

func restoreKind(body []byte) int {
	_, attrs := rtnl.View[unix.RtMsg](body)
	var tb [unix.RTA_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	src, dst := tb[unix.RTA_PREFSRC], tb[unix.RTA_DST]
	switch {
	case tb[unix.RTA_GATEWAY] != nil:
		return 2
	case src == nil || dst != nil && bytes.Equal(src, dst):
		return 0
	}
	return 1
}

// restoreRoute adds a route if it is of the wanted kind. That it is there
// already is said, but no failure.
func restoreRoute(e *cli.Env, m rtnl.Message, kind int) error {
	if restoreKind(m.Body) != kind {
		return nil
	}
	req := rtnl.New(m.Type, m.Flags|unix.NLM_F_CREATE)
	req.Raw(m.Body)
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	err := e.Do(req)
	if rtnl.Is(err, unix.EEXIST) {
		cli.Report(e.Stderr, err)
		return nil
	}
	return err
}

// maxMessage is the longest message that a stream may hold.
const maxMessage = 16384

// readDump gives f the messages on standard input, which is at offset at.
func readDump(e *cli.Env, at int64, f func(rtnl.Message) error) error {
	r := e.Stdin
	if _, ok := r.(io.ByteReader); !ok { // a batch has a buffer
		r = bufio.NewReader(r)
	}
	var head [unix.SizeofNlMsghdr]byte
	body := make([]byte, maxMessage)
	for {
		n, err := io.ReadFull(r, head[:])
		if n == 0 && err == io.EOF {
			return nil
		}
		if err != nil {
			return cutDump(err)
		}
		at = advance(at, n)
		m, size := rtnl.ParseHeader(head[:])
		if size < 0 || size+len(head) > maxMessage {
			return dumpError("!!!malformed message: len=%d @%d", size+len(head), uint(at))
		}
		m.Body = body[:size]
		n, err = io.ReadFull(r, body[:(size+3)&^3])
		if err != nil {
			return cutDump(err)
		}
		at = advance(at, n)
		if err := f(m); err != nil {
			return err
		}
	}
}

// advance counts what was read, where the start is known.
func advance(at int64, n int) int64 {
	if at < 0 {
		return at
	}
	return at + int64(n)
}
