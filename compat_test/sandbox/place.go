package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"gip/compat_test/place"
)

// furnish gives the finished root what has to be done from the inside.
func furnish(p *place.Place) error {
	for _, path := range p.Foreign {
		if path == "proc" {
			if err := otherProc(); err != nil {
				return err
			}
		}
	}
	b := builder{root: "/"}
	for _, path := range p.ReadOnly {
		if path = filepath.Join("/", path); !isMount(path) {
			b.mount(path, path, "", unix.MS_BIND|unix.MS_REC, "")
		}
		b.readOnly(path)
	}
	return b.err
}

func isMount(path string) bool {
	var here, above unix.Stat_t
	return path == "/" || unix.Stat(path, &here) == nil && unix.Stat(filepath.Dir(path), &above) == nil && here.Dev != above.Dev
}

// controlGroup makes a group of the second version with so much memory. It is
// for the test VM, which is thrown away with what is left in it.
func controlGroup(name string, memory int64) (*os.File, error) {
	const top = "/sys/fs/cgroup"
	if memory == 0 {
		return nil, nil
	}
	dir := filepath.Join(top, name)
	if err := os.WriteFile(top+"/cgroup.subtree_control", []byte("+memory"), 0); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(dir+"/memory.max", strconv.AppendInt(nil, memory, 10), 0); err != nil {
		return nil, err
	}
	return os.Open(dir)
}

// otherProc covers /proc by that of a pid namespace which has no process any
// more: what mounts it is the only one that it ever had.
func otherProc() error {
	mount := exec.Command("/usr/bin/mount", "-n", "-i", "-t", "proc", "other", "/proc")
	mount.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	if text, err := mount.CombinedOutput(); err != nil {
		return fmt.Errorf("mounting another /proc: %w: %s", err, text)
	}
	return nil
}

// restrict takes from this thread, and from what it starts, what the place does
// not have. The order matters: each step takes what the ones before it need.
func restrict(p *place.Place) error {
	if p.CPUs > 0 {
		if err := bindToCPUs(p.CPUs); err != nil {
			return err
		}
	}
	if p.Bounded {
		if err := bound(p.Capabilities); err != nil {
			return err
		}
	}
	filter, err := refusing(p.Refused)
	if err != nil {
		return err
	}
	// before the number changes: without capabilities it would take no_new_privs,
	// which a program could see
	if err := install(filter); err != nil {
		return err
	}
	return become(p.UID)
}

// bindToCPUs leaves the first n processors of those that we may use.
func bindToCPUs(n int) error {
	var all, some unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return fmt.Errorf("reading the processors: %w", err)
	}
	for cpu := 0; some.Count() < min(n, all.Count()); cpu++ {
		if all.IsSet(cpu) {
			some.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return fmt.Errorf("choosing processors: %w", err)
	}
	return nil
}

// bound takes all but these capabilities from what the thread starts.
func bound(keep []uintptr) error {
	kept := map[uintptr]bool{}
	for _, c := range keep {
		kept[c] = true
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if kept[c] {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && err != unix.EINVAL {
			return fmt.Errorf("dropping capability %d: %w", c, err)
		}
	}
	return nil
}

// become changes the thread's number, alone: package syscall would change that
// of all threads.
func become(uid int) error {
	if uid == 0 {
		return nil
	}
	id := uintptr(uid)
	for _, call := range []uintptr{unix.SYS_SETRESGID, unix.SYS_SETRESUID} {
		if _, _, errno := unix.RawSyscall(call, id, id, id); errno != 0 {
			return fmt.Errorf("becoming %d: %w", uid, errno)
		}
	}
	return nil
}

// refusing is the program that the kernel asks about each system call: it
// compares the call's number, the first word of struct seccomp_data, with those
// that are refused. Programs of another word size would have other numbers; the
// bench has none.
func refusing(refused []place.Refusal) ([]unix.SockFilter, error) {
	var program []bpf.Instruction
	program = append(program, bpf.LoadAbsolute{Off: 0, Size: 4})
	for _, r := range refused {
		for _, call := range r.Calls {
			program = append(program,
				bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(call), SkipTrue: 1},
				bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(r.Errno)})
		}
	}
	if len(program) == 1 {
		return nil, nil
	}
	raw, err := bpf.Assemble(append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}))
	if err != nil {
		return nil, fmt.Errorf("a filter of system calls: %w", err)
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return filter, nil
}

// install makes the kernel ask the filter about this thread's calls and those
// of what it starts.
func install(filter []unix.SockFilter) error {
	if len(filter) == 0 {
		return nil
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return fmt.Errorf("installing a filter of system calls: %w", err)
	}
	return nil
}
