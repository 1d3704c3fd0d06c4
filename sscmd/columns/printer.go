package columns

import (
	"strconv"

	"gip/internal/show"
)

// A Printer writes what is told of a socket, by one call as text or as a member of
// a JSON object. Text goes into the current field of the table.
type Printer struct {
	Table *Table
	Pen   *show.Pen
	JSON  bool
	open  bool // the JSON object of a socket
	Buf   []byte
}

// Text adds to the field; JSON has nothing of it.
func (p *Printer) Text(s string) {
	if !p.JSON {
		p.Table.Field = append(p.Table.Field, s...)
	}
}

// Next ends the field.
func (p *Printer) Next() {
	if !p.JSON {
		p.Table.Next()
	}
}

// Begin begins a socket.
func (p *Printer) Begin() {
	if p.JSON {
		p.End()
		p.Pen.OpenObject("")
		p.open = true
	}
}

// End ends the socket before, if there is one.
func (p *Printer) End() {
	if p.open {
		p.Pen.CloseObject()
		p.Pen.Spill()
		p.open = false
	}
}

// Str writes a value behind pre, which JSON has under a key.
func (p *Printer) Str(pre, key, v string) {
	if p.JSON {
		p.Pen.JStr(key, v)
		return
	}
	p.Table.Field = append(append(p.Table.Field, pre...), v...)
}

// Bytes is Str of a value in bytes.
func (p *Printer) Bytes(pre, key string, v []byte) {
	if p.JSON {
		p.Pen.Bytes(key, "", v, "")
		return
	}
	p.Table.Field = append(append(p.Table.Field, pre...), v...)
}

// Uint is Str of a number.
func (p *Printer) Uint(pre, key string, v uint64) {
	if p.JSON {
		p.Pen.JUint(key, v)
		return
	}
	p.Table.Field = strconv.AppendUint(append(p.Table.Field, pre...), v, 10)
}

// Int is Str of a number that may be negative.
func (p *Printer) Int(pre, key string, v int64) {
	if p.JSON {
		p.Pen.JInt(key, v)
		return
	}
	p.Table.Field = strconv.AppendInt(append(p.Table.Field, pre...), v, 10)
}

// Hex writes a number with hexadecimal digits, in JSON as a string.
func (p *Printer) Hex(pre, key string, v uint64) {
	if p.JSON {
		p.Pen.Hex(key, "", v, "")
		return
	}
	p.Table.Field = strconv.AppendUint(append(p.Table.Field, pre...), v, 16)
}

// Some is uint for what is told only if it is not 0.
func (p *Printer) Some(pre, key string, v uint64) {
	if v != 0 {
		p.Uint(pre, key, v)
	}
}

// Float writes a number as %g does, if it is not 0.
func (p *Printer) Float(pre, key string, v float64) {
	if v == 0 {
		return
	}
	if p.JSON {
		p.Buf = show.AppendG(p.Buf[:0], v)
		p.Pen.JRaw(key, string(p.Buf))
		return
	}
	p.Table.Field = show.AppendG(append(p.Table.Field, pre...), v)
}

// Flag writes what is told by its name alone.
func (p *Printer) Flag(text, key string, on bool) {
	switch {
	case !on:
	case p.JSON:
		p.Pen.JBool(key, true)
	default:
		p.Text(text)
	}
}

// Object opens a group: text has what stands before it.
func (p *Printer) Object(text, key string) {
	if p.JSON {
		p.Pen.OpenObject(key)
		return
	}
	p.Text(text)
}

// Close ends it.
func (p *Printer) Close(text string) {
	if p.JSON {
		p.Pen.CloseObject()
		return
	}
	p.Text(text)
}

// HexWide is hex with zeros in front, to a width.
func (p *Printer) HexWide(pre, key string, v uint64, width int) {
	if p.JSON {
		p.Hex(pre, key, v)
		return
	}
	p.Table.Field = show.AppendHexDigits(append(p.Table.Field, pre...), v, width)
}

// AlternateHex writes a number as %#x does: 0 has no 0x.
func (p *Printer) AlternateHex(pre, key string, v uint64) {
	switch {
	case p.JSON:
		p.Pen.JUint(key, v)
	case v == 0:
		p.Text(pre + "0")
	default:
		p.Hex(pre+"0x", key, v)
	}
}

// Listed writes a word of a list, whose text may begin with a blank.
func (p *Printer) Listed(text string) {
	if !p.JSON {
		p.Text(text)
		return
	}
	if text[0] == ' ' {
		text = text[1:]
	}
	p.Pen.JStr("", text)
}

// FloatOr0 is float for what is printed even if it is 0.
func (p *Printer) FloatOr0(pre, key string, v float64) {
	if v == 0 {
		p.Uint(pre, key, 0)
		return
	}
	p.Float(pre, key, v)
}
