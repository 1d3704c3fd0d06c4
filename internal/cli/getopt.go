package cli

import (
	"fmt"
	"os"
	"strings"

	"gip/internal/word"
)

// A Getopt describes a command line as getopt_long(3) does, for the commands
// that are not iproute2's.
type Getopt struct {
	Prog  string // the name in the error texts
	Short string // "ab:c::": b needs an argument, c may have one joined to it
	Long  []LongOpt
	// InOrder stops at the first word that is no option, as with "+", or with
	// POSIXLY_CORRECT in the environment.
	InOrder bool
	// Python has the errors as Python's getopt words them.
	Python bool
}

// As is g for a command that was called by another name: argv[0].
func (g Getopt) As(called string) *Getopt {
	g.Prog = called
	return &g
}

// A LongOpt is a row of a table of long options.
type LongOpt struct {
	Name string
	Arg  ArgMode
	Val  rune // what it is the long form of
}

// ArgMode tells whether an option has an argument.
type ArgMode uint8

// The argument modes of getopt_long.
const (
	NoArg ArgMode = iota
	NeedArg
	MayArg
)

// An Opt is one option that was found.
type Opt struct {
	Val  rune   // the letter, or LongOpt.Val; '?' for an error
	Long string // the name of a long option, in full
	Arg  string
	Has  bool   // an argument was given
	Err  string // the text of an error, one line without newline
}

// Parse splits words into options and operands. Options may stand behind
// operands; "--" ends them. Errors are options of their own, so that a command
// can print them in their turn.
func (g *Getopt) Parse(words []string) (opts []Opt, rest []string) {
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		switch {
		case w == "--":
			return opts, append(rest, words...)
		case strings.HasPrefix(w, "--") && (g.Long != nil || g.Python):
			var o Opt
			o, words = g.long(w[2:], words)
			opts = append(opts, o)
		case len(w) > 1 && w[0] == '-':
			opts, words = g.short(opts, w[1:], words)
		default:
			g.offer(w)
			rest = append(rest, w)
			if g.InOrder || len(rest) == 1 && strict(words) {
				return opts, append(rest, words...)
			}
		}
	}
	return opts, rest
}

// Done is the error of an option that answered for the whole command.
var Done error = &Error{}

// Each calls take with one option after the other, each to its effect: what one prints
// stands before the error of the next. It returns the operands.
func (g *Getopt) Each(words []string, take func(Opt) error) (rest []string, err error) {
	opts, rest := g.Parse(words)
	for _, o := range opts {
		if err := take(o); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// A Switch is an option that turns one thing on. Its type has no name of its own, so that
// rows of a list need not name the fields.
type Switch = struct {
	Val rune
	On  *bool
}

// Turns turns on what the option is a switch of, and reports whether it is one of these.
func (o Opt) Turns(switches []Switch) bool {
	for _, s := range switches {
		if s.Val == o.Val {
			*s.On = true
			return true
		}
	}
	return false
}

// offer tells all options, if w is the word that is asked about.
func (g *Getopt) offer(w string) {
	if w != word.Asked {
		return
	}
	for _, o := range g.Long {
		word.Offer(w, "--"+o.Name)
	}
	for _, c := range strings.ReplaceAll(g.Short, ":", "") {
		word.Offer(w, "-"+string(c))
	}
}

// strict reports whether no option may stand behind the first operand, which
// words follow. The environment is looked at only if that makes a difference.
func strict(words []string) bool {
	for _, w := range words {
		if len(w) > 1 && w[0] == '-' {
			_, set := os.LookupEnv("POSIXLY_CORRECT")
			return set
		}
	}
	return false
}

// fail is an error about an option, in C's words or in Python's.
func (g *Getopt) fail(c, python, name string) Opt {
	if g.Python {
		return Opt{Val: '?', Err: fmt.Sprintf(python, name)}
	}
	return Opt{Val: '?', Err: g.Prog + ": " + fmt.Sprintf(c, name)}
}

// short takes the letters of one word; the argument of the last may be the
// next word.
func (g *Getopt) short(opts []Opt, letters string, words []string) ([]Opt, []string) {
	for letters != "" {
		letter, c := letters[:1], letters[0]
		letters = letters[1:]
		mode, ok := g.mode(c)
		o := Opt{Val: rune(c)}
		switch {
		case !ok:
			o = g.fail("invalid option -- '%s'", "option -%s not recognized", letter)
		case mode != NoArg && letters != "":
			o.Arg, o.Has, letters = letters, true, ""
		case mode == NeedArg && len(words) == 0:
			o = g.fail("option requires an argument -- '%s'", "option -%s requires argument", letter)
		case mode == NeedArg:
			o.Arg, o.Has, words = words[0], true, words[1:]
		}
		opts = append(opts, o)
	}
	return opts, words
}

func (g *Getopt) mode(c byte) (ArgMode, bool) {
	i := strings.IndexByte(g.Short, c)
	if c == ':' || i < 0 {
		return 0, false
	}
	tail := g.Short[i+1:]
	switch {
	case strings.HasPrefix(tail, "::"):
		return MayArg, true
	case strings.HasPrefix(tail, ":"):
		return NeedArg, true
	}
	return NoArg, true
}

func (g *Getopt) long(w string, words []string) (Opt, []string) {
	name, arg, has := strings.Cut(w, "=")
	l, candidates := g.findLong(name)
	named := w // C names an option that it does not know with its argument
	if g.Python {
		named = name
	}
	switch {
	case len(candidates) > 1:
		return g.fail("option '--%s' is ambiguous; possibilities:"+strings.Join(candidates, ""), "option --%s not a unique prefix; possible options: "+strings.Join(candidates, ", "), named), words
	case l == nil:
		return g.fail("unrecognized option '--%s'", "option --%s not recognized", named), words
	case has && l.Arg == NoArg:
		return g.fail("option '--%s' doesn't allow an argument", "option --%s must not have an argument", l.Name), words
	case !has && l.Arg == NeedArg && len(words) == 0:
		return g.fail("option '--%s' requires an argument", "option --%s requires argument", l.Name), words
	case !has && l.Arg == NeedArg:
		return Opt{Val: l.Val, Long: l.Name, Arg: words[0], Has: true}, words[1:]
	}
	return Opt{Val: l.Val, Long: l.Name, Arg: arg, Has: has}, words
}

// findLong finds the option of that name, or the only one that begins so.
func (g *Getopt) findLong(name string) (found *LongOpt, candidates []string) {
	for i := range g.Long {
		l := &g.Long[i]
		if l.Name == name {
			return l, nil
		}
		if strings.HasPrefix(l.Name, name) {
			if found != nil && found.Val == l.Val && found.Arg == l.Arg {
				continue
			}
			found = l
			candidates = append(candidates, g.candidate(l))
		}
	}
	return found, candidates
}

// candidate is how an error lists an option that may be meant.
func (g *Getopt) candidate(l *LongOpt) string {
	switch {
	case !g.Python:
		return " '--" + l.Name + "'"
	case l.Arg == NeedArg:
		return l.Name + "="
	}
	return l.Name
}
