package cli

import (
	"io"
	"os"
	"time"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Hosted says how a command runs inside another program (see package gip): on a
// thread of its own that is thrown away after it, but in a process that has other
// work. So what belongs to the whole process is left alone: signals, limits, the
// standard descriptors, capabilities, the collector's aim. A thread's own are the
// network namespace, the mounts, and what /proc/thread-self tells.
type Hosted struct {
	// Interrupt is a descriptor that can be read once the command is to end, as
	// SIGINT ends the program; -1 if nothing will.
	Interrupt int
	// Done is closed then; nil if that will not be.
	Done <-chan struct{}
	// Files are the descriptors of its standard streams.
	Files [3]int
}

// Files are the descriptors of the standard streams, for programs that a command
// starts.
func (e *Env) Files() []uintptr {
	if e.Hosted == nil {
		return []uintptr{0, 1, 2}
	}
	f := e.Hosted.Files
	return []uintptr{uintptr(f[0]), uintptr(f[1]), uintptr(f[2])}
}

// Host has the command run inside another program. Its streams wait no longer than the
// command may last: a pipe that nobody fills, or empties, may do so for good.
func (e *Env) Host(h *Hosted) {
	e.Hosted = h
	if h == nil || h.Interrupt < 0 {
		return
	}
	if f, ok := e.Stdin.(*os.File); ok {
		e.Stdin = hostedInput{f.Fd(), e}
	}
	e.Pen.Redirect(hostedOutput{e.Stdout, h})
	if f, ok := e.Stderr.(*os.File); ok {
		e.Stderr = hostedOutput{f, h}
	}
}

// A hostedInput is standard input that ends with EINTR when the command is to end.
type hostedInput struct {
	fd uintptr
	e  *Env
}

// Fd is its descriptor, for who asks whether it is a terminal.
func (in hostedInput) Fd() uintptr { return in.fd }

func (in hostedInput) Read(b []byte) (int, error) {
	for {
		if in.e.Interrupted(int(in.fd)) {
			return 0, unix.EINTR
		}
		switch n, err := unix.Read(int(in.fd), b); {
		case err == unix.EINTR || err == unix.EAGAIN:
		case err != nil:
			return 0, err
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (in hostedInput) Seek(offset int64, whence int) (int64, error) {
	return unix.Seek(int(in.fd), offset, whence)
}

// A hostedOutput is an output of which is lost what nobody has taken when the command is
// to end.
type hostedOutput struct {
	*os.File
	h *Hosted
}

func (out hostedOutput) Write(b []byte) (n int, err error) {
	fds := []unix.PollFd{{Fd: int32(out.Fd()), Events: unix.POLLOUT}, {Fd: int32(out.h.Interrupt), Events: unix.POLLIN}}
	for len(b) > 0 && err == nil {
		if _, err := unix.Poll(fds, -1); err == unix.EINTR {
			continue
		}
		if fds[0].Revents == 0 {
			return n, unix.EINTR
		}
		// A pipe that can be written has room for so much.
		const atomic = 4096 // PIPE_BUF
		var did int
		did, err = out.File.Write(b[:min(len(b), atomic)])
		n, b = n+did, b[did:]
	}
	return n, err
}

// WriteString is Write.
func (out hostedOutput) WriteString(s string) (int, error) { return out.Write([]byte(s)) }

// Opened notes a descriptor that a command keeps to its end, for Close.
func (e *Env) Opened(fd int) { e.opens(func() { unix.Close(fd) }) }

func (e *Env) opens(close func()) {
	if e.Hosted != nil {
		e.opened = append(e.opened, close)
	}
}

// Close closes the sockets of a command inside another program, which goes on. The
// end of a process does that, and sooner.
func (e *Env) Close() {
	if e.Hosted == nil {
		return
	}
	if e.window != nil {
		e.window.w.Close()
	}
	for _, close := range e.opened {
		close()
	}
}

// Interrupted waits until a descriptor can be read. It reports whether the command
// is to end instead, which nothing but a signal asks of a program.
func (e *Env) Interrupted(fd int) bool {
	if e.Hosted == nil {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(e.Hosted.Interrupt), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(fds, -1); err != unix.EINTR {
			return fds[1].Revents != 0
		}
	}
}

// Pause is time.Sleep without the poller, which that wants and which a container's
// rules may refuse. Like Interrupted it reports whether the command is to end instead,
// as one is that is only asked for its words: it has looked for all of them by now.
func (e *Env) Pause(d time.Duration) (interrupted bool) {
	if e.Asked {
		return true
	}
	if e.Hosted != nil {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(e.Hosted.Interrupt), Events: unix.POLLIN}}, int(d/time.Millisecond))
		return n > 0
	}
	left := unix.NsecToTimespec(int64(d))
	for unix.Nanosleep(&left, &left) == unix.EINTR {
	}
	return false
}

// Over is an error once the command is to end, for one that has many steps: what is
// done stays.
func (e *Env) Over() error {
	if e.Hosted == nil {
		return nil
	}
	select {
	case <-e.Hosted.Done:
		return unix.EINTR
	default:
		return nil
	}
}

// EndListening lets a connection listen only until the command is to end.
func (e *Env) EndListening(c *rtnl.Conn) {
	if e.Hosted != nil {
		c.Until(e.Hosted.Interrupt)
	}
}
