// Package labtest has what tests of gip as a program share.
package labtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"gip/compat_test/emulated"
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
	emulated.Skip(t)
	SkipForeign(t, exec.Command(os.Args[0], "-test.run=^$").Run())
}

// WithLabs runs the tests of a package whose examples make labs. Where none can be
// made, examples, which cannot skip themselves, are left out.
type WithLabs struct {
	M   *testing.M
	Try func() error // makes a lab
}

// Run does it. Under an emulator, which cannot start the program again, it runs none.
func (w WithLabs) Run() int {
	if os.Getenv(lookedAt) != "" {
		return 0
	}
	if skip, why := w.leaveOut(); skip != "" {
		fmt.Println("left out, "+skip+": ", why)
		flag.Parse() // or m.Run does, and takes what a caller leaves out instead of this
		if asked := flag.Lookup("test.skip").Value.String(); asked != "" {
			skip = "(?:" + asked + ")|" + skip
		}
		flag.Set("test.skip", skip)
	}
	return w.M.Run()
}

// leaveOut is the pattern of the tests that cannot be run, and why; "" if all can.
func (w WithLabs) leaveOut() (pattern string, why any) {
	if emulated.Here() {
		return ".", "an emulator runs the tests"
	}
	err := w.Try()
	if err == nil {
		return "", nil
	}
	c := exec.Command(os.Args[0])
	if c.Env = append(os.Environ(), lookedAt+"=1"); errors.Is(c.Run(), unix.ENOEXEC) {
		return ".", err
	}
	return "^Example", err
}

// lookedAt is in the environment of a program that is started to see whether it can be.
const lookedAt = "GIP_LABTEST_LOOKED_AT"

// Install builds gip in a folder, which has links with its names from then on.
func Install(t testing.TB, dir string) {
	t.Helper()
	emulated.Skip(t)
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
