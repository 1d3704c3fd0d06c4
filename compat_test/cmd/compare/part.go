package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/compat_test/measured"
	"gip/compat_test/script"
)

// A part is one of several runs that are all scripts together: a machine that is emulated
// takes longer for them than one run may. of 0 parts is all at once.
type part struct{ number, parts int }

func (p *part) String() string { return fmt.Sprintf("%d/%d", p.number, p.parts) }

func (p *part) Set(text string) error {
	_, err := fmt.Sscanf(text, "%d/%d", &p.number, &p.parts)
	if err == nil && (p.number < 1 || p.number > p.parts) {
		err = errors.New("K/N is expected, with K from 1 to N")
	}
	return err
}

// of is the part's scripts, and the others: neighbours in the list are alike, and take as
// long.
func (p *part) of(all []*script.Script) (some, others []*script.Script) {
	if p.parts == 0 {
		return all, nil
	}
	for i, s := range all {
		if i%p.parts == p.number-1 {
			some = append(some, s)
		} else {
			others = append(others, s)
		}
	}
	return some, others
}

const partsMark, partsOf = ", parts ", " of "

// join adds this part's cells to those that the row has of the parts before, if they are
// of as many; otherwise, and where the row has this part already, it begins anew.
func (p *part) join(path string, t *measured.Table, row string, cells map[string]string) error {
	if p.parts == 0 {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ending, done := partsOf+strconv.Itoa(p.parts), []string{strconv.Itoa(p.number)}
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
	}
	cells["measured"] += partsMark + strings.Join(done, " ") + ending
	return nil
}
