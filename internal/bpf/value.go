package bpf

import (
	"encoding/binary"
	"math"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/show"
)

// A valueWriter prints a value as libbpf's dump of typed data does, with a cast before
// each part. Its state is one of the whole value, and some of it outlives the part that
// it is of, so that what comes later prints otherwise; the real tool is no different.
type valueWriter struct {
	*Map
	b             []byte
	data          []byte
	indent, depth int
	compact       bool
	inArray       bool // no casts
	chars         bool // there was an array of bytes: bytes print as characters
	ended         bool // by a character 0, behind which none prints
}

// AppendValue appends a value of the map as C, on one line if compact, otherwise with
// so many tabs before each.
func (m *Map) AppendValue(b, v []byte, indent int, compact bool) ([]byte, unix.Errno) {
	w := valueWriter{Map: m, b: b, data: v, indent: indent, compact: compact}
	e := w.value("", m.info.valueType, 0, 0, 0)
	return w.b, e
}

// maxDepth is more than the kernel lets types be nested.
const maxDepth = 64

// value prints what lies at a byte, and for a bit-field at a bit.
func (w *valueWriter) value(name string, id uint32, at, bit, bits int) unix.Errno {
	if e := w.fits(id, at, bit, bits); e != 0 {
		return e
	}
	w.tabs()
	if name != "" {
		w.text("." + name + " = ")
	}
	if !w.inArray {
		w.text("(" + w.declare(id, "", 0) + ")")
	}
	t := w.btf.plain(id)
	switch t.kind() {
	case btfInt:
		if bits == 0 {
			return w.int(t, at)
		}
		n, e := w.bitField(t, at, bit, bits)
		if e == 0 {
			w.b = show.AppendHexDigits(append(w.b, "0x"...), n, 0)
			w.end()
		}
		return e
	case btfFloat:
		return w.float(t, at)
	case btfPtr:
		w.pointer(at)
	case btfArray:
		return w.array(t, at)
	case btfStruct, btfUnion:
		return w.structure(t, at)
	case btfEnum, btfEnum64:
		return w.enum(t, at, bit, bits)
	default:
		w.b = strconv.AppendUint(append(w.b, "<unsupported kind:"...), uint64(t.kind()), 10)
		w.text(">")
		return unix.EOPNOTSUPP
	}
	return 0
}

// fits tells whether a value is of a type that has a size, and there.
func (w *valueWriter) fits(id uint32, at, bit, bits int) unix.Errno {
	size, ok := w.btf.extent(id)
	kind := w.btf.plain(id).kind()
	switch {
	case at > len(w.data):
		return unix.E2BIG
	case bits != 0 && (kind == btfInt || kind == btfEnum || kind == btfEnum64):
		size, ok = uint32(bit+bits+7)/8, true
	}
	if !ok || size > math.MaxInt32-1 || w.depth > maxDepth {
		return unix.EINVAL
	}
	switch kind {
	case btfInt, btfFloat, btfPtr, btfEnum, btfEnum64:
		if at+int(size) > len(w.data) {
			return unix.E2BIG
		}
	}
	return 0
}

func (w *valueWriter) text(s string) { w.b = append(w.b, s...) }

func (w *valueWriter) tabs() {
	if w.compact {
		return
	}
	for range w.indent + w.depth {
		w.b = append(w.b, '\t')
	}
}

// end ends a value that stands in another.
func (w *valueWriter) end() {
	if w.depth > 0 {
		w.b = append(w.b, ',')
		w.newline()
	}
}

func (w *valueWriter) newline() {
	if !w.compact {
		w.b = append(w.b, '\n')
	}
}

// bitField reads a number of some bits.
func (w *valueWriter) bitField(t btfType, at, bit, bits int) (uint64, unix.Errno) {
	size := int(t.size())
	if size > 8 {
		return 0, unix.EINVAL
	}
	return rtnl.Bits(w.data[at:], size, bit, bits), 0
}

// number reads a number of 1, 2, 4 or 8 bytes.
func number(v []byte, signed bool) (n int64, ok bool) {
	switch len(v) {
	case 1:
		if n = int64(v[0]); signed {
			n = int64(int8(n))
		}
	case 2:
		if n = int64(binary.NativeEndian.Uint16(v)); signed {
			n = int64(int16(n))
		}
	case 4:
		if n = int64(binary.NativeEndian.Uint32(v)); signed {
			n = int64(int32(n))
		}
	case 8:
		n = int64(binary.NativeEndian.Uint64(v))
	default:
		return 0, false
	}
	return n, true
}

func appendNumber(b []byte, n int64, signed bool) []byte {
	if signed {
		return strconv.AppendInt(b, n, 10)
	}
	return strconv.AppendUint(b, uint64(n), 10)
}

// How an integer is encoded: a bit of the word behind it.
const intSigned, intBool = 1 << 24, 1 << 26

func (w *valueWriter) int(t btfType, at int) unix.Errno {
	v, signed := w.data[at:at+int(t.size())], t[3]&intSigned != 0
	switch len(v) {
	case 16:
		w.b = appendWide(w.b, v)
		w.end()
		return 0
	case 1:
		if w.chars && w.character(v[0]) {
			return 0
		}
	}
	n, ok := number(v, signed)
	if !ok {
		return unix.EINVAL
	}
	w.b = appendNumber(w.b, n, signed)
	w.end()
	return 0
}

// appendWide appends a number of 16 bytes.
func appendWide(b, v []byte) []byte {
	lo, hi := binary.NativeEndian.Uint64(v), binary.NativeEndian.Uint64(v[8:])
	if !rtnl.LittleEndian() {
		lo, hi = hi, lo
	}
	b = append(b, "0x"...)
	if hi == 0 {
		return show.AppendHexDigits(b, lo, 0)
	}
	return show.AppendHexDigits(show.AppendHexDigits(b, hi, 0), lo, 16)
}

// character prints a byte as a character, if it is one.
func (w *valueWriter) character(c byte) bool {
	switch {
	case w.ended:
		return true
	case c == 0:
		w.text(`'\0'`)
		w.ended = true
	case c >= ' ' && c < 0x7f:
		w.b = append(w.b, '\'', c, '\'')
	default:
		return false
	}
	w.end()
	return true
}

func (w *valueWriter) float(t btfType, at int) unix.Errno {
	f, ok := floatOf(w.data[at : at+int(t.size())])
	if !ok {
		return unix.EINVAL
	}
	w.b = appendFloat(w.b, f)
	w.end()
	return 0
}

func floatOf(v []byte) (f float64, ok bool) {
	switch len(v) {
	case 4:
		return float64(math.Float32frombits(binary.NativeEndian.Uint32(v))), true
	case 8:
		return math.Float64frombits(binary.NativeEndian.Uint64(v)), true
	}
	return 0, false
}

// appendFloat is C's %f.
func appendFloat(b []byte, f float64) []byte {
	if math.Signbit(f) {
		b, f = append(b, '-'), -f
	}
	switch {
	case math.IsNaN(f):
		return append(b, "nan"...)
	case math.IsInf(f, 0):
		return append(b, "inf"...)
	}
	return strconv.AppendFloat(b, f, 'f', 6, 64)
}

// pointer prints an address. The real tool prints one that stands in memory where one
// has to, and is of its own size, by C's %p, which has a word for none.
func (w *valueWriter) pointer(at int) {
	n, _ := number(w.data[at:at+int(w.btf.ptr)], false)
	const own = unsafe.Sizeof(uintptr(0))
	if n == 0 && uintptr(w.btf.ptr) == own && uintptr(unsafe.Pointer(&w.data[at]))%own == 0 {
		w.text("(nil)")
	} else {
		w.b = show.AppendHexDigits(append(w.b, "0x"...), uint64(n), 0)
	}
	w.end()
}

// array prints the elements. A part that cannot be printed is left out.
func (w *valueWriter) array(t btfType, at int) unix.Errno {
	elem, count := t[3], int(t[5])
	size, ok := w.btf.extent(elem)
	if !ok || size == 0 {
		return unix.EINVAL
	}
	if size == 1 && w.btf.plain(elem).kind() == btfInt {
		w.chars = true
	}
	w.depth++
	w.text("[")
	w.newline()
	inArray, ended := w.inArray, w.ended
	w.inArray, w.ended = true, false
	for i := 0; i < count && !w.ended && at < len(w.data); i++ {
		w.value("", elem, at, 0, 0)
		at += int(size)
	}
	w.inArray, w.ended = inArray, ended
	w.depth--
	w.tabs()
	w.text("]")
	w.end()
	return 0
}

func (w *valueWriter) structure(t btfType, at int) unix.Errno {
	w.depth++
	w.text("{")
	w.newline()
	for i := range t.vlen() {
		name, id, off, bits := w.btf.fieldOf(t, i)
		if e := w.value(name, id, at+off/8, off%8, bits); e != 0 {
			return e
		}
	}
	w.depth--
	w.tabs()
	w.text("}")
	w.end()
	return 0
}

// fieldOf is a member of a structure: its name, type, and place in bits; bits is the
// size of a bit-field.
func (x *btf) fieldOf(t btfType, i int) (name string, id uint32, off, bits int) {
	m := t.member(i)
	off = int(m[2])
	if t.flag() {
		off, bits = off&0xffffff, off>>24
	}
	return cstr(x.strs, m[0]), m[1], off, bits
}

func (w *valueWriter) enum(t btfType, at, bit, bits int) unix.Errno {
	n, e := w.enumValue(t, at, bit, bits)
	if e != 0 {
		return e
	}
	name, ok := w.btf.enumName(t, n)
	wide := t.kind() == btfEnum64
	switch {
	case ok:
		w.text(name)
	case t.flag():
		// A signed number has nothing behind it.
		if !wide {
			n = int64(int32(n))
		}
		if w.b = strconv.AppendInt(w.b, n, 10); wide {
			w.text("LL")
		}
		return 0
	case wide:
		w.b = append(strconv.AppendUint(w.b, uint64(n), 10), "ULL"...)
	default:
		w.b = strconv.AppendUint(w.b, uint64(uint32(n)), 10)
	}
	w.end()
	return 0
}

// enumValue reads the value of an enumeration. One that is a bit-field is kept in 8
// bytes, from which as many are read as the type has.
func (w *valueWriter) enumValue(t btfType, at, bit, bits int) (int64, unix.Errno) {
	size := int(t.size())
	if size > 8 {
		return 0, unix.EINVAL
	}
	v := w.data[at:]
	if bits != 0 {
		v = binary.NativeEndian.AppendUint64(nil, rtnl.Bits(v, size, bit, bits))
	}
	n, ok := number(v[:size], t.flag())
	if !ok {
		return 0, unix.EINVAL
	}
	return n, 0
}

// enumName is the name of a value.
func (x *btf) enumName(t btfType, n int64) (name string, ok bool) {
	for i := range t.vlen() {
		m, v := t[3:], int64(0)
		if t.kind() == btfEnum {
			m = m[2*i:]
			v = int64(int32(m[1]))
		} else {
			m = m[3*i:]
			v = int64(uint64(m[1]) | uint64(m[2])<<32)
		}
		if v == n {
			return cstr(x.strs, m[0]), true
		}
	}
	return "", false
}
