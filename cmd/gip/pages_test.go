package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/compat_test/labtest"
	"gip/compat_test/script"
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

// TestPagesExplain holds that a word without a line is an error: of each list that the
// pages have, one is taken away.
func TestPagesExplain(t *testing.T) {
	needCage(t)
	b, err := os.ReadFile("../../man/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	section, text := "", ""
	missing := map[string]string{
		"ping": "-c", "netstat": "--numeric-hosts", "arp": "-D", "route": "irtt", "ifconfig": "outfill", "sysctl": "--dry-run",
		"ip-route": "congctl", "ip-link vlan": "loose_binding", "ss": "--cgroup", "gip-lab": "init", "tc-qdisc netem": "reorder",
	}
	var taken []string
	for line := range strings.Lines(string(b)) {
		words, _, _ := strings.Cut(line, "\t")
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]\n")
		} else if w := missing[section]; w != "" && slices.Contains(strings.Fields(words), w) {
			taken = append(taken, "man/words.txt: "+w+" (")
			continue
		}
		text += line
	}
	if len(taken) != len(missing) {
		t.Fatal("taken away are only ", taken)
	}
	path := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./man/generate", "-check", "-words", path)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("nothing is missing")
	}
	for _, w := range taken {
		if !strings.Contains(string(out), w) {
			t.Errorf("%s: not said:\n%s", w, out)
		}
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
			tag, ok := strings.CutPrefix(strings.TrimSpace(line), ".It Cm ")
			if tag = strings.ReplaceAll(tag, " , Cm ", ", "); ok && !strings.Contains(text, "     "+tag) {
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

// examples are the commands in the examples of a page: the lines behind "# ", which may
// go on behind a backslash.
func examples(page string) (commands []string) {
	_, text, _ := strings.Cut(man.Text(man.Page(page)), "\nEXAMPLES\n")
	more := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		command, begins := strings.CutPrefix(line, "# ")
		line, goesOn := strings.CutSuffix(command, " \\")
		switch {
		case begins && !more:
			commands = append(commands, line)
		case more:
			commands[len(commands)-1] += " " + line
		}
		more = (begins || more) && goesOn
	}
	return commands
}

// played is the script that has the examples of a page, nil without one: those that need
// what only the test VM's kernel has. Its lines are run there, by the reference and by
// gip, with the others of their folder.
func played(t *testing.T, page string) *script.Script {
	_, object, _ := strings.Cut(page, "-")
	all, err := script.Read("../../compat_test/testdata/" + object + "_examples.txtar")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || len(all) != 1 || !all[0].VM {
		t.Fatal(page, len(all), err)
	}
	return all[0]
}

// TestPagesPlayed holds that the examples that run in the test VM only are the lines of
// scripts, and that they succeed.
func TestPagesPlayed(t *testing.T) {
	scripts := 0
	for _, name := range man.Names() {
		s := played(t, name)
		if s == nil {
			continue
		}
		scripts++
		var lines []string
		for i, c := range s.Commands {
			if c.Kind == script.Compare {
				lines = append(lines, c.Text)
			}
			if i >= len(s.Golden) || s.Golden[i].Status != 0 {
				t.Errorf("%s: %s fails, or is not recorded", s.Path, c.Text)
			}
		}
		if want := examples(name); !slices.Equal(lines, want) {
			t.Errorf("%s has other lines than the examples of the page:\n%q\n%q", s.Path, lines, want)
		}
	}
	if scripts < 9 {
		t.Error("only so many scripts: ", scripts)
	}
}

// TestPagesExamples runs each example of each other page, in a network of its own.
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
		lines := examples(name)
		if len(lines) == 0 && name != "gip-web" { // which serves until it is interrupted
			t.Errorf("%s has no example", name)
		}
		if played(t, name) != nil {
			continue
		}
		ran += len(lines)
		text := "ip link set lo up\n" + strings.Join(lines, "\n")
		if out, err := alone(text); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, text, out)
		}
	}
	if ran < 150 {
		t.Error("only so many examples: ", ran)
	}
	t.Log(ran, " examples")
}
