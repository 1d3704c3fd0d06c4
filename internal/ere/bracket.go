package ere

import "strings"

// classes are those of the C locale: pairs of the first and the last byte of
// a run.
var classes = []struct{ name, runs string }{
	{"alpha", "AZaz"},
	{"digit", "09"},
	{"alnum", "09AZaz"},
	{"upper", "AZ"},
	{"lower", "az"},
	{"space", "\t\r  "},
	{"blank", "\t\t  "},
	{"punct", "!/:@[`{~"},
	{"print", " ~"},
	{"graph", "!~"},
	{"cntrl", "\x00\x1f\x7f\x7f"},
	{"xdigit", "09AFaf"},
}

// addClass adds the bytes of a class and reports whether there is such a one.
func (s *set) addClass(name string) bool {
	for _, c := range classes {
		if c.name != name {
			continue
		}
		for i := 0; i < len(c.runs); i += 2 {
			s.addRange(c.runs[i], c.runs[i+1])
		}
		return true
	}
	return false
}

// bracket reads what follows a [ and its ]. A ] that comes first is plain, as
// is a - that comes first or last.
func (p *parser) bracket() (*node, error) {
	var s set
	not := p.took('^')
	for first := true; first || p.peek() != ']'; first = false {
		if err := p.element(&s, first); err != nil {
			return nil, err
		}
		if !p.more() {
			return nil, errBracket
		}
	}
	p.i++
	return anyOf(s, not), nil
}

// element adds a byte, a range of them or a class to s.
func (p *parser) element(s *set, first bool) error {
	from, class, err := p.symbol(first)
	if err != nil {
		return err
	}
	if class != "" {
		if !s.addClass(class) {
			return errClass
		}
		return nil
	}
	if from.equivalent || p.peek() != '-' {
		s.add(from.c)
		return nil
	}
	if p.i++; !p.more() {
		return errBracket
	}
	if p.peek() == ']' {
		p.i-- // it is plain
		s.add(from.c)
		return nil
	}
	return p.rangeFrom(s, from.c)
}

// rangeFrom adds the range from a byte to the element that is next.
func (p *parser) rangeFrom(s *set, from byte) error {
	to, class, err := p.symbol(true)
	switch {
	case err != nil:
		return err
	case class != "" || to.equivalent || from > to.c:
		return errRange
	}
	s.addRange(from, to.c)
	return nil
}

// A char is an element of a bracket that stands for one byte.
type char struct {
	c          byte
	equivalent bool // written [=c=]
}

// symbol reads a byte, [.c.], [=c=] or the name of a [:class:]. A - is one
// only where it cannot be that of a range.
func (p *parser) symbol(hyphen bool) (c char, class string, err error) {
	if !p.more() {
		return c, "", errBracket
	}
	b := p.s[p.i]
	p.i++
	if b == '[' && p.more() && strings.IndexByte(".=:", p.peek()) >= 0 {
		return p.named()
	}
	if b == '-' && !hyphen && p.peek() != ']' {
		return c, "", errRange
	}
	return char{c: b}, "", nil
}

// maxName is the longest name that the C library has room for.
const maxName = 31

// named reads what follows the [ of [.c.], [=c=] and [:class:].
func (p *parser) named() (c char, class string, err error) {
	delim := p.s[p.i]
	name, _, found := strings.Cut(p.s[p.i+1:], string([]byte{delim, ']'}))
	switch p.i += 1 + len(name) + 2; {
	case !found || len(name) > maxName:
		return c, "", errBracket
	case delim == ':' && name == "":
		return c, "", errClass
	case delim == ':':
		return c, name, nil
	case len(name) != 1: // the C locale has no longer ones
		return c, "", errCollate
	}
	return char{name[0], delim == '='}, "", nil
}
