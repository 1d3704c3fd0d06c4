package cli

import (
	"fmt"
	"strings"
	"testing"
)

func TestGetopt(t *testing.T) {
	g := Getopt{Prog: "p", Short: "ab:c::", Long: []LongOpt{
		{"all", NoArg, 'a'}, {"bytes", NeedArg, 'b'}, {"bits", NoArg, 'x'}, {"count", MayArg, 'c'},
	}}
	for in, want := range map[string]string{
		"-a x -b 1 y":    "a b=1 | x y",
		"-ab1":           "a b=1 |",
		"-c -c5":         "c c=5 |",
		"--all --by=2 z": "a b=2 | z",
		"--bytes 3":      "b=3 |",
		"-- -a":          "| -a",
		"-":              "| -",
		"-z":             "?p: invalid option -- 'z' |",
		"-b":             "?p: option requires an argument -- 'b' |",
		"--foo=1":        "?p: unrecognized option '--foo=1' |",
		"--b=1":          "?p: option '--b=1' is ambiguous; possibilities: '--bytes' '--bits' |",
		"x -a":           "a | x",
		"x - -a":         "a | x -",
		"-\xff":          "?p: invalid option -- '\xff' |",
		"--=1":           "?p: option '--=1' is ambiguous; possibilities: '--all' '--bytes' '--bits' '--count' |",
		"--all=1":        "?p: option '--all' doesn't allow an argument |",
		"--bytes":        "?p: option '--bytes' requires an argument |",
		"--b":            "?p: option '--b' is ambiguous; possibilities: '--bytes' '--bits' |",
	} {
		opts, rest := g.Parse(strings.Fields(in))
		var got []string
		for _, o := range opts {
			s := string(o.Val) + o.Err
			if o.Has {
				s = fmt.Sprintf("%s=%s", s, o.Arg)
			}
			got = append(got, s)
		}
		got = append(append(got, "|"), rest...)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: got %q, want %q", in, s, want)
		}
	}
}

// TestGetoptStrict holds that POSIXLY_CORRECT ends the options at the first
// operand, whatever it is set to.
func TestGetoptStrict(t *testing.T) {
	t.Setenv("POSIXLY_CORRECT", "")
	g := Getopt{Short: "ab:"}
	opts, rest := g.Parse([]string{"-a", "-b", "x", "y", "z", "-a"})
	if s := strings.Join(rest, " "); len(opts) != 2 || s != "y z -a" {
		t.Errorf("got %v, %q", opts, s)
	}
}

// TestGetoptPython holds the words of Python's errors.
func TestGetoptPython(t *testing.T) {
	g := Getopt{Short: "h4f:", InOrder: true, Python: true, Long: []LongOpt{{"help", NoArg, 'h'}, {"family", NeedArg, 'f'}}}
	for in, want := range map[string]string{
		"-4x":      "option -x not recognized",
		"-4f":      "option -f requires argument",
		"--family": "option --family requires argument",
		"--help=1": "option --help must not have an argument",
		"--frob=1": "option --frob not recognized",
		"--=1":     "option -- not a unique prefix; possible options: help, family=",
	} {
		opts, _ := g.Parse([]string{in})
		if got := opts[len(opts)-1].Err; got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
