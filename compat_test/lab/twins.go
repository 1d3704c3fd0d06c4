package lab

import (
	"fmt"

	"gip/compat_test/judge"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// An Executor does jobs, here or in the VM.
type Executor func([]sandbox.Job) ([]Outcome, error)

// Here does them on this machine, surrounded by the programs below base.
func Here(base string) Executor {
	return func(jobs []sandbox.Job) ([]Outcome, error) {
		for i := range jobs {
			jobs[i].Base = base
		}
		return Run(jobs), nil
	}
}

// hearings is how often a script may run before what differs counts. Twins run
// at the same time on a machine that does other things; a difference of gip's
// is there each time.
const hearings = 3

// Twins runs each script with the reference tools and with the candidate, and
// adds what it finds to the report. The few scripts that differ run again; the
// last run counts, and the report tells of those that needed it.
func Twins(report *judge.Report, scripts []*script.Script, tools map[string]string, execute Executor) error {
	heard := make([]*judge.Report, len(scripts))
	first := make(map[int]string)
	left := make([]int, len(scripts))
	for i := range scripts {
		left[i] = i
	}
	for n := 0; n < hearings && len(left) > 0 && (n == 0 || few(len(left), len(scripts))); n++ {
		if err := hear(heard, scripts, left, tools, execute); err != nil {
			return err
		}
		var again []int
		for _, i := range left {
			if heard[i].Failed() > 0 {
				again = append(again, i)
				if n == 0 {
					first[i] = heard[i].First()
				}
			} else if n > 0 {
				report.Again = append(report.Again, judge.Again{Script: scripts[i].Name, First: first[i]})
			}
		}
		left = again
	}
	for _, h := range heard {
		report.Findings = append(report.Findings, h.Findings...)
		report.Faults = append(report.Faults, h.Faults...)
	}
	return nil
}

// few tells chance from a tool that differs everywhere.
func few(differing, all int) bool { return differing <= 4+all/8 }

// hear runs the chosen scripts and files what was found.
func hear(heard []*judge.Report, scripts []*script.Script, chosen []int, tools map[string]string, execute Executor) error {
	var jobs []sandbox.Job
	for _, i := range chosen {
		for _, side := range []map[string]string{nil, tools} {
			job := Job(scripts[i], side)
			job.State = true
			jobs = append(jobs, job)
		}
	}
	outcomes, err := execute(jobs)
	if err != nil {
		return err
	}
	for n, i := range chosen {
		s := scripts[i]
		if len(tools) == 0 {
			s = sameTools(s)
		}
		heard[i] = &judge.Report{}
		pair(heard[i], s, outcomes[2*n], outcomes[2*n+1])
	}
	return nil
}

// sameTools is the script for the reference against itself, where no line is
// expected to differ.
func sameTools(s *script.Script) *script.Script {
	same := *s
	same.Commands = nil
	for _, c := range s.Commands {
		if c.Kind == script.Differs {
			c.Kind = script.Compare
		}
		same.Commands = append(same.Commands, c)
	}
	return &same
}

func pair(report *judge.Report, s *script.Script, want, got Outcome) {
	fault(report, s, "reference", want)
	fault(report, s, "candidate", got)
	if want.Result == nil || got.Result == nil {
		return
	}
	findings := judge.Compare(s, judge.Answers(s, want.Result), judge.Answers(s, got.Result))
	state := judge.CompareState(s, findings, judge.State(s, want.Result), judge.State(s, got.Result))
	report.Findings = append(report.Findings, append(findings, state)...)
}

func fault(report *judge.Report, s *script.Script, side string, o Outcome) {
	if o.Err != "" {
		report.Faults = append(report.Faults, fmt.Sprintf("%s (%s): %s", s.Name, side, o.Err))
	}
}
