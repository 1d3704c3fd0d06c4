// Package labtest has what tests of gip as a program share.
package labtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"gip/compat_test/lab"

	"golang.org/x/sys/unix"
)

// SkipForeign skips a test that starts a program of this architecture, if err tells
// that the kernel could not: an emulator runs the test.
func SkipForeign(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, unix.ENOEXEC) {
		t.Skip(err)
	}
}

// SkipIfForeign is SkipForeign for a test that starts its own program.
func SkipIfForeign(t testing.TB) {
	t.Helper()
	SkipForeign(t, exec.Command(os.Args[0], "-test.run=^$").Run())
}

// WithLabs runs the tests of a package whose examples make labs. Where none can be
// made, examples, which cannot skip themselves, are left out.
type WithLabs struct {
	M   *testing.M
	Try func() error // makes a lab
}

// Run does it.
func (w WithLabs) Run() int {
	if err := w.Try(); err != nil {
		fmt.Println("no examples are run: ", err)
		flag.Set("test.skip", "^Example")
	}
	return w.M.Run()
}

// Install builds gip in a folder, which has links with its names from then on.
func Install(t testing.TB, dir string) {
	t.Helper()
	gip, err := lab.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(gip, "--install", dir).CombinedOutput()
	SkipForeign(t, err)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
