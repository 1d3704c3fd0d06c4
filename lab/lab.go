// Package lab makes networks for tests: routers, switches and hosts on links of their
// own, within this machine, without root and without a daemon. A text says what there
// is (docs/lab.md has its words), and a test uses it from inside its nodes:
//
//	func TestMain(m *testing.M) { lab.Main(m) }
//
//	func TestClient(t *testing.T) {
//		l := lab.Start(t, `
//			router r
//			link client:eth0 10.0.1.2/24 r:eth0 10.0.1.1/24
//			link server:eth0 10.0.2.2/24 r:eth1 10.0.2.1/24 delay 20ms loss 1%
//			client: ip route add default via 10.0.1.1
//			server: ip route add default via 10.0.2.1
//		`)
//		ln, err := l.Node("server").Listen("tcp", "10.0.2.2:80")
//		…
//		conn, err := l.Node("client").Dial("tcp", "10.0.2.2:80")
//		…
//	}
//
// Each lab has network namespaces, mounts, processes and names of its own: tests may run
// in parallel, and two labs may have nodes, links and addresses of the same names. A lab
// ends with its test, also when that fails or panics, and with the test's process at
// the latest, also when that is killed: then the kernel ends the lab's processes and
// frees its namespaces. Nothing of the machine outside is touched.
//
// A process can make labs after it has called Main: as root, or else where users may
// make user namespaces (user_namespaces(7)). It takes Linux 5.8.
package lab

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"

	"gip/cmd/gip/list"
	inner "gip/internal/lab"
	"gip/internal/lab/rights"

	"golang.org/x/sys/unix"
)

// ErrNoMain is the error of a lab in a process that has not called Main.
var ErrNoMain = errors.New("lab: Main was not called: func TestMain(m *testing.M) { lab.Main(m) }")

// ErrClosed is the error of what is asked of a lab, or of its nodes, after Close.
var ErrClosed = errors.New("lab: the lab is closed")

// ErrNoNode is the error of what is asked of a node that the lab has not.
var ErrNoNode = errors.New("lab: no such node")

// A ClosedError tells that this system lets this user make no namespaces. errors.Is
// takes it for fs.ErrPermission.
type ClosedError struct {
	// Cause is what forbids it: a sysctl with its value, such as
	// "kernel.apparmor_restrict_unprivileged_userns is 1", a limit, or a guess.
	Cause string
}

// Error is one line.
func (e *ClosedError) Error() string {
	return "lab: this system lets users make no namespaces (" + e.Cause + ")"
}

// Is reports whether an error means the same: fs.ErrPermission.
func (e *ClosedError) Is(other error) bool { return other == os.ErrPermission }

// A TextError is what is wrong with a line of a text. Nothing was made then. Where there
// are several, an error has all of them (errors.Join); errors.As finds the first.
type TextError struct {
	File string // "lab", or what the text has included
	Line int    // from 1
	Text string // what is wrong, maybe more than a line
}

// Error has the line's place in front.
func (e *TextError) Error() string {
	return inner.Pos{File: e.File, Line: e.Line}.String() + ": " + e.Text
}

// A BuildError tells that a lab could not be built: the kernel refused something, or a
// command of the text ended with a status other than 0. What was made is gone.
type BuildError struct {
	// Output is what the commands have written to standard output and standard error,
	// at the end the line of the text that failed and why.
	Output string
}

// Error has the output.
func (e *BuildError) Error() string { return "lab: " + strings.TrimRight(e.Output, "\n") }

// A Lab is a network that is there. Its methods may be called by many goroutines.
type Lab struct {
	tied   *inner.Tied
	output string
	nodes  []*Node
	mutex  sync.RWMutex
	closed bool
}

// New makes a lab of a text and waits until it can be used: links have their carriers
// then, and addresses are no longer tentative. The context ends the making, not the lab.
// Close has to be called. Folders that are called as nodes are laid over nothing: in that of
// a test they hold something else.
//
// The error is of type *TextError, *ClosedError or *BuildError, ErrNoMain, that of the
// context, or an errno of the system. Files that the text includes are found from the
// working folder.
func New(ctx context.Context, text string) (*Lab, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	parsed, err := inner.Parse("lab", text)
	if err == nil {
		err = parsed.RefuseHost()
	}
	if err == nil {
		err = parsed.Try(list.Applets)
	}
	if err != nil {
		return nil, public(err)
	}
	l := new(Lab)
	if err := l.build(ctx, parsed); err != nil {
		return nil, err
	}
	for _, n := range parsed.Nodes {
		in, err := l.tied.Inside(n.Name)
		if err != nil {
			l.Close()
			return nil, err
		}
		l.nodes = append(l.nodes, &Node{lab: l, name: n.Name, in: in})
	}
	return l, nil
}

// build makes the lab. What its commands write is kept in memory.
func (l *Lab) build(ctx context.Context, parsed *inner.Lab) (err error) {
	fd, err := unix.MemfdCreate("lab", unix.MFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("memfd_create", err)
	}
	output := os.NewFile(uintptr(fd), "output")
	defer output.Close()
	l.tied, err = inner.NewTied(parsed, output, ctx.Done())
	l.output = textOf(output)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case inner.Said(err):
		return &BuildError{l.output}
	}
	return public(err)
}

// textOf is what was written to a file.
func textOf(f *os.File) string {
	size, err := f.Seek(0, 2)
	if err != nil {
		return ""
	}
	b := make([]byte, size)
	n, _ := f.ReadAt(b, 0)
	return string(b[:n])
}

// public is an error as other packages can look at it.
func public(err error) error {
	switch e := err.(type) {
	case inner.Errors:
		all := make([]error, len(e))
		for i, one := range e {
			all[i] = public(one)
		}
		return errors.Join(all...)
	case *inner.Error:
		return &TextError{e.At.File, e.At.Line, e.Text}
	case *rights.Closed:
		return &ClosedError{e.Cause}
	}
	return err
}

// Node returns the node of that name. What is asked of one that the lab has not gives
// ErrNoNode.
func (l *Lab) Node(name string) *Node {
	for _, n := range l.nodes {
		if n.name == name {
			return n
		}
	}
	return &Node{lab: l, name: name}
}

// Nodes are all nodes, switches among them, in the order in which the text names them.
func (l *Lab) Nodes() []*Node { return append([]*Node(nil), l.nodes...) }

// Output is what the commands of the text wrote to standard output and standard error
// while the lab was made.
func (l *Lab) Output() string { return l.output }

// Log is what the programs have written until now that "start" lines of the text have
// started: for each a line "==> NODE: COMMAND" and its text. The error is ErrClosed, or
// an errno of the system.
func (l *Lab) Log() (string, error) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	if l.closed {
		return "", ErrClosed
	}
	logs, err := l.tied.Logs()
	var b strings.Builder
	for _, log := range logs {
		b.WriteString("==> " + log.Line.String() + "\n" + log.Text)
		if log.Text != "" && !strings.HasSuffix(log.Text, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String(), err
}

// Close ends all processes in the lab and takes its network away. Sockets that Dial, Listen
// and others have made are their owner's to close, and the kernel keeps their namespace as
// long. A second Close does nothing. The error is always nil.
func (l *Lab) Close() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for _, n := range l.nodes {
		n.in.Close()
	}
	l.tied.Close()
	return nil
}
