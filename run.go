package gip

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"

	"gip/cmd/gip/list"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	inner "gip/internal/netns"

	"golang.org/x/sys/unix"
)

// A running is a command on its way: its streams, and what it ended with.
type running struct {
	streams
	process   command.Process
	stop      *interrupt
	elsewhere bool         // it has a thread of its own
	from      *inner.Place // where it was called
	space     int          // the namespace to enter from there, or -1
	status    int
	ran       bool  // to its end
	err       error // why it did not
	over      chan struct{}
	waited    sync.Once
	result    error // of Wait
}

// open opens all that the command needs; elsewhere tells that it shall have a thread of
// its own.
func (c *Cmd) open(elsewhere bool) (*running, error) {
	file.SetPerThread()
	r := &running{over: make(chan struct{}), space: -1, elsewhere: elsewhere}
	var err error
	if elsewhere {
		if r.space, err = c.Netns.open(); err != nil {
			return nil, err
		}
		// That of a goroutine only if it is locked to its thread.
		r.from = inner.Here()
	}
	if err = r.streams.open(c); err == nil {
		r.stop, err = interruptBy(c.ctx)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	r.process = command.Process{List: list.Applets, Own: &list.Own, Stdin: r.in, Stdout: r.out, Stderr: r.errs,
		Hosted: &cli.Hosted{Interrupt: r.stop.fd, Done: c.ctx.Done(), Files: r.files()}}
	return r, nil
}

// onThread runs the command on a thread that ends with it: whatever the command made of
// it goes with it.
func (r *running) onThread(c *Cmd) {
	inner.OnOwnThread(func() {
		defer r.finish(c)
		note := func(text string) { io.WriteString(r.errs, text+"\n") }
		a := applet(filepath.Base(c.Args[0]))
		if r.err = c.Netns.enter(r.from, r.space, a != nil && a.Objects == nil, note); r.err == nil {
			r.serve(c)
		}
	})
}

// here runs a command that leaves its thread as it is on the caller's.
func (r *running) here(c *Cmd) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer r.finish(c)
	r.serve(c)
}

// finish makes an error of a panic and lets those who read know that all is written.
func (r *running) finish(c *Cmd) {
	switch p := recover(); {
	case p != nil:
		r.err = fmt.Errorf("gip: %s: panic: %v\n%s", c, p, debug.Stack())
	case !r.ran && r.err == nil: // by a function of EnteredBy, as t.FailNow does
		r.err = fmt.Errorf("gip: %s: its goroutine was ended", c)
	}
	r.closeWriters()
	close(r.over)
}

func (r *running) serve(c *Cmd) {
	if a := applet(filepath.Base(c.Args[0])); a == nil {
		r.status = r.process.Words(c.Args[1:])
	} else {
		r.status = r.process.Run(a, c.Args[0], c.Args[1:])
	}
	r.ran = true
}

// wait waits for the end and tells how it was, as often as it is asked.
func (r *running) wait(c *Cmd) error {
	<-r.over
	r.waited.Do(func() { r.result = r.end(c) })
	return r.result
}

// end closes what is open, when all is copied. A program that the command has started
// may have left others, which keep the streams open: those are left when the context ends.
func (r *running) end(c *Cmd) error {
	stop := context.AfterFunc(c.ctx, r.hurry)
	copied := r.copied(c.ctx)
	stop()
	r.close()
	switch {
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	case r.err != nil:
		return r.err
	case r.status != 0:
		return &ExitError{Status: r.status, Stderr: r.tail.bytes(), args: c.String()}
	}
	return copied
}

// close closes all that the command was given.
func (r *running) close() {
	r.closeWriters()
	r.closeReaders()
	if r.space >= 0 {
		unix.Close(r.space)
		r.space = -1
	}
	if r.from != nil {
		r.from.Close()
		r.from = nil
	}
	r.stop.close()
}

// An interrupt is a descriptor that can be read once a context has ended.
type interrupt struct {
	fd   int
	undo func() bool
	mu   sync.Mutex
}

// interruptBy makes the interrupt of a context; one of which none will come has -1.
func interruptBy(ctx context.Context) (*interrupt, error) {
	i := &interrupt{fd: -1}
	if ctx.Done() == nil {
		return i, nil
	}
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	i.fd = fd
	i.undo = context.AfterFunc(ctx, i.signal)
	return i, nil
}

func (i *interrupt) signal() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fd >= 0 {
		unix.Write(i.fd, []byte{0, 0, 0, 1, 0, 0, 0, 0})
	}
}

func (i *interrupt) close() {
	if i == nil || i.undo == nil {
		return
	}
	i.undo()
	i.mu.Lock()
	defer i.mu.Unlock()
	unix.Close(i.fd)
	i.fd = -1
}
