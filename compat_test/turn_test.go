package compat_test

import (
	"os"
	"testing"

	"gip/compat_test/script"
)

// CI has not the time for all that is here with each commit. It sets GIP_PART=K/10, with
// another K for each, and what takes longest does a tenth of its work then. What all scripts
// send and print the tapes hold with each commit (TestReplay). Where GIP_PART is not set, as
// in a developer's "make test", all is done.

// ofTurn is what it is the turn of, or all, and tells what it leaves.
func ofTurn[T any](t *testing.T, all []T) []T {
	t.Helper()
	p := new(script.Part)
	if text := os.Getenv("GIP_PART"); text != "" {
		if err := p.Set(text); err != nil {
			t.Fatal("GIP_PART: ", err)
		}
	}
	some, others := script.Of(p, all)
	if len(others) > 0 {
		t.Logf("GIP_PART=%v leaves out %d of %d", p, len(others), len(all))
	}
	return some
}
