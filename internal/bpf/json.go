package bpf

import (
	"bytes"
	"strconv"

	"gip/internal/show"
)

// JSON writes a value of the map: structures as objects, with what is in nameless ones
// as if it were their own, arrays of char as strings, pointers and what has 16 bytes as
// hexadecimal digits, values of enumerations by name. What is not there is null.
func (m *Map) JSON(p *show.Pen, key string, v []byte) {
	w := valueWriter{Map: m, data: v}
	w.json(p, key, m.info.valueType, 0, 0, 0)
}

func (w *valueWriter) json(p *show.Pen, key string, id uint32, at, bit, bits int) {
	if w.fits(id, at, bit, bits) != 0 {
		p.JNull(key)
		return
	}
	t := w.btf.plain(id)
	switch t.kind() {
	case btfInt:
		w.jsonInt(p, key, t, at, bit, bits)
	case btfFloat:
		if f, ok := floatOf(w.data[at : at+int(t.size())]); ok && f-f == 0 {
			p.JRaw(key, string(strconv.AppendFloat(nil, f, 'g', -1, 64)))
		} else {
			p.JNull(key)
		}
	case btfPtr:
		n, _ := number(w.data[at:at+int(w.btf.ptr)], false)
		p.JStr(key, string(show.AppendHexDigits([]byte("0x"), uint64(n), 0)))
	case btfArray:
		w.jsonArray(p, key, t, at)
	case btfStruct, btfUnion:
		p.OpenObject(key)
		w.jsonFields(p, t, at)
		p.CloseObject()
	case btfEnum, btfEnum64:
		n, e := w.enumValue(t, at, bit, bits)
		if name, ok := w.btf.enumName(t, n); ok && e == 0 {
			p.JStr(key, name)
		} else {
			p.JRaw(key, string(appendNumber(nil, n, t.flag())))
		}
	default:
		p.JNull(key)
	}
}

func (w *valueWriter) jsonInt(p *show.Pen, key string, t btfType, at, bit, bits int) {
	size, signed := int(t.size()), t[3]&intSigned != 0
	switch {
	case bits != 0:
		n, _ := w.bitField(t, at, bit, bits)
		p.JUint(key, n)
	case size == 16:
		p.JStr(key, string(appendWide(nil, w.data[at:at+16])))
	case t[3]&intBool != 0 && size == 1:
		p.JBool(key, w.data[at] != 0)
	default:
		n, _ := number(w.data[at:at+size], signed)
		p.JRaw(key, string(appendNumber(nil, n, signed)))
	}
}

func (w *valueWriter) jsonArray(p *show.Pen, key string, t btfType, at int) {
	elem, count := t[3], int(t[5])
	size, ok := w.btf.extent(elem)
	if !ok || size == 0 || at+count*int(size) > len(w.data) {
		p.JNull(key)
		return
	}
	if e := w.btf.plain(elem); e.kind() == btfInt && size == 1 && w.btf.name(e) == "char" {
		text, _, _ := bytes.Cut(w.data[at:at+count], []byte{0})
		p.JStr(key, string(text))
		return
	}
	p.OpenArray(key)
	for range count {
		w.json(p, "", elem, at, 0, 0)
		at += int(size)
	}
	p.CloseArray()
}

func (w *valueWriter) jsonFields(p *show.Pen, t btfType, at int) {
	if w.depth++; w.depth > maxDepth {
		return
	}
	for i := range t.vlen() {
		name, id, off, bits := w.btf.fieldOf(t, i)
		kind := w.btf.plain(id).kind()
		if name == "" && (kind == btfStruct || kind == btfUnion) {
			w.jsonFields(p, w.btf.plain(id), at+off/8)
		} else {
			w.json(p, name, id, at+off/8, off%8, bits)
		}
	}
	w.depth--
}
