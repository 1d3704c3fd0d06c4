package glob

import (
	"os"
	"strings"
	"testing"
)

// house makes a folder with some files in it and goes there.
func house(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, dir := range []string{"a/x", "a-b/x", "b/x", ".h/x"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"f1", "f2", "a/.hid", "st*r", "br[k"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPaths holds what glob(3) answers without flags; - is no match.
func TestPaths(t *testing.T) {
	house(t)
	for pattern, want := range map[string]string{
		"*":            "a a-b b br[k f1 f2 st*r",
		"*/x":          "a-b/x a/x b/x", // - sorts before /
		"*/":           "a-b/ a/ b/",
		"*//x":         "a-b//x a//x b//x",
		"a/../f?":      "a/../f1 a/../f2",
		".//f?":        ".//f1 .//f2",
		".*":           ". .. .h",
		"[.]h":         "-",
		`\.h*`:         ".h",
		"*/.*":         "a-b/. a-b/.. a/. a/.. a/.hid b/. b/..",
		"f[!1]":        "f2",
		"f[[:digit:]]": "f1 f2",
		"f1":           "f1",
		`f\1`:          "f1",
		`f\*`:          "-",
		`st\*r`:        "st*r",
		"br[k":         "br[k",
		`br\[k`:        "br[k",
		"f1/":          "f1",
		"a/":           "a/",
		"a//":          "a//",
		"none":         "-",
		"none/*":       "-",
		"f1/*":         "-",
		"":             "-",
		"/":            "/",
		"{f1}":         "-",
		"~":            "-",
		"[]":           "-",
		`f1\`:          "-",
	} {
		got := strings.Join(Paths(pattern), " ")
		if got == "" {
			got = "-"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", pattern, got, want)
		}
	}
}

// TestFiles holds the flags GLOB_BRACE, GLOB_TILDE and GLOB_NOCHECK.
func TestFiles(t *testing.T) {
	house(t)
	t.Setenv("HOME", "a")
	for pattern, want := range map[string]string{
		"f{1,2}":      "f1 f2",
		"f{2,1}":      "f2 f1",
		"{f1,none}":   "f1",
		"{none,nix}":  "{none,nix}",
		"{f1":         "{f1",
		"f1{}":        "f1",
		"{}":          "{}",
		"a{,-b}/x":    "a/x a-b/x",
		"{a,{b,f1}}":  "a b f1",
		"{f1,f2}{,}":  "f1 f1 f2 f2",
		`{f\1,b\}}`:   "f1",
		"{a/*,b}":     "a/x b",
		"~":           "a",
		"~/":          "a/",
		"~/*":         "a/x",
		"~/none":      "~/none",
		"~nobody-x/*": "~nobody-x/*",
		"{~,f1}":      "a f1",
		"none":        "none",
		"none//":      "none",
		"":            "",
		`a\{`:         `a\{`,
	} {
		if got := strings.Join(Files(pattern), " "); got != want {
			t.Errorf("%q: got %q, want %q", pattern, got, want)
		}
	}
}

// FuzzFiles holds that a pattern of whatever bytes ends, and that what it finds
// is there.
func FuzzFiles(f *testing.F) {
	for _, pattern := range []string{"f{1,2}", "~/[a-", `*\`, "{{,}", "[[:a", "//.*/"} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if len(pattern) > 20 || strings.HasPrefix(pattern, "/") || strings.Contains(pattern, "..") || strings.Contains(pattern, "*") {
			t.Skip() // of the machine's folders
		}
		house(t)
		for _, path := range Paths(pattern) {
			if _, err := os.Lstat(path); err != nil {
				t.Errorf("%q: %q: %v", pattern, path, err)
			}
		}
		if len(Files(pattern)) == 0 {
			t.Errorf("%q: nothing", pattern)
		}
	})
}
