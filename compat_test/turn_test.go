package compat_test

import (
	"os"
	"testing"

	"gip/compat_test/script"
)

// CI has not the time for all that is here with each commit. It sets GIP_PART=K/6, with
// another K for each, and what takes longest does a sixth of its work then. What all scripts
// send and print the tapes hold with each commit (TestReplay). Where GIP_PART is not set, as
// in a developer's "make test", all is done.

// turn is the part that it is the turn of, or all.
func turn(t *testing.T) *script.Part {
	t.Helper()
	p := new(script.Part)
	if text := os.Getenv("GIP_PART"); text != "" {
		if err := p.Set(text); err != nil {
			t.Fatal("GIP_PART: ", err)
		}
	}
	return p
}

// ofTurn is a part of what a test has, and tells what it leaves.
func ofTurn[T any](t *testing.T, p *script.Part, all []T) []T {
	t.Helper()
	some, others := script.Of(p, all)
	if len(others) > 0 {
		t.Logf("part %v of GIP_PART leaves out %d of %d", p, len(others), len(all))
	}
	return some
}

// ofThisCommit are the scripts whose turn it is: a generated one, each line of which tries some
// twenty values, takes longer than the others.
func ofThisCommit(t *testing.T, scripts []*script.Script) []*script.Script {
	t.Helper()
	p := turn(t)
	made, written := script.Split(scripts, func(s *script.Script) bool { return s.Made })
	return append(ofTurn(t, p, written), ofTurn(t, p, made)...)
}
