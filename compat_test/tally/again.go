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
// what stands behind them. Command, where it is set, makes the process of the words. Hangs
// says that what runs the packages may hang or end them.
type Suite struct {
	Before, Packages, After []string
	Command                 func(words ...string) *exec.Cmd
	Hangs                   bool
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
// tests, so it has failed; if it may be no fault of its own, it is run once more as a whole.
func (t *Tally) Run(s Suite, w io.Writer) {
	first := s.run(w, s.Packages)
	t.Add(first.Counts)
	t.Unbuilt += first.Unbuilt
	var packages, failing, crashed []string
	var failed int
	var lost Counts
	for _, name := range slices.Sorted(maps.Keys(first.packages)) {
		switch of := first.packages[name]; {
		case of.crashed:
			crashed = append(crashed, name)
			lost.Add(of.Counts)
		case len(of.failing) > 0:
			packages, failing = append(packages, name), append(failing, of.failing...)
			failed += of.Failed
		}
	}
	if len(crashed) > 0 && !s.Hangs {
		return
	}
	if len(failing) > 0 {
		second := s.again(w, failing, packages, "-run", "^("+strings.Join(failing, "|")+")$")
		t.Failed += second.Failed - failed
		if second.Failed == 0 {
			t.Passed += failed
		}
	}
	if len(crashed) > 0 {
		t.Subtract(lost)
		t.Add(s.again(w, crashed, crashed))
	}
}

// again runs what has failed, and says how that ends.
func (s *Suite) again(w io.Writer, what, packages []string, more ...string) Counts {
	names := strings.Join(what, ", ")
	fmt.Fprintf(w, "once more: %s\n", names)
	second := s.run(w, packages, more...)
	if second.Failed == 0 {
		fmt.Fprintf(w, "passed when run again: %s\n", names)
	}
	return second.Counts
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
