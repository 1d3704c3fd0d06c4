package main

import (
	"slices"
	"strings"
)

// list writes a list of words with what each does.
func (g *generator) list(b *strings.Builder, title string, words []string, section string) {
	if len(words) == 0 {
		return
	}
	if title != "" {
		b.WriteString(".Ss " + title + "\n")
	}
	b.WriteString(".Bl -tag -width nopmtudisc\n")
	for _, w := range words {
		kind, _, _ := strings.Cut(section, " ")
		if tag := g.tag(w, words, section); tag != "" {
			b.WriteString(".It " + tag + "\n" + filled(g.about(w, section, kind)))
		}
	}
	b.WriteString(".El\n")
}

// tag is a word of a list with those that mean the same, "" if it is not the first of them.
func (g *generator) tag(w string, words []string, section string) string {
	group := slices.DeleteFunc(slices.Clone(g.groups[section+" "+w]), func(w string) bool { return !slices.Contains(words, w) })
	if len(group) == 0 {
		return mark(w)
	}
	if w != group[0] {
		return ""
	}
	var marks []string
	for _, w := range group {
		marks = append(marks, mark(w))
	}
	return strings.Join(marks, " , ")
}

// filled is a text in lines of at most 76 characters.
func filled(text string) string {
	var b strings.Builder
	at := 0
	for _, w := range strings.Fields(text) {
		switch {
		case at > 0 && at+1+len(w) > 76:
			b.WriteByte('\n')
			at = 0
		case at > 0:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(w)
		at += len(w)
	}
	return b.String() + "\n"
}

// mark is a word as the tag of a list.
func mark(w string) string {
	if option, ok := strings.CutPrefix(w, "-"); ok && !strings.HasPrefix(option, "-") {
		return "Fl " + option
	}
	return "Cm " + w
}

// kinds writes the kinds of link, and the words of each.
func (g *generator) kinds(b *strings.Builder) {
	const line = "ip link add x type "
	kinds := g.complete(line)
	b.WriteString(".Sh KINDS\n")
	g.list(b, "", kinds, "ip-link kinds")
	lists, titles := [][]string{}, []string{}
	for _, k := range kinds {
		list := g.complete(line + k + " ")
		if at := slices.IndexFunc(lists, func(l []string) bool { return slices.Equal(l, list) }); at >= 0 {
			titles[at] += ", " + k
		} else if len(list) > 1 || len(list) == 1 && list[0] != "help" {
			lists, titles = append(lists, list), append(titles, k)
		}
	}
	for i, list := range lists {
		kind, _, _ := strings.Cut(titles[i], ",")
		g.list(b, "type "+titles[i], list, "ip-link "+kind)
	}
}
