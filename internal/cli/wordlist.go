package cli

import "strings"

// helpWidth is how long a line of a help text may be.
const helpWidth = 100

// WordList is a rule of a help text that lists words, "NAME := { a | b }", over
// as many lines as it needs.
func WordList(name string, words []string) string {
	lead := name + " := { "
	var b strings.Builder
	b.WriteString(lead)
	column := len(lead)
	for i, w := range words {
		switch {
		case column+len(w) > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", len(lead)))
			column = len(lead)
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(w)
		if i < len(words)-1 {
			b.WriteString(" |")
		}
		column += len(w) + len(" | ")
	}
	b.WriteString(" }\n")
	return b.String()
}
