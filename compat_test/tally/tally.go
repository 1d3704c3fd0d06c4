// Package tally runs go test -json: it shows what failed and why something was skipped,
// counts, and lets what failed try once more.
package tally

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is one line of go test -json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

// long is how many seconds are worth a line.
const long = 60

// A Tally counts tests without subtests of their own, and keeps what each said.
type Tally struct {
	Passed, Failed, Skipped int
	said                    map[string][]string
	parents                 map[string]bool
	failing                 map[string][]string // tests that failed, by package
	crashed                 bool                // a package ended before its last test
}

// New is a tally of nothing.
func New() *Tally {
	return &Tally{said: map[string][]string{}, parents: map[string]bool{}, failing: map[string][]string{}}
}

// String is the line that CI reads.
func (t *Tally) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.Passed, t.Failed, t.Skipped)
}

// Read counts what the output has, and writes what failed and what was skipped.
func (t *Tally) Read(r io.Reader, w io.Writer) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(w, lines.Text()) // what the go command itself has to say
			continue
		}
		t.take(&e, w)
	}
}

func (t *Tally) take(e *event, w io.Writer) {
	name := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		t.said[name] = append(t.said[name], e.Output)
	case "run":
		if i := strings.LastIndex(name, "/"); i > len(e.Package) {
			t.parents[name[:i]] = true
		}
	case "pass", "fail", "skip":
		if e.Elapsed >= long && !strings.Contains(e.Test, "/") {
			fmt.Fprintf(w, "%.0f s: %s\n", e.Elapsed, strings.TrimSpace(name))
		}
		t.crashed = t.crashed || crash(e, t.said[name])
		t.end(e, name, w)
	}
}

// end counts a result. A package, and a test that only holds others, count when
// they fail for a reason of their own.
func (t *Tally) end(e *event, name string, w io.Writer) {
	holder := e.Test == "" || t.parents[name]
	switch {
	case e.Action == "fail":
		fmt.Fprint(w, strings.Join(t.said[name], ""))
		if e.Test != "" && !strings.Contains(e.Test, "/") {
			t.failing[e.Package] = append(t.failing[e.Package], e.Test)
		}
		if !holder || e.Test == "" && t.Failed == 0 {
			t.Failed++
		}
	case holder:
	case e.Action == "pass":
		t.Passed++
	default:
		t.Skipped++
		fmt.Fprint(w, "skipped: ", name, "\n", strings.Join(t.said[name], ""))
	}
	delete(t.said, name)
}

// crash tells that a package has failed and has not said so, as it does behind its last
// test: it panicked, was killed, or took too long.
func crash(e *event, said []string) bool {
	return e.Action == "fail" && e.Test == "" && !slices.Contains(said, "FAIL\n")
}
