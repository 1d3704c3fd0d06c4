// Package man has the manual pages: mdoc, which the packages install and which
// "gip help PAGE" shows in a terminal.
//
// A page is made by man/generate of its prose, of the words of the commands, and of
// man/words.txt, which says in one line what each word does. docs/man.md tells how.
package man

import (
	_ "embed"
	"iter"
	"slices"
	"strings"

	"gip/internal/lz4"
)

// packed are all pages, in the order of their files' names.
//
//go:embed pages.lz4
var packed []byte

// most is more than all pages take.
const most = 1 << 20

// all are the pages: the names of their files, and their sources. Their folder takes 250 KB,
// which is a thirtieth of gip.
func all() iter.Seq2[string, string] { return lz4.Files(packed, most) }

// Names are the names of all pages, in the order of the alphabet: "ip-link".
func Names() (names []string) {
	for file := range all() {
		name, _, _ := strings.Cut(file, ".")
		names = append(names, name)
	}
	return names
}

// Page returns the source of a page; "" if there is none.
func Page(name string) string {
	for file, text := range all() {
		if n, _, _ := strings.Cut(file, "."); n == name {
			return text
		}
	}
	return ""
}

// width is how long a line of a page may be in a terminal.
const width = 78

// Text is a page as a terminal shows it.
func Text(page string) string {
	w := writer{}
	for line := range strings.Lines(page) {
		w.line(strings.TrimSuffix(line, "\n"))
	}
	w.flush()
	return strings.TrimLeft(string(w.out), "\n")
}

// A writer sets the part of mdoc that the pages use.
type writer struct {
	out     []byte
	words   []string // of the paragraph so far
	indent  int
	tag     string // in front of the paragraph
	literal bool
	name    string
}

// line takes a line of the source.
func (w *writer) line(line string) {
	macro, isMacro := strings.CutPrefix(line, ".")
	switch {
	case strings.HasPrefix(macro, `\"`):
	case isMacro:
		name, rest, _ := strings.Cut(macro, " ")
		w.macro(name, rest)
	case w.literal:
		w.put(w.indent, plain(line))
	default:
		w.words = append(w.words, strings.Fields(plain(line))...)
	}
}

// plain is a text without the escapes of roff.
func plain(s string) string {
	return strings.NewReplacer(`\&`, "", `\e`, `\`, `\-`, "-").Replace(s)
}

func (w *writer) macro(name, rest string) {
	rest = plain(rest)
	switch name {
	case "Dd", "Dt", "Os":
	case "Sh", "Ss":
		w.flush()
		w.indent = 0
		if name == "Ss" {
			w.indent = 2
		}
		w.out = append(w.out, '\n')
		w.put(w.indent, rest)
		w.indent = indented
	case "Nm":
		if rest != "" && w.name == "" {
			w.name = rest
		}
		w.inline(w.name, strings.TrimPrefix(rest, w.name))
	case "Nd":
		w.words = append(w.words, "\u2013", rest)
	case "Pp":
		w.flush()
		w.out = append(w.out, '\n')
	case "Bl", "El":
		w.flush()
	case "It":
		w.flush()
		w.tag = strings.Join(arguments(rest), " ")
	case "Bd", "Ed":
		w.flush()
		w.out = append(w.out, '\n')
		w.literal = name == "Bd"
	case "Xr":
		f := strings.Fields(rest)
		w.inline(f[0]+"("+f[1]+")", strings.Join(f[2:], ""))
	default: // Cm, Ar, Pa, Ev, Fl, Dq: a word, and what stands behind it
		w.inline(strings.Join(arguments(name+" "+rest), " "), "")
	}
}

// inline adds a word with the punctuation behind it.
func (w *writer) inline(word, after string) {
	w.words = append(w.words, word+strings.TrimSpace(after))
}

// arguments are the words behind macros that mark words, without those.
func arguments(s string) (list []string) {
	for _, f := range strings.Fields(s) {
		switch {
		case slices.Contains([]string{"Cm", "Ar", "Pa", "Ev", "Dq"}, f):
		case f == "Fl":
			list = append(list, "-")
		case len(list) > 0 && (list[len(list)-1] == "-" || strings.Contains(".,;:)", f)):
			list[len(list)-1] += f
		default:
			list = append(list, f)
		}
	}
	return list
}

// indented is how far text stands from the edge, hanging how far that of a list from
// its tags.
const (
	indented = 5
	hanging  = 18
)

// flush ends a paragraph.
func (w *writer) flush() {
	words, tag := w.words, w.tag
	w.words, w.tag = nil, ""
	if len(words) == 0 && tag == "" {
		return
	}
	lead, in := "", w.indent
	if tag != "" {
		in += hanging
		if lead = tag + strings.Repeat(" ", max(1, hanging-len(tag))); len(tag) >= hanging {
			w.put(w.indent, tag)
			lead = strings.Repeat(" ", hanging)
		}
		in -= hanging
	}
	line, at := lead, len(lead)
	for _, word := range words {
		if at > len(lead) && in+at+1+len(word) > width {
			w.put(in, line)
			lead = strings.Repeat(" ", len(lead))
			line, at = lead, len(lead)
		}
		if at > len(lead) {
			line += " "
		}
		line += word
		at = len(line)
	}
	w.put(in, line)
}

// put writes a line.
func (w *writer) put(indent int, line string) {
	if line != "" {
		w.out = append(w.out, strings.Repeat(" ", indent)...)
	}
	w.out = append(append(w.out, line...), '\n')
}
