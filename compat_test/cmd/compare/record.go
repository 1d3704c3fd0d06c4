package main

import (
	"cmp"
	"fmt"
	"runtime"
	"strconv"
	"strings"

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
		if err := o.write(where, p.Name, cells); err != nil {
			return err
		}
	}
	return nil
}

// summarize writes the row of the ordinary sandbox to the table of the architectures, if all
// of it was run; docs/coverage.md has that of amd64.
func (o *options) summarize(where string, cells map[string]string) error {
	stamp, parts, _ := strings.Cut(cells["measured"], partsMark)
	done, of, parted := strings.Cut(parts, partsOf)
	of, _, _ = strings.Cut(of, againMark)
	if o.architecture() == "amd64" || parted && strconv.Itoa(len(strings.Fields(done))) != of {
		return nil
	}
	count := func(column string) int {
		n, _ := strconv.Atoi(cells[column])
		return n
	}
	text := fmt.Sprintf("%d of %s commands agree, %s (%s)",
		count("identical")+count("expected to differ"), cells["compared"], where, stamp)
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
