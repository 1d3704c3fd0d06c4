package cage

import "golang.org/x/sys/unix"

const arch = unix.AUDIT_ARCH_AARCH64

// more are calls that not all architectures have.
var more = [...]uint32{}
