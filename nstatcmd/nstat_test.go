package nstatcmd

import (
	"math"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/command"
)

// TestMean follows rates as the real tool's daemon has them: with -d 1 -t 1 a rate of
// before has a tenth.
func TestMean(t *testing.T) {
	for _, c := range []struct {
		interval, constant, ms int32
		rate                   float64
		count                  uint64
		want                   float64
	}{
		{1000, 1, 1000, 0, 10, 9},
		{1000, 1, 2000, 100, 0, 10},
		{10000, 10, 5000, 0, 100, 0.9 * 0.5 * 20}, // half an interval counts by half
		{10000, 2, 5000, 7, 100, 20},              // longer than means are taken over
		{10000, 10, 500, 7, 100, 7},               // too short
	} {
		m := &meter{interval: c.interval, constant: c.constant}
		m.settle()
		m.mean(&c.rate, c.count, c.ms)
		if math.Abs(c.rate-c.want) > 1e-9 {
			t.Errorf("%+v: %v", c, c.rate)
		}
	}
}

// TestMoreLink counts the low 32 bits of a link's counters across their overflow, and
// those of a link that was made anew from 0.
func TestMoreLink(t *testing.T) {
	entryOf := func(v uint64) *entry {
		return &entry{val: []uint64{v}, raw: []uint64{v}, rate: []float64{0}}
	}
	for _, c := range []struct{ before, now, want uint64 }{
		{5, 8, 8}, {1<<32 + 5, 1<<32 + 9, 1<<32 + 9}, {10, 3, 13}, {1<<32 - 1, 1 << 32, 1 << 32},
	} {
		m := &meter{interval: 1000, constant: 1}
		m.settle()
		e := entryOf(c.before)
		moreLink(m, e, entryOf(c.now), 1000)
		if e.val[0] != c.want || e.raw[0] != c.now {
			t.Errorf("%+v: %v", c, *e)
		}
	}
}

// TestFinder finds what stands in order, and nothing twice.
func TestFinder(t *testing.T) {
	list := []entry{{name: "a"}, {name: "b"}, {name: "c"}}
	f := finder{list: list, same: sameName}
	var found []string
	for _, name := range []string{"b", "x", "a", "c", "c"} {
		if e := f.find(&entry{name: name}); e != nil {
			found = append(found, e.name)
		}
	}
	if got := strings.Join(found, " "); got != "b c" {
		t.Errorf("found %q", got)
	}
}

// TestRound reads what was written.
func TestRound(t *testing.T) {
	for _, c := range []struct {
		tool *tool
		text string
	}{
		{&nstat, "#kernel\nTcpA                            5                  0.0\nTcpB                            1                  2.5\n"},
		{&ifstat, "#1.2 x\n3 lo " + strings.Repeat("7 1 ", 25) + "\n"},
	} {
		m := &meter{Call: &command.Call{Env: &cli.Env{}}, tool: c.tool}
		var err error
		if m.now, err = c.tool.read(m, c.text); err != nil {
			t.Fatal(err)
		}
		if got := string(c.tool.save(m, true)); got != c.text {
			t.Errorf("%q became %q", c.text, got)
		}
	}
}

// FuzzFiles reads junk: no panic, and what is taken can be shown.
func FuzzFiles(f *testing.F) {
	for _, text := range []string{"", "Tcp: A B\nTcp: 1 2\n", "Tcp:\n", ":", ": a", "#", "#\n", "a 1 2", "1 lo " + strings.Repeat("1 1 ", 25) + "\n", "a\n\n", "Tcp: A \nTcp: 1 2 3 4\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(*meter, string) ([]entry, error){readTables, readCounters, readLinks} {
			m := &meter{Call: &command.Call{Env: &cli.Env{}}, tool: &nstat}
			list, err := read(m, text)
			if err != nil {
				continue
			}
			m.now = list
			for _, e := range list {
				if len(e.val) != len(e.rate) {
					t.Fatalf("%q: %+v", text, e)
				}
			}
			saveCounters(m, true)
		}
		file := &statFile{interval: 1}
		file.readNames(text)
		c := column{statCounter: &statCounter{name: text}, width: usualWidth}
		for n := range mostHeads {
			c.piece(n)
		}
	})
}
