//go:build entry

package entry

import "unsafe"

// closed tells which of the standard descriptors were closed. The runtime opens
// /dev/null in their place; gip closes them again: what a C program opens next
// comes to stand there, and its output goes where it then goes.
var closed [3]bool

// limit is struct rlimit64.
type limit struct{ soft, hard uint64 }

// files is the limit of open files that the process was given, and lowered
// tells that it is lower until init.
var (
	files   limit
	lowered bool
)

const (
	getFD       = 1 // F_GETFD
	badFD       = 9 // EBADF
	limitNoFile = 7 // RLIMIT_NOFILE
)

// openNothing lowers the limit of open files to what the runtime needs.
//
//go:nosplit
func openNothing() {
	const standard = 3
	if prlimit(limitNoFile, nil, &files) != 0 || files.soft <= standard {
		return
	}
	few := limit{standard, files.hard}
	lowered = prlimit(limitNoFile, &few, nil) == 0
}

//go:nosplit
func prlimit(resource uintptr, fresh, old *limit) (errno uintptr) {
	_, _, errno = syscall6(sysPrlimit64, 0, resource, uintptr(unsafe.Pointer(fresh)), uintptr(unsafe.Pointer(old)), 0, 0)
	return errno
}

// Before all other packages are initialised, the process becomes what it was.
func init() {
	if lowered {
		prlimit(limitNoFile, &files, nil)
	}
	for fd, was := range closed {
		if was {
			syscall6(sysClose, uintptr(fd), 0, 0, 0, 0, 0)
		}
	}
}

// Files is the limit of open files that the process was given; package syscall
// raises it.
func Files() (soft, hard uint64) { return files.soft, files.hard }
