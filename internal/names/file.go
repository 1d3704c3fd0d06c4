package names

import (
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// confFiles are the names of a folder's *.conf files, in the folder's own order,
// which decides which of two names for a number counts.
func confFiles(dir string) (files []string) {
	all, _ := file.Names(dir)
	for _, n := range all {
		if n[0] != '.' && len(n) > len(".conf") && strings.HasSuffix(n, ".conf") {
			files = append(files, n)
		}
	}
	return files
}

// tableFiles calls f with the paths of a table's files in the order in which
// they are read: the file of the first folder that has it, then *.conf in dir of
// both, those in /etc in the place of those of the same name. f tells whether
// the file was there.
func (ts *Tables) tableFiles(file, dir string, f func(path string) bool) {
	usr, etc := ts.Root+usrDir+"/", ts.Root+etcDir+"/"
	if file != "" && !f(etc+file) {
		f(usr + file)
	}
	if dir == "" {
		return
	}
	usr, etc = usr+dir+"/", etc+dir+"/"
	for _, name := range confFiles(usr) {
		if err := unix.Lstat(etc+name, new(unix.Stat_t)); err != nil {
			f(usr + name)
		}
	}
	for _, name := range confFiles(etc) {
		f(etc + name)
	}
}
