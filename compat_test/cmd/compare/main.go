// Command compare runs the scripts of the bench with the reference tools and
// with gip, in twin sandboxes, and reports what differs.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gip/compat_test/judge"
	"gip/compat_test/lab"
	"gip/compat_test/ports"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// options are the command line.
type options struct {
	only      string
	scripts   string
	candidate string
	kernel    string
	arch      string
	vm, all   bool
	host      bool
	both      bool
	coverage  string
	record    string
	part      script.Part
	check     bool
	written   bool
	guest     string
	again     bool
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
	flag.BoolVar(&o.host, "host", false, "with -vm: the other scripts instead")
	flag.BoolVar(&o.both, "both", false, "run all scripts: here, and in the test VM those that need it")
	flag.StringVar(&o.coverage, "coverage", "", "write the coverage table to this `file`")
	flag.BoolVar(&o.check, "check", false, "with -coverage: do not write, fail where the file is stale")
	flag.BoolVar(&o.written, "written", false, "leave out the generated scripts, whose recorded answers the tests hold; the table counts them as they were")
	flag.StringVar(&o.record, "record", "", "write the counts to this `file`, a "+ports.Page.File)
	flag.BoolVar(&o.again, "again", false, "with -record: run the scripts that its rows name as differing, and correct those rows")
	flag.Var(&o.part, "part", "run part `K/N` of the scripts; -record adds it to the parts before, -coverage counts the others as they were")
	flag.StringVar(&o.kernel, "kernel", "7.3", "kernel `series` of the test VM")
	flag.StringVar(&o.arch, "arch", "", "`architecture` of the test VM: 386, arm64 or s390x")
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
	script.Arch = cmp.Or(o.arch, script.Arch)
	if o.vm {
		script.Series = o.kernel
	}
	scripts, err := script.Load(o.scripts, strings.Fields(o.only)...)
	if err != nil {
		return nil, err
	}
	var unrun []*script.Script
	if o.written {
		scripts, unrun = script.Split(scripts, func(s *script.Script) bool { return !s.Made })
	}
	if o.host { // before they are parted: the parts are to take as long as one another
		scripts = slices.DeleteFunc(scripts, func(s *script.Script) bool { return s.VM })
	}
	if o.again {
		if scripts, err = o.named(scripts); err != nil {
			return nil, err
		}
	}
	scripts, rest := script.Of(&o.part, scripts)
	if unrun = append(unrun, rest...); len(scripts) == 0 {
		return nil, errors.New("no script matches")
	}
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if o.candidate == "" {
		if o.candidate, err = lab.BuildFor(o.arch, dir); err != nil {
			return nil, err
		}
	}
	tools, err := lab.Candidate(o.candidate)
	if err != nil {
		return nil, err
	}
	report := &judge.Report{}
	if err := o.places(report, scripts, tools); err != nil {
		return nil, err
	}
	if o.record != "" {
		write := record
		if o.again {
			write = recordAgain
		}
		if err := write(o, report); err != nil {
			return nil, err
		}
	}
	if o.coverage != "" {
		return report, o.writeCoverage(report, unrun)
	}
	return report, nil
}

// places runs the scripts here, in the VM, or each where it belongs.
func (o *options) places(report *judge.Report, scripts []*script.Script, tools map[string]string) error {
	if err := lab.Probe(); err != nil && !o.vm {
		for _, s := range scripts {
			report.Skipped = append(report.Skipped, fmt.Sprintf("%s: %v", s.Name, err))
		}
		return nil
	}
	if !o.both {
		return twins(o, report, o.choose(report, scripts), tools)
	}
	for _, vm := range []bool{false, true} {
		there := *o
		there.vm = vm
		chosen := slices.DeleteFunc(slices.Clone(scripts), func(s *script.Script) bool { return s.VM != vm })
		if err := twins(&there, report, chosen, tools); err != nil {
			return err
		}
	}
	return nil
}

// writeCoverage writes the table, or says that the committed one is stale.
// It counts those that were not run as they would have to be, and with them what this
// machine lacks a tool for (ifstat, which no Debian package has; routel, where there is no
// Python): the table is the same wherever it is written or checked.
func (o *options) writeCoverage(report *judge.Report, unrun []*script.Script) error {
	versions, err := os.ReadFile(filepath.Join(o.scripts, "REFERENCE"))
	if err != nil {
		return err
	}
	findings := slices.Clone(report.Findings)
	for _, s := range slices.Concat(unrun, report.Lacking) {
		findings = append(findings, judge.Assumed(s)...)
	}
	text := judge.Coverage(findings, string(versions))
	if !o.check {
		return os.WriteFile(o.coverage, []byte(text), 0o644)
	}
	old, err := os.ReadFile(o.coverage)
	if err != nil {
		return err
	}
	if diff := judge.DiffText(o.coverage, string(old), text); diff != "" {
		report.Faults = append(report.Faults, o.coverage+" is stale; make coverage writes it\n"+diff)
	}
	return nil
}

// choose leaves out the scripts that belong elsewhere.
func (o *options) choose(report *judge.Report, scripts []*script.Script) []*script.Script {
	var kept []*script.Script
	for _, s := range scripts {
		switch {
		case s.VM == o.vm || o.vm && (o.all || o.host):
			kept = append(kept, s)
		case s.VM:
			report.Skipped = append(report.Skipped, s.Name+": needs the test VM (make vmcompare)")
		}
	}
	return kept
}

// twins runs the scripts here or in the VM.
func twins(o *options, report *judge.Report, scripts []*script.Script, tools map[string]string) error {
	base, err := lab.ReferenceOf(o.arch)
	if err != nil {
		return err
	}
	scripts = slices.DeleteFunc(slices.Clone(scripts), func(s *script.Script) bool {
		missing := s.Missing(base)
		if missing == "" && o.vm {
			missing = s.TooOld(o.kernel)
		}
		if missing != "" {
			report.Skipped = append(report.Skipped, s.Name+": "+missing)
			report.Lacking = append(report.Lacking, s)
		}
		return missing != ""
	})
	if o.vm {
		guest, err := lab.NewGuest(o.kernel, o.arch)
		if err != nil {
			return err
		}
		return lab.Twins(report, scripts, tools, func(jobs []sandbox.Job) ([]lab.Outcome, error) {
			return guest.Run(jobs, lab.Modules(scripts))
		})
	}
	return lab.Twins(report, scripts, tools, lab.Here(base))
}
