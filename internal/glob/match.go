// Package glob knows the patterns of the shell as fnmatch(3) and glob(3) of the
// GNU C library do in the C locale.
package glob

import "strings"

// Match reports whether name matches a shell pattern as fnmatch(3) does
// without flags: * and ? match any byte, [a-z] one of a set, [!a-z] one not in
// it, \ takes the next byte as it is.
func Match(pattern, name string) bool {
	// What follows the last star, and where it was tried: a star before that
	// one need not be looked at again.
	var star, tried string
	for starred := false; ; {
		if strings.HasPrefix(pattern, "*") {
			starred, star, tried = true, pattern[1:], name
			pattern = star
			continue
		}
		if name == "" {
			return pattern == ""
		}
		rest, ok := matchByte(pattern, name[0])
		switch {
		case ok:
			pattern, name = rest, name[1:]
		case starred:
			tried = tried[1:]
			pattern, name = star, tried
		default:
			return false
		}
	}
}

// matchByte reports whether c matches what a pattern begins with, which is no
// star, and returns the rest of the pattern.
func matchByte(pattern string, c byte) (rest string, ok bool) {
	if pattern == "" {
		return "", false
	}
	switch pattern[0] {
	case '?':
		return pattern[1:], true
	case '[':
		if end := setEnd(pattern); end > 0 {
			return pattern[end+1:], inSet(pattern[1:end], c)
		}
	case '\\':
		if pattern = pattern[1:]; pattern == "" {
			return "", false
		}
	}
	return pattern[1:], pattern[0] == c
}

// setEnd returns where the set that s begins with ends, or 0 if it does not:
// then the bracket stands for itself. A bracket that comes first is in the set.
func setEnd(s string) int {
	at := 1
	if at < len(s) && (s[at] == '!' || s[at] == '^') {
		at++
	}
	for first := at; at < len(s); at++ {
		switch {
		case s[at] == ']' && at > first:
			return at
		case s[at] == '\\':
			at++
		case strings.HasPrefix(s[at:], "[:"):
			if n := strings.Index(s[at:], ":]"); n > 0 {
				at += n + 1
			}
		}
	}
	return 0
}

// inSet reports whether c is in the set between the brackets.
func inSet(set string, c byte) bool {
	not := set[0] == '!' || set[0] == '^'
	if not {
		set = set[1:]
	}
	for set != "" {
		if strings.HasPrefix(set, "[:") {
			if class, rest, ok := strings.Cut(set[2:], ":]"); ok {
				if inClass(class, c) {
					return !not
				}
				set = rest
				continue
			}
		}
		var lo, hi byte
		if lo, set = setByte(set); len(set) > 1 && set[0] == '-' {
			hi, set = setByte(set[1:])
		} else {
			hi = lo
		}
		if lo <= c && c <= hi {
			return !not
		}
	}
	return not
}

func setByte(set string) (c byte, rest string) {
	if set[0] == '\\' && len(set) > 1 {
		set = set[1:]
	}
	return set[0], set[1:]
}

// inClass knows the classes of the C locale.
func inClass(class string, c byte) bool {
	lower, upper, digit := c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
	graph := c > ' ' && c < 0x7f
	switch class {
	case "alpha":
		return lower || upper
	case "alnum":
		return lower || upper || digit
	case "lower":
		return lower
	case "upper":
		return upper
	case "digit":
		return digit
	case "xdigit":
		return digit || c|0x20 >= 'a' && c|0x20 <= 'f'
	case "punct":
		return graph && !lower && !upper && !digit
	case "graph":
		return graph
	case "print":
		return graph || c == ' '
	case "space":
		return c == ' ' || c >= '\t' && c <= '\r'
	case "blank":
		return c == ' ' || c == '\t'
	case "cntrl":
		return c < ' ' || c == 0x7f
	}
	return false
}
