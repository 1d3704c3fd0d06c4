package labcmd_test

import (
	"strings"
	"syscall"
	"testing"
)

// TestNoProc holds that nobody takes a lab for gone, or for another's, where there is no
// /proc.
func TestNoProc(t *testing.T) {
	if !onMachine(t) {
		return
	}
	for _, u := range users() {
		b := newBench(t, u, "node a\n")
		b.makeLab(t)
		for _, words := range []string{"ls", "exec a true", "up x.lab", "down x", "down"} {
			cmd := b.command(append([]string{"gip", "lab"}, strings.Fields(words)...)...)
			cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `mount -n -t tmpfs none /proc && exec "$@"`, "sh"}, cmd.Args...)
			cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "/proc is not mounted") {
				t.Errorf("%s: %s: %v: %s", u.name, words, err, out)
			}
		}
		if out, err := b.command("gip", "lab", "down", "x").CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", u.name, err, out)
		}
		b.clean(t, "no /proc")
	}
}
