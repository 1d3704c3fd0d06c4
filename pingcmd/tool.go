package pingcmd

import (
	"errors"

	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A tool is what the commands of iputils have in common: how they complain, and when
// they write out what they print.
type tool struct {
	env     *cli.Env
	pen     *show.Pen
	prog    string // as it was called
	refusal int    // the exit status of what is refused
	tty     bool   // stdout is a terminal
	cols    int    // its width
}

// What -V prints behind the name: the release of iputils whose behaviour this is.
const release = ` from iputils 20250605
libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes
`

func newTool(e *cli.Env, refusal int) tool {
	t := tool{env: e, pen: e.Pen, prog: e.Called, refusal: refusal, cols: noColumns}
	t.terminal()
	return t
}

// limit leaves the process no rights but those capabilities, which it may raise for a
// while, since it may run as another than who called it.
func limit(called string, kept ...uint) error {
	err := caps.Limit(kept...)
	var failed *caps.Error
	if errors.As(err, &failed) {
		return cli.Exit(cli.StatusUsage, "%s: %s: %s", called, failed.Call, cli.Strerror(failed.Err))
	}
	return err
}

// A refusal is an error that ends the command: text behind its name.
func (t *tool) refuse(text string) error { return t.fail(t.refusal, text) }

// wrong is the refusal of a number.
func (t *tool) wrong(text string) error { return t.fail(cli.StatusError, text) }

func (t *tool) fail(status int, text string) error {
	return &cli.Error{Status: status, Text: t.prog + ": " + text + "\n", Ends: true}
}

// refused is the refusal of a system call, under the name that it has in
// messages.
func (t *tool) refused(what string, err error) error {
	return t.refuse(what + ": " + cli.Strerror(err))
}

// help is the refusal of an option that is none, or of the one that asks for help:
// what getopt says of it, and the help text.
func (t *tool) help(o cli.Opt, status int, text string) error {
	if o.Err != "" {
		text = o.Err + "\n" + text
	}
	return &cli.Error{Status: status, Text: text, Ends: true}
}

// operand reads options, and the one operand that there has to be; else the help text is told.
func (t *tool) operand(letters string, args []string, take func(cli.Opt) error, status int, text string) (string, error) {
	g := cli.Getopt{Prog: t.prog, Short: letters}
	operands, err := g.Each(args, take)
	switch {
	case err != nil:
		return "", err
	case len(operands) != 1:
		return "", t.help(cli.Opt{}, status, text)
	}
	return operands[0], nil
}

// warn writes a remark behind the command's name. As error(3), it first writes
// out what stands in stdout's buffer.
func (t *tool) warn(text string) {
	t.pen.Flush()
	t.env.Warnf("%s: %s\n", t.prog, text)
}

func (t *tool) warnErr(what string, err error) { t.warn(what + ": " + cli.Strerror(err)) }

// print adds to stdout's buffer, which is written out at each line where it is
// a terminal.
func (t *tool) print(b []byte) {
	t.pen.Bytes("", "", b, "")
	if t.tty {
		t.pen.Flush()
	}
}

// noColumns is the width of what is no terminal.
const noColumns = 1<<31 - 1

// terminal asks for the width of the terminal that stdout may be.
func (t *tool) terminal() {
	fd := int(t.env.Stdout.Fd())
	if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
		return
	}
	t.tty = true
	if w, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err == nil && w.Col > 0 {
		t.cols = int(w.Col)
	}
}
