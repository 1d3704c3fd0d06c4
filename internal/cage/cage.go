//go:build amd64 || arm64 || loong64 || mips64le || ppc64le || riscv64

// Package cage shuts a process into a cage that the kernel holds: whatever code runs
// in it from then on, it can read, and change nothing. It is for code that is run to
// see what it looks for, not to do what it does.
package cage

import (
	"runtime"
	"unsafe"

	"gip/internal/caps"

	"golang.org/x/sys/unix"
)

// allowed are the system calls that read, and those that the Go runtime does. All
// others fail with EPERM: no file is made, moved or removed, nothing is mounted or
// executed, no signal reaches another process, no device is set, no group joined.
var allowed = [...]uint32{
	unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_WRITE, unix.SYS_CLOSE, unix.SYS_LSEEK, unix.SYS_FCNTL,
	unix.SYS_FSTAT, unix.SYS_NEWFSTATAT, unix.SYS_STATX, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2,
	unix.SYS_READLINKAT, unix.SYS_GETDENTS64, unix.SYS_GETCWD, unix.SYS_UNAME,
	unix.SYS_BIND, unix.SYS_CONNECT, unix.SYS_GETSOCKNAME, unix.SYS_GETSOCKOPT, unix.SYS_SENDTO, unix.SYS_SENDMSG,
	unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_PPOLL,

	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK,
	unix.SYS_FUTEX, unix.SYS_CLONE, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SCHED_YIELD,
	unix.SYS_SCHED_GETAFFINITY, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_NANOSLEEP,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_TGKILL, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PIPE2,
	unix.SYS_PRLIMIT64, unix.SYS_GETRANDOM, unix.SYS_CAPGET, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}

// writing are the flags of open(2) that could change a file.
const writing = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC

// Where struct seccomp_data has the number of the call, its architecture, and the
// lower half of its first and third argument.
const (
	numberAt = 0
	archAt   = 4
	firstAt  = 16
	thirdAt  = 16 + 2*8
)

// inside tells that the process is shut in already.
var inside bool

// Enter shuts the process in, all threads of it, for good. Where it fails, the kernel
// lacks seccomp filters, and nothing has changed but that capabilities may be gone.
func Enter() error {
	if inside {
		return nil
	}
	if err := caps.Renounce(); err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := program()
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, no := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if no != 0 {
		return no
	}
	inside = true
	return nil
}

// program is the filter, of classic BPF: a test, and what comes if it holds.
func program() []unix.SockFilter {
	// Another architecture, as 32-bit programs have, has other numbers.
	p := []unix.SockFilter{load(archAt), {Code: jumpIfEqual, K: arch, Jt: 1}, verdict(refuse), load(numberAt)}
	for _, list := range [][]uint32{allowed[:], more[:]} {
		for _, call := range list {
			p = append(p, skipUnless(call, 1), verdict(allow))
		}
	}
	// Files are opened to be read, and sockets of netlink only: there, changes need
	// a capability.
	p = append(p, skipUnless(unix.SYS_OPENAT, 4), load(thirdAt), unix.SockFilter{Code: jumpIfSet, K: writing, Jt: 1}, verdict(allow), verdict(refuse))
	p = append(p, skipUnless(unix.SYS_SOCKET, 3), load(firstAt), skipUnless(unix.AF_NETLINK, 1), verdict(allow))
	return append(p, verdict(refuse))
}

const (
	jumpIfEqual = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	jumpIfSet   = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K

	allow  = unix.SECCOMP_RET_ALLOW
	refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
)

func load(at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
}

func verdict(v uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: v}
}

// skipUnless steps over the next n instructions unless what was loaded is k.
func skipUnless(k uint32, n uint8) unix.SockFilter {
	return unix.SockFilter{Code: jumpIfEqual, K: k, Jf: n}
}
