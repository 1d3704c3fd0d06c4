// Package tally runs go test -json: it shows what failed and why something was skipped,
// counts, and lets what failed try once more.
package tally

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// An event is one line of go test -json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
	ImportPath                    string  // of what is built: "gip/topo [gip/topo.test]"
	FailedBuild                   string  // in the failure of a package, the ImportPath that failed
}

// long is how many seconds are worth a line.
const long = 20

// Counts are tests without subtests of their own.
type Counts struct{ Passed, Failed, Skipped int }

// String is the line that CI reads.
func (c *Counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.Passed, c.Failed, c.Skipped)
}

// Add adds other tests.
func (c *Counts) Add(d Counts) {
	c.Passed, c.Failed, c.Skipped = c.Passed+d.Passed, c.Failed+d.Failed, c.Skipped+d.Skipped
}

// Subtract takes other tests away.
func (c *Counts) Subtract(d Counts) {
	c.Passed, c.Failed, c.Skipped = c.Passed-d.Passed, c.Failed-d.Failed, c.Skipped-d.Skipped
}

// A Tally counts the tests of packages, and keeps what each said.
type Tally struct {
	Counts
	Unbuilt  int // packages that the compiler or vet refused; each counts as failed, too
	said     map[string][]string
	parents  map[string]bool
	packages map[string]*result
}

// A result is how the tests of one package went.
type result struct {
	Counts
	failing []string // the tests that failed, without subtests
	crashed bool     // it ended before its last test
}

// New is a tally of nothing.
func New() *Tally {
	return &Tally{said: map[string][]string{}, parents: map[string]bool{}, packages: map[string]*result{}}
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
	case "output":
		t.said[name] = append(t.said[name], e.Output)
	case "build-output":
		t.said[e.ImportPath] = append(t.said[e.ImportPath], e.Output)
	case "run":
		if i := strings.LastIndex(name, "/"); i > len(e.Package) {
			t.parents[name[:i]] = true
		}
	case "pass", "fail", "skip":
		if e.Elapsed >= long && !strings.Contains(e.Test, "/") {
			fmt.Fprintf(w, "%.0f s: %s\n", e.Elapsed, strings.TrimSpace(name))
		}
		t.end(e, name, w)
	}
}

// end counts a result. A package, and a test that only holds others, count when
// they fail for a reason of their own.
func (t *Tally) end(e *event, name string, w io.Writer) {
	of := t.packages[e.Package]
	if of == nil {
		of = &result{}
		t.packages[e.Package] = of
	}
	var c Counts
	holder := e.Test == "" || t.parents[name]
	switch {
	case e.Action == "fail":
		switch {
		case e.FailedBuild != "":
			t.Unbuilt++
			fmt.Fprint(w, strings.Join(t.said[e.FailedBuild], ""))
		case crash(e, t.said[name]):
			of.crashed = true
			t.unfinished(e.Package, w)
		}
		fmt.Fprint(w, strings.Join(t.said[name], ""))
		if e.Test != "" && !strings.Contains(e.Test, "/") {
			of.failing = append(of.failing, e.Test)
		}
		if !holder || e.Test == "" && of.Failed == 0 {
			c.Failed++
		}
	case holder:
	case e.Action == "pass":
		c.Passed++
	default:
		c.Skipped++
		fmt.Fprint(w, "skipped: ", name, "\n", strings.Join(t.said[name], ""))
	}
	of.Add(c)
	t.Add(c)
	delete(t.said, name)
}

// unfinished writes what the tests said during which their package ended: why it did is
// among that.
func (t *Tally) unfinished(of string, w io.Writer) {
	for _, name := range slices.Sorted(maps.Keys(t.said)) {
		if test, ok := strings.CutPrefix(name, of+" "); ok && test != "" {
			fmt.Fprint(w, strings.Join(t.said[name], ""))
		}
	}
}

// crash tells that a package has failed and has not said so, as it does behind its last
// test: it panicked, was killed, or took too long.
func crash(e *event, said []string) bool {
	return e.Action == "fail" && e.Test == "" && !slices.Contains(said, "FAIL\n")
}
