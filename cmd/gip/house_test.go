package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A floor is a number of the house: a package imports only from floors below
// its own, but for the rooms that may use each other (Go allows no circle).
const (
	tables   = 1 // numbers of the kernel's headers
	ground   = 2 // internal: what every command needs
	parts    = 3 // of commands, which others use too
	commands = 4 // one package for each object or tool
	listing  = 5 // the list of them
	roof     = 6 // cmd/gip
	yard     = 7 // bench, demo and what serves tests: no room imports them
)

// partOf is a room below one of an object or a tool.
var partOf = regexp.MustCompile(`^[a-z]+cmd/`)

// floorOf tells a package's floor by its path in the module.
func floorOf(pkg string) int {
	switch {
	case strings.HasPrefix(pkg, "compat_test"), pkg == "demo", strings.HasPrefix(pkg, "tools"), strings.HasSuffix(pkg, "test"),
		pkg == "man/generate":
		return yard
	case pkg == "internal/uapi":
		return tables
	case pkg == "internal/state": // it speaks with the words of all objects
		return commands
	case strings.HasPrefix(pkg, "internal/"), pkg == "man":
		return ground
	case strings.HasPrefix(pkg, "nettoolscmd/") && pkg != "nettoolscmd/common": // tools that have their folder in common
		return commands
	case partOf.MatchString(pkg):
		return parts
	case pkg == "cmd/gip/list":
		return listing
	case pkg == "cmd/gip", pkg == "cmd/gip-web", pkg == ".", pkg == "lab", pkg == "state": // programs, and what Go programs use
		return roof
	case strings.HasSuffix(pkg, "cmd") && !strings.Contains(pkg, "/"), pkg == "topo":
		return commands
	}
	return 0
}

// neighbours are the floors whose rooms may use each other: printers of
// commands, and what is below them.
var neighbours = map[int]bool{ground: true, parts: true, commands: true, yard: true}

// source calls f with each file of the module that is no test.
func source(t *testing.T, f func(pkg string, file *ast.File)) {
	t.Helper()
	const root = "../.."
	set, files := token.NewFileSet(), 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if file.Name.Name != "main" || rel == "cmd/gip" || floorOf(rel) == yard { // no generator
			files++
			f(filepath.ToSlash(rel), file)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Fatal(files, " files: ", err)
	}
}

// TestFloors holds that no import goes up, and that each package has a floor.
func TestFloors(t *testing.T) {
	source(t, func(pkg string, file *ast.File) {
		from := floorOf(pkg)
		if from == 0 {
			t.Errorf("%s is on no floor", pkg)
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			imported, ours := strings.CutPrefix(imported, "gip/")
			if !ours {
				continue
			}
			if to := floorOf(imported); to > from || to == from && !neighbours[from] {
				t.Errorf("%s imports %s, which is not below it", pkg, imported)
			}
		}
	})
}

// reserved is what one room, or a few, may do only. Stdout is asked whether it
// is a terminal in others than internal/show, and takes binary streams. A program that
// makes labs is their holder, too, and gip in them. Files are opened by internal/file, which needs no descriptors beside theirs. ss lists sockets
// of that family, and opens them as others do.
var reserved = map[string][]string{
	"os.Exit":            {"cmd/gip", "cmd/gip-web", "lab"},
	"unix.AF_NETLINK":    {"internal/rtnl", "internal/cage", "sscmd", "sscmd/sockets"},
	"syscall.AF_NETLINK": nil,
	"fmt.Print":          nil,
	"fmt.Printf":         {"cmd/gip-web"},
	"fmt.Println":        {"cmd/gip"},
	"os.Stdout":          {"cmd/gip", "cmd/gip-web", "lab"},
	"os.Create":          nil,
	"os.Open":            {"."},
	"os.OpenFile":        {"."},
	"os.Pipe":            {"."},
	"os.ReadDir":         nil,
	"os.ReadFile":        nil,
}

// early are the rooms that do something before main does.
var early = []string{"cmd/gip", "internal/entry", "internal/mainstack"}

// TestReserved holds that only those rooms do it, and that no other room works
// before main does.
func TestReserved(t *testing.T) {
	source(t, func(pkg string, file *ast.File) {
		if floorOf(pkg) == yard {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && !slices.Contains(early, pkg) {
				t.Errorf("%s has an init", pkg)
			}
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			name := x.Name + "." + sel.Sel.Name
			if rooms, kept := reserved[name]; kept && !slices.Contains(rooms, pkg) {
				t.Errorf("%s uses %s", pkg, name)
			}
			return true
		})
	})
}

// mostLines are what a newcomer can keep in mind of a file that nobody generated.
const mostLines = 500

// TestSize holds that files do not grow beyond that.
func TestSize(t *testing.T) {
	const root = "../.."
	files := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		if n := bytes.Count(text, []byte("\n")); n > mostLines && !bytes.Contains(text, []byte("DO NOT EDIT")) {
			t.Errorf("%s has %d lines", name, n)
		}
		return nil
	})
	if err != nil || files < 500 {
		t.Error(files, " files: ", err)
	}
}

// mostNames are what a newcomer can keep in mind of a room: functions without a receiver,
// types, variables and constants.
const mostNames = 250

// TestNames holds that no room grows beyond that: it is to be parted by then.
func TestNames(t *testing.T) {
	names := map[string]map[string]bool{}
	source(t, func(pkg string, file *ast.File) {
		if ast.IsGenerated(file) || floorOf(pkg) == yard {
			return
		}
		if names[pkg] == nil {
			names[pkg] = map[string]bool{}
		}
		for _, name := range declared(file) {
			names[pkg][name] = true // twice where two architectures differ
		}
	})
	counted := 0
	for pkg, of := range names {
		if counted += len(of); len(of) > mostNames {
			t.Errorf("%s has %d names", pkg, len(of))
		}
	}
	if counted < 5000 {
		t.Error("only ", counted, " names are found")
	}
}

// declared are the names that a file adds to its package.
func declared(file *ast.File) (names []string) {
	add := func(ids ...*ast.Ident) {
		for _, id := range ids {
			if id.Name != "_" {
				names = append(names, id.Name)
			}
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name)
				case *ast.ValueSpec:
					add(s.Names...)
				}
			}
		}
	}
	return names
}
