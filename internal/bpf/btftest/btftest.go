// Package btftest has types and values of BTF for tests: small ones by hand, since a
// compiler for BPF is needed for no more than these.
package btftest

import (
	"encoding/binary"
	"math"
)

// A Layout is a type, all others that it is made of, and a value of it.
type Layout struct {
	BTF   []byte
	Type  uint32
	Value []byte
}

// The kinds of types, as linux/btf.h has them.
const (
	Int, Ptr, Array, Struct, Union, Enum           = 1, 2, 3, 4, 5, 6
	Fwd, Typedef, Volatile, Const, Restrict        = 7, 8, 9, 10, 11
	FuncProto, Float, TypeTag, Enum64              = 13, 16, 18, 19
	signed, flag, boolean                   uint32 = 1 << 24, 1 << 31, 4 << 24
)

// types are those of a layout. The first is void.
type types struct {
	words []uint32
	strs  []byte
	count uint32
}

func newTypes() *types { return &types{strs: []byte{0}} }

// name is the place of a name in the table.
func (t *types) name(s string) uint32 {
	if s == "" {
		return 0
	}
	at := len(t.strs)
	t.strs = append(append(t.strs, s...), 0)
	return uint32(at)
}

// add adds a type, and tells its id. info is its kind, and more: flag, how many members.
func (t *types) add(name string, kind, info, size uint32, more ...uint32) uint32 {
	t.words = append(append(t.words, t.name(name), kind<<24|info, size), more...)
	t.count++
	return t.count
}

func (t *types) int(name string, size, encoding uint32) uint32 {
	return t.add(name, Int, 0, size, encoding|size*8)
}

func (t *types) ptr(to uint32) uint32 { return t.add("", Ptr, 0, to) }

func (t *types) array(of, index, n uint32) uint32 { return t.add("", Array, 0, 0, of, index, n) }

// A field is a member of a structure at a place in bits, or a value with its low and
// high words, or with a type alone a parameter.
type field struct {
	name   string
	of, at uint32
}

// structure adds a structure or a union.
func (t *types) structure(name string, kind, info, size uint32, fields ...field) uint32 {
	var more []uint32
	for _, f := range fields {
		more = append(more, t.name(f.name), f.of, f.at)
	}
	return t.add(name, kind, info|uint32(len(fields)), size, more...)
}

// pairs adds an enumeration or a function, whose members have no place.
func (t *types) pairs(name string, kind, info, size uint32, fields ...field) uint32 {
	var more []uint32
	for _, f := range fields {
		more = append(more, t.name(f.name), f.of)
	}
	return t.add(name, kind, info|uint32(len(fields)), size, more...)
}

// bytes are the types as the kernel takes them.
func (t *types) bytes() []byte {
	ne := binary.NativeEndian
	size := uint32(4 * len(t.words))
	b := ne.AppendUint16(nil, 0xeb9f)
	b = append(b, 1, 0)
	for _, w := range []uint32{24, 0, size, size, uint32(len(t.strs))} {
		b = ne.AppendUint32(b, w)
	}
	for _, w := range t.words {
		b = ne.AppendUint32(b, w)
	}
	return append(b, t.strs...)
}

// layout is a value of n bytes, each the one before and step more.
func (t *types) layout(id uint32, n int, first, step byte) Layout {
	v := make([]byte, n)
	for i := range v {
		v[i] = first
		first += step
	}
	return Layout{BTF: t.bytes(), Type: id, Value: v}
}

// Key is the id of the type of keys in each layout: int.
const Key = 1

// Layouts are numbers, a structure of nearly all kinds, bytes, odd declarations,
// pointers, floating-point numbers, enumerations, bit-fields, enumerations of 8 bytes.
func Layouts() []Layout {
	return []Layout{number(), text(), nested(), declared(), floats(), enums(), bits(), wideEnums()}
}

func number() Layout {
	t := newTypes()
	i := t.int("int", 4, signed)
	return t.layout(i, 4, 0xfe, 0xff)
}

// text has bytes behind an array of them.
func text() Layout {
	t := newTypes()
	i, c := t.int("int", 4, signed), t.int("char", 1, signed)
	b := t.int("unsigned char", 1, 0)
	u8 := t.add("__u8", Typedef, 0, b)
	name := t.array(c, i, 8)
	s := t.structure("words", Struct, 0, 20, field{"before", u8, 0}, field{"name", name, 8}, field{"letter", u8, 72},
		field{"low", c, 80}, field{"again", name, 88}, field{"zero", u8, 152})
	l := t.layout(s, 20, 0, 0)
	copy(l.Value, "Aeth0\x00\x00xxBhe said\xffC")
	l.Value[10] = 0x80
	return l
}

// nested has structures in others, without names, and arrays of them.
func nested() Layout {
	t := newTypes()
	i := t.int("int", 4, signed)
	u64 := t.int("unsigned long long", 8, 0)
	s16, yes := t.int("short", 2, signed), t.int("_Bool", 1, boolean)
	u16 := t.int("unsigned short", 2, 0)
	wide := t.int("unsigned __int128", 16, 0)
	point := t.structure("point", Struct, 0, 4, field{"x", s16, 0}, field{"y", u16, 16})
	points := t.array(point, i, 2)
	either := t.structure("", Union, 0, 8, field{"number", u64, 0}, field{"pair", points, 0})
	inner := t.structure("", Struct, 0, 4, field{"on", yes, 0}, field{"off", yes, 8})
	none := t.structure("none", Struct, 0, 0)
	grid := t.array(t.array(s16, i, 2), i, 3)
	s := t.structure("all", Struct, 0, 64, field{"wide", wide, 0}, field{"", either, 128}, field{"flags", inner, 192},
		field{"empty", none, 224}, field{"nothing", t.array(i, i, 0), 224}, field{"grid", grid, 224}, field{"i", i, 320},
		field{"low", wide, 384})
	l := t.layout(t.add("all_t", Typedef, 0, t.add("", Const, 0, s)), 64, 3, 7)
	l.Value[24], l.Value[25] = 1, 0
	clear(l.Value[48:])
	binary.NativeEndian.PutUint16(l.Value[48:], 5)
	return l
}

// declared has pointers to all kinds of things.
func declared() Layout {
	t := newTypes()
	i, c := t.int("int", 4, signed), t.int("char", 1, signed)
	text := t.ptr(t.add("", Const, 0, c))
	f := t.pairs("", FuncProto, 0, i, field{"a", i, 0}, field{"s", text, 0}, field{"", 0, 0})
	g := t.pairs("", FuncProto, 0, 0)
	take := t.pairs("", FuncProto, 0, text, field{"f", t.ptr(f), 0}, field{"v", t.ptr(t.array(i, i, 3)), 0},
		field{"w", t.ptr(t.array(text, i, 3)), 0})
	fwd, ufwd := t.add("hidden", Fwd, 0, 0), t.add("hidden", Fwd, flag, 0)
	point1 := t.structure("point", Struct, 0, 4, field{"x", i, 0})
	point2 := t.structure("point", Union, 0, 4, field{"y", i, 0})
	point3 := t.add("point", Typedef, 0, i)
	list := []uint32{
		t.ptr(0), text, t.ptr(text), t.ptr(f), t.ptr(g), t.ptr(take), t.ptr(t.array(i, i, 4)),
		t.ptr(t.array(t.array(i, i, 4), i, 2)), t.ptr(t.array(text, i, 4)), t.ptr(fwd), t.ptr(ufwd),
		t.ptr(point1), t.ptr(point2), t.ptr(point1), t.ptr(point3), t.ptr(t.ptr(t.ptr(g))),
		t.add("", Volatile, 0, t.ptr(t.add("", Restrict, 0, t.ptr(i)))), t.ptr(t.add("mine", TypeTag, 0, i)),
		t.add("handler", Typedef, 0, t.ptr(g)), t.ptr(t.structure("", Struct, 0, 4, field{"z", i, 0})),
		t.ptr(t.pairs("", Enum, 0, 4, field{"ONE", 1, 0})), t.ptr(t.pairs("colour", Enum, 0, 4, field{"RED", 1, 0})),
		t.ptr(t.pairs("later", Enum, 0, 4)), t.ptr(t.ptr(t.array(t.ptr(g), i, 2))),
	}
	var fields []field
	for n, id := range list {
		fields = append(fields, field{"p" + string(rune('a'+n)), id, uint32(64 * n)})
	}
	at := uint32(8 * len(list))
	fields = append(fields, field{"handlers", t.array(t.ptr(g), i, 2), 8 * at}, field{"texts", t.array(text, i, 2), 8 * (at + 16)})
	s := t.structure("pointers", Struct, 0, at+32, fields...)
	l := t.layout(s, int(at)+32, 0, 0)
	for n := 1; n < len(l.Value)/8; n += 2 {
		binary.NativeEndian.PutUint64(l.Value[8*n:], 0xffff888000000000+uint64(n))
	}
	return l
}

func floats() Layout {
	t := newTypes()
	i := t.int("int", 4, signed)
	f, d := t.add("float", Float, 0, 4), t.add("double", Float, 0, 8)
	fs, ds := t.array(f, i, 4), t.array(d, i, 4)
	s := t.structure("real", Struct, 0, 48, field{"f", fs, 0}, field{"d", ds, 128})
	l := t.layout(s, 48, 0, 0)
	for n, v := range []float32{1.5, -0.1, float32(math.Inf(-1)), 1e30} {
		binary.NativeEndian.PutUint32(l.Value[4*n:], math.Float32bits(v))
	}
	for n, v := range []float64{math.Pi, math.Copysign(0, -1), math.NaN(), -1e300} {
		binary.NativeEndian.PutUint64(l.Value[16+8*n:], math.Float64bits(v))
	}
	return l
}

func enums() Layout {
	t := newTypes()
	i := t.int("int", 4, signed)
	minus := ^uint32(0)
	plain := t.pairs("plain", Enum, 0, 4, field{"ZERO", 0, 0}, field{"ALL", minus, 0})
	sign := t.pairs("sign", Enum, flag, 4, field{"MINUS", minus, 0}, field{"PLUS", 1, 0})
	small := t.pairs("small", Enum, flag, 1, field{"LOW", ^uint32(1), 0})
	s := t.structure("choices", Struct, 0, 28, field{"a", plain, 0}, field{"b", plain, 32}, field{"c", sign, 64},
		field{"d", sign, 96}, field{"e", small, 128}, field{"f", small, 136}, field{"g", t.array(sign, i, 2), 160})
	l := t.layout(s, 28, 0xff, 0)
	clear(l.Value[:4])
	binary.NativeEndian.PutUint32(l.Value[12:], 0x80000000)
	l.Value[16] = 0xfe
	binary.NativeEndian.PutUint32(l.Value[24:], 1)
	return l
}

func wideEnums() Layout {
	t := newTypes()
	t.int("int", 4, signed)
	minus := ^uint32(0)
	wide := t.structure("wide", Enum64, 0, 8, field{"FAR", 0, 1}, field{"NEAR", 1, 0})
	sign := t.structure("swide", Enum64, flag, 8, field{"BACK", minus, minus})
	s := t.structure("far", Struct, 0, 32, field{"a", wide, 0}, field{"b", wide, 64}, field{"c", sign, 128}, field{"d", sign, 192})
	l := t.layout(s, 32, 0xff, 0)
	binary.NativeEndian.PutUint64(l.Value, 1<<32)
	binary.NativeEndian.PutUint32(l.Value[24:], 7)
	return l
}

func bits() Layout {
	t := newTypes()
	i := t.int("int", 4, signed)
	u := t.add("u32", Typedef, 0, t.int("unsigned int", 4, 0))
	u8, u64 := t.int("unsigned char", 1, 0), t.int("unsigned long", 8, 0)
	e := t.pairs("mode", Enum, 0, 4, field{"OFF", 0, 0}, field{"ON", 5, 0})
	s := t.structure("packed", Struct, flag, 24, field{"a", i, 3 << 24}, field{"b", u, 5<<24 | 3}, field{"c", u8, 1<<24 | 8},
		field{"d", e, 3<<24 | 9}, field{"e", e, 3<<24 | 12}, field{"whole", i, 32}, field{"long", u64, 33<<24 | 64},
		field{"rest", u64, 31<<24 | 97}, field{"last", u8, 7<<24 | 185})
	return t.layout(s, 24, 0x9d, 0x35)
}
