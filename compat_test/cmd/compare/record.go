package main

import (
	"cmp"
	"fmt"
	"runtime"
	"strconv"

	"gip/compat_test/judge"
	"gip/compat_test/measured"
	"gip/compat_test/place"
	"gip/compat_test/ports"
)

// record writes what was counted in each place to docs/ports.md.
func record(o *options, report *judge.Report) error {
	where, err := o.environment()
	if err != nil {
		return err
	}
	stamp := measured.Stamp()
	if o.only != "" {
		stamp += ", scripts " + o.only
	}
	for _, p := range place.All {
		n := report.Count(p.Name)
		if n.Compared() == 0 {
			continue
		}
		row, cells := rowOf(where, p.Name), cells(n, stamp)
		cells[ports.Which] = differing(report.Findings, p.Name).String()
		if err := join(o.part, o.record, &ports.Environments, row, cells); err != nil {
			return err
		}
		if err := ports.Page.Write(o.record, &ports.Environments, row, cells); err != nil {
			return err
		}
	}
	n := report.Count(place.Plain)
	if o.arch == "" && runtime.GOARCH == "amd64" || o.part.Parts != 0 {
		return nil // docs/coverage.md has it, or the other table
	}
	text := fmt.Sprintf("%d of %d commands agree, %s (%s)", n.Same+n.Expected, n.Compared(), where, stamp)
	return ports.Page.Write(o.record, &ports.Architectures, o.architecture(), map[string]string{"comparison": text})
}

func cells(n judge.Counts, stamp string) map[string]string {
	return map[string]string{
		"compared": strconv.Itoa(n.Compared()), "identical": strconv.Itoa(n.Same),
		"expected to differ": strconv.Itoa(n.Expected), "differing": strconv.Itoa(n.Differing),
		"states of the kernel": strconv.Itoa(n.States), "identical states": strconv.Itoa(n.SameStates),
		"measured": stamp,
	}
}

// architecture is that of the tools.
func (o *options) architecture() string {
	return cmp.Or(o.arch, runtime.GOARCH)
}

// environment names the architecture, the kernel and where it runs.
func (o *options) environment() (string, error) {
	if o.vm {
		where := fmt.Sprintf("%s, kernel %s in the test VM", o.architecture(), o.kernel)
		if o.host {
			where += ", host scripts"
		}
		return where, nil
	}
	series, err := measured.Kernel()
	return fmt.Sprintf("%s, kernel %s", runtime.GOARCH, series), err
}
