package gip

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"gip/internal/file"
	inner "gip/internal/netns"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// A Namespace is a network namespace for a command to run in. The zero value is that of
// the calling thread, mounts included.
type Namespace struct {
	name   string
	handle netns.NsHandle
	given  bool
	by     func() error
}

// Named is a namespace by its name, as "ip netns" has it (a file of /run/netns, see
// ip-netns(8)), or by the path of a file that is one, such as /proc/1/ns/net: a path
// has a slash.
func Named(name string) Namespace { return Namespace{name: name} }

// Handle is an open namespace. It has to stay open until the command has started; it
// is not closed.
func Handle(h netns.NsHandle) Namespace { return Namespace{handle: h, given: true} }

// EnteredBy is a namespace into which a function moves the calling thread, by setns(2)
// or unshare(2), and with it into other namespaces if it likes: the mounts of a
// container, the processes of a lab. It is called on the command's thread, which does
// nothing else and is thrown away afterwards. Its error becomes that of a NamespaceError.
func EnteredBy(enter func() error) Namespace { return Namespace{by: enter} }

// Do calls f on a thread that is in the namespace, with a /sys that shows it, and is
// thrown away afterwards. Sockets that f opens, and programs that it starts, are in the
// namespace for good; goroutines that it starts are not. The error is a *NamespaceError
// where it cannot be entered. If f panics, or ends its goroutine as testing's FailNow
// does, so does Do.
func (n Namespace) Do(f func()) error {
	file.SetPerThread()
	fd, err := n.open()
	if err != nil {
		return err
	}
	if fd >= 0 {
		defer unix.Close(fd)
	}
	c := called{f: f, over: make(chan struct{})}
	place := inner.Here()
	defer place.Close()
	go c.call(func() error { return n.enter(place, fd, true, func(string) {}) })
	return c.wait()
}

// A called is a function on its way on a thread of its own.
type called struct {
	f        func()
	over     chan struct{}
	err      error // why it was not called
	returned bool
	panicked error
}

func (c *called) call(enter func() error) {
	inner.OnOwnThread(func() {
		defer close(c.over)
		if c.err = enter(); c.err != nil {
			return
		}
		defer func() {
			if p := recover(); p != nil {
				c.panicked = &panicError{p, debug.Stack()}
			}
		}()
		c.f()
		c.returned = true
	})
}

func (c *called) wait() error {
	<-c.over
	switch {
	case c.panicked != nil:
		panic(c.panicked)
	case c.err == nil && !c.returned:
		runtime.Goexit()
	}
	return c.err
}

// A panicError is what a function panicked with on another goroutine.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("%v\n\n%s", e.value, e.stack) }

// Unwrap gives the value, if that is an error.
func (e *panicError) Unwrap() error { err, _ := e.value.(error); return err }

// A NamespaceError tells why a namespace could not be entered. errors.Is finds its
// cause: fs.ErrNotExist if it is gone, fs.ErrPermission if the caller may not.
type NamespaceError struct {
	Namespace string // its name or path, "" of a handle or function
	Err       error
}

// Error is one line.
func (e *NamespaceError) Error() string {
	name := e.Namespace
	if name != "" {
		name = " " + name
	}
	return "gip: namespace" + name + ": " + e.Err.Error()
}

// Unwrap gives the cause: a unix.Errno, or what a function of EnteredBy returned.
func (e *NamespaceError) Unwrap() error { return e.Err }

// zero reports whether no namespace was named.
func (n Namespace) zero() bool { return n.name == "" && !n.given && n.by == nil }

// open returns a descriptor of the namespace that the caller has to close, or -1 if it
// needs none.
func (n Namespace) open() (fd int, err error) {
	switch {
	case n.given:
		fd, err = unix.FcntlInt(uintptr(n.handle), unix.F_DUPFD_CLOEXEC, 3)
	case n.name == "":
		return -1, nil
	case strings.Contains(n.name, "/"):
		fd, err = unix.Open(n.name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	default:
		if !inner.ValidName(n.name) {
			return -1, &NamespaceError{n.name, unix.EINVAL}
		}
		fd, err = unix.Open(inner.Path(n.name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return -1, &NamespaceError{n.name, err}
	}
	return fd, nil
}

// here reports whether the calling thread is in an open namespace: entering that
// takes rights all the same.
func here(fd int) bool {
	var st unix.Stat_t
	mine, ok := inner.SpaceOf(inner.Thread)
	return ok && unix.Fstat(fd, &st) == nil && mine == inner.Space{Dev: uint64(st.Dev), Ino: st.Ino}
}

// enter moves the calling thread to a place, and from there into an open namespace.
// What looks at /sys finds that of the namespace there: whole tells to mount it, which
// takes longer than most commands do.
func (n Namespace) enter(from *inner.Place, fd int, whole bool, note func(string)) error {
	err := from.Enter()
	switch {
	case err != nil:
	case n.by != nil:
		err = n.by()
	case fd >= 0 && !here(fd):
		if err = unix.Setns(fd, unix.CLONE_NEWNET); err == nil && whole {
			err = inner.Isolate(n.name, note)
		}
	}
	if err != nil {
		return &NamespaceError{n.name, err}
	}
	return nil
}
