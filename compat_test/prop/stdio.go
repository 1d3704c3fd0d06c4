package prop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// stdio runs a command with odd standard streams, and tells how it ended and what
// came through them:
//
//	stdio STREAM=WAY[,STREAM=WAY] COMMAND...
//
// STREAM is 0, 1 or 2. The ways:
//
//	full      a pipe that takes no more and does not wait
//	little    a pipe that takes 100 bytes more and does not wait
//	empty     a pipe that has nothing and does not wait
//	socket    a stream socket
//	datagram  a socket of datagrams
//	dead      a socket whose other end is gone
//	folder    a folder, open for reading
func stdio(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: stdio STREAM=WAY[,STREAM=WAY] COMMAND...")
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var ends []*end
	for word := range strings.SplitSeq(args[0], ",") {
		stream, way, _ := strings.Cut(word, "=")
		e, err := openEnd(way)
		if err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
		e.name = word
		ends = append(ends, e)
		switch stream {
		case "0":
			cmd.Stdin = e.given
		case "1":
			cmd.Stdout = e.given
		case "2":
			cmd.Stderr = e.given
		default:
			return fmt.Errorf("%s: no such stream", stream)
		}
	}
	status := howItEnds(cmd)
	for _, e := range ends {
		if err := e.tell(); err != nil {
			return err
		}
	}
	fmt.Println(status)
	return nil
}

// howItEnds runs a command and says how it ended.
func howItEnds(cmd *exec.Cmd) string { return ending(cmd, cmd.Run()) }

// ending says how a command ended, whose waiting returned err.
func ending(cmd *exec.Cmd, err error) string {
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return "killed by " + unix.SignalName(s.Signal())
	} else if ok {
		return fmt.Sprint("status ", s.ExitStatus())
	}
	return fmt.Sprint(err)
}

// An end is what a command gets, and what is behind it.
type end struct {
	name   string
	given  *os.File
	other  int // what comes out there, -1 for nothing
	filler int // of which this much was there before
}

// room is that of a pipe, the least that a kernel gives.
const room = 4096

func openEnd(way string) (*end, error) {
	var fds [2]int
	switch way {
	case "folder":
		f, err := os.Open("/")
		return &end{given: f, other: -1}, err
	case "full", "little", "empty":
		return openPipe(way)
	case "socket", "dead", "datagram":
		kind := unix.SOCK_STREAM
		if way == "datagram" {
			kind = unix.SOCK_DGRAM
		}
		var err error
		if fds, err = unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0); err != nil {
			return nil, err
		}
		if way == "dead" {
			_ = unix.Close(fds[1])
			fds[1] = -1
		}
		return &end{given: blocking(fds[0]), other: fds[1]}, nil
	}
	return nil, errors.New("no such way")
}

// openPipe is a pipe of which the end that is given does not wait.
func openPipe(way string) (*end, error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	e := &end{other: fds[0], given: blocking(fds[1])}
	if way == "empty" { // of which the writer stays
		e.other, e.given = -1, blocking(fds[0])
		return e, unix.SetNonblock(fds[0], true)
	}
	if _, err := unix.FcntlInt(uintptr(fds[1]), unix.F_SETPIPE_SZ, room); err != nil {
		return nil, err
	}
	e.filler = room
	if way == "little" {
		e.filler -= 100
	}
	if _, err := unix.Write(fds[1], bytes.Repeat([]byte{'.'}, e.filler)); err != nil {
		return nil, err
	}
	return e, unix.SetNonblock(fds[1], true)
}

// blocking is a file that package os leaves as it is.
func blocking(fd int) *os.File { return os.NewFile(uintptr(fd), "end") }

// tell prints what the command wrote.
func (e *end) tell() error {
	if e.other < 0 {
		return nil
	}
	_ = e.given.Close()
	out, err := io.ReadAll(&reader{e.other})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %q\n", e.name, out[e.filler:])
	return nil
}

// reader reads a descriptor until it has no more, for now or for good.
type reader struct{ fd int }

func (r *reader) Read(b []byte) (int, error) {
	if err := unix.SetNonblock(r.fd, true); err != nil {
		return 0, err
	}
	n, err := unix.Read(r.fd, b)
	if err == unix.EAGAIN || err == unix.ECONNRESET || n == 0 && err == nil {
		return 0, io.EOF
	}
	return max(n, 0), err
}
