package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "record the goldens again")

// TestGolden converts each topology of testdata. What is wrong with those whose names
// begin so stands in a file that ends in .err; the others' labs are beside them.
func TestGolden(t *testing.T) {
	for _, path := range topologies(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run([]string{filepath.Base(path)}, nil, &stdout, &stderr)
			golden, got := strings.TrimSuffix(path, ".clab.yml")+".lab", stdout.String()
			wrong := strings.HasPrefix(filepath.Base(path), "wrong-")
			if wrong {
				golden, got = strings.TrimSuffix(golden, ".lab")+".err", stderr.String()
			}
			if want := 0; wrong != (status == statusError) || !wrong && status != want || wrong == (stdout.Len() > 0) || wrong == (stderr.Len() == 0) {
				t.Errorf("status %d, stdout:\n%sstderr:\n%s", status, stdout.String(), stderr.String())
			}
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if text, err := os.ReadFile(golden); err != nil || string(text) != got {
				t.Errorf("%v: got:\n%s\nwant:\n%s", err, got, text)
			}
		})
	}
}

// topologies are those of testdata, which the tests stand in from then on.
func topologies(t *testing.T) []string {
	t.Helper()
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	paths, err := filepath.Glob(filepath.Join(dir, "*.clab.yml"))
	if err != nil || len(paths) < 4 {
		t.Fatal(paths, err)
	}
	return paths
}

// TestLabs lets gip look at what comes out, and make it: the lines "# try:" of the
// topology are then run among the nodes.
func TestLabs(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "gip"), "./cmd/gip")
	build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, path := range topologies(t) {
		if strings.HasPrefix(filepath.Base(path), "wrong-") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) { tryLab(t, filepath.Join(bin, "gip"), path) })
	}
}

func tryLab(t *testing.T, gip, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lab, problems := convert(path, text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	file := filepath.Join(t.TempDir(), "x.lab")
	if err := os.WriteFile(file, []byte(lab), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gip, "lab", "up", "-n", file).CombinedOutput(); err != nil {
		t.Fatalf("up -n: %v\n%s%s", err, out, lab)
	}
	tries := "set -ex\n"
	for line := range strings.Lines(string(text)) {
		if try, ok := strings.CutPrefix(line, "# try: "); ok {
			tries += try
		}
	}
	if strings.Count(tries, "\n") < 2 {
		t.Error("nothing is tried")
	}
	out, err := exec.Command(gip, "lab", "run", file, "--", "sh", "-c", tries).CombinedOutput()
	if strings.Contains(string(out), "lets users make no namespaces") || strings.Contains(string(out), "Unknown device type") {
		t.Skip(string(out))
	}
	if err != nil {
		t.Errorf("run: %v\n%s%s", err, out, lab)
	}
}

// TestWords splits as a shell does, and joins so that a lab splits as before.
func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		`ip link`:                {"ip", "link"},
		`  a	b `:                 {"a", "b"},
		`sh -c "echo 'x y'"`:     {"sh", "-c", "echo 'x y'"},
		`sh -c 'echo "x y"'`:     {"sh", "-c", `echo "x y"`},
		`a\ b c\"d`:              {"a b", `c"d`},
		`"a\"b\n" '' e''f`:       {`a"b\n`, "", "ef"},
		`vtysh -c "conf t" -c x`: {"vtysh", "-c", "conf t", "-c", "x"},
	} {
		got, err := split(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	if _, err := split(`a "b`); err == nil {
		t.Error("a quote that is not closed")
	}
	for want, words := range map[string][]string{
		`a "b c" 'd"e' "f'g" ""`: {"a", "b c", `d"e`, "f'g", ""},
	} {
		if got, err := quoted(words); err != nil || got != want {
			t.Errorf("%q: %s, %v", words, got, err)
		}
	}
	for _, word := range []string{"a#b", "a\nb", `"'`} {
		if got, err := quoted([]string{word}); err == nil {
			t.Errorf("%q: %s", word, got)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args   []string
		stdin  string
		status int
	}{
		{nil, "", statusUsage},
		{[]string{"a", "b"}, "", statusUsage},
		{[]string{"-x"}, "", statusUsage},
		{[]string{"--help"}, "", 0},
		{[]string{"nosuch.clab.yml"}, "", statusError},
		{[]string{"-"}, "topology: {nodes: {a: {kind: linux}}}", 0},
	} {
		var stdout, stderr bytes.Buffer
		if status := run(c.args, strings.NewReader(c.stdin), &stdout, &stderr); status != c.status || (status == 0) != (stderr.Len() == 0) {
			t.Errorf("%q: %d, %s", c.args, status, stderr.String())
		}
	}
}

// statement is a line of a lab.
var statement = regexp.MustCompile(`^(# |lab \S+\n|(node|switch|link) \S|\S+: \S)`)

// FuzzConvert holds that no file makes it panic, or write what is no statement.
func FuzzConvert(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.clab.yml")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lab, problems := convert("x", text)
		if (lab == "") != (len(problems) > 0) {
			t.Errorf("%q: %v", lab, problems)
		}
		for line := range strings.Lines(lab) {
			if !statement.MatchString(line) {
				t.Errorf("%q has the line %q", lab, line)
			}
		}
	})
}
