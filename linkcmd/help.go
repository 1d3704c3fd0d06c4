package linkcmd

import (
	"strings"
)

// usageText is the help of the kind, made from its table.
func (k *kind) usageText() string {
	if k.words != nil {
		return "Usage: ip link add … type " + k.name + " [ peer OPTIONS ]\n" +
			"OPTIONS are those of \"ip link add\".\n"
	}
	var b strings.Builder
	b.WriteString("Usage: ... type " + k.name)
	for i := range k.opts {
		if o := &k.opts[i]; o.words != "" {
			b.WriteString("\n\t[ " + o.usage() + " ]")
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// usage is one row of the help: "KEYWORD VALUE".
func (o *opt) usage() string {
	word := o.word()
	if rest, ok := strings.CutPrefix(word, "no"); ok && hasWord(o.words, rest) {
		word = "[no]" + rest
	}
	switch {
	case len(o.names) > 0 && o.codec.usage == "":
		words := make([]string, len(o.names))
		for i, n := range o.names {
			words[i] = n.name
		}
		return word + " { " + strings.Join(words, " | ") + " }"
	case o.codec.usage != "":
		return word + " " + o.codec.usage
	}
	return word
}

// hasHelp reports whether the kind has a help text; what can only be shown
// has none.
func (k *kind) hasHelp() bool {
	if k.noOpts || k.words != nil {
		return true
	}
	for i := range k.opts {
		if k.opts[i].words != "" {
			return true
		}
	}
	return false
}
