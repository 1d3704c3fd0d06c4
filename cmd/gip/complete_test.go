package main

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"gip/cmd/gip/list"
	"gip/compat_test/emulated"
	"gip/compat_test/labtest"
	jail "gip/internal/cage"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/word"
)

// TestAnswers is the other end of ask: a process of its own, for the cage that
// completing shuts it into.
func TestAnswers(t *testing.T) {
	if os.Getenv("GIP_ANSWERS") == "" {
		t.Skip("only for ask")
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Printf("answers %s\n", strings.Join(list.Applets.Complete(&list.Own, strings.Split(in.Text(), " ")), " "))
	}
}

// caged is this test binary without cgo. To enter the cage, all threads give up their
// capabilities, which the runtime refuses to do where C may have made some of them; the
// test bench brings package net, and so cgo where there is a C compiler.
func caged(t *testing.T) string {
	t.Helper()
	emulated.Skip(t)
	info, ok := debug.ReadBuildInfo()
	if !ok || !slices.Contains(info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "1"}) {
		return os.Args[0]
	}
	path, err := withoutCgo()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// withoutCgo builds that once.
var withoutCgo = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gip")
	if err != nil {
		return "", err
	}
	atEnd = append(atEnd, func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "gip.test")
	cmd := exec.Command("go", "test", "-c", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// ask returns what completes each of the lines, by line.
func ask(t *testing.T, lines []string) map[string][]string {
	t.Helper()
	return askBy(t, exec.Command(caged(t), answering...), lines)
}

// answering are the words by which the test binary answers.
var answering = []string{"-test.run=TestAnswers$", "-test.v"}

// askBy is ask by a command that ends up in them.
func askBy(t *testing.T, cmd *exec.Cmd, lines []string) map[string][]string {
	t.Helper()
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "GIP_ANSWERS=1")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	labtest.SkipForeign(t, err)
	if err != nil {
		t.Fatalf("%v, %s", err, complaints.String())
	}
	answers := map[string][]string{}
	for line := range strings.SplitSeq(string(out), "\n") {
		if rest, ok := strings.CutPrefix(line, "answers "); ok {
			answers[lines[len(answers)]] = strings.Fields(rest)
		}
	}
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(answers), len(lines))
	}
	return answers
}

// noCage is what the test of the cage says where there is none.
const noCage = "no cage: "

// needCage skips a test where commands are not run to complete their words.
func needCage(t *testing.T) {
	t.Helper()
	cmd := exec.Command(caged(t), "-test.run=TestCageHolds$", "-test.v")
	cmd.Env = append(os.Environ(), "GIP_CAGED="+t.TempDir())
	out, err := cmd.CombinedOutput()
	labtest.SkipForeign(t, err)
	if bytes.Contains(out, []byte(noCage)) {
		t.Skip("on this kernel or architecture there is ", noCage)
	}
}

// TestCageHolds: in the cage, files are read and nothing is changed.
func TestCageHolds(t *testing.T) {
	if os.Getenv("GIP_CAGED") == "" {
		cmd := exec.Command(caged(t), "-test.run=TestCageHolds$", "-test.v")
		cmd.Env = append(os.Environ(), "GIP_CAGED="+t.TempDir())
		out, err := cmd.CombinedOutput()
		labtest.SkipForeign(t, err)
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := jail.Enter(); err != nil {
		t.Skip(noCage, err)
	}
	if _, err := os.ReadFile("/proc/self/status"); err != nil {
		t.Error("a file that is to be read: ", err)
	}
	made := filepath.Join(os.Getenv("GIP_CAGED"), "made")
	for what, err := range map[string]error{
		"a file":    os.WriteFile(made, nil, 0o666),
		"a folder":  os.Mkdir(made, 0o777),
		"a link":    os.Symlink("x", made),
		"a command": exec.Command("/bin/true").Run(),
		"a removal": os.Remove(os.Getenv("GIP_CAGED")),
	} {
		if err == nil {
			t.Errorf("%s is let through", what)
		}
	}
}

// A place is a command line up to the word that is asked about, of the verb of an
// object or of a tool.
type place struct {
	line  string
	verbs []command.Verb // that are offered there
	reads *field.Table   // likewise its words
}

// places are those of all applets.
func places() (all []place) {
	for _, a := range list.Applets {
		all = append(all, place{line: a.Name(), verbs: a.Verbs})
		for _, o := range a.Objects {
			line := a.Name() + " " + word.First(o.Words)
			if o.Words == "" {
				continue
			}
			all = append(all, place{line: line, verbs: o.Verbs})
			all = append(all, behind(line, o.Verbs)...)
		}
	}
	all = append(all, place{line: "gip"})
	for _, o := range list.Own.Objects {
		line := "gip " + word.First(o.Words)
		all = append(append(all, place{line: line, verbs: o.Verbs}), behind(line, o.Verbs)...)
	}
	return all
}

func behind(line string, verbs []command.Verb) (all []place) {
	for i := range verbs {
		v := &verbs[i]
		if v.Run == nil && v.Verbs == nil {
			continue
		}
		here := place{line: line + " " + v.Word(), verbs: v.Verbs, reads: v.Reads}
		all = append(append(all, here), behind(here.line, v.Verbs)...)
	}
	return all
}

// tableWords are the words that the tables offer behind each line: every verb of every
// object, every option, and every keyword of the table that a verb reads.
func tableWords() map[string][]string {
	words := map[string][]string{}
	want := func(line, pattern string) {
		for _, w := range word.All(pattern) {
			at := line
			if strings.HasPrefix(w, "-") && strings.HasSuffix(line, " ") {
				at += "-"
			}
			if w != "" && !slices.Contains(words[at], w) {
				words[at] = append(words[at], w)
			}
		}
	}
	for _, p := range places() {
		for _, v := range p.verbs {
			want(p.line+" ", v.Words)
		}
		if p.reads == nil {
			continue
		}
		for r := range p.reads.All {
			if r.Flags&field.Lead == 0 {
				want(p.line+" ", r.Words)
			}
		}
	}
	for _, a := range list.Applets {
		for _, o := range a.Options {
			for _, w := range word.All(o.Words) {
				want(a.Name()+" -", "=-"+w)
			}
		}
	}
	return words
}

// TestVerbsComplete holds that each word of the tables is offered in its place.
func TestVerbsComplete(t *testing.T) {
	needCage(t)
	want := tableWords()
	answers := ask(t, slices.Collect(maps.Keys(want)))
	words := 0
	for line, list := range want {
		words += len(list)
		for _, w := range list {
			if !slices.Contains(answers[line], w) {
				t.Errorf("%q is not completed by %s: %q", line, w, answers[line])
			}
		}
	}
	if words < 700 {
		t.Error("only so many words: ", words)
	}
	t.Log(words, " words in ", len(want), " places")
}

// deeper are places that the walk below does not come to.
var deeper = []string{
	"ip link xstats type bridge ", "ip link xstats type bond ", "ip link set lo vf 0 vlan 5 ", "ip macsec add lo tx sa 0 ",
	"ip route add 192.0.2.0/24 nexthop ", "gip lab run x ", "tc actions list action gact ",
}

// TestKeywordsComplete holds that each keyword in the source of a room is offered
// somewhere: behind a verb, or one or two words further on.
func TestKeywordsComplete(t *testing.T) {
	needCage(t)
	var lines []string
	for _, p := range places() {
		lines = append(lines, p.line+" ", p.line+" -", p.line+" lo ")
	}
	offered := map[string]bool{}
	lines = append(lines, deeper...)
	for round := range 3 {
		var next []string
		for line, words := range ask(t, lines) {
			for _, w := range words {
				if !offered[w] || round == 0 {
					next = append(next, strings.TrimSuffix(line, "-")+w+" ", strings.TrimSuffix(line, "-")+w+" 1 ")
				}
				offered[w] = true
			}
		}
		lines = next
	}
	rooms, err := filepath.Glob("../../*cmd")
	if err != nil || len(rooms) < 20 {
		t.Fatal(rooms, err)
	}
	for _, room := range rooms {
		patterns, _, _ := keywordsOf(t, filepath.Base(room))
		for _, p := range patterns {
			if w := word.First(p); !offered[w] && !offered["-"+w] && w != "" && w != "--" {
				t.Errorf("%s: %s is offered nowhere", filepath.Base(room), w)
			}
		}
	}
}

// TestApplyUnseen: the options by which gip apply starts itself are nobody else's.
func TestApplyUnseen(t *testing.T) {
	needCage(t)
	const options, behind = "gip apply -", "gip apply --watch "
	answers := ask(t, []string{options, behind})
	if got := answers[options]; !slices.Contains(got, "--recover") || slices.Contains(got, "--watch") || slices.Contains(got, "--rehearsal") {
		t.Error(options, "is followed by ", got)
	}
	if got := answers[behind]; len(got) > 0 {
		t.Error(behind, "is followed by ", got)
	}
}

// TestHolderUnseen: the verb by which gip starts the holder of a lab is nobody else's.
func TestHolderUnseen(t *testing.T) {
	const verbs, behind = "gip lab ", "gip lab hold "
	answers := ask(t, []string{verbs, behind})
	if got := answers[verbs]; !slices.Contains(got, "up") || slices.Contains(got, "hold") {
		t.Error(verbs, "is followed by ", got)
	}
	if got := answers[behind]; len(got) > 0 {
		t.Error(behind, "is followed by ", got)
	}
}
