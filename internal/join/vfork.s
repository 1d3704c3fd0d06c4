#include "textflag.h"

// func rawVforkSyscall(trap, a1, a2, a3 uintptr) (r1 uintptr, errno syscall.Errno)
//
// Go on to that of package syscall. A call from Go would come to it through a function
// that the compiler makes, and return through that: over its part of the stack the child
// has written by then.
TEXT ·rawVforkSyscall(SB),NOSPLIT|NOFRAME,$0
	JMP syscall·rawVforkSyscall(SB)
