// Package ports keeps docs/ports.md: what was measured on each architecture and
// in each environment. No command measures all of it; each writes the rows of its
// own and leaves the others as they are.
package ports

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// File is where the tables are, below the module's folder.
const File = "docs/ports.md"

// A Table is one of the file's. The first column names the row.
type Table struct {
	Title, About string
	Columns      []string
}

// The tables, in the order of the file.
var (
	Architectures = Table{
		Title: "Architectures",
		About: "`make ports` builds gip, vets all packages and runs the unit tests, those of other\n" +
			"architectures by qemu-user; amd64's are those of `make test`. The last column is a run of\n" +
			"the comparison, that of amd64 is [coverage.md](coverage.md).",
		Columns: []string{"architecture", "builds", "vet", "unit tests", "measured", "comparison"},
	}
	Environments = Table{
		Title: "Environments",
		About: "Commands that gip and the real tools were given in the same place, each with its\n" +
			"kernel; the places are described in [coverage.md](coverage.md).",
		Columns: []string{"environment", "compared", "identical", "expected to differ", "differing",
			"states of the kernel", "identical states", "measured"},
	}
)

const head = "# Ports\n\nWritten by the commands that measured it; do not edit.\n" +
	"`make ports` has the first table; `make compare RECORD=1`, with `ARCH=386` too, and\n" +
	"`make vmcompare RECORD=1`, with `ARCH=s390x` and `ARCH=arm64` too, the comparisons.\n"

// Stamp says when and of which state of the repository something was measured.
func Stamp() string {
	head, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return time.Now().UTC().Format(time.DateOnly)
	}
	stamp := time.Now().UTC().Format(time.DateOnly) + " " + strings.TrimSpace(string(head))
	// what others have recorded meanwhile does not count as a change
	if exec.Command("git", "diff", "--quiet", "HEAD", "--", ":/", ":(top,exclude)"+File).Run() != nil {
		stamp += "-dirty"
	}
	return stamp
}

// Record sets cells of a row, which is made if it is not there, in the file.
func Record(path string, t *Table, row string, cells map[string]string) error {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	text, err := Set(string(old), t, row, cells)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// Set is the file's text with other cells of a row.
func Set(text string, t *Table, row string, cells map[string]string) (string, error) {
	for name := range cells {
		if !slices.Contains(t.Columns[1:], name) {
			return "", fmt.Errorf("%s has no column %q", t.Title, name)
		}
	}
	var b strings.Builder
	b.WriteString(head)
	for _, each := range []*Table{&Architectures, &Environments} {
		rows := each.read(text)
		if each.Title == t.Title {
			rows = t.set(rows, row, cells)
		}
		each.print(&b, rows)
	}
	return b.String(), nil
}

// read takes the table's rows out of the file.
func (t *Table) read(text string) (rows [][]string) {
	_, text, _ = strings.Cut(text, "\n## "+t.Title+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	_, text, _ = strings.Cut(text, "|---|")
	for _, line := range strings.Split(text, "\n")[1:] {
		if cells := strings.Split(strings.Trim(line, "|"), "|"); len(cells) == len(t.Columns) {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

func (t *Table) set(rows [][]string, name string, cells map[string]string) [][]string {
	at, found := slices.BinarySearchFunc(rows, name, func(row []string, name string) int {
		return strings.Compare(row[0], name)
	})
	if !found {
		row := make([]string, len(t.Columns))
		row[0] = name
		rows = slices.Insert(rows, at, row)
	}
	for column, text := range cells {
		rows[at][slices.Index(t.Columns, column)] = text
	}
	return rows
}

func (t *Table) print(b *strings.Builder, rows [][]string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", t.Title, t.About)
	printRow(b, t.Columns)
	b.WriteString("|" + strings.Repeat("---|", len(t.Columns)) + "\n")
	for _, row := range rows {
		printRow(b, row)
	}
}

func printRow(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}
