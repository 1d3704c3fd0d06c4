// Command demo plays a tutorial with gip in namespaces that nobody else sees
// and that are gone afterwards. It shows each command before its output.
//
//	go run ./demo GIP SCRIPT
//
// GIP is the binary; SCRIPT is one of the bench's, with a shell script in it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"gip/compat_test/script"

	"golang.org/x/sys/unix"
)

const picture = `
  client             gateway                              server
  10.0.100.1  ─────  10.0.100.254 │ 192.168.100.254  ─────  192.168.100.1
`

// inside is argv[0] of the demo's second process, which has the namespaces.
const inside = "gip-demo"

func main() {
	run := outside
	if os.Args[0] == inside {
		run = play
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: demo GIP SCRIPT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// outside starts the demo again with namespaces of its own: users, if we are
// not root, network and mounts.
func outside(gip, path string) error {
	bin, err := os.MkdirTemp("", "gip-demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	if out, err := exec.Command(gip, "--install", bin).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	cmd := exec.Command("/proc/self/exe", gip, path)
	cmd.Args[0] = inside
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "PATH="+bin+":/usr/bin:/bin:/usr/sbin:/sbin")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		becomeRoot(cmd.SysProcAttr)
	}
	err = cmd.Run()
	var status *exec.ExitError
	if errors.As(err, &status) {
		return errors.New("a command failed")
	}
	if err != nil {
		return fmt.Errorf("making namespaces: %w", err)
	}
	return nil
}

// becomeRoot puts a process into a user namespace whose root it is.
func becomeRoot(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
}

// play runs the script. The names of its namespaces are kept in a /run that
// nobody else has.
func play(_, path string) error {
	runtime.LockOSThread()
	s, err := script.Read(path)
	if err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mounting /run: %w", err)
	}
	paint := painter()
	fmt.Println("A client, a gateway and a server, in network namespaces of their own." +
		"\nThis machine's network and its namespaces stay as they are.")
	fmt.Print(picture, "\n")
	for _, line := range commands(s[0]) {
		fmt.Println(paint("1;32", "$ ") + paint("1", line))
		cmd := exec.Command("sh", "-c", line)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	fmt.Println()
	return nil
}

// painter returns what colours text, for terminals only.
func painter() func(color, text string) string {
	_, err := unix.IoctlGetTermios(1, unix.TCGETS)
	if err != nil || os.Getenv("NO_COLOR") != "" {
		return func(_, text string) string { return text }
	}
	return func(color, text string) string { return "\033[" + color + "m" + text + "\033[0m" }
}

// commands returns the lines of the script to be played. What the story ends
// with, the client's ping through the gateway, comes last; deleting the
// namespaces is left out because they end with the demo.
func commands(s *script.Script) []string {
	var lines, finale []string
	for _, c := range s.Commands {
		switch {
		case strings.HasPrefix(c.Text, "ip netns delete "):
		case strings.HasPrefix(c.Text, "ip netns exec client ping "):
			finale = append(finale, c.Text)
		default:
			lines = append(lines, c.Text)
		}
	}
	return append(lines, finale...)
}
