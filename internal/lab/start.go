package lab

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/lab/rights"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// Descriptors of a holder, beside the standard streams.
const (
	fdText   = 3 // what to build
	fdResult = 4 // where it tells that it has, see ready
	fdState  = 5 // the folder of the state, or closed
	fdHost   = 6 // the network that the host is, with ModeHost
)

// What a holder writes to fdResult, a socket on which it is answered. Ending without a word, it failed and has said why.
const (
	ready   = 'r' // the lab is up
	naming  = 'n' // it wants the nodes named outside
	outside = 'i' // it wants nodes connected, whose names follow, a line each
	anew    = 'a' // it cannot change the lab, which is to be made anew
	closed  = 'c' // the system lets it make none: the cause of a Closed follows
)

// A spawned holder is one whose result is not known yet.
type spawned struct {
	pid    int
	holder int // of the lab: the same, or the one in whose lab it is
	result *os.File
	lab    *Lab
	way    *way         // by which nodes are connected with the outside
	bind   func() error // names the nodes outside
	guard  *guard
}

// Without says how a lab is made: " without root", or nothing.
func Without() string {
	if rights.MayWithoutUser() {
		return ""
	}
	return ", without root"
}

// spawn starts a holder: this program again, in namespaces of its own. It waits for
// its text.
func spawnHolder(l *Lab, state int, stdout, stderr *os.File, mode string) (*spawned, *os.File, error) {
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
	// The holder ends with us until it is ready, as it asks for itself: Pdeathsig would
	// ask for its first thread, which it could not find again to take that back. What
	// counts on our side is the thread as well.
	runtime.LockOSThread()
	null := nullFile(in[0])
	files := []int{null, int(stdout.Fd()), int(stderr.Fd()), in[0], out[1]}
	if state >= 0 {
		files = append(files, state)
	}
	if strings.HasPrefix(mode, ModeHost) {
		var host int
		host, err = netns.OpenOwn()
		defer unix.Close(host)
		files = append(files, host)
	}
	pid := 0
	if err == nil {
		pid, err = startHolder(files, mode)
	}
	if null != in[0] {
		unix.Close(null)
	}
	if err != nil {
		text.Close()
		result.Close()
		return nil, nil, rights.Explain(err)
	}
	return &spawned{pid: pid, holder: pid, result: result, lab: l, way: way}, text, nil
}

// startHolder starts this program in namespaces of its own: without the rights for that,
// in one of users as well, in which all accounts of the user are if they may, else only
// this one, as root.
func startHolder(files []int, mode string) (pid int, err error) {
	argv := []string{"gip", "lab", HolderVerb}
	if mode != "" {
		argv = append(argv, mode)
	}
	attr := &syscall.SysProcAttr{Cloneflags: spaces}
	if !rights.MayWithoutUser() {
		if pid, err := startWithRanges(files, argv); err == nil {
			return pid, nil
		}
		join.OwnUsers(attr)
	}
	var fds []uintptr
	for _, fd := range files {
		fds = append(fds, uintptr(fd))
	}
	return syscall.ForkExec(netns.SelfExe, argv, &syscall.ProcAttr{Env: Environ(), Files: fds, Sys: attr})
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

// hear reads what another process tells, all of it; ECHILD if that has ended before.
func hear(fd int, b []byte) error {
	for {
		switch n, err := unix.Read(fd, b); {
		case err == unix.EINTR:
		case err == nil && n != len(b):
			return unix.ECHILD
		default:
			return err
		}
	}
}

// nullFile opens /dev/null, or where there is none takes other.
func nullFile(other int) int {
	fd, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return other
	}
	return fd
}

// keepStandard has nothing else come to stand where a standard stream is closed, and be
// taken for that by what is started: a file there of which reading and writing fail alike.
func keepStandard() {
	for {
		fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
		if fd > 2 {
			unix.Close(fd)
		}
		if err != nil || fd > 2 {
			return
		}
	}
}

// errSaid is the error of a holder that has said itself what is wrong.
const errSaid = constError("")

// errAnew is the error of a change for which the lab has to be made anew as a whole; why
// was said.
const errAnew = constError("anew")

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
	s.guard.watch(s.pid)
	n, err := io.ReadFull(s.result, b[:])
	for n == 1 && (b[0] == outside || b[0] == naming) {
		if n, err = 0, s.serve(b[0]); err == nil {
			n, err = io.ReadFull(s.result, b[:])
		}
	}
	s.guard.watch(0)
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
		return &rights.Closed{Cause: string(cause)}
	case n == 1 && ws.Exited():
		return errAnew
	case ws.Exited():
		return errSaid
	}
	awaitGuard(ws.Signal())
	return &killedError{ws.Signal()}
}

// A killedError is the end of what builds a lab by a signal.
type killedError struct{ by unix.Signal }

func (e *killedError) Error() string {
	return "the process that builds the lab was ended by signal " + strconv.Itoa(int(e.by))
}

// serve does what a holder asks for.
func (s *spawned) serve(what byte) error {
	if what == outside {
		return s.connect()
	}
	err := s.bind()
	if err == nil {
		_, err = s.result.Write([]byte{naming})
	}
	return err
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
	// Processes of the lab that have ended, but of which nobody has taken note, keep the
	// holder when all else is gone: their parent, outside, may be stopped.
	const zombies = 1000 // milliseconds
	for i := 0; started != ""; i++ {
		if now, err := startTime(pid); err == nil && now != started {
			break
		}
		if i > zombies {
			if _, in := netns.SpaceOf("/proc/" + itoa(pid) + "/ns/net"); !in {
				break
			}
		}
		unix.Poll(nil, 1)
	}
	return nil
}

// Down ends a lab.
func Down(name string) error {
	r, err := open(name, false)
	if err != nil {
		return err
	}
	if r == nil {
		return noLab(name)
	}
	defer r.Close()
	defer newGuard().close() // it is done soon, and to be done whole
	up := r.pid != 0
	if err := r.takeAway(); err != nil {
		return err
	}
	if !up {
		return noLab(name)
	}
	return nil
}
