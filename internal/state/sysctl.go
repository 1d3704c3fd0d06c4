package state

import (
	"path"
	"strconv"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// procSys is the folder of the sysctls; those below net are of the namespace that the
// thread is in.
const procSys = "/proc/sys/"

// sysctls reads what can be set below net. Names have slashes, as files have and
// sysctl takes: the names of links may have dots.
func (r *reader) sysctls() error {
	r.folder("net")
	return nil
}

func (r *reader) folder(dir string) {
	names, err := file.Names(procSys + dir)
	if err != nil {
		return
	}
	for _, name := range names {
		name = dir + "/" + name
		var st unix.Stat_t
		switch unix.Lstat(procSys+name, &st) {
		case nil:
		default:
			continue
		}
		switch {
		case st.Mode&unix.S_IFMT == unix.S_IFDIR:
			r.folder(name)
		case st.Mode&0o200 != 0 && st.Mode&0o444 != 0:
			if i, ok := sysctl(name); ok {
				r.add(i)
			}
		}
	}
}

// sysctl reads one; what cannot be read has no value to go back to.
func sysctl(name string) (i Item, ok bool) {
	value, err := file.Read(procSys + name)
	if err != nil || isAction(name) {
		return i, false
	}
	value = strings.Join(strings.Fields(value), " ")
	return Item{Sort: Sysctl, Head: "sysctl", Key: " " + name, Line: " " + quote(name+"="+value)}, true
}

// isAction reports whether writing does something once, as a flush.
func isAction(name string) bool { return path.Base(name) == "flush" }

// quote is a word as AppendWord writes it.
func quote(w string) string {
	if strings.ContainsAny(w, " \t\"'#\\") {
		return strconv.Quote(w)
	}
	return w
}

// setSysctl writes what a line of a sysctl says.
func setSysctl(line string) error {
	words, err := Split(line)
	if err != nil || len(words) != 1 {
		return unix.EINVAL
	}
	name, value, _ := strings.Cut(words[0], "=")
	f, err := file.OpenFile(procSys+name, unix.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value + "\n")
	return err
}

// cutPassing takes lifetimes off a line, which go by.
func cutPassing(line string) string {
	for _, word := range [...]string{" valid_lft ", " preferred_lft ", " expires "} {
		if at := strings.Index(line, word); at >= 0 {
			rest := line[at+len(word):]
			if end := strings.IndexByte(rest, ' '); end >= 0 {
				rest = rest[end:]
			} else {
				rest = ""
			}
			line = line[:at] + word[:len(word)-1] + rest
		}
	}
	return line
}
