package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/compat_test/judge"
	"gip/compat_test/ports"
	"gip/compat_test/script"
)

// Scripts that differed are named, found again, and leave the row once they agree.
func TestAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ports.md")
	o := &options{vm: true, arch: "s390x", kernel: "6.12", record: path}
	where, err := o.environment()
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := &script.Script{Name: "one"}, &script.Script{Name: "two"}, &script.Script{Name: "three"}
	found := func(s *script.Script, command, state judge.Verdict) []judge.Finding {
		return []judge.Finding{
			{Script: s, Command: script.Command{Text: "ip link"}, Verdict: command},
			{Script: s, Verdict: state},
		}
	}
	report := &judge.Report{}
	for _, findings := range [][]judge.Finding{found(one, judge.Differs, judge.Same), found(two, judge.Differs, judge.Differs), found(three, judge.Same, judge.Same)} {
		report.Findings = append(report.Findings, findings...)
	}
	if err := record(o, report); err != nil {
		t.Fatal(err)
	}
	row := func() []string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rows := ports.Environments.Rows(string(text))
		if len(rows) != 1 || rows[0][0] != where {
			t.Fatalf("the rows are %q", rows)
		}
		return rows[0]
	}
	for _, step := range []struct {
		what   string
		now    []judge.Finding
		before string // the scripts that are to be played
		want   string
	}{
		{"two agrees but for its state", found(two, judge.Same, judge.Differs), "one two", "3 2 0 1 3 2 one 1, two's state 1"},
		{"one still differs, two agrees", append(found(one, judge.Differs, judge.Same), found(two, judge.Same, judge.Same)...), "one two", "3 2 0 1 3 3 one 1"},
		{"all agree", found(one, judge.Same, judge.Same), "one", "3 3 0 0 3 3 "},
		{"nothing is left", nil, "", "3 3 0 0 3 3 "},
	} {
		scripts, err := o.named([]*script.Script{one, two, three})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range scripts {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != step.before {
			t.Errorf("before %s: to be played are %q, not %q", step.what, got, step.before)
		}
		if err := recordAgain(o, &judge.Report{Findings: step.now}); err != nil {
			t.Fatal(err)
		}
		cells := row()
		if got := strings.Join(append(cells[1:7:7], cells[8]), " "); got != step.want {
			t.Errorf("%s: the row says %q, not %q", step.what, got, step.want)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	architectures := ports.Architectures.Rows(string(text))
	if len(architectures) != 1 || !strings.HasPrefix(architectures[0][5], "3 of 3 commands agree, "+where+" (") {
		t.Errorf("the architectures are %q", architectures)
	}
	if got := row()[7]; strings.Count(got, againMark) != 3 || !strings.HasSuffix(got, ": one") {
		t.Errorf("when it was measured is told as %q", got)
	}
	o.only = "one"
	if _, err := o.named(nil); err == nil {
		t.Error("-again took -only")
	}
}

// The table of the architectures gets a row that was run in parts once all are there.
func TestSummary(t *testing.T) {
	for measuredAs, want := range map[string]bool{
		"now": true, "now, parts 1 3 of 3": false, "now, parts 1 3 2 of 3": true,
		"now, parts 1 2 of 2" + againMark + "later: one": true, "now, parts 2 of 2" + againMark + "later: one": false,
	} {
		path := filepath.Join(t.TempDir(), "ports.md")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		o := &options{vm: true, arch: "s390x", record: path}
		cells := map[string]string{"compared": "9", "identical": "6", "expected to differ": "2", "measured": measuredAs}
		if err := o.summarize("there", cells); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "8 of 9 commands agree, there (now)"); got != want {
			t.Errorf("%q: %v, not %v", measuredAs, got, want)
		}
	}
}

// What the cell says is read as it was written.
func TestTally(t *testing.T) {
	want := tallied{"a": 3, "a" + ofState: 1, "route_vm": 12}
	if got := tally(want.String()); !maps.Equal(got, want) {
		t.Errorf("%q is read as %v", want, got)
	}
	if got := tally(""); len(got) != 0 {
		t.Errorf("nothing is read as %v", got)
	}
}
