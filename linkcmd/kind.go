// Package linkcmd is "ip link": it makes, changes, removes and shows links of
// every kind. It departs from iproute2 nowhere on purpose.
//
// A link kind (vlan, bond, bridge_slave, …) is a table of rows (package field):
// keyword, netlink attribute, value format, names in text and JSON. Reading,
// sending and both forms of output derive from that table; see [kind]. A new kind
// is one file with one table and one line in the list of kinds.
package linkcmd

import (
	"cmp"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/show"
	"gip/internal/word"
)

// A kind is one TYPE of "ip link add … type TYPE", or the port of a master
// ("bridge_slave"): a table, and what no table of another command has.
type kind struct {
	field.Table
	// unknown is how the kind complains of a word that it does not know; if it is
	// empty, the usage text is all there is.
	unknown string
	// help is how the word help may be written, if not shortened in any way; "=" is
	// a kind that does not know it.
	help string
	// head is how the help begins, if not with "... {kind}"; told are lines at its
	// end that explain what the rows do not.
	head, told string
	// begin, if set, puts what the request holds before any word is read, or reads
	// what stands in front of the words of the table.
	begin func(c *field.Call) error
	// xstats prints IFLA_INFO_XSTATS.
	xstats func(p *show.Pen, data []byte)
}

// The complaints of most kinds about a word that they do not know.
const (
	unknownCommand = `unknown command "{word}"?`
	unknownOption  = `unknown option "{word}"?`
)

// A target is what the words of a kind are for: the link that is made or changed.
type target struct {
	kind *kind
	name string // of the kind
	// create tells that a link is made, or made anew; set that one is changed, and
	// not removed.
	create, set bool
	index       int32 // of a link that is there
	// peer reads the words of the other end of a pair: an ifinfomsg and attributes,
	// and the type if one was given, which the kind refuses.
	peer func(a *cli.Args) (peer []byte, kind *string, err error)
}

// targetOf is what the words are for.
func targetOf(c *field.Call) *target { return c.For.(*target) }

// voice is how kinds complain.
var voice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Twice: cli.DupArg2, Missing: cli.MissArg, Unknown: strange}

// read reads all words that are left as words of the kind.
func (t *target) read(e *cli.Env, a *cli.Args) (*field.Call, error) {
	c := field.NewCall(e, a, &t.kind.Table)
	c.For = t
	if t.kind.begin != nil {
		if err := t.kind.begin(c); err != nil {
			return c, err
		}
	}
	return c, c.Read()
}

// strange is the error of a word that no row has, of which help is one.
func strange(c *field.Call) error {
	t := targetOf(c)
	if t.kind.unknown == "" || t.kind.isHelp(c.Typed) {
		return t.usage()
	}
	return t.complain(strings.Replace(t.kind.unknown, "{word}", c.Typed, 1))
}

func (k *kind) isHelp(w string) bool { return word.Match(cmp.Or(k.help, "help"), w) }

// complain is the error of a kind that shows its usage: "vlan: TEXT".
func (t *target) complain(text string) error {
	return &cli.Error{Status: cli.StatusError, Text: t.name + ": " + text + "\n" + t.kind.usage(t.name)}
}

// usage shows the usage text as an error.
func (t *target) usage() error {
	return &cli.Error{Status: cli.StatusError, Text: t.kind.usage(t.name)}
}

// usage is the help of a kind under that name, made from its table.
func (k *kind) usage(name string) string {
	head := strings.Replace(cmp.Or(k.head, "... {kind}"), "{kind}", name, 1)
	return "Usage: " + head + k.Grammar() + k.told
}

// hasHelp reports whether the kind has a help text: what can only be shown has
// none.
func (k *kind) hasHelp() bool { return k.Rows == nil && k.Then == nil || k.takesWords() }

// takesWords reports whether words may follow the kind.
func (k *kind) takesWords() bool {
	for r := range k.All {
		if r.Words != "" {
			return true
		}
	}
	return false
}

// prints reports whether the kind has values to show, for which the real tool
// opens an object in JSON even if it is empty.
func (k *kind) prints() bool {
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

// show prints IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA, if the kernel sent any.
func (k *kind) show(e *cli.Env, data []byte) {
	if data != nil {
		k.Show(field.ViewOf(e, data))
	}
}
