// Command compare runs the scripts of the bench with the reference tools and
// with gip, in twin sandboxes, and reports what differs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"gip/compat_test/judge"
	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// options are the command line.
type options struct {
	only      string
	scripts   string
	candidate string
	limit     int
}

func main() {
	sandbox.Inside()
	var o options
	flag.StringVar(&o.only, "only", "", "run scripts whose name contains one of these `patterns`")
	flag.StringVar(&o.scripts, "scripts", "compat_test/testdata", "`folder` of the scripts")
	flag.StringVar(&o.candidate, "candidate", "", "multi-call `program` or folder of programs; \"reference\"; default: build gip")
	flag.IntVar(&o.limit, "limit", 20, "show at most `N` differences")
	flag.Parse()
	report, err := compare(&o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	report.Print(os.Stdout, o.limit)
	if report.Failed() > 0 {
		os.Exit(1)
	}
}

func compare(o *options) (*judge.Report, error) {
	scripts, err := script.Load(o.scripts, strings.Fields(o.only)...)
	if err != nil {
		return nil, err
	}
	if len(scripts) == 0 {
		return nil, errors.New("no script matches")
	}
	base, err := lab.Reference()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if o.candidate == "" {
		if o.candidate, err = lab.Build(dir); err != nil {
			return nil, err
		}
	}
	tools, err := lab.Candidate(o.candidate)
	if err != nil {
		return nil, err
	}
	report := &judge.Report{}
	twins(report, here(report, scripts), base, tools)
	return report, nil
}

// here leaves out what this machine's kernel cannot do.
func here(report *judge.Report, scripts []*script.Script) []*script.Script {
	var kept []*script.Script
	for _, s := range scripts {
		if s.VM {
			report.Skipped = append(report.Skipped, s.Name+": needs the test VM")
		} else {
			kept = append(kept, s)
		}
	}
	return kept
}

// twins runs each script on both sides and judges the pairs.
func twins(report *judge.Report, scripts []*script.Script, base string, tools map[string]string) {
	var jobs []sandbox.Job
	for _, s := range scripts {
		for _, side := range []map[string]string{nil, tools} {
			job := lab.Job(s, base, side)
			job.State = true
			jobs = append(jobs, job)
		}
	}
	outcomes := lab.Run(jobs)
	for i, s := range scripts {
		pair(report, s, outcomes[2*i], outcomes[2*i+1])
	}
}

func pair(report *judge.Report, s *script.Script, want, got lab.Outcome) {
	for side, o := range map[string]lab.Outcome{"reference": want, "candidate": got} {
		if o.Err != "" {
			report.Faults = append(report.Faults, fmt.Sprintf("%s (%s): %s", s.Name, side, o.Err))
		}
	}
	if want.Result == nil || got.Result == nil {
		return
	}
	findings := judge.Compare(s, judge.Answers(s, want.Result), judge.Answers(s, got.Result))
	state := judge.CompareState(s, findings, judge.State(s, want.Result), judge.State(s, got.Result))
	report.Findings = append(report.Findings, append(findings, state)...)
}
