package cli

import (
	"os"
	"os/signal"

	"gip/internal/entry"

	"golang.org/x/sys/unix"
)

// Begin makes the process what a C program is at its start, where the Go runtime
// and library have changed it since entry did (see there).
func Begin() {
	if !entry.Began() {
		return
	}
	// A write to a closed pipe ends us, unless the caller wants it to fail: that
	// the kernel does. Without this the library would end us where the kernel
	// does not.
	signal.Ignore(unix.SIGPIPE)
	if soft, hard := entry.Files(); soft != hard {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: soft, Max: hard})
	}
}

// Ignore lets a signal do nothing from now on.
func (e *Env) Ignore(sig unix.Signal) {
	if e.Hosted != nil {
		return
	}
	entry.Catch(int(sig))
	signal.Ignore(sig)
}

// Signals turns signals into bytes of a pipe, so that poll sees them.
type Signals struct {
	FD int // readable when a signal came
	w  int
	c  chan os.Signal
}

// Notify catches signals from now on, also those that were ignored. A command
// inside another program is interrupted as by SIGINT.
func (e *Env) Notify(sigs ...os.Signal) (*Signals, error) {
	if e.Hosted != nil {
		return &Signals{FD: e.Hosted.Interrupt}, nil
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	s := &Signals{FD: fds[0], w: fds[1], c: make(chan os.Signal, 4)}
	for _, sig := range sigs {
		if no, ok := sig.(unix.Signal); ok {
			entry.Catch(int(no))
		}
	}
	signal.Notify(s.c, sigs...)
	go func() {
		for sig := range s.c {
			if no, ok := sig.(unix.Signal); ok {
				unix.Write(s.w, []byte{byte(no)})
			}
		}
	}()
	return s, nil
}

// Take takes one signal, after poll told of it.
func (s *Signals) Take() unix.Signal {
	if s.c == nil {
		return unix.SIGINT
	}
	var b [1]byte
	unix.Read(s.FD, b[:])
	return unix.Signal(b[0])
}

// Close lets the signals do again what they did.
func (s *Signals) Close() {
	if s.c != nil {
		signal.Stop(s.c)
	}
}
