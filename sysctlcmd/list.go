package sysctlcmd

import (
	"encoding/binary"
	"slices"
	"strings"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// deprecated parameters are left out of lists but for --deprecated; stat_refresh
// always, because reading it does something.
var deprecated = [...]string{"base_reachable_time", "retrans_time"}

const neverListed = "stat_refresh"

func (c *sysctl) hides(name string) bool {
	switch name {
	case ".", "..", neverListed:
		return true
	}
	return !c.deprecated && slices.Contains(deprecated[:], name)
}

// A folder is one that is being listed.
type folder struct {
	fd   int
	path string // with a slash at its end
	// In a plain folder a parameter can be read from its name alone, and its key
	// is prefix and the name: all that may be odd about it has been looked at.
	plain  bool
	prefix string
}

// list prints the parameters in a folder and in those below it, in the kernel's
// order. The path ends in a slash.
func (c *sysctl) list(path string) (status int) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		c.warn("unable to open directory \"%s\"", path)
		return failed
	}
	return c.listOpen(newFolder(fd, path), 0)
}

func newFolder(fd int, path string) *folder {
	f := &folder{fd: fd, path: path}
	name := path[len(procSys):]
	var st unix.Statfs_t
	if strings.IndexAny(name, separators) != strings.IndexByte(name, '/') || name == "" || repeats(name) {
		return f
	}
	if unix.Fstatfs(fd, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC {
		f.plain = true
		f.prefix = string(appendKey(nil, []byte(name)))
	}
	return f
}

// repeats reports whether a name has separators that follow one another.
func repeats[T string | []byte](name T) bool {
	for i := 1; i < len(name); i++ {
		if separates(name[i-1]) && separates(name[i]) {
			return true
		}
	}
	return false
}

// appendKey appends a path as a part of a key.
func appendKey(b, path []byte) []byte {
	for _, c := range path {
		b = append(b, exchanged(c))
	}
	return b
}

// sizeofEntries is how much of a folder is read at once.
const sizeofEntries = 32 << 10

// A struct linux_dirent64 of getdents64(2) is an inode number and an offset of
// 8 bytes each, the length of the whole, the type, and a name that ends in NUL.
const (
	direntLen  = 16
	direntType = 18
	direntName = 19
)

// listOpen lists a folder and closes it. depth is how many are being listed
// above it.
func (c *sysctl) listOpen(f *folder, depth int) (status int) {
	defer unix.Close(f.fd)
	if depth == len(c.entries) {
		c.entries = append(c.entries, make([]byte, sizeofEntries))
	}
	for buf := c.entries[depth]; ; {
		n, err := unix.ReadDirent(f.fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return status
		}
		for at := 0; at < n; {
			size := int(binary.NativeEndian.Uint16(buf[at+direntLen:]))
			name := unix.ByteSliceToString(buf[at+direntName : at+size])
			if !c.hides(name) {
				status |= c.entry(f, name, buf[at+direntType], depth)
			}
			at += size
		}
	}
}

// entry prints what is in a folder under a name. What is usual is done with few
// system calls; whatever comes of them that is not is looked at again as a name
// of a command line is.
func (c *sysctl) entry(f *folder, name string, kind byte, depth int) (status int) {
	switch {
	case kind == unix.DT_DIR:
		fd, err := unix.Openat(f.fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err == nil {
			return c.listOpen(newFolder(fd, f.path+name+"/"), depth+1)
		}
	case kind == unix.DT_REG && f.plain && name[0] != '.' && !repeats(name):
		if c.plainFile(f, name) {
			return 0
		}
	}
	return c.oddEntry(f.path + name)
}

// plainFile prints a parameter; ok is false if there is anything to tell.
func (c *sysctl) plainFile(f *folder, name string) (ok bool) {
	c.key = appendKey(append(c.key[:0], f.prefix...), []byte(name))
	if (c.pattern != nil || c.hopeless) && !c.matches(string(c.key)) {
		return true
	}
	if c.names {
		return c.plainName(f, name)
	}
	fd, err := unix.Openat(f.fd, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	value, err := c.readValue(fd)
	unix.Close(fd)
	if err == nil {
		c.print(value)
	}
	return err == nil
}

// plainName prints the name of a parameter that somebody may read.
func (c *sysctl) plainName(f *folder, name string) (ok bool) {
	var st unix.Stat_t
	if unix.Fstatat(f.fd, name, &st, 0) != nil {
		return false
	}
	if st.Mode&unix.S_IRUSR != 0 {
		c.env.Pen.Bytes("", "", c.key, "\n")
		c.env.Pen.Spill()
	}
	return true
}

func (c *sysctl) oddEntry(path string) int {
	var st unix.Stat_t
	switch err := unix.Stat(path, &st); {
	case err != nil:
		c.warn("cannot stat %s: %s", path, cli.Strerror(err))
		return failed
	case st.Mode&unix.S_IFMT == unix.S_IFDIR:
		return c.list(path + "/")
	}
	return c.read(path[len(procSys):])
}
