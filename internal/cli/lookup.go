package cli

import (
	"math/bits"

	"gip/internal/word"
)

// A Lookup finds keywords in a table by their first letter. It finds what a walk
// through the table would find, which is faster only when it is done again and
// again: in a batch.
type Lookup struct {
	// rows has a bit for each row in which an alternative begins with the
	// letter; the last one is for what is no letter.
	rows [27]uint64
}

// NewLookup returns a Lookup for a table of up to 64 rows, whose patterns
// (see word.Match) words returns.
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

// Find returns the first row that matches w, or -1. words is that of
// NewLookup.
func (l *Lookup) Find(w string, words func(row int) string) int {
	if w == "" {
		return -1
	}
	for m := l.starting(w); m != 0; m &= m - 1 {
		if i := bits.TrailingZeros64(m); word.Match(words(i), w) {
			return i
		}
	}
	return -1
}

// starting has a bit for each row that may match w, which is not empty.
func (l *Lookup) starting(w string) uint64 { return l.rows[letter(w[0])] }

// Words are the keywords of a command that a batch may have on many lines: the
// table is made once, and found by first letters. At first they are none.
type Words[T any] struct {
	rows   []Keyword[T]
	lookup *Lookup
}

// Parse is ParseWords with the table that rows makes.
func (w *Words[T]) Parse(t T, a *Args, rows func() []Keyword[T], other func(t T, a *Args) error) error {
	for a.More() {
		parse := other
		if k := w.Find(a.Word(), rows); k != nil {
			parse = k.Parse
			a.Skip()
		}
		if err := parse(t, a); err != nil {
			return err
		}
	}
	return nil
}

// Find is FindKeyword with the table that rows makes.
func (w *Words[T]) Find(key string, rows func() []Keyword[T]) *Keyword[T] {
	if w.lookup == nil {
		w.rows = rows()
		w.lookup = NewLookup(len(w.rows), w.words)
	}
	switch key {
	case "":
		return nil
	case word.Asked:
		return FindKeyword(w.rows, key)
	}
	for m := w.lookup.starting(key); m != 0; m &= m - 1 {
		if k := &w.rows[bits.TrailingZeros64(m)]; word.Match(k.Words, key) {
			return k
		}
	}
	return nil
}

func (w *Words[T]) words(row int) string { return w.rows[row].Words }

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
