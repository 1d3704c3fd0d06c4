package cli

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// An action is the kernel's struct sigaction; all zero is the default. It is
// larger here than that of any architecture. The handler stands first, but on
// MIPS, whose kernel refuses the size of our signal sets: all stays as it is.
type action struct {
	handler uintptr
	rest    [7]uint64
}

const sigIgn = 1 // SIG_IGN

// goQuit is what Go does on SIGQUIT: it tells where each goroutine is.
var goQuit action

// Quit makes SIGQUIT do what it does to other programs: it ends us, unless it
// was ignored when we started. What was, Go has overwritten; but a shell that
// starts a command in the background ignores SIGINT too, and that Go keeps.
func Quit() {
	var usual, interrupt action
	sigaction(unix.SIGINT, nil, &interrupt)
	if interrupt.handler == sigIgn {
		usual.handler = sigIgn
	}
	sigaction(unix.SIGQUIT, &usual, &goQuit)
}

// sigaction is rt_sigaction(2). The last argument is the size of a signal set.
func sigaction(sig unix.Signal, act, old *action) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(act)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
}
