// Package place lists the places in which commands are compared beside the
// ordinary sandbox: where /proc is missing, where the kernel knows no IPv6, where
// a container's rules refuse system calls. A place is data; the sandbox, the test
// VM and the reports read it.
package place

import (
	"os"
	"runtime"
	"slices"

	"golang.org/x/sys/unix"
)

// A Place is what a sandbox is like. The zero value is the ordinary one.
type Place struct {
	Name string
	What string // for docs/coverage.md

	// What a root folder has.
	Without  []string // folders that are empty: proc, sys, dev, run, etc
	ReadOnly []string // folders below which nothing can be written; "" is all
	Foreign  []string // sys, proc: of another network or pid namespace

	// What a process may do.
	UserNamespace bool      // its root is root of a user namespace only
	UID           int       // it has this number, and no capability
	Bounded       bool      // it may have no other capabilities than these
	Capabilities  []uintptr //
	Refused       []Refusal // system calls that do not work
	CPUs          int       // how many processors it may use; 0: all
	Memory        int64     // bytes that its control group may use; 0: all

	// What the kernel has.
	NoIPv6 bool   // IPv6 is switched off in each namespace
	Boot   string // parameters of the kernel, which the test VM is booted with
	VM     bool   // in the test VM only

	// Where it says nothing: an architecture of Go's, and why.
	NotOn, Because string
}

// A Refusal is a list of system calls and what they fail with.
type Refusal struct {
	Errno unix.Errno
	Calls []uintptr
}

// Plain is the name of the ordinary sandbox, for scripts that are played in
// others as well.
const Plain = "plain"

// All lists the places.
var All = []Place{
	{Name: Plain, What: "the ordinary sandbox"},
	{Name: "no-proc", What: "no /proc", Without: []string{"proc"}},
	{Name: "no-sys", What: "no /sys", Without: []string{"sys"}},
	{Name: "scratch", What: "no /proc, /sys, /dev, /run and /etc, as in an image of one file",
		Without: []string{"proc", "sys", "dev", "run", "etc"}},
	{Name: "read-only", What: "nothing can be written below /, /run included", ReadOnly: []string{"run", ""}},
	{Name: "ro-sys", What: "/sys and /proc/sys are read-only, as in a container", ReadOnly: []string{"sys", "proc/sys"}},
	{Name: "other-sys", What: "/sys of another network namespace, as after `unshare -n`", Foreign: []string{"sys"}},
	{Name: "other-proc", What: "/proc of another pid namespace, as after `unshare -p`", Foreign: []string{"proc"}},
	{Name: "userns", What: "root of a user namespace, as after `unshare -Urn`: /sys is another's",
		UserNamespace: true, Foreign: []string{"sys"}},
	{Name: "userns-bare", What: "root of a user namespace, no /proc and /sys", UserNamespace: true, Without: []string{"proc", "sys"}},
	{Name: "nobody", What: "a user without capabilities", UID: 1000},
	{Name: "docker", What: "the capabilities, system calls and read-only folders of Docker's default",
		Bounded: true, Capabilities: dockerCapabilities, Refused: dockerRefuses, ReadOnly: []string{"sys", "proc/sys"}},
	{Name: "one-cpu", What: "one processor", CPUs: 1},
	{Name: "enosys", What: "system calls of the last 20 years fail with ENOSYS, as on an old kernel or a re-implemented one",
		Refused: []Refusal{{unix.ENOSYS, recentCalls}}},
	{Name: "eperm", What: "the same calls fail with EPERM, as under an old container runtime",
		Refused: []Refusal{{unix.EPERM, recentCalls}},
		NotOn:   "386", Because: "i386's loader gives up where statx is refused, and no real tool starts"},
	{Name: "no-sockets", What: "sockets of all families fail with EPERM, as under a strict filter of system calls",
		Refused: []Refusal{{unix.EPERM, []uintptr{unix.SYS_SOCKET}}},
		NotOn:   "386", Because: "there a program may make sockets by socketcall"},
	{Name: "ipv6-off", What: "IPv6 switched off by disable_ipv6 in each namespace", NoIPv6: true},
	{Name: "no-ipv6", What: "a kernel booted with ipv6.disable=1", Boot: "ipv6.disable=1", VM: true},
	{Name: "16-mb", What: "a control group of 16 MB of memory", Memory: 16 << 20, VM: true},
}

// dockerCapabilities is what Docker leaves to root by default.
var dockerCapabilities = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_MKNOD, unix.CAP_NET_RAW,
	unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_SETFCAP, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE,
	unix.CAP_SYS_CHROOT, unix.CAP_KILL, unix.CAP_AUDIT_WRITE,
}

// dockerRefuses is the other side of Docker's default profile, which lists what
// is allowed to these capabilities (github.com/moby/profiles, seccomp/default.json).
// There clone is refused with the flags of namespaces only; a process that has
// not CAP_SYS_ADMIN is refused them by the kernel anyway.
var dockerRefuses = []Refusal{
	{unix.ENOSYS, []uintptr{unix.SYS_CLONE3}},
	{unix.EPERM, []uintptr{
		unix.SYS_ACCT, unix.SYS_ADD_KEY, unix.SYS_BPF, unix.SYS_CLOCK_SETTIME, unix.SYS_DELETE_MODULE,
		unix.SYS_FANOTIFY_INIT, unix.SYS_FINIT_MODULE, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSOPEN,
		unix.SYS_FSPICK, unix.SYS_GET_MEMPOLICY, unix.SYS_INIT_MODULE, unix.SYS_IO_URING_ENTER,
		unix.SYS_IO_URING_REGISTER, unix.SYS_IO_URING_SETUP, unix.SYS_KCMP, unix.SYS_KEYCTL, unix.SYS_LOOKUP_DCOOKIE,
		unix.SYS_MBIND, unix.SYS_MOUNT, unix.SYS_MOUNT_SETATTR, unix.SYS_MOVE_MOUNT, unix.SYS_MOVE_PAGES,
		unix.SYS_NFSSERVCTL, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_OPEN_TREE, unix.SYS_PERF_EVENT_OPEN,
		unix.SYS_PIDFD_GETFD, unix.SYS_PIVOT_ROOT, unix.SYS_PROCESS_MADVISE, unix.SYS_QUOTACTL,
		unix.SYS_QUOTACTL_FD, unix.SYS_REBOOT, unix.SYS_REQUEST_KEY, unix.SYS_SET_MEMPOLICY,
		unix.SYS_SETDOMAINNAME, unix.SYS_SETHOSTNAME, unix.SYS_SETNS, unix.SYS_SETTIMEOFDAY, unix.SYS_SWAPOFF,
		unix.SYS_SWAPON, unix.SYS_SYSLOG, unix.SYS_UMOUNT2, unix.SYS_UNSHARE, unix.SYS_USERFAULTFD, unix.SYS_VHANGUP,
	}},
}

// recentCalls are those that a program should be able to do without: newer
// forms of older calls, and the calls of pollers and handles of processes.
var recentCalls = []uintptr{
	unix.SYS_ACCEPT4, unix.SYS_CLONE3, unix.SYS_CLOSE_RANGE, unix.SYS_COPY_FILE_RANGE, unix.SYS_EPOLL_CREATE1,
	unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_EVENTFD2, unix.SYS_FACCESSAT2,
	unix.SYS_FCHMODAT2, unix.SYS_FUTEX_WAITV, unix.SYS_GETRANDOM, unix.SYS_MEMBARRIER,
	unix.SYS_MEMFD_CREATE, unix.SYS_MOUNT_SETATTR, unix.SYS_MOVE_MOUNT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_TREE,
	unix.SYS_OPENAT2, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_SEND_SIGNAL, unix.SYS_PREADV2,
	unix.SYS_PRLIMIT64, unix.SYS_PWRITEV2, unix.SYS_RECVMMSG, unix.SYS_RENAMEAT2, unix.SYS_RSEQ, unix.SYS_SENDMMSG,
	unix.SYS_SIGNALFD4, unix.SYS_SPLICE, unix.SYS_STATX, unix.SYS_TIMERFD_CREATE,
}

// Find is the place of that name; "" is the ordinary sandbox.
func Find(name string) (*Place, bool) {
	if name == "" {
		name = Plain
	}
	i := slices.IndexFunc(All, func(p Place) bool { return p.Name == name })
	if i < 0 {
		return nil, false
	}
	return &All[i], true
}

// Missing says why this machine cannot make the place; "" where it can.
func (p *Place) Missing() string {
	if (p.UID != 0 || p.Bounded) && os.Getuid() != 0 {
		return "only root can make it"
	}
	if p.NotOn == runtime.GOARCH {
		return p.Because
	}
	return ""
}
