package caps

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A set is what capset(2) takes: the capabilities in halves of 32.
type set [2]unix.CapUserData

// Limit takes from the process all capabilities but those listed, which it may
// raise (see Raise), and the user of a set-user-ID program file. The calling
// goroutine keeps its thread from then on: capabilities are a thread's.
//
// Where the caller's user is root, only that thread gives anything up: it is no
// more than what the user has anyhow, and all threads have to be stopped to
// change them all.
func Limit(keep ...uint) error {
	runtime.LockOSThread()
	now, err := get()
	if err != nil {
		return err
	}
	var kept set
	for _, c := range keep {
		kept[c/32].Permitted |= now[c/32].Permitted & (1 << (c % 32))
	}
	if os.Getuid() == 0 || now.empty() && os.Geteuid() == os.Getuid() {
		return put(&kept)
	}
	return putAll(&kept)
}

// putAll gives all threads the capabilities and the caller's own user.
func putAll(kept *set) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	all := func(trap, a, b uintptr) error {
		if _, _, no := syscall.AllThreadsSyscall(trap, a, b, 0); no != 0 {
			return no
		}
		return nil
	}
	err := all(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(kept)))
	if err != nil || os.Geteuid() == os.Getuid() {
		return err
	}
	if err := all(unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1); err != nil {
		return err
	}
	if err := syscall.Setuid(os.Getuid()); err != nil {
		return err
	}
	return all(unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 0)
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
