package main

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/compat_test/measured"
	"gip/compat_test/ports"
	"gip/compat_test/script"
)

const partsMark, partsOf = ", parts ", " of "

// join adds a part's cells to those that the row has of the parts before, if they are
// of as many; otherwise, and where the row has this part already, it begins anew.
func join(p script.Part, path string, t *measured.Table, row string, cells map[string]string) error {
	if p.Parts == 0 {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ending, done := partsOf+strconv.Itoa(p.Parts), []string{strconv.Itoa(p.Number)}
	for _, old := range t.Rows(string(text)) {
		at := slices.Index(t.Columns, "measured")
		_, parts, _ := strings.Cut(old[at], partsMark)
		before := strings.Fields(strings.TrimSuffix(parts, ending))
		if old[0] != row || !strings.HasSuffix(old[at], ending) || slices.Contains(before, done[0]) {
			continue
		}
		done = append(before, done...)
		for i, name := range t.Columns[1:at] {
			was, _ := strconv.Atoi(old[1+i])
			now, _ := strconv.Atoi(cells[name])
			cells[name] = strconv.Itoa(was + now)
		}
		if which := slices.Index(t.Columns, ports.Which); which >= 0 {
			all := tally(old[which])
			maps.Copy(all, tally(cells[ports.Which]))
			cells[ports.Which] = all.String()
		}
	}
	cells["measured"] += partsMark + strings.Join(done, " ") + ending
	return nil
}
