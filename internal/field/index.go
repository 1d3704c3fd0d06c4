package field

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/word"
)

// An index has the rows of a table by the first letter of their words, which is
// faster than a walk through the table only when it is used again and again: in a
// batch.
type index struct {
	table *Table
	rows  [27][]*Row // the last one is for what is no letter
	first [27]bool   // a word of First begins so
	bare  *Row
	ruled []*Row // those that are Lead, Required, Late or OmitZero
	rules Flags  // of those
}

// indexOf returns the index of a table, which the lines of a batch share.
func indexOf(e *cli.Env, t *Table) *index {
	list := cli.State[[]*index](e)
	for _, x := range *list {
		if x.table == t {
			return x
		}
	}
	x := &index{table: t}
	for r := range t.All {
		x.add(r)
	}
	for f := range strings.SplitSeq(t.First, " ") {
		if f != "" {
			x.first[letter(f[0])] = true
		}
	}
	*list = append(*list, x)
	return x
}

// add files a row under the letter that each of its words begins with.
func (x *index) add(r *Row) {
	if r.Flags&Bare != 0 {
		x.bare = r
	}
	if r.Flags&(Lead|Required|Late|OmitZero) != 0 {
		x.ruled = append(x.ruled, r)
		x.rules |= r.Flags
	}
	begins := true
	for _, c := range []byte(r.Words) {
		if begins && c != '=' {
			x.rows[letter(c)] = append(x.rows[letter(c)], r)
		}
		begins = c == '|' || begins && c == '='
	}
}

func letter(c byte) int {
	if c >= 'a' && c <= 'z' {
		return int(c - 'a')
	}
	return 26
}

// find is Find of the table, for a word that is not empty.
func (x *index) find(w string) (r *Row, keyword bool) {
	at, match := letter(w[0]), word.Match
	if x.first[at] || x.table.Full {
		w, match = x.table.first(w)
	}
	for _, r := range x.rows[at] {
		if match(r.Words, w) {
			return r, true
		}
	}
	return x.bare, false
}
