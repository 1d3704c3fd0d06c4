package generate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/word"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestCurrent holds that the scripts are those that the tables make.
func TestCurrent(t *testing.T) {
	if stale := Stale("../testdata"); len(stale) > 0 {
		t.Errorf("go run ./compat_test/cmd/generate would change %s", strings.Join(stale, ", "))
	}
}

// rooms are the packages that read words, with the commands that they serve.
var rooms = []struct {
	dir      string
	commands []string
}{
	{"addrcmd", []string{"ip address"}}, {"addrlabelcmd", []string{"ip addrlabel"}}, {"bridgecmd", []string{"bridge"}}, {"bridgecmd/common", []string{"bridge"}},
	{"foucmd", []string{"ip fou"}},
	{"ilacmd", []string{"ip ila"}}, {"ioamcmd", []string{"ip ioam"}}, {"l2tpcmd", []string{"ip l2tp"}}, {"linkcmd", []string{"ip link"}},
	{"linkcmd/linkkind", []string{"ip link"}}, {"linkcmd/linkshow", []string{"ip link", "ip address"}},
	{"linkcmd/tunnelkind", []string{"ip link"}},
	{"macseccmd", []string{"ip macsec"}}, {"maddresscmd", []string{"ip maddress"}}, {"monitorcmd", []string{"ip monitor"}}, {"mptcpcmd", []string{"ip mptcp"}},
	{"mroutecmd", []string{"ip mroute", "ip -6 mroute"}}, {"neighcmd", []string{"ip neigh", "ip ntable"}}, {"netconfcmd", []string{"ip netconf"}},
	{"netnscmd", []string{"ip netns"}}, {"nettoolscmd/route", []string{"route"}}, {"nettoolscmd/ifconfig", []string{"ifconfig"}},
	{"nettoolscmd/arp", []string{"arp", "route", "ifconfig"}},
	{"nexthopcmd", []string{"ip nexthop"}},
	{"routecmd", []string{"ip route", "ip -6 route"}}, {"rulecmd", []string{"ip rule", "ip -6 rule", "ip mrule"}}, {"srcmd", []string{"ip sr"}},
	{"statscmd", []string{"ip stats"}}, {"tcpmetricscmd", []string{"ip tcp_metrics"}}, {"tokencmd", []string{"ip token"}},
	{"tunnelcmd", []string{"ip tunnel", "ip -6 tunnel", "ip tuntap"}}, {"vrfcmd", []string{"ip vrf"}}, {"xfrmcmd", []string{"ip xfrm"}},
	{"internal/encap", []string{"ip route", "ip -6 route", "ip nexthop"}},
}

// TestEachKeyword holds that each word that a room listens to stands in a command
// here: a new keyword has to be tried as well.
func TestEachKeyword(t *testing.T) {
	for _, room := range rooms {
		tried := wordsOf(room.commands)
		patterns := patternsOf(t, filepath.Join("../..", room.dir))
		if len(patterns) == 0 {
			t.Errorf("%s reads no words", room.dir)
		}
		for _, p := range patterns {
			alternatives := strings.Split(p, "|")
			if slices.ContainsFunc(alternatives, func(a string) bool { return tried[strings.TrimPrefix(a, "=")] }) {
				continue
			}
			if !slices.Contains(untried, strings.TrimPrefix(alternatives[0], "=")) {
				t.Errorf("%s: no command tries %q", room.dir, p)
			}
		}
	}
}

// TestEachRoom holds that rooms has all objects of ip: the keywords of one that is not in it
// need no command.
func TestEachRoom(t *testing.T) {
	var commands []string
	for _, room := range rooms {
		commands = append(commands, room.commands...)
	}
	ip := list.Applets.Find("ip")
	for _, o := range ip.Objects {
		if o.Words == "" || slices.ContainsFunc(commands, func(c string) bool {
			_, name, ofIP := strings.Cut(c, "ip ")
			return ofIP && ip.Object(name) == o
		}) {
			continue
		}
		t.Errorf("rooms has no ip %s", word.First(o.Words))
	}
}

// wordsOf is the set of words in the commands that begin so.
func wordsOf(commands []string) map[string]bool {
	words := map[string]bool{}
	for _, line := range Commands() {
		text := strings.Join(line, " ") + " "
		if slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(text, c+" ") }) {
			for _, w := range line {
				words[w] = true
			}
		}
	}
	return words
}

// patternsOf lists the patterns of words (see cli.Match) in the source of a room:
// the field Words of a row, and what is asked for by Match and Is.
func patternsOf(t *testing.T, dir string) (patterns []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		names := map[ast.Node]bool{} // of objects
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if typ, ok := n.Type.(*ast.SelectorExpr); ok && typ.Sel.Name == "Object" {
					names[n.Elts[0]] = true
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Options" {
					return false // others try what stands before the object
				}
			}
			if p := pattern(n); p != "" && !names[n] {
				patterns = append(patterns, p)
			}
			return true
		})
	}
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// pattern is the pattern of words that stands at a node of the source, or "".
func pattern(n ast.Node) string {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Words" || key.Name == "words") {
			return literal(n.Value)
		}
	case *ast.CompositeLit: // a row whose fields have no names
		if len(n.Elts) > 1 {
			if text := literal(n.Elts[0]); strings.HasPrefix(text, "=") {
				return text
			}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Match" || f.Sel.Name == "Is") && len(n.Args) == 1 {
			return literal(n.Args[0])
		}
	}
	return ""
}

func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	return ""
}

// TestEachRowShows holds that in the test VM each row has a value that shows what
// it did: else the tool could send any number.
func TestEachRowShows(t *testing.T) {
	for _, s := range Scripts(false) {
		a, err := txtar.ParseFile(filepath.Join("../testdata", s.Name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == goldenMember })
		if i < 0 {
			t.Errorf("%s has no golden", s.Name)
			continue
		}
		for _, answer := range strings.Split(string(a.Files[i].Data), "$ ")[1:] {
			row, text, _ := strings.Cut(answer, "\n")
			valued := strings.HasPrefix(row, "batch base") || strings.HasPrefix(row, "batch ") && strings.Contains(row, "{")
			isSilent := func(part string) bool { return strings.Contains(row, part) }
			if valued && !shows.MatchString(text) && !slices.ContainsFunc(silent, isSilent) {
				t.Errorf("%s: no value of this row shows what it did: %s\n%s", s.Name, row, text)
			}
		}
	}
}

// shows finds a value that was taken and changed something.
var shows = regexp.MustCompile(`(?m)^\| \[[^\n]*\] 0 [^\n]`)

// silent are parts of the rows that cannot show anything: what deletes; numbers where
// the tool takes names only; and what the VM's kernel refuses whatever the number is
// (IOAM in routes, which it lacks; use_carrier, which is gone; a program of BPF, which
// we have not; a window without protection; XFRM where the device is none of it), or
// shows with ESN alone.
var silent = []string{" del ", "seg6local action {", " ioam6 ", " use_carrier ", " encap bpf ", "macsec window ", "delay {", "erspan_ver {", " encap xfrm ", " prl-delete ", "-seq-hi {", "-oseq-hi {"}
