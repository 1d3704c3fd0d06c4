package cli

import (
	"math"
	"testing"
)

func TestStrtol(t *testing.T) {
	for _, c := range []struct {
		s        string
		base     int
		signed   int64
		unsigned uint64
		rest     string
	}{
		{"12ab", 10, 12, 12, "ab"}, {"-7", 10, -7, math.MaxUint - 6, ""}, {"x", 0, 0, 0, "x"}, {"", 10, 0, 0, ""}, {"0x1f:", 0, 31, 31, ":"},
		{"99999999999999999999", 10, math.MaxInt, math.MaxUint, ""}, {"-99999999999999999999", 10, math.MinInt, math.MaxUint, ""},
	} {
		if v, rest := Strtol(c.s, c.base); v != c.signed || rest != c.rest {
			t.Errorf("Strtol(%q) = %d, %q", c.s, v, rest)
		}
		if v, rest := Strtoul(c.s, c.base); v != c.unsigned || rest != c.rest {
			t.Errorf("Strtoul(%q) = %d, %q", c.s, v, rest)
		}
	}
	for s, want := range map[string]int{"5x": 5, "": 0, "-3": -3, "-2147483648": math.MinInt32, "2147483647": math.MaxInt32} {
		if got := Atoi(s); got != want {
			t.Errorf("Atoi(%q) = %d, want %d", s, got, want)
		}
	}
}
