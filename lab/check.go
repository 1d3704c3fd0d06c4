package lab

import (
	"context"
	"errors"

	"gip"
	inner "gip/internal/lab"
)

// A CheckError is a check of a text that does not hold.
type CheckError struct {
	File string // as in a TextError
	Line int
	Text string // the check: "NODE: COMMAND", or "not NODE: COMMAND"
	// Output is what the command has written to standard output and standard error.
	Output string
	// Err is why the command failed, a *gip.ExitError if it ran; nil if it was to fail.
	Err error
}

// Error has the line's place, the check, and what came of it.
func (e *CheckError) Error() string {
	why := "it should fail"
	if e.Err != nil {
		why = e.Err.Error()
	}
	text := inner.Pos{File: e.File, Line: e.Line}.String() + ": check " + e.Text + ": " + why
	if e.Output != "" {
		text += "\n" + e.Output
	}
	return text
}

// Unwrap gives Err.
func (e *CheckError) Unwrap() error { return e.Err }

// Check runs the lines of the text that begin with "check", one after the other, and
// returns those that do not hold, each a *CheckError, joined; nil if all hold. It ends
// with the context, whose error it then returns.
func (l *Lab) Check(ctx context.Context) error {
	var failed []error
	for _, line := range l.tied.Lab.Lines {
		if line.Doing != inner.Check && line.Doing != inner.CheckNot {
			continue
		}
		out, err := l.Node(line.Node.Name).CommandContext(ctx, line.Words[0], line.Words[1:]...).CombinedOutput()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if line.Doing == inner.Check && err == nil {
			continue
		}
		if _, ran := err.(*gip.ExitError); ran && line.Doing == inner.CheckNot {
			continue
		}
		failed = append(failed, &CheckError{line.At.File, line.At.Line, line.Claim(), string(out), err})
	}
	return errors.Join(failed...)
}
