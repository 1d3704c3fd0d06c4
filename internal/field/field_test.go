package field

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/word"
)

var voice = Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Twice: cli.DupArg, Missing: cli.MissArg, Unknown: Unknown}

// made has a row for each thing that a table can say.
var made = Table{Name: "made", Voice: &voice, First: "max_age", Send: []uint16{5, 1}, Last: []uint16{9}, Rows: []*Row{
	{Words: "mask", Attr: 1, Type: &U32, Arg: 100},
	{Words: "max_age", Key: "age", Attr: 2, Type: &Be16, Bad: "no age", Flags: Once},
	{Words: "colour|color", Key: "col", Attr: 3, Type: &U8, Names: &word.Names{{0, "red"}, {1, "blue"}}},
	{Words: "=cost", Attr: 4, Type: &S32, Flags: OmitZero},
	{Words: "=loud", Attr: 5, Type: &Mark},
	{Words: "=left", Attr: 6, Type: &Bit32, Arg: 1},
	{Words: "=right", Attr: 6, Type: &Bit32, Arg: 4},
	{Words: "deep", In: 9, Attr: 1, Type: &U64},
	{Words: "=dev", Label: "on", Attr: 7, Type: &String, Flags: Bare | Required},
	{Label: "second", Attr: 8, At: 4, Type: &U32},
	{Words: "later", In: Slot, Type: &U32},
}}

func read(t *Table, line string) (attrs []byte, err error) {
	c := NewCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(line)), t)
	err = c.Read()
	m := rtnl.New(0, 0)
	mark := m.Mark()
	c.Encode(m, t)
	return m.Since(mark), err
}

func render(t *Table, attrs []byte, opt cli.Options) string {
	var b bytes.Buffer
	e := clitest.Env(&b, opt)
	e.Pen.Begin()
	e.Pen.OpenObject("")
	t.Show(ViewOf(e, attrs))
	e.Pen.CloseObject()
	e.Pen.End()
	e.Pen.Flush()
	return b.String()
}

func TestRound(t *testing.T) {
	for _, c := range []struct{ words, text, json string }{
		{"eth0 mas 7 ma 300 color blue cost -3 loud right left deep 5", "mask 7 max_age 300 colour blue cost -3 loud left right deep 5 on eth0 ",
			`[{"mask":7,"age":300,"col":"blue","cost":-3,"loud":true,"left":true,"right":true,"deep":5,"on":"eth0"}]`},
		{"dev dev cost 0 later 7", "on dev ", `[{"on":"dev"}]`},
		{"eth0 eth1 mask 0x10 mask 1", "mask 1 on eth1 ", `[{"mask":1,"on":"eth1"}]`},
	} {
		attrs, err := read(&made, c.words)
		if err != nil {
			t.Errorf("%s: %v", c.words, err)
		}
		if got := render(&made, attrs, cli.Options{}); got != c.text {
			t.Errorf("%s: got %q, want %q", c.words, got, c.text)
		}
		if got := render(&made, attrs, cli.Options{JSON: true}); got != c.json+"\n" {
			t.Errorf("%s: got %s, want %s", c.words, got, c.json)
		}
	}
}

func TestOrder(t *testing.T) {
	attrs, err := read(&made, "deep 1 cost 1 eth0 mask 1 loud left")
	if err != nil {
		t.Fatal(err)
	}
	var got []uint16
	for typ := range rtnl.Attrs(attrs) {
		got = append(got, typ)
	}
	if want := []uint16{5, 1, 4, 7, 6, 9}; string(join(got)) != string(join(want)) {
		t.Errorf("sent in the order %v, want %v", got, want)
	}
}

func join(list []uint16) (b []byte) {
	for _, n := range list {
		b = append(b, byte(n))
	}
	return b
}

func TestComplaints(t *testing.T) {
	ends := Table{Voice: &voice, Ends: true, Rows: []*Row{{Words: "max", Attr: 1, Type: &U8}}}
	for _, c := range []struct {
		table       *Table
		words, want string
	}{
		{&made, "eth0 mask 101", "Error: argument \"101\" is wrong: invalid mask\n"},
		{&made, "eth0 max_age x", "Error: argument \"x\" is wrong: no age\n"},
		{&made, "eth0 max_age 1 max_age 2", "Error: duplicate \"max_age\": \"2\" is the second value.\n"},
		{&made, "eth0 colour green", "Error: argument \"green\" is wrong: invalid colour\n"},
		{&made, "mask", "Command line is not complete. Try option \"help\"\n"},
		{&made, "loud", "Error: argument \"dev\" is required\n"},
		{&ends, "max 1 other", ""},
		{&Table{Voice: &voice}, "x", "Error: argument \"x\" is wrong: unknown\n"},
	} {
		_, err := read(c.table, c.words)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.words, got, c.want)
		}
	}
}

// TestHead holds that values may be parts of a struct, in front of the attributes
// or in one of them, and that a struct is shown from its parts.
func TestHead(t *testing.T) {
	table := Table{Voice: &voice, Size: 8, Usage: "how\n", Rows: []*Row{
		{Words: "port", In: Head, At: 4, Type: &Be16, Flags: Once | Positive},
		{Words: "type", In: Head, Type: &U8, Flags: Bare},
		{Words: "min", Attr: 3, Type: &U16},
		{Words: "max", Attr: 3, At: 2, Type: &U16, Flags: Once},
		{Words: "help", Type: &Help},
	}}
	for words, want := range map[string]string{
		"port 258 9 max 3":  "\x09\x00\x00\x00\x01\x02\x00\x00\x08\x00\x03\x00\x00\x00\x03\x00",
		"max 3 min 2 max 1": "Error: duplicate \"max\": \"1\" is the second value.\n",
		"port 0":            "Error: argument \"0\" is wrong: invalid port\n",
		"type help":         "how\n",
		"he":                "how\n",
	} {
		got, err := read(&table, words)
		if err != nil {
			got = []byte(err.Error())
		} else if !rtnl.LittleEndian() {
			continue
		}
		if string(got) != want {
			t.Errorf("%s: got %q, want %q", words, got, want)
		}
	}
	var b bytes.Buffer
	v := ViewOf(clitest.Env(&b, cli.Options{}), nil)
	v.Head = []byte{9, 0, 0, 0, 1, 2}
	table.Show(v)
	v.Pen.Flush()
	if got := b.String(); got != "port 258 type 9 " {
		t.Errorf("shown as %q", got)
	}
}

// TestLate holds that values which are Late are read when all words are there, in the
// order of the rows, the last one of several; and that a struct in front shares the
// memory of a batch.
func TestLate(t *testing.T) {
	table := Table{Voice: &voice, Size: 4, Rows: []*Row{
		{Words: "a", Attr: 1, Type: &U8, Flags: Late},
		{Words: "b", In: Head, At: 2, Type: &Be16, Flags: Late | Once},
		{Words: "c", Attr: 3, Type: &U8},
	}, Finish: func(c *Call) error {
		if c.Get(0, 1) != nil {
			return cli.InvArg("is early", "a")
		}
		return nil
	}}
	for words, want := range map[string]string{
		"c 3 a x b 258 a 1": "\x00\x00\x01\x02\x05\x00\x03\x00\x03\x00\x00\x00\x05\x00\x01\x00\x01\x00\x00\x00",
		"b y a x":           "Error: argument \"x\" is wrong: invalid a\n",
		"b 1 b 2":           "Error: duplicate \"b\": \"2\" is the second value.\n",
		"a x c y":           "Error: argument \"y\" is wrong: invalid c\n",
		"a":                 "Command line is not complete. Try option \"help\"\n",
	} {
		got, err := read(&table, words)
		if err != nil {
			got = []byte(err.Error())
		} else if !rtnl.LittleEndian() {
			continue
		}
		if string(got) != want {
			t.Errorf("%s: got %q, want %q", words, got, want)
		}
	}
	e := clitest.Env(io.Discard, cli.Options{})
	e.Batch = true
	a, words := &cli.Args{}, []string{"a", "1", "b", "2"}
	if n := testing.AllocsPerRun(100, func() {
		a.Reset(words)
		if err := NewCall(e, a, &table).Read(); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("a line takes %v allocations", n)
	}
}

// TestInto holds that values go into a message as they come, a repeated one again,
// and that the lines of a batch find rows as others do.
func TestInto(t *testing.T) {
	table := Table{Voice: &voice, Size: 4, Rows: []*Row{
		{Words: "proto", In: Head, At: 1, Type: &Protocol},
		{Words: "port|=pt", Attr: 2, Type: &Be16},
		{Words: "deep", In: 9, Attr: 1, Type: &U8},
		{Label: "late", In: Slot, Attr: 3, Type: &U8, Flags: Bare},
	}}
	const want = "\x00\x04\x00\x00\x06\x00\x02\x00\x00\x01\x00\x00\x06\x00\x02\x00\x00\x02\x00\x00" +
		"\x0c\x00\x09\x00\x05\x00\x01\x00\x07\x00\x00\x00"
	for _, batch := range []bool{false, true} {
		e := clitest.Env(io.Discard, cli.Options{})
		e.Batch = batch
		m := rtnl.New(0, 0)
		c := NewCall(e, cli.NewArgs(strings.Fields("port 1 p static 5 deep 7 pt 2")), &table).Into(m)
		if err := c.Read(); err != nil {
			t.Fatal(err)
		}
		c.Encode(m, &table)
		if got := string(m.Body()); got != want && rtnl.LittleEndian() {
			t.Errorf("sent %q, want %q", got, want)
		}
		if late, port := c.Get(Slot, 3), c.Get(0, 2); string(late) != "\x05" || string(port) != "\x00\x01" {
			t.Errorf("late %q, port %q", late, port)
		}
		for _, w := range []string{"", "x", "p", "po", "pt", "ptx", "deep", "d"} {
			r, keyword := c.Find(w)
			if r2, keyword2 := table.Find(w); r != r2 || keyword != keyword2 {
				t.Errorf("%q is found otherwise in a batch", w)
			}
		}
	}
}

// TestIndex holds that the letters find what a walk through the table finds.
func TestIndex(t *testing.T) {
	table := Table{Voice: &voice}
	for _, words := range []string{"=src", "metric|priority|=preference", "=dev|=oif", "prefix", "6rd", "=", "dsfield|=tos", "oif", "802.3ad"} {
		table.Rows = append(table.Rows, &Row{Words: words, Type: &U8})
	}
	e := clitest.Env(io.Discard, cli.Options{})
	e.Batch = true
	c := NewCall(e, cli.NewArgs(nil), &table)
	for _, w := range []string{"", "s", "src", "p", "pr", "pre", "preference", "prefi", "d", "dev", "o", "oif", "6", "6rd", "8", "t", "tos", "x", "=", "é"} {
		got, _ := c.Find(w)
		if want, _ := table.Find(w); got != want {
			t.Errorf("%q: got row %v, want %v", w, got, want)
		}
	}
}

// TestLead holds that the first values need no word, that bits of a number are given
// once each, and what may be the name of a link.
func TestLead(t *testing.T) {
	table := Table{Voice: &voice, Ends: true, Rows: []*Row{
		{Words: "id", Attr: 1, Type: &U8, Flags: Lead},
		{Attr: 2, Type: &U16, Flags: Lead | Positive, Bad: "no port"},
		{Words: "a", Attr: 3, Arg: 1, Type: &Bit32, Flags: Once},
		{Words: "b", Attr: 3, Arg: 2, Type: &Bit32, Flags: Once},
		{Words: "name", Attr: 4, Type: &LinkName},
	}}
	for words, want := range map[string]string{
		"1 2 a b rest": "",
		"1 0":          "Error: argument \"0\" is wrong: no port\n",
		"1":            "Command line is not complete. Try option \"help\"\n",
		"1 2 a a":      "Error: duplicate \"a\": \"a\" is the second value.\n",
		"1 2 name a/b": "Error: argument \"a/b\" is wrong: \"name\" not a valid ifname\n",
	} {
		got := ""
		if _, err := read(&table, words); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", words, got, want)
		}
	}
}

// TestLayout holds what tables say of blanks and lines.
func TestLayout(t *testing.T) {
	m := rtnl.New(0, 0)
	mark := m.Mark()
	m.U32(1, 7)
	m.Attr(8, []byte{1, 0, 0, 0, 2, 0, 0}) // too short for a number at 4
	m.U8(3, 9)
	nest := m.Nest(9)
	m.U32(2, 0)
	m.End(nest)
	attrs := m.Since(mark)
	rows := []*Row{
		{Label: "a", Attr: 1, Type: &U32, Flags: EOL},
		{Label: "gone", Attr: 2, Type: &U32, Flags: EOL},
		{Label: "b", Attr: 3, Type: &U8, Names: &word.Names{{1, "one"}}},
		{Label: "c", Attr: 8, At: 4, Type: &U32},
		{Label: "d", In: 9, Attr: 2, Type: &OnOff32},
		{Label: "e", Attr: 1, Type: &U32, Flags: Stats},
		{Label: "f", Attr: 1, Type: &U32, Flags: Quiet},
	}
	for _, c := range []struct {
		table Table
		opt   cli.Options
		want  string
	}{
		{Table{Rows: rows, Indent: "  "}, cli.Options{}, "  a 7 \n  b 9 d off "},
		{Table{Rows: rows, Before: true, Sep: "="}, cli.Options{}, " a=7\n b=9 d=off"},
		{Table{Rows: rows}, cli.Options{Stats: 1}, "a 7 \nb 9 d off e 7 "},
		{Table{Rows: rows}, cli.Options{Oneline: true}, "a 7 \\b 9 d off "},
		{Table{Rows: []*Row{{Label: "g", Attr: 3, Type: &Type{Size: 1, Other: "unknown"}, Names: &word.Names{{1, "one"}}}}}, cli.Options{}, "g unknown "},
		{Table{Rows: []*Row{{Label: "n", Attr: 3, Type: &Type{Form: Alone | Null}}, {Label: "p", Attr: 3, Type: &Protocol}}}, cli.Options{JSON: true}, `[{"n":null,"p":"ra"}]` + "\n"},
		{Table{Rows: rows, Indent: " "}, cli.Options{JSON: true}, `[{"a":7,"b":9,"d":false}]` + "\n"},
	} {
		if got := render(&c.table, attrs, c.opt); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestInner holds that a nest with a table of its own leaves the view as it was.
func TestInner(t *testing.T) {
	inner := Table{Rows: []*Row{{Label: "inner", Attr: 1, Type: &U8}}}
	outer := Table{Rows: []*Row{
		{Label: "nest", Attr: 9, Type: &Type{Print: func(v *View, r *Row, b []byte) { v.Inner(&inner, b) }}},
		{Label: "outer", Attr: 1, Type: &U8},
	}}
	m := rtnl.New(0, 0)
	mark := m.Mark()
	m.U8(1, 5)
	nest := m.Nest(9)
	m.U8(1, 6)
	m.End(nest)
	if got := render(&outer, m.Since(mark), cli.Options{}); got != "inner 6 outer 5 " {
		t.Errorf("got %q", got)
	}
}

// TestBatchMemory holds that the lines of a batch share the memory of one call.
func TestBatchMemory(t *testing.T) {
	e := clitest.Env(io.Discard, cli.Options{})
	e.Batch = true
	a, m, words := &cli.Args{}, rtnl.New(0, 0), []string{"eth0", "mask", "7", "deep", "9", "colour", "blue"}
	line := func() {
		a.Reset(words)
		c := NewCall(e, a, &made)
		if err := c.Read(); err != nil {
			t.Fatal(err)
		}
		m.Reset(0, 0)
		c.Encode(m, &made)
	}
	if n := testing.AllocsPerRun(100, line); n > 0 {
		t.Errorf("a line takes %v allocations", n)
	}
}

// TestShowMemory holds that the messages of a dump share the memory of one view.
func TestShowMemory(t *testing.T) {
	attrs, err := read(&made, "eth0 mask 7 max_age 300 color blue cost -3 loud right deep 5")
	if err != nil {
		t.Fatal(err)
	}
	e := clitest.Env(io.Discard, cli.Options{})
	if n := testing.AllocsPerRun(100, func() { made.Show(ViewOf(e, attrs)) }); n > 0 {
		t.Errorf("a message takes %v allocations", n)
	}
}

// FuzzShow holds that nothing that the kernel might send makes a table panic.
func FuzzShow(f *testing.F) {
	f.Add([]byte("\x08\x00\x01\x00\x05\x00\x00\x00\x05\x00\x03\x00\x09\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, attrs []byte) {
		render(&made, attrs, cli.Options{Stats: 1})
		render(&made, attrs, cli.Options{JSON: true})
	})
}

// FuzzRead holds that no words make it panic.
func FuzzRead(f *testing.F) {
	f.Add("eth0 mask 7 deep 9")
	f.Fuzz(func(t *testing.T, line string) { read(&made, line) })
}

// forms has the forms that tables of links have, in parts.
var forms = Table{Voice: &voice, Rows: []*Row{
	{Words: "noproxy|proxy", Label: "proxy", Attr: 1, Type: &Type{Size: 1, Form: Toggle | NonZero}},
	{Words: "=nocsum|=csum", Label: "csum", Attr: 2, Type: &Type{Size: 2, Form: Big | Toggle | Bits}, Arg: 0x8000},
	{Words: "seq", Attr: 2, Type: &Type{Size: 2, Form: Big | Alone | Bits}, Arg: 0x1000},
}, Then: []*Table{{Rows: []*Row{
	{Words: "gvrp", Attr: 3, Type: &Type{Size: 8, Form: Masked, Scan: ScanOnOff, Usage: "{ on | off }"}, Arg: 2},
	{Words: "mvrp", Attr: 3, Type: &Type{Size: 8, Form: Masked, Scan: ScanOnOff, Usage: "{ on | off }"}, Arg: 8},
	{Words: "ttl", Attr: 4, Type: &Type{Size: 1, Zero: "inherit", Usage: "TTL := { 1..255 | inherit }"}},
	{Words: "mark", Value: "MARK", Attr: 5, Type: &Type{Size: 4, Form: Hex | NonZero}},
}}, {Rows: []*Row{
	{Words: "low", Attr: 6, Type: &Type{Size: 2, Struct: 6}},
	{Words: "high", Attr: 6, At: 2, Type: &Type{Size: 2, Struct: 6}},
	{Words: "mode", Attr: 7, Type: &U8, Names: &word.Names{{0, "slow"}, {1, "fast"}}},
}}}}

func TestForms(t *testing.T) {
	for _, c := range []struct{ words, text, json string }{
		{"proxy csum seq nocsum", "proxy seq ", `{"proxy":true,"seq":true}`},
		{"noproxy seq csum", "csum seq ", `{"csum":true,"seq":true}`},
		{"mvrp on gvrp off", "gvrp 0 mvrp 1 ", `{"gvrp":0,"mvrp":1}`},
		{"ttl inherit mark 255", "ttl inherit mark 0xff ", `{"ttl":0,"mark":"0xff"}`},
		{"ttl 5 mark 0 mode fast", "ttl 5 mode fast ", `{"ttl":5,"mode":"fast"}`},
		{"high 5 low 3 high 4", "low 3 high 4 ", `{"low":3,"high":4}`},
	} {
		attrs, err := read(&forms, c.words)
		if err != nil {
			t.Errorf("%s: %v", c.words, err)
		}
		if got := render(&forms, attrs, cli.Options{}); got != c.text {
			t.Errorf("%s: got %q, want %q", c.words, got, c.text)
		}
		if got := render(&forms, attrs, cli.Options{JSON: true}); got != "["+c.json+"]\n" {
			t.Errorf("%s: got %s, want %s", c.words, got, c.json)
		}
	}
	if attrs, _ := read(&forms, "low 3"); len(attrs) != 4+8 {
		t.Errorf("a struct of 6 bytes takes %d", len(attrs)-4)
	}
}

// TestFull takes words of shared rows in full only, in a batch too, and asks the voice
// about a wrong "on" or "off".
func TestFull(t *testing.T) {
	row := &Row{Words: "hairpin", Attr: 1, Type: &OnOff}
	unknown := errors.New("unknown")
	refuse := Voice{Unknown: func(*Call) error { return unknown }, OnOff: func(err error) error { return fmt.Errorf("port: %w", err) }}
	full := Table{Voice: &refuse, Full: true, Rows: []*Row{row}}
	short := Table{Voice: &refuse, Rows: []*Row{row}}
	for _, batch := range []bool{false, true} {
		e := clitest.Env(io.Discard, cli.Options{})
		e.Batch = batch
		say := func(t *Table, words ...string) error { return NewCall(e, cli.NewArgs(words), t).Read() }
		if err := say(&full, "hair", "on"); err != unknown {
			t.Error("a short word is taken: ", err)
		}
		if err := errors.Join(say(&full, "hairpin", "on"), say(&short, "hair", "on")); err != nil {
			t.Error(err)
		}
		if err := say(&full, "hairpin", "x"); err == nil || !strings.HasPrefix(err.Error(), "port: ") {
			t.Errorf("the voice was not asked: %v", err)
		}
	}
}

func TestGrammar(t *testing.T) {
	const want = "\n\t[ [no]proxy ]\n\t[ [no]csum ]\n\t[ seq ]\n\t[ gvrp { on | off } ]\n\t[ mvrp { on | off } ]\n\t[ ttl TTL ]\n" +
		"\t[ mark MARK ]\n\t[ low LOW ]\n\t[ high HIGH ]\n\t[ mode { slow | fast } ]\nTTL := { 1..255 | inherit }\n"
	if got := forms.Grammar(); got != want {
		t.Errorf("got %q", got)
	}
}
