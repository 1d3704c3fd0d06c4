package field

import (
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/word"
)

// Words appends what a command line says to set the values of a message: the words
// of the table's rows, a blank before each. What it appends reads back, by the same
// rows, as the same attributes. Not written are values that no word sets, and those
// that only an action has ("fdb_flush").
func (t *Table) Words(v *View, line []byte) []byte {
	v.table = t
	for r := range t.All {
		if t.Mute == nil || !t.Mute(v, r) {
			line = v.Words(r, line)
		}
	}
	return line
}

// An Entry is something that has no values to set, as words: those that make it, which
// follow "add" of its object, and those of them that are enough to delete it.
type Entry struct{ Key, Line []byte }

// EachWords gives each row that has words to write, with these. They are good until
// the next.
func (t *Table) EachWords(v *View, f func(r *Row, words []byte)) {
	v.table = t
	var line []byte
	for r := range t.All {
		if t.Mute != nil && t.Mute(v, r) {
			continue
		}
		if line = v.Words(r, line[:0]); len(line) > 0 {
			f(r, line)
		}
	}
}

// InnerWords appends the words of a nest that has a table of its own.
func (v *View) InnerWords(t *Table, attrs, line []byte) []byte {
	if v.inner == nil {
		v.inner = new(View)
	}
	return t.Words(v.inner.Of(v.Env, attrs), line)
}

// Words appends the words of one row.
func (v *View) Words(r *Row, line []byte) []byte {
	b := v.Get(r.In, r.Attr)
	switch {
	case r.Words == "" && r.Flags&Said == 0, b == nil && r.Flags&Always == 0,
		b != nil && len(b) < int(r.At+r.Type.Size):
		return line
	case b != nil:
		b = b[r.At:]
	}
	switch {
	case r.Type.Write != nil:
		return r.Type.Write(v, r, line, b)
	case b == nil || !r.Type.isNumber():
		return line
	}
	return WriteNumber(v, r, line, b)
}

// WriteNumber is how a number is written whose type says nothing else.
func WriteNumber(v *View, r *Row, line, b []byte) []byte {
	n, form := r.Type.Number(b), r.Type.Form
	switch {
	case form&Masked != 0:
		if rtnl.U32(b[4:])&uint32(r.Arg) == 0 {
			return line
		}
		n = uint64(bit(rtnl.U32(b)&uint32(r.Arg) != 0))
	case form&(Alone|Bits) == Alone|Bits && n&r.Arg == 0, form&(Alone|Bits) == Alone && r.Type.Size > 0 && n != r.Arg,
		form&(NonZero|Str) == NonZero|Str && n == 0:
		return line
	case form&Alone != 0:
		return AppendWord(line, r.Word())
	case form&Toggle != 0:
		return WriteToggle(r, line, n != 0 && (form&Bits == 0 || n&r.Arg != 0))
	}
	line = AppendWord(line, r.Word())
	spelling := v.spell(r, append(line, ' '), n)
	if w := string(spelling[len(line)+1:]); !plain(w) && !strings.Contains(w, " ") {
		return AppendWord(line, w) // a link may be called a#b
	}
	return spelling
}

// WriteDevice writes the name of a link, and nothing where there is none.
func WriteDevice(v *View, r *Row, line, b []byte) []byte {
	n := r.Type.Number(b)
	if n == 0 {
		return line
	}
	return AppendWord(AppendWord(line, r.Word()), v.Env.Links.Name(uint32(n)))
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

// WriteToggle writes a word that has an opposite, "noproxy|proxy".
func WriteToggle(r *Row, line []byte, on bool) []byte {
	return AppendWord(line, word.All(r.Words)[bit(on)])
}

// spell appends the value of a row as it is read.
func (v *View) spell(r *Row, line []byte, n uint64) []byte {
	form := r.Type.Form
	switch {
	case n == 0 && r.Type.Zero != "":
		return append(line, r.Type.Zero...)
	case form&Bool != 0:
		return append(line, [...]string{"off", "on"}[bit(n != 0)]...)
	case r.Type.Append != nil:
		return r.Type.Append(v, r, line, n)
	case r.Type.Named != nil:
		return r.Type.Named(v.Env.Tables).Append(line, uint32(n))
	case r.Names != nil && r.Names.Or(n, r.Type.Other) != "":
		return append(line, r.Names.Or(n, r.Type.Other)...)
	case form&Hex != 0:
		return strconv.AppendUint(append(line, "0x"...), n, 16)
	case form&Signed != 0 && r.Type.Scan != nil:
		return strconv.AppendInt(line, r.Type.signed(n), 10)
	}
	return strconv.AppendUint(line, n, 10)
}

// AppendWord appends a word to a line, and a blank before it. One that would not be
// read back as one word is quoted as Go quotes.
func AppendWord(line []byte, w string) []byte {
	line = append(line, ' ')
	if !plain(w) {
		return strconv.AppendQuote(line, w)
	}
	return append(line, w...)
}

// AppendHex appends the word of a row and a number that is read as hexadecimal, or as
// whatever its prefix says.
func AppendHex(line []byte, r *Row, n uint64) []byte {
	return strconv.AppendUint(append(AppendWord(line, r.Word()), " 0x"...), n, 16)
}

func plain(w string) bool {
	for _, c := range []byte(w) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\'' || c == '#' || c == '\\' {
			return false
		}
	}
	return w != ""
}

// Written returns the row that writes words which begin with w, or nil.
func (t *Table) Written(w string) *Row {
	for r := range t.All {
		if r.Words != "" && word.Has(r.Words, w) || r.Flags&Said != 0 && r.Text() == w {
			return r
		}
	}
	return nil
}

// Least is how many words the row has at least: a number has a value.
func (r *Row) Least() int {
	if r.Type.Form&(Alone|Toggle) == 0 && r.Type.isNumber() {
		return 2
	}
	return 1
}
