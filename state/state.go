// Package state keeps what can be set of a network namespace, tells what is other, and
// brings it back: links with the data of their kinds, addresses, routes and rules of all
// tables, nexthops, neighbours, what bridges forward, and the sysctls under net.
//
//	before, err := state.Snapshot(ctx, gip.Named("client"))
//	…
//	err = state.Restore(ctx, gip.Named("client"), before)
//
// A state is a text as well, which reads like a batch of ip(8): that of "gip snapshot",
// "gip diff" and "gip restore" (docs/apply.md).
//
// Restore does not go by inverse commands. "ip link set eth0 down" takes addresses and
// routes away that "up" does not bring back, so what there is now is compared with what
// there shall be, as often as it takes.
package state

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"gip"
	"gip/cmd/gip/list"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/names"
	inner "gip/internal/state"
)

// A State is what could be set of one network namespace at one time. It does not change.
type State struct{ s *inner.State }

// Snapshot reads the state of a namespace; the zero Namespace is that of the calling
// thread. The context ends it between two lists of the kernel, each of which may take a
// second where there are 500,000 routes. The error is that of the context, a
// *gip.NamespaceError where the namespace cannot be entered, or a refusal of the kernel,
// in which errors.Is finds the errno. Reading takes no rights, but what the kernel shows
// only to root is not in the state then.
func Snapshot(ctx context.Context, ns gip.Namespace) (*State, error) {
	s := new(State)
	err := in(ctx, ns, func(p *command.Process) (err error) {
		e := env(p)
		defer e.Close()
		s.s, err = inner.Read(e, inner.All)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Parse reads the text of a state. The error has the number of the line that is wrong.
func Parse(text string) (*State, error) {
	s, err := inner.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("state: line %w", err)
	}
	return &State{s}, nil
}

// Text is the state as "gip snapshot" prints it: a line with its version, then one for
// each link, address, route and so on, as "ip -batch" has it, but for the verb.
func (s *State) Text() string { return string(s.s.Text()) }

// A Change is one difference between two states.
type Change struct {
	Op   byte   // '+' is more, '-' is less, '~' is other
	Text string // the line of the newer state, or for '-' of the older; of a link only what is other
	Was  string // of '~': the line of the older state
}

// String is the change as "gip diff" prints it: a line with "+ " or "- " in front, or
// two of what is other.
func (c Change) String() string {
	if c.Op == '~' {
		return "- " + c.Was + "\n+ " + c.Text
	}
	return string(rune(c.Op)) + " " + c.Text
}

// Diff returns what makes one state the other: links first, then all else by sort. There
// is none between equal states. What goes by by itself, such as lifetimes, is not
// compared.
func Diff(from, to *State) []Change { return changes(inner.Diff(from.s, to.s)) }

func changes(list []inner.Change) []Change {
	out := make([]Change, len(list))
	for i, c := range list {
		out[i] = Change(c)
	}
	return out
}

// A RestoreError tells that a state could not be brought back in full.
type RestoreError struct {
	Left []Change // what is still other
}

// Error has a line for each change that is left.
func (e *RestoreError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "state: %d changes are left:", len(e.Left))
	for _, c := range e.Left {
		b.WriteString("\n" + c.String())
	}
	return b.String()
}

// Restore makes a namespace what a state says, in a few rounds, and waits for what the
// kernel makes by itself, such as addresses of links that were switched on, for two
// seconds at most in each. What is as it shall be is not touched. It takes CAP_NET_ADMIN
// over the namespace.
//
// The error is a *RestoreError for what cannot be brought back, such as hardware that is
// gone, or without rights; else those of Snapshot. When the context ends, it makes no
// more changes: the namespace is then somewhere in between.
func Restore(ctx context.Context, ns gip.Namespace, want *State) error {
	var left []inner.Change
	err := in(ctx, ns, func(p *command.Process) (err error) {
		e, l := env(p), p.ForLines()
		defer e.Close()
		defer l.Close()
		l.Stderr = io.Discard
		left, _, err = inner.Restore(e, l, want.s, inner.All)
		return err
	})
	if err == nil && len(left) > 0 {
		return &RestoreError{changes(left)}
	}
	return err
}

// in calls f in a namespace, with what it runs commands by.
func in(ctx context.Context, ns gip.Namespace, f func(*command.Process) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	null, err := file.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	p := &command.Process{List: list.Applets, Own: &list.Own, Stdin: null, Stdout: null, Stderr: null,
		Hosted: &cli.Hosted{Interrupt: -1, Done: ctx.Done()}}
	var failed error
	if err := ns.Do(func() { failed = f(p) }); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return failed
}

// env is an environment to read with.
func env(p *command.Process) *cli.Env {
	e := cli.New(p.Stdin, p.Stdout, p.Stderr, cli.Options{})
	e.Stderr, e.Tables, e.Hosted = io.Discard, names.NewTables(io.Discard), p.Hosted
	return e
}
