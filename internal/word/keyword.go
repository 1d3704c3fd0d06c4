package word

import "strings"

// Match reports whether w is one of the alternatives of pattern, as in
// "list|show|=lst": a word matches by any non-empty prefix, or only in full
// when "=" stands before the alternative.
func Match(pattern, w string) bool {
	if w == Asked {
		answer(pattern)
		return false
	}
	for w != "" {
		alt, bar := pattern, strings.IndexByte(pattern, '|')
		if bar >= 0 {
			alt = pattern[:bar]
		}
		if matches(alt, w) {
			return true
		}
		if bar < 0 {
			break
		}
		pattern = pattern[bar+1:]
	}
	return false
}

// matches compares a word with one alternative. Most differ in the first
// letter.
func matches(alt, w string) bool {
	if alt != "" && alt[0] == '=' {
		return alt[1:] == w
	}
	return len(alt) >= len(w) && alt[0] == w[0] && alt[:len(w)] == w
}

// First is the first alternative of a pattern in full: messages name that one.
func First(pattern string) string {
	w, _, _ := strings.Cut(pattern, "|")
	return strings.TrimPrefix(w, "=")
}

// Has reports whether w is one of the alternatives of pattern in full.
func Has(pattern, w string) bool {
	if w == Asked {
		answer(pattern)
		return false
	}
	for alt := range strings.SplitSeq(pattern, "|") {
		if strings.TrimPrefix(alt, "=") == w {
			return true
		}
	}
	return false
}

// All are the alternatives of a pattern in full.
func All(pattern string) []string {
	list := strings.Split(pattern, "|")
	for i, w := range list {
		list[i] = strings.TrimPrefix(w, "=")
	}
	return list
}
