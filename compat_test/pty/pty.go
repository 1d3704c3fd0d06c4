// Package pty opens terminals for tests.
package pty

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Open opens both sides of a new terminal, which are closed at the end of the test at the
// latest. Where there are no terminals it skips the test.
func Open(t testing.TB) (master, slave *os.File) {
	t.Helper()
	master, slave, err := Of("/dev/ptmx")
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() {
		master.Close()
		slave.Close()
	})
	return master, slave
}

// Of opens both sides of a new terminal of the file system that has this ptmx.
func Of(ptmx string) (master, slave *os.File, err error) {
	master, err = os.OpenFile(ptmx, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	raw, err := master.SyscallConn() // with Fd, reads would know no deadline
	if err == nil {
		raw.Control(func(fd uintptr) { slave, err = peer(int(fd)) })
	}
	if err != nil {
		master.Close()
		return nil, nil, err
	}
	return master, slave, nil
}

// peer opens the other side.
func peer(fd int) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, os.NewSyscallError("TIOCSPTLCK", err)
	}
	slave, _, no := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if no != 0 {
		return nil, os.NewSyscallError("TIOCGPTPEER", no)
	}
	return os.NewFile(slave, "terminal"), nil
}
