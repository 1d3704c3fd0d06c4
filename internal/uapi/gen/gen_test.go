package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gip/compat_test/emulated"
	"gip/compat_test/lab"
)

// root is the module's folder, table the generated file.
const root, table = "../../..", "../uapi.go"

// TestUsed: the table has what the code takes from it, and nothing else.
func TestUsed(t *testing.T) {
	have, want := constants(t, table), wanted(root)
	for name := range have {
		if !slices.Contains(want, name) {
			t.Errorf("nothing uses %s; make uapi takes it out", name)
		}
	}
	for _, name := range want {
		if _, ok := have[name]; !ok {
			t.Errorf("no %s in uapi.go; make uapi adds it", name)
		}
	}
}

// TestNotInUnix: what golang.org/x/sys/unix has on every port is taken from there.
func TestNotInUnix(t *testing.T) {
	dir := output(t, "go", "list", "-f", "{{.Dir}}", "golang.org/x/sys/unix")
	common := map[string]string{}
	for _, f := range []string{"zerrors_linux.go", "ztypes_linux.go"} {
		add(common, constants(t, filepath.Join(dir, f)))
	}
	all := constants(t, table)
	if common["RTA_DST"] != "1" || len(all) < 500 {
		t.Fatalf("%d constants here, RTA_DST is %q there: nothing to compare", len(all), common["RTA_DST"])
	}
	ports := 0
	for _, port := range strings.Fields(output(t, "go", "tool", "dist", "list")) {
		arch, ok := strings.CutPrefix(port, "linux/")
		if !ok {
			continue
		}
		ports++
		own := constants(t, filepath.Join(dir, "zerrors_linux_"+arch+".go"))
		add(own, constants(t, filepath.Join(dir, "ztypes_linux_"+arch+".go")))
		add(own, common)
		for name, value := range all {
			if own[name] != value {
				delete(all, name) // another value, or lacking on this port: it stays here
			}
		}
	}
	for name, value := range all {
		t.Errorf("unix.%s is %s on all %d ports; take it from there", name, value, ports)
	}
}

// TestGenerated: the table is what gen makes of the headers, if they are here.
func TestGenerated(t *testing.T) {
	cache, err := lab.Cache()
	if err != nil {
		t.Skip(err)
	}
	include := filepath.Join(cache, "uapi/usr/include")
	if _, err := os.Stat(include); err != nil {
		t.Skip("the headers are not here; make uapi fetches them")
	}
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip(err)
	}
	have, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if got := generate(include, wanted(root)); !bytes.Equal(got, have) {
		t.Error("uapi.go is not what make uapi writes")
	}
}

// constants are those of a file that have a literal as their value, in decimal.
func constants(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, v := range s.Values {
			if text, ok := literal(v); ok {
				found[s.Names[i].Name] = text
			}
		}
		return false
	})
	return found
}

// literal is a number, in decimal.
func literal(e ast.Expr) (string, bool) {
	sign := ""
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		sign, e = "-", u.X
	}
	l, ok := e.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	n, err := strconv.ParseUint(l.Value, 0, 64)
	return sign + strconv.FormatUint(n, 10), err == nil
}

func add(to, from map[string]string) {
	for k, v := range from {
		to[k] = v
	}
}

// output is what a command of the Go tool prints; without the tool there is no
// source of x/sys/unix to look at.
func output(t *testing.T, words ...string) string {
	t.Helper()
	emulated.Skip(t)
	if _, err := exec.LookPath(words[0]); err != nil {
		t.Skip(err)
	}
	b, err := exec.Command(words[0], words[1:]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}
