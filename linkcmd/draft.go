package linkcmd

import (
	"bytes"
	"encoding/binary"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
)

// A draft is the payload of IFLA_INFO_DATA while its words are read: the
// values by attribute, of which the last one counts.
type draft struct {
	env   *cli.Env
	kind  *kind
	link  *request // the request that it is for
	word  string   // the keyword as it was typed
	attrs []value
	seen  uint64 // attributes of the rows that were given, as bits
}

// A value is one attribute; typ includes NLA_F_NESTED where the real tool
// sets it.
type value struct {
	typ uint16
	b   []byte
}

// A preset is what a new tunnel has without a word for it: a number of that many
// bytes, in the machine's order.
type preset struct {
	typ  uint16
	size int
	n    uint64
}

// put sets an attribute, replacing one that is there.
func (d *draft) put(typ uint16, b []byte) {
	for i := range d.attrs {
		if d.attrs[i].typ == typ {
			d.attrs[i].b = b
			return
		}
	}
	d.attrs = append(d.attrs, value{typ, b})
}

// get returns an attribute, or nil.
func (d *draft) get(typ uint16) []byte {
	for _, a := range d.attrs {
		if a.typ == typ {
			return a.b
		}
	}
	return nil
}

// drop removes attributes.
func (d *draft) drop(types ...uint16) {
	keep := d.attrs[:0]
	for _, a := range d.attrs {
		if !contains(types, a.typ) {
			keep = append(keep, a)
		}
	}
	d.attrs = keep
}

func contains(types []uint16, t uint16) bool {
	for _, x := range types {
		if x == t {
			return true
		}
	}
	return false
}

func (d *draft) flag(typ uint16)          { d.put(typ, []byte{}) }
func (d *draft) u8(typ uint16, v uint8)   { d.put(typ, []byte{v}) }
func (d *draft) u16(typ, v uint16)        { d.put(typ, rtnl.NE.AppendUint16(nil, v)) }
func (d *draft) u32(typ uint16, v uint32) { d.put(typ, rtnl.NE.AppendUint32(nil, v)) }
func (d *draft) u64(typ uint16, v uint64) { d.put(typ, rtnl.NE.AppendUint64(nil, v)) }
func (d *draft) be16(typ, v uint16)       { d.put(typ, binary.BigEndian.AppendUint16(nil, v)) }
func (d *draft) be32(typ uint16, v uint32) {
	d.put(typ, binary.BigEndian.AppendUint32(nil, v))
}

// nest sets an attribute to the attributes that f appends.
func (d *draft) nest(typ uint16, f func(m *rtnl.Msg) error) error {
	m := rtnl.New(0, 0)
	mark := m.Mark()
	err := f(m)
	d.put(typ, bytes.Clone(m.Since(mark)))
	return err
}

// encode appends the attributes to a message.
func (d *draft) encode(m *rtnl.Msg) {
	for _, a := range d.attrs {
		m.Attr(a.typ, a.b)
	}
}

// given reports whether a word of the row with that attribute was given.
func (d *draft) given(attr uint16) bool { return d.seen&(1<<attr) != 0 }

// note remembers that the row was given, and refuses a second time where the
// row is to be given once.
func (d *draft) note(o *opt, word, arg string) error {
	if o.once && d.given(o.attr) {
		return cli.DupArg2(word, arg)
	}
	d.seen |= 1 << o.attr
	return nil
}

// value takes the value of the row.
func (d *draft) value(o *opt, a *cli.Args) (string, error) {
	s, err := a.Value()
	if err != nil {
		return "", err
	}
	return s, d.note(o, o.word(), s)
}

// find returns the row that the word stands for, or nil.
func (k *kind) find(word string) *opt {
	match := cli.Match
	for f := range strings.FieldsSeq(k.first) {
		if cli.Match(f, word) {
			word, match = f, hasWord
			break
		}
	}
	for i := range k.opts {
		if match(k.opts[i].words, word) {
			return &k.opts[i]
		}
	}
	return nil
}

// hasWord reports whether word is one of the alternatives of pattern.
func hasWord(pattern, word string) bool {
	for alt := range strings.SplitSeq(pattern, "|") {
		if strings.TrimPrefix(alt, "=") == word {
			return true
		}
	}
	return false
}

// parse reads all words that are left as words of the kind.
func (k *kind) parse(d *draft, a *cli.Args) error {
	if err := d.begin(); err != nil {
		return err
	}
	read := k.parseWords
	if k.words != nil {
		read = k.words
	}
	if err := read(d, a); err != nil {
		return err
	}
	if k.finish != nil {
		return k.finish(d)
	}
	return nil
}

// begin puts what the draft holds before any word is read.
func (d *draft) begin() error {
	for _, p := range d.kind.defaults {
		d.put(p.typ, rtnl.AppendUint(nil, p.size, p.n))
	}
	switch {
	case d.kind.defaults != nil && !d.link.create:
		return d.overlay()
	case d.kind.begin != nil:
		return d.kind.begin(d)
	}
	return nil
}

func (k *kind) parseWords(d *draft, a *cli.Args) error {
	for a.More() {
		if err := k.parseWord(d, a); err != nil {
			return err
		}
	}
	return nil
}

// parseWord reads one keyword and its value.
func (k *kind) parseWord(d *draft, a *cli.Args) error {
	o := k.find(a.Word())
	d.word = a.Word()
	a.Skip()
	if o == nil {
		return k.stranger(d.word)
	}
	return o.codec.parse(d, o, a)
}

// stranger is the error of a word that no row listens to, of which help is
// one; a lenient kind has none.
func (k *kind) stranger(word string) error {
	isHelp := word == "help" || !k.exactHelp && cli.Match("help", word)
	isHelp = isHelp && !k.noHelp
	switch {
	case k.lenient && !isHelp:
		return nil
	case isHelp || k.unknown == "":
		return k.usage()
	}
	mark := "?"
	if k.plainly {
		mark = ""
	}
	return k.complain(k.unknown + ` "` + word + `"` + mark)
}

// complain is the error of a kind that shows its usage: "vlan: TEXT".
func (k *kind) complain(text string) error {
	return &cli.Error{Status: cli.StatusError, Text: k.name + ": " + text + "\n" + k.usageText()}
}

// usage shows the usage text as an error.
func (k *kind) usage() error { return &cli.Error{Status: cli.StatusError, Text: k.usageText()} }
