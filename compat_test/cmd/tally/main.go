// Command tally reads the output of go test -json, shows what failed and why
// something was skipped, and ends with "N passed, N failed, N skipped".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// An event is one line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// A tally counts tests without subtests of their own, and keeps what each said.
type tally struct {
	passed, failed, skipped int
	said                    map[string][]string
	parents                 map[string]bool
}

func main() {
	t := &tally{said: map[string][]string{}, parents: map[string]bool{}}
	t.read(os.Stdin, os.Stdout)
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 {
		os.Exit(1)
	}
}

func (t *tally) read(r io.Reader, w io.Writer) {
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

func (t *tally) take(e *event, w io.Writer) {
	name := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		t.said[name] = append(t.said[name], e.Output)
	case "run":
		if i := strings.LastIndex(name, "/"); i > len(e.Package) {
			t.parents[name[:i]] = true
		}
	case "pass", "fail", "skip":
		t.end(e, name, w)
	}
}

// end counts a result. A package, and a test that only holds others, count when
// they fail for a reason of their own.
func (t *tally) end(e *event, name string, w io.Writer) {
	holder := e.Test == "" || t.parents[name]
	switch {
	case e.Action == "fail":
		fmt.Fprint(w, strings.Join(t.said[name], ""))
		if !holder || e.Test == "" && t.failed == 0 {
			t.failed++
		}
	case holder:
	case e.Action == "pass":
		t.passed++
	default:
		t.skipped++
		fmt.Fprint(w, "skipped: ", name, "\n", strings.Join(t.said[name], ""))
	}
	delete(t.said, name)
}
