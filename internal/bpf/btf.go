package bpf

// The kinds of BTF types of linux/btf.h that the loader looks into.
const (
	btfInt, btfPtr, btfArray, btfStruct, btfUnion, btfEnum = 1, 2, 3, 4, 5, 6
	btfFwd, btfTypedef, btfVolatile, btfConst, btfRestrict = 7, 8, 9, 10, 11
	btfFunc, btfFuncProto, btfVar, btfDatasec, btfFloat    = 12, 13, 14, 15, 16
	btfDeclTag, btfTypeTag, btfEnum64                      = 17, 18, 19

	btfMagic = 0xeb9f

	linkStatic, linkGlobal = 0, 1
)

// btfMore tells by kind how many words follow a type, and how many more for each
// of its members.
var btfMore = [btfEnum64 + 1][2]byte{
	btfInt: {1, 0}, btfArray: {3, 0}, btfStruct: {0, 3}, btfUnion: {0, 3}, btfEnum: {0, 2},
	btfFuncProto: {0, 2}, btfVar: {1, 0}, btfDatasec: {0, 3}, btfDeclTag: {1, 0}, btfEnum64: {0, 3},
}

// btf is the type information of an object.
type btf struct {
	raw   []byte // all of it, as the kernel gets it
	strs  []byte
	types []btfType // by id, void first
	ptr   uint32    // the size of a pointer
}

// A btfType is the words of a type: its name, kind and number of members, its
// size or the type that it refers to, and what follows by kind.
type btfType []uint32

func (t btfType) kind() uint32 { return t[1] >> 24 & 31 }
func (t btfType) vlen() int    { return int(t[1] & 0xffff) }
func (t btfType) flag() bool   { return t[1]>>31 != 0 }
func (t btfType) ref() uint32  { return t[2] }
func (t btfType) size() uint32 { return t[2] }

// member i is three words: name, type, place of a struct's; type, place, size of
// a section's.
func (t btfType) member(i int) []uint32 { return t[3+3*i:][:3] }

// parseBTF reads the type information in section .BTF, and keeps it.
func parseBTF(b []byte) *btf {
	h := words(b)
	if len(h) < 6 || h[0]&0xffff != btfMagic || h[1]&3 != 0 || h[2]&3 != 0 {
		return nil
	}
	at := uint64(h[1])
	types := words(part(b, at+uint64(h[2]), uint64(h[3])))
	x := &btf{raw: b, strs: part(b, at+uint64(h[4]), uint64(h[5])), types: []btfType{make(btfType, 3)}, ptr: 8}
	if len(x.strs) == 0 || x.strs[0] != 0 || x.strs[len(x.strs)-1] != 0 {
		return nil
	}
	for len(types) >= 3 {
		t := btfType(types)
		k := t.kind()
		if k == 0 || k > btfEnum64 {
			return nil
		}
		n := 3 + int(btfMore[k][0]) + t.vlen()*int(btfMore[k][1])
		if n > len(types) {
			return nil
		}
		x.types = append(x.types, t[:n:n])
		types = types[n:]
	}
	return x
}

// at is the type with an id; one that is not there is void.
func (x *btf) at(id uint32) btfType {
	if uint64(id) >= uint64(len(x.types)) {
		id = 0
	}
	return x.types[id]
}

func (x *btf) name(t btfType) string { return cstr(x.strs, t[0]) }

// plain is the type with an id without const, typedef and their like.
func (x *btf) plain(id uint32) btfType {
	t := x.at(id)
	for range 32 {
		switch t.kind() {
		case btfTypedef, btfVolatile, btfConst, btfRestrict, btfTypeTag:
			t = x.at(t.ref())
		}
	}
	return t
}

// find returns the first type with a name.
func (x *btf) find(name string) (uint32, btfType) {
	for id, t := range x.types[1:] {
		if x.name(t) == name {
			return uint32(id) + 1, t
		}
	}
	return 0, x.types[0]
}

// sizeOf is how many bytes a value of a type takes; 0 is none that has a size.
func (x *btf) sizeOf(id uint32) uint32 {
	n, _ := x.extent(id)
	return n
}

// extent is how many bytes a value of a type takes, if it is one that has a size.
func (x *btf) extent(id uint32) (size uint32, ok bool) {
	n := uint64(1)
	for range 32 {
		t := x.plain(id)
		switch t.kind() {
		case btfPtr:
			n *= uint64(x.ptr)
		case btfArray:
			n *= uint64(t[5])
			id = t[3]
		case btfInt, btfStruct, btfUnion, btfEnum, btfEnum64, btfDatasec, btfFloat:
			n *= uint64(t.size())
		default:
			return 0, false
		}
		if n>>32 != 0 {
			return 0, false
		}
		if t.kind() != btfArray {
			return uint32(n), true
		}
	}
	return 0, false
}

// An extTable is one of those of .BTF.ext: records by section.
type extTable struct {
	size int // of a record, in words
	secs []extSection
}

type extSection struct {
	name    string
	records []uint32
}

// The tables of .BTF.ext, and the words that a record has at least.
const (
	extFuncs, extLines, extCore = 0, 1, 2
	extTables                   = 3
)

var extLeast = [extTables]int{2, 4, 4}

// parseExt reads section .BTF.ext.
func (x *btf) parseExt(b []byte) (tables [extTables]extTable, ok bool) {
	h := words(b)
	if len(h) < 6 || h[0] != btfMagic|1<<16 || h[1]&3 != 0 || h[1] < 24 || uint64(h[1]) >= uint64(len(b)) {
		return tables, false
	}
	for i := range tables {
		if h[1] < uint32(16+8*i) {
			break
		}
		t := part(b, uint64(h[1])+uint64(h[2+2*i]), uint64(h[3+2*i]))
		if t == nil || len(t) > 0 && !x.parseTable(&tables[i], words(t), extLeast[i]) {
			return [extTables]extTable{}, false
		}
	}
	return tables, true
}

func (x *btf) parseTable(t *extTable, w []uint32, least int) bool {
	if len(w) < 2 || w[0]&3 != 0 || w[0]>>16 != 0 {
		return false
	}
	t.size = int(w[0] / 4)
	for w = w[1:]; len(w) > 2; {
		n := uint64(w[1]) * uint64(t.size)
		if n == 0 || n > uint64(len(w)-2) {
			return false
		}
		t.secs = append(t.secs, extSection{cstr(x.strs, w[0]), w[2 : 2+n]})
		w = w[2+n:]
	}
	return t.size >= least && len(w) == 0
}
