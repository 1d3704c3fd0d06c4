package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are those that tell where things are.
var pages = []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/kinds.md", "docs/rows.md", "docs/testing.md"}

var (
	// A path of the tree in a code span, with the name that it is said to declare.
	placed = regexp.MustCompile("`([a-z_]+(?:/[A-Za-z0-9_.-]+)+/?)`(?:[:,]? \\(`([A-Za-z]+)`\\))?")
	tested = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	made   = regexp.MustCompile("(?m)(?:^ +|`)make ([a-z]+)")
	target = regexp.MustCompile(`(?m)^([a-z]+):.*## `)
)

// TestPages holds that the files, names, tests and targets that these pages name exist.
func TestPages(t *testing.T) {
	makefile := read(t, "Makefile")
	targets := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(makefile, -1) {
		targets[m[1]] = true
	}
	tests, seen := testNames(t), 0
	for _, page := range pages {
		text := read(t, page)
		for _, m := range placed.FindAllStringSubmatch(text, -1) {
			seen++
			if imagined.MatchString(m[1]) {
				continue
			}
			if _, err := os.Stat("../../" + m[1]); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if m[2] != "" && !declares(read(t, m[1]), m[2]) {
				t.Errorf("%s: no %s in %s", page, m[2], m[1])
			}
		}
		for _, m := range tested.FindAllStringSubmatch(text, -1) {
			seen++
			if !tests[m[1]] {
				t.Errorf("%s: there is no %s", page, m[1])
			}
		}
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			seen++
			if !targets[m[1]] {
				t.Errorf("%s: make knows no %s, or does not say what that is for", page, m[1])
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d names are found", seen)
	}
}

// imagined are paths of examples, and of other modules.
var imagined = regexp.MustCompile(`/(OBJECT_|link_kind_made)|^x/sys`)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// declares reports whether source declares a function, type, variable or constant.
func declares(source, name string) bool {
	return regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |var |const |\t)` + name + `\b`).MatchString(source)
}

// testNames are the tests and fuzz targets of the module.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(b, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
