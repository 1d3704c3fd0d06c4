package generate

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/script"
)

func tcScripts(t *testing.T) []*script.Script {
	scripts, err := script.Load("../testdata", "tc_")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, len(scripts))
	}
	return scripts
}

// TestCountsOfTC holds how much of tc is compared, as issue 22 asks.
func TestCountsOfTC(t *testing.T) {
	command := regexp.MustCompile(`(^|[;|&(]\s*|do )tc `)
	for _, c := range []struct {
		what  string
		least int
		is    func(line string, r script.Record) bool
	}{
		{"commands", 1500, func(string, script.Record) bool { return true }},
		{"refused", 250, func(_ string, r script.Record) bool { return r.Status != 0 }},
		{"-j", 150, func(line string, _ script.Record) bool { return hasOption(line, "-j", "-js", "-json", "-jp") }},
		{"-s", 60, func(line string, _ script.Record) bool { return hasOption(line, "-s", "-stats", "-statistics") }},
	} {
		n := 0
		for _, s := range tcScripts(t) {
			for _, r := range s.Golden {
				if command.MatchString(r.Command) && c.is(r.Command, r) {
					n++
				}
			}
		}
		t.Logf("%s: %d", c.what, n)
		if n < c.least {
			t.Errorf("%s: %d, want %d", c.what, n, c.least)
		}
	}
}

func hasOption(line string, options ...string) bool {
	return slices.ContainsFunc(strings.Fields(line), func(w string) bool { return slices.Contains(options, w) })
}
