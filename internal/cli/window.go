package cli

import (
	"cmp"
	"io"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Line is one of a batch.
type Line struct {
	Number int   // the first is 1
	End    int64 // how many bytes of the batch have been read up to its end
}

// A window lets the changes of a batch be made while the lines that follow are
// read; refusals are told under the line that asked for the change.
type window struct {
	w      *rtnl.Window[posted]
	line   Line
	failed func(line Line, err error)
	busy   bool // refusals are being told
}

// A posted change is known by its line and by what is special about it.
type posted struct {
	line Line
	as   Special
}

// Special is what is special about a change.
type Special struct {
	// Ends tells that the real tool exits when the kernel refuses it: a batch
	// ends, even with -force.
	Ends bool
	// Renames tells that it may make, remove or rename a device.
	Renames bool
	// Text is what the real tool says behind the kernel's refusal, and Status what it
	// then ends with, if not StatusKernel.
	Text   string
	Status int
	// Link is a link whose name the real tool forgets once it is changed.
	Link uint32
}

// Result is what a command makes of the kernel's answer.
func (s Special) Result(e *Env, err error) error {
	switch {
	case err == nil:
		e.Links.Drop(s.Link, 0)
		e.Links.Expire()
	case s.Ends:
		err = &Error{Status: StatusKernel, Err: err, Ends: true}
	case s.Text != "" && refused(err) && !EndsBatch(err):
		err = &Error{Status: cmp.Or(s.Status, StatusKernel), Err: err, Text: s.Text}
	}
	return err
}

// Pipeline makes the changes of a batch travel together from now on. Refusals
// are given to failed in the order of the lines, before anything that comes
// after them is done or said. Without -force the first of them is the end:
// nothing that comes after it is done or said at all.
func (e *Env) Pipeline(failed func(line Line, err error)) {
	mode := rtnl.Stop
	if e.Opt.Force {
		mode = rtnl.GoOn
	}
	w := &window{failed: failed}
	w.w = rtnl.NewWindow(mode, func(p posted, err error) {
		e.Links.Keep(p.as.Link, p.line.Number)
		failed(p.line, p.as.Result(e, err))
	})
	e.window = w
	e.Links.Before = func() {
		if e.Links.Doubt {
			e.Settle()
		}
	}
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

// Line tells which line of the batch the next changes belong to.
func (e *Env) Line(l Line) {
	if e.window != nil {
		e.window.line = l
	}
}

// Settle waits until the kernel has answered the changes that were sent, so
// that what follows finds them done. The error, if any, is rtnl.ErrStopped: the
// batch has ended.
func (e *Env) Settle() error {
	w := e.window
	if w == nil || w.busy {
		return nil
	}
	err := w.do(w.w.Settle)
	e.Links.Doubt = false
	e.Links.Expire()
	return err
}

// Begin is what a verb begins with, which does or does not wait (see command.Verb).
func (e *Env) Begin(waits bool) error {
	if e.Halt != nil {
		return e.Halt
	}
	if waits {
		return nil
	}
	return e.Settle()
}

// waiting reports whether there are changes that the kernel has not answered.
func (e *Env) waiting() bool { return e.window != nil && !e.window.busy && e.window.w.Waiting() }

// do lets f tell refusals. These are written through the Env, which would
// settle again.
func (w *window) do(f func() error) error {
	w.busy = true
	err := f()
	w.busy = false
	return err
}

// Post sends a change on the connection to rtnetlink, as the last thing that a
// command does. In a batch it may be sent later, with others; what Settle waits
// for is these.
func (e *Env) Post(m *rtnl.Msg, as Special) error {
	c, err := e.rtnetlink()
	if err != nil {
		return err
	}
	return e.PostOn(c, m, as)
}

// PostNow is Post for a change that cannot wait.
func (e *Env) PostNow(m *rtnl.Msg, as Special) error { return as.Result(e, e.Do(m)) }

// PostOn is Post for any connection, which serves nothing else without a
// Settle before.
func (e *Env) PostOn(c *rtnl.Conn, m *rtnl.Msg, as Special) error {
	w := e.window
	if w == nil {
		return as.Result(e, c.Do(m))
	}
	err := w.do(func() error { return w.w.Add(c, m, as.mode(), posted{w.line, as}) })
	e.Links.Doubt = e.Links.Doubt || as.Renames
	e.Links.Drop(as.Link, w.line.Number)
	return err
}

// mode is what becomes of the changes that follow a refusal.
func (s Special) mode() rtnl.Mode {
	if s.Ends {
		return rtnl.Stop
	}
	return rtnl.GoOn
}

// PostXfrm is Post for the connection to the IPsec databases.
func (e *Env) PostXfrm(m *rtnl.Msg, as Special) (err error) {
	if e.xfrm == nil {
		if e.xfrm, err = e.Dial(unix.NETLINK_XFRM); err != nil {
			return err
		}
	}
	return e.PostOn(e.xfrm, m, as)
}
