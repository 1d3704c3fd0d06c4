package word

// Asked stands on a command line for a word that is to be completed. It is none that
// anybody knows: whoever compares it with words tells by that which ones could stand
// there. So the tables that parse are the ones that complete, and no others.
const Asked = "\x00"

// Answer, if set, is told the pattern (see Match) of each of those words. Only a
// process that completes sets it.
var Answer func(pattern string)

// Typed is what is typed already of the word that Asked stands for: who would have many
// words to tell may leave out those that do not begin with it.
var Typed string

// answer tells a pattern that Asked was compared with.
func answer(pattern string) {
	if Answer != nil {
		Answer(pattern)
	}
}

// Offer tells words that w could be in full, if it is the one that is asked about,
// and reports whether it is. It is for comparisons that no table makes.
func Offer(w string, words ...string) bool {
	if w != Asked {
		return false
	}
	for _, offered := range words {
		answer("=" + offered)
	}
	return true
}

// SomeLink is the answer that stands for the names of all links.
const SomeLink = "\x00link"

// OfferLink tells that w could be the name of a link, if it is the word that is asked
// about, and reports whether it is. Who looks a link up need not say so: the lookup
// does.
func OfferLink(w string) bool {
	if w == Asked {
		answer(SomeLink)
	}
	return w == Asked
}

// OfferFrom is Offer of words that are looked up only then.
func OfferFrom(w string, words func() []string) bool {
	return w == Asked && Offer(w, words()...)
}
