package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A process hands much more to its children than the environment, and tools
// show some of it: `ls /proc/self/fd` counts the descriptors, a program that
// was started under nohup outlives a hangup, files get the mode that the umask
// leaves. disown gives the sandbox the same of all that, whoever started it. It
// is for the thread that starts the commands.
func disown() error {
	if err := letGo(); err != nil {
		return fmt.Errorf("letting go of inherited descriptors: %w", err)
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, new(unix.Sigset_t), nil); err != nil {
		return fmt.Errorf("unblocking signals: %w", err)
	}
	heedSignals()
	unix.Umask(0o022)
	for _, l := range limits {
		if err := l.set(); err != nil {
			return fmt.Errorf("setting a resource limit: %w", err)
		}
	}
	// Being nice or likely to be ended changes no answer, and not everyone may
	// go back.
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 0)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("0"), 0)
	return nil
}

// letGo marks all descriptors but the first three to be closed in what is started:
// with one call, or one by one on kernels before 5.11, which do not know it.
func letGo() error {
	err := unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
	if err != unix.EINVAL && err != unix.ENOSYS {
		return err
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// heedSignals puts what the parent ignores back to its default. The standard
// library cannot: it keeps an ignored SIGHUP or SIGINT for its children, and
// does not know that others are ignored.
func heedSignals() {
	const ignored, last, maskSize = 1, 64, 8
	for sig := uintptr(1); sig <= last; sig++ {
		var old, fresh [8]uint64 // a struct sigaction, or more; the handler comes first
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, 0, uintptr(unsafe.Pointer(&old)), maskSize, 0, 0)
		if errno == 0 && old[0] == ignored {
			_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&fresh)), 0, maskSize, 0, 0)
		}
	}
}

// A limit is what a login session has on most machines.
type limit struct {
	resource int
	value    uint64
}

var limits = []limit{
	{unix.RLIMIT_NOFILE, 1024},
	{unix.RLIMIT_CORE, 0},
	{unix.RLIMIT_STACK, 8 << 20},
	{unix.RLIMIT_MEMLOCK, 8 << 20},
	{unix.RLIMIT_CPU, unix.RLIM_INFINITY},
	{unix.RLIMIT_FSIZE, unix.RLIM_INFINITY},
	{unix.RLIMIT_DATA, unix.RLIM_INFINITY},
	{unix.RLIMIT_AS, unix.RLIM_INFINITY},
}

// set sets both values; where a higher maximum is not allowed, as near as can be.
func (l limit) set() error {
	want := unix.Rlimit{Cur: l.value, Max: l.value}
	if unix.Setrlimit(l.resource, &want) == nil {
		return nil
	}
	var has unix.Rlimit
	if err := unix.Getrlimit(l.resource, &has); err != nil {
		return err
	}
	has.Cur = min(l.value, has.Max)
	return unix.Setrlimit(l.resource, &has)
}
