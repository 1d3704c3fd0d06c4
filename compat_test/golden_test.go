// Package compat_test holds gip against what the reference tools answered.
package compat_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"gip/compat_test/judge"
	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

var (
	update = flag.Bool("update", false, "record the goldens again, from the reference tools")
	only   = flag.String("only", "", "scripts whose name contains one of these words")
)

func TestMain(m *testing.M) {
	sandbox.Inside() // the test program is its own sandbox's first process
	os.Exit(m.Run())
}

// TestGolden runs each script with gip and compares every command's answer
// with the recorded one.
func TestGolden(t *testing.T) {
	scripts, err := script.Load("testdata", strings.Fields(*only)...)
	if err != nil {
		t.Fatal(err)
	}
	needSandbox(t)
	if *update {
		record(t, scripts)
		return
	}
	tools := buildCandidate(t)
	for _, s := range scripts {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if s.VM {
				t.Skip("needs the test VM: make vmtest")
			}
			replay(t, s, tools)
		})
	}
}

// replay compares one script's run with its recording.
func replay(t *testing.T, s *script.Script, tools map[string]string) {
	if err := judge.CheckGolden(s); err != nil {
		t.Fatal(err)
	}
	job := lab.Job(s, lab.Base(), tools)
	result, err := sandbox.Run(&job)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range judge.Compare(s, s.Golden, judge.Answers(s, result)) {
		switch {
		case f.Verdict >= judge.Expected:
		case f.Verdict == judge.NotRun:
			t.Errorf("%s:%d: not run\n$ %s", s.Path, f.Command.Line, f.Command.Text)
		default:
			t.Errorf("%s:%d: (-reference +gip)\n$ %s\n%s", s.Path, f.Command.Line, f.Command.Text, f.Diff)
		}
	}
}

// record runs each script twice with the reference tools and keeps the answers
// only where both runs agree: a line that differs from itself tests nothing.
func record(t *testing.T, scripts []*script.Script) {
	base, err := lab.Reference()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scripts {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if s.VM {
				t.Skip("needs the test VM: make vmgolden")
			}
			first, second := referenceAnswers(t, s, base), referenceAnswers(t, s, base)
			if err := judge.Record(s, first, second); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := lab.WriteVersions(base, "testdata/REFERENCE"); err != nil {
		t.Fatal(err)
	}
}

func referenceAnswers(t *testing.T, s *script.Script, base string) []judge.Answer {
	job := lab.Job(s, base, nil)
	result, err := sandbox.Run(&job)
	if err != nil {
		t.Fatal(err)
	}
	return judge.Answers(s, result)
}

func buildCandidate(t *testing.T) map[string]string {
	program, err := lab.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tools, err := lab.Candidate(program)
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// needSandbox skips where this machine lets us make no namespaces.
func needSandbox(t *testing.T) {
	job := sandbox.Job{Base: lab.Base(), Commands: []string{"true"}, Limit: script.DefaultLimit}
	if _, err := sandbox.Run(&job); err != nil {
		t.Skipf("no sandbox on this machine (root or user namespaces are needed): %v", err)
	}
}
