// Package action has the actions of tc, a table each (see docs/tc.md), and the lists of
// them that filters and "tc actions" have.
package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// List is all of them. A new kind is a file and a line here.
var List = []*Kind{&gact, &mirred, &police, &skbedit, &vlan}

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
	// Check looks at how the words go together.
	Check func(c *field.Call) error
	// Show prints the options, up to and with what becomes of a packet.
	Show func(v *field.View, params kind.At)
	// All prints all of them, in place of Show.
	All func(v *field.View) bool
}

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

// read reads an action and adds its options.
func (k *Kind) read(e *cli.Env, a *cli.Args, m *rtnl.Msg) error {
	var c field.Call
	c.Begin(e, a, &k.Table)
	c.For = &kindOf{kind.Target{Kind: &k.Kind, Msg: m}, k}
	params := make([]byte, k.Size)
	if k.Size >= genSize {
		rtnl.NE.PutUint32(params[atControl:], k.Control)
	}
	if k.Params != 0 {
		c.Put(0, k.Params, params)
	}
	read := k.Read
	if read == nil {
		read = k.words
	}
	if err := read(&c); err != nil {
		return err
	}
	if k.Check != nil {
		if err := k.Check(&c); err != nil {
			return err
		}
	}
	nest := m.Nest(uapi.TCA_ACT_OPTIONS | nested)
	if k.Build != nil {
		if err := k.Build(&c, m); err != nil {
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
	if err := optionalControl(c); err != nil {
		return err
	}
	return index(c, k.Name+": ")
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

// index reads the number of an action that there is, if it is given. lead stands before
// the complaint.
func index(c *field.Call, lead string) error {
	if !c.Args.Match("index") {
		return nil
	}
	return indexValue(c, lead)
}

func indexValue(c *field.Call, lead string) error {
	n, err := decimal(c, lead+`Illegal "index"`, 32)
	if err == nil {
		rtnl.NE.PutUint32(gen(c)[atIndex:], uint32(n))
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

func exitUsage(c *field.Call) error {
	return &cli.Error{Status: cli.StatusUsage, Text: Of(c).Help(), Ends: true}
}
