package sysctlcmd

import (
	"bytes"
	"strings"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// A setting is what a line of a file or a word of the command line says:
// KEY=VALUE, or -KEY, which takes a key out of the patterns.
type setting struct {
	path     string
	value    string
	ignore   bool // written -KEY=VALUE: failure does not matter
	excludes bool // written -KEY
}

// blanks are those of isspace(3).
const blanks = " \t\n\v\f\r"

// parseSetting reads a line. There is none in a comment, in a line of less than
// two bytes, in one that the pattern of -r does not match, and in one that is
// wrong, of which from and number tell the place.
func (c *sysctl) parseSetting(line, from string, number int) (s setting, ok bool) {
	line = strings.TrimLeft(line, blanks)
	if len(line) < 2 || line[0] == '#' || line[0] == ';' || !c.matches(line) {
		return s, false
	}
	key, value, assigns := strings.Cut(line, "=")
	key, minus := strings.CutPrefix(key, "-")
	switch {
	case assigns:
		s.value = trimRight(strings.TrimLeft(value, blanks))
		s.ignore = minus
	case minus:
		// As a value of the command line, it is what C prints for none.
		s.value, s.excludes = "(null)", true
	default:
		c.warn("%s(%d): invalid syntax, continuing...", from, number)
		return s, false
	}
	// What is written --KEY means the same.
	s.path = c.path(strings.TrimPrefix(trimRight(key), "-"))
	return s, true
}

// trimRight takes off blanks at the end, but leaves the first byte.
func trimRight(s string) string {
	if s == "" {
		return s
	}
	return s[:1] + strings.TrimRight(s[1:], blanks)
}

// set writes the value of a setting to a parameter, and shows it.
func (c *sysctl) set(s setting, path string) int {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return c.cannotStat(path, err)
	}
	if !c.below(path) {
		return failed
	}
	key := c.inTerms(path[len(procSys):], '.')
	switch {
	case st.Mode&unix.S_IWUSR == 0: // also those of folders
		c.notSet(key, "", unix.EPERM)
		return failed
	case st.Mode&unix.S_IFMT == unix.S_IFDIR:
		c.notSet(key, "", unix.EISDIR)
		return failed
	case c.dryRun:
		c.show(key, s.value)
		return 0
	}
	return c.put(s, path, key)
}

// put writes a value. If the file cannot be opened and that does not matter, it
// is shown as if it had been written.
func (c *sysctl) put(s setting, path, key string) (status int) {
	ignoring := ""
	if status = failed; s.ignore {
		ignoring, status = ", ignoring", 0
	}
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_TRUNC|unix.O_CLOEXEC, 0)
	if err == nil {
		err = writeValue(fd, []byte(s.value+"\n"))
		unix.Close(fd)
		if err != nil {
			c.notSet(key, ignoring, err)
			return status
		}
		status = 0
	}
	switch err {
	case nil:
	case unix.ENOENT:
		if c.ignore {
			status = 0
		} else {
			c.warn("\"%s\" is an unknown key%s", key, ignoring)
		}
	case unix.EPERM, unix.EROFS, unix.EACCES:
		c.warn("permission denied on key \"%s\"%s", key, ignoring)
	default:
		c.notSet(key, ignoring, err)
	}
	if status == 0 && !c.quiet {
		c.show(key, s.value)
	}
	return status
}

func (c *sysctl) notSet(key, ignoring string, err error) {
	c.warn("setting key \"%s\"%s: %s", key, ignoring, cli.Strerror(err))
}

// show writes what a parameter was set to, as it was given.
func (c *sysctl) show(key, value string) {
	pen := c.env.Pen
	switch {
	case c.names:
		pen.Raw(key + "\n")
	case c.binary:
		pen.Raw(value)
	case c.values:
		pen.Raw(value + "\n")
	default:
		pen.Raw(key + " = " + value + "\n")
	}
	pen.WriteBlocks() // SIGPIPE keeps the real tool from setting more
}

// page is what the kernel takes of a value in one write, with its newline.
const page = 4096

// writeValue writes a value that ends in a newline. The kernel takes it from one
// write; of one that is longer than it likes, it takes a part and says so, which
// is the end of it. A value that it refuses is tried again in pieces of a page
// that end where a comma was, each but the first one byte further on: a list may
// be taken like that.
func writeValue(fd int, value []byte) error {
	if _, err := unix.Write(fd, value); err != unix.EINVAL {
		return err
	}
	for first := true; len(value) > 0; first = false {
		size, end := len(value), byte('\n')
		if size > page {
			size, end = page, ','
		}
		last := bytes.LastIndexByte(value[:size], end)
		if last < 0 {
			return unix.EINVAL
		}
		value[last] = '\n'
		if !first {
			unix.Seek(fd, 1, unix.SEEK_CUR)
		}
		n, err := unix.Write(fd, value[:last+1])
		if n < 1 {
			return err
		}
		value = value[n:]
	}
	return nil
}
