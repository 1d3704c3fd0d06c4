package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/compat_test/measured"
	"gip/compat_test/script"
)

// Parts of as many are added up; one that is there already begins anew.
func TestPartsAreAdded(t *testing.T) {
	table := measured.Table{Title: "T", Columns: []string{"environment", "compared", "measured"}}
	page := measured.Page{Tables: []*measured.Table{&table}}
	path := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ part, compared, want string }{
		{"1/3", "5", "| a | 5 | now, parts 1 of 3 |"},
		{"3/3", "6", "| a | 11 | now, parts 1 3 of 3 |"},
		{"2/3", "1", "| a | 12 | now, parts 1 3 2 of 3 |"},
		{"2/3", "7", "| a | 7 | now, parts 2 of 3 |"},
		{"2/2", "8", "| a | 8 | now, parts 2 of 2 |"},
	} {
		var p script.Part
		if err := p.Set(step.part); err != nil {
			t.Fatal(err)
		}
		cells := map[string]string{"compared": step.compared, "measured": "now"}
		if err := join(p, path, &table, "a", cells); err != nil {
			t.Fatal(err)
		}
		if err := page.Write(path, &table, "a", cells); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(path); !strings.HasSuffix(string(text), step.want+"\n") {
			t.Errorf("after part %s:\n%s", step.part, text)
		}
	}
}
