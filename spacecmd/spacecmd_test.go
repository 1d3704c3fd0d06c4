package spacecmd

import (
	"reflect"
	"strings"
	"testing"

	"gip/internal/show"
)

// TestWithSingle holds how room is made in ranges of numbers for one that is mapped alone.
func TestWithSingle(t *testing.T) {
	for _, c := range []struct {
		ranges       []idRange
		outer, inner uint32
		want         string
	}{
		{nil, 0, 0, "0 0 1"},
		{[]idRange{{none, 100000, 1000}}, 0, none, "0 100000 1000"},
		{[]idRange{{none, 100000, 1000}}, 0, 0, "0 0 1,1 100000 1000"},
		{[]idRange{{none, 100000, 1000}}, 0, 5, "5 0 1,0 100000 5,6 100005 995"},
		{[]idRange{{0, 1000, 10}}, 0, 0, "0 0 1,1 1000 9"},
		{[]idRange{{1, 100000, 65536}}, 0, 0, "0 0 1,1 100000 65536"},
		{[]idRange{{100, 100, 20}, {0, 0, 10}}, 0, none, "0 0 10,100 100 20"},
	} {
		var got []string
		for _, r := range withSingle(c.ranges, c.outer, c.inner) {
			got = append(got, r.String())
		}
		if s := strings.Join(got, ","); s != c.want {
			t.Errorf("%v with %d as %d: got %s, want %s", c.ranges, c.outer, c.inner, s, c.want)
		}
	}
}

// TestSignalOf holds which words name a signal.
func TestSignalOf(t *testing.T) {
	for s, want := range map[string]int{
		"KILL": 9, "sigterm": 15, "SIGINT": 2, "RTMIN+1": 35, "rtmax-1": 63, "RT5": 39,
		"9": -1, "": -1, "SIG": -1, "RTMIN+99": -1, "RT": -1, "foo": -1,
	} {
		if got := signalOf(s); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
}

// TestTable holds the form of tables: widths, trees, values of several lines, terminals.
func TestTable(t *testing.T) {
	make := func() *table {
		t := &table{name: "x", columns: []column{{name: "A", hint: 5, right: true, number: true}, {name: "CMD", cut: true, tree: true}, {name: "M", wrap: true}}}
		a := t.add(nil)
		copy(a.cells, []string{"1", "first of all", "m1\nm2"})
		copy(t.add(a).cells, []string{"22", "second", ""})
		return t
	}
	for _, c := range []struct {
		set  func(t *table)
		want string
	}{
		{func(*table) {}, "    A CMD          M\n    1 first of all m1\n      |            m2\n   22 `-second     \n"},
		{func(t *table) { t.terminal = 14 }, "    A CMD   M\n    1 first m1\n      |     m2\n   22 `-sec \n"},
		{func(t *table) { t.noHeads = true }, "    1 first of all m1\n      |            m2\n   22 `-second     \n"},
		{func(t *table) { t.raw, t.columns[2].wrap = true, false }, "A CMD M\n1 first\\x20of\\x20all m1\\x0am2\n22 `-second \n"},
	} {
		tab := make()
		c.set(tab)
		var b strings.Builder
		p := show.New(&b, show.Options{})
		tab.print(p)
		p.Flush()
		if b.String() != c.want {
			t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
		}
	}
}

// TestNextName holds how a list of columns is taken apart.
func TestNextName(t *testing.T) {
	for list, want := range map[string][]string{"a,b": {"a", "b"}, "a,": {"a,", ""}, ",a": {"", "a"}, "a": {"a", ""}} {
		if name, rest := nextName(list); !reflect.DeepEqual([]string{name, rest}, want) {
			t.Errorf("%q: got %q, %q", list, name, rest)
		}
	}
}
