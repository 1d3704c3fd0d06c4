package ematch

import (
	"strings"

	"gip/internal/uapi"
	"gip/internal/word"
)

// A token is a word of an expression.
type token struct {
	kind tokenKind
	arg
}

type tokenKind uint8

const (
	atEnd tokenKind = iota
	attribute
	and
	or
	not
	opening
	closing
	broken // a string that cannot be
)

// A lexer cuts words into tokens. A string may go on in the next word, behind a blank.
type lexer struct {
	words []string
	used  int // how many of them it has looked at
	text  string
	bad   string // what is wrong with a string
}

// fill takes the next word that is not empty; false if there is none.
func (l *lexer) fill() bool {
	for l.used < len(l.words) {
		l.text = l.words[l.used]
		l.used++
		if l.text != "" {
			l.text += " "
			return true
		}
	}
	return false
}

func (l *lexer) next() token {
	for {
		if l.text = strings.TrimLeft(l.text, " \t\r\n"); l.text != "" {
			break
		}
		if !l.fill() {
			return token{}
		}
	}
	switch c := l.text[0]; c {
	case '(', ')':
		l.text = l.text[1:]
		if c == '(' {
			return token{kind: opening}
		}
		return token{kind: closing}
	case '"':
		l.text = l.text[1:]
		return l.quoted()
	}
	w := l.text[:strings.IndexAny(l.text, "\" \t\r\n()")]
	l.text = l.text[len(w):]
	for _, k := range [...]struct {
		word string
		kind tokenKind
	}{{"and", and}, {"or", or}, {"not", not}} {
		if strings.EqualFold(w, k.word) {
			return token{kind: k.kind}
		}
	}
	return token{attribute, arg{text: w}}
}

// quoted reads a string up to its end.
func (l *lexer) quoted() token {
	var b []byte
	for {
		if l.text == "" && !l.fill() {
			return token{}
		}
		c := l.text[0]
		l.text = l.text[1:]
		switch c {
		case '"':
			return token{attribute, arg{string(b), true}}
		case '\\':
			if l.text == "" && !l.fill() {
				return token{}
			}
			c, ok := l.escape()
			if !ok {
				return token{kind: broken}
			}
			b = append(b, c)
		default:
			b = append(b, c)
		}
	}
}

// escape reads what stands behind a backslash: up to three octal digits, x with up to two
// hexadecimal ones, a letter as in C, or any other byte.
func (l *lexer) escape() (byte, bool) {
	n := digits(l.text, '0', '7', 3)
	switch c := l.text[0]; {
	case digits(l.text, '0', '9', len(l.text)) > n && c >= '0' && c <= '9':
		l.bad = "error: invalid octale escape sequence\n"
		return 0, false
	case n > 0:
		v, _, _ := word.Strtoul(l.text[:n], 8)
		l.text = l.text[n:]
		if v > 0xFF {
			l.bad = "error: octal escape sequence out of range\n"
		}
		return byte(v), v <= 0xFF
	case c == 'x' && hexDigits(l.text[1:]) > 0:
		n := hexDigits(l.text[1:])
		v, _, _ := word.Strtoul(l.text[1:1+n], 16)
		l.text = l.text[1+n:]
		return byte(v), true
	default:
		l.text = l.text[1:]
		if i := strings.IndexByte("nrtvbfa", c); i >= 0 {
			return "\n\r\t\v\b\f\a"[i], true
		}
		return c, true
	}
}

// digits counts the bytes between two, up to most.
func digits(s string, least, last byte, most int) (n int) {
	for n < len(s) && n < most && s[n] >= least && s[n] <= last {
		n++
	}
	return n
}

func hexDigits(s string) (n int) {
	for n < len(s) && n < 2 && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
		n++
	}
	return n
}

// A parser reads an expression. It looks one token ahead.
type parser struct {
	*lexer
	tok token
}

// parse reads an expression, or nothing at all. Behind it may stand what is none.
func (p *parser) parse() (nodes []*node, ok bool) {
	if p.advance(); p.tok.kind == atEnd {
		return nil, true
	}
	return p.expr()
}

func (p *parser) advance() { p.tok = p.next() }

// expr reads terms with and or or between them.
func (p *parser) expr() (nodes []*node, ok bool) {
	for {
		n, ok := p.term()
		if !ok {
			return nil, false
		}
		nodes = append(nodes, n)
		switch p.tok.kind {
		case and:
			n.relation = uapi.TCF_EM_REL_AND
		case or:
			n.relation = uapi.TCF_EM_REL_OR
		default:
			return nodes, true
		}
		p.advance()
	}
}

func (p *parser) term() (n *node, ok bool) {
	n = new(node)
	if n.inverted = p.tok.kind == not; n.inverted {
		p.advance()
	}
	named := p.tok.kind == attribute
	if named {
		n.args = append(n.args, p.tok.arg)
		p.advance()
	}
	if p.tok.kind != opening {
		return nil, false
	}
	p.advance()
	if named {
		for ; p.tok.kind == attribute; p.advance() {
			n.args = append(n.args, p.tok.arg)
		}
		ok = len(n.args) > 1
	} else {
		n.group, ok = p.expr()
	}
	if !ok || p.tok.kind != closing {
		return nil, false
	}
	p.advance()
	return n, true
}
