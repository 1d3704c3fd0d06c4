package nstatcmd

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/word"
)

// A history is the file that has what was counted before. It is locked from the
// reading to the writing, so that calls at the same time do not count twice.
type history struct{ f *os.File }

// historyPath is where it is.
func (m *meter) historyPath() string {
	if path, ok := os.LookupEnv(m.variable); ok {
		if m.limit > 0 {
			path = path[:min(len(path), m.limit)]
		}
		return path
	}
	of := m.name
	if m.extended != nil {
		of = m.extended.name + "_" + of
	}
	return "/tmp/." + of + ".u" + strconv.Itoa(uid())
}

// open reads the history, if it is needed.
func (h *history) open(m *meter) (err error) {
	path := m.historyPath()
	if m.reset {
		if err := unix.Unlink(path); err != nil && m.mustReset {
			return m.failed("unlink history file", err)
		}
	}
	if m.absolute && m.keep {
		return nil
	}
	if h.f, err = file.OpenFile(path, unix.O_RDWR|unix.O_CREAT|unix.O_NOFOLLOW, 0o600); err != nil {
		return m.failed("open history file", err)
	}
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(int(h.f.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		return m.failed("flock history file", err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(h.f.Fd()), &st); err != nil {
		return m.failed("fstat history file", err)
	}
	if st.Nlink != 1 || int(st.Uid) != uid() {
		return m.fail("something is so wrong with history file, that I prefer not to proceed.")
	}
	if !m.absolute && agedOut(&st) {
		m.warn("history is aged out, resetting")
		h.truncate(m)
	}
	return h.read(m)
}

func (h *history) close() {
	if h.f != nil {
		h.f.Close()
	}
}

// agedOut reports whether a file is older than the system is up.
func agedOut(st *unix.Stat_t) bool {
	text, err := file.Read("/proc/uptime")
	up, rest := cli.Strtol(text, 10)
	return err == nil && rest != text && up >= 0 && time.Now().Unix() >= int64(st.Mtim.Sec)+up
}

func (h *history) truncate(m *meter) {
	if err := unix.Ftruncate(int(h.f.Fd()), 0); err != nil {
		m.warn("ftruncate: " + cli.Strerror(err))
	}
}

func (h *history) read(m *meter) (err error) {
	m.old, err = m.tool.read(m, readAll(int(h.f.Fd())))
	m.known = len(m.old) > 0
	return err
}

// save writes the counters. Those that no pattern matches, and were not shown, stay as
// they were.
func (h *history) save(m *meter) error {
	if m.keep {
		return nil
	}
	h.truncate(m)
	unix.Seek(int(h.f.Fd()), 0, 0)
	writeAll(int(h.f.Fd()), m.tool.save(m, true))
	return nil
}

// readAll reads to the end. What cannot be read is not there.
func readAll(fd int) string {
	b, chunk := []byte(nil), make([]byte, 4096)
	for {
		n, err := unix.Read(fd, chunk)
		switch {
		case err == unix.EINTR:
		case err != nil || n <= 0:
			return string(b)
		default:
			b = append(b, chunk[:n]...)
		}
	}
}

// writeAll writes what can be written: nobody is told of the rest.
func writeAll(fd int, b []byte) {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		b = b[n:]
	}
}

// cutSource takes the first kind of line of a history: the name of who counted.
func (m *meter) cutSource(line string) bool {
	if line == "" || line[0] != '#' {
		return false
	}
	m.from(line[1:max(1, len(line)-1)])
	return true
}

// scan is a reader of the words of a line.
func scan(line string) *word.Scanner { return &word.Scanner{Text: line} }
