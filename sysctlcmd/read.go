package sysctlcmd

import (
	"bytes"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// read prints the parameter of a name, or all that are in a folder.
func (c *sysctl) read(name string) (status int) {
	if name == "" {
		c.warn(`"" is an unknown key`)
		return notAKey
	}
	path := c.path(name)
	key := c.inTerms(name, '.')
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return c.cannotStat(path, err)
	}
	switch {
	case st.Mode&unix.S_IRUSR == 0: // such as net.ipv4.route.flush
		return 0
	case !c.below(path):
		return notAKey
	case st.Mode&unix.S_IFMT == unix.S_IFDIR:
		return c.list(path + "/")
	case !c.matches(key):
		return 0
	case c.names:
		c.env.Pen.Raw(key + "\n")
		return 0
	}
	return c.readFile(path, key)
}

func (c *sysctl) cannotStat(path string, err error) int {
	if c.ignore {
		return 0
	}
	c.warn("cannot stat %s: %s", path, cli.Strerror(err))
	return failed
}

// readFile prints the value in a file.
func (c *sysctl) readFile(path, key string) int {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return c.cannotOpen(key, err)
	}
	value, err := c.readValue(fd)
	unix.Close(fd)
	switch err {
	case nil:
		c.key = append(c.key[:0], key...)
		c.print(value)
		return 0
	case unix.EACCES:
		c.warn("permission denied on key '%s'", key)
	case unix.EISDIR:
		return c.list(path + "/")
	case unix.EIO: // net.ipv6.conf.*.stable_secret that was not set
	default:
		c.warn("reading key \"%s\"", key)
	}
	return failed
}

func (c *sysctl) cannotOpen(key string, err error) int {
	switch err {
	case unix.ENOENT:
		if c.ignore {
			return 0
		}
		c.warn("\"%s\" is an unknown key", key)
	case unix.EACCES:
		c.warn("permission denied on key '%s'", key)
	case unix.EIO:
	default:
		c.warn("reading key \"%s\": %s", key, cli.Strerror(err))
	}
	return failed
}

// usualValue has room for nearly all values.
const usualValue = 1024

// readValue reads a value, which is good until the next call. The kernel gives
// a parameter to one read, that is as much of it as there is room for, and has
// no more for the next: with no room left it is read again from the start.
func (c *sysctl) readValue(fd int) ([]byte, error) {
	if c.value == nil {
		c.value = make([]byte, usualValue)
	}
	for end := 0; ; {
		n, err := unix.Read(fd, c.value)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return c.value[:end], nil
		}
		if end = n; end < len(c.value) {
			continue
		}
		if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err != nil {
			return nil, err
		}
		c.value = make([]byte, 8*len(c.value))
	}
}

// print writes the value of c.key, each line of it with the key. A NUL ends a
// line without its newline, as C's strings do, so that the next one follows.
func (c *sysctl) print(value []byte) {
	pen, begun := c.env.Pen, false
	for line := range bytes.Lines(value) {
		line, _, _ = bytes.Cut(line, []byte{0})
		switch {
		case c.binary:
			line = bytes.TrimSuffix(line, []byte{'\n'})
		case !c.values && !begun:
			pen.Bytes("", "", c.key, " = ")
		}
		pen.Bytes("", "", line, "")
		begun = !bytes.HasSuffix(line, []byte{'\n'})
	}
	if begun && !c.values {
		pen.Raw("\n")
	}
	pen.Spill()
}
