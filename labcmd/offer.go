package labcmd

import (
	"strings"

	"gip/internal/file"
	"gip/internal/lab"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// What a word of a command line may be, one or the other.
const (
	labName   = 1 << iota
	nodeName  // [LAB/]NODE
	labFile   // of a lab
	modelName // of a lab to start from
	scriptFile
)

// offer tells what w may be if it is the word that is asked about, and reports whether it is.
func offer(w string, is int) bool {
	return word.OfferFrom(w, func() (names []string) {
		if is&labFile != 0 {
			names = files(is)
		}
		if is == modelName {
			return models()
		}
		return append(names, running(is)...)
	})
}

// running are the names of the labs that are up, or those of their nodes: with their lab
// once that is typed, which has to be where two labs have a node of that name.
func running(is int) (names []string) {
	labs := lab.Seen()
	for _, r := range labs {
		if is&labName != 0 {
			names = append(names, r.Name)
		}
		if is != nodeName {
			continue
		}
		prefix := r.Name + "/"
		if !strings.HasPrefix(word.Typed, prefix) {
			prefix = ""
		}
		if l, err := r.Lab(); err == nil {
			for _, n := range l.Names() {
				names = append(names, prefix+n)
			}
		}
		if prefix == "" && (len(labs) > 1 || word.Typed != "") {
			names = append(names, r.Name+"/")
		}
	}
	return names
}

// files are those that what is typed may become: the texts of labs, scripts where they may
// be, and folders, which may hold some.
func files(is int) (paths []string) {
	dir := word.Typed[:strings.LastIndexByte(word.Typed, '/')+1]
	names, _ := file.Names(dir + ".")
	for _, name := range names {
		var st unix.Stat_t
		switch path := dir + name; {
		case name[0] == '.' && !strings.HasPrefix(word.Typed, dir+"."):
		case lab.Called(name) != name, is&scriptFile != 0 && strings.HasSuffix(name, ".sh"):
			paths = append(paths, path)
		case unix.Stat(path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR:
			paths = append(paths, path+"/")
		}
	}
	return paths
}
