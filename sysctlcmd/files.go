package sysctlcmd

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/glob"

	"golang.org/x/sys/unix"
)

// usualFile is what -p reads without the name of a file, and --system last.
const usualFile = "/etc/sysctl.conf"

// systemDirs are the folders of --system; a file in an earlier one hides the
// files of its name in the later ones (sysctl.d(5)).
var systemDirs = [...]string{
	"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
}

// loadFiles applies the settings of the files that -p or words name.
func (c *sysctl) loadFiles(words []string) (status int) {
	switch {
	case c.file != nil:
		words = append([]string{*c.file}, words...)
	case len(words) == 0:
		words = []string{usualFile}
	}
	for _, w := range words {
		status |= c.gather(w)
	}
	return status | c.apply()
}

// loadSystem applies the settings of the files in the system's folders, in the
// order of their names, and then those of the usual file.
func (c *sysctl) loadSystem() (status int) {
	for _, path := range systemFiles() {
		status |= c.gatherNamed(path)
	}
	var st unix.Stat_t
	if unix.Stat(usualFile, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG {
		status |= c.gatherNamed(usualFile)
	}
	return status | c.apply()
}

func (c *sysctl) gatherNamed(path string) int {
	if !c.quiet {
		c.env.Pen.Raw("* Applying " + path + " ...\n")
	}
	return c.gather(path)
}

// systemFiles lists the *.conf of all folders by name.
func systemFiles() (paths []string) {
	var names []string
	for _, dir := range systemDirs {
		found, _ := file.Names(dir)
		for _, name := range found {
			if strings.HasSuffix(name, ".conf") && !slices.Contains(names, name) {
				names = append(names, name)
				paths = append(paths, dir+"/"+name)
			}
		}
	}
	cli.Sort(paths, func(a, b string) int { return strings.Compare(base(a), base(b)) })
	return paths
}

func base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// gather adds the settings of the files that match a pattern to those that are
// to be applied. One that cannot be opened ends it. Lines are counted through.
func (c *sysctl) gather(pattern string) (status int) {
	number := 0
	for _, path := range glob.Files(pattern) {
		err := c.readLines(path, func(line string) {
			number++
			if len(line) < 2 {
				return
			}
			line, _, _ = strings.Cut(line, "\x00") // which ends C's strings
			if s, ok := c.parseSetting(line, path, number); ok {
				c.settings = append(c.settings, s)
			}
		})
		if err != nil {
			c.warn("cannot open \"%s\": %s", path, cli.Strerror(err))
			return failed
		}
	}
	return 0
}

// readLines calls f with each line of a file, with its newline, as far as it can
// be read; - is standard input, once.
func (c *sysctl) readLines(path string, f func(line string)) error {
	in := c.env.Stdin
	if path == "-" {
		c.env.Stdin = strings.NewReader("")
	} else {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		in = reader(fd)
	}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			f(line)
		}
		if err != nil {
			return nil
		}
	}
}

// A reader is a descriptor that is read without the poller of package os.
type reader int

func (fd reader) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), b)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// apply writes the settings that were gathered. A pattern stands for what it
// matches, but for what another setting names or excludes.
func (c *sysctl) apply() (status int) {
	if c.env.Over() != nil { // what was read may be cut off
		return failed
	}
	for _, s := range c.settings {
		switch {
		case s.excludes:
		case strings.ContainsAny(s.path, "*?["):
			for _, path := range glob.Paths(s.path) {
				if !c.isNamed(path) {
					status |= c.set(s, path)
				}
			}
		default:
			status |= c.set(s, s.path)
		}
	}
	return status
}

// isNamed reports whether a setting names or excludes a path.
func (c *sysctl) isNamed(path string) bool {
	return slices.ContainsFunc(c.settings, func(s setting) bool {
		return s.path == path || s.excludes && glob.Match(s.path, path)
	})
}
