package lz4

import (
	"iter"
	"strings"
)

// PackFiles packs texts with their names, in the order in which Files gives them back. What
// one says a later one need not say again.
func PackFiles(files iter.Seq2[string, string]) []byte {
	var all []byte
	for name, text := range files {
		all = append(all, "\x00"+name+"\n"+text...)
	}
	return Pack(all)
}

// File is the text of one, "" if there is none.
func File(packed []byte, most int, name string) string {
	all, _ := Unpack(packed, most)
	_, text, _ := strings.Cut(string(all), "\x00"+name+"\n")
	text, _, _ = strings.Cut(text, "\x00")
	return text
}

// Files are the names and the texts of a pack, which take at most that many bytes.
func Files(packed []byte, most int) iter.Seq2[string, string] {
	all, _ := Unpack(packed, most)
	return func(yield func(name, text string) bool) {
		for file := range strings.SplitSeq(strings.TrimPrefix(string(all), "\x00"), "\x00") {
			if name, text, _ := strings.Cut(file, "\n"); !yield(name, text) {
				return
			}
		}
	}
}
