package prop

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// argv executes a program with any words, its name among them, or with none: the
// kernel gives that one an empty name.
//
//	argv PROGRAM [ NAME [ ARGUMENT... ] ]
func argv(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: argv PROGRAM [ NAME [ ARGUMENT... ] ]")
	}
	return unix.Exec(args[0], args[1:], os.Environ())
}
