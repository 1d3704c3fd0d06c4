package names

import (
	"os"
	"path/filepath"
	"strings"
)

// confFiles are the names of a folder's *.conf files, in order.
func confFiles(dir string) (files []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if n := e.Name(); n[0] != '.' && len(n) > len(".conf") && strings.HasSuffix(n, ".conf") {
			files = append(files, n)
		}
	}
	return files
}

// tableFiles calls f with the paths of a table's files in the order in which
// they are read: FILE of the first folder that has it, then FILE.d/*.conf of
// both, those in /etc in the place of those of the same name. f tells whether
// the file was there.
func (ts *Tables) tableFiles(file string, f func(path string) bool) {
	usr, etc := filepath.Join(ts.root(usrDir), file), filepath.Join(ts.root(etcDir), file)
	if !f(etc) {
		f(usr)
	}
	usr, etc = usr+".d", etc+".d"
	for _, name := range confFiles(usr) {
		if _, err := os.Lstat(filepath.Join(etc, name)); err != nil {
			f(filepath.Join(usr, name))
		}
	}
	for _, name := range confFiles(etc) {
		f(filepath.Join(etc, name))
	}
}
