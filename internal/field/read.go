package field

import (
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// A Call is one reading of words by a table.
type Call struct {
	Draft
	Env   *cli.Env
	Args  *cli.Args
	Table *Table
	// For is what the words are for, where the types of a room have to know.
	For any
	// Typed is the keyword as it was typed, "" for a value without one.
	Typed string
	given []given
	index *index // of Table, in a batch
	// What is Late waits in kept, and is read as one word of late.
	kept []kept
	late cli.Args
	one  [1]string
}

// kept is the word that a row which is Late will read.
type kept struct {
	row  *Row
	word string
}

// given tells that a word for the attribute was there, or for a part or bits of it.
type given struct {
	in, attr, at uint16
	bits         uint64
}

func (r *Row) given() given {
	g := given{r.In, r.Attr, r.At, 0}
	if r.Type.Form&Bits != 0 {
		g.bits = r.Arg
	}
	return g
}

// NewCall begins to read words. The lines of a batch share one call: it is good
// until the next one is begun.
func NewCall(e *cli.Env, a *cli.Args, t *Table) *Call {
	var c *Call
	if e.Batch {
		c = cli.State[Call](e)
	} else {
		c = new(Call)
	}
	c.Begin(e, a, t)
	return c
}

// Begin begins to read words that stand among others, of another call.
func (c *Call) Begin(e *cli.Env, a *cli.Args, t *Table) {
	c.Reset()
	c.Env, c.Args, c.Table, c.For, c.given, c.kept = e, a, t, nil, c.given[:0], c.kept[:0]
	c.size = t.Size
	if e.Batch && (c.index == nil || c.index.table != t) {
		c.index = indexOf(e, t)
	}
}

// Into makes all values but those of nests and slots go into the message at once,
// behind the struct in front: in the order of the words, and a repeated one again,
// as the older objects of iproute2 send them. Encode adds the nests.
func (c *Call) Into(m *rtnl.Msg) *Call {
	c.into(m, c.Table.Size)
	return c
}

// Find is Find of the table, by index if there is one.
func (c *Call) Find(w string) (*Row, bool) {
	if c.index != nil && w != "" {
		return c.index.find(w)
	}
	return c.Table.Find(w)
}

// has reports whether rows may have one of these flags: one of those that ruled gives.
func (c *Call) has(flags Flags) bool { return c.index == nil || c.index.rules&flags != 0 }

// ruled gives all rows that are Lead, Required, Late or OmitZero, by index if there is one
// and with others if not.
func (c *Call) ruled(yield func(*Row) bool) {
	if c.index == nil {
		c.Table.All(yield)
		return
	}
	for _, r := range c.index.ruled {
		if !yield(r) {
			return
		}
	}
}

// Read reads all words, or those that the table knows if it Ends, and looks at how
// the values go together.
func (c *Call) Read() error { return c.ReadTo("") }

// ReadTo is Read up to a word that is the caller's.
func (c *Call) ReadTo(end string) error {
	if c.has(Lead) {
		if err := c.lead(); err != nil {
			return err
		}
	}
	for c.Args.More() && (end == "" || c.Args.Word() != end) {
		if more, err := c.Step(); err != nil {
			return err
		} else if !more {
			break
		}
	}
	return c.finish()
}

// Step reads one word with its value; more is false where the table ends.
func (c *Call) Step() (more bool, err error) {
	r, keyword := c.Find(c.Args.Word())
	if r == nil && c.Table.Ends {
		return false, nil
	}
	c.Typed = c.Args.Word()
	if r == nil || keyword {
		c.Args.Skip()
	} else {
		c.Typed = ""
	}
	return true, c.word(r)
}

// lead reads the values that need no word.
func (c *Call) lead() error {
	for r := range c.ruled {
		if r.Flags&Lead != 0 {
			if err := c.Row(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Call) word(r *Row) error {
	if r == nil {
		return c.Table.Voice.Unknown(c)
	}
	return c.Row(r)
}

func (c *Call) finish() error {
	if r := c.missing(); r != nil {
		return c.Table.Voice.Missing(r.Word())
	}
	if c.Table.Finish != nil {
		if err := c.Table.Finish(c); err != nil {
			return err
		}
	}
	if err := c.readKept(); err != nil {
		return err
	}
	if c.has(OmitZero) {
		c.omitZeros()
	}
	return nil
}

// missing returns a row that is required and was not given.
func (c *Call) missing() *Row {
	if c.has(Required) {
		for r := range c.ruled {
			if r.Flags&Required != 0 && !c.Given(r) {
				return r
			}
		}
	}
	return nil
}

func (c *Call) omitZeros() {
	for r := range c.ruled {
		if r.Flags&OmitZero != 0 {
			if b := c.Get(r.In, r.Attr); b != nil && rtnl.IsZero(b) {
				c.Drop(r.In, r.Attr)
			}
		}
	}
}

// keep keeps the value of a row that is Late, the last one of several.
func (c *Call) keep(r *Row) error {
	s, err := c.Take(r)
	if err != nil {
		return err
	}
	for i := range c.kept {
		if c.kept[i].row == r {
			c.kept[i].word = s
			return nil
		}
	}
	c.kept = append(c.kept, kept{r, s})
	return nil
}

// readKept reads the values that are kept, in the order of the rows.
func (c *Call) readKept() error {
	if len(c.kept) == 0 {
		return nil
	}
	words := c.Args
	defer func() { c.Args = words }()
	c.Args = &c.late
	for r := range c.ruled {
		for i := range c.kept {
			if k := &c.kept[i]; k.row == r {
				c.one[0] = k.word
				c.late.Reset(c.one[:])
				if err := c.Row(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Row reads what follows the word of a row. That a value is taken, looked up and
// complained about stands here, and nowhere else.
func (c *Call) Row(r *Row) error {
	switch {
	case r.Flags&Bare != 0 && c.Table.Usage != "" && c.Args.Is("help"):
		return cli.Usage(c.Table.Usage)
	case r.Flags&Late != 0 && c.Args != &c.late && c.Args.Word() != word.Asked:
		return c.keep(r)
	case r.Type.Parse != nil:
		return r.Type.Parse(c, r)
	case r.Type.Form&(Alone|Toggle) != 0:
		if err := c.Note(r, c.Typed, c.Typed); err != nil {
			return err
		}
		c.Set(r, c.alone(r))
		return nil
	}
	s, err := c.Take(r)
	switch {
	case err != nil:
		return err
	case r.Type.Read != nil:
		return r.Type.Read(c, r, s)
	}
	n, err := c.scan(r, s)
	if err == nil {
		c.Set(r, n)
	}
	return err
}

// alone is the number that a word without value stands for.
func (c *Call) alone(r *Row) uint64 {
	switch form := r.Type.Form; {
	case form&Toggle == 0:
		return r.Arg
	case !c.On():
		return 0
	case form&Bits != 0:
		return r.Arg
	}
	return 1
}

// On reports whether a word that has an opposite, with no in front, is not that.
func (c *Call) On() bool { return c.Typed[0] != 'n' }

// Take takes the value of a row, and refuses a second one where it is to be given
// once.
func (c *Call) Take(r *Row) (string, error) {
	if c.Table.Voice.Early {
		if err := c.Note(r, r.Word(), r.Word()); err != nil {
			return "", err
		}
		return c.Args.Value()
	}
	s, err := c.Args.Value()
	if err != nil {
		return "", err
	}
	return s, c.Note(r, r.Word(), s)
}

// Note remembers that the row was given, and refuses a second time where it is to
// be given once: the second value of that word.
func (c *Call) Note(r *Row, word, value string) error {
	if c.Given(r) {
		if r.Flags&Once != 0 && c.Args != &c.late {
			return c.Table.Voice.Twice(word, value)
		}
		return nil
	}
	c.given = append(c.given, r.given())
	return nil
}

// Begun reports whether a word was read.
func (c *Call) Begun() bool { return len(c.given) > 0 }

// Given reports whether a row for the attribute of r was given.
func (c *Call) Given(r *Row) bool {
	return slices.Contains(c.given, r.given())
}

// HasWord reports whether a word for the attribute was there.
func (c *Call) HasWord(in, attr uint16) bool {
	return slices.Contains(c.given, given{in, attr, 0, 0})
}

// scan reads a number from its spelling.
func (c *Call) scan(r *Row, s string) (uint64, error) {
	var n uint64
	var ok bool
	switch {
	case r.Type.Scan != nil:
		return r.Type.Scan(c, r, s)
	case r.Type.Zero != "" && s == r.Type.Zero:
		return 0, nil
	case r.Names != nil:
		n, ok = r.Names.Find(s)
	case r.Type.Named != nil:
		var id uint32
		id, ok = r.Type.Named(c.Env.Tables).Parse(s)
		n = uint64(id)
	default:
		return ScanNumber(c, r, s)
	}
	if !ok || n == 0 && r.Flags&Positive != 0 {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

// ScanNumber reads a number in C's notations, up to Arg of the row.
func ScanNumber(c *Call, r *Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 8*int(r.Type.Size))
	if !ok || r.Arg != 0 && n > r.Arg || n == 0 && r.Flags&Positive != 0 {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

// Wrong is the error of a value that the row cannot take.
func (c *Call) Wrong(r *Row, value string) error {
	msg := r.Bad
	if msg == "" {
		msg = strings.NewReplacer("{word}", r.Word(), "{typed}", c.Typed, "{table}", c.Table.Name).Replace(c.Table.Voice.Bad)
	}
	return c.Table.Voice.Wrong(msg, value)
}

// Uint takes the value of a row whose Parse reads it as a number of so many bits, in a
// base as word.Uint has it.
func (c *Call) Uint(r *Row, base, bits int) (uint64, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	n, ok := word.Uint(s, base, bits)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

// Set sets the value of a row to a number, in its format.
func (c *Call) Set(r *Row, n uint64) {
	form := r.Type.Form
	if form&Masked != 0 {
		c.mask(r, uint32(r.Arg), n != 0)
		return
	}
	if form&Bits != 0 {
		n = c.Number(r)&^r.Arg | n&r.Arg
	}
	var b [8]byte
	c.Store(r, appendUint(b[:0], int(r.Type.Size), n, form&Big != 0))
}

// Store sets the value of a row to a copy of b: an attribute, or its part of a
// struct, which it is if there is more of it already.
func (c *Call) Store(r *Row, b []byte) {
	if r.Type.Struct > 0 {
		c.store(r.In, r.Attr, r.Type.Struct, nil)
	}
	if r.In == Head || r.At > 0 || r.Type.Struct > 0 || len(c.Get(r.In, r.Attr)) > len(b) {
		c.store(r.In, r.Attr, r.At, b)
		return
	}
	c.Put(r.In, r.Attr, b)
}

// mask switches the bits of a row, and puts them into the mask: two numbers of 32
// bits each.
func (c *Call) mask(r *Row, bits uint32, on bool) {
	var b [8]byte
	copy(b[:], c.Get(r.In, r.Attr))
	value := rtnl.U32(b[:]) &^ bits
	if on {
		value |= bits
	}
	rtnl.NE.PutUint32(b[:], value)
	rtnl.NE.PutUint32(b[4:], rtnl.U32(b[4:])|bits)
	c.Put(r.In, r.Attr, b[:])
}

// Number is the value of a row so far, 0 if it has none.
func (c *Call) Number(r *Row) uint64 {
	b := c.Get(r.In, r.Attr)
	return r.Type.Number(b[min(int(r.At), len(b)):])
}

// Number reads a value; one that is too short is 0.
func (t *Type) Number(b []byte) uint64 {
	switch big := t.Form&Big != 0; {
	case len(b) < int(t.Size):
		return 0
	case t.Size == 1:
		return uint64(b[0])
	case t.Size == 2 && big:
		return uint64(rtnl.Be16(b))
	case t.Size == 2:
		return uint64(rtnl.U16(b))
	case t.Size == 4 && big:
		return uint64(rtnl.Be32(b))
	case t.Size == 4:
		return uint64(rtnl.U32(b))
	case t.Size == 8 && big:
		return rtnl.Be64(b)
	case t.Size == 8:
		return rtnl.U64(b)
	}
	return 0
}
