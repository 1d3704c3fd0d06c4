// Package measured keeps tables of what was measured in pages below docs. No command
// measures all of a page; each writes the rows of its own and leaves the others as they are.
package measured

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Table is one of a page's. The first column names the row.
type Table struct {
	Title, About string
	Columns      []string
}

// A Page is a file whose last part is tables, in this order. What stands before the first
// one is written by hand, and kept.
type Page struct {
	File   string // below the module's folder
	Tables []*Table
}

// Stamp says when and of which state of the repository something was measured.
func Stamp() string {
	head, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return time.Now().UTC().Format(time.DateOnly)
	}
	stamp := time.Now().UTC().Format(time.DateOnly) + " " + strings.TrimSpace(string(head))
	// what has been recorded meanwhile does not count as a change
	if exec.Command("git", "diff", "--quiet", "HEAD", "--", ":/", ":(top,exclude)docs").Run() != nil {
		stamp += "-dirty"
	}
	return stamp
}

// Kernel is the series of the kernel that runs here: "6.18".
func Kernel() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	release := strings.SplitN(string(text), ".", 3)
	return strings.Join(release[:min(2, len(release))], "."), err
}

// Write sets cells of a row, which is made if it is not there, in the page's file at path.
func (p *Page) Write(path string, t *Table, row string, cells map[string]string) error {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	text, err := p.Set(string(old), t, row, cells)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// Set is the page's text with other cells of a row.
func (p *Page) Set(text string, t *Table, row string, cells map[string]string) (string, error) {
	for name := range cells {
		if !slices.Contains(t.Columns[1:], name) {
			return "", fmt.Errorf("%s has no column %q", t.Title, name)
		}
	}
	var b strings.Builder
	before, _, _ := strings.Cut(text, "\n## "+p.Tables[0].Title+"\n")
	b.WriteString(before)
	for _, each := range p.Tables {
		rows := each.Rows(text)
		if each.Title == t.Title {
			rows = t.set(rows, row, cells)
		}
		each.print(&b, rows)
	}
	return b.String(), nil
}

// Rows takes the table's rows out of the page's text.
func (t *Table) Rows(text string) (rows [][]string) {
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
