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
		{"12ab", 10, 12, 12, "ab"}, {"-7", 10, -7, math.MaxUint64 - 6, ""}, {"x", 0, 0, 0, "x"}, {"", 10, 0, 0, ""}, {"0x1f:", 0, 31, 31, ":"},
		{"99999999999999999999", 10, math.MaxInt64, math.MaxUint64, ""}, {"-99999999999999999999", 10, math.MinInt64, math.MaxUint64, ""},
		{"18446744073709551615", 10, math.MaxInt64, math.MaxUint64, ""}, {"-9223372036854775808", 10, math.MinInt64, 1 << 63, ""},
	} {
		if v, rest := Strtol(c.s, c.base); v != c.signed || rest != c.rest {
			t.Errorf("Strtol(%q) = %d, %q", c.s, v, rest)
		}
		if v, rest := Strtoul(c.s, c.base); v != c.unsigned || rest != c.rest {
			t.Errorf("Strtoul(%q) = %d, %q", c.s, v, rest)
		}
	}
	for s, want := range map[string]int{"5x": 5, "": 0, "-3": -3, "4294967297": 1, "99999999999999999999": -1} {
		if got := Atoi(s); got != want {
			t.Errorf("Atoi(%q) = %d, want %d", s, got, want)
		}
	}
}
