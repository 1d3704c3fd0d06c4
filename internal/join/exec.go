package join

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shell runs the programs that are neither binary nor say by "#!" what runs them.
const shell = "/bin/sh"

// A Program is what a step executes: one of these files, with words and an environment
// as execve(2) takes them. A script has the file among the words of its shell.
type Program struct {
	argv, env, shell uintptr
	script           []uintptr
	names            []*byte
}

// Execute adds the step that executes a program: the first of these files that there
// is, as execvp(3) finds it.
func (p *Plan) Execute(files, argv, env []string) {
	x := &Program{argv: p.Strings(argv), env: p.Strings(env), shell: p.String(shell)}
	for _, f := range files {
		b, err := syscall.BytePtrFromString(f)
		if err != nil {
			continue
		}
		x.names = append(x.names, b)
	}
	x.script = []uintptr{x.shell, 0}
	for _, w := range argv[min(1, len(argv)):] {
		x.script = append(x.script, p.String(w))
	}
	x.script = append(x.script, 0)
	p.keep = append(p.keep, x)
	p.Run = append(p.Run, Step{Do: execute, Program: x})
}

// execute tries one file after the other. Which errors lead on to the next one, and
// which is told of in the end, is as in the C library.
//
//go:nosplit
//go:norace
func execute(s *Step) syscall.Errno {
	x := s.Program
	denied, errno := false, syscall.ENOENT
	for _, file := range x.names {
		_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(file)), x.argv, x.env)
		if errno == syscall.ENOEXEC {
			x.script[1] = uintptr(unsafe.Pointer(file))
			_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, x.shell, uintptr(unsafe.Pointer(&x.script[0])), x.env)
		}
		switch errno {
		case syscall.EACCES:
			denied = true
		case syscall.ENOENT, syscall.ESTALE, syscall.ENOTDIR, syscall.ENODEV, syscall.ETIMEDOUT:
		default:
			return errno
		}
	}
	if denied {
		return syscall.EACCES
	}
	return errno
}

// Exec reports whether a failure is that of the program's execution.
func (p *Plan) Exec(e *Error) bool { return e.Run && e.Step == len(p.Run)-1 }

// Gone is the step that ends the child, without a word, if the process of a descriptor
// has ended.
func Gone(pidfd int) Step {
	return Step{Do: gone, Args: [5]uintptr{uintptr(pidfd)}}
}

// pollIn is struct pollfd with the event that is waited for.
type pollIn struct {
	fd              int32
	events, revents int16
}

//go:nosplit
//go:norace
func gone(s *Step) syscall.Errno {
	const readable, failure = 1, 1
	fds := pollIn{fd: int32(s.Args[0]), events: readable}
	now := syscall.Timespec{}
	n, _, errno := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	if errno == 0 && n != 0 {
		syscall.RawSyscall(syscall.SYS_EXIT, failure, 0, 0)
	}
	return errno
}

// Ambient is the step that lets a program keep the capabilities that are permitted now,
// also where its user is not root: they become inheritable and ambient.
func Ambient() Step { return Step{Do: ambient} }

//go:nosplit
//go:norace
func ambient(*Step) syscall.Errno {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var set [2]unix.CapUserData
	_, _, errno := syscall.RawSyscall(unix.SYS_CAPGET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&set)), 0)
	if errno != 0 {
		return errno
	}
	for i := range set {
		set[i].Inheritable = set[i].Permitted
	}
	_, _, errno = syscall.RawSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&set)), 0)
	for c := uintptr(0); c < 64 && errno == 0; c++ {
		if set[c/32].Effective>>(c%32)&1 != 0 {
			_, _, errno = syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, c, 0, 0, 0)
		}
	}
	return errno
}
