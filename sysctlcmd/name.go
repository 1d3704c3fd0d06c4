package sysctlcmd

import (
	"path/filepath"
	"strings"
)

// procSys is where the parameters are.
const procSys = "/proc/sys/"

const separators = "./"

func separates(b byte) bool { return b == '.' || b == '/' }

// exchanged turns dots into slashes and slashes into dots.
func exchanged(b byte) byte {
	switch b {
	case '.':
		return '/'
	case '/':
		return '.'
	}
	return b
}

// inTerms returns a name with sep for its separator. A name is written with dots
// or with slashes, and has in its parts the other for itself: a link called
// eth0.5 is net.ipv4.conf.eth0/5 and net/ipv4/conf/eth0.5. The first separator
// tells which of the two a name is.
func (c *sysctl) inTerms(name string, sep byte) string {
	first := strings.IndexAny(name, separators)
	if first < 0 || name[first] == sep {
		return name
	}
	b, warned := []byte(name), false
	for i := first; i < len(b); i++ {
		if !warned && separates(b[i]) && i+1 < len(b) && separates(b[i+1]) {
			c.warn("separators should not be repeated: %s", b[i:])
			warned = true
		}
		b[i] = exchanged(b[i])
	}
	return string(b)
}

// path is the file of a name.
func (c *sysctl) path(name string) string { return procSys + c.inTerms(name, '/') }

// below reports whether a path is of something inside /proc/sys, links and dots
// resolved, and says so if it is of something else. /proc/self does not know in
// every place: the process may be none of this /proc.
func (c *sysctl) below(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err == nil && !strings.HasPrefix(real, procSys) {
		c.warn("Path is not under %s: %s", procSys, path)
		return false
	}
	return err == nil
}
