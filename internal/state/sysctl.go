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
	name, value, _ := cutSysctl(words[0])
	f, err := file.OpenFile(procSys+name, unix.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value + "\n")
	return err
}

// cutSysctl takes NAME=VALUE apart. The name of a link may have a =, too.
func cutSysctl(w string) (name, value string, ok bool) {
	at := 0
	if part := strings.SplitAfterN(w, "/", 5); len(part) == 5 && ofLinks(part[2]) {
		at = len(w) - len(part[4])
	}
	name, value, ok = strings.Cut(w[at:], "=")
	return w[:at] + name, value, ok
}

// ofLinks reports whether a folder of sysctls, with its slash, has one for each link.
func ofLinks(folder string) bool { return folder == "conf/" || folder == "neigh/" }

// cutPassing takes lifetimes off a line, which go by: the numbers, and their words as well
// if they are not to be kept. A device may be called like such a word.
func cutPassing(line string, keep bool) string {
	if !strings.Contains(line, "_lft ") && !strings.Contains(line, " expires ") {
		return line
	}
	kept, before := "", ""
	for _, w := range strings.Split(line, " ")[1:] {
		switch {
		case before != "valid_lft" && before != "preferred_lft" && before != "expires", strings.Trim(w, "0123456789") != "":
			kept += " " + w
		case !keep:
			kept = kept[:len(kept)-1-len(before)]
		}
		before = w
	}
	return kept
}
