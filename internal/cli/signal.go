package cli

import (
	"os"
	"os/signal"
	"slices"

	"golang.org/x/sys/unix"
)

// Signals turns signals into bytes of a pipe, so that poll sees them.
type Signals struct {
	FD int // readable when a signal came
	w  int
	c  chan os.Signal
}

// Notify catches signals from now on, also those that were ignored.
func Notify(sigs ...os.Signal) (*Signals, error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	s := &Signals{FD: fds[0], w: fds[1], c: make(chan os.Signal, 4)}
	signal.Notify(s.c, sigs...)
	if goQuit != (action{}) && slices.Contains(sigs, os.Signal(unix.SIGQUIT)) {
		sigaction(unix.SIGQUIT, &goQuit, nil)
	}
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
	var b [1]byte
	unix.Read(s.FD, b[:])
	return unix.Signal(b[0])
}

// Close lets the signals do again what they did.
func (s *Signals) Close() { signal.Stop(s.c) }
