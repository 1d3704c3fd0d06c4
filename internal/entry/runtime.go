//go:build entry

package entry

import "unsafe"

// These are the runtime's own; the linker's flag -checklinkname=0 lets us have
// them.

// sigtable tells what the runtime makes of each signal. One without flags it
// leaves alone, also when it starts a thread or a program.
//
//go:linkname sigtable runtime.sigtable
var sigtable [65]struct {
	flags int32
	name  string
}

// Flags of a signal.
const (
	sigNotify   = 1 << 0 // package os/signal may ask for it
	sigSetStack = 1 << 6 // it is set back to what it was when nobody asks any more
)

// overrideWrite, if set, writes what the runtime writes.
//
//go:linkname overrideWrite runtime.overrideWrite
var overrideWrite func(fd uintptr, b unsafe.Pointer, n int32) int32

// profileRate tells of how many bytes of memory one is remembered with where it came
// from, which nobody asks for. The runtime forgets it itself, but later.
//
//go:linkname profileRate runtime.MemProfileRate
var profileRate int

// syscall6 is a system call that the scheduler does not learn of.
//
//go:linkname syscall6 internal/runtime/syscall/linux.Syscall6
func syscall6(number, a, b, c, d, e, f uintptr) (r1, r2, errno uintptr)

// Catch lets package os/signal have a signal. When that lets go of it, it does
// again what it did.
func Catch(signal int) {
	if signal > 0 && signal < len(sigtable) {
		sigtable[signal].flags = sigNotify | sigSetStack
	}
}
