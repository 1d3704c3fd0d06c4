//go:build entry

package entry

// Numbers of system calls.
const (
	sysWrite            = 1
	sysClose            = 3
	sysFcntl            = 72
	sysSchedGetaffinity = 204
	sysExitGroup        = 231
	sysPrlimit64        = 302
)
