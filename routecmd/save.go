package routecmd

import (
	"bytes"
	"cmp"
	"io"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/saved"

	"golang.org/x/sys/unix"
)

var stream = saved.Stream{Magic: 0x45311224, What: "route", Failed: dumpFailed,
	Status: cli.StatusError, Broken: cli.StatusKernel}

// save is the verb save. The stream is begun before the words are read.
func save(c *command.Call) error {
	e, a := c.Env, c.Args
	var refused error // the words, not the dump
	err := stream.Save(e, func(write func(rtnl.Message) error) error {
		p := NewPrinter(e)
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

// showdump is the verb showdump: it prints the routes of a stream, as text
// even with -j.
func showdump(c *command.Call) error {
	e := c.Env
	if err := stream.Open(e); err != nil {
		return err
	}
	p := NewPrinter(e)
	return saved.Read(e.Stdin, stream.Broken, func(m rtnl.Message) error {
		if err := p.Print(m); err != nil {
			e.Pen.Flush()
			cli.Report(e.Stderr, err)
		}
		return nil
	})
}

// restore is the verb restore. Routes need others to be there before them, so
// that it reads the stream once for each of three kinds.
func restore(c *command.Call) error {
	e := c.Env
	if err := stream.Open(e); err != nil {
		return err
	}
	start, err := saved.Tell(e.Stdin)
	if err != nil {
		return cli.Fail("Failed to restore: ftell: %s", cli.Strerror(err))
	}
	for kind := 0; kind < restoreKinds; kind++ {
		err := saved.Read(e.Stdin, stream.Broken, func(m rtnl.Message) error {
			if restoreKind(m.Body) != kind {
				return nil
			}
			return saved.Add(e, m)
		})
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
