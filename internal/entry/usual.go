//go:build !entry

package entry

import "os"

// What follows is for a program that begins as usual.

// Began reports whether the program began here.
func Began() bool { return false }

// Environ is not known here.
func Environ() []string { return nil }

// Traced reports whether the environment asks for a trace of what is sent and received.
func Traced() bool { return os.Getenv("GIP_TRACE") == "1" }

// Catch has nothing to do: all signals are the runtime's.
func Catch(int) {}

// Heeds reports whether a program that begins so heeds the variable of First.
func Heeds() bool { return false }

// First is for programs that begin here.
func First() (data string, step int, errno uintptr, ok bool) { return "", 0, 0, false }

// Files is not known here.
func Files() (soft, hard uint64) { return 0, 0 }
