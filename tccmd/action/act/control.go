package act

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
	Pass       = 0
	Reclassify = 1
	drop       = 2
	Pipe       = 3 // the next action
	Stolen     = 4
	trap       = 8
	jump       = 1 << 28
	gotoChain  = 2 << 28
	extValue   = 1<<28 - 1
)

// controls are the words for that, in the order in which abbreviations are tried.
var controls = word.Names{
	{goOn, "continue"}, {drop, "drop"}, {drop, "shot"}, {Pass, "pass"}, {Pass, "ok"}, {Reclassify, "reclassify"},
	{Pipe, "pipe"}, {gotoChain, "goto"}, {jump, "jump"}, {trap, "trap"},
}

// ParseControl is the number of a word, without its value, or a number if that is
// allowed.
func ParseControl(s string, number bool) (uint32, bool) {
	if n, ok := controls.Match(s); ok || !number {
		return uint32(n), ok
	}
	n, rest, ok := word.Scan(s, 10)
	return uint32(n), ok && rest == ""
}

// Control reads a control with its value. Complaints are written at once; the words
// stay where they are if there is none. Without a complaint about a word that is
// none, quiet.
func Control(c *field.Call, number, quiet bool) (n uint32, ok bool, err error) {
	a := c.Args
	if !a.More() {
		return 0, false, nil
	}
	n, ok = ParseControl(a.Word(), number)
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

// TwoControls reads A/B, in one word or in three: what becomes of a packet that
// exceeds a rate, and of one that does not.
func TwoControls(c *field.Call) (first, second uint32, both, ok bool, err error) {
	a := c.Args
	if one, two, found := strings.Cut(a.Word(), "/"); found {
		first, ok = ParseControl(one, true)
		if ok {
			second, ok = ParseControl(two, true)
		}
		if ok {
			a.Skip()
		}
		return first, second, true, ok, nil
	}
	first, ok, err = Control(c, true, false)
	if !ok || !a.Is("=/") {
		return first, 0, false, ok, err
	}
	if err = Next(a); err != nil {
		return 0, 0, false, false, err
	}
	second, ok, err = Control(c, true, false)
	return first, second, true, ok, err
}

// controlName spells a control without its value.
func controlName(n uint32) string {
	if n == Stolen {
		return "stolen" // which no word asks for
	}
	if what := n &^ extValue; what == gotoChain || what == jump {
		n = what
	}
	if name := controls.Of(uint64(n)); name != "" {
		return name
	}
	return strconv.Itoa(int(int32(n)))
}

// ShowControl writes what becomes of a packet.
func ShowControl(p *show.Pen, pre string, n uint32, post string) {
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
