package caps

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"

	"gip/internal/entry"

	"golang.org/x/sys/unix"
)

// A set is what capset(2) takes: the capabilities in halves of 32.
type set [2]unix.CapUserData

// An Error tells which of the calls failed.
type Error struct {
	Call string
	Err  error
}

func (e *Error) Error() string { return e.Call + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func failed(call string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{call, err}
}

// Limit takes from the process all capabilities but those listed, which it may
// raise (see Raise), and the user of a set-user-ID program file. The calling
// goroutine keeps its thread from then on: capabilities are a thread's. The error
// is an *Error.
//
// Where there is nothing that the caller's user does not have anyhow, only that
// thread gives it up: to change all threads they have to be stopped.
func Limit(keep ...uint) error {
	runtime.LockOSThread()
	now, err := get()
	if err != nil {
		return failed("cap_get_proc", err)
	}
	var kept set
	for _, c := range keep {
		kept[c/32].Permitted |= now[c/32].Permitted & (1 << (c % 32))
	}
	uid := os.Getuid()
	if uid != os.Geteuid() || uid != 0 && !now.empty() {
		return limitAll(&kept, uid)
	}
	if err := put(&kept); err != nil {
		return failed("cap_set_proc", err)
	}
	if _, _, no := unix.RawSyscall(unix.SYS_SETUID, uintptr(uid), 0, 0); no != 0 {
		return failed("setuid", no)
	}
	return nil
}

// limitAll gives all threads the capabilities and the user.
func limitAll(kept *set, uid int) error {
	if err := putAll(kept); err != nil {
		return failed("cap_set_proc", err)
	}
	if err := all(unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1); err != nil {
		return failed("prctl", err)
	}
	if err := SetUser(uid); err != nil {
		return failed("setuid", err)
	}
	return failed("prctl", all(unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 0))
}

// SetUser makes a user that of all threads.
func SetUser(uid int) error {
	reachThreads()
	return syscall.Setuid(uid)
}

// reachThreads lets the runtime have the signal by which it makes all threads do
// a system call.
func reachThreads() {
	const perThread = 33
	entry.Catch(perThread)
	signal.Notify(make(chan os.Signal, 1), syscall.Signal(perThread))
}

// all does a system call in all threads.
func all(trap, a, b uintptr) error {
	reachThreads()
	_, _, no := syscall.AllThreadsSyscall(trap, a, b, 0)
	return orNil(no)
}

func orNil(no syscall.Errno) error {
	if no == 0 {
		return nil
	}
	return no
}

func putAll(s *set) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	reachThreads()
	_, _, no := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(s)), 0)
	return orNil(no)
}

// Raise puts a capability into force while f runs, if it may.
func Raise(c uint, f func()) {
	now, err := get()
	if err != nil || now[c/32].Permitted&(1<<(c%32)) == 0 {
		f()
		return
	}
	raised := now
	raised[c/32].Effective |= 1 << (c % 32)
	if put(&raised) == nil {
		defer put(&now)
	}
	f()
}

// DropAll gives all capabilities up that Limit kept.
func DropAll() error {
	now, err := get()
	if err != nil || now.empty() {
		return err
	}
	if os.Getuid() == 0 {
		return put(&set{})
	}
	return putAll(&set{})
}

// Renounce gives up all capabilities, in all threads.
func Renounce() error {
	now, err := get()
	if err != nil || now.empty() {
		return err
	}
	return putAll(&set{})
}

func (s *set) empty() bool { return *s == set{} }

func get() (s set, err error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	err = unix.Capget(&header, &s[0])
	return s, err
}

func put(s *set) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	return unix.Capset(&header, &s[0])
}
