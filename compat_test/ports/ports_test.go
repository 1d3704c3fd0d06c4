package ports

import (
	"strings"
	"testing"
)

// Each command's rows outlive what the others write.
func TestSet(t *testing.T) {
	var text string
	for _, step := range []struct {
		table *Table
		row   string
		cells map[string]string
	}{
		{&Architectures, "s390x", map[string]string{"builds": "yes", "unit tests": "5 passed"}},
		{&Environments, "386 on kernel 6.18", map[string]string{"compared": "7", "identical": "7"}},
		{&Architectures, "386", map[string]string{"builds": "no"}},
		{&Architectures, "s390x", map[string]string{"comparison": "all", "builds": "still"}},
	} {
		var err error
		if text, err = Set(text, step.table, step.row, step.cells); err != nil {
			t.Fatal(err)
		}
	}
	_, rows, _ := strings.Cut(text, "---|\n")
	want := "| 386 | no |  |  |  |  |\n| s390x | still |  | 5 passed |  | all |\n\n"
	if !strings.HasPrefix(rows, want) {
		t.Errorf("the first table has the rows\n%s", rows)
	}
	if want = "\n| 386 on kernel 6.18 | 7 | 7 |  |  |  |  |  |\n"; !strings.HasSuffix(text, want) {
		t.Errorf("the text ends otherwise:\n%s", text)
	}
	if _, err := Set(text, &Architectures, "arm", map[string]string{"colour": "red"}); err == nil {
		t.Error("a column that there is not was taken")
	}
}
