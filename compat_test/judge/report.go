package judge

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"gip/compat_test/script"
)

// A Report collects the findings of a run.
type Report struct {
	Findings []Finding
	Skipped  []string         // scripts that did not run, each with its reason
	Lacking  []*script.Script // those of them for which this machine lacks a tool or a kernel
	Faults   []string         // what went wrong with the bench itself
	Again    []Again          // scripts that agreed only when they ran again
}

// Again is a script that agreed only when it ran again, with the difference that it had
// first: by what that is, chance can be told from a fault.
type Again struct {
	Script string
	First  string
}

// First tells the worst of the differences, in a few lines.
func (r *Report) First() string {
	var b strings.Builder
	if len(r.Faults) > 0 {
		return r.Faults[0]
	}
	worst := slices.MinFunc(r.Findings, func(a, b Finding) int { return int(a.Verdict) - int(b.Verdict) })
	worst.print(&b)
	return shorten(strings.TrimSpace(b.String()), 12)
}

// Failed counts what has to be mended.
func (r *Report) Failed() int {
	n := len(r.Faults)
	for _, f := range r.Findings {
		if f.Verdict < Expected {
			n++
		}
	}
	return n
}

func (r *Report) passed() int { return len(r.Findings) - (r.Failed() - len(r.Faults)) }

// Print writes the differences, worst first, at most limit of them, then the
// totals by object and the closing line.
func (r *Report) Print(w io.Writer, limit int) {
	sort.SliceStable(r.Findings, func(i, j int) bool { return r.Findings[i].Verdict < r.Findings[j].Verdict })
	shown := 0
	for _, f := range r.Findings {
		if f.Verdict >= Expected {
			break
		}
		if shown++; shown <= limit {
			f.print(w)
		}
	}
	if shown > limit {
		fmt.Fprintf(w, "… and %d more (-limit shows more, ONLY=pattern runs less)\n\n", shown-limit)
	}
	r.printTotals(w)
	for _, s := range r.Again {
		fmt.Fprintf(w, "agreed when it ran again: %s\n%s\n", s.Script, s.First)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(w, "skipped: %s\n", s)
	}
	for _, s := range r.Faults {
		fmt.Fprintf(w, "FAULT: %s\n", s)
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", r.passed(), r.Failed(), len(r.Skipped))
}

func (f *Finding) print(w io.Writer) {
	label := map[Verdict]string{SilentWrong: "SILENT WRONG", Differs: "differs", NotRun: "not run"}[f.Verdict]
	where := f.Script.Path
	what := "state after the script"
	if f.Command.Text != "" {
		where = fmt.Sprintf("%s:%d", where, f.Command.Line)
		if _, place, ok := strings.Cut(f.Script.Name, "@"); ok {
			where += " @" + place
		}
		what = "$ " + f.Command.Text
	}
	fmt.Fprintf(w, "%s: %s\n%s\n", where, label, what)
	if f.Command.Kind == script.Differs && f.Diff == "" {
		fmt.Fprintf(w, "  is equal now: take differs(%s) out\n", f.Command.Reason)
	}
	fmt.Fprintln(w, shorten(f.Diff, 40))
}

// shorten keeps as many lines as fit on a screen.
func shorten(diff string, most int) string {
	lines := strings.Split(diff, "\n")
	if len(lines) <= most {
		return diff
	}
	return strings.Join(lines[:most], "\n") + fmt.Sprintf("\n… %d more lines", len(lines)-most)
}

// A tally counts the findings of one object.
type tally struct{ same, expected, differs, silent int }

func (t *tally) add(v Verdict) {
	switch v {
	case Same:
		t.same++
	case Expected:
		t.expected++
	case SilentWrong:
		t.silent++
	default:
		t.differs++
	}
}

func (r *Report) printTotals(w io.Writer) {
	totals := map[string]*tally{}
	var names []string
	for _, f := range r.Findings {
		name := f.Script.Object()
		if totals[name] == nil {
			totals[name] = &tally{}
			names = append(names, name)
		}
		totals[name].add(f.Verdict)
	}
	slices.Sort(names)
	if len(names) > 0 {
		fmt.Fprintf(w, "%-14s %9s %9s %9s %9s\n", "object", "identical", "expected", "differing", "silent")
	}
	for _, name := range names {
		t := totals[name]
		fmt.Fprintf(w, "%-14s %9d %9d %9d %9d\n", name, t.same, t.expected, t.differs, t.silent)
	}
}
