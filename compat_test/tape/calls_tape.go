//go:build tape

package tape

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A shape says what the arguments of a system call are, a letter each:
//
//	f  a descriptor            i  a number           s  a string
//	b  bytes, with their length in the next one      _  nothing that counts
//	o  room for bytes, with its length in the next one
//	S  room for a struct whose size is the shape's
type shape struct {
	name, args string
	size       int
	does       bool // it changes something
	opens      bool // the result is a new descriptor
	stream     bool // each result is used once: what was read is not read again
}

func shapeOf(trap uintptr) *shape {
	for i := range shapes {
		if shapes[i].nr == trap {
			return &shapes[i].shape
		}
	}
	return nil
}

var shapes = [...]struct {
	nr uintptr
	shape
}{
	{unix.SYS_OPENAT, shape{name: "openat", args: "fsii", opens: true}},
	{unix.SYS_SOCKET, shape{name: "socket", args: "iii", opens: true}},
	{unix.SYS_READ, shape{name: "read", args: "fo_", stream: true}},
	{unix.SYS_PREAD64, shape{name: "pread", args: "fo_i"}},
	{unix.SYS_GETDENTS64, shape{name: "getdents", args: "fo_", stream: true}},
	{unix.SYS_WRITE, shape{name: "write", args: "fb_", does: true}},
	{unix.SYS_LSEEK, shape{name: "lseek", args: "fii"}},
	{unix.SYS_FSTAT, shape{name: "fstat", args: "fS", size: int(unsafe.Sizeof(unix.Stat_t{}))}},
	{unix.SYS_NEWFSTATAT, shape{name: "fstatat", args: "fsSi", size: int(unsafe.Sizeof(unix.Stat_t{}))}},
	{unix.SYS_STATX, shape{name: "statx", args: "fsiiS", size: int(unsafe.Sizeof(unix.Statx_t{}))}},
	{unix.SYS_STATFS, shape{name: "statfs", args: "sS", size: int(unsafe.Sizeof(unix.Statfs_t{}))}},
	{unix.SYS_FSTATFS, shape{name: "fstatfs", args: "fS", size: int(unsafe.Sizeof(unix.Statfs_t{}))}},
	{unix.SYS_READLINKAT, shape{name: "readlinkat", args: "fso_"}},
	{unix.SYS_FACCESSAT, shape{name: "faccessat", args: "fsi"}},
	{unix.SYS_FACCESSAT2, shape{name: "faccessat2", args: "fsii"}},
	{unix.SYS_FCNTL, shape{name: "fcntl", args: "fii"}},
	{unix.SYS_FLOCK, shape{name: "flock", args: "fi"}},
	{unix.SYS_GETCWD, shape{name: "getcwd", args: "o_"}},
	{unix.SYS_UNAME, shape{name: "uname", args: "S", size: int(unsafe.Sizeof(unix.Utsname{}))}},
	{unix.SYS_PRLIMIT64, shape{name: "prlimit", args: "ii_S", size: int(unsafe.Sizeof(unix.Rlimit{}))}},
	{unix.SYS_CAPGET, shape{name: "capget", args: "_S", size: 24}},
	{unix.SYS_CAPSET, shape{name: "capset", args: "__"}},
	{unix.SYS_PRCTL, shape{name: "prctl", args: "iiiii"}},
	{unix.SYS_GETRANDOM, shape{name: "getrandom", args: "o_i"}},
	{unix.SYS_NANOSLEEP, shape{name: "nanosleep", args: "__"}},
	{unix.SYS_BIND, shape{name: "bind", args: "fb_"}},
	{unix.SYS_CONNECT, shape{name: "connect", args: "fb_"}},
	{unix.SYS_SETSOCKOPT, shape{name: "setsockopt", args: "fiib_"}},
	{unix.SYS_MKDIRAT, shape{name: "mkdirat", args: "fsi", does: true}},
	{unix.SYS_UNLINKAT, shape{name: "unlinkat", args: "fsi", does: true}},
	{unix.SYS_SYMLINKAT, shape{name: "symlinkat", args: "sfs", does: true}},
	{unix.SYS_MOUNT, shape{name: "mount", args: "sssis", does: true}},
	{unix.SYS_UMOUNT2, shape{name: "umount", args: "si", does: true}},
	{unix.SYS_UNSHARE, shape{name: "unshare", args: "i", does: true}},
	{unix.SYS_SETNS, shape{name: "setns", args: "fi", does: true}},
	{unix.SYS_CHDIR, shape{name: "chdir", args: "s"}},
	{unix.SYS_KILL, shape{name: "kill", args: "ii", does: true}},
	{unix.SYS_FCHMOD, shape{name: "fchmod", args: "fi", does: true}},
	{unix.SYS_GETPID, shape{name: "getpid"}},
	{unix.SYS_GETPPID, shape{name: "getppid"}},
	{unix.SYS_GETUID, shape{name: "getuid"}},
	{unix.SYS_GETEUID, shape{name: "geteuid"}},
	{unix.SYS_GETGID, shape{name: "getgid"}},
	{unix.SYS_GETEGID, shape{name: "getegid"}},
}

// ioctlShape is that of a request: most have a struct ifreq, in and out.
func ioctlShape(req uintptr) *shape {
	const ifreq = 40
	switch {
	case req == unix.TCGETS:
		return &shape{name: "ioctl", args: "fiS", size: 36}
	case req == unix.TIOCGWINSZ:
		return &shape{name: "ioctl", args: "fiS", size: 8}
	case req == unix.TUNSETIFF:
		return &shape{name: "ioctl", args: "fiX", size: ifreq, does: true}
	case req>>8 == unix.TUNSETIFF>>8&0xffffff && req != unix.TUNSETIFF:
		return &shape{name: "ioctl", args: "fii", does: true}
	case req >= 0x8910 && req < unix.SIOCDEVPRIVATE && req != unix.SIOCGIFCONF:
		return &shape{name: "ioctl", args: "fiX", size: ifreq, does: true}
	}
	return nil // its struct has pointers
}

// at is the memory at an address that a system call was given.
func at(addr uintptr, n int) []byte {
	if addr == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&addr)), n)
}

func stringAt(addr uintptr) string {
	if addr == 0 {
		return ""
	}
	return unix.BytePtrToString(*(**byte)(unsafe.Pointer(&addr)))
}

// key says what a call asks.
func (s *shape) key(args []uintptr, label func(fd int) string) string {
	var b strings.Builder
	b.WriteString(s.name)
	for i, a := range s.args {
		v := args[i]
		switch a {
		case 'f':
			b.WriteString(" " + label(int(int32(v))))
		case 'i':
			b.WriteString(" 0x" + strconv.FormatUint(uint64(v), 16))
		case 's':
			b.WriteString(" " + quoted(stringAt(v)))
		case 'b':
			b.WriteString(" " + readable(at(v, int(args[i+1]))))
		case 'X':
			b.WriteString(" " + hex.EncodeToString(at(v, s.size)))
		}
	}
	return b.String()
}

// room is where a call puts its result.
func (s *shape) room(args []uintptr) []byte {
	for i, a := range s.args {
		switch a {
		case 'o':
			return at(args[i], int(args[i+1]))
		case 'S', 'X':
			return at(args[i], s.size)
		}
	}
	return nil
}

// filled is how much of the room a result has.
func (s *shape) filled(ret int, room []byte) int {
	if strings.Contains(s.args, "o") {
		return min(max(ret, 0), len(room))
	}
	return len(room)
}

func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \"\\\n\t") {
		return strconv.Quote(s)
	}
	return s
}

// readable is text as it is, and other bytes in hexadecimal.
func readable(b []byte) string {
	for _, c := range b {
		if c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return fmt.Sprintf("%d:%x", len(b), b)
		}
	}
	return strconv.Quote(string(b))
}
