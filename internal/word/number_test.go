package word

import (
	"math"
	"strconv"
	"testing"
)

// What glibc 2.41 answers: value, what is left, and whether errno stayed 0.
func TestStrtoul(t *testing.T) {
	const most = math.MaxUint64
	for _, c := range []struct {
		in   string
		base int
		v    uint64
		rest string
		fits bool
	}{
		{"", 0, 0, "", true}, {" ", 0, 0, " ", true}, {"x", 0, 0, "x", true}, {"-", 0, 0, "-", true},
		{"12", 0, 12, "", true}, {" \t\n\v\f\r12 ", 0, 12, " ", true}, {"+12", 0, 12, "", true}, {"+-1", 0, 0, "+-1", true},
		{"010", 0, 8, "", true}, {"08", 0, 0, "8", true}, {"010", 10, 10, "", true}, {"0", 0, 0, "", true},
		{"0x1F", 0, 31, "", true}, {"0X1f", 16, 31, "", true}, {"0x", 0, 0, "x", true}, {"0xg", 16, 0, "xg", true}, {"0x1", 10, 0, "x1", true},
		{"0b101", 0, 5, "", true}, {"0B12", 0, 1, "2", true}, {"0b", 0, 0, "b", true}, {"0b2", 0, 0, "b2", true}, {"0b1", 16, 0xb1, "", true}, {"0b1", 10, 0, "b1", true},
		{"-0x1", 0, most, "", true}, {"-0b1", 0, most, "", true}, {"-0", 0, 0, "", true}, {"- 1", 0, 0, "- 1", true},
		{"18446744073709551615", 0, most, "", true}, {"18446744073709551616", 0, most, "", false}, {"-18446744073709551616", 0, most, "", false},
		{"-18446744073709551615", 0, 1, "", true}, {"99999999999999999999999x", 0, most, "x", false}, {"zz", 36, 35*36 + 35, "", true},
	} {
		n := readNumber(c.in, c.base)
		if v, fits := n.unsigned(64); v != c.v || n.rest != c.rest || fits != c.fits {
			t.Errorf("%q in base %d: got %d %q %v, want %d %q %v", c.in, c.base, v, n.rest, fits, c.v, c.rest, c.fits)
		}
		want, _ := n.unsigned(strconv.IntSize)
		if v, rest, _ := Strtoul(c.in, c.base); v != want || rest != c.rest {
			t.Errorf("%q in base %d: got %d %q, want this machine's %d %q", c.in, c.base, v, rest, want, c.rest)
		}
	}
}

// TestNarrow has the numbers of an architecture whose long has 32 bits.
func TestNarrow(t *testing.T) {
	for _, c := range []struct {
		in       string
		u        uint64
		uFits    bool
		i        int64
		iFits    bool
		isU, isI bool // as 32 bits of iproute2
	}{
		{"-1", math.MaxUint32, true, -1, true, true, true},
		{"4294967295", math.MaxUint32, true, math.MaxInt32, false, true, false},
		{"4294967296", math.MaxUint32, false, math.MaxInt32, false, false, false},
		{"-4294967295", 1, true, math.MinInt32, false, true, false},
		{"-4294967296", math.MaxUint32, false, math.MinInt32, false, false, false},
		{"-2147483648", 1 << 31, true, math.MinInt32, true, true, true},
		{"2147483648", 1 << 31, true, math.MaxInt32, false, true, false},
		{"99999999999999999999", math.MaxUint32, false, math.MaxInt32, false, false, false},
	} {
		n := readNumber(c.in, 0)
		if v, fits := n.unsigned(32); v != c.u || fits != c.uFits {
			t.Errorf("%q: got %d %v, want %d %v", c.in, v, fits, c.u, c.uFits)
		}
		if v, fits := n.signed(32); v != c.i || fits != c.iFits {
			t.Errorf("%q signed: got %d %v, want %d %v", c.in, v, fits, c.i, c.iFits)
		}
		if v, ok := n.uint(c.in, 32, 32); ok != c.isU || ok && v != c.u {
			t.Errorf("%q as u32: got %d %v, want %d %v", c.in, v, ok, c.u, c.isU)
		}
		if v, ok := n.int(c.in, 32, 32); ok != c.isI || ok && v != c.i {
			t.Errorf("%q as s32: got %d %v, want %d %v", c.in, v, ok, c.i, c.isI)
		}
	}
}

func TestStrtol(t *testing.T) {
	for _, c := range []struct {
		in   string
		v    int64
		fits bool
	}{
		{"9223372036854775807", math.MaxInt64, true}, {"9223372036854775808", math.MaxInt64, false}, {"-9223372036854775808", math.MinInt64, true},
		{"-9223372036854775809", math.MinInt64, false}, {"-99999999999999999999999", math.MinInt64, false}, {"-0b11", -3, true}, {"-0", 0, true},
	} {
		n := readNumber(c.in, 0)
		if v, fits := n.signed(64); v != c.v || n.rest != "" || fits != c.fits {
			t.Errorf("%q: got %d %q %v, want %d %v", c.in, v, n.rest, fits, c.v, c.fits)
		}
	}
}

func TestScan(t *testing.T) {
	// Numbers that a long of 32 bits does not hold are its largest there.
	cut, one, most := uint32(99999999999%(1<<32)), int32(1), int32(-1)
	if strconv.IntSize == 32 {
		cut, one, most = math.MaxUint32, math.MaxInt32, math.MaxInt32
	}
	for in, want := range map[string]uint32{
		"7": 7, " 7": 7, "7x": 7, "+7": 7, "-1": 1<<32 - 1, "": 0, "x": 0, "99999999999": cut, "99999999999999999999": 1<<32 - 1,
	} {
		if got, rest, ok := Scanu(in); got != want || ok != (rest != in) {
			t.Errorf("%q: got %d %v, want %d", in, got, ok, want)
		}
	}
	for _, c := range []struct {
		in   string
		base int
		v    int32
		ok   bool
	}{
		{"0x10", 0, 16, true}, {"0x", 0, 0, false}, {" 0xg", 16, 0, false}, {"0x", 10, 0, true}, {"0b", 0, 0, true}, {"0b101", 0, 0, true}, {"010", 0, 8, true}, {"010", 10, 10, true},
		{"4294967297", 0, one, true}, {"ffffffffffffffffff", 16, -1, true}, {"99999999999999999999", 10, most, true}, {"-", 0, 0, false}, {"", 0, 0, false},
	} {
		if v, _, ok := Scan(c.in, c.base); v != c.v || ok != c.ok {
			t.Errorf("%q in base %d: got %d %v, want %d %v", c.in, c.base, v, ok, c.v, c.ok)
		}
	}
}

func TestWhole(t *testing.T) {
	for _, c := range []struct {
		in   string
		size int
		u    uint64
		isU  bool
		i    int64
		isI  bool
	}{
		{"255", 8, 255, true, 0, false}, {"256", 8, 0, false, 0, false}, {"-1", 8, 0, false, -1, true}, {"-1", 64, math.MaxUint64, true, -1, true},
		{"-18446744073709551615", 8, 1, true, 0, false}, {"-128", 8, 0, false, -128, true}, {"-129", 8, 0, false, 0, false}, {"127", 8, 127, true, 127, true},
		{"128", 8, 128, true, 0, false}, {"", 8, 0, false, 0, false}, {"1 ", 8, 0, false, 0, false}, {"18446744073709551616", 64, 0, false, 0, false},
		{"9223372036854775808", 64, 1 << 63, true, 0, false}, {"-0", 8, 0, true, 0, true},
	} {
		n := readNumber(c.in, 0)
		if u, ok := n.uint(c.in, c.size, 64); ok != c.isU || ok && u != c.u {
			t.Errorf("%q: got %d %v, want %d %v", c.in, u, ok, c.u, c.isU)
		}
		if i, ok := n.int(c.in, c.size, 64); ok != c.isI || ok && i != c.i {
			t.Errorf("%q signed: got %d %v, want %d %v", c.in, i, ok, c.i, c.isI)
		}
	}
}

func TestStrtod(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		in   string
		v    float64
		rest string
	}{
		{"", 0, ""}, {"x", 0, "x"}, {".", 0, "."}, {"-", 0, "-"}, {" 1.5 ", 1.5, " "}, {"+.5", .5, ""}, {"5.", 5, ""}, {"-0", math.Copysign(0, -1), ""},
		{"1e3", 1000, ""}, {"1e", 1, "e"}, {"1e+", 1, "e+"}, {"1E-1", .1, ""}, {"1e400", inf, ""}, {"-1e400", -inf, ""}, {"1.2.3", 1.2, ".3"}, {"1_0", 1, "_0"},
		{"0x10", 16, ""}, {"0x1.8", 1.5, ""}, {"0x1.8p1", 3, ""}, {"0x", 0, "x"}, {"0xp1", 0, "xp1"}, {"0x.8", .5, ""}, {"0x1p", 1, "p"}, {"010", 10, ""}, {"0b1", 0, "b1"},
		{"inf", inf, ""}, {"-Infinity", -inf, ""}, {"infinit", inf, "init"}, {"nan", nan, ""}, {"NaN(1_a)x", nan, "x"}, {"nan(", nan, "("}, {"nan(-)", nan, "(-)"}, {"1p1", 1, "p1"},
	} {
		v, rest, _ := Strtod(c.in, 64)
		if rest != c.rest || v != c.v && !(math.IsNaN(v) && math.IsNaN(c.v)) || math.Signbit(v) != math.Signbit(c.v) {
			t.Errorf("%q: got %v %q, want %v %q", c.in, v, rest, c.v, c.rest)
		}
	}
	if v, _, _ := Strtod("0.1", 32); v != float64(float32(0.1)) {
		t.Errorf("0.1 of 32 bits: got %v", v)
	}
}

func TestStrtodFits(t *testing.T) {
	for in, want := range map[string]bool{
		"1e999": false, "-1e999": false, "1e-999": false, "0e-999": true, "1e-310": false, "inf": true, "nan": true, "0x0p-9999": true, "0x1p-9999": false, "x": true, "1": true,
	} {
		if _, _, fits := Strtod(in, 64); fits != want {
			t.Errorf("%s: got %v, want %v", in, fits, want)
		}
	}
	if _, _, fits := Strtod("1e39", 32); fits {
		t.Error("1e39 fits into 32 bits")
	}
}

// FuzzNumber holds the readers against package strconv, where that knows the
// form, and against each other.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1", "0x1f", "0b1", "010", " 1", "1e3", "inf", "nan(", "18446744073709551616"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, rest, _ := Strtoul(s, 10)
		if want, err := strconv.ParseUint(s, 10, strconv.IntSize); err == nil && (u != want || rest != "") {
			t.Errorf("%q: got %d %q, want %d", s, u, rest, want)
		}
		v, rest, _ := Strtod(s, 64)
		if want, err := strconv.ParseFloat(s, 64); err == nil && rest == "" && v != want && !math.IsNaN(v) {
			t.Errorf("%q: got %v, want %v", s, v, want)
		}
		for _, base := range []int{0, 2, 8, 10, 16, 36} {
			if _, rest, _ := Strtol(s, base); len(rest) > len(s) || s[len(s)-len(rest):] != rest {
				t.Errorf("%q: the rest is %q", s, rest)
			}
		}
	})
}

// TestStrtoimax holds that it has 64 bits also where a long has 32.
func TestStrtoimax(t *testing.T) {
	if v, rest, fits := Strtoimax("-99999999999x", 10); v != -99999999999 || rest != "x" || !fits {
		t.Error(v, rest, fits)
	}
	if v, rest, fits := Strtoumax("18446744073709551615", 10); v != 1<<64-1 || rest != "" || !fits {
		t.Error(v, rest, fits)
	}
}
