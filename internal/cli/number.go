package cli

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// strtoul reads the number that s begins with as C's strtoul does: blanks, a
// sign, with base 0 the prefixes 0x and 0. n is how many bytes were read, 0 if
// there is no number.
func strtoul(s string, base int) (v uint64, neg bool, n int, overflow bool) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		neg = s[i] == '-'
		i++
	}
	base, i = cBase(s, base, i)
	start := i
	for ; i < len(s); i++ {
		d := digit(s[i])
		if d >= base {
			break
		}
		hi, lo := bits.Mul64(v, uint64(base))
		sum, carry := bits.Add64(lo, uint64(d), 0)
		overflow = overflow || hi != 0 || carry != 0
		v = sum
	}
	if i == start {
		return 0, false, 0, false
	}
	return v, neg, i, overflow
}

// cBase resolves base 0 and steps over the 0x of base 16.
func cBase(s string, base, i int) (int, int) {
	if (base == 0 || base == 16) && i+2 < len(s) && s[i] == '0' && s[i+1]|0x20 == 'x' && digit(s[i+2]) < 16 {
		return 16, i + 2
	}
	if base == 0 {
		base = 10
		if i < len(s) && s[i] == '0' {
			base = 8
		}
	}
	return base, i
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// ParseUint reads the whole of s as an unsigned number of at most size bits,
// decimal, 0x hexadecimal or 0 octal when base is 0, as get_u8 to get_u64 of
// iproute2 do (a 64-bit number may be negative, as strtoull has it).
func ParseUint(s string, base, size int) (uint64, bool) {
	v, neg, n, overflow := strtoul(s, base)
	if n == 0 || n != len(s) || overflow {
		return 0, false
	}
	if neg {
		v = -v
	}
	return v, size == 64 || v>>size == 0
}

// ParseInt reads the whole of s as a signed number of at most size bits.
func ParseInt(s string, base, size int) (int64, bool) {
	v, neg, n, overflow := strtoul(s, base)
	if n == 0 || n != len(s) || overflow {
		return 0, false
	}
	limit := uint64(1) << (size - 1)
	if neg {
		return -int64(v), v <= limit
	}
	return int64(v), v < limit
}

// Strtoul reads the number that s begins with as C's strtoul does, sign
// included, and returns what follows it: all of s if there is no number. What
// is too large is the largest number.
func Strtoul(s string, base int) (v uint64, rest string) {
	v, neg, n, overflow := strtoul(s, base)
	switch {
	case overflow:
		v = math.MaxUint64
	case neg:
		v = -v
	}
	return v, s[n:]
}

// Strtol is Strtoul for signed numbers.
func Strtol(s string, base int) (v int64, rest string) {
	u, neg, n, overflow := strtoul(s, base)
	v = int64(u)
	switch {
	case neg && (overflow || u > 1<<63):
		v = math.MinInt64
	case neg:
		v = -v
	case overflow || u > math.MaxInt64:
		v = math.MaxInt64
	}
	return v, s[n:]
}

// Atoi reads the number that s begins with, 0 if there is none, as C's atoi.
func Atoi(s string) int {
	v, _ := Strtol(s, 10)
	return int(int32(v))
}

// Uint takes the keyword's value as a number of at most size bits; msg is the
// complaint if it is none, written as InvArg does.
func (a *Args) Uint(size int, msg string) (uint64, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	v, ok := ParseUint(s, 0, size)
	if !ok {
		return 0, InvArg(msg, s)
	}
	return v, nil
}

// U8 takes a number of 8 bits.
func (a *Args) U8(msg string) (uint8, error) {
	v, err := a.Uint(8, msg)
	return uint8(v), err
}

// U16 takes a number of 16 bits.
func (a *Args) U16(msg string) (uint16, error) {
	v, err := a.Uint(16, msg)
	return uint16(v), err
}

// U32 takes a number of 32 bits.
func (a *Args) U32(msg string) (uint32, error) {
	v, err := a.Uint(32, msg)
	return uint32(v), err
}

// Int takes a signed number of 32 bits.
func (a *Args) Int(msg string) (int32, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	v, ok := ParseInt(s, 0, 32)
	if !ok {
		return 0, InvArg(msg, s)
	}
	return int32(v), nil
}

// OneOf returns the index of the value among names: in full, or by a prefix
// with the warning that this is deprecated. key is the keyword, for the error.
func (e *Env) OneOf(key, s string, names []string) (int, error) {
	for i, n := range names {
		if n == s {
			return i, nil
		}
	}
	for i, n := range names {
		if s != "" && strings.HasPrefix(n, s) {
			e.Warnf("WARNING: '%s' matches '%s' by prefix.\n", s, n)
			e.Warnf("Matching by prefix is deprecated in this context, please use the full string.\n")
			return i, nil
		}
	}
	return 0, Fail(`Error: argument of "%s" must be one of "%s", not "%s"`, key, strings.Join(names, `", "`), s)
}

// OnOff reads s as on or off. The error is the one of the shared parser of
// enumerations; its status is the caller's to change.
func OnOff(key, s string) (bool, error) {
	switch s {
	case "on":
		return true, nil
	case "off":
		return false, nil
	}
	return false, Fail(`Error: argument of "%s" must be one of "off", "on", not "%s"`, key, s)
}

// ParseTime reads a time for a route metric: milliseconds, or with the unit
// s, sec, secs, ms, msec or msecs. raw tells that there was no unit.
func ParseTime(s string) (ms uint32, raw, ok bool) {
	num, unit := cutNumber(s)
	t, ok := parseFloat(num)
	if !ok || t < 0 {
		return 0, false, false
	}
	switch strings.ToLower(unit) {
	case "":
		raw = true
	case "s", "sec", "secs":
		t *= 1000
	case "ms", "msec", "msecs":
	default:
		return 0, false, false
	}
	return wholeMS(t), raw, true
}

// wholeMS rounds up, as the kernel counts whole milliseconds; what does not
// fit overflows as C's conversion does on x86.
func wholeMS(t float64) uint32 {
	ms := uint32(0)
	if t < 1<<63 {
		ms = uint32(int64(t))
	}
	if float64(ms) < t {
		ms++
	}
	return ms
}

// cutNumber splits s behind the number that it begins with.
func cutNumber(s string) (num, unit string) {
	if !strings.Contains(s, ".") {
		_, _, n, _ := strtoul(s, 0)
		return s[:n], s[n:]
	}
	n := len(s) - len(strings.TrimLeft(s, " \t\n\v\f\r"))
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	n += span(s[n:], "0123456789.")
	if n < len(s) && s[n]|0x20 == 'e' {
		exp := n + 1
		if exp < len(s) && (s[exp] == '+' || s[exp] == '-') {
			exp++
		}
		if d := span(s[exp:], "0123456789"); d > 0 {
			n = exp + d
		}
	}
	return s[:n], s[n:]
}

// span is the length of the part at the head of s that has only such bytes.
func span(s, bytes string) int {
	return len(s) - len(strings.TrimLeft(s, bytes))
}

func parseFloat(num string) (float64, bool) {
	if strings.Contains(num, ".") {
		v, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
		return v, err == nil
	}
	v, neg, n, overflow := strtoul(num, 0)
	if neg {
		v = -v
	}
	return float64(v), n > 0 && !overflow
}
