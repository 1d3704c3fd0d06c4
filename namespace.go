package gip

import (
	"strings"

	inner "gip/internal/netns"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// A Namespace is a network namespace for a command to run in.
type Namespace struct {
	name   string
	handle netns.NsHandle
	given  bool
}

// Named is a namespace by its name, as "ip netns" has it, or by the path of a file
// that is one, such as /proc/1/ns/net: a path has a slash.
func Named(name string) Namespace { return Namespace{name: name} }

// Handle is an open namespace. It has to stay open until the command has started; it
// is not closed.
func Handle(h netns.NsHandle) Namespace { return Namespace{handle: h, given: true} }

// A NamespaceError tells why a namespace could not be entered. errors.Is finds its
// cause: fs.ErrNotExist if it is gone, fs.ErrPermission if the caller may not.
type NamespaceError struct {
	Namespace string // its name or path, "" of a handle
	Err       error
}

// Error is one line.
func (e *NamespaceError) Error() string {
	return "gip: namespace " + e.Namespace + ": " + e.Err.Error()
}

// Unwrap gives the cause, a unix.Errno.
func (e *NamespaceError) Unwrap() error { return e.Err }

// zero reports whether no namespace was named.
func (n Namespace) zero() bool { return n.name == "" && !n.given }

// open returns a descriptor of the namespace that the caller has to close: that of
// the calling thread if none was named, or -1 where that cannot be told.
func (n Namespace) open() (fd int, err error) {
	switch {
	case n.given:
		fd, err = unix.FcntlInt(uintptr(n.handle), unix.F_DUPFD_CLOEXEC, 3)
	case n.name == "":
		// That of a goroutine only if it is locked to its thread.
		return inner.OpenOwn(), nil
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

// enter moves the calling thread into an open namespace. What looks at /sys finds
// that of the namespace there: whole tells to mount it, which takes longer than most
// commands do.
func (n Namespace) enter(fd int, whole bool, note func(string)) error {
	if fd < 0 || here(fd) {
		return nil
	}
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return &NamespaceError{n.name, err}
	}
	if whole && !n.zero() {
		if err := inner.Isolate(n.name, note); err != nil {
			return &NamespaceError{n.name, err}
		}
	}
	return nil
}
