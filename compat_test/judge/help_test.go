package judge

import (
	"slices"
	"strings"
	"testing"
)

// TestHelpTokens reads a made-up text in each of the two forms.
func TestHelpTokens(t *testing.T) {
	for _, c := range []struct{ tool, text, want string }{
		{"ip", "Usage: ip made add [ vf NUM ] { rx | tx } RATE\n\tip made { show | save }\nTYPE := { a1 | b2 }\n       SIZE := 0..9\n",
			"NUM|RATE|SIZE|SIZE :=|TYPE|TYPE :=|^TYPE :=|a1|add|b2|ip|ip made|ip made add|made|rx|rx RATE|save|show|tx|tx RATE|vf|vf NUM"},
		{"ip", "Usage: ... made id ID\nOPTIONS := { -V[ersion] | -4 }\n",
			"-4|-V[ersion]|... made|ID|OPTIONS|OPTIONS :=|^OPTIONS :=|id|id ID|made"},
		{"arp", "Usage:\n  arp [-vn] [<HW>] [-i <if>] [pub]    <-Display a table\n\n   -s, --set        set an entry\n",
			"--set|-i|-n|-s|-v|<HW>|<if>|arp|pub"},
	} {
		if got := helpTokens(c.tool, c.text); !slices.Equal(got, strings.Split(c.want, "|")) {
			t.Errorf("%s\ngot  %q", c.text, got)
		}
	}
}

// TestDiffTokens holds that a word less is a difference and a word more is
// none, however the lines are broken.
func TestDiffTokens(t *testing.T) {
	want, got := "a, b,\nc NUM\n", "a, aa, b, c NUM\n"
	if diff := diffTokens("stdout", want, got); diff != "" {
		t.Error(diff)
	}
	if diff := diffTokens("stdout", got, want); diff != "-stdout has aa\n" {
		t.Errorf("got %q", diff)
	}
	if diff := diffTokens("stdout", want, ""); diff == "" {
		t.Error("silence was taken for a help text")
	}
}
