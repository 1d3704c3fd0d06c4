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
	kernel    string
	vm, all   bool
	guest     string
	limit     int
}

func main() {
	sandbox.Inside()
	var o options
	flag.StringVar(&o.only, "only", "", "run scripts whose name contains one of these `patterns`")
	flag.StringVar(&o.scripts, "scripts", "compat_test/testdata", "`folder` of the scripts")
	flag.StringVar(&o.candidate, "candidate", "", "multi-call `program` or folder of programs; \"reference\"; default: build gip")
	flag.BoolVar(&o.vm, "vm", false, "run in the test VM: the scripts that need it")
	flag.BoolVar(&o.all, "all", false, "with -vm: the other scripts too")
	flag.StringVar(&o.kernel, "kernel", "7.3", "kernel `series` of the test VM")
	flag.IntVar(&o.limit, "limit", 20, "show at most `N` differences")
	flag.StringVar(&o.guest, "guest", "", "do the jobs in this shared `folder`; the bench calls this in the VM")
	flag.Parse()
	status, err := run(&o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
	}
	os.Exit(status)
}

// run is 0 where all was equal, 1 where something differs, 2 where the bench
// itself could not do its work.
func run(o *options) (int, error) {
	if o.guest != "" {
		if err := lab.Inside(o.guest); err != nil {
			return 2, err
		}
		return 0, nil
	}
	report, err := compare(o)
	if err != nil {
		return 2, err
	}
	report.Print(os.Stdout, o.limit)
	if report.Failed() > 0 {
		return 1, nil
	}
	return 0, nil
}

func compare(o *options) (*judge.Report, error) {
	scripts, err := script.Load(o.scripts, strings.Fields(o.only)...)
	if err != nil {
		return nil, err
	}
	if len(scripts) == 0 {
		return nil, errors.New("no script matches")
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
	return report, twins(o, report, o.choose(report, scripts), tools)
}

// choose leaves out the scripts that belong elsewhere.
func (o *options) choose(report *judge.Report, scripts []*script.Script) []*script.Script {
	var kept []*script.Script
	for _, s := range scripts {
		switch {
		case s.VM == o.vm || o.vm && o.all:
			kept = append(kept, s)
		case s.VM:
			report.Skipped = append(report.Skipped, s.Name+": needs the test VM (make vmcompare)")
		}
	}
	return kept
}

// twins runs each script on both sides and judges the pairs.
func twins(o *options, report *judge.Report, scripts []*script.Script, tools map[string]string) error {
	var jobs []sandbox.Job
	for _, s := range scripts {
		for _, side := range []map[string]string{nil, tools} {
			job := lab.Job(s, side)
			job.State = true
			jobs = append(jobs, job)
		}
	}
	outcomes, err := o.execute(jobs, scripts)
	if err != nil {
		return err
	}
	for i, s := range scripts {
		pair(report, s, outcomes[2*i], outcomes[2*i+1])
	}
	return nil
}

// execute does the jobs here or in the VM.
func (o *options) execute(jobs []sandbox.Job, scripts []*script.Script) ([]lab.Outcome, error) {
	if o.vm {
		guest, err := lab.NewGuest(o.kernel)
		if err != nil {
			return nil, err
		}
		return guest.Run(jobs, lab.Modules(scripts))
	}
	base, err := lab.Reference()
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		jobs[i].Base = base
	}
	return lab.Run(jobs), nil
}

func pair(report *judge.Report, s *script.Script, want, got lab.Outcome) {
	fault(report, s, "reference", want)
	fault(report, s, "candidate", got)
	if want.Result == nil || got.Result == nil {
		return
	}
	findings := judge.Compare(s, judge.Answers(s, want.Result), judge.Answers(s, got.Result))
	state := judge.CompareState(s, findings, judge.State(s, want.Result), judge.State(s, got.Result))
	report.Findings = append(report.Findings, append(findings, state)...)
}

func fault(report *judge.Report, s *script.Script, side string, o lab.Outcome) {
	if o.Err != "" {
		report.Faults = append(report.Faults, fmt.Sprintf("%s (%s): %s", s.Name, side, o.Err))
	}
}
