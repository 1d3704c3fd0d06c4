// Package join starts a program inside other namespaces, those of users and processes
// included.
//
// Only a process of one thread may enter a user namespace (setns(2)), which a Go
// program never is. So the program is forked here by a raw clone(2), and the child
// makes nothing but raw system calls, which the parent has prepared: it is a list of
// steps. The runtime is told of the fork as package syscall tells it.
package join

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

//go:linkname runtimeBeforeFork syscall.runtime_BeforeFork
func runtimeBeforeFork()

//go:linkname runtimeAfterFork syscall.runtime_AfterFork
func runtimeAfterFork()

//go:linkname runtimeAfterForkInChild syscall.runtime_AfterForkInChild
func runtimeAfterForkInChild()

// rawVforkSyscall is a system call after which the child may go on on our stack: it keeps
// the address to which it returns in a register.
func rawVforkSyscall(trap, a1, a2, a3 uintptr) (r1 uintptr, errno syscall.Errno)

// A Step is a system call of the child.
type Step struct {
	Trap uintptr
	Args [5]uintptr
	// If tells on what it depends that the step is taken, and Of of which step, as
	// steps are counted from 1; 0 is the one that was taken before.
	If Condition
	Of int
	// May tells that it may fail, But that it may with this error.
	May bool
	But syscall.Errno
	// Result is the argument that the result of the call before takes the place of,
	// counted from 1; 0 for none.
	Result int
	// Number, if set, is where the first argument stands: an earlier step has put it
	// there.
	Number *uint32
	// Into, if set, is where the result goes.
	Into *uint32
	// Do is done in place of a system call, with what Program points to. As all that the
	// child does it must not need the runtime.
	Do      func(s *Step) syscall.Errno
	Program *Program
}

// A Condition is what a step depends on.
type Condition uint8

// The conditions.
const (
	Always Condition = iota
	Failed           // that step failed, or was not taken
	Worked           // it did not
)

// A Plan is what a child does: it takes the steps of Enter, forks, and the child of
// that, which is our child as well, takes those of Run, of which one has to execute a
// program. Without steps of Enter there is one fork only.
type Plan struct {
	Enter, Run []Step
	Memory     Sharing
	keep       []any // what the steps point to
	mask       Sigset
}

// A Sigset is a set of signals as the kernel has it: the first is the lowest bit of the
// first word. No kernel has more than 128.
type Sigset [4]uintptr

// all are all signals.
var all = Sigset{^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0)}

// SigsetSize is how many bytes of it the kernel takes (_NSIG of asm/signal.h).
//
//go:nosplit
//go:norace
func SigsetSize() uintptr {
	if Mips {
		return 16
	}
	return 8
}

// Mips tells that signals are as on MIPS (arch/mips/include/uapi/asm/signal.h).
const Mips = runtime.GOARCH == "mips" || runtime.GOARCH == "mipsle" || runtime.GOARCH == "mips64" || runtime.GOARCH == "mips64le"

// SetMask changes which signals wait in this thread, as rt_sigprocmask(2) does, and
// notes which did.
//
//go:nosplit
//go:norace
func SetMask(how uintptr, set, was *Sigset) {
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, how, uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(was)), SigsetSize(), 0, 0)
}

// Sharing tells how much of the memory is shared, and not copied, until the program is
// executed. Not where the child that has it becomes another user: what it is has to be
// hidden from other processes then (PR_SET_DUMPABLE), which is a matter of the memory,
// and would hold for us from then on. Nor where it makes a namespace of users.
type Sharing uint8

// How memory is shared.
const (
	Copied  Sharing = iota
	Between         // the second child has that of the first, which waits
	Shared          // both have ours, while we wait
)

// cloneArgs returns the arguments of clone(2) that makes a child. They stand in another
// order on s390x.
//
//go:nosplit
//go:norace
func cloneArgs(flags uintptr, shared bool) (a1, a2 uintptr) {
	flags |= uintptr(unix.SIGCHLD)
	if shared {
		flags |= unix.CLONE_VM | unix.CLONE_VFORK
	}
	if runtime.GOARCH == "s390x" {
		return 0, flags
	}
	return flags, 0
}

// String is the address of a copy of s, which a zero byte ends.
func (p *Plan) String(s string) uintptr {
	b, err := unix.BytePtrFromString(s)
	if err != nil {
		b = new(byte)
	}
	p.keep = append(p.keep, b)
	return uintptr(unsafe.Pointer(b))
}

// Strings is the address of a list of strings, as execve(2) takes it.
func (p *Plan) Strings(list []string) uintptr {
	v, err := syscall.SlicePtrFromStrings(list)
	if err != nil {
		v = []*byte{nil}
	}
	p.keep = append(p.keep, v)
	return uintptr(unsafe.Pointer(&v[0]))
}

// An Error is the failure of a step.
type Error struct {
	Run   bool // it is one of Run
	Step  int
	Errno unix.Errno
}

func (e *Error) Error() string { return e.Errno.Error() }

// Unwrap gives the errno.
func (e *Error) Unwrap() error { return e.Errno }

// A report is what the child writes to the pipe: its child's number, or a failure.
type report struct{ kind, value, step int32 }

const (
	reportPid = iota + 1
	reportEnter
	reportRun
)

// Start starts the program and returns its number; it is a child of this process. The
// error is an *Error where a step failed.
func Start(p *Plan) (pid int, err error) {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return 0, err
	}
	defer unix.Close(pipe[0])
	child, errno := fork(p, pipe[1])
	unix.Close(pipe[1])
	if errno != 0 {
		return 0, errno
	}
	pid, err = reports(pipe[0], len(p.Enter) == 0)
	runtime.KeepAlive(p)
	if len(p.Enter) == 0 {
		pid = child
	} else {
		Wait(child)
	}
	if err != nil && pid != 0 {
		Wait(pid)
	}
	return pid, err
}

// Take takes the steps of Run in this thread, and returns only if one fails. The error
// is an *Error.
func Take(p *Plan) error {
	step, errno := take(p.Run)
	runtime.KeepAlive(p)
	return &Error{true, int(step), errno}
}

// reports reads what the children have to say until the program has taken over.
func reports(fd int, single bool) (pid int, err error) {
	var r report
	b := unsafe.Slice((*byte)(unsafe.Pointer(&r)), unsafe.Sizeof(r))
	for {
		n, readErr := unix.Read(fd, b)
		switch {
		case readErr == unix.EINTR:
			continue
		case n != len(b):
			if pid == 0 && err == nil && !single {
				err = unix.ECHILD // it was killed
			}
			return pid, err
		case r.kind == reportPid:
			pid = int(r.value)
		default:
			err = &Error{r.kind == reportRun, int(r.step), unix.Errno(r.value)}
		}
	}
}

// OwnUsers gives a child a user namespace of its own, in which this user is root.
func OwnUsers(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= unix.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
}

// Wait waits for the end of a child.
func Wait(pid int) (ws unix.WaitStatus) {
	for {
		if _, err := unix.Wait4(pid, &ws, 0, nil); err != unix.EINTR {
			return ws
		}
	}
}

// fork makes the child, which never returns.
//
//go:noinline
//go:norace
func fork(p *Plan, pipe int) (pid int, errno unix.Errno) {
	syscall.ForkLock.Lock()
	r, e := first(p, uintptr(pipe))
	runtimeAfterFork()
	syscall.ForkLock.Unlock()
	return int(r), e
}

// first makes the first child, and is its life. Where that child shares our memory it has
// our stack too: so all that it does is called from here, and we return at once, as in
// package syscall. Its stack must not grow, and it must not allocate or take locks: no
// other thread is there to give them back. The stack has grown before runtimeBeforeFork,
// and few calls stand in one another after that: the linker's bound for what may not grow
// is met on all ports, also without optimisation.
//
//go:noinline
//go:norace
func first(p *Plan, pipe uintptr) (pid uintptr, errno syscall.Errno) {
	runtimeBeforeFork()
	a1, a2 := cloneArgs(0, p.Memory == Shared)
	pid, errno = rawVforkSyscall(syscall.SYS_CLONE, a1, a2, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	runtimeAfterForkInChild()
	if len(p.Enter) == 0 {
		step, errno := take(p.Run)
		say(pipe, reportRun, int32(errno), step)
	}
	step, errno := take(p.Enter)
	if errno == 0 {
		step = -1
		// What ends all of a job would end this process before it has told the number of
		// its child, for whose end nobody would wait then.
		SetMask(unix.SIG_SETMASK, &all, &p.mask)
		pid, errno = second(p, pipe)
	}
	if errno != 0 {
		say(pipe, reportEnter, int32(errno), step)
	} else {
		say(pipe, reportPid, int32(pid), 0)
	}
	return 0, 0
}

// second makes the child that executes the program, as first makes the other one.
//
//go:noinline
//go:nosplit
//go:norace
func second(p *Plan, pipe uintptr) (pid uintptr, errno syscall.Errno) {
	a1, a2 := cloneArgs(unix.CLONE_PARENT, p.Memory != Copied)
	pid, errno = rawVforkSyscall(syscall.SYS_CLONE, a1, a2, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	SetMask(unix.SIG_SETMASK, &p.mask, nil)
	step, errno := take(p.Run)
	say(pipe, reportRun, int32(errno), step)
	return 0, 0
}

// due tells whether the step is taken, after these (bit 0 is the first) have worked.
//
//go:nosplit
//go:norace
func (s *Step) due(worked uint64, last uint) bool {
	of := last
	if s.Of != 0 {
		of = uint(s.Of - 1)
	}
	did := worked>>of&1 != 0
	return s.If == Always || (s.If == Worked) == did
}

// take takes steps until one fails that may not.
//
//go:nosplit
//go:norace
func take(steps []Step) (step int32, errno syscall.Errno) {
	var result uintptr
	var worked uint64
	last := uint(0)
	for i := range steps {
		s := &steps[i]
		if !s.due(worked, last) {
			continue
		}
		if s.Result != 0 {
			s.Args[s.Result-1] = result
		}
		a := s.Args[0]
		if s.Number != nil {
			a = uintptr(*s.Number)
		}
		if s.Do != nil {
			errno = s.Do(s)
		} else {
			result, _, errno = syscall.RawSyscall6(s.Trap, a, s.Args[1], s.Args[2], s.Args[3], s.Args[4], 0)
		}
		if s.Into != nil {
			*s.Into = uint32(result)
		}
		last = uint(i)
		if errno == 0 {
			worked |= 1 << last
		} else if !s.May && errno != s.But {
			return int32(i), errno
		}
	}
	return int32(len(steps)), errno
}

// say is the last thing that a child does.
//
//go:nosplit
//go:norace
func say(pipe uintptr, kind, value, step int32) {
	r := report{kind, value, step}
	syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(&r)), unsafe.Sizeof(r))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 127, 0, 0)
	}
}

// Keep keeps what steps point to.
func (p *Plan) Keep(v any) { p.keep = append(p.keep, v) }

// Address is where a number stands that steps read or write.
func Address(n *uint32) uintptr { return uintptr(unsafe.Pointer(n)) }
