package word

import (
	"math"
	"runtime"
)

// A Float is a floating-point number as the real tool of this architecture has it
// between reading it and making an integer of it. That of i386 computes in the
// registers of the x87, whose numbers have 64 bits of precision, not 53: 1.1 times
// 1000 is a little more than 1100 there, and 0.58 times 1e6 a little less than 580000.
type Float struct {
	v, rest float64 // rest is what v lacks of 64 bits
}

const (
	x87 = runtime.GOARCH == "386"
	x86 = x87 || runtime.GOARCH == "amd64"
)

// Times is a*b in C's double, or in its float of 32 bits.
func Times(a, b float64, size int) Float { return times(a, b, size, x87) }

func times(a, b float64, size int, x87 bool) Float {
	p := a * b
	switch {
	case !x87 && size == 32:
		return Float{v: float64(float32(p))}
	case !x87 || p == 0 || p != p || math.IsInf(p, 0):
		return Float{v: p}
	}
	_, exp := math.Frexp(p)
	unit := math.Ldexp(1, exp-64) // of the last of 64 bits
	if unit == 0 {
		return Float{v: p}
	}
	return Float{p, math.RoundToEven(math.FMA(a, b, -p)/unit) * unit}
}

// Int is C's conversion to a signed integer of that many bits. What does not fit is
// not defined in C: it becomes the least integer on x86, elsewhere the nearest. What is no
// number becomes what the processor makes of it.
func (f Float) Int(size int) int64 {
	if f.v != f.v {
		return notANumber(runtime.GOARCH, size)
	}
	return f.int(size, x86)
}

// notANumber is an architecture's integer for what is no number.
func notANumber(arch string, size int) int64 {
	switch least := int64(math.MinInt64) >> (64 - size); arch {
	case "arm", "arm64", "loong64":
		return 0
	case "riscv64":
		return -(least + 1)
	default:
		return least
	}
}

func (f Float) int(size int, x86 bool) int64 {
	least := int64(math.MinInt64) >> (64 - size)
	switch t := f.trunc(); {
	case t >= float64(least) && t < -float64(least):
		return int64(t)
	case t > 0 && !x86:
		return -(least + 1)
	}
	return least
}

// Uint32 is C's conversion of a double to an unsigned int.
func Uint32(v float64) uint32 { return Float{v: v}.Uint32() }

// Uint32 is C's conversion to an unsigned int. x86 makes 64 bits of the number and
// takes the lower half.
func (f Float) Uint32() uint32 { return f.uint32(x86) }

func (f Float) uint32(x86 bool) uint32 {
	if x86 {
		return uint32(f.int(64, true))
	}
	return uint32(max(0, min(f.int(64, false), math.MaxUint32)))
}

// trunc is the number without its fraction.
func (f Float) trunc() float64 {
	t := math.Trunc(f.v)
	switch {
	case t != f.v:
	case t > 0 && f.rest < 0:
		t--
	case t < 0 && f.rest > 0:
		t++
	}
	return t
}

// Above reports whether the number is larger than n.
func (f Float) Above(n uint32) bool {
	return f.v > float64(n) || f.v == float64(n) && f.rest > 0
}
