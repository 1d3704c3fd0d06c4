//go:build entry

package entry

// Numbers of system calls.
const (
	sysFcntl     = 25
	sysClose     = 57
	sysWrite     = 64
	sysExitGroup = 94
	sysMmap      = 222
	sysMadvise   = 233
	sysPrlimit64 = 261
	sysSetns     = 268
	sysUnshare   = 97
)
