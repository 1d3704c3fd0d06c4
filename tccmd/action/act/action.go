// Package act is what the kinds of action have in common: the struct that their options
// begin with (struct tc_gen), how words are read around a kind's own, what becomes of a
// packet, and the lines of output that all have.
package act

import (
	"cmp"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// A Kind is a kind of action. Its options have a struct that begins as struct tc_gen
// does: index, capabilities, control, references and bindings of 32 bits each.
type Kind struct {
	kind.Kind
	Params  uint16 // the attribute of the struct
	Size    int    // of the struct
	Ages    uint16 // the attribute that tells when it was made and used
	Control uint32 // what becomes of a packet, if no word says it
	// Read reads the words in place of the table, control and index; the kind's own
	// word stands first.
	Read func(c *field.Call) error
	// Check looks at how the words go together; Whole does where there is more than an
	// index.
	Check, Whole func(c *field.Call) error
	// Show prints the options, up to and with what becomes of a packet.
	Show func(v *field.View, params kind.At)
	// All prints all of them, in place of Show.
	All func(k *Kind, v *field.View) bool
	// Index is the complaint about a bad index, {value} in it the word, if it is not
	// KIND: Illegal "index"; Wrong makes an error of it, if it is not of the usual kind.
	Index string
	Wrong func(msg, value string) error
	// AnyBase tells that an index is not always decimal.
	AnyBase bool
	// Key is the name that JSON has for the kind, if it is not "kind"; none is for a kind
	// that begins its output itself. Title is how text begins, if it is not "KIND ".
	Key, Title string
	// Lead begins the line with the index, if it is not "\t index ".
	Lead string
}

// None is the Key of a kind that begins its output itself.
const None = "-"

// Places in the struct.
const (
	AtIndex   = 0
	AtControl = 8
	atRefs    = 12
	atBinds   = 16
	GenSize   = 20
)

// Of is the kind that words are read for.
func Of(c *field.Call) *Kind { return c.For.(*KindOf).Kind }

// KindOf is what a call is for: a kind of action, and that as a kind of tc.
type KindOf struct {
	kind.Target
	*Kind
}

// The actions of a batch share their memory: one is read at a time.
type memory struct {
	KindOf
	reads field.Call
}

var zeros [64]byte // more than any struct of an action has

// Request reads an action and adds its options.
func (k *Kind) Request(e *cli.Env, a *cli.Args, m *rtnl.Msg) error {
	s := cli.State[memory](e)
	c := &s.reads
	c.Begin(e, a, &k.Table)
	s.KindOf = KindOf{kind.Target{Kind: &k.Kind, Msg: m}, k}
	c.For = &s.KindOf
	if k.Params != 0 {
		c.Put(0, k.Params, zeros[:k.Size])
		if k.Size >= GenSize {
			rtnl.NE.PutUint32(c.Get(0, k.Params)[AtControl:], k.Control)
		}
	}
	read := k.Read
	if read == nil {
		read = k.ReadWords
	}
	if err := read(c); err != nil {
		return err
	}
	if k.Check != nil {
		if err := k.Check(c); err != nil {
			return err
		}
	}
	nest := m.Nest(uapi.TCA_ACT_OPTIONS | kind.Nested)
	if k.Build != nil {
		if err := k.Build(c, m); err != nil {
			return err
		}
	} else {
		c.Encode(m, &k.Table)
	}
	m.End(nest)
	return nil
}

// ReadWords reads the kind's word, those of the table, a control and an index.
func (k *Kind) ReadWords(c *field.Call) error {
	if err := Next(c.Args); err != nil {
		return err
	}
	if err := c.Read(); err != nil {
		return err
	}
	return k.Last(c)
}

// Last reads what comes last: a control and an index.
func (k *Kind) Last(c *field.Call) error {
	if err := OptionalControl(c); err != nil {
		return err
	}
	return k.ReadIndex(c)
}

// ReadIndex reads the number of an action that there is, if it is given.
func (k *Kind) ReadIndex(c *field.Call) error {
	if !c.Args.Match("index") {
		return nil
	}
	return k.IndexValue(c, cmp.Or(k.Index, k.Name+`: Illegal "index"`))
}

// IndexValue reads the number; bad is the complaint about it.
func (k *Kind) IndexValue(c *field.Call, bad string) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	base := 10
	if k.AnyBase {
		base = 0
	}
	n, ok := word.Uint(s, base, 32)
	switch {
	case !ok && k.Wrong != nil:
		return k.Wrong(bad, s)
	case !ok:
		return kind.Wrong(strings.ReplaceAll(bad, "{value}", s), s)
	}
	rtnl.NE.PutUint32(Gen(c)[AtIndex:], uint32(n))
	c.Put(field.Slot, indexed, nil)
	return nil
}

// indexed tells, as a slot, that an index was given.
const indexed = 0xFFFF

// HasIndex reports whether an index was given.
func HasIndex(c *field.Call) bool { return c.Get(field.Slot, indexed) != nil }

// WordsOrIndex is words, but an index may stand alone.
func WordsOrIndex(c *field.Call) error {
	k := Of(c)
	if err := Next(c.Args); err != nil {
		return err
	}
	if c.Args.Is("=index") {
		return k.ReadIndex(c)
	}
	if err := c.Read(); err != nil {
		return err
	}
	if err := k.Last(c); err != nil || k.Whole == nil {
		return err
	}
	return k.Whole(c)
}

// InOrder reads words that stand in the order of the rows, each once or not at all,
// behind the kind's, which may be the last.
func InOrder(c *field.Call) error {
	k := Of(c)
	for c.Args.Is(k.Name) {
		c.Args.Skip()
	}
	if c.Args.Is("help") {
		return ExitUsage(c)
	}
	for _, r := range k.Rows {
		if !c.Args.Match(r.Words) {
			continue
		}
		if err := c.Row(r); err != nil {
			return err
		}
	}
	return k.Last(c)
}

// Next steps over a word that must not be the last one.
func Next(a *cli.Args) error {
	if a.Skip(); !a.More() {
		return cli.Incomplete()
	}
	return nil
}

// Gen is the struct of the action that is read.
func Gen(c *field.Call) []byte { return c.Get(0, Of(c).Params) }

// OptionalControl reads what is to become of a packet, if a word says it.
func OptionalControl(c *field.Call) error {
	n, ok, err := Control(c, false, true)
	if ok {
		rtnl.NE.PutUint32(Gen(c)[AtControl:], n)
	}
	return err
}

// Voice is how actions complain; words that they do not know end them.
var Voice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Twice: cli.DupArg}

// InvVoice is how those complain that exit.
var InvVoice = field.Voice{Bad: "{word} is invalid", Wrong: cli.InvArg, Twice: cli.DupArg}

// Usage is the type of a word that shows the usage and ends the process.
var Usage = field.Type{Parse: func(c *field.Call, _ *field.Row) error { return ExitUsage(c) }}

// HelpRow is the row of "help".
var HelpRow = field.Row{Words: "help", Type: &Usage}

// ExitUsage shows the usage and ends the process.
func ExitUsage(c *field.Call) error { return ExitUsageAfter(c, "") }

// ExitUsageAfter is a complaint that the usage follows, and that ends the process.
func ExitUsageAfter(c *field.Call, text string) error {
	return &cli.Error{Status: cli.StatusUsage, Text: text + Of(c).Help(), Ends: true}
}

// Types of words that say nothing, such as the kind's own once more; NotAlone must not be
// the last one.
var (
	Again    = field.Type{Form: field.Alone, Parse: func(*field.Call, *field.Row) error { return nil }}
	NotAlone = field.Type{Form: field.Alone, Parse: func(c *field.Call, _ *field.Row) error {
		if !c.Args.More() {
			return cli.Incomplete()
		}
		return nil
	}}
)
