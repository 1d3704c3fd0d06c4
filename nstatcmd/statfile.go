package nstatcmd

import (
	"slices"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Files of /proc/net/stat begin with a line of names; each line below has numbers of
// one processor, in hexadecimal digits. The first is the same for all of them, the
// others are added up.
const (
	statFolder = "/proc/net/stat"
	// Old kernels have one file, without names.
	oldFolder, oldFile = "/proc/net", "rt_cache_stat"
	oldNames           = "entries  in_hit in_slow_tot in_no_route in_brd in_martian_dst in_martian_src  out_hit out_slow_tot out_slow_mc  gc_total gc_ignored gc_goal_miss gc_dst_overflow in_hlist_search out_hlist_search\n"
)

// What is read of a file at most.
const (
	statLine     = 1023 // the bytes of a line, as fgets counts
	mostCounters = 32
	longestName  = 32
)

// A statFile is one of these files, which stays open.
type statFile struct {
	path, name string
	fd         int
	nameless   bool
	interval   int64 // in s, that the counters are told for
	read       time.Time
	counters   []statCounter
}

// A statCounter is a column of it.
type statCounter struct {
	file      *statFile
	name      string
	now, last uint64
	shown     uint64
}

// open opens the files that are wanted, and reads which counters they have.
func (l *lnstat) open() {
	fd, err := unix.Open(statFolder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		l.openOld()
		return
	}
	defer unix.Close(fd)
	names, _ := file.NamesOf(fd)
	for _, name := range names {
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		if len(l.wanted) > 0 && !slices.Contains(l.wanted, name) {
			continue
		}
		f, ok := l.openFile(statFolder, name)
		if ok {
			ok = f.readNames(f.text())
		}
		if !ok {
			l.close()
			return
		}
		// The last one that the kernel names stands first.
		l.files = append([]*statFile{f}, l.files...)
	}
}

func (l *lnstat) openFile(folder, name string) (f *statFile, ok bool) {
	f = &statFile{path: folder + "/" + name, name: name, interval: 1}
	var err error
	if f.fd, err = unix.Open(f.path, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		l.Warnf("%s: %s\n", f.path, cli.Strerror(err))
		return nil, false
	}
	return f, true
}

// openOld opens what old kernels have.
func (l *lnstat) openOld() {
	l.Warnf("Your kernel doesn't have lnstat support. ")
	if len(l.wanted) > 1 || len(l.wanted) == 1 && l.wanted[0] != "rt_cache" {
		l.Warnf("\n")
		return
	}
	l.Warnf("Fallback to old rtstat-only operation\n")
	f, ok := l.openFile(oldFolder, oldFile)
	if ok {
		f.name, f.nameless = "rt_cache", true
		f.readNames(oldNames)
		l.files = append(l.files, f)
	}
}

func (l *lnstat) close() {
	for _, f := range l.files {
		unix.Close(f.fd)
	}
	l.files = nil
}

func (f *statFile) text() string {
	unix.Seek(f.fd, 0, 0)
	return readAll(f.fd)
}

// readNames makes the counters; a file of too many has none. It reports false for one
// without a line.
func (f *statFile) readNames(text string) bool {
	line, _ := cutLine(text, statLine)
	names := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	if len(names) > mostCounters {
		names = nil
	}
	for _, name := range names {
		f.counters = append(f.counters, statCounter{file: f, name: name[:min(len(name), longestName)]})
	}
	return line != ""
}

// update reads the counters, if the interval is over.
func (f *statFile) update() {
	if time.Since(f.read) <= time.Duration(f.interval)*time.Second {
		return
	}
	f.scan()
	per := uint64(f.interval)
	if per == 0 {
		per = 1
	}
	for i := range f.counters {
		c := &f.counters[i]
		if c.shown = c.now; i > 0 {
			c.shown = (c.now - c.last) / per
		}
	}
	f.scan()
	for i := range f.counters {
		f.counters[i].last = f.counters[i].now
	}
}

// scan adds up the lines.
func (f *statFile) scan() {
	text, line := f.text(), ""
	if !f.nameless {
		_, text = cutLine(text, statLine)
	}
	for i := range f.counters {
		f.counters[i].now = 0
	}
	for text != "" {
		line, text = cutLine(text, statLine)
		f.read = time.Now()
		for i := range f.counters {
			var v uint64
			if v, line, _ = word.Strtoul(line, 16); i == 0 {
				f.counters[i].now = v
			} else {
				f.counters[i].now += v
			}
		}
	}
}
