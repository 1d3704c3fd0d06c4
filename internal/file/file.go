// Package file reads small files.
package file

import (
	"os"

	"golang.org/x/sys/unix"
)

// Read returns a file's text; the error is an errno. It reads from a blocking
// descriptor: package os would set up its poller first, which costs a short
// command more than the reading does.
func Read(path string) (string, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	b := make([]byte, 0, 2048)
	for {
		n, err := unix.Read(fd, b[len(b):cap(b)])
		switch {
		case err == unix.EINTR:
		case err != nil || n <= 0:
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
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, perm)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), path), nil
		case unix.EINTR:
		default:
			return nil, err
		}
	}
}

// Exists reports whether there is something at a path.
func Exists(path string) bool { return unix.Access(path, unix.F_OK) == nil }
