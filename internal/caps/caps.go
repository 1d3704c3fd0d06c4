// Package caps gives up capabilities.
package caps

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Drop gives up all capabilities of a process that runs for an
// ordinary user, unless CAP_NET_ADMIN is inheritable: that user was meant to
// have it. It serves a binary that has file capabilities for "vrf exec". Only
// this thread counts, which the caller keeps from then on: it is the one that
// opens sockets and executes.
func Drop() error {
	if os.Getuid() == 0 || os.Geteuid() == 0 {
		return nil
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	if data[0].Inheritable&(1<<unix.CAP_NET_ADMIN) != 0 {
		return nil
	}
	runtime.LockOSThread()
	data = [2]unix.CapUserData{}
	return unix.Capset(&header, &data[0])
}
