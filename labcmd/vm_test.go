package labcmd_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	vm     = flag.Bool("vm", false, "play the labs in the test VM as well")
	kernel = flag.String("kernel", "7.3", "the `series` of its kernel")
	inVM   = flag.String("invm", "", "this is the test VM, which finds gip in this `folder`")
)

// playedInVM are the tests that are played there, by their columns in the table of kernels.
var playedInVM = map[string]string{"transcripts": "TestTranscripts", "tutorials": "TestTutorials", "ten labs": "TestModels",
	"scripts": "TestScript", "bare": "TestBare", "twenty": "TestMany"}

// verdicts are the lines in which the testing package says how a test without parts, or a
// part, ended. Those that are further in were said on a machine of the test's own.
var verdicts = regexp.MustCompile(`(?m)^(?:    )?--- (PASS|FAIL|SKIP): (Test\w+)(\S*) `)

// TestLabsVM plays the tests of labs in the test VM.
func TestLabsVM(t *testing.T) {
	if !*vm {
		t.Skip("boots the test VM: make labvm, or -vm")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := installed(t)
	var names []string
	for _, name := range playedInVM {
		names = append(names, name)
	}
	cmd := exec.Command("../compat_test/vm/run", "-k", *kernel, "-t", "3000", "-d", root, "-d", dir, self,
		"-test.run=^("+strings.Join(names, "|")+")$", "-test.v", "-test.timeout=50m", "-invm="+dir)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	cells := map[string]string{}
	for column, name := range playedInVM {
		if cells[column] = tallyOf(string(out), name); cells[column] == "" {
			t.Errorf("nothing is said of %s", name)
		}
	}
	recordRow(t, &labKernels, *kernel, cells)
}

// tallyOf counts how the parts of a test ended, or itself if it has none.
func tallyOf(out, test string) string {
	counts, own := map[string]int{}, ""
	for _, m := range verdicts.FindAllStringSubmatch(out, -1) {
		switch {
		case m[2] != test:
		case m[3] == "":
			own = m[1]
		default:
			counts[m[1]]++
		}
	}
	if len(counts) == 0 && own != "" {
		counts[own]++
	}
	all := counts["PASS"] + counts["FAIL"] + counts["SKIP"]
	if all == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %d", counts["PASS"], all)
	if n := counts["SKIP"]; n > 0 {
		text += fmt.Sprintf(" (%d skipped)", n)
	}
	return text
}

func TestTally(t *testing.T) {
	out := "--- FAIL: TestA (1s)\n    --- PASS: TestA/b/root (1s)\n    --- FAIL: TestA/b/nobody (0s)\n    --- SKIP: TestA/c (0s)\n        --- PASS: TestA/b/root (1s)\n--- PASS: TestB (3s)\n"
	for test, want := range map[string]string{"TestA": "1 of 3 (1 skipped)", "TestB": "1 of 1", "TestC": ""} {
		if got := tallyOf(out, test); got != want {
			t.Errorf("%s: %q, want %q", test, got, want)
		}
	}
}
