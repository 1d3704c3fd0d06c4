// Package show is the pen of gip: one call writes a field as text or as JSON,
// in the order and spacing of iproute2.
//
// A text field is prefix, value and suffix ("mtu ", 1500, " "); the same call
// writes "key":value when the output is JSON. Nothing here uses fmt: records
// are appended to one buffer that is written in large pieces.
package show

import (
	"io"
	"strconv"
)

// Options chooses the form of the output.
type Options struct {
	JSON    bool    // -j
	Pretty  bool    // -p: JSON is indented
	Oneline bool    // -o: breaks inside a record become a backslash
	Palette Palette // -c
}

// A Pen writes records to one stream. The zero Pen is not usable; see New.
//
// JSON is written only between Begin and End, as in iproute2: objects that
// never call Begin print text even with -j.
type Pen struct {
	w    io.Writer
	loss Loss
	b    []byte
	opt  Options
	json bool // between Begin and End of a JSON output

	// State of the JSON writer: nesting depth, and the separator that the
	// next value needs (0 or ',').
	depth int
	sep   byte
}

// flushAt is the buffered size at which a finished record is written out.
const flushAt = 1 << 15

// firstBuffer holds the output of most commands: a buffer that grew to that
// would have been several.
const firstBuffer = 2048

// New returns a Pen that writes to w.
func New(w io.Writer, opt Options) *Pen {
	return &Pen{w: w, opt: opt, b: make([]byte, 0, firstBuffer)}
}

// Redirect has what is written from now on go to w.
func (p *Pen) Redirect(w io.Writer) { p.w = w }

// AsJSON has output that begins from now on as JSON: of tools that read the option for
// it themselves.
func (p *Pen) AsJSON(pretty bool) { p.opt.JSON, p.opt.Pretty = true, pretty }

// JSON reports whether fields are written as JSON now.
func (p *Pen) JSON() bool { return p.json }

// A Loss tells what became of an output of which something could not be written.
type Loss struct {
	Lost  bool  // some write failed
	Err   error // of the last write
	AtEnd bool  // the last write was that of Close
}

// Flush writes what is buffered. What cannot be written is lost, and the output
// goes on, as the C library has it: most tools never ask. Those that do ask at
// their end (see Close).
func (p *Pen) Flush() {
	if len(p.b) == 0 {
		return
	}
	_, p.loss.Err = p.w.Write(p.b)
	p.loss.Lost = p.loss.Lost || p.loss.Err != nil
	p.b = p.b[:0]
}

// block is what the C library buffers of an output that is no terminal: it writes one
// when there is more.
const block = 4096

// WriteBlocks writes what the real tool has written by now. Between the commands of a
// batch it matters: where nobody reads any more, SIGPIPE keeps it from the next ones.
func (p *Pen) WriteBlocks() {
	if n := len(p.b) - 1; n >= block {
		rest := p.b[n-n%block:]
		p.b = p.b[:n-n%block]
		p.Flush()
		p.b = append(p.b, rest...)
	}
}

// Close writes what is buffered and tells what was lost.
func (p *Pen) Close() Loss {
	p.loss.AtEnd = len(p.b) > 0
	p.Flush()
	return p.loss
}

// Begin starts an output: with -j it opens the root array.
func (p *Pen) Begin() { p.begin('[') }

// End closes what Begin opened.
func (p *Pen) End() { p.end(']') }

// BeginObject starts an output that is one object of -j, in no array.
func (p *Pen) BeginObject() { p.begin('{') }

// EndObject closes what BeginObject opened.
func (p *Pen) EndObject() { p.end('}') }

func (p *Pen) begin(bracket byte) {
	if p.opt.JSON && !p.json {
		p.json, p.sep = true, 0
		p.open("", bracket)
	}
}

// end closes what begin opened. The real tool writes out what it has at the end of an
// object of JSON, before whatever it does next.
func (p *Pen) end(bracket byte) {
	if p.json {
		p.close(bracket)
		p.b = append(p.b, '\n')
		p.json, p.sep = false, 0
		p.Flush()
	}
}

// Break ends an output without closing it, as where the real tool exits in the
// middle.
func (p *Pen) Break() { p.json, p.sep, p.depth = false, 0, 0 }

// Text writes s in text output only.
func (p *Pen) Text(s string) {
	if !p.json {
		p.b = append(p.b, s...)
	}
}

// Raw writes s whatever the form of the output.
func (p *Pen) Raw(s string) { p.b = append(p.b, s...) }

// NL breaks a record: a newline, or with -o a backslash. Text only.
func (p *Pen) NL() {
	switch {
	case p.json:
	case p.opt.Oneline:
		p.b = append(p.b, '\\')
	default:
		p.b = append(p.b, '\n')
	}
}

// EndLine ends a text record with a newline, also with -o, and writes the
// buffer out when it has grown large.
func (p *Pen) EndLine() {
	if !p.json {
		p.b = append(p.b, '\n')
	}
	p.Spill()
}

// A Line is a form of output in which a printer whose records are mostly alike
// may write them without a call for each field.
type Line int

// The forms of Pen.Line.
const (
	NoLine   Line = iota // only by the pen's methods
	TextLine             // no colours
	JSONLine             // without white space
)

// Line returns the form that records have now.
func (p *Pen) Line() Line {
	switch {
	case p.json && !p.opt.Pretty:
		return JSONLine
	case !p.json && p.opt.Palette == Mono:
		return TextLine
	}
	return NoLine
}

// BeginLine returns what is not written out yet, for a record to be appended:
// a line of text, or the members of an object with its braces. PutLine takes it
// back.
func (p *Pen) BeginLine() []byte {
	if p.json && p.sep != 0 {
		p.b = append(p.b, p.sep)
	}
	return p.b
}

// PutLine takes what BeginLine returned, with a record added: a text has no
// newline yet.
func (p *Pen) PutLine(b []byte) {
	p.sep = ','
	if !p.json {
		b = append(b, '\n')
	}
	p.b = b
	p.Spill()
}

// PutPart takes what BeginLine returned, with a part of a record added: fields, in
// JSON without a comma in front or behind.
func (p *Pen) PutPart(b []byte) { p.b, p.sep = b, ',' }

// Mark is a place in what is not written out yet, for Since.
func (p *Pen) Mark() int { return len(p.b) }

// Since is what was written since a mark, if nothing was written out since.
func (p *Pen) Since(mark int) []byte { return p.b[mark:] }

// Forget drops what was written since a mark, if nothing was written out since.
func (p *Pen) Forget(mark int) { p.b = p.b[:mark] }

// Spill writes the buffer out when it is large; callers are between records.
func (p *Pen) Spill() {
	if len(p.b) >= flushAt {
		p.Flush()
	}
}

// Str writes a string field.
func (p *Pen) Str(key, pre, v, post string) {
	if p.json {
		p.key(key)
		p.quote(v)
		return
	}
	p.b = append(append(append(p.b, pre...), v...), post...)
}

// Bytes is Str for a value that stands in a buffer.
func (p *Pen) Bytes(key, pre string, v []byte, post string) {
	if p.json {
		p.key(key)
		p.b = appendQuoted(p.b, v)
		return
	}
	p.b = append(append(append(p.b, pre...), v...), post...)
}

// ColorStr writes a string field whose text, prefix and suffix included, has
// the colour c.
func (p *Pen) ColorStr(c Color, key, pre, v, post string) {
	on := p.colorOn(c)
	p.Str(key, pre, v, post)
	p.colorOff(on)
}

// ColorBytes is ColorStr for a value that stands in a buffer.
func (p *Pen) ColorBytes(c Color, key, pre string, v []byte, post string) {
	on := p.colorOn(c)
	p.Bytes(key, pre, v, post)
	p.colorOff(on)
}

// Uint writes an unsigned number.
func (p *Pen) Uint(key, pre string, v uint64, post string) {
	if p.json {
		p.key(key)
		p.b = strconv.AppendUint(p.b, v, 10)
		return
	}
	p.b = append(strconv.AppendUint(append(p.b, pre...), v, 10), post...)
}

// Int writes a signed number.
func (p *Pen) Int(key, pre string, v int64, post string) {
	if p.json {
		p.key(key)
		p.b = strconv.AppendInt(p.b, v, 10)
		return
	}
	p.b = append(strconv.AppendInt(append(p.b, pre...), v, 10), post...)
}

// UintWidth writes an unsigned number, in text right-aligned to width.
func (p *Pen) UintWidth(key, pre string, width int, v uint64, post string) {
	if p.json {
		p.Uint(key, "", v, "")
		return
	}
	var tmp [20]byte
	n := strconv.AppendUint(tmp[:0], v, 10)
	p.b = append(p.b, pre...)
	p.pad(width - len(n))
	p.b = append(append(p.b, n...), post...)
}

// StrWidth writes a string, in text padded with blanks to |width|: on the
// right for a positive width (%-10s), on the left for a negative one (%10s).
func (p *Pen) StrWidth(key, pre string, width int, v, post string) {
	if p.json {
		p.Str(key, "", v, "")
		return
	}
	p.b = append(p.b, pre...)
	if width < 0 {
		p.pad(-width - len(v))
	}
	p.b = append(p.b, v...)
	p.pad(width - len(v))
	p.b = append(p.b, post...)
}

// ColorStrWidth is StrWidth in the colour c.
func (p *Pen) ColorStrWidth(c Color, key, pre string, width int, v, post string) {
	on := p.colorOn(c)
	p.StrWidth(key, pre, width, v, post)
	p.colorOff(on)
}

// ColorBytesWidth is ColorStrWidth for a value that stands in a buffer.
func (p *Pen) ColorBytesWidth(c Color, key, pre string, width int, v []byte, post string) {
	if p.json {
		p.Bytes(key, "", v, "")
		return
	}
	on := p.colorOn(c)
	p.b = append(p.b, pre...)
	p.pad(-width - len(v))
	p.b = append(p.b, v...)
	p.pad(width - len(v))
	p.b = append(p.b, post...)
	p.colorOff(on)
}

func (p *Pen) pad(n int) {
	for ; n > 0; n-- {
		p.b = append(p.b, ' ')
	}
}

// Hex writes v as %x: bare digits, in JSON a string.
func (p *Pen) Hex(key, pre string, v uint64, post string) { p.hex(key, pre, "", v, post) }

// Hex0x writes v as %#x (0 stays "0"), in JSON a string.
func (p *Pen) Hex0x(key, pre string, v uint64, post string) {
	lead := "0x"
	if v == 0 {
		lead = ""
	}
	p.hex(key, pre, lead, v, post)
}

func (p *Pen) hex(key, pre, lead string, v uint64, post string) {
	if p.json {
		p.key(key)
		p.b = append(append(p.b, '"'), lead...)
		p.b = append(AppendHexDigits(p.b, v, 1), '"')
		return
	}
	p.b = append(append(p.b, pre...), lead...)
	p.b = append(AppendHexDigits(p.b, v, 1), post...)
}

// Float writes v as %g, as C prints it.
func (p *Pen) Float(key, pre string, v float64, post string) {
	if p.json {
		p.key(key)
		p.b = AppendG(p.b, v)
		return
	}
	p.b = append(AppendG(append(p.b, pre...), v), post...)
}

// Bool writes true or false in JSON, and text (whatever v is) in text.
func (p *Pen) Bool(key, text string, v bool) {
	if p.json {
		p.JBool(key, v)
		return
	}
	p.b = append(p.b, text...)
}

// OnOff writes "key on " or "key off " between pre and post; JSON has a
// boolean.
func (p *Pen) OnOff(key, pre string, v bool, post string) {
	s := "off"
	if v {
		s = "on"
	}
	p.Bool(key, "", v)
	if !p.json {
		p.b = append(append(append(p.b, pre...), s...), post...)
	}
}

// Flag writes a field that is either there or not: text, or "key":true.
func (p *Pen) Flag(key, text string) { p.Bool(key, text, true) }

// Null writes "key":null, or text.
func (p *Pen) Null(key, text string) {
	if p.json {
		p.key(key)
		p.b = append(p.b, "null"...)
		return
	}
	p.b = append(p.b, text...)
}
