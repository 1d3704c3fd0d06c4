package sscmd

import (
	"strconv"

	"gip/internal/show"
)

// A printer writes what is told of a socket, by one call as text or as a member of
// a JSON object. Text goes into the current field of the table.
type printer struct {
	table *table
	pen   *show.Pen
	json  bool
	open  bool // the JSON object of a socket
	buf   []byte
}

// text adds to the field; JSON has nothing of it.
func (p *printer) text(s string) {
	if !p.json {
		p.table.field = append(p.table.field, s...)
	}
}

// next ends the field.
func (p *printer) next() {
	if !p.json {
		p.table.next()
	}
}

// begin begins a socket.
func (p *printer) begin() {
	if p.json {
		p.end()
		p.pen.OpenObject("")
		p.open = true
	}
}

// end ends the socket before, if there is one.
func (p *printer) end() {
	if p.open {
		p.pen.CloseObject()
		p.pen.Spill()
		p.open = false
	}
}

func (p *printer) str(pre, key, v string) {
	if p.json {
		p.pen.JStr(key, v)
		return
	}
	p.table.field = append(append(p.table.field, pre...), v...)
}

func (p *printer) bytes(pre, key string, v []byte) {
	if p.json {
		p.pen.Bytes(key, "", v, "")
		return
	}
	p.table.field = append(append(p.table.field, pre...), v...)
}

func (p *printer) uint(pre, key string, v uint64) {
	if p.json {
		p.pen.JUint(key, v)
		return
	}
	p.table.field = strconv.AppendUint(append(p.table.field, pre...), v, 10)
}

func (p *printer) int(pre, key string, v int64) {
	if p.json {
		p.pen.JInt(key, v)
		return
	}
	p.table.field = strconv.AppendInt(append(p.table.field, pre...), v, 10)
}

// hex writes a number with hexadecimal digits, in JSON as a string.
func (p *printer) hex(pre, key string, v uint64) {
	if p.json {
		p.pen.Hex(key, "", v, "")
		return
	}
	p.table.field = strconv.AppendUint(append(p.table.field, pre...), v, 16)
}

// some is uint for what is told only if it is not 0.
func (p *printer) some(pre, key string, v uint64) {
	if v != 0 {
		p.uint(pre, key, v)
	}
}

// float writes a number as %g does, if it is not 0.
func (p *printer) float(pre, key string, v float64) {
	if v == 0 {
		return
	}
	if p.json {
		p.buf = show.AppendG(p.buf[:0], v)
		p.pen.JRaw(key, string(p.buf))
		return
	}
	p.table.field = show.AppendG(append(p.table.field, pre...), v)
}

// flag writes what is told by its name alone.
func (p *printer) flag(text, key string, on bool) {
	switch {
	case !on:
	case p.json:
		p.pen.JBool(key, true)
	default:
		p.text(text)
	}
}

// object opens a group: text has what stands before it.
func (p *printer) object(text, key string) {
	if p.json {
		p.pen.OpenObject(key)
		return
	}
	p.text(text)
}

// close ends it.
func (p *printer) close(text string) {
	if p.json {
		p.pen.CloseObject()
		return
	}
	p.text(text)
}

// hexWide is hex with zeros in front, to a width.
func (p *printer) hexWide(pre, key string, v uint64, width int) {
	if p.json {
		p.hex(pre, key, v)
		return
	}
	p.table.field = show.AppendHexDigits(append(p.table.field, pre...), v, width)
}
