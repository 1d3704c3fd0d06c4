package cli

import "gip/internal/rtnl"

// A window lets changes of a batch with -force travel together: each is sent
// with others, later, and its refusal told under the line that asked for it.
type window struct {
	w      *rtnl.Window
	line   int
	failed func(line int, err error)
	busy   bool // refusals are being told
}

// Pipeline makes the changes of a batch travel together from now on. Refusals
// are given to failed in the order of the lines, before anything that comes
// after them is done. Only with -force, where a refusal does not stop what
// follows.
func (e *Env) Pipeline(failed func(line int, err error)) {
	e.window = &window{failed: failed}
	e.Links.Before = func() { e.Settle() }
}

// Line tells which line of the batch the next changes belong to. Changes wait
// only if queue is set: the line belongs to an object whose changes matter to
// no other object's.
func (e *Env) Line(n int, queue bool) error {
	if e.window == nil {
		return nil
	}
	e.window.line = n
	if queue {
		return nil
	}
	return e.Settle()
}

// Settle waits until the kernel has answered the changes that were sent, so
// that what follows finds them done.
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
	defer func() { w.busy = false }()
	return f()
}

// close ends the window, whose connection is about to be closed.
func (w *window) close(e *Env) {
	if w.w != nil {
		Report(e.Stderr, e.Settle())
		w.w.Close()
		w.w = nil
	}
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
		w.w = c.NewWindow(w.failed)
	}
	return true, w.do(func() error { return w.w.Add(m, w.line) })
}
