package tape

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tag is the build tag of programs that are built with the overlay.
const Tag = "tape"

// An edit changes a file of the standard library: each old text, which has to
// be there, becomes the new one.
type edit struct {
	file     string
	old, new string
}

// edits lead each system call that Go code makes past syscall.Hook. The child of
// a fork is left alone: it shares our memory until it is another program.
//
// Arguments of a call are addresses, often on the caller's stack, which may not
// move meanwhile. So the stacks are made larger than a hook needs at once.
var edits = []edit{
	{"syscall/syscall_linux.go", "	return RawSyscall6(trap, a1, a2, a3, 0, 0, 0)\n", `	if Hook != nil {
		return Hook(true, trap, a1, a2, a3, 0, 0, 0)
	}
	return RawUnhooked(trap, a1, a2, a3, 0, 0, 0)
`},
	{"syscall/syscall_linux.go", "	var errno uintptr\n", `	if Hook != nil {
		return Hook(true, trap, a1, a2, a3, a4, a5, a6)
	}
	var errno uintptr
`},
	{"syscall/syscall_linux.go", "Errno) {\n	runtime_entersyscall()\n	// N.B.", `Errno) {
	if Hook != nil {
		return Hook(false, trap, a1, a2, a3, 0, 0, 0)
	}
	runtime_entersyscall()
	// N.B.`},
	{"syscall/syscall_linux.go", "Errno) {\n	runtime_entersyscall()\n	r1, r2, err = RawSyscall6(trap, a1, a2, a3, a4, a5, a6)\n", `Errno) {
	if Hook != nil {
		return Hook(false, trap, a1, a2, a3, a4, a5, a6)
	}
	runtime_entersyscall()
	r1, r2, err = RawUnhooked(trap, a1, a2, a3, a4, a5, a6)
`},
	{"syscall/syscall_linux.go", "	r1, r2, err = RawSyscall6(trap, a1, a2, a3, 0, 0, 0)\n", "	r1, r2, err = RawUnhooked(trap, a1, a2, a3, 0, 0, 0)\n"},
	{"syscall/syscall_linux.go", "func rawSyscallNoError(trap", hooks + "\nfunc rawSyscallNoError(trap"},
	{"syscall/exec_linux.go", " RawSyscall(", " rawUnhooked("},
	{"syscall/exec_linux.go", "\tRawSyscall(", "\trawUnhooked("},
	{"syscall/exec_linux.go", "RawSyscall6(", "RawUnhooked("},
	{"syscall/exec_unix.go", "	var wstatus WaitStatus\n\n	if attr == nil", `	var wstatus WaitStatus

	if Forks != nil {
		if err := Forks(argv0, argv); err != nil {
			return 0, err
		}
	}
	if attr == nil`},
	{"syscall/syscall_linux.go", "Errno) {\n	if cgo_libc_setegid != nil {\n", `Errno) {
	if Threads != nil {
		return Threads(trap)
	}
	if cgo_libc_setegid != nil {
`},
	{"syscall/zsyscall_linux_amd64.go", "rawSyscallNoError(SYS_GET", "noError(SYS_GET"},
	// A file that nobody has any more is closed at some time, which may be that of
	// the next command: its descriptors have the same numbers.
	{"os/file_unix.go", "	runtime.SetFinalizer(f.file, (*file).close)\n", ""},
	{"runtime/proc.go", "newg = malg(stackMin)", "newg = malg(256 << 10)"},
	{"runtime/stack.go", "startingStackSize uint32 = fixedStack", "startingStackSize uint32 = 256 << 10"},
	{"runtime/stack.go", "if debug.adaptivestackstart == 0 {", "if true {"},
	{"runtime/stack.go", "if debug.gcshrinkstackoff > 0 {", "if true {"},
}

// hooks is what package syscall gets.
const hooks = `
// Hook, if set, makes the system calls of Go code. raw are those that the
// scheduler is not told of.
var Hook func(raw bool, trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno)

// Forks, if set, is told of a program before it is started; an error is the
// answer instead.
var Forks func(argv0 string, argv []string) error

// Threads, if set, stands in for a call of all threads.
var Threads func(trap uintptr) (r1, r2 uintptr, err Errno)

func noError(trap, a1, a2, a3 uintptr) (r1, r2 uintptr) {
	if Hook != nil {
		r1, r2, _ = Hook(true, trap, a1, a2, a3, 0, 0, 0)
		return
	}
	return rawSyscallNoError(trap, a1, a2, a3)
}

// RawUnhooked is RawSyscall6 without the hook.
//
//go:uintptrkeepalive
//go:nosplit
//go:norace
//go:linkname RawUnhooked
func RawUnhooked(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno) {
	var errno uintptr
	r1, r2, errno = linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)
	err = Errno(errno)
	return
}

//go:uintptrkeepalive
//go:nosplit
//go:norace
func rawUnhooked(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err Errno) {
	return RawUnhooked(trap, a1, a2, a3, 0, 0, 0)
}

// Unhooked is Syscall6 without the hook.
//
//go:uintptrkeepalive
//go:nosplit
//go:linkname Unhooked
func Unhooked(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno) {
	runtime_entersyscall()
	r1, r2, err = RawUnhooked(trap, a1, a2, a3, a4, a5, a6)
	runtime_exitsyscall()
	return
}
`

// recording is a file more of cmd/gip, in a gip that records: it runs from here.
const recording = `package main

import (
	"os"

	"gip/compat_test/tape"
)

func init() { os.Exit(tape.Record(run)) }
`

// player writes the changed files into dir and returns the path of what the option
// -overlay of "go build" wants.
func player(dir string) (string, error) {
	replace, err := library(dir)
	if err != nil {
		return "", err
	}
	return list(filepath.Join(dir, "player.json"), replace)
}

// recorder does the same for a gip that records, in the module at root.
func recorder(dir, root string) (string, error) {
	replace, err := library(dir)
	if err != nil {
		return "", err
	}
	root, err = filepath.Abs(root)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "recording.go")
	if err := write(file, recording); err != nil {
		return "", err
	}
	replace[filepath.Join(root, "cmd/gip/recording.go")] = file
	return list(filepath.Join(dir, fmt.Sprintf("recorder%08x.json", crc32.ChecksumIEEE([]byte(root)))), replace)
}

func list(path string, replace map[string]string) (string, error) {
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	return path, write(path, string(text))
}

// write replaces a file at once: other builds may be reading it.
func write(path, text string) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close(), os.Rename(f.Name(), path))
}

// library writes the changed files of the standard library into dir and returns
// which file stands for which.
func library(dir string) (map[string]string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding GOROOT: %w", err)
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src")
	texts := map[string]string{}
	for _, e := range edits {
		if texts[e.file] == "" {
			text, err := os.ReadFile(filepath.Join(src, e.file))
			if err != nil {
				return nil, err
			}
			texts[e.file] = string(text)
		}
		if !strings.Contains(texts[e.file], e.old) {
			return nil, fmt.Errorf("%s of this Go lacks %q: package tape has to learn the new form", e.file, e.old)
		}
		texts[e.file] = strings.ReplaceAll(texts[e.file], e.old, e.new)
	}
	replace := map[string]string{}
	for file, text := range texts {
		changed := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := write(changed, text); err != nil {
			return nil, err
		}
		replace[filepath.Join(src, file)] = changed
	}
	return replace, nil
}
