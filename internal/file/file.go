// Package file reads small files.
package file

import (
	"math"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Read returns a file's text; the error is an errno. It reads from a blocking
// descriptor: package os would set up its poller first, which costs a short
// command more than the reading does.
func Read(path string) (string, error) { return ReadMost(path, math.MaxInt) }

// ReadMost is Read that ends soon behind so many bytes.
func ReadMost(path string, most int) (string, error) {
	fd, err := unix.Open(Path(path), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	return ReadOpen(fd, most)
}

// ReadOpen is ReadMost of a descriptor, which stays open.
func ReadOpen(fd, most int) (string, error) {
	b := make([]byte, 0, 2048)
	for {
		n, err := unix.Read(fd, b[len(b):cap(b)])
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN: // somebody else has it so
			unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
		case err != nil || n <= 0 || len(b) > most:
			return string(b), err
		default:
			b = b[:len(b)+n]
		}
		if len(b) == cap(b) {
			b = append(b, make([]byte, len(b))...)[:len(b)]
		}
	}
}

// Open opens a file for reading; the error is an errno.
func Open(path string) (*os.File, error) { return OpenFile(path, unix.O_RDONLY, 0) }

// OpenFile is os.OpenFile without the poller, which takes two descriptors: the
// real tools need none where there are few.
func OpenFile(path string, flags int, perm uint32) (*os.File, error) {
	for {
		fd, err := unix.Open(Path(path), flags|unix.O_CLOEXEC, perm)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), path), nil
		case unix.EINTR:
		default:
			return nil, err
		}
	}
}

// Dup gives a file a second descriptor, for somebody who will close it.
func Dup(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// Proc is the path of a file of /proc as iproute2's tools look for it: a variable of
// the environment may name another file, and PROC_ROOT another /proc.
func Proc(variable, name string) string {
	if path, ok := os.LookupEnv(variable); ok {
		return path
	}
	return ProcRoot() + "/" + name
}

// ProcRoot is /proc, or what the environment names in its place.
func ProcRoot() string {
	if root, ok := os.LookupEnv("PROC_ROOT"); ok {
		return root
	}
	return "/proc"
}

// Exists reports whether there is something at a path.
func Exists(path string) bool { return unix.Access(Path(path), unix.F_OK) == nil }

// perThread is set where threads of this process are in namespaces of their own
// while they run a command: /proc/self is that of the main thread.
var perThread atomic.Bool

// SetPerThread has it so from now on.
func SetPerThread() { perThread.Store(true) }

// Path is where a file of /proc is that says something of the caller: for a thread
// that is not the main one, in a folder of its own.
func Path(path string) string {
	if !perThread.Load() {
		return path
	}
	if rest, ok := strings.CutPrefix(path, "/proc/self/"); ok {
		return "/proc/thread-self/" + rest
	}
	if rest, ok := strings.CutPrefix(path, "/proc/net/"); ok {
		return "/proc/thread-self/net/" + rest
	}
	return path
}
