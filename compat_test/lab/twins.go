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

// Twins runs each script with the reference tools and with the candidate, and
// adds what it finds to the report.
func Twins(report *judge.Report, scripts []*script.Script, tools map[string]string, execute Executor) error {
	var jobs []sandbox.Job
	for _, s := range scripts {
		for _, side := range []map[string]string{nil, tools} {
			job := Job(s, side)
			job.State = true
			jobs = append(jobs, job)
		}
	}
	outcomes, err := execute(jobs)
	if err != nil {
		return err
	}
	for i, s := range scripts {
		if len(tools) == 0 {
			s = sameTools(s)
		}
		pair(report, s, outcomes[2*i], outcomes[2*i+1])
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
