package lab

import (
	"os"
	"time"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// Result is what Up has done.
type Result struct {
	Nodes, Links int
	Took         time.Duration
	Change       *Change // of a lab that was up already
}

// Up makes a lab, or changes it if it is up. What its lines print goes to stdout and
// stderr. A signal by which a user ends a command leaves no lab that is half made.
func Up(l *Lab, stdout, stderr *os.File) (Result, error) {
	keepStandard()
	begin := time.Now()
	r, err := open(l.Name, true)
	if err != nil {
		return Result{}, err
	}
	defer r.Close()
	g := newGuard() // not before: who waits for another one's change is ended as usual
	defer g.close()
	u := &upper{Running: r, lab: l, guard: g, stdout: stdout, stderr: stderr, becomes: notMade}
	u.result = Result{Nodes: l.Made(), Links: len(l.Links)}
	err = u.up()
	u.result.Took = time.Since(begin)
	if err == nil {
		return u.result, nil
	}
	if sig := g.came(); sig != 0 && u.becomes != halfChanged {
		return u.result, &Interrupted{sig, l.Name, u.becomes}
	}
	if u.becomes != notMade {
		err = &Unmade{l.Name, u.becomes, err}
	}
	return u.result, err
}

// During makes a lab, calls f and takes the lab down. A signal by which a user ends a
// command ends what f does by Output, and is returned, unless f has run a command by Exec,
// which gets it.
func During(l *Lab, stdout, stderr *os.File, f func(*Running) error) (unix.Signal, error) {
	l.Brief = true
	g := newGuard()
	defer g.close()
	if _, err := Up(l, stdout, stderr); err != nil {
		return 0, err
	}
	r, err := Find(l.Name)
	if err == nil {
		r.guard = g
		if g.seen() == 0 {
			err = f(r)
		}
	}
	if downErr := Down(l.Name); err == nil {
		err = downErr
	}
	if r != nil && r.guard == nil {
		return 0, err
	}
	return g.seen(), err
}

// What becomes of a lab whose making or change fails, or is ended by a signal.
const (
	notMade     = "not made"
	notChanged  = "not changed"
	halfChanged = "half changed; the next up makes it anew"
	gone        = "gone"
)

// An Unmade is the error of a change that was not begun, or not ended, or that has cost
// the lab.
type Unmade struct {
	Name   string // of the lab
	Became string // what the lab is
	Err    error
}

func (e *Unmade) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *Unmade) Unwrap() error { return e.Err }

// An upper makes a lab, or changes it.
type upper struct {
	*Running
	lab            *Lab
	guard          *guard
	stdout, stderr *os.File
	becomes        string // what the lab is if it fails now
	result         Result
}

// changingFile is there while a lab is changed: if it is left, nobody knows what the
// lab has become.
const changingFile = "changing"

func (u *upper) up() error {
	if u.pid == 0 {
		return u.make()
	}
	c, err := u.Change(u.lab)
	switch {
	case err != nil:
		return err
	case c.half:
		u.becomes = gone
		return u.make()
	case c.Nothing():
		u.result.Change = c
		return u.write(textFile, u.lab.encode())
	}
	u.becomes = notChanged
	if err := u.rehearse(); err != nil {
		return err
	}
	if !c.Whole {
		u.result.Change = c
		return u.converge(c.old)
	}
	if err := u.lab.vacant(c.old); err != nil {
		return err
	}
	u.becomes = gone
	return u.make()
}

// rehearse builds the lab and throws it away.
func (u *upper) rehearse() error {
	r, err := throwaway(u.lab, u.stderr, u.guard)
	if err == nil {
		err = r.Kill()
	}
	if err == nil && u.guard.came() != 0 {
		err = errSaid
	}
	return err
}

// make makes the lab, in the place of what there is of it.
func (u *upper) make() error {
	err := u.end()
	if err == nil && u.lab.Bound {
		err = u.lab.vacant(nil)
	}
	if err == nil {
		err = u.hold()
	}
	if err != nil {
		u.takeAway()
	}
	return err
}

// takeAway ends the lab and its state.
func (r *Running) takeAway() error {
	if err := r.end(); err != nil {
		return err
	}
	return r.remove()
}

// end ends the holder, if there is one, takes away what the lab has outside, and clears
// its files away.
func (r *Running) end() error {
	if r.pid != 0 {
		if err := kill(r.pid); err != nil {
			return err
		}
		r.pid = 0
	}
	if r.IsBound() {
		if err := r.unbind(); err != nil {
			return err
		}
		if l, err := r.Lab(); err == nil {
			vanished(l.hostPorts())
		}
	}
	names, err := file.Names(r.dir)
	for _, name := range names {
		unix.Unlink(r.dir + "/" + name)
	}
	return err
}

// hold starts the holder of the lab and waits until that is up.
func (u *upper) hold() error {
	text, mode := u.lab.encode(), ""
	if err := u.write(textFile, text); err != nil {
		return err
	}
	if u.lab.Bound {
		mode = ModeHost
		if err := u.write(boundFile, "\n"); err != nil {
			return err
		}
	}
	if u.lab.Brief {
		mode += ModeBrief
	}
	s, to, err := spawnHolder(u.lab, u.fd, u.stdout, u.stderr, mode)
	if err != nil {
		return err
	}
	s.guard, s.bind = u.guard, func() error { return u.bind(u.lab) }
	if err := u.setHolder(s.pid); err != nil {
		to.Close()
		kill(s.pid)
		s.await()
		return err
	}
	tell(to, text)
	if err := s.await(); err != nil {
		u.pid = 0
		return err
	}
	return nil
}

// converge makes the lab what the text says. The text was built in a lab to throw away
// before, as far as that is done by gip's own commands: what failed there has changed
// nothing.
func (u *upper) converge(old *Lab) error {
	if err := u.write(changingFile, ""); err != nil {
		return err
	}
	u.becomes = halfChanged
	if err := u.changeInside(old); err != nil {
		if _, killed := err.(*killedError); killed || u.guard.came() != 0 {
			u.becomes = gone
			u.takeAway()
			return err
		}
		if err != errAnew {
			return err
		}
		u.becomes = gone
		u.result.Change = nil
		u.stderr.WriteString(u.Name + ": so it cannot be changed, and is made anew as a whole\n")
		return u.make()
	}
	if err := u.write(textFile, u.lab.encode()); err != nil {
		return err
	}
	return unix.Unlink(u.dir + "/" + changingFile)
}
