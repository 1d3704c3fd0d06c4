package sysctlcmd

import (
	"strings"

	"gip/internal/file"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// offer tells the names of parameters that begin with what is typed, folder by folder:
// there may be a hundred parameters for each link. That of a folder ends in a separator.
func offer(typed string) {
	sep := byte('.')
	if i := strings.IndexAny(typed, separators); i >= 0 {
		sep = typed[i]
	}
	before := typed[:strings.LastIndexByte(typed, sep)+1]
	dir := procSys + inPath(before, sep)
	names, _ := file.Names(dir)
	for _, name := range names {
		if sep == '.' {
			name = string(appendKey(nil, []byte(name)))
		}
		if name = before + name; !strings.HasPrefix(name, typed) {
			continue
		}
		var st unix.Stat_t
		if unix.Stat(procSys+inPath(name, sep), &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR {
			name += string(sep)
		}
		word.Offer(word.Asked, name)
	}
}

// inPath is a name in terms of slashes.
func inPath(name string, sep byte) string {
	if sep == '/' {
		return name
	}
	return string(appendKey(nil, []byte(name)))
}
