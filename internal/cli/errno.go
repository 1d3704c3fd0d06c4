package cli

import (
	"errors"

	"golang.org/x/sys/unix"
)

// underlyingErrno digs the errno out of an error of package os or unix.
func underlyingErrno(err error) (unix.Errno, bool) {
	var no unix.Errno
	ok := errors.As(err, &no)
	return no, ok
}

// Strerror returns the C text of the errno in err, as perror would.
func Strerror(err error) string { return errText(err) }
