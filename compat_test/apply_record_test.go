package compat_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"gip/compat_test/measured"
)

var recordTo = flag.String("record", "", "write what was measured to this `file`, a "+applyPage.File+" or "+limitsPage.File)

// appliedColumns are what a play of applyBatches counts.
var appliedColumns = []string{"undone", "rehearsed", "restored"}

// The tables of docs/apply-measured.md. A cell is "RIGHT of ALL", with "(N said so)" behind
// it where N were not right, and status 3 said so, and "WRONG: N" for what is neither.
var (
	applyTotals = measured.Table{
		Title: "Altogether",
		About: "The sums of the next table. *Undone*: batches cut at one position, after which the state was that\n" +
			"before them. *Rehearsed*: batches of which `gip apply -n` told what `gip apply` then\n" +
			"changed. *Restored*: a snapshot of what they made, made again in another namespace.",
		Columns: append([]string{"kernel", "batches"}, appliedColumns...),
	}
	applyScripts = measured.Table{
		Title:   "Batches",
		About:   "Each is what `gip apply` takes of the lines of one script of `compat_test/testdata`.",
		Columns: append(append([]string{"batch"}, appliedColumns...), "measured"),
	}
	applyAttacks = measured.Table{
		Title: "Killed",
		About: "What is done at a system call of `gip apply`: of a batch that succeeds (`lines`), of one that is\n" +
			"undone (`wrong`), of `--recover` (`left`).",
		Columns: []string{"attack", "calls", "met", "as it should be", "measured"},
	}
	applyPage = measured.Page{File: "docs/apply-measured.md", Tables: []*measured.Table{&applyTotals, &applyScripts, &applyAttacks}}
)

// cell is a tally as the tables have it, and read reads it.
func (n *tally) cell() string {
	text := fmt.Sprintf("%d of %d", n[0], n.all())
	if n[1] > 0 {
		text += fmt.Sprintf(" (%d said so)", n[1])
	}
	if n[2] > 0 {
		text += fmt.Sprintf(" WRONG: %d", n[2])
	}
	return text
}

func (n *tally) read(cell string) {
	all := 0
	fmt.Sscanf(cell, "%d of %d", &n[0], &all)
	if _, rest, ok := strings.Cut(cell, "("); ok {
		fmt.Sscanf(rest, "%d", &n[1])
	}
	n[2] = all - n[0] - n[1]
}

// recordApplied writes the row of a script, and the sums.
func recordApplied(t *testing.T, where, script string, of map[string]*tally) {
	if *recordTo == "" {
		return
	}
	cells := map[string]string{"measured": measured.Stamp()}
	for name, n := range of {
		cells[name] = n.cell()
	}
	recordRow(t, &applyScripts, where+": "+script, cells)
	sumApplied(t, where)
}

// sumApplied writes the sums of a kernel's rows.
func sumApplied(t *testing.T, where string) {
	text, err := os.ReadFile(*recordTo)
	if err != nil {
		t.Fatal(err)
	}
	batches, sums := 0, make([]tally, len(appliedColumns))
	for _, row := range applyScripts.Rows(string(text)) {
		if !strings.HasPrefix(row[0], where+": ") {
			continue
		}
		batches++
		for i := range sums {
			var n tally
			n.read(row[1+i])
			for k := range n {
				sums[i][k] += n[k]
			}
		}
	}
	cells := map[string]string{"batches": fmt.Sprint(batches)}
	for i, name := range appliedColumns {
		cells[name] = fmt.Sprintf("%s, %.1f %%", sums[i].cell(), sums[i].share())
	}
	recordRow(t, &applyTotals, where, cells)
}

// recording is held by the one of parallel tests that writes the page.
var recording sync.Mutex

func recordRow(t *testing.T, table *measured.Table, row string, cells map[string]string) {
	recording.Lock()
	defer recording.Unlock()
	if err := applyPage.Write(*recordTo, table, row, cells); err != nil {
		t.Fatal(err)
	}
}
