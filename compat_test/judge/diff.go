package judge

import (
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"gip/compat_test/script"
)

// DiffText shows where two texts differ, line by line and with nothing hidden;
// empty where they are equal.
func DiffText(name, want, got string) string {
	if want == got {
		return ""
	}
	d := string(diff.Diff("a", visible(want), "b", visible(got)))
	var b strings.Builder
	for i, line := range strings.SplitAfter(d, "\n") {
		if i < 3 || line == "" {
			continue // the three lines that name the files
		}
		if strings.HasPrefix(line, "@@") {
			line = "@@ " + name + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func visible(text string) []byte {
	lines := script.Visible(text)
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}
