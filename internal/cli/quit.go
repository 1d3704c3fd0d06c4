package cli

import (
	"os/signal"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An action is the kernel's struct sigaction, of which no field is read here:
// all zero is the default. It is larger than that of any architecture.
type action [8]uint64

// goQuit is what Go does on SIGQUIT: it tells where each goroutine is.
var goQuit action

// Quit makes SIGQUIT do what it does to other programs: it ends us, unless it
// was ignored when we started. What was, Go has overwritten; a shell that starts
// a command in the background ignores SIGINT too, and that Go leaves alone.
func Quit() {
	usual := action{}
	if signal.Ignored(unix.SIGINT) {
		*(*uintptr)(unsafe.Pointer(&usual)) = sigIgn
	}
	sigaction(unix.SIGQUIT, &usual, &goQuit)
}

// sigIgn is SIG_IGN, which stands first in struct sigaction.
const sigIgn = 1

// sigaction is rt_sigaction(2). The last argument is the size of a signal set.
func sigaction(sig unix.Signal, act, old *action) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(act)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
}
