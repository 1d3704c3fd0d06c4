// Package commandtest runs whole commands in tests.
package commandtest

import (
	"bytes"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
)

// Run returns what an applet makes of its words, which are behind its options: what it
// prints, what it complains of, and its status. prepare, if not nil, is given the
// environment first.
func Run(a *command.Applet, prepare func(*cli.Env), words ...string) (out, complaint string, status int) {
	var b, text bytes.Buffer
	e := clitest.Env(&b, cli.Options{})
	e.Stderr, e.Called = &text, a.Name()
	if prepare != nil {
		prepare(e)
	}
	c := command.Call{Env: e, Args: cli.NewArgs(words), List: command.List{a}, Applet: a}
	if err := c.Run(); err != nil {
		status = cli.Report(&text, err)
	}
	e.Pen.End()
	e.Pen.Flush()
	return b.String(), text.String(), status
}
