//go:build !386 && !arm && !mips && !mipsle

package spacecmd

import "golang.org/x/sys/unix"

// fstat is the number of the call that fills unix.Stat_t.
const fstat = unix.SYS_FSTAT
