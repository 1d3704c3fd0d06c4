package show

import (
	"math"
	"strconv"
)

// indent is what -p puts before a member, for each level.
const indent = "    "

// OpenObject starts a JSON object; no effect on text.
func (p *Pen) OpenObject(key string) {
	if p.json {
		p.open(key, '{')
	}
}

// CloseObject ends a JSON object.
func (p *Pen) CloseObject() {
	if p.json {
		p.close('}')
		p.Spill()
	}
}

// OpenArray starts a JSON array; no effect on text.
func (p *Pen) OpenArray(key string) {
	if p.json {
		p.open(key, '[')
	}
}

// CloseArray ends a JSON array.
func (p *Pen) CloseArray() {
	if p.json {
		p.close(']')
	}
}

// JStr writes a string in JSON only.
func (p *Pen) JStr(key, v string) {
	if p.json {
		p.key(key)
		p.quote(v)
	}
}

// JUint writes a number in JSON only.
func (p *Pen) JUint(key string, v uint64) {
	if p.json {
		p.key(key)
		p.b = strconv.AppendUint(p.b, v, 10)
	}
}

// JUnnamed writes a number as a member whose name is empty, in JSON only: what
// the real tool makes of bytes that it meant to be an array.
func (p *Pen) JUnnamed(v uint64) {
	if p.json {
		p.key("")
		p.name("")
		p.b = strconv.AppendUint(p.b, v, 10)
	}
}

// JInt writes a signed number in JSON only.
func (p *Pen) JInt(key string, v int64) {
	if p.json {
		p.key(key)
		p.b = strconv.AppendInt(p.b, v, 10)
	}
}

// JBool writes true or false in JSON only.
func (p *Pen) JBool(key string, v bool) {
	if p.json {
		p.key(key)
		p.b = strconv.AppendBool(p.b, v)
	}
}

// JNull writes null in JSON only.
func (p *Pen) JNull(key string) {
	if p.json {
		p.key(key)
		p.b = append(p.b, "null"...)
	}
}

// JRaw writes a value that is already JSON (a formatted number), in JSON only.
func (p *Pen) JRaw(key, v string) {
	if p.json {
		p.key(key)
		p.b = append(p.b, v...)
	}
}

func (p *Pen) open(key string, c byte) {
	p.key(key)
	p.b = append(p.b, c)
	p.depth++
	p.sep = 0
	if c == '[' && p.opt.Pretty {
		p.b = append(p.b, ' ')
	}
}

func (p *Pen) close(c byte) {
	if p.opt.Pretty {
		switch {
		case c == ']' && p.sep != 0:
			p.b = append(p.b, ' ')
		case c == '}' && p.sep != 0:
			p.depth--
			p.b = p.appendBreak(p.b)
			p.depth++
		}
	}
	p.depth--
	p.b = append(p.b, c)
	p.sep = ','
}

// key writes the separator and the member's name, if it has one, and leaves
// the writer as it is after a value.
func (p *Pen) key(k string) {
	if p.sep != 0 {
		p.b = append(p.b, p.sep)
	}
	p.sep = ','
	if k != "" {
		p.name(k)
	}
}

func (p *Pen) name(k string) {
	b := p.b
	if p.opt.Pretty {
		b = p.appendBreak(b)
	}
	b = append(append(append(b, '"'), k...), '"', ':')
	if p.opt.Pretty {
		b = append(b, ' ')
	}
	p.b = b
}

// appendBreak begins a line of -p.
func (p *Pen) appendBreak(b []byte) []byte {
	b = append(b, '\n')
	for range p.depth {
		b = append(b, indent...)
	}
	return b
}

func (p *Pen) quote(s string) { p.b = appendQuoted(p.b, s) }

// escaped has a bit for each byte that does not stand for itself in a string.
var escaped = [4]uint64{1<<' ' - 1 | 1<<'"', 1<<('\\'-64) | 1<<(0x7f-64)}

// appendQuoted escapes as iproute2 does since 7.0: control characters and DEL
// as \u00xx, bytes above ASCII untouched.
func appendQuoted[T string | []byte](b []byte, s T) []byte {
	return append(AppendEscaped(append(b, '"'), s), '"')
}

// AppendEscaped appends what stands between the quotes of a JSON string.
func AppendEscaped[T string | []byte](b []byte, s T) []byte {
	for i := range len(s) {
		if c := s[i]; escaped[c>>6]>>(c&63)&1 != 0 {
			return appendEscaped(b, s, i)
		}
	}
	return append(b, s...)
}

// appendEscaped is AppendEscaped for a string that needs it, from s[i] on.
func appendEscaped[T string | []byte](b []byte, s T, i int) []byte {
	b = append(b, s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		switch c {
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\f':
			b = append(b, `\f`...)
		case '\b':
			b = append(b, `\b`...)
		case '\\', '"':
			b = append(b, '\\', c)
		default:
			if c < 0x20 || c == 0x7f {
				b = append(b, `\u00`...)
				b = append(b, HexDigits[c>>4], HexDigits[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return b
}

// AppendG appends v as C's %g does: six significant digits, no trailing
// zeros, an exponent of at least two digits outside 1e-4..1e6.
func AppendG(b []byte, v float64) []byte {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	var tmp [32]byte
	e := strconv.AppendFloat(tmp[:0], v, 'e', 5, 64)
	at := len(e) - 1
	for e[at] != 'e' {
		at--
	}
	exp, _ := strconv.Atoi(string(e[at+1:]))
	if exp < -4 || exp >= 6 {
		return append(trimZeros(b, e[:at]), e[at:]...)
	}
	var f [32]byte
	return trimZeros(b, strconv.AppendFloat(f[:0], v, 'f', 5-exp, 64))
}

// trimZeros appends digits without the zeros that end its fraction.
func trimZeros(b, digits []byte) []byte {
	n, dot := len(digits), false
	for _, c := range digits {
		dot = dot || c == '.'
	}
	for dot && (digits[n-1] == '0' || digits[n-1] == '.') {
		n--
		if digits[n] == '.' {
			break
		}
	}
	return append(b, digits[:n]...)
}
