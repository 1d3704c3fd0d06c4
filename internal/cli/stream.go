package cli

import (
	"errors"
	"io"
	"os"

	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Save writes a stream of raw messages to stdout, for Restore: the magic
// number of what it is, then the messages that dump gives.
func (e *Env) Save(magic uint32, dump func(func(rtnl.Message) error) error) error {
	if show.IsTerminal(e.Stdout) {
		return Exit(StatusError, "Not sending a binary stream to stdout")
	}
	if _, err := e.Stdout.Write(rtnl.NE.AppendUint32(nil, magic)); err != nil {
		return Exit(StatusError, "Can't write magic to dump file")
	}
	var buf []byte
	return dump(func(m rtnl.Message) error {
		buf = m.AppendTo(buf[:0])
		n, err := e.Stdout.Write(buf)
		if err != nil && n > 0 {
			return errors.New("Short write while saving nlmsg")
		}
		return err
	})
}

// OpenSaved checks that stdin is a stream that Save wrote, of which the
// messages are next. what is the word for it in a complaint.
func (e *Env) OpenSaved(magic uint32, what string) error {
	if in, ok := e.Stdin.(*os.File); ok && show.IsTerminal(in) {
		return Exit(StatusUsage, "Can't restore %s dump from a terminal", what)
	}
	var b [4]byte
	n, _ := io.ReadFull(e.Stdin, b[:])
	if got := rtnl.NE.Uint32(b[:]); got != magic {
		return Exit(StatusUsage, "Magic mismatch (%d elems, %x magic)", n/len(b), got)
	}
	return nil
}

// ReadSaved gives the messages of an open stream to f. The real tool ends
// after it, whatever came of it.
func (e *Env) ReadSaved(f func(rtnl.Message) error) error {
	end := &Error{Ends: true, Err: rtnl.ReadStream(e.Stdin, f)}
	if end.Err != nil {
		end.Status = StatusUsage
	}
	return end
}

// Restore sends the messages of a stream on stdin to the kernel. What is there
// already is reported, but no failure.
func (e *Env) Restore(magic uint32, what string) error {
	if err := e.OpenSaved(magic, what); err != nil {
		return err
	}
	return e.ReadSaved(func(m rtnl.Message) error {
		add := rtnl.New(m.Type, m.Flags|unix.NLM_F_CREATE)
		add.Raw(m.Body)
		err := e.Do(add)
		if rtnl.Is(err, unix.EEXIST) {
			Report(e.Stderr, err)
			return nil
		}
		return err
	})
}
