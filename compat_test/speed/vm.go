package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gip/compat_test/lab"
)

// guestMade is where the guest keeps its copy of what is measured: the shared
// folder is slow.
const guestMade = "/run/speed"

// vmLimit is how long measuring in the emulated machine may take.
const vmLimit = 2 * time.Hour

// runInVM runs this program again in the test VM, whose root is the reference's
// tree. The folder has what is measured; it is shared with the guest.
func runInVM(ctx context.Context, dir string, c config) error {
	guest, err := lab.NewGuest(c.kernel, "")
	if err != nil {
		return err
	}
	if err := lab.BuildStatic("", "gip/compat_test/speed", filepath.Join(dir, "speed")); err != nil {
		return err
	}
	args := []string{guestMade + "/speed", "-made", guestMade, "-ref", "/", "-budget", c.budget.String(), "-scale", c.scale, "-only", c.sel.only.String()}
	if c.sel.bare {
		args = append(args, "-bare")
	}
	switch c.gip {
	case "":
	case referenceWord:
		args = append(args, "-gip", referenceWord)
	default:
		if err := lab.CopyFile(c.gip, filepath.Join(dir, "gip")); err != nil {
			return err
		}
	}
	inside := fmt.Sprintf("cp -r %s %s && exec %s", dir, guestMade, quoted(args))
	cmd := exec.CommandContext(ctx, guest.Runner, "-k", guest.Kernel, "-t", fmt.Sprint(int(vmLimit.Seconds())), "-d", dir, "--", inside)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// The runner ends its machine when it is told to end.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}

// quoted is the words as a shell reads them.
func quoted(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString("'" + strings.ReplaceAll(w, "'", `'\''`) + "' ")
	}
	return b.String()
}
