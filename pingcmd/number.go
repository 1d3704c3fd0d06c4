package pingcmd

import (
	"math"
	"strconv"
	"strings"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// signed reads a decimal number in lo..hi as strtol(3) does.
func (p *pinger) signed(s string, lo, hi int64, v *int64) error {
	n, rest := cli.Strtol(s, 10)
	_, fits := cli.ParseInt(s[:len(s)-len(rest)], 10, 64)
	if err := p.notWhole(s, rest, fits); err != nil {
		return err
	}
	if n < lo || n > hi {
		return p.outOfRange("invalid argument", s, strconv.FormatInt(lo, 10), strconv.FormatInt(hi, 10))
	}
	*v = n
	return nil
}

// number is signed for an int.
func (p *pinger) number(s string, lo, hi int64, v *int) error {
	var n int64
	err := p.signed(s, lo, hi, &n)
	*v = int(n)
	return err
}

// unsigned reads a decimal number in lo..hi as strtoul(3) does, for which -1
// is the largest.
func (p *pinger) unsigned(s string, lo, hi uint64, v *uint64) error {
	n, rest := cli.Strtoul(s, 10)
	_, fits := cli.ParseUint(s[:len(s)-len(rest)], 10, 64)
	if err := p.notWhole(s, rest, fits); err != nil {
		return err
	}
	if n < lo || n > hi {
		return p.outOfRange("invalid argument", s, strconv.FormatUint(lo, 10), strconv.FormatUint(hi, 10))
	}
	*v = n
	return nil
}

// notWhole is the refusal of a text that is not a number alone, or one that
// does not fit; then C's errno has a word to say.
func (p *pinger) notWhole(s, rest string, fits bool) error {
	switch {
	case len(rest) < len(s) && !fits:
		return p.wrong("invalid argument: '" + s + "': " + cli.Strerror(unix.ERANGE))
	case s == "", rest != "":
		return p.wrong("invalid argument: '" + s + "'")
	}
	return nil
}

func (p *pinger) outOfRange(what, value, lo, hi string) error {
	return p.wrong(what + ": '" + value + "': out of range: " + lo + " <= value <= " + hi)
}

// decimalOrHex reads what strtol(3) leaves of a number in C's int: decimal, or
// behind 0x hexadecimal. No digit is 0.
func decimalOrHex(s string) (v int, rest string) {
	base := 10
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x' {
		s, base = s[2:], 16
	}
	n, rest := cli.Strtol(s, base)
	return int(int32(n)), rest
}

// seconds reads a time as strtod(3) does. What follows the number is remarked
// only; what is no finite number with all its digits is refused.
func (p *pinger) seconds(what, s string) (float64, error) {
	if s == "" {
		return 0, p.refuse(what + ": ")
	}
	v, rest, inRange := strtod(s)
	if rest != "" || !inRange {
		p.warn("option argument contains garbage: " + rest)
		p.warn("this will become fatal error in the future")
	}
	if math.IsInf(v, 0) || math.IsNaN(v) || v != 0 && math.Abs(v) < minNormal {
		return 0, p.refuse(what + ": " + s + ": " + cli.Strerror(unix.ERANGE))
	}
	return v, nil
}

// minNormal is the smallest number that a float64 has with all its digits.
const minNormal = 0x1p-1022

// strtod reads the number that s begins with: decimal or hexadecimal with a
// fraction and an exponent, an infinity, or not a number.
func strtod(s string) (v float64, rest string, inRange bool) {
	body := strings.TrimLeft(s, " \t\n\v\f\r")
	n := floatLen(body)
	if n == 0 {
		return 0, s, true
	}
	text := body[:n]
	if isHexFloat(text) && !strings.ContainsAny(text, "pP") {
		text += "p0" // which Go wants and C does without
	}
	v, err := strconv.ParseFloat(cutNaN(text), 64)
	small := math.Abs(v) < minNormal && !isZero(text)
	inRange = err == nil && !small || math.IsNaN(v)
	return v, body[n:], inRange
}

// isZero reports whether a number has no digit but zeros in front of its
// exponent.
func isZero(s string) bool {
	exponent := "eE"
	if isHexFloat(s) {
		exponent = "pP"
	}
	if i := strings.IndexAny(s, exponent); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, "+-0.xX") == ""
}

// cutNaN leaves of "nan(chars)" what Go reads.
func cutNaN(s string) string {
	if i := strings.IndexByte(s, '('); i >= 0 {
		s = s[:i]
	}
	if strings.HasSuffix(strings.ToLower(s), "nan") {
		return "nan"
	}
	return s
}

func isHexFloat(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x'
}

// floatLen is the length of the number at the head of s.
func floatLen(s string) int {
	i := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		i = 1
	}
	if n := wordLen(s[i:]); n > 0 {
		return i + n
	}
	if isHexFloat(s[i:]) {
		if n := digitsLen(s[i+2:], isHex, 'p'); n > 0 {
			return i + 2 + n
		}
		return i + 1 // the zero of a lonely 0x
	}
	if n := digitsLen(s[i:], isDecimal, 'e'); n > 0 {
		return i + n
	}
	return 0
}

func isDecimal(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool     { return hexDigit(c) >= 0 }

// digitsLen is the length of digits with at most one point among them and an
// exponent behind them, 0 if there is no digit.
func digitsLen(s string, isDigit func(byte) bool, exponent byte) int {
	i, digits, point := 0, 0, false
	for ; i < len(s); i++ {
		switch {
		case isDigit(s[i]):
			digits++
			continue
		case s[i] == '.' && !point:
			point = true
			continue
		}
		break
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && s[i]|0x20 == exponent {
		i += exponentLen(s[i:])
	}
	return i
}

// exponentLen is the length of the exponent that s begins with, 0 if it has no
// digit.
func exponentLen(s string) int {
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	start := i
	for i < len(s) && isDecimal(s[i]) {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// wordLen is the length of an infinity, or of not a number, at the head of s.
func wordLen(s string) int {
	low := strings.ToLower(s)
	switch {
	case strings.HasPrefix(low, "infinity"):
		return len("infinity")
	case strings.HasPrefix(low, "inf"):
		return len("inf")
	case strings.HasPrefix(low, "nan("):
		if n := strings.IndexByte(s, ')'); n > 0 && isWord(s[len("nan("):n]) {
			return n + 1
		}
		return len("nan")
	case strings.HasPrefix(low, "nan"):
		return len("nan")
	}
	return 0
}

func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && !isDecimal(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}
