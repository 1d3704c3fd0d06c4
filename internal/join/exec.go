package join

import (
	"syscall"
	"unsafe"
)

// shell runs the programs that are neither binary nor say by "#!" what runs them.
const shell = "/bin/sh"

// A Program is what a step executes: one of these files, with words and an environment
// as execve(2) takes them. A script has the file among the words of its shell.
type Program struct {
	argv, env, shell uintptr
	script           []*byte
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
	x.script, _ = syscall.SlicePtrFromStrings(append([]string{shell, ""}, argv[min(1, len(argv)):]...))
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
		if errno == syscall.ENOEXEC && len(x.script) > 1 {
			x.script[1] = file
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
