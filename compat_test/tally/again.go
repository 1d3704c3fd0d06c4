package tally

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
)

// A Suite is a call of go test -json: what stands before the packages, the packages, and
// what stands behind them. Command, where it is set, makes the process of the words.
type Suite struct {
	Before, Packages, After []string
	Command                 func(words ...string) *exec.Cmd
}

// Parse takes a call of go test apart: its packages are the words that begin with a dot.
func Parse(words []string) Suite {
	var s Suite
	for _, word := range words {
		switch {
		case strings.HasPrefix(word, "."):
			s.Packages = append(s.Packages, word)
		case s.Packages == nil:
			s.Before = append(s.Before, word)
		default:
			s.After = append(s.After, word)
		}
	}
	return s
}

// Run runs the tests and adds them to the tally. Tests that failed are run once more by
// themselves: much here waits for the kernel, for links and for other processes, and on a
// busy machine one test in 30,000 waits too long. What passes then counts as passed, and a
// line says so; what is broken fails twice. A package that crashed has not run all its
// tests, so it has failed.
func (t *Tally) Run(s Suite, w io.Writer) {
	first := s.run(w, s.Packages)
	t.Passed, t.Skipped = t.Passed+first.Passed, t.Skipped+first.Skipped
	if len(first.failing) == 0 || first.crashed {
		t.Failed += first.Failed
		return
	}
	names := slices.Concat(slices.Collect(maps.Values(first.failing))...)
	fmt.Fprintf(w, "once more: %s\n", strings.Join(names, ", "))
	second := s.run(w, slices.Sorted(maps.Keys(first.failing)), "-run", "^("+strings.Join(names, "|")+")$")
	t.Failed += second.Failed
	if second.Failed == 0 {
		t.Passed += first.Failed
		fmt.Fprintf(w, "passed when run again: %s\n", strings.Join(names, ", "))
	}
}

// run is one call of go test. One that fails without a test that did has failed as well.
func (s *Suite) run(w io.Writer, packages []string, more ...string) *Tally {
	command := s.Command
	if command == nil {
		command = func(words ...string) *exec.Cmd { return exec.Command(words[0], words[1:]...) }
	}
	t := New()
	cmd := command(slices.Concat(s.Before, packages, s.After, more)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		t.Read(out, w)
		err = cmd.Wait()
	}
	if err != nil && t.Failed == 0 {
		t.Failed++
		fmt.Fprintf(w, "%s: %v\n%s", cmd, err, stderr.Bytes())
	}
	return t
}
