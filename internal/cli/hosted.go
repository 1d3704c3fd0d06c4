package cli

import (
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
