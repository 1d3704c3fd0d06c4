package ematch

import (
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
)

// spell writes an expression as it was read.
func spell(nodes []*node) string {
	var parts []string
	for _, n := range nodes {
		text := ""
		if n.inverted {
			text = "!"
		}
		if n.group != nil {
			text += "(" + spell(n.group) + ")"
		} else {
			for i, a := range n.args {
				if i > 0 {
					text += " "
				}
				if a.quoted {
					text += `"` + a.text + `"`
				} else {
					text += a.text
				}
			}
		}
		parts = append(parts, text+[...]string{"", " &", " |"}[n.relation])
	}
	return strings.Join(parts, " ")
}

// TestParse reads expressions and tells how many words are taken: the parser looks at one
// word more.
func TestParse(t *testing.T) {
	for _, test := range []struct {
		words []string
		want  string
		used  int
	}{
		{[]string{"cmp(u8 at 9 eq 6)", "classid"}, "cmp u8 at 9 eq 6", 2},
		{[]string{"cmp(u8", "at", "9", "eq", "6)"}, "cmp u8 at 9 eq 6", 5},
		{[]string{"a(b) AND Not (c(d)or e(f g))", "action"}, "a b & !(c d | e f g)", 2},
		{[]string{`nbyte("a \x41\101\n\\" at 1)`, "x"}, "nbyte \"a AA\n\\\" at 1", 2},
		{[]string{`n("a`, `b" c)`}, `n "a b" c`, 2},
		{[]string{"", "a(b)", "", "c"}, "a b", 4},
		{[]string{"notx(b)"}, "notx b", 1},
		{[]string{}, "", 0},
	} {
		l := lexer{words: test.words}
		p := parser{lexer: &l}
		nodes, ok := p.parse()
		if got := spell(nodes); !ok || got != test.want || l.used != test.used {
			t.Errorf("%q: %q %t, %d words; want %q, %d", test.words, got, ok, l.used, test.want, test.used)
		}
	}
	for _, bad := range []string{"a", "a(", "a()", "(a(b)", "a(b) and", "and a(b)", "not not a(b)", "()", `a("b`, `a("\9")`, `a("\777")`, "a(b and c)"} {
		l := lexer{words: []string{bad}}
		p := parser{lexer: &l}
		if nodes, ok := p.parse(); ok {
			t.Errorf("%q was read as %q", bad, spell(nodes))
		}
	}
}

// TestFlatten holds that a group stands behind what is there when its turn comes.
func TestFlatten(t *testing.T) {
	l := lexer{words: []string{"a(1) and (b(1) or (c(1))) and (d(1) or e(1))"}}
	p := parser{lexer: &l}
	nodes, _ := p.parse()
	var got []string
	for _, n := range flatten(nodes) {
		if n.group != nil {
			got = append(got, "("+string(rune('0'+n.ref))+")")
		} else {
			got = append(got, n.args[0].text)
		}
	}
	if text := strings.Join(got, " "); text != "a (3) (6) b (5) c d e" {
		t.Error(text)
	}
}

func env() *cli.Env { return clitest.Env(io.Discard, cli.Options{}) }

// TestKinds reads the words of each kind and shows what they became.
func TestKinds(t *testing.T) {
	for _, test := range []struct {
		kind *Kind
		args string
		want string
	}{
		{&cmpKind, "u16 at 3 layer 2 mask 0xff00 trans gt 20", "u16 at 3 layer 2 mask 0xff00 trans gt 20"},
		{&cmpKind, "u8 at 9 eq 6", "u8 at 9 layer 1 eq 6"},
		{&nbyte, "ab at 5 layer link", `61 62 "ab" at 5 layer 0`},
		{&u32, "u16 0x1122 0xffff at nexthdr+4", "11220000/ffff0000 at nexthdr+4"},
		{&u32, "u8 6 0xff at 9", "00060000/00ff0000 at 8"},
		{&meta, "nf_mark shift 1 mask 0xf gt 24", "nf_mark shift 1 mask 0x0000000f gt 24"},
		{&canid, "sff 0x123 eff 0x12345:0xff", "sff 0x123 eff 0x12345:0xFF"},
	} {
		var args []arg
		for _, w := range strings.Fields(test.args) {
			args = append(args, arg{text: w})
		}
		e := env()
		b, f := test.kind.Parse(e, args)
		if f != nil {
			t.Errorf("%s(%s): %s", test.kind.Name, test.args, f.text)
			continue
		}
		if got, ok := test.kind.Show(e, b); !ok || got != test.want {
			t.Errorf("%s(%s): %q %t, want %q", test.kind.Name, test.args, got, ok, test.want)
		}
	}
}

// FuzzRead reads any words as an expression.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"cmp(u8 at 9 eq 6) and not (meta(vlan eq 5) or nbyte(\"a\\x41\" at 1)) classid", "u32(u8 1 1 at nexthdr+ 3) x", "canid(sff 1:2)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := cli.NewArgs(strings.Split(s, " "))
		m := rtnl.New(0, 0)
		if !strings.Contains(s, "ipset") {
			_ = Read(env(), a, m, 1)
		}
	})
}

// FuzzPrint prints any tree that a kernel might send.
func FuzzPrint(f *testing.F) {
	a := cli.NewArgs([]string{"cmp(u8 at 9 eq 6) and (meta(vlan eq 5) or u32(u8 1 1 at 3))", "x"})
	m := rtnl.New(0, 0)
	mark := m.Mark()
	if err := Read(env(), a, m, 1); err == nil {
		f.Add(m.Since(mark)[4:])
	}
	f.Add([]byte{8, 0, 1, 0, 1, 0, 0, 0, 12, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) { Print(env(), b) })
}
