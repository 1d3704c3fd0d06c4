package lab

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// Descriptors of a holder, beside the standard streams.
const (
	fdText   = 3 // what to build
	fdResult = 4 // where it tells that it has, see ready
	fdState  = 5 // the folder of the state, or closed
)

// What a holder writes to fdResult, a socket on which it is answered. Ending without a word, it failed and has said why.
const (
	ready   = 'r' // the lab is up
	outside = 'i' // it wants nodes connected, whose names follow, a line each
	closed  = 'c' // the system lets it make none: the cause of a Closed follows
)

// A spawned holder is one whose result is not known yet.
type spawned struct {
	pid    int
	holder int // of the lab: the same, or the one in whose lab it is
	result *os.File
	lab    *Lab
	way    *way // by which nodes are connected with the outside
}

// Without says how a lab is made: " without root", or nothing.
func Without() string {
	if mayWithoutUser() {
		return ""
	}
	return ", without root"
}

// spawn starts a holder: this program again, in namespaces of its own. It waits for
// its text.
func spawnHolder(l *Lab, state int, stdout, stderr *os.File, mode ...string) (*spawned, *os.File, error) {
	if !file.Exists(netns.SelfExe) {
		return nil, nil, errors.New("/proc is not mounted, and a lab cannot be made without")
	}
	way, err := l.theWay()
	if err != nil {
		return nil, nil, err
	}
	in, err := sockets()
	if err != nil {
		return nil, nil, err
	}
	out, err := sockets()
	if err != nil {
		unix.Close(in[0])
		unix.Close(in[1])
		return nil, nil, err
	}
	defer unix.Close(in[0])
	defer unix.Close(out[1])
	text, result := os.NewFile(uintptr(in[1]), "text"), os.NewFile(uintptr(out[0]), "result")
	flags := uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS)
	attr := &syscall.SysProcAttr{Cloneflags: flags}
	if !mayWithoutUser() {
		join.OwnUsers(attr)
	}
	// The holder ends with us until it is ready, as it asks for itself: Pdeathsig would
	// ask for its first thread, which it could not find again to take that back. What
	// counts on our side is the thread as well.
	runtime.LockOSThread()
	null := nullFile(in[0])
	files := []uintptr{uintptr(null), stdout.Fd(), stderr.Fd(), uintptr(in[0]), uintptr(out[1])}
	if state >= 0 {
		files = append(files, uintptr(state))
	}
	pid, err := syscall.ForkExec(netns.SelfExe, append([]string{"gip", "lab", HolderVerb}, mode...), &syscall.ProcAttr{Env: Environ(), Files: files, Sys: attr})
	if null != in[0] {
		unix.Close(null)
	}
	if err != nil {
		text.Close()
		result.Close()
		return nil, nil, explain(err)
	}
	return &spawned{pid, pid, result, l, way}, text, nil
}

// sockets makes a pair of them.
func sockets() (pair [2]int, err error) {
	pair, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	return pair, os.NewSyscallError("socketpair", err)
}

// tell writes a text to the holder at the other end of a socket. If that cannot read it
// any more, it has failed, and its end will tell: no reason for SIGPIPE, which a pipe has.
func tell(socket *os.File, text string) {
	for b := []byte(text); len(b) > 0; {
		n, _, errno := unix.Syscall6(unix.SYS_SENDTO, socket.Fd(), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case 0:
			b = b[n:]
		case unix.EINTR:
		default:
			b = nil
		}
	}
	socket.Close()
}

// nullFile opens /dev/null, or where there is none takes other.
func nullFile(other int) int {
	fd, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return other
	}
	return fd
}

// errSaid is the error of a holder that has said itself what is wrong.
const errSaid = constError("")

// A constError is an error that is a constant.
type constError string

func (e constError) Error() string { return string(e) }

// Said reports whether the reason of an error was written already.
func Said(err error) bool { return err == errSaid }

// await waits until the holder is ready or has ended.
func (s *spawned) await() error {
	defer s.result.Close()
	return s.outcome()
}

// outcome is await that leaves the pipe open.
func (s *spawned) outcome() error {
	var b [1]byte
	n, err := io.ReadFull(s.result, b[:])
	if n == 1 && b[0] == outside {
		if err = s.connect(); err == nil {
			n, err = io.ReadFull(s.result, b[:])
		}
	}
	if err != nil && err != io.EOF { // it may live on
		unix.Kill(s.pid, unix.SIGKILL)
		join.Wait(s.pid)
		return err
	}
	if n == 1 && b[0] == ready {
		if s.pid != s.holder { // it has nothing else to do
			join.Wait(s.pid)
		}
		return nil
	}
	cause, _ := io.ReadAll(s.result)
	ws := join.Wait(s.pid)
	switch {
	case n == 1 && b[0] == closed:
		return &Closed{string(cause)}
	case ws.Exited():
		return errSaid
	}
	return errors.New("the process that holds the lab was ended by signal " + strconv.Itoa(int(ws.Signal())))
}

// kill ends a holder, and with it all that is in the lab, and waits for its end. Where
// no descriptor of the process can be had, its number has to do.
func kill(pid int) error {
	started, _ := startTime(pid)
	fd, err := unix.PidfdOpen(pid, 0)
	switch err {
	case nil:
		defer unix.Close(fd)
		err = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
	case unix.ESRCH:
		return nil
	}
	if err != nil {
		err = unix.Kill(pid, unix.SIGKILL)
	}
	if err != nil && err != unix.ESRCH {
		return err
	}
	for started != "" {
		if now, err := startTime(pid); err == nil && now != started {
			break
		}
		unix.Poll(nil, 1)
	}
	return nil
}

// Result is what Up has done.
type Result struct {
	Nodes, Links int
	Took         time.Duration
	Change       *Change // of a lab that was up already
}

// Up makes a lab, or changes it if it is up. What its lines print goes to stdout and stderr.
func Up(l *Lab, stdout, stderr *os.File) (Result, error) {
	begin := time.Now()
	r, err := open(l.Name, true)
	if err != nil {
		return Result{}, err
	}
	defer r.Close()
	if r.pid != 0 && !file.Exists(r.dir+"/"+changingFile) {
		return r.converge(l, stdout, stderr)
	}
	if err := r.end(); err != nil {
		return Result{}, err
	}
	if err := r.hold(l, stdout, stderr); err != nil {
		r.remove()
		return Result{}, err
	}
	return Result{Nodes: len(l.Nodes), Links: len(l.Links), Took: time.Since(begin)}, nil
}

// end ends the holder, if there is one, and clears its files away.
func (r *Running) end() error {
	if r.pid != 0 {
		if err := kill(r.pid); err != nil {
			return err
		}
		r.pid = 0
	}
	names, err := file.Names(r.dir)
	for _, name := range names {
		unix.Unlink(r.dir + "/" + name)
	}
	return err
}

// hold starts the holder of a lab and waits until that is up.
func (r *Running) hold(l *Lab, stdout, stderr *os.File) error {
	if err := r.write(textFile, l.encode()); err != nil {
		return err
	}
	s, text, err := spawnHolder(l, r.fd, stdout, stderr)
	if err != nil {
		return err
	}
	if err := r.setHolder(s.pid); err != nil {
		text.Close()
		kill(s.pid)
		s.await()
		return err
	}
	tell(text, l.encode())
	return s.await()
}

// Down ends a lab.
func Down(name string) error {
	r, err := open(name, false)
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("no lab is called " + quote(name))
	}
	defer r.Close()
	up := r.pid != 0
	if err := r.end(); err != nil {
		return err
	}
	if err := r.remove(); err != nil {
		return err
	}
	if !up {
		return errors.New("no lab is called " + quote(name))
	}
	return nil
}
