//go:build tape

package tape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	firstFD   = 100
	firstPort = 4000
	// tooLong is a tape that is not worth its place.
	tooLong = 128 << 10
)

// A file is an open descriptor of the command.
type file struct {
	label   string
	netlink bool
	port    uint32         // what the command is told, instead of real
	real    uint32         // while recording
	asked   map[uint32]int // while recording: the place on the tape of each request
	queue   [][]byte       // while playing: what is to be received
}

// A deck records one tape, or plays it.
type deck struct {
	mu      sync.Mutex
	tape    *Tape
	playing bool
	files   map[int]*file
	opened  map[string]int
	ports   uint32

	// while playing
	answers  map[string][]*Call
	stdin    []byte
	out, err []byte
	did      []string
	missing  []string
}

func newDeck(t *Tape, playing bool) *deck {
	d := &deck{tape: t, playing: playing, files: map[int]*file{}, opened: map[string]int{}, answers: map[string][]*Call{}, stdin: t.Stdin}
	for i := range t.Calls {
		c := &t.Calls[i]
		d.answers[c.Key] = append(d.answers[c.Key], c)
	}
	return d
}

type words [6]uintptr

// real makes a call.
func real(raw bool, trap uintptr, a *words) (uintptr, syscall.Errno) {
	call := syscall.Unhooked
	if raw {
		call = syscall.RawUnhooked
	}
	r, _, errno := call(trap, a[0], a[1], a[2], a[3], a[4], a[5])
	return r, errno
}

func (d *deck) hook(raw bool, trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, errno syscall.Errno) {
	a := &words{a1, a2, a3, a4, a5, a6}
	r, errno := d.call(raw, trap, a)
	if errno != 0 {
		r = ^uintptr(0)
	}
	return r, 0, errno
}

func (d *deck) call(raw bool, trap uintptr, a *words) (uintptr, syscall.Errno) {
	fd := int(int32(a[0]))
	switch {
	case trap == unix.SYS_CLOSE:
		return d.close(raw, a)
	case trap == unix.SYS_EXECVE:
		return d.exec(a)
	case trap == unix.SYS_WRITE && (fd == 1 || fd == 2):
		return d.print(raw, a)
	case trap == unix.SYS_READ && fd == 0:
		return d.readStdin(raw, a)
	}
	if f := d.file(fd); f != nil && f.netlink {
		switch trap {
		case unix.SYS_WRITE, unix.SYS_SENDTO:
			return d.send(raw, trap, f, a)
		case unix.SYS_READ, unix.SYS_RECVMSG, unix.SYS_RECVMMSG:
			return d.receive(raw, trap, f, a)
		case unix.SYS_GETSOCKNAME:
			return d.sockname(raw, f, a)
		case unix.SYS_BIND:
			return d.bind(raw, f, a)
		}
	}
	s := shapeOf(trap)
	if trap == unix.SYS_IOCTL {
		s = ioctlShape(a[1])
	}
	switch {
	case s == nil && d.playing:
		return 0, unix.ENOSYS
	case s == nil:
		d.lose(fmt.Sprintf("system call %d", trap))
		return real(raw, trap, a)
	case d.playing:
		return d.play(s, a)
	}
	return d.record(raw, trap, s, a)
}

func (d *deck) lose(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tape.Lost == "" {
		d.tape.Lost = why
	}
}

func (d *deck) file(fd int) *file {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[fd]
}

// label is what a descriptor is called in keys.
func (d *deck) label(fd int) string {
	if fd >= 0 && fd <= 2 {
		return [...]string{"stdin", "stdout", "stderr"}[fd]
	}
	if fd == unix.AT_FDCWD {
		return "cwd"
	}
	if f := d.file(fd); f != nil {
		return f.label
	}
	return fmt.Sprint("fd-", fd)
}

// open notes a new descriptor.
func (d *deck) open(fd int, key string, a *words, s *shape) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &file{label: strings.ReplaceAll(key, " ", "_"), asked: map[uint32]int{}}
	if s.name == "socket" && a[0] == unix.AF_NETLINK {
		f.netlink, f.label = true, fmt.Sprint("netlink-", a[2])
	} else {
		d.opened[key]++
		if n := d.opened[key]; n > 1 {
			f.label += fmt.Sprint("#", n)
		}
	}
	d.files[fd] = f
}

func (d *deck) close(raw bool, a *words) (uintptr, syscall.Errno) {
	d.mu.Lock()
	delete(d.files, int(int32(a[0])))
	d.mu.Unlock()
	if d.playing {
		return 0, 0
	}
	return real(raw, unix.SYS_CLOSE, a)
}

// record makes a call and keeps what came of it.
func (d *deck) record(raw bool, trap uintptr, s *shape, a *words) (uintptr, syscall.Errno) {
	c := Call{Key: s.key(a[:], d.label), Does: s.does}
	r, errno := real(raw, trap, a)
	c.Errno = int(errno)
	switch {
	case errno != 0:
	case s.opens:
		r = renumber(r, a, s)
		d.open(int(r), c.Key, a, s)
	default:
		c.Ret = int(r)
		room := s.room(a[:])
		c.Out = bytes.Clone(room[:s.filled(int(r), room)])
	}
	d.mu.Lock()
	d.tape.Calls = append(d.tape.Calls, c)
	d.mu.Unlock()
	return r, errno
}

// renumber moves a descriptor to where those of the command are.
func renumber(fd uintptr, a *words, s *shape) uintptr {
	flags := a[1]
	if s.name == "openat" {
		flags = a[2]
	}
	how := uintptr(unix.F_DUPFD)
	if flags&unix.O_CLOEXEC != 0 {
		how = unix.F_DUPFD_CLOEXEC
	}
	n, _, errno := syscall.RawUnhooked(unix.SYS_FCNTL, fd, how, firstFD, 0, 0, 0)
	if errno != 0 {
		return fd
	}
	_, _, _ = syscall.RawUnhooked(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	return n
}

// take finds the result of a call. The last one holds for all that follow, but
// what was read is not read again.
func (d *deck) take(key string, once bool) *Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.answers[key]
	if len(list) == 0 {
		return nil
	}
	if once || len(list) > 1 {
		d.answers[key] = list[1:]
	}
	return list[0]
}

func (d *deck) play(s *shape, a *words) (uintptr, syscall.Errno) {
	key := s.key(a[:], d.label)
	c := d.take(key, s.stream)
	if s.does {
		d.note(key)
	}
	if c == nil {
		return d.untold(s, key, a)
	}
	if c.Errno != 0 {
		return 0, syscall.Errno(c.Errno)
	}
	if s.opens {
		fd := d.free()
		d.open(fd, key, a, s)
		return uintptr(fd), 0
	}
	room := s.room(a[:])
	n := copy(room, c.Out)
	if s.stream && n < len(c.Out) { // the rest is for the next
		d.mu.Lock()
		d.answers[key] = slices.Insert(d.answers[key], 0, &Call{Ret: c.Ret - n, Out: c.Out[n:]})
		d.mu.Unlock()
		return uintptr(n), 0
	}
	return uintptr(c.Ret), 0
}

// untold answers a call that is not on the tape.
func (d *deck) untold(s *shape, key string, a *words) (uintptr, syscall.Errno) {
	switch {
	case s.stream, s.name == "setsockopt", s.name == "connect", s.name == "bind":
		return 0, 0
	case s.name == "write":
		return a[2], 0
	case s.name == "socket": // it can be had; what it is used for is on the tape, or not
		fd := d.free()
		d.open(fd, key, a, s)
		return uintptr(fd), 0
	}
	d.mu.Lock()
	d.missing = append(d.missing, key)
	d.mu.Unlock()
	if s.opens {
		return 0, unix.ENOENT
	}
	return 0, unix.ENOSYS
}

func (d *deck) note(key string) {
	d.mu.Lock()
	d.did = append(d.did, key)
	d.mu.Unlock()
}

func (d *deck) free() int {
	for fd := firstFD; ; fd++ {
		if d.file(fd) == nil {
			return fd
		}
	}
}

func (d *deck) print(raw bool, a *words) (uintptr, syscall.Errno) {
	text := at(a[1], int(a[2]))
	to := map[uintptr]*[]byte{1: &d.out, 2: &d.err}[a[0]]
	if d.playing {
		*to = append(*to, text...)
		return a[2], 0
	}
	text = bytes.Clone(text)
	r, errno := real(raw, unix.SYS_WRITE, a)
	if errno != 0 {
		d.lose("output that cannot be written")
		return r, errno
	}
	*to = append(*to, text[:r]...)
	return r, errno
}

func (d *deck) readStdin(raw bool, a *words) (uintptr, syscall.Errno) {
	room := at(a[1], int(a[2]))
	if d.playing {
		n := copy(room, d.stdin)
		d.stdin = d.stdin[n:]
		return uintptr(n), 0
	}
	r, errno := real(raw, unix.SYS_READ, a)
	if errno == 0 {
		d.tape.Stdin = append(d.tape.Stdin, room[:r]...)
	}
	return r, errno
}

// afterExec gives back what syscall.Exec took for an execve(2) that comes back: a
// lock of the thread, with which no goroutine may end.
//
//go:linkname afterExec syscall.runtime_AfterExec
func afterExec()

// calledBy reports whether a function is among those that led here.
func calledBy(name string) bool {
	var pcs [64]uintptr
	for frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])]); ; {
		f, more := frames.Next()
		if f.Function == name || !more {
			return f.Function == name
		}
	}
}

// exec is the end of a command that becomes another program.
func (d *deck) exec(a *words) (uintptr, syscall.Errno) {
	key := "execve " + quoted(stringAt(a[0]))
	for p := a[1]; ; p += unsafe.Sizeof(p) {
		word := order.Uint64(at(p, 8))
		if word == 0 {
			break
		}
		key += " " + quoted(stringAt(uintptr(word)))
	}
	if d.playing {
		d.note(key)
		if c := d.take(key, true); c != nil && c.Errno != 0 {
			return 0, syscall.Errno(c.Errno)
		}
		if calledBy("syscall.Exec") { // and not by package join, which has no such lock
			afterExec()
		}
		runtime.Goexit()
	}
	d.tape.Calls = append(d.tape.Calls, Call{Key: key, Does: true})
	d.save()
	r, errno := real(true, unix.SYS_EXECVE, a)
	d.tape.Calls[len(d.tape.Calls)-1].Errno = int(errno)
	return r, errno
}

// save writes the tape where the sandbox collects them.
func (d *deck) save() {
	hook := syscall.Hook
	syscall.Hook = nil
	defer func() { syscall.Hook = hook }()
	d.tape.Stdout, d.tape.Stderr = d.out, d.err
	text, err := json.Marshal(d.tape)
	if err == nil && len(text) > tooLong {
		text, err = json.Marshal(&Tape{Argv: d.tape.Argv, Lost: "too long"})
	}
	if err != nil {
		return
	}
	path := fmt.Sprintf("%s/%019d-%d", Dir, began, os.Getpid())
	_ = os.WriteFile(path, text, 0o666)
}

var began int64

// Record runs a command and leaves the tape of it, where a sandbox wants one.
func Record(run func(argv []string) int) int {
	if _, err := os.Stat(Dir); err != nil {
		return run(os.Args)
	}
	began = time.Now().UnixNano()
	d := newDeck(&Tape{Argv: os.Args, Env: foreign(os.Environ())}, false)
	syscall.Forks = func(string, []string) error { d.lose("starts a program"); return nil }
	syscall.Hook = d.hook
	d.tape.Status = run(os.Args)
	syscall.Hook = nil
	d.save()
	return d.tape.Status
}

// usual is the environment of a sandbox's commands.
var usual = []string{"HOME=/root", "LC_ALL=C", "TZ=UTC0", "TERM=dumb", "PATH=/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

// foreign is what an environment has beyond the usual.
func foreign(environ []string) (list []string) {
	for _, v := range environ {
		if !slices.Contains(usual, v) && !strings.HasPrefix(v, "PWD=") && !strings.HasPrefix(v, "_=") && !strings.HasPrefix(v, "SHLVL=") && !strings.HasPrefix(v, "OLDPWD=") {
			list = append(list, v)
		}
	}
	return list
}

// Play runs the command of a tape and tells where it does or prints something
// else; "" where it does the same.
func Play(t *Tape, run func(argv []string) int) string {
	d := newDeck(t, true)
	os.Clearenv()
	for _, v := range append(slices.Clone(usual), t.Env...) {
		name, value, _ := strings.Cut(v, "=")
		_ = os.Setenv(name, value)
	}
	os.Stdin, os.Stdout, os.Stderr = os.NewFile(0, "/dev/stdin"), os.NewFile(1, "/dev/stdout"), os.NewFile(2, "/dev/stderr")
	os.Args = t.Argv
	status, panicked := t.Status, any(nil)
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		syscall.Forks = func(string, []string) error { return syscall.ENOSYS }
		syscall.Threads = func(uintptr) (r1, r2 uintptr, errno syscall.Errno) { return 0, 0, 0 }
		syscall.Hook = d.hook
		status = run(slices.Clone(t.Argv))
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		return "does not end"
	}
	syscall.Hook, syscall.Forks, syscall.Threads = nil, nil, nil
	return d.compare(t, status, panicked)
}

func (d *deck) compare(t *Tape, status int, panicked any) string {
	var b strings.Builder
	if panicked != nil {
		fmt.Fprintf(&b, "panics: %v\n", panicked)
	}
	if text := Differ(t.Does(), d.did); text != "" {
		b.WriteString(text + "\n")
	}
	for _, o := range []struct {
		name      string
		want, got []byte
	}{{"stdout", t.Stdout, d.out}, {"stderr", t.Stderr, d.err}} {
		if !bytes.Equal(o.want, o.got) {
			fmt.Fprintf(&b, "%s:\n%s", o.name, lines(o.want, o.got))
		}
	}
	if status != t.Status {
		fmt.Fprintf(&b, "status %d instead of %d\n", status, t.Status)
	}
	if b.Len() > 0 && len(d.missing) > 0 {
		fmt.Fprintf(&b, "the tape has no answer to: %s\n", strings.Join(d.missing, "; "))
	}
	return b.String()
}
