package pingcmd

import (
	"math"
	"strconv"

	"gip/internal/cli"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// signed reads a decimal number in lo..hi as strtol(3) does.
func (t *tool) signed(s string, lo, hi int64, v *int64) error {
	n, rest, fits := word.Strtol(s, 10)
	if err := t.notWhole(s, rest, fits); err != nil {
		return err
	}
	if n < lo || n > hi {
		return t.outOfRange("invalid argument", s, strconv.FormatInt(lo, 10), strconv.FormatInt(hi, 10))
	}
	*v = n
	return nil
}

// number is signed for an int.
func (t *tool) number(s string, lo, hi int64, v *int) error {
	var n int64
	err := t.signed(s, lo, hi, &n)
	*v = int(n)
	return err
}

// unsigned reads a decimal number in lo..hi as strtoul(3) does, for which -1
// is the largest.
func (t *tool) unsigned(s string, lo, hi uint64, v *uint64) error {
	n, rest, fits := word.Strtoul(s, 10)
	if err := t.notWhole(s, rest, fits); err != nil {
		return err
	}
	if n < lo || n > hi {
		return t.outOfRange("invalid argument", s, strconv.FormatUint(lo, 10), strconv.FormatUint(hi, 10))
	}
	*v = n
	return nil
}

// notWhole is the refusal of a text that is not a number alone, or one that
// does not fit; then C's errno has a word to say.
func (t *tool) notWhole(s, rest string, fits bool) error {
	switch {
	case len(rest) < len(s) && !fits:
		return t.wrong("invalid argument: '" + s + "': " + cli.Strerror(unix.ERANGE))
	case s == "", rest != "":
		return t.wrong("invalid argument: '" + s + "'")
	}
	return nil
}

func (t *tool) outOfRange(what, value, lo, hi string) error {
	return t.wrong(what + ": '" + value + "': out of range: " + lo + " <= value <= " + hi)
}

// decimalOrHex reads what strtol(3) leaves of a number in C's int: decimal, or
// behind 0x hexadecimal. No digit is 0.
func decimalOrHex(s string) (v int, rest string) {
	base := 10
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x' {
		s, base = s[2:], 16
	}
	n, rest, _ := word.Strtol(s, base)
	return int(int32(n)), rest
}

// seconds reads a time as strtod(3) does. What follows the number is remarked
// only; what is no finite number with all its digits is refused.
func (t *tool) seconds(what, s string) (float64, error) {
	if s == "" {
		return 0, t.refuse(what + ": ")
	}
	v, rest, fits := word.Strtod(s, 64)
	if rest != "" || !fits {
		t.warn("option argument contains garbage: " + rest)
		t.warn("this will become fatal error in the future")
	}
	if math.IsInf(v, 0) || math.IsNaN(v) || v != 0 && math.Abs(v) < minNormal {
		return 0, t.refuse(what + ": " + s + ": " + cli.Strerror(unix.ERANGE))
	}
	return v, nil
}

// minNormal is the smallest number that a float64 has with all its digits.
const minNormal = 0x1p-1022

func isDecimal(c byte) bool { return c >= '0' && c <= '9' }
