// Package cli is the door of every command: the cursor over its arguments,
// keywords and their abbreviations, typed values, the environment that it
// runs in, and its errors with the texts and exit statuses of iproute2.
package cli

import "gip/internal/word"

// Match is [word.Match].
func Match(pattern, w string) bool { return word.Match(pattern, w) }

// Args is a cursor over the words of a command.
type Args struct {
	words []string
	at    int
}

// NewArgs returns a cursor at the first of words.
func NewArgs(words []string) *Args { return &Args{words: words} }

// Reset makes a cursor at the first of words of a, as for the next line of a
// batch.
func (a *Args) Reset(words []string) { a.words, a.at = words, 0 }

// More reports whether a word is left.
func (a *Args) More() bool { return a.at < len(a.words) }

// Word returns the current word, or "".
func (a *Args) Word() string {
	if !a.More() {
		return ""
	}
	return a.words[a.at]
}

// Rest returns the words from the current one on.
func (a *Args) Rest() []string { return a.words[min(a.at, len(a.words)):] }

// Len returns how many words are left.
func (a *Args) Len() int { return len(a.words) - a.at }

// Skip steps over the current word.
func (a *Args) Skip() { a.at++ }

// Back steps back to the word before, as when a word turns out to belong to
// the caller.
func (a *Args) Back() { a.at-- }

// Match steps over the current word if it matches pattern (see [word.Match]).
func (a *Args) Match(pattern string) bool {
	if !a.More() || !word.Match(pattern, a.words[a.at]) {
		return false
	}
	a.at++
	return true
}

// Is reports whether the current word matches pattern, without stepping.
func (a *Args) Is(pattern string) bool { return a.More() && word.Match(pattern, a.words[a.at]) }

// Value steps over the current word and returns it; it is the value of a
// keyword, and its lack is an incomplete command line.
func (a *Args) Value() (string, error) {
	if !a.More() {
		return "", Incomplete()
	}
	a.at++
	return a.words[a.at-1], nil
}

// ValueOnce is Value for a keyword that may stand once: given tells that it has, and
// name is what the complaint calls it.
func (a *Args) ValueOnce(name string, given bool) (string, error) {
	s, err := a.Value()
	if err == nil && given {
		return "", DupArg(name, s)
	}
	return s, err
}

// ValueTo is Value for a keyword that may be left out: it points p at the value,
// which may be empty.
func (a *Args) ValueTo(p **string) error {
	s, err := a.Value()
	*p = &s
	return err
}

// LinkTo is ValueTo for the name of a link.
func (a *Args) LinkTo(p **string) error {
	word.OfferLink(a.Word())
	return a.ValueTo(p)
}
