package cli

import (
	"errors"
	"io"

	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// What a tool does about output that it cannot write, to a full disk, a closed
// pipe or a closed descriptor, depends on where it comes from. Those of iproute2,
// net-tools and bridge-utils never look: what is lost is lost, and the status is
// that of the command. Those of procps and iputils look once, at their end
// (see CheckOutput). Only where a command writes a file of its own it looks
// itself (see Save). So no printer asks whether a write succeeded.

// Finish ends the output of a command, reports its error and returns the exit
// status.
func (e *Env) Finish(err error) int {
	e.Pen.End()
	loss := e.Pen.Close()
	status := Report(e.Stderr, err)
	if e.check == nil {
		return status
	}
	return e.check.status(e, loss, status)
}

// CheckOutput lets the command of the tool prog fail in Finish if anything could
// not be written to standard output or standard error, as close_stdout does, which
// is in procps, iputils and most other tools of a system.
func (e *Env) CheckOutput(prog string) {
	e.check = &outputCheck{prog: prog, stderr: watched{w: e.Stderr}}
	e.Stderr = &e.check.stderr
}

// CheckFlushedOutput is CheckOutput for iputils, which writes out what is left
// before it closes the stream.
func (e *Env) CheckFlushedOutput(prog string) {
	e.CheckOutput(prog)
	e.check.flushed = true
}

// CheckOpenOutput is CheckOutput for util-linux, where output to a closed descriptor is
// no failure.
func (e *Env) CheckOpenOutput(prog string) {
	e.CheckOutput(prog)
	e.check.open = true
}

type outputCheck struct {
	prog    string
	flushed bool
	open    bool
	stderr  watched
}

// watched remembers whether a write failed.
type watched struct {
	w      io.Writer
	failed bool
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	w.failed = w.failed || err != nil
	return n, err
}

// status is that of a command which would have status. A reader that went away
// has had enough: that is no failure.
func (c *outputCheck) status(e *Env, loss show.Loss, status int) int {
	no := closed(e.Stdout)
	if c.open && (no == unix.EBADF || errors.Is(loss.Err, unix.EBADF)) {
		return status
	}
	switch {
	case (loss.Lost || lost(no)) && !errors.Is(loss.Err, unix.EPIPE):
		text := c.prog + ": write error"
		if no == 0 && loss.AtEnd && !c.flushed {
			no, _ = underlyingErrno(loss.Err)
		}
		// Why a write before the last one failed, the C library does not keep.
		if no != 0 {
			text += ": " + rtnl.Strerror(no)
		}
		io.WriteString(e.Stderr, text+"\n")
		return StatusError
	case c.stderr.failed:
		return StatusError
	}
	if f, ok := c.stderr.w.(io.Closer); ok && lost(closed(f)) {
		return StatusError
	}
	return status
}

// closed closes a stream and says why that failed. Some file systems, such as NFS,
// tell only then that there is no room for what was written.
func closed(f io.Closer) unix.Errno {
	no, _ := underlyingErrno(f.Close())
	return no
}

// lost reports whether the error of a close means that something was lost: not if
// the descriptor was closed from the start, and nothing was to be written to it.
func lost(no unix.Errno) bool { return no != 0 && no != unix.EBADF }
