// Package action has the actions of tc, a table each (see docs/tc.md), and the lists of
// them that filters and "tc actions" have.
package action

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

// List is all of them. A new kind is a file and a line here.
var List = []*Kind{&gact, &mirred, &police, &skbedit, &vlan, &mpls, &nat, &pedit, &ife, &skbmod, &csum, &simple,
	&connmark, &ctinfo, &bpfAction, &tunnelKey, &sample, &ct, &gate}

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

const none = "-"

// Places in the struct.
const (
	atIndex   = 0
	atControl = 8
	atRefs    = 12
	atBinds   = 16
	genSize   = 20
)

// Find is the kind of that name, or nil.
func Find(name string) *Kind {
	for _, k := range List {
		word.Offer(name, k.Name)
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Of is the kind that words are read for.
func Of(c *field.Call) *Kind { return c.For.(*kindOf).Kind }

// kindOf is what a call is for: a kind of action, and that as a kind of tc.
type kindOf struct {
	kind.Target
	*Kind
}

// The actions of a batch share their memory: one is read at a time.
type memory struct {
	kindOf
	reads field.Call
}

var zeros [64]byte // more than any struct of an action has

// read reads an action and adds its options.
func (k *Kind) read(e *cli.Env, a *cli.Args, m *rtnl.Msg) error {
	s := cli.State[memory](e)
	c := &s.reads
	c.Begin(e, a, &k.Table)
	s.kindOf = kindOf{kind.Target{Kind: &k.Kind, Msg: m}, k}
	c.For = &s.kindOf
	if k.Params != 0 {
		c.Put(0, k.Params, zeros[:k.Size])
		if k.Size >= genSize {
			rtnl.NE.PutUint32(c.Get(0, k.Params)[atControl:], k.Control)
		}
	}
	read := k.Read
	if read == nil {
		read = k.words
	}
	if err := read(c); err != nil {
		return err
	}
	if k.Check != nil {
		if err := k.Check(c); err != nil {
			return err
		}
	}
	nest := m.Nest(uapi.TCA_ACT_OPTIONS | nested)
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

// words reads the kind's word, those of the table, a control and an index.
func (k *Kind) words(c *field.Call) error {
	if err := next(c.Args); err != nil {
		return err
	}
	if err := c.Read(); err != nil {
		return err
	}
	return k.last(c)
}

// last reads what comes last: a control and an index.
func (k *Kind) last(c *field.Call) error {
	if err := optionalControl(c); err != nil {
		return err
	}
	return k.index(c)
}

// index reads the number of an action that there is, if it is given.
func (k *Kind) index(c *field.Call) error {
	if !c.Args.Match("index") {
		return nil
	}
	return k.indexValue(c, cmp.Or(k.Index, k.Name+`: Illegal "index"`))
}

func (k *Kind) indexValue(c *field.Call, bad string) error {
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
	rtnl.NE.PutUint32(gen(c)[atIndex:], uint32(n))
	c.Put(field.Slot, indexed, nil)
	return nil
}

// indexed tells, as a slot, that an index was given.
const indexed = 0xFFFF

func hasIndex(c *field.Call) bool { return c.Get(field.Slot, indexed) != nil }

// wordsOrIndex is words, but an index may stand alone.
func wordsOrIndex(c *field.Call) error {
	k := Of(c)
	if err := next(c.Args); err != nil {
		return err
	}
	if c.Args.Is("=index") {
		return k.index(c)
	}
	if err := c.Read(); err != nil {
		return err
	}
	if err := k.last(c); err != nil || k.Whole == nil {
		return err
	}
	return k.Whole(c)
}

// inOrder reads words that stand in the order of the rows, each once or not at all,
// behind the kind's, which may be the last.
func inOrder(c *field.Call) error {
	k := Of(c)
	for c.Args.Is(k.Name) {
		c.Args.Skip()
	}
	if c.Args.Is("help") {
		return exitUsage(c)
	}
	for _, r := range k.Rows {
		if !c.Args.Match(r.Words) {
			continue
		}
		if err := c.Row(r); err != nil {
			return err
		}
	}
	return k.last(c)
}

const nested = 0x8000 // NLA_F_NESTED

// next steps over a word that must not be the last one.
func next(a *cli.Args) error {
	if a.Skip(); !a.More() {
		return cli.Incomplete()
	}
	return nil
}

// gen is the struct of the action that is read.
func gen(c *field.Call) []byte { return c.Get(0, Of(c).Params) }

// optionalControl reads what is to become of a packet, if a word says it.
func optionalControl(c *field.Call) error {
	n, ok, err := control(c, false, true)
	if ok {
		rtnl.NE.PutUint32(gen(c)[atControl:], n)
	}
	return err
}

// voice is how actions complain; words that they do not know end them.
var voice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Twice: cli.DupArg}

// invVoice is how those complain that exit.
var invVoice = field.Voice{Bad: "{word} is invalid", Wrong: cli.InvArg, Twice: cli.DupArg}

// usage is the type of a word that shows the usage and ends the process.
var usage = field.Type{Parse: func(c *field.Call, _ *field.Row) error { return exitUsage(c) }}

var helpRow = field.Row{Words: "help", Type: &usage}

func exitUsage(c *field.Call) error { return exitUsageAfter(c, "") }

// exitUsageAfter is a complaint that the usage follows, and that ends the process.
func exitUsageAfter(c *field.Call, text string) error {
	return &cli.Error{Status: cli.StatusUsage, Text: text + Of(c).Help(), Ends: true}
}

// Types of words that say nothing, such as the kind's own once more; notAlone must not be
// the last one.
var (
	again    = field.Type{Form: field.Alone, Parse: func(*field.Call, *field.Row) error { return nil }}
	notAlone = field.Type{Form: field.Alone, Parse: func(c *field.Call, _ *field.Row) error {
		if !c.Args.More() {
			return cli.Incomplete()
		}
		return nil
	}}
)
