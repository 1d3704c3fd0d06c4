package cli

import (
	"io"

	"gip/internal/rtnl"
)

// A Line is one of a batch.
type Line struct {
	Number int   // the first is 1
	End    int64 // how many bytes of the batch have been read up to its end
}

// A window lets the changes of a batch be made while the lines that follow are
// read; refusals are told under the line that asked for the change.
type window struct {
	w      *rtnl.Window[Line]
	mode   rtnl.Mode
	line   Line
	failed func(line Line, err error)
	busy   bool // refusals are being told
}

// Pipeline makes the changes of a batch travel together from now on. Refusals
// are given to failed in the order of the lines, before anything that comes
// after them is done or said. Without -force the first of them is the end:
// nothing that comes after it is done or said at all.
func (e *Env) Pipeline(failed func(line Line, err error)) {
	w := &window{mode: rtnl.Stop, failed: failed}
	if e.Opt.Force {
		w.mode = rtnl.GoOn
	}
	e.window = w
	e.Links.Before = func() { e.Settle() }
	e.Stderr = &settling{e, e.Stderr}
	e.Tables.Note = e.Stderr
}

// settling is the standard error of a batch.
type settling struct {
	e *Env
	w io.Writer
}

func (s *settling) Write(b []byte) (int, error) {
	if s.e.Settle() != nil {
		return len(b), nil // the batch has ended
	}
	return s.w.Write(b)
}

// Line tells which line of the batch the next changes belong to. Changes wait
// only if queue is set: the line belongs to an object whose changes matter to
// no other object's.
func (e *Env) Line(l Line, queue bool) error {
	if e.window == nil {
		return nil
	}
	e.window.line = l
	if queue {
		return nil
	}
	return e.Settle()
}

// Settle waits until the kernel has answered the changes that were sent, so
// that what follows finds them done. The error, if any, is rtnl.ErrStopped: the
// batch has ended.
func (e *Env) Settle() error {
	w := e.window
	if w == nil || w.w == nil {
		return nil
	}
	return w.do(w.w.Settle)
}

// do lets f tell refusals. These are written through the Env, which would
// settle again.
func (w *window) do(f func() error) error {
	if w.busy {
		return nil
	}
	w.busy = true
	err := f()
	w.busy = false
	return err
}

// queue puts a change into the window; ok is false if there is none.
func (e *Env) queue(m *rtnl.Msg) (ok bool, err error) {
	w := e.window
	if w == nil || changesLink(m) {
		return false, nil
	}
	if w.w == nil {
		c, err := e.Conn()
		if err != nil {
			return true, err
		}
		w.w = rtnl.NewWindow(c, w.mode, w.failed)
	}
	return true, w.do(func() error { return w.w.Add(m, w.line) })
}
