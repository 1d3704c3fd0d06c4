// Package field has the one kind of row: a word on the command line, an attribute
// of a message, a value in text and JSON. Reading, sending, printing, complaints
// and help derive from tables of rows. docs/rows.md tells how to write one.
//
// Tables are data that the linker lays out: whatever stands in one is a constant,
// the address of a variable or the name of a function. A call, a map, a closure or
// the copy of a variable would be work at every start of the program.
package field

import (
	"cmp"
	"strings"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/word"
)

// A Row is one attribute: the words that set it, its format, how it shows.
type Row struct {
	Words string      // see word.Match; "" for what is only shown
	Value string      // what the help calls the value, if not as its type does
	Type  *Type       // how the value is read, sent and shown
	Names *word.Names // of an enumeration
	Label string      // in text, if not the first word
	Key   string      // in JSON, if not the label
	Bad   string      // what is wrong with a value, if not the voice's Bad
	Arg   uint64      // the largest number that is taken, or the bits of the word
	In    uint16      // the nest that holds the attribute, or Slot or Head
	Attr  uint16
	At    uint16 // where the value is in the attribute, if that is a struct
	Flags Flags
}

// The In of values that are no attributes.
const (
	// Slot is for values that are not sent: they are looked up when all words are
	// read.
	Slot = ^uint16(0)
	// Head is the struct in front of the attributes, of which the value is a part.
	Head = ^uint16(1)
)

// Flags are the rules of a row that have no argument.
type Flags uint16

// The flags of a row.
const (
	Once     Flags = 1 << iota // a second value is refused
	Required                   // its lack is refused
	OmitZero                   // a value of zeros is not sent
	Quiet                      // it does not print
	Always                     // it prints even if the kernel sent no value
	Bare                       // it takes a word that is no keyword
	Stats                      // it prints with -s only
	EOL                        // a line of text ends behind it
	ZeroToo                    // with -d it prints though it is 0 and NonZero
	Lead                       // its value is the first, without a word, or behind those of Lead rows above
	Positive                   // it does not take the number 0
	Said                       // it is written though it has no words of its own: in those of another row
	Late                       // its value is kept as a word, and read when all words are there: in the order of the rows
)

// A Type is one format of values. Most are one word for one number, said by Size
// and Form alone. What one row only has stands in that row's file.
type Type struct {
	Size uint16 // of a number in bytes; what is shorter does not print
	Form Form
	// Struct is the size of the attribute if that is a struct, which rows share: each
	// has its number at At.
	Struct uint16
	Other  string // shown for a number that none of the row's Names is for
	Zero   string // a word for 0, which text shows in its place
	// Named is the table of names in /etc/iproute2 that numbers have there.
	Named func(*names.Tables) *names.Table
	// Usage is what the help calls the value, and it may say what that is: "TOS :=
	// { NUMBER | inherit }". A number without it is named after its keyword.
	Usage string
	// Scan reads a number from its spelling, Append spells it. Without them it is
	// one of Names if the row has those, else a number as C reads and writes it.
	Scan   func(c *Call, r *Row, s string) (uint64, error)
	Append func(v *View, r *Row, b []byte, n uint64) []byte
	// Read and Print are instead of all that, for what is no number; Read gets the word, as
	// Take takes it. Parse takes its words itself: what begins otherwise, or has none.
	Read  func(c *Call, r *Row, s string) error
	Parse func(c *Call, r *Row) error
	Print func(v *View, r *Row, b []byte)
	// Write appends the words that set the value, see Table.Words; what has Read or Parse
	// and not this is not written.
	Write func(v *View, r *Row, line, b []byte) []byte
}

// Form is how a number stands in a message, in text and in JSON.
type Form uint16

// The forms of a number.
const (
	Big     Form = 1 << iota // in network byte order
	Signed                   // it prints with its sign
	Alone                    // the word has no value: it stands for Arg, or for an attribute without one
	Toggle                   // the word has an opposite, "noproxy|proxy", for 0
	Bits                     // the word is for the bits Arg of a number that rows share
	Masked                   // the same, of a number with a mask of the bits that count behind it
	NonZero                  // it prints unless it is 0
	Hex                      // it prints as 0x…, in JSON as a string
	Bool                     // on or off, in JSON true or false
	Str                      // its spelling is a string in JSON
	Ifname                   // it has the colour of the name of an interface
	Null                     // of one that is Alone: in JSON null, not true
)

// isNumber reports whether a value is read as a number.
func (t *Type) isNumber() bool { return t.Read == nil && t.Parse == nil }

// A Table is the words of a verb, or the values of a message; often both.
type Table struct {
	Name  string
	Rows  []*Row   // in the order in which values print; some are shared by tables
	Then  []*Table // whose rows come behind Rows: parts that tables share
	Voice *Voice
	// First are words that are tried before those of Rows, "max_age mcast_router":
	// what an abbreviation means follows the order of Rows otherwise.
	First string
	// Send are attributes that are sent in this order, before all others; Last are
	// nests that come behind all others. What neither names is sent in the order of
	// the words, a nest where its first value was given.
	Send, Last []uint16
	// Ends tells that a word without a row ends the table: it is the caller's. Full tells
	// that no word may be shortened, as if all had a "=": rows are shared with a table
	// whose words may.
	Ends, Full bool
	// Size is that of the struct in front of the attributes, which is zeros at first.
	Size uint16
	// Usage is shown for the word help, where a row has the type Help or is Bare. A
	// table without it shows the object's help, for the type Help.
	Usage string
	// Finish, if set, looks at how the values go together when all words are read,
	// and may add some.
	Finish func(c *Call) error
	// Mute, if set, tells that the words of a row are not to be written, because of
	// what else the message has.
	Mute func(v *View, r *Row) bool
	// Indent begins each line of text. Before tells that a blank stands before each
	// value, not behind it; Sep stands between label and value, if not a blank.
	Indent string
	Before bool
	Sep    string
}

// A Voice is how a family of tables complains.
type Voice struct {
	// Bad is what is wrong with a value, "invalid {word}", for rows that do not say;
	// {typed} is the word as it was typed, {table} the table's name.
	Bad     string
	Wrong   func(msg, value string) error  // of a value
	Twice   func(word, value string) error // of a second value
	Missing func(word string) error        // of what is required
	Early   bool                           // a second value is refused before it is read
	// OnOff, if set, is what becomes of the complaint about a wrong "on" or "off".
	OnOff func(error) error
	// Unknown is asked about a word without a row, c.Typed; nil skips it.
	Unknown func(c *Call) error
}

// BadIP is how the newer objects of ip complain about a value.
const BadIP = `"{word}" value is invalid`

// IP is how they complain.
var IP = Voice{Bad: BadIP, Wrong: cli.InvArg, Twice: cli.DupArg, Missing: cli.MissArg, Unknown: Unknown}

// Unknown is the complaint about a word without a row: a wrong value.
func Unknown(c *Call) error { return cli.InvArg("unknown", c.Typed) }

// ShowUsage shows the usage of the table, or if that has none the object's help.
func ShowUsage(c *Call) error {
	if c.Table.Usage == "" {
		return cli.Help()
	}
	return cli.Usage(c.Table.Usage)
}

// Skip steps over a word without a row.
func Skip(*Call) error { return nil }

// Word is the first word of the row, which messages name.
func (r *Row) Word() string { return word.First(r.Words) }

// Text is the name of the row in text, JSON that in JSON.
func (r *Row) Text() string {
	if r.Label != "" {
		return r.Label
	}
	return r.Word()
}

// JSON is the name of the row in JSON.
func (r *Row) JSON() string { return cmp.Or(r.Key, r.Text()) }

// Find is the row that w is for: by a word, or the one that takes what is no
// keyword; nil if there is none.
func (t *Table) Find(w string) (r *Row, keyword bool) {
	w, match := t.first(w)
	for row := range t.All {
		if row.Words != "" && match(row.Words, w) {
			return row, true
		}
		if row.Flags&Bare != 0 {
			r = row
		}
	}
	return r, false
}

// All gives all rows, those of parts behind the table's own.
func (t *Table) All(yield func(*Row) bool) {
	for _, r := range t.Rows {
		if !yield(r) {
			return
		}
	}
	for _, part := range t.Then {
		for _, r := range part.Rows {
			if !yield(r) {
				return
			}
		}
	}
}

// first is the word of First that w stands for, which rows have in full, or w, which
// they match.
func (t *Table) first(w string) (string, func(pattern, w string) bool) {
	for f, rest := "", t.First; rest != ""; {
		if f, rest, _ = strings.Cut(rest, " "); word.Match(f, w) {
			return f, word.Has
		}
	}
	if t.Full {
		return w, word.Has
	}
	return w, word.Match
}
