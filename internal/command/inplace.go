package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// InPlace returns the applet that a command line names, and whether that can do its
// work within this process, among others: without options that move the process
// elsewhere or read a file in the place of standard input, and without giving up
// rights first.
func (p *Process) InPlace(words []string) (a *Applet, ok bool) {
	a = p.List.Find(words[0])
	if a == nil || a.Setuid || strings.Contains(words[0], "/") {
		return nil, false
	}
	for args := words[1:]; a.Objects != nil && len(args) > 0 && strings.HasPrefix(args[0], "-"); args = args[1:] {
		opt, _ := a.findOption(strings.TrimPrefix(args[0][1:], "-"))
		if opt == nil || opt.Set != nil {
			return a, false
		}
	}
	return a, true
}

// Serve does what a command line of an applet asks for, within this process and on
// this thread. What it says of its failure goes to stderr.
func (p *Process) Serve(a *Applet, words []string, stderr io.Writer) (status int) {
	own := *p // some commands close their streams
	for _, f := range []**os.File{&own.Stdout, &own.Stderr} {
		fd, err := unix.FcntlInt((*f).Fd(), unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			return cli.Report(stderr, err)
		}
		*f = os.NewFile(uintptr(fd), (*f).Name())
		defer (*f).Close()
	}
	c, err := own.Call(a, a.Name(), words[1:])
	if err != nil {
		return cli.Report(stderr, err)
	}
	c.Stdin, c.Stderr, c.Tables.Note = strings.NewReader(""), stderr, stderr
	c.Called = filepath.Base(words[0])
	c.Batch = true // programs that it starts are children
	return c.Finish(c.Run())
}
