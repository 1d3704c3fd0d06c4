package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/compat_test/labtest"
	"gip/internal/word"
	"gip/man"
)

// TestPagesThere holds that each applet, each object of ip and each command of gip's
// own has a manual page.
func TestPagesThere(t *testing.T) {
	names := []string{"gip", "gip-web"}
	for i, a := range list.Applets {
		names = append(names, a.Name())
		for _, o := range a.Objects {
			if i == 0 && o.Words != "" {
				names = append(names, a.Name()+"-"+word.First(o.Words))
			}
		}
	}
	for _, o := range list.Own.Objects {
		if w := word.First(o.Words); !strings.HasPrefix(w, "-") && w != "help" {
			names = append(names, "gip-"+w)
		}
	}
	for _, name := range names {
		if man.Page(name) == "" {
			t.Errorf("%s has no page", name)
		}
	}
	if len(names) < 40 {
		t.Error("only so many: ", names)
	}
}

// TestPackaged holds that the packages know whose command each applet is.
func TestPackaged(t *testing.T) {
	b, err := os.ReadFile("../../contrib/package/commands")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range list.Applets.Names() {
		if !strings.Contains(string(b), "\n"+name+"\t") {
			t.Errorf("contrib/package/commands has no line for %s", name)
		}
	}
}

// TestPagesFresh holds that the pages are what man/generate makes, and that each
// word has a line.
func TestPagesFresh(t *testing.T) {
	needCage(t)
	cmd := exec.Command("go", "run", "./man/generate", "-check")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestPagesLint holds that mandoc finds nothing to say, but that it does not know
// pages which are not installed.
func TestPagesLint(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip(err)
	}
	out, _ := exec.Command(mandoc, append([]string{"-Tlint", "-W", "all"}, files(t)...)...).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "referenced manual not found") && !strings.Contains(line, "outdated mandoc.db") {
			t.Error(line)
		}
	}
}

// files are the pages.
func files(t *testing.T) []string {
	all, err := filepath.Glob("../../man/pages/*")
	if err != nil || len(all) < 40 {
		t.Fatal(all, err)
	}
	return all
}

// TestPagesText holds that a terminal is shown every word of the pages and no macro.
func TestPagesText(t *testing.T) {
	for _, name := range man.Names() {
		page := man.Page(name)
		text := man.Text(page)
		for line := range strings.Lines(page) {
			if tag, ok := strings.CutPrefix(line, ".It Cm "); ok && !strings.Contains(text, "     "+strings.TrimSpace(tag)) {
				t.Errorf("%s: %s is not shown", name, tag)
			}
		}
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > 0 && len(f[0]) == 3 && f[0][0] == '.' && f[0] != "..." {
				t.Errorf("%s shows a macro: %s", name, line)
			}
		}
	}
}

// TestPagesExamples runs each example of each page, the lines behind "# ", in a
// network of its own.
func TestPagesExamples(t *testing.T) {
	labtest.SkipIfForeign(t)
	dir := t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(list.Applets.Names(), "gip") {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	alone := func(script string) ([]byte, error) {
		cmd := exec.Command("unshare", "-nm", "--propagation", "private", "sh", "-ec", "mount -t tmpfs run /run; mkdir -p /run/netns\n"+script)
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "GIP_SERVES=1", "PATH="+dir+":"+os.Getenv("PATH"))
		return cmd.CombinedOutput()
	}
	if out, err := alone("true"); err != nil {
		t.Skipf("no namespaces of our own: %v %s", err, out)
	}
	ran := 0
	for _, name := range man.Names() {
		_, text, _ := strings.Cut(man.Text(man.Page(name)), "\nEXAMPLES\n")
		script := "ip link set lo up\n"
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
				script += command + "\n"
				ran++
			}
		}
		if out, err := alone(script); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, script, out)
		}
	}
	if ran < 60 {
		t.Error("only so many examples: ", ran)
	}
	t.Log(ran, " examples")
}
