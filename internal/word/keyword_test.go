package word

import "testing"

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, w string
		want       bool
	}{
		{"list|show|=lst", "l", true},
		{"list|show|=lst", "lis", true},
		{"list|show|=lst", "show", true},
		{"list|show|=lst", "lst", true},
		{"list|show|=lst", "ls", false}, // of no alternative, and lst only in full
		{"list|show|=lst", "lists", false},
		{"list|show|=lst", "", false},
		{"=dev", "de", false},
		{"", "x", false},
		{"a||b", "b", true},
	} {
		if got := Match(c.pattern, c.w); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.w, got)
		}
	}
}

func TestPatterns(t *testing.T) {
	const pattern = "=num_grat_arp|num_unsol_na"
	if got := First(pattern); got != "num_grat_arp" {
		t.Error(got)
	}
	if !Has(pattern, "num_unsol_na") || Has(pattern, "num") {
		t.Error("Has takes what is no alternative in full")
	}
	if got := All(pattern); len(got) != 2 || got[0] != "num_grat_arp" || got[1] != "num_unsol_na" {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	modes := Names{{4, "ipip"}, {4, "ip4ip4"}, {0, "any"}}
	if n, ok := modes.Find("ip4ip4"); n != 4 || !ok {
		t.Error(n, ok)
	}
	if _, ok := modes.Find("ip"); ok {
		t.Error("part of a name was taken")
	}
	if got := modes.Of(4) + modes.Of(9) + modes.Or(9, "other"); got != "ipipother" {
		t.Error(got)
	}
}
