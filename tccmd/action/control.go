package action

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/show"
	"gip/internal/word"
)

// What becomes of a packet. Some numbers have a value in their low 28 bits.
const (
	goOn       = 0xFFFFFFFF // "continue": the next filter
	pass       = 0
	reclassify = 1
	drop       = 2
	pipe       = 3 // the next action
	stolen     = 4
	trap       = 8
	jump       = 1 << 28
	gotoChain  = 2 << 28
	extValue   = 1<<28 - 1
)

// controls are the words for that, in the order in which abbreviations are tried.
var controls = []struct {
	word string
	n    uint32
}{
	{"continue", goOn}, {"drop", drop}, {"shot", drop}, {"pass", pass}, {"ok", pass}, {"reclassify", reclassify},
	{"pipe", pipe}, {"goto", gotoChain}, {"jump", jump}, {"trap", trap},
}

// parseControl is the number of a word, without its value, or a number if that is
// allowed.
func parseControl(s string, number bool) (uint32, bool) {
	for _, c := range controls {
		if word.Match(c.word, s) {
			return c.n, true
		}
	}
	if !number {
		return 0, false
	}
	n, rest, ok := word.Scan(s, 10)
	return uint32(n), ok && rest == ""
}

// control reads a control with its value. Complaints are written at once; the words
// stay where they are if there is none. Without a complaint about a word that is
// none, quiet.
func control(c *field.Call, number, quiet bool) (n uint32, ok bool, err error) {
	a := c.Args
	if !a.More() {
		return 0, false, nil
	}
	n, ok = parseControl(a.Word(), number)
	if !ok {
		if !quiet {
			c.Env.Warnf("Bad action type %s\n", a.Word())
		}
		return 0, false, nil
	}
	from := a.Len()
	a.Skip()
	text := ""
	switch n {
	case gotoChain:
		text, err = controlChain(a, &n)
	case jump:
		text, err = controlJump(a, &n)
	}
	if text == "" || err != nil {
		return n, err == nil, err
	}
	for a.Len() < from {
		a.Back()
	}
	c.Env.Warnf("%s\n", text)
	return 0, false, nil
}

// controlChain reads "chain N" behind goto.
func controlChain(a *cli.Args, n *uint32) (text string, err error) {
	s, err := a.Value()
	if err != nil {
		return "", err
	}
	if !word.Match("chain", s) {
		return `"chain index" expected`, nil
	}
	if s, err = a.Value(); err != nil {
		return "", err
	}
	v, ok := word.Uint(s, 10, 32)
	if !ok || v > extValue {
		return `Illegal "chain index"`, nil
	}
	*n |= uint32(v)
	return "", nil
}

func controlJump(a *cli.Args, n *uint32) (text string, err error) {
	s, err := a.Value()
	if err != nil {
		return "", err
	}
	v, ok := word.Uint(s, 10, 32)
	if !ok || v > extValue {
		return `Invalid "jump count" (` + s + ")", nil
	}
	*n |= uint32(v)
	return "", nil
}

// twoControls reads A/B, in one word or in three: what becomes of a packet that
// exceeds a rate, and of one that does not.
func twoControls(c *field.Call) (first, second uint32, both, ok bool, err error) {
	a := c.Args
	if one, two, found := strings.Cut(a.Word(), "/"); found {
		first, ok = parseControl(one, true)
		if ok {
			second, ok = parseControl(two, true)
		}
		if ok {
			a.Skip()
		}
		return first, second, true, ok, nil
	}
	first, ok, err = control(c, true, false)
	if !ok || !a.Is("=/") {
		return first, 0, false, ok, err
	}
	if err = next(a); err != nil {
		return 0, 0, false, false, err
	}
	second, ok, err = control(c, true, false)
	return first, second, true, ok, err
}

// controlName spells a control without its value.
func controlName(n uint32) string {
	switch n &^ extValue {
	case gotoChain:
		return "goto"
	case jump:
		return "jump"
	}
	switch n {
	case goOn:
		return "continue"
	case pass:
		return "pass"
	case drop:
		return "drop"
	case reclassify:
		return "reclassify"
	case pipe:
		return "pipe"
	case stolen:
		return "stolen"
	case trap:
		return "trap"
	}
	return strconv.Itoa(int(int32(n)))
}

// showControl writes what becomes of a packet.
func showControl(p *show.Pen, pre string, n uint32, post string) {
	p.Text(pre)
	p.OpenObject("control_action")
	p.Str("type", "", controlName(n), "")
	switch n &^ extValue {
	case gotoChain:
		p.Uint("chain", " chain ", uint64(n&extValue), "")
	case jump:
		p.Uint("jump", " ", uint64(n&extValue), "")
	}
	p.CloseObject()
	p.Text(post)
}
