// Package kind is what the kinds of tc have in common: queueing disciplines and their
// classes, filters, actions. A kind is a table of rows (package field): keyword,
// attribute or place in a struct, format, names in text and JSON. Reading, the
// request and both forms of output derive from it. docs/tc.md tells how one is added.
package kind

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// A Kind is one qdisc, class, filter or action.
type Kind struct {
	field.Table
	// Also is another name that it goes by.
	Also string
	// Words are what may follow the kind where no rows say it, for the help.
	Words string
	// Told are lines at the end of the help.
	Told string
	// Options tells when TCA_OPTIONS is sent; Nested that NLA_F_NESTED marks it.
	Options Sent
	Nested  bool
	// Plain tells that the real tool has no parser for it, but a printer.
	Plain bool
	// Begin puts what a request holds before any word is read.
	Begin func(c *field.Call)
	// Build, if set, is in place of Encode: it adds the content of TCA_OPTIONS.
	Build func(c *field.Call, m *rtnl.Msg) error
	// Print prints the options, if Show of the table does not; nil options are none.
	Print func(v *field.View)
	// Xstats prints the kind's own statistics; Stats is its table if a table can do
	// that: of parts of the struct that is the view's Head.
	Xstats func(v *field.View)
	Stats  *field.Table
	// Class is the kind of its classes; nil for a qdisc that has none of its own.
	Class *Kind
}

// Sent tells when a kind's options are sent.
type Sent uint8

// When options are sent.
const (
	Always Sent = iota
	IfAny       // if there are words
	Never
)

// A Target is what the words of a kind are for: the request that they become.
type Target struct {
	Kind *Kind
	Msg  *rtnl.Msg
	Dev  string // the device that stands before the kind, of whose speed rates may be a part
	// Handle is the handle of a filter as it was typed; nil if there is none.
	Handle *string
	// Program is what a filter of the kind bpf runs, once it was read.
	Program *Program
}

// Of is what the words are for.
func Of(c *field.Call) *Target { return c.For.(*Target) }

// Voice is how most kinds complain.
var Voice = field.Voice{Bad: `Illegal "{word}"`, Wrong: Wrong, Twice: Twice, Missing: Missing, Unknown: Unknown}

// Wrong is a complaint that needs not the value.
func Wrong(msg, _ string) error { return cli.Fail("%s", msg) }

// WrongHelp is one that the usage follows.
func WrongHelp(msg, _ string) error {
	return &cli.Error{Status: cli.StatusError, Text: msg + "\n", Help: true}
}

// Twice is the complaint about a second value.
func Twice(word, _ string) error { return cli.Fail(`Duplicate "%s"`, word) }

// Missing is the complaint about a parameter that is required.
func Missing(word string) error { return cli.Fail(`"%s" not set`, word) }

// Refuse is a failure at the level of tc: status 255, but a batch goes on with -force.
func Refuse(format string, args ...any) error {
	e := cli.Exit(cli.StatusUsage, format, args...).(*cli.Error)
	e.Ends = false
	return e
}

// Unknown is the complaint about a word without a row, of which help is one.
func Unknown(c *field.Call) error { return OrHelp(c, NoHelp(c)) }

// OrHelp is a complaint about a word without a row, or the usage where the word is help.
func OrHelp(c *field.Call, complaint error) error {
	if c.Typed == "help" {
		return Of(c).Kind.Usage("")
	}
	return complaint
}

// NoHelp is the complaint about a word without a row where help is none.
func NoHelp(c *field.Call) error { return Of(c).Kind.Usage(`What is "` + c.Typed + `"?` + "\n") }

// Usage is the error that shows the kind's usage behind a text.
func (k *Kind) Usage(text string) error {
	return &cli.Error{Status: cli.StatusError, Text: text + k.Help()}
}

// IsHelp reports whether a word is help, or begins it.
func IsHelp(w string) bool { return word.Match("help", w) }

// Help is the usage, made from the table.
func (k *Kind) Help() string {
	if k.Words != "" {
		return strings.TrimRight("Usage: ... "+k.Name+" "+k.Words, " ") + "\n" + k.Told
	}
	return "Usage: ... " + k.Name + k.Grammar() + k.Told
}

// Read reads the words that are left and adds TCA_OPTIONS to the request.
func (k *Kind) Read(e *cli.Env, a *cli.Args, t *Target, attr uint16) error {
	t.Kind = k
	c := field.NewCall(e, a, &k.Table)
	return k.ReadBy(c, t, attr)
}

// ReadBy is Read with a call that has begun.
func (k *Kind) ReadBy(c *field.Call, t *Target, attr uint16) error {
	t.Kind, c.For = k, t
	if k.Begin != nil {
		k.Begin(c)
	}
	err := c.Read()
	if e, ok := err.(*cli.Error); ok && e.Help {
		e.Text, e.Help = e.Text+k.Help(), false
	}
	if err != nil {
		return err
	}
	return k.encode(c, t.Msg, attr)
}

func (k *Kind) encode(c *field.Call, m *rtnl.Msg, attr uint16) error {
	if k.Nested {
		attr |= nested
	}
	mark := m.Mark()
	nest := m.Nest(attr)
	if k.Build != nil {
		if err := k.Build(c, m); err != nil {
			return err
		}
	} else {
		c.Encode(m, &k.Table)
	}
	if k.Options == Never || k.Options == IfAny && !c.Begun() {
		m.Truncate(mark)
		return nil
	}
	if head := c.Get(field.Head, 0); len(head)%4 != 0 && m.Mark()-mark < 4+len(head)+4 {
		// A struct without attributes behind it is all there is: its length is the attribute's.
		m.Truncate(mark)
		m.Attr(attr, head)
		return nil
	}
	m.End(nest)
	return nil
}

const nested = 0x8000 // NLA_F_NESTED

// Show prints options: nil if the kernel sent none.
func (k *Kind) Show(e *cli.Env, options []byte) {
	head, attrs := cut(options, int(k.Size))
	v := field.ViewOf(e, attrs)
	v.Head = head
	if k.Print != nil {
		k.Print(v)
		return
	}
	k.Table.Show(v)
}

// cut splits options in the struct in front, if that is whole, and the attributes.
func cut(options []byte, size int) (head, attrs []byte) {
	if len(options) < size {
		return nil, nil
	}
	return options[:size], options[size:]
}

// ShowXstats prints the kind's own statistics, a struct that may be shorter or longer
// than the one that we know: what is missing is 0.
func (k *Kind) ShowXstats(e *cli.Env, b []byte) {
	if len(b) < statsSize {
		whole := cli.State[wholeStats](e)[:]
		clear(whole[copy(whole, b):])
		b = whole
	}
	v := field.ViewOf(e, nil)
	v.Head = b
	if k.Xstats != nil {
		k.Xstats(v)
		return
	}
	k.Stats.Show(v)
}

// HasXstats reports whether there is something to print them.
func (k *Kind) HasXstats() bool { return k != nil && (k.Xstats != nil || k.Stats != nil) }

// statsSize is more than any struct of statistics takes.
const statsSize = 256

// wholeStats is where a struct that is shorter is made whole.
type wholeStats [statsSize]byte

// Find is the kind with exactly this name, or nil.
func Find(kinds []*Kind, name string) *Kind {
	for _, k := range kinds {
		if k.Name == name || name != "" && k.Also == name {
			return k
		}
	}
	return nil
}

// Named is the first of these kinds, or of those that are kinds of something, that a name
// of the kernel's means, or nil. It is not Find of a string, nor that one this: either
// would take memory for each record or line.
func Named[K interface{ Is(name []byte) bool }](kinds []K, name []byte) (none K) {
	for _, k := range kinds {
		if k.Is(name) {
			return k
		}
	}
	return none
}

// Is reports whether the kind has that name.
func (k *Kind) Is(name []byte) bool {
	return k.Name == string(name) || len(name) > 0 && k.Also == string(name)
}

// Cut15 is a name as the kernel has room for it.
func Cut15(s string) string { return s[:min(len(s), 15)] }

// percent reports whether a rate is a part of a device's speed.
func percent(s string) bool { return strings.Contains(s, "%") }

// ClassXstats is the kind that prints the statistics of a class: the class, or the
// qdisc, which has the same.
func (k *Kind) ClassXstats() *Kind {
	switch {
	case k.Class.HasXstats():
		return k.Class
	case k.HasXstats():
		return k
	}
	return nil
}
