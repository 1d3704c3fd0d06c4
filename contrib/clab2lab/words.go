package main

import (
	"errors"
	"slices"
	"strings"
)

// own are commands that gip runs by itself, for which the environment does not matter.
var own = strings.Fields("ip bridge tc ss sysctl ping brctl ifconfig route arp netstat gip")

// words puts the commands of exec into a lab's words. Containerlab splits them as a shell
// does, but runs none; a lab splits them as "ip -batch" does, which knows no backslash.
func (c *converter) words(n *node) {
	for i, x := range n.execs {
		words, err := split(x.text)
		if err == nil && len(words) > 0 && len(n.env) > 0 && !slices.Contains(own, words[0]) {
			words = slices.Concat([]string{"env"}, assignments(n.env), words)
		}
		var text string
		if err == nil {
			text, err = quoted(words)
		}
		if err != nil {
			c.fail(x.line, "%s: %s", x.text, err)
		}
		n.execs[i].text = text
	}
	for _, s := range n.sysctls {
		if _, err := quoted([]string{s.name + "=" + s.value}); err != nil || s.name == "" {
			c.fail(s.line, "%s=%s: a lab has no way to write this", s.name, s.value)
		}
	}
}

func assignments(env []pair) (words []string) {
	for _, p := range env {
		words = append(words, p.name+"="+p.value)
	}
	return words
}

var (
	errQuote = errors.New("a quote is not closed")
	errWord  = errors.New("a lab has no way to write a word with both kinds of quotes, a # or the end of a line")
)

// split splits a command as a shell does: quotes, and backslashes outside of single ones.
func split(text string) (words []string, err error) {
	var word []byte
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		ch := text[i]
		switch {
		case ch == '\\' && quote != '\'' && i+1 < len(text) && (quote == 0 || strings.IndexByte("\"\\$`", text[i+1]) >= 0):
			i++
			word, inWord = append(word, text[i]), true
		case quote != 0 && ch == quote:
			quote = 0
		case quote == 0 && (ch == '"' || ch == '\''):
			quote, inWord = ch, true
		case quote == 0 && (ch == ' ' || ch == '\t' || ch == '\n'):
			if inWord {
				words = append(words, string(word))
			}
			word, inWord = nil, false
		default:
			word, inWord = append(word, ch), true
		}
	}
	if quote != 0 {
		return nil, errQuote
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, nil
}

// quoted joins words so that a lab splits them again as they were.
func quoted(words []string) (string, error) {
	var out []string
	for _, w := range words {
		double, single := strings.Contains(w, `"`), strings.Contains(w, "'")
		switch {
		case strings.ContainsAny(w, "#\r\n") || double && single:
			return "", errWord
		case double:
			w = "'" + w + "'"
		case w == "" || single || strings.ContainsAny(w, " \t") || strings.HasSuffix(w, `\`):
			w = `"` + w + `"`
		}
		out = append(out, w)
	}
	return strings.Join(out, " "), nil
}
