// Package common is what ifconfig, route, netstat and arp of net-tools 2.10 share: devices,
// addresses and their families, types of hardware, statuses.
//
// The originals call ioctl and read /proc; here the same questions and changes
// go over netlink, and the state of the kernel afterwards is the same: what an
// ioctl decides by itself (class masks, broadcast addresses, scopes) is decided
// here, by the kernel's rules. /proc serves only for what netlink does not
// tell, which is said where it happens.
package common

import (
	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Exit statuses that the four commands share.
const (
	StatusUsage  = 3
	StatusLookup = 6
	StatusSocket = 7
)

// Release is what --version begins with.
const Release = "net-tools 2.10\n"

// What the Debian package is built with: families of addresses and kinds of hardware, as
// --version tells.
const (
	AfFeatures = "AF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH\n"
	HwFeatures = " +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 \n"
)

// Opens fails as the original does where it cannot open a file of /proc that it
// reads. What stands there comes by netlink here, but a command does not tell
// more than the original would.
func Opens(path string) error {
	f, err := file.Open(path)
	if err == nil {
		f.Close()
	}
	return err
}

// AnyFamily fails as the original does where the kernel has no sockets of any family,
// or nobody may have one.
func AnyFamily(e *cli.Env) error {
	for _, family := range []int{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6} {
		if e.Supports(family) == nil {
			return nil
		}
	}
	e.Warnf("No usable address families found.\n")
	return cli.Fail("socket: %s", cli.Strerror(unix.ENOENT))
}

// Perror writes what a system call of the original was refused with.
func Perror(e *cli.Env, what string, no unix.Errno) {
	e.Warnf("%s: %s\n", what, rtnl.Strerror(no))
}

// Trunc cuts a name as the kernel's ioctl structures do.
func Trunc(name string) string { return name[:min(len(name), unix.IFNAMSIZ-1)] }
