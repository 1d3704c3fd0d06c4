package cli

import "math/bits"

// A Lookup finds keywords in a table by their first letter. It finds what a walk
// through the table would find, which is faster only when it is done again and
// again: in a batch.
type Lookup struct {
	// rows has a bit for each row in which an alternative begins with the
	// letter; the last one is for what is no letter.
	rows [27]uint64
}

// NewLookup returns a Lookup for a table of up to 64 rows, whose patterns
// (see Match) words returns.
func NewLookup(n int, words func(row int) string) *Lookup {
	l := &Lookup{}
	for i := range n {
		starts := true
		for _, c := range []byte(words(i)) {
			if starts && c != '=' {
				l.rows[letter(c)] |= 1 << i
			}
			starts = c == '|' || starts && c == '='
		}
	}
	return l
}

func letter(c byte) int {
	if c >= 'a' && c <= 'z' {
		return int(c - 'a')
	}
	return 26
}

// Find returns the first row that matches word, or -1. words is that of
// NewLookup.
func (l *Lookup) Find(word string, words func(row int) string) int {
	if word == "" {
		return -1
	}
	for m := l.rows[letter(word[0])]; m != 0; m &= m - 1 {
		if i := bits.TrailingZeros64(m); Match(words(i), word) {
			return i
		}
	}
	return -1
}

// State is what a package keeps in an Env, for all lines of a batch; at first it
// is a new T.
func State[T any](e *Env) *T {
	key := any((*T)(nil))
	if s, ok := e.state[key]; ok {
		return s.(*T)
	}
	if e.state == nil {
		e.state = make(map[any]any)
	}
	s := new(T)
	e.state[key] = s
	return s
}
