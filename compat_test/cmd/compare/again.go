package main

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/compat_test/judge"
	"gip/compat_test/measured"
	"gip/compat_test/place"
	"gip/compat_test/ports"
	"gip/compat_test/script"
)

// againMark stands in the cell "measured" before what was played again, and when.
const againMark = ", again "

// ofState follows the name of a script in whose end the kernel's state differs.
const ofState = "'s state"

// rowOf names the row of a place.
func rowOf(where, name string) string {
	if name == place.Plain {
		return where
	}
	return where + ", " + name
}

// tallied are scripts, with how many of their commands differ; those of which the state
// does stand beside them, with ofState.
type tallied map[string]int

// String is the cell of the table: "name N, name's state 1".
func (t tallied) String() string {
	var parts []string
	for name, n := range t {
		parts = append(parts, name+" "+strconv.Itoa(n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// tally reads such a cell.
func tally(cell string) tallied {
	t := tallied{}
	for part := range strings.SplitSeq(cell, ", ") {
		at := max(strings.LastIndexByte(part, ' '), 0)
		if n, err := strconv.Atoi(strings.TrimSpace(part[at:])); err == nil {
			t[part[:at]] += n
		}
	}
	return t
}

// differing are the scripts of a place that differ.
func differing(findings []judge.Finding, where string) tallied {
	t := tallied{}
	for _, f := range findings {
		switch {
		case f.Script.PlaceName() != where || f.Verdict >= judge.Expected:
		case f.Command.Text == "":
			t[f.Script.Name+ofState]++
		case f.Command.Kind != script.Setup:
			t[f.Script.Name]++
		}
	}
	return t
}

// cellsOf are those of a row of the page, by the names of their columns.
func cellsOf(t *measured.Table, row []string) map[string]string {
	cells := map[string]string{}
	for i, column := range t.Columns[1:] {
		cells[column] = row[1+i]
	}
	return cells
}

// rows are those that the page has of the environment, by the names of their places.
func (o *options) rows() (where string, rows map[string]map[string]string, err error) {
	where, err = o.environment()
	if err != nil {
		return "", nil, err
	}
	text, err := os.ReadFile(o.record)
	if err != nil {
		return "", nil, err
	}
	rows = map[string]map[string]string{}
	for _, row := range ports.Environments.Rows(string(text)) {
		for _, p := range place.All {
			if row[0] == rowOf(where, p.Name) {
				rows[p.Name] = cellsOf(&ports.Environments, row)
			}
		}
	}
	return where, rows, nil
}

// named leaves those of the scripts that the page's rows name as differing there.
func (o *options) named(scripts []*script.Script) ([]*script.Script, error) {
	if o.record == "" || o.part.Parts != 0 || o.only != "" {
		return nil, errors.New("-again wants -record, and neither -part nor -only")
	}
	_, rows, err := o.rows()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(scripts, func(s *script.Script) bool {
		of := tally(rows[s.PlaceName()][ports.Which])
		return of[s.Name] == 0 && of[s.Name+ofState] == 0
	}), nil
}

// correct changes the cells of a row after scripts that it names were played again, of which
// now differ still. What a script has besides is as it was.
func correct(cells map[string]string, played []string, now tallied, stamp string) {
	was := tally(cells[ports.Which])
	commands, states := 0, 0
	for _, name := range played {
		commands += was[name] - now[name]
		states += was[name+ofState] - now[name+ofState]
		delete(was, name)
		delete(was, name+ofState)
	}
	maps.Copy(was, now)
	cells[ports.Which] = was.String()
	cells["measured"] += againMark + stamp + ": " + strings.Join(played, " ")
	for column, more := range map[string]int{"identical": commands, "differing": -commands, "identical states": states} {
		old, _ := strconv.Atoi(cells[column])
		cells[column] = strconv.Itoa(old + more)
	}
}

// recordAgain writes what scripts that were played again do now to the rows that name them.
func recordAgain(o *options, report *judge.Report) error {
	where, rows, err := o.rows()
	if err != nil {
		return err
	}
	played := map[string][]string{}
	for _, f := range report.Findings {
		if at := f.Script.PlaceName(); !slices.Contains(played[at], f.Script.Name) {
			played[at] = append(played[at], f.Script.Name)
		}
	}
	for at, names := range played {
		correct(rows[at], names, differing(report.Findings, at), measured.Stamp())
		if err := o.write(where, at, rows[at]); err != nil {
			return err
		}
	}
	return nil
}

// write writes the row of a place, and what the other table has of it.
func (o *options) write(where, at string, cells map[string]string) error {
	err := ports.Page.Write(o.record, &ports.Environments, rowOf(where, at), cells)
	if err == nil && at == place.Plain {
		err = o.summarize(where, cells)
	}
	return err
}
