// Package emulated keeps tests from starting programs where an emulator of another
// architecture runs them.
package emulated

import (
	"os"
	"testing"
)

// Variable is in the environment of such tests. They can find out themselves, by starting
// what the emulator cannot start; but qemu-user now and then hangs when a process of several
// threads starts another.
const Variable = "GIP_EMULATED"

// Here says whether an emulator runs this process.
func Here() bool { return os.Getenv(Variable) != "" }

// Skip skips a test that starts programs.
func Skip(t testing.TB) {
	t.Helper()
	if Here() {
		t.Skip("an emulator runs the test")
	}
}
