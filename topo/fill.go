package topo

import "strings"

// A writer collects the text of a form.
type writer struct{ b []byte }

func (w *writer) raw(s string) { w.b = append(w.b, s...) }

// fill writes a text in which each % stands for the next of the words. (Pieces that are
// added up where they are written would be twice the code.)
func (w *writer) fill(format string, words ...string) {
	for _, word := range words {
		before, after, _ := strings.Cut(format, "%")
		w.b = append(append(w.b, before...), word...)
		format = after
	}
	w.b = append(w.b, format...)
}

// filled is a text with words in the place of each %.
func filled(format string, words ...string) string {
	var w writer
	w.fill(format, words...)
	return string(w.b)
}
