package lab

import "testing"

// TestRangeOf chooses the largest range that a text gives a user, by name or by number.
func TestRangeOf(t *testing.T) {
	for _, c := range []struct {
		text string
		want idRange
	}{
		{"", idRange{}},
		{"me:100000:65536\n", idRange{100000, 65536}},
		{"you:100000:65536\n", idRange{}},
		{"# me\n\nme:1:2:3\nme:x:5\nme:5:-1\nme:7\n1000:231072:65536", idRange{231072, 65536}},
		{"me:100000:10\nme:200000:20\n1000:300000:15\n", idRange{200000, 20}},
		{"me:4294967295:5\nme:4294967290:5\n", idRange{4294967290, 5}},
		{"me:4294967296:5\nme:1:4294967296\nmee:1:2\n10001:1:2\n", idRange{}},
	} {
		if got := rangeOf(c.text, "me", 1000); got != c.want {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
	m := mapper{"newuidmap", ""}
	if got := Quoted(m.words(7, 1000, idRange{100000, 65536})); got != "newuidmap 7 0 1000 1 1 100000 65536" {
		t.Error(got)
	}
}
