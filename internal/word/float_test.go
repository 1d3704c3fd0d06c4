package word

import (
	"math"
	"runtime"
	"testing"
)

// TestFloat: an integer of a product is what the C of each architecture makes of
// it. The numbers of x87, of amd64 and of s390x were seen in the real tools, or in
// what gcc makes of the conversion there.
func TestFloat(t *testing.T) {
	for _, c := range []struct {
		a, b               float64
		x87, amd64, others uint32
		above              bool // on x87, it is more than that
	}{
		{1.1, 1000, 1100, 1100, 1100, true}, // ip route … rto_min 1.1s: 1101 ms on i386
		{2.3, 1000, 2299, 2300, 2300, true},
		{0.58, 1e6, 579999, 580000, 580000, true}, // brctl setageing br 0.58
		{7, 1000, 7000, 7000, 7000, false},
		{1 << 32, 1, 0, 0, math.MaxUint32, true},
		{1e12, 1, 3567587328, 3567587328, math.MaxUint32, true},
		{1e19, 1, 0, 0, math.MaxUint32, true},
		{-1, 1, math.MaxUint32, math.MaxUint32, 0, false},
	} {
		p, f := times(c.a, c.b, 64, true), times(c.a, c.b, 64, false)
		if got := p.uint32(true); got != c.x87 {
			t.Errorf("%v*%v is %d with x87, want %d", c.a, c.b, got, c.x87)
		}
		if got := p.Above(c.x87); got != c.above {
			t.Errorf("%v*%v with x87 is above %d: %v", c.a, c.b, c.x87, got)
		}
		if got := f.uint32(true); got != c.amd64 {
			t.Errorf("%v*%v is %d on amd64, want %d", c.a, c.b, got, c.amd64)
		}
		if got := f.uint32(false); got != c.others {
			t.Errorf("%v*%v is %d elsewhere, want %d", c.a, c.b, got, c.others)
		}
	}
}

// TestFloatSigned: what does not fit is the least integer on x86, else the nearest.
func TestFloatSigned(t *testing.T) {
	for _, c := range []struct {
		f           float64
		size        int
		x86, others int64
	}{
		{-5.9, 32, -5, -5},
		{2147483647.9, 32, math.MaxInt32, math.MaxInt32},
		{1 << 31, 32, math.MinInt32, math.MaxInt32},
		{-1e10, 32, math.MinInt32, math.MinInt32},
		{1e10, 64, 1e10, 1e10},
		{1e19, 64, math.MinInt64, math.MaxInt64},
		{math.Inf(1), 64, math.MinInt64, math.MaxInt64},
	} {
		f := Float{v: c.f}
		if x86, others := f.int(c.size, true), f.int(c.size, false); x86 != c.x86 || others != c.others {
			t.Errorf("%v in %d bits: %d on x86 and %d elsewhere, want %d and %d", c.f, c.size, x86, others, c.x86, c.others)
		}
	}
}

// TestNotANumber: "brctl setageing br0 nan" shows what amd64 and arm64 make of it.
func TestNotANumber(t *testing.T) {
	for arch, want := range map[string][2]int64{
		"386": {math.MinInt32, math.MinInt64}, "amd64": {math.MinInt32, math.MinInt64}, "s390x": {math.MinInt32, math.MinInt64},
		"arm64": {}, "riscv64": {math.MaxInt32, math.MaxInt64},
	} {
		if got := [2]int64{notANumber(arch, 32), notANumber(arch, 64)}; got != want {
			t.Errorf("%s: %d, want %d", arch, got, want)
		}
	}
	if got, want := (Float{v: math.NaN()}).Int(64), notANumber(runtime.GOARCH, 64); got != want {
		t.Errorf("%d, want %d", got, want)
	}
}

// TestFloatOf32: a float of 32 bits rounds its product, but not in x87's registers.
func TestFloatOf32(t *testing.T) {
	a := float64(float32(0.7)) // ip link … type can sample-point 0.7
	if sse, x87 := times(a, 1000, 32, false).uint32(true), times(a, 1000, 32, true).uint32(true); sse != 700 || x87 != 699 {
		t.Errorf("%d, and %d with x87", sse, x87)
	}
}
