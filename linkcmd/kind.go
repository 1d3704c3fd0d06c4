// Package linkcmd is "ip link": it makes, changes, removes and shows links of
// every kind. It departs from iproute2 nowhere on purpose.
//
// A link kind (vlan, bond, bridge_slave, …) is a table: keyword, netlink
// attribute, value format, names in text and JSON. Parsing, encoding and both
// forms of output derive from that table; see [kind]. A new kind is one file
// with one table and one line in the list of kinds.
package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
)

// A kind is one TYPE of "ip link add … type TYPE", or the port of a master
// ("bridge_slave").
type kind struct {
	name string
	// unknown is how the kind complains of a word that it does not know
	// ("unknown command"); if it is empty, the usage text is all there is.
	unknown string
	// plainly tells that the complaint has no question mark.
	plainly bool
	// exactHelp tells that the word help cannot be shortened, noHelp that the
	// kind does not know it.
	exactHelp, noHelp bool
	// head is how the help begins, if not with "... NAME"; front is the grammar
	// of what words reads before the table; told are lines at the end that
	// explain what the rows do not.
	head, front, told string
	// noOpts tells that the kind has a help text but takes no words.
	noOpts bool
	// mute tells that the kind prints nothing but its name.
	mute bool
	// lenient tells that words which no row listens to are skipped.
	lenient bool
	// opts are the rows, in the order in which values print.
	opts []opt
	// first lists words that are tried before all others, for the kinds where
	// an abbreviation would find another row in print order.
	first string

	// defaults are the values of a new tunnel. The kernel takes a change of a
	// tunnel as a whole, so that a set begins with what the link has now, save
	// for the attributes in forgets.
	defaults []preset
	forgets  []uint16
	// begin, if set, puts what the request holds before any word is read.
	begin func(d *draft) error
	// words, if set, reads all words instead of the table (veth's peer).
	words func(d *draft, a *cli.Args) error
	// finish, if set, checks how the values go together and may add some.
	finish func(d *draft) error
	// xstats prints IFLA_INFO_XSTATS.
	xstats func(v *view, data []byte)
}

// An opt is one attribute of a kind: the words that set it and how it prints.
type opt struct {
	words string // see cli.Match; "" for a value that is only shown
	value string // what the help calls the value, if not as the codec does
	attr  uint16
	codec *codec
	names []name // of an enumeration or of flags
	arg   uint64 // a limit, a bit or a constant; see the codec
	text  string // label in text output, if not the first word
	key   string // in JSON, if not the label
	bad   string // complaint about a wrong value, if not "invalid LABEL"
	once  bool   // a second value is refused
	// always tells that the row prints even if the kernel sent no value.
	always bool
	// omitZero tells that a value of 0 is not sent (see draft.omitZeros).
	omitZero bool
}

// A name is the word for one value of an enumeration, or for one flag.
type name struct {
	val  uint64
	name string
}

// A codec knows one format of values. parse reads what follows the keyword;
// print is called with at least size bytes.
type codec struct {
	size int
	// usage is what the help calls the value. It may say what that is:
	// "TOS := { NUMBER | inherit }"; N is a number named after the keyword.
	usage string
	parse func(d *draft, o *opt, a *cli.Args) error
	print func(v *view, o *opt, b []byte)
}

// findKind returns the kind of that name; nil for a kind without a table,
// which prints nothing but its name and takes no words.
func findKind(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return kinds[i].kind()
		}
	}
	return nil
}

// A kindRow is a row of the list of kinds: a table, which twins share, or, so
// that no start of the program pays for them, what makes one.
type kindRow struct {
	name  string
	table *kind
	make  func() kind
	// unlisted tells that the help of ip link does not list the kind as a TYPE.
	unlisted bool
}

// kind returns the table under the row's name.
func (r *kindRow) kind() *kind {
	if r.table != nil && r.table.name == r.name {
		return r.table
	}
	var k kind
	if r.table != nil {
		k = *r.table
	} else {
		k = r.make()
	}
	k.name = r.name
	return &k
}

// word is the first keyword of the row, as messages name it.
func (o *opt) word() string {
	w, _, _ := strings.Cut(o.words, "|")
	return strings.TrimPrefix(w, "=")
}

// label is the name of the row in text output.
func (o *opt) label() string {
	if o.text != "" {
		return o.text
	}
	return o.word()
}

// json is the name of the row in JSON.
func (o *opt) json() string {
	if o.key != "" {
		return o.key
	}
	return o.label()
}

// invalid is the error of a value that the row cannot take.
func (o *opt) invalid(arg string) error {
	if o.bad != "" {
		return cli.InvArg(o.bad, arg)
	}
	return cli.InvArg("invalid "+o.word(), arg)
}

// maxAttr is above the highest attribute of any kind.
const maxAttr = 64

// A view is what the rows of a kind print from: the pen, and the attributes
// of one link. It is made once for a whole dump.
type view struct {
	env   *cli.Env
	pen   *show.Pen
	tb    [maxAttr][]byte
	known []metKind
}

// A metKind is a kind that an earlier link had; nil if there is no table.
type metKind struct {
	name  string
	slave bool // the values of a link under a master of that kind
	table *kind
}

func newView(env *cli.Env) *view { return &view{env: env, pen: env.Pen} }

// find is findKind with a memory for the links that follow.
func (v *view) find(name []byte, slave bool) *kind {
	for i := range v.known {
		if k := &v.known[i]; k.slave == slave && k.name == string(name) {
			return k.table
		}
	}
	met := metKind{name: string(name), slave: slave}
	if slave {
		met.table = findKind(met.name + "_slave")
	} else {
		met.table = findKind(met.name)
	}
	v.known = append(v.known, met)
	return met.table
}

// prints reports whether the kind has values to show, for which the real tool
// opens an object in JSON even if it is empty.
func (k *kind) prints() bool { return k != nil && !k.mute && len(k.opts) > 0 }

// printData prints IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA; data is nil if the
// kernel sent none.
func (v *view) printData(k *kind, data []byte) {
	if data == nil {
		return
	}
	rtnl.Index(v.tb[:], data)
	v.printRows(k)
}

// nested prints a nest within the attributes of a kind by a table of its own.
func (v *view) nested(k *kind, data []byte) {
	inner := view{env: v.env, pen: v.pen}
	rtnl.Index(inner.tb[:], data)
	inner.printRows(k)
}

func (v *view) printRows(k *kind) {
	for i := range k.opts {
		o := &k.opts[i]
		if o.codec.print == nil {
			continue
		}
		b := v.tb[o.attr]
		if b == nil && o.always || b != nil && len(b) >= o.codec.size {
			o.codec.print(v, o, b)
		}
	}
}

// printXstats prints IFLA_INFO_XSTATS.
func (v *view) printXstats(k *kind, data []byte) {
	if k.xstats != nil {
		k.xstats(v, data)
	}
}

// hasXstats reports whether the kind prints IFLA_INFO_XSTATS.
func (k *kind) hasXstats() bool { return k != nil && k.xstats != nil }
