package measured

import (
	"strings"
	"testing"
)

var (
	architectures = Table{Title: "Architectures", Columns: []string{"architecture", "builds", "unit tests", "comparison"}}
	environments  = Table{Title: "Environments", Columns: []string{"environment", "compared", "identical"}}
	page          = Page{Tables: []*Table{&architectures, &environments}}
)

// Each command's rows outlive what the others write, and so does what stands before them.
func TestSet(t *testing.T) {
	text := "# Ports\n\nBy hand.\n"
	for _, step := range []struct {
		table *Table
		row   string
		cells map[string]string
	}{
		{&architectures, "s390x", map[string]string{"builds": "yes", "unit tests": "5 passed"}},
		{&environments, "386 on kernel 6.18", map[string]string{"compared": "7", "identical": "7"}},
		{&architectures, "386", map[string]string{"builds": "no"}},
		{&architectures, "s390x", map[string]string{"comparison": "all", "builds": "still"}},
	} {
		var err error
		if text, err = page.Set(text, step.table, step.row, step.cells); err != nil {
			t.Fatal(err)
		}
	}
	before, _, _ := strings.Cut(text, "\n## ")
	if before != "# Ports\n\nBy hand.\n" {
		t.Errorf("the tables stand behind\n%s", before)
	}
	_, rows, _ := strings.Cut(text, "---|\n")
	want := "| 386 | no |  |  |\n| s390x | still | 5 passed | all |\n\n"
	if !strings.HasPrefix(rows, want) {
		t.Errorf("the first table has the rows\n%s", rows)
	}
	if want = "\n| 386 on kernel 6.18 | 7 | 7 |\n"; !strings.HasSuffix(text, want) {
		t.Errorf("the text ends otherwise:\n%s", text)
	}
	if _, err := page.Set(text, &architectures, "arm", map[string]string{"colour": "red"}); err == nil {
		t.Error("a column that there is not was taken")
	}
}
