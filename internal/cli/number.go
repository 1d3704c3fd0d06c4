package cli

import (
	"math"
	"strings"

	"gip/internal/word"
)

// ParseUint is [word.Uint].
func ParseUint(s string, base, size int) (uint64, bool) { return word.Uint(s, base, size) }

// ParseInt is [word.Int].
func ParseInt(s string, base, size int) (int64, bool) { return word.Int(s, base, size) }

// Strtoul is [word.Strtoul] without the question whether the number fits.
func Strtoul(s string, base int) (v uint64, rest string) {
	v, rest, _ = word.Strtoul(s, base)
	return v, rest
}

// Strtol is [word.Strtol] without the question whether the number fits.
func Strtol(s string, base int) (v int64, rest string) {
	v, rest, _ = word.Strtol(s, base)
	return v, rest
}

// Atoi is [word.Atoi].
func Atoi(s string) int { return int(word.Atoi(s)) }

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
	word.Offer(s, names...)
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
	word.Offer(s, "on", "off")
	switch s {
	case "on":
		return true, nil
	case "off":
		return false, nil
	}
	return false, Fail(`Error: argument of "%s" must be one of "off", "on", not "%s"`, key, s)
}

// ParseTime reads a time for a route metric: milliseconds, or with the unit
// s, sec, secs, ms, msec or msecs. raw tells that there was no unit. Only a
// number with a point is a fraction.
func ParseTime(s string) (ms uint32, raw, ok bool) {
	t, unit, ok := timeNumber(s)
	if !ok || t < 0 {
		return 0, false, false
	}
	scale := 1.0
	switch strings.ToLower(unit) {
	case "":
		raw = true
	case "s", "sec", "secs":
		scale = 1000
	case "ms", "msec", "msecs":
	default:
		return 0, false, false
	}
	return wholeMS(word.Times(t, scale, 64)), raw, true
}

func timeNumber(s string) (t float64, unit string, ok bool) {
	if strings.Contains(s, ".") {
		t, unit, _ = word.Strtod(s, 64)
		return t, unit, unit != s && !math.IsInf(t, 0)
	}
	v, unit, fits := word.Strtoul(s, 0)
	return float64(v), unit, unit != s && fits
}

// wholeMS rounds up, as the kernel counts whole milliseconds.
func wholeMS(t word.Float) uint32 {
	ms := t.Uint32()
	if t.Above(ms) {
		ms++
	}
	return ms
}
