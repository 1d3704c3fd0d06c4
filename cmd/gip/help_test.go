package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// untold are keywords that need not stand in the help of their room.
var untold = map[string]string{
	"l2tpcmd":  "offset",              // of kernels that are gone
	"linkcmd":  "to scope label lacp", // addresses have these, and a bond's counters
	"mptcpcmd": "implicit",
	"rulecmd":  "mrule",
}

// partsOf are packages whose keywords stand in the help of a room. That of a kind of
// link is made from its rows.
var partsOf = map[string][]string{"linkcmd": {"linkcmd/linkshow", "linkcmd/linkstats"}}

// fromRows are tables whose help is made from their rows.
var fromRows = []string{"inetSettings", "portPlain", "portDetails", "vlanOptions", "globalOptions"}

// TestRoomsHelp holds that each keyword which a room with an object listens to, by
// one of its spellings, stands in a string of that room that shows grammar.
func TestRoomsHelp(t *testing.T) {
	rooms, err := filepath.Glob("../../*cmd")
	if err != nil || len(rooms) < 20 {
		t.Fatal(rooms, err)
	}
	for _, room := range rooms {
		room = filepath.Base(room)
		patterns, help, object := keywordsOf(t, room)
		if !object {
			continue
		}
		all := " help " + untold[room]
		for _, r := range spelled {
			all += " " + r.Replace(help)
		}
		for _, p := range patterns {
			if !told(p, all) {
				t.Errorf("%s: no word of %s in its help", room, p)
			}
		}
	}
}

// spelled are the ways in which "[no]word", "[i|o]key" and "-f[amily]" stand
// for words.
var spelled = []*strings.Replacer{
	strings.NewReplacer(),
	strings.NewReplacer("[i|o]", "i", "[", "", "]", ""),
	strings.NewReplacer("[i|o]", "o"),
}

// shortened are words that help texts write so: delete, neighbour, protocol, preference. No
// other prefix counts, or "probe" of a state would tell of a keyword probe_interval.
var shortened = []string{"del", "neigh", "proto", "pref"}

// told reports whether a spelling of the pattern stands in the help.
func told(pattern, help string) bool {
	for _, w := range strings.Split(pattern, "|") {
		w = strings.TrimPrefix(w, "=")
		for _, h := range strings.FieldsFunc(help, func(r rune) bool {
			return strings.ContainsRune(" \n\t[]{}|,=.\"", r)
		}) {
			if h = strings.TrimLeft(h, "-"); h == strings.TrimLeft(w, "-") || slices.Contains(shortened, h) && strings.HasPrefix(w, h) {
				return true
			}
		}
	}
	return false
}

// keywordsOf reads a room's source: the patterns of its tables and matches, and
// its help texts, and whether it has an object.
func keywordsOf(t *testing.T, room string) (patterns []string, help string, object bool) {
	var files []string
	for _, dir := range append(partsOf[room], room) {
		found, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if slices.Contains(fromRows, n.Names[0].Name) {
					return false
				}
			case *ast.CompositeLit:
				typ, ok := n.Type.(*ast.SelectorExpr)
				object = object || ok && typ.Sel.Name == "Object"
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Words" {
					patterns = append(patterns, text(n.Value)...)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Match" || f.Sel.Name == "Is") {
					patterns = append(patterns, text(n.Args[0])...)
				}
			case *ast.BasicLit:
				if s := text(n); len(s) > 0 && grammar.MatchString(s[0]) {
					help += s[0]
				}
			}
			return true
		})
	}
	return patterns, help, object
}

// grammar is what a string of a help text has, and no other.
var grammar = regexp.MustCompile(`Usage: | := |\[ [a-z]`)

// text is the value of a string literal, none for another expression.
func text(e ast.Expr) []string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return nil
	}
	return []string{s}
}
