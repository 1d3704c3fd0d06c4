// Package gip runs the commands that build networks on Linux inside a Go program:
// ip, bridge, brctl, ifconfig, route, netstat, arp, sysctl, ping and their relatives,
// as iproute2, net-tools, bridge-utils, iputils and procps have them. Nothing has to
// be installed, and no process is started:
//
//	out, err := gip.Command("ip", "-j", "addr").Output()
//
// Cmd has the shape of os/exec's. The same words give the same text, the same exit
// status and the same state of the kernel as the programs do.
//
// Many commands may run at once. One that is to be in another network namespace
// (Cmd.Netns), or may go to one, has a thread of its own, which is thrown away
// afterwards. Nothing of the process is touched: no signal handler, no limit, no working folder, no
// environment, and no standard stream that was not given.
package gip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gip/cmd/gip/list"
	"gip/internal/command"
)

// ErrNotFound is the error of a command whose name is none that gip serves as.
var ErrNotFound = errors.New("no command of gip")

// ErrStarted is the error of a Cmd that is started again.
var ErrStarted = errors.New("gip: already started")

// ErrNotStarted is the error of Wait before Start.
var ErrNotStarted = errors.New("gip: not started")

// A Cmd is a command line to be run. Make one with Command. It can be run once.
type Cmd struct {
	// Args are the words of the command line. The first is the name of the command,
	// with or without a folder: "ip", "/sbin/bridge". "gip" has gip's own commands
	// behind it.
	Args []string

	// Stdin is read by commands that read standard input, such as "ip -batch -". If it
	// is nil they find it at its end, as in os/exec. If it is an *os.File, the
	// command reads from its descriptor; otherwise what is read is passed on, also
	// more than the command used.
	Stdin io.Reader

	// Stdout and Stderr take what the command writes; nil drops it. If both are the
	// same writer, which has to be comparable, it is called by one goroutine at a time.
	Stdout, Stderr io.Writer

	// Netns is the network namespace in which the command runs. The zero value is
	// that of the thread which calls Start or Run.
	Netns Namespace

	ctx context.Context
	run *running
}

// Command returns the command line of a command and its arguments.
func Command(name string, args ...string) *Cmd {
	return &Cmd{Args: append([]string{name}, args...), ctx: context.Background()}
}

// CommandContext is Command for one that is to end when a context does: what would
// run for ever, such as "ip monitor" or "ping", ends as by SIGINT, and a program that
// "ip netns exec" started is killed. Wait then returns the context's error.
func CommandContext(ctx context.Context, name string, args ...string) *Cmd {
	c := Command(name, args...)
	c.ctx = ctx
	return c
}

// Names are the names of all commands, as "gip --list" shows them.
func Names() []string { return list.Applets.Names() }

// String is the command line, for messages; its words are not quoted.
func (c *Cmd) String() string { return strings.Join(c.Args, " ") }

// An ExitError tells that a command ran and ended with a status other than 0.
type ExitError struct {
	// Status is the exit status of the real tool: for ip, 1 of a wrong command line,
	// 2 of a refusal by the kernel, 255 of wrong usage.
	Status int
	// Stderr is what the command wrote to standard error, up to its last 64 KiB, also
	// where that was given to Cmd.Stderr.
	Stderr []byte

	args string
}

// Error tells the command line, its status and the first line of its text.
func (e *ExitError) Error() string {
	text := fmt.Sprintf("%s: exit status %d", e.args, e.Status)
	if line, _, _ := bytes.Cut(bytes.TrimSpace(e.Stderr), []byte("\n")); len(line) > 0 {
		text += ": " + string(line)
	}
	return text
}

// ExitCode is the status, as os/exec's error has it.
func (e *ExitError) ExitCode() int { return e.Status }

// Run starts the command and waits until it has ended. The error is nil if its
// status is 0 and its streams were copied, and an *ExitError for another status. A
// namespace that cannot be entered gives a *NamespaceError, a name that is none
// ErrNotFound, and the end of its context that context's error.
func (c *Cmd) Run() error {
	if err := c.prepare(!c.Netns.zero() || c.mayMove()); err != nil {
		return err
	}
	if c.run.elsewhere {
		go c.run.onThread(c)
	} else {
		c.run.here(c)
	}
	return c.Wait()
}

// Output runs the command and returns what it wrote to standard output.
func (c *Cmd) Output() ([]byte, error) {
	var out bytes.Buffer
	if c.Stdout != nil {
		return nil, errors.New("gip: Stdout is set")
	}
	c.Stdout = &out
	err := c.Run()
	return out.Bytes(), err
}

// CombinedOutput runs the command and returns what it wrote to standard output and
// standard error, in the order in which it did.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	var out bytes.Buffer
	if c.Stdout != nil || c.Stderr != nil {
		return nil, errors.New("gip: Stdout or Stderr is set")
	}
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}

// Start starts the command on a thread of its own. Its errors are those of Run that
// do not need the command to have run. After success Wait must be called.
func (c *Cmd) Start() error {
	if err := c.prepare(true); err != nil {
		return err
	}
	go c.run.onThread(c)
	return nil
}

// mayMove reports whether the command may make its thread another one: all but those of
// which it is known are taken to.
func (c *Cmd) mayMove() bool {
	if len(c.Args) == 0 {
		return true
	}
	a := applet(filepath.Base(c.Args[0]))
	return a == nil || a.Objects == nil || command.MayEnter(c.Args)
}

// prepare opens what the command needs, for a thread of its own or not.
func (c *Cmd) prepare(elsewhere bool) error {
	if c.run != nil {
		return ErrStarted
	}
	if len(c.Args) == 0 || !known(filepath.Base(c.Args[0])) {
		return fmt.Errorf("gip: %q: %w", c.String(), ErrNotFound)
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	r, err := c.open(elsewhere)
	if err != nil {
		return err
	}
	c.run = r
	return nil
}

// Wait waits until a command has ended that Start began, and its streams are copied: also
// those of programs that it has left behind, until the context ends. Called again, it
// returns the same.
func (c *Cmd) Wait() error {
	if c.run == nil {
		return ErrNotStarted
	}
	return c.run.wait(c)
}

// known reports whether gip serves as a command of this name.
func known(name string) bool { return name == list.Own.Name() || applet(name) != nil }

func applet(name string) *command.Applet { return list.Applets.Find(name) }
