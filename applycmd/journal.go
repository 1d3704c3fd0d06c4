package applycmd

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/state"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A journal is what an apply goes back to: the state before it, kept in a file until
// the lines are done or undone. The lock beside it is held by whoever works with it.
type journal struct {
	dir  string
	lock *os.File
}

// runDir is where journals are: what they hold is gone with a reboot, and so are they.
func runDir() string {
	if os.Geteuid() == 0 {
		return "/run/gip"
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "gip")
	}
	return filepath.Join(os.TempDir(), "gip-"+itoa(os.Getuid()))
}

// journalDir is the folder for the namespace of this thread: named by its cookie, which
// no other has before a reboot, or its inode on kernels without.
func journalDir() (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		defer unix.Close(fd)
		if cookie, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE); err == nil {
			return filepath.Join(runDir(), "apply-"+strconv.FormatUint(cookie, 10)), nil
		}
	}
	var st unix.Stat_t
	if err := unix.Stat(netns.Thread, &st); err != nil {
		return "", err
	}
	return filepath.Join(runDir(), "apply-i"+strconv.FormatUint(st.Ino, 10)), nil
}

// openJournal takes the lock.
func openJournal() (*journal, error) {
	dir, err := journalDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := file.OpenFile(filepath.Join(dir, "lock"), unix.O_RDWR|unix.O_CREAT, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		by, _ := file.Read(f.Name())
		f.Close()
		switch {
		case !errors.Is(err, unix.EWOULDBLOCK):
			return nil, err
		case file.Exists((&journal{dir: dir}).waiting()): // the process that applied them may be gone
			return nil, errors.New(`lines wait in this network for "gip apply --commit", or to be undone; try again then`)
		}
		return nil, errors.New("process " + strings.TrimSpace(by) + " is applying lines to this network; try again when it has ended")
	}
	f.Truncate(0)
	f.WriteAt([]byte(itoa(os.Getpid())+"\n"), 0)
	return &journal{dir, f}, nil
}

func (j *journal) path() string { return filepath.Join(j.dir, "state") }

// claimed is the journal while the watcher undoes by it.
func (j *journal) claimed() string { return filepath.Join(j.dir, "undoing") }

// left reports whether there is something to go back to.
func (j *journal) left() bool { return file.Exists(j.path()) || file.Exists(j.claimed()) }

// waiting is a file that is there while lines wait to be confirmed.
func (j *journal) waiting() string { return filepath.Join(j.dir, "unconfirmed") }

// undone is a file that is there when the watcher has undone the lines.
func (j *journal) undone() string { return filepath.Join(j.dir, "undone") }

// sortsLine begins the line of a journal that tells the sorts; a comment to Parse.
const sortsLine = "# sorts "

// write keeps the state, whole or not at all.
func (j *journal) write(s *state.State, sorts state.Sorts) error {
	tmp := j.path() + ".new"
	f, err := file.OpenFile(tmp, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(s.Text(), sortsLine+itoa(int(sorts))+"\n"...))
	if err == nil {
		err = f.Sync()
	}
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(tmp, j.path())
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}

// read returns what is kept; ok is false if there is nothing.
func (j *journal) read() (s *state.State, sorts state.Sorts, ok bool, err error) {
	text, err := file.Read(j.path())
	if errors.Is(err, os.ErrNotExist) {
		text, err = file.Read(j.claimed())
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, false, nil
	}
	if err != nil {
		return nil, 0, true, err
	}
	at := strings.LastIndex(text, sortsLine)
	if at < 0 {
		return nil, 0, true, errors.New("the journal has no end")
	}
	n, err := strconv.Atoi(strings.TrimSpace(text[at+len(sortsLine):]))
	if err != nil {
		return nil, 0, true, errors.New("the journal has no end")
	}
	s, err = state.Parse(text)
	return s, state.Sorts(n), true, err
}

// clear removes what is kept.
func (j *journal) clear() {
	os.Remove(j.waiting())
	os.Remove(j.claimed())
	os.Remove(j.path())
}

// close gives the lock back.
func (j *journal) close() { j.lock.Close() }
