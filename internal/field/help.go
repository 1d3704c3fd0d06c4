package field

import (
	"cmp"
	"slices"
	"strings"

	"gip/internal/word"
)

// Grammar is the part of a help text that the rows of a table give: a line for
// each word, then what the names of the values stand for.
func (t *Table) Grammar() string {
	var lines strings.Builder
	var told []string
	for r := range t.All {
		if r.Words == "" {
			continue
		}
		value, meaning := r.value()
		lines.WriteString("\n\t[ " + r.Usage() + " ]")
		if line := value + " := " + meaning; meaning != "" && !slices.Contains(told, line) {
			told = append(told, line)
		}
	}
	lines.WriteString("\n")
	for _, line := range told {
		lines.WriteString(line + "\n")
	}
	return lines.String()
}

// Usage is the row's words, and what the help calls their value.
func (r *Row) Usage() string {
	value, _ := r.value()
	return strings.TrimRight(r.spelling()+" "+value, " ")
}

// value is what the help calls the row's value, and what that stands for if it
// needs telling. Names without such a name of their own stand in its place.
func (r *Row) value() (value, meaning string) {
	value, meaning, _ = strings.Cut(cmp.Or(r.Value, r.Type.Usage), " := ")
	names := ""
	if r.Names != nil {
		names = "{ " + strings.Join(r.Names.Words(), " | ") + " }"
	}
	switch {
	case value == "" && names != "":
		return names, ""
	case value == "N", value == "" && r.Type.isNumber() && r.Type.Form&(Alone|Toggle) == 0:
		value = strings.ToUpper(r.Word())
	case meaning == "" && r.Value != "":
		meaning = names
	}
	return value, meaning
}

// spelling is the row's words: all of them, and [no]WORD for a pair.
func (r *Row) spelling() string {
	var out []string
	for _, w := range strings.Split(r.Words, "|") {
		w = strings.TrimPrefix(w, "=")
		if rest, ok := strings.CutPrefix(w, "no"); ok && word.Has(r.Words, rest) {
			continue
		}
		if word.Has(r.Words, "no"+w) {
			w = "[no]" + w
		}
		out = append(out, w)
	}
	if len(out) == 1 {
		return out[0]
	}
	return "{ " + strings.Join(out, " | ") + " }"
}
