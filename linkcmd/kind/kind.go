// Package kind is what the kinds of link have in common (vlan, bond, bridge_slave,
// …). A kind is a table of rows (package field): keyword, netlink attribute, value
// format, names in text and JSON. Reading, sending and both forms of output derive
// from that table; see [Kind]. A new kind is one file with one table, in
// linkcmd/tunnelkind or linkcmd/linkkind, and one line in the list of kinds there.
package kind

import (
	"cmp"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/show"
	"gip/internal/word"
)

// A Kind is one TYPE of "ip link add … type TYPE", or the port of a master
// ("bridge_slave"): a table, and what no table of another command has.
type Kind struct {
	field.Table
	// Unknown is how the kind complains of a word that it does not know; if it is
	// empty, the usage text is all there is.
	Unknown string
	// Help is how the word help may be written, if not shortened in any way; "=" is
	// a kind that does not know it.
	Help string
	// Head is how the help begins, if not with "... {kind}"; Told are lines at its
	// end that explain what the rows do not.
	Head, Told string
	// Begin, if set, puts what the request holds before any word is read, or reads
	// what stands in front of the words of the table.
	Begin func(c *field.Call) error
	// Xstats prints IFLA_INFO_XSTATS.
	Xstats func(p *show.Pen, data []byte)
}

// The complaints of most kinds about a word that they do not know.
const (
	UnknownCommand = `unknown command "{word}"?`
	UnknownOption  = `unknown option "{word}"?`
)

// A Target is what the words of a kind are for: the link that is made or changed.
type Target struct {
	Kind *Kind
	Name string // of the kind
	// Create tells that a link is made, or made anew; Set that one is changed, and
	// not removed.
	Create, Set bool
	Index       int32 // of a link that is there
	// Peer reads the words of the other end of a pair: an ifinfomsg and attributes,
	// and the type if one was given, which the kind refuses.
	Peer func(a *cli.Args) (peer []byte, kind *string, err error)
}

// TargetOf is what the words are for.
func TargetOf(c *field.Call) *Target { return c.For.(*Target) }

// Voice is how kinds complain.
var Voice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Twice: cli.DupArg2, Missing: cli.MissArg, Unknown: Strange}

// Read reads all words that are left as words of the kind.
func (t *Target) Read(e *cli.Env, a *cli.Args) (*field.Call, error) {
	c := field.NewCall(e, a, &t.Kind.Table)
	c.For = t
	if t.Kind.Begin != nil {
		if err := t.Kind.Begin(c); err != nil {
			return c, err
		}
	}
	return c, c.Read()
}

// Strange is the error of a word that no row has, of which help is one.
func Strange(c *field.Call) error {
	t := TargetOf(c)
	if t.Kind.Unknown == "" || t.Kind.IsHelp(c.Typed) {
		return t.Usage()
	}
	return t.Complain(strings.Replace(t.Kind.Unknown, "{word}", c.Typed, 1))
}

func (k *Kind) IsHelp(w string) bool { return word.Match(cmp.Or(k.Help, "help"), w) }

// Complain is the error of a kind that shows its usage: "vlan: TEXT".
func (t *Target) Complain(text string) error {
	return &cli.Error{Status: cli.StatusError, Text: t.Name + ": " + text + "\n" + t.Kind.HelpText(t.Name)}
}

// Usage shows the usage text as an error.
func (t *Target) Usage() error {
	return &cli.Error{Status: cli.StatusError, Text: t.Kind.HelpText(t.Name)}
}

// usage is the help of a kind under that name, made from its table.
func (k *Kind) HelpText(name string) string {
	head := strings.Replace(cmp.Or(k.Head, "... {kind}"), "{kind}", name, 1)
	return "Usage: " + head + k.Grammar() + k.Told
}

// HasHelp reports whether the kind has a help text: what can only be shown has
// none.
func (k *Kind) HasHelp() bool { return k.Rows == nil && k.Then == nil || k.TakesWords() }

// TakesWords reports whether words may follow the kind.
func (k *Kind) TakesWords() bool {
	for r := range k.All {
		if r.Words != "" {
			return true
		}
	}
	return false
}

// Prints reports whether the kind has values to show, for which the real tool
// opens an object in JSON even if it is empty.
func (k *Kind) Prints() bool {
	if k == nil {
		return false
	}
	for r := range k.All {
		if r.Flags&field.Quiet == 0 {
			return true
		}
	}
	return false
}

// Print prints IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA, if the kernel sent any.
func (k *Kind) Print(e *cli.Env, data []byte) {
	if data != nil {
		k.Show(field.ViewOf(e, data))
	}
}
