package join

import (
	"strconv"
	"syscall"

	"gip/internal/entry"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// Again executes this program again with the same words. Before it has threads it takes
// these steps, each unshare(2) or setns(2); then it finds the data by Begun. It returns
// only if that failed.
func Again(steps []Step, argv []string, data string) error {
	return syscall.Exec(netns.SelfExe, argv, append(entry.Environ(), Variable(steps, data)))
}

// Variable is the variable of the environment by which this program finds steps and data
// when it is executed.
func Variable(steps []Step, data string) string {
	b := []byte("GIP_FIRST=")
	for i := range steps {
		s := &steps[i]
		kind, fd, flags, may := byte('u'), uintptr(0), s.Args[0], uintptr(0)
		if s.Trap == unix.SYS_SETNS {
			kind, fd, flags = 's', s.Args[0], s.Args[1]
		}
		if s.May {
			may = 1
		}
		b = append(b, kind)
		for _, n := range []uintptr{fd, flags, uintptr(s.If), uintptr(s.Of), may} {
			b = append(strconv.AppendUint(b, uint64(n), 10), ',')
		}
		b[len(b)-1] = ';'
	}
	return string(b) + "=" + data
}

// Begun tells whether this is the program that Again executed, and with which data. The
// error is the *Error of a step.
func Begun() (data string, ok bool, err error) {
	data, step, errno, ok := entry.First()
	if errno != 0 {
		err = &Error{Step: step, Errno: unix.Errno(errno)}
	}
	return data, ok, err
}

// MayAgain reports whether Again works here: the program has to find itself, and to heed
// Variable when it begins. If it did not, it would execute itself for good.
func MayAgain() bool { return entry.Heeds() && unix.Access(netns.SelfExe, unix.X_OK) == nil }
