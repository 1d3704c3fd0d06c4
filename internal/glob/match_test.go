package glob

import "testing"

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"va", "va", true}, {"va", "vb", false}, {"va", "va:1", false}, {"", "", true}, {"", "v", false},
		{"*", "", true}, {"*", "anything", true}, {"v*", "va:1", true}, {"*:1", "va:1", true}, {"v*:*", "va", false},
		{"v?", "va", true}, {"v?", "v", false}, {"v[ab]", "vb", true}, {"v[!ab]", "vb", false}, {"v[^ab]", "vc", true},
		{"v[a-c]", "vb", true}, {"v[a-c]", "vd", false}, {"v[]x]", "v]", true}, {"v[a", "v[a", true}, {"[", "[", true},
		{`v\*`, "v*", true}, {`v\*`, "va", false}, {`v\`, "v", false}, {"v[[:digit:]]", "v7", true}, {"v[[:digit:]]", "vx", false},
		{"v[[:alpha:]_]", "v_", true}, {"v[a-]", "v-", true},
	} {
		if got := Match(c.pattern, c.name); got != c.want {
			t.Errorf("%q %q: got %v", c.pattern, c.name, got)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("v[a-", "va")
	f.Add(`[\`, "x")
	f.Add("[[:", "x")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) < 20 && len(name) < 20 {
			Match(pattern, name)
		}
	})
}
