package judge

import (
	"fmt"
	"strings"

	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// A Verdict is what became of one command or of the state after a script.
type Verdict int

// The verdicts, worst first.
const (
	SilentWrong Verdict = iota // status 0 as it should be, and another state
	Differs
	NotRun   // the script was ended before
	Expected // differs, and the script says why
	Same
)

// An Answer is one command's normalised answer.
type Answer = script.Record

// Answers normalises the lines of one run.
func Answers(s *script.Script, r *sandbox.Result) []Answer {
	n := NewNormaliser(Context{Written: s.Text(), MACs: r.MACs})
	var answers []Answer
	for i, line := range r.Lines {
		c := s.Commands[i]
		a := Answer{Command: c.Text, Stdout: string(line.Stdout), Stderr: string(line.Stderr), Status: line.Status}
		if c.Kind != script.Help {
			rooms := Classify(c.Text)
			a.Stdout, a.Stderr = n.Text(rooms, a.Stdout), n.Text(rooms, a.Stderr)
		}
		if line.Over {
			a.Stderr += fmt.Sprintf("ended by the bench: took longer than %v\n", s.Limit)
		}
		answers = append(answers, reduce(c.Kind, a))
	}
	return answers
}

// someText stands for output that is not compared word by word.
const someText = "(text)\n"

// reduce leaves only what the kind of line compares.
func reduce(kind script.Kind, a Answer) Answer {
	switch kind {
	case script.Setup:
		a.Stdout, a.Stderr = "", ""
	case script.Usage:
		a.Stdout, a.Stderr = emptyOrNot(a.Stdout), emptyOrNot(a.Stderr)
	case script.Help:
		tool, _, _ := strings.Cut(a.Command, " ")
		a.Stdout, a.Stderr = tokenText(tool, a.Stdout), tokenText(tool, a.Stderr)
	}
	return a
}

func emptyOrNot(text string) string {
	if text == "" {
		return ""
	}
	return someText
}

// A Finding is a verdict with what it is about.
type Finding struct {
	Script  *script.Script
	Command script.Command // zero for the state
	Verdict Verdict
	Diff    string // "-" the reference, "+" the candidate
	// Unwritten is set where the candidate does not know a word that the
	// reference knows.
	Unwritten bool
}

// Compare holds the candidate's answers against the wanted ones, one finding
// for each command.
func Compare(s *script.Script, want, got []Answer) []Finding {
	var findings []Finding
	for i, c := range s.Commands {
		f := Finding{Script: s, Command: c}
		if i >= len(want) || i >= len(got) {
			f.Verdict = NotRun
		} else {
			f.Diff = diffAnswers(c.Kind, want[i], got[i])
			f.Verdict = verdict(c, f.Diff)
			f.Unwritten = f.Verdict == Differs && unknown(got[i]) && !unknown(want[i])
		}
		findings = append(findings, f)
	}
	return findings
}

// Assumed are the findings of a script that was not run, as if nothing had changed:
// what a table that counts it was written with.
func Assumed(s *script.Script) []Finding {
	findings := []Finding{{Script: s, Verdict: Same}} // the state
	for _, c := range s.Commands {
		f := Finding{Script: s, Command: c, Verdict: Same}
		if c.Kind == script.Differs {
			f.Verdict = Expected
		}
		findings = append(findings, f)
	}
	return findings
}

// verdict judges one command. A difference that is no more has to be taken out
// of the script, so it counts as one.
func verdict(c script.Command, diff string) Verdict {
	switch {
	case c.Kind == script.Differs && diff != "":
		return Expected
	case c.Kind == script.Differs || diff != "":
		return Differs
	}
	return Same
}

// unknown says whether a tool answered that it does not know an object or verb.
func unknown(a Answer) bool {
	return strings.Contains(a.Stderr, `" is unknown, try "`) || strings.Contains(a.Stderr, " is not part of gip yet.")
}

func diffAnswers(kind script.Kind, want, got Answer) string {
	diff := DiffText
	if kind == script.Help {
		diff = diffTokens
	}

	var b strings.Builder
	if want.Status != got.Status {
		fmt.Fprintf(&b, "-status %d\n+status %d\n", want.Status, got.Status)
	}
	b.WriteString(diff("stdout", want.Stdout, got.Stdout))
	b.WriteString(diff("stderr", want.Stderr, got.Stderr))
	return b.String()
}

// CheckGolden says why a script's recorded answers cannot be used.
func CheckGolden(s *script.Script) error {
	target := "golden"
	if s.VM {
		target = "vmgolden"
	}
	for i, c := range s.Commands {
		if i >= len(s.Golden) || s.Golden[i].Command != c.Text {
			return fmt.Errorf("%s:%d: nothing is recorded for this line; run make %s ONLY=%s", s.Path, c.Line, target, s.Name)
		}
	}
	if len(s.Golden) > len(s.Commands) {
		return fmt.Errorf("%s: recorded answers without a command; run make %s ONLY=%s", s.Path, target, s.Name)
	}
	return nil
}

// Record writes a script's recorded answers, from two runs of the reference
// tools that must agree.
func Record(s *script.Script, first, second []Answer) error {
	for i, f := range Compare(s, first, second) {
		where := fmt.Sprintf("%s:%d: $ %s", s.Path, f.Command.Line, f.Command.Text)
		switch {
		case f.Verdict == NotRun:
			return fmt.Errorf("%s: not run, because a line before it took too long", where)
		case f.Diff != "":
			return fmt.Errorf("%s: two runs of the reference differ\n%s", where, f.Diff)
		case f.Command.Kind == script.Setup && first[i].Status != 0:
			return fmt.Errorf("%s: this setup line fails with status %d", where, first[i].Status)
		}
	}
	return s.Record(first)
}
