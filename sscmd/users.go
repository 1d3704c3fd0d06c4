package sscmd

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/sscmd/columns"
)

// users are the processes that have sockets, by the inodes of those. All are kept in
// the order in which they were found; last has the newest of each socket, from which
// the others follow.
type users struct {
	last  map[uint32]int32
	list  []user
	tasks []task
}

// A user is a task that has a socket open.
type user struct {
	ino    uint32
	task   int32
	fd     int32
	before int32 // the user of the same socket that was found before, or -1
}

type task struct {
	name     string
	pid, tid int32
}

// load reads which process, and which of its threads, has which sockets open.
func (u *users) load(threads bool) {
	u.last = make(map[uint32]int32)
	root := file.ProcRoot()
	if !strings.HasSuffix(root, "/") {
		root += "/"
	}
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	names, _ := file.NamesOf(fd)
	var rest users
	if len(names) < manyTasks {
		u.loadTasks(fd, names, threads)
	} else {
		half, done := len(names)/2, make(chan struct{})
		rtnl.UseTwo()
		go func() {
			rest.loadTasks(fd, names[half:], threads)
			close(done)
		}()
		u.loadTasks(fd, names[:half], threads)
		<-done
	}
	u.join(&rest)
}

// manyTasks is from how many names in /proc on a second thread reads half of them.
const manyTasks = 200

// loadTasks reads the tasks that some names in /proc stand for.
func (u *users) loadTasks(procFD int, names []string, threads bool) {
	for _, name := range names {
		pid, ok := leadingNumber(name)
		if !ok {
			continue
		}
		dir := strconv.Itoa(int(pid))
		u.loadTask(procFD, dir, pid, pid)
		if threads {
			u.loadThreads(procFD, dir, pid)
		}
	}
}

// join takes what others found behind what u did, and files it all by sockets.
func (u *users) join(rest *users) {
	for _, one := range rest.list {
		one.task += int32(len(u.tasks))
		u.list = append(u.list, one)
	}
	u.tasks = append(u.tasks, rest.tasks...)
	for i := range u.list {
		one := &u.list[i]
		before, ok := u.last[one.ino]
		if !ok {
			before = -1
		}
		one.before = before
		u.last[one.ino] = int32(i)
	}
}

// leadingNumber reads a name that begins with a number, as sscanf with "%d%*c" does.
func leadingNumber(name string) (n int32, ok bool) {
	if name == "" || name[0] > '9' {
		return 0, false
	}
	n, _, ok = word.Scan(name, 10)
	return n, ok
}

// loadThreads reads the other threads of a process. All paths begin at the folder that is
// open: the second thread may be in another mount namespace than the one that opened it.
func (u *users) loadThreads(procFD int, dir string, pid int32) {
	fd, err := openFolder(procFD, dir+"/task")
	if err != nil {
		return
	}
	defer unix.Close(fd)
	names, _ := file.NamesOf(fd)
	for _, name := range names {
		if tid, ok := leadingNumber(name); ok && tid != pid {
			u.loadTask(procFD, strconv.Itoa(int(tid)), pid, tid)
		}
	}
}

func openFolder(at int, path string) (int, error) {
	return unix.Openat(at, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

const socketLink = "socket:["

// loadTask files the sockets that a task has open.
func (u *users) loadTask(procFD int, dir string, pid, tid int32) {
	fds, err := openFolder(procFD, dir+"/fd/")
	if err != nil {
		return
	}
	defer unix.Close(fds)
	names, _ := file.NamesOf(fds)
	var link [64]byte
	owner := int32(-1)
	for _, name := range names {
		fd, ok := leadingNumber(name)
		if !ok {
			continue
		}
		n, err := unix.Readlinkat(fds, name, link[:63])
		if err != nil || n < len(socketLink) || string(link[:len(socketLink)]) != socketLink {
			continue
		}
		ino, _, ok := word.Scanu(string(link[len(socketLink):n]))
		if !ok {
			continue
		}
		if owner < 0 {
			owner = int32(len(u.tasks))
			u.tasks = append(u.tasks, task{taskName(procFD, dir), pid, tid})
		}
		u.list = append(u.list, user{ino: ino, task: owner, fd: fd})
	}
}

// taskName reads the name of a task from its stat: up to 15 bytes in brackets, of
// which those that cannot be printed become dots and question marks.
func taskName(procFD int, dir string) string {
	fd, err := unix.Openat(procFD, dir+"/stat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var b [512]byte
	n, _ := unix.Read(fd, b[:])
	return escaped(statName(string(b[:max(n, 0)])))
}

// statName is the name in a line of stat: "PID (NAME) …". It ends at the first
// bracket, be that in the name.
func statName(line string) string {
	_, rest, ok := word.Scan(line, 10)
	rest, bracket := strings.CutPrefix(strings.TrimLeft(rest, " "), "(")
	if !ok || !bracket {
		return ""
	}
	name, _, _ := strings.Cut(rest, ")")
	return name
}

// escaped replaces bytes that are not printable in the C locale.
func escaped(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c >= 0x80:
			b[i] = '?'
		case c < ' ' || c == 0x7f:
			b[i] = '.'
		}
	}
	return string(b)
}

// print prints the users of a socket, the one that was found last first.
func (u *users) print(p *columns.Printer, ino uint32, threads bool) {
	at, ok := u.last[ino]
	if !ok || ino == 0 {
		return
	}
	if p.JSON {
		u.printJSON(p, at, threads)
		return
	}
	b := append(p.Table.Field, " users:("...)
	for ; at >= 0; at = u.list[at].before {
		t := &u.tasks[u.list[at].task]
		b = append(append(b, "(\""...), t.name...)
		b = strconv.AppendInt(append(b, "\",pid="...), int64(t.pid), 10)
		if threads {
			b = strconv.AppendInt(append(b, ",tid="...), int64(t.tid), 10)
		}
		b = strconv.AppendInt(append(b, ",fd="...), int64(u.list[at].fd), 10)
		b = append(b, "),"...)
	}
	b[len(b)-1] = ')'
	p.Table.Field = b
}

func (u *users) printJSON(p *columns.Printer, at int32, threads bool) {
	p.Pen.OpenArray("users")
	for ; at >= 0; at = u.list[at].before {
		t := &u.tasks[u.list[at].task]
		p.Pen.OpenObject("")
		p.Pen.JStr("name", t.name)
		p.Pen.JInt("pid", int64(t.pid))
		if threads {
			p.Pen.JInt("tid", int64(t.tid))
		}
		p.Pen.JInt("fd", int64(u.list[at].fd))
		p.Pen.CloseObject()
	}
	p.Pen.CloseArray()
}
