package cage

import "golang.org/x/sys/unix"

const arch = unix.AUDIT_ARCH_X86_64

// more are calls that not all architectures have.
var more = [...]uint32{unix.SYS_POLL}
