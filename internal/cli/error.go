package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"gip/internal/rtnl"
)

// An Error is a failure with the exit status and the exact text of the real
// tool. Text is written as it stands, newlines included.
type Error struct {
	Status int
	Text   string
	// Ends tells that the real tool exits on the spot: a batch stops here,
	// even with -force, with Status and without "Command failed".
	Ends bool
	// Err is a cause to be written before Text, or nil.
	Err error
	// Help tells that the help of the object or verb follows Text. Whoever found
	// the verb adds it: what reads words need not know it.
	Help bool
	why  error // what Text tells of already, or nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Err.Error() + "\n" + e.Text
	}
	return e.Text
}

// Said is what an error says, without the end of the line that a command's complaint is.
func Said(err error) string { return strings.TrimSuffix(err.Error(), "\n") }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return cmp.Or(e.Err, e.why) }

// final is the error that counts: where the cause ends the process on the spot,
// such as the lack of a socket, nothing is said after it.
func (e *Error) final() *Error {
	for {
		cause, ok := e.Err.(*Error)
		if !ok || !cause.Ends {
			return e
		}
		e = cause
	}
}

// NoSocket is the error of a netlink socket that cannot be had.
func NoSocket(err error) error {
	return &Error{Status: StatusError, Text: err.Error() + "\n", Ends: true, why: err}
}

// Exit statuses of iproute2: a handler that returns -1 ends with 1, -2 (the
// kernel's refusal) with 2; errors of usage exit with -1, which is 255.
const (
	StatusError  = 1
	StatusKernel = 2
	StatusUsage  = 255
)

// Fail is an error of status 1 with one line of text: the command fails and a
// batch goes on with -force.
func Fail(format string, args ...any) error {
	return &Error{Status: StatusError, Text: fmt.Sprintf(format, args...) + "\n"}
}

// Exit is an error that ends the process, or the whole batch, with status
// and one line of text.
func Exit(status int, format string, args ...any) error {
	return &Error{Status: status, Text: fmt.Sprintf(format, args...) + "\n", Ends: true}
}

// Usage is the error that shows a help text.
func Usage(text string) error { return &Error{Status: StatusUsage, Text: text, Ends: true} }

// Help is the error that shows the help of the object.
func Help() error { return HelpAfter("") }

// HelpAfter is the error that shows the help of the object behind a text.
func HelpAfter(text string) error {
	return &Error{Status: StatusUsage, Text: text, Ends: true, Help: true}
}

// Silent is a failure of which the text was written already, or that has none.
func Silent(status int) error { return &Error{Status: status} }

// Incomplete is the error of a keyword that ends the line and needs a value.
func Incomplete() error {
	return Exit(StatusUsage, `Command line is not complete. Try option "help"`)
}

// MissArg is the error of a mandatory argument that was not given.
func MissArg(key string) error { return Exit(StatusUsage, `Error: argument "%s" is required`, key) }

// InvArg is the error of a value that cannot be. Many of the real tool's
// messages end in a newline of their own, so that an empty line follows.
func InvArg(msg, arg string) error {
	return Exit(StatusUsage, `Error: argument "%s" is wrong: %s`, arg, msg)
}

// DupArg is the error of a keyword given twice.
func DupArg(key, arg string) error {
	return Exit(StatusUsage, `Error: duplicate "%s": "%s" is the second value.`, key, arg)
}

// DupArg2 is the error of a word that is a second value, or garbage.
func DupArg2(key, arg string) error {
	return Exit(StatusUsage, `Error: either "%s" is duplicate, or "%s" is garbage.`, key, arg)
}

// NoDev is the error of a device that a change needs and that is not there.
func NoDev(dev string) error { return Fail(`Cannot find device "%s"`, dev) }

// NoSuchDevice is the error of a filter for a device that is not there.
func NoSuchDevice(dev string) error { return Fail(`Device "%s" does not exist.`, dev) }

// DumpError is what a list prints when its dump failed: the kernel's text,
// "Dump terminated", and the object's own status. A nil err stays nil, and a
// quiet one (see rtnl.Error.Quiet) prints the second line alone.
func DumpError(err error, status int) error {
	if err == nil {
		return nil
	}
	return &Error{Status: status, Text: "Dump terminated\n", Err: err, Ends: status == StatusError}
}

// Refused gives the refusal of a change another exit status than StatusKernel.
func Refused(err error, status int) error {
	if !refused(err) || EndsBatch(err) {
		return err
	}
	return &Error{Status: status, Err: err}
}

// refused reports whether a request was not done: the kernel did not want to, or
// could not be asked.
func refused(err error) bool {
	var k *rtnl.Error
	var s *rtnl.SocketError
	return errors.As(err, &k) || errors.As(err, &s)
}

// Status returns the exit status that err stands for.
func Status(err error) int {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.final().Status
	case refused(err):
		return StatusKernel
	}
	return StatusError
}

// Report writes err's text as the real tool does and returns its status.
func Report(w io.Writer, err error) int {
	writeText(w, err)
	return Status(err)
}

func writeText(w io.Writer, err error) {
	switch e := err.(type) {
	case nil:
	case *Error:
		e = e.final()
		writeText(w, e.Err)
		if e.Text != "" && !unasked(e.Err) {
			io.WriteString(w, e.Text)
		}
	case *rtnl.Error:
		if e.HasMiss {
			fmt.Fprintf(w, "Missing required attribute type %d\n", e.Miss)
		}
		if !e.Quiet() {
			io.WriteString(w, e.Error()+"\n")
		}
	default:
		io.WriteString(w, e.Error()+"\n")
	}
}

// unasked reports whether a dump could not even be asked for: nothing has begun
// that could be said to have ended.
func unasked(err error) bool {
	s, ok := err.(*rtnl.SocketError)
	return ok && s.Unasked
}

// What lists say that could not be asked for: most, and some.
const (
	CannotSend   = "Cannot send dump request"
	CannotShow   = "Cannot send show request"
	FailedToSend = "Failed to send dump request"
)

// AskedAs ends a list that could not be asked for in the words that the real tool has for
// it, some of which are not CannotSend, and with its status, which is that of no other end.
// Any other err stays as it is.
func AskedAs(words string, err error) error {
	if !unasked(err) {
		return err
	}
	return &Error{Status: StatusError, Text: words + ": " + Strerror(err) + "\n", Ends: true, why: err}
}

// EndsBatch reports whether err ends a batch on the spot.
func EndsBatch(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.final().Ends
}
