// Package compat_test holds gip against what the reference tools answered.
package compat_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/inject"
	"gip/compat_test/judge"
	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

var (
	update = flag.Bool("update", false, "record the goldens again, from the reference tools")
	vm     = flag.Bool("vm", false, "run the scripts that need the test VM")
	kernel = flag.String("kernel", "7.3", "kernel of the test VM")
	only   = flag.String("only", "", "scripts whose name contains one of these words")
)

func TestMain(m *testing.M) {
	sandbox.Inside() // the test program is its own sandbox's first process
	inject.Inside()  // and the one that lets calls fail there
	os.Exit(m.Run())
}

// TestGolden runs each script with gip and compares every command's answer
// with the recorded one. With -update it records them.
func TestGolden(t *testing.T) {
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	play(t, false, func(jobs []sandbox.Job, _ []string) []lab.Outcome {
		for i := range jobs {
			jobs[i].Base = lab.Base()
		}
		return lab.Run(jobs)
	})
}

// TestGoldenVM does the same with the scripts that need the test VM.
func TestGoldenVM(t *testing.T) {
	if !*vm {
		t.Skip("boots the test VM: make vmtest, or -vm")
	}
	guest, err := lab.NewGuest(*kernel, "")
	if err != nil {
		t.Skip(err)
	}
	play(t, true, func(jobs []sandbox.Job, modules []string) []lab.Outcome {
		outcomes, err := guest.Run(jobs, modules)
		if err != nil {
			t.Fatal(err)
		}
		return outcomes
	})
}

// modules are those that any script of the VM needs: an answer must not hang on which
// others run in the same machine.
func modules(t *testing.T) []string {
	t.Helper()
	scripts, err := script.Load("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return lab.Modules(slices.DeleteFunc(scripts, func(s *script.Script) bool {
		return !s.VM || s.TooOld(*kernel) != ""
	}))
}

// A runner does jobs here, or in the VM with these modules.
type runner func(jobs []sandbox.Job, modules []string) []lab.Outcome

// play runs the scripts for one place and judges them one by one.
func play(t *testing.T, inVM bool, run runner) {
	scripts, err := script.Load("testdata", strings.Fields(*only)...)
	if err != nil {
		t.Fatal(err)
	}
	scripts = slices.DeleteFunc(scripts, func(s *script.Script) bool {
		return s.VM != inVM || inVM && tooOld(t, s)
	})
	if *update {
		record(t, scripts, run)
		return
	}
	scripts = ofTurn(t, scripts)
	tools := buildCandidate(t)
	var jobs []sandbox.Job
	for _, s := range scripts {
		jobs = append(jobs, lab.Job(s, tools))
	}
	var needed []string
	if inVM {
		needed = modules(t)
	}
	outcomes := run(jobs, needed)
	rerun(t, jobs, scripts, outcomes, run)
	for i, o := range outcomes {
		t.Run(scripts[i].Name, func(t *testing.T) { replay(t, scripts[i], o) })
	}
}

// tooOld says whether the script is not for the test VM's kernel.
func tooOld(t *testing.T, s *script.Script) bool {
	why := s.TooOld(*kernel)
	if why != "" {
		t.Run(s.Name, func(t *testing.T) { t.Skip(why) })
	}
	return why != ""
}

// rerun gives the scripts that differ a second run, which counts: on a busy
// machine a line may meet a state that has not settled, and answers of some were
// recorded without what other scripts load. A difference of gip's is there each time.
func rerun(t *testing.T, jobs []sandbox.Job, scripts []*script.Script, outcomes []lab.Outcome, run runner) {
	var again []int
	for i, o := range outcomes {
		if why := disagrees(scripts[i], o); why != "" {
			t.Logf("%s runs again: %s", scripts[i].Name, why)
			again = append(again, i)
		}
	}
	if len(again) == 0 || len(again) > 4+len(scripts)/8 {
		return
	}
	var someJobs []sandbox.Job
	var someScripts []*script.Script
	for _, i := range again {
		someJobs = append(someJobs, jobs[i])
		someScripts = append(someScripts, scripts[i])
	}
	for n, o := range run(someJobs, lab.Modules(someScripts)) {
		outcomes[again[n]] = o
	}
}

// disagrees says where a run is not what is recorded.
func disagrees(s *script.Script, o lab.Outcome) string {
	switch {
	case s.MissingBeside(lab.Base()) != "":
		return ""
	case o.Err != "" || o.Result == nil:
		return "no result: " + o.Err
	}
	for _, f := range judge.Compare(s, s.Golden, judge.Answers(s, o.Result)) {
		if f.Verdict < judge.Expected {
			return f.Command.Text + "\n" + f.Diff
		}
	}
	return ""
}

// replay compares one script's run with its recording.
func replay(t *testing.T, s *script.Script, o lab.Outcome) {
	if why := s.MissingBeside(lab.Base()); why != "" {
		t.Skip(why)
	}
	if err := judge.CheckGolden(s); err != nil {
		t.Fatal(err)
	}
	for _, f := range judge.Compare(s, s.Golden, answers(t, s, o)) {
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
func record(t *testing.T, scripts []*script.Script, run runner) {
	base, err := lab.Reference()
	if err != nil {
		t.Fatal(err)
	}
	scripts = slices.DeleteFunc(scripts, func(s *script.Script) bool {
		missing := s.Missing(base)
		if missing != "" {
			t.Logf("%s: %s", s.Name, missing)
		}
		return missing != ""
	})
	var jobs []sandbox.Job
	for _, s := range scripts {
		jobs = append(jobs, lab.Job(s, nil), lab.Job(s, nil))
	}
	outcomes := run(jobs, lab.Modules(scripts))
	for i, s := range scripts {
		t.Run(s.Name, func(t *testing.T) {
			if err := judge.Record(s, answers(t, s, outcomes[2*i]), answers(t, s, outcomes[2*i+1])); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := lab.WriteVersions(base, "testdata/REFERENCE"); err != nil {
		t.Fatal(err)
	}
}

// answers fails the test where the sandbox did.
func answers(t *testing.T, s *script.Script, o lab.Outcome) []judge.Answer {
	if o.Err != "" {
		t.Fatal(o.Err)
	}
	return judge.Answers(s, o.Result)
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
