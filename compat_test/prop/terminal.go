package prop

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"gip/compat_test/pty"

	"golang.org/x/sys/unix"
)

// terminal runs a command as the leader of a session with a terminal of its own, and
// prints what is written there and how the command ended:
//
//	terminal COMMAND...
//
// A shell (sh -m) can then have jobs in the foreground and in the background.
func terminal(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: terminal COMMAND...")
	}
	master, slave, err := openTerminal()
	if err != nil {
		return err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	slave.Close()
	// The end is an error: the terminal is hung up when its leader has gone.
	text, _ := io.ReadAll(master)
	status := ending(cmd, cmd.Wait())
	_, err = fmt.Printf("%s%s\n", strings.ReplaceAll(string(text), "\r\n", "\n"), status)
	return err
}

// openTerminal opens both sides of a new terminal. Its file system is mounted for
// that long: the sandbox has none.
func openTerminal() (master, slave *os.File, err error) {
	dir, err := os.MkdirTemp("", "terminal")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(dir)
	if err := unix.Mount("devpts", dir, "devpts", 0, "newinstance,ptmxmode=0600"); err != nil {
		return nil, nil, fmt.Errorf("mounting devpts: %w", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	return pty.Of(filepath.Join(dir, "ptmx"))
}
