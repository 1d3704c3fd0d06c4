package script

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The answers of each place come back as they were recorded, also those of a
// command that stands there twice and differs once.
func TestRecordInPlaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made_up.txtar")
	text := "#place plain no-proc no-sys\none\ntwo\ntwo\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	answers := [][]Record{
		{{Command: "one", Stdout: "1\n"}, {Command: "two", Stdout: "2\n"}, {Command: "two", Stdout: "2\n"}},
		{{Command: "one", Stdout: "1\n"}, {Command: "two", Stdout: "2\n"}, {Command: "two", Stderr: "none\n", Status: 1}},
		{{Command: "one", Stdout: "1\n"}, {Command: "two", Stdout: "2\n"}, {Command: "two", Stdout: "2\n"}},
	}
	scripts := read(t, path)
	for i, s := range scripts {
		if s.Golden != nil {
			t.Errorf("%s: recorded already", s.Name)
		}
		if err := s.Record(answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i, s := range read(t, path) {
		if !slices.Equal(s.Golden, answers[i]) {
			t.Errorf("%s: got %v, want %v", s.Name, s.Golden, answers[i])
		}
	}
	// Other lines: what was recorded for these is of no use any more.
	if err := os.WriteFile(path, []byte("#place plain no-proc\nnew\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := read(t, path)[1]; s.Golden != nil {
		t.Errorf("%s: answers of other lines: %v", s.Name, s.Golden)
	}
}

func read(t *testing.T, path string) []*Script {
	t.Helper()
	scripts, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return scripts
}

// A pattern picks files, or places of them.
func TestLoadPlaces(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a_one": "#place plain no-proc no-sys\nx\n", "b_two": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]string{
		"a_":        {"a_one", "a_one@no-proc", "a_one@no-sys"},
		"a_one@no-": {"a_one@no-proc", "a_one@no-sys"},
		"@no-sys":   {"a_one@no-sys"},
		"b_":        {"b_two"},
		"b_@no-sys": nil,
	} {
		scripts, err := Load(dir, pattern)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range scripts {
			got = append(got, s.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
	if _, err := Parse("made_up.txtar", []byte("#place nowhere\nx\n")); err == nil {
		t.Error("a place that is not there was taken")
	}
}
