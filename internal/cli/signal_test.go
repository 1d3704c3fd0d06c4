package cli

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestSignals(t *testing.T) {
	s, err := new(Env).Notify(unix.SIGUSR1, unix.SIGUSR2)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, sig := range []unix.Signal{unix.SIGUSR2, unix.SIGUSR1} {
		unix.Kill(unix.Getpid(), sig)
		if got := s.Take(); got != sig {
			t.Errorf("got %v, want %v", got, sig)
		}
	}
}
