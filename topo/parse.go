package topo

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A kindOfValue is one of JSON's.
type kindOfValue int

const (
	null kindOfValue = iota
	boolean
	number
	text
	array
	object
)

var kindNames = [...]string{"null", "true or false", "a number", "a string", "an array", "an object"}

// A value is one of a parsed document, with the line that it begins in.
type value struct {
	kind  kindOfValue
	line  int
	text  string // of a string, unescaped; of numbers and booleans as it was written
	keys  []string
	items []*value
}

// get returns a member of an object; of several with a name the last, as most readers
// have it.
func (v *value) get(key string) *value {
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return v.items[i]
		}
	}
	return nil
}

// maxDepth is how deep values may be nested: ours are at four.
const maxDepth = 64

// parseValue parses a document (RFC 8259).
func parseValue(s string) (*value, error) {
	p := &parser{s: s, line: 1}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.s != "" {
		return nil, p.fail("something stands behind the document")
	}
	return v, nil
}

type parser struct {
	s    string // what is left
	line int
}

func (p *parser) fail(text string) error { return lineError(p.line, text) }

// expected is the error of what is not there.
func (p *parser) expected(what string) error {
	if p.s == "" {
		return p.fail("the document ends where " + what + " is expected")
	}
	r, _ := utf8.DecodeRuneInString(p.s)
	return p.fail("expected " + what + ", not " + strconv.QuoteRune(r))
}

func (p *parser) space() {
	for p.s != "" && strings.IndexByte(" \t\r\n", p.s[0]) >= 0 {
		if p.s[0] == '\n' {
			p.line++
		}
		p.s = p.s[1:]
	}
}

// take steps over a character, and white space before it.
func (p *parser) take(c byte) bool {
	p.space()
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

func (p *parser) value(depth int) (*value, error) {
	p.space()
	v := &value{line: p.line}
	switch {
	case depth > maxDepth:
		return nil, p.fail("values are nested too deep")
	case p.take('{'):
		v.kind = object
		return v, p.members(v, depth)
	case p.take('['):
		v.kind = array
		return v, p.elements(v, depth)
	case strings.HasPrefix(p.s, `"`):
		v.kind = text
		var err error
		v.text, err = p.string()
		return v, err
	}
	n := strings.IndexFunc(p.s, func(r rune) bool { return strings.ContainsRune(" \t\r\n,]}", r) })
	if n < 0 {
		n = len(p.s)
	}
	switch v.text = p.s[:n]; {
	case v.text == "null":
	case v.text == "true" || v.text == "false":
		v.kind = boolean
	case isNumber(v.text):
		v.kind = number
	default:
		return nil, p.expected("a value")
	}
	p.s = p.s[n:]
	return v, nil
}

func isNumber(s string) bool {
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || err.(*strconv.NumError).Err == strconv.ErrRange
}

func (p *parser) members(v *value, depth int) error {
	if p.take('}') {
		return nil
	}
	for {
		if p.space(); !strings.HasPrefix(p.s, `"`) {
			return p.expected("a name in quotes")
		}
		key, err := p.string()
		if err != nil {
			return err
		}
		if !p.take(':') {
			return p.expected("a colon")
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.keys, v.items = append(v.keys, key), append(v.items, item)
		switch {
		case p.take('}'):
			return nil
		case !p.take(','):
			return p.expected("a comma or a closing brace")
		}
	}
}

func (p *parser) elements(v *value, depth int) error {
	if p.take(']') {
		return nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
		switch {
		case p.take(']'):
			return nil
		case !p.take(','):
			return p.expected("a comma or a closing bracket")
		}
	}
}

// string takes a string that begins here.
func (p *parser) string() (string, error) {
	var b []byte
	for i := 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			p.s = p.s[i+1:]
			return string(b), nil
		case c < ' ':
			return "", p.fail("a string is not closed")
		case c == '\\':
			var n int
			if b, n = unescape(b, p.s[i+1:]); n == 0 {
				return "", p.fail("a string has an escape that JSON has not")
			}
			i += n
		default:
			b = append(b, c)
		}
	}
	return "", p.fail("a string is not closed")
}

const escapes, escaped = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// unescape appends what the escape behind a backslash stands for, and returns how
// long it is; 0 if there is none like it.
func unescape(b []byte, s string) ([]byte, int) {
	if s == "" {
		return b, 0
	}
	if i := strings.IndexByte(escapes, s[0]); i >= 0 {
		return append(b, escaped[i]), 1
	}
	r, ok := hexRune(s)
	if !ok {
		return b, 0
	}
	// A character beyond 16 bits is two escapes, a surrogate pair.
	if r >= 0xd800 && r < 0xdc00 && len(s) > 6 && s[5] == '\\' {
		if low, ok := hexRune(s[6:]); ok && low >= 0xdc00 && low < 0xe000 {
			return utf8.AppendRune(b, 0x10000+(r-0xd800)<<10+(low-0xdc00)), 11
		}
	}
	return utf8.AppendRune(b, r), 5
}

// hexRune reads uHHHH.
func hexRune(s string) (rune, bool) {
	if len(s) < 5 || s[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:5], 16, 16)
	return rune(n), err == nil
}
