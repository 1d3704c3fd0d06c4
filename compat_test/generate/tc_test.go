package generate

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/script"
)

// tcRooms are the packages that read tc's words. Its scripts are written by hand.
var tcRooms = []string{"tccmd", "tccmd/action", "tccmd/action/act", "tccmd/action/rewrite", "tccmd/ematch", "tccmd/filter", "tccmd/kind", "tccmd/qdisc",
	"tccmd/qdisc/aqm", "tccmd/qdisc/classful", "tccmd/qdisc/fair", "tccmd/qdisc/netem", "tccmd/qdisc/shaper", "tccmd/qdisc/tsn"}

func tcScripts(t *testing.T) []*script.Script {
	scripts, err := script.Load("../testdata", "tc_")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, len(scripts))
	}
	return scripts
}

// TestEachKeywordOfTC holds that each word that tc listens to, in each of its forms that
// is not a longer one's beginning, stands in one of its scripts.
func TestEachKeywordOfTC(t *testing.T) {
	tried := map[string]bool{}
	for _, s := range tcScripts(t) {
		text := s.Text()
		for _, f := range s.Files {
			text += "\n" + f
		}
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\t'\"(),;`", r) }) {
			tried[w] = true
		}
	}
	for _, room := range tcRooms {
		for _, p := range patternsOf(t, filepath.Join("../..", room)) {
			for _, alternative := range strings.Split(p, "|") {
				if w := strings.TrimPrefix(alternative, "="); w != "" && !strings.ContainsAny(p, " []{}") && !tried[w] {
					t.Errorf("%s: no script of tc tries %q of %q", room, w, p)
				}
			}
		}
	}
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
