package ere

import "strings"

// An Error says why a pattern is none, in the C library's words.
type Error string

func (e Error) Error() string { return string(e) }

const (
	errCollate   Error = "Invalid collation character"
	errClass     Error = "Invalid character class name"
	errBackslash Error = "Trailing backslash"
	errGroup     Error = "Invalid back reference"
	errBracket   Error = "Unmatched [, [^, [:, [., or [="
	errParen     Error = "Unmatched ( or \\("
	errBrace     Error = "Unmatched \\{"
	errInterval  Error = "Invalid content of \\{\\}"
	errRange     Error = "Invalid range end"
	errSize      Error = "Regular expression too big"
	errRepeat    Error = "Invalid preceding regular expression"
	// ErrBackReference is the only one that the C library does not have.
	ErrBackReference Error = "Back-references are not supported"
)

// Compile reads a pattern.
func Compile(pattern string) (*Regexp, error) {
	p := parser{s: pattern}
	n, err := p.alternatives(0)
	if err != nil {
		return nil, err
	}
	var c compiler
	c.node(n)
	if c.full() {
		return nil, errSize
	}
	c.emit(opMatch, nil)
	r := &Regexp{prog: c.prog}
	r.now.seen = make([]uint32, len(r.prog))
	r.next.seen = make([]uint32, len(r.prog))
	return r, nil
}

// A parser reads a pattern from left to right.
type parser struct {
	s      string
	i      int
	opened int    // groups
	closed uint16 // bits of the groups that are complete, as far as \9
}

func (p *parser) more() bool { return p.i < len(p.s) }

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if !p.more() {
		return 0
	}
	return p.s[p.i]
}

// took steps over c if it is next.
func (p *parser) took(c byte) bool {
	if p.more() && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// alternatives reads branches with | between them, nest groups deep.
func (p *parser) alternatives(nest int) (*node, error) {
	n, err := p.branch(nest)
	if err != nil || p.peek() != '|' {
		return n, err
	}
	alt := &node{kind: kindAlt, sub: []*node{n}}
	for p.took('|') {
		if n, err = p.branch(nest); err != nil {
			return nil, err
		}
		alt.sub = append(alt.sub, n)
	}
	return alt, nil
}

// branch reads what has to follow one another.
func (p *parser) branch(nest int) (*node, error) {
	var subs []*node
	for p.more() && p.peek() != '|' && (nest == 0 || p.peek() != ')') {
		n, err := p.piece(nest)
		if err != nil {
			return nil, err
		}
		if n != nil {
			subs = append(subs, n)
		}
	}
	switch len(subs) {
	case 0:
		return nil, nil
	case 1:
		return subs[0], nil
	}
	return &node{kind: kindCat, sub: subs}, nil
}

// piece reads an atom and how often it is wanted. An assertion is complete
// without: what would repeat it is an error.
func (p *parser) piece(nest int) (*node, error) {
	group := p.peek() == '('
	n, err := p.atom(nest)
	if err != nil || !group && n.kind == kindAssert {
		return n, err
	}
	for p.more() && strings.IndexByte("*+?{", p.peek()) >= 0 {
		min, max := 0, unlimited
		p.i++
		switch p.s[p.i-1] {
		case '+':
			min = 1
		case '?':
			max = 1
		case '{':
			if min, max, err = p.interval(); err != nil {
				return nil, err
			}
		}
		n = repeated(n, min, max)
	}
	return n, nil
}

func repeated(n *node, min, max int) *node {
	if n == nil || max == 0 {
		return nil
	}
	return &node{kind: kindRepeat, sub: []*node{n}, min: min, max: max}
}

// maxRepeat is RE_DUP_MAX.
const maxRepeat = 0x7fff

// interval reads what follows a {. Without a minimum that is 0.
func (p *parser) interval() (min, max int, err error) {
	min, has, err := p.number()
	switch {
	case err != nil:
		return 0, 0, err
	case !has && p.peek() != ',':
		return 0, 0, errInterval
	}
	max = min
	if p.took(',') {
		if max, has, err = p.number(); err != nil {
			return 0, 0, err
		}
		if !has {
			max = unlimited
		}
	}
	switch {
	case !p.took('}') || max != unlimited && min > max:
		return 0, 0, errInterval
	case min > maxRepeat || max > maxRepeat:
		return 0, 0, errSize
	}
	return min, max, nil
}

// number reads digits, which a , or } has to follow.
func (p *parser) number() (n int, has bool, err error) {
	for ; p.more(); p.i++ {
		switch c := p.peek(); {
		case c == ',' || c == '}':
			return n, has, nil
		case c < '0' || c > '9':
			return 0, false, p.badNumber()
		default:
			n, has = min(n*10+int(c-'0'), maxRepeat+1), true
		}
	}
	return 0, false, errBrace
}

// badNumber tells an interval that has wrong content from one without end.
func (p *parser) badNumber() error {
	if !strings.ContainsAny(p.s[p.i:], ",}") {
		return errBrace
	}
	return errInterval
}

// atom reads the smallest part of a pattern. A ) gets here where there is no
// group to close, and } where there is no interval: they are plain.
func (p *parser) atom(nest int) (*node, error) {
	c := p.s[p.i]
	p.i++
	switch c {
	case '*', '+', '?', '{':
		return nil, errRepeat
	case '(':
		return p.group(nest)
	case '[':
		return p.bracket()
	case '\\':
		return p.escape()
	case '^':
		return assertion(opBegin), nil
	case '$':
		return assertion(opEnd), nil
	case '.':
		var nul set
		nul.add(0)
		return anyOf(nul, true), nil
	}
	return literal(c), nil
}

func assertion(o op) *node { return &node{kind: kindAssert, op: o} }

func literal(c byte) *node {
	var s set
	s.add(c)
	return anyOf(s, false)
}

// anyOf is one byte of a set, or one that is not in it.
func anyOf(s set, not bool) *node {
	if not {
		s.invert()
	}
	return &node{kind: kindByte, set: &s}
}

// group reads what follows a ( and its ).
func (p *parser) group(nest int) (*node, error) {
	p.opened++
	number := p.opened
	n, err := p.alternatives(nest + 1)
	if err != nil {
		return nil, err
	}
	if !p.took(')') {
		return nil, errParen
	}
	if number <= 9 {
		p.closed |= 1 << number
	}
	return n, nil
}

// escape reads what follows a backslash: what GNU gives a meaning, else a
// plain byte.
func (p *parser) escape() (*node, error) {
	if !p.more() {
		return nil, errBackslash
	}
	c := p.s[p.i]
	p.i++
	switch c {
	case 'w', 'W':
		return anyOf(wordSet, c == 'W'), nil
	case 's', 'S':
		var s set
		s.addClass("space")
		return anyOf(s, c == 'S'), nil
	case 'b':
		return assertion(opWordEdge), nil
	case 'B':
		return assertion(opNoWordEdge), nil
	case '<':
		return assertion(opWordBegin), nil
	case '>':
		return assertion(opWordEnd), nil
	case '`':
		return assertion(opBegin), nil
	case '\'':
		return assertion(opEnd), nil
	}
	if c >= '1' && c <= '9' {
		if p.closed>>(c-'0')&1 == 0 {
			return nil, errGroup
		}
		return nil, ErrBackReference
	}
	return literal(c), nil
}
