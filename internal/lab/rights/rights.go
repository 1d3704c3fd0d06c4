// Package rights tells whether this process may make namespaces, and why it may not.
package rights

import (
	"errors"
	"math"
	"os"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Closed is the error of a system that lets this user make no namespaces.
type Closed struct{ Cause string }

func (e *Closed) Error() string { return "this system lets users make no namespaces (" + e.Cause + ")" }

// A gate is a sysctl that keeps users from making namespaces when it has that value.
type gate struct{ name, value string }

var gates = []gate{
	{"kernel/apparmor_restrict_unprivileged_userns", "1"},
	{"kernel/unprivileged_userns_clone", "0"},
	{"user/max_user_namespaces", "0"},
}

// limits are the numbers of namespaces that a user may have.
var limits = []string{"user", "mnt", "net", "pid", "ipc", "uts"}

// Explain tells why namespaces could not be made.
func Explain(err error) error {
	var no unix.Errno
	if !errors.As(err, &no) {
		return err
	}
	if no == unix.ENOSPC {
		return &Closed{"a limit is reached: " + LimitNames()}
	}
	for _, g := range gates {
		if text, err := file.Read("/proc/sys/" + g.name); err == nil && strings.TrimSpace(text) == g.value {
			return &Closed{strings.ReplaceAll(g.name, "/", ".") + " is " + g.value}
		}
	}
	if no == unix.EPERM || no == unix.EACCES || no == unix.ENOSYS || no == unix.EINVAL {
		return &Closed{cause(no)}
	}
	return errors.New("making namespaces: " + rtnl.Strerror(no))
}

// cause is a guess where no sysctl says no.
func cause(no unix.Errno) string {
	text := rtnl.Strerror(no)
	switch {
	case no == unix.ENOSYS || no == unix.EINVAL:
		return text + ": the kernel has no user namespaces, or a filter of system calls hides them"
	case chrooted():
		return text + ": below a changed root folder (chroot) nobody may"
	}
	return text + ": a filter of system calls, as containers have, or a security module forbids it"
}

// chrooted reports whether the root folder is none of a mount.
func chrooted() bool {
	var st unix.Statx_t
	return unix.Statx(unix.AT_FDCWD, "/", 0, 0, &st) == nil && st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 &&
		st.Attributes&unix.STATX_ATTR_MOUNT_ROOT == 0
}

// LimitNames names the lowest of them.
func LimitNames() string {
	lowest, name := math.MaxInt, "of user, network and other namespaces"
	for _, l := range limits {
		text, err := file.Read("/proc/sys/user/max_" + l + "_namespaces")
		if n, notNumber := strconv.Atoi(strings.TrimSpace(text)); err == nil && notNumber == nil && n < lowest {
			lowest, name = n, "user.max_"+l+"_namespaces is "+strconv.Itoa(n)
		}
	}
	return name
}

// MayWithoutUser reports whether this process can make namespaces without one of
// users: it has CAP_SYS_ADMIN, as root has outside containers.
func MayWithoutUser() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	err := unix.Capget(&header, &data[0])
	return err == nil && os.Geteuid() == 0 && data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// FirstUsers reports whether this process is in the first user namespace: root of
// another one has no rights over the machine.
func FirstUsers() bool {
	users, _ := file.Read("/proc/self/uid_map")
	return strings.HasSuffix(users, " 4294967295\n")
}
