package bpf

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Map is a map of the kernel with the types of what is in it.
type Map struct {
	ID uint32
	FD int

	btf       *btf
	info      mapInfo
	announced []uint32 // the types whose names have been printed
}

// OpenMap opens a map by its id.
func OpenMap(id uint32) (*Map, unix.Errno) {
	fd, e := numbers(unix.BPF_MAP_GET_FD_BY_ID, [4]uint32{id})
	if e != 0 {
		return nil, e
	}
	return &Map{ID: id, FD: fd}, 0
}

// Close closes it.
func (m *Map) Close() { unix.Close(m.FD) }

// Read asks what kind of map it is.
func (m *Map) Read() unix.Errno {
	return objectInfo(m.FD, unsafe.Pointer(&m.info), unsafe.Sizeof(m.info))
}

// Type is its type, a number of BPF_MAP_TYPE_*.
func (m *Map) Type() uint32 { return m.info.typ }

// ValueSize is how many bytes a value has.
func (m *Map) ValueSize() int { return int(m.info.value) }

// ReadTypes asks for the types. It reports whether there are some.
func (m *Map) ReadTypes() bool {
	fd, e := numbers(unix.BPF_BTF_GET_FD_BY_ID, [4]uint32{m.info.types})
	if e != 0 {
		return false
	}
	defer unix.Close(fd)
	m.btf = parseBTF(readBTF(fd))
	if m.btf == nil {
		return false
	}
	m.btf.ptr = m.btf.pointer()
	return true
}

// readBTF reads what was loaded: its size, then itself.
func readBTF(fd int) []byte {
	var l lender
	defer l.Unpin()
	// struct bpf_btf_info up to id.
	info := struct {
		at       buffer
		size, id uint32
	}{}
	if objectInfo(fd, unsafe.Pointer(&info), unsafe.Sizeof(info)) != 0 || info.size == 0 {
		return nil
	}
	b := make([]byte, info.size)
	info.at = l.lend(start(b))
	if objectInfo(fd, unsafe.Pointer(&info), unsafe.Sizeof(info)) != 0 {
		return nil
	}
	return b[:min(int(info.size), len(b))]
}

// pointer is the size of a pointer: as libbpf does, it is taken from a type with one of
// the names that compilers give C's long.
func (x *btf) pointer() uint32 {
	for _, t := range x.types {
		name := x.name(t)
		if t.kind() == btfInt && (name == "long" || name == "long int" || name == "unsigned long" || name == "long unsigned int") {
			return t.size()
		}
	}
	return uint32(unsafe.Sizeof(uintptr(0)))
}
