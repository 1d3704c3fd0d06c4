package list

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A declared value of type Object or Applet is one that has to be in the list.
type declared struct{ room, name string }

// source calls f with each file of the rooms, of this package and of main that is no
// test.
func source(t *testing.T, f func(room string, file *ast.File)) {
	t.Helper()
	const root = "../../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		room, _ := filepath.Rel(root, filepath.Dir(path))
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			!strings.HasSuffix(strings.Split(room, "/")[0], "cmd") && room != "cmd/gip/list" && room != "cmd/gip" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			f(filepath.Base(room), file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isA reports whether an expression is a literal of command's type.
func isA(e ast.Expr, types ...string) bool {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	sel, ok := lit.Type.(*ast.SelectorExpr)
	return ok && slices.Contains(types, sel.Sel.Name)
}

// A shelf is what the sources of rooms declare, list and name.
type shelf struct {
	declared     []declared
	listed, used map[declared]bool
}

// add looks through a file. What stands behind "&" in package list, or in package
// main, is listed.
func (s *shelf) add(room string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, v := range n.Values {
				if isA(v, "Object", "Applet") {
					s.declared = append(s.declared, declared{room, n.Names[i].Name})
				}
			}
		case *ast.UnaryExpr:
			switch x := n.X.(type) {
			case *ast.Ident:
				s.used[declared{room, x.Name}] = true
			case *ast.SelectorExpr:
				if pkg, ok := x.X.(*ast.Ident); ok && (room == "list" || room == "gip") {
					s.listed[declared{pkg.Name, x.Sel.Name}] = true
				}
			}
		}
		return true
	})
}

// missing are the objects and applets that are in no list: those that a room exports
// have to be in the one here, others in the room's own applet.
func (s *shelf) missing() (names []string) {
	for _, d := range s.declared {
		if ast.IsExported(d.name) && !s.listed[d] || !s.listed[d] && !s.used[d] {
			names = append(names, d.room+"."+d.name)
		}
	}
	return names
}

func newShelf() *shelf { return &shelf{listed: map[declared]bool{}, used: map[declared]bool{}} }

// TestListed holds that each object and applet of a room is in a list.
func TestListed(t *testing.T) {
	s := newShelf()
	source(t, s.add)
	if len(s.declared) < 40 {
		t.Fatal("only these are found: ", s.declared)
	}
	if missing := s.missing(); missing != nil {
		t.Error("not in the list: ", missing)
	}
	// One that a made-up room exports is not, and an applet nobody names either.
	file, err := parser.ParseFile(token.NewFileSet(), "made.go", `package zoocmd
		var Object, idle = command.Object{Words: "zoo"}, command.Applet{Names: "idle"}
		var Kept = command.Object{}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.add("zoocmd", file)
	s.listed[declared{"zoocmd", "Kept"}] = true
	if missing := s.missing(); !slices.Equal(missing, []string{"zoocmd.Object", "zoocmd.idle"}) {
		t.Error("found of a made-up room: ", missing)
	}
}

// TestNames holds that no name of an applet stands twice, and no word of an object
// hides another's.
func TestNames(t *testing.T) {
	names := Applets.Names()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(Applets.Names()) {
		t.Error("a name stands twice: ", names)
	}
}

// A made-up object: what it was called with goes to the output.
var made = command.Object{Words: "zebra|zoo", Usage: "Usage: ip zebra feed [ amount N ]\n", Verbs: []command.Verb{
	{Words: "feed", Run: feed, Reads: &food, Type: 7, Flags: 3, Waits: true},
	{Words: "show", Default: true, Run: func(c *command.Call) error { c.Pen.Raw("stripes\n"); return nil }},
	{Words: "house", Verbs: []command.Verb{{Words: "build", Run: feed, Reads: &food}}},
	{Words: "help"},
}}

var food = field.Table{Name: "zebra", Voice: &field.IP, Rows: []*field.Row{
	{Words: "amount", Attr: 1, Type: &field.U32},
}}

func feed(c *command.Call) error {
	x := c.Reader()
	err := x.Read()
	c.Pen.Uint("", "type ", uint64(c.Verb.Type), "")
	c.Pen.Uint("", " flags ", uint64(c.Verb.Flags), "")
	c.Pen.Uint("", " bytes ", uint64(len(x.Get(0, 1))), "\n")
	return err
}

// with is a copy of the list with a made-up object and a made-up applet.
func with() command.List {
	ip := *Applets[0]
	ip.Objects = append(slices.Clone(ip.Objects), &made)
	list := append(slices.Clone(Applets), &command.Applet{Names: "zookeeper|keeper", Run: func(c *command.Call) error {
		c.Pen.Raw(strings.Join(c.Rest(), "+") + "\n")
		return nil
	}})
	list[0] = &ip
	return list
}

// TestMadeUp holds that a line in the list is all that a new object and a new applet
// need: dispatch, messages, help, "gip --list", batches.
func TestMadeUp(t *testing.T) {
	list := with()
	if names := list.Names(); !slices.Contains(names, "zookeeper") || !slices.Contains(names, "keeper") {
		t.Error("gip --list: ", names)
	}
	for _, c := range []struct{ line, out, err string }{
		{"ip zebra", "stripes\n", ""},
		{"ip z s", "stripes\n", ""},
		{"ip zoo feed amount 5", "type 7 flags 3 bytes 4\n", ""},
		{"ip zebra f", "type 7 flags 3 bytes 0\n", ""},
		{"ip zebra house build amo 1", "type 0 flags 0 bytes 4\n", ""},
		{"ip zebra house", "", "Command line is not complete. Try option \"help\"\n"},
		{"ip zebra paint", "", "Command \"paint\" is unknown, try \"ip zebra help\".\n"},
		{"ip zebra help", "", made.Usage},
		{"ip zebra house paint", "", "Command \"paint\" is unknown, try \"ip zebra help\".\n"},
		{"ip giraffe", "", "Object \"giraffe\" is unknown, try \"ip help\".\n"},
		{"keeper a b", "a+b\n", ""},
	} {
		words := strings.Fields(c.line)
		var out strings.Builder
		call := command.Call{Env: clitest.Env(&out, cli.Options{}), Args: cli.NewArgs(words[1:]), List: list, Applet: list.Find(words[0])}
		text := ""
		if err := call.Run(); err != nil {
			text = err.Error()
		}
		if call.Pen.Flush(); out.String() != c.out || text != c.err {
			t.Errorf("%s: %q, %q", c.line, out.String(), text)
		}
	}
	// A verb that waits leaves what is sent before it unanswered, another does not.
	for line, waits := range map[string]bool{"feed": true, "show": false, "house build": false} {
		e := clitest.Env(io.Discard, cli.Options{})
		e.Pipeline(func(cli.Line, error) {})
		e.Links.Doubt = true // until it is settled
		call := command.Call{Env: e, Args: cli.NewArgs(strings.Fields("zebra " + line)), List: list, Applet: list[0]}
		if err := call.Command(); err != nil || e.Links.Doubt != waits {
			t.Errorf("%s in a batch: waits: %v, %v", line, e.Links.Doubt, err)
		}
	}
	// FuzzArgv calls applets so, behind their options.
	p := command.Process{List: list, Own: &Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	call, err := p.Call(list[0], "ip", []string{"-4", "zebra", "feed"})
	if err != nil || call.Opt.Family != unix.AF_INET || call.Word() != "zebra" {
		t.Error("a call: ", err)
	}
	help := command.Call{Env: clitest.Env(io.Discard, cli.Options{}), Args: cli.NewArgs([]string{"help"}), List: list, Applet: list[0]}
	if err := help.Run(); err == nil || !strings.Contains(err.Error(), "| xfrm | zebra | zoo }") {
		t.Error("ip help: ", err)
	}
}

// TestOwn holds that gip's own commands have a line in its help, are found by their
// words in full only, and are the name of no link.
func TestOwn(t *testing.T) {
	own := Own
	own.Objects = append(slices.Clone(own.Objects), &command.Object{Words: "=zoo", Takes: "FILE", Does: "feed them all"})
	if help := own.Lines(); !strings.Contains(help, "\n       gip zoo FILE             feed them all\n") {
		t.Error("gip --help:\n", help)
	}
	if own.Object("zo") != nil || own.Object("zoo") == nil {
		t.Error("gip's own commands are not those written in full")
	}
	for _, o := range Own.Objects {
		if o.Does == "" || !strings.HasPrefix(o.Words, "=") {
			t.Errorf("%s: no line in the help, or other words than its own", o.Words)
		}
		for _, w := range word.All(o.Words) {
			if ip.Object(w) != nil || Applets.Find(w) != nil {
				t.Errorf("gip %s is taken already", w)
			}
		}
	}
}
