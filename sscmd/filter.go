package sscmd

import (
	"bufio"
	"io"
	"strings"

	"gip/internal/cli"
	"gip/internal/word"
)

// The words of a filter are tokens, by what they may stand for. Operators and
// keywords have their own; any other word is a value, of the kind that the keyword
// before it wants.
type token uint8

const (
	tokEnd token = iota
	tokNot
	tokAnd
	tokOr
	tokOpen
	tokClose
	tokDst
	tokSrc
	tokDport
	tokSport
	tokDev
	tokMark
	tokCgroup
	tokAuto
	tokGE
	tokLE
	tokNE
	tokEQ
	tokGT
	tokLT
	tokHost // values
	tokDevice
	tokMarkValue
	tokCgroupPath
)

// tokens are the words that are no values.
var tokens = []struct {
	words string
	token token
}{
	{"!", tokNot}, {"not", tokNot},
	{"&", tokAnd}, {"&&", tokAnd}, {"and", tokAnd},
	{"|", tokOr}, {"||", tokOr}, {"or", tokOr},
	{"(", tokOpen}, {")", tokClose},
	{"dst", tokDst}, {"src", tokSrc}, {"dport", tokDport}, {"sport", tokSport},
	{"dev", tokDev}, {"fwmark", tokMark}, {"cgroup", tokCgroup},
	{">=", tokGE}, {"ge", tokGE}, {"geq", tokGE},
	{"<=", tokLE}, {"le", tokLE}, {"leq", tokLE},
	{"!=", tokNE}, {"ne", tokNE}, {"neq", tokNE},
	{"=", tokEQ}, {"==", tokEQ}, {"eq", tokEQ},
	{">", tokGT}, {"gt", tokGT}, {"<", tokLT}, {"lt", tokLT},
	{"autobound", tokAuto},
}

// An op is what a node of a filter does.
type op uint8

const (
	opAnd op = iota
	opOr
	opNot
	opDst
	opSrc
	opDportGE
	opDportLE
	opSportGE
	opSportLE
	opDev
	opMark
	opCgroup
	opAuto
)

// A node is a condition, or joins two.
type node struct {
	op          op
	left, right *node
	cond        *cond
}

// comparisons are the operators that a keyword takes, with what each does. The
// opposite is what is asked of the kernel where it has no operator of its own.
var comparisons = []struct {
	key, operator token
	op            op
	not           bool
}{
	{tokDst, tokEQ, opDst, false},
	{tokSrc, tokEQ, opSrc, false},
	{tokDport, tokGE, opDportGE, false},
	{tokDport, tokLE, opDportLE, false},
	{tokDport, tokGT, opDportLE, true},
	{tokDport, tokLT, opDportGE, true},
	{tokDport, tokEQ, opDst, false},
	{tokDport, tokNE, opDst, true},
	{tokSport, tokGE, opSportGE, false},
	{tokSport, tokLE, opSportLE, false},
	{tokSport, tokGT, opSportLE, true},
	{tokSport, tokLT, opSportGE, true},
	{tokSport, tokEQ, opSrc, false},
	{tokSport, tokNE, opSrc, true},
	{tokDev, tokEQ, opDev, false},
	{tokDev, tokNE, opDev, true},
	{tokMark, tokEQ, opMark, false},
	{tokMark, tokNE, opMark, true},
	{tokCgroup, tokEQ, opCgroup, false},
	{tokCgroup, tokNE, opCgroup, true},
}

// valueOf is the kind of value that a keyword wants.
func valueOf(key token) token {
	switch key {
	case tokDev:
		return tokDevice
	case tokMark:
		return tokMarkValue
	case tokCgroup:
		return tokCgroupPath
	}
	return tokHost
}

// A parser reads a filter. A value is looked at, and refused, when it becomes the
// current token, be it in its place or not.
type parser struct {
	s       *ss
	words   []string      // left of the command line
	line    string        // left of the current word or line
	lines   *bufio.Reader // of the file of -F, or nil
	token   token
	value   *cond
	keyword token // the last one, which says what a value is; tokEnd for none
	depth   int   // what is begun and not ended yet
	err     error
}

// maxDepth is how much a filter may have begun: bison's parsers have no more room.
const maxDepth = 9999

// nest counts what begins, or with a negative number what ends.
func (p *parser) nest(n int) {
	if p.depth += n; p.depth >= maxDepth && p.err == nil {
		p.err = bisonError("memory exhausted")
	}
}

func bisonError(what string) error {
	return usageAfter("ss: bison bellows (while parsing filter): \"" + what + "!\" Sorry.\n")
}

// maxLine is the longest line of a file of -F, with its end.
const maxLine = 1022

// parseFilter reads the words behind the options, then the file of -F.
func (s *ss) parseFilter(words []string) (*node, error) {
	p := &parser{s: s, words: words}
	if s.filters != nil {
		p.lines = bufio.NewReader(s.filters)
	}
	p.next()
	if p.err == nil && p.token == tokEnd {
		return nil, nil
	}
	n := p.list(tokEnd)
	if p.err != nil {
		return nil, p.err
	}
	return n, s.Over() // which may have cut the filter off
}

// list reads conditions up to a token. Operators bind alike, from the left, and
// conditions without one between them are joined by "and".
func (p *parser) list(end token) *node {
	n := p.condition()
	for p.err == nil && p.token != end {
		join, words := opAnd, 1
		if p.token == tokOr {
			join = opOr
		}
		if p.token == tokOr || p.token == tokAnd {
			words = 2
			p.next()
		}
		p.nest(words)
		n = &node{op: join, left: n, right: p.condition()}
		p.nest(-words)
	}
	return n
}

func (p *parser) condition() *node {
	if p.err != nil {
		return nil
	}
	switch key := p.token; key {
	case tokOpen:
		p.nest(1)
		p.next()
		n := p.list(tokClose)
		p.next()
		p.nest(-1)
		return n
	case tokNot:
		p.nest(1)
		p.next()
		n := &node{op: opNot, left: p.condition()}
		p.nest(-1)
		return n
	case tokAuto:
		p.next()
		return &node{op: opAuto}
	default:
		return p.comparison(key)
	}
}

// comparison reads a keyword, an operator, which may be left out for =, and a value.
func (p *parser) comparison(key token) *node {
	if key < tokDst || key > tokCgroup {
		return p.fail()
	}
	p.next()
	operator := tokEQ
	if p.token >= tokGE && p.token <= tokLT {
		operator = p.token
	}
	for i := range comparisons {
		c := &comparisons[i]
		if c.key != key || c.operator != operator {
			continue
		}
		if p.token == operator {
			p.next()
		}
		if p.err != nil || p.token != valueOf(key) {
			return p.fail()
		}
		p.nest(3)
		p.nest(-3)
		n := &node{op: c.op, cond: p.value}
		if c.op == opCgroup && !p.s.knowsCgroups() {
			p.err = cli.Exit(cli.StatusUsage, "It looks like such filter is not supported! Too old kernel?")
			return nil
		}
		if c.not {
			n = &node{op: opNot, left: n}
		}
		p.next()
		return n
	}
	return p.fail()
}

func (p *parser) fail() *node {
	if p.err == nil {
		p.err = bisonError("syntax error")
	}
	return nil
}

// next reads the next token.
func (p *parser) next() {
	if p.err != nil {
		return
	}
	w, ok := p.word()
	if !ok {
		p.token = tokEnd
		return
	}
	for i := range tokens {
		if word.Offer(w, tokens[i].words); tokens[i].words == w {
			p.token = tokens[i].token
			if p.token >= tokDst && p.token <= tokAuto {
				p.keyword = p.token
			}
			return
		}
	}
	p.token = valueOf(p.keyword)
	p.value, p.err = p.s.parseValue(p.keyword, w)
}

// word returns the next word: words stand in arguments and lines, between blanks,
// and a backslash takes the next byte as it is.
func (p *parser) word() (w string, ok bool) {
	for p.err == nil {
		p.line = strings.TrimLeft(p.line, " \t")
		if p.line != "" {
			return p.cut(), true
		}
		if !p.refill() {
			break
		}
	}
	return "", false
}

// refill takes the next argument, or line of the file.
func (p *parser) refill() bool {
	if len(p.words) > 0 {
		p.line, p.words = p.words[0], p.words[1:]
		return true
	}
	if p.lines == nil {
		return false
	}
	line, err := p.lines.ReadString('\n')
	switch {
	case err != nil && (err != io.EOF || line == ""):
		return false
	case len(line) > maxLine:
		p.err = cli.Exit(cli.StatusUsage, "Too long line in filter")
		return false
	}
	line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "\x00")
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "0") {
		line = ""
	}
	p.line = line
	return true
}

// cut takes the word that the line begins with.
func (p *parser) cut() string {
	var w []byte
	i := 0
	for ; i < len(p.line) && p.line[i] != ' ' && p.line[i] != '\t'; i++ {
		if p.line[i] == '\\' {
			if i++; i == len(p.line) {
				break
			}
		}
		w = append(w, p.line[i])
	}
	p.line = p.line[i:]
	return string(w)
}
