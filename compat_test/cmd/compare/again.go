package main

import (
	"cmp"
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

// placeOf is the name of a script's place.
func placeOf(s *script.Script) string {
	if s.Place == nil {
		return place.Plain
	}
	return s.Place.Name
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
		case placeOf(f.Script) != where || f.Verdict >= judge.Expected:
		case f.Command.Text == "":
			t[f.Script.Name+ofState]++
		case f.Command.Kind != script.Setup:
			t[f.Script.Name]++
		}
	}
	return t
}

// cell is a cell of a row of the page, by the name of its column.
func cell(t *measured.Table, row []string, column string) *string {
	return &row[slices.Index(t.Columns, column)]
}

// named leaves those of the scripts that the page's rows name as differing there.
func (o *options) named(scripts []*script.Script) ([]*script.Script, error) {
	if o.record == "" || o.part.Parts != 0 || o.only != "" {
		return nil, errors.New("-again wants -record, and neither -part nor -only")
	}
	where, err := o.environment()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(o.record)
	if err != nil {
		return nil, err
	}
	wanted := map[string]tallied{}
	for _, row := range ports.Environments.Rows(string(text)) {
		wanted[row[0]] = tally(*cell(&ports.Environments, row, ports.Which))
	}
	return slices.DeleteFunc(scripts, func(s *script.Script) bool {
		of := wanted[rowOf(where, placeOf(s))]
		return of[s.Name] == 0 && of[s.Name+ofState] == 0
	}), nil
}

// corrected are the cells of a row after scripts that it names were played again, of which
// now differ still. What a script has besides is as it was.
func corrected(t *measured.Table, row, played []string, now tallied, stamp string) map[string]string {
	was := tally(*cell(t, row, ports.Which))
	commands, states := 0, 0
	for _, name := range played {
		commands += was[name] - now[name]
		states += was[name+ofState] - now[name+ofState]
		delete(was, name)
		delete(was, name+ofState)
	}
	maps.Copy(was, now)
	add := func(column string, n int) string {
		old, _ := strconv.Atoi(*cell(t, row, column))
		return strconv.Itoa(old + n)
	}
	return map[string]string{
		"identical": add("identical", commands), "differing": add("differing", -commands),
		"identical states": add("identical states", states), ports.Which: was.String(),
		"measured": *cell(t, row, "measured") + againMark + stamp + ": " + strings.Join(played, " "),
	}
}

// correct writes what scripts that were played again do now to the rows that name them.
func correct(o *options, report *judge.Report) error {
	where, err := o.environment()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(o.record)
	if err != nil {
		return err
	}
	played := map[string][]string{}
	for _, f := range report.Findings {
		name := placeOf(f.Script)
		if row := rowOf(where, name); !slices.Contains(played[row], f.Script.Name) {
			played[row] = append(played[row], f.Script.Name)
		}
	}
	t := &ports.Environments
	for _, row := range t.Rows(string(text)) {
		if played[row[0]] == nil {
			continue
		}
		now := differing(report.Findings, placeOfRow(where, row[0]))
		cells := corrected(t, row, played[row[0]], now, measured.Stamp())
		if err := ports.Page.Write(o.record, t, row[0], cells); err != nil {
			return err
		}
		if row[0] != where {
			continue
		}
		for _, column := range t.Columns {
			if _, ok := cells[column]; !ok {
				cells[column] = *cell(t, row, column)
			}
		}
		if err := o.summarize(where, cells); err != nil {
			return err
		}
	}
	return nil
}

// placeOfRow is the opposite of rowOf.
func placeOfRow(where, row string) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimPrefix(row, where), ", "), place.Plain)
}
