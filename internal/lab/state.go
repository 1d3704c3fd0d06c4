package lab

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A Running is the state of a lab that is up, or on its way up or down: a folder of
// its name, which is locked while it changes.
type Running struct {
	Name string
	dir  string
	fd   int // of the folder
	pid  int // of the holder; 0 if there is none
	// guard has signals end the command that Output waits for; nil if they do as usual.
	guard *guard
}

// Files of the folder.
const (
	holderFile = "holder" // number and start time of the holder
	aliveFile  = "alive"  // which the holder has locked as long as it lives
	textFile   = "text"   // the statements as they were built
	logSuffix  = ".log"   // what a program said that was started
)

// labsDir is the folder of all labs, below that of gip's state.
const labsDir = "/lab"

// runDir returns the folder of all labs of this user, which it makes if asked to.
func runDir(create bool) (string, error) {
	var err error
	for _, dir := range runDirs() {
		if create {
			err = makeDirs(dir)
		} else {
			err = own(dir)
		}
		if err == nil {
			return dir + labsDir, nil
		}
		if !noPlace(err) { // the next one would be another place than that of other labs
			return "", err
		}
	}
	if create {
		return "", errors.New("no folder can be had for the state: " + err.Error() + " (XDG_RUNTIME_DIR names one)")
	}
	return "", nil
}

// runDirs are the places where gip's state may be.
func runDirs() []string {
	uid := os.Geteuid()
	last := "/tmp/gip-" + strconv.Itoa(uid)
	if uid == 0 {
		return []string{"/run/gip", last}
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return []string{dir + "/gip", last}
	}
	return []string{last}
}

// makeDirs makes the folders of all labs. Somebody's last lab may take one with it before
// the next one is there.
func makeDirs(dir string) error {
	for {
		err := makeOwn(dir)
		if err != nil {
			return err
		}
		if err = own(dir); err == nil {
			err = makeOwn(dir + labsDir)
			if err != nil {
				unix.Rmdir(dir)
			}
		}
		if !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
}

// noPlace reports whether an error is for good: the folder cannot be there, or is not ours.
func noPlace(err error) bool {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return true
	}
	switch errno {
	case unix.ENOENT, unix.ENOTDIR, unix.EACCES, unix.EROFS:
		return true
	case unix.EPERM: // of a folder that could be made, it tells nothing
		path, ok := err.(*os.PathError)
		return !ok || path.Op != "stat"
	}
	return false
}

func makeOwn(dir string) error {
	if err := unix.Mkdir(dir, 0o700); err != nil && err != unix.EEXIST {
		return pathError("mkdir", dir, err)
	}
	return nil
}

// own tells whether a folder is this user's and nobody else may write to it: in
// /tmp, others could have made it.
func own(dir string) error {
	var st unix.Stat_t
	switch err := unix.Lstat(dir, &st); {
	case err != nil:
		return pathError("stat", dir, err)
	case st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Geteuid() || st.Mode&0o022 != 0:
		return errors.New(dir + " is not a folder of yours alone")
	}
	return nil
}

// open opens and locks the state of a lab, which it makes if asked to; nil if there
// is none. A folder may be removed while we wait for its lock: then the next counts.
func open(name string, create bool) (*Running, error) {
	base, err := runDir(create)
	if base == "" {
		return nil, err
	}
	dir := filepath.Join(base, name)
	if filepath.Dir(dir) != filepath.Clean(base) { // it is that of all labs, or leads elsewhere
		return nil, noLab(name)
	}
	for {
		if create {
			switch err := unix.Mkdir(dir, 0o700); err {
			case nil, unix.EEXIST:
			case unix.ENOENT: // somebody's last lab took the folder of all with it
				if _, err := runDir(true); err != nil {
					return nil, err
				}
				continue
			default:
				prune(base)
				return nil, pathError("mkdir", dir, err)
			}
		}
		fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		switch {
		case err == unix.ENOENT && create:
			continue
		case err == unix.ENOENT:
			return nil, nil
		case err != nil:
			return nil, pathError("open", dir, err)
		}
		if err := lock(fd); err != nil {
			unix.Close(fd)
			return nil, pathError("lock", dir, err)
		}
		if same(fd, dir) {
			r := &Running{Name: name, dir: dir, fd: fd}
			if r.pid, err = r.holder(); err != nil {
				r.Close()
				return nil, err
			}
			return r, nil
		}
		unix.Close(fd)
	}
}

func lock(fd int) error {
	for {
		if err := unix.Flock(fd, unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}

// same reports whether a path still leads to an open folder.
func same(fd int, path string) bool {
	var a, b unix.Stat_t
	return unix.Fstat(fd, &a) == nil && unix.Stat(path, &b) == nil && a.Ino == b.Ino && a.Dev == b.Dev
}

// Holder is the number of the process that holds the lab.
func (r *Running) Holder() int { return r.pid }

// Close lets go of the state: also where what the lab has started has the lock's file,
// too, as it has if the holder could not keep that back.
func (r *Running) Close() {
	unix.Flock(r.fd, unix.LOCK_UN)
	unix.Close(r.fd)
}

// remove takes the state away.
func (r *Running) remove() error {
	err := os.RemoveAll(r.dir)
	prune(filepath.Dir(r.dir))
	return err
}

// prune takes the folder of all labs away, and that of gip's state, if that was the last one.
func prune(labs string) {
	unix.Rmdir(labs)
	unix.Rmdir(filepath.Dir(labs))
}

// write writes a file of the state, whole or not at all.
func (r *Running) write(name, text string) error {
	path := r.dir + "/" + name
	f, err := file.OpenFile(path+".new", unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		if closed := f.Close(); err == nil {
			err = closed
		}
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	return err
}

// All returns the labs that are up, sorted. What is left of labs whose holder was
// killed is cleared away.
func All() (labs []*Running, err error) {
	labs, dead, err := look()
	for _, r := range dead {
		clear(r)
	}
	if base, _ := runDir(false); base != "" && len(labs)+len(dead) == 0 {
		prune(base)
	}
	return labs, err
}

// Seen returns the labs that are up, and changes nothing.
func Seen() []*Running {
	labs, _, _ := look()
	return labs
}

// look returns the labs whose holder lives, and what is left of others.
func look() (labs, dead []*Running, err error) {
	base, err := runDir(false)
	if base == "" {
		return nil, nil, err
	}
	names, err := file.Names(base)
	if err == unix.ENOENT {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, pathError("open", base, err)
	}
	slices.Sort(names)
	for _, name := range names {
		r := &Running{Name: name, dir: filepath.Join(base, name), fd: -1}
		switch r.pid, err = r.holder(); {
		case isElsewhere(err):
		case err != nil:
			return nil, nil, err
		case r.pid != 0:
			labs = append(labs, r)
		default:
			dead = append(dead, r)
		}
	}
	return labs, dead, nil
}

// clear removes a state without a holder, unless somebody works on it.
func clear(r *Running) {
	fd, err := unix.Open(r.dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	// By now the folder may be gone, and another's in its place.
	if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != nil || !same(fd, r.dir) {
		return
	}
	if pid, err := r.holder(); pid == 0 && err == nil {
		r.takeAway()
	}
}

// Lab is the lab as it was built.
func (r *Running) Lab() (*Lab, error) {
	text, err := file.Read(r.dir + "/" + textFile)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// Is reports whether the lab was built of that text.
func (r *Running) Is(l *Lab) bool {
	text, err := file.Read(r.dir + "/" + textFile)
	return err == nil && text == l.encode()
}

// A Log is what a program has written that a line started.
type Log struct {
	Line *Line
	Text string
}

// Logs returns those of a lab, in the order of its lines.
func (r *Running) Logs() (logs []Log, err error) {
	l, err := r.Lab()
	if err != nil {
		return nil, err
	}
	return l.logs(r.dir)
}

func (l *Lab) logs(dir string) (logs []Log, err error) {
	for _, line := range l.Lines {
		if line.Doing == Start {
			text, err := file.Read(dir + "/" + line.logName(l.number(line)))
			if err != nil {
				return nil, err
			}
			logs = append(logs, Log{line, text})
		}
	}
	return logs, nil
}

// number tells which of the lines that a node starts a line is, from 1.
func (l *Lab) number(line *Line) (n int) {
	for _, x := range l.Lines {
		if x.Node == line.Node && x.Doing == Start {
			n++
		}
		if x == line {
			break
		}
	}
	return n
}

// logName is the file of a line that is the number-th that its node starts.
func (l *Line) logName(number int) string { return l.Node.Name + "-" + itoa(number) + logSuffix }

// encode writes a lab for its holder, or to be read again: a record for each
// statement, of fields that a zero byte ends. The first record has the name, the
// file, and three fields for each node with a folder.
func (l *Lab) encode() string {
	var b strings.Builder
	field := func(s string) { b.WriteString(s + "\x00") }
	field(l.Name)
	field(l.From)
	for _, n := range l.Nodes {
		if n.Folder != nil {
			field(n.Name)
			field(n.Folder.Path)
			field(n.Folder.Print)
		}
	}
	b.WriteByte('\n')
	for _, s := range l.Stmts {
		field(strings.ReplaceAll(s.At.File, "\n", "?"))
		field(strconv.Itoa(s.At.Line))
		for _, w := range s.Words {
			field(w)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

const errText = constError("the text of the lab is damaged")

func decode(text string) (*Lab, error) {
	records := strings.Split(text, "\x00\n")
	if n := len(records) - 1; records[n] != "" || n == 0 {
		return nil, errText
	}
	var stmts []Stmt
	for _, record := range records[1 : len(records)-1] {
		fields := strings.Split(record, "\x00")
		if len(fields) < 3 {
			return nil, errText
		}
		line, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, errText
		}
		stmts = append(stmts, Stmt{Pos{fields[0], line}, fields[2:]})
	}
	first := strings.Split(records[0], "\x00")
	l, err := Of(first[0], stmts)
	if err != nil {
		return nil, err
	}
	f := first[1:]
	if len(f)%3 != 0 { // else an older gip has written it
		l.From, f = f[0], f[1:]
	}
	for ; len(f) > 0; f = f[3:] {
		n := l.Find(f[0])
		if n == nil || len(f) < 3 {
			return nil, errText
		}
		n.Folder = &Folder{f[1], f[2]}
	}
	return l, nil
}

// Find returns the lab of that name, which is up.
func Find(name string) (*Running, error) {
	labs, err := All()
	if err != nil {
		return nil, err
	}
	for _, r := range labs {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, noLab(name)
}

func noLab(name string) error { return errors.New("no lab is called " + quote(name)) }

// Only returns the lab that is up, if it is the only one.
func Only() (*Running, error) {
	labs, err := All()
	switch {
	case err != nil:
		return nil, err
	case len(labs) == 0:
		return nil, errors.New("no lab is up")
	case len(labs) > 1:
		return nil, errors.New("say which of the labs: " + names(labs))
	}
	return labs[0], nil
}

// Having returns the only lab that has a node of that name.
func Having(node string) (*Running, error) {
	labs, err := All()
	if err != nil {
		return nil, err
	}
	var have []*Running
	for _, r := range labs {
		if l, err := r.Lab(); err == nil && l.Find(node) != nil {
			have = append(have, r)
		}
	}
	switch {
	case len(labs) == 0:
		return nil, errors.New("no lab is up")
	case len(have) == 0 && len(labs) == 1:
		return labs[0], nil
	case len(have) == 0:
		return nil, errors.New("no lab has a node " + quote(node))
	case len(have) > 1:
		return nil, errors.New("say which of the labs: " + names(have) + ", as in " + have[0].Name + "/" + node)
	}
	return have[0], nil
}

func names(labs []*Running) string {
	var out []string
	for _, r := range labs {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}
