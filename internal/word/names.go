package word

// Names are words for numbers, in the order in which texts list them. Several
// words may stand for one number: the first is shown.
type Names []struct {
	Val  uint64
	Word string
}

// Find returns the number that w stands for.
func (n Names) Find(w string) (val uint64, ok bool) {
	if OfferFrom(w, n.Words) {
		return 0, false
	}
	for i := range n {
		if n[i].Word == w {
			return n[i].Val, true
		}
	}
	return 0, false
}

// Match is Find where the words are patterns (see the function Match).
func (n Names) Match(w string) (val uint64, ok bool) {
	for i := range n {
		if Match(n[i].Word, w) {
			return n[i].Val, true
		}
	}
	return 0, false
}

// Of returns the word for val, or "".
func (n Names) Of(val uint64) string { return n.Or(val, "") }

// Or is Of with a word for the numbers that have none.
func (n Names) Or(val uint64, other string) string {
	for i := range n {
		if n[i].Val == val {
			return n[i].Word
		}
	}
	return other
}

// Words are all words.
func (n Names) Words() []string {
	words := make([]string, len(n))
	for i := range n {
		words[i] = n[i].Word
	}
	return words
}
